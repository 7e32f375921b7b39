from __future__ import annotations

import numpy as np
import pytest

from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import (
    ClusterMoments,
    cr1s_covariance,
    cr2,
    cr2_arrays,
    cr2_covariance,
    two_way,
)


def by_rows(x: FloatArray, y: FloatArray, cluster: IntArray, contrast: FloatArray) -> tuple[FloatArray, float]:
    """CR2 covariance and Bell-McCaffrey df from rows, with an explicit (I - H_ss)^(-1/2) for every cluster."""
    bread = np.linalg.inv(x.T @ x)
    residual_maker = np.eye(y.size) - x @ bread @ x.T
    residual = residual_maker @ y
    meat = np.zeros_like(bread)
    columns = []
    for label in np.unique(cluster):
        rows = cluster == label
        values, vectors = np.linalg.eigh(residual_maker[np.ix_(rows, rows)])
        root = (vectors * np.where(values > 1e-9, np.abs(values) ** -0.5, 0.0)) @ vectors.T
        adjusted = root @ x[rows]
        meat += np.outer(adjusted.T @ residual[rows], adjusted.T @ residual[rows])
        columns.append(residual_maker[:, rows] @ adjusted @ bread @ contrast)
    gram = np.array(columns) @ np.array(columns).T
    return bread @ meat @ bread, np.trace(gram) ** 2 / (gram**2).sum()


def small_data(seed: int, *, with_dummies: bool = False) -> tuple[FloatArray, FloatArray, IntArray]:
    rng = np.random.default_rng(seed)
    cluster = np.sort(rng.integers(0, 6, size=40))
    x = np.column_stack([np.ones(40), rng.integers(0, 2, size=40), rng.normal(size=40)])
    if with_dummies:
        x = np.column_stack([x, cluster == cluster.max()])
    return x, x @ np.arange(x.shape[1]) + rng.normal(size=6)[cluster] + rng.normal(size=40), cluster


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("with_dummies", [False, True], ids=["regular", "a cluster with its own dummy"])
def test_cr2_from_moments_equals_the_definition_on_rows(seed: int, with_dummies: bool) -> None:
    x, y, cluster = small_data(seed, with_dummies=with_dummies)
    moments = ClusterMoments.from_rows(x, y, cluster)
    for contrast in np.eye(x.shape[1])[:3]:
        covariance, df = by_rows(x, y, cluster, contrast)
        fit = cr2(moments, contrast)
        assert fit.variance == pytest.approx(contrast @ covariance @ contrast, rel=1e-9)
        assert fit.df == pytest.approx(df, rel=1e-9)
    np.testing.assert_allclose(cr2_covariance(moments), covariance, rtol=1e-8, atol=1e-14)


def test_the_coefficients_and_residual_variance_are_those_of_least_squares() -> None:
    x, y, cluster = small_data(3)
    moments = ClusterMoments.from_rows(x, y, cluster)
    beta, rest, _, _ = np.linalg.lstsq(x, y)
    np.testing.assert_allclose(moments.coefficients, beta)
    assert moments.residual_variance == pytest.approx(rest[0] / (40 - 3))


def test_a_batch_gives_what_each_data_set_gives_alone() -> None:
    parts = []
    for seed in (7, 8, 9):
        rng = np.random.default_rng(seed)
        x = np.column_stack([np.ones(24), rng.normal(size=24)])
        parts.append(ClusterMoments.from_rows(x, rng.normal(size=24), np.repeat(np.arange(6), 4)))
    gram, cross = np.stack([p.gram for p in parts]), np.stack([p.cross for p in parts])
    estimate, variance, df = cr2_arrays(gram, cross, np.array([0.0, 1.0]))
    for position, part in enumerate(parts):
        alone = cr2(part, (0, 1))
        assert (estimate[position], variance[position], df[position]) == pytest.approx(
            (alone.estimate, alone.variance, alone.df)
        )


