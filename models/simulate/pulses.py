"""Invitations, baseline and pulse: who is asked, who answers, and what.

What belongs here: response, and the scores given.
What does not: what is said about commitments (`reports`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.simulate.columns import DAY, Bools, Floats, Ints, utc_times
from models.simulate.commitments import Commitments
from models.simulate.meetings import Meetings
from models.simulate.people import MANAGER, Groups, People, first_session_day
from models.simulate.scenario import Scenario

UCLA3 = ("ucla_companionship", "ucla_left_out", "ucla_isolated")
_ITEM_NOISE_SD = 0.6
_ITEM_THRESHOLDS = (0.3, 1.4)
_ITEM_MISSING_SHARE = 0.02
_PERSON_NOISE_SD = 0.35
_ANSWERED_LATER_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Pulses:
    """The pulse after every session attended, one element per commitment row; baselines per person.

    `at` is the minute of the answer and counts only where `responded`. Answers come within two days of a
    session on a working day, so before a cut that is the end of a week.
    """

    responded: Bools
    at: Ints
    baseline_responded: Bools
    baseline_at: Ints
    invited_at: Ints


def draw_pulses(
    scenario: Scenario,
    people: People,
    groups: Groups,
    meetings: Meetings,
    commitments: Commitments,
    *,
    rng: np.random.Generator,
) -> Pulses:
    """Draws who answers and when; lonelier people answer less."""
    average = logit(np.clip(scenario.response_share, 1e-9, 1 - 1e-9))
    answers = expit(average - scenario.nonresponse_by_loneliness * people.loneliness)
    n, ends = len(commitments.person), meetings.end[commitments.meeting]
    same_day = ends + 10 + rng.integers(0, 240, n)
    later = (ends // DAY + rng.integers(1, 3, n)) * DAY + rng.integers(8 * 60, 18 * 60, n)
    at = np.where(rng.random(n) < _ANSWERED_LATER_SHARE, later, same_day)
    invited_at = (first_session_day(people, groups) - rng.integers(7, 10, len(answers))) * DAY + 8 * 60
    baseline_at = invited_at + rng.integers(10, 3 * DAY // 4, len(answers))
    return Pulses(
        responded=(rng.random(n) < answers[commitments.person]),
        at=at,
        baseline_responded=rng.random(len(answers)) < np.sqrt(answers),
        baseline_at=baseline_at,
        invited_at=invited_at,
    )


def invitations_frame(
    scenario: Scenario, people: People, meetings: Meetings, commitments: Commitments, pulses: Pulses
) -> pl.DataFrame:
    """Everybody is invited to the baseline by e-mail, and at each session's end to its pulse."""
    n_people = len(people.email)
    number = meetings.number[commitments.meeting]
    invited = np.concatenate([pulses.invited_at, meetings.end[commitments.meeting]])
    frame = pl.DataFrame(
        {
            "person_id": np.concatenate([people.email, people.email[commitments.person]]).tolist(),
            "wave": ["baseline"] * n_people + waves(number),
            "invited_at": utc_times(invited, scenario),
            "channel": ["email"] * n_people + ["session"] * len(number),
        }
    )
    return frame.unique(["person_id", "wave"], keep="last", maintain_order=True)


