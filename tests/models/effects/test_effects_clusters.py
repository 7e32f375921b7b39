from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.clusters import (
    Membership,
    connected_components,
    distinct_rows,
    largest_share,
    sums_by_code,
)

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


def test_people_who_share_a_group_directly_or_through_others_are_one_component() -> None:
    # 0-1 and 1-4 hang together; 2-3 do; 5 is alone. Numbered by first appearance.
    assert connected_components(6, [(1, 0), (4, 1), (3, 2)]).tolist() == [0, 0, 1, 1, 0, 2]


def test_without_edges_everybody_is_alone() -> None:
    assert connected_components(3, []).tolist() == [0, 1, 2]
    assert connected_components(0, []).tolist() == []


@pytest.mark.parametrize("edges", [[(0, 3)], [(0, -1)], [(0, 1, 2)], [(0.0, 1.0)]])
def test_an_edge_that_is_no_pair_of_known_nodes_is_refused(edges: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="edges"):
        connected_components(3, np.array(edges))


@given(EDGES, st.randoms(use_true_random=False))
def test_labels_do_not_depend_on_the_order_of_edges_or_of_their_ends(
    edges: list[tuple[int, int]], random
) -> None:
    turned = [edge[::-1] if random.random() < 0.5 else edge for edge in edges]
    random.shuffle(turned)
    assert connected_components(8, edges).tolist() == connected_components(8, turned).tolist()


@given(EDGES)
def test_two_nodes_share_a_label_exactly_when_a_path_joins_them(edges: list[tuple[int, int]]) -> None:
    reach = np.eye(8, dtype=bool)
    for a, b in edges:
        reach[a, b] = reach[b, a] = True
    for _ in range(8):
        reach = reach @ reach
    labels = connected_components(8, edges)
    assert np.array_equal(labels[:, None] == labels[None, :], reach)


def test_a_person_in_two_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="a person lies in two clusters"):
        Membership(np.array([0, 1]), np.array([0, 1]), np.array([5, 5]))


def test_a_group_in_two_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="a group lies in two clusters"):
        Membership(np.array([0, 1]), np.array([3, 3]), np.array([5, 6]))


def test_pairs_of_group_and_person_are_told_apart() -> None:
    membership = Membership(np.zeros(4, int), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    assert np.unique(membership.group_and_person).size == 4


def test_sums_by_code_add_up_and_come_ordered_by_value() -> None:
    table = np.array([[5.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    assert sums_by_code(np.array([7, 3, 3]), table).tolist() == [[3.0, 2.0], [5.0, 1.0]]


@given(st.permutations(range(6)))
def test_sums_of_fractions_are_the_same_bits_in_any_order_of_rows(order: list[int]) -> None:
    table = np.array([0.1, 0.2, 0.3, 0.7, 1e9 / 3, -0.6])[:, None]
    codes = np.array([0, 0, 0, 1, 0, 1])
    assert sums_by_code(codes, table).tolist() == sums_by_code(codes[order], table[order]).tolist()


def test_largest_share_is_that_of_the_heaviest_code() -> None:
    # Code 2 holds 6 of 10.
    assert largest_share(np.array([1, 2, 2]), np.array([4.0, 5.0, 1.0])) == pytest.approx(0.6)
    assert largest_share(np.array([], dtype=np.int64), np.array([])) == 0.0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_distinct_rows_come_in_order_and_rebuild_all_rows(rows: list[tuple[int, int]]) -> None:
    keys = np.array(rows, dtype=np.int64).reshape(-1, 2)
    distinct, position = distinct_rows(keys)
    assert [tuple(row) for row in distinct.tolist()] == sorted(set(rows))
    assert np.array_equal(distinct[position], keys)
