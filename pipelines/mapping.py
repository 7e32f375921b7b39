"""From the table of an export to staged rows of the core tables.

What belongs here: which row of a file lands in which table, and which is left out under which rule.
What does not: reading a cell as its kind (`cell_values`, `times`), checking ranges and keys (`validate`).

Every row of the file lands in at least one table or is dropped by exactly one named rule; none goes missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import polars as pl

from models.catalogue import Question
from models.contracts import Column, Table, core_table
from pipelines.cell_values import (
    POLARS_TYPES,
    Export,
    Reading,
    all_hold,
    open_export,
    read_scores,
    read_value,
    text_of,
)
from pipelines.codebook_gaps import notices_of
from pipelines.identity import AS_WRITTEN, IGNORE, IdentityKey, PersonRules
from pipelines.near_names import MARKS, near_marks
from pipelines.notices import Notice
from pipelines.readers import RawTable
from pipelines.readers.raw import MARKS_OF_ROWS, ROW_NUMBER
from pipelines.source_file import SourceFile, SourceFileError
from pipelines.source_spec import Part, RowBlock, ValueSpec
from pipelines.times import Clock

DROPPED_SCHEMA: Mapping[str, pl.DataType] = {ROW_NUMBER: pl.Int64(), "rule": pl.String()}
ROWS_NAMED = 20
RECORDED_AT = Column("recorded_at", "time", "When the row was written at its origin.")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """The rows of one file on their way into the core tables.

    Attributes:
        source: Name of the source.
        n_rows: Rows the file has.
        tables: Table name to staged rows: the contract's columns in order, then `recorded_at` (UTC),
            `unreadable` (as `,a,b,`; empty where all could be read) and `row_number`.
        dropped: `row_number` (Int64) and `rule` of each row that lands in no table.
        notices: What the lead should know about the file though it was read.
        marks: Marks of the names of the people in it (`near_names.near_marks`).
    """

    source: str
    n_rows: int
    tables: Mapping[str, pl.DataFrame]
    dropped: pl.DataFrame
    notices: tuple[Notice, ...] = ()
    marks: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARKS))


def map_rows(
    raw: RawTable,
    source: SourceFile,
    *,
    file: str,
    key: IdentityKey,
    questions: Mapping[str, Question],
    time_zone: str,
    people: PersonRules = AS_WRITTEN,
) -> StagedFile:
    """The staged rows of one file.

    Args:
        raw: The file as read.
        source: The source file that describes it.
        file: Name of the file, for refusals.
        key: The identity key.
        questions: The catalogue's questions.
        time_zone: The programme's zone, where the source names none.
        people: Which names mean the same person.

    Raises:
        FileRefused: `missing_column`, `ambiguous_column`, `day_order_missing`, `day_order_contradicted` or
            `month_in_choices`.
        SourceFileError: The source names a question the catalogue does not have as a score.
    """
    check_questions(source, questions)
    clock = Clock(raw.time_zone or source.time_zone or time_zone, source.day_order)
    columns = frozenset(spec.parts[0].names for spec in _person_specs(source))
    export = replace(open_export(raw, file, clock, key, source.columns), people=people, person_columns=columns)
    rule = _dropping_rule(export, source, raw)
    kept = export.where(rule.is_null())
    staged, landed = _staged(kept, source, questions, raw.recorded_column)
    dropped = pl.concat([_dropped(export.rows, rule), _dropped(kept.rows, landed)])
    named = _names(kept, source)
    return StagedFile(
        source.name,
        raw.n_rows,
        staged,
        dropped.sort(ROW_NUMBER, maintain_order=True),
        (*notices_of(raw, source, export.found, staged, questions), *_tagged(named, people)),
        near_marks(named.get_column("name"), people, key),
    )


def _person_specs(source: SourceFile) -> list[ValueSpec]:
    """What people are read from, where it is one column."""
    specs = (
        block.columns[column.name]
        for block in source.rows
        for column in core_table(block.table).columns
        if column.kind == "person" and column.name in block.columns
    )
    return [spec for spec in specs if len(spec.parts) == 1]


def _names(export: Export, source: SourceFile) -> pl.DataFrame:
    """The names of people as they stand in the file, with their rows; they go no further than the mapping."""
    frames = [
        pl.DataFrame({"name": text_of(spec, export)[0], ROW_NUMBER: export.rows})
        for spec in _person_specs(source)
        if export.has(spec)
    ]
    empty = pl.DataFrame(schema={"name": pl.String(), ROW_NUMBER: pl.Int64()})
    return pl.concat([empty, *frames]).drop_nulls().unique(maintain_order=True)


def _tagged(named: pl.DataFrame, people: PersonRules) -> tuple[Notice, ...]:
    """A notice where addresses carry a tag, as a+peer@x.org, and count as people of their own."""
    rows = named.filter(pl.col("name").str.contains(r"^[^@+]+\+[^@]*@")).get_column(ROW_NUMBER).unique().sort()
    if people.plus_addressing == IGNORE or rows.is_empty():
        return ()
    return (
        Notice(
            "plus_addresses",
            "people are named by addresses with a plus, and each counts as somebody else than the address without",
            'If they are the same person, set plus_addressing = "ignore" under [identity] in peerlift.toml',
            tuple(rows.head(ROWS_NAMED)),
        ),
    )


def check_questions(source: SourceFile, questions: Mapping[str, Question]) -> None:
    """Refuse a source whose questions the catalogue does not have, or has as outcomes and not as scores.

    Raises:
        SourceFileError: Names the source, the question and the nearest there is.
    """
    scored = [name for name, question in questions.items() if question.kind == "score"]
    for name in (name for block in source.rows for name in block.questions if name not in scored):
        where = f"sources/{source.name}.toml: `rows.questions.{name}`"
        if name in questions:
            raise SourceFileError(f"{where} is no score; read it into table outcome_reports, column state")
        near = get_close_matches(name, scored, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(scored)}"
        raise SourceFileError(f"{where} is not in the question catalogue; {hint}")


def _dropping_rule(export: Export, source: SourceFile, raw: RawTable) -> pl.Series:
    """For each row the first rule that leaves it out before any table, else null."""
    rules = [
        ("empty_row", _is_empty(raw.frame)),
        *(
            (rule, export.rows.is_in(raw.marked.filter(rule=rule).get_column(ROW_NUMBER).implode()))
            for rule in MARKS_OF_ROWS
            if rule not in source.keep
        ),
        *((drop.rule, all_hold(drop.when, export)) for drop in source.drop),
    ]
    flags = pl.DataFrame([flag.alias(str(place)) for place, (_, flag) in enumerate(rules)])
    first = pl.coalesce(pl.when(pl.col(str(place))).then(pl.lit(name)) for place, (name, _) in enumerate(rules))
    return flags.select(first.alias("rule")).to_series()


def _is_empty(frame: pl.DataFrame) -> pl.Series:
    """For each row, whether none of its cells is filled."""
    empty = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean(), eager=True)
    for name in frame.columns:
        if name != ROW_NUMBER and empty.any():
            empty = empty & ~frame.get_column(name).str.contains(r"\S").fill_null(value=False)
    return empty


def _staged(
    export: Export, source: SourceFile, questions: Mapping[str, Question], recorded_column: str | None
) -> tuple[dict[str, pl.DataFrame], pl.Series]:
    """Staged rows per table, and for each row the rule under which it lands in none (else null)."""
    tables: dict[str, list[pl.DataFrame]] = {}
    applied = landed = export.flags(value=False)
    for block in source.rows:
        rows = all_hold(block.when, export)
        frames, filled = _block(export, rows, block, questions, recorded_column)
        tables.setdefault(block.table, []).extend(frames)
        applied, landed = applied | rows, landed | filled
    flags = pl.DataFrame([applied.alias("applied"), landed.alias("landed")])
    rule = (
        pl.when(~pl.col("applied"))
        .then(pl.lit("no_block_applies"))
        .when(~pl.col("landed"))
        .then(pl.lit("nothing_answered"))
        .alias("rule")
    )
    return {name: pl.concat(frames) for name, frames in tables.items()}, flags.select(rule).to_series()


def _block(
    export: Export,
    rows: pl.Series,
    block: RowBlock,
    questions: Mapping[str, Question],
    recorded_column: str | None,
) -> tuple[list[pl.DataFrame], pl.Series]:
    """The frames of one block, and which rows of the file are in one of them."""
    table = core_table(block.table)
    readings = _readings(export, table, block, recorded_column)
    if not block.questions:
        return [_frame(export, table, readings).filter(rows)], rows
    frames = []
    landed = rows & False
    for question_id, spec in block.questions.items():
        if not export.has(spec):
            continue
        answered = rows & export.part(spec.parts[0]).is_not_null()
        named = export.constant(question_id, pl.String())
        readings["question_id"] = Reading(named, rows & False)
        readings["score"] = read_scores(spec, questions[question_id].choices, export)
        frames.append(_frame(export, table, readings).filter(answered))
        landed = landed | answered
    return frames, landed


def _readings(export: Export, table: Table, block: RowBlock, recorded_column: str | None) -> dict[str, Reading]:
    specs = dict(block.columns)
    if recorded_column is not None:
        specs.setdefault(RECORDED_AT.name, ValueSpec((Part(recorded_column),)))
    columns = (*table.columns, RECORDED_AT)
    return {
        column.name: read_value(specs[column.name], column, export)
        for column in columns
        if column.name in specs and export.has(specs[column.name])
    }


def _frame(export: Export, table: Table, readings: Mapping[str, Reading]) -> pl.DataFrame:
    """One staged row per row of the file, with the contract's columns in their order."""
    columns = (*table.columns, RECORDED_AT)
    values = [
        readings[column.name].values.alias(column.name)
        if column.name in readings
        else export.constant(None, POLARS_TYPES.get(column.kind, pl.String())).alias(column.name)
        for column in columns
    ]
    names = [column.name for column in columns if column.name in readings]
    return pl.DataFrame(
        [*values, _unreadable(names, readings, export).alias("unreadable"), export.rows.alias(ROW_NUMBER)]
    )


def _unreadable(names: list[str], readings: Mapping[str, Reading], export: Export) -> pl.Series:
    """Names of the columns each row has an unreadable cell in, as `,a,b,`; empty where there is none."""
    wrong = [name for name in names if readings[name].unreadable.any()]
    if not wrong:
        return export.constant("", pl.String())
    flags = pl.DataFrame([readings[name].unreadable.alias(name) for name in wrong])
    listed = pl.concat_str(
        pl.when(pl.col(name)).then(pl.lit(f"{name},")).otherwise(pl.lit("")) for name in wrong
    )
    return (
        flags.select(listed.alias("listed"))
        .select(pl.when(pl.col("listed") == "").then(pl.lit("")).otherwise("," + pl.col("listed")))
        .to_series()
    )


def _dropped(rows: pl.Series, rule: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame([rows.alias(ROW_NUMBER), rule.cast(pl.String).alias("rule")], schema=DROPPED_SCHEMA)
    return frame.filter(pl.col("rule").is_not_null())
