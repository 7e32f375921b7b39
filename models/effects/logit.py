"""Logistic regression on counts, for one data set or many at once.

What belongs here: the maximum-likelihood fit from counts per covariate pattern, batched over sets of weights (all
data but one cluster, say), and what to do when no finite fit exists.
What does not: which columns a model has (`covariates`) and what is done with its probabilities (`adjusted`).

Rows of the same columns add up: a pattern with n trials and y successes says all its rows say, so ten million
commitments cost no more than their distinct patterns. What could be false in every use of it: that the logit of
the probability is a sum of the columns.

Reference: McCullagh & Nelder (1989), Generalized Linear Models, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.effects.arrays import FloatArray
from models.effects.gram import solve_gram, weighted_gram

RIDGE = 1e-3
"""Penalty on squared coefficients of columns scaled to a root mean square of 1, where no finite fit exists: far
below the weight of one commitment, so that probabilities of separated patterns end close to 0 or 1."""
_STEPS = 40
_MANY_PATTERNS = 1 << 18
_STRIDE = 16
_LARGEST_CHANGE = 4.0
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LogitFit:
    """Coefficients of one fit or a batch of fits.

    Attributes:
        coefficients: Shape (p,) or (B, p), on the logit scale.
        is_shrunk: Whether the fit needed the fixed ridge, as its columns separate the outcomes or depend on each
            other; shape () or (B,).
    """

    coefficients: FloatArray
    is_shrunk: NDArray[np.bool_]


def fit_logit(x: FloatArray, n: FloatArray, successes: FloatArray, start: FloatArray | None = None) -> LogitFit:
    """Fit logit P(success) = x b by Newton's method (iteratively reweighted least squares).

    Maximises sum_c successes_c x_c b - n_c log(1 + exp(x_c b)). Where columns separate the outcomes (an arm in
    which everything was kept) or depend on each other, no finite or no single maximum exists: only then a fixed
    tiny ridge (`RIDGE`) is added, and the fit says so.

    Args:
        x: Columns per pattern, with the intercept where one is wanted, shape (C, p).
        n: Trials per pattern, shape (C,), or (B, C) for B data sets at once; need not be whole (weights).
        successes: Successes among them, same shape.
        start: Coefficients to start from, shape (p,), where some are known to be near; they change the time it
            takes, not the result.

    Raises:
        ValueError: When shapes do not fit, or a data set has no trial.
    """
    trials, wins = np.atleast_2d(n), np.atleast_2d(successes)
    if trials.shape != wins.shape or trials.shape[1] != x.shape[0]:
        raise ValueError("logit: x (C, p), n and successes (C,) or (B, C) need the same C and B")
    if not np.all(trials.sum(axis=1) > 0):
        raise ValueError("logit: a data set has no trial; refuse the number instead")
    together, all_wins = trials.sum(axis=0, keepdims=True), wins.sum(axis=0, keepdims=True)
    penalty = RIDGE * np.einsum("c,cp,cp->p", together[0], x, x) / together.sum()
    begin = np.zeros((1, x.shape[1])) if start is None else start[None]
    if start is None and trials.shape[0] > 1:
        begin, _ = _maximise(x, together, all_wins, begin, penalty)
    elif start is None and x.shape[0] > _MANY_PATTERNS:
        begin = _start_of_part(x[::_STRIDE], together[:, ::_STRIDE], all_wins[:, ::_STRIDE], begin)
    beta, is_shrunk = _maximise(x, trials, wins, np.repeat(begin, trials.shape[0], axis=0), penalty)
    return LogitFit(beta[0], is_shrunk[0]) if np.ndim(n) == 1 else LogitFit(beta, is_shrunk)


def _start_of_part(x: FloatArray, n: FloatArray, successes: FloatArray, zero: FloatArray) -> FloatArray:
    """Coefficients of a part of the patterns: near enough that all of them need two steps more."""
    found, is_found = _newton(x, n, successes, zero, np.zeros(x.shape[1]))
    return found if is_found.all() else zero


def _maximise(
    x: FloatArray, n: FloatArray, successes: FloatArray, start: FloatArray, penalty: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Newton from the start; those without a finite fit once more with the ridge."""
    beta, is_found = _newton(x, n, successes, start, np.zeros_like(penalty))
    if not is_found.all():
        missing = ~is_found
        safe = np.where(penalty > 0, penalty, 1.0)
        again, _ = _newton(x, n[missing], successes[missing], np.zeros_like(start[missing]), safe)
        beta[missing] = again
    return beta, ~is_found


def _newton(
    x: FloatArray, n: FloatArray, successes: FloatArray, start: FloatArray, penalty: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Coefficients (B, p), and which of the batch have converged at a maximum of full rank."""
    beta = start.copy()
    moving = np.arange(beta.shape[0])
    is_found = np.zeros(beta.shape[0], dtype=bool)
    for _ in range(_STEPS):
        probability = expit(beta[moving] @ x.T)
        trials = n[moving]
        gradient = (successes[moving] - trials * probability) @ x - penalty * beta[moving]
        hessian = weighted_gram(x, trials * probability * (1 - probability)) + np.diag(penalty)
        step, is_full = solve_gram(hessian, gradient)
        change = np.abs(step @ x.T).max(axis=1)
        beta[moving] += step * np.minimum(1.0, _LARGEST_CHANGE / np.maximum(change, _CONVERGED))[:, None]
        is_found[moving] = is_full & (change < _CONVERGED)
        moving = moving[is_full & (change >= _CONVERGED)]
        if not moving.size:
            break
    return beta, is_found
