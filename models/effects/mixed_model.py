"""The change of a score that also uses people asked at only one of two occasions.

What belongs here: the change by a model with random intercepts, and its refusals.
What does not: the fit of the model (`random_intercepts`) and the paired change (`loneliness`), which is primary;
this is its sensitivity line.

References:
    Laird & Ware (1982), Biometrics 38, 963-974, doi:10.2307/2529876.
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36, 672-683,
    doi:10.1080/07350015.2016.1247004 (CR2 with a working model).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.effects.arrays import IntArray, whole_numbers
from models.effects.cluster_robust import cr2
from models.effects.clustering import unit_codes, variance_kind
from models.effects.clusters import Membership
from models.effects.loneliness import change_refusals
from models.effects.means import MeanFit, mean_result
from models.effects.random_intercepts import NestedSums, fit_random_intercepts
from models.effects.result import TOO_FEW_DEGREES_OF_FREEDOM, Interval, Result, Sizes, Thresholds, refused

MIXED_MODEL_DID_NOT_SETTLE = "mixed_model_did_not_settle"

ESTIMAND = "mixed_model_change"
_NO_VARIANCE = 1e-12
_LARGEST_CHANGE = 6


def mixed_model_change(
    membership: Membership,
    is_later: ArrayLike,
    score: ArrayLike,
    thresholds: Thresholds,
    *,
    response_share: float | None = None,
) -> Result:
    """Estimate the mean change of a score between two occasions, using people asked at only one of them too.

    Model: score ~ 1 + later + (1 | cluster) + (1 | person). Estimand: the mean change among everybody asked at
    either occasion, if who is missing is missing at random given the other score; that could be false. A change,
    never an effect. The variance of the slope is CR2 with the fitted model as working model, t at the
    Bell-McCaffrey df; where one cluster holds most scores, group spells take the place of clusters. When everybody
    has both scores the slope is the paired change. Refused where the paired change is.

    Args:
        membership: Cluster, group spell and person of each score, arrays of shape (n,).
        is_later: 1 for the later occasion, 0 for the baseline, shape (n,); each person at most one of each.
        score: Score, 3 to 9, shape (n,).
        thresholds: Limits and constants of the plan.
        response_share: Share of baseline responders who answered again, 0 to 1, where known.

    Raises:
        ValueError: When lengths differ, a score is missing or a person has two scores of an occasion.
    """
    later = whole_numbers("is_later", is_later)
    if later.size != membership.person.size or np.any(later > 1):
        raise ValueError("mixed model: is_later is 0 or 1 for each score")
    both = _asked_twice(membership, later)
    sizes = Sizes(
        n_persons=int(np.unique(membership.person).size), n_clusters=int(np.unique(membership.cluster).size)
    )
    reasons = change_refusals(both, thresholds, response_share=response_share)
    if reasons:
        return refused(ESTIMAND, sizes, reasons)
    kind = variance_kind(membership, np.ones(later.size), thresholds.two_way_share)
    units = unit_codes(membership, kind)
    x = np.column_stack([np.ones(later.size), later])
    fit = fit_random_intercepts(NestedSums.from_rows(x, score, membership.person, units))
    if fit is None:
        return refused(ESTIMAND, sizes, (MIXED_MODEL_DID_NOT_SETTLE,))
    robust = cr2(fit.moments, (0.0, 1.0))
    if not robust.df > 0 or robust.df < thresholds.df:
        return refused(ESTIMAND, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    rounding = 1 / 12 / np.unique(units).size
    se = math.sqrt(robust.variance if robust.variance > _NO_VARIANCE * rounding else rounding)
    half = float(stats.t.ppf((1 + thresholds.level) / 2, robust.df)) * se
    interval = Interval(robust.estimate - half, robust.estimate + half)
    mean = MeanFit(robust.estimate, se, robust.df, interval, kind)
    return mean_result(ESTIMAND, mean, sizes, scale=(-_LARGEST_CHANGE, _LARGEST_CHANGE))


def _asked_twice(membership: Membership, later: IntArray) -> Membership:
    """Return one row per person with a score at both occasions."""
    if np.unique(2 * membership.person + later).size != later.size:
        raise ValueError("mixed model: a person has two scores of one occasion; keep one")
    twice = np.intersect1d(membership.person[later == 0], membership.person[later == 1])
    return membership.rows((later == 0) & np.isin(membership.person, twice))
