from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.cells import COUNT_COLUMNS, KEY_COLUMNS, CommitmentCells
from models.effects.clusters import sums_by_code

Draw = Callable[[Sequence[Sequence[int]]], CommitmentCells]


def as_rows(cells: CommitmentCells) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(cells, name).tolist() for name in KEY_COLUMNS + COUNT_COLUMNS), strict=True))


@st.composite
def some_cells(draw: st.DrawFn) -> CommitmentCells:
    """Cells of persons 0 to 5; person p is of group and cluster p // 2, so that any two sets may be merged."""
    keys = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), unique=True, max_size=8))
    rows = []
    for person, arm in keys:
        done, not_done, withdrawn, unknown = draw(st.tuples(*[st.integers(0, 4)] * 4))
        kept = draw(st.integers(0, done))
        rows.append((person // 2, person // 2, person, arm, done, not_done, withdrawn, unknown, kept))
    return CommitmentCells(*np.array(rows, dtype=np.int64).reshape(-1, 9).T)


def test_the_denominator_is_done_not_done_and_withdrawn_without_unknown(draw_cells: Draw) -> None:
    cells = draw_cells([(0, 0, 0, 1, 4, 2, 1, 9, 3)])
    assert cells.n_known.tolist() == [4 + 2 + 1]


def test_leaving_out_the_withdrawn_changes_the_denominator_only(draw_cells: Draw) -> None:
    cells = draw_cells([(0, 0, 0, 1, 4, 2, 1, 9, 3)]).without_withdrawn()
    assert (cells.n_known.tolist(), cells.n_kept.tolist()) == ([4 + 2], [3])


def test_counted_cells_are_those_of_known_outcome_and_cannot_be_changed_either(draw_cells: Draw) -> None:
    counted = draw_cells([(0, 0, 0, 1, 0, 0, 0, 9, 0), (1, 2, 3, 0, 0, 0, 1, 2, 0)]).counted()
    assert as_rows(counted) == [(1, 2, 3, 0, 0, 0, 1, 2, 0)]
    with pytest.raises(ValueError, match="read-only"):
        counted.n_done[0] = 7


def test_switchers_are_people_with_known_outcomes_in_both_arms(draw_cells: Draw) -> None:
    cells = draw_cells(
        [
            (0, 0, 0, 0, 1, 0, 0, 0, 1),
            (0, 0, 0, 1, 1, 0, 0, 0, 1),
            (0, 0, 1, 0, 1, 0, 0, 0, 1),
            (0, 0, 1, 1, 0, 0, 0, 2, 0),
        ]
    )
    assert cells.n_switchers == 1


def test_cells_of_one_key_add_up_and_others_stand_beside(draw_cells: Draw) -> None:
    early = draw_cells([(0, 0, 0, 1, 2, 1, 0, 0, 2), (0, 0, 0, 0, 1, 0, 0, 0, 0)])
    late = draw_cells([(0, 0, 0, 1, 3, 0, 1, 1, 1)])
    assert as_rows(early.merge(late)) == [(0, 0, 0, 0, 1, 0, 0, 0, 0), (0, 0, 0, 1, 5, 1, 1, 1, 3)]


@given(some_cells(), some_cells(), some_cells())
def test_merging_does_not_depend_on_order_or_grouping(
    a: CommitmentCells, b: CommitmentCells, c: CommitmentCells
) -> None:
    assert as_rows(a.merge(b).merge(c)) == as_rows(c.merge(a.merge(b))) == as_rows(b.merge(c).merge(a))


@given(some_cells())
def test_sums_by_arm_are_those_of_the_table_of_arms(cells: CommitmentCells) -> None:
    for codes in (cells.cluster, cells.person):
        assert cells.arm_sums(codes).tolist() == sums_by_code(codes, cells.arm_table()).tolist()


@given(some_cells())
def test_merging_with_nothing_keeps_the_cells(cells: CommitmentCells) -> None:
    assert sorted(as_rows(cells)) == as_rows(cells.merge(CommitmentCells.empty()))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((0, 0, 0, 2, 1, 0, 0, 0, 1), "arm is 0"),
        ((0, 0, 0, 1, 1, 0, 0, 0, 2), "more commitments kept than done"),
        ((0, 0, 0, 1, 1, -1, 0, 0, 1), "n_not_done: needs values of at least 0"),
    ],
)
def test_impossible_cells_are_refused_by_rule(draw_cells: Draw, row: tuple[int, ...], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        draw_cells([row])


def test_a_cell_that_occurs_twice_is_refused(draw_cells: Draw) -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        draw_cells([(0, 0, 0, 1, 1, 0, 0, 0, 1)] * 2)


def test_columns_of_different_length_are_refused() -> None:
    one, two = np.zeros(1, int), np.zeros(2, int)
    with pytest.raises(ValueError, match="same length"):
        CommitmentCells(one, one, one, one, two, one, one, one, one)


def test_counts_that_are_not_whole_are_refused() -> None:
    one = np.zeros(1, int)
    with pytest.raises(ValueError, match="n_done: needs a one-dimensional array of whole numbers"):
        CommitmentCells(one, one, one, one, np.array([0.5]), one, one, one, one)


def test_the_cells_cannot_be_changed(draw_cells: Draw) -> None:
    cells = draw_cells([(0, 0, 0, 1, 1, 0, 0, 0, 1)])
    with pytest.raises(ValueError, match="read-only"):
        cells.n_done[0] = 7
