"""Tango's interval against printed results (Fagerland, Lydersen & Laake 2017, Statistical Analysis of Contingency
Tables, chapter 8; the limits as in the tests of R's `contingencytables` and in Fagerland et al. 2014, Statistics
in Medicine 33, 2850-2875)."""

from __future__ import annotations

import pytest

from models.effects.expectation_gap import tango_interval


@pytest.mark.parametrize(
    ("pairs", "low", "high", "digits"),
    [
        ((6, 16, 59 + 6 + 16 + 80), -0.1240, -0.0054, 4),  # Cavo 2012
        ((1, 7, 1 + 1 + 7 + 12), -0.517, -0.026, 3),  # Bentur 2009
    ],
)
def test_the_interval_has_the_printed_ends(
    pairs: tuple[int, int, int], low: float, high: float, digits: int
) -> None:
    interval = tango_interval(*pairs)
    assert (round(interval.low, digits), round(interval.high, digits)) == (low, high)