def test_the_mean_of_one_number_per_cluster_has_the_textbook_variance_and_df() -> None:
    # 1, 2, 3, 6: mean 3, s^2 = (4 + 1 + 0 + 9) / 3, variance s^2 / 4, df 4 - 1.
    fit = cr2(ClusterMoments.from_rows(np.ones((4, 1)), [1, 2, 3, 6], np.arange(4)), (1,))
    assert (fit.estimate, fit.variance, fit.df) == pytest.approx((3.0, 14 / 3 / 4, 3.0))


def test_a_single_cluster_leaves_no_degree_of_freedom() -> None:
    fit = cr2(ClusterMoments.from_rows(np.ones((4, 1)), [1, 2, 3, 6], np.zeros(4, int)), (1,))
    assert fit.df == 0.0


def test_stata_variance_of_singletons_is_the_sandwich_times_its_two_factors() -> None:
    # Mean of 1, 2, 3, 6: sum of squared residuals 14, over 4^2, times 4/3 and (4-1)/(4-1).
    moments = ClusterMoments.from_rows(np.ones((4, 1)), [1, 2, 3, 6], np.arange(4))
    assert cr1s_covariance(moments)[0, 0] == pytest.approx(14 / 16 * 4 / 3)


@pytest.mark.parametrize(
    "column", [np.zeros(6), np.ones(6), np.full(6, 1e9)], ids=["zero", "copy", "scaled copy"]
)
def test_columns_that_depend_on_each_other_are_refused(column: FloatArray) -> None:
    moments = ClusterMoments.from_rows(np.column_stack([np.ones(6), column]), np.arange(6), np.arange(6))
    with pytest.raises(ValueError, match="linear model"):
        cr2(moments, (0, 1))


def test_moments_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="moments"):
        ClusterMoments(np.zeros((2, 2, 2)), np.zeros((3, 2)), np.zeros(3), np.zeros(3))


@pytest.mark.parametrize(("n_people", "n_groups"), [(12, 8), (4, 9)], ids=["fewer groups", "fewer people"])
def test_two_way_variance_adds_both_ways_and_takes_off_what_they_share(n_people: int, n_groups: int) -> None:
    rng = np.random.default_rng(5)
    person, group = np.repeat(np.arange(n_people), 48 // n_people), np.arange(48) % n_groups
    x = np.column_stack([np.ones(48), rng.integers(0, 2, 48)])
    y = rng.normal(size=n_people)[person] + rng.normal(size=n_groups)[group] + rng.normal(size=48)
    moments = [ClusterMoments.from_rows(x, y, code) for code in (person, group, person * n_groups + group)]
    one_way = [cr2(part, (0, 1)) for part in moments]
    fit = two_way(*moments, (0, 1))
    added = one_way[0].variance + one_way[1].variance - one_way[2].variance
    assert fit.variance == pytest.approx(max(added, one_way[0].variance, one_way[1].variance))
    assert fit.df == min(one_way[0].df, one_way[1].df)


def test_two_way_variance_is_never_below_either_one_way_variance() -> None:
    # Persons cancel within each group, so that group sums vary less than the pairs do.
    y = [1, -1, 2, -2, 3, -3, 1, -1]
    person, group = np.arange(8), np.repeat(np.arange(4), 2)
    moments = [ClusterMoments.from_rows(np.ones((8, 1)), y, code) for code in (person, group, person)]
    assert two_way(*moments, (1,)).variance == pytest.approx(cr2(moments[0], (1,)).variance)


@pytest.mark.parametrize("n_clusters", range(2, 30))
def test_the_df_of_the_mean_of_equal_clusters_is_exactly_one_less_than_their_number(n_clusters: int) -> None:
    rows = np.arange(3 * n_clusters)
    fit = cr2(ClusterMoments.from_rows(np.ones((rows.size, 1)), rows % 5, rows // 3), (1,))
    assert fit.df == n_clusters - 1
