"""Logistic regression with an intercept of its own for every stratum, conditioned away.

What belongs here: the exact conditional likelihood of small strata and its maximum.
What does not: what the strata are (`within_person` takes people).

Given how many of a stratum's m rows succeeded, k, the chance that it was these is
exp(sum over successes of x b) / sum over all choices of k rows of exp(sum x b). The sum over choices is built up row
by row, with its first and second derivatives, for all strata at once.

References:
    Chamberlain (1980), Review of Economic Studies 47, 225-238, doi:10.2307/2297110.
    Gail, Lubin & Rubinstein (1981), Biometrika 68, 703-707, doi:10.1093/biomet/68.3.703 (the recursion).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.effects.arrays import FloatArray, IntArray
from models.effects.gram import independent_columns, solve_gram

_STEPS = 40
_CONVERGED = 1e-9
_LARGEST_CHANGE = 4.0
_BATCH_NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalFit:
    """A fitted conditional logit.

    Attributes:
        coefficients: Shape (p,); 0 for a column that does not vary within strata or repeats earlier ones.
        covariance: Inverse of the information, shape (p, p); 0 for such columns.
        log_likelihood: At the maximum.
        is_converged: False where the rows separate the outcomes, so that no finite maximum exists.
    """

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    is_converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Strata:
    """Strata of one size and number of successes: x (S, m, p), sum of x over successes (S, p), weights (S,)."""

    x: FloatArray
    won: FloatArray
    n_won: int
    weight: FloatArray


def conditional_logit(
    x: FloatArray, y: IntArray, stratum: IntArray, weight: FloatArray | None = None
) -> ConditionalFit | None:
    """Fit a logit with one intercept per stratum; None when no stratum says anything about any column.

    Strata in which all or none succeeded drop out, as they fit any coefficients.

    Args:
        x: Columns, no intercept, shape (n, p).
        y: 1 or 0, shape (n,).
        stratum: Code of the stratum of each row, shape (n,).
        weight: How often each row's stratum occurs, shape (n,), the same over a stratum; None for once.
    """
    strata = _informative(x, y, stratum, np.ones(y.size) if weight is None else weight)
    spread = sum((_within_gram(one) for one in strata), np.zeros((x.shape[1], x.shape[1])))
    free = independent_columns(spread)
    if not free.size:
        return None
    strata = [_Strata(one.x[:, :, free], one.won[:, free], one.n_won, one.weight) for one in strata]
    beta, covariance, log_likelihood, is_converged = _maximise(strata, free.size)
    coefficients, full = np.zeros(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
    coefficients[free] = beta
    full[np.ix_(free, free)] = covariance
    return ConditionalFit(coefficients, full, log_likelihood, is_converged)


def _informative(x: FloatArray, y: IntArray, stratum: IntArray, weight: FloatArray) -> list[_Strata]:
    """Strata with both outcomes, gathered by size and number of successes."""
    _, code = np.unique(stratum, return_inverse=True)
    order = np.argsort(code, kind="stable")
    size = np.bincount(code)
    won = np.bincount(code, weights=y).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    found = []
    for m, k in sorted({(int(a), int(b)) for a, b in zip(size, won, strict=True) if 0 < b < a}):
        chosen = np.flatnonzero((size == m) & (won == k))
        rows = order[first[chosen][:, None] + np.arange(m)]
        centred = x[rows] - x[rows].mean(axis=1, keepdims=True)
        found.append(_Strata(centred, (centred * y[rows][:, :, None]).sum(axis=1), k, weight[rows[:, 0]]))
    return found


def _within_gram(strata: _Strata) -> FloatArray:
    gram: FloatArray = np.einsum("s,smp,smq->pq", strata.weight, strata.x, strata.x, optimize=True)
    return gram


def _maximise(strata: list[_Strata], p: int) -> tuple[FloatArray, FloatArray, float, bool]:
    beta, is_converged = np.zeros(p), False
    for _ in range(_STEPS):
        value, gradient, information = _likelihood(strata, beta)
        step, is_full = solve_gram(information[None], gradient[None])
        change = max(float(np.abs(one.x @ step[0]).max()) for one in strata)
        if not is_full[0] or change < _CONVERGED:
            is_converged = bool(is_full[0])
            break
        beta = beta + step[0] * min(1.0, _LARGEST_CHANGE / change)
    inverse: FloatArray = np.zeros((p, p))
    if is_converged:
        inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return beta, inverse, value, is_converged


def _likelihood(strata: list[_Strata], beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Log likelihood, its gradient, and minus its second derivative."""
    value, gradient, information = 0.0, np.zeros(beta.size), np.zeros((beta.size, beta.size))
    for one in strata:
        step = max(1, _BATCH_NUMBERS // ((one.n_won + 1) * beta.size**2))
        for begin in range(0, one.weight.size, step):
            rows = slice(begin, begin + step)
            total, first, second = _sums_over_choices(one.x[rows], one.n_won, beta)
            mean, weight = first / total[:, None], one.weight[rows]
            value += float(weight @ (one.won[rows] @ beta - np.log(total)))
            gradient += weight @ (one.won[rows] - mean)
            spread = second / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
            information += np.einsum("s,spq->pq", weight, spread)
    return value, gradient, information


def _sums_over_choices(x: FloatArray, k: int, beta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum over all choices of k of the m rows of exp(sum x b), and its first and second derivatives by b.

    With T(j, m) the sum over choices of j of the first m rows: T(j, m) = T(j, m - 1) + e_m T(j - 1, m - 1).
    """
    size, m, p = x.shape
    total, first = np.zeros((size, k + 1)), np.zeros((size, k + 1, p))
    second = np.zeros((size, k + 1, p, p))
    total[:, 0] = 1.0
    for place in range(m):
        row = x[:, place, None, :]
        factor = np.exp(x[:, place] @ beta)[:, None]
        before, slope, bend = total[:, :-1], first[:, :-1], second[:, :-1]
        outer = row[..., :, None] * slope[..., None, :]
        bend = (
            bend
            + outer
            + np.swapaxes(outer, -1, -2)
            + (row[..., :, None] * row[..., None, :]) * before[..., None, None]
        )
        slope = slope + row * before[..., None]
        second[:, 1:] += factor[..., None, None] * bend
        first[:, 1:] += factor[..., None] * slope
        total[:, 1:] += factor * before
    return total[:, k], first[:, k], second[:, k]
