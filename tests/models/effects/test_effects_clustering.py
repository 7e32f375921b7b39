from __future__ import annotations

import numpy as np
import pytest

from models.effects.clustering import fit_contrast, two_arm_moments, unit_codes, variance_kind
from models.effects.clusters import Membership
from models.effects.result import Thresholds

MEMBERSHIP = Membership(np.array([0, 0, 1, 2]), np.array([0, 1, 2, 3]), np.array([0, 1, 2, 3]))


@pytest.mark.parametrize(
    ("weights", "kind"),
    [
        ([20, 19, 31, 30], "cluster"),
        ([20, 20, 30, 30], "cluster"),
        ([20, 21, 30, 29], "two_way"),
        ([4, 4, 1, 1], "two_way"),
    ],
    ids=["39 %", "40 %", "41 %", "80 %"],
)
def test_the_variance_is_two_way_only_above_the_share(weights: list[int], kind: str) -> None:
    assert variance_kind(MEMBERSHIP, np.array(weights, dtype=float), Thresholds().two_way_share) == kind


def test_group_spells_take_the_place_of_clusters_when_two_way() -> None:
    assert unit_codes(MEMBERSHIP, "cluster").tolist() == [0, 0, 1, 2]
    assert unit_codes(MEMBERSHIP, "two_way").tolist() == [0, 1, 2, 3]


def test_two_arm_moments_are_the_cross_products_of_intercept_and_arm() -> None:
    # One cluster: without 3 of 5 kept, with 4 of 6.
    moments = two_arm_moments(np.array([[5.0, 3.0, 6.0, 4.0]]))
    assert moments.gram.tolist() == [[[11, 6], [6, 6]]]
    assert (moments.cross.tolist(), moments.yy.tolist(), moments.n.tolist()) == ([[7, 4]], [7], [11])


def test_a_fit_says_which_clustering_it_used() -> None:
    table = np.array([[2, 1, 2, 2], [2, 2, 2, 1], [2, 0, 2, 1], [2, 1, 2, 2.0]])
    for kind in ("cluster", "two_way"):
        assert fit_contrast(table, MEMBERSHIP, kind, two_arm_moments, (0, 1)).variance == kind
