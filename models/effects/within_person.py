"""Each person compared with themselves: the difference between a person's own commitments of both kinds.

What belongs here: the linear model with an intercept per person, its cluster-robust variance from demeaned sums,
who switches, and the conditional logit as a check of the sign.
What does not: refusals and the assembled result (`adjusted_result`).

Whatever is stable about a person cannot confound this comparison; only people with commitments of both kinds
(switchers) inform it. What could be false: that nothing changing along with a person's appointments matters - above
all that easier commitments get them, which is why what was said of each commitment stays in the model - and that the
share kept is linear in those columns.

References:
    Mundlak (1978), Econometrica 46, 69-85, doi:10.2307/1913646.
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004 (CR2 with absorbed intercepts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import ClusterMoments, RobustFit, cr2, two_way
from models.effects.clusters import Membership
from models.effects.conditional_logit import conditional_logit
from models.effects.covariates import CommitmentPatterns
from models.effects.dense import distinct_codes, n_distinct
from models.effects.gram import independent_columns, solve_gram, weighted_gram
from models.effects.result import VarianceKind

_NO_CHANGE = 1e-9
"""A column of which less than this part varies within people is rounding error there."""
MOST_UNITS_ADJUSTED = 2_000
"""Clusters up to which the variance is CR2; beyond, no cluster has leverage to speak of, and the sum of squared
scores with G / (G - 1) and G - 1 degrees of freedom says the same."""
MOST_ROWS_WITH_COLUMNS = 20_000
"""Commitments up to which the check of the sign has all columns; beyond, the arm alone, counted by person."""


@dataclass(frozen=True, slots=True)
class Switchers:
    """People with commitments in both arms, and the clusters (or group spells) they are in."""

    n_persons: int
    n_clusters: int


@dataclass(frozen=True, slots=True, eq=False)
class WithinModel:
    """Columns by pattern and arm, and where each row and person stand, for a model with an intercept per person.

    Attributes:
        x: Columns per cell (pattern and arm), the arm first, those that add nothing left out; shape (C, p).
        cell: Cell of each row, shape (n,).
        person: Person of each row, 0 to P - 1, shape (n,).
        n: Commitments of the row, shape (n,).
        kept: Of these, the ones kept, shape (n,).
        means: Mean of the columns per person, shape (P, p).
        mean_kept: Share kept per person, shape (P,).
        gram: Sums of products of the columns less their person's mean, shape (p, p).
        membership: Cluster, group spell and person of each row.
    """

    x: FloatArray
    cell: IntArray
    person: IntArray
    n: FloatArray
    kept: FloatArray
    means: FloatArray
    mean_kept: FloatArray
    gram: FloatArray
    membership: Membership

    @property
    def outcome(self) -> FloatArray:
        """Kept commitments of each row less n times their person's share, shape (n,)."""
        return self.kept - self.n * self.mean_kept[self.person]

    def along(self, direction: FloatArray) -> FloatArray:
        """Return the demeaned columns of each row times a direction, shape (p,) -> (n,)."""
        return (self.x @ direction)[self.cell] - (self.means @ direction)[self.person]

    def moments(self, codes: IntArray) -> ClusterMoments:
        """Return the sums CR2 needs for clusters of these codes, shape (n,)."""
        units, position = distinct_codes(codes)
        size, p = units.size, self.x.shape[1]
        columns, outcome = self.x[self.cell] - self.means[self.person], self.outcome

        def sums(values: FloatArray) -> FloatArray:
            return np.bincount(position, weights=values, minlength=size).astype(np.float64)

        gram, cross = np.zeros((size, p, p)), np.zeros((size, p))
        for i in range(p):
            cross[:, i] = sums(columns[:, i] * outcome)
            weighted = columns[:, i] * self.n
            for j in range(i + 1):
                gram[:, i, j] = gram[:, j, i] = sums(weighted * columns[:, j])
        order = np.lexsort((*gram[:, 0].T, *cross.T))
        # Sums of the outcome's squares serve only variances that assume equal errors, which are not used here.
        return ClusterMoments(gram[order], cross[order], np.zeros(size), sums(self.n)[order])


def switchers(patterns: CommitmentPatterns, units: IntArray) -> Switchers:
    """Count the people with commitments in both arms, and the units (shape (n,)) they are in."""
    people, person = distinct_codes(patterns.membership.person)
    has = np.zeros((2, people.size), dtype=bool)
    has[patterns.arm, person] = True
    is_switcher = has[0] & has[1]
    return Switchers(int(is_switcher.sum()), n_distinct(units[is_switcher[person]]))


