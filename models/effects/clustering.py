"""Which clustering a variance uses: the connected components, or people and group spells at once.

What belongs here: the one rule that chooses, applied alike to every estimator.
What does not: the variance formulas (`cluster_robust`) and the models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import ClusterMoments, RobustFit, cr2, two_way
from models.effects.clusters import Membership, largest_share, sums_by_code
from models.effects.dense import n_distinct
from models.effects.result import VarianceKind


@dataclass(frozen=True, slots=True)
class ClusteredFit:
    """A fitted contrast and the clustering its variance used."""

    fit: RobustFit
    variance: VarianceKind


def variance_kind(membership: Membership, weights: FloatArray, two_way_share: float) -> VarianceKind:
    """Return `two_way` when the largest cluster holds more than that share of the weight, else `cluster`.

    One reshuffle of groups joins most people into one component, and a single cluster has no variance.
    """
    return kind_of_clusters(membership.cluster, weights, two_way_share)


def kind_of_clusters(cluster: IntArray, weights: FloatArray, two_way_share: float) -> VarianceKind:
    """Return what `variance_kind` does, from the clusters' codes and weights alone, both of shape (n,)."""
    return "two_way" if largest_share(cluster, weights) > two_way_share else "cluster"


def unit_codes(membership: Membership, kind: VarianceKind) -> IntArray:
    """Return the codes that are counted as clusters: components, or group spells when two-way, shape (n,)."""
    return membership.group if kind == "two_way" else membership.cluster


def n_units(membership: Membership, kind: VarianceKind) -> int:
    """Return how many clusters are counted: components, or group spells when two-way."""
    return n_distinct(unit_codes(membership, kind))


def fit_contrast(
    table: FloatArray,
    membership: Membership,
    kind: VarianceKind,
    to_moments: Callable[[FloatArray], ClusterMoments],
    contrast: ArrayLike,
) -> ClusteredFit:
    """Fit a linear contrast with the clustering asked for.

    Args:
        table: Sums per row, shape (n, q); they add up over the rows of a cluster.
        membership: Cluster, group spell and person of each row.
        kind: `cluster` or `two_way`.
        to_moments: Turns sums per cluster, shape (S, q), into moments of the model.
        contrast: Weights of the coefficients, shape (p,).
    """

    def moments(codes: IntArray) -> ClusterMoments:
        return to_moments(sums_by_code(codes, table))

    if kind == "cluster":
        return ClusteredFit(cr2(moments(membership.cluster), contrast), kind)
    person, group, both = (
        moments(c) for c in (membership.person, membership.group, membership.group_and_person)
    )
    return ClusteredFit(two_way(person, group, both, contrast), kind)


def mean_moments(sums: FloatArray) -> ClusterMoments:
    """Turn sums (n, sum of y, sum of y squared), shape (S, 3), into moments of y ~ 1."""
    n, total, squares = sums.T
    return ClusterMoments(n[:, None, None], total[:, None], squares, n)


def two_arm_moments(sums: FloatArray) -> ClusterMoments:
    """Turn counts (known, kept) without and with, shape (S, 4), into moments of kept ~ 1 + arm."""
    gram, cross = two_arm_arrays(sums)
    return ClusterMoments(gram, cross, cross[:, 0], gram[:, 0, 0])


def two_arm_arrays(sums: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return X'X and X'y of kept ~ 1 + arm from counts (known, kept) without and with, for a batch at once.

    Args:
        sums: Counts per cluster, shape (..., S, 4).

    Returns:
        Arrays of shape (..., S, 2, 2) and (..., S, 2).
    """
    n_without, kept_without, n_with, kept_with = np.moveaxis(sums, -1, 0)
    n = n_without + n_with
    gram = np.stack([np.stack([n, n_with], axis=-1), np.stack([n_with, n_with], axis=-1)], axis=-2)
    return gram, np.stack([kept_without + kept_with, kept_with], axis=-1)
