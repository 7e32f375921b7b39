"""How far the items of a scale measure one thing: coefficient alpha and omega of three items.

What belongs here: both coefficients from covariances, and their intervals.
What does not: scoring (`loneliness`) and what a reliability is used for (`reliable_change`).

References:
    Cronbach (1951), Psychometrika 16, 297-334, doi:10.1007/BF02310555.
    McDonald (1999), Test Theory: A Unified Treatment (omega).
    Bonett (2002), Journal of Educational and Behavioral Statistics 27, 335-340,
    doi:10.3102/10769986027004335 (the log scale of 1 - alpha).
    MacKinnon, Nielsen & Webb (2023), Journal of Econometrics 232, 272-299,
    doi:10.1016/j.jeconom.2022.04.001 (the delete-cluster jackknife).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.clustering import unit_codes, variance_kind
from models.effects.clusters import Membership, sums_by_code
from models.effects.result import (
    TOO_FEW_CLUSTERS,
    TOO_FEW_PERSONS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)

INDICATIVE_ONLY = "indicative_only"
ITEMS_DO_NOT_DIFFER = "items_do_not_differ"
ITEMS_FIT_NO_ONE_FACTOR = "items_fit_no_one_factor"

N_ITEMS = 3
INDICATIVE_PERSONS = 50
"""A reliability of fewer people is for analysts only."""
_FEWEST_UNITS = 2
_NONE = 1e-12


def alpha_of(covariance: FloatArray) -> FloatArray:
    """Return coefficient alpha, k / (k - 1) (1 - sum of s_jj / s_TT), of a batch of covariance matrices.

    s_TT is the variance of the sum, the total of all entries. A lower bound of reliability while errors are
    uncorrelated.

    Args:
        covariance: Shape (..., k, k).

    Returns:
        Shape (...); nan where the sum does not vary.
    """
    k = covariance.shape[-1]
    own = np.einsum("...jj->...", covariance)
    total = covariance.sum(axis=(-1, -2))
    varies = total > _NONE
    alpha: FloatArray = np.where(varies, k / (k - 1) * (1 - own / np.where(varies, total, 1.0)), np.nan)
    return alpha


def omega_of(covariance: FloatArray) -> FloatArray:
    """Return omega, (sum of loadings)^2 / s_TT, of three items with one common factor.

    Three covariances settle three loadings exactly: l_1^2 = s_12 s_13 / s_23, and so on around.

    Args:
        covariance: Shape (..., 3, 3).

    Returns:
        Shape (...); nan where a covariance is 0 or below, or a loading would exceed its item's variance: then one
        factor does not describe the items.
    """
    own = np.einsum("...jj->...j", covariance)
    s12, s13, s23 = covariance[..., 0, 1], covariance[..., 0, 2], covariance[..., 1, 2]
    positive = np.minimum(np.minimum(s12, s13), s23) > _NONE
    safe = [np.where(positive, value, 1.0) for value in (s12, s13, s23)]
    squares = np.stack(
        [safe[0] * safe[1] / safe[2], safe[0] * safe[2] / safe[1], safe[1] * safe[2] / safe[0]], axis=-1
    )
    fits = positive & np.all(squares <= own * (1 + _NONE), axis=-1)
    total = np.where(fits, covariance.sum(axis=(-1, -2)), 1.0)
    omega: FloatArray = np.where(fits, np.sqrt(squares).sum(axis=-1) ** 2 / total, np.nan)
    return omega


def cronbach_alpha(membership: Membership, items: ArrayLike, thresholds: Thresholds) -> Result:
    """Estimate coefficient alpha of three items, with an interval that allows for clusters.

    Estimand: alpha among people like those asked, at one wave. What could be false: that errors of the items are
    uncorrelated (if not, alpha may exceed the reliability). See `_reliability` for the interval.

    Args:
        membership: Cluster, group spell and person of each person; each person occurs once.
        items: Scores of the items, shape (n, 3).
        thresholds: Limits and constants of the plan.

    Raises:
        ValueError: When a person occurs twice, the shape is another, or an item is missing.
    """
    return _reliability(_ALPHA, membership, items, thresholds)


def mcdonald_omega(membership: Membership, items: ArrayLike, thresholds: Thresholds) -> Result:
    """Estimate omega of three items under one common factor; see `cronbach_alpha` for arguments and interval.

    Refused where a covariance is 0 or below, or one factor would need more than an item's variance, in the sample
    or without any one of its clusters.
    """
    return _reliability(_OMEGA, membership, items, thresholds)


class _Coefficient(NamedTuple):
    """A coefficient: its code, how it follows from covariances, and the reason where it does not."""

    estimand: str
    of: Callable[[FloatArray], FloatArray]
    undefined: str


_ALPHA = _Coefficient("alpha", alpha_of, ITEMS_DO_NOT_DIFFER)
_OMEGA = _Coefficient("omega", omega_of, ITEMS_FIT_NO_ONE_FACTOR)


def _reliability(
    coefficient: _Coefficient, membership: Membership, items: ArrayLike, thresholds: Thresholds
) -> Result:
    """Estimate a coefficient with a delete-cluster jackknife (CV3) on ln(1 - coefficient).

    With u = ln(1 - c): V = (G - 1) / G sum over clusters of (u without it - u)^2, t with G - 1 degrees of freedom,
    turned back. The log keeps the interval below 1 and makes it about symmetric; the jackknife needs no random
    numbers. When the largest cluster is too large, group spells take the place of clusters (each person has one,
    so that people are nested in them).
    """
    sums, kind, n = _item_sums(membership, items, thresholds.two_way_share)
    sizes = Sizes(n_persons=n, n_clusters=int(np.unique(membership.cluster).size))
    checks = (
        (n < max(thresholds.paired_persons, 2), TOO_FEW_PERSONS),
        (sums.shape[0] < max(thresholds.clusters, _FEWEST_UNITS), TOO_FEW_CLUSTERS),
    )
    reasons = tuple(code for failed, code in checks if failed)
    if reasons:
        return refused(coefficient.estimand, sizes, reasons)
    total = sums.sum(axis=0)
    value = float(coefficient.of(_covariance(total)))
    without = (
        coefficient.of(_covariance(total - sums)) if _can_leave_one_out(total, sums) else np.array([np.nan])
    )
    if not (np.isfinite(value) and np.all(np.isfinite(without)) and max(value, without.max()) < 1 - _NONE):
        return refused(coefficient.estimand, sizes, (coefficient.undefined,))
    return _assemble(coefficient.estimand, value, without, sizes, kind, level=thresholds.level)


def _can_leave_one_out(total: FloatArray, sums: FloatArray) -> bool:
    """Return whether every cluster can be left out and still leave two people (first column: people)."""
    return bool(np.all(total[0] - sums[:, 0] >= 2))


def _assemble(
    estimand: str, value: float, without: FloatArray, sizes: Sizes, kind: VarianceKind, *, level: float
) -> Result:
    n_units = without.size
    log_rest = np.log(1 - value)
    spread = np.log(1 - without) - log_rest
    se = float(np.sqrt((n_units - 1) / n_units * (spread**2).sum()))
    half = float(stats.t.ppf((1 + level) / 2, n_units - 1)) * se
    n = sizes.n_persons or 0
    reasons = (INDICATIVE_ONLY,) if n < INDICATIVE_PERSONS else ()
    return Result(
        estimand=estimand,
        estimate=value,
        se=(1 - value) * se,
        df=float(n_units - 1),
        ci=Interval(float(1 - np.exp(log_rest + half)), float(1 - np.exp(log_rest - half))),
        cs=None,
        n_commitments=None,
        n_persons=n,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance=kind,
        status="early" if reasons else "ok",
        reasons=reasons,
    )


def _item_sums(
    membership: Membership, items: ArrayLike, two_way_share: float
) -> tuple[FloatArray, VarianceKind, int]:
    """Return per cluster: people, sums of the three items, and the nine sums of their products, shape (G, 13)."""
    scores = np.asarray(items, dtype=np.float64)
    n = membership.person.size
    if (
        scores.shape != (n, N_ITEMS)
        or not np.all(np.isfinite(scores))
        or np.unique(membership.person).size != n
    ):
        raise ValueError("reliability: needs one row per person with a score of each of the three items")
    kind = variance_kind(membership, np.ones(n), two_way_share)
    products = (scores[:, :, None] * scores[:, None, :]).reshape(n, N_ITEMS**2)
    table = np.hstack([np.ones((n, 1)), scores, products])
    return sums_by_code(unit_codes(membership, kind), table), kind, n


def _covariance(sums: FloatArray) -> FloatArray:
    """Return covariances with n - 1 from sums of shape (..., 13), shape (..., 3, 3)."""
    n, total = sums[..., 0, None, None], sums[..., 1 : 1 + N_ITEMS]
    products = sums[..., 1 + N_ITEMS :].reshape(*sums.shape[:-1], N_ITEMS, N_ITEMS)
    covariance: FloatArray = (products - total[..., :, None] * total[..., None, :] / n) / (n - 1)
    return covariance
