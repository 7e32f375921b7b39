from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import ClusterMoments
from models.effects.result import Interval
from models.effects.wild_bootstrap import WEBB_POINTS, WildBootstrap, fewest_clusters

WHOLE = Interval(-1.0, 1.0)
ANY = np.random.default_rng(0)


def drawn_rows(n_clusters: int, seed: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Clusters of 5 to 12 rows; y ~ 1 + arm + z, kept or not."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(n_clusters), rng.integers(5, 13, n_clusters))
    arm, z = rng.integers(0, 2, cluster.size), rng.normal(size=cluster.size)
    chance = np.clip(0.5 + 0.1 * arm + 0.1 * z + 0.1 * rng.normal(size=n_clusters)[cluster], 0, 1)
    kept = (rng.random(cluster.size) < chance).astype(float)
    return np.column_stack([np.ones(cluster.size), arm, z]), kept, cluster


def t_squared(x: FloatArray, y: FloatArray, cluster: IntArray, null: float) -> float:
    """Square of (b_1 - null) over the plain sandwich error, by the textbook on rows."""
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residual = y - x @ beta
    scores = np.array([x[cluster == g].T @ residual[cluster == g] for g in np.unique(cluster)])
    return float((beta[1] - null) ** 2 / (inverse @ scores.T @ scores @ inverse)[1, 1])


def p_value_on_rows(x: FloatArray, y: FloatArray, cluster: IntArray, null: float) -> float:
    """The restricted bootstrap row by row, over every vector of signs."""
    others = x[:, [0, 2]]
    shifted = y - null * x[:, 1]
    fitted = others @ np.linalg.lstsq(others, shifted, rcond=None)[0] + null * x[:, 1]
    observed = t_squared(x, y, cluster, null)
    draws = [
        t_squared(x, fitted + np.array(signs)[cluster] * (y - fitted), cluster, null)
        for signs in itertools.product((1, -1), repeat=int(cluster.max()) + 1)
    ]
    return float(np.mean(np.array(draws) >= observed * (1 - 1e-9)))


@pytest.mark.parametrize("null", [0.0, 0.2, -0.35])
def test_p_values_from_sums_per_cluster_are_those_of_resampled_rows(null: float) -> None:
    x, y, cluster = drawn_rows(7, seed=3)
    bootstrap = WildBootstrap.of(ClusterMoments.from_rows(x, y, cluster), 1, ANY)
    assert bootstrap.p_value(null) == pytest.approx(p_value_on_rows(x, y, cluster, null))


def test_with_six_point_weights_the_p_value_is_that_of_rows_resampled_with_the_same_weights() -> None:
    x, y, cluster = drawn_rows(14, seed=8)
    bootstrap = WildBootstrap.of(ClusterMoments.from_rows(x, y, cluster), 1, np.random.default_rng(5), 99)
    weights = WEBB_POINTS[np.random.default_rng(5).integers(0, 6, (99, 14))]
    others = x[:, [0, 2]]
    fitted = others @ np.linalg.lstsq(others, y, rcond=None)[0]
    draws = [t_squared(x, fitted + row[cluster] * (y - fitted), cluster, 0.0) for row in weights]
    n_extreme = int((np.array(draws) >= t_squared(x, y, cluster, 0.0)).sum())
    assert bootstrap.p_value(0.0) == pytest.approx((n_extreme + 1) / 100)


def test_the_estimate_itself_is_never_rejected() -> None:
    bootstrap = WildBootstrap.of(ClusterMoments.from_rows(*drawn_rows(9, seed=1)), 1, ANY)
    assert bootstrap.p_value(bootstrap.estimate) == 1.0


def test_the_interval_ends_where_the_p_value_falls_to_5_percent() -> None:
    bootstrap = WildBootstrap.of(ClusterMoments.from_rows(*drawn_rows(10, seed=2)), 1, ANY)
    interval = bootstrap.interval(0.95, WHOLE)
    assert interval.contains(bootstrap.estimate)
    for end, outwards in ((interval.low, -1e-6), (interval.high, 1e-6)):
        assert bootstrap.p_value(end) > 0.05
        assert bootstrap.p_value(end + outwards) <= 0.05


def test_up_to_twelve_clusters_the_random_source_is_not_used() -> None:
    moments = ClusterMoments.from_rows(*drawn_rows(12, seed=4))
    one, other = (WildBootstrap.of(moments, 1, np.random.default_rng(seed)) for seed in (1, 2))
    assert one.is_enumerated
    assert one.p_value(0.1) == other.p_value(0.1)


@pytest.mark.parametrize(("n_clusters", "is_enumerated"), [(11, True), (12, True), (13, False)])
def test_every_vector_of_signs_is_written_out_for_twelve_clusters_and_no_more(
    n_clusters: int, is_enumerated: bool
) -> None:
    moments = ClusterMoments.from_rows(*drawn_rows(n_clusters, seed=4))
    assert WildBootstrap.of(moments, 1, np.random.default_rng(1)).is_enumerated is is_enumerated


def test_beyond_twelve_clusters_the_same_seed_gives_the_same_interval_and_another_nearly_the_same() -> None:
    moments = ClusterMoments.from_rows(*drawn_rows(30, seed=5))
    one, again, other = (
        WildBootstrap.of(moments, 1, np.random.default_rng(seed)).interval(0.95, WHOLE) for seed in (1, 1, 2)
    )
    assert (one.low, one.high) == (again.low, again.high)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.02)


def test_webbs_six_points_have_mean_zero_and_variance_one() -> None:
    assert WEBB_POINTS.size == 6
    assert WEBB_POINTS.mean() == pytest.approx(0.0)
    assert (WEBB_POINTS**2).mean() == pytest.approx(1.0)


def test_summing_over_clusters_in_blocks_leaves_the_p_value_about_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = ClusterMoments.from_rows(*drawn_rows(40, seed=6))
    whole = WildBootstrap.of(moments, 1, np.random.default_rng(1), 499).p_value(0.05)
    monkeypatch.setattr("models.effects.wild_bootstrap._LARGEST_BLOCK", 499 * 7)
    parts = WildBootstrap.of(moments, 1, np.random.default_rng(1), 499).p_value(0.05)
    assert parts == pytest.approx(whole, abs=0.06)


@pytest.mark.parametrize(("level", "fewest"), [(0.90, 5), (0.95, 6), (0.99, 8)])
def test_so_few_clusters_can_reject_at_all(level: float, fewest: int) -> None:
    assert fewest_clusters(level) == fewest
    assert 2 ** (1 - fewest) <= 1 - level < 2 ** (2 - fewest)


def test_columns_that_depend_on_each_other_are_refused() -> None:
    x, y, cluster = drawn_rows(8, seed=7)
    moments = ClusterMoments.from_rows(np.column_stack([x, x[:, 1]]), y, cluster)
    with pytest.raises(ValueError, match="depend on each other"):
        WildBootstrap.of(moments, 1, ANY)
