"""Several questions put to the same data.

What belongs here: p-values of results, their adjustment for how many there are, and shrinkage of many estimates
towards each other.
What does not: which outcomes form a family (the plan), and any ranking: shrunken estimates are for analysts and
are never put in order.

References:
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300,
    doi:10.1111/j.2517-6161.1995.tb02031.x.
    Morris (1983), Journal of the American Statistical Association 78, 47-55,
    doi:10.1080/01621459.1983.10477920.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.result import Result

_FEWEST_TO_SHRINK = 4
_ROUNDS = 200


def two_sided_p(result: Result, null: float = 0.0) -> float | None:
    """Return the p-value of one look at a result: 2 P(T_df > |estimate - null| / se); None when refused.

    Valid for one planned look only; whoever looks every week needs `sequential.always_valid_p`.
    """
    if result.estimate is None or result.se is None or result.df is None:
        return None
    if not result.se > 0:
        raise ValueError(f"{result.estimand}: needs a standard error above 0 for a p-value")
    return float(2 * stats.t.sf(abs(result.estimate - null) / result.se, result.df))


def bonferroni(p_values: ArrayLike) -> FloatArray:
    """Return adjusted p-values m p, at most 1, shape (m,); they hold the chance of any false finding."""
    p = _checked(p_values)
    return np.minimum(p * p.size, 1.0)


def holm(p_values: ArrayLike) -> FloatArray:
    """Return Holm's adjusted p-values, shape (m,), in the order given.

    In ascending order, max over j <= i of (m - j + 1) p_(j), at most 1. Comparing them with alpha holds the
    chance of any false finding at alpha, whatever the dependence.

    Args:
        p_values: p-values of one family, shape (m,), each 0 to 1; m may be 0.
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return _put_back(order, np.minimum(steps, 1.0))


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Return Benjamini and Hochberg's adjusted p-values, shape (m,), in the order given.

    In ascending order, min over j >= i of m p_(j) / j. Those at most q are findings of which a share of at most
    q is expected to be false. What could be false: that the tests are independent or positively dependent.

    Args:
        p_values: p-values of one family, shape (m,), each 0 to 1; m may be 0.
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    steps = p[order] * p.size / np.arange(1, p.size + 1)
    return _put_back(order, np.minimum.accumulate(steps[::-1])[::-1])


def _checked(p_values: ArrayLike) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise ValueError("p-values: needs one dimension, each from 0 to 1; leave refused results out")
    return p


def _put_back(order: np.ndarray[tuple[int], np.dtype[np.intp]], values: FloatArray) -> FloatArray:
    placed = np.empty_like(values)
    placed[order] = values
    return placed


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """Estimates drawn towards their common mean.

    Attributes:
        means: Shrunken estimates, shape (k,).
        shrinkage: How far each went, 0 (not at all) to 1 (to the mean), shape (k,).
        centre: Common mean, weighted by precision.
        variance_between: Estimated variance of the true values.
    """

    means: FloatArray
    shrinkage: FloatArray
    centre: float
    variance_between: float


def shrink(estimates: ArrayLike, variances: ArrayLike) -> Shrunken:
    """Shrink estimates of the same thing in several places towards their mean (empirical Bayes).

    With weights w_i = 1 / (V_i + A), centre m = sum w y / sum w and A solving
    A = sum w (k / (k - 1) (y - m)^2 - V) / sum w, not below 0, each estimate moves by the share
    B_i = (k - 3) / (k - 1) V_i / (V_i + A): Morris' estimator, with equal variances that of James and Stein.
    What could be false: that the true values scatter like draws from one normal distribution. For analysts;
    never ranked.

    Args:
        estimates: y, shape (k,), k >= 4.
        variances: V, shape (k,), each > 0 and taken as known.

    Raises:
        ValueError: With fewer than four estimates or a variance not above 0.
    """
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape or y.size < _FEWEST_TO_SHRINK or not np.all(v > 0):
        raise ValueError("shrink: needs at least four estimates, each with a variance above 0")
    between = _variance_between(y, v)
    weights = 1 / (v + between)
    centre = float((weights * y).sum() / weights.sum())
    share = (y.size - 3) / (y.size - 1) * v * weights
    return Shrunken(y - share * (y - centre), share, centre, between)


def _variance_between(y: FloatArray, v: FloatArray) -> float:
    """Fixed point of Morris' equation, by repeated weighting from equal weights."""
    between = max(float(y.var(ddof=1) - v.mean()), 0.0)
    for _ in range(_ROUNDS):
        weights = 1 / (v + between)
        centre = (weights * y).sum() / weights.sum()
        excess = y.size / (y.size - 1) * (y - centre) ** 2 - v
        between = max(float((weights * excess).sum() / weights.sum()), 0.0)
    return between
