"""From the table of an export to staged rows of the core tables.

What belongs here: which row of a file lands in which table, and which is left out under which rule.
What does not: reading a cell as its kind (`cell_values`, `times`), checking ranges and keys (`validate`).

Every row of the file lands in at least one table or is dropped by exactly one named rule; none goes missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from models.catalogue import Question
from models.contracts import Column, Table, core_table
from pipelines.cell_values import POLARS_TYPES, Export, Reading, all_hold, open_export, read_scores, read_value
from pipelines.identity import IdentityKey
from pipelines.notices import Notice
from pipelines.readers import RawTable
from pipelines.readers.raw import MARKS_OF_ROWS, ROW_NUMBER
from pipelines.source_file import SourceFile, SourceFileError
from pipelines.source_spec import Part, RowBlock, ValueSpec
from pipelines.times import Clock

DROPPED_SCHEMA: Mapping[str, pl.DataType] = {ROW_NUMBER: pl.Int64(), "rule": pl.String()}
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
    """

    source: str
    n_rows: int
    tables: Mapping[str, pl.DataFrame]
    dropped: pl.DataFrame
    notices: tuple[Notice, ...] = ()


def map_rows(
    raw: RawTable,
    source: SourceFile,
    *,
    file: str,
    key: IdentityKey,
    questions: Mapping[str, Question],
    time_zone: str,
) -> StagedFile:
    """The staged rows of one file.

    Args:
        raw: The file as read.
        source: The source file that describes it.
        file: Name of the file, for refusals.
        key: The identity key.
        questions: The catalogue's questions.
        time_zone: The programme's zone, where the source names none.

    Raises:
        FileRefused: `missing_column`, `ambiguous_column`, `day_order_missing` or `day_order_contradicted`.
        SourceFileError: The source names a question the catalogue does not have as a score.
    """
    check_questions(source, questions)
    clock = Clock(source.time_zone or time_zone, source.day_order)
    export = open_export(raw, file, clock, key, source.column_names)
    rule = _dropping_rule(export, source, raw.marked)
    kept = export.where(rule.is_null())
    staged, landed = _staged(kept, source, questions, raw.recorded_column)
    dropped = pl.concat([_dropped(export.rows, rule), _dropped(kept.rows, landed)])
    return StagedFile(source.name, raw.n_rows, staged, dropped.sort(ROW_NUMBER, maintain_order=True))


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


def _dropping_rule(export: Export, source: SourceFile, marked: pl.DataFrame) -> pl.Series:
    """For each row the first rule that leaves it out before any table, else null."""
    rules = [
        ("empty_row", _is_empty(export)),
        *(
            (rule, export.rows.is_in(marked.filter(rule=rule).get_column(ROW_NUMBER).implode()))
            for rule in MARKS_OF_ROWS
            if rule not in source.keep
        ),
        *((drop.rule, all_hold(drop.when, export)) for drop in source.drop),
    ]
    flags = pl.DataFrame([flag.alias(str(place)) for place, (_, flag) in enumerate(rules)])
    first = pl.coalesce(pl.when(pl.col(str(place))).then(pl.lit(name)) for place, (name, _) in enumerate(rules))
    return flags.select(first.alias("rule")).to_series()


def _is_empty(export: Export) -> pl.Series:
    """For each row, whether none of its cells is filled."""
    empty = export.flags(value=True)
    for name in export.frame.columns:
        if name != ROW_NUMBER:
            empty = empty & export.frame.get_column(name).is_null()
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
        if column.name in specs
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
