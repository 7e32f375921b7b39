"""What the headline claims, tried on made-up programmes whose truth is known, through the shipped SQL.

Simulated records become core tables; the shipped selects link reports, find exposure, apply the fixed rules and
count; the shipped estimator turns counts into the difference. The bounded runs are `slow`, the long ones
`thorough`. Every run is seeded, so a test that passes keeps passing until something changes.

**The truth** of a coverage claim is the population's effect, `Scenario.effect`, not the average over the commitments
of one programme: a cluster-robust interval treats groups as draws from a population, so it claims to cover what
other groups of that population would gain. The average of one programme's own commitments varies around it with
a fifth of the estimate's standard deviation (tested below), so it is covered a little more often, by about .003.

**Monte Carlo error** is one standard error: sqrt(c (1 - c) / R) of a share c of R programmes, sd / sqrt(R) of a mean.
A claim fails when it is missed by more than two of them (a one-sided chance of .023 per claim, spent once, as the
seeds are fixed).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from many_programmes import (
    ALL_CORE,
    HEADLINE,
    cells_by_programme,
    judged,
    many,
    part,
    primary_cells,
    programme_number,
    protected_tables,
)
from numpy.typing import NDArray

from dashboards.site import build_site
from dashboards.words import english
from models.contracts import META_TABLES
from models.disclosure.contributions import NO_ROW_IDS
from models.effects.difference import risk_difference
from models.effects.result import Result, Thresholds
from models.estimates.inputs import cells_of
from models.frames import frame_of
from models.plan import Plan
from models.simulate import Programme, Scenario, simulate
from pipelines.store.warehouse import Connection, fetch

BOOKED_AT_RANDOM = Scenario(
    n_weeks=40, start_weeks=12, selection_by_difficulty=0.0, selection_by_conscientiousness=0.0
)
NO_EFFECT = replace(BOOKED_AT_RANDOM, effect=0.0)
SELF_SELECTED = replace(
    BOOKED_AT_RANDOM,
    selection_by_difficulty=Scenario().selection_by_difficulty,
    selection_by_conscientiousness=Scenario().selection_by_conscientiousness,
)
GROUPS_AT_ONCE = 3_000
FREE = Thresholds.none()
WEEKLY = "effect_cells_by_week"


@dataclass(frozen=True, slots=True)
class Sample:
    """Estimates of many programmes, and the truth of each; arrays of one element per programme."""

    results: tuple[Result, ...]
    true_effect: NDArray[np.float64]
    true_bias: NDArray[np.float64]

    @property
    def estimates(self) -> NDArray[np.float64]:
        return np.array([result.estimate for result in self.results])

    def coverage(self, truth: float | NDArray[np.float64]) -> float:
        """Share of programmes whose single-look interval contains the truth."""
        truths = np.broadcast_to(truth, len(self.results))
        hits = [result.ci.contains(value) for result, value in zip(self.results, truths, strict=True)]
        return float(np.mean(hits))


def of(n_groups: int, scenario: Scenario) -> Scenario:
    return replace(scenario, n_groups=n_groups, n_people=3 * n_groups)


def share_error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def mean_error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def batches(scenario: Scenario, n_programmes: int, groups_at_once: int = GROUPS_AT_ONCE) -> list[Scenario]:
    """Scenarios of as many programmes as fit at once, each of another seed; together at least so many."""
    at_once = groups_at_once // scenario.n_groups
    return [many(scenario, at_once, seed) for seed in range(1, -(-n_programmes // at_once) + 1)]


def draw(
    scenario: Scenario, n_programmes: int, rows: Callable[[Connection], pl.DataFrame] = primary_cells
) -> Sample:
    """Simulate, count with the shipped SQL and estimate; `rows` says which cells the estimate is made from."""
    results: list[Result] = []
    truths: list[pl.DataFrame] = []
    for large in batches(scenario, n_programmes):
        programme, n = simulate(large), large.n_groups // scenario.n_groups
        with judged(programme) as connection:
            results += [risk_difference(cells, FREE) for cells in cells_by_programme(rows(connection), n)]
        truths.append(truth_of_each(programme, n))
    truth = pl.concat(truths)
    return Sample(tuple(results), truth["effect"].to_numpy(), truth["bias"].to_numpy())


def truth_of_each(programme: Programme, n: int) -> pl.DataFrame:
    """Average effect and bias of each programme's own commitments, from potential outcomes."""
    booked = pl.col("has_appointment")
    effect = (pl.col("p1") - pl.col("p0")).mean()
    crude = pl.col("p1").filter(booked).mean() - pl.col("p0").filter(~booked).mean()
    return (
        programme.truth.commitments.group_by(programme_number(n))
        .agg(effect.alias("effect"), (crude - effect).alias("bias"))
        .sort("programme")
    )


