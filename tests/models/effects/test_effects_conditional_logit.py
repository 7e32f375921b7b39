from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from models.effects.conditional_logit import conditional_logit

RNG = np.random.default_rng(11)
STRATUM = np.repeat(np.arange(30), [2, 3, 4, 5, 6] * 6)
X = RNG.normal(size=(STRATUM.size, 2))
Y = (RNG.random(STRATUM.size) < 0.5).astype(np.int64)


def log_likelihood(beta: np.ndarray) -> float:
    """By listing every choice of as many rows as succeeded."""
    total = 0.0
    for stratum in range(30):
        x, y = X[stratum == STRATUM], Y[stratum == STRATUM]
        choices = itertools.combinations(range(len(y)), int(y.sum()))
        total += float(x[y == 1].sum(axis=0) @ beta)
        total -= math.log(sum(math.exp(float(x[list(chosen)].sum(axis=0) @ beta)) for chosen in choices))
    return total


def test_the_likelihood_is_that_of_listing_every_choice() -> None:
    fit = conditional_logit(X, Y, STRATUM)
    assert fit is not None
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit.coefficients))
    best = minimize(lambda b: -log_likelihood(b), np.zeros(2), tol=1e-10)
    assert fit.coefficients == pytest.approx(best.x, abs=1e-4)


def test_the_covariance_is_the_inverse_curvature() -> None:
    fit = conditional_logit(X, Y, STRATUM)
    assert fit is not None
    h, b = 1e-3, fit.coefficients
    steps = np.eye(2) * h
    curvature = [
        [
            (
                log_likelihood(b + i + j)
                - log_likelihood(b + i - j)
                - log_likelihood(b - i + j)
                + log_likelihood(b - i - j)
            )
            / (4 * h * h)
            for j in steps
        ]
        for i in steps
    ]
    assert fit.covariance == pytest.approx(-np.linalg.inv(np.array(curvature)), rel=1e-3)


def test_of_pairs_it_is_the_logit_of_the_discordant_ones() -> None:
    # 12 people kept the one with an appointment only, 5 the one without only; 8 both, 3 neither: log(12 / 5).
    y = np.array([1, 0] * 12 + [0, 1] * 5 + [1, 1] * 8 + [0, 0] * 3)
    fit = conditional_logit(np.tile([1.0, 0.0], 28)[:, None], y, np.repeat(np.arange(28), 2))
    assert fit is not None
    assert fit.coefficients[0] == pytest.approx(math.log(12 / 5))
    assert fit.covariance[0, 0] == pytest.approx(1 / 12 + 1 / 5)


def test_a_weight_says_how_often_a_stratum_occurs() -> None:
    y, stratum = np.array([1, 0, 0, 1]), np.array([0, 0, 1, 1])
    fit = conditional_logit(np.array([[1.0], [0.0]] * 2), y, stratum, np.array([12.0, 12.0, 5.0, 5.0]))
    assert fit is not None
    assert fit.coefficients[0] == pytest.approx(math.log(12 / 5))


def test_a_column_that_never_varies_within_strata_gets_no_coefficient() -> None:
    own = np.arange(30)[STRATUM].astype(float)
    fit = conditional_logit(np.column_stack([X, own]), Y, STRATUM)
    assert fit is not None
    assert fit.coefficients[2] == 0.0


def test_strata_in_which_all_or_none_succeeded_say_nothing() -> None:
    assert conditional_logit(X, np.ones_like(Y), STRATUM) is None
    assert conditional_logit(np.ones((STRATUM.size, 1)), Y, STRATUM) is None


def test_separated_strata_are_no_crash_and_keep_the_sign() -> None:
    fit = conditional_logit(np.tile([1.0, 0.0], 9)[:, None], np.tile([1, 0], 9), np.repeat(np.arange(9), 2))
    assert fit is not None
    assert not fit.is_converged
    assert fit.coefficients[0] > 0
