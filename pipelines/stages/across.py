"""Rules across tables, on the core tables as of the cut: warnings are kept, rows that cannot both be true set aside."""

from __future__ import annotations

import polars as pl

from models.contracts import CORE_TABLES
from models.cross_rules import CROSS_RULES, LIMITS
from pipelines.settings import Programme
from pipelines.stages.quarantine import write_quarantine
from pipelines.stages.tables import build_core_tables
from pipelines.store.across import core_counts, forget_across, put_limits, record_broken
from pipelines.store.warehouse import open_warehouse
from pipelines.validate import CheckResult, ValidationError, count_broken

STAGE = "across"


def check_across(programme: Programme) -> tuple[CheckResult, ...]:
    """Run every rule across tables and remember what breaks it; the core tables are built anew where rows go.

    Raises:
        ValidationError: Great Expectations counts other rows than were remembered, or cannot run a rule.
    """
    database = programme.folders.database
    with open_warehouse(database) as connection:
        put_limits(connection, LIMITS)
        forget_across(connection)
        n_rows = core_counts(connection, {table.name: f"core_{table.name}" for table in CORE_TABLES})
    counted = count_broken(database, {rule.name: rule.sql for rule in CROSS_RULES})
    with open_warehouse(database) as connection:
        found = {rule.name: record_broken(connection, rule) for rule in CROSS_RULES}
        if found != counted:
            raise ValidationError(
                "Great Expectations and the rows remembered disagree on a rule across tables. Run again; if it stays "
                "so, report it."
            )
        results = tuple(
            CheckResult(f"core_{rule.table.name}", rule.name, n_rows[rule.table.name], found[rule.name])
            for rule in CROSS_RULES
        )
        rows = [(STAGE, r.table_name, r.rule, r.n_rows, r.n_unexpected, r.passed) for r in results]
        frame = pl.DataFrame(
            rows,
            schema=["stage", "table_name", "rule", "n_rows", "n_unexpected", "passed"],
            orient="row",
        )
        connection.execute("delete from checks where stage = ?", [STAGE])
        connection.register("incoming_checks", frame.to_arrow())
        connection.execute("insert into checks select * from incoming_checks")
    if any(rule.is_blocking and found[rule.name] for rule in CROSS_RULES):
        build_core_tables(programme)
        write_quarantine(programme)
    return results
