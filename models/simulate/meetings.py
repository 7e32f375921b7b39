"""Sessions and who came.

What belongs here: when groups meet, for how long, and who was there.
What does not: what is committed to or answered there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.simulate.columns import DAY, NEVER, Bools, Ints, utc_times
from models.simulate.people import Groups, People
from models.simulate.scenario import Scenario

_POSTPONED_SHARE = 0.05
_FACILITATED_SHARE = 0.3
_BOOKED_SOON_SHARE = 0.6
_FIRST_BOOKED_DAYS = 14


@dataclass(frozen=True, slots=True)
class Meetings:
    """Sessions planned before the cut, by group and number; every array has one element per session.

    `minutes` has shape (n, 3): check-in, problem solving, check-out. A group that stops cancels the
    session after its last one, and no further one is planned. `number` counts from 1; groups drawn anew go on from the
    largest number any of their members has reached, so that no member has two sessions of one number.
    """

    code: NDArray[np.object_]
    group: Ints
    number: Ints
    day: Ints
    planned: Ints
    start: Ints
    minutes: Ints
    is_held: Bools
    is_facilitated: Bools

    @property
    def end(self) -> Ints:
        """Minute at which each session ends."""
        end: Ints = self.start + self.minutes.sum(axis=1)
        return end


@dataclass(frozen=True, slots=True)
class Presence:
    """Who was expected at the sessions held; one element per session and member."""

    meeting: Ints
    person: Ints
    attended: Bools
    focus_minutes: Ints


def draw_meetings(scenario: Scenario, groups: Groups, rng: np.random.Generator) -> Meetings:
    """Draws every group's sessions: about every `rhythm_days`, on working days, between 9 and 16 o'clock."""
    day = _days(scenario, groups, rng)
    stop = _stops(scenario, len(groups.size), rng)
    number = np.arange(1, day.shape[1] + 1)[None, :]
    group, column = np.nonzero((day < groups.end_day[:, None]) & (number <= stop[:, None] + 1))
    n = len(group)
    hour = rng.integers(9, 15, len(groups.size))[group]
    planned = day[group, column] * DAY + 60 * hour + 30 * rng.integers(0, 2, n)
    is_held = column < stop[group]
    postponed = is_held & (column > 0) & (rng.random(n) < _POSTPONED_SHARE)
    counted = number_before(groups, np.bincount(group, minlength=len(groups.size)))[group] + column + 1
    minutes = np.stack([rng.integers(10, 16, n), rng.integers(80, 101, n), rng.integers(10, 16, n)], axis=1)
    return Meetings(
        code=np.array([f"{groups.code[g]}-{k}" for g, k in zip(group, counted, strict=True)], dtype=object),
        group=group,
        number=counted,
        day=day[group, column],
        planned=np.where(postponed & (scenario.rhythm_days >= 21), planned - 7 * DAY, planned),
        start=planned + rng.integers(0, 7, n),
        minutes=minutes,
        is_held=is_held,
        is_facilitated=rng.random(n) < _FACILITATED_SHARE,
    )


def draw_bookings(meetings: Meetings, rng: np.random.Generator) -> Ints:
    """Draws the minute at which each session was put in the calendar, always before it was to begin.

    A group's first session is booked two weeks ahead. Most others are booked within five days of the session before,
    the rest 8 to 15 days after it, between 8 and 18 o'clock.
    """
    n = len(meetings.group)
    soon = rng.random(n) < _BOOKED_SOON_SHARE
    days = np.where(soon, rng.integers(0, 6, n), rng.integers(8, 16, n))
    after = (np.roll(meetings.day, 1) + days) * DAY + rng.integers(8 * 60, 18 * 60, n)
    is_first = np.ones(n, dtype=bool)
    is_first[1:] = meetings.group[1:] != meetings.group[:-1]
    booked = np.where(is_first, meetings.planned - _FIRST_BOOKED_DAYS * DAY, after)
    before: Ints = np.minimum(booked, meetings.planned - DAY)
    return before


def number_before(groups: Groups, n_planned: Ints) -> Ints:
    """Largest session number any member has reached in earlier groups, shape (groups,); 0 in the first round.

    Args:
        groups: The groups of all rounds, one round after the other.
        n_planned: Sessions planned by each group, shape (groups,).
    """
    before = np.zeros(len(groups.size), dtype=np.int64)
    reached = np.zeros(int(groups.member.max()) + 1, dtype=np.int64)
    group = np.repeat(np.arange(len(groups.size)), groups.size)
    for day in np.unique(groups.from_day):
        rows = groups.from_day[group] == day
        np.maximum.at(before, group[rows], reached[groups.member[rows]])
        reached[groups.member[rows]] = (before + n_planned)[group[rows]]
    return before


def draw_presence(scenario: Scenario, groups: Groups, meetings: Meetings, rng: np.random.Generator) -> Presence:
    """Draws who came; a session held has at least two people."""
    held = np.flatnonzero(meetings.is_held)
    size = groups.size[meetings.group[held]]
    meeting = np.repeat(held, size)
    within = np.arange(len(meeting)) - np.repeat(np.cumsum(size) - size, size)
    person = groups.member[groups.offset[meetings.group[meeting]] + within]
    came = rng.random(len(meeting)) < scenario.attendance_share
    n_came = np.bincount(meeting, weights=came, minlength=len(meetings.group))
    return Presence(
        meeting=meeting,
        person=person,
        attended=came | (n_came[meeting] < 2),
        focus_minutes=meetings.minutes[meeting, 1] // np.repeat(size, size) + rng.integers(-5, 6, len(meeting)),
    )


def sessions_frame(
    scenario: Scenario, groups: Groups, meetings: Meetings, rng: np.random.Generator
) -> pl.DataFrame:
    """The sessions as the contract's table; one that was cancelled has a plan and nothing else."""
    held = meetings.is_held
    frame = pl.DataFrame(
        {
            "session_id": meetings.code.tolist(),
            "group_id": groups.code[meetings.group].tolist(),
            "session_number": meetings.number,
            "scheduled_at": utc_times(meetings.planned, scenario),
            "booked_at": utc_times(draw_bookings(meetings, rng), scenario),
            "started_at": utc_times(meetings.start, scenario, held),
            "ended_at": utc_times(meetings.end, scenario, held),
            "status": np.where(held, "held", "cancelled").tolist(),
            "facilitator_present": meetings.is_facilitated,
            "check_in_minutes": meetings.minutes[:, 0],
            "problem_solving_minutes": meetings.minutes[:, 1],
            "check_out_minutes": meetings.minutes[:, 2],
        }
    )
    only_held = ["facilitator_present", "check_in_minutes", "problem_solving_minutes", "check_out_minutes"]
    return frame.with_columns(pl.when(pl.col("status") == "held").then(pl.col(only_held)))


