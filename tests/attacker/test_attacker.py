"""The attacker on publications drawn by hand: where it must succeed, and where nobody could."""

from __future__ import annotations

import polars as pl
import pytest
from attacker import ContradictionError, Public, feasible_range, feasible_values, violations
from publications import (
    WITHOUT,
    Block,
    answers,
    arms,
    bands,
    block,
    completion,
    day,
    known,
    line,
    part,
    people,
    slices,
    total,
)

# Totals


def test_a_total_of_many_tells_nobodys_outcome() -> None:
    assert violations([completion(total(0, 5, 10))], known(*people(range(10)))) == []


def test_a_total_of_everything_kept_tells_everybodys_outcome() -> None:
    public = known(*people(range(10)))
    assert feasible_values([completion(total(0, 10, 10))], public, [3]) == [1]
    (found,) = violations([completion(total(0, 10, 10))], public)
    assert (found.outcome, found.n_people, found.values) == ("kept", 1, (1,))


def test_two_totals_that_differ_by_one_person_tell_that_persons_outcome() -> None:
    public = known(*people(range(10)), block("late", from_week=1))
    releases = [completion(total(0, 5, 10)), completion(total(1, 6, 11))]
    assert feasible_values(releases, public, [10]) == [1]
    found = violations(releases, public, limit=99)
    assert {item.values for item in found if "late" in item.label} == {(1,)}


def test_the_first_of_these_totals_alone_does_not() -> None:
    public = known(*people(range(10)), block("late", from_week=1))
    assert violations([completion(total(0, 5, 10))], public) == []


def test_two_totals_that_differ_by_five_people_do_not() -> None:
    public = known(*people(range(10)), *people(range(20, 25), from_week=1))
    releases = [completion(total(0, 5, 10)), completion(total(1, 8, 15))]
    assert violations(releases, public) == []


def test_an_increment_of_five_people_who_kept_everything_tells_all_five() -> None:
    public = known(*people(range(10)), *people(range(20, 25), from_week=1))
    releases = [completion(total(0, 5, 10)), completion(total(1, 10, 15))]
    assert feasible_range(releases, public, range(10, 15)) == (5, 5)
    assert violations(releases, public) != []


def test_an_increment_with_one_not_kept_leaves_too_few_values_for_a_person_with_two_commitments() -> None:
    public = known(*people(range(10)), *people(range(20, 25), n=2, from_week=1))
    releases = [completion(total(0, 5, 10)), completion(total(1, 14, 20))]
    assert feasible_values(releases, public, [10]) == [1, 2]
    (found,) = violations(releases, public)
    assert (found.n, found.values, found.needed) == (2, (1, 2), 3)


def test_with_two_not_kept_there_are_three_values() -> None:
    public = known(*people(range(10)), *people(range(20, 25), n=2, from_week=1))
    releases = [completion(total(0, 5, 10)), completion(total(1, 13, 20))]
    assert violations(releases, public) == []


def test_somebody_who_leaves_the_count_is_told_by_the_difference() -> None:
    public = known(*people(range(10)), block("erased", to_week=1))
    releases = [completion(total(0, 6, 11)), completion(total(1, 6, 10))]
    assert feasible_values(releases, public, [10]) == [0]


def test_a_corrected_outcome_is_told_only_as_a_change() -> None:
    public = known(*people(range(10)), block("p90", to_week=1), block("p90", from_week=1))
    releases = [completion(total(0, 6, 11)), completion(total(1, 5, 11))]
    assert feasible_values(releases, public, [10]) == [1]
    assert feasible_values(releases, public, [11]) == [0]


def test_the_metric_tells_what_the_table_tells() -> None:
    public = known(*people(range(10)))
    metric = pl.DataFrame({"metric": ["completion_with_appointment"], "value": [1.0], "as_of": [day(0)]})
    assert feasible_values([{"protected_metrics": metric}], public, [3]) == [1]


def test_above_a_thousand_commitments_three_decimals_leave_several_counts_open() -> None:
    public = known(*people(range(4), n=1000))
    assert feasible_range([completion(total(0, 2000, 4000))], public, range(4)) == (1998, 2002)


def test_withheld_rows_say_nothing() -> None:
    withheld = total(0, 10, 10).with_columns(rate=pl.lit(None, pl.Float64))
    assert feasible_values([completion(withheld)], known(*people(range(10))), [3]) == [0, 1]


def test_of_two_tables_about_the_same_count_the_narrower_one_holds() -> None:
    """Above a thousand commitments a share of a slice and one of three decimals each leave a range of counts."""
    public = known(*people(range(4), n=1000))
    exact, coarse = completion(total(0, 2000, 4000)), {"protected_slices": slices(part("Sales", 0.5))}
    for releases in ([exact, coarse], [{**exact, **coarse}]):
        assert feasible_range(releases, public, range(4)) == (1998, 2002)


# Slices


