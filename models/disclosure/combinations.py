"""Whether adding and subtracting the rows of several tables would single out few people.

What belongs here: the linear algebra of published rows.
What does not: which rows there are (`slices`).

One table's rows never single out anybody: each stands for enough people. Two tables can: where a cohort is all of a
department but two people, the department minus the cohort is these two. Whatever a reader can form is a combination of
rows; a combination in which nearly everybody cancels out tells of those who are left.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

_ZERO = 1e-9


def singles_out_few(cells: pl.DataFrame, labels: tuple[str, ...], fewest: int) -> bool:
    """Whether a combination of row sums depends on fewer than `fewest` people.

    The rows are the categories of each label; people with the same categories can't be told apart by any
    combination. Elimination with the largest such sets first leaves the combinations that depend on the smallest sets
    only. It is a search, not a proof: each combination found is checked, not each there is.

    Args:
        cells: One row per person and combination of categories: `person_id` and the label columns.
        labels: Names of the label columns; empty categories are not allowed.
        fewest: People a combination must at least depend on.
    """
    atoms = (
        cells.group_by(labels)
        .agg(pl.col("person_id").unique())
        .with_columns(pl.col("person_id").list.len().alias("n_people"))
        .sort("n_people", *labels, descending=[True, *(False for _ in labels)])
    )
    if atoms.is_empty():
        return False
    rows = np.vstack([_indicators(atoms[label]) for label in labels])
    people = [frozenset(members) for members in atoms["person_id"].to_list()]
    return any(
        len(frozenset().union(*(people[atom] for atom in np.flatnonzero(np.abs(row) > _ZERO)))) < fewest
        for row in _eliminated(rows)
    )


def _indicators(labels: pl.Series) -> NDArray[np.float64]:
    """One row per category, shape (categories, atoms)."""
    values = labels.to_numpy()
    found: NDArray[np.float64] = (np.unique(values)[:, None] == values[None, :]).astype(np.float64)
    return found


def _eliminated(rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The nonzero rows of the reduced echelon form, columns in the order given."""
    matrix, rank = rows.copy(), 0
    for column in range(matrix.shape[1]):
        if rank == matrix.shape[0]:
            break
        pivot = rank + int(np.argmax(np.abs(matrix[rank:, column])))
        if abs(matrix[pivot, column]) <= _ZERO:
            continue
        matrix[[rank, pivot]] = matrix[[pivot, rank]]
        matrix[rank] /= matrix[rank, column]
        others = np.arange(matrix.shape[0]) != rank
        matrix[others] -= np.outer(matrix[others, column], matrix[rank])
        rank += 1
    return list(matrix[:rank])
