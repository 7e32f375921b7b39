"""Codes that lie close together, handled without sorting.

What belongs here: the distinct codes of many rows and each row's place among them, in time that grows with the rows.
What does not: sums (`clusters.sums_by_code`) and rows of several columns (`clusters.distinct_rows`).
"""

from __future__ import annotations

import numpy as np

from models.effects.arrays import IntArray

_ROOM = 4


def distinct_codes(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct codes in order, shape (d,), and each row's position among them, shape (n,).

    The same as `np.unique(codes, return_inverse=True)`. Codes up to a few times the number of rows are marked in a
    list instead of sorted, which is many times faster for millions of rows.

    Args:
        codes: Whole numbers >= 0, shape (n,).
    """
    largest = int(codes.max(initial=0))
    if largest > _ROOM * codes.size + 1024:
        distinct, position = np.unique(codes, return_inverse=True)
        return distinct, position.ravel().astype(np.int64)
    is_there = np.zeros(largest + 1, dtype=bool)
    is_there[codes] = True
    place = np.cumsum(is_there) - 1
    return np.flatnonzero(is_there).astype(np.int64), place[codes].astype(np.int64)


def n_distinct(codes: IntArray) -> int:
    """Return how many distinct codes there are."""
    return int(distinct_codes(codes)[0].size)
