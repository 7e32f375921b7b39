"""Commitments, appointments, and what truly becomes of them.

What belongs here: potential outcomes, who books, and the day each commitment is done or dropped.
What does not: who says so and when (`reports`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from models.simulate.columns import DAY, NEVER, Bools, Floats, Ints, dates, texts, utc_times
from models.simulate.meetings import Meetings, Presence
from models.simulate.people import Groups, People
from models.simulate.prompts import Prompts
from models.simulate.scenario import DIFFICULTY_PROBABILITIES, HORIZON_DAYS, Scenario, constants

_DUE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Commitments:
    """One commitment per person and session attended, by person and time; arrays of shape (n,).

    `p0` and `p1` are the probabilities of being done within 28 days without and with an appointment; `lift` is what a
    prompt adds to the probability of booking one, 0 where no prompts are drawn.
    `done_day` and `dropped_day` count days from check-out; NEVER where it does not happen. `due_day`, where the
    owner set one, is drawn alike in both arms, so that "by own due date" compares like with like; partners meet
    on `meets_day`, whatever is due when.
    `next` is the row of the same person's next session, -1 where there is none before the cut.
    """

    code: NDArray[np.object_]
    person: Ints
    meeting: Ints
    group: Ints
    made: Ints
    due_day: Ints
    difficulty: Ints
    importance: Ints
    confidence: Ints
    p0: Floats
    p1: Floats
    lift: Floats
    is_booked: Bools
    partner: Ints
    meets_day: Ints
    done_day: Ints
    dropped_day: Ints
    next: Ints
    in_sheet: Bools

    @property
    def made_day(self) -> Ints:
        """Day of the check-out."""
        return self.made // DAY


def draw_commitments(
    scenario: Scenario,
    people: People,
    groups: Groups,
    meetings: Meetings,
    presence: Presence,
    *,
    prompts: Prompts,
    rng: np.random.Generator,
) -> Commitments:
    """Draws the commitments of everybody who came, and what truly becomes of them."""
    attended = np.flatnonzero(presence.attended)
    rows = attended[np.lexsort((meetings.start[presence.meeting[attended]], presence.person[attended]))]
    person, meeting = presence.person[rows], presence.meeting[rows]
    group, n = meetings.group[meeting], len(rows)
    difficulty = rng.choice(np.arange(1, 6), n, p=DIFFICULTY_PROBABILITIES)
    p0, p1, booking, prompted = _probabilities(
        scenario, people, groups, person=person, group=group, difficulty=difficulty
    )
    is_booked = rng.random(n) < np.where(prompts.shown[rows], prompted, booking)
    done_day, dropped_day = _fates(scenario, np.where(is_booked, p1, p0), rng)
    made = meetings.end[meeting] + rng.integers(0, 8, n)
    meets_day = rng.integers(3, 15, n)
    due_day = np.where(rng.random(n) < _DUE_SHARE, rng.integers(5, HORIZON_DAYS + 1, n), NEVER)
    return Commitments(
        code=_codes(people, groups, meetings, person, meeting),
        person=person,
        meeting=meeting,
        group=group,
        made=made,
        due_day=due_day,
        difficulty=difficulty,
        importance=rng.integers(2, 6, n),
        confidence=_confidence(people.conscientiousness[person], difficulty, rng),
        p0=p0,
        p1=p1,
        lift=prompted - booking,
        is_booked=is_booked,
        partner=_partners(scenario, groups, person, group, rng),
        meets_day=meets_day,
        done_day=done_day,
        dropped_day=dropped_day,
        next=_next_rows(person),
        in_sheet=groups.keeps_sheet[group],
    )


def commitments_frame(
    scenario: Scenario, people: People, meetings: Meetings, commitments: Commitments
) -> pl.DataFrame:
    """The commitments as the contract's table; what becomes of them stands in the reports."""
    has_due = commitments.due_day < NEVER
    return pl.DataFrame(
        {
            "commitment_id": commitments.code.tolist(),
            "person_id": people.email[commitments.person].tolist(),
            "session_id": meetings.code[commitments.meeting].tolist(),
            "made_at": utc_times(commitments.made, scenario),
            "due_on": dates(commitments.made_day + commitments.due_day, scenario, has_due),
            "difficulty_1_5": commitments.difficulty,
            "importance_1_5": commitments.importance,
            "confidence_1_5": commitments.confidence,
        }
    )


