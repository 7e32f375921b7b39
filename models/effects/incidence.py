"""How much is done by which day: cumulative incidence from counts per arm, day and event.

What belongs here: the counts, Kaplan-Meier and Aalen-Johansen curves of them, and what each counted commitment
contributes to a curve (its influence), summed within clusters to a variance.
What does not: shares, differences and tests that are reported (`kept_by_day`, `open_days`, `log_rank`).

With Y(t) commitments at risk on day t, d_k(t) events of kind k and h_k = d_k / Y, the share without any event is
S(t) = product over days up to t of (1 - h_1 - h_2), and the share with event k is F_k(t) = sum of S(t-) h_k. Without
withdrawals F_1 = 1 - S, Kaplan-Meier's. What could be false: that commitments watched for a shorter time go on like
those watched longer (censoring only by the calendar).

References:
    Kaplan & Meier (1958), Journal of the American Statistical Association 53, 457-481,
    doi:10.1080/01621459.1958.10501452; Aalen & Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.clustering import kind_of_clusters
from models.effects.clusters import Membership
from models.effects.result import VarianceKind

KEYS = ("cluster", "group", "person", "arm", "day")
EVENTS = ("n_done", "n_done_no_day", "n_withdrawn", "n_open")
DONE, DONE_NO_DAY, WITHDRAWN, OPEN = range(4)
_ARMS = 2


@dataclass(frozen=True, slots=True, eq=False)
class DayCounts:
    """Commitments counted by cluster, group spell, person, arm, day since check-out and event; shape (n,) each.

    Attributes:
        cluster: Code of the cluster (connected component).
        group: Code of the group spell.
        person: Code of the person.
        arm: 1 with an appointment recorded at check-out, 0 without.
        day: Days since check-out, >= 0; the unit of time may be any other as well.
        n_done: Commitments done on that day.
        n_done_no_day: Commitments done, whose day nobody wrote down; `day` is then a rule's, not an observation.
        n_withdrawn: Commitments withdrawn on that day.
        n_open: Commitments watched until the end of that day without an event.

    Raises:
        ValueError: When lengths differ, an arm is neither 0 nor 1, or a person or group spell lies in two clusters.
    """

    cluster: IntArray
    group: IntArray
    person: IntArray
    arm: IntArray
    day: IntArray
    n_done: IntArray
    n_done_no_day: IntArray
    n_withdrawn: IntArray
    n_open: IntArray

    def __post_init__(self) -> None:
        for name in KEYS + EVENTS:
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        if len({getattr(self, name).size for name in KEYS + EVENTS}) != 1:
            raise ValueError("day counts: every column needs the same length")
        if self.arm.size and self.arm.max() >= _ARMS:
            raise ValueError("day counts: arm is 0 (without an appointment) or 1 (with one)")
        Membership(self.cluster, self.group, self.person)

    def variance_kind(self, two_way_share: float) -> VarianceKind:
        """Return `two_way` when the largest cluster holds more than that share of the commitments, else `cluster`."""
        return kind_of_clusters(self.cluster, self.n.astype(np.float64), two_way_share)

    def units(self, kind: VarianceKind) -> IntArray:
        """Return the codes that are counted as clusters: components, or group spells when two-way, shape (n,)."""
        return self.group if kind == "two_way" else self.cluster

    @property
    def n(self) -> IntArray:
        """Commitments per row, whatever happened, shape (n,)."""
        return np.asarray(self.n_done + self.n_done_no_day + self.n_withdrawn + self.n_open)

    @property
    def n_days(self) -> int:
        """Days that occur: the last one and 1."""
        return int(self.day.max(initial=-1)) + 1

    def of_arm(self, arm: int) -> DayCounts:
        """Return the rows of one arm (0 or 1)."""
        return self.rows(self.arm == arm)

    def rows(self, keep: NDArray[np.bool_]) -> DayCounts:
        """Return the rows kept, `keep` of shape (n,)."""
        return DayCounts(*(getattr(self, name)[keep] for name in KEYS + EVENTS))

    def totals(self, n_days: int = 0) -> IntArray:
        """Return commitments by event and day over all rows, shape (4, T), in the order of `EVENTS`.

        T is the number of days that occur, or `n_days` when that is more: an arm in which all is done early is still
        followed afterwards.
        """
        found = np.zeros((len(EVENTS), max(self.n_days, n_days)), dtype=np.int64)
        for event, name in enumerate(EVENTS):
            np.add.at(found[event], self.day, getattr(self, name))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceCurve:
    """Shares by day for one arm; all arrays of shape (T,), one element per day from check-out on.

    Attributes:
        n_at_risk: Commitments watched and without an event just before each day's events.
        n_done: Commitments done on each day.
        n_withdrawn: Commitments withdrawn on each day.
        n_open: Commitments watched no longer than each day.
        open_before: S(t-): share without an event before each day.
        done: F_1(t): share done by the end of each day.
        withdrawn: F_2(t): share withdrawn by the end of each day.
    """

    n_at_risk: IntArray
    n_done: IntArray
    n_withdrawn: IntArray
    n_open: IntArray
    open_before: FloatArray
    done: FloatArray
    withdrawn: FloatArray

    @property
    def still_open(self) -> FloatArray:
        """Share without any event by the end of each day: Kaplan-Meier's S(t)."""
        return 1.0 - self.done - self.withdrawn

    @property
    def n_followed(self) -> FloatArray:
        """Commitments followed to each day, whatever happened to them before.

        n times the Kaplan-Meier share not yet censored before the day; n where nothing was censored. Unlike the
        number at risk it does not fall because much is done.
        """
        left = self.n_at_risk - self.n_done - self.n_withdrawn
        stays = np.where(left > 0, (left - self.n_open) / np.maximum(left, 1), 1.0)
        return np.asarray(float(self.n_at_risk[:1].sum()) * np.concatenate([[1.0], np.cumprod(stays)[:-1]]))

    def median_day(self) -> int | None:
        """Return the first day by which at least half are done; None when half are never seen done."""
        reached = np.flatnonzero(self.done >= 0.5)
        return int(reached[0]) if reached.size else None