def judged_by_day_of_report(connection: Connection) -> pl.DataFrame:
    """The wrong rule: kept when somebody *said* within 28 days that it is done."""
    return fetch(
        connection,
        """
        select
            cluster_id, group_id, person_id, arm,
            sum(case when state = 'done' then 1 else 0 end) as n_done,
            sum(case when state = 'not_done' then 1 else 0 end) as n_not_done,
            sum(case when state = 'withdrawn' then 1 else 0 end) as n_withdrawn,
            sum(case when state = 'unknown' then 1 else 0 end) as n_unknown,
            sum(case when state = 'done' and reported_day <= made_day + 28 then 1 else 0 end) as n_kept
        from commitment_outcomes where is_mature and arm is not null group by all
        """,
    )


def test_a_programme_judged_alone_gives_the_cells_it_has_among_others() -> None:
    scenario = of(12, SELF_SELECTED)
    large = simulate(many(scenario, 5, seed=3))
    with judged(large) as connection:
        among_others = primary_cells(connection).with_columns(programme_number(5))
    with judged(part(large, 2, 5)) as connection:
        alone = primary_cells(connection)
    # Clusters, groups and persons are numbered anew, so they are compared as who is with whom, not by number.
    columns = [name for name in alone.columns if name not in NO_ROW_IDS]
    theirs = among_others.filter(pl.col("programme") == 2)
    assert alone.select(columns).sort(columns).equals(theirs.select(columns).sort(columns))
    assert risk_difference(cells_of(alone), FREE) == risk_difference(cells_of(theirs), FREE)
    assert theirs["cluster_id"].n_unique() == alone["cluster_id"].n_unique() == 12


def test_every_report_that_names_no_commitment_is_linked_to_the_one_it_is_about() -> None:
    programme = simulate(many(of(12, SELF_SELECTED), 20, seed=4))
    with judged(programme) as connection:
        linked = fetch(
            connection, "select person_id, reported_at, confirmed_by, commitment_id from core_outcome_reports"
        )
    truth = programme.truth.reports.select(linked.columns)
    assert linked.sort(linked.columns).equals(truth.sort(linked.columns))


def test_by_their_own_due_dates_the_difference_is_what_is_gained_by_then() -> None:
    # Of those done within 28 days, (d / 28)^1.25 are done by day d; due dates are even over days 5 to 28.
    gained = 0.14 * np.mean([(day / 28) ** 1.25 for day in range(5, 29)])
    assert gained == pytest.approx(0.075, abs=0.001)
    with judged(simulate(many(of(12, BOOKED_AT_RANDOM), 250, seed=1))) as connection:
        line = fetch(connection, "select * from effect_cells where line = 'own_due_date'")
    result = risk_difference(cells_of(line), FREE)
    assert result.estimate == pytest.approx(gained, abs=3 * result.se)
    assert result.estimate > 0.05


def assert_covers(n_groups: int, n_programmes: int) -> None:
    sample = draw(of(n_groups, BOOKED_AT_RANDOM), n_programmes)
    got = sample.coverage(0.14)
    error = share_error(0.95, len(sample.results))
    print(
        f"{n_groups} groups, {len(sample.results)} programmes: coverage {got:.4f} +- {error:.4f} "
        f"(of each programme's own average {sample.coverage(sample.true_effect):.4f}), mean estimate "
        f"{sample.estimates.mean():.4f} +- {mean_error(sample.estimates):.4f}, sd of own averages "
        f"{sample.true_effect.std():.4f}, sd of estimates {sample.estimates.std():.4f}"
    )
    assert got >= 0.94 - 2 * error
    if n_groups == 6:
        assert got <= 0.975 + 2 * error


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [6, 12, 40])
def test_booked_at_random_the_interval_covers_the_true_effect(n_groups: int) -> None:
    # 2,000 programmes of 6 groups, 1,000 of 12, 525 of 40: Monte Carlo error .005, .007, .0095.
    assert_covers(n_groups, {6: 2_000, 12: 1_000, 40: 525}[n_groups])


