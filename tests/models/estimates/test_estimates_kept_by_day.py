"""Shares done by day as a table: which rows, which people they stand for, which commitments count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import on, schemas

from models.estimates.inputs import Inputs, Setting
from models.estimates.kept_by_day import KEPT_BY_DAY, days_open_difference, estimate_kept_by_day
from models.plan import Plan

Row = Mapping[str, object]
SETTING = Setting("P", True, on(300), "1970-W44", date(1970, 11, 2), Plan(), 21)
N_GROUPS = 12
STEPS = ((3, "done", 2), (10, "done", 2), (17, "withdrawn", 1), (24, "done", 1), (42, "open", 4))


def inputs(days: Sequence[Row], cells: Sequence[Row] = ()) -> Inputs:
    drawn = {"commitment_days": days, "effect_cells": cells}
    return Inputs(
        {
            name: pl.DataFrame(
                {column: [row.get(column) for row in rows] for column in schemas()[name]},
                schema=dict(schemas()[name]),
            )
            for name, rows in drawn.items()
        },
        SETTING,
    )


def person(number: int, arm: int, day: int, event: str, n: int, *, is_mature: bool = True) -> Row:
    return {
        "cluster_id": number,
        "group_id": f"g{number}",
        "person_id": f"p{number:02}",
        "arm": arm,
        "is_mature": is_mature,
        "day": day,
        "event": event,
        "n_commitments": n,
    }


def programme() -> list[Row]:
    """Twelve groups of one person; ten commitments each with an appointment and ten without, three days later."""
    return [
        person(number, arm, day if event == "open" else day + 3 * (1 - arm), event, n)
        for number in range(N_GROUPS)
        for arm in (0, 1)
        for day, event, n in STEPS
    ]


def cells(n_kept: int = 5, n_known: int = 10, line: str = "primary") -> list[Row]:
    """The same people in the headline: so many known and kept in each arm."""
    return [
        {
            "line": line,
            "cluster_id": number,
            "group_id": f"g{number}",
            "person_id": f"p{number:02}",
            "arm": arm,
            "n_done": n_kept,
            "n_not_done": n_known - n_kept,
            "n_withdrawn": 0,
            "n_unknown": 3,
            "n_kept": n_kept,
        }
        for number in range(N_GROUPS)
        for arm in (0, 1)
    ]


def rows_of(found: pl.DataFrame, arm: str = "with_appointment") -> dict[int, dict[str, object]]:
    return {row["day"]: row for row in found.filter(arm=arm).iter_rows(named=True)}


def test_each_arm_has_a_row_for_every_week_up_to_the_horizon() -> None:
    found = estimate_kept_by_day(inputs(programme(), cells()))
    assert tuple(found.columns) == KEPT_BY_DAY.column_names
    assert found.select("arm", "day").rows() == [
        (arm, day) for arm in ("with_appointment", "without_appointment") for day in (7, 14, 21, 28)
    ]


def test_a_row_says_what_was_done_and_withdrawn_by_its_day() -> None:
    found = rows_of(estimate_kept_by_day(inputs(programme(), cells())))
    assert [found[day]["share_done"] for day in (7, 14, 21, 28)] == pytest.approx([0.2, 0.4, 0.4, 0.5])
    assert [found[day]["share_withdrawn"] for day in (7, 14, 21, 28)] == pytest.approx([0, 0, 0.1, 0.1])
    assert [(row["n_people"], row["status"], row["df"]) for row in found.values()] == [(12, "ok", 11.0)] * 4


def test_low_and_high_are_the_always_valid_interval_which_is_the_wider_one() -> None:
    row = rows_of(estimate_kept_by_day(inputs(programme(), cells())))[14]
    assert row["low"] < row["ci_low"] < row["share_done"] < row["ci_high"] < row["high"]  # type: ignore[operator]


def test_the_difference_in_days_is_that_of_the_arms() -> None:
    # Three days longer for each of the 5 of 10 that are done by then: 24 + 3 = 27 is still before day 28.
    result = days_open_difference(inputs(programme(), cells()))
    assert (result.status, result.estimate) == ("ok", pytest.approx(-3 * 5 / 10))


def stands_for(days: Sequence[Row], headline: Sequence[Row] | None = None) -> list[object]:
    found = rows_of(estimate_kept_by_day(inputs(days, cells() if headline is None else headline)))
    return [row["smallest_people"] for row in found.values()]


def moved(n_people: int, day: int) -> list[Row]:
    """The programme with the done ones of the fourth week moved away, for all but so many people."""
    return [
        {
            **row,
            "day": 10 if row["event"] == "done" and row["day"] == day and number >= n_people else row["day"],
        }
        for row in programme()
        for number in [int(str(row["person_id"])[1:])]
    ]


def test_a_row_stands_for_the_people_of_its_arm() -> None:
    assert stands_for(programme()) == [12] * 4


def test_a_step_stands_for_the_people_something_happened_to() -> None:
    # Between day 21 and day 28 something happens to four people only.
    assert stands_for(moved(4, day=24)) == [12, 12, 12, 4]


def test_a_step_to_which_nothing_happened_is_nobodys_secret() -> None:
    assert stands_for(moved(0, day=24)) == [12] * 4


def test_the_step_is_from_the_last_row_shown_not_from_one_that_is_not() -> None:
    # Day 21 stands for the three who withdrew and is not shown; day 28 is then a step from day 14, of them and of the
    # four others who did something in the fourth week.
    few = [
        row
        for row in moved(7, day=24)
        for number in [int(str(row["person_id"])[1:])]
        if not (row["event"] == "withdrawn" and number >= 3) and not (row["day"] == 24 and number < 3)
    ]
    assert stands_for(few, []) == [12, 12, 3, 7]


def test_being_watched_no_longer_is_nothing_that_happened() -> None:
    days = [*(row for row in programme() if row["event"] != "withdrawn"), *immature(5)]
    assert stands_for(days)[:3] == [12, 12, 12]


@pytest.mark.parametrize(("n_people", "smallest"), [(1, 1), (4, 4), (0, 12)])
def test_at_the_horizon_a_row_stands_for_those_in_whom_it_differs_from_the_headline(
    n_people: int, smallest: int
) -> None:
    headline = [{**row, "n_kept": 4} if int(str(row["person_id"])[1:]) < n_people else row for row in cells()]
    assert stands_for(programme(), headline) == [12, 12, 12, smallest]


def test_at_day_14_a_row_stands_for_those_in_whom_it_differs_from_the_line_of_14_days() -> None:
    line = [row for row in cells(4, 10, "horizon_14") if row["person_id"] != "p03"]
    assert stands_for(programme(), [*cells(), *line]) == [12, 1, 12, 12]


def immature(n_people: int) -> list[Row]:
    return [person(number, 1, 20, "open", 1, is_mature=False) for number in range(n_people)]


@pytest.mark.parametrize(("n_people", "n"), [(4, 120), (5, 125)])
def test_immature_ones_count_when_they_are_of_enough_people(n_people: int, n: int) -> None:
    # Watched to day 20: 1/5 and 2/5 done before among more; 1 of the 6 then at risk on day 24.
    found = rows_of(estimate_kept_by_day(inputs([*programme(), *immature(n_people)], cells())))
    assert found[7]["share_done"] == pytest.approx(24 / n)
    assert found[28]["smallest_people"] == (12 if n_people < 5 else 5)


def test_without_commitments_every_row_is_refused_for_a_reason() -> None:
    found = estimate_kept_by_day(inputs([]))
    assert set(found["status"]) == {"refused"}
    assert set(found["reasons"]) == {"too_few_commitments;too_few_clusters"}
    assert found["share_done"].null_count() == found["share_withdrawn"].null_count() == 8
    assert days_open_difference(inputs([])).status == "refused"
