"""Programmes drawn straight as counts, many at once, for simulations of the estimators alone.

What belongs here: the mechanisms, each with its true effect known without drawing. What does not: records and SQL
(`many_programmes` draws those) and claims about what comes out (`studies`).

A group's and a person's inclination to keep commitments are normal on the logit scale. Who books does not depend on
them here, so that the crude difference has nothing to allow for; `confounded` is for the case where it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from models.effects.cells import CommitmentCells
from models.effects.clusters import Membership
from models.effects.covariates import CommitmentPatterns, Covariate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How programmes come about; shares lie in 0 to 1, standard deviations are on the logit scale.

    Attributes:
        without: Average share kept without an appointment, in the population of groups.
        effect: Average share kept with one less `without`, in the same population.
        booked: Average share of commitments with an appointment.
        n_people: People per group, drawn evenly from the lowest to the highest.
        n_sessions: Sessions per group, likewise; every person makes a commitment at each.
        group_sd: Spread of groups.
        person_sd: Spread of people within groups.
        effect_sd: Spread, over groups, of what an appointment adds.
        booking_spread: How much people differ in how often they book: the variance of their shares over the most it
            could be (0 not at all, 1 always or never).
    """

    without: float = 0.65
    effect: float = 0.14
    booked: float = 0.45
    n_people: tuple[int, int] = (3, 3)
    n_sessions: tuple[int, int] = (6, 6)
    group_sd: float = 0.7
    person_sd: float = 0.7
    effect_sd: float = 0.0
    booking_spread: float = 0.0

    @property
    def logit_without(self) -> float:
        """Intercept at which `without` is the population's average."""
        return _intercept(self.without, (self.group_sd**2 + self.person_sd**2) ** 0.5)

    @property
    def logit_with(self) -> float:
        """Intercept at which `without` + `effect` is the population's average with an appointment."""
        spread = (self.group_sd**2 + self.person_sd**2 + self.effect_sd**2) ** 0.5
        return _intercept(self.without + self.effect, spread)


@dataclass(frozen=True, slots=True, eq=False)
class Commitments:
    """Chances and arms of R programmes of G groups; arrays of shape (R, G, people, sessions).

    Attributes:
        arm: 1 with an appointment, 0 without.
        kept: 1 kept, 0 not.
        is_there: False for a person or session a group does not have.
    """

    arm: Ints
    kept: Ints
    is_there: NDArray[np.bool_]

    def cells(self, sessions_by_group: Ints | None = None) -> Iterator[CommitmentCells]:
        """Counts of each programme.

        Args:
            sessions_by_group: How many first sessions of each group count, shape (R, G); None for all.
        """
        counts = self._counts(sessions_by_group)
        n_groups, n_people = self.arm.shape[1:3]
        group = np.repeat(np.arange(n_groups), 2 * n_people)
        person = np.repeat(np.arange(n_groups * n_people), 2)
        arm = np.tile([0, 1], n_groups * n_people)
        none = np.zeros_like(group)
        for n, kept in counts:
            yield CommitmentCells(group, group, person, arm, kept, n - kept, none, none, kept)

    def _counts(self, sessions_by_group: Ints | None) -> Iterator[tuple[Ints, Ints]]:
        """Commitments, and kept ones, of each person and arm, programme by programme."""
        is_counted = self.is_there
        if sessions_by_group is not None:
            number = np.arange(self.arm.shape[3])
            is_counted = is_counted & (number < sessions_by_group[:, :, None, None])
        by_arm = [is_counted & (self.arm == a) for a in (0, 1)]
        n = np.stack([own.sum(axis=3) for own in by_arm], axis=-1)
        kept = np.stack([(own * self.kept).sum(axis=3) for own in by_arm], axis=-1)
        yield from zip(n.reshape(len(n), -1), kept.reshape(len(n), -1), strict=True)


