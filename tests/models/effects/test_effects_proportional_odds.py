from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import chi2

from models.effects.clusters import Membership
from models.effects.proportional_odds import (
    ProportionalOdds,
    answer_scores,
    clustered_contrast,
    clustered_score_test,
    fit_proportional_odds,
    score_test,
)

COUNTS = np.array([[5, 4, 6, 3], [3, 4, 5, 6], [2, 2, 7, 7], [1, 3, 4, 9]])
X = np.array([[1.0], [2.0], [3.0], [4.0]])


def fitted(counts: np.ndarray = COUNTS, x: np.ndarray = X) -> ProportionalOdds:
    fit = fit_proportional_odds(counts, x)
    assert fit is not None
    return fit


def log_likelihood(parameters: np.ndarray, counts: np.ndarray = COUNTS) -> float:
    below = expit(parameters[None, :3] - X * parameters[3])
    return float((counts * np.log(np.diff(below, axis=1, prepend=0, append=1))).sum())


def slopes_of(function, at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    return np.array([(function(at + step * e) - function(at - step * e)) / (2 * step) for e in np.eye(at.size)])


def test_two_scores_give_the_log_odds_ratio_and_its_error() -> None:
    fit = fitted(np.array([[6, 4], [3, 9]]), np.array([[0.0], [1.0]]))
    assert fit.slopes[0] == pytest.approx(math.log((9 / 3) / (4 / 6)))
    assert fit.covariance[1, 1] == pytest.approx(1 / 6 + 1 / 4 + 1 / 3 + 1 / 9)


def test_at_the_estimate_the_likelihood_is_flat_and_bends_by_the_information() -> None:
    fit = fitted()
    assert log_likelihood(fit.parameters) == pytest.approx(fit.log_likelihood)
    assert slopes_of(log_likelihood, fit.parameters) == pytest.approx(np.zeros(4), abs=1e-6)
    bend = slopes_of(lambda at: slopes_of(log_likelihood, at, 1e-4), fit.parameters, 1e-4)
    assert -bend == pytest.approx(fit.information, rel=1e-4, abs=1e-5)


def test_the_scores_of_rows_are_derivatives_of_their_own_likelihood() -> None:
    fit = fitted()
    scores = answer_scores(fit, COUNTS, X)
    for row in range(4):
        alone = COUNTS * (np.arange(4) == row)[:, None]
        assert scores[row] == pytest.approx(
            slopes_of(lambda at, alone=alone: log_likelihood(at, alone), fit.parameters), abs=1e-6
        )


def test_rows_of_the_same_x_may_be_split() -> None:
    split = fitted(np.vstack([COUNTS - 1, np.ones_like(COUNTS)]), np.vstack([X, X]))
    assert split.parameters == pytest.approx(fitted().parameters)


def test_nothing_moves_where_every_session_has_the_same_answers() -> None:
    fit = fitted(np.tile([2, 3, 4, 1], (4, 1)), X)
    assert fit.slopes[0] == pytest.approx(0.0)
    assert expit(fit.thresholds) == pytest.approx([0.2, 0.5, 0.9])


def test_a_slope_that_runs_off_to_infinity_is_no_fit() -> None:
    assert fit_proportional_odds([[5, 0], [0, 5]], [[0.0], [1.0]]) is None


def test_a_score_nobody_gave_is_refused() -> None:
    with pytest.raises(ValueError, match="each given at least once; join scores"):
        fit_proportional_odds([[5, 0, 1], [2, 0, 5]], [[0.0], [1.0]])


def test_the_contrast_of_a_score_is_the_logit_of_a_higher_one() -> None:
    fit = fitted()
    above = expit(fit.contrast_above(3, (4,)) @ fit.parameters)
    assert above == pytest.approx(1 - expit(fit.thresholds[2] - 4 * fit.slopes[0]))


def people(n_groups: int, rng: np.random.Generator, *, slope: float = 0.2, sd: float = 0.8):
    """Three people per group, six sessions each, a level per group; one answer per row."""
    group = np.repeat(np.arange(n_groups), 18)
    session = np.tile(np.arange(1, 7), 3 * n_groups)
    latent = slope * session + sd * rng.standard_normal(n_groups)[group] + rng.logistic(size=group.size)
    score = np.searchsorted([-1.5, -0.3, 0.8, 2.0], latent)
    codes = Membership(group, group, np.arange(group.size) // 6)
    return np.eye(5)[score], session[:, None].astype(float), codes


def test_the_clustered_variance_is_the_sandwich_written_out() -> None:
    counts, x, codes = people(8, np.random.default_rng(1))
    fit = fitted(counts, x)
    scores = answer_scores(fit, counts, x)
    meat = sum(np.outer(u, u) for u in (scores[codes.cluster == g].sum(axis=0) for g in range(8)))
    sandwich = fit.covariance @ meat @ fit.covariance * 8 / 7
    contrast = np.array([0, 0, -1.0, 0, 3])
    line = clustered_contrast(fit, scores, codes, "cluster", contrast)
    assert (line.variance, line.df) == (pytest.approx(contrast @ sandwich @ contrast), 7)


def test_the_two_way_variance_is_never_below_either_one_way_variance() -> None:
    counts, x, codes = people(8, np.random.default_rng(2))
    fit = fitted(counts, x)
    scores, slope = answer_scores(fit, counts, x), np.eye(5)[4]
    both = clustered_contrast(fit, scores, codes, "two_way", slope)
    by_group = clustered_contrast(fit, scores, codes, "cluster", slope)
    alone = Membership(codes.person, codes.person, codes.person)
    by_person = clustered_contrast(fit, scores, alone, "cluster", slope)
    assert both.variance >= max(by_group.variance, by_person.variance) * (1 - 1e-12)
    assert both.df == min(by_group.df, by_person.df)


def test_clusters_alike_to_the_last_answer_get_the_variance_of_independent_answers() -> None:
    counts, x = np.vstack([COUNTS, COUNTS]), np.vstack([X, X])
    codes = Membership(*(np.repeat([0, 1], 4),) * 3)
    fit = fitted(counts, x)
    line = clustered_contrast(fit, answer_scores(fit, counts, x), codes, "cluster", np.eye(4)[3])
    assert line.variance == pytest.approx(fit.covariance[3, 3])


def test_the_score_test_of_independent_answers_keeps_its_level() -> None:
    rng = np.random.default_rng(3)
    tests = []
    for _ in range(400):
        counts, x, _ = people(12, rng, sd=0.0)
        tests.append(score_test(fitted(counts, x), counts, x))
    assert {test.df for test in tests} == {3}
    assert tests[0].p_value == pytest.approx(chi2.sf(tests[0].statistic, 3))
    assert np.mean([test.p_value < 0.05 for test in tests]) == pytest.approx(0.05, abs=0.035)


def test_the_clustered_test_keeps_its_level_where_answers_hang_together() -> None:
    rng = np.random.default_rng(4)
    p_values = []
    for _ in range(400):
        counts, x, codes = people(20, rng)
        test = clustered_score_test(fitted(counts, x), counts, x, codes.cluster)
        assert test is not None
        p_values.append(test.p_value)
    assert np.mean(np.array(p_values) < 0.05) < 0.08


def test_the_clustered_test_sees_a_cut_that_moves_the_other_way() -> None:
    rng = np.random.default_rng(5)
    counts, x, codes = people(60, rng, slope=0.0)
    wider = rng.random(counts.shape[0]) < (x[:, 0] - 1) / 8  # later answers move to both ends
    counts[wider] = np.eye(5)[np.where(rng.random(wider.sum()) < 0.5, 0, 4)]
    test = clustered_score_test(fitted(counts, x), counts, x, codes.cluster)
    assert test is not None
    assert test.p_value < 0.001


def test_with_no_more_clusters_than_slopes_there_is_no_clustered_test() -> None:
    counts, x, codes = people(3, np.random.default_rng(6))
    assert clustered_score_test(fitted(counts, x), counts, x, codes.cluster) is None
