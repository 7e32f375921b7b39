"""Estimates from derived tables, and the tables about the data."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from models.catalogue import claims, metrics, questions
from models.contracts import CORE_TABLES, META_TABLES, PROTECTED_TABLES, Table, estimate_table
from models.derived import derived_tables
from models.estimates import Inputs, Setting, estimate_tables
from models.estimates.programme import PLAN_VERSIONS, plan_version_rows
from models.frames import frame_of
from models.plan import PlanVersion
from pipelines.settings import Cut, Programme, iso_week
from pipelines.stages.quarantine import rules_of
from pipelines.stages.tables import derived_names
from pipelines.store.deliveries import quarantined_rows, row_accounts
from pipelines.store.history import staged_table
from pipelines.store.plan_history import (
    freeze_week,
    frozen_under,
    plan_versions,
    record_floors,
    record_plan,
    version_in_force,
)
from pipelines.store.warehouse import Connection, fetch, open_warehouse, put_table

RUNS = "meta_runs"
EXTRA_TABLES = ("weeks", "frozen_weeks")
UNREAD = ("commitment_exposure", "commitment_outcomes", "session_attendees", "usefulness_answers")


def estimate_all(programme: Programme, inputs_hash: str) -> dict[str, int]:
    """Run every estimator, keep the tables, and freeze this week's difference; rows per table.

    A week's estimate is kept once for the same inputs and never changed: another run of the week adds another.
    """
    with open_warehouse(programme.folders.database) as connection:
        version = _record_promises(connection, programme)
        inputs = estimation_inputs(connection, programme)
        estimates = estimate_tables(inputs, metrics(), claims())
        estimates |= {PLAN_VERSIONS.name: plan_version_rows(plan_versions(connection))}
        for name, frame in estimates.items():
            put_table(connection, name, frame)
        freeze_week(connection, iso_week(inputs.setting.data_as_of), version, inputs_hash)
    return {name: len(frame) for name, frame in estimates.items()}


def protected_tables(connection: Connection) -> dict[str, pl.DataFrame]:
    """The protected tables by name, in the order the gate put them."""
    return _fetched(connection, PROTECTED_TABLES)


def meta_tables(connection: Connection, run: dict[str, object]) -> dict[str, pl.DataFrame]:
    """The tables about the data: sources, checks, catalogue, lineage and the run; no person is in them."""
    kept = tuple(table for table in META_TABLES if table.name != RUNS)
    return {**_fetched(connection, kept), RUNS: frame_of(_meta(RUNS), [run])}


def _fetched(connection: Connection, tables: Sequence[Table]) -> dict[str, pl.DataFrame]:
    return {
        table.name: fetch(connection, f"select * from {table.name}").select(table.column_names)  # noqa: S608
        for table in tables
    }


def described_tables(connection: Connection) -> dict[str, pl.DataFrame]:
    """The tables about the data as of now, but for the run itself."""
    rows = {
        "meta_sources": _source_rows(connection),
        "meta_quarantine": quarantined_rows(connection)
        .unique(["source", "table_name", "rule", "file", "row_number"])
        .group_by("source", "table_name", "rule")
        .agg(pl.len().cast(pl.Int64).alias("n_rows"))
        .sort("source", "table_name", "rule")
        .to_dicts(),
        "meta_checks": _check_rows(connection),
        "meta_questions": _question_rows(),
        "meta_metrics": [
            {name: getattr(metric, name) for name in _meta("meta_metrics").column_names}
            for metric in metrics().values()
        ],
        "meta_claims": [
            {name: getattr(claim, name) for name in _meta("meta_claims").column_names}
            for claim in claims().values()
        ],
        "meta_lineage": lineage_rows(),
    }
    return {name: frame_of(_meta(name), listed) for name, listed in rows.items()}


def lineage_rows() -> list[dict[str, object]]:
    """Which table is made from which, from the history to the protected tables."""
    pairs = {(table.name, read) for table in derived_tables() for read in table.reads}
    pairs |= {
        (read, "core_" + read.removeprefix("current_") + "_history") for _, read in pairs if "current_" in read
    }
    estimates = [estimate_table(table).name for table in PROTECTED_TABLES]
    pairs |= {(name, read) for name in estimates for read in derived_names() if read not in UNREAD}
    pairs |= {("protected_" + name.removeprefix("estimate_"), name) for name in estimates}
    return [{"table_name": table, "made_from": read} for table, read in sorted(pairs)]


def estimation_inputs(connection: Connection, programme: Programme) -> Inputs:
    """Everything the estimators and the gate read."""
    names = (*(name for name in derived_names() if name not in UNREAD), *EXTRA_TABLES)
    tables = {name: fetch(connection, f"select * from {name}") for name in names}  # noqa: S608
    tables["weeks"] = tables["weeks"].sort("week_end_day")
    tables["frozen_weeks"] = frozen_under(tables["frozen_weeks"], version_in_force(connection))
    row = fetch(connection, "select data_as_of, known_at, lag_days from run_settings").row(0, named=True)
    cut = Cut(row["data_as_of"], row["known_at"])
    setting = Setting(
        programme.name,
        programme.is_synthetic,
        cut.day,
        cut.week,
        cut.next_refresh_on,
        programme.plan,
        row["lag_days"],
        programme.minimum_people,
    )
    return Inputs(tables, setting)


def _record_promises(connection: Connection, programme: Programme) -> PlanVersion:
    """Keep the privacy floors and the plan of this run; returns the version of the plan in force."""
    day = fetch(connection, "select data_as_of from run_settings")["data_as_of"][0]
    record_floors(connection, programme.minimum_people, programme.minimum_people_loneliness, day)
    return record_plan(connection, programme.plan, day)


def _source_rows(connection: Connection) -> list[dict[str, object]]:
    counted = pl.selectors.starts_with("n_rows")
    return (
        row_accounts(connection)
        .group_by("source")
        .agg(
            pl.len().cast(pl.Int64).alias("n_files"),
            pl.col("landed_at").max().dt.date().alias("last_landed_on"),
            counted.sum().cast(pl.Int64),
        )
        .sort("source")
        .to_dicts()
    )


def _check_rows(connection: Connection) -> list[dict[str, object]]:
    """Every check with what it found among all rows ever read, however many runs read them."""
    aside = fetch(
        connection,
        "select table_name, rule, count(*) as n from set_aside where disposition = 'quarantined' group by all",
    )
    found = {(table_name, rule): n for table_name, rule, n in aside.iter_rows()}
    rows: list[dict[str, object]] = []
    for table in CORE_TABLES:
        n_kept = fetch(connection, f"select count(*) as n from core_{table.name}_history")["n"][0]  # noqa: S608
        n_aside = sum(n for (table_name, _), n in found.items() if table_name == table.name)
        for rule in rules_of(table, "staged"):
            n = found.get((table.name, rule.name), 0)
            counts = {"n_rows": n_kept + n_aside, "n_unexpected": n, "passed": n == 0}
            rows.append({"stage": "staged", "table_name": staged_table(table), "rule": rule.name, **counts})
    return (
        rows
        + fetch(connection, "select * from checks where stage in ('core', 'across') order by all").to_dicts()
    )


def _question_rows() -> list[dict[str, object]]:
    return [
        {
            "question_id": question.question_id,
            "text": question.text,
            "scale": question.scale or question.kind,
            "minimum_score": question.minimum_score,
            "maximum_score": question.maximum_score,
            "construct": question.construct,
        }
        for question in questions().values()
    ]


def _meta(name: str) -> Table:
    return next(table for table in META_TABLES if table.name == name)
