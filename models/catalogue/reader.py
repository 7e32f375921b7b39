"""Reads the catalogue's TOML files and refuses a bad entry by its name and line.

What belongs here: the keys an entry may have, their types and ranges, and the refusals.
What does not: the entries themselves (`questions.toml`, `metrics.toml`, `claims.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar, get_args

from models.catalogue.entries import Better, Claim, Metric, Moment, Question, QuestionKind, SeenIn, Unit
from models.contracts import OUTCOME_REPORTS

MINIMUM_PEOPLE = 5
MINIMUM_PEOPLE_LONELINESS = 10

_HEADER = re.compile(r"^\s*\[([^\[\].]+)((?:\.[^\[\].]+)*)\]")
_KEY = re.compile(r"^\s*(\"[^\"]*\"|[A-Za-z0-9_-]+)\s*=")
_ID = re.compile(r"[a-z][a-z0-9_]*")

Entry = TypeVar("Entry", Question, Metric, Claim)
Kind = str | tuple[str, ...]

_QUESTION_KEYS: Mapping[str, Kind] = {
    "text": "text",
    "construct": "text",
    "kind": get_args(QuestionKind),
    "moment": "moments",
    "minimum_score": "number",
    "maximum_score": "number",
    "source": "text",
    "minimum_people": "integer",
    "choices": "scores",
    "states": "states",
    "scale": "text",
    "is_optional": "boolean",
    "scoring_note": "text",
}
_QUESTION_OPTIONAL = frozenset({"choices", "states", "scale", "is_optional", "scoring_note"})
_METRIC_KEYS: Mapping[str, Kind] = {
    "label": "text",
    "definition": "text",
    "unit": get_args(Unit),
    "construct": "text",
    "estimand": "text",
    "assumption": "text",
    "better": get_args(Better),
    "minimum_people": "integer",
    "drawn_from": "text",
}
_DRAWN_FROM = frozenset({"open", "primary", "by_day", "loneliness:latest"})
_CLAIM_KEYS: Mapping[str, Kind] = {
    "label": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "metric": "text",
    "source_found": "boolean",
    "seen_in": get_args(SeenIn),
    "source": "text",
    "caution": "text",
}
_CLAIM_OPTIONAL = frozenset({"low", "high", "caution"})


class CatalogueError(ValueError):
    """An entry of the catalogue is refused; the message names file, line, entry, rule and remedy."""

    def __init__(self, file: str, line: int, entry: str, reason: str) -> None:
        super().__init__(f"{file}, line {line}, [{entry}]: {reason}")
        self.file = file
        self.line = line
        self.entry = entry
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Raw:
    """One entry as read, with the lines it and its keys stand on."""

    file: str
    name: str
    line: int
    lines: Mapping[str, int]
    values: Mapping[str, Any]

    def refuse(self, reason: str, key: str | None = None) -> NoReturn:
        raise CatalogueError(self.file, self.lines.get(key or "", self.line), self.name, reason)


def read_questions(text: str, name: str = "questions.toml") -> Mapping[str, Question]:
    """The questions in `text`, by id, in the file's order.

    Args:
        text: The TOML text.
        name: Name of the file, for messages.

    Raises:
        CatalogueError: An entry has an unknown, missing, repeated, mistyped or out-of-range value.
    """
    return _read(text, name, _question)


def read_metrics(text: str, name: str = "metrics.toml") -> Mapping[str, Metric]:
    """The metrics in `text`, by id, in the file's order.

    Raises:
        CatalogueError: An entry has an unknown, missing, repeated, mistyped or out-of-range value.
    """
    return _read(text, name, _metric)


def read_claims(text: str, name: str = "claims.toml", *, metrics: Collection[str]) -> Mapping[str, Claim]:
    """The claims in `text`, by id, in the file's order.

    Args:
        text: The TOML text.
        name: Name of the file, for messages.
        metrics: Ids of the metrics a claim may be held against.

    Raises:
        CatalogueError: As for questions, or the claim's metric is not among `metrics`.
    """
    return _read(text, name, lambda raw: _claim(raw, metrics))


def _read(text: str, file: str, build: Callable[[_Raw], Entry]) -> Mapping[str, Entry]:
    return MappingProxyType({raw.name: build(raw) for raw in _entries(text, file)})


def _entries(text: str, file: str) -> Iterator[_Raw]:
    lines = _lines(text, file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        entry, line = _entry_at(lines, str(error))
        raise CatalogueError(file, line, entry, f"not valid TOML: {error}") from error
    for name, values in document.items():
        if not isinstance(values, dict):
            raise CatalogueError(file, _line_of(text, name), name, "not an entry; write it as a [table]")
        raw = _Raw(file, name, lines[name][""], lines[name], values)
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


def _question(raw: _Raw) -> Question:
    values = _checked(raw, _QUESTION_KEYS, _QUESTION_OPTIONAL)
    choices = {text: float(score) for text, score in values.get("choices", {}).items()}
    _check_range(raw, values, choices)
    _check_states(raw, values, choices)
    _check_minimum_people(raw, values)
    return Question(
        question_id=raw.name,
        text=values["text"],
        construct=values["construct"],
        kind=values["kind"],
        choices=MappingProxyType(choices),
        minimum_score=float(values["minimum_score"]),
        maximum_score=float(values["maximum_score"]),
        moment=tuple(values["moment"]),
        source=values["source"],
        minimum_people=values["minimum_people"],
        states=MappingProxyType(dict(values.get("states", {}))),
        scale=values.get("scale"),
        is_optional=values.get("is_optional", False),
        scoring_note=values.get("scoring_note", ""),
    )


def _metric(raw: _Raw) -> Metric:
    values = _checked(raw, _METRIC_KEYS, frozenset())
    _check_minimum_people(raw, values)
    drawn_from = values["drawn_from"]
    if drawn_from not in _DRAWN_FROM and not drawn_from.startswith("question:"):
        raw.refuse(f"drawn_from is one of {', '.join(sorted(_DRAWN_FROM))}, question:<id>", "drawn_from")
    return Metric(metric=raw.name, **values)


def _claim(raw: _Raw, metrics: Collection[str]) -> Claim:
    values = _checked(raw, _CLAIM_KEYS, _CLAIM_OPTIONAL)
    if values["metric"] not in metrics:
        raw.refuse(f"there is no metric {values['metric']!r}{_nearest(values['metric'], metrics)}", "metric")
    if values["source_found"] == (values["seen_in"] == "none"):
        raw.refuse('seen_in is "none" exactly where source_found is false; correct one of the two', "seen_in")
    numbers = {key: float(values[key]) for key in ("value", "low", "high") if key in values}
    if not numbers.get("low", numbers["value"]) <= numbers["value"] <= numbers.get("high", numbers["value"]):
        raw.refuse("value has to lie between low and high", "value")
    return Claim(claim=raw.name, **{**values, **numbers})


def _checked(raw: _Raw, keys: Mapping[str, Kind], optional: Collection[str]) -> Mapping[str, Any]:
    """The entry's values once every key is known, present where required, and of its type."""
    for key in raw.values:
        if key not in keys:
            raw.refuse(f"unknown key {key!r}{_nearest(key, keys)}", key)
    for key in keys:
        if key not in raw.values and key not in optional:
            raw.refuse(f"the key {key!r} is missing; add it")
    for key, value in raw.values.items():
        if (wanted := _wanted(keys[key], value)) is not None:
            raw.refuse(f"{key} has to be {wanted}", key)
    return raw.values


