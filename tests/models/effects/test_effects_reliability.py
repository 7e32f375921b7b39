"""Alpha and omega of three items: by algebra, by brute force, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.clusters import Membership
from models.effects.reliability import alpha_of, cronbach_alpha, mcdonald_omega, omega_of
from models.effects.result import Thresholds

FREE = Thresholds.none()


def people_of(n: int, n_clusters: int) -> Membership:
    people = np.arange(n)
    return Membership(people % n_clusters, people % n_clusters, people)


def three_items(n: int = 60, seed: int = 4) -> FloatArray:
    """Items of 1 to 3 that have one thing in common."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=n)[:, None] + 0.7 * rng.normal(size=(n, 3))
    return 1.0 + (latent > 0) + (latent > 1)


def covariance_of(loadings: tuple[float, ...], errors: tuple[float, ...]) -> FloatArray:
    return np.outer(loadings, loadings) + np.diag(errors)


def test_alpha_of_parallel_items_is_the_spearman_brown_reliability() -> None:
    # Variances 1, covariances r: alpha = 3 r / (1 + 2 r).
    covariance = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    assert alpha_of(covariance) == pytest.approx(3 * 0.4 / (1 + 2 * 0.4))


def test_alpha_is_a_third_more_than_the_share_of_the_sum_that_items_share() -> None:
    # Own variances 2 + 2 + 2, total 6 + 2 (1 + .5 + .25): alpha = 1.5 (1 - 6 / 9.5).
    covariance = np.array([[2, 1, 0.5], [1, 2, 0.25], [0.5, 0.25, 2]])
    assert alpha_of(covariance) == pytest.approx(1.5 * (1 - 6 / 9.5))


def test_omega_finds_the_loadings_that_made_the_covariances() -> None:
    covariance = covariance_of((0.5, 0.6, 0.9), (0.4, 0.3, 0.2))
    assert omega_of(covariance) == pytest.approx(2.0**2 / (2.0**2 + 0.9))


def test_omega_is_alpha_where_loadings_are_equal_and_above_it_where_they_are_not() -> None:
    equal, unequal = covariance_of((0.7,) * 3, (0.4, 0.5, 0.6)), covariance_of((0.3, 0.6, 0.9), (0.4,) * 3)
    assert omega_of(equal) == pytest.approx(float(alpha_of(equal)))
    assert omega_of(unequal) > alpha_of(unequal)


@pytest.mark.parametrize("covariance", [-0.1, 0.0])
def test_omega_does_not_exist_where_two_items_do_not_go_together(covariance: float) -> None:
    matrix = np.array([[1, 0.4, covariance], [0.4, 1, 0.3], [covariance, 0.3, 1]])
    assert math.isnan(omega_of(matrix))
    assert math.isfinite(alpha_of(matrix))


def test_omega_does_not_exist_where_a_loading_would_exceed_its_items_variance() -> None:
    # l_1^2 = .8 x .8 / .4 = 1.6, more than the variance of 1.
    assert math.isnan(omega_of(np.array([[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]])))


def test_both_follow_from_the_sample_covariances() -> None:
    items = three_items()
    covariance = np.cov(items.T)
    assert cronbach_alpha(people_of(60, 20), items, FREE).estimate == pytest.approx(float(alpha_of(covariance)))
    assert mcdonald_omega(people_of(60, 20), items, FREE).estimate == pytest.approx(float(omega_of(covariance)))


def test_the_interval_leaves_out_one_cluster_at_a_time() -> None:
    items, people = three_items(), people_of(60, 12)
    rest = [math.log(1 - float(alpha_of(np.cov(items[people.cluster != c].T)))) for c in range(12)]
    centre = math.log(1 - float(alpha_of(np.cov(items.T))))
    se = math.sqrt(11 / 12 * math.fsum((value - centre) ** 2 for value in rest))
    half = stats.t.ppf(0.975, 11) * se
    result = cronbach_alpha(people, items, FREE)
    assert result.ci is not None
    assert (result.ci.low, result.ci.high) == pytest.approx(
        (1 - math.exp(centre + half), 1 - math.exp(centre - half))
    )
    assert (result.se, result.df) == pytest.approx((math.exp(centre) * se, 11))


