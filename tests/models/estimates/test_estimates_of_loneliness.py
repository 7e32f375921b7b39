"""Rows of the measures of loneliness: whose numbers they are, and for how many people each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import HOUR_US, on, schemas

from models.contracts import protected_table
from models.effects.result import Thresholds
from models.effects.staggered import staggered_difference
from models.estimates.inputs import Inputs, Setting
from models.estimates.loneliness import ITEMS, MEASURES, estimate_loneliness_measures, staggered_scores
from models.plan import Plan

Row = Mapping[str, object]
SETTING = Setting("P", True, on(300), "1970-W44", date(1970, 11, 2), Plan(), 21)
TABLES = (
    "loneliness_scores",
    "loneliness_changes",
    "loneliness_items",
    "loneliness_starts",
    "loneliness_points",
)
DAY_US = 24 * HOUR_US
N = 60


def who(number: int) -> Row:
    return {"person_id": f"p{number:03}", "cluster_id": number // 3, "group_id": f"g{number // 3}"}


def inputs(**tables: Sequence[Row]) -> Inputs:
    """Inputs of the loneliness tables; one nobody drew is empty."""
    frames = {
        name: pl.DataFrame(
            {column: [row.get(column) for row in tables.get(name, [])] for column in schemas()[name]},
            schema=dict(schemas()[name]),
        )
        for name in TABLES
    }
    return Inputs(frames, SETTING)


def surveyed(baseline: Sequence[int], change: Sequence[int | None], once: Sequence[int] = ()) -> Inputs:
    """People with a baseline; a change of None is no later score; `once` are later scores without a baseline."""
    pairs = [(number, before, by) for number, (before, by) in enumerate(zip(baseline, change, strict=True))]
    scored = [{**who(n), "occasion": "baseline", "loneliness_score": before} for n, before, _ in pairs]
    later = [
        {**who(n), "occasion": "latest", "loneliness_score": before + by}
        for n, before, by in pairs
        if by is not None
    ]
    alone = [
        {**who(len(pairs) + n), "occasion": "latest", "loneliness_score": score} for n, score in enumerate(once)
    ]
    return inputs(
        loneliness_points=[*scored, *later, *alone],
        loneliness_scores=[
            {**who(n), "wave": "baseline", "loneliness_score": before} for n, before, _ in pairs
        ],
        loneliness_changes=[
            {**who(n), "wave": "latest", "baseline_score": before, "change_score": by}
            for n, before, by in pairs
            if by is not None
        ],
    )


def rows_of(drawn: Inputs) -> dict[str, dict[str, object]]:
    return {row["measure"]: row for row in estimate_loneliness_measures(drawn).iter_rows(named=True)}


def test_the_measures_come_in_the_contracts_order_and_columns() -> None:
    frame = estimate_loneliness_measures(inputs())
    assert tuple(frame["measure"]) == protected_table("protected_loneliness_measures").column("measure").choices
    assert tuple(frame.columns) == MEASURES.column_names


def test_without_any_answers_every_measure_says_why_it_has_no_value() -> None:
    for row in rows_of(inputs()).values():
        assert (row["status"], row["value"], row["smallest_people"]) == ("refused", None, 0)
        assert row["reasons"]


def varied(n: int = N) -> tuple[list[int], list[int | None]]:
    """Baselines 3 to 9 with a spread of 2 points, so that 3 points are a reliable change; changes -3 to 2."""
    return [3 + number % 7 for number in range(n)], [number % 6 - 3 for number in range(n)]


def test_the_three_classes_are_shares_of_the_people_asked_twice() -> None:
    baseline, change = varied()
    # SD of 0..6 in turn is about 2.0: 1.96 x 2.0 x sqrt(.56) = 2.95, so 3 points; a change of -3 is one in six.
    rows = rows_of(surveyed(baseline, change))
    shares = [rows[name]["value"] for name in tuple(rows)[:3]]
    assert shares == [pytest.approx(1 / 6), pytest.approx(5 / 6), 0.0]
    assert rows["share_reliably_less_lonely"]["n_people"] == N


def test_the_three_classes_all_stand_for_the_smallest_of_them() -> None:
    change: list[int | None] = [-4] * 20 + [0] * 28 + [4] * 12
    rows = rows_of(surveyed(varied()[0], change))
    assert {rows[name]["smallest_people"] for name in tuple(rows)[:3]} == {12}


def test_lonely_is_six_and_above_at_both_times_of_the_same_people() -> None:
    baseline, change = [6] * 20 + [5] * 40, [0] * 10 + [-1] * 10 + [1] * 15 + [0] * 25
    rows = rows_of(surveyed([*baseline, 9, 9], [*change, None, None]))
    before, after = rows["share_lonely_baseline"], rows["share_lonely_latest"]
    assert (before["value"], after["value"]) == (pytest.approx(20 / 60), pytest.approx((10 + 15) / 60))
    assert (before["n_people"], after["n_people"]) == (60, 60)
    assert (before["smallest_people"], after["smallest_people"]) == (20, 20)


def test_the_lonely_rows_stand_for_those_who_are_not_lonely_where_they_are_fewer() -> None:
    baseline, change = [7] * 48 + [4] * 12, [0] * 45 + [-2] * 3 + [0] * 12
    rows = rows_of(surveyed(baseline, change))
    assert {rows[name]["smallest_people"] for name in ("share_lonely_baseline", "share_lonely_latest")} == {12}


def test_intervals_are_those_of_a_single_look() -> None:
    row = rows_of(surveyed(*varied()))["share_lonely_baseline"]
    assert (row["low"], row["high"]) == (row["ci_low"], row["ci_high"])
    assert row["low"] < row["value"] < row["high"]  # type: ignore[operator]


def test_with_everybody_asked_twice_the_model_gives_the_paired_change_of_all() -> None:
    baseline, change = varied()
    row = rows_of(surveyed(baseline, change))["mixed_model_change"]
    assert row["value"] == pytest.approx(sum(by or 0 for by in change) / N)
    assert (row["n_people"], row["smallest_people"]) == (N, N)


def test_beside_the_paired_change_the_model_stands_for_the_people_asked_once() -> None:
    baseline, change = varied()
    row = rows_of(surveyed(baseline, [*change[:56], *[None] * 4], once=[5, 6, 7]))["mixed_model_change"]
    assert (row["status"], row["n_people"], row["smallest_people"]) == ("ok", N + 3, 4 + 3)


def test_too_few_second_answers_refuse_every_change_and_share() -> None:
    baseline, change = varied()
    rows = rows_of(surveyed(baseline, [*change[:17], *[None] * 43]))
    for name in (*tuple(rows)[:5], "mixed_model_change"):
        assert (rows[name]["status"], rows[name]["reasons"]) == ("refused", "response_too_low")
        assert rows[name]["value"] is None


def item_rows(number: int, wave: str, day: int, items: tuple[int, int, int]) -> Row:
    return {
        **who(number),
        "wave": wave,
        "answered_day": day,
        "answered_us": day * DAY_US,
        **dict(zip(ITEMS, items, strict=True)),
    }


def patterns(n: int) -> list[tuple[int, int, int]]:
    """Three items that mostly say the same; each goes its own way at another step."""
    one, two, three = ([1 + (i + (i % step == 0)) % 3 for i in range(n)] for step in (4, 5, 7))
    return list(zip(one, two, three, strict=True))


@pytest.mark.parametrize(("n", "status"), [(48, "early"), (51, "ok")])
def test_reliability_is_that_of_the_baseline_alone(n: int, status: str) -> None:
    baseline = [item_rows(i, "baseline", 0, items) for i, items in enumerate(patterns(n))]
    later = [item_rows(i, "session-02", 60, (3, 1, 2)) for i in range(n)]
    rows = rows_of(inputs(loneliness_items=[*baseline, *later]))
    for name in ("alpha", "omega"):
        assert (rows[name]["status"], rows[name]["n_people"], rows[name]["smallest_people"]) == (status, n, n)
    assert rows["alpha"] == rows_of(inputs(loneliness_items=baseline))["alpha"]


def rolled_out() -> Inputs:
    """Ten groups of three start on day 40, twelve on day 200; everybody is asked on days 10 and 100."""
    n_started, n = 30, 66
    start = [40 if number < n_started else 200 for number in range(n)]
    first = [item_rows(number, "baseline", 10, (2, 2, 2)) for number in range(n)]
    second = [
        item_rows(
            number, "autumn", 100, (1, 1, 1 + number % 2) if number < n_started else (2, 1, 1 + number % 2)
        )
        for number in range(n)
    ]
    return inputs(
        loneliness_items=[*first, *second],
        loneliness_starts=[
            {**who(i), "start_day": day, "start_us": day * DAY_US} for i, day in enumerate(start)
        ],
    )


def test_people_who_started_are_set_against_those_who_wait() -> None:
    row = rows_of(rolled_out())["staggered_difference"]
    assert row["value"] == pytest.approx((3.5 - 6) - (4.5 - 6))
    assert (row["status"], row["n_people"], row["smallest_people"]) == ("ok", 66, 30)


def test_a_score_at_the_very_start_counts_as_after_it() -> None:
    drawn = inputs(
        loneliness_items=[item_rows(0, "baseline", 40, (2, 2, 2)), item_rows(1, "baseline", 39, (2, 2, 2))],
        loneliness_starts=[{**who(i), "start_day": 40, "start_us": 40 * DAY_US} for i in (0, 1)],
    )
    assert staggered_scores(drawn).is_started.tolist() == [1, 0]


def test_who_has_not_started_waits_and_who_has_no_group_is_no_comparison() -> None:
    drawn = inputs(
        loneliness_items=[item_rows(i, "baseline", 10, (2, 2, 2)) for i in (0, 1)],
        loneliness_starts=[{"person_id": who(0)["person_id"]}],
    )
    scores = staggered_scores(drawn)
    assert (scores.is_started.tolist(), scores.score.tolist()) == ([0], [6.0])


def test_of_several_scores_in_a_period_and_side_the_last_one_counts() -> None:
    days = [(28, (1, 1, 1)), (50, (2, 2, 2)), (55, (3, 3, 3)), (56, (2, 2, 3))]
    drawn = inputs(
        loneliness_items=[item_rows(0, f"w{day}", day, items) for day, items in days],
        loneliness_starts=[{**who(0), "start_day": 52, "start_us": 52 * DAY_US}],
    )
    scores = staggered_scores(drawn)
    found = list(zip(scores.period.tolist(), scores.is_started.tolist(), scores.score.tolist(), strict=True))
    assert found == [(1, 0, 6.0), (1, 1, 9.0), (2, 1, 7.0)]


def test_a_programme_that_asks_only_once_before_the_start_has_no_comparison() -> None:
    drawn = inputs(
        loneliness_items=[
            item_rows(number, wave, day, (2, 2, 2))
            for number in range(N)
            for wave, day in (("baseline", 10), ("session-02", 70))
        ],
        loneliness_starts=[{**who(number), "start_day": 20, "start_us": 20 * DAY_US} for number in range(N)],
    )
    assert rows_of(drawn)["staggered_difference"]["reasons"] == "nobody_scored_twice_before_starting"
    assert staggered_difference(staggered_scores(drawn), Thresholds()).result.estimate is None
