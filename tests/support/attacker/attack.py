"""The attack: all releases and all that is known go in; what is too nearly known about a few people comes out.

What belongs here: the attack as a whole, for tests to call.
What does not: its steps (`statements`, `targets`, `openness`, `system`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import polars as pl

from attacker.listing import (
    ANSWER_STATES,
    COMMITMENT_STATES,
    KEPT_14,
    KEPT_28,
    KEPT_42,
    KEPT_DUE,
    TOP_TWO,
    ContradictionError,
    Listing,
    Statement,
    States,
    counted_in,
)
from attacker.openness import Search
from attacker.public import KEPT, USEFUL, Ints, Public, Spells, spells_of
from attacker.statements import Release, listing_of
from attacker.system import Within, system_of, world_of
from attacker.targets import Target, targets_of

STATES: Mapping[str, Sequence[str]] = {KEPT: COMMITMENT_STATES, USEFUL: ANSWER_STATES}
Depth = Literal["headline", "lines", "everything"]
PARTS_IN = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the attacker wants to know: which units of a measure, counted in a line, are in one of the states."""

    measure: str
    line: str
    states: States


OUTCOMES: Mapping[str, Outcome] = {
    "kept": Outcome(KEPT, "primary", KEPT_28),
    "useful": Outcome(USEFUL, "usefulness", TOP_TWO),
    "kept_14": Outcome(KEPT, "horizon_14", KEPT_14),
    "kept_42": Outcome(KEPT, "horizon_42", KEPT_42),
    "kept_due": Outcome(KEPT, "own_due_date", KEPT_DUE),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A target of which all releases together leave only these values open; `needed` were to stay open."""

    outcome: str
    kind: str
    label: str
    n_people: int
    n: int
    values: tuple[int, ...]
    needed: int
    block_ids: tuple[int, ...]


def violations(
    releases: Sequence[Release],
    public: Public,
    *,
    k: int = 5,
    outcomes: Sequence[str] = ("kept", "useful"),
    depth: Depth = "lines",
    weeks: Sequence[int] | None = None,
    witness: pl.DataFrame | None = None,
    limit: int = 1,
    decimals: int = 3,
    seed: int = 0,
) -> list[Violation]:
    """What the releases together tell too nearly about fewer than k people; empty where they tell nothing such.

    The targets are parts as they were in each of `weeks` (by default: eight of the published ones, the first and the
    last among them) and changes between neighbouring published weeks. All are judged by everything published up to
    the end: a later release never takes back what an earlier one told.

    Args:
        releases: published tables by name, oldest release first.
        public: what colleagues know.
        k: people from which on a set may be known.
        outcomes: what is attacked, of `OUTCOMES`.
        depth: numbers about the outcome itself only, or with each other line, or all at once (minutes, not seconds).
        weeks: weeks whose parts are targets.
        witness: the truth (`block_id`, `state`, `n`), where the caller has it. It only saves time: a world known
            to be feasible proves much open. It is checked against every statement first.
        limit: violations to find before the search ends.
        decimals: to which rates of the whole programme are rounded.
        seed: of the directions in which worlds are looked for; whether there is a violation does not depend on it.

    Raises:
        ContradictionError: the releases contradict each other, what is known, or the witness.
        UndecidedError: the solver ran out of time.
    """
    found: list[Violation] = []
    published = sorted({week for release in releases for week in _weeks_of(release, public)})
    parts_in = _some_of(published, PARTS_IN) if weeks is None else weeks
    rng = np.random.default_rng(seed)
    for name in outcomes:
        outcome = OUTCOMES[name]
        spells = spells_of(public, outcome.measure)
        listing = listing_of(releases, public, outcome.measure, decimals=decimals)
        targets = targets_of(spells, outcome.line, k, parts_in, steps=list(pairwise(published)))
        truth = None if witness is None else _checked(listing, spells, STATES[outcome.measure], witness)
        for told in _stages(listing, outcome, depth) if targets else ():
            system = system_of(listing, STATES[outcome.measure], outcome.states, told=told)
            search = Search(system, spells.n, targets)
            if truth is not None:
                search.add(world_of(system, truth))
            search.spread(rng)
            for target, values in search.too_closed(rng):
                found.append(_violation(name, target, values, spells))
                if len(found) >= limit:
                    return found
    return found


def feasible_values(
    releases: Sequence[Release],
    public: Public,
    block_ids: Collection[int],
    *,
    outcome: str = "kept",
    decimals: int = 3,
) -> list[int]:
    """Every number of these blocks' units in the outcome's states that the releases leave possible."""
    asked = OUTCOMES[outcome]
    spells = spells_of(public, asked.measure)
    listing = listing_of(releases, public, asked.measure, decimals=decimals)
    blocks = np.flatnonzero(np.isin(spells.block_ids, list(block_ids)))
    n = int(spells.n[blocks].sum())
    system = system_of(listing, STATES[asked.measure], asked.states)
    search = Search(system, spells.n, [Target("asked", "", blocks, 0, n, n + 1)])
    values = search.values(0, n + 1, np.random.default_rng(0))
    if not values:
        raise ContradictionError("no world fits all that is published")
    return values


def feasible_range(
    releases: Sequence[Release], public: Public, block_ids: Collection[int], *, outcome: str = "kept"
) -> tuple[int, int]:
    """The least and largest number of these blocks' units in the outcome's states that the releases leave possible."""
    values = feasible_values(releases, public, block_ids, outcome=outcome)
    return values[0], values[-1]


def told_by(
    releases: Sequence[Release],
    public: Public,
    block_ids: Collection[int],
    value: int,
    *,
    outcome: str = "kept",
) -> list[str]:
    """Published numbers none of which can be left out if `value` is to be impossible for these blocks.

    One such set, not the only one. Empty where the value is possible after all.
    """
    asked = OUTCOMES[outcome]
    spells = spells_of(public, asked.measure)
    listing = listing_of(releases, public, asked.measure)
    blocks = np.flatnonzero(np.isin(spells.block_ids, list(block_ids)))

    def is_possible(statements: Sequence[Statement]) -> bool:
        system = system_of(listing, STATES[asked.measure], asked.states, statements=statements)
        return system.world([], Within(system.aim(blocks, spells.n), value, value)) is not None

    left = [item for item in listing.statements() if all(term.states == asked.states for term in item.terms)]
    if is_possible(left):
        left = list(listing.statements())
    if is_possible(left):
        return []
    size = max(1, len(left) // 2)
    while size:
        at = 0
        while at < len(left):
            fewer = left[:at] + left[at + size :]
            if is_possible(fewer):
                at += size
            else:
                left = fewer
        size //= 2
    return [f"{item.source}: {item.low} to {item.high}" for item in left]


def _stages(listing: Listing, outcome: Outcome, depth: Depth) -> list[frozenset[States]]:
    """What is solved together.

    Numbers about another outcome tell something only where its states and this one's are nested or exclude each
    other; where every combination is possible, as with the own due date, nothing follows from one for the other.
    """
    own = outcome.states
    stages = [frozenset({own})]
    others = {term.states for item in listing.statements() for term in item.terms} - {own}
    if depth == "lines" and outcome.measure == KEPT:
        related = [other for other in others if other <= own or own <= other or not other & own]
        stages += [frozenset({own, other}) for other in sorted(related, key=sorted)]
    elif depth == "everything" and others:
        stages.append(frozenset({own, *others}))
    return stages


def _some_of(weeks: Sequence[int], n: int) -> list[int]:
    """At most so many weeks, spread evenly, the first and the last among them."""
    at = np.unique(np.linspace(0, len(weeks) - 1, min(len(weeks), n)).round().astype(int))
    return [weeks[number] for number in at]


def _weeks_of(release: Release, public: Public) -> set[int]:
    days = {day for frame in release.values() if "as_of" in frame.columns for day in frame["as_of"].unique()}
    return {public.weeks[day] for day in days if day is not None}


def _checked(listing: Listing, spells: Spells, names: Sequence[str], witness: pl.DataFrame) -> dict[str, Ints]:
    states = {state: _units(witness.filter(pl.col("state") == state), spells) for state in names}
    for statement in listing.statements():
        value = counted_in(statement, listing, states)
        if not statement.low <= value <= statement.high:
            raise ContradictionError(
                f"{statement.source}: {value} in truth, read as {statement.low} to {statement.high}"
            )
    return states


def _units(rows: pl.DataFrame, spells: Spells) -> Ints:
    own = rows.filter(pl.col("block_id").is_in(spells.block_ids.tolist()))
    counts = np.zeros(len(spells.n), dtype=np.int64)
    counts[np.searchsorted(spells.block_ids, own["block_id"].to_numpy())] = own["n"].to_numpy()
    return counts


def _violation(outcome: str, target: Target, values: Sequence[int], spells: Spells) -> Violation:
    blocks = tuple(int(number) for number in spells.block_ids[target.blocks])
    return Violation(
        outcome, target.kind, target.label, target.n_people, target.n, tuple(values), target.needed, blocks
    )