@pytest.mark.parametrize(("n", "status", "reasons"), [(49, "early", ("indicative_only",)), (50, "ok", ())])
def test_a_reliability_of_fewer_than_fifty_people_is_indicative_only(
    n: int, status: str, reasons: tuple[str, ...]
) -> None:
    result = cronbach_alpha(people_of(n, 10), three_items()[:n], Thresholds())
    assert (result.status, result.reasons, result.n_persons) == (status, reasons, n)


@pytest.mark.parametrize(
    ("n", "n_clusters", "reasons"), [(9, 9, ("too_few_persons",)), (12, 3, ("too_few_clusters",))]
)
def test_too_few_people_or_clusters_have_no_reliability(
    n: int, n_clusters: int, reasons: tuple[str, ...]
) -> None:
    result = mcdonald_omega(people_of(n, n_clusters), three_items()[:n], Thresholds())
    assert (result.status, result.reasons) == ("refused", reasons)


def test_nobody_at_all_has_no_reliability() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    result = cronbach_alpha(Membership(nobody, nobody, nobody), np.zeros((0, 3)), Thresholds())
    assert result.reasons == ("too_few_persons", "too_few_clusters")


@pytest.mark.parametrize("items", [np.full((12, 3), 2.0), np.repeat(np.arange(12) % 3 + 1.0, 3).reshape(12, 3)])
def test_items_that_all_say_the_same_have_no_reliability(items: FloatArray) -> None:
    result = cronbach_alpha(people_of(12, 6), items, Thresholds())
    assert (result.status, result.reasons) == ("refused", ("items_do_not_differ",))


def test_items_that_go_against_each_other_have_no_omega_but_an_alpha() -> None:
    items = three_items()
    items[:, 2] = 4 - items[:, 2]
    assert mcdonald_omega(people_of(60, 20), items, Thresholds()).reasons == ("items_fit_no_one_factor",)
    assert cronbach_alpha(people_of(60, 20), items, Thresholds()).status == "ok"


def test_one_component_is_judged_by_its_group_spells() -> None:
    people = np.arange(60)
    one = Membership(np.zeros(60, dtype=np.int64), people % 12, people)
    result = cronbach_alpha(one, three_items(), Thresholds())
    assert (result.variance, result.n_clusters, result.df) == ("two_way", 1, 11)


@pytest.mark.parametrize("items", [np.ones((5, 3)), np.ones((6, 2)), np.full((6, 3), np.nan)])
def test_a_missing_item_or_row_is_refused(items: FloatArray) -> None:
    with pytest.raises(ValueError, match="one row per person with a score of each of the three items"):
        cronbach_alpha(people_of(6, 3), items, FREE)


@given(st.permutations(range(60)), st.permutations(range(12)))
def test_a_reliability_is_the_same_bits_whatever_people_and_clusters_are_called(
    people: list[int], clusters: list[int]
) -> None:
    items, there = three_items(), people_of(60, 12)
    renamed = np.array(clusters)[there.cluster]
    other = Membership(renamed[people], renamed[people], np.array(people))
    assert mcdonald_omega(other, items[people], FREE) == mcdonald_omega(there, items, FREE)


def test_the_interval_covers_the_true_alpha_in_about_95_percent_of_clustered_samples() -> None:
    # Items are person + group + error of variances .7, .3, 1: covariances 1, variances 2, alpha = 3 / 4.
    rng, covered, n = np.random.default_rng(11), 0, 400
    people = people_of(90, 30)
    for _ in range(n):
        common = math.sqrt(0.7) * rng.normal(size=90) + math.sqrt(0.3) * rng.normal(size=30)[people.cluster]
        ci = cronbach_alpha(people, common[:, None] + rng.normal(size=(90, 3)), FREE).ci
        covered += ci is not None and ci.contains(0.75)
    assert covered / n == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / n))
