"""Every sum the published numbers tell, person by person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from gated import WEEK

from models.catalogue import metrics, questions
from models.disclosure.contributions import (
    ADJUSTED,
    BY_DAY,
    COLUMNS,
    DIGEST,
    KEPT,
    PRIMARY,
    USEFUL,
    contributions,
)
from models.disclosure.labels import OPEN

STATES = ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")
CELLS = dict.fromkeys(("arm", *STATES), pl.Int64())
HORIZON = 28
SCORES = tuple(f"n_score_{score}" for score in range(1, 6))
SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    "effect_cells": {"line": pl.String(), "person_id": pl.String(), **CELLS},
    "adjustment_cells": {
        "person_id": pl.String(),
        **dict.fromkeys(("cluster_id", "arm", "difficulty", "n", "n_kept"), pl.Int64()),
    },
    "effect_cells_by_week": {"week_end_day": pl.Int64(), "person_id": pl.String(), **CELLS},
    "weeks": {"week": pl.String(), "week_end_day": pl.Int64()},
    "commitment_days": {
        "arm": pl.Int64(),
        "person_id": pl.String(),
        "day": pl.Int64(),
        "event": pl.String(),
        "n_commitments": pl.Int64(),
    },
    "answer_cells": {
        "question_id": pl.String(),
        "person_id": pl.String(),
        **dict.fromkeys(("n_answers", "score_sum", *SCORES), pl.Float64()),
    },
    "expectation_pairs": {
        "person_id": pl.String(),
        **dict.fromkeys(("expected_score", "experienced_score", "is_before_start"), pl.Int64()),
    },
    "usefulness_by_session": {
        "session_number": pl.Int64(),
        "person_id": pl.String(),
        **dict.fromkeys(SCORES, pl.Int64()),
    },
    "response_people": {
        "wave": pl.String(),
        "person_id": pl.String(),
        **dict.fromkeys(
            ("is_answered", "useful_score", "prior_useful_score", "baseline_loneliness_score"), pl.Int64()
        ),
    },
    "loneliness_points": {"person_id": pl.String(), "occasion": pl.String(), "loneliness_score": pl.Int64()},
    "loneliness_scores": {"person_id": pl.String(), "wave": pl.String(), "loneliness_score": pl.Int64()},
    "loneliness_changes": {
        "person_id": pl.String(),
        "wave": pl.String(),
        **dict.fromkeys(("baseline_score", "change_score"), pl.Int64()),
    },
}


def told(**rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """The sums of the tables given; the others are empty."""
    tables = {name: pl.DataFrame(rows.get(name, []), schema=schema) for name, schema in SCHEMAS.items()}
    return contributions(tables, questions(), WEEK, HORIZON)


def of(found: pl.DataFrame, unit: str, row: str | None = None) -> list[tuple[object, ...]]:
    """Person, most and part of a unit's sums (of one row), by person; digests are no sums."""
    found = found.filter(pl.col("row") != DIGEST)
    wanted = found.filter(unit=unit) if row is None else found.filter(unit=unit, row=row)
    return wanted.sort("row", "person_id").select("person_id", "n", "value").rows()


def codes(found: pl.DataFrame, unit: str) -> dict[str, int]:
    """The code of each person whose rows a unit's numbers are computed from."""
    return dict(found.filter(unit=unit, row=DIGEST).select("person_id", "n").iter_rows())


def cell(person: str, **columns: object) -> dict[str, object]:
    """Counts of one person's commitments; the headline's, with an appointment, unless said."""
    given = {f"n_{name}": n for name, n in columns.items() if f"n_{name}" in STATES}
    said = {name: value for name, value in columns.items() if f"n_{name}" not in STATES}
    return {"line": PRIMARY, "person_id": person, "arm": 1, **dict.fromkeys(STATES, 0), **given, **said}


