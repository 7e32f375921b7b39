"""Published sums, and whether another one could be subtracted from them to tell of a few people.

What belongs here: the sum behind a published number, person by person, and the rule that keeps it apart from every
sum published before.
What does not: which sums a table is made of (`contributions`), and what a table does when a sum is refused (`gate`).

A rate, a mean or a difference that is published with its size tells the sum it was made from, and two such sums tell
their difference. Colleagues know who took part and how often; what they must not learn is anybody's part of the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
SLACK = 2
"""A sum must lie this far from the least and the most it could be: at the end everybody's part is told."""
_MANY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """What each of P people adds to one published sum; arrays of shape (P,), zero for who adds nothing.

    Attributes:
        row: Name of the number published, for the ledger.
        outcome: What is summed. Sums of one outcome (kept within 28 days) can be subtracted; beside a sum of a related
            one (within 14 days) it matters only whose parts are in it.
        n: The most the person's part could be (commitments of known outcome; steps of a score); no secret.
        value: The person's part, 0 to `n`: the secret.
        least_tells: Whether a sum of zero would tell everybody's part.
        is_coarse: Whether it is published so coarsely that neither end is told.
        is_digest: Whether it is no sum but a code per person of all that other numbers were computed from; only who
            differs matters.
    """

    row: str
    outcome: str
    n: IntArray
    value: IntArray
    least_tells: bool = True
    is_coarse: bool = False
    is_digest: bool = False

    def minus(self, other: Sum) -> Sum:
        """What is left when another sum is taken away: a number any reader can form."""
        return Sum(
            f"{self.row} - {other.row}",
            self.outcome,
            self.n - other.n,
            self.value - other.value,
            is_coarse=True,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PastSums:
    """The sums published so far: `n` and `value` of shape (S, P), `outcome` of shape (S,)."""

    outcome: NDArray[np.str_]
    n: IntArray
    value: IntArray

    @classmethod
    def of(cls, sums: Sequence[Sum], n_people: int) -> PastSums:
        """Stack sums over the same P people."""
        shape = (len(sums), n_people)
        return cls(
            np.array([one.outcome for one in sums], dtype=np.str_),
            np.array([one.n for one in sums], dtype=np.int64).reshape(shape),
            np.array([one.value for one in sums], dtype=np.int64).reshape(shape),
        )

    def has(self, one: Sum) -> bool:
        """Whether the same sum was published before."""
        same = (self.n == one.n).all(axis=1) & (self.value == one.value).all(axis=1)
        return bool((same & (self.outcome == one.outcome)).any())

    def with_sums(self, sums: Sequence[Sum]) -> PastSums:
        """The same and more."""
        more = PastSums.of(sums, self.n.shape[1])
        return PastSums(
            np.concatenate([self.outcome, more.outcome]),
            np.vstack([self.n, more.n]),
            np.vstack([self.value, more.value]),
        )


def may_be_published(new: Sum, past: PastSums, fewest: int) -> bool:
    """Whether a sum differs from nothing, and from each sum published before, in nobody or in enough people.

    In enough: at least `fewest`, their parts not all alike (`SLACK` from either end of what is possible), and, where
    they are exactly `fewest`, with more than one open place left to the last when all the others are known.

    Args:
        new: The sum.
        past: Sums published before, over the same people in the same order.
        fewest: Distinct people in which two sums must differ, if they differ at all.
    """
    none = np.zeros((1, new.n.size), dtype=np.int64)
    nothing = PastSums(np.array([new.outcome], dtype=np.str_), none, none)
    alone = _is_apart(new, nothing, fewest, not new.is_coarse and new.least_tells, not new.is_coarse)
    return bool(alone.all() and _is_apart(new, past, fewest, new.least_tells, True).all())


def _is_apart(new: Sum, past: PastSums, fewest: int, least_tells: bool, most_tells: bool) -> BoolArray:
    """For each past sum, shape (S,), whether the new one is the same or far enough from it."""
    is_same_outcome = past.outcome == new.outcome
    differs = (past.n != new.n) | ((past.value != new.value) & is_same_outcome[:, None])
    n_people = differs.sum(axis=1)
    more = new.n - past.n
    change = new.value - past.value
    # Who added commitments can have added from none to all. Who was corrected moved as they did: colleagues may know of
    # the one row. Of another range of scores nobody knows whose answers lie between.
    low, high = (-new.n, new.n) if not new.least_tells else (np.minimum(change, 0), np.maximum(change, 0))
    least = np.where(differs, np.where(more == 0, low, np.minimum(more, 0)), 0).sum(axis=1)
    most = np.where(differs, np.where(more == 0, high, np.maximum(more, 0)), 0).sum(axis=1)
    moved = np.where(differs, change, 0).sum(axis=1)
    has_slack = np.ones(n_people.shape, dtype=np.bool_)
    if least_tells:
        has_slack &= moved - least >= SLACK
    if most_tells:
        has_slack &= most - moved >= SLACK
    room = np.where(differs, np.where(more == 0, new.n, np.abs(more)), _MANY)
    is_enough = (n_people > fewest) | ((n_people == fewest) & (room.min(axis=1, initial=_MANY) >= SLACK))
    if new.is_digest:
        return np.asarray((n_people == 0) | (n_people >= fewest))
    return np.asarray((n_people == 0) | (is_enough & (has_slack | ~is_same_outcome)))
