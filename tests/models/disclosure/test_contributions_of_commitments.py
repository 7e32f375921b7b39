"""What the numbers about commitments tell, person by person."""

from __future__ import annotations

import polars as pl
from gated import WEEK
from told_sums import cell, codes, of, told

from models.disclosure.contributions import ADJUSTED, BY_DAY, DIGEST, KEPT, PRIMARY


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
