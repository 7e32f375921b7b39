"""Three shortcuts with time that make an effect where there is none, and the shipped way that does not.

Everybody books at random and an appointment changes nothing; partners ask earlier, some book days later, and the
programme is young. Simulated records go through the shipped SQL; each shortcut differs from it in one line.

What is recorded is compared with what truly became of the same mature commitments, so that only what recording and
counting do is judged, not the luck of the draw. **Monte Carlo error** is one standard error of a mean over programmes,
sd / sqrt(R). The shipped way fails when its mean is more than 2.5 of them from 0 (a chance of .012 per claim, spent
once, as the seed is fixed); a shortcut when what it adds to the shipped way is within 5 of them of 0 or of no
consequence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from many_programmes import HEADLINE, cells_by_programme, judged, many, primary_cells, programme_number
from numpy.typing import NDArray

from models.effects.difference import risk_difference
from models.effects.incidence import DayCounts
from models.effects.kept_by_day import kept_by_day
from models.effects.open_days import days_open_difference
from models.effects.result import Thresholds
from models.estimates.kept_by_day import day_counts
from models.simulate import Programme, Scenario, cut_on, simulate
from pipelines.store.warehouse import Connection, fetch

N_PROGRAMMES = 150
FREE = Thresholds.none()
Floats = NDArray[np.float64]
HORIZON, LAG = 28, 21
WEEKS = (7, 14, 21, 28)
YOUNG_NO_EFFECT = Scenario(
    n_groups=40,
    n_people=120,
    n_weeks=18,
    start_weeks=6,
    rhythm_days=35,
    effect=0.0,
    selection_by_difficulty=0.0,
    selection_by_conscientiousness=0.0,
    partner_asks_share=1.0,
    late_booking_share=0.6,
)
STATES = """
    sum(case when state = 'done' then 1 else 0 end) as n_done,
    sum(case when state = 'not_done' then 1 else 0 end) as n_not_done,
    sum(case when state = 'withdrawn' then 1 else 0 end) as n_withdrawn,
    sum(case when state = 'unknown' then 1 else 0 end) as n_unknown
"""


@dataclass(frozen=True, slots=True)
class Young:
    """Programmes in which an appointment changes nothing: their records, judged, and the truth behind them."""

    records: Connection
    programme: Programme


@pytest.fixture(scope="module")
def young() -> Iterator[Young]:
    """150 programmes of 40 groups, 18 weeks old."""
    programme = simulate(many(YOUNG_NO_EFFECT, N_PROGRAMMES, seed=12))
    with judged(programme, derived=(*HEADLINE, "commitment_days")) as records:
        yield Young(records, programme)


@dataclass(frozen=True, slots=True)
class Bias:
    """How far off an estimate is on average, and the Monte Carlo error of that."""

    mean: float
    error: float

    @classmethod
    def of(cls, name: str, estimates: Floats) -> Bias:
        found = cls(float(estimates.mean()), float(estimates.std(ddof=1)) / math.sqrt(len(estimates)))
        print(f"{name}: {found.mean:+.4f} +- {found.error:.4f}")
        return found

    @property
    def is_none(self) -> bool:
        return abs(self.mean) <= 2.5 * self.error

    def is_at_least(self, least: float) -> bool:
        return abs(self.mean) >= max(least, 5 * self.error)


def differences(cells: pl.DataFrame) -> Floats:
    """The crude difference of each programme."""
    estimates = [risk_difference(own, FREE).estimate for own in cells_by_programme(cells, N_PROGRAMMES)]
    return np.array(estimates, dtype=np.float64)


def added(name: str, young: Young, cells: pl.DataFrame) -> Bias:
    """What a shortcut adds to the shipped difference of the same programme."""
    return Bias.of(name, differences(cells) - differences(primary_cells(young.records)))


def days_by_programme(rows: pl.DataFrame) -> list[DayCounts]:
    parts = rows.with_columns(programme_number(N_PROGRAMMES)).partition_by("programme", as_dict=True)
    return [day_counts(parts[(number,)]) for number in range(N_PROGRAMMES)]


def over_time(counts: list[DayCounts]) -> Floats:
    """With minus without: share done by each week's end, then days open; shape (programmes, weeks and 1)."""
    rows = []
    for own in counts:
        with_one, without = (kept_by_day(own, arm, WEEKS, HORIZON, FREE) for arm in (1, 0))
        apart = [one.done.estimate - other.done.estimate for one, other in zip(with_one, without, strict=True)]
        rows.append([*apart, days_open_difference(own, HORIZON, FREE).estimate])
    return np.array(rows, dtype=np.float64)


def shipped_over_time(young: Young) -> Floats:
    return over_time(days_by_programme(fetch(young.records, "select * from commitment_days")))


