from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from models.effects.arms import ArmCounts, unseen_variance
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.result import Thresholds

Even = Callable[..., CommitmentCells]


def test_cells_are_summed_by_cluster_and_arm(even_cells: Even) -> None:
    cells = even_cells(3, n=(4, 5), kept=(1, 2))
    arms = ArmCounts.of_cells(cells, cells.cluster)
    assert arms.known.tolist() == [[4.0, 5.0]] * 3
    assert arms.kept.tolist() == [[1.0, 2.0]] * 3
    assert (arms.n.tolist(), arms.n_clusters) == ([12.0, 15.0], 3)
    assert arms.rates.tolist() == [1 / 4, 2 / 5]


def test_effective_numbers_divide_by_the_fixed_design_effect() -> None:
    arms = ArmCounts(known=np.full((4, 2), 6.0), kept=np.full((4, 2), 3.0))
    # 24 commitments in clusters of 6 with a correlation of .2: 24 / (1 + 5 * .2).
    assert arms.effective_n(0.2).tolist() == pytest.approx([12.0, 12.0])


def test_a_variance_from_residuals_needs_nothing_added(mixed_cells: CommitmentCells) -> None:
    arms = ArmCounts.of_cells(mixed_cells, mixed_cells.cluster)
    assert unseen_variance(arms, 0.01, 2.0, 0.2) == 0.0


def test_an_arm_that_kept_all_adds_the_spread_of_wilsons_interval() -> None:
    arms = ArmCounts(known=np.full((4, 2), 6.0), kept=np.array([[3.0, 6.0]] * 4))
    assert arms.is_extreme
    # Effective n 12, quantile 2: (2 / (12 + 4))^2 for that arm, and nothing for the other.
    assert unseen_variance(arms, 0.01, 2.0, 0.2) == pytest.approx((2 / 16) ** 2)
    assert unseen_variance(arms, 0.01, 2.0, 0.2, (1.0, 9.0)) == pytest.approx(9 * (2 / 16) ** 2)


def test_without_any_variance_each_arm_adds_its_binomial_one() -> None:
    arms = ArmCounts(known=np.full((4, 2), 6.0), kept=np.array([[3.0, 4.0]] * 4))
    expected = 1 / 2 * 1 / 2 / 12 + 2 / 3 * 1 / 3 / 12
    assert unseen_variance(arms, 0.0, 2.0, 0.2) == pytest.approx(expected)


@pytest.mark.parametrize("kept", [(3, 6), (0, 6), (3, 4)])
def test_the_standard_error_of_the_headline_adds_the_same(even_cells: Even, kept: tuple[int, int]) -> None:
    cells = even_cells(12, n=(6, 6), kept=kept)
    result = risk_difference(cells, Thresholds.none())
    quantile = (result.ci.high - result.estimate) / result.se
    extra = unseen_variance(ArmCounts.of_cells(cells, cells.cluster), 0.0, quantile, 0.2)
    assert result.se == pytest.approx(math.sqrt(extra))
