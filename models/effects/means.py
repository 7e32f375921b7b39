"""A mean with a cluster-robust interval: what changes and scores have in common.

What belongs here: fitting the mean of numbers given by people who hang together in clusters.
What does not: what the numbers are (`loneliness`, `usefulness`) and shares (`rates`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.clustering import fit_contrast, mean_moments, n_units, variance_kind
from models.effects.clusters import Membership
from models.effects.result import Interval, Result, Sizes, Thresholds, VarianceKind

_NO_VARIANCE = 1e-12
"""A variance below this part of the rounding one is rounding error of zero."""


@dataclass(frozen=True, slots=True)
class MeanFit:
    """A mean with its CR2 standard error, Bell-McCaffrey df and single-look interval."""

    estimate: float
    se: float
    df: float
    ci: Interval
    variance: VarianceKind


def fit_mean(
    n: FloatArray,
    total: FloatArray,
    squares: FloatArray,
    membership: Membership,
    thresholds: Thresholds,
    *,
    step: float,
) -> MeanFit | None:
    """Estimate sum of total / sum of n with a cluster-robust standard error; None without a degree of freedom.

    Scores come in steps, so a sample without any spread is not a population without any: where the variance is
    zero, that of rounding to a step, step^2 / 12, stands in, divided by the number of clusters.

    Args:
        n: Numbers per row, shape (m,), not all 0.
        total: Sum of the numbers per row, shape (m,).
        squares: Sum of their squares per row, shape (m,).
        membership: Cluster, group spell and person of each row.
        thresholds: Level and two-way limit.
        step: Distance between neighbouring scores, > 0.
    """
    kind = variance_kind(membership, n, thresholds.two_way_share)
    table = np.column_stack([n, total, squares])
    fit = fit_contrast(table, membership, kind, mean_moments, (1.0,)).fit
    if not fit.df > 0:
        return None
    rounding = step**2 / 12 / n_units(membership, kind)
    se = math.sqrt(fit.variance if fit.variance > _NO_VARIANCE * rounding else rounding)
    half = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df)) * se
    estimate = float(total.sum() / n.sum())
    return MeanFit(estimate, se, fit.df, Interval(estimate - half, estimate + half), kind)


def mean_result(estimand: str, fit: MeanFit, sizes: Sizes, *, scale: tuple[float, float]) -> Result:
    """Assemble the result of a mean, its interval clipped to the scale.

    It has no always-valid interval, as it is not looked at every week.
    """
    return Result(
        estimand=estimand,
        estimate=fit.estimate,
        se=fit.se,
        df=fit.df,
        ci=fit.ci.clip(*scale),
        cs=None,
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        n_answers=sizes.n_answers,
        design="observational",
        variance=fit.variance,
        status="ok",
        reasons=(),
    )
