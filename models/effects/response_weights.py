"""What the answers would say if everybody asked had answered.

What belongs here: weights from a model of who answers, and what the missing answers could at most change.
What does not: the response rate and its rule (`nonresponse`), and who is missing (`who_answers`).

Weighting rests on one assumption that could be false: that among people alike in the model's characteristics,
those who answer find sessions as useful as those who do not. The bounds make none; the shift that would tip a
result says how far the assumption may fail.

References:
    Seaman & White (2013), Statistical Methods in Medical Research 22, 278-295, doi:10.1177/0962280210395740.
    Kish (1965), Survey Sampling (effective sample size).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.cluster_robust import ClusterMoments, cr2
from models.effects.clustering import kind_of_clusters
from models.effects.clusters import sums_by_code
from models.effects.gram import independent_columns
from models.effects.logit import fit_logit
from models.effects.rates import extreme_share_se, wilson_interval
from models.effects.result import (
    TOO_FEW_ANSWERS,
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)

WEIGHTS_TOO_UNEVEN = "weights_too_uneven"
ESTIMAND = "usefulness_top_two_weighted"
TRIMMED = (0.01, 0.99)
"""Weights beyond these quantiles, among those who answered, are moved to them."""
_NO_SHARE = 1e-12
SMALLEST_EFFECTIVE_SHARE = 0.30
"""Weights that leave less than this share of the answers as effective ones are too uneven."""


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCells:
    """People asked, counted by cluster and pattern of characteristics.

    Attributes:
        cluster: Code of the cluster, shape (n,).
        group: Code of the group spell, shape (n,).
        columns: Characteristics known before anybody answered, shape (n, k).
        n_invited: People asked, shape (n,).
        n_answered: Of these, people who answered the question, shape (n,).
        n_top_two: Of these, people whose answer was a 4 or 5, shape (n,).

    Raises:
        ValueError: When lengths differ, or a count exceeds the one it is part of.
    """

    cluster: IntArray
    group: IntArray
    columns: FloatArray
    n_invited: IntArray
    n_answered: IntArray
    n_top_two: IntArray

    def __post_init__(self) -> None:
        for name in ("cluster", "group", "n_invited", "n_answered", "n_top_two"):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        arrays = (self.cluster, self.group, self.n_invited, self.n_answered, self.n_top_two)
        if {array.size for array in arrays} != {self.columns.shape[0]}:
            raise ValueError("response cells: every array needs one row per cell")
        if np.any(self.n_top_two > self.n_answered) or np.any(self.n_answered > self.n_invited):
            raise ValueError("response cells: needs top two <= answered <= invited; count people, not answers")

    def rows(self, keep: NDArray[np.bool_]) -> ResponseCells:
        """The cells kept, shape of `keep` (n,)."""
        return ResponseCells(
            self.cluster[keep],
            self.group[keep],
            self.columns[keep],
            self.n_invited[keep],
            self.n_answered[keep],
            self.n_top_two[keep],
        )


def response_probabilities(cells: ResponseCells) -> FloatArray | None:
    """Fit P(answered | characteristics) by a logit; its value per cell, shape (n,), None without anybody asked.

    Columns that are sums of earlier ones are left out; where the columns tell answers from their absence
    without fail, a tiny ridge keeps the fit finite (`logit.fit_logit`).
    """
    n = cells.n_invited.astype(np.float64)
    if not n.sum() > 0:
        return None
    x = np.column_stack([np.ones(n.size), cells.columns])
    kept = independent_columns((x * n[:, None]).T @ x)
    fit = fit_logit(x[:, kept], n, cells.n_answered.astype(np.float64))
    probability: FloatArray = expit(x[:, kept] @ fit.coefficients)
    return probability


def stabilised_weights(cells: ResponseCells, probability: FloatArray) -> FloatArray:
    """Weight of each person who answered: P(answered) / P(answered | characteristics), trimmed, shape (n,).

    Both ends are moved to the 1st and 99th percentile of the weights of those who answered.

    Args:
        cells: The cells of one wave.
        probability: P(answered) per cell by the model, shape (n,), above 0 where anybody answered.
    """
    share = float(cells.n_answered.sum()) / float(cells.n_invited.sum())
    answered = cells.n_answered > 0
    weights = np.ones(answered.size)
    weights[answered] = share / probability[answered]
    low, high = (_quantile(weights, cells.n_answered, level) for level in TRIMMED)
    trimmed: FloatArray = np.clip(weights, low, high)
    return trimmed


def effective_answers(weights: FloatArray, n: IntArray) -> float:
    """Kish's effective number of answers, (sum w)^2 / sum w^2, for n people of each weight."""
    return float((n * weights).sum() ** 2 / (n * weights**2).sum())


