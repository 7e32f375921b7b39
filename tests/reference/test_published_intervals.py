"""Published score intervals, each naming where it is printed."""

from __future__ import annotations

import pytest

from models.effects.difference import hybrid_score_difference
from models.effects.rates import wilson_interval


@pytest.mark.parametrize(
    ("kept", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_is_method_3_of_newcombe_1998_single_proportion_table_1(
    kept: int, n: int, low: float, high: float
) -> None:
    interval = wilson_interval(kept, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("with_one", "without", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_hybrid_score_difference_is_method_10_of_newcombe_1998_difference_table_2(
    with_one: tuple[int, int], without: tuple[int, int], low: float, high: float
) -> None:
    interval = hybrid_score_difference(*with_one, *without)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
