"""Usefulness from session to session, and against what people expected."""

from __future__ import annotations

import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.clusters import Membership
from models.effects.expectation_gap import ExpectationPairs, net_exceeded, share_exceeded, share_fell_short
from models.effects.expectation_gap import expectation_gap as mean_gap
from models.effects.result import Result
from models.effects.trend import SessionScores, pooled_trend, predicted_top_two, within_person_trend
from models.effects.usefulness import N_SCORES, ScoreCells, top_two_share
from models.estimates.inputs import Inputs, codes_of, result_row
from models.estimates.participation import SESSIONS_WANTED
from models.frames import frame_of

USEFULNESS_TREND = estimate_table(protected_table("protected_usefulness_trend"))
PREDICTED_AT = (1, SESSIONS_WANTED)


def estimate_usefulness_trend(inputs: Inputs) -> pl.DataFrame:
    """Share of 4s and 5s at each of the first six sessions as seen, and at the first and sixth as predicted.

    The model sees the first six sessions only, so that nothing is predicted beyond its answers.
    """
    scores, thresholds = session_scores(inputs), inputs.setting.thresholds
    rows = [
        _trend_row(number, "observed", top_two_share(scores.rows(scores.session == number).cells, thresholds))
        for number in range(1, SESSIONS_WANTED + 1)
    ]
    rows += [
        _trend_row(number, "predicted", predicted_top_two(scores, number, thresholds))
        for number in PREDICTED_AT
    ]
    return frame_of(USEFULNESS_TREND, rows)


def usefulness_trend(inputs: Inputs) -> Result:
    """Change per session of a person's chance of a 4 or 5, within people: the secondary outcome."""
    return within_person_trend(session_scores(inputs), inputs.setting.thresholds)


def usefulness_trend_pooled(inputs: Inputs) -> Result:
    """The same slope over all answers; what it adds to the one within people is who is left to answer."""
    return pooled_trend(session_scores(inputs), inputs.setting.thresholds)


def expectation_gap(inputs: Inputs) -> Result:
    """Mean of usefulness found minus usefulness expected, of the same person and session."""
    return mean_gap(expectation_pairs(inputs), inputs.setting.thresholds)


def expectation_exceeded(inputs: Inputs) -> Result:
    """Share of pairs in which a session was more useful than expected."""
    return share_exceeded(expectation_pairs(inputs), inputs.setting.thresholds)


def expectation_fell_short(inputs: Inputs) -> Result:
    """Share of pairs in which a session was less useful than expected."""
    return share_fell_short(expectation_pairs(inputs), inputs.setting.thresholds)


def expectation_net(inputs: Inputs) -> Result:
    """Share exceeded minus share fallen short."""
    return net_exceeded(expectation_pairs(inputs), inputs.setting.thresholds)


def session_scores(inputs: Inputs) -> SessionScores:
    """Answers on usefulness about the first six sessions, by person and session."""
    frame = inputs["usefulness_by_session"].filter(pl.col("session_number").is_between(1, SESSIONS_WANTED))
    frame = frame.sort("person_id", "session_number", "group_id")
    counts = frame.select(f"n_score_{score}" for score in range(1, N_SCORES + 1)).cast(pl.Int64).to_numpy()
    session = frame["session_number"].cast(pl.Int64).to_numpy()
    return SessionScores(ScoreCells(*codes_of(frame), counts), session)


def expectation_pairs(inputs: Inputs) -> ExpectationPairs:
    """Pairs whose expectation was said before the session began."""
    frame = inputs["expectation_pairs"].filter(pl.col("is_before_start") == 1)
    frame = frame.sort("person_id", "session_id")
    before, after = (
        frame[column].cast(pl.Int64).to_numpy() for column in ("expected_score", "experienced_score")
    )
    return ExpectationPairs.from_scores(Membership(*codes_of(frame)), before, after)


def _trend_row(number: int, basis: str, result: Result) -> dict[str, object]:
    return {
        "session_number": number,
        "basis": basis,
        "share": result.estimate,
        "n_people": result.n_persons,
        "smallest_people": result.n_persons,
        **result_row(result, is_sequence=True),
    }
