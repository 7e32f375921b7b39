from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from models.effects.bounds import difference_bounds
from models.effects.cells import CommitmentCells
from models.effects.result import Interval
from models.effects.sensitivity import (
    UnknownOutcomes,
    confounding_e_value,
    e_value_of_the_limit,
    tipping_point,
)

Even = Callable[..., CommitmentCells]


def outcomes(known: tuple[int, int], kept: tuple[int, int], unknown: tuple[int, int]) -> UnknownOutcomes:
    """Counts without, then with an appointment."""
    return UnknownOutcomes(*(np.array(pair, dtype=np.float64) for pair in (known, kept, unknown)))


def test_a_ratio_below_1_has_the_e_value_of_its_inverse() -> None:
    assert confounding_e_value(0.5) == pytest.approx(confounding_e_value(2.0))
    assert confounding_e_value(2.0) == pytest.approx(2 + math.sqrt(2))
    assert confounding_e_value(1.0) == 1.0


@pytest.mark.parametrize(
    ("interval", "limit"), [(Interval(1.5, 3), 1.5), (Interval(0.2, 0.5), 0.5), (Interval(0.9, 4), 1.0)]
)
def test_the_limit_nearer_1_is_the_one_that_counts(interval: Interval, limit: float) -> None:
    assert e_value_of_the_limit(interval) == pytest.approx(confounding_e_value(limit))


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_a_ratio_that_is_no_positive_number_has_no_e_value(ratio: float) -> None:
    with pytest.raises(ValueError, match="risk ratio above 0"):
        confounding_e_value(ratio)


def test_no_cause_weaker_than_the_e_value_can_explain_the_ratio_and_one_as_strong_can() -> None:
    # Ding and VanderWeele's bounding factor RR_EU RR_UD / (RR_EU + RR_UD - 1) with both as strong.
    def explained(strength: float) -> float:
        return strength**2 / (2 * strength - 1)

    e = confounding_e_value(1.46)
    assert explained(e) == pytest.approx(1.46)
    assert explained(e - 0.01) < 1.46


def test_unknown_outcomes_like_the_known_ones_leave_the_difference_alone() -> None:
    assert outcomes((50, 40), (25, 30), (7, 3)).difference() == pytest.approx(30 / 40 - 25 / 50)


def test_shifted_to_the_utmost_the_difference_is_manskis_bound(even_cells: Even) -> None:
    cells = even_cells(6, n=(10, 8), kept=(5, 6), unknown=(2, 3))
    bounds = difference_bounds(cells)
    found = UnknownOutcomes.of_cells(cells)
    assert found.difference(1.0) == pytest.approx(bounds.low)
    assert found.difference(-1.0) == pytest.approx(bounds.high)


def test_the_tipping_point_is_where_the_difference_becomes_zero() -> None:
    # Half of either arm unknown; the known differ by .2, so the unknown have to differ by .2 the other way
    # round: (.7 + .7 - d) / 2 = (.5 + .5 + d) / 2 gives d = .2.
    found = tipping_point(outcomes((100, 100), (50, 70), (100, 100)))
    assert found == pytest.approx(0.2)


def test_a_difference_below_zero_tips_the_other_way_at_the_same_point() -> None:
    assert tipping_point(outcomes((100, 100), (70, 50), (100, 100))) == pytest.approx(0.2)


def test_a_chance_of_1_cannot_rise_further() -> None:
    # All were kept without; the unknown with could at most all be kept: 190 of 200, still below.
    case = outcomes((100, 100), (100, 90), (0, 100))
    assert tipping_point(case) is None
    assert case.difference(-1.0) == pytest.approx((90 + 100) / 200 - 1)


def test_without_unknown_outcomes_nothing_tips() -> None:
    assert tipping_point(outcomes((100, 100), (50, 70), (0, 0))) is None


def test_a_difference_of_zero_has_tipped_already() -> None:
    assert tipping_point(outcomes((100, 100), (50, 50), (5, 5))) == 0.0


def test_a_shorter_way_is_tipped_sooner() -> None:
    case = outcomes((100, 100), (50, 70), (100, 100))
    # Moving by .05 of the .2: a quarter of the shift.
    assert tipping_point(case, 0.05) == pytest.approx(0.05)
    assert tipping_point(case, 0.0) == 0.0


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="known commitments in each arm"):
        outcomes((0, 10), (0, 5), (1, 1))
