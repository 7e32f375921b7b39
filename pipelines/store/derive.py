"""Run settings, clusters and the derived tables: from core to what estimates need."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from models.derived import derived_tables
from models.effects.clusters import connected_components
from models.plan import Plan, effective_lag_days
from pipelines.settings import Cut, iso_week
from pipelines.store.warehouse import Connection, fetch, one_row, put_table

EPOCH = date(1970, 1, 1)
US_PER_HOUR = 3_600_000_000


def put_run_settings(connection: Connection, cut: Cut, plan: Plan, lag_days: int) -> None:
    """Write the one row that every derived table reads its cut, horizon and lag from."""
    put_table(
        connection,
        "run_settings",
        pl.DataFrame(
            {
                "data_as_of": [cut.day],
                "cut_day": [(cut.day - EPOCH).days],
                "known_at": [cut.known_at],
                "horizon_days": [plan.horizon_days],
                "lag_days": [lag_days],
                "booking_us": [plan.booking_hours * US_PER_HOUR],
            }
        ),
    )


def lag_days(connection: Connection, plan: Plan) -> int:
    """The plan's lag, or longer where the programme meets less often (`effective_lag_days`)."""
    (median_gap,) = one_row(
        connection,
        """
        select median(gap) from (
            select started_day - lag(started_day) over (partition by group_id order by started_day) as gap
            from core_sessions where status = 'held' and started_day is not null
        ) where gap is not null
        """,
    )
    return effective_lag_days(plan, median_gap)


def put_weeks(connection: Connection) -> None:
    """Write one row per ISO week from the first mature commitment to the cut; the last ends at the cut."""
    first, last = one_row(
        connection,
        "select (select min(made_day) from core_commitments) + horizon_days + lag_days, cut_day from run_settings",
    )
    days: list[date] = []
    if first is not None and first <= last:
        cut_on, day = EPOCH + timedelta(days=last), EPOCH + timedelta(days=first)
        sunday = day + timedelta(days=6 - day.weekday())
        while sunday < cut_on:
            days.append(sunday)
            sunday += timedelta(days=7)
        days.append(cut_on)
    put_table(
        connection,
        "weeks",
        pl.DataFrame(
            {
                "week": [iso_week(day) for day in days],
                "week_ends_on": days,
                "week_end_day": [(day - EPOCH).days for day in days],
            },
            schema={"week": pl.String, "week_ends_on": pl.Date, "week_end_day": pl.Int64},
        ),
    )


def put_clusters(connection: Connection) -> None:
    """Write each person's cluster: people joined by shared groups, and also by partnerships across groups.

    The numbers serve sums only and are never published.
    """
    people = fetch(
        connection,
        "select distinct person_id from (select person_id from core_people union all "
        "select person_id from core_memberships union all select person_id from core_commitments union all "
        "select person_id from core_answers union all select person_id from core_attendance) order by person_id",
    )["person_id"]
    members = fetch(
        connection,
        """
        select person_id, group_id from core_memberships
        union
        select c.person_id, s.group_id from core_commitments as c inner join core_sessions as s using (session_id)
        union
        select a.person_id, s.group_id from core_attendance as a inner join core_sessions as s using (session_id)
        where a.attended
        order by person_id, group_id
        """,
    )
    last_group = fetch(
        connection,
        "select person_id, max_by(group_id, (from_on, group_id)) as last_group_id from core_memberships group by all",
    )
    partners = fetch(
        connection,
        "select distinct owner_person_id as person_id, partner_person_id from core_appointments "
        "where partner_person_id is not null order by all",
    )
    groups = members["group_id"].unique().sort()
    codes = {person: code for code, person in enumerate(people)}
    group_codes = {group: len(people) + code for code, group in enumerate(groups)}
    shared = [(codes[person], group_codes[group]) for person, group in members.iter_rows()]
    paired = [(codes[a], codes[b]) for a, b in partners.iter_rows() if a in codes and b in codes]
    n_nodes = len(people) + len(groups)
    clusters = pl.DataFrame(
        {
            "person_id": people,
            "cluster_id": _components(n_nodes, shared)[: len(people)],
            "partner_cluster_id": _components(n_nodes, shared + paired)[: len(people)],
        },
        schema={"person_id": pl.String, "cluster_id": pl.Int64, "partner_cluster_id": pl.Int64},
    )
    placed = clusters.join(last_group, on="person_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("last_group_id", "person_id")
    )
    put_table(connection, "person_clusters", placed)


def build_derived(connection: Connection, names: tuple[str, ...] | None = None) -> dict[str, int]:
    """Run the derived tables' selects in order (all of them, or those named); rows per table."""
    n_rows = {}
    for table in derived_tables():
        if table.name.startswith("core_") or (names is not None and table.name not in names):
            continue
        connection.execute(f"create or replace table {table.name} as {table.sql}")
        n_rows[table.name] = int(one_row(connection, f"select count(*) from {table.name}")[0])
    return n_rows


def _components(n_nodes: int, edges: list[tuple[int, int]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return connected_components(n_nodes, pairs).astype(np.int64)
