"""Rules across tables in the warehouse: which source rows break them, and setting aside those of blocking rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import polars as pl

from models.cross_rules import ACROSS, CrossRule, Limits
from pipelines.store.warehouse import Connection, fetch, one_row, put_table

PICKED = "picked_across"


def put_limits(connection: Connection, limits: Limits) -> None:
    """Write the one row that the rules' selects read their numbers from."""
    put_table(connection, "rule_limits", pl.DataFrame([asdict(limits)]))


def forget_across(connection: Connection) -> None:
    """Forget what earlier runs found across tables: what came in since may have settled it."""
    connection.execute("delete from broken_across")
    connection.execute(f"delete from set_aside where starts_with(rule, '{ACROSS}')")


def record_broken(connection: Connection, rule: CrossRule) -> int:
    """Remember the source rows behind what breaks a rule; returns how many rows of its core table break it.

    Of a blocking rule every version of such a row is remembered and set aside, of others the ones that stand.
    """
    connection.execute(f"create or replace temp table {PICKED} as {rule.sql}")
    n_rows = int(one_row(connection, f"select count(*) from {PICKED}")[0])
    if n_rows == 0:
        return 0
    history = f"core_{rule.table.name}_history"
    matched = " and ".join(f'h."{name}" is not distinct from p."{name}"' for name in rule.identified_by)
    connection.execute(
        f"""
        insert into broken_across
        select distinct ?, ?, h.source, h.file_id, h.row_number
        from {history} as h inner join {PICKED} as p on {matched}
        where ? or h.known_to is null
        """,
        [rule.name, rule.table.name, rule.is_blocking],
    )
    if rule.is_blocking:
        connection.execute(
            "insert into set_aside select file_id, row_number, 'quarantined', table_name, rule, null "
            "from broken_across where rule = ?",
            [rule.name],
        )
    return n_rows


def core_counts(connection: Connection, tables: Mapping[str, str]) -> dict[str, int]:
    """Rows of each core table."""
    return {
        name: int(one_row(connection, f"select count(*) from {table}")[0]) for name, table in tables.items()
    }


def broken_across(connection: Connection) -> pl.DataFrame:
    """Source rows that break a rule across tables: `file`, `source`, `row_number`, `table_name` and `rule`."""
    return fetch(
        connection,
        "select f.name as file, b.source, b.row_number, b.table_name, b.rule from broken_across as b "
        "inner join files as f using (file_id) order by b.rule, f.name, b.row_number",
    )
