"""How rows of derived tables become what estimators count by."""

from __future__ import annotations

import polars as pl

from models.estimates.inputs import cells_of, codes_of

ROWS = pl.DataFrame(
    {
        "cluster_id": [4, 4, 9],
        "group_id": ["h", "g", "k"],
        "person_id": ["q", "p", "r"],
        "arm": [1, 0, 1],
        "n_done": [3, 2, 1],
        "n_not_done": [0, 1, 0],
        "n_withdrawn": [0, 0, 2],
        "n_unknown": [1, 0, 0],
        "n_kept": [2, 2, 1],
    }
)
NUMBERS = {"group_number": pl.Series([20, 10, 30]), "person_number": pl.Series([200, 100, 300])}


def as_lists(frame: pl.DataFrame) -> list[list[int]]:
    return [codes.tolist() for codes in codes_of(frame)]


def test_ids_are_coded_in_their_order_and_clusters_keep_their_numbers() -> None:
    assert as_lists(ROWS) == [[4, 4, 9], [1, 0, 2], [1, 0, 2]]


def test_numbers_that_a_table_carries_are_taken_as_they_are() -> None:
    assert as_lists(ROWS.with_columns(**NUMBERS)) == [[4, 4, 9], [20, 10, 30], [200, 100, 300]]


def test_where_there_are_numbers_no_id_is_needed() -> None:
    cells = cells_of(ROWS.with_columns(**NUMBERS).drop("group_id", "person_id"))
    assert cells.person.tolist() == [200, 100, 300]
    assert (cells.n_done.tolist(), cells.n_kept.tolist()) == ([3, 2, 1], [2, 2, 1])
    assert cells.n_known.tolist() == [3, 3, 3]


def test_without_rows_there_are_no_codes() -> None:
    assert as_lists(ROWS.clear()) == [[], [], []]
