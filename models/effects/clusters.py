"""Who hangs together with whom: clusters of people, and sums over them.

What belongs here: connected components, the codes that say which cluster, group spell and person a row is of,
and sums by code.
What does not: outcomes, variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.dense import close_codes, distinct_codes


def connected_components(n_nodes: int, edges: ArrayLike) -> IntArray:
    """Return the component of each node, numbered by first appearance.

    The cluster of a person is the connected component of people who share a coaching group. Labels depend
    on the nodes' order only, never on the order of the edges or of their ends.

    Args:
        n_nodes: Number of nodes, coded 0 to n_nodes - 1.
        edges: Pairs of nodes, whole numbers, shape (m, 2); m may be 0.

    Returns:
        Labels 0, 1, ... of shape (n_nodes,); node 0 is of component 0.

    Raises:
        ValueError: When an edge is no pair of nodes in range.
    """
    pairs = np.asarray(edges).reshape(-1, 2) if np.size(edges) == 0 else np.asarray(edges)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"edges: needs shape (m, 2); got {pairs.shape}")
    flat = whole_numbers("edges", pairs.ravel())
    if flat.size and flat.max() >= n_nodes:
        raise ValueError(f"edges: names a node beyond the {n_nodes} there are; code the nodes again")
    roots = _roots(n_nodes, flat.reshape(-1, 2))
    _, first, inverse = np.unique(roots, return_index=True, return_inverse=True)
    order = np.empty(first.size, dtype=np.int64)
    order[np.argsort(first)] = np.arange(first.size)
    return order[inverse.ravel()]


def _roots(n_nodes: int, edges: IntArray) -> IntArray:
    """Union-find with path halving; the smaller root always wins."""
    parent = list(range(n_nodes))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in edges.tolist():
        a, b = root(left), root(right)
        parent[max(a, b)] = min(a, b)
    return np.array([root(node) for node in range(n_nodes)], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """Which cluster, group spell and person each row is of.

    Attributes:
        cluster: Code of the connected component, shape (n,).
        group: Code of the group spell, shape (n,); each lies in one cluster.
        person: Code of the person, shape (n,); each lies in one cluster.

    Raises:
        ValueError: When shapes differ, or a group spell or person lies in two clusters.
    """

    cluster: IntArray
    group: IntArray
    person: IntArray

    def __post_init__(self) -> None:
        for name in ("cluster", "group", "person"):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        if not self.cluster.shape == self.group.shape == self.person.shape:
            raise ValueError("membership: cluster, group and person need the same length")
        for name, codes in (("group", self.group), ("person", self.person)):
            if not _is_nested(codes, self.cluster):
                raise ValueError(f"membership: a {name} lies in two clusters; form the components again")

    @property
    def group_and_person(self) -> IntArray:
        """Code of the pair of group spell and person, shape (n,)."""
        pair: IntArray = self.group * (self.person.max(initial=0) + 1) + self.person
        return pair

    def rows(self, keep: NDArray[np.bool_]) -> Membership:
        """Return the membership of the rows kept, shape of `keep` (n,)."""
        return Membership(self.cluster[keep], self.group[keep], self.person[keep])


def _is_nested(inner: IntArray, outer: IntArray) -> bool:
    """Whether rows of the same inner code always have the same outer code."""
    place = close_codes(inner)
    some_outer = np.empty(int(place.max(initial=0)) + 1, dtype=np.int64)
    some_outer[place] = outer
    return bool(np.array_equal(some_outer[place], outer))


def distinct_rows(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct rows in order and, for each row, its position among them.

    Sorting columns is an order of magnitude faster here than `np.unique` along an axis.

    Args:
        keys: Codes, shape (n, k).

    Returns:
        Distinct rows, shape (d, k), and positions, shape (n,).
    """
    order = np.lexsort(keys.T[::-1])
    ordered = keys[order]
    is_new = np.ones(order.size, dtype=bool)
    is_new[1:] = np.any(ordered[1:] != ordered[:-1], axis=1)
    position = np.empty(order.size, dtype=np.int64)
    position[order] = np.cumsum(is_new) - 1
    return ordered[is_new], position


def sums_by_code(codes: IntArray, table: FloatArray) -> FloatArray:
    """Sum the rows of each code and order the sums by their own values.

    Ordering by value, not by code, makes every later sum run in the same order whatever the people and
    groups are called, so that results agree to the last bit after the pseudonyms change. Sums of whole
    numbers below 2**53 are exact.

    Args:
        codes: Code of each row, shape (n,).
        table: Numbers to sum, shape (n, q).

    Returns:
        One row per distinct code, shape (n_codes, q).
    """
    distinct, position = distinct_codes(codes)
    if not all(np.array_equal(column, np.rint(column)) for column in table.T):
        order = np.lexsort((*table.T[::-1], position))
        position, table = position[order], table[order]
    sums = np.empty((distinct.size, table.shape[1]))
    for column in range(table.shape[1]):
        sums[:, column] = np.bincount(position, weights=table[:, column], minlength=distinct.size)
    return ordered_by_value(sums)


def ordered_by_value(sums: FloatArray) -> FloatArray:
    """Return the rows, shape (d, q), in the order of their own values."""
    return sums[np.lexsort(sums.T[::-1])]


def largest_share(codes: IntArray, weights: FloatArray) -> float:
    """Return the share of all weight that the heaviest code holds; 0 without weight."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0
    _, position = distinct_codes(codes)
    return float(np.bincount(position, weights=weights).max()) / total
