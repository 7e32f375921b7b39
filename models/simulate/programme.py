"""The made-up programme as a whole: its tables and the truth behind them.

What belongs here: putting the parts together, and what is true of the commitments drawn.
What does not: any drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from models.contracts import Table
from models.simulate.columns import NEVER, Bools, dates
from models.simulate.commitments import Commitments, appointments_frame, commitments_frame, draw_commitments
from models.simulate.meetings import (
    Meetings,
    attendance_frame,
    draw_meetings,
    draw_presence,
    sessions_frame,
)
from models.simulate.people import Groups, People, draw_groups, draw_people, memberships_frame, people_frame
from models.simulate.prompts import assignments_frame, draw_prompts
from models.simulate.pulses import answers_frame, draw_pulses, invitations_frame
from models.simulate.reports import draw_reports, reports_frame
from models.simulate.scenario import HORIZON_DAYS, Scenario

_DTYPES: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "varchar": pl.String(),
        "timestamp": pl.Datetime("us"),
        "date": pl.Date(),
        "bigint": pl.Int64(),
        "double": pl.Float64(),
        "boolean": pl.Boolean(),
    }
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the commitments drawn; on the probability scale, from potential outcomes.

    Attributes:
        average_effect: Mean of p1 - p0 over all commitments.
        crude_difference: Mean p1 of the appointed minus mean p0 of the others: what the crude contrast expects.
        selection: Mean p0 of the appointed minus mean p0 of the others.
        heterogeneity: Mean p1 - p0 of the appointed minus that of all.
        bias: crude_difference - average_effect, which is selection + heterogeneity.
        intention_to_treat: Mean of (p1 - p0) times what a prompt adds to the probability of booking: the effect of
            being prompted, as a prompt acts through booking alone here. 0 where no prompts are drawn.
        completion_with: Mean p1 of the appointed.
        completion_without: Mean p0 of the others.
        commitments: One row per commitment (commitment_id, person_id, group_id, made_at, has_appointment,
            p0, p1, done_on, is_kept); for tests only, never exported.
        reports: The outcome reports with every commitment named; for tests only, never exported.
    """

    average_effect: float
    crude_difference: float
    selection: float
    heterogeneity: float
    bias: float
    intention_to_treat: float
    completion_with: float
    completion_without: float
    commitments: pl.DataFrame
    reports: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Programme:
    """A made-up programme: the core tables with raw ids (e-mails, group and session codes), and the truth."""

    scenario: Scenario
    people: pl.DataFrame
    memberships: pl.DataFrame
    sessions: pl.DataFrame
    attendance: pl.DataFrame
    commitments: pl.DataFrame
    outcome_reports: pl.DataFrame
    appointments: pl.DataFrame
    invitations: pl.DataFrame
    answers: pl.DataFrame
    assignments: pl.DataFrame
    truth: Truth


def simulate(scenario: Scenario) -> Programme:
    """Draws the made-up programme of a scenario; see the package for its mechanisms.

    Returns:
        The programme; the same scenario gives the same frames, whatever the machine's hash seed.
    """
    rngs = [
        np.random.Generator(np.random.PCG64(seed)) for seed in np.random.SeedSequence(scenario.seed).spawn(10)
    ]
    people, groups = draw_people(scenario, rngs[0]), draw_groups(scenario, rngs[1])
    meetings = draw_meetings(scenario, groups, rngs[2])
    presence = draw_presence(scenario, groups, meetings, rngs[3])
    prompts = draw_prompts(scenario, meetings, presence, rngs[8])
    commitments = draw_commitments(scenario, people, groups, meetings, presence, prompts=prompts, rng=rngs[4])
    pulses = draw_pulses(scenario, people, groups, meetings, commitments, rng=rngs[5])
    reports = draw_reports(scenario, commitments, pulses, rngs[6])
    answers_rng, appointments_rng = rngs[7].spawn(2)
    return Programme(
        scenario=scenario,
        people=people_frame(scenario, people, groups),
        memberships=memberships_frame(scenario, people, groups),
        sessions=sessions_frame(scenario, groups, meetings, rngs[9]),
        attendance=attendance_frame(people, meetings, presence),
        commitments=commitments_frame(scenario, people, meetings, commitments),
        outcome_reports=reports_frame(scenario, people, meetings, commitments, reports),
        appointments=appointments_frame(scenario, people, commitments, appointments_rng),
        invitations=invitations_frame(scenario, people, meetings, commitments, pulses),
        answers=answers_frame(scenario, people, meetings, commitments, pulses, rng=answers_rng),
        assignments=assignments_frame(scenario, people, meetings, presence, prompts),
        truth=_truth(
            scenario,
            people,
            groups,
            meetings,
            c=commitments,
            reports=reports_frame(scenario, people, meetings, commitments, reports, all_named=True),
        ),
    )


def empty_frame(table: Table) -> pl.DataFrame:
    """A frame of the table's columns and types without a row."""
    return pl.DataFrame(schema={column.name: _DTYPES[column.sql_type] for column in table.columns})


def _truth(
    scenario: Scenario,
    people: People,
    groups: Groups,
    meetings: Meetings,
    *,
    c: Commitments,
    reports: pl.DataFrame,
) -> Truth:
    gain, booked = c.p1 - c.p0, c.is_booked
    selection = _mean(c.p0, booked) - _mean(c.p0, ~booked)
    heterogeneity = _mean(gain, booked) - float(gain.mean())
    return Truth(
        average_effect=float(gain.mean()),
        crude_difference=_mean(c.p1, booked) - _mean(c.p0, ~booked),
        selection=selection,
        heterogeneity=heterogeneity,
        bias=selection + heterogeneity,
        intention_to_treat=float((gain * c.lift).mean()),
        completion_with=_mean(c.p1, booked),
        completion_without=_mean(c.p0, ~booked),
        commitments=_true_commitments(scenario, people, groups, meetings, c),
        reports=reports,
    )


def _true_commitments(
    scenario: Scenario, people: People, groups: Groups, meetings: Meetings, c: Commitments
) -> pl.DataFrame:
    made = commitments_frame(scenario, people, meetings, c).select("commitment_id", "person_id", "made_at")
    return made.with_columns(
        pl.Series("group_id", groups.code[c.group].tolist()),
        dates(c.made_day, scenario).alias("made_on"),
        pl.Series("has_appointment", c.is_booked),
        pl.Series("p0", c.p0),
        pl.Series("p1", c.p1),
        dates(c.made_day + c.done_day, scenario, c.done_day < NEVER).alias("done_on"),
        pl.Series("is_kept", c.done_day <= HORIZON_DAYS),
    )


def _mean(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], where: Bools) -> float:
    """Mean of the chosen values; nan where none is chosen, so a one-armed scenario has no contrast."""
    return float(values[where].mean()) if where.any() else float("nan")
