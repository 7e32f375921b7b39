"""Counts of commitments per person and arm: all that rates and differences need.

What belongs here: the cells, their checks, and how cells of several files or weeks add up.
What does not: how commitments are counted (SQL) and what is estimated from the counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.clusters import Membership, distinct_rows, ordered_by_value
from models.effects.dense import close_codes, distinct_codes

KEY_COLUMNS = ("cluster", "group", "person", "arm")
COUNT_COLUMNS = ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")
_WITHOUT, _WITH = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class CommitmentCells:
    """Mature commitments counted by cluster, group spell, person and arm; all arrays of shape (n,).

    Attributes:
        cluster: Code of the cluster (connected component).
        group: Code of the group spell.
        person: Code of the person.
        arm: 1 with an appointment recorded at check-out, 0 without.
        n_done: Commitments done, whenever.
        n_not_done: Commitments not done.
        n_withdrawn: Commitments withdrawn; they count as not kept.
        n_unknown: Commitments whose outcome nobody recorded; in the bounds only.
        n_kept: Commitments kept under the rule being computed; at most `n_done`.

    Raises:
        ValueError: When lengths differ, an arm is neither 0 nor 1, more are kept than done, a cell occurs
            twice, or a person or group spell lies in two clusters.
    """

    cluster: IntArray
    group: IntArray
    person: IntArray
    arm: IntArray
    n_done: IntArray
    n_not_done: IntArray
    n_withdrawn: IntArray
    n_unknown: IntArray
    n_kept: IntArray

    def __post_init__(self) -> None:
        for name in KEY_COLUMNS + COUNT_COLUMNS:
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        if len({getattr(self, name).size for name in KEY_COLUMNS + COUNT_COLUMNS}) != 1:
            raise ValueError("cells: every column needs the same length")
        if self.arm.size and self.arm.max() > _WITH:
            raise ValueError("cells: arm is 0 (without an appointment) or 1 (with one)")
        if np.any(self.n_kept > self.n_done):
            raise ValueError("cells: more commitments kept than done; count n_kept among the done ones")
        Membership(self.cluster, self.group, self.person)
        if self._has_doubles():
            raise ValueError("cells: a cluster, group, person and arm occurs twice; add the cells with merge")

    @classmethod
    def empty(cls) -> CommitmentCells:
        """Return cells of no commitments, the neutral element of `merge`."""
        none = np.zeros(0, dtype=np.int64)
        return cls(*(none for _ in KEY_COLUMNS + COUNT_COLUMNS))

    @property
    def membership(self) -> Membership:
        """Cluster, group spell and person of each cell."""
        return Membership(self.cluster, self.group, self.person)

    @property
    def n_known(self) -> IntArray:
        """Commitments with a known outcome (done, not done, withdrawn), shape (n,): the denominator."""
        known: IntArray = self.n_done + self.n_not_done + self.n_withdrawn
        return known

    @property
    def n_switchers(self) -> int:
        """People with counted commitments in both arms."""
        people, person = distinct_codes(self.person)
        has = np.zeros((2, people.size), dtype=bool)
        counted = self.n_known > 0
        has[self.arm[counted], person[counted]] = True
        return int(np.count_nonzero(has[_WITHOUT] & has[_WITH]))

    def merge(self, other: CommitmentCells) -> CommitmentCells:
        """Add two sets of cells with the same codes; cells of the same key add up.

        The sums are whole numbers and the rows come sorted by key, so the order of merging never matters.
        """
        keys = np.concatenate([self._columns(KEY_COLUMNS), other._columns(KEY_COLUMNS)])
        counts = np.concatenate([self._columns(COUNT_COLUMNS), other._columns(COUNT_COLUMNS)])
        distinct, position = distinct_rows(keys)
        sums = np.zeros((distinct.shape[0], len(COUNT_COLUMNS)), dtype=np.int64)
        np.add.at(sums, position, counts)
        return CommitmentCells(*distinct.T, *sums.T)

    def of_arm(self, arm: int) -> CommitmentCells:
        """Return the cells of one arm (0 or 1)."""
        return self._rows(self.arm == arm)

    def without_withdrawn(self) -> CommitmentCells:
        """Return the cells with withdrawn commitments left out, for the sensitivity line."""
        return replace(self, n_withdrawn=np.zeros_like(self.n_withdrawn))

    def counted(self) -> CommitmentCells:
        """Return the cells with at least one commitment of known outcome."""
        return self._rows(self.n_known > 0)

    def arm_table(self) -> FloatArray:
        """Return counts per cell, shape (n, 4): without (known, kept), then with (known, kept)."""
        columns, n_known = np.empty((4, self.arm.size)), self.n_known
        for arm in (_WITHOUT, _WITH):
            is_own = self.arm == arm
            np.multiply(n_known, is_own, out=columns[2 * arm])
            np.multiply(self.n_kept, is_own, out=columns[2 * arm + 1])
        return columns.T

    def arm_sums(self, codes: IntArray) -> FloatArray:
        """Return what `sums_by_code` makes of `arm_table` and each cell's code, shape (S, 4), without the table."""
        units, position = distinct_codes(codes)
        place = 2 * position + self.arm
        known, kept = (
            np.bincount(place, weights=n, minlength=2 * units.size).reshape(-1, 2)
            for n in (self.n_known, self.n_kept)
        )
        return ordered_by_value(np.stack([known, kept], axis=2).reshape(-1, 4).astype(np.float64, copy=False))

    def _has_doubles(self) -> bool:
        """Whether a key occurs twice; a group spell lies in one cluster, so that the cluster adds nothing to it."""
        person = close_codes(self.person)
        keys = close_codes(self.group) * (person.max(initial=0) + 1)
        keys += person
        keys *= 2
        keys += self.arm
        keys.sort()
        return bool(np.any(keys[1:] == keys[:-1]))

    def _rows(self, keep: NDArray[np.bool_]) -> CommitmentCells:
        """Some of the rows; what was checked of all of them holds of some, and checking takes a second per million."""
        if keep.all():
            return self
        chosen, some = np.flatnonzero(keep), object.__new__(CommitmentCells)
        for name in KEY_COLUMNS + COUNT_COLUMNS:
            column = getattr(self, name)[chosen]
            column.setflags(write=False)
            object.__setattr__(some, name, column)
        return some

    def _columns(self, names: tuple[str, ...]) -> IntArray:
        return np.column_stack([getattr(self, name) for name in names])