def answers_frame(
    scenario: Scenario,
    people: People,
    meetings: Meetings,
    commitments: Commitments,
    pulses: Pulses,
    *,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """All answers, long: the baseline's, then the pulses'; a repeated wave of a person keeps its last."""
    baseline = _baseline(scenario, people, pulses, rng)
    pulse = _pulse(scenario, people, meetings, commitments, pulses, rng=rng)
    frame = pl.concat([baseline, pulse])
    return frame.unique(["person_id", "wave", "question_id"], keep="last", maintain_order=True)


def waves(number: Ints) -> list[str]:
    """Wave names of session numbers, as `session-03`."""
    return [f"session-{k:02d}" for k in number.tolist()]


def _baseline(scenario: Scenario, people: People, pulses: Pulses, rng: np.random.Generator) -> pl.DataFrame:
    who = np.flatnonzero(pulses.baseline_responded)
    scores = _ucla3(people.loneliness[who], rng)
    expected = _scale(3.4 + 0.9 * rng.standard_normal(len(who)))
    wide = {**scores, "expected_usefulness": (expected, np.ones(len(who), dtype=bool))}
    return _long(
        wide,
        person=people.email[who],
        wave=["baseline"] * len(who),
        session=np.full(len(who), None, dtype=object),
        at=utc_times(pulses.baseline_at[who], scenario),
    )


def _pulse(
    scenario: Scenario,
    people: People,
    meetings: Meetings,
    commitments: Commitments,
    pulses: Pulses,
    *,
    rng: np.random.Generator,
) -> pl.DataFrame:
    row = np.flatnonzero(pulses.responded)
    person, meeting = commitments.person[row], commitments.meeting[row]
    number = meetings.number[meeting]
    shift = scenario.loneliness_shift * np.minimum(number, 6) / 6
    answered = np.ones(len(row), dtype=bool)
    fondness, n = rng.standard_normal(len(people.email))[person], len(row)
    noise = rng.standard_normal((4, n))
    wide = {
        **_ucla3(people.loneliness[person] - shift, rng),
        "usefulness": (_scale(3.5 + 0.05 * np.minimum(number, 6) + 0.5 * fondness + 0.8 * noise[0]), answered),
        "meaningful_talk": (_scale(3.6 + 0.06 * np.minimum(number, 6) + 0.9 * noise[1]), answered),
        "trust": (_scale(3.7 + 0.05 * np.minimum(number, 6) + 0.3 * fondness + 0.8 * noise[2]), answered),
        "perceived_pressure": (_scale(1.9 + 0.8 * noise[3]), answered),
        "hours_regained": (rng.integers(0, 9, n) / 2, people.level[person] == MANAGER),
    }
    return _long(
        wide,
        person=people.email[person],
        wave=waves(number),
        session=meetings.code[meeting],
        at=utc_times(pulses.at[row], scenario),
    )


def _ucla3(loneliness: Floats, rng: np.random.Generator) -> dict[str, tuple[Floats, Bools]]:
    """The three items, 1 to 3 each, from latent loneliness; a few are left empty."""
    n = len(loneliness)
    state = loneliness + _PERSON_NOISE_SD * rng.standard_normal(n)
    latent = state[None, :] + _ITEM_NOISE_SD * rng.standard_normal((3, n))
    scores = 1.0 + np.searchsorted(_ITEM_THRESHOLDS, latent.ravel()).reshape(3, n)
    given = rng.random((3, n)) >= _ITEM_MISSING_SHARE
    return {question: (scores[i], given[i]) for i, question in enumerate(UCLA3)}


def _scale(latent: Floats) -> Floats:
    return np.clip(np.rint(latent), 1.0, 5.0)


def _long(
    wide: dict[str, tuple[Floats, Bools]],
    *,
    person: NDArray[np.object_],
    wave: list[str],
    session: NDArray[np.object_],
    at: pl.Series,
) -> pl.DataFrame:
    """One row per answer that was given, question after question."""
    base = pl.DataFrame(
        {
            "person_id": pl.Series(person.tolist(), dtype=pl.String),
            "wave": pl.Series(wave, dtype=pl.String),
            "session_id": pl.Series(session.tolist(), dtype=pl.String),
            "answered_at": at,
        }
    )
    parts = [
        base.with_columns(
            pl.lit(question).alias("question_id"), pl.Series("score", score), pl.Series("given", given)
        ).filter("given")
        for question, (score, given) in wide.items()
    ]
    return pl.concat(parts).select("person_id", "wave", "question_id", "session_id", "score", "answered_at")
