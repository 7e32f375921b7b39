"""The words of the pages: one catalogue file per language, sentences with named placeholders.

What belongs here: reading `en.toml`, checking it, and filling a sentence in.
What does not: numbers and how they are rounded (`dashboards/phrases.py`), markup (the templates).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any


class WordsError(Exception):
    """A word catalogue, or a call to it, that does not fit; the message names the key and the remedy."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language by dotted key, such as `verdict.too_early`."""

    name: str
    sentences: Mapping[str, str]

    def __call__(self, key: str, **values: str) -> str:
        """The sentence of this key with its placeholders filled in.

        Raises:
            WordsError: the key is not in the catalogue, or the values are not exactly its placeholders.
        """
        if key not in self.sentences:
            raise WordsError(
                f"{self.name}: no sentence {key!r}{_nearest(key, self.sentences)}; add it to the file"
            )
        _check_values(self.name, key, placeholders(self.sentences[key]), frozenset(values))
        return self.sentences[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a sentence of this key."""
        return key in self.sentences

    def family(self, prefix: str) -> frozenset[str]:
        """The last parts of all keys that begin with `prefix` and a dot, such as the reason codes."""
        return frozenset(
            key.removeprefix(prefix + ".") for key in self.sentences if key.startswith(prefix + ".")
        )


def placeholders(sentence: str) -> frozenset[str]:
    """Names in braces of a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def read_words(text: str, name: str, like: Words | None = None) -> Words:
    """Read a catalogue of sentences from TOML text.

    Args:
        text: TOML of tables of strings, nested one deep or more.
        name: what to call the catalogue in errors, such as `en.toml`.
        like: a catalogue whose keys and placeholders this one has to share (a translation's original).

    Raises:
        WordsError: not TOML, an entry that is not a sentence, a placeholder without a name, or keys or
            placeholders other than those of `like`.
    """
    try:
        sentences = _flattened(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise WordsError(f"{name}: not valid TOML: {error}") from error
    for key, sentence in sentences.items():
        _check_sentence(name, key, sentence)
    words = Words(name, sentences)
    if like is not None:
        _check_same_keys(words, like)
    return words


@cache
def english() -> Words:
    """The English catalogue that ships with the package."""
    return read_words((files(__name__) / "en.toml").read_text(encoding="utf-8"), "en.toml")


def _flattened(table: Mapping[str, Any], name: str, prefix: str = "") -> dict[str, str]:
    sentences: dict[str, str] = {}
    for part, entry in table.items():
        key = f"{prefix}{part}"
        if isinstance(entry, dict):
            sentences |= _flattened(entry, name, f"{key}.")
        elif isinstance(entry, str):
            sentences[key] = entry
        else:
            raise WordsError(f"{name}: {key} is not a sentence; write it as text in quotes")
    return sentences


def _check_sentence(name: str, key: str, sentence: str) -> None:
    try:
        names = placeholders(sentence)
    except ValueError as error:
        raise WordsError(f"{name}: {key} has a brace that does not close; double it or close it") from error
    if any(not placeholder.isidentifier() for placeholder in names):
        raise WordsError(f"{name}: {key} has a placeholder that is not a plain name; name it, as in {{number}}")
    if not sentence.strip():
        raise WordsError(f"{name}: {key} is empty; write the sentence or remove the key")


def _check_values(name: str, key: str, wanted: frozenset[str], given: frozenset[str]) -> None:
    if wanted != given:
        missing, unknown = sorted(wanted - given), sorted(given - wanted)
        raise WordsError(f"{name}: {key} wants {sorted(wanted)}; missing {missing}, unknown {unknown}")


def _check_same_keys(words: Words, like: Words) -> None:
    for key in like.sentences:
        if key not in words.sentences:
            raise WordsError(f"{words.name}: {key} is missing; {like.name} has it")
    for key, sentence in words.sentences.items():
        if key not in like.sentences:
            raise WordsError(
                f"{words.name}: unknown key {key}{_nearest(key, like.sentences)}; remove or rename it"
            )
        _check_values(words.name, key, placeholders(like.sentences[key]), placeholders(sentence))


def _nearest(key: str, sentences: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(key, sentences, n=1)
    return f" (nearest: {near[0]})" if near else ""