def test_a_slice_of_four_people_tells_of_four_people() -> None:
    public = known(*people(range(4), department="Legal"), *people(range(10, 20)))
    releases = [{"protected_slices": slices(part("Legal", 0.75))}]
    assert feasible_values(releases, public, range(4)) == [3]
    (found,) = violations(releases, public)
    assert (found.n_people, found.n, found.values) == (4, 4, (3,))


def test_a_slice_rounded_to_five_points_leaves_a_range_where_it_is_large() -> None:
    """Of 100, 62.5 % to 67.5 % are 63 to 67; the upper end would round up."""
    public = known(*people(range(10), n=10))
    assert feasible_range([{"protected_slices": slices(part("Sales", 0.65))}], public, range(10)) == (63, 67)


@pytest.mark.parametrize(("rate_is", "rate", "ends"), [("at_least", 0.9, (9, 10)), ("at_most", 0.1, (0, 1))])
def test_a_limit_leaves_the_end_open(rate_is: str, rate: float, ends: tuple[int, int]) -> None:
    """Of 10, at least 87.5 % are 9 or 10; at most 12.5 % are 0 or 1."""
    releases = [{"protected_slices": slices(part("Sales", rate, rate_is=rate_is))}]
    assert feasible_range(releases, known(*people(range(10))), range(10)) == ends


def test_the_complement_of_a_slice_in_its_total_is_told() -> None:
    """6 of 12 in all, 6 of 10 in Sales (11 of 20 is .55): the two of Legal kept nothing."""
    public = known(*people(range(10)), *people(range(20, 22), department="Legal"))
    release = {**completion(total(0, 6, 12)), "protected_slices": slices(part("Sales", 0.6))}
    assert feasible_range([release], public, [10, 11]) == (0, 0)
    assert violations([release], public) != []


def test_small_departments_joined_with_enough_people_are_not_told() -> None:
    public = known(
        *people(range(10)),
        *people(range(20, 24), department="Legal"),
        *people(range(30, 36), department="Lab"),
    )
    joined = slices(part("Sales", 0.5), part("Other", 0.5, joined="Lab; Legal"))
    assert violations([{**completion(total(0, 10, 20)), "protected_slices": joined}], public) == []


def test_the_same_departments_apart_are_told() -> None:
    public = known(
        *people(range(10)),
        *people(range(20, 24), department="Legal"),
        *people(range(30, 36), department="Lab"),
    )
    apart = slices(part("Sales", 0.5), part("Legal", 0.25), part("Lab", 0.65))
    assert violations([{**completion(total(0, 10, 20)), "protected_slices": apart}], public) != []


def test_one_person_who_changes_department_is_told_while_the_total_stands_still() -> None:
    public = known(*people(range(10)), *people(range(20, 30), department="Legal"), block("p90", to_week=1))
    moved = {**block("p90", department="Legal", from_week=1), "block_id": 20}
    public = Public(
        public.blocks, pl.concat([public.counted, _counted(moved)], how="diagonal_relaxed"), public.weeks
    )
    before = slices(part("Sales", 0.55), part("Legal", 0.5))
    after = slices(part("Sales", 0.5, week=1), part("Legal", 0.55, week=1))
    assert feasible_values([{"protected_slices": before}], public, [20]) == [0, 1]
    assert feasible_values([{"protected_slices": before}, {"protected_slices": after}], public, [20]) == [1]


def _counted(moved: Block) -> pl.DataFrame:
    return pl.DataFrame([moved]).drop("person_id", "n")


def test_slices_of_a_cross_and_their_totals_are_solved_together() -> None:
    """Two departments and two levels of five each but for one cell of one: each number alone tells nobody."""
    cells = {
        ("Sales", "manager"): 1,
        ("Sales", "individual"): 9,
        ("Legal", "manager"): 9,
        ("Legal", "individual"): 1,
    }
    blocks = [
        block(f"{department} {level} {number}", department=department, level=level)
        for (department, level), n in cells.items()
        for number in range(n)
    ]
    by_department = slices(part("Sales", 1.0), part("Legal", 0.0))
    by_level = slices(part("manager", 0.1, dimension="level"), part("individual", 0.9, dimension="level"))
    both = [{"protected_slices": by_department}, {"protected_slices": by_level}]
    assert feasible_values([both[1]], known(*blocks), [0]) == [0, 1]
    assert feasible_values(both, known(*blocks), [0]) == [1]


def test_what_stays_as_last_released_tells_nothing_new() -> None:
    public = known(*people(range(10)), block("late", from_week=1))
    held = completion(total(0, 5, 10))
    assert violations([held, held, held], public) == []


# Lines and weeks


def test_a_difference_alone_tells_both_counts_where_only_one_pair_fits() -> None:
    """7 of 7 less 3 of 11 is .727; no other pair of counts gives it."""
    releases = [{"protected_effect": line("primary", 7 / 7 - 3 / 11, 18)}]
    public = known(*arms(7, 11))
    assert feasible_range(releases, public, range(7)) == (7, 7)
    assert feasible_range(releases, public, range(7, 18)) == (3, 3)


