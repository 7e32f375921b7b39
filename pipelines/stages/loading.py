"""From staged rows to history: bad rows to quarantine, good rows appended, every row accounted for."""

from __future__ import annotations

import io
from datetime import datetime

import polars as pl

from models.catalogue import questions
from models.contracts import CORE_TABLES, Table
from models.rules import Rule, core_rules, staged_rules
from pipelines.private_files import replace_file
from pipelines.settings import Programme
from pipelines.stages.landing import list_inbox, remove_copy, remove_from_inbox
from pipelines.store.deliveries import (
    list_files,
    quarantined_rows,
    record_dropped,
    record_quarantined,
    record_reading,
    staged_readings,
)
from pipelines.store.history import (
    append_versions,
    create_history_views,
    forget_readings,
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
    with open_warehouse(folders.database) as connection:
        readings, dropped = staged_readings(connection)
        for reading in readings:
            record_reading(connection, reading)
            record_dropped(connection, reading.file_id, dropped.filter(pl.col("file_id") == reading.file_id))
        loaded_now = [reading.file_id for reading in readings if reading.status == "loaded"]
        forget_readings(connection, loaded_now)
        n_new = dict.fromkeys((table.name for table in CORE_TABLES), 0)
        for table in CORE_TABLES:
            rules = rules_of(table, "staged")
            _quarantine(connection, table, rules)
            conditions = " or ".join(broken(rule, questions()) for rule in rules)
            for landed_at, file_ids in _deliveries(connection, loaded_now):
                is_left_out = f"{conditions} or file_id not in ({file_ids})"
                n_new[table.name] += append_versions(connection, table, is_left_out, landed_at)
        record_repeats(connection, loaded_now)
        create_history_views(connection)
        files = list_files(connection)
        loaded = set(files.filter(pl.col("status") == "loaded")["sha256"])
        refused = set(files.filter(pl.col("status") == "refused")["file_id"])
        aside = quarantined_rows(connection)
    for file in list_inbox(folders):
        if file.sha256 in loaded:
            remove_from_inbox(file)
        elif file.file_id in refused:
            remove_copy(folders, file.file_id)
    _write_quarantine(programme, aside)
    return n_new


def rules_of(table: Table, stage: str) -> tuple[Rule, ...]:
    """The rules of a table at a stage (`staged` or `core`)."""
    return staged_rules(table, tuple(questions())) if stage == "staged" else core_rules(table)


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


def _deliveries(connection: Connection, file_ids: list[str]) -> list[tuple[datetime, str]]:
    """The files by the time they came in, oldest first, so that reading anew tells the same story again."""
    files = list_files(connection).filter(pl.col("file_id").is_in(file_ids))
    by_time = files.group_by("landed_at").agg(pl.col("file_id").sort()).sort("landed_at")
    return [(landed_at, ", ".join(f"'{file_id}'" for file_id in ids)) for landed_at, ids in by_time.iter_rows()]


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


def _write_quarantine(programme: Programme, aside: pl.DataFrame) -> None:
    rules = [
        (table.name, rule.name, rule.remedy) for table in CORE_TABLES for rule in rules_of(table, "staged")
    ]
    remedies = pl.DataFrame(rules, schema=["table_name", "rule", "remedy"], orient="row")
    listed = aside.join(remedies, on=["table_name", "rule"], how="left", maintain_order="left")
    text = io.BytesIO()
    listed.write_csv(text)
    replace_file(programme.folders.quarantine, text.getvalue())
