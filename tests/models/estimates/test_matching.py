"""Shares of people found again: which are worked out, in which order, and when there are none."""

from __future__ import annotations

import datetime as dt

import polars as pl

from models.estimates.inputs import Inputs, Setting
from models.estimates.matching import estimate_match_rates, match_rate
from models.plan import Plan

COLUMNS = ("place", "found_in", "n_people", "n_matched")
SETTING = Setting("p", True, dt.date(2026, 10, 4), "2026-W40", dt.date(2026, 10, 12), Plan(), 21)


def inputs(*rows: tuple[str, str, int, int]) -> Inputs:
    kinds = (pl.String, pl.String, pl.Int64, pl.Int64)
    frame = pl.DataFrame(rows, schema=dict(zip(COLUMNS, kinds, strict=True)), orient="row")
    return Inputs({"match_counts": frame}, SETTING)


def rates(*rows: tuple[str, str, int, int]) -> list[tuple[object, ...]]:
    return (
        estimate_match_rates(inputs(*rows)).select("named_in", "found_in", "n_people", "rate", "status").rows()
    )


def test_a_rate_is_the_people_found_among_those_named() -> None:
    found = rates(("groups", "roster", 8, 6), ("roster", "groups", 10, 6))
    assert found == [("groups", "roster", 8, 6 / 8, "ok"), ("roster", "groups", 10, 6 / 10, "ok")]


def test_a_survey_is_looked_up_in_the_baseline_and_in_the_survey_before() -> None:
    waves = {"session-02": 5, "baseline": 10, "session-01": 8}
    counts = [(a, b, n, n - 1) for a, n in waves.items() for b in waves if a != b]
    found = [row[:3] for row in rates(*counts) if row[4] == "ok"]
    assert found == [
        ("session-01", "baseline", 8),
        ("session-02", "baseline", 5),
        ("session-02", "wave_before", 5),
    ]
    assert ("session-02", "wave_before", 5, 4 / 5, "ok") in rates(*counts)


def test_where_there_is_nothing_to_look_up_in_the_row_says_so() -> None:
    rows = estimate_match_rates(inputs(("groups", "baseline", 8, 6), ("baseline", "groups", 7, 6)))
    row = rows.row(by_predicate=(pl.col("named_in") == "groups") & (pl.col("found_in") == "roster"), named=True)
    assert (row["rate"], row["status"], row["reasons"]) == (None, "refused", "nothing_recorded")
    assert row["smallest_people"] == 8


def test_without_anybody_named_there_is_one_row_without_a_rate() -> None:
    assert rates() == [("anywhere", "roster", 0, None, "refused")]


def test_the_metric_is_the_rate_of_everybody_named() -> None:
    assert match_rate(inputs(("anywhere", "roster", 8, 7), ("roster", "anywhere", 9, 7))) == (7 / 8, 8)
    assert match_rate(inputs()) == (None, 0)
