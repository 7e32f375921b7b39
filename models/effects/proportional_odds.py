"""The proportional-odds model of ordered scores, fitted from counts.

What belongs here: the cumulative logit, its cluster-robust variance, and tests of its one assumption.
What does not: which scores and sessions it is applied to (`trend`).

With scores 1 to K, logit P(score <= j | x) = theta_j - x'beta, so that a slope above zero means higher scores.
What could be false: that x moves every cut between scores by the same odds ratio; the score tests ask that.

References:
    McCullagh (1980), Journal of the Royal Statistical Society B 42, 109-142.
    Boos (1992), American Statistician 46, 327-333, doi:10.1080/00031305.1992.10475921 (robust score tests).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit, logit

from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import RobustFit
from models.effects.clustering import unit_codes
from models.effects.clusters import Membership, sums_by_code
from models.effects.result import VarianceKind

_STEPS = 60
_TOLERANCE = 1e-16
"""Newton stops when the expected gain in log-likelihood, per answer, is below this."""
_ROUNDING = 1e-13
"""A log-likelihood that falls by no more than this part of itself has not fallen."""
_LARGEST_LOGIT = 20.0
"""Beyond it a fitted probability is 0 or 1 for any number of answers: the slopes run off to infinity."""
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalOdds:
    """A fitted model of K scores and p columns.

    Attributes:
        thresholds: theta_1 < ... < theta_(K-1), on the logit scale, shape (K-1,).
        slopes: beta, change in the log odds of a higher score per unit of x, shape (p,).
        information: Minus the Hessian at the estimate, thresholds first, shape (K-1+p, K-1+p).
        log_likelihood: Log-likelihood at the estimate.
    """

    thresholds: FloatArray
    slopes: FloatArray
    information: FloatArray
    log_likelihood: float

    @property
    def parameters(self) -> FloatArray:
        """Thresholds, then slopes, shape (K-1+p,)."""
        return np.concatenate([self.thresholds, self.slopes])

    @property
    def covariance(self) -> FloatArray:
        """Inverse of the information: the covariance when all answers are independent."""
        return np.asarray(np.linalg.inv(self.information), dtype=np.float64)

    def contrast_above(self, score: int, x: ArrayLike) -> FloatArray:
        """Weights of the parameters whose sum is logit P(score > `score` | x), shape (K-1+p,)."""
        weights = np.concatenate([np.zeros(self.thresholds.size), np.asarray(x, dtype=np.float64)])
        weights[score - 1] = -1.0
        return weights


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """A test of proportional odds: its statistic, degrees of freedom and p-value.

    Attributes:
        statistic: Chi-square of independent answers, or the F of clusters.
        df: Numerator degrees of freedom, (K - 2) p.
        p_value: 0 to 1; small values speak against proportional odds.
    """

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """Log-likelihood with its derivatives; the last two axes of the information are parameters."""

    value: float
    score: FloatArray  # (q,)
    observed: FloatArray  # (q, q)
    expected: FloatArray  # (q, q)


def fit_proportional_odds(counts: ArrayLike, x: ArrayLike) -> ProportionalOdds | None:
    """Fit by Newton's method with halved steps; None where the slopes run off to infinity.

    The log-likelihood is concave, so that there is one maximum at most.

    Args:
        counts: Answers of each score per row, shape (n, K), K >= 2, every score given at least once.
        x: Columns of the model per row, no constant, shape (n, p).

    Raises:
        ValueError: When shapes differ, fewer than two scores or a score nobody gave.
    """
    table, columns = _compressed(counts, x)
    n_cuts = table.shape[1] - 1
    below = np.cumsum(table.sum(axis=0))
    parameters = np.concatenate([logit(below[:-1] / below[-1]), np.zeros(columns.shape[1])])
    design = _shared_slopes(columns, n_cuts)
    current = _likelihood(table, design, parameters)
    for _ in range(_STEPS):
        step = _solved(current.observed, current.score)
        if step is None or np.abs(design @ parameters).max() > _LARGEST_LOGIT:
            return None
        if current.score @ step <= _TOLERANCE * table.sum():
            return ProportionalOdds(parameters[:n_cuts], parameters[n_cuts:], current.observed, current.value)
        parameters, current = _advance(table, design, parameters, step, current)
    return None


def answer_scores(fit: ProportionalOdds, counts: ArrayLike, x: ArrayLike) -> FloatArray:
    """Derivatives of the log-likelihood of each row at the estimate, shape (n, K-1+p); they sum to zero.

    Args:
        fit: The fitted model.
        counts: Answers of each score per row, shape (n, K).
        x: Columns of the model per row, shape (n, p).
    """
    table, columns = _checked(counts, x)
    design = _shared_slopes(columns, fit.thresholds.size)
    return _row_scores(table, design, fit.parameters)


def clustered_contrast(
    fit: ProportionalOdds,
    scores: FloatArray,
    membership: Membership,
    kind: VarianceKind,
    contrast: FloatArray,
) -> RobustFit:
    """A sum of parameters with its cluster-robust variance and df (clusters minus 1).

    V = G/(G-1) sum_s (c'A^-1 u_s)^2, with A the information and u_s the scores of cluster s; two-way it is
    V_person + V_group - V_both, never below either one-way variance, with the smaller df. Where the clusters
    are alike to the last answer, the variance of independent answers stands in.

    Reference: Liang & Zeger (1986), Biometrika 73, 13-22, doi:10.1093/biomet/73.1.13.

    Args:
        fit: The fitted model.
        scores: From `answer_scores`, shape (n, K-1+p).
        membership: Cluster, group spell and person of each row.
        kind: `cluster` or `two_way`.
        contrast: Weights of the parameters, shape (K-1+p,).
    """
    direction = np.linalg.solve(fit.information, contrast)

    def one_way(codes: IntArray) -> tuple[float, int]:
        sums = sums_by_code(codes, scores @ direction[:, None])
        n = sums.shape[0]
        return (float((sums**2).sum()) * n / (n - 1) if n > 1 else 0.0), n - 1

    variance, df = one_way(unit_codes(membership, kind))
    if kind == "two_way":
        by_person, df_person = one_way(membership.person)
        both, _ = one_way(membership.group_and_person)
        variance, df = max(variance + by_person - both, variance, by_person), min(df, df_person)
    independent = float(contrast @ direction)
    robust = variance if variance > _NO_VARIANCE * independent else independent
    return RobustFit(float(contrast @ fit.parameters), robust, float(df))


def score_test(fit: ProportionalOdds, counts: ArrayLike, x: ArrayLike) -> ScoreTest:
    """Test proportional odds as if all answers were independent: U' I^-1 U against chi-square.

    U and the expected information I are those of the model with slopes of its own for every cut, at the
    estimate with one slope for all.
    """
    table, columns = _compressed(counts, x)
    full = _likelihood(table, _own_slopes(columns, fit.thresholds.size), _as_own(fit))
    statistic = float(full.score @ np.linalg.solve(full.expected, full.score))
    df = (fit.thresholds.size - 1) * fit.slopes.size
    return ScoreTest(statistic, df, float(stats.chi2.sf(statistic, df)))


def clustered_score_test(
    fit: ProportionalOdds, counts: ArrayLike, x: ArrayLike, codes: IntArray
) -> ScoreTest | None:
    """Test proportional odds allowing for clusters; None with two scores only, or no more clusters than df.

    The scores of the cuts' own slopes, freed of what the shared parameters explain, are summed by cluster.
    With G clusters, q degrees of freedom and T = S'(sum e_s e_s')^-1 S, F = T (G - q) / (q (G - T)) is
    Hotelling's test that their mean is zero, on q and G - q degrees of freedom.

    Args:
        fit: The fitted model.
        counts: Answers of each score per row, shape (n, K).
        x: Columns of the model per row, shape (n, p).
        codes: Cluster of each row, shape (n,).
    """
    table, columns = _checked(counts, x)
    n_cuts, p = fit.thresholds.size, fit.slopes.size
    df = (n_cuts - 1) * p
    if not 0 < df < np.unique(codes).size:
        return None
    design = _own_slopes(columns, n_cuts)
    few, distinct = _compressed(counts, x)
    expected = _likelihood(few, _own_slopes(distinct, n_cuts), _as_own(fit)).expected
    shared = np.zeros((n_cuts + n_cuts * p, n_cuts + p))  # own parameters as a function of the shared ones
    shared[:n_cuts, :n_cuts] = np.eye(n_cuts)
    shared[n_cuts:, n_cuts:] = np.tile(np.eye(p), (n_cuts, 1))
    apart = np.vstack([np.zeros((n_cuts + p, df)), np.eye(df)])  # slopes of the cuts after the first
    explained = np.linalg.solve(shared.T @ expected @ shared, shared.T @ expected @ apart)
    free = _row_scores(table, design, _as_own(fit)) @ (apart - shared @ explained)
    sums = sums_by_code(codes, free)
    n = sums.shape[0]
    spread, total = sums.T @ sums, sums.sum(axis=0)
    if np.linalg.matrix_rank(spread) < df:
        return None
    t = float(total @ np.linalg.solve(spread, total))
    f = t * (n - df) / (df * (n - t)) if t < n else math.inf
    return ScoreTest(f, df, float(stats.f.sf(f, df, n - df)))


def _checked(counts: ArrayLike, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    table, columns = np.asarray(counts, dtype=np.float64), np.asarray(x, dtype=np.float64)
    if table.ndim != 2 or columns.ndim != 2 or table.shape[0] != columns.shape[0]:
        raise ValueError("proportional odds: needs counts (n, K) and x (n, p) of the same n")
    return table, columns


def _compressed(counts: ArrayLike, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """One row per distinct x: all a fit needs."""
    table, columns = _checked(counts, x)
    if table.shape[1] < 2 or not np.all(table.sum(axis=0) > 0):
        raise ValueError("proportional odds: needs two scores or more, each given at least once; join scores")
    distinct, inverse = np.unique(columns, axis=0, return_inverse=True)
    sums = np.zeros((distinct.shape[0], table.shape[1]))
    np.add.at(sums, inverse.ravel(), table)
    return sums, distinct


def _shared_slopes(columns: FloatArray, n_cuts: int) -> FloatArray:
    """Derivative of theta_j - x'beta in the parameters, shape (n, K-1, K-1+p)."""
    n, p = columns.shape
    design = np.zeros((n, n_cuts, n_cuts + p))
    design[:, range(n_cuts), range(n_cuts)] = 1.0
    design[:, :, n_cuts:] = -columns[:, None, :]
    return design


