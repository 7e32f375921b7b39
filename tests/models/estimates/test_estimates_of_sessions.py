"""Facts of sessions as a table: where bands end, what is counted, when there is no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import on, schemas

from models.catalogue import metrics
from models.contracts import protected_table
from models.estimates.inputs import Inputs, Setting
from models.estimates.sessions import (
    CHECK_IN,
    CHECK_OUT,
    PROBLEM_SOLVING,
    SESSION_FACTS,
    TWO_HOURS,
    estimate_session_facts,
)
from models.plan import Plan

Row = Mapping[str, object]
SETTING = Setting("P", True, on(300), "1970-W44", date(1970, 11, 2), Plan(), 21)
N_PEOPLE = 12


def facts(sessions: Sequence[Row] = (), first: Sequence[Row] = ()) -> dict[str, dict[str, object]]:
    """Facts by name; every known number of a session stands for twelve people."""
    drawn: Mapping[str, Sequence[Row]] = {
        "session_facts": sessions,
        "session_facts_people": [dict.fromkeys(schemas()["session_facts_people"], N_PEOPLE)],
        "first_sessions": first,
    }
    tables = {
        name: pl.DataFrame(
            {column: [row.get(column) for row in rows] for column in schemas()[name]},
            schema=dict(schemas()[name]),
        )
        for name, rows in drawn.items()
    }
    frame = estimate_session_facts(Inputs(tables, SETTING))
    return {str(row["fact"]): row for row in frame.iter_rows(named=True)}


def sessions(column: str, *values: object, n_groups: int = 4) -> list[Row]:
    """Every group in a cluster of its own, each with a session of every value."""
    return [
        {"session_id": f"s{group}-{n}", "group_id": f"g{group}", "cluster_id": group, column: value}
        for group in range(n_groups)
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("column", "fact", "inside", "outside"),
    [
        ("session_minutes", "session_two_hours_share", (105.0, 135.0), (104.99, 135.01)),
        ("session_minutes", "session_shorter_share", (104.99,), (105.0, 135.0)),
        ("session_minutes", "session_longer_share", (135.01,), (105.0, 135.0)),
        ("check_in_minutes", "check_in_in_time_share", (10, 15), (9, 16)),
        ("problem_solving_minutes", "problem_solving_in_time_share", (75, 105), (74, 106)),
        ("check_out_minutes", "check_out_in_time_share", (10, 15), (9, 16)),
        ("days_since_last", "gap_under_3_weeks_share", (0, 20), (21,)),
        ("days_since_last", "gap_3_weeks_share", (21, 27), (20, 28)),
        ("days_since_last", "gap_4_weeks_share", (28, 34), (27, 35)),
        ("days_since_last", "gap_5_to_6_weeks_share", (35, 48), (34, 49)),
        ("days_since_last", "gap_7_weeks_share", (49, 400), (48,)),
        ("is_self_run", "self_run_share", (1,), (0,)),
        ("is_cross_department", "cross_department_share", (1,), (0,)),
        ("is_next_booked", "next_session_booked_share", (1,), (0,)),
    ],
)
def test_both_ends_of_a_band_belong_to_it(
    column: str, fact: str, inside: tuple[object, ...], outside: tuple[object, ...]
) -> None:
    row = facts(sessions(column, *inside, *outside, None))[fact]
    n_known = 4 * (len(inside) + len(outside))
    assert (row["n_with"], row["n_sessions"], row["n_unknown"]) == (4 * len(inside), n_known, 4)
    assert row["value"] == pytest.approx(len(inside) / (len(inside) + len(outside)))
    assert (row["n_groups"], row["n_people"], row["unit"]) == (4, N_PEOPLE, "share")


def test_every_gap_is_in_one_band() -> None:
    found = facts(sessions("days_since_last", *range(60)))
    assert sum(int(str(row["n_with"])) for fact, row in found.items() if fact.startswith("gap_")) == 4 * 60


def test_a_share_has_an_interval_that_allows_for_groups() -> None:
    # Each group is all one way or all the other: six sessions of a group say no more than one.
    alike = [
        {"session_id": f"{g}-{n}", "group_id": f"g{g}", "cluster_id": g, "is_self_run": g % 2}
        for g in range(10)
        for n in range(6)
    ]
    mixed = sessions("is_self_run", 0, 1, 0, 1, 0, 1, n_groups=10)
    wide, narrow = facts(alike)["self_run_share"], facts(mixed)["self_run_share"]
    assert wide["value"] == narrow["value"] == pytest.approx(1 / 2)
    # Ten clusters of one answer each: CR2 gives the variance of ten independent ones, 1/4 / 9.
    assert wide["se"] == pytest.approx((1 / 4 / 9) ** 0.5)
    assert narrow["se"] == pytest.approx((1 / 4 / 60) ** 0.5)  # never below that of independent sessions
    assert float(str(wide["low"])) < 0.5 < float(str(wide["high"]))
    assert (wide["low"], wide["high"]) == (wide["ci_low"], wide["ci_high"])


def test_groups_that_all_share_people_are_told_apart_by_group() -> None:
    rows = [{**row, "cluster_id": 1} for row in sessions("is_self_run", 0, 1, 1, n_groups=5)]
    row = facts(rows)["self_run_share"]
    assert (row["status"], row["value"]) == ("ok", pytest.approx(2 / 3))


def test_means_are_over_sessions() -> None:
    drawn = [
        {**row, "focus_minutes_each": 20.0 + 10 * n, "check_in_minutes": 12}
        for n, row in enumerate(sessions("focus_evenness", 0.9, 1.0))
    ]
    found = facts(drawn)
    assert found["focus_evenness_share"]["value"] == pytest.approx(0.95)
    assert found["focus_minutes_mean"]["value"] == pytest.approx(20 + 10 * 3.5)
    assert (found["check_in_minutes_mean"]["value"], found["check_in_minutes_mean"]["unit"]) == (12, "minutes")
    assert found["focus_minutes_mean"]["n_with"] is None


def test_the_interval_of_a_mean_ends_where_its_scale_does() -> None:
    uneven = [
        {"session_id": f"s{g}", "group_id": f"g{g}", "cluster_id": g, "focus_evenness": evenness}
        for g, evenness in enumerate((0.5, 1.0, 1.0, 1.0))
    ]
    row = facts(uneven)["focus_evenness_share"]
    assert (row["value"], row["high"]) == (0.875, 1.0)


def test_medians_are_the_middle_of_what_is_known() -> None:
    found = facts(sessions("days_since_last", 27, 28, 90, None))
    assert (found["session_gap_days_median"]["value"], found["session_gap_days_median"]["unit"]) == (
        28,
        "elapsed_days",
    )


@pytest.mark.parametrize(("n_groups", "status"), [(3, "refused"), (4, "ok")])
@pytest.mark.parametrize(
    ("column", "fact"),
    [
        ("is_self_run", "self_run_share"),
        ("focus_evenness", "focus_evenness_share"),
        ("days_since_last", "session_gap_days_median"),
    ],
)
def test_few_groups_give_no_number_not_even_a_count(column: str, fact: str, n_groups: int, status: str) -> None:
    row = facts(sessions(column, 1, 0, n_groups=n_groups))[fact]
    assert row["status"] == status
    if status == "refused":
        assert (row["value"], row["n_with"], row["reasons"]) == (None, None, "too_few_clusters")


def test_of_what_nobody_recorded_there_is_no_number_and_every_session_is_unknown() -> None:
    found = facts(sessions("session_minutes", 120.0))
    row = found["next_session_booked_share"]
    assert (row["value"], row["reasons"], row["n_sessions"], row["n_unknown"]) == (
        None,
        "nothing_recorded",
        0,
        4,
    )


def test_groups_nobody_is_on_record_for_make_one_cluster() -> None:
    rows = [
        {**row, "cluster_id": None if row["group_id"] in {"g0", "g1"} else row["cluster_id"]}
        for row in sessions("is_self_run", 0, 1, n_groups=8)
    ]
    assert facts(rows)["self_run_share"]["value"] == pytest.approx(1 / 2)


def waiting(*days: tuple[int | None, int]) -> list[Row]:
    return [
        {"person_id": f"p{n}", "days_after_training": until, "is_reached": reached}
        for n, (until, reached) in enumerate(days)
    ]


def test_those_still_waiting_count_in_the_median_time_to_a_first_session() -> None:
    # Of five, one is reached on day 7 (4/5 left), one on day 21 (4/5 x 3/4 = 3/5), one on day 40 (3/5 x 1/2 = 3/10).
    row = facts(first=waiting((7, 1), (21, 1), (30, 0), (40, 1), (50, 0), (None, 1)))[
        "first_session_days_median"
    ]
    assert (row["value"], row["n_people"], row["smallest_people"]) == (40, 5, 5)


@pytest.mark.parametrize(
    ("days", "reason"),
    [(((7, 1), (30, 0), (30, 0)), "median_not_reached"), (((None, 1),), "nothing_recorded")],
)
def test_while_more_than_half_wait_there_is_no_median(days: tuple[tuple[int, int], ...], reason: str) -> None:
    row = facts(first=waiting(*days))["first_session_days_median"]
    assert (row["value"], row["status"], row["reasons"]) == (None, "refused", reason)


def came(**days: tuple[int | None, ...]) -> list[Row]:
    return [
        {"person_id": f"{level}{n}", "level": None if level == "unknown" else level, "first_session_day": day}
        for level, listed in days.items()
        for n, day in enumerate(listed)
    ]


@pytest.mark.parametrize(
    ("executives", "others", "share"),
    [((1, 2), (3, 4), 1.0), ((3,), (1, 2), 0.0), ((5,), (5,), 0.5), ((2, 4), (3, 4), (1 + 1 + 0 + 0.5) / 4)],
)
def test_executives_first_is_the_share_of_pairs_in_which_they_came_first(
    executives: tuple[int, ...], others: tuple[int, ...], share: float
) -> None:
    # Who never came, and who is of no known level, is in no pair.
    row = facts(first=came(executive=(*executives, None), manager=others, unknown=(0,)))[
        "executives_first_share"
    ]
    assert row["value"] == pytest.approx(share)
    assert row["smallest_people"] == min(len(executives), len(others))


def test_without_executives_nothing_says_who_came_first() -> None:
    row = facts(first=came(manager=(1, 2)))["executives_first_share"]
    assert (row["value"], row["reasons"], row["smallest_people"]) == (None, "nothing_recorded", 0)


@pytest.mark.parametrize(
    ("metric", "band"),
    [
        ("session_two_hours_share", TWO_HOURS),
        ("check_in_in_time_share", CHECK_IN),
        ("problem_solving_in_time_share", PROBLEM_SOLVING),
        ("check_out_in_time_share", CHECK_OUT),
    ],
)
def test_the_catalogue_names_the_band_that_is_used(metric: str, band: object) -> None:
    low, high = (int(getattr(band, end)) for end in ("low", "high"))
    assert f"{low} to {high} minutes" in metrics()[metric].definition


def test_a_metric_of_the_catalogue_has_the_unit_of_its_fact() -> None:
    found = facts()
    shared = [name for name in metrics() if name in found]
    assert len(shared) == 13
    assert {name: metrics()[name].unit for name in shared} == {name: found[name]["unit"] for name in shared}


def test_the_table_has_the_columns_of_its_contract_and_no_group() -> None:
    assert set(protected_table("protected_session_facts").column_names) < set(SESSION_FACTS.column_names)
    assert "group_id" not in SESSION_FACTS.column_names
