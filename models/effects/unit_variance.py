"""Variances by leaving out one cluster at a time, or by summing influence over clusters.

What belongs here: the delete-one-cluster jackknife (CV3) and the influence-function variance of any estimate made
from weights per pattern, and which clusters they run over.
What does not: the estimates (`adjusted`) and variances of linear models (`cluster_robust`).

The jackknife fits every model anew without each cluster, so that what the fitting itself adds is in it; with many
clusters one cluster hardly moves a model, and the influence function says the same at the cost of a single fit.

References:
    MacKinnon, Nielsen & Webb (2023), Journal of Econometrics 232, 272-299, doi:10.1016/j.jeconom.2022.04.001 (CV3).
    Efron & Stein (1981), Annals of Statistics 9, 586-596, doi:10.1214/aos/1176345462.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.effects.adjusted import Estimator
from models.effects.arrays import FloatArray, IntArray
from models.effects.clusters import Membership
from models.effects.dense import distinct_codes
from models.effects.result import VarianceKind

MOST_JACKKNIFE_UNITS = 200
MOST_JACKKNIFE_WORK = 20_000_000
"""Units times patterns beyond which the influence function stands in for the jackknife."""
_BATCH_WORK = 2_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """An estimate, its variance and degrees of freedom, and the number of units these were formed over."""

    estimate: float
    variance: float
    df: float
    n_units: int

    @property
    def se(self) -> float:
        """Square root of the variance."""
        return math.sqrt(self.variance)


@dataclass(frozen=True, slots=True, eq=False)
class PatternRows:
    """Counts per row (person, arm, pattern), and the pattern each row is of; arrays of shape (n,).

    Attributes:
        pattern: Position of the row's pattern, 0 to C - 1.
        n: Commitments (or weight) of the row.
        y: Sum of the outcome over them.
        membership: Cluster, group spell and person of each row.
    """

    pattern: IntArray
    n: FloatArray
    y: FloatArray
    membership: Membership

    def totals(self, n_patterns: int) -> tuple[FloatArray, FloatArray]:
        """Return n and y summed by pattern, each of shape (C,)."""
        n = np.bincount(self.pattern, weights=self.n, minlength=n_patterns)
        y = np.bincount(self.pattern, weights=self.y, minlength=n_patterns)
        return n.astype(np.float64), y.astype(np.float64)


def spread(estimator: Estimator, rows: PatternRows, n_patterns: int, kind: VarianceKind) -> Spread:
    """Return the variance of an estimate over clusters, or over group spells and over people when two-way.

    When two-way, the larger of the two variances stands, with the smaller of the two degrees of freedom.

    Args:
        estimator: What is estimated.
        rows: Counts per row.
        n_patterns: Number of patterns, C.
        kind: `cluster` or `two_way`.
    """
    membership = rows.membership
    if kind == "cluster":
        return unit_spread(estimator, rows, n_patterns, membership.cluster)
    both = [unit_spread(estimator, rows, n_patterns, c) for c in (membership.group, membership.person)]
    df = min(one.df for one in both)
    return Spread(both[0].estimate, max(one.variance for one in both), df, both[0].n_units)


def unit_spread(estimator: Estimator, rows: PatternRows, n_patterns: int, codes: IntArray) -> Spread:
    """Return the variance of an estimate over one kind of unit, with one degree of freedom less than units.

    Up to `MOST_JACKKNIFE_UNITS` units the jackknife, (G - 1) / G sum_s (theta_(-s) - theta)^2; beyond, or where that
    is too much work, the influence function, G / (G - 1) sum_s (sum of influence in s)^2.

    Args:
        estimator: What is estimated.
        rows: Counts per row.
        n_patterns: Number of patterns, C.
        codes: Unit of each row, shape (n,).
    """
    units, position = distinct_codes(codes)
    size = int(units.size)
    if size < 2:
        n, y = rows.totals(n_patterns)
        return Spread(float(estimator.estimates(n[None], y[None])[0]), math.inf, 0.0, size)
    if size <= MOST_JACKKNIFE_UNITS and size * n_patterns <= MOST_JACKKNIFE_WORK:
        estimate, variance = _jackknife(estimator, rows, n_patterns, position, size)
    else:
        estimate, variance = _by_influence(estimator, rows, n_patterns, position, size)
    return Spread(estimate, variance, float(size - 1), size)


def _jackknife(
    estimator: Estimator, rows: PatternRows, n_patterns: int, unit: IntArray, size: int
) -> tuple[float, float]:
    n, y = rows.totals(n_patterns)
    estimate = estimator.estimates(n[None], y[None])[0]
    step = max(1, _BATCH_WORK // n_patterns)
    left_out = []
    for begin in range(0, size, step):
        n_own, y_own = _sums_of_units(rows, unit, range(begin, min(begin + step, size)), n_patterns)
        left_out.append(estimator.estimates(n - n_own, y - y_own))
    squares = np.sort((np.concatenate(left_out) - estimate) ** 2)
    return float(estimate), float((size - 1) / size * squares.sum())


def _sums_of_units(
    rows: PatternRows, unit: IntArray, units: range, n_patterns: int
) -> tuple[FloatArray, FloatArray]:
    """Sums of n and y by pattern for each of a range of units, each of shape (len(units), C)."""
    inside = (unit >= units.start) & (unit < units.stop)
    place = (unit[inside] - units.start) * n_patterns + rows.pattern[inside]
    shape = (len(units), n_patterns)
    n, y = (
        np.bincount(place, weights=weights[inside], minlength=shape[0] * shape[1]).reshape(shape)
        for weights in (rows.n, rows.y)
    )
    return n.astype(np.float64), y.astype(np.float64)


def _by_influence(
    estimator: Estimator, rows: PatternRows, n_patterns: int, unit: IntArray, size: int
) -> tuple[float, float]:
    estimate, per_n, per_y = estimator.influence(*rows.totals(n_patterns))
    own = rows.n * per_n[rows.pattern] + rows.y * per_y[rows.pattern]
    squares = np.sort(np.bincount(unit, weights=own, minlength=size) ** 2)
    return estimate, float(size / (size - 1) * squares.sum())
