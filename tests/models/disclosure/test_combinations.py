"""Whether tables of one release, added and subtracted, single out few people."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.disclosure.combinations import singles_out_few

FEWEST = 5
BY_TWO = ("department", "cohort")
Crossed = Mapping[Any, int]
"""So many people of each combination of categories, a tuple."""


def cells(crossed: Crossed, labels: tuple[str, ...] = BY_TWO) -> pl.DataFrame:
    rows = [
        (f"{'-'.join(categories)}-{number}", *categories)
        for categories, n_people in crossed.items()
        for number in range(n_people)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("person_id", *labels), pl.String), orient="row")


def is_told(crossed: Crossed, labels: tuple[str, ...] = BY_TWO) -> bool:
    return singles_out_few(cells(crossed, labels), labels, FEWEST)


@pytest.mark.parametrize(("n_left_out", "told"), [(2, True), (4, True), (5, False), (6, False)])
def test_a_cohort_that_is_a_department_but_for_a_few_tells_of_the_few(n_left_out: int, told: bool) -> None:
    # Department A is cohort 1 and a few of cohort 2; department B is in cohort 2 whole.
    assert is_told({("A", "1"): 20, ("A", "2"): n_left_out, ("B", "2"): 20}) is told


def test_transfers_between_parts_that_are_added_up_are_seen() -> None:
    # Departments A and B together are cohort 1 but for three people.
    crossed = {("A", "1"): 12, ("B", "1"): 12, ("A", "2"): 1, ("B", "2"): 2, ("C", "2"): 20, ("C", "3"): 20}
    assert is_told(crossed)
    assert not is_told({**crossed, ("A", "2"): 3, ("B", "2"): 3})


def test_large_cells_that_cross_tell_of_nobody() -> None:
    assert not is_told(dict.fromkeys(itertools.product("AB", "123"), 6))


def test_cells_of_two_people_are_safe_where_no_combination_parts_them_from_others() -> None:
    # Every row has ten people, and all that can be formed beside rows is row differences.
    assert not is_told(dict.fromkeys(itertools.product("ABCDE", "12345"), 2))


def test_somebody_in_several_cells_counts_once() -> None:
    # The difference of department A and cohort 1 is six rows of three people.
    moved = [(f"moved-{number % 3}", "A", f"{number // 3 + 2}") for number in range(6)]
    stayed = cells({("A", "1"): 20, ("B", "2"): 20, ("B", "3"): 20})
    crossed = pl.concat([stayed, pl.DataFrame(moved, schema=stayed.schema, orient="row")])
    assert singles_out_few(crossed, BY_TWO, FEWEST)
    six = pl.DataFrame(
        [(f"moved-{number}", *rest) for number, (_, *rest) in enumerate(moved)],
        schema=stayed.schema,
        orient="row",
    )
    assert not singles_out_few(pl.concat([stayed, six]), BY_TWO, FEWEST)


def test_one_table_singles_out_whoever_makes_up_a_small_row() -> None:
    assert is_told({("A",): 20, ("B",): 4}, ("department",))
    assert not is_told({("A",): 20, ("B",): 5}, ("department",))


def test_of_three_tables_two_may_be_safe_and_the_three_not() -> None:
    # Departments and cohorts cross in large cells; level 1 is department A and cohort 1 together, less the cell A2.
    crossed = {("A", "1", "x"): 10, ("A", "2", "x"): 10, ("B", "1", "y"): 10, ("B", "2", "y"): 10}
    labels = ("department", "cohort", "level")
    assert not is_told(crossed, labels)
    one_moved = {**crossed, ("A", "2", "y"): 2}
    assert not singles_out_few(cells(one_moved, labels).select("person_id", *BY_TWO), BY_TWO, FEWEST)
    assert is_told(one_moved, labels)


def test_nobody_is_nobodys_secret() -> None:
    assert not is_told({})


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from("123")), st.integers(1, 7), min_size=1)
)
def test_what_it_finds_in_two_small_tables_is_what_trying_every_combination_finds(crossed: Crossed) -> None:
    assert is_told(crossed) == (fewest_of_any_combination(crossed) < FEWEST)


def fewest_of_any_combination(crossed: Crossed) -> int:
    """People behind the smallest combination of rows: each is what is left when all but one direction cancel."""
    keys, sizes = list(crossed), list(crossed.values())
    rows = np.array(
        [
            [float(key[place] == name) for key in keys]
            for place in (0, 1)
            for name in sorted({key[place] for key in keys})
        ]
    )
    rank = int(np.linalg.matrix_rank(rows))
    found = sum(sizes)
    for cancelled in itertools.combinations(range(len(keys)), rank - 1):
        for weights in nullspace(rows[:, list(cancelled)].T):
            left = np.flatnonzero(np.abs(weights @ rows) > 1e-7)
            found = min(found, sum(sizes[cell] for cell in left)) if left.size else found
    return found


def nullspace(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[np.ndarray]:
    _, size, right = np.linalg.svd(matrix)
    return list(right[int((size > 1e-9).sum()) :])