def truth_over_time(young: Young) -> Floats:
    """The same, of what truly became of every commitment that is mature at the cut; shape as `over_time`."""
    last = date.fromisoformat(cut_on(young.programme.scenario)) - timedelta(days=HORIZON + LAG)
    spent = (pl.col("done_on") - pl.col("made_on")).dt.total_days().fill_null(HORIZON)
    of = {
        f"by_{day}": ((pl.col("done_on") - pl.col("made_on")).dt.total_days() <= day).fill_null(value=False)
        for day in WEEKS
    }
    of["open"] = spent.clip(0, HORIZON)
    booked = pl.col("has_appointment")
    found = (
        young.programme.truth.commitments.filter(pl.col("made_on") <= last)
        .group_by(programme_number(N_PROGRAMMES))
        .agg(
            (value.filter(booked).mean() - value.filter(~booked).mean()).alias(name)
            for name, value in of.items()
        )
        .sort("programme")
    )
    return found.drop("programme").to_numpy()


def naive_cells(
    connection: Connection, *, arm: str = "arm", kept: str = "kept = 1", where: str = "is_mature"
) -> pl.DataFrame:
    """The headline's cells with one thing done the short way."""
    return fetch(
        connection,
        f"""
        with latest as (
            select a.appointment_id, max_by(c.commitment_id, c.made_us) as commitment_id
            from core_appointments as a
            inner join core_commitments as c on a.owner_person_id = c.person_id and c.made_us <= a.booked_us
            where a.commitment_id is null and a.booked_us is not null
            group by a.appointment_id
        ),
        ever as (
            select commitment_id from latest union select commitment_id from core_appointments
        )
        select
            o.cluster_id, o.group_id, o.person_id, {arm} as arm, {STATES},
            sum(case when {kept} then 1 else 0 end) as n_kept
        from (
            select o.*, e.commitment_id is not null as is_ever
            from commitment_outcomes as o left join ever as e using (commitment_id)
        ) as o
        where {where} and arm is not null
        group by all
        """,
    )


def naive_days(connection: Connection) -> pl.DataFrame:
    """Everything known by the cut, and whatever nobody has spoken of yet taken to be open until the cut."""
    return fetch(
        connection,
        """
        with dated as (
            select
                *,
                least(cut_day - made_day, 42) as last_day,
                case
                    when state = 'done' then coalesce(done_day, reported_day) - made_day
                    when state = 'withdrawn' then reported_day - made_day
                end as event_day
            from commitment_outcomes cross join (select cut_day from run_settings)
            where arm is not null and not (is_mature and state = 'unknown')
        )
        select
            cluster_id, group_id, person_id, arm, is_mature,
            case when event_day <= last_day then event_day else last_day end as day,
            case when event_day <= last_day then state else 'open' end as event,
            count(*) as n_commitments
        from dated
        group by all
        """,
    )


@pytest.mark.slow
def test_the_shipped_way_finds_what_is_true_and_no_effect_of_appointments(young: Young) -> None:
    truth = truth_over_time(young)
    assert Bias.of("shipped, kept", differences(primary_cells(young.records)) - truth[:, 3]).is_none
    off = shipped_over_time(young) - truth
    for name, column in zip([*(f"day {day}" for day in WEEKS), "days open"], off.T, strict=True):
        assert Bias.of(f"shipped, {name}", column).is_none


@pytest.mark.slow
def test_taking_any_appointment_ever_for_exposure_makes_an_effect_of_waiting(young: Young) -> None:
    # Who books late has not done it yet: that time alone makes appointments look harmful.
    bias = added("any appointment ever", young, naive_cells(young.records, arm="is_ever::int"))
    assert bias.mean < 0
    assert bias.is_at_least(0.03)


@pytest.mark.slow
def test_counting_by_the_day_of_report_makes_an_effect_of_being_asked_earlier(young: Young) -> None:
    by_report = "state = 'done' and reported_day <= made_day + 28"
    bias = added("by day of report", young, naive_cells(young.records, kept=by_report))
    assert bias.mean > 0
    assert bias.is_at_least(0.10)


@pytest.mark.slow
def test_taking_closed_commitments_only_makes_an_effect_of_what_is_told_early(young: Young) -> None:
    bias = added("closed only", young, naive_cells(young.records, where="state <> 'unknown'"))
    assert bias.mean > 0
    assert bias.is_at_least(0.006)


@pytest.mark.slow
def test_taking_what_nobody_has_spoken_of_yet_for_open_makes_an_effect_as_well(young: Young) -> None:
    off = over_time(days_by_programme(naive_days(young.records))) - shipped_over_time(young)
    done, spent = (
        Bias.of("open until the cut, day 14", off[:, 1]),
        Bias.of("open until the cut, days open", off[:, 4]),
    )
    assert done.mean > 0 > spent.mean
    assert done.is_at_least(0.02)
    assert spent.is_at_least(0.4)
