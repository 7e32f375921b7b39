"""What the entries of every catalogue file have in common: where they stand, and the types of their keys.

What belongs here: finding entries and their lines in a TOML file, refusing unknown, missing and mistyped keys.
What does not: what an entry means (`reader` for questions, metrics and claims, `forms` for the questionnaires).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn, get_args

from models.catalogue.entries import Moment
from models.contracts import OUTCOME_REPORTS

_HEADER = re.compile(r"^\s*\[([^\[\].]+)((?:\.[^\[\].]+)*)\]")
_KEY = re.compile(r"^\s*(\"[^\"]*\"|[A-Za-z0-9_-]+)\s*=")
_ID = re.compile(r"[a-z][a-z0-9_]*")

Kind = str | tuple[str, ...]


class CatalogueError(ValueError):
    """An entry of the catalogue is refused; the message names file, line, entry, rule and remedy."""

    def __init__(self, file: str, line: int, entry: str, reason: str) -> None:
        super().__init__(f"{file}, line {line}, [{entry}]: {reason}")
        self.file = file
        self.line = line
        self.entry = entry
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry as read, with the lines it and its keys stand on."""

    file: str
    name: str
    line: int
    lines: Mapping[str, int]
    values: Mapping[str, Any]

    def refuse(self, reason: str, key: str | None = None) -> NoReturn:
        """Refuse the entry, on the line of one of its keys or on its own.

        Raises:
            CatalogueError: Always.
        """
        raise CatalogueError(self.file, self.lines.get(key or "", self.line), self.name, reason)


def entries(text: str, file: str) -> Iterator[RawEntry]:
    """Every entry of a file, in its order.

    Raises:
        CatalogueError: The text is not TOML, or an id is used twice or is none.
    """
    lines = _lines(text, file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        entry, line = _entry_at(lines, str(error))
        raise CatalogueError(file, line, entry, f"not valid TOML: {error}") from error
    for name, values in document.items():
        if not isinstance(values, dict):
            raise CatalogueError(file, _line_of(text, name), name, "not an entry; write it as a [table]")
        raw = RawEntry(file, name, lines[name][""], lines[name], values)
        if not _ID.fullmatch(name):
            raw.refuse("an id has lower-case letters, digits and underscores only, a letter first")
        yield raw


def _lines(text: str, file: str) -> dict[str, dict[str, int]]:
    """Line of every entry (under "") and of its keys; a repeated id is refused here, by both its lines."""
    found: dict[str, dict[str, int]] = {}
    entry, sub = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            entry, sub = header[1].strip(), header[2]
            if entry in found and not sub:
                first = found[entry][""]
                raise CatalogueError(
                    file, number, entry, f"id used twice, first on line {first}; give it another id"
                )
            found.setdefault(entry, {"": number}).setdefault(sub.lstrip("."), number)
        elif entry and not sub and (key := _KEY.match(line)):
            found[entry].setdefault(key[1].strip('"'), number)
    return found


def _entry_at(lines: Mapping[str, Mapping[str, int]], message: str) -> tuple[str, int]:
    """The entry that holds the line a TOML error names."""
    where = re.search(r"line (\d+)", message)
    line = int(where[1]) if where else max((keys[""] for keys in lines.values()), default=1)
    before = [(keys[""], name) for name, keys in lines.items() if keys[""] <= line]
    return (max(before)[1] if before else "file"), line


def _line_of(text: str, key: str) -> int:
    matches = (
        number for number, line in enumerate(text.splitlines(), start=1) if line.lstrip().startswith(key)
    )
    return next(matches, 1)


def checked(raw: RawEntry, keys: Mapping[str, Kind], optional: Collection[str]) -> Mapping[str, Any]:
    """The entry's values once every key is known, present where required, and of its type.

    Raises:
        CatalogueError: A key is unknown, missing or mistyped.
    """
    for key in raw.values:
        if key not in keys:
            raw.refuse(f"unknown key {key!r}{nearest(key, keys)}", key)
    for key in keys:
        if key not in raw.values and key not in optional:
            raw.refuse(f"the key {key!r} is missing; add it")
    for key, value in raw.values.items():
        if (wanted := _wanted(keys[key], value)) is not None:
            raw.refuse(f"{key} has to be {wanted}", key)
    return raw.values


def nearest(word: str, words: Collection[str]) -> str:
    """A hint for a message: the nearest of the words, else all of them."""
    near = get_close_matches(word, list(words), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(words)}"


def _wanted(kind: Kind, value: object) -> str | None:
    """What the value should have been, or None where it fits."""
    if isinstance(kind, tuple):
        return None if value in kind else f"one of {', '.join(kind)}"
    wanted, fits = _TYPES[kind]
    return None if fits(value) else wanted


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(one) for one in value)


def _are_moments(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(one in get_args(Moment) for one in value)


def _are_scores(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_number(score) for score in value.values())


def _are_states(value: object) -> bool:
    states = OUTCOME_REPORTS.column("state").choices
    return isinstance(value, dict) and bool(value) and all(state in states for state in value.values())


_TYPES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "text": ("a text that is not empty", _is_text),
    "number": ("a number", _is_number),
    "integer": ("a whole number", _is_integer),
    "texts": ("a list of texts that are not empty", _are_texts),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "moments": (f"a list of {', '.join(get_args(Moment))}", _are_moments),
    "scores": ("a table of answer text = score", _are_scores),
    "states": (f"a table of answer text = {' | '.join(OUTCOME_REPORTS.column('state').choices)}", _are_states),
}
