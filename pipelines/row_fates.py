"""What would become of each row of a file: into which tables, left out, set aside or said again by a later row.

What belongs here: working it out for one file by itself, in a warehouse made for the moment.
What does not: printing it (`check_file`), or what other files say of the same rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.catalogue import questions
from models.contracts import CORE_TABLES, core_table
from pipelines.mapping import StagedFile
from pipelines.readers.raw import ROW_NUMBER
from pipelines.settings import Programme, data_cut, now
from pipelines.stages.quarantine import rules_of
from pipelines.stages.reading import staged_frames
from pipelines.store.derive import put_run_settings
from pipelines.store.history import put_staged, staged_table
from pipelines.store.warehouse import fetch, open_warehouse
from pipelines.validate import broken


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows of one table that break one rule.

    Attributes:
        table: Name of the core table.
        rule: Name of the rule.
        remedy: What to do about it.
        rows: Their row numbers, ascending.
    """

    table: str
    rule: str
    remedy: str
    rows: tuple[int, ...]


def rows_set_aside(programme: Programme, staged: StagedFile) -> tuple[SetAside, ...]:
    """The rows a run would set aside, by the very conditions it uses.

    That a commitment can be told from the previous session is known only with the other files, and not checked.
    """
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(folder) / "check.duckdb") as connection:
        put_run_settings(connection, data_cut(programme, now()), programme.plan, programme.plan.lag_days)
        put_staged(connection, staged_frames(staged, "checked"))
        found = []
        for table in CORE_TABLES:
            for rule in rules_of(table, "staged"):
                rows = fetch(
                    connection,
                    f"select distinct row_number from {staged_table(table)} "  # noqa: S608
                    f"where {broken(rule, questions())} order by row_number",
                )["row_number"].to_list()
                if rows:
                    found.append(SetAside(table.name, rule.name, rule.remedy, tuple(rows)))
    return tuple(found)


def rows_said_again(staged: StagedFile, set_aside: tuple[SetAside, ...]) -> dict[str, tuple[int, ...]]:
    """By table, the rows about something that a later row of the same file is about too.

    Later is what was recorded later and, of those recorded at once, what stands further down. Rows that are set
    aside neither replace others nor are replaced.
    """
    found = {}
    for name, every in staged.tables.items():
        bad = [row for item in set_aside if item.table == name for row in item.rows]
        frame = every.filter(~pl.col(ROW_NUMBER).is_in(bad))
        key = [column.name for column in core_table(name).columns if column.is_key]
        ordered = frame.sort("recorded_at", ROW_NUMBER, nulls_last=False, maintain_order=True)
        again = ordered.filter(~ordered.select(pl.struct(key).is_last_distinct()).to_series())
        rows = again.get_column(ROW_NUMBER).unique().sort()
        if len(rows):
            found[name] = tuple(rows)
    return found


def fates(staged: StagedFile, set_aside: tuple[SetAside, ...]) -> Iterator[tuple[int, str]]:
    """Each row's number and what becomes of it, in the file's order."""
    said: dict[int, list[str]] = {}
    for rows, words in _said(staged, set_aside):
        for row, text in zip(rows, words, strict=True):
            said.setdefault(row, []).append(text)
    for row in sorted(said):
        yield row, ", ".join(said[row])


def _said(staged: StagedFile, set_aside: tuple[SetAside, ...]) -> Iterator[tuple[list[int], list[str]]]:
    for row, rule in staged.dropped.iter_rows():
        yield [row], [f"left out: {rule}"]
    for name, frame in staged.tables.items():
        counted = frame.group_by(ROW_NUMBER, maintain_order=True).len("n")
        yield (
            counted.get_column(ROW_NUMBER).to_list(),
            [name if n == 1 else f"{name} ({n})" for n in counted.get_column("n")],
        )
    for name, again in rows_said_again(staged, set_aside).items():
        yield list(again), [f"superseded by a later row: {name}"] * len(again)
    for item in set_aside:
        yield list(item.rows), [f"set aside: {item.table}, {item.rule}"] * len(item.rows)


def dropped_rows(staged: StagedFile) -> Mapping[str, tuple[int, ...]]:
    """Row numbers by the rule under which they are left out, rules in alphabetical order."""
    grouped = staged.dropped.group_by("rule").agg(pl.col(ROW_NUMBER).sort()).sort("rule")
    return {rule: tuple(rows) for rule, rows in grouped.iter_rows()}