def incidence_curve(totals: IntArray, *, is_dated_only: bool = False) -> IncidenceCurve:
    """Estimate the shares done and withdrawn by each day.

    Args:
        totals: Commitments by event and day, shape (4, T), as `DayCounts.totals` gives them.
        is_dated_only: Whether commitments done on a day nobody wrote down are left out altogether; else they
            count on the day the rule gives them.
    """
    n_done = totals[DONE] if is_dated_only else totals[DONE] + totals[DONE_NO_DAY]
    n_withdrawn, n_open = totals[WITHDRAWN], totals[OPEN]
    leaving = n_done + n_withdrawn + n_open
    n_at_risk = np.asarray(leaving[::-1].cumsum()[::-1], dtype=np.int64)
    divisor = np.maximum(n_at_risk, 1)
    goes_on = np.where(n_at_risk > 0, (n_at_risk - n_done - n_withdrawn) / divisor, 1.0)
    before = np.concatenate([[1.0], np.cumprod(goes_on)[:-1]])[: n_done.size]
    done, withdrawn = np.cumsum(before * n_done / divisor), np.cumsum(before * n_withdrawn / divisor)
    return IncidenceCurve(n_at_risk, n_done, n_withdrawn, n_open, before, done, withdrawn)


def done_influence(curve: IncidenceCurve, *, is_dated_only: bool = False) -> FloatArray:
    """Return what one commitment adds to F_1: the infinitesimal jackknife, from its event and its day alone.

    With a_k(t) = (1[event k on t] - h_k(t) 1[at risk on t]) / Y(t): dS <- dS (1 - h) - S(t-) (a_1 + a_2) and
    dF_1 <- dF_1 + dS h_1 + S(t-) a_1. Weighted by the counts they add up to 0, and their squares, summed within
    clusters first, to the variance of F_1 (`influence_variance`). Without withdrawals minus R's `survfit` residuals.

    Args:
        curve: The curve.
        is_dated_only: As the curve was made.

    Returns:
        Shape (4, T, T): event, the commitment's own day, day of F_1.
    """
    n_days = curve.done.size
    own, at_risk = np.eye(n_days), np.tril(np.ones((n_days, n_days)))
    divisor = np.maximum(curve.n_at_risk, 1)
    hazards = np.stack([curve.n_done, curve.n_withdrawn]) / divisor
    happens = np.zeros((2, len(EVENTS), n_days, n_days))
    happens[0, DONE] = happens[1, WITHDRAWN] = own
    is_counted = np.ones(len(EVENTS))
    if is_dated_only:
        is_counted[DONE_NO_DAY] = 0.0
    else:
        happens[0, DONE_NO_DAY] = own
    added = (happens - hazards[:, None, None, :] * at_risk) / divisor * is_counted[:, None, None]
    found = np.zeros((len(EVENTS), n_days, n_days))
    open_share, done = np.zeros((2, len(EVENTS), n_days))
    for day in range(n_days):
        done = done + open_share * hazards[0, day] + curve.open_before[day] * added[0, :, :, day]
        found[:, :, day] = done
        leaves = open_share * hazards[:, day].sum()
        open_share = open_share - leaves - curve.open_before[day] * added[..., day].sum(axis=0)
    return found


