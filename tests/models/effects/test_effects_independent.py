from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from models.effects import independent
from models.effects.difference import hybrid_score_difference
from models.effects.independent import (
    RatioLimits,
    hybrid_score_ratio,
    mover_difference,
    mover_ratio,
    score_difference,
    score_ratio,
)
from models.effects.rates import Z95, wilson_interval
from models.effects.result import Interval


@st.composite
def tables(draw: st.DrawFn, largest: int = 30) -> tuple[int, int, int, int]:
    n1, n0 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0


@given(tables())
def test_the_difference_lies_in_both_its_intervals_and_these_within_minus_one_and_one(
    table: tuple[int, int, int, int],
) -> None:
    k1, n1, k0, n0 = table
    for interval in (score_difference(*table), hybrid_score_difference(*table)):
        assert interval.contains(k1 / n1 - k0 / n0)
        assert interval.low >= -1 - 1e-12
        assert interval.high <= 1 + 1e-12
        assert interval.width > 0


@given(tables())
def test_the_ratio_lies_in_both_its_intervals(table: tuple[int, int, int, int]) -> None:
    k1, n1, k0, n0 = table
    for limits in (score_ratio(*table), hybrid_score_ratio(*table)):
        if k0:
            assert limits.low <= k1 / n1 / (k0 / n0) * (1 + 1e-9)
            assert limits.high >= k1 / n1 / (k0 / n0) * (1 - 1e-9)
        assert math.isinf(limits.high) == (k0 == 0)
        assert (limits.low == 0) == (k1 == 0)


@given(tables())
def test_exchanging_the_arms_mirrors_the_difference_and_inverts_the_ratio(
    table: tuple[int, int, int, int],
) -> None:
    k1, n1, k0, n0 = table
    one, other = score_difference(*table), score_difference(k0, n0, k1, n1)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
    if k1 and k0:
        ratio, inverse = score_ratio(*table), score_ratio(k0, n0, k1, n1)
        assert (ratio.low, ratio.high) == pytest.approx((1 / inverse.high, 1 / inverse.low), rel=1e-6)


def log_likelihood(table: tuple[int, int, int, int], r1: float, r0: float) -> float:
    k1, n1, k0, n0 = table
    counts = (k1, n1 - k1, k0, n0 - k0)
    chances = (r1, 1 - r1, r0, 1 - r0)
    return sum(k * math.log(max(p, 1e-300)) for k, p in zip(counts, chances, strict=True) if k)


@given(tables(), st.floats(-0.95, 0.95))
def test_the_likeliest_shares_of_a_difference_are_those_a_search_finds(
    table: tuple[int, int, int, int], d: float
) -> None:
    found = independent._likeliest_without(independent._Table(*table), d)
    low, high = max(0.0, -d), min(1.0, 1 - d)
    assert low <= found <= high
    grid = np.linspace(low, high, 401)
    best = max(log_likelihood(table, r0 + d, r0) for r0 in grid.tolist())
    assert log_likelihood(table, found + d, found) >= best - 1e-7


def test_at_the_ends_of_the_ratio_the_score_is_the_quantile() -> None:
    # 24 of 73 against 53 of 65; the likeliest shares by a search, the score written out.
    k1, n1, k0, n0 = 24, 73, 53, 65
    for ratio in (score_ratio(k1, n1, k0, n0).low, score_ratio(k1, n1, k0, n0).high):
        r0 = optimize.minimize_scalar(
            lambda r, ratio=ratio: -log_likelihood((k1, n1, k0, n0), ratio * r, r),
            bounds=(1e-6, 1 - 1e-6),
            method="bounded",
            options={"xatol": 1e-12},
        ).x
        r1 = ratio * r0
        variance = 138 / 137 * (r1 * (1 - r1) / n1 + ratio**2 * r0 * (1 - r0) / n0)
        assert abs(k1 / n1 - ratio * k0 / n0) / math.sqrt(variance) == pytest.approx(Z95, rel=1e-6)


def test_recovering_a_difference_from_wilsons_intervals_is_the_hybrid_score() -> None:
    found = mover_difference(56 / 70, wilson_interval(56, 70), 48 / 80, wilson_interval(48, 80))
    expected = hybrid_score_difference(56, 70, 48, 80)
    assert (found.low, found.high) == (expected.low, expected.high)


def test_recovering_a_ratio_is_the_printed_formula() -> None:
    p1, l1, u1, p0, l0, u0 = 0.5, 0.4, 0.6, 0.3, 0.2, 0.45
    found = mover_ratio(p1, Interval(l1, u1), p0, Interval(l0, u0))
    a = p1 * p0
    low = (a - math.sqrt(a**2 - l1 * u0 * (2 * p1 - l1) * (2 * p0 - u0))) / (u0 * (2 * p0 - u0))
    high = (a + math.sqrt(a**2 - u1 * l0 * (2 * p1 - u1) * (2 * p0 - l0))) / (l0 * (2 * p0 - l0))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_ratio_is_recovered_where_the_printed_formula_divides_zero_by_zero() -> None:
    # The upper end without is exactly twice the share: the limit of the formula is l1 (2 p1 - l1) / (2 p1 p0).
    found = mover_ratio(0.5, Interval(0.4, 0.6), 0.2, Interval(0.1, 0.4))
    assert found.low == pytest.approx(0.4 * 0.6 / (2 * 0.5 * 0.2))


@pytest.mark.parametrize("table", [(3, 2, 1, 4), (1, 2, -1, 4), (0, 0, 1, 4), (0.2, 0.4, 0.1, 0.3)])
def test_counts_that_are_no_table_are_refused(table: tuple[float, float, float, float]) -> None:
    for interval in (score_difference, score_ratio, hybrid_score_ratio):
        with pytest.raises(ValueError, match="two shares"):
            interval(*table)


def test_ends_of_a_ratio_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in order"):
        RatioLimits(2.0, 1.0)
    assert RatioLimits(0.0, math.inf).contains(7.0)
