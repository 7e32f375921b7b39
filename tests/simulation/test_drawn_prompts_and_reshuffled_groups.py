"""The randomised prompt, and clusters under reshuffling, tried on programmes whose truth is known.

Simulated records go through the shipped SQL and the shipped estimator. Groups drawn anew share people, so one large
simulation cannot be split by group as elsewhere: each programme is drawn on its own, its ids get its number in front,
and the SQL, which never looks across people, runs once for all of them.

The truth of a coverage claim is the population's effect; a share c of R programmes has the Monte Carlo error
sqrt(c (1 - c) / R), and a claim fails when it is missed by more than two of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from many_programmes import FOR_EFFECT, cells_by_programme, judged, many

from models.contracts import core_table
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.randomised import intention_to_treat
from models.effects.result import Result, Thresholds
from models.estimates.inputs import cells_of
from models.simulate import Programme, Scenario, simulate
from pipelines.store.warehouse import fetch

BOOKED_AT_RANDOM = Scenario(
    n_weeks=40, start_weeks=12, selection_by_difficulty=0.0, selection_by_conscientiousness=0.0
)
RESHUFFLED = replace(BOOKED_AT_RANDOM, n_weeks=60, start_weeks=8, reshuffle=1, outside_partner_share=0.3)
PROMPTED = replace(BOOKED_AT_RANDOM, prompt_share=0.5, prompt_lift=0.5)
IDS = {"person", "group", "session", "commitment", "appointment"}
FREE = Thresholds.none()


def numbered(programme: Programme, number: int) -> Programme:
    """The same programme with its number in front of every id."""
    frames = {}
    for item in fields(programme):
        frame = getattr(programme, item.name)
        if isinstance(frame, pl.DataFrame):
            columns = [column.name for column in core_table(item.name).columns if column.kind in IDS]
            frames[item.name] = frame.with_columns(
                (pl.lit(f"{number:05d}:") + pl.col(column)).alias(column) for column in columns
            )
    return replace(programme, **frames)


def together(programmes: list[Programme]) -> Programme:
    """All programmes as one; the scenario is that of the first."""
    names = [i.name for i in fields(Programme) if isinstance(getattr(programmes[0], i.name), pl.DataFrame)]
    return replace(programmes[0], **{n: pl.concat([getattr(p, n) for p in programmes]) for n in names})


def lines_of(scenario: Scenario, seeds: Iterable[int], line: str) -> list[CommitmentCells]:
    """The cells of one line of each of these programmes, each drawn on its own."""
    drawn = [numbered(simulate(replace(scenario, seed=seed)), seed) for seed in seeds]
    with judged(together(drawn)) as connection:
        rows = fetch(connection, f"select * from effect_cells where line = '{line}'")
    number = pl.col("person_id").str.slice(0, 5).alias("programme")
    return [cells_of(cells) for cells in rows.with_columns(number).partition_by("programme")]


def coverage(results: list[Result], truth: float) -> float:
    return float(np.mean([result.ci is not None and result.ci.contains(truth) for result in results]))


def share_error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def of(n_groups: int, scenario: Scenario) -> Scenario:
    return replace(scenario, n_groups=n_groups, n_people=3 * n_groups)


def test_programmes_drawn_apart_and_judged_together_share_no_cluster() -> None:
    scenario = of(6, RESHUFFLED)
    alone = lines_of(scenario, [3], "primary")
    among_others = lines_of(scenario, [2, 3, 4], "primary")
    assert len(among_others) == 3
    assert risk_difference(among_others[1], FREE) == risk_difference(alone[0], FREE)


def assert_covers_after_a_reshuffle(n_groups: int, n_programmes: int) -> None:
    cells = lines_of(of(n_groups, RESHUFFLED), range(1, n_programmes + 1), "primary")
    results = [risk_difference(each, FREE) for each in cells]
    got, error = coverage(results, 0.14), share_error(0.95, n_programmes)
    mean = float(np.mean([result.estimate for result in results]))
    width = float(np.mean([result.ci.width for result in results if result.ci]))
    two_way = float(np.mean([result.variance == "two_way" for result in results]))
    print(
        f"{n_groups} groups twice, {n_programmes} programmes: coverage {got:.4f} +- {error:.4f}, "
        f"mean {mean:.4f}, width {width:.3f}, two-way {two_way:.3f}"
    )
    assert two_way > 0.99
    assert got >= 0.95 - 2 * error


@pytest.mark.slow
@pytest.mark.parametrize(("n_groups", "n_programmes"), [(6, 500), (12, 400), (20, 300)])
def test_after_a_reshuffle_and_with_outside_partners_the_two_way_interval_covers(
    n_groups: int, n_programmes: int
) -> None:
    # Monte Carlo error .0097, .011 and .013.
    assert_covers_after_a_reshuffle(n_groups, n_programmes)


@pytest.mark.thorough
@pytest.mark.parametrize("n_groups", [6, 12, 20])
def test_after_a_reshuffle_and_with_outside_partners_the_two_way_interval_covers_in_a_long_run(
    n_groups: int,
) -> None:
    # 2,000 programmes: Monte Carlo error .005.
    assert_covers_after_a_reshuffle(n_groups, 2_000)


def prompted_results(n_groups: int, n_programmes: int, scenario: Scenario) -> list[Result]:
    large = simulate(many(of(n_groups, scenario), n_programmes, seed=1))
    with judged(large, tables=(*FOR_EFFECT, "assignments")) as connection:
        rows = fetch(connection, "select * from effect_cells where line = 'intention_to_treat'")
    return [intention_to_treat(cells, FREE) for cells in cells_by_programme(rows, n_programmes)]


@pytest.mark.slow
def test_the_interval_of_a_drawn_prompt_covers_the_effect_times_the_lift() -> None:
    results = prompted_results(12, 400, PROMPTED)
    got, error = coverage(results, 0.14 * 0.5), share_error(0.95, 400)
    estimates = np.array([result.estimate for result in results])
    of_mean = float(estimates.std(ddof=1)) / math.sqrt(400)
    print(f"drawn prompt: coverage {got:.4f} +- {error:.4f}, mean {estimates.mean():.4f} +- {of_mean:.4f}")
    assert {result.design for result in results} == {"randomised"}
    assert got >= 0.95 - 2 * error
    # A missing day counts by the day of report less the lag, which blurs some; the mean comes out within a point.
    assert abs(estimates.mean() - 0.07) <= 2.5 * of_mean + 0.002


@pytest.mark.slow
def test_who_chooses_to_book_does_not_bias_what_was_drawn() -> None:
    # People who book are conscientious and have easier commitments; nothing of it reaches the drawn arms.
    chosen = replace(
        PROMPTED,
        effect=0.0,
        selection_by_difficulty=Scenario().selection_by_difficulty,
        selection_by_conscientiousness=Scenario().selection_by_conscientiousness,
    )
    estimates = np.array([result.estimate for result in prompted_results(12, 250, chosen)])
    of_mean = float(estimates.std(ddof=1)) / math.sqrt(250)
    print(f"no effect, chosen bookings: mean {estimates.mean():+.4f} +- {of_mean:.4f}")
    assert abs(estimates.mean()) <= 2.5 * of_mean
