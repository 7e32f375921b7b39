"""Differences of two rates, read as the pairs of counts that can have given them, week after week.

What belongs here: the pairs each published difference allows, and what neighbouring weeks leave of them: counts
since the start can't grow by more than was added or shrink by more than was taken away.
What does not: rates published by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from attacker.listing import ContradictionError, Listing, States
from attacker.public import Bools, Ints

EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class Difference:
    """A published difference: the share in `states` of one selection less that of another, rounded.

    `half_step` is half of what it is rounded to, where that is not what all rates are rounded to.
    """

    week: int
    with_: int
    without: int
    states: States
    value: float
    source: str
    half_step: float | None = None


def state_pairs(listing: Listing, differences: Sequence[Difference], half_step: float) -> None:
    """State for each difference of one line how large both of its counts can be.

    Where several pairs of counts remain, their ranges are stated and which goes with which is not.

    Raises:
        ContradictionError: no pair is left.
    """
    ordered = sorted(differences, key=lambda item: item.week)
    known = _known(listing)
    pairs = [_pairs(listing, item, known, half_step) for item in ordered]
    steps = list(pairwise(range(len(ordered))))
    for old, new in steps:
        follows = _follows(listing, ordered[old], ordered[new], pairs[old], pairs[new])
        pairs[new] = pairs[new][follows.any(axis=0)]
    for old, new in reversed(steps):
        follows = _follows(listing, ordered[old], ordered[new], pairs[old], pairs[new])
        pairs[old] = pairs[old][follows.any(axis=1)]
    for item, left in zip(ordered, pairs, strict=True):
        for column, selection in enumerate((item.with_, item.without)):
            counts = left[:, column]
            listing.add_count(selection, item.states, int(counts.min()), int(counts.max()), item.source)


def _pairs(listing: Listing, item: Difference, known: _Known, half_step: float) -> Ints:
    """All pairs (kept with, kept without) that give the difference, given what is stated of each."""
    n1, n0 = listing.size(item.with_), listing.size(item.without)
    low1, high1 = known.bounds(listing, item.with_, item.states)
    low0, high0 = known.bounds(listing, item.without, item.states)
    k1 = np.arange(low1, high1 + 1)[:, None]
    k0 = np.arange(low0, high0 + 1)[None, :]
    fits = np.abs(k1 / n1 - k0 / n0 - item.value) <= (item.half_step or half_step) + EPSILON
    if not fits.any():
        raise ContradictionError(f"{item.source}: no counts give a difference of {item.value}")
    at1, at0 = np.nonzero(fits)
    return np.stack([at1 + low1, at0 + low0], axis=1)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stated of single counts so far; `units` is selections x blocks, in units."""

    states: tuple[States, ...]
    units: Ints
    low: Ints
    high: Ints

    def bounds(self, listing: Listing, selection: int, states: States) -> tuple[int, int]:
        """What other counts say about this one: states and units are nested in one another."""
        low, high = listing.range_of(selection, states)
        common = self.units @ listing.selections[selection]
        wider = np.array([other >= states for other in self.states], dtype=np.bool_)
        narrower = np.array([other <= states for other in self.states], dtype=np.bool_)
        most = (self.high + listing.size(selection) - common)[wider]
        least = (self.low - (self.units.sum(axis=1) - common))[narrower]
        return max([low, *least.tolist()]), min([high, *most.tolist()])


def _known(listing: Listing) -> _Known:
    counts = list(listing.counts())
    units = [listing.selections[selection] * listing.n for selection, *_ in counts]
    return _Known(
        tuple(states for _, states, _, _ in counts),
        np.array(units, dtype=np.int64).reshape(len(counts), len(listing.n)),
        np.array([low for *_, low, _ in counts], dtype=np.int64),
        np.array([high for *_, high in counts], dtype=np.int64),
    )


def _follows(listing: Listing, before: Difference, after: Difference, older: Ints, newer: Ints) -> Bools:
    """Which pairs of the later week (columns) each pair of the earlier week (rows) can have become."""
    fits = np.ones((len(older), len(newer)), dtype=np.bool_)
    for column, (old, new) in enumerate(((before.with_, after.with_), (before.without, after.without))):
        was, is_ = listing.selections[old], listing.selections[new]
        grown = newer[None, :, column] - older[:, None, column]
        fits &= (grown <= _units(listing, is_ & ~was)) & (-grown <= _units(listing, was & ~is_))
    if not fits.any():
        raise ContradictionError(f"{after.source} does not follow from {before.source}")
    return fits


def _units(listing: Listing, blocks: Bools) -> int:
    return int(listing.n[blocks].sum())
