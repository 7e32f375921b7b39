"""What a list of statements leaves open: feasible numbers kept of a few people, exactly, by integer programming.

What belongs here: units that no statement tells apart joined into classes, worlds (ways the secret may be) that
prove that a target is open, and the solver for targets that no known world proves open.
What does not: what is published and what is a target.

A world is proof: whoever finds values a and b of a target in two worlds has shown both feasible. Only what no
world shows is put to the solver, and each answer is a new world, so that few targets need it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from attacker.listing import Listing, Statement, States
from attacker.public import Bools, Ints

Floats = npt.NDArray[np.float64]
INFEASIBLE = 2
LOOK_BACK = 12


class UndecidedError(RuntimeError):
    """The solver ran out of time: nothing was proved either way."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Some units, as how many there are in each class, and what one kept among them is worth to the solver."""

    classes: Ints
    units: Ints
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Within:
    """From `low` to `high` of an aim's units are kept."""

    aim: Aim
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class System:
    """Statements in matrix form over classes of units and groups of states.

    Attributes:
        class_of: class of each block.
        size: units of each class.
        groups: groups of states that no statement and no target tells apart. The first holds none of the kept
            ones and has no variable: it takes what the others leave.
        is_kept: whether each further group counts as kept.
        rows: statements x variables (class-major: class c, group g + 1 at c * (len(groups) - 1) + g).
        low, high: ends of each statement.
    """

    class_of: Ints
    size: Ints
    groups: tuple[States, ...]
    is_kept: npt.NDArray[np.bool_]
    rows: sparse.csr_array
    low: Floats
    high: Floats
    seconds: float

    @property
    def n_free(self) -> int:
        """Groups that have variables."""
        return len(self.groups) - 1

    def aim(self, blocks: Ints, n: Ints, weight: float = 1.0) -> Aim:
        """These blocks as an aim; `n` is the number of units of every block."""
        classes, place = np.unique(self.class_of[blocks], return_inverse=True)
        return Aim(classes, np.bincount(place, weights=n[blocks]).astype(np.int64), weight)

    def kept(self, world: Floats) -> Ints:
        """Units kept in each class of a world given as the solver's variables."""
        counts = np.rint(world[: len(self.size) * self.n_free]).astype(np.int64)
        by_class: Ints = counts.reshape(len(self.size), self.n_free)[:, self.is_kept].sum(axis=1)
        return by_class

    def world(self, aims: Sequence[Aim], within: Within | None = None, *, gap: float = 0.0) -> Floats | None:
        """The world in which the aims' weighted units kept are together most; None where there is no world.

        Args:
            aims: What to make large, or small where the weight is below zero.
            within: Only worlds in which so many of some units are kept.
            gap: How far, as a share, the found sum may be from the largest one.

        Raises:
            UndecidedError: the solver ran out of time.
        """
        asked = [*aims, replace(within.aim, weight=0.0)] if within else list(aims)
        extra = [(c, t, aim.weight) for aim in asked for c, t in zip(aim.classes, aim.units, strict=True)]
        n_variables = len(self.size) * self.n_free
        cost = np.concatenate([np.zeros(n_variables), [-weight for _, _, weight in extra]])
        most = np.concatenate([np.repeat(self.size, self.n_free), [units for _, units, _ in extra]])
        parts = [
            LinearConstraint(_widened(self.rows, len(extra)), self.low, self.high),
            *self._sums(len(extra)),
        ]
        if extra:
            rest = [self.size[at] - units for at, units, _ in extra]
            parts.append(LinearConstraint(self._links([at for at, _, _ in extra]), 0, rest))
        if within:
            row = np.zeros(len(cost))
            row[len(cost) - len(within.aim.classes) :] = 1
            parts.append(LinearConstraint(row[None, :], within.low, within.high))
        found = milp(
            cost,
            integrality=np.ones(len(cost), dtype=np.int64),
            bounds=Bounds(0, most.astype(np.float64)),
            constraints=parts,
            options={"time_limit": self.seconds, "mip_rel_gap": gap},
        )
        if found.status == INFEASIBLE:
            return None
        if found.status != 0:
            raise UndecidedError(str(found.message))
        return np.asarray(found.x)

    def _sums(self, n_extra: int) -> list[LinearConstraint]:
        """No class has more units in its groups than it has."""
        if self.n_free == 1:
            return []
        sums = sparse.kron(sparse.eye_array(len(self.size)), np.ones((1, self.n_free)), format="csr")
        return [LinearConstraint(_widened(sums, n_extra), -np.inf, self.size)]

    def _links(self, classes: Sequence[int]) -> sparse.csr_array:
        """Kept units of a class less those inside an aim: the rest's, so from 0 to the units of the rest."""
        n_variables, groups = len(self.size) * self.n_free, np.flatnonzero(self.is_kept)
        own = np.arange(len(classes))
        row = np.concatenate([np.repeat(own, len(groups)), own])
        column = np.concatenate(
            [(np.array(classes)[:, None] * self.n_free + groups).reshape(-1), n_variables + own]
        )
        value = np.concatenate([np.ones(len(classes) * len(groups)), -np.ones(len(classes))])
        return sparse.csr_array((value, (row, column)), shape=(len(classes), n_variables + len(classes)))