def test_weeks_of_a_line_are_read_together() -> None:
    """3/4 - 3/5 = .15 leaves one pair; the week before both arms were equal, so 3 of 4 each: the fifth kept nothing."""
    public = known(*arms(4, 4), block("late", arm=0, from_week=1))
    before = {"protected_effect": line("primary", 0, 8)}
    after = {"protected_effect": line("primary", 3 / 4 - 3 / 5, 9, week=1)}
    assert feasible_values([before], public, range(4)) == [0, 1, 2, 3, 4]
    assert feasible_values([after], public, [8]) == [0, 1]
    assert feasible_values([before, after], public, [8]) == [0]


def test_a_week_that_cannot_follow_the_one_before_is_an_error() -> None:
    public = known(*arms(4, 4), block("late", arm=0, from_week=1))
    before = {"protected_effect": line("primary", -1, 8)}
    after = {"protected_effect": line("primary", 3 / 4 - 3 / 5, 9, week=1)}
    with pytest.raises(ContradictionError, match="does not follow"):
        feasible_values([before, after], public, [8])


def test_everything_kept_within_fourteen_days_tells_that_it_was_kept_within_twenty_eight() -> None:
    public = known(*arms(6, 6))
    counted = public.counted.with_columns(line=pl.lit("horizon_14"))
    public = Public(public.blocks, pl.concat([public.counted, counted]), public.weeks)
    releases = [{"protected_effect": line("horizon_14", 1, 12)}]
    assert feasible_range(releases, public, range(6)) == (6, 6)
    (found,) = violations(releases, public)
    assert found.values == (1,)
    assert violations(releases, public, depth="headline") == []


def test_a_line_without_the_withdrawn_tells_how_many_were_withdrawn() -> None:
    """6 of 8 and 2 of 8; without withdrawn ones 6 of 6 and 2 of 8: the two that were not kept were withdrawn."""
    public = known(*arms(8, 8))
    release = {
        **completion(total(0, 6, 8), total(0, 2, 8, WITHOUT)),
        "protected_effect": line("withdrawn_left_out", 6 / 6 - 2 / 8, 14),
    }
    assert feasible_range([release], public, range(8)) == (6, 6)
    wrong = {**release, "protected_effect": line("withdrawn_left_out", 0.1, 14)}
    with pytest.raises(ContradictionError, match="no number of withdrawn fits"):
        feasible_range([wrong], public, range(8))


def test_a_past_week_is_counted_as_it_was_then() -> None:
    public = known(*arms(6, 6), *people(range(20, 26), from_week=1))
    by_week = pl.DataFrame(
        {
            "week": ["2026-W01"],
            "week_ends_on": [day(0)],
            "estimate": [1.0],
            "n_commitments": [12],
            "as_of": [day(1)],
        }
    )
    assert feasible_range([{"protected_effect_by_week": by_week}], public, range(6)) == (6, 6)


# Answers


def test_bands_tell_how_many_found_it_useful() -> None:
    public = known(*answers(range(12)))
    releases = [{"protected_usefulness": bands((1, 3, 4, 4), (4, 5, 8, 8))}]
    assert feasible_range(releases, public, range(12), outcome="useful") == (8, 8)
    assert violations(releases, public) == []


def test_a_band_that_everybody_is_in_tells_of_everybody() -> None:
    public = known(*answers(range(8), n=2))
    releases = [{"protected_usefulness": bands((1, 3, 5, 5), (4, 5, 8, 11))}]
    assert feasible_values(releases, public, [0], outcome="useful") == [1, 2]
    assert violations(releases, public, outcomes=["useful"]) != []


def test_a_mean_of_five_tells_everything_and_a_mean_of_three_does_not() -> None:
    public = known(*answers(range(12)))
    mean = pl.DataFrame({"metric": ["usefulness_mean_score"], "value": [5.0], "as_of": [day(0)]})
    middle = mean.with_columns(value=pl.lit(3.0))
    assert feasible_range([{"protected_metrics": mean}], public, range(12), outcome="useful") == (12, 12)
    assert feasible_range([{"protected_metrics": middle}], public, range(12), outcome="useful") == (0, 8)


def test_the_share_after_a_session_is_read() -> None:
    public = known(*answers(range(6)), *answers(range(6, 12), session_number=2))
    trend = pl.DataFrame(
        {"session_number": [2], "basis": ["observed"], "share": [1.0], "n_people": [6], "as_of": [day(0)]}
    )
    response = pl.DataFrame(
        {"wave": ["session-02"], "top_two_share": [1.0], "n_answered": [6], "as_of": [day(0)]}
    )
    for release in ({"protected_usefulness_trend": trend}, {"protected_response": response}):
        assert feasible_range([release], public, range(6, 12), outcome="useful") == (6, 6)
        assert feasible_range([release], public, range(6), outcome="useful") == (0, 6)
