from __future__ import annotations

import math

import numpy as np
import pytest

from models.effects.who_answers import difference_of_means, difference_of_shares

ANSWERED = np.array([True] * 4 + [False] * 4)


def test_the_difference_of_means_is_in_standard_deviations_of_both_sides() -> None:
    # Means 5 and 3; variances 20/3 and 4/3.
    found = difference_of_means(ANSWERED, [2, 4, 6, 8, 2, 2, 4, 4])
    assert found == pytest.approx((5 - 3) / math.sqrt((20 / 3 + 4 / 3) / 2))


def test_those_who_answered_less_lonely_have_a_difference_below_zero() -> None:
    found = difference_of_means(ANSWERED, [3, 4, 3, 4, 7, 8, 7, 8])
    assert found is not None
    assert found < 0


@pytest.mark.parametrize(("others", "expected"), [([5, 5, 5, 5], 0.0), ([6, 6, 6, 6], None)])
def test_numbers_without_spread_are_equal_or_beyond_comparison(
    others: list[int], expected: float | None
) -> None:
    assert difference_of_means(ANSWERED, [5, 5, 5, 5, *others]) == expected


def test_one_person_is_no_side() -> None:
    assert difference_of_means(np.array([True, False, False]), [1, 2, 3]) is None


def test_two_categories_give_the_size_of_the_difference_of_shares() -> None:
    # Half of those who answered, a quarter of the others.
    found = difference_of_shares(ANSWERED, [0, 0, 1, 1, 0, 0, 0, 1])
    assert found == pytest.approx(0.25 / math.sqrt((0.5 * 0.5 + 0.25 * 0.75) / 2))


def test_the_names_of_the_categories_do_not_matter() -> None:
    first = np.array([0, 1, 2, 2, 0, 0, 1, 2])
    again = np.array([7, 3, 5])[first]
    assert difference_of_shares(ANSWERED, first) == pytest.approx(difference_of_shares(ANSWERED, again))


def test_equal_shares_do_not_differ() -> None:
    assert difference_of_shares(ANSWERED, [0, 0, 1, 2, 0, 0, 1, 2]) == 0.0


@pytest.mark.parametrize(
    ("answered", "category"),
    [(ANSWERED, [0] * 4 + [1] * 4), (np.ones(4, dtype=bool), [0, 1, 0, 1])],
    ids=["a category that tells them apart", "everybody answered"],
)
def test_what_cannot_be_compared_has_no_difference(answered: np.ndarray, category: list[int]) -> None:
    assert difference_of_shares(answered, category) is None
