"""The change after starting, beyond that of people who had not started yet.

What belongs here: the comparison that a staggered roll-out allows, and its refusals.
What does not: when somebody starts (SQL) and the plain change without a comparison (`loneliness`).

For a person whose last score before the start lies in calendar period b, and each later period t with a score
after it, the change is set against the mean change from b to t of the people not started at either time: the
group-time effects of Callaway & Sant'Anna with the not-yet-started as comparison and no covariates. They are
averaged over each person's periods, then over people (in a balanced panel their average by starting group,
weighted by its size).

References:
    Callaway & Sant'Anna (2021), Journal of Econometrics 225, 200-230, doi:10.1016/j.jeconom.2020.12.001.
    Kish (1965), Survey Sampling (effective number of units, here of clusters).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.clustering import unit_codes, variance_kind
from models.effects.clusters import Membership, distinct_rows
from models.effects.dense import distinct_codes
from models.effects.result import (
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)

NOBODY_SCORED_TWICE_BEFORE_STARTING = "nobody_scored_twice_before_starting"
TOO_FEW_NOT_YET_STARTED = "too_few_not_yet_started"
NO_PERIODS_IN_COMMON = "no_periods_in_common"

ESTIMAND = "staggered_difference"
CELL_PERSONS = 5
"""Fewest people not started who make the change between two periods; from at least two clusters."""
_CELL_UNITS = 2
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class StaggeredScores:
    """Scores of people by calendar period, before and after their own start; all arrays of shape (n,).

    Attributes:
        cluster: Code of the cluster.
        group: Code of the group spell.
        person: Code of the person.
        period: Number of the calendar period, >= 0, in order of time.
        is_started: 1 for a score given after the person's start, 0 for one before.
        score: The score; one per person, period and side of the start.

    Raises:
        ValueError: When lengths differ, a score is missing, a person has two scores on one side of the start in
            a period, or a score before the start lies in a later period than one after it.
    """

    cluster: IntArray
    group: IntArray
    person: IntArray
    period: IntArray
    is_started: IntArray
    score: FloatArray

    def __post_init__(self) -> None:
        for name in ("cluster", "group", "person", "period", "is_started"):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        object.__setattr__(self, "score", np.asarray(self.score, dtype=np.float64).ravel())
        names = ("cluster", "group", "person", "period", "is_started", "score")
        if len({getattr(self, name).size for name in names}) != 1 or not np.all(np.isfinite(self.score)):
            raise ValueError("staggered: every column needs the same length, and no score may be missing")
        if self.is_started.max(initial=0) > 1:
            raise ValueError("staggered: is_started is 0 or 1")
        keys = np.stack([self.person, self.period, self.is_started], axis=1)
        if distinct_rows(keys)[0].shape[0] != self.score.size:
            raise ValueError(
                "staggered: a person has two scores on one side of the start in a period; keep one"
            )
        if not _is_in_order(self.person, self.period, self.is_started):
            raise ValueError("staggered: a score before the start lies in a later period than one after it")
        Membership(self.cluster, self.group, self.person)


def _is_in_order(person: IntArray, period: IntArray, is_started: IntArray) -> bool:
    """Whether nobody's last period before the start is later than the first one after it."""
    code = distinct_codes(person)[1]
    last, first = np.full(code.size, -1), np.full(code.size, np.iinfo(np.int64).max)
    before, after = is_started == 0, is_started == 1
    np.maximum.at(last, code[before], period[before])
    np.minimum.at(first, code[after], period[after])
    return bool(np.all(last <= first))


@dataclass(frozen=True, slots=True)
class StaggeredDifference:
    """The result and the people on either side of it.

    Attributes:
        result: The estimate, or why there is none.
        n_started: People whose change after starting is counted.
        n_waiting: People not started yet whose change it is set against.
    """

    result: Result
    n_started: int
    n_waiting: int


class _Panel(NamedTuple):
    """Scores as matrices of people by periods, nan where there is none, and the unit and cluster of each person."""

    before: FloatArray
    after: FloatArray
    unit: IntArray
    cluster: IntArray
    kind: VarianceKind


class _Comparison(NamedTuple):
    """What can be compared: a row per started person, and per pair of periods the people waiting.

    `usable` marks, for each person and period, a change that has a comparison; `base` is the person's last period
    before the start (-1 without one); `waiting` has for each pair (b, t) the positions of people not started.
    """

    base: IntArray
    usable: NDArray[np.bool_]
    waiting: dict[tuple[int, int], IntArray]


