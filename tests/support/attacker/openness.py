"""Which targets the statements leave too little open, proved by worlds where possible and by the solver elsewhere.

What belongs here: the pool of worlds and the search.
What does not: the solver (`system`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from attacker.listing import ContradictionError
from attacker.public import Ints
from attacker.system import Aim, Floats, System, Within
from attacker.targets import Target

MANY, FEW = 200, 30
"""Targets pushed at once: in the hope to open most, and beside the one in question."""
ROUGHLY = 0.2
"""A world near the extreme one serves as well, and is found sooner."""
IDLE_ROUNDS = 3


@dataclass(slots=True)
class Search:
    """Targets, the worlds found so far, and the values these worlds prove feasible."""

    system: System
    n: Ints
    targets: Sequence[Target]
    _aims: list[Aim] = field(default_factory=list)
    _class: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _units: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _starts: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _lows: list[Ints] = field(default_factory=list)
    _highs: list[Ints] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._aims = [self.system.aim(target.blocks, self.n) for target in self.targets]
        if self._aims:
            self._class = np.concatenate([aim.classes for aim in self._aims])
            self._units = np.concatenate([aim.units for aim in self._aims])
            lengths = [len(aim.classes) for aim in self._aims]
            self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)

    def add(self, world: Floats) -> None:
        """Take in a world: units of one class may change places, so it proves a range of values for each target."""
        kept = self.system.kept(world)[self._class]
        rest = self.system.size[self._class] - self._units
        self._lows.append(np.add.reduceat(np.maximum(0, kept - rest), self._starts))
        self._highs.append(np.add.reduceat(np.minimum(self._units, kept), self._starts))

    def closed(self) -> Ints:
        """The targets not yet proved open enough."""
        needed = np.array([target.needed for target in self.targets])
        if not self._lows:
            return np.flatnonzero(needed > 1)
        lows, highs = np.stack(self._lows), np.stack(self._highs)
        lowest, highest = lows.min(axis=0), highs.max(axis=0)
        between = np.maximum(lows, lowest + 1) <= np.minimum(highs, highest - 1)
        values = 1 + (lowest < highest).astype(np.int64) + ((highest - lowest > 1) & between.any(axis=0))
        return np.flatnonzero(values < needed)

    def proved(self, number: int) -> list[int]:
        """The values of a target that worlds prove."""
        ends = zip(self._lows, self._highs, strict=True)
        return sorted({value for low, high in ends for value in range(low[number], high[number] + 1)})

    def spread(self, rng: np.random.Generator) -> None:
        """Look for worlds that open many targets at once, while they do.

        Raises:
            ContradictionError: there is no world at all.
        """
        closed, idle = len(self.closed()), 0
        while idle < IDLE_ROUNDS and closed > 1:
            world = self.system.world(self._some_closed(rng, MANY), gap=ROUGHLY)
            if world is None:
                raise ContradictionError("no world fits all that is published")
            self.add(world)
            left = len(self.closed())
            idle = idle + 1 if left > 0.9 * closed else 0
            closed = left

    def _some_closed(self, rng: np.random.Generator, n: int) -> list[Aim]:
        closed = self.closed()
        chosen = rng.choice(closed, size=min(len(closed), n), replace=False)
        return [replace(self._aims[at], weight=float(rng.choice((-1.0, 1.0)))) for at in chosen]

    def too_closed(self, rng: np.random.Generator) -> Iterator[tuple[Target, list[int]]]:
        """Targets that stay closed whatever the world, each with all the values it can take."""
        settled: set[int] = set()
        while True:
            left = [int(number) for number in self.closed() if int(number) not in settled]
            if not left:
                return
            number = left[0]
            settled.add(number)
            values = self.values(number, self.targets[number].needed, rng)
            if len(values) < self.targets[number].needed:
                yield self.targets[number], values

    def values(self, number: int, needed: int, rng: np.random.Generator) -> list[int]:
        """Feasible values of a target: so many of them or, where there are fewer, all.

        Each world that is looked for on the way also opens some of the other closed targets.
        """
        n, tried = self.targets[number].n, set()
        while True:
            proved = self.proved(number)
            gaps = [gap for gap in _gaps(proved, n) if gap not in tried]
            if len(proved) >= needed or not gaps:
                return proved
            tried.add(gaps[0])
            within = Within(self._aims[number], *gaps[0])
            world = self.system.world(self._some_closed(rng, FEW), within, gap=ROUGHLY)
            if world is not None:
                self.add(world)


def _gaps(proved: Sequence[int], n: int) -> list[tuple[int, int]]:
    """Ranges of values, from 0 to n, that are not proved; the outermost ones first."""
    ends = [-1, *proved, n + 1]
    gaps = [(low + 1, high - 1) for low, high in pairwise(ends) if high - low > 1]
    return sorted(gaps, key=lambda gap: gap[0] > 0 and gap[1] < n)
