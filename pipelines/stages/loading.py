"""From staged rows to history: bad rows to quarantine, good rows appended, every row accounted for."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from models.catalogue import questions
from models.contracts import CORE_TABLES, Table
from models.rules import Rule
from pipelines.settings import Programme
from pipelines.stages.comparing import compare_with_earlier
from pipelines.stages.landing import clear_inbox
from pipelines.stages.quarantine import rules_of, write_quarantine
from pipelines.stages.reading import load_sources
from pipelines.store.deliveries import (
    list_files,
    record_dropped,
    record_quarantined,
    record_reading,
    staged_readings,
)
from pipelines.store.earlier_deliveries import empty_quarantine
from pipelines.store.file_notices import record_notices, record_seen
from pipelines.store.history import (
    append_versions,
    create_history_views,
    forget_readings,
    put_first_complete,
    record_repeats,
    staged_table,
)
from pipelines.store.warehouse import Connection, fetch, open_warehouse
from pipelines.validate import CheckResult, ValidationError, broken, check_table


def check_staged(programme: Programme) -> tuple[CheckResult, ...]:
    """Run Great Expectations on every staged table and keep the counts."""
    return _check(programme, "staged")


def check_core(programme: Programme) -> tuple[CheckResult, ...]:
    """Run Great Expectations on every core table and keep the counts."""
    return _check(programme, "core")


def load_history(programme: Programme) -> dict[str, int]:
    """Quarantine the bad staged rows, append the good ones, remember what became of each; new rows per table.

    All of it is one transaction: a run that is killed leaves the file to be read again. A file read before in
    another way replaces what it said then, as of the time it came in.

    Raises:
        ValidationError: the rows set aside under a rule are not as many as Great Expectations counted.
    """
    folders = programme.folders
    first_complete = [
        name for name, source in load_sources(programme).items() if source.several_answers == "first_complete"
    ]
    with open_warehouse(folders.database) as connection:
        put_first_complete(connection, first_complete)
        readings, dropped = staged_readings(connection)
        for reading in readings:
            record_reading(connection, reading)
            record_dropped(connection, reading.file_id, dropped.filter(pl.col("file_id") == reading.file_id))
        record_seen(connection)
        loaded_now = [reading.file_id for reading in readings if reading.status == "loaded"]
        forget_readings(connection, loaded_now)
        is_bad = {}
        for table in CORE_TABLES:
            rules = rules_of(table, "staged")
            _quarantine(connection, table, rules)
            is_bad[table.name] = " or ".join(broken(rule, questions()) for rule in rules)
        n_new = dict.fromkeys(is_bad, 0)
        for landed_at, file_ids in _deliveries(connection, loaded_now):
            for file_id in file_ids:
                record_notices(connection, file_id, compare_with_earlier(connection, file_id))
            listed = ", ".join(f"'{file_id}'" for file_id in file_ids)
            for table in CORE_TABLES:
                is_left_out = f"{is_bad[table.name]} or file_id not in ({listed})"
                n_new[table.name] += append_versions(connection, table, is_left_out, landed_at)
        record_repeats(connection, loaded_now)
        empty_quarantine(connection)
        create_history_views(connection)
    clear_inbox(programme)
    write_quarantine(programme)
    return n_new


def _check(programme: Programme, stage: str) -> tuple[CheckResult, ...]:
    database = programme.folders.database
    with open_warehouse(database) as connection:
        n_rows = {
            table.name: int(fetch(connection, f"select count(*) as n from {stage}_{table.name}")["n"][0])  # noqa: S608
            for table in CORE_TABLES
        }
    results: list[CheckResult] = []
    for table in CORE_TABLES:
        rules = rules_of(table, stage)
        if n_rows[table.name]:
            results += check_table(database, f"{stage}_{table.name}", rules, questions())
        else:
            results += [CheckResult(f"{stage}_{table.name}", rule.name, 0, 0) for rule in rules]
    rows = pl.DataFrame(
        [(stage, item.table_name, item.rule, item.n_rows, item.n_unexpected, item.passed) for item in results],
        schema=["stage", "table_name", "rule", "n_rows", "n_unexpected", "passed"],
        orient="row",
    )
    with open_warehouse(database) as connection:
        connection.execute("delete from checks where stage = ?", [stage])
        connection.register("incoming_checks", rows.to_arrow())
        connection.execute("insert into checks select * from incoming_checks")
    return tuple(results)


def _deliveries(connection: Connection, file_ids: list[str]) -> list[tuple[datetime, list[str]]]:
    """The files by the time they came in, oldest first, so that reading anew tells the same story again."""
    files = list_files(connection).filter(pl.col("file_id").is_in(file_ids))
    by_time = files.group_by("landed_at").agg(pl.col("file_id").sort()).sort("landed_at")
    return list(by_time.iter_rows())


def _quarantine(connection: Connection, table: Table, rules: tuple[Rule, ...]) -> None:
    counted = dict(
        connection.execute(
            "select rule, n_unexpected from checks where stage = 'staged' and table_name = ?",
            [staged_table(table)],
        ).fetchall()
    )
    for rule in rules:
        n_rows = record_quarantined(connection, table, rule.name, broken(rule, questions()))
        if n_rows != counted.get(rule.name, 0):
            raise ValidationError(
                f"{table.name}: Great Expectations counted {counted.get(rule.name, 0)} rows that break {rule.name}, "
                f"but {n_rows} were set aside. Run again; if it stays so, report it."
            )
