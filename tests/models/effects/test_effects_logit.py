from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit

from models.effects.logit import fit_logit

RNG = np.random.default_rng(20261122)
X = np.column_stack([np.ones(60), RNG.normal(size=60), RNG.integers(0, 2, 60)])
N = RNG.integers(1, 6, 60).astype(float)
WON = RNG.binomial(N.astype(int), expit(X @ [0.3, 0.8, -0.5])).astype(float)


def test_an_intercept_alone_is_the_logit_of_the_share() -> None:
    fit = fit_logit(np.ones((2, 1)), np.array([10.0, 30.0]), np.array([4.0, 26.0]))
    assert fit.coefficients[0] == pytest.approx(math.log(30 / 10))
    assert not fit.is_shrunk


def test_with_one_column_per_pattern_every_share_is_met() -> None:
    x = np.array([[1.0, 0.0], [1.0, 1.0]])
    fit = fit_logit(x, np.array([10.0, 20.0]), np.array([5.0, 16.0]))
    assert fit.coefficients == pytest.approx([0.0, math.log(16 / 4)])


def test_at_the_maximum_what_is_left_over_is_orthogonal_to_every_column() -> None:
    fit = fit_logit(X, N, WON)
    assert (WON - N * expit(X @ fit.coefficients)) @ X == pytest.approx([0, 0, 0], abs=1e-9)


def test_counts_say_what_their_single_trials_say() -> None:
    row = np.repeat(np.arange(60), N.astype(int))
    single = np.concatenate([np.arange(n) < won for n, won in zip(N, WON, strict=True)]).astype(float)
    alone = fit_logit(X[row], np.ones(row.size), single)
    assert alone.coefficients == pytest.approx(fit_logit(X, N, WON).coefficients, abs=1e-10)


def test_a_batch_gives_what_each_data_set_gives_alone() -> None:
    n = np.stack([np.where(np.arange(60) % 5 == part, 0.0, N) for part in range(5)])
    won = np.where(n > 0, WON, 0.0)
    together = fit_logit(X, n, won)
    for part in range(5):
        assert together.coefficients[part] == pytest.approx(fit_logit(X, n[part], won[part]).coefficients)


def test_a_start_changes_nothing_but_the_way() -> None:
    far = fit_logit(X, N, WON, start=np.array([2.0, -2.0, 1.0]))
    assert far.coefficients == pytest.approx(fit_logit(X, N, WON).coefficients)


def test_an_arm_in_which_all_was_kept_gets_the_ridge_and_a_chance_near_one() -> None:
    x = np.array([[1.0, 0.0], [1.0, 1.0]])
    fit = fit_logit(x, np.array([50.0, 50.0]), np.array([30.0, 50.0]))
    assert fit.is_shrunk
    assert expit(x @ fit.coefficients) == pytest.approx([0.6, 1.0], abs=1e-3)


def test_in_a_batch_only_the_separated_data_set_is_shrunk() -> None:
    x = np.array([[1.0, 0.0], [1.0, 1.0]])
    fit = fit_logit(x, np.full((2, 2), 50.0), np.array([[30.0, 50.0], [30.0, 40.0]]))
    assert fit.is_shrunk.tolist() == [True, False]
    assert fit.coefficients[1] == pytest.approx([math.log(1.5), math.log(4) - math.log(1.5)])


def test_columns_that_say_the_same_share_one_effect() -> None:
    fit = fit_logit(np.column_stack([X, X[:, 1]]), N, WON)
    assert fit.is_shrunk
    shares = expit(np.column_stack([X, X[:, 1]]) @ fit.coefficients)
    assert shares == pytest.approx(expit(X @ fit_logit(X, N, WON).coefficients), abs=1e-4)


def test_everything_kept_is_no_crash() -> None:
    fit = fit_logit(np.ones((1, 1)), np.array([20.0]), np.array([20.0]))
    assert math.isfinite(fit.coefficients[0])
    assert fit.is_shrunk


@pytest.mark.parametrize(
    ("n", "won"), [(np.zeros(60), np.zeros(60)), (np.ones(59), np.ones(59)), (np.ones(60), np.ones((2, 60)))]
)
def test_no_trials_or_shapes_that_do_not_fit_are_refused(n: np.ndarray, won: np.ndarray) -> None:
    with pytest.raises(ValueError, match="logit"):
        fit_logit(X, n, won)