def staggered_difference(scores: StaggeredScores, thresholds: Thresholds) -> StaggeredDifference:
    """Estimate the mean change since the last score before the start, beyond that of people not started yet.

    Estimand: the average, over people who started and can be compared, of their change minus the change of the
    not-yet-started between the same calendar periods. Season and whatever else moves everybody drops out; so does
    regression to the mean as far as those who wait show it too. What could be false: that without starting, those
    who started would have changed like those who waited (parallel trends), that nobody changes in expectation
    of starting, and that who answers again does so alike in both.

    Variance by influence functions summed within clusters: a person started adds (own difference - estimate) / N,
    a person waiting minus (own change - mean change of the pair of periods) x (weight of the pair) / (people
    waiting in it), each side scaled by sqrt(m / (m - 1)) of its m clusters, so that with one pair of periods and
    clusters of one person it is Welch's variance. t with the smaller side's effective number of clusters less
    one. Where one cluster holds most people, group spells take the place of clusters.

    Refused when nobody not started was scored twice, when no such pair of periods is shared with people who
    started, with fewer than the paired minimum of people or of clusters on either side, or too few df. Early,
    decided without looking at scores, as for a difference between arms.

    Args:
        scores: Scores by person, calendar period and side of the start.
        thresholds: Limits and constants of the plan.
    """
    panel = _panel(scores, thresholds)
    comparison = _comparison(panel)
    started = np.flatnonzero(comparison.usable.any(axis=1))
    pairs = _pairs_in_use(comparison)
    waiting = np.unique(np.concatenate([comparison.waiting[pair] for pair in pairs])) if pairs else started[:0]
    both = np.union1d(started, waiting)
    sizes = Sizes(n_persons=int(both.size), n_clusters=int(np.unique(panel.cluster[both]).size))
    reasons = _refusals(panel, comparison, started, waiting, thresholds=thresholds)
    if reasons:
        return StaggeredDifference(refused(ESTIMAND, sizes, reasons), int(started.size), int(waiting.size))
    return StaggeredDifference(
        _estimate(panel, comparison, started, sizes, thresholds=thresholds),
        int(started.size),
        int(waiting.size),
    )


def _panel(scores: StaggeredScores, thresholds: Thresholds) -> _Panel:
    _, first, person = np.unique(scores.person, return_index=True, return_inverse=True)
    period = distinct_codes(scores.period)[1]
    shape = (first.size, int(period.max(initial=-1)) + 1)
    matrices = np.full((2, *shape), np.nan)
    matrices[scores.is_started, person.ravel(), period] = scores.score
    membership = Membership(scores.cluster[first], scores.group[first], scores.person[first])
    kind = variance_kind(membership, np.ones(first.size), thresholds.two_way_share)
    unit = distinct_codes(unit_codes(membership, kind))[1]
    return _Panel(matrices[0], matrices[1], unit, membership.cluster, kind)


def _comparison(panel: _Panel) -> _Comparison:
    has_before, has_after = ~np.isnan(panel.before), ~np.isnan(panel.after)
    n_periods = has_before.shape[1]
    last = n_periods - 1 - np.argmax(has_before[:, ::-1], axis=1) if n_periods else np.zeros(0, dtype=np.int64)
    base = np.where(has_before.any(axis=1), last, -1).astype(np.int64)
    usable = np.zeros_like(has_after)
    waiting: dict[tuple[int, int], IntArray] = {}
    for b in range(n_periods):
        for t in range(b + 1, n_periods):
            people = np.flatnonzero(has_before[:, b] & has_before[:, t])
            if people.size >= CELL_PERSONS and np.unique(panel.unit[people]).size >= _CELL_UNITS:
                waiting[b, t] = people
                usable[:, t] |= (base == b) & has_after[:, t]
    return _Comparison(base, usable, waiting)


def _pairs_in_use(comparison: _Comparison) -> list[tuple[int, int]]:
    return [(b, t) for b, t in comparison.waiting if np.any(comparison.usable[comparison.base == b, t])]


