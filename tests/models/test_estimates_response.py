"""Response by wave, what it allows to show, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import schemas

from models.contracts import estimate_table, protected_table
from models.estimates.inputs import Inputs, Setting
from models.estimates.response import CHARACTERISTICS, estimate_missing, estimate_response
from models.plan import Plan

SETTING = Setting("P", True, date(2026, 10, 4), "2026-W40", date(2026, 10, 12), Plan(), 21)
Row = Mapping[str, object]


def inputs(**tables: Sequence[Row]) -> Inputs:
    frames = {}
    for name in ("response_patterns", "response_people"):
        schema = dict(schemas()[name])
        rows = tables.get(name, [])
        frames[name] = pl.DataFrame({c: [row.get(c) for row in rows] for c in schema}, schema=schema)
    return Inputs(frames, SETTING)


def pattern(wave: str, *, answered: tuple[int, int], missing: int, level: str = "manager", n_clusters: int = 5):
    """In each cluster so many people answered (and found it useful), and so many did not."""
    n, top = answered
    same = {
        "wave": wave,
        "cohort": "2026",
        "department": "Sales",
        "level": level,
        "attended_before": "none",
        "prior_useful": "none",
    }
    rows: list[Row] = []
    for cluster in range(n_clusters):
        where = {**same, "cluster_id": cluster, "group_id": f"g{cluster}"}
        rows.append({**where, "is_answered": 1, "n_people": n, "n_useful": n, "n_top_two": top})
        rows.append({**where, "is_answered": 0, "n_people": missing, "n_useful": 0, "n_top_two": 0})
    return rows


def one_wave(*rows: Row) -> dict[str, object]:
    return estimate_response(inputs(response_patterns=rows)).row(0, named=True)


def test_from_60_percent_the_share_stands_beside_the_weighted_one_and_its_bounds() -> None:
    row = one_wave(*pattern("session-01", answered=(6, 3), missing=4))
    assert (row["n_invited"], row["n_answered"], row["rate"]) == (50, 30, pytest.approx(0.6))
    assert (row["means_status"], row["status"]) == ("ok", "ok")
    assert row["top_two_share"] == pytest.approx(15 / 30)
    assert row["top_two_weighted"] == pytest.approx(15 / 30)
    assert (row["bound_low"], row["bound_high"]) == (pytest.approx(15 / 50), pytest.approx(35 / 50))
    assert row["smallest_people"] == 30


def test_below_60_percent_only_the_weighted_share_stands() -> None:
    # Managers: 4 of 10 answered, 3 useful. Others: 2 of 10, none useful. Weighted: half of .75 and half of 0.
    row = one_wave(
        *pattern("session-01", answered=(4, 3), missing=6),
        *pattern("session-01", answered=(2, 0), missing=8, level="individual"),
    )
    assert (row["rate"], row["means_status"]) == (pytest.approx(0.3), "weighted")
    assert row["top_two_share"] is None
    assert row["top_two_weighted"] == pytest.approx(0.75 / 2)


@pytest.mark.parametrize(
    ("answered", "missing", "is_weighted"),
    [(9, 11, False), (10, 10, True), (11, 11, True), (11, 9, False), (12, 10, True)],
)
def test_a_kind_is_weighted_by_itself_from_ten_who_answered_and_ten_who_did_not(
    answered: int, missing: int, is_weighted: bool
) -> None:
    # Managers: 20 of 75 answered, all useful. The others find nothing useful.
    row = one_wave(
        *pattern("session-01", answered=(4, 4), missing=11),
        *pattern("session-01", answered=(answered, 0), missing=missing, level="individual", n_clusters=1),
    )
    as_answered = 20 / (20 + answered)
    assert (row["top_two_weighted"] != pytest.approx(as_answered)) is is_weighted


def test_below_30_percent_only_counts_stand() -> None:
    row = one_wave(*pattern("session-01", answered=(5, 3), missing=12))
    assert (row["n_invited"], row["n_answered"], row["means_status"]) == (85, 25, "refused")
    assert row["rate"] == pytest.approx(25 / 85)
    means = ("top_two_share", "top_two_weighted", "bound_low", "bound_high", "se", "ci_low")
    assert [row[name] for name in means] == [None] * 6
    assert (row["status"], row["smallest_people"]) == ("ok", 85)


def test_where_the_weights_fail_a_wave_that_needs_them_has_no_mean() -> None:
    row = one_wave(*pattern("session-01", answered=(5, 3), missing=5, n_clusters=3))
    assert (row["means_status"], row["top_two_weighted"], row["bound_low"]) == ("refused", None, None)


def test_nine_answers_are_no_mean_whatever_the_rate() -> None:
    row = one_wave(*pattern("session-01", answered=(1, 1), missing=0, n_clusters=9))
    assert (row["means_status"], row["top_two_share"], row["bound_low"]) == ("ok", None, None)
    assert row["smallest_people"] == 9


def test_answers_to_another_question_raise_the_rate_and_not_the_share() -> None:
    rows = pattern("session-01", answered=(6, 3), missing=2)
    rows += [{**row, "n_people": 2, "n_useful": 0, "n_top_two": 0} for row in rows[::2]]
    row = one_wave(*rows)
    assert (row["n_answered"], row["n_invited"]) == (40, 50)
    assert row["top_two_share"] == pytest.approx(15 / 30)
    assert (row["bound_low"], row["bound_high"]) == (pytest.approx(15 / 50), pytest.approx(35 / 50))


def test_waves_come_in_order_with_the_baseline_first_and_without_usefulness() -> None:
    rows = [
        *pattern("session-10", answered=(6, 3), missing=4),
        *pattern("session-02", answered=(6, 3), missing=4),
        *({**row, "n_useful": 0} for row in pattern("baseline", answered=(6, 0), missing=4)),
    ]
    frame = estimate_response(inputs(response_patterns=rows))
    assert frame["wave"].to_list() == ["baseline", "session-02", "session-10"]
    assert frame.row(0, named=True)["top_two_share"] is None
    assert tuple(frame.columns) == estimate_table(protected_table("protected_response")).column_names


def test_people_whose_place_is_unknown_are_asked_like_the_others() -> None:
    rows = pattern("session-01", answered=(6, 3), missing=4)
    unknown = {"cohort": None, "department": None, "level": None, "cluster_id": None, "group_id": "alone"}
    row = one_wave(*rows, {**rows[1], **unknown})
    assert (row["n_invited"], row["top_two_weighted"]) == (54, pytest.approx(0.5))


def test_without_invitations_nobody_was_asked() -> None:
    row = one_wave()
    assert (row["n_invited"], row["status"], row["reasons"]) == (0, "refused", "nobody_invited")
    frame = estimate_missing(inputs())
    assert frame["characteristic"].to_list() == list(CHARACTERISTICS)
    assert set(frame["status"]) == {"refused"}


def asked(person: int, is_answered: int, **known: object) -> dict[str, object]:
    return {
        "wave": "session-01",
        "person_id": f"p{person:02}",
        "n_attended_before": 1,
        "is_answered": is_answered,
        **known,
    }


def missing(rows: Sequence[Row], characteristic: str) -> dict[str, object]:
    frame = estimate_missing(inputs(response_people=rows))
    return frame.filter(characteristic=characteristic).row(0, named=True)


def test_who_answered_had_attended_more() -> None:
    # Twelve answered: 2 or 4 sessions; six did not: 1 or 3.
    rows = [asked(i, 1, n_attended_before=2 + 2 * (i % 2)) for i in range(12)]
    rows += [asked(i, 0, n_attended_before=1 + 2 * (i % 2)) for i in range(12, 18)]
    row = missing(rows, "attended_before")
    assert row["smd"] == pytest.approx((3 - 2) / ((12 / 11 + 6 / 5) / 2) ** 0.5)
    assert (row["n_people"], row["smallest_people"], row["status"]) == (6, 6, "ok")


def test_each_pulse_counts_and_each_person_once() -> None:
    rows = [
        {**asked(i, int(i < 8 or wave == 1)), "wave": f"session-0{wave}"} for i in range(12) for wave in (1, 2)
    ]
    assert missing(rows, "attended_before")["n_people"] == 4


def test_the_baseline_is_no_pulse() -> None:
    rows = [{**asked(i, i % 2), "wave": "baseline"} for i in range(20)]
    assert missing(rows, "attended_before")["status"] == "refused"


@pytest.mark.parametrize(("n_missing", "status"), [(9, "refused"), (10, "ok")])
def test_loneliness_is_compared_among_ten_people_or_more(n_missing: int, status: str) -> None:
    rows = [asked(i, int(i >= n_missing), baseline_loneliness_score=3.0 + i % 4) for i in range(n_missing + 12)]
    assert missing(rows, "baseline_loneliness")["status"] == status


def test_departments_of_few_people_are_joined() -> None:
    # Two of three in Sales answered; of six departments of one person each, half.
    rows = [asked(i, int(i % 3 > 0), department="Sales") for i in range(18)]
    alone = [asked(i, i % 2, department=f"D{i}") for i in range(18, 24)]
    joined = [asked(i, i % 2, department="Rest") for i in range(18, 24)]
    assert missing(rows + alone, "department")["smd"] == pytest.approx(
        missing(rows + joined, "department")["smd"]
    )


def test_nobody_missing_is_nobody_to_compare() -> None:
    row = missing([asked(i, 1) for i in range(20)], "level")
    assert (row["smd"], row["reasons"]) == (None, "too_few_persons")