@pytest.mark.thorough
@pytest.mark.parametrize("n_groups", [6, 12, 40])
def test_booked_at_random_the_interval_covers_the_true_effect_in_a_long_run(n_groups: int) -> None:
    # 6,000 programmes (2,000 of 40 groups): Monte Carlo error .0028 (.0049).
    assert_covers(n_groups, 2_000 if n_groups == 40 else 6_000)


def test_the_average_effect_of_one_programme_varies_little_around_the_populations() -> None:
    programmes = truth_of_each(simulate(many(of(12, BOOKED_AT_RANDOM), 250, seed=1)), 250)
    # 250 programmes: the standard error of a mean of the averages is .012 / sqrt(250) = .0008.
    assert programmes["effect"].mean() == pytest.approx(0.14, abs=0.002)
    assert programmes["effect"].std() < 0.02  # the estimate's own standard deviation is .064


def assert_covers_no_effect(rhythm_days: int, n_programmes: int) -> None:
    scenario = replace(of(20, NO_EFFECT), rhythm_days=rhythm_days)
    sample = draw(scenario, n_programmes)
    got, error = sample.coverage(0.0), share_error(0.95, len(sample.results))
    mean, of_mean = float(sample.estimates.mean()), mean_error(sample.estimates)
    print(f"{rhythm_days} days, {len(sample.results)} programmes: coverage {got:.4f} +- {error:.4f}, ", end="")
    print(f"mean estimate {mean:+.4f} +- {of_mean:.4f}")
    assert got >= 0.94 - 2 * error
    assert abs(mean) <= 2.5 * of_mean


@pytest.mark.slow
def test_without_an_effect_partners_who_ask_earlier_do_not_make_one() -> None:
    # 600 programmes: Monte Carlo error .009 of the coverage, .002 of the mean.
    assert_covers_no_effect(28, 600)


@pytest.mark.thorough
@pytest.mark.parametrize("rhythm_days", [21, 28, 35])
def test_without_an_effect_partners_who_ask_earlier_do_not_make_one_in_a_long_run(rhythm_days: int) -> None:
    # 3,000 programmes: Monte Carlo error .004 of the coverage, .0009 of the mean.
    assert_covers_no_effect(rhythm_days, 3_000)


@pytest.mark.slow
@pytest.mark.parametrize(("rhythm_days", "least"), [(28, 0.03), (35, 0.08)])
def test_judging_by_the_day_of_report_would_make_an_effect_where_there_is_none(
    rhythm_days: int, least: float
) -> None:
    # 150 programmes: Monte Carlo error of the mean .0035 at 28 days, .002 at 35.
    scenario = replace(of(20, NO_EFFECT), rhythm_days=rhythm_days)
    sample = draw(scenario, 150, judged_by_day_of_report)
    mean, error = float(sample.estimates.mean()), mean_error(sample.estimates)
    print(f"by day of report, {rhythm_days} days: {mean:+.4f} +- {error:.4f}, ", end="")
    print(f"coverage of 0 {sample.coverage(0.0):.3f}")
    assert mean > least + 4 * error
    assert sample.coverage(0.0) < 0.90


def assert_bias_is_the_simulators(n_programmes: int) -> None:
    """With every day of doing written down nothing but selection separates the crude estimate from the effect."""
    sample = draw(of(40, replace(SELF_SELECTED, done_on_missing_share=0.0)), n_programmes)
    excess, bias = sample.estimates - sample.true_effect, sample.true_bias
    error = mean_error(excess - bias)
    print(
        f"{len(sample.results)} programmes: estimate less effect {excess.mean():.4f}, bias {bias.mean():.4f}, "
        f"their gap {np.mean(excess - bias):+.4f} +- {error:.4f}; coverage of the effect {sample.coverage(0.14):.3f}"
    )
    assert bias.mean() > 0.02
    assert sample.coverage(0.14) < 0.80  # an interval that ignores who chose misses the effect
    assert abs(np.mean(excess - bias)) <= 2.5 * error


