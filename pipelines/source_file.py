"""Reading a source file: from TOML to a `SourceFile`, or an error that names file, line, key and remedy.

What belongs here: every rule of the schema of `sources/<name>.toml`.
What does not: the values it is parsed into and the choice among sources (`source_spec`), or what they mean
for a table (`mapping`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from models.contracts import CORE_TABLES, Column, Table, core_table
from pipelines.readers import READ_FORMATS
from pipelines.readers.raw import MARKS_OF_ROWS
from pipelines.source_entry import Entry, SourceFileError, nearest
from pipelines.source_spec import (
    Condition,
    DayOrder,
    DropRule,
    RowBlock,
    SourceFile,
    Test,
    ValueSpec,
    choose_source,
)
from pipelines.source_values import check_pattern, read_question, read_value_spec
from pipelines.zones import meant_zone, zone_names

__all__ = ["SourceFile", "SourceFileError", "choose_source", "load_source_file", "read_source_file"]

RECORDED_AT = Column("recorded_at", "time", "When the row was written at its origin.")
DAY_ORDERS = ("day_first", "month_first", "year_first")
RULES_OF_THE_MAPPING = ("empty_row", *MARKS_OF_ROWS, "no_block_applies", "nothing_answered")

SEVERAL_ANSWERS = ("last", "first_complete")

_FILE_KEYS = (
    "format",
    "files",
    "time_zone",
    "day_order",
    "authority",
    "keep",
    "several_answers",
    "ignore",
    "drop",
    "rows",
)
_GIVEN_BY_QUESTIONS = ("question_id", "score")


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
    entry = Entry(file, text, "", content)
    entry.check_keys(_FILE_KEYS)
    formats = _formats(entry)
    return SourceFile(
        name=name,
        format=formats[0],
        other_formats=formats[1:],
        files=_globs(entry),
        rows=_blocks(entry),
        drop=tuple(_drop_rule(rule) for rule in entry.tables("drop")),
        time_zone=_time_zone(entry),
        day_order=cast("DayOrder | None", entry.one_of("day_order", DAY_ORDERS)),
        authority=_authority(entry),
        keep=_kept(entry),
        several_answers=entry.one_of("several_answers", SEVERAL_ANSWERS) or "last",
        ignore=entry.texts_at("ignore") if "ignore" in entry.content else (),
    )


def _formats(entry: Entry) -> tuple[str, ...]:
    formats = entry.texts_at("format")
    for each in formats:
        if each not in READ_FORMATS:
            raise entry.error("format", f"is not known; {nearest(each, READ_FORMATS)}")
    return formats


def _globs(entry: Entry) -> tuple[str, ...]:
    globs = entry.content.get("files")
    if not isinstance(globs, list) or not globs or not all(isinstance(glob, str) and glob for glob in globs):
        raise entry.error("files", 'must list at least one name, as files = ["pulse*.csv"]')
    return tuple(globs)


def _time_zone(entry: Entry) -> str | None:
    zone = entry.text_at("time_zone")
    if zone is not None and zone not in zone_names():
        meant = meant_zone(zone)
        hint = f"did you mean `{meant}`?" if meant else "write it as Europe/Berlin"
        raise entry.error("time_zone", f"is no zone of the time zone database; {hint}")
    return zone


def _authority(entry: Entry) -> int:
    value = entry.content.get("authority", 0 if entry.content.get("format") == "ics" else 10)
    if isinstance(value, bool) or not isinstance(value, int):
        raise entry.error("authority", "must be a whole number")
    return value


def _kept(entry: Entry) -> tuple[str, ...]:
    kept = entry.content.get("keep", [])
    if not isinstance(kept, list) or not set(map(str, kept)) <= set(MARKS_OF_ROWS):
        raise entry.error("keep", f"must be a list of {', '.join(MARKS_OF_ROWS)}")
    return tuple(kept)


def _drop_rule(entry: Entry) -> DropRule:
    entry.check_keys(("rule", "when"))
    rule = entry.required_text("rule")
    if rule in RULES_OF_THE_MAPPING or not re.fullmatch(r"[a-z][a-z0-9_]*", rule):
        taken = ", ".join(RULES_OF_THE_MAPPING)
        raise entry.error("rule", f"must be a name in snake case other than {taken}")
    if not entry.content.get("when"):
        raise entry.error("", "needs the key `when`, or every row would be dropped")
    return DropRule(rule, _conditions(entry))


def _conditions(entry: Entry) -> tuple[Condition, ...]:
    written = entry.content.get("when", [])
    return tuple(
        _condition(entry.below("when", condition))
        for condition in (written if isinstance(written, list) else [written])
    )


def _condition(entry: Entry) -> Condition:
    tests = ("filled", "is", "is_not", "matches")
    entry.check_keys(("column", *tests, "optional"))
    name, *others = entry.texts_at("column")
    given = [test for test in tests if test in entry.content]
    if len(given) != 1:
        raise entry.error("", f"needs exactly one of {', '.join(tests)}")
    test = cast("Test", given[0])
    texts: tuple[str, ...] = ("",)
    if given[0] == "filled":
        test = "filled" if entry.flag("filled") else "empty"
    elif given[0] == "matches":
        texts = (entry.required_text("matches"),)
        check_pattern(entry, "matches", texts[0], needs_group=False)
    else:
        texts = entry.texts_at(given[0])
    return Condition(name, test, texts[0], tuple(others), entry.flag("optional"), texts[1:])


def _blocks(entry: Entry) -> tuple[RowBlock, ...]:
    blocks = entry.tables("rows")
    if not blocks:
        raise entry.error("rows", "is missing: add [[rows]] with a table and its columns")
    return tuple(_block(block) for block in blocks)


def _block(entry: Entry) -> RowBlock:
    entry.check_keys(("table", "when", "columns", "questions"))
    table = core_table(entry.required_one_of("table", [known.name for known in CORE_TABLES]))
    columns = _columns(entry.below("columns", entry.content.get("columns", {})), table)
    questions = _questions(entry, table)
    given = {*columns, *(_GIVEN_BY_QUESTIONS if questions else ())}
    missing = [column.name for column in table.columns if column.is_required and column.name not in given]
    if missing:
        raise entry.error("columns", f"leaves out what table {table.name} requires: {', '.join(missing)}")
    return RowBlock(table.name, columns, _conditions(entry), questions)


def _columns(entry: Entry, table: Table) -> dict[str, ValueSpec]:
    left_out = _GIVEN_BY_QUESTIONS if table.name == "answers" else ()
    entry.check_keys([name for name in (*table.column_names, RECORDED_AT.name) if name not in left_out])
    return {
        name: read_value_spec(
            entry.below(name, spec), RECORDED_AT if name == RECORDED_AT.name else table.column(name)
        )
        for name, spec in entry.content.items()
    }


def _questions(entry: Entry, table: Table) -> dict[str, ValueSpec]:
    written = entry.below("questions", entry.content.get("questions", {}))
    if bool(written.content) != (table.name == "answers"):
        raise entry.error(
            "questions", "belongs to table answers, and table answers needs at least one question"
        )
    specs = {name: read_question(written.below(name, spec)) for name, spec in written.content.items()}
    return {name: _among_options(spec, specs.values()) for name, spec in specs.items()}


def _among_options(spec: ValueSpec, specs: Iterable[ValueSpec]) -> ValueSpec:
    """The spec of an option with all options of the same multiple choice; any other spec as it is."""
    return replace(
        spec, among=tuple(text for each in specs if each.parts == spec.parts for text in each.options)
    )
