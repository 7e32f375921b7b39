from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from models.effects.bounds import are_bounds_too_wide, difference_bounds, rate_bounds, unknown_share
from models.effects.cells import CommitmentCells

Draw = Callable[[Sequence[Sequence[int]]], CommitmentCells]


@pytest.fixture
def cells(draw_cells: Draw) -> CommitmentCells:
    """Without: 3 of 6 kept, 2 unknown. With: 4 of 8 kept, 2 unknown."""
    return draw_cells([(0, 0, 0, 0, 3, 2, 1, 2, 3), (0, 0, 0, 1, 6, 2, 0, 2, 4)])


def test_the_bounds_of_a_rate_count_all_unknown_as_not_kept_and_as_kept(cells: CommitmentCells) -> None:
    without, with_one, both = (rate_bounds(cells, arm) for arm in (0, 1, None))
    assert (without.low, without.high) == (3 / 8, 5 / 8)
    assert (with_one.low, with_one.high) == (4 / 10, 6 / 10)
    assert (both.low, both.high) == (7 / 18, 11 / 18)


def test_the_bounds_of_the_difference_cross_the_arms(cells: CommitmentCells) -> None:
    bounds = difference_bounds(cells)
    assert (bounds.low, bounds.high) == pytest.approx((4 / 10 - 5 / 8, 6 / 10 - 3 / 8))


def test_the_width_of_the_difference_is_the_sum_of_both_unknown_shares(cells: CommitmentCells) -> None:
    assert (unknown_share(cells, 0), unknown_share(cells, 1)) == pytest.approx((2 / 8, 2 / 10))
    assert difference_bounds(cells).width == pytest.approx(2 / 8 + 2 / 10)


def test_bounds_are_too_wide_only_beyond_the_limit(cells: CommitmentCells) -> None:
    width = difference_bounds(cells).width  # 2/8 + 2/10
    assert are_bounds_too_wide(cells, width - 0.01)
    assert not are_bounds_too_wide(cells, width)
    assert not are_bounds_too_wide(cells, width + 0.01)


def test_without_commitments_there_are_no_bounds(draw_cells: Draw) -> None:
    only_without = draw_cells([(0, 0, 0, 0, 3, 2, 1, 2, 3)])
    assert rate_bounds(only_without, 1) is None
    assert unknown_share(only_without, 1) is None
    assert difference_bounds(only_without) is None
    assert not are_bounds_too_wide(only_without, 0.0)