def influence_variance(counts: DayCounts, influence: FloatArray, kind: VarianceKind) -> tuple[FloatArray, int]:
    """Return cluster-robust variances of estimates from what each counted commitment adds to them.

    V = G / (G - 1) sum over clusters of (U_s - mean U)^2, U_s the sum of influences in cluster s (their mean is 0
    unless the estimate is itself a sum), to be used with t on G - 1 degrees of freedom. Without censoring and with
    clusters of one size this is CR2 of a mean. Two-way: V of people plus V of group spells minus V of both, never
    below either, with the smaller number of degrees of freedom.

    Args:
        counts: The counted commitments.
        influence: Per commitment, shape (2, 4, T, K): arm, event, day, estimate.
        kind: Which clustering.

    Returns:
        Variances, shape (K,), and degrees of freedom; 0 of them where there is one cluster only.
    """
    of, cell, weight = _listed(counts, influence.shape[2])
    flat = influence.reshape(-1, influence.shape[-1])

    def one_way(codes: IntArray) -> tuple[FloatArray, int]:
        return _squares(_unit_sums(codes[of], cell, weight, flat))

    if kind == "cluster":
        return one_way(counts.cluster)
    (person, df_person), (group, df_group) = one_way(counts.person), one_way(counts.group)
    both, _ = one_way(counts.group * (counts.person.max(initial=0) + 1) + counts.person)
    variance = np.maximum(person + group - both, np.maximum(person, group))
    return variance, min(df_person, df_group)


def independent_variance(counts: DayCounts, influence: FloatArray) -> FloatArray:
    """Return the variances if every commitment were independent of all others, shape (K,): sum of squares."""
    _, cell, weight = _listed(counts, influence.shape[2])
    flat = influence.reshape(-1, influence.shape[-1])
    return np.asarray(np.bincount(cell, weights=weight, minlength=len(flat)) @ flat**2)


def units_followed(counts: DayCounts, codes: IntArray, n_days: int) -> IntArray:
    """Return how many units (clusters, or group spells) have a commitment followed to each day, shape (n_days,).

    A commitment with an event counts as followed to the end.

    Args:
        counts: The counted commitments of one arm.
        codes: Unit of each row, shape (n,).
        n_days: Days asked for, at least those that occur.
    """
    units, inverse = np.unique(codes, return_inverse=True)
    last = np.where(counts.n > counts.n_open, n_days - 1, counts.day)
    farthest = np.zeros(units.size, dtype=np.int64)
    np.maximum.at(farthest, inverse.ravel(), last)
    return np.asarray(np.bincount(farthest, minlength=n_days)[::-1].cumsum()[::-1], dtype=np.int64)


def n_distinct(codes: IntArray) -> int:
    """Return how many different codes there are; by counting where they are dense, which is faster than sorting."""
    if codes.max(initial=0) > 4 * codes.size:
        return int(np.unique(codes).size)
    return int(np.count_nonzero(np.bincount(codes)))


def _listed(counts: DayCounts, n_days: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Row, cell (arm, event and day as one number) and count of every count above zero."""
    parts = []
    for event, name in enumerate(EVENTS):
        found = np.flatnonzero(getattr(counts, name))
        cell = (counts.arm[found] * len(EVENTS) + event) * n_days + counts.day[found]
        parts.append((found, cell, getattr(counts, name)[found]))
    row, cells, n = (np.concatenate(part) for part in zip(*parts, strict=True))
    return row, cells, n.astype(np.float64)


def _unit_sums(codes: IntArray, cell: IntArray, weight: FloatArray, flat: FloatArray) -> FloatArray:
    """Sum of influences per unit, shape (G, K), each added up in the order of the cells whatever units are called."""
    units, inverse = np.unique(codes, return_inverse=True)
    keys, place = np.unique(inverse.ravel() * len(flat) + cell, return_inverse=True)
    n = np.bincount(place.ravel(), weights=weight)
    unit, own = keys // len(flat), keys % len(flat)
    columns = [np.bincount(unit, weights=n * flat[own, k], minlength=units.size) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1)


def _squares(sums: FloatArray) -> tuple[FloatArray, int]:
    """G / (G - 1) times the sum of squares around the mean per column, added up exactly, so in whatever order."""
    n_units = len(sums)
    if n_units < 2:
        return np.zeros(sums.shape[1]), 0
    factor = n_units / (n_units - 1)
    apart = (column - math.fsum(column) / n_units for column in sums.T)
    return np.array([factor * math.fsum(column**2) for column in apart]), n_units - 1
