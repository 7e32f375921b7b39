"""What a release adds to the sums told before: a unit's sums together or none of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from gated import FLOORS, Parts, digest, joined_sums, people, sums, with_parts

from models.disclosure import SUM_COLUMNS, Floors
from models.disclosure.contributions import KEPT, USEFULNESS
from models.disclosure.told import Bands, Told

NOBODY = pl.Series("person_id", [], dtype=pl.String)
NOTHING = pl.DataFrame(schema=SUM_COLUMNS)
TEN: Parts = people(range(10), (4, 2))


def told(*candidates: pl.DataFrame, past: pl.DataFrame = NOTHING) -> Told:
    return Told.of(past, pl.concat(candidates), NOBODY)


def arm(arm_number: int, parts: Parts, unit: str = "primary") -> pl.DataFrame:
    return sums(unit, KEPT, f"{unit}:{arm_number}", parts)


def as_past(*candidates: pl.DataFrame) -> pl.DataFrame:
    """Sums that were released before."""
    released = NOTHING
    for candidate in candidates:
        one = candidate.drop("unit").with_columns(pl.lit(0, pl.Int64).alias("sum_id"))
        released = joined_sums(released, one.select(list(SUM_COLUMNS)))
    return released


def test_sums_of_a_unit_that_is_released_are_noted_person_by_person() -> None:
    one = told(arm(0, TEN), arm(1, people(range(10), (2, 1))))
    assert one.admit("primary", FLOORS)
    noted = one.frame()
    assert noted["sum_id"].unique().to_list() == [0, 1]
    assert set(noted["row"]) == {"primary:0", "primary:1"}
    assert noted.filter(row="primary:1").select("person_id", "n", "value").rows() == [
        (f"p{number:02}", 2, 1) for number in range(10)
    ]


def test_a_unit_of_which_one_sum_is_refused_leaves_no_trace() -> None:
    one = told(arm(0, TEN), arm(1, people(range(4), (4, 2))))
    assert not one.admit("primary", FLOORS)
    assert one.frame().is_empty()
    assert one.past(KEPT).n.shape[0] == 0


def test_two_sums_of_one_unit_are_held_against_each_other() -> None:
    one = told(arm(0, TEN), arm(1, with_parts({"p10": (4, 2)}, TEN)))
    assert not one.admit("primary", FLOORS)


def test_a_unit_admitted_stands_in_the_way_of_the_next() -> None:
    nearly = arm(1, with_parts({"p10": (4, 2)}, TEN), "line:horizon_14")
    one = told(arm(1, TEN), nearly)
    assert one.admit("primary", FLOORS)
    assert not one.admit("line:horizon_14", FLOORS)
    assert set(one.frame()["row"]) == {"primary:1"}


def test_a_unit_refused_stands_in_nobodys_way() -> None:
    nearly = arm(1, with_parts({"p10": (4, 2)}, TEN), "line:horizon_14")
    one = told(arm(1, TEN), arm(0, people(range(4), (4, 2))), nearly)
    assert not one.admit("primary", FLOORS)
    assert one.admit("line:horizon_14", FLOORS)


def test_sums_of_different_measures_are_never_subtracted() -> None:
    other = sums("question:trust", "question:trust", "all", with_parts({"p10": (4, 2)}, TEN))
    one = told(arm(1, TEN), other)
    assert one.admit("primary", FLOORS)
    assert one.admit("question:trust", FLOORS)


def test_a_sum_told_before_is_not_noted_twice() -> None:
    one = told(arm(1, TEN), past=as_past(arm(1, TEN)))
    assert one.admit("primary", FLOORS)
    assert one.frame().is_empty()


def test_every_release_before_counts_not_the_last_alone() -> None:
    early, late = TEN, people(range(10, 20), (4, 2))
    back_but_for_one = arm(1, with_parts({"p10": (4, 2)}, early))
    assert told(back_but_for_one, past=as_past(arm(1, late))).admit("primary", FLOORS)
    assert not told(back_but_for_one, past=as_past(arm(1, early), arm(1, late))).admit("primary", FLOORS)


def test_somebody_who_is_gone_altogether_still_counts_in_what_was_told() -> None:
    without_one = {person: part for person, part in TEN.items() if person != "p00"}
    one = told(arm(1, without_one), past=as_past(arm(1, TEN)))
    assert one.people == [f"p{number:02}" for number in range(10)]
    assert not one.admit("primary", FLOORS)


def test_loneliness_differs_in_ten_people_or_in_nobody() -> None:
    def differing(n_new: int) -> bool:
        new = sums("loneliness:latest", "loneliness_change", "change:latest", {**TEN, **more(n_new)})
        before = sums("loneliness:latest", "loneliness_change", "change:latest", TEN)
        return told(new, past=as_past(before)).admit("loneliness:latest", FLOORS)

    def more(n_new: int) -> Parts:
        return people(range(10, 10 + n_new), (12, 5))

    assert not differing(9)
    assert differing(10)


def test_numbers_nobody_stands_behind_are_an_error() -> None:
    with pytest.raises(LookupError, match="question:trust shows numbers"):
        told(arm(1, TEN)).admit("question:trust", FLOORS)


def band(row: str, parts: Parts) -> pl.DataFrame:
    return sums(USEFULNESS, "usefulness_bands", row, parts, outcome="range of scores")


def scores(*given: Sequence[int]) -> pl.DataFrame:
    """Usefulness of people who gave each score 1 to 5 so often."""
    counts = {f"p{number:02}": row for number, row in enumerate(given)}
    ranges = [(low, high) for low in range(1, 6) for high in range(low, 6)]

    def in_range(low: int, high: int) -> Parts:
        return {person: (sum(row), sum(row[low - 1 : high])) for person, row in counts.items()}

    total = {
        person: (8 * sum(row), 2 * sum(k * n for k, n in enumerate(row))) for person, row in counts.items()
    }
    return pl.concat(
        [
            sums(USEFULNESS, USEFULNESS, "all", total),
            sums(USEFULNESS, "top_two", "all", in_range(4, 5)),
            *(band(f"band:{low}-{high}", in_range(low, high)) for low, high in ranges),
        ]
    )


def bands(answers: pl.DataFrame, past: pl.DataFrame = NOTHING, floors: Floors = FLOORS) -> Bands | None:
    return told(answers, past=past).admit_usefulness(floors)


EACH = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5))


def pairs(*n_people: int) -> list[list[int]]:
    """So many people who gave 1 twice and 2 once, then 2 twice and 3 once, and so on to 5 twice and 1 once."""
    return [
        [2 * (score == first) + (score == (first + 1) % 5) for score in range(5)]
        for first, n in enumerate(n_people)
        for _ in range(n)
    ]


def test_where_enough_people_gave_each_score_no_scores_are_joined() -> None:
    assert bands(scores(*pairs(6, 6, 6, 6, 6))) == EACH


def test_one_answer_each_is_enough_to_show_each_score() -> None:
    # Nested ranges differ in exactly those who gave a score, and nobody knows who they are.
    given = [[int(score == own) for score in range(5)] for own in range(5) for _ in range(8)]
    assert bands(scores(*given)) == EACH


def test_a_lowest_score_few_gave_is_joined_with_the_next_and_no_others_are() -> None:
    assert bands(scores(*pairs(4, 8, 8, 8, 0))) == ((1, 2), (3, 3), (4, 4), (5, 5))


def test_a_highest_score_few_gave_is_joined_downwards() -> None:
    assert bands(scores(*pairs(8, 8, 8, 4, 0))) == ((1, 1), (2, 2), (3, 3), (4, 5))


def test_a_score_few_gave_in_the_middle_is_joined_with_the_one_below() -> None:
    assert bands(scores(*pairs(8, 0, 4, 8, 8))) == ((1, 1), (2, 3), (4, 4), (5, 5))


def test_one_person_who_gave_two_scores_counts_once() -> None:
    # Scores 1 and 2 come from the same four people: sixteen answers, four people.
    given = [*[(2, 2, 0, 0, 0)] * 4, *pairs(0, 0, 8, 8, 0)]
    assert bands(scores(*given)) == ((1, 3), (4, 4), (5, 5))


def test_four_people_in_all_get_no_bands() -> None:
    assert bands(scores(*[(1, 1, 1, 1, 1)] * 4)) is None


def test_answers_that_are_all_alike_get_no_bands() -> None:
    # Everybody gave a 5: the mean would tell everybody's answer.
    assert bands(scores(*[(0, 0, 0, 0, 2)] * 8)) is None


def test_a_band_stands_for_enough_people_though_nobody_could_tell_who_they_are() -> None:
    # Four people gave a 5 once and two 1s; twenty gave 1 twice and 2 once. Nobody gave a 3 or a 4.
    given = [*[(2, 0, 0, 0, 1)] * 4, *[(2, 1, 0, 0, 0)] * 20]
    assert bands(scores(*given)) == ((1, 1), (2, 5))


def test_a_raised_floor_joins_more() -> None:
    answers = scores(*pairs(6, 8, 8, 8, 0))
    assert bands(answers, floors=Floors(people=6)) == EACH
    assert bands(answers, floors=Floors(people=7)) == ((1, 2), (3, 3), (4, 4), (5, 5))


def test_all_that_the_bands_tell_is_noted() -> None:
    one = told(scores(*pairs(4, 8, 8, 8, 0)))
    one.admit_usefulness(FLOORS)
    # Bands 1-2, 3, 4, 5 and what joins of them; all scores together are no secret.
    ranges = {"1-2", "1-3", "1-4", "3-3", "3-4", "3-5", "4-4", "4-5", "5-5"}
    assert set(one.frame()["row"]) == {"all", *(f"band:{pair}" for pair in ranges)}


def test_usefulness_refused_leaves_no_trace() -> None:
    one = told(scores(*[(1, 1, 1, 1, 1)] * 4))
    assert one.admit_usefulness(FLOORS) is None
    assert one.frame().is_empty()


def later(before: Sequence[Sequence[int]], now: Sequence[Sequence[int]]) -> Bands | None:
    """The bands of a second release; people keep their places."""
    one = told(scores(*before))
    assert one.admit_usefulness(FLOORS)
    return bands(scores(*now), one.frame())


BEFORE = pairs(8, 8, 8, 8, 8)


def test_the_same_answers_again_come_out_in_the_same_bands() -> None:
    assert later(BEFORE, BEFORE) == EACH


def test_that_of_many_new_people_one_gave_a_low_score_is_told() -> None:
    assert later(BEFORE, [*BEFORE, *pairs(1, 7, 7, 7, 0)]) == EACH


def test_one_more_persons_answers_are_in_no_banding() -> None:
    assert later(BEFORE, [*BEFORE, *pairs(0, 1, 0, 0, 0)]) is None


def test_a_band_in_which_few_people_differ_is_joined_with_the_next() -> None:
    # One corrected a 1 to a 2, three a 4 to a 5 and three a 5 to a 4.
    one, up, down = [1, 2, 0, 0, 0], [[0, 0, 2, 0, 1]] * 3, [[0, 0, 0, 3, 0]] * 3
    now = [one, *BEFORE[1:16], *up, *BEFORE[19:24], *down, *BEFORE[27:]]
    assert later(BEFORE, now) == ((1, 2), (3, 3), (4, 4), (5, 5))


def test_scores_joined_before_are_not_parted_where_that_tells_of_few() -> None:
    # Two gave a 1, so 1 and 2 were joined. Six correct a 3 to a 1 (and six others a 4 to a 5): what was told of 1-2
    # less what would be told of 2 is what the two gave.
    before = pairs(2, 8, 8, 8, 0)
    now = [*before[:10], *[[1, 0, 1, 1, 0]] * 6, *before[16:18], *[[0, 0, 0, 0, 3]] * 6, *before[24:]]
    assert bands(scores(*now)) == EACH
    assert later(before, now) == ((1, 1), (2, 3), (4, 4), (5, 5))


MOVERS: Parts = people(range(20, 26), (2, 1))
WITHOUT, WITH = people(range(10), (4, 2)), people(range(10, 20), (4, 2))
ALONE: Parts = {"p40": (1, 1)}


def in_arms(unit: str, without: Parts, with_one: Parts) -> pl.DataFrame:
    """The sums of each arm and of both together, over people who are in one arm each."""
    return pl.concat([arm(0, without, unit), arm(1, with_one, unit), arm(2, {**without, **with_one}, unit)])


def test_two_lines_whose_arms_added_up_differ_in_one_person_are_not_both_told() -> None:
    # Six people's arms differ between booking and the drawn prompt, and one more has no prompt: each arm is six or more
    # people apart, both arms together one.
    line = "line:intention_to_treat"
    booked = in_arms("primary", WITHOUT, {**WITH, **MOVERS, **ALONE})
    one = told(booked, in_arms(line, {**WITHOUT, **MOVERS}, WITH))
    assert one.admit("primary", FLOORS)
    assert not one.admit(line, FLOORS)
    same = told(in_arms("primary", WITHOUT, {**WITH, **MOVERS}), in_arms(line, {**WITHOUT, **MOVERS}, WITH))
    assert same.admit("primary", FLOORS)
    assert same.admit(line, FLOORS)


def test_nor_are_two_releases_of_one_line() -> None:
    first = told(in_arms("primary", {**WITHOUT, **MOVERS}, WITH))
    assert first.admit("primary", FLOORS)
    moved = in_arms("primary", WITHOUT, {**WITH, **MOVERS})
    with_one_more = in_arms("primary", WITHOUT, {**WITH, **MOVERS, **ALONE})
    assert told(moved, past=first.frame()).admit("primary", FLOORS)
    assert not told(with_one_more, past=first.frame()).admit("primary", FLOORS)


def coded(n_others: int) -> pl.DataFrame:
    """The headline's sums, always the same, and a digest in which so many people's codes are others."""
    codes: Parts = {person: (8 if place < n_others else 7, 0) for place, person in enumerate(TEN)}
    return pl.concat([arm(1, TEN), digest("primary", codes)])


@pytest.mark.parametrize(("n_others", "is_free"), [(0, True), (1, False), (4, False), (5, True), (10, True)])
def test_the_same_sums_of_rows_that_changed_for_few_people_are_not_told_again(
    n_others: int, is_free: bool
) -> None:
    first = told(coded(0))
    assert first.admit("primary", FLOORS)
    assert told(coded(n_others), past=first.frame()).admit("primary", FLOORS) is is_free