def _refusals(
    panel: _Panel, comparison: _Comparison, started: IntArray, waiting: IntArray, *, thresholds: Thresholds
) -> tuple[str, ...]:
    if not np.any((~np.isnan(panel.before)).sum(axis=1) > 1):
        return (NOBODY_SCORED_TWICE_BEFORE_STARTING,)
    if not comparison.waiting:
        return (TOO_FEW_NOT_YET_STARTED,)
    if not started.size:
        return (NO_PERIODS_IN_COMMON,)
    fewest_units = min(np.unique(panel.unit[people]).size for people in (started, waiting))
    checks = (
        (started.size < thresholds.paired_persons, TOO_FEW_PERSONS),
        (waiting.size < thresholds.paired_persons, TOO_FEW_NOT_YET_STARTED),
        (fewest_units < max(thresholds.clusters, _CELL_UNITS), TOO_FEW_CLUSTERS),
    )
    return tuple(code for failed, code in checks if failed)


class _Influence(NamedTuple):
    """The estimate, and what each person on either side adds to it and weighs in it, arrays of shape (people,)."""

    estimate: float
    started: FloatArray
    waiting: FloatArray
    weight_waiting: FloatArray


def _influence(panel: _Panel, comparison: _Comparison, started: IntArray) -> _Influence:
    n_people = comparison.usable.shape[0]
    share = comparison.usable / np.maximum(comparison.usable.sum(axis=1, keepdims=True), 1)
    difference, waiting, weights = np.zeros(n_people), np.zeros(n_people), np.zeros(n_people)
    for b, t in _pairs_in_use(comparison):
        people = comparison.waiting[b, t]
        change = panel.before[people, t] - panel.before[people, b]
        mean = float(change.mean())
        own = (comparison.base == b) & comparison.usable[:, t]
        difference[own] += share[own, t] * (panel.after[own, t] - panel.before[own, b] - mean)
        weight = float(share[own, t].sum()) / started.size / people.size
        n_units = np.unique(panel.unit[people]).size
        waiting[people] -= weight * math.sqrt(n_units / (n_units - 1)) * (change - mean)
        weights[people] += weight
    estimate = math.fsum(difference[started]) / started.size
    n_units = np.unique(panel.unit[started]).size
    own_part = np.zeros(n_people)
    own_part[started] = (difference[started] - estimate) / started.size * math.sqrt(n_units / (n_units - 1))
    return _Influence(estimate, own_part, waiting, weights)


def _unit_sums(unit: IntArray, values: FloatArray) -> FloatArray:
    """Sum values by cluster, each cluster's in the order of the values, so that names of people make no difference."""
    order = np.lexsort((values, unit))
    return np.asarray(np.bincount(unit[order], weights=values[order]), dtype=np.float64)


def _effective_units(unit: IntArray, weights: FloatArray) -> float:
    """Return (sum of weights)^2 / sum of squared weights by cluster: how many equal clusters it is worth."""
    by_unit = _unit_sums(unit, weights)
    return math.fsum(by_unit) ** 2 / math.fsum(by_unit**2)


def _estimate(
    panel: _Panel, comparison: _Comparison, started: IntArray, sizes: Sizes, *, thresholds: Thresholds
) -> Result:
    influence = _influence(panel, comparison, started)
    is_started = np.zeros(panel.unit.size)
    is_started[started] = 1.0
    n_units = min(_effective_units(panel.unit, weights) for weights in (is_started, influence.weight_waiting))
    df = round(n_units - 1, 9)
    if df <= 0 or df < thresholds.df:
        return refused(ESTIMAND, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    variance = math.fsum(_unit_sums(panel.unit, influence.started + influence.waiting) ** 2)
    rounding = 1 / 12 / n_units
    se = math.sqrt(variance if variance > _NO_VARIANCE * rounding else rounding)
    half = float(stats.t.ppf((1 + thresholds.level) / 2, df)) * se
    reasons = _early_reasons(panel, started, influence, df, thresholds)
    return Result(
        estimand=ESTIMAND,
        estimate=influence.estimate,
        se=se,
        df=df,
        ci=Interval(influence.estimate - half, influence.estimate + half),
        cs=None,
        n_commitments=None,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance=panel.kind,
        status="early" if reasons else "ok",
        reasons=reasons,
    )


def _early_reasons(
    panel: _Panel, started: IntArray, influence: _Influence, df: float, thresholds: Thresholds
) -> tuple[str, ...]:
    sides = (started, np.flatnonzero(influence.weight_waiting > 0))
    fewest_units = min(np.unique(panel.unit[people]).size for people in sides)
    checks = (
        (fewest_units < thresholds.early_clusters, TOO_FEW_CLUSTERS),
        (df < thresholds.early_df, TOO_FEW_DEGREES_OF_FREEDOM),
    )
    return tuple(code for failed, code in checks if failed)