def test_a_persons_part_of_the_headline_is_known_commitments_and_kept_ones() -> None:
    # Three done, of these two in time, one not done, one withdrawn; two unknown count nowhere.
    found = told(effect_cells=[cell("p1", done=3, not_done=1, withdrawn=1, unknown=2, kept=2)])
    assert of(found, PRIMARY, "primary:1") == [("p1", 5, 2)]


def test_each_arm_is_a_sum_of_its_own_over_all_of_a_persons_groups() -> None:
    found = told(
        effect_cells=[
            cell("p1", done=1, kept=1),
            cell("p1", not_done=2),
            cell("p1", done=4, kept=3, arm=0),
            cell("p2", done=1, kept=0, arm=0),
        ]
    )
    assert of(found, PRIMARY, "primary:1") == [("p1", 3, 1)]
    assert of(found, PRIMARY, "primary:0") == [("p1", 4, 3), ("p2", 1, 0)]


def test_both_arms_together_are_a_sum_too_as_anybody_can_add_them() -> None:
    found = told(
        effect_cells=[
            cell("p1", done=3, kept=1),
            cell("p1", done=4, kept=3, arm=0),
            cell("p2", done=1, arm=0),
            cell("p2", done=2, kept=1, line="horizon_14"),
        ]
    )
    assert of(found, PRIMARY, "primary:2") == [("p1", 7, 4), ("p2", 1, 0)]
    assert of(found, "line:horizon_14", "horizon_14:2") == [("p2", 2, 1)]


def test_somebody_who_changes_arms_stays_the_same_in_both_arms_together() -> None:
    without, with_one = (told(effect_cells=[cell("p1", done=3, kept=1, arm=arm)]) for arm in (0, 1))
    assert of(without, PRIMARY, "primary:2") == of(with_one, PRIMARY, "primary:2") == [("p1", 3, 1)]


def test_somebody_of_whom_nothing_is_known_is_in_no_sum() -> None:
    assert told(effect_cells=[cell("p1", unknown=3)]).is_empty()


def test_every_line_of_the_difference_is_a_unit_measured_as_the_headline_is() -> None:
    found = told(effect_cells=[cell("p1", done=2, kept=1, line="horizon_14")])
    assert of(found, "line:horizon_14", "horizon_14:1") == [("p1", 2, 1)]
    assert set(found["measure"]) == {KEPT}


def test_the_line_without_withdrawn_commitments_is_the_headline_less_those() -> None:
    found = told(effect_cells=[cell("p1", done=2, withdrawn=1, kept=1), cell("p2", withdrawn=1)])
    assert of(found, "line:withdrawn_left_out", "withdrawn_left_out:1") == [("p1", 2, 1)]


def test_lines_by_another_clock_and_without_withdrawn_commitments_are_outcomes_of_their_own() -> None:
    lines = (PRIMARY, "intention_to_treat", "horizon_14", "horizon_42", "own_due_date")
    found = told(effect_cells=[cell("p1", done=2, kept=1, line=line) for line in lines])
    listed = found.filter(measure=KEPT).select("unit", "outcome").unique().sort("unit").rows()
    assert listed == [
        ("line:horizon_14", "horizon_14"),
        ("line:horizon_42", "horizon_42"),
        ("line:intention_to_treat", KEPT),
        ("line:own_due_date", "own_due_date"),
        ("line:withdrawn_left_out", "withdrawn_left_out"),
        (PRIMARY, KEPT),
    ]


def test_a_persons_code_of_the_headline_changes_with_anything_it_is_computed_from() -> None:
    def coded(*cells: dict[str, object]) -> dict[str, int]:
        return codes(told(effect_cells=[*cells, cell("p2", done=1, line="horizon_14")]), PRIMARY)

    before = coded(cell("p1", done=2, not_done=1, kept=1))
    assert list(before) == ["p1"]
    assert min(before.values()) > 0
    assert coded(cell("p1", done=3, kept=1)) != before  # done too late, where it was not done
    assert coded(cell("p1", done=2, not_done=1, kept=1, arm=0)) != before
    assert coded(cell("p1", done=2, not_done=1, kept=1, unknown=3)) == before


