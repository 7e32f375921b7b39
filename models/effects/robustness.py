"""How strong something unseen would have to be to explain the difference away.

What belongs here: robustness values and bounds from benchmarks, and the ordinary regression they are defined on.
What does not: the E-value and the tipping point (`sensitivity`), and adjusted estimates (`adjusted`).

All of it is defined on ordinary least squares, with its own t and degrees of freedom, whatever the clustering of
the published interval: the values speak of bias, not of sampling.

Reference: Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82, 39-67, doi:10.1111/rssb.12348.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.covariates import DesignCells
from models.effects.gram import solve_gram, weighted_gram


@dataclass(frozen=True, slots=True)
class OrdinaryFit:
    """A coefficient of ordinary least squares with its classical standard error and n - p degrees of freedom."""

    estimate: float
    se: float
    df: float

    @property
    def t(self) -> float:
        """Estimate over standard error."""
        return self.estimate / self.se


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What would be left if something unseen were k times as strong as a characteristic that was seen.

    Attributes:
        r2_arm: Share of the arm's remaining variance the unseen would explain.
        r2_outcome: Share of the outcome's remaining variance it would explain.
        estimate: The difference that would be left, in the estimate's unit.
        se: Its classical standard error.
    """

    r2_arm: float
    r2_outcome: float
    estimate: float
    se: float


def partial_r2(t: float, df: float) -> float:
    """Return the share of remaining variance that a coefficient explains, t^2 / (t^2 + df), 0 to 1."""
    return t**2 / (t**2 + df)


def robustness_value(t: float, df: float, q: float = 1.0, alpha: float | None = None) -> float:
    """Return the strength something unseen needs to take away the share q of an estimate, 0 to 1.

    The value RV is the least share of remaining variance, of the arm and of the outcome alike, that it must
    explain: with f = q |t| / sqrt(df), RV = (sqrt(f^4 + 4 f^2) - f^2) / 2. With `alpha`, to take it so far that its
    1 - alpha interval reaches (1 - q) of the estimate: f less t*_(alpha, df - 1) / sqrt(df - 1) takes the place of f;
    when f exceeds the reciprocal of that, (f^2 - f*^2) / (1 + f^2) (from the authors' `sensemakr`). 0 when the
    interval does so already.

    Args:
        t: Ordinary t of the estimate.
        df: Its degrees of freedom, > 1.
        q: Share of the estimate to take away, > 0.
        alpha: None, or the level of the test, between 0 and 1.

    Raises:
        ValueError: When q, df or alpha are out of range.
    """
    if not (q > 0 and df > 1) or (alpha is not None and not 0 < alpha < 1):
        raise ValueError("robustness value: needs q above 0, df above 1 and alpha between 0 and 1")
    f = q * abs(t) / math.sqrt(df)
    critical = 0.0
    if alpha is not None:
        critical = float(stats.t.ppf(1 - alpha / 2, df - 1)) / math.sqrt(df - 1)
    left = f - critical
    if left <= 0:
        return 0.0
    if critical > 0 and f > 1 / critical:
        return (f**2 - critical**2) / (1 + f**2)
    return (math.sqrt(left**4 + 4 * left**2) - left**2) / 2


def bias_bound(se: float, df: float, r2_arm: float, r2_outcome: float) -> float:
    """Return the bias of an estimate by something of this strength: se sqrt(df r2_outcome r2_arm / (1 - r2_arm))."""
    return se * math.sqrt(df * r2_outcome * r2_arm / (1 - r2_arm))


def benchmark(fit: OrdinaryFit, r2_arm: float, r2_outcome: float, k: float = 1.0) -> Benchmark | None:
    """Bound an estimate by something k times as strong as a characteristic; None where nothing can be so strong.

    Args:
        fit: The adjusted estimate, with the characteristic in the model.
        r2_arm: Share of the arm's variance, given the other columns, that the characteristic explains, below 1.
        r2_outcome: The same of the outcome, given also the arm.
        k: How many times as strong, in both, > 0.
    """
    f2_arm = r2_arm / (1 - r2_arm)
    unseen_arm = k * f2_arm
    if unseen_arm >= 1 or k * r2_arm >= 1:
        return None
    shared = k * r2_arm**2 / ((1 - k * r2_arm) * (1 - r2_arm))
    if shared >= 1:
        return None
    growth = (math.sqrt(k) + math.sqrt(shared)) / math.sqrt(1 - shared)
    unseen_outcome = min(growth**2 * r2_outcome / (1 - r2_outcome), 1.0)
    bias = bias_bound(fit.se, fit.df, unseen_arm, unseen_outcome)
    estimate = math.copysign(1.0, fit.estimate) * (abs(fit.estimate) - bias)
    se = fit.se * math.sqrt((1 - unseen_outcome) / (1 - unseen_arm) * fit.df / (fit.df - 1))
    return Benchmark(unseen_arm, unseen_outcome, estimate, se)


@dataclass(frozen=True, slots=True, eq=False)
class OrdinaryModel:
    """Ordinary least squares of kept on the arm and columns, from sums of products.

    Attributes:
        products: Products of arm, columns and outcome (last), summed over commitments; shape (p + 2, p + 2).
        names: Name of each column, without arm and outcome, length p.
        n: Commitments.
    """

    products: FloatArray
    names: tuple[str, ...]
    n: float

    @classmethod
    def of_cells(cls, cells: DesignCells) -> OrdinaryModel:
        """Sum the commitments of cells; an outcome is 1 or 0, so its squares sum to its sum."""
        columns, size = cells.observed, cells.observed.shape[1]
        arm_first = np.roll(np.arange(size), 1)
        products = np.zeros((size + 1, size + 1))
        products[:size, :size] = weighted_gram(columns, cells.n[None])[0][np.ix_(arm_first, arm_first)]
        products[:size, size] = products[size, :size] = (cells.kept @ columns)[arm_first]
        products[size, size] = cells.kept.sum()
        return cls(products, cells.names, float(cells.n.sum()))

    def fit(self) -> OrdinaryFit | None:
        """Return the coefficient of the arm; None when no degree of freedom or no residual is left."""
        size = len(self.names) + 1
        df = self.n - size
        left = self._left_over(size, list(range(size)))
        gram, right = self.products[:size, :size], self.products[:size, size]
        both, is_full = solve_gram(np.stack([gram, gram]), np.stack([right, np.eye(size)[0]]))
        if not (is_full.all() and df > 1 and left > 0):
            return None
        return OrdinaryFit(float(both[0, 0]), math.sqrt(left / df * both[1, 0]), df)

    def strength(self, columns: Sequence[str]) -> tuple[float, float]:
        """Return the shares of remaining variance of arm and of outcome that these columns explain, 0 to 1."""
        size = len(self.names) + 1
        others = [1 + i for i, name in enumerate(self.names) if name not in columns]
        everything = list(range(1, size))
        of_arm = self._left_over(0, everything) / self._left_over(0, others)
        of_outcome = self._left_over(size, [0, *everything]) / self._left_over(size, [0, *others])
        return max(0.0, 1 - of_arm), max(0.0, 1 - of_outcome)

    def _left_over(self, target: int, columns: list[int]) -> float:
        """Residual sum of squares of one variable on others, all given by position."""
        gram, right = self.products[np.ix_(columns, columns)], self.products[columns, target]
        beta = solve_gram(gram[None], right[None])[0][0]
        return float(self.products[target, target] - beta @ right)
