"""Many made-up programmes judged at once by the shipped SQL, cheap enough for Monte Carlo.

One large simulation is split by coaching group: group k belongs to programme (k - 1) mod n. Groups share neither
people nor draws, so the parts are as independent as separate programmes, and the SQL, which never looks across
people, runs once for all of them. A test checks that a programme judged alone gives the same cells.

What belongs here: simulated frames as core tables in an in-memory DuckDB, the shipped selects run on them, and
the cells of each programme. What does not: claims about what comes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, timedelta

import duckdb
import polars as pl

from models.catalogue import claims, metrics, questions
from models.contracts import CORE_TABLES
from models.derived import derived_tables
from models.disclosure import Floors, Fresh, Past, contributions, protect, slice_cells
from models.effects.cells import CommitmentCells
from models.estimates import Inputs, Setting, estimate_tables
from models.estimates.inputs import cells_of
from models.estimates.kept_by_day import followed_commitments
from models.estimates.programme import plan_version_rows
from models.plan import Plan, PlanVersion
from models.simulate import Programme, Scenario, cut_at, cut_on
from models.simulate.programme import empty_frame
from pipelines.settings import Cut
from pipelines.store.derive import build_derived, lag_days, put_clusters, put_run_settings, put_weeks
from pipelines.store.history import _clock_columns
from pipelines.store.warehouse import Connection, fetch

PEOPLE_PER_GROUP = 3
FOR_EFFECT = (
    "people",
    "memberships",
    "sessions",
    "attendance",
    "commitments",
    "outcome_reports",
    "appointments",
)
HEADLINE = (
    "commitment_exposure",
    "group_progress",
    "commitment_outcomes",
    "prompted_check_outs",
    "effect_cells",
)
ALL_CORE = tuple(table.name for table in CORE_TABLES)


def many(scenario: Scenario, n_programmes: int, seed: int) -> Scenario:
    """The scenario of one programme, large enough for so many of them."""
    n_groups = scenario.n_groups * n_programmes
    return replace(scenario, n_groups=n_groups, n_people=PEOPLE_PER_GROUP * n_groups, seed=seed)


@contextmanager
def judged(
    programme: Programme,
    *,
    tables: Collection[str] = FOR_EFFECT,
    derived: tuple[str, ...] | None = HEADLINE,
    plan: Plan | None = None,
) -> Iterator[Connection]:
    """A connection that holds the programme's core tables and the derived ones asked for (None is all).

    Core tables not in `tables` are left empty.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 1")
        _put_core(connection, programme, tables, plan or Plan())
        put_clusters(connection)
        put_weeks(connection)
        build_derived(connection, derived)
        yield connection
    finally:
        connection.close()


def programme_number(n_programmes: int) -> pl.Expr:
    """Which programme the row's coaching group belongs to, 0 to n_programmes - 1."""
    number = pl.col("group_id").str.slice(1).cast(pl.Int64) - 1
    return (number % n_programmes).alias("programme")


def cells_by_programme(rows: pl.DataFrame, n_programmes: int) -> list[CommitmentCells]:
    """Rows of one line of `effect_cells` as one set of cells per programme, in the programmes' order."""
    parts = rows.with_columns(programme_number(n_programmes)).partition_by("programme", as_dict=True)
    return [cells_of(parts[(number,)]) for number in range(n_programmes)]


def primary_cells(connection: Connection) -> pl.DataFrame:
    """The primary line of `effect_cells`."""
    return fetch(connection, "select * from effect_cells where line = 'primary'")


def part(programme: Programme, number: int, n_programmes: int) -> Programme:
    """One of the programmes on its own: the rows of its groups and of their members."""
    groups = programme.memberships.filter(programme_number(n_programmes) == number)
    sessions = programme.sessions.join(groups.select("group_id").unique(), on="group_id", how="semi")
    person = {name: groups.select(pl.col("person_id").alias(name)) for name in ("person_id", "owner_person_id")}
    frames = {}
    for item in fields(programme):
        frame = getattr(programme, item.name)
        if isinstance(frame, pl.DataFrame):
            key = "owner_person_id" if item.name == "appointments" else "person_id"
            if key in frame.columns:
                frames[item.name] = frame.join(person[key].unique(), on=key, how="semi")
    return replace(programme, **{**frames, "memberships": groups, "sessions": sessions})


def _put_core(connection: Connection, programme: Programme, tables: Collection[str], plan: Plan) -> None:
    zone = programme.scenario.time_zone
    written = {table.name: table.sql for table in derived_tables() if table.name.startswith("core_")}
    for table in CORE_TABLES:
        frame = empty_frame(table)
        if table.name in tables:  # what no simulated record says stays empty
            frame = pl.concat([frame, getattr(programme, table.name)], how="diagonal")
        clocks = "".join(f", {clock}" for column in table.columns for clock in _clock_columns(column, zone))
        connection.register("incoming", frame.to_arrow())
        made = f"create table current_{table.name} as select *{clocks} from incoming"
        connection.execute(made)
        connection.unregister("incoming")
        if f"core_{table.name}" not in written:
            connection.execute(f"create table core_{table.name} as from current_{table.name}")
    cut = Cut(_last_day(programme.scenario), cut_at(programme.scenario) + timedelta(hours=1))
    put_run_settings(connection, cut, plan, lag_days(connection, plan))
    for name, sql in written.items():
        connection.execute(f"create table {name} as {sql}")


def _last_day(scenario: Scenario) -> date:
    return date.fromisoformat(cut_on(scenario))


def protected_tables(connection: Connection, scenario: Scenario, plan: Plan) -> dict[str, pl.DataFrame]:
    """What the estimators and the disclosure gate make of a connection with every derived table."""
    row = fetch(connection, "select data_as_of, known_at, lag_days from run_settings").row(0, named=True)
    cut = Cut(row["data_as_of"], row["known_at"])
    setting = Setting("Made up", True, cut.day, cut.week, cut.next_refresh_on, plan, row["lag_days"])
    names = [table.name for table in derived_tables() if not table.name.startswith("core_")]
    tables = {name: fetch(connection, f"select * from {name}") for name in (*names, "weeks")}
    tables["weeks"] = tables["weeks"].sort("week_end_day")
    tables["frozen_weeks"] = pl.DataFrame(schema={"week": pl.String})
    inputs = Inputs(tables, setting)
    estimates = estimate_tables(inputs, metrics(), claims())
    estimates |= {
        "estimate_plan_versions": plan_version_rows([PlanVersion(1, cut.day, plan.sha256, plan.values, "")])
    }
    followed = {**tables, "commitment_days": followed_commitments(inputs)}
    fresh = Fresh(
        estimates,
        contributions(followed, questions(), cut.week, plan.horizon_days),
        slice_cells(tables["slice_commitments"], tables["slice_answers"]),
        cut.day,
        cut.week,
        plan.sha256,
    )
    return protect(fresh, Past(), Floors(), metrics()).tables