def draw(rng: np.random.Generator, mechanism: Mechanism, n_programmes: int, n_groups: int) -> Commitments:
    """Draw programmes of so many groups each."""
    people, sessions = mechanism.n_people[1], mechanism.n_sessions[1]
    shape = (n_programmes, n_groups, people, sessions)
    size = rng.integers(mechanism.n_people[0], people + 1, shape[:2])[:, :, None, None]
    length = rng.integers(mechanism.n_sessions[0], sessions + 1, shape[:2])[:, :, None, None]
    is_there = (np.arange(people)[:, None] < size) & (np.arange(sessions) < length)
    group = mechanism.group_sd * rng.standard_normal((*shape[:2], 1, 1))
    person = mechanism.person_sd * rng.standard_normal((*shape[:3], 1))
    apart = mechanism.effect_sd * rng.standard_normal((*shape[:2], 1, 1))
    arm = (rng.random(shape) < _booking(rng, mechanism, (*shape[:3], 1))).astype(np.int64)
    own = np.where(arm == 1, mechanism.logit_with + apart, mechanism.logit_without)
    kept = (rng.random(shape) < expit(own + group + person)).astype(np.int64)
    return Commitments(arm, kept, is_there)


def _booking(rng: np.random.Generator, mechanism: Mechanism, shape: tuple[int, ...]) -> Floats:
    """Each person's chance to book."""
    if mechanism.booking_spread == 0:
        return np.full(shape, mechanism.booked)
    both = 1 / mechanism.booking_spread - 1
    return rng.beta(mechanism.booked * both, (1 - mechanism.booked) * both, shape)


def _intercept(share: float, spread: float) -> float:
    """Where the average of expit(intercept + spread Z), Z standard normal, is the share."""

    def excess(intercept: float) -> float:
        return float(_WEIGHTS @ expit(intercept + spread * _NODES)) - share

    return float(brentq(excess, -20.0, 20.0, xtol=1e-12))


DIFFICULTY = Covariate("difficulty", may_be_unsaid=True, in_within=True)
CONSTANT_EFFECT = 0.12
"""What an appointment adds to the chance of being kept in `confounded`: the same for every commitment, so that all
averages of it, over everybody, the booked or the switchers, are one number."""


@dataclass(frozen=True, slots=True)
class Confounding:
    """What makes people both book and keep, and how; effects on the probability of keeping, without an appointment.

    Attributes:
        kept_by_difficulty: Change of the chance at each difficulty, 1 to 5.
        booked_by_difficulty: Logit of booking at each difficulty.
        kept_by_person: Half the width of people's even spread, never recorded.
        booked_by_person: Logit of booking per half width of the same.
    """

    kept_by_difficulty: tuple[float, float, float, float, float] = (0.12, 0.06, 0.0, -0.06, -0.12)
    booked_by_difficulty: tuple[float, float, float, float, float] = (1.6, 0.8, 0.0, -0.8, -1.6)
    kept_by_person: float = 0.1
    booked_by_person: float = 0.0


def confounded(
    rng: np.random.Generator, confounding: Confounding, n_groups: int, *, n_sessions: int = 6
) -> CommitmentPatterns:
    """Draw one programme of groups of three in which an appointment adds `CONSTANT_EFFECT` everywhere."""
    n_people = 3 * n_groups
    person = np.repeat(np.arange(n_people), n_sessions)
    inclination, group = rng.uniform(-1, 1, n_people)[person], person // 3
    level = rng.integers(0, 5, person.size)
    booking = np.array(confounding.booked_by_difficulty)[level] + confounding.booked_by_person * inclination
    arm = (rng.random(person.size) < expit(booking)).astype(np.int64)
    chance = 0.55 + np.array(confounding.kept_by_difficulty)[level] + CONSTANT_EFFECT * arm
    chance += confounding.kept_by_person * inclination + rng.uniform(-0.1, 0.1, n_groups)[group]
    kept = (rng.random(person.size) < chance).astype(np.int64)
    levels = {DIFFICULTY: level + 1}
    return CommitmentPatterns.of_columns(Membership(group, group, person), arm, np.ones_like(arm), kept, levels)