@pytest.mark.slow
def test_self_selection_biases_the_crude_difference_by_what_the_simulator_says() -> None:
    # 450 programmes of 40 groups: Monte Carlo error of the gap .0015, of a bias of about .06.
    assert_bias_is_the_simulators(450)


@pytest.mark.thorough
def test_self_selection_biases_the_crude_difference_by_what_the_simulator_says_in_a_long_run() -> None:
    # 1,800 programmes of 40 groups: Monte Carlo error of the gap .0008.
    assert_bias_is_the_simulators(1_800)


@pytest.mark.slow
def test_what_self_selection_makes_is_shown_as_people_choosing_for_themselves(tmp_path: Path) -> None:
    scenario = replace(of(80, SELF_SELECTED), seed=1)
    with judged(simulate(scenario), tables=ALL_CORE, derived=None) as connection:
        protected = protected_tables(connection, scenario, Plan())
    meta = {table.name: frame_of(table, []) for table in META_TABLES}
    page = unescape(build_site({**protected, **meta}, tmp_path).read_text("utf-8"))
    words, shown = english(), protected["protected_effect"].filter(pl.col("line") == "primary")
    assert shown["status"].item() == "ok"
    assert words("design.observational") in page
    assert words("design.randomised") not in page


@dataclass(frozen=True, slots=True)
class Alarms:
    """Programmes without an effect whose sequence, and whose single-look interval, excluded 0 in some week."""

    n_programmes: int
    n_never_shown: int
    by_sequence: float
    by_interval: float


def weekly_alarms(n_groups: int, n_programmes: int) -> Alarms:
    """Every week of every programme, as known at its end, with the plan's own limits: early weeks do not count."""
    scenario = of(n_groups, NO_EFFECT)
    alarms: list[tuple[bool, bool, bool]] = []
    for large in batches(scenario, n_programmes, groups_at_once=1_000):
        n = large.n_groups // n_groups
        with judged(simulate(large), derived=(*HEADLINE, WEEKLY)) as connection:
            rows = fetch(connection, f"select * from {WEEKLY}").with_columns(programme_number(n))
        weeks = rows.partition_by("programme", "week_end_day", as_dict=True)
        looks: dict[int, list[Result]] = {number: [] for number in range(n)}
        for (number, _), cells in weeks.items():
            looks[number].append(risk_difference(cells_of(cells), Thresholds()))
        alarms += [_alarm(results) for results in looks.values()]
    shown, by_sequence, by_interval = np.array(alarms).T
    return Alarms(len(alarms), int((~shown).sum()), float(by_sequence.mean()), float(by_interval.mean()))


def _alarm(results: list[Result]) -> tuple[bool, bool, bool]:
    shown = [result for result in results if result.status == "ok"]
    return (
        bool(shown),
        any(not result.cs.contains(0.0) for result in shown),
        any(not result.ci.contains(0.0) for result in shown),
    )


def assert_seldom_cries_wolf(n_groups: int, n_programmes: int) -> None:
    alarms = weekly_alarms(n_groups, n_programmes)
    error = share_error(0.05, alarms.n_programmes)
    print(n_groups, "groups:", alarms, f"+- {error:.4f}")
    assert alarms.n_never_shown < 0.05 * alarms.n_programmes
    assert alarms.by_sequence <= 0.05 + 2 * error
    assert alarms.by_interval > max(0.05 + 2 * error, 2 * alarms.by_sequence)


@pytest.mark.slow
def test_over_weekly_looks_the_sequence_seldom_cries_wolf_and_the_fixed_interval_often() -> None:
    # 300 programmes: Monte Carlo error .013 at a rate of .05.
    assert_seldom_cries_wolf(20, 300)


@pytest.mark.thorough
@pytest.mark.parametrize("n_groups", [12, 20, 40])
def test_over_weekly_looks_the_sequence_seldom_cries_wolf_in_a_long_run(n_groups: int) -> None:
    # 2,000 programmes: Monte Carlo error .005 at a rate of .05.
    assert_seldom_cries_wolf(n_groups, 2_000)
