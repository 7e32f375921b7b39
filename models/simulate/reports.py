"""Who says what became of a commitment, and when.

What belongs here: the asking, which must not differ by arm in what it records in the end.
What does not: what truly became of it (`commitments`).

A commitment that is ever reported on is reported like this, in both arms:
1. The owner says in the pulse of the next session attended what became of it, as of that day. Who does not
   answer that pulse, or would only after 48 days, is reminded 31 to 46 days after check-out.
2. Who said "not done" before the 28 days were over is asked again in the six days after them.
3. A late record takes the place of all of this: it comes 50 to 70 days after check-out.
A partner who asks at the appointment writes down only what is final, done or dropped, never a "not yet":
an early "not done" would stand for those who were asked early alone. And a partner writes down nothing on
a commitment that is otherwise never, or late, reported on, else more would be known of one arm.
So the last report in both arms tells the same about the first 28 days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulate.columns import DAY, Bools, Ints, dates, texts, utc_times
from models.simulate.commitments import Commitments
from models.simulate.meetings import Meetings
from models.simulate.people import People
from models.simulate.pulses import Pulses
from models.simulate.scenario import HORIZON_DAYS, Scenario

_LATEST_PULSE_DAY = 48
_UNNAMED_MINUTES = 10 * 60


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports on commitments; every array has one element per report.

    `commitment` is the row of the commitment; `is_named` says whether the report names it.
    `day` counts from check-out.
    """

    commitment: Ints
    at: Ints
    day: Ints
    is_named: Bools
    by_partner: Bools
    is_done: Bools
    is_dropped: Bools
    has_day: Bools


def draw_reports(
    scenario: Scenario, commitments: Commitments, pulses: Pulses, rng: np.random.Generator
) -> Reports:
    """Draws the reports that arrive before the cut, by commitment and time."""
    c, n = commitments, len(commitments.person)
    is_late = rng.random(n) < scenario.late_record_share
    first_at, by_pulse = _first_asked(c, pulses, is_late, rng)
    again_at = _clock(c.made_day + HORIZON_DAYS + rng.integers(1, 7, n), rng)
    first_day = first_at // DAY - c.made_day
    said_not_yet = (first_day < HORIZON_DAYS) & (np.minimum(c.done_day, c.dropped_day) > first_day)
    partner_at = _clock(c.made_day + c.meets_day, rng)
    partner_knows = np.minimum(c.done_day, c.dropped_day) <= c.meets_day
    asks = c.is_booked & ~is_late & partner_knows & (rng.random(n) < scenario.partner_asks_share)
    asks &= scenario.partner_asks_earlier
    unknown = rng.random(n) < scenario.unknown_share
    has_day = rng.random(n) >= scenario.done_on_missing_share
    row = np.concatenate([np.flatnonzero(asks), np.arange(n), np.flatnonzero(said_not_yet)])
    at = np.concatenate([partner_at[asks], first_at, again_at[said_not_yet]])
    kind = np.repeat([0, 1, 2], [int(asks.sum()), n, int(said_not_yet.sum())])
    keep = ~unknown[row] & (at < scenario.n_days * DAY)
    order = np.lexsort((kind[keep], at[keep], row[keep]))
    row, at, kind = row[keep][order], at[keep][order], kind[keep][order]
    day = at // DAY - c.made_day[row]
    is_done = c.done_day[row] <= day
    return Reports(
        commitment=row,
        at=at,
        day=day,
        is_named=(kind != 1) | ~by_pulse[row] | c.in_sheet[row],
        by_partner=(kind == 0) | (c.is_booked[row] & is_done & (kind == 1) & (row % 3 == 0)),
        is_done=is_done,
        is_dropped=c.dropped_day[row] <= day,
        has_day=has_day[row],
    )


def reports_frame(
    scenario: Scenario,
    people: People,
    meetings: Meetings,
    commitments: Commitments,
    reports: Reports,
    *,
    all_named: bool = False,
) -> pl.DataFrame:
    """The reports as the contract's table; one that names no commitment has the session of its pulse.

    Args:
        scenario: The scenario.
        people: The people.
        meetings: The sessions.
        commitments: The commitments reported on.
        reports: The reports.
        all_named: Whether to name the commitment even where the report itself does not.
    """
    row = reports.commitment
    done_on = commitments.made_day[row] + commitments.done_day[row]
    pulse = meetings.code[commitments.meeting[np.maximum(commitments.next[row], 0)]]
    state = np.select([reports.is_done, reports.is_dropped], ["done", "withdrawn"], "not_done")
    return pl.DataFrame(
        {
            "person_id": people.email[commitments.person[row]].tolist(),
            "commitment_id": texts(commitments.code[row], reports.is_named | all_named),
            "session_id": texts(pulse, ~reports.is_named),
            "reported_at": utc_times(reports.at, scenario),
            "state": state.tolist(),
            "done_on": dates(done_on, scenario, reports.is_done & reports.has_day),
            "confirmed_by": np.where(reports.by_partner, "partner", "self").tolist(),
        }
    )


def _first_asked(
    c: Commitments, pulses: Pulses, is_late: Bools, rng: np.random.Generator
) -> tuple[Ints, Bools]:
    """When the owner first says something, and whether that is in the next pulse without naming it.

    A pulse answered long after its session could be about the commitment just made: it names the one it means.
    """
    n = len(c.person)
    reminder = c.made_day + HORIZON_DAYS + rng.integers(3, 19, n)
    late = c.made_day + 50 + rng.integers(0, 21, n)
    other = _clock(np.where(is_late, late, reminder), rng)
    following = np.maximum(c.next, 0)
    at = pulses.at[following]
    in_pulse = (c.next >= 0) & pulses.responded[following] & ~is_late
    in_pulse &= at // DAY - c.made_day <= _LATEST_PULSE_DAY
    soon = at - c.made[following] <= _UNNAMED_MINUTES
    return np.where(in_pulse, at, other), in_pulse & soon


def _clock(days: Ints, rng: np.random.Generator) -> Ints:
    """A minute between 8 and 19 o'clock of each day."""
    return days * DAY + rng.integers(8 * 60, 19 * 60, len(days))
