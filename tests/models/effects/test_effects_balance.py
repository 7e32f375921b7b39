from __future__ import annotations

import math

import numpy as np
import pytest

from models.effects.balance import (
    Sample,
    balance_table,
    chance_bands,
    effective_sample_size,
    effective_share,
    largest_weight_share,
    standardised_difference,
)
from models.effects.covariates import Characteristic

# With: 1, 2, 3 (mean 2, variance 1); without: 2, 4, 6 (mean 4, variance 4).
WITH, WITHOUT = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])
ONES = np.ones(3)
SAMPLES = (Sample(ONES, ONES), Sample(ONES, ONES))


def test_means_are_compared_in_the_mean_of_both_variances() -> None:
    assert standardised_difference(*SAMPLES, (WITH, WITHOUT)) == pytest.approx(-2 / math.sqrt((1 + 4) / 2))


def test_for_the_booked_only_their_own_spread_counts() -> None:
    assert standardised_difference(*SAMPLES, (WITH, WITHOUT), target="booked") == pytest.approx(-2 / 1)


def test_an_indicator_has_the_variance_of_its_share() -> None:
    shares = (np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    found = standardised_difference(*SAMPLES, shares, is_binary=True)
    assert found == pytest.approx((2 / 3 - 1 / 3) / math.sqrt(2 / 9))


def test_weighting_moves_the_means_but_not_the_yardstick() -> None:
    weighted = (Sample(ONES, np.array([1.0, 1.0, 4.0])), SAMPLES[1])
    found = standardised_difference(*weighted, (WITH, WITHOUT), is_weighted=True)
    assert found == pytest.approx(((1 + 2 + 4 * 3) / 6 - 4) / math.sqrt(2.5))


def test_arms_without_any_spread_are_equal_or_infinitely_apart() -> None:
    same, other = np.full(3, 2.0), np.full(3, 3.0)
    assert standardised_difference(*SAMPLES, (same, same)) == 0
    assert standardised_difference(*SAMPLES, (same, other)) == -math.inf


def test_a_count_says_what_as_many_commitments_say() -> None:
    counted, single = (
        Sample(np.array([2.0, 1.0]), np.array([3.0, 1.0])),
        Sample(ONES, np.array([3.0, 3.0, 1.0])),
    )
    for is_weighted in (False, True):
        few, many = np.array([5.0, 8.0]), np.array([5.0, 5.0, 8.0])
        assert counted.mean(few, is_weighted=is_weighted) == single.mean(many, is_weighted=is_weighted)
        assert counted.variance(few, is_weighted=is_weighted) == pytest.approx(
            single.variance(many, is_weighted=is_weighted)
        )


def test_equal_weights_give_the_plain_variance() -> None:
    assert Sample(ONES, 7 * ONES).variance(WITH, is_weighted=True) == pytest.approx(1.0)


def test_one_commitment_has_no_variance() -> None:
    assert Sample(np.ones(1), np.ones(1)).variance(np.ones(1), is_weighted=False) == 0.0


def test_the_table_compares_scores_among_those_who_said_one() -> None:
    score = Characteristic("score", "score", np.array([0.0, 1.0, 3.0]), np.array([False, True, True]), False)
    pattern, arm = np.array([0, 1, 2, 0, 1, 2]), np.array([1.0, 1, 1, 0, 0, 0])
    n, weights = np.array([9.0, 2, 2, 1, 3, 1]), np.ones(6)
    (row,) = balance_table([score], pattern, arm, n, weights)
    # With: 1, 1, 3, 3; without: 1, 1, 1, 3.
    assert row.smd_before == pytest.approx((2 - 1.5) / math.sqrt((4 / 3 + 1) / 2))
    assert (row.smd_after, row.ratio_before, row.ratio_after) == pytest.approx((row.smd_before, 4 / 3, 4 / 3))


def test_an_indicator_has_no_ratio_of_variances() -> None:
    one = Characteristic("x", "x", np.array([0.0, 1.0]), np.ones(2, dtype=bool), True)
    (row,) = balance_table([one], np.array([0, 1, 0, 1]), np.array([1.0, 1, 0, 0]), np.ones(4), np.ones(4))
    assert (row.ratio_before, row.ratio_after) == (None, None)


def test_a_characteristic_nobody_of_an_arm_spoke_of_is_left_out() -> None:
    one = Characteristic("x", "x", np.array([0.0, 1.0]), np.array([False, True]), False)
    assert balance_table([one], np.array([0, 1]), np.array([1.0, 0.0]), np.ones(2), np.ones(2)) == ()


def test_equal_weights_leave_every_commitment_and_one_heavy_one_leaves_little_more() -> None:
    assert effective_sample_size(np.full(10, 3.0)) == pytest.approx(10)
    assert effective_sample_size(np.array([9.0, 1.0])) == pytest.approx(100 / 82)
    assert effective_sample_size(np.array([9.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx(12**2 / 84)
    assert effective_sample_size(np.zeros(2)) == 0.0


def test_the_effective_share_is_that_of_the_worse_arm() -> None:
    weights, arm = np.array([9.0, 1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])
    assert effective_share(weights, arm, np.ones(4)) == pytest.approx(100 / 82 / 2)
    assert largest_weight_share(weights, arm, np.ones(4)) == pytest.approx(0.9)


def test_bands_are_tenths_and_a_chance_of_one_is_in_the_last() -> None:
    assert chance_bands(np.array([0.0, 0.0999, 0.1, 0.95, 1.0])).tolist() == [0, 0, 1, 9, 9]