def test_a_persons_code_follows_neither_the_order_of_rows_nor_the_numbers_of_clusters() -> None:
    rows = [
        {"person_id": "p1", "cluster_id": 4, "arm": 1, "difficulty": 2, "n": 3, "n_kept": 1},
        {"person_id": "p1", "cluster_id": 4, "arm": 0, "difficulty": 5, "n": 1, "n_kept": 0},
    ]
    before = codes(told(adjustment_cells=rows), ADJUSTED)
    renumbered = [{**row, "cluster_id": 9} for row in reversed(rows)]
    assert codes(told(adjustment_cells=renumbered), ADJUSTED) == before


def test_one_corrected_difficulty_changes_the_code_of_that_person_alone_in_what_is_adjusted() -> None:
    rows = [
        {"person_id": person, "cluster_id": 1, "arm": 1, "difficulty": 2, "n": 3, "n_kept": 1}
        for person in ("p1", "p2")
    ]
    before = codes(told(adjustment_cells=rows), ADJUSTED)
    after = codes(told(adjustment_cells=[{**rows[0], "difficulty": 3}, rows[1]]), ADJUSTED)
    assert [person for person in before if after[person] != before[person]] == ["p1"]


def test_each_week_but_the_current_one_is_a_unit() -> None:
    weeks = [{"week": "2026-W39", "week_end_day": 7}, {"week": WEEK, "week_end_day": 14}]
    cells = [cell("p1", done=1, kept=1, week_end_day=7), cell("p1", done=2, kept=1, week_end_day=14)]
    found = told(weeks=weeks, effect_cells_by_week=[{k: v for k, v in c.items() if k != "line"} for c in cells])
    assert set(found["unit"]) == {"week:2026-W39"}
    assert of(found, "week:2026-W39") == [("p1", 1, 1)]


FOLLOWED = {"arm": 1, "person_id": "p1", "n_commitments": 1}


def test_by_the_end_of_each_week_what_is_done_by_then_of_all_that_are_followed() -> None:
    found = told(
        commitment_days=[
            {**FOLLOWED, "day": 5, "event": "done"},
            {**FOLLOWED, "day": 10, "event": "done_no_day"},
            {**FOLLOWED, "day": 12, "event": "withdrawn"},
            {**FOLLOWED, "day": 28, "event": "open", "n_commitments": 2},
            {**FOLLOWED, "day": 30, "event": "done"},
        ]
    )
    assert [of(found, f"by_day:{day}", f"by_day:{day}:1") for day in (7, 14, 21, 28)] == [
        [("p1", 6, 1)],
        [("p1", 6, 2)],
        [("p1", 6, 2)],
        [("p1", 6, 2)],
    ]
    assert set(found.filter(pl.col("unit") != BY_DAY, pl.col("row") != DIGEST)["measure"]) == {KEPT}


def test_a_commitment_withdrawn_that_was_open_before_changes_the_code_of_every_day_shown() -> None:
    # Neither is done by any day, so that no sum by day says it.
    still_open, withdrawn = (
        told(commitment_days=[{**FOLLOWED, "day": day, "event": event}])
        for day, event in ((28, "open"), (12, "withdrawn"))
    )
    for day in (7, 14, 21, 28):
        unit = f"by_day:{day}"
        assert of(still_open, unit) == of(withdrawn, unit)
        assert codes(still_open, unit)["p1"] != codes(withdrawn, unit)["p1"]


def test_every_week_up_to_the_horizon_is_shown() -> None:
    found = told(commitment_days=[{**FOLLOWED, "day": 5, "event": "done"}])
    assert set(found["unit"]) == {BY_DAY, "by_day:7", "by_day:14", "by_day:21", "by_day:28"}