def weighted_top_two(cells: ResponseCells, probability: FloatArray, thresholds: Thresholds) -> Result:
    """Estimate the share of 4s and 5s among everybody asked, from those who answered.

    Estimand: P(score >= 4) among the people asked. Weighted share sum w y / sum w, its variance CR2 by cluster
    with the weights taken as known (which overstates it a little), interval Wilson's with the effective number
    of answers. Nobody is in a wave twice, so that where one cluster holds most people, group spells take its
    place. Refused with too few answers, people or clusters, or weights too uneven.

    Args:
        cells: The cells of one wave.
        probability: P(answered) per cell by the model, shape (n,).
        thresholds: Limits and constants of the plan.
    """
    answered = cells.rows(cells.n_answered > 0)
    kind, units = _units(answered, thresholds)
    n_answers, n_clusters = int(answered.n_answered.sum()), int(np.unique(answered.cluster).size)
    sizes = Sizes(n_persons=n_answers, n_clusters=n_clusters, n_answers=n_answers)
    checks = (
        (n_answers < max(thresholds.answers, 1), TOO_FEW_ANSWERS),
        (n_answers < thresholds.answer_persons, TOO_FEW_PERSONS),
        (np.unique(units).size < thresholds.clusters, TOO_FEW_CLUSTERS),
    )
    reasons = tuple(code for failed, code in checks if failed)
    if reasons:
        return refused(ESTIMAND, sizes, reasons)
    weights = stabilised_weights(cells, probability)[cells.n_answered > 0]
    effective = effective_answers(weights, answered.n_answered)
    if effective < SMALLEST_EFFECTIVE_SHARE * n_answers:
        return refused(ESTIMAND, sizes, (WEIGHTS_TOO_UNEVEN,))
    sums = np.column_stack([weights * answered.n_answered, weights * answered.n_top_two])
    result = _weighted_result(sums_by_code(units, sums), effective, sizes, thresholds)
    return result if result.status == "refused" else replace(result, variance=kind)


def _units(answered: ResponseCells, thresholds: Thresholds) -> tuple[VarianceKind, IntArray]:
    n = answered.n_answered.astype(np.float64)
    kind = kind_of_clusters(answered.cluster, n, thresholds.two_way_share)
    return kind, answered.group if kind == "two_way" else answered.cluster


def _weighted_result(sums: FloatArray, effective: float, sizes: Sizes, thresholds: Thresholds) -> Result:
    n, kept = sums.T
    fit = cr2(ClusterMoments(n[:, None, None], kept[:, None], kept, n), (1.0,))
    if not fit.df > 0:
        return refused(ESTIMAND, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df))
    share = min(max(fit.estimate, 0.0), 1.0)
    if _NO_SHARE < share < 1 - _NO_SHARE:
        binomial = share * (1 - share)
        effective = effective if fit.variance * effective <= binomial else binomial / fit.variance
        se = math.sqrt(binomial / effective)
    else:
        share = float(round(share))
        se = extreme_share_se(effective, quantile)
    return Result(
        estimand=ESTIMAND,
        estimate=share,
        se=se,
        df=fit.df,
        ci=wilson_interval(share * effective, effective, quantile),
        cs=None,
        n_commitments=None,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance="cluster",
        status="ok",
        reasons=(),
        n_answers=sizes.n_answers,
    )


def response_bounds(n_invited: int, n_answered: int, n_top_two: int) -> Interval | None:
    """Bound the share of 4s and 5s among everybody asked: all the missing below 4, then all above 3.

    None when nobody was asked. Reference: Manski (1990), American Economic Review 80, 319-323.

    Raises:
        ValueError: When a count exceeds the one it is part of.
    """
    if not 0 <= n_top_two <= n_answered <= n_invited:
        raise ValueError("response bounds: needs top two <= answered <= invited; count people, not answers")
    if n_invited == 0:
        return None
    return Interval(n_top_two / n_invited, (n_top_two + n_invited - n_answered) / n_invited)


def share_with_shift(share: float, rate: float, shift: float) -> float:
    """Share among everybody asked if those who did not answer lie `shift` below those who did.

    share - (1 - rate) shift, the missing kept within 0 and 1: a sensitivity line, not an estimate.

    Args:
        share: Share among those who answered, 0 to 1.
        rate: Response rate, 0 to 1.
        shift: Difference of the two shares, -1 to 1.
    """
    return rate * share + (1 - rate) * min(max(share - shift, 0.0), 1.0)


def tipping_shift(share: float, rate: float, limit: float) -> float | None:
    """The shift at which the share among everybody asked falls (or rises) to `limit`; None where none does.

    (share - limit) / (1 - rate); above zero the missing would have to find sessions less useful. None when all
    answered, or the missing would need a share below 0 or above 1: then nothing about them tips the result.

    Args:
        share: Share among those who answered, 0 to 1.
        rate: Response rate, 0 to 1.
        limit: Share at which a reader would conclude otherwise, 0 to 1.
    """
    if rate >= 1:
        return None
    shift = (share - limit) / (1 - rate)
    return shift if 0 <= share - shift <= 1 else None


def _quantile(values: FloatArray, n: IntArray, level: float) -> float:
    """Smallest value that at least this share of the people do not exceed."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(n[order])
    return float(values[order][np.searchsorted(below, level * below[-1])])
