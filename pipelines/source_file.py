"""Reading a source file: from TOML to a `SourceFile`, or an error that names file, line, key and remedy.

What belongs here: every rule of the schema of `sources/<name>.toml`.
What does not: the values it is parsed into and the choice among sources (`source_spec`), or what they mean
for a table (`mapping`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast
from zoneinfo import available_timezones

import polars as pl
from polars.exceptions import PolarsError

from models.contracts import CORE_TABLES, IDENTIFIER_KINDS, Column, Table, core_table
from pipelines.readers import READ_FORMATS
from pipelines.readers.raw import MARKS_OF_ROWS, normalised_name
from pipelines.source_spec import (
    Condition,
    DayOrder,
    DropRule,
    Part,
    RowBlock,
    SourceFile,
    Test,
    ValueSpec,
    choose_source,
)

__all__ = ["SourceFile", "SourceFileError", "choose_source", "load_source_file", "read_source_file"]

RECORDED_AT = Column("recorded_at", "time", "When the row was written at its origin.")
DAY_ORDERS = ("day_first", "month_first", "year_first")
RULES_OF_THE_MAPPING = ("empty_row", *MARKS_OF_ROWS, "no_block_applies", "nothing_answered")

_FILE_KEYS = ("format", "files", "time_zone", "day_order", "authority", "keep", "drop", "rows")
_VALUE_KEYS = ("column", "columns", "value", "pattern", "prefix", "width", "choices")
_QUESTION_KEYS = ("column", "pattern", "scores")
_CHOICE_KINDS = ("choice", "boolean", "text", "integer", "number")
_GIVEN_BY_QUESTIONS = ("question_id", "score")


class SourceFileError(Exception):
    """A source file breaks its schema; the message names file, line where known, key and remedy."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A table of the file, and where it stands."""

    file: str
    text: str
    where: str
    content: Mapping[str, Any]

    def error(self, key: str, problem: str) -> SourceFileError:
        place = f"{self.where}.{key}" if self.where and key else self.where or key
        return SourceFileError(f"{self.file}{_line(self.text, key)}: `{place}` {problem}")

    def check_keys(self, known: Sequence[str]) -> None:
        for key in self.content:
            if key not in known:
                raise self.error(key, f"is not a key of this place; {_nearest(key, known)}")

    def below(self, key: str, content: object) -> _Entry:
        if not isinstance(content, Mapping):
            raise self.error(key, 'must be a table, as { column = "..." }')
        return _Entry(self.file, self.text, f"{self.where}.{key}" if self.where else key, content)

    def tables(self, key: str) -> list[_Entry]:
        blocks = self.content.get(key, [])
        if not isinstance(blocks, list):
            raise self.error(key, f"must be written as [[{key}]]")
        return [self.below(f"{key}[{place}]", block) for place, block in enumerate(blocks, start=1)]

    def text_at(self, key: str) -> str | None:
        value = self.content.get(key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise self.error(key, "must be a text that is not empty")
        return value

    def required_text(self, key: str) -> str:
        value = self.text_at(key)
        if value is None:
            raise self.error("", f"needs the key `{key}`")
        return value

    def one_of(self, key: str, allowed: Sequence[str]) -> str | None:
        value = self.text_at(key)
        if value is not None and value not in allowed:
            raise self.error(key, f"is not known; {_nearest(value, allowed)}")
        return value


def _line(text: str, key: str) -> str:
    """`, line 7` where the key stands at one place of the file only; nothing where it cannot be told."""
    bare = re.escape(key.split("[", maxsplit=1)[0])
    found = list(re.finditer(rf"(?<![\w-])[\"']?{bare}[\"']?\s*(?:=|\])", text)) if bare else []
    return f", line {text.count(chr(10), 0, found[0].start()) + 1}" if len(found) == 1 else ""


def _nearest(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"


def load_source_file(path: Path) -> SourceFile:
    """The source file at `path`; its stem is the source's name.

    Raises:
        SourceFileError: The file breaks the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SourceFileError(
            f"{path.name}: cannot be read as UTF-8 text; check its permissions and encoding"
        ) from None
    return read_source_file(text, path.stem)


def read_source_file(text: str, name: str) -> SourceFile:
    """The source `name` from its TOML text.

    Raises:
        SourceFileError: The text breaks the schema.
    """
    file = f"sources/{name}.toml"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceFileError(f"{file}: is not TOML: {error}") from None
    entry = _Entry(file, text, "", content)
    entry.check_keys(_FILE_KEYS)
    return SourceFile(
        name=name,
        format=_required_choice(entry, "format", READ_FORMATS),
        files=_globs(entry),
        rows=_blocks(entry),
        drop=tuple(_drop_rule(rule) for rule in entry.tables("drop")),
        time_zone=_time_zone(entry),
        day_order=cast("DayOrder | None", entry.one_of("day_order", DAY_ORDERS)),
        authority=_authority(entry),
        keep=_kept(entry),
    )


def _required_choice(entry: _Entry, key: str, allowed: Sequence[str]) -> str:
    entry.required_text(key)
    return entry.one_of(key, allowed) or ""


def _globs(entry: _Entry) -> tuple[str, ...]:
    globs = entry.content.get("files")
    if not isinstance(globs, list) or not globs or not all(isinstance(glob, str) and glob for glob in globs):
        raise entry.error("files", 'must list at least one name, as files = ["pulse*.csv"]')
    return tuple(globs)


def _time_zone(entry: _Entry) -> str | None:
    zone = entry.text_at("time_zone")
    if zone is not None and zone not in available_timezones():
        near = get_close_matches(zone, sorted(available_timezones()), n=1)
        hint = f"did you mean `{near[0]}`?" if near else "write it as Europe/Berlin"
        raise entry.error("time_zone", f"is no zone of the time zone database; {hint}")
    return zone


def _authority(entry: _Entry) -> int:
    value = entry.content.get("authority", 0 if entry.content.get("format") == "ics" else 10)
    if isinstance(value, bool) or not isinstance(value, int):
        raise entry.error("authority", "must be a whole number")
    return value


def _kept(entry: _Entry) -> tuple[str, ...]:
    kept = entry.content.get("keep", [])
    if not isinstance(kept, list) or not set(map(str, kept)) <= set(MARKS_OF_ROWS):
        raise entry.error("keep", f"must be a list of {', '.join(MARKS_OF_ROWS)}")
    return tuple(kept)


def _drop_rule(entry: _Entry) -> DropRule:
    entry.check_keys(("rule", "when"))
    rule = entry.required_text("rule")
    if rule in RULES_OF_THE_MAPPING or not re.fullmatch(r"[a-z][a-z0-9_]*", rule):
        taken = ", ".join(RULES_OF_THE_MAPPING)
        raise entry.error("rule", f"must be a name in snake case other than {taken}")
    if not entry.content.get("when"):
        raise entry.error("", "needs the key `when`, or every row would be dropped")
    return DropRule(rule, _conditions(entry))


def _conditions(entry: _Entry) -> tuple[Condition, ...]:
    written = entry.content.get("when", [])
    return tuple(
        _condition(entry.below("when", condition))
        for condition in (written if isinstance(written, list) else [written])
    )


def _condition(entry: _Entry) -> Condition:
    tests = ("filled", "is", "is_not", "matches")
    entry.check_keys(("column", *tests))
    column = entry.required_text("column")
    given = [test for test in tests if test in entry.content]
    if len(given) != 1:
        raise entry.error("", f"needs exactly one of {', '.join(tests)}")
    if given[0] == "filled":
        filled = entry.content["filled"]
        if not isinstance(filled, bool):
            raise entry.error("filled", "must be true or false")
        return Condition(column, "filled" if filled else "empty")
    text = entry.required_text(given[0])
    if given[0] == "matches":
        check_pattern(entry, "matches", text, needs_group=False)
    return Condition(column, cast("Test", given[0]), text)


def check_pattern(entry: _Entry, key: str, pattern: str, *, needs_group: bool) -> None:
    """Refuse a regular expression that polars cannot run, or that has no group where one is the value."""
    try:
        pl.Series([""]).str.contains(pattern)
    except PolarsError:
        raise entry.error(key, "is not a regular expression Peerlift can run (no look-around)") from None
    if needs_group and not re.search(r"(?<!\\)\((?!\?[^P<])", pattern):
        raise entry.error(key, "needs a group in parentheses: what it matches is the value")


def _blocks(entry: _Entry) -> tuple[RowBlock, ...]:
    blocks = entry.tables("rows")
    if not blocks:
        raise entry.error("rows", "is missing: add [[rows]] with a table and its columns")
    return tuple(_block(block) for block in blocks)


def _block(entry: _Entry) -> RowBlock:
    entry.check_keys(("table", "when", "columns", "questions"))
    table = core_table(_required_choice(entry, "table", [known.name for known in CORE_TABLES]))
    columns = _columns(entry.below("columns", entry.content.get("columns", {})), table)
    questions = _questions(entry, table)
    given = {*columns, *(_GIVEN_BY_QUESTIONS if questions else ())}
    missing = [column.name for column in table.columns if column.is_required and column.name not in given]
    if missing:
        raise entry.error("columns", f"leaves out what table {table.name} requires: {', '.join(missing)}")
    return RowBlock(table.name, columns, _conditions(entry), questions)


def _columns(entry: _Entry, table: Table) -> dict[str, ValueSpec]:
    left_out = _GIVEN_BY_QUESTIONS if table.name == "answers" else ()
    entry.check_keys([name for name in (*table.column_names, RECORDED_AT.name) if name not in left_out])
    return {
        name: _value(entry.below(name, spec), RECORDED_AT if name == RECORDED_AT.name else table.column(name))
        for name, spec in entry.content.items()
    }


def _questions(entry: _Entry, table: Table) -> dict[str, ValueSpec]:
    written = entry.below("questions", entry.content.get("questions", {}))
    if bool(written.content) != (table.name == "answers"):
        raise entry.error(
            "questions", "belongs to table answers, and table answers needs at least one question"
        )
    return {name: _question(written.below(name, spec)) for name, spec in written.content.items()}


def _question(entry: _Entry) -> ValueSpec:
    entry.check_keys(_QUESTION_KEYS)
    return ValueSpec((_part(entry),), scores=_scores(entry))


def _part(entry: _Entry) -> Part:
    pattern = entry.text_at("pattern")
    if pattern is not None:
        check_pattern(entry, "pattern", pattern, needs_group=True)
    return Part(entry.required_text("column"), pattern)


def _scores(entry: _Entry) -> dict[str, float] | None:
    if "scores" not in entry.content:
        return None
    scores = entry.below("scores", entry.content["scores"])
    for text, score in scores.content.items():
        if isinstance(score, bool) or not isinstance(score, int | float):
            raise scores.error(text, "must be a number")
    return {normalised_name(text): float(score) for text, score in scores.content.items()}


def _value(entry: _Entry, column: Column) -> ValueSpec:
    entry.check_keys(_VALUE_KEYS)
    given = [key for key in ("column", "columns", "value") if key in entry.content]
    if len(given) != 1:
        raise entry.error("", "needs exactly one of column, columns, value")
    if given[0] == "value":
        return _constant(entry, column)
    if given[0] == "columns":
        return _composite(entry, column)
    return ValueSpec(
        (_part(entry),),
        prefix=entry.text_at("prefix") or "",
        width=_width(entry),
        choices=_choices(entry, column),
    )


def _constant(entry: _Entry, column: Column) -> ValueSpec:
    entry.check_keys(("value",))
    value = entry.content["value"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, list | dict) or not text.strip():
        raise entry.error("value", "must be one text, number, date or true/false")
    if column.kind == "choice" and text not in column.choices:
        raise entry.error("value", f"is no choice of {column.name}; {_nearest(text, column.choices)}")
    return ValueSpec(constant=text)


def _composite(entry: _Entry, column: Column) -> ValueSpec:
    entry.check_keys(("columns",))
    written = entry.content["columns"]
    if column.kind not in IDENTIFIER_KINDS or not isinstance(written, list) or not written:
        raise entry.error("columns", "is a list of columns, and only ids can be composed of several")
    parts = [{"column": part} if isinstance(part, str) else part for part in written]
    for part in parts:
        entry.below("columns", part).check_keys(("column", "pattern"))
    return ValueSpec(tuple(_part(entry.below("columns", part)) for part in parts))


def _width(entry: _Entry) -> int | None:
    width = entry.content.get("width")
    if width is not None and (isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= 20):
        raise entry.error("width", "must be a whole number from 1 to 20")
    return width


def _choices(entry: _Entry, column: Column) -> dict[str, str] | None:
    if "choices" not in entry.content:
        return None
    if column.kind not in _CHOICE_KINDS:
        raise entry.error("choices", f"cannot be used for {column.name}, which is of kind {column.kind}")
    choices = entry.below("choices", entry.content["choices"])
    allowed = ("true", "false") if column.kind == "boolean" else column.choices
    mapped = {
        text: str(value).lower() if isinstance(value, bool) else str(value)
        for text, value in choices.content.items()
    }
    for text, value in mapped.items():
        if allowed and value not in allowed:
            raise choices.error(text, f"is mapped to no choice of {column.name}; {_nearest(value, allowed)}")
    return {normalised_name(text): value for text, value in mapped.items()}