def test_how_long_commitments_stay_open_is_counted_to_the_horizon() -> None:
    # Done on day 5, withdrawn (open to the horizon, as never done), still open on day 20: 5 + 28 + 20 of 84.
    found = told(
        commitment_days=[
            {**FOLLOWED, "day": 5, "event": "done"},
            {**FOLLOWED, "day": 12, "event": "withdrawn"},
            {**FOLLOWED, "day": 20, "event": "open"},
        ]
    )
    assert of(found, BY_DAY) == [("p1", 84, 53)]


def answers(question: str, person: str = "p1", *scores: int, total: float | None = None) -> dict[str, object]:
    counts = {name: float(scores.count(score)) for score, name in enumerate(SCORES, 1)}
    summed = float(sum(scores)) if total is None else total
    return {
        "question_id": question,
        "person_id": person,
        "n_answers": float(len(scores)) or 1.0,
        "score_sum": summed,
        **counts,
    }


def test_behind_a_mean_are_half_steps_above_the_lowest_answer() -> None:
    # Scores 2 and 5, each one of 1 to 5: eight half steps each; (1 + 4) * 2 = 10 of 16.
    found = told(answer_cells=[answers("trust", "p1", 2, 5)])
    assert of(found, "question:trust") == [("p1", 16, 10)]


def test_amounts_are_counted_in_half_hours() -> None:
    # An hour and a half, of 0 to 80 hours.
    found = told(answer_cells=[answers("hours_regained", "p1", total=1.5)])
    assert of(found, "question:hours_regained") == [("p1", 160, 3)]


def test_usefulness_tells_its_mean_its_top_two_and_every_range_of_scores() -> None:
    found = told(answer_cells=[answers("usefulness", "p1", 1, 4, 5)])
    assert of(found.filter(measure=USEFUL), "question:usefulness") == [("p1", 3, 2)]
    assert of(found, "question:usefulness", "band:1-4") == [("p1", 3, 2)]
    assert of(found, "question:usefulness", "band:2-3") == [("p1", 3, 0)]
    ranges = found.filter(measure="usefulness_bands")
    assert ranges["row"].n_unique() == 15
    assert set(ranges["outcome"]) == {"range of scores"}  # one is subtracted from another


def test_the_items_of_a_scale_are_no_unit_of_their_own() -> None:
    assert told(answer_cells=[answers("ucla_isolated", "p1", 2)]).is_empty()


def test_experience_minus_expectation_is_a_gap_of_eight_steps() -> None:
    pair = {"person_id": "p1", "is_before_start": 1}
    found = told(
        expectation_pairs=[
            {**pair, "expected_score": 5, "experienced_score": 1},
            {**pair, "expected_score": 3, "experienced_score": 4},
            {**pair, "expected_score": 1, "experienced_score": 5, "is_before_start": 0},
        ]
    )
    # Gaps -4 and 1, counted from -4: 0 and 5 of 8 each; what was said afterwards counts nowhere.
    assert of(found.filter(measure="expectation_gap"), "question:expected_usefulness") == [("p1", 16, 5)]


def test_each_wave_tells_its_change_and_the_latest_also_its_baseline() -> None:
    found = told(
        loneliness_changes=[
            {"person_id": "p1", "wave": "latest", "baseline_score": 7, "change_score": -2},
            {"person_id": "p1", "wave": "session-03", "baseline_score": 7, "change_score": 1},
        ]
    )
    # A baseline of 7 is 4 of the 6 steps from 3; a change of -2 is 4 of the 12 from -6.
    assert of(found, "loneliness:latest") == [("p1", 6, 4), ("p1", 12, 4)]
    assert of(found, "loneliness:session-03") == [("p1", 12, 7)]