def _nearest(word: str, words: Collection[str]) -> str:
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
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "moments": (f"a list of {', '.join(get_args(Moment))}", _are_moments),
    "scores": ("a table of answer text = score", _are_scores),
    "states": (f"a table of answer text = {' | '.join(OUTCOME_REPORTS.column('state').choices)}", _are_states),
}


def _check_range(raw: _Raw, values: Mapping[str, Any], choices: Mapping[str, float]) -> None:
    low, high = values["minimum_score"], values["maximum_score"]
    if low >= high:
        raw.refuse("minimum_score has to be below maximum_score", "minimum_score")
    for text, score in choices.items():
        if not low <= score <= high:
            raw.refuse(f"the choice {text!r} scores {score:g}, outside {low:g} to {high:g}", "choices")


def _check_states(raw: _Raw, values: Mapping[str, Any], choices: Mapping[str, float]) -> None:
    states = values.get("states", {})
    if (values["kind"] == "outcome") != bool(states):
        raw.refuse('states belong to kind "outcome" and only to it', "states" if states else "kind")
    if states and set(states) != set(choices):
        raw.refuse("choices and states have to name the same answer texts", "states")


def _check_minimum_people(raw: _Raw, values: Mapping[str, Any]) -> None:
    floor = MINIMUM_PEOPLE_LONELINESS if values["construct"] == "loneliness" else MINIMUM_PEOPLE
    if values["minimum_people"] < floor:
        raw.refuse(
            f"minimum_people is below the floor of {floor}; it may be raised, never lowered", "minimum_people"
        )
