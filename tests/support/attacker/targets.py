"""The sets of few people that nobody may learn about.

What belongs here: every person, every part of every cross of few people, every few people who joined, left or
changed between two releases, and every single outcome - all found from what colleagues know anyway.
What does not: what is published about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from attacker.public import DIMENSIONS, Bools, Ints, Spells

ANSWERS = "usefulness"
RANGE_AT_LEAST = 3
"""A sum over several people must stay open between at least so many values (fewer where it has fewer)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Some units of fewer than k people, and how many values the number kept of them must be able to take.

    `blocks` are indices of blocks, all of whose units belong to the target.
    """

    kind: str
    label: str
    blocks: Ints
    n_people: int
    n: int
    needed: int


def targets_of(
    spells: Spells, line: str, k: int, weeks: Sequence[int], *, steps: Sequence[tuple[int, int]]
) -> list[Target]:
    """Every target of a line: parts as they are in these weeks, and what changed in these steps (from, to)."""
    found: dict[bytes, Target] = {}
    for target in _all(spells, line, k, weeks, steps):
        key = target.blocks.tobytes()
        if key not in found or found[key].needed < target.needed:
            found[key] = target
    return list(found.values())


def _all(
    spells: Spells, line: str, k: int, weeks: Sequence[int], steps: Sequence[tuple[int, int]]
) -> Iterator[Target]:
    arms = (None,) if line == ANSWERS else (1, 0, None)
    for week in weeks:
        for arm in arms:
            rows = spells.rows(line, week, arm=arm)
            yield from _parts(spells, rows, k, f"week {week} arm {arm}")
    for before, after in steps:
        for arm in arms:
            old, new = (spells.rows(line, week, arm=arm) for week in (before, after))
            yield from _changes(spells, new & ~old, k, f"added after week {before} to {after} arm {arm}")
            yield from _changes(spells, old & ~new, k, f"removed after week {before} to {after} arm {arm}")
    yield from _outcomes(spells, spells.line == line)


def _parts(spells: Spells, rows: Bools, k: int, label: str) -> Iterator[Target]:
    yield from _grouped(spells, rows, ("person",), k, label)
    for size in range(1, len(DIMENSIONS) + 1):
        for dimensions in combinations(DIMENSIONS, size):
            yield from _grouped(spells, rows, dimensions, k, label)


def _changes(spells: Spells, rows: Bools, k: int, label: str) -> Iterator[Target]:
    yield from _grouped(spells, rows, (), k, label)
    for dimension in ("person", *DIMENSIONS):
        yield from _grouped(spells, rows, (dimension,), k, label)


def _grouped(spells: Spells, rows: Bools, dimensions: tuple[str, ...], k: int, label: str) -> Iterator[Target]:
    """The parts, by these dimensions, of the blocks of these spells that have fewer than k people."""
    picked = np.flatnonzero(rows)
    if not len(picked):
        return
    part = np.zeros(len(picked), dtype=np.int64)
    for dimension in dimensions:
        codes = (
            spells.person[spells.block[picked]] if dimension == "person" else spells.codes[dimension][picked]
        )
        part = part * (int(codes.max()) + 1) + codes
    order = np.argsort(part, kind="stable")
    for inside in np.split(picked[order], np.flatnonzero(np.diff(part[order])) + 1):
        blocks = np.unique(spells.block[inside])
        n_people = len(np.unique(spells.person[blocks]))
        if n_people < k:
            names = [spells.people[spells.person[blocks[0]]]] if dimensions == ("person",) else []
            names += [str(spells.places[name][inside[0]]) for name in dimensions if name != "person"]
            kind = "+".join(dimensions) or "everybody"
            yield _target(spells, blocks, n_people, kind, f"{label} {' '.join(names)}".rstrip())


def _target(spells: Spells, blocks: Ints, n_people: int, kind: str, label: str) -> Target:
    n = int(spells.n[blocks].sum())
    return Target(kind, label, blocks, n_people, n, min(n + 1, RANGE_AT_LEAST))


def _outcomes(spells: Spells, rows: Bools) -> Iterator[Target]:
    """Every block by itself, counted now or before: its outcomes may not be known for sure."""
    for block in np.unique(spells.block[rows]):
        name = f"{spells.people[spells.person[block]]} block {spells.block_ids[block]}"
        yield Target("outcome", name, np.array([block]), 1, int(spells.n[block]), 2)
