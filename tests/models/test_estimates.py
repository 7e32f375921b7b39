"""How results are laid out as tables: which rows, which people, which number goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import pytest
from drawn import numbered, on, schemas

from models.catalogue import claims, metrics
from models.contracts import PROTECTED_TABLES, estimate_table
from models.derived import derived_tables
from models.estimates import (
    Inputs,
    Setting,
    estimate_claims,
    estimate_completion,
    estimate_effect,
    estimate_effect_by_week,
    estimate_funnel,
    estimate_loneliness,
    estimate_programme,
    estimate_tables,
    estimate_usefulness,
)
from models.estimates.inputs import people_per_arm
from models.frames import frame_of, schema
from models.plan import Plan

Row = Mapping[str, object]
CUT = 300
SETTING = Setting("P", True, on(CUT), "1970-W44", date(1970, 11, 2), Plan(), 21)
# The versions of the plan are kept by the store, not estimated.
ESTIMATED = tuple(table for table in PROTECTED_TABLES if table.name != "protected_plan_versions")
BY_WEEK = estimate_table(next(t for t in PROTECTED_TABLES if t.name == "protected_effect_by_week"))
CELL: Row = {
    "line": "primary",
    "cluster_id": 1,
    "group_id": "g",
    "n_done": 0,
    "n_not_done": 0,
    "n_withdrawn": 0,
    "n_unknown": 0,
    "n_kept": 0,
}


def inputs(**tables: Sequence[Mapping[str, object]]) -> Inputs:
    """Inputs in which a table nobody drew is empty."""
    found = {name: dict(columns) for name, columns in schemas().items()}
    found = {table.name: found[table.name] for table in derived_tables()} | {"weeks": found["weeks"]}
    found["frozen_weeks"] = schema(BY_WEEK.columns)
    frames = {
        name: numbered(
            pl.DataFrame({c: [row.get(c) for row in tables.get(name, [])] for c in columns}, schema=columns)
        )
        for name, columns in found.items()
    }
    if not tables.get("invited_people"):
        frames["invited_people"] = pl.DataFrame({"n_people": [0]})
    return Inputs(frames, SETTING)


def many_cells(n_groups: int = 12, line: str = "primary") -> list[Row]:
    """Groups of one person; 4 of 5 kept with an appointment, 3 of 5 without, and one unknown in each arm."""
    return [
        {
            **CELL,
            "line": line,
            "cluster_id": group,
            "group_id": f"g{group}",
            "person_id": f"p{group:02}",
            "arm": arm,
            "n_done": 3 + arm,
            "n_kept": 3 + arm,
            "n_not_done": 2 - arm,
            "n_unknown": 1,
        }
        for group in range(n_groups)
        for arm in (0, 1)
    ]


def named_row(frame: pl.DataFrame, **wanted: str) -> dict[str, object]:
    return frame.filter(**wanted).row(0, named=True)


def all_estimates(drawn: Inputs) -> dict[str, pl.DataFrame]:
    return estimate_tables(drawn, metrics(), claims())


def test_without_any_data_every_table_says_why_it_has_no_value() -> None:
    found = all_estimates(inputs(weeks=[{"week": "1970-W44", "week_ends_on": on(CUT), "week_end_day": CUT}]))
    assert set(found) == {estimate_table(table).name for table in ESTIMATED}
    assert found["estimate_programme"]["verdict"].to_list() == ["too_early"]
    counts = {"people_invited", "people_trained", "people_one_session", "people_six_sessions"}
    for name, frame in found.items():
        if name not in {"estimate_programme", "estimate_slices"}:  # slices: a row per part there is
            rows = frame.filter(~pl.col("metric").is_in(counts)) if name == "estimate_metrics" else frame
            assert set(rows["status"]) == {"refused"}, name
            assert (rows["reasons"] != "").all(), name


def test_every_table_has_the_columns_of_its_contract() -> None:
    found = all_estimates(inputs(effect_cells=many_cells()))
    for table in ESTIMATED:
        assert tuple(found[estimate_table(table).name].columns) == estimate_table(table).column_names


def test_completion_gives_each_arm_its_rate_people_bounds_and_report_day() -> None:
    summary = [{"arm": 1, "median_report_day": 28.0}, {"arm": 0, "median_report_day": 31.0}]
    row = named_row(
        estimate_completion(inputs(effect_cells=many_cells(), arm_summary=summary)), arm="with_appointment"
    )
    assert row["rate"] == pytest.approx(4 / 5)
    assert (row["n_people"], row["n_commitments"], row["smallest_people"]) == (12, 12 * 5, 12)
    assert row["unknown_share"] == pytest.approx(1 / 6)
    assert (row["bound_low"], row["bound_high"]) == (pytest.approx(4 / 6), pytest.approx(5 / 6))
    assert row["median_report_day"] == 28.0


def test_the_difference_is_with_minus_without_and_carries_its_bounds() -> None:
    row = named_row(estimate_effect(inputs(effect_cells=many_cells())), line="primary")
    assert row["estimate"] == pytest.approx(4 / 5 - 3 / 5)
    assert row["bound_low"] == pytest.approx(4 / 6 - 4 / 6)
    assert row["bound_high"] == pytest.approx(5 / 6 - 3 / 6)
    assert (row["n_people"], row["n_commitments"], row["n_clusters"]) == (12, 12 * 10, 12)


def test_low_and_high_are_the_always_valid_interval_which_is_the_wider_one() -> None:
    row = named_row(estimate_effect(inputs(effect_cells=many_cells())), line="primary")
    assert row["low"] < row["ci_low"] <= row["estimate"] <= row["ci_high"] < row["high"]  # type: ignore[operator]


def test_the_lines_come_in_the_contracts_order() -> None:
    table = next(table for table in PROTECTED_TABLES if table.name == "protected_effect")
    assert tuple(estimate_effect(inputs())["line"]) == table.column("line").choices


def test_a_line_is_made_from_its_own_cells() -> None:
    frame = estimate_effect(inputs(effect_cells=many_cells(line="horizon_14")))
    assert named_row(frame, line="horizon_14")["n_commitments"] == 120
    assert named_row(frame, line="primary")["n_commitments"] in (0, None)


def few_people(**only: int) -> list[Row]:
    """Five people in each arm, of whom the last one with an appointment has `only` such commitments."""
    cells: list[Row] = [
        {**CELL, "person_id": f"p{n}", "arm": arm, "n_not_done": 9} for n in range(5) for arm in (0, 1)
    ]
    return [*cells[:-1], {**cells[-1], "n_not_done": 0, **only}]


@pytest.mark.parametrize(
    ("only", "n_people"), [({"n_done": 1}, 5), ({"n_withdrawn": 1}, 5), ({"n_unknown": 1}, 4)]
)
def test_the_people_behind_a_difference_are_those_of_the_smaller_arm(
    only: dict[str, int], n_people: int
) -> None:
    row = named_row(estimate_effect(inputs(effect_cells=few_people(**only))), line="primary")
    assert row["smallest_people"] == n_people


def test_a_line_that_differs_from_the_primary_in_one_person_stands_for_that_one() -> None:
    # Shown beside the primary it would tell by subtraction that this person withdrew.
    row = named_row(estimate_effect(inputs(effect_cells=few_people(n_withdrawn=1))), line="withdrawn_left_out")
    assert row["smallest_people"] == 1


def test_a_line_that_equals_the_primary_stands_for_as_many_people() -> None:
    rows = estimate_effect(inputs(effect_cells=few_people(n_done=1)))
    assert named_row(rows, line="withdrawn_left_out")["smallest_people"] == 5


def test_a_person_with_two_groups_is_one_person() -> None:
    cells = [{**CELL, "person_id": "p", "group_id": group, "arm": 1, "n_done": 1} for group in ("g", "h")]
    frame = pl.DataFrame(cells)
    assert people_per_arm(frame) == {0: 0, 1: 1}


def test_commitments_whose_exposure_is_unknown_are_counted_beside_the_difference() -> None:
    summary: list[Row] = [{"arm": None, "n_mature": 7}, {"arm": 1, "n_mature": 99}]
    row = named_row(estimate_effect(inputs(effect_cells=many_cells(), arm_summary=summary)), line="primary")
    assert row["n_exposure_unknown"] == 7


WEEKS: list[Row] = [
    {"week": "1970-W43", "week_ends_on": on(297), "week_end_day": 297},
    {"week": "1970-W44", "week_ends_on": on(CUT), "week_end_day": CUT},
]
BY_WEEK_CELLS = [{**cell, "week_end_day": day} for cell in many_cells() for day in (297, CUT)]


def test_a_week_without_a_frozen_estimate_is_reconstructed_and_this_week_is_live() -> None:
    frame = estimate_effect_by_week(inputs(weeks=WEEKS, effect_cells_by_week=BY_WEEK_CELLS))
    assert frame.select("week", "basis").rows() == [("1970-W43", "reconstructed"), ("1970-W44", "live")]
    assert frame["estimate"].to_list() == [pytest.approx(0.2), pytest.approx(0.2)]


def test_a_week_frozen_live_keeps_its_estimate_and_this_week_is_made_anew() -> None:
    frozen = [{**week, "basis": "live", "estimate": 0.9, "status": "ok", "reasons": ""} for week in WEEKS]
    frame = estimate_effect_by_week(
        inputs(weeks=WEEKS, effect_cells_by_week=BY_WEEK_CELLS, frozen_weeks=frozen)
    )
    assert frame["estimate"].to_list() == [0.9, pytest.approx(0.2)]
    assert frame["basis"].to_list() == ["live", "live"]


def answers(*scores: int) -> list[Row]:
    """One person for each score given once."""
    return [
        {
            "question_id": "usefulness",
            "cluster_id": n,
            "group_id": f"g{n}",
            "person_id": f"p{n:02}",
            "n_answers": 1,
            "score_sum": float(score),
            "score_square_sum": float(score * score),
            **{f"n_score_{s}": int(s == score) for s in range(1, 6)},
        }
        for n, score in enumerate(scores)
    ]


def test_usefulness_has_a_row_for_every_range_of_scores_with_its_people_and_share() -> None:
    frame = estimate_usefulness(inputs(answer_cells=answers(1, 4, 4, 5)))
    assert frame.height == 5 + 4 + 3 + 2 + 1
    ranges = {(row["score_from"], row["score_to"]): row for row in frame.iter_rows(named=True)}
    assert (ranges[4, 5]["n_people"], ranges[4, 5]["n_answers"], ranges[4, 5]["share"]) == (3, 3, 3 / 4)
    assert ranges[1, 5]["share"] == 1


def test_who_gave_two_scores_of_a_range_is_one_of_its_people() -> None:
    both = {**answers(4)[0], "n_answers": 2, "n_score_5": 1}
    frame = estimate_usefulness(inputs(answer_cells=[both]))
    row = frame.filter(score_from=4, score_to=5).row(0, named=True)
    assert (row["n_people"], row["smallest_people"], row["n_answers"]) == (1, 1, 2)


def loneliness(wave: str, n_people: int, change: int) -> list[Row]:
    return [
        {
            "person_id": f"p{n:02}",
            "cluster_id": n,
            "group_id": f"g{n}",
            "wave": wave,
            "baseline_score": 6,
            "change_score": change - (n % 2),
        }
        for n in range(n_people)
    ]


def test_loneliness_shows_the_latest_wave_first_then_the_first_six_sessions() -> None:
    changes = [row for wave in ("session-07", "session-02", "latest") for row in loneliness(wave, 12, -1)]
    frame = estimate_loneliness(inputs(loneliness_changes=changes))
    assert frame["wave"].to_list() == ["latest", "session-02"]
    assert frame["mean_change_score"].to_list() == [-1.5, -1.5]
    assert frame["baseline_mean_score"].to_list() == [6, None]


@pytest.mark.parametrize(("asked", "is_refused"), [(39, False), (40, False), (41, True)])
def test_a_change_of_too_few_of_those_asked_is_refused(asked: int, is_refused: bool) -> None:
    scores: list[Row] = [{"wave": "baseline", "person_id": f"p{n}"} for n in range(asked)]  # 12 of 40 is 30 %
    frame = estimate_loneliness(
        inputs(loneliness_changes=loneliness("latest", 12, -1), loneliness_scores=scores)
    )
    assert (frame["status"][0] == "refused") == is_refused


def progress(*held: int, first_day: int = 0) -> list[Row]:
    return [
        {"group_id": f"g{n}", "n_sessions_held": sessions, "first_held_day": first_day}
        for n, sessions in enumerate(held)
    ]


def test_the_funnel_counts_groups_and_estimates_the_share_within_26_weeks() -> None:
    reach = [
        {"group_id": group, "session_number": 2, "days": days, "is_reached": reached}
        for group, days, reached in (("g0", 28, 1), ("g1", 10, 0), ("g2", 200, 1), ("g3", 190, 0))
    ]
    frame = estimate_funnel(inputs(group_progress=progress(2, 1, 2, 1), group_reach=reach))
    assert frame["n_groups_reached"].to_list() == [4, 2, 0, 0, 0, 0]
    # One of three groups still under observation on day 28; the next is reached only after 182 days.
    assert frame["share_reached"][:2].to_list() == [1.0, pytest.approx(1 / 3)]


@pytest.mark.parametrize(("n_six", "word"), [(9, "too_early"), (10, "cannot_tell_yet")])
def test_the_verdict_waits_for_ten_groups_with_six_sessions(n_six: int, word: str) -> None:
    groups = progress(*[6] * n_six, first_day=CUT)
    row = estimate_programme(inputs(group_progress=groups)).row(0, named=True)
    assert (row["verdict"], row["n_groups_six"], row["n_groups_started"]) == (word, n_six, n_six)


@pytest.mark.parametrize(("held", "n_six"), [(5, 0), (6, 10), (7, 10)])
def test_the_sixth_session_is_what_a_group_must_have_held(held: int, n_six: int) -> None:
    row = estimate_programme(inputs(group_progress=progress(*[held] * 10))).row(0, named=True)
    assert row["n_groups_six"] == n_six
    assert row["verdict"] == ("cannot_tell_yet" if n_six else "too_early")


@pytest.mark.parametrize(
    ("first_day", "word"),
    [
        (CUT - 26 * 7 - 1, "too_early"),
        (CUT - 26 * 7, "too_early"),
        (CUT - 26 * 7 + 1, "cannot_tell_yet"),
    ],
)
def test_the_verdict_waits_for_half_of_the_groups_that_began_26_weeks_ago(first_day: int, word: str) -> None:
    stalled = progress(*[1] * 11, first_day=first_day)
    groups = [
        *progress(*[6] * 10, first_day=CUT - 200),
        *({**row, "group_id": f"s{row['group_id']}"} for row in stalled),
    ]
    assert estimate_programme(inputs(group_progress=groups))["verdict"][0] == word


def metric_rows(drawn: Inputs) -> dict[str, dict[str, object]]:
    frame = all_estimates(drawn)["estimate_metrics"]
    assert tuple(frame["metric"]) == tuple(metrics())
    return {str(row["metric"]): row for row in frame.iter_rows(named=True)}


def test_metrics_of_completion_repeat_the_tables_they_come_from() -> None:
    rows = metric_rows(inputs(effect_cells=many_cells()))
    assert rows["completion_with_appointment"]["value"] == pytest.approx(4 / 5)
    assert rows["appointment_effect"]["value"] == pytest.approx(1 / 5)
    assert rows["appointment_effect"]["n_rows"] == 120


def test_counts_of_participation_are_sums_of_the_derived_tables() -> None:
    people: list[Row] = [
        {"person_id": f"p{n}", "is_trained": n % 2, "n_sessions_expected": 8, "n_sessions_attended": n}
        for n in range(8)
    ]
    response = [{"wave": "a", "n_invited": 8, "n_answered": 2}, {"wave": "b", "n_invited": 4, "n_answered": 1}]
    arms: list[Row] = [
        {"arm": 1, "n_mature": 3, "n_people": 2},
        {"arm": 0, "n_mature": 9},
        {"arm": None, "n_mature": 5},
    ]
    rows = metric_rows(
        inputs(
            person_progress=people,
            wave_response=response,
            arm_summary=arms,
            group_progress=progress(6, 2, 7, 1),
            # Two of four get there on day 150; the others are still watched on day 200.
            group_reach=[
                {"group_id": f"g{n}", "session_number": 6, "days": 150 + 50 * (n % 2), "is_reached": 1 - n % 2}
                for n in range(4)
            ],
            invited_people=[{"n_people": 8}],
        )
    )
    values = {name: row["value"] for name, row in rows.items()}
    assert (values["people_trained"], values["people_one_session"], values["people_six_sessions"]) == (4, 7, 2)
    assert values["attendance_share"] == pytest.approx(sum(range(8)) / 64)
    assert values["pulse_response_share"] == pytest.approx(3 / 12)
    assert values["appointment_share"] == pytest.approx(3 / 12)
    assert values["groups_six_sessions_share"] == pytest.approx(2 / 4)
    assert values["people_invited"] == 8


def test_hours_given_are_minutes_times_people_there() -> None:
    time: list[Row] = [{"session_minutes": 90.0, "n_attended": 4}, {"session_minutes": None, "n_attended": 4}]
    row = metric_rows(inputs(session_time=time))["session_hours"]
    assert (row["value"], row["n_rows"]) == (90 * 4 / 60, 1)


def test_without_any_sessions_length_hours_are_not_nought_but_refused() -> None:
    row = metric_rows(inputs(session_time=[{"session_minutes": None, "n_attended": 4}]))["session_hours"]
    assert (row["value"], row["status"]) == (None, "refused")


def test_a_claim_stands_beside_the_programmes_own_number() -> None:
    found = all_estimates(inputs(effect_cells=many_cells()))
    for row in found["estimate_claims"].iter_rows(named=True):
        claim = claims()[row["claim"]]
        metric = found["estimate_metrics"].filter(metric=claim.metric).row(0, named=True)
        assert (row["claimed_value"], row["estimate"], row["low"]) == (
            claim.value,
            metric["value"],
            metric["low"],
        )
        assert row["smallest_people"] == metric["smallest_people"]


@pytest.mark.parametrize(("status", "word"), [("ok", "not_compatible"), ("early", "cannot_tell_yet")])
def test_an_early_number_is_held_against_no_claim(status: str, word: str) -> None:
    table = estimate_table(next(t for t in PROTECTED_TABLES if t.name == "protected_metrics"))
    rows = [{"metric": name, "value": 0.5, "low": 0.4, "high": 0.6, "status": status} for name in metrics()]
    frame = estimate_claims(inputs(), claims(), frame_of(table, rows))
    unfit = frame.filter(~pl.col("claimed_value").is_between(0.4, 0.6))
    assert unfit.height >= 1
    assert set(unfit["word"]) == {word}