def _widened(rows: sparse.csr_array, n_extra: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.hstack([rows, sparse.csr_array((rows.shape[0], n_extra))], format="csr"))


def system_of(
    listing: Listing,
    all_states: Sequence[str],
    kept: States,
    *,
    told: Collection[States] | None = None,
    statements: Sequence[Statement] | None = None,
    seconds: float = 30,
) -> System:
    """The statements of a list as a system; `kept` are the states whose numbers are in question.

    With `told`, only statements about these sets of states; with `statements`, only these.
    """
    given = listing.statements() if statements is None else statements
    statements = [item for item in given if told is None or all(term.states in told for term in item.terms)]
    groups = _groups(all_states, [kept, *{term.states for item in statements for term in item.terms}], kept)
    used = sorted({term.selection for item in statements for term in item.terms})
    apart = np.array([listing.selections[number] for number in used], dtype=np.bool_).reshape(
        len(used), len(listing.n)
    )
    packed = np.packbits(apart, axis=0).T if used else np.zeros((len(listing.n), 1), dtype=np.uint8)
    _, first, class_of = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    class_of = class_of.reshape(-1).astype(np.int64)
    size = np.bincount(class_of, weights=listing.n, minlength=len(first)).astype(np.int64)
    members = dict(zip(used, apart[:, first], strict=True))
    rows, low, high = _matrix(_differenced(statements, members), groups, members, size)
    is_kept = np.array([bool(states & kept) for states in groups[1:]])
    return System(class_of, size, groups, is_kept, rows, low, high, seconds)


def _differenced(statements: Sequence[Statement], members: Mapping[int, Bools]) -> list[Statement]:
    """The same system with fewer entries: an exact count less a similar exact count before it.

    Counts since the start grow by a few units a week. What they grew by says the same, in a row that the solver
    handles far faster.
    """
    written: list[Statement] = []
    exact: dict[States, list[Statement]] = {}
    for item in statements:
        if len(item.terms) > 1 or item.low != item.high:
            written.append(item)
            continue
        (term,) = item.terms
        own = members[term.selection]
        before = exact.setdefault(term.states, [])
        apart = [int((own ^ members[other.terms[0].selection]).sum()) for other in before[-LOOK_BACK:]]
        nearest = before[-LOOK_BACK:][int(np.argmin(apart))] if apart else None
        before.append(item)
        if nearest is not None and min(apart) < own.sum():
            low = item.low - nearest.low
            terms = (term, replace(nearest.terms[0], weight=-1))
            item = Statement(terms, low, low, item.source)  # noqa: PLW2901 - the same statement, said shorter
        written.append(item)
    return written


def _matrix(
    statements: Sequence[Statement], groups: tuple[States, ...], members: Mapping[int, Bools], size: Ints
) -> tuple[sparse.csr_array, Floats, Floats]:
    """One row per statement; the first group of states is put as what the others leave of the class."""
    columns, weights, lengths, ends = [], [], [0], np.zeros((2, len(statements)))
    for number, item in enumerate(statements):
        by_group = np.zeros((len(size), len(groups)))
        for term in item.terms:
            chosen = [group for group, states in enumerate(groups) if states & term.states]
            by_group[np.ix_(members[term.selection], np.array(chosen, dtype=np.int64))] += term.weight
        flat = (by_group[:, 1:] - by_group[:, :1]).reshape(-1)
        columns.append(np.flatnonzero(flat))
        weights.append(flat[columns[-1]])
        lengths.append(len(columns[-1]))
        ends[:, number] = np.array([item.low, item.high]) - float(by_group[:, 0] @ size)
    values = (
        np.concatenate([*weights, []]),
        np.concatenate([*columns, []]).astype(np.int64),
        np.cumsum(lengths),
    )
    return sparse.csr_array(values, shape=(len(statements), len(size) * (len(groups) - 1))), ends[0], ends[1]


def _groups(all_states: Sequence[str], told: Sequence[States], kept: States) -> tuple[States, ...]:
    """States that every set of `told` holds or lacks together; one that is not kept comes first."""
    by_pattern: dict[tuple[bool, ...], set[str]] = {}
    for state in all_states:
        by_pattern.setdefault(tuple(state in states for states in told), set()).add(state)
    return tuple(
        sorted((frozenset(group) for group in by_pattern.values()), key=lambda group: bool(group & kept))
    )


def world_of(system: System, states: Mapping[str, Ints]) -> Floats:
    """A world as the solver's variables, from the number of units of each block in each state."""
    by_group = [
        sum((states[state] for state in group), np.zeros_like(system.class_of)) for group in system.groups[1:]
    ]
    counts = [np.bincount(system.class_of, weights=group, minlength=len(system.size)) for group in by_group]
    return np.stack(counts, axis=1).reshape(-1).astype(np.float64)