def within_model(patterns: CommitmentPatterns) -> WithinModel | None:
    """Return kept ~ arm + columns + one intercept per person, demeaned; None when nobody switches.

    Only columns that change from one commitment to the next and are not made of earlier outcomes or appointments.
    """
    people, person = distinct_codes(patterns.membership.person)
    cells, cell = distinct_codes(2 * patterns.pattern + patterns.arm)
    n, kept = patterns.n.astype(np.float64), patterns.kept.astype(np.float64)
    found = [one.values[cells // 2] for one in patterns.characteristics(within=True)]
    x = np.column_stack([cells % 2, *found]).astype(np.float64)

    def by_person(values: FloatArray) -> FloatArray:
        return np.bincount(person, weights=values, minlength=people.size).astype(np.float64)

    total = by_person(n)
    sums = np.column_stack([by_person(n * x[cell, place]) for place in range(x.shape[1])])
    n_cell = np.bincount(cell, weights=n, minlength=cells.size).astype(np.float64)
    centred = x - n_cell @ x / n.sum()
    gram = weighted_gram(x, n_cell[None])[0] - sums.T @ (sums / total[:, None])
    no_change = np.flatnonzero(np.diag(gram) < _NO_CHANGE * (n_cell @ centred**2))
    gram[no_change] = gram[:, no_change] = 0.0
    free = independent_columns(gram)
    if not (free.size and free[0] == 0):
        return None
    means = (sums / total[:, None])[:, free]
    inner = gram[np.ix_(free, free)]
    parts = (means, by_person(kept) / total, inner, patterns.membership)
    return WithinModel(x[:, free], cell, person, n, kept, *parts)


def within_fit(model: WithinModel, kind: VarianceKind) -> RobustFit:
    """Return the difference within persons with CR2 variance and Bell-McCaffrey df.

    Estimand: b in kept = a_person + b arm + c x + error; a weighted average over switchers of their own
    differences. The clusters contain whole persons, so that CR2 on demeaned columns is CR2 with the intercepts in
    the model; over group spells, which a person may change, that holds approximately.

    Args:
        model: Demeaned columns, the arm first.
        kind: `cluster`, or `two_way` over people and group spells.
    """
    contrast = np.zeros(model.x.shape[1])
    contrast[0] = 1.0
    membership = model.membership
    units = membership.cluster if kind == "cluster" else membership.group
    if n_distinct(units) > MOST_UNITS_ADJUSTED:
        kinds = (membership.cluster,) if kind == "cluster" else (membership.group, membership.person)
        return max((_by_scores(model, codes) for codes in kinds), key=lambda fit: fit.variance)
    if kind == "cluster":
        return cr2(model.moments(membership.cluster), contrast)
    codes = (membership.person, membership.group, membership.group_and_person)
    person, group, both = (model.moments(c) for c in codes)
    return two_way(person, group, both, contrast)


def _by_scores(model: WithinModel, codes: IntArray) -> RobustFit:
    """The difference with the variance of the scores summed over each unit."""
    outcome, p = model.outcome, model.x.shape[1]
    right = np.bincount(model.cell, weights=outcome, minlength=model.x.shape[0]) @ model.x
    systems = np.stack([right, np.eye(p)[0]])
    beta, direction = solve_gram(np.stack([model.gram, model.gram]), systems)[0]
    scores = np.bincount(codes, weights=model.along(direction) * (outcome - model.n * model.along(beta)))
    size = n_distinct(codes)
    return RobustFit(float(beta[0]), float(size / (size - 1) * np.sort(scores**2).sum()), float(size - 1))


def conditional_sign(patterns: CommitmentPatterns) -> int:
    """Return the sign of the arm's coefficient in a conditional logit by person; 0 where it says nothing.

    With many commitments the columns are left out: then people with the same four counts are one stratum.
    """
    if int(patterns.n.sum()) > MOST_ROWS_WITH_COLUMNS:
        return _sign_of_arm_alone(patterns)
    columns = [patterns.arm.astype(np.float64)]
    columns += [one.values[patterns.pattern] for one in patterns.characteristics(within=True)]
    row, y = _single(patterns.n, patterns.kept)
    fit = conditional_logit(np.column_stack(columns)[row], y, patterns.membership.person[row])
    return 0 if fit is None else int(np.sign(fit.coefficients[0]))


def _single(n: IntArray, kept: IntArray) -> tuple[IntArray, IntArray]:
    """Row of each single commitment, and whether it was kept."""
    row = np.repeat(np.arange(n.size), n)
    place = np.arange(row.size) - np.repeat(np.cumsum(n) - n, n)
    return row, (place < kept[row]).astype(np.int64)


def _sign_of_arm_alone(patterns: CommitmentPatterns) -> int:
    units, person = distinct_codes(patterns.membership.person)
    counts = np.column_stack(
        [
            np.bincount(person, weights=values * (patterns.arm == arm), minlength=units.size)
            for arm in (0, 1)
            for values in (patterns.n, patterns.kept)
        ]
    ).astype(np.int64)
    kinds, n_people = np.unique(counts[_switches(counts)], axis=0, return_counts=True)
    if not kinds.size:
        return 0
    n, kept = kinds[:, [0, 2]].ravel(), kinds[:, [1, 3]].ravel()
    row, y = _single(n, kept)
    arm = np.tile([0.0, 1.0], len(kinds))[row]
    fit = conditional_logit(arm[:, None], y, row // 2, n_people[row // 2].astype(np.float64))
    return 0 if fit is None else int(np.sign(fit.coefficients[0]))


def _switches(counts: IntArray) -> NDArray[np.bool_]:
    return np.asarray((counts[:, 0] > 0) & (counts[:, 2] > 0))
