"""What was promised when: versions of the plan, privacy floors, and weeks frozen under them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from models.frames import frame_of, schema
from models.plan import Plan
from pipelines.settings import SettingsError
from pipelines.store.plan_history import (
    freeze_week,
    frozen_under,
    plan_versions,
    record_floors,
    record_plan,
    version_in_force,
)
from pipelines.store.warehouse import BY_WEEK, Connection, fetch, open_warehouse, put_table

DAY = date(2026, 10, 4)
WEEK = "2026-W40"
OTHER = Plan(horizon_days=21)
CELL = {
    "week_end_day": 7,
    "cluster_id": 1,
    "group_id": "g",
    "arm": 1,
    **dict.fromkeys(("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept"), 1),
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "peerlift.duckdb") as connection:
        yield connection


def estimated(connection: Connection, estimate: float, *people: str) -> None:
    """A run that found this difference from one commitment of each of these people."""
    row = {"week": WEEK, "week_ends_on": DAY, "estimate": estimate, "status": "ok", "reasons": ""}
    put_table(connection, "estimate_effect_by_week", frame_of(BY_WEEK, [row]))
    known = datetime(2026, 10, 5, int(100 * estimate))  # noqa: DTZ001 - the warehouse holds UTC without saying so
    put_table(connection, "run_settings", pl.DataFrame({"known_at": [known]}))
    put_table(connection, "weeks", pl.DataFrame({"week": [WEEK], "week_end_day": [7]}))
    cells = [{**CELL, "person_id": name, "cluster_id": place} for place, name in enumerate(people)]
    put_table(connection, "effect_cells_by_week", pl.DataFrame(cells))


def freeze(connection: Connection, inputs_hash: str, plan: Plan | None = None) -> None:
    freeze_week(connection, WEEK, record_plan(connection, plan or Plan(), DAY), inputs_hash)


def frozen(connection: Connection) -> pl.DataFrame:
    return fetch(connection, "select * from frozen_weeks order by known_at, plan_version")


def test_the_first_run_records_the_plan_and_the_next_run_with_it_records_nothing(warehouse: Connection) -> None:
    assert version_in_force(warehouse) == 0
    first = record_plan(warehouse, Plan(), DAY)
    assert record_plan(warehouse, Plan(), date(2026, 10, 11)) == first
    assert plan_versions(warehouse) == (first,)
    assert (first.version, first.effective_from, version_in_force(warehouse)) == (1, DAY, 1)


def test_a_changed_plan_is_added_with_its_day_and_leaves_the_first_as_it_was(warehouse: Connection) -> None:
    first = record_plan(warehouse, Plan(), DAY)
    second = record_plan(warehouse, OTHER, date(2026, 11, 1))
    assert plan_versions(warehouse) == (first, second)
    assert (second.version, second.effective_from) == (2, date(2026, 11, 1))
    assert second.changes == "horizon_days 28 -> 21"


def test_the_versions_outlive_the_connection(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "peerlift.duckdb") as connection:
        first = record_plan(connection, Plan(), DAY)
    with open_warehouse(tmp_path / "peerlift.duckdb") as connection:
        assert plan_versions(connection) == (first,)


def test_a_week_is_frozen_once_for_the_same_inputs(warehouse: Connection) -> None:
    estimated(warehouse, 0.10, "p")
    freeze(warehouse, "a")
    estimated(warehouse, 0.20, "p")
    freeze(warehouse, "a")
    assert frozen(warehouse)["estimate"].to_list() == [0.10]


def test_other_inputs_add_a_row_and_the_last_one_counts(warehouse: Connection) -> None:
    for estimate, inputs_hash in ((0.10, "a"), (0.20, "b")):
        estimated(warehouse, estimate, "p")
        freeze(warehouse, inputs_hash)
    assert frozen(warehouse)["estimate"].to_list() == [0.10, 0.20]
    assert frozen_under(frozen(warehouse), 1)["estimate"].to_list() == [0.20]


def test_another_version_of_the_plan_is_another_sequence_also_where_it_returns(warehouse: Connection) -> None:
    estimated(warehouse, 0.10, "p")
    freeze(warehouse, "a")
    freeze(warehouse, "b", OTHER)
    assert frozen_under(frozen(warehouse), 2)["week"].to_list() == [WEEK]
    record_plan(warehouse, Plan(), DAY)
    assert frozen_under(frozen(warehouse), 3).is_empty()
    freeze(warehouse, "a")
    assert frozen_under(frozen(warehouse), 3)["week"].to_list() == [WEEK]
    assert frozen(warehouse)["plan_version"].to_list() == [1, 2, 3]


def test_what_the_estimators_get_has_the_columns_of_a_week_alone(warehouse: Connection) -> None:
    estimated(warehouse, 0.10, "p")
    freeze(warehouse, "a")
    assert frozen_under(frozen(warehouse), 1).schema == schema(BY_WEEK.columns)


def test_the_data_hash_tells_other_counts_and_not_their_order_or_the_clusters_numbers(
    warehouse: Connection,
) -> None:
    for number, people in enumerate((("p", "q"), ("q", "p"), ("p", "q", "r"))):
        estimated(warehouse, 0.10 + number / 100, *people)
        freeze(warehouse, str(number))
    first, turned, more = frozen(warehouse)["data_hash"].to_list()
    assert first == turned != more


def test_floors_may_be_raised(warehouse: Connection) -> None:
    record_floors(warehouse, 5, 10, DAY)
    record_floors(warehouse, 5, 10, DAY)
    record_floors(warehouse, 8, 10, DAY)
    kept = fetch(warehouse, "select minimum_people, minimum_people_loneliness from floor_versions order by all")
    assert kept.rows() == [(5, 10), (8, 10)]


@pytest.mark.parametrize(("people", "loneliness", "told"), [(7, 12, "minimum_people = 8"), (8, 11, "= 12")])
def test_a_floor_under_which_people_answered_is_not_lowered(
    warehouse: Connection, people: int, loneliness: int, told: str
) -> None:
    record_floors(warehouse, 8, 12, DAY)
    with pytest.raises(SettingsError, match=r"peerlift\.toml: .* never lowered") as error:
        record_floors(warehouse, people, loneliness, DAY)
    assert told in str(error.value)
