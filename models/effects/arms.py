"""Counts of both arms per cluster, and the spread that their residuals cannot show.

What belongs here: what an interval of a difference or a ratio takes from the counts besides a variance.
What does not: the variances (`cluster_robust`, `crosschecks`) and the intervals themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import FloatArray, IntArray
from models.effects.cells import CommitmentCells
from models.effects.rates import design_effect, extreme_share_se

_NO_VARIANCE = 1e-18
"""A variance below this part of the binomial one is rounding error of zero."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmCounts:
    """Counts per cluster and arm; the columns are without (0) and with (1) an appointment.

    Attributes:
        known: Commitments of known outcome, shape (S, 2).
        kept: Of these, the ones kept, shape (S, 2).
    """

    known: FloatArray
    kept: FloatArray

    @classmethod
    def of_cells(cls, cells: CommitmentCells, codes: IntArray) -> ArmCounts:
        """Sum cells by the code of each, shape (n,): cluster, group spell or person."""
        sums = cells.arm_sums(codes)
        return cls(known=sums[:, [0, 2]], kept=sums[:, [1, 3]])

    @property
    def table(self) -> FloatArray:
        """Counts (known, kept) without and with, as `two_arm_moments` takes them, shape (S, 4)."""
        return np.stack([self.known, self.kept], axis=2).reshape(-1, 4)

    @property
    def n(self) -> FloatArray:
        """Commitments of known outcome without and with, shape (2,)."""
        return np.asarray(self.known.sum(axis=0))

    @property
    def rates(self) -> FloatArray:
        """Shares kept without and with, shape (2,); both arms need a commitment."""
        return np.asarray(self.kept.sum(axis=0) / self.n)

    @property
    def n_clusters(self) -> int:
        """Clusters with a commitment in either arm."""
        return int(self.known.any(axis=1).sum())

    @property
    def n_clusters_with_both(self) -> int:
        """Clusters with a commitment in each arm."""
        return int((self.known > 0).all(axis=1).sum())

    @property
    def is_extreme(self) -> bool:
        """Whether an arm kept all or none, so that it has no variance of its own."""
        return bool(np.isin(self.rates, (0.0, 1.0)).any())

    def has_no_variance(self, variance: float, weights: ArrayLike = (1.0, 1.0)) -> bool:
        """Whether a variance is zero but for rounding, next to the sum of weights / n."""
        return variance < _NO_VARIANCE * float((np.asarray(weights) / self.n).sum())

    def effective_n(self, intracluster_correlation: float) -> FloatArray:
        """Return commitments over the design effect of a fixed correlation (0 to 1), per arm, shape (2,)."""
        effects = [design_effect(self.known[:, arm], intracluster_correlation) for arm in (0, 1)]
        return np.asarray(self.n / np.array(effects))


def unseen_variance(
    arms: ArmCounts,
    variance: float,
    quantile: float,
    intracluster_correlation: float,
    weights: ArrayLike = (1.0, 1.0),
) -> float:
    """Return what to add to a variance for the spread that residuals cannot show.

    An arm at 0 or 100 % adds the square of its `extreme_share_se`. Where the variance is zero although no arm
    is extreme (every cluster kept the same share), each arm adds its binomial variance over the effective n.

    Args:
        arms: Counts per cluster and arm.
        variance: Variance of the contrast, as the residuals give it.
        quantile: Quantile of its interval, > 0.
        intracluster_correlation: Fixed correlation for the effective n, 0 to 1.
        weights: Weight of each arm's variance in the contrast: (1, 1) for a difference of shares.
    """
    has_none = arms.has_no_variance(variance, weights)
    extra = 0.0
    shares = zip(arms.rates, arms.effective_n(intracluster_correlation), np.asarray(weights), strict=True)
    for rate, effective, weight in shares:
        if rate in (0.0, 1.0):
            extra += float(weight) * extreme_share_se(float(effective), quantile) ** 2
        elif has_none:
            extra += float(weight * rate * (1 - rate) / effective)
    return extra
