"""What a made-up programme is made of: its sizes, its true effect and every mechanism's strength.

What belongs here: the scenario, its limits, and the constants solved from it.
What does not: drawing anything.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

HORIZON_DAYS = 28
DIFFICULTY_PROBABILITIES = (0.10, 0.20, 0.40, 0.20, 0.10)
FIRST_SESSION_DAY = 10  # room for the invitation and the baseline before the earliest first session

_SHARES = (
    "base_completion",
    "appointment_share",
    "partner_asks_share",
    "calendar_group_share",
    "late_booking_share",
    "no_created_share",
    "withdrawn_share",
    "late_done_share",
    "unknown_share",
    "late_record_share",
    "done_on_missing_share",
    "attendance_share",
    "response_share",
    "stop_share",
    "transfer_share",
    "outside_partner_share",
    "prompt_lift",
)
PROMPT_BLOCK = 4
"""Check-outs of one person in a permuted block of the randomised prompt."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A made-up programme; the same scenario always gives the same programme.

    Shares lie in 0 to 1, slopes and standard deviations are on the logit scale, days are calendar days.

    Attributes:
        seed: Seed of every draw.
        n_people: People; 2 to 4 per group.
        n_groups: Coaching groups meeting at the same time.
        n_weeks: Weeks from the first Monday to the data cut.
        first_monday: Day 0.
        time_zone: Zone in which sessions fall into working hours.
        start_weeks: Weeks over which the groups' first sessions are spread (at most half the programme).
        rhythm_days: Days between a group's sessions.
        rhythm_jitter_days: Each gap differs from the rhythm by up to this many days.
        effect: Average of p1 - p0 in the population, on the probability scale.
        base_completion: Average of p0 in the population.
        appointment_share: Share of commitments with an appointment.
        selection_by_difficulty: How strongly easier commitments get appointments, per step; 0 is not at all.
        selection_by_conscientiousness: How strongly conscientious people book, per SD; 0 is not at all.
        difficulty_slope: Change in logit p0 per step of difficulty.
        group_sd: SD of the groups' effects on logit p0.
        person_sd: SD of the persons' effects on logit p0.
        conscientiousness_weight: Correlation of a person's effect with conscientiousness, -1 to 1.
        partner_asks_earlier: Whether partners ask at the appointment, before the next session.
        partner_asks_share: Share of partners who write down what they heard.
        calendar_group_share: Share of groups that keep a sheet of commitments and book in the calendar only.
        late_booking_share: Share of open, unbooked commitments booked 2 to 10 days after check-out.
        no_created_share: Share of calendar appointments without a booking time.
        withdrawn_share: Share of the commitments not done within 28 days that are dropped.
        late_done_share: Share of the rest of these that are done later than 28 days.
        unknown_share: Share of commitments nobody ever reports on, whatever the arm and the outcome.
        late_record_share: Share of commitments reported only after 50 to 70 days, whatever the arm.
        done_on_missing_share: Share of commitments whose day is not written down.
        attendance_share: Share of expected participations that take place.
        response_share: Share of pulses answered by a person of average loneliness.
        nonresponse_by_loneliness: How much less lonelier people answer, per SD of loneliness.
        loneliness_shift: Fall of latent loneliness by the sixth session, in SD; .25 is about -.3 on 3 to 9.
        stop_share: Share of groups that stop after one to five sessions.
        transfer_share: Share of people who change department during the programme.
        reshuffle: How often all groups are drawn anew; sessions go on counting from the earlier groups' last ones.
        outside_partner_share: Share of appointments whose partner is drawn from another group.
        prompt_share: Share of each person's check-outs at which a prompt to book is shown, drawn in permuted blocks of
            four, so 0, .25, .5 or .75; 0 is a programme that draws nothing.
        prompt_lift: By how much a prompt raises the share that books, on average over the population; the effect of
            being prompted is `effect` times this where booking does not depend on ease or person.
    """

    seed: int = 1
    n_people: int = 240
    n_groups: int = 80
    n_weeks: int = 52
    first_monday: date = date(2025, 10, 6)
    time_zone: str = "Europe/Berlin"
    start_weeks: int = 26
    rhythm_days: int = 28
    rhythm_jitter_days: int = 4
    effect: float = 0.14
    base_completion: float = 0.65
    appointment_share: float = 0.45
    selection_by_difficulty: float = 0.25
    selection_by_conscientiousness: float = 0.5
    difficulty_slope: float = -0.35
    group_sd: float = 0.7
    person_sd: float = 0.7
    conscientiousness_weight: float = 0.7
    partner_asks_earlier: bool = True
    partner_asks_share: float = 0.7
    calendar_group_share: float = 0.15
    late_booking_share: float = 0.05
    no_created_share: float = 0.06
    withdrawn_share: float = 0.15
    late_done_share: float = 0.35
    unknown_share: float = 0.06
    late_record_share: float = 0.04
    done_on_missing_share: float = 0.08
    attendance_share: float = 0.92
    response_share: float = 0.80
    nonresponse_by_loneliness: float = 0.35
    loneliness_shift: float = 0.25
    stop_share: float = 0.15
    transfer_share: float = 0.06
    reshuffle: int = 0
    outside_partner_share: float = 0.0
    prompt_share: float = 0.0
    prompt_lift: float = 0.25

    def __post_init__(self) -> None:
        """Refuses what cannot be simulated.

        Raises:
            ValueError: A value is outside its range; the message names it and the range.
        """
        for name in _SHARES:
            _require(0 <= getattr(self, name) <= 1, f"{name} has to lie in 0 to 1")
        sds = (item.name for item in fields(self) if item.name.endswith("_sd"))
        for name in sds:
            _require(getattr(self, name) >= 0, f"{name} has to be at least 0")
        _require(self.n_groups >= 1, "n_groups has to be at least 1")
        _require(
            2 * self.n_groups <= self.n_people <= 4 * self.n_groups,
            f"n_people has to give 2 to 4 people per group, so {2 * self.n_groups} to {4 * self.n_groups}",
        )
        _require(self.first_monday.weekday() == 0, "first_monday has to be a Monday")
        _require(self.reshuffle >= 0, "reshuffle has to be at least 0")
        _require(
            self.n_weeks >= 8 * (self.reshuffle + 1), "n_weeks has to give 8 weeks or more between reshuffles"
        )
        _require(self.start_weeks >= 0, "start_weeks has to be at least 0")
        _require(
            self.rhythm_jitter_days >= 0 and self.rhythm_days - self.rhythm_jitter_days >= 7,
            "rhythm_days less rhythm_jitter_days has to be at least 7",
        )
        _require(0 < self.base_completion < 1, "base_completion has to lie between 0 and 1")
        _require(
            0 < self.base_completion + self.effect < 1,
            "base_completion and effect together have to lie between 0 and 1",
        )
        _require(-1 <= self.conscientiousness_weight <= 1, "conscientiousness_weight has to lie in -1 to 1")
        shown = self.prompt_share * PROMPT_BLOCK
        _require(shown in range(PROMPT_BLOCK), "prompt_share has to be 0, 0.25, 0.5 or 0.75")
        _require(
            not self.prompt_share or 0 < self.appointment_share < 1 - self.prompt_lift,
            "appointment_share and prompt_lift together have to lie between 0 and 1",
        )

    @property
    def n_days(self) -> int:
        """Days from the first Monday to the data cut."""
        return 7 * self.n_weeks


@dataclass(frozen=True, slots=True)
class Constants:
    """What a scenario's averages imply: intercepts and the shift an appointment gives, on the logit scale."""

    completion: float
    appointment_shift: float
    appointment: float
    prompted: float


