"""When a sum may be published beside all that were published before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.disclosure.sums import PastSums, Sum, may_be_published

FEWEST = 5


def drawn(n: Sequence[int], value: Sequence[int], outcome: str = "kept") -> Sum:
    return Sum("row", outcome, np.array(n, dtype=np.int64), np.array(value, dtype=np.int64))


def after(*before: Sum) -> PastSums:
    return PastSums.of(before, before[0].n.size)


def first(one: Sum) -> bool:
    """Whether it may be the first sum ever published."""
    return may_be_published(one, PastSums.of([], one.n.size), FEWEST)


def both(more: Sum) -> bool:
    """Whether a sum may be published after a sum of ten people, two commitments each, one kept."""
    before = drawn([2] * 10 + [0] * 10, [1] * 10 + [0] * 10)
    new = Sum("new", "kept", before.n + more.n, before.value + more.value)
    return may_be_published(new, after(before), FEWEST)


def of_the_last(*parts: tuple[int, int]) -> Sum:
    """What the people after the first ten add: commitments and kept ones of each."""
    rest = 10 - len(parts)
    return drawn([0] * 10 + [n for n, _ in parts] + [0] * rest, [0] * 10 + [v for _, v in parts] + [0] * rest)


def test_four_people_are_too_few_for_a_first_sum() -> None:
    assert not first(drawn([2, 2, 2, 2], [1, 1, 1, 1]))


def test_five_people_with_two_places_each_are_enough() -> None:
    assert first(drawn([2, 2, 2, 2, 2], [1, 1, 1, 1, 1]))


def test_of_five_people_nobody_may_have_a_single_place() -> None:
    # Four who tell one another their parts know the fifth's: one of one.
    assert not first(drawn([2, 2, 2, 2, 1], [1, 1, 1, 1, 0]))


def test_six_people_may_have_one_place_each() -> None:
    assert first(drawn([1] * 6, [1, 1, 1, 0, 0, 0]))


@pytest.mark.parametrize(
    ("kept", "is_free"), [(0, False), (1, False), (2, True), (8, True), (9, False), (10, False)]
)
def test_a_first_sum_lies_two_places_from_either_end(kept: int, is_free: bool) -> None:
    # Ten people, one commitment each: 0 to 10 kept.
    assert first(drawn([1] * 10, [1] * kept + [0] * (10 - kept))) is is_free


@pytest.mark.parametrize("n_new", [1, 2, 3, 4])
def test_fewer_than_five_new_people_are_told_by_subtraction(n_new: int) -> None:
    assert not both(of_the_last(*[(4, 2)] * n_new))


def test_five_new_people_with_two_places_each_are_not() -> None:
    assert both(of_the_last(*[(2, 1)] * 5))
    assert not both(of_the_last(*[(2, 1)] * 4, (1, 1)))


def test_six_new_people_are_not_even_with_one_place_each() -> None:
    assert both(of_the_last(*[(1, 1)] * 3, *[(1, 0)] * 3))


@pytest.mark.parametrize(
    ("kept", "is_free"), [(0, False), (1, False), (2, True), (4, True), (5, False), (6, False)]
)
def test_new_people_who_kept_all_or_none_are_told_however_many(kept: int, is_free: bool) -> None:
    assert both(of_the_last(*[(1, 1)] * kept, *[(1, 0)] * (6 - kept))) is is_free


def test_the_same_sum_again_tells_nothing() -> None:
    before = drawn([1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    assert after(before).has(before)
    assert may_be_published(before, after(before), FEWEST)


def test_somebody_who_is_removed_is_told_as_somebody_who_came() -> None:
    before = drawn([2] * 12, [1] * 12)
    without_one, without_six = (
        drawn([0] + [2] * 11, [0] + [1] * 11),
        drawn([0] * 6 + [2] * 6, [0] * 6 + [1] * 6),
    )
    assert not may_be_published(without_one, after(before), FEWEST)
    assert may_be_published(without_six, after(before), FEWEST)


def test_a_single_correction_is_told() -> None:
    before = drawn([2] * 10, [1] * 10)
    assert not may_be_published(drawn([2] * 10, [2] + [1] * 9), after(before), FEWEST)


def test_corrections_of_six_people_both_ways_are_not() -> None:
    before = drawn([2] * 10, [1] * 10)
    assert may_be_published(drawn([2] * 10, [2, 2, 2, 0, 0, 0, 1, 1, 1, 1]), after(before), FEWEST)


def test_six_corrections_that_all_went_from_nothing_to_everything_are_told() -> None:
    # Of one place each, six went from 0 to 1: the most they could move.
    before = drawn([1] * 12, [0] * 6 + [1] * 3 + [0] * 3)
    new = drawn([1] * 12, [1] * 6 + [1] * 3 + [0] * 3)
    assert not may_be_published(new, after(before), FEWEST)


def test_corrections_count_with_what_they_changed_and_not_with_what_they_could_have() -> None:
    # Of four places each, six went from 1 to 2: it is known of whom, so all of it is told.
    before = drawn([4] * 12, [1] * 12)
    assert not may_be_published(drawn([4] * 12, [2] * 6 + [1] * 6), after(before), FEWEST)
    assert not may_be_published(drawn([4] * 12, [2] * 6 + [0] + [1] * 5), after(before), FEWEST)
    assert may_be_published(drawn([4] * 12, [2] * 6 + [0] * 2 + [1] * 4), after(before), FEWEST)


def test_of_a_range_of_scores_nobody_knows_whose_answers_moved_into_it() -> None:
    before = replace(drawn([4] * 12, [1] * 12), least_tells=False)
    moved = replace(drawn([4] * 12, [2] * 6 + [1] * 6), least_tells=False)
    assert may_be_published(moved, after(before), FEWEST)
    one = replace(drawn([4] * 12, [2] + [1] * 11), least_tells=False)
    assert not may_be_published(one, after(before), FEWEST)


@pytest.mark.parametrize(("n_others", "is_free"), [(0, True), (1, False), (4, False), (5, True), (12, True)])
def test_of_a_digest_only_it_matters_how_many_people_differ(n_others: int, is_free: bool) -> None:
    before, new = (
        replace(drawn([code] * n_others + [7] * (12 - n_others), [0] * 12, "digest"), is_digest=True)
        for code in (7, 8)
    )
    assert may_be_published(new, after(before), FEWEST) is is_free


def test_a_first_digest_stands_for_enough_people() -> None:
    codes = replace(drawn([7, 3, 9, 4, 1], [0] * 5, "digest"), is_digest=True)
    assert first(codes)
    assert not may_be_published(codes, PastSums.of([], 5), 6)


def test_a_correction_beside_five_new_people_counts_as_one_more_person() -> None:
    before = drawn([2] * 10 + [0] * 5, [1] * 10 + [0] * 5)
    new = drawn([2] * 15, [2] + [1] * 14)
    assert may_be_published(new, after(before), FEWEST)


def test_a_sum_is_held_against_every_earlier_one_and_not_the_last_alone() -> None:
    early = drawn([2] * 10 + [0] * 6, [1] * 10 + [0] * 6)
    later = drawn([2] * 16, [1] * 16)
    back_but_for_one = drawn([0] + [2] * 9 + [0] * 6, [0] + [1] * 9 + [0] * 6)
    assert may_be_published(back_but_for_one, after(later), FEWEST)
    assert not may_be_published(back_but_for_one, after(early, later), FEWEST)


def test_a_person_whose_part_is_the_same_again_does_not_count() -> None:
    # One commitment corrected from kept to not, another the other way: n and value stand.
    before = drawn([2] * 10, [1] * 10)
    assert may_be_published(drawn([2] * 10, [1] * 10), after(before), FEWEST)


def test_a_sum_of_which_zero_is_no_secret_may_be_zero() -> None:
    nobody_said_one = drawn([1] * 6, [0] * 6)
    assert not first(nobody_said_one)
    assert first(replace(nobody_said_one, least_tells=False))


def test_that_everybody_said_it_is_a_secret_all_the_same() -> None:
    assert not first(replace(drawn([1] * 6, [1] * 6), least_tells=False))


def test_a_coarse_rate_never_says_that_all_were_kept_so_its_sum_may_be_at_the_end() -> None:
    all_kept = drawn([2] * 6, [2] * 6)
    assert not first(all_kept)
    assert first(replace(all_kept, is_coarse=True))


def test_a_coarse_rate_stands_for_as_many_people_as_any_other() -> None:
    assert not first(replace(drawn([2] * 4, [1] * 4), is_coarse=True))


def test_what_a_coarse_rate_leaves_of_the_total_must_be_enough_people_too() -> None:
    total, part = drawn([2] * 10, [1] * 10), drawn([2] * 6 + [0] * 4, [1] * 6 + [0] * 4)
    left = total.minus(part)
    assert left.n.tolist() == [0] * 6 + [2] * 4
    assert not first(left)
    assert not may_be_published(replace(part, is_coarse=True), after(total), FEWEST)


def test_beside_a_sum_of_another_outcome_it_matters_only_whose_parts_are_in_it() -> None:
    # Kept within 28 days and within 14: that one commitment was kept in between says nothing of whose.
    before = drawn([2] * 10, [1] * 10)
    within_14 = drawn([2] * 10, [0] + [1] * 9, "kept within 14 days")
    assert may_be_published(within_14, after(before), FEWEST)
    assert not may_be_published(replace(within_14, outcome="kept"), after(before), FEWEST)


def test_of_another_outcome_too_few_more_people_are_told() -> None:
    before = drawn([2] * 10 + [0] * 2, [1] * 10 + [0] * 2)
    assert not may_be_published(drawn([2] * 12, [1] * 12, "kept within 14 days"), after(before), FEWEST)


def test_the_same_parts_of_another_outcome_are_another_sum() -> None:
    before = drawn([2] * 10, [1] * 10)
    assert not after(before).has(replace(before, outcome="kept within 14 days"))


def test_a_sum_keeps_its_outcome_among_those_published() -> None:
    both = after(drawn([2] * 6, [1] * 6)).with_sums([drawn([2] * 6, [1] * 6, "other")])
    assert both.outcome.tolist() == ["kept", "other"]


def test_nothing_published_before_stops_nothing() -> None:
    nobody = PastSums.of([], 6)
    assert nobody.n.shape == (0, 6)
    assert may_be_published(drawn([2] * 6, [1] * 6), nobody, FEWEST)


def test_a_raised_floor_asks_for_more_people() -> None:
    seven = drawn([2] * 7, [1] * 7)
    assert first(seven)
    assert not may_be_published(seven, PastSums.of([], 7), 8)


N_PEOPLE = 9
PARTS = st.lists(
    st.integers(0, 3).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=N_PEOPLE,
    max_size=N_PEOPLE,
)


@given(st.lists(PARTS, max_size=12), st.integers(2, 7))
def test_of_sums_admitted_in_any_order_no_two_differ_in_few_people(
    drawn_parts: list[list[tuple[int, int]]], fewest: int
) -> None:
    admitted = [drawn([0] * N_PEOPLE, [0] * N_PEOPLE)]
    for parts in drawn_parts:
        new = drawn([n for n, _ in parts], [value for _, value in parts])
        if may_be_published(new, PastSums.of(admitted[1:], N_PEOPLE), fewest):
            admitted.append(new)
    for i, one in enumerate(admitted):
        for other in admitted[:i]:
            n_people = int(((one.n != other.n) | (one.value != other.value)).sum())
            assert n_people == 0 or n_people >= fewest


@given(PARTS, PARTS, st.permutations(range(N_PEOPLE)))
def test_the_answer_does_not_depend_on_the_order_of_people(
    before: list[tuple[int, int]], now: list[tuple[int, int]], order: list[int]
) -> None:
    def answer(places: Sequence[int]) -> bool:
        old, new = (
            drawn([parts[place][0] for place in places], [parts[place][1] for place in places])
            for parts in (before, now)
        )
        return may_be_published(new, after(old), FEWEST)

    assert answer(range(N_PEOPLE)) == answer(order)