def test_each_session_tells_its_own_top_two() -> None:
    given = {"person_id": "p1", **dict.fromkeys(SCORES, 0)}
    found = told(
        usefulness_by_session=[
            {**given, "session_number": 1, "n_score_3": 1},
            {**given, "session_number": 2, "n_score_5": 1, "n_score_4": 1},
        ]
    )
    assert of(found, "usefulness:session-1") == [("p1", 1, 0)]
    assert of(found, "usefulness:session-2") == [("p1", 2, 2)]
    assert set(found["measure"]) == {USEFUL}


def asked(wave: str, person: str, **columns: object) -> dict[str, object]:
    return {"wave": wave, "person_id": person, "is_answered": 1, **columns}


def test_each_wave_tells_the_top_two_of_those_who_answered() -> None:
    found = told(
        response_people=[
            asked("session-03", "p1", useful_score=4),
            asked("session-03", "p2", useful_score=3),
            asked("session-03", "p3", is_answered=0),
        ]
    )
    assert of(found, "response:session-03") == [("p1", 1, 1), ("p2", 1, 0)]


def test_what_was_known_of_those_asked_is_told_of_both_who_answered_and_who_did_not() -> None:
    found = told(
        response_people=[
            asked("session-01", "p1", prior_useful_score=5, baseline_loneliness_score=9),
            asked("session-02", "p1", prior_useful_score=4, baseline_loneliness_score=9),
            asked("session-01", "p2", is_answered=0, prior_useful_score=1, baseline_loneliness_score=4),
            asked("baseline", "p2", baseline_loneliness_score=4),
        ]
    )
    # Usefulness 5 and 4 are 4 + 3 of 8 steps; loneliness 9 twice is 6 + 6 of 12. The baseline asks nothing twice.
    assert of(found, "missing:prior_usefulness", "1") == [("p1", 8, 7)]
    assert of(found, "missing:prior_usefulness", "0") == [("p2", 4, 0)]
    assert of(found, "missing:baseline_loneliness", "1") == [("p1", 12, 12)]
    assert of(found, "missing:baseline_loneliness", "0") == [("p2", 6, 1)]


def test_who_answered_on_loneliness_once_is_in_what_the_models_tell() -> None:
    found = told(
        loneliness_points=[{"person_id": "p1", "occasion": "baseline", "loneliness_score": 7}],
        loneliness_scores=[
            {"person_id": "p1", "wave": "baseline", "loneliness_score": 7},
            {"person_id": "p1", "wave": "session-01", "loneliness_score": 4},
        ],
    )
    models = found.filter(unit="loneliness:models")
    assert of(models.filter(measure="loneliness_points"), "loneliness:models") == [("p1", 6, 4)]
    assert of(models.filter(measure="loneliness_scores"), "loneliness:models") == [("p1", 12, 5)]


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_table_without_rows_tells_nothing(name: str) -> None:
    assert told(**{name: []}).is_empty()


def test_sums_have_one_row_per_person_and_a_part_within_what_is_possible() -> None:
    found = told(
        effect_cells=[cell(f"p{number}", done=2, not_done=1, kept=1) for number in range(3)],
        answer_cells=[answers("usefulness", "p1", 1, 4, 5), answers("trust", "p2", 3)],
    )
    assert found.schema == COLUMNS
    assert not found.select("unit", "measure", "row", "person_id").is_duplicated().any()
    assert set(found.filter(row=DIGEST)["value"]) == {0}
    assert found.filter((pl.col("value") < 0) | (pl.col("value") > pl.col("n"))).is_empty()


def test_whatever_a_metric_is_drawn_from_is_a_unit_somebody_can_stand_behind() -> None:
    asked = [
        question for question in questions().values() if question.kind == "score" and question.scale is None
    ]
    units = {f"question:{question.question_id}" for question in asked} | {
        PRIMARY,
        BY_DAY,
        "loneliness:latest",
        OPEN,
    }
    assert {metric.drawn_from for metric in metrics().values()} <= units
