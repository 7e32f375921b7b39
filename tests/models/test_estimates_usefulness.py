"""The trend of usefulness and the gap to expectations, as rows and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import schemas

from models.contracts import estimate_table, protected_table
from models.estimates.inputs import Inputs, Setting
from models.estimates.usefulness import (
    estimate_usefulness_trend,
    expectation_exceeded,
    expectation_fell_short,
    expectation_gap,
    expectation_net,
    usefulness_trend,
    usefulness_trend_pooled,
)
from models.plan import Plan

SETTING = Setting("P", True, date(2026, 10, 4), "2026-W40", date(2026, 10, 12), Plan(), 21)


def inputs(**tables: Sequence[Mapping[str, object]]) -> Inputs:
    frames = {}
    for name in ("usefulness_by_session", "expectation_pairs"):
        schema = dict(schemas()[name])
        rows = tables.get(name, [])
        frames[name] = pl.DataFrame({c: [row.get(c) for row in rows] for c in schema}, schema=schema)
    return Inputs(frames, SETTING)


def answers(person: int, number: int, score: int) -> dict[str, object]:
    """One answer of one person; a group and cluster of its own."""
    counts = {f"n_score_{k}": int(k == score) for k in range(1, 6)}
    who = {"cluster_id": person, "group_id": f"g{person}", "person_id": f"p{person:02}"}
    return {"session_number": number, **who, **counts}


# Twelve people; six find session 1 useful, nine session 6, and one more answers about session 7.
TREND = [
    *(answers(i, 1, 4 if i < 6 else 3) for i in range(12)),
    *(answers(i, 6, 4 if i < 9 else 3) for i in range(12)),
    answers(0, 7, 1),
]


def test_the_trend_has_six_sessions_seen_and_two_predicted() -> None:
    frame = estimate_usefulness_trend(inputs())
    assert frame.select("session_number", "basis").rows() == [
        *((number, "observed") for number in range(1, 7)),
        (1, "predicted"),
        (6, "predicted"),
    ]
    assert set(frame["status"]) == {"refused"}
    assert tuple(frame.columns) == estimate_table(protected_table("protected_usefulness_trend")).column_names


def test_a_session_shows_its_own_share_and_people() -> None:
    frame = estimate_usefulness_trend(inputs(usefulness_by_session=TREND)).filter(basis="observed")
    found = frame.select("session_number", "share", "n_people", "smallest_people", "status").rows()
    assert found[0] == (1, pytest.approx(6 / 12), 12, 12, "ok")
    assert found[1] == (2, None, 0, 0, "refused")
    assert found[5] == (6, pytest.approx(9 / 12), 12, 12, "ok")


def test_sessions_after_the_sixth_are_not_in_the_model() -> None:
    # With two scores and two sessions the model's line runs through both shares.
    row = estimate_usefulness_trend(inputs(usefulness_by_session=TREND)).row(6, named=True)
    without = estimate_usefulness_trend(inputs(usefulness_by_session=TREND[:-1])).row(6, named=True)
    assert row == without
    assert row["share"] == pytest.approx(6 / 12)


def test_low_and_high_are_the_always_valid_interval() -> None:
    for row in estimate_usefulness_trend(inputs(usefulness_by_session=TREND)).iter_rows(named=True):
        if row["status"] == "ok":
            assert row["low"] < row["ci_low"] < row["share"] < row["ci_high"] < row["high"]


def test_the_secondary_outcome_is_the_slope_within_people() -> None:
    # Three of twelve people go from low to high over five sessions.
    found = inputs(usefulness_by_session=TREND)
    assert usefulness_trend(found).estimate == pytest.approx(3 / 12 / 5)
    assert usefulness_trend_pooled(found).estimand == "usefulness_trend_pooled"


def pair(person: int, expected: int, experienced: int, *, is_before: int = 1) -> dict[str, object]:
    who = {"cluster_id": person, "group_id": f"g{person}", "person_id": f"p{person:02}", "session_id": "s"}
    scores = {"expected_score": float(expected), "experienced_score": float(experienced)}
    return {**who, **scores, "moment": "baseline", "is_before_start": is_before}


def test_gaps_come_from_expectations_said_before_the_session_only() -> None:
    # Six better by one, three worse by two, three as expected; one said too late.
    rows = [
        *(pair(i, 3, 4) for i in range(6)),
        *(pair(i, 4, 2) for i in range(6, 9)),
        *(pair(i, 3, 3) for i in range(9, 12)),
        pair(12, 1, 5, is_before=0),
    ]
    found = inputs(expectation_pairs=rows)
    assert expectation_gap(found).estimate == pytest.approx((6 * 1 - 3 * 2) / 12)
    assert expectation_exceeded(found).estimate == pytest.approx(6 / 12)
    assert expectation_fell_short(found).estimate == pytest.approx(3 / 12)
    assert expectation_net(found).estimate == pytest.approx(3 / 12)
    assert expectation_gap(found).n_persons == 12


def test_without_pairs_there_is_no_gap() -> None:
    for estimate in (expectation_gap, expectation_exceeded, expectation_fell_short, expectation_net):
        assert estimate(inputs()).status == "refused"
