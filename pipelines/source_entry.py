"""A table of a source file and where it stands, so that a mistake is named with file, line, key and remedy.

What belongs here: reading keys of any table, and the one error.
What does not: which keys there are (`source_file`, `source_values`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pipelines.readers.raw import normalised_name


class SourceFileError(Exception):
    """A source file breaks its schema; the message names file, line where known, key and remedy."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A table of the file, and where it stands.

    Attributes:
        file: Name of the source file, for errors.
        text: Its whole text, in which a key's line is found.
        where: Keys that lead to this table, joined by dots; empty at the top.
        content: The table.
    """

    file: str
    text: str
    where: str
    content: Mapping[str, Any]

    def error(self, key: str, problem: str) -> SourceFileError:
        """The error that says what is wrong with a key of this table, or with the table where `key` is empty."""
        place = f"{self.where}.{key}" if self.where and key else self.where or key
        return SourceFileError(f"{self.file}{_line(self.text, key)}: `{place}` {problem}")

    def check_keys(self, known: Sequence[str]) -> None:
        """Refuse a key that is not among the known."""
        for key in self.content:
            if key not in known:
                raise self.error(key, f"is not a key of this place; {nearest(key, known)}")

    def below(self, key: str, content: object) -> Entry:
        """The table under a key."""
        if not isinstance(content, Mapping):
            raise self.error(key, 'must be a table, as { column = "..." }')
        return Entry(self.file, self.text, f"{self.where}.{key}" if self.where else key, content)

    def tables(self, key: str) -> list[Entry]:
        """The tables written as [[key]]."""
        blocks = self.content.get(key, [])
        if not isinstance(blocks, list):
            raise self.error(key, f"must be written as [[{key}]]")
        return [self.below(f"{key}[{place}]", block) for place, block in enumerate(blocks, start=1)]

    def text_at(self, key: str) -> str | None:
        """The text under a key; `None` where the key is not there."""
        value = self.content.get(key)
        if value is not None and not _is_text(value):
            raise self.error(key, "must be a text that is not empty")
        return value

    def required_text(self, key: str) -> str:
        """The text under a key that has to be there."""
        value = self.text_at(key)
        if value is None:
            raise self.error("", f"needs the key `{key}`")
        return value

    def texts_at(self, key: str) -> tuple[str, ...]:
        """One text, or several wordings of it as a list, under a key that has to be there."""
        value = self.content.get(key)
        if not isinstance(value, list):
            return (self.required_text(key),)
        if not value or not all(_is_text(each) for each in value):
            raise self.error(key, 'must be a text, or a list of its wordings, as ["What?", "Was?"]')
        if len({normalised_name(each) for each in value}) < len(value):
            raise self.error(key, "lists one wording twice; leave one out")
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Whether a key is true; false where it is not there."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def one_of(self, key: str, allowed: Sequence[str]) -> str | None:
        """The text under a key, which has to be one of the allowed."""
        value = self.text_at(key)
        if value is not None and value not in allowed:
            raise self.error(key, f"is not known; {nearest(value, allowed)}")
        return value

    def required_one_of(self, key: str, allowed: Sequence[str]) -> str:
        """The text under a key that has to be there, which has to be one of the allowed."""
        self.required_text(key)
        return self.one_of(key, allowed) or ""


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint: the known word that resembles one, or all that are known."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _line(text: str, key: str) -> str:
    """`, line 7` where the key stands at one place of the file only; nothing where it cannot be told."""
    bare = re.escape(key.split("[", maxsplit=1)[0])
    found = list(re.finditer(rf"(?<![\w-])[\"']?{bare}[\"']?\s*(?:=|\])", text)) if bare else []
    return f", line {text.count(chr(10), 0, found[0].start()) + 1}" if len(found) == 1 else ""