def appointments_frame(
    scenario: Scenario, people: People, commitments: Commitments, rng: np.random.Generator
) -> pl.DataFrame:
    """The appointments as they are recorded, some of them twice.

    Check-out forms record partner and date at check-out. Groups that keep a sheet book in the calendar
    only, where a commitment is never named and a booking time sometimes is missing; a third of the forms'
    appointments are in the calendar too. Some open commitments are booked 2 to 10 days later: no exposure.
    """
    c, n = commitments, len(commitments.person)
    delay = rng.integers(2, 11, n)
    is_late = ~c.is_booked & (rng.random(n) < scenario.late_booking_share)
    is_late &= delay < np.minimum(np.minimum(c.done_day, c.dropped_day), HORIZON_DAYS)
    is_late &= c.made + delay * DAY < scenario.n_days * DAY
    copied = c.is_booked & ~c.in_sheet & (rng.random(n) < 1 / 3)
    in_form = np.flatnonzero(c.is_booked & ~c.in_sheet)
    in_calendar = np.flatnonzero((c.is_booked & c.in_sheet) | copied | is_late)
    row = np.concatenate([in_form, in_calendar])
    by_form = np.arange(len(row)) < len(in_form)
    late = is_late[row]
    booked = np.where(late, c.made[row] + delay[row] * DAY, c.made[row] + np.where(by_form, 0, 12))
    meets = c.made_day[row] + c.meets_day[row] + np.where(late, 10, 0)
    known = late | by_form | (rng.random(len(row)) >= scenario.no_created_share)
    hour = np.where(by_form, 0, rng.integers(9, 17, len(row)))
    uid = np.array([f"appointment-{i + 1:05d}@calendar.example.org" for i in range(len(row))], dtype=object)
    return pl.DataFrame(
        {
            "appointment_id": np.where(by_form, c.code[row], uid).tolist(),
            "commitment_id": texts(c.code[row], by_form),
            "owner_person_id": people.email[c.person[row]].tolist(),
            "partner_person_id": people.email[c.partner[row]].tolist(),
            "booked_at": utc_times(booked, scenario, known),
            "scheduled_at": utc_times(meets * DAY + 60 * hour, scenario),
            "state": texts(np.full(len(row), "unknown", dtype=object), ~by_form),
            "origin": np.where(by_form, "check_out", "calendar").tolist(),
        }
    )


def _probabilities(
    scenario: Scenario, people: People, groups: Groups, *, person: Ints, group: Ints, difficulty: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """p0, p1 and the probabilities of booking without and with a prompt, each of shape (n,)."""
    constant = constants(scenario)
    step = difficulty - 3
    eta = constant.completion + groups.effect[group] + people.effect[person] + scenario.difficulty_slope * step
    leans = -scenario.selection_by_difficulty * step
    leans = leans + scenario.selection_by_conscientiousness * people.conscientiousness[person]
    booking, prompted = expit(constant.appointment + leans), expit(constant.prompted + leans)
    return expit(eta), expit(eta + constant.appointment_shift), booking, prompted


def _fates(scenario: Scenario, p: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Day done, within 28 days with exactly probability p, else later or never; and day dropped."""
    n = len(p)
    in_time = rng.random(n) < p
    dropped = ~in_time & (rng.random(n) < scenario.withdrawn_share)
    late = ~in_time & ~dropped & (rng.random(n) < scenario.late_done_share)
    soon = 1 + np.floor(HORIZON_DAYS * rng.random(n) ** 0.8).astype(np.int64)
    later = HORIZON_DAYS + 1 + np.floor(rng.exponential(14.0, n)).astype(np.int64)
    dropped_day = np.where(dropped, rng.integers(1, HORIZON_DAYS, n), NEVER)
    return np.where(in_time, soon, np.where(late, later, NEVER)), dropped_day


def _confidence(conscientiousness: Floats, difficulty: Ints, rng: np.random.Generator) -> Ints:
    latent = 3.6 + 0.4 * conscientiousness - 0.4 * (difficulty - 3) + 0.7 * rng.standard_normal(len(difficulty))
    return np.clip(np.rint(latent), 1, 5).astype(np.int64)


def _partners(scenario: Scenario, groups: Groups, person: Ints, group: Ints, rng: np.random.Generator) -> Ints:
    """Another member of the group, drawn evenly; for a share of them anybody of the round's other groups."""
    inside = _members(groups, person, group, rng)
    if not scenario.outside_partner_share or scenario.n_groups == 1:
        return inside
    # A source of its own, so that all other draws are the same with and without outside partners.
    own = rng.spawn(1)[0]
    is_outside = own.random(len(person)) < scenario.outside_partner_share
    n, first = scenario.n_groups, group - group % scenario.n_groups
    other = first + (group - first + own.integers(1, n, len(person))) % n
    member = groups.offset[other] + np.floor(own.random(len(person)) * groups.size[other]).astype(np.int64)
    return np.where(is_outside, groups.member[member], inside)


def _members(groups: Groups, person: Ints, group: Ints, rng: np.random.Generator) -> Ints:
    """Another member of the group, drawn evenly."""
    size, offset = groups.size[group], groups.offset[group]
    position = _position(groups, person, group)
    step = 1 + np.floor(rng.random(len(person)) * (size - 1)).astype(np.int64)
    return groups.member[offset + (position + step) % size]


def _position(groups: Groups, person: Ints, group: Ints) -> Ints:
    """Place of each person within the group's members."""
    n_people = int(groups.member.max()) + 1
    keys = np.repeat(np.arange(len(groups.size)), groups.size) * n_people + groups.member
    order = np.argsort(keys)
    return order[np.searchsorted(keys, group * n_people + person, sorter=order)] - groups.offset[group]


def _codes(
    people: People, groups: Groups, meetings: Meetings, person: Ints, meeting: Ints
) -> NDArray[np.object_]:
    """Session and e-mail joined by a bar; for groups that keep a sheet, the sheet's running code."""
    named = meetings.code[meeting] + "|" + people.email[person]
    running = np.array([f"C-{i + 1:05d}" for i in range(len(person))], dtype=object)
    return np.where(groups.keeps_sheet[meetings.group[meeting]], running, named)


def _next_rows(person: Ints) -> Ints:
    following = np.arange(1, len(person) + 1)
    same = np.append(person[1:] == person[:-1], False)
    return np.where(same, following, -1)
