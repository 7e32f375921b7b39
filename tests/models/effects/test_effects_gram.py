from __future__ import annotations

import numpy as np
import pytest

from models.effects.dense import distinct_codes, n_distinct
from models.effects.gram import independent_columns, solve_gram, weighted_gram

RNG = np.random.default_rng(7)
X = RNG.normal(size=(40, 3))


@pytest.mark.parametrize("n_sets", [1, 4])
def test_a_weighted_gram_is_the_sum_over_rows_of_weight_times_products(n_sets: int) -> None:
    weights = RNG.random((n_sets, 40))
    expected = [sum(w * np.outer(x, x) for w, x in zip(own, X, strict=True)) for own in weights]
    assert weighted_gram(X, weights) == pytest.approx(np.array(expected))


def test_many_blocks_of_rows_add_up() -> None:
    x = np.ones((200_000, 1))
    assert weighted_gram(x, np.ones((1, 200_000))).item() == 200_000
    assert weighted_gram(x, np.ones((2, 200_000))).ravel().tolist() == [200_000, 200_000]


def test_a_system_is_solved_and_one_short_of_rank_is_marked() -> None:
    full, short = np.diag([2.0, 4.0]), np.ones((2, 2))
    found, is_full = solve_gram(np.stack([full, short]), np.array([[2.0, 4.0], [1.0, 1.0]]))
    assert found.tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert is_full.tolist() == [True, False]


def test_columns_of_very_different_size_are_still_of_full_rank() -> None:
    x = X * [1.0, 1e3, 1e-3]
    found, is_full = solve_gram(weighted_gram(x, np.ones((1, 40))), (x.T @ x @ np.ones(3))[None])
    assert is_full.all()
    assert found[0] == pytest.approx([1, 1, 1])


def test_a_column_that_is_a_sum_of_earlier_ones_or_zero_is_left_out() -> None:
    x = np.column_stack([X[:, 0], np.zeros(40), X[:, 1], X[:, 0] + X[:, 1], X[:, 2]])
    assert independent_columns(x.T @ x).tolist() == [0, 2, 4]


@pytest.mark.parametrize("codes", [[], [3, 1, 3, 0], [10**12, 5, 10**12]])
def test_distinct_codes_are_those_of_sorting(codes: list[int]) -> None:
    array = np.array(codes, dtype=np.int64)
    expected, position = np.unique(array, return_inverse=True)
    found = distinct_codes(array)
    assert found[0].tolist() == expected.tolist()
    assert found[1].tolist() == position.ravel().tolist()
    assert n_distinct(array) == expected.size
