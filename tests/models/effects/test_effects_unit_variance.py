from __future__ import annotations

import numpy as np
import pytest
from patterned import made

from models.effects import unit_variance
from models.effects.adjusted import GComputation, Influence, OutcomeModel, PropensityModel, WeightedDifference
from models.effects.arrays import FloatArray, IntArray
from models.effects.clusters import Membership
from models.effects.covariates import design_cells
from models.effects.unit_variance import PatternRows, spread, unit_spread


class ShareKept:
    """The plain share: what a variance of it is can be written down."""

    def estimates(self, n: FloatArray, y: FloatArray) -> FloatArray:
        return np.asarray(y.sum(axis=1) / n.sum(axis=1))

    def influence(self, n: FloatArray, y: FloatArray) -> Influence:
        total, share = n.sum(), y.sum() / n.sum()
        return Influence(share, np.full(n.size, -share / total), np.full(n.size, 1 / total))


N, KEPT, UNIT = np.array([3.0, 2.0, 5.0, 4.0]), np.array([1.0, 2.0, 3.0, 1.0]), np.array([0, 0, 1, 2])


def rows(unit: IntArray = UNIT) -> PatternRows:
    return PatternRows(np.array([0, 1, 0, 1]), N, KEPT, Membership(unit, unit, np.arange(4)))


def test_the_jackknife_leaves_out_one_unit_at_a_time() -> None:
    # 7 of 14; without unit 0: 4 of 9, without 1: 4 of 9, without 2: 6 of 10.
    deviations = [4 / 9 - 0.5, 4 / 9 - 0.5, 0.6 - 0.5]
    found = unit_spread(ShareKept(), rows(), 2, UNIT)
    assert found.variance == pytest.approx(2 / 3 * sum(d**2 for d in deviations))
    assert (found.estimate, found.df, found.n_units) == (0.5, 2, 3)


def test_with_many_units_influence_is_summed_over_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_variance, "MOST_JACKKNIFE_UNITS", 2)
    # Sums of (y - n / 2) / 14 per unit: .5, .5 and -1 over 14.
    expected = 3 / 2 * (0.5**2 + 0.5**2 + 1) / 14**2
    assert unit_spread(ShareKept(), rows(), 2, UNIT).variance == pytest.approx(expected)


def test_a_jackknife_in_batches_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = unit_spread(ShareKept(), rows(), 2, UNIT)
    monkeypatch.setattr(unit_variance, "_BATCH_WORK", 2)
    assert unit_spread(ShareKept(), rows(), 2, UNIT) == whole


def test_one_unit_has_no_degree_of_freedom() -> None:
    found = unit_spread(ShareKept(), rows(np.zeros(4, dtype=np.int64)), 2, np.zeros(4, dtype=np.int64))
    assert (found.df, found.n_units, found.variance) == (0, 1, np.inf)


def test_two_way_takes_the_larger_variance_and_the_smaller_df() -> None:
    by_group = unit_spread(ShareKept(), rows(), 2, UNIT)
    by_person = unit_spread(ShareKept(), rows(), 2, np.arange(4))
    both = spread(ShareKept(), rows(), 2, "two_way")
    assert both.variance == max(by_group.variance, by_person.variance)
    assert by_group.variance != by_person.variance
    assert both.df == min(by_group.df, by_person.df) == 2


def test_leaving_a_cluster_out_fits_every_model_anew() -> None:
    found = made(np.random.default_rng(3), 10).patterns
    cells = design_cells(found)
    way = WeightedDifference(PropensityModel(cells.x, cells.arm), "inverse")
    left_out = []
    for cluster in range(10):
        keep = found.membership.cluster != cluster
        levels = found.levels[found.pattern[keep], 0].astype(float)
        x = np.column_stack([np.ones(levels.size), levels])
        alone = WeightedDifference(PropensityModel(x, found.arm[keep].astype(float)), "inverse")
        n, y = found.n[keep].astype(float), found.kept[keep].astype(float)
        left_out.append(float(alone.estimates(n[None], y[None])[0]))
    whole = float(way.estimates(cells.n[None], cells.kept[None])[0])
    expected = 9 / 10 * sum((value - whole) ** 2 for value in left_out)
    assert spread(way, cells.rows, cells.size, "cluster").variance == pytest.approx(expected)


def test_jackknife_and_influence_agree_where_there_are_many_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(np.random.default_rng(8), 150).patterns
    cells = design_cells(found)
    way = GComputation(OutcomeModel(cells.observed, np.ones((cells.size, 1)), cells.arm))
    jackknife = spread(way, cells.rows, cells.size, "cluster").se
    monkeypatch.setattr(unit_variance, "MOST_JACKKNIFE_WORK", 0)
    assert spread(way, cells.rows, cells.size, "cluster").se == pytest.approx(jackknife, rel=0.02)
