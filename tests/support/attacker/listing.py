"""Statements about secret states: how many of some counted units are in some states, within whole numbers.

What belongs here: the statement, and a list that keeps each number's tightest range.
What does not: which published number says what (`statements`), and solving (`system`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from attacker.public import Bools, Ints

# What may have become of a commitment: done by day 14, 28, 42, or none of these; by its own due date or not.
DROPPED = "dropped"
WHEN = ("by_14", "by_28", "by_42", "later")
COMMITMENT_STATES = (*(f"{when}{due}" for when in WHEN for due in ("", "_due")), DROPPED)
ANSWER_STATES = ("1", "2", "3", "4", "5")
KEPT_14 = frozenset({"by_14", "by_14_due"})
KEPT_28 = KEPT_14 | {"by_28", "by_28_due"}
KEPT_42 = KEPT_28 | {"by_42", "by_42_due"}
KEPT_DUE = frozenset(state for state in COMMITMENT_STATES if state.endswith("_due"))
TOP_TWO = frozenset({"4", "5"})

States = frozenset[str]


class ContradictionError(ValueError):
    """Published numbers that can't all be true of what colleagues know: the attacker's reading is wrong."""


@dataclass(frozen=True, slots=True)
class Term:
    """`weight` times the number of units of a selection that are in one of the states."""

    selection: int
    states: States
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """The sum of the terms lies between `low` and `high`, both included; `source` says which number says so."""

    terms: tuple[Term, ...]
    low: int
    high: int
    source: str


@dataclass(slots=True)
class Listing:
    """Statements about the units of one measure; `n` is the number of units of each block."""

    n: Ints
    selections: list[Bools] = field(default_factory=list)
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _ranges: dict[tuple[Term, ...], tuple[int, int, str]] = field(default_factory=dict)

    def selection(self, blocks: Bools) -> int:
        """The number of this selection of blocks; equal selections have one number."""
        key = np.packbits(blocks).tobytes()
        if key not in self._numbers:
            self._numbers[key] = len(self.selections)
            self.selections.append(blocks)
        return self._numbers[key]

    def size(self, selection: int) -> int:
        """How many units a selection has."""
        return int(self.n[self.selections[selection]].sum())

    def range_of(self, selection: int, states: States) -> tuple[int, int]:
        """What is stated so far about the number of units of a selection in these states."""
        low, high, _ = self._ranges.get((Term(selection, states),), (0, self.size(selection), ""))
        return low, high

    def add(self, terms: tuple[Term, ...], low: int, high: int, source: str) -> None:
        """State a range; what was stated before of the same terms still holds.

        Raises:
            ContradictionError: nothing is left between the ends.
        """
        if len(terms) == 1 and terms[0].weight == 1:
            low, high = max(low, 0), min(high, self.size(terms[0].selection))
        old_low, old_high, old_source = self._ranges.get(terms, (low, high, source))
        if max(low, old_low) > min(high, old_high):
            raise ContradictionError(f"{source} leaves nothing between {low} and {high}; before: {old_source}")
        self._ranges[terms] = (max(low, old_low), min(high, old_high), source)

    def add_count(self, selection: int, states: States, low: int, high: int, source: str) -> None:
        """State how many units of a selection are in these states."""
        self.add((Term(selection, states),), low, high, source)

    def counts(self) -> Iterator[tuple[int, States, int, int]]:
        """Selection, states, low and high of all that is stated of single counts."""
        for terms, (low, high, _) in self._ranges.items():
            if len(terms) == 1 and terms[0].weight == 1:
                yield terms[0].selection, terms[0].states, low, high

    def statements(self) -> Iterator[Statement]:
        """The statements that say something."""
        for terms, (low, high, source) in self._ranges.items():
            is_count = len(terms) == 1 and terms[0].weight == 1
            if not (is_count and low == 0 and high == self.size(terms[0].selection)):
                yield Statement(terms, low, high, source)


def counted_in(statement: Statement, listing: Listing, states: Mapping[str, Ints]) -> int:
    """What a statement's sum is in a world given as the number of units of each block in each state."""
    total = 0
    for term in statement.terms:
        chosen = listing.selections[term.selection]
        total += term.weight * sum(int(states[state][chosen].sum()) for state in term.states)
    return total