def attendance_frame(people: People, meetings: Meetings, presence: Presence) -> pl.DataFrame:
    """Who was expected and who came, at the sessions held."""
    return pl.DataFrame(
        {
            "session_id": meetings.code[presence.meeting].tolist(),
            "person_id": people.email[presence.person].tolist(),
            "attended": presence.attended,
            "focus_minutes": presence.focus_minutes,
        }
    ).with_columns(pl.when("attended").then("focus_minutes").alias("focus_minutes"))


def _days(scenario: Scenario, groups: Groups, rng: np.random.Generator) -> Ints:
    """Planned days, shape (groups, most sessions possible); weekends move to the Monday after."""
    jitter = scenario.rhythm_jitter_days
    n_most = 1 + int((groups.end_day - groups.first_day).max()) // (scenario.rhythm_days - jitter)
    gaps = scenario.rhythm_days + rng.integers(-jitter, jitter + 1, (len(groups.size), n_most))
    gaps[:, 0] = 0
    day = groups.first_day[:, None] + np.cumsum(gaps, axis=1)
    working: Ints = day + np.select([day % 7 == 5, day % 7 == 6], [2, 1], 0)
    return working


def _stops(scenario: Scenario, n_groups: int, rng: np.random.Generator) -> Ints:
    """Sessions after which each group stops; NEVER for those that go on."""
    stops = rng.permutation(n_groups) < round(scenario.stop_share * n_groups)
    return np.where(stops, rng.integers(1, 6, n_groups), NEVER)
