"""What was promised when: the plan's versions, the privacy floors, and the weeks frozen under them.

What belongs here: the warehouse's tables to which rows are added and never changed.
What does not: what a version is and what changed (`models.plan`), and estimating.
"""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl

from models.plan import Plan, PlanVersion, next_version
from pipelines.settings import SETTINGS_FILE, SettingsError
from pipelines.store.warehouse import FROZEN_WITH, Connection, fetch, one_row


def record_plan(connection: Connection, plan: Plan, day: date) -> PlanVersion:
    """The version of the plan in force, added where the last one was another plan; `day` is the run's cut."""
    versions = plan_versions(connection)
    added = next_version(versions[-1] if versions else None, plan, day)
    if added is None:
        return versions[-1]
    connection.execute(
        "insert into plan_versions values (?, ?, ?, ?, ?)",
        [added.version, added.effective_from, added.plan_hash, added.values, added.changes],
    )
    return added


def plan_versions(connection: Connection) -> tuple[PlanVersion, ...]:
    """Every version of the plan, the first one first."""
    rows = connection.execute(
        'select version, effective_from, plan_hash, "values", changes from plan_versions order by version'
    ).fetchall()
    return tuple(PlanVersion(*row) for row in rows)


def record_floors(connection: Connection, people: int, people_loneliness: int, day: date) -> None:
    """Keep the privacy floors of a run; they were promised to whoever answered since.

    Raises:
        SettingsError: one is lower than it was at an earlier run.
    """
    before = one_row(
        connection, "select max(minimum_people), max(minimum_people_loneliness) from floor_versions"
    )
    now = {"minimum_people": people, "minimum_people_loneliness": people_loneliness}
    for (name, value), highest in zip(now.items(), before, strict=True):
        if highest is not None and value < highest:
            raise SettingsError(
                f"{SETTINGS_FILE}: {name} is {value}, and people answered while it was {highest}: it can be raised, "
                f"never lowered. Set {name} = {highest} again."
            )
    if tuple(now.values()) != before:
        connection.execute("insert into floor_versions values (?, ?, ?)", [day, people, people_loneliness])


def version_in_force(connection: Connection) -> int:
    """Number of the last version of the plan; 0 before the first run."""
    return int(one_row(connection, "select coalesce(max(version), 0) from plan_versions")[0])


def freeze_week(connection: Connection, week: str, version: PlanVersion, inputs_hash: str) -> None:
    """Keep the week's difference, once for the same inputs, with the hash of the counts it was made from.

    Another run of the week with other inputs adds another row; nothing is ever changed.
    """
    connection.execute(
        """
        insert into frozen_weeks
        select e.*, ?, ?, ?, ?, s.known_at
        from estimate_effect_by_week as e cross join run_settings as s
        where e.week = ? and not exists (
            select 1 from frozen_weeks as f where f.week = e.week and f.inputs_hash = ? and f.plan_version = ?
        )
        """,
        [
            inputs_hash,
            week_data_hash(connection, week),
            version.version,
            version.plan_hash,
            week,
            inputs_hash,
            version.version,
        ],
    )


def frozen_under(frozen: pl.DataFrame, version: int) -> pl.DataFrame:
    """The last estimate kept in each week under a version of the plan; another version is another sequence."""
    return (
        frozen.filter(pl.col("plan_version") == version)
        .sort("week", "known_at", "inputs_hash")
        .unique("week", keep="last", maintain_order=True)
        .drop(column.name for column in FROZEN_WITH)
    )


def week_data_hash(connection: Connection, week: str) -> str:
    """Hash of the counts a week's difference is made from, in whatever order they come and clusters are numbered."""
    cells = fetch(
        connection,
        "select group_id, person_id, arm, n_done, n_not_done, n_withdrawn, n_unknown, n_kept "
        "from effect_cells_by_week where week_end_day in (select week_end_day from weeks where week = ?) order by all",
        [week],
    )
    return hashlib.sha256(cells.write_csv().encode()).hexdigest()