def constants(scenario: Scenario) -> Constants:
    """The intercepts at which the population averages are those of the scenario.

    They hold over the normal effects of groups and persons and the five difficulties, not over one drawn
    programme, so that a drawn programme still varies around them.
    """
    return _constants(
        scenario.base_completion,
        scenario.effect,
        float(np.hypot(scenario.group_sd, scenario.person_sd)),
        scenario.difficulty_slope,
        (
            scenario.appointment_share,
            scenario.selection_by_conscientiousness,
            scenario.selection_by_difficulty,
            scenario.prompt_lift if scenario.prompt_share else 0.0,
        ),
    )


@lru_cache(maxsize=256)
def _constants(
    base: float, effect: float, sd: float, slope: float, booked: tuple[float, float, float, float]
) -> Constants:
    completion = _intercept(base, sd, slope)
    shift = _intercept(base + effect, sd, slope) - completion if effect else 0.0
    share, by_person, by_ease, lift = booked
    if share in {0.0, 1.0}:
        always = np.inf if share else -np.inf
        return Constants(completion, shift, always, always)
    books = _intercept(share, abs(by_person), -by_ease)
    prompted = _intercept(share + lift, abs(by_person), -by_ease) if lift else books
    return Constants(completion, shift, books, prompted)


def _intercept(mean: float, sd: float, slope: float) -> float:
    """The intercept b at which E expit(b + sd Z + slope (D - 3)) is `mean`."""
    nodes, weights = _normal_nodes()
    spread = sd * nodes[:, None] + slope * (np.arange(1, 6) - 3)[None, :]
    mass = weights[:, None] * np.asarray(DIFFICULTY_PROBABILITIES)[None, :]
    return float(brentq(lambda b: float((mass * expit(b + spread)).sum()) - mean, -40.0, 40.0, xtol=1e-12))


@lru_cache(maxsize=1)
def _normal_nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    return nodes, weights / weights.sum()


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