def _own_slopes(columns: FloatArray, n_cuts: int) -> FloatArray:
    """The same where every cut has slopes of its own, shape (n, K-1, (K-1)(1+p))."""
    n, p = columns.shape
    design = np.zeros((n, n_cuts, n_cuts + n_cuts * p))
    design[:, range(n_cuts), range(n_cuts)] = 1.0
    for cut in range(n_cuts):
        design[:, cut, n_cuts + cut * p : n_cuts + (cut + 1) * p] = -columns
    return design


def _as_own(fit: ProportionalOdds) -> FloatArray:
    return np.concatenate([fit.thresholds, np.tile(fit.slopes, fit.thresholds.size)])


def _probabilities(design: FloatArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """P(each score), shape (n, K), its derivative, shape (n, K, q), and P(score <= j), shape (n, K-1)."""
    below = expit(design @ parameters)
    slope = (below * (1 - below))[:, :, None] * design
    edge = np.zeros((design.shape[0], 1))
    padded = np.concatenate([edge, below, edge + 1], axis=1)
    return np.diff(padded, axis=1), np.diff(slope, axis=1, prepend=0.0, append=0.0), below


def _row_scores(table: FloatArray, design: FloatArray, parameters: FloatArray) -> FloatArray:
    probability, slope, _ = _probabilities(design, parameters)
    scores: FloatArray = np.einsum("nk,nkq->nq", table / probability, slope)
    return scores


def _likelihood(table: FloatArray, design: FloatArray, parameters: FloatArray) -> _Likelihood:
    probability, slope, below = _probabilities(design, parameters)
    n_rows = table.sum(axis=1)
    ratio = table / probability
    bend = below * (1 - below) * (1 - 2 * below)
    # Sum over scores of ratio times the second derivative of P, gathered by cut.
    curved = np.einsum("nj,njq,njr->qr", bend * -np.diff(ratio, axis=1), design, design)
    crossed = np.einsum("nk,nkq,nkr->qr", ratio / probability, slope, slope)
    expected = np.einsum("nk,nkq,nkr->qr", n_rows[:, None] / probability, slope, slope)
    used = table > 0
    value = float((table[used] * np.log(probability[used])).sum())
    return _Likelihood(value, np.einsum("nk,nkq->q", ratio, slope), crossed - curved, expected)


def _solved(information: FloatArray, score: FloatArray) -> FloatArray | None:
    """Newton's step; None where the information is not positive definite."""
    try:
        factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(np.linalg.solve(factor.T, np.linalg.solve(factor, score)), dtype=np.float64)


def _advance(
    table: FloatArray, design: FloatArray, parameters: FloatArray, step: FloatArray, current: _Likelihood
) -> tuple[FloatArray, _Likelihood]:
    """Take the step, halved until every probability is above zero and the likelihood does not fall."""
    size = 1.0
    for _ in range(_STEPS):
        proposed = parameters + size * step
        if np.all(_probabilities(design, proposed)[0] > 0):
            found = _likelihood(table, design, proposed)
            if found.value >= current.value - _ROUNDING * abs(current.value):
                return proposed, found
        size /= 2
    return parameters, current
