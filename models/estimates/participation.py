"""Who takes part, how far groups come, and how much time it takes."""

from __future__ import annotations

import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.survival import survival_curve
from models.estimates.inputs import Inputs
from models.estimates.matching import match_rate
from models.frames import frame_of

FUNNEL = estimate_table(protected_table("protected_funnel"))
SESSIONS_WANTED = 6
REACH_DAYS = 26 * 7


def estimate_funnel(inputs: Inputs) -> pl.DataFrame:
    """Groups that have held each of the first six sessions, and the share expected to within 26 weeks.

    Kaplan-Meier, so that groups still on their way are neither counted as stopped nor left out.
    """
    progress = inputs["group_progress"]
    n_people = int(inputs["person_progress"]["is_member"].cast(pl.Int64).sum() or 0)
    rows: list[dict[str, object]] = []
    for number in range(1, SESSIONS_WANTED + 1):
        rows.append(
            {
                "session_number": number,
                "n_groups_reached": int((progress["n_sessions_held"] >= number).sum()),
                "share_reached": share_reaching(inputs, number),
                "status": "ok" if len(progress) else "refused",
                "reasons": "" if len(progress) else "no_session_held",
                "smallest_people": n_people,
            }
        )
    return frame_of(FUNNEL, rows)


def share_reaching(inputs: Inputs, number: int) -> float | None:
    """Share of started groups that hold so many sessions within 26 weeks; None where none has been seen to.

    Who holds a session has held the ones before, so no share exceeds an earlier one's: estimated one by one, that of
    a late session can, when the few groups watched longest all got there.
    """
    shares = [_share_reaching_alone(inputs, earlier) for earlier in range(1, number + 1)]
    return None if shares[-1] is None else min(share for share in shares if share is not None)


def _share_reaching_alone(inputs: Inputs, number: int) -> float | None:
    part = inputs["group_reach"].filter(pl.col("session_number") == number)
    if part.is_empty():
        return 1.0 if number == 1 and len(inputs["group_progress"]) else None
    return 1.0 - survival_curve(part["days"].to_numpy(), part["is_reached"].to_numpy()).at(REACH_DAYS)


def counts(inputs: Inputs) -> dict[str, tuple[float | None, int, int]]:
    """Plain counts of participation: metric -> value, people behind it, rows behind it."""
    people, progress, time = inputs["person_progress"], inputs["group_progress"], inputs["session_time"]
    response, arms = inputs["wave_response"], inputs["arm_summary"]
    attended, expected = _total(people, "n_sessions_attended"), _total(people, "n_sessions_expected")
    n_came = int((people["n_sessions_attended"] > 0).sum())
    n_invited, n_answered = _total(response, "n_invited"), _total(response, "n_answered")
    known = arms.filter(pl.col("arm").is_not_null())
    n_known = _total(known, "n_mature")
    timed = time.filter(pl.col("session_minutes").is_not_null())
    hours = float((timed["session_minutes"] * timed["n_attended"]).sum()) / 60 if len(timed) else None
    n_people = len(people)
    n_groups = len(progress)
    n_trained, n_six = (
        _total(people, "is_trained"),
        int((people["n_sessions_attended"] >= SESSIONS_WANTED).sum()),
    )
    n_behind = int(inputs["invited_people"]["n_people"][0])
    rate, n_named = match_rate(inputs)
    return {
        "people_invited": (n_behind, n_behind, n_invited),
        "people_trained": (n_trained, n_trained, n_people),
        "people_one_session": (n_came, n_came, n_people),
        "people_six_sessions": (n_six, n_six, n_people),
        "attendance_share": (attended / expected if expected else None, n_came, expected),
        "groups_six_sessions_share": (share_reaching(inputs, SESSIONS_WANTED), n_came, n_groups),
        "session_hours": (hours, n_came, len(timed)),
        "roster_match_share": (rate, n_named, n_named),
        "pulse_response_share": (n_answered / n_invited if n_invited else None, n_behind, n_invited),
        "appointment_share": (
            _total(known.filter(pl.col("arm") == 1), "n_mature") / n_known if n_known else None,
            _total(known.filter(pl.col("arm") == 1), "n_people"),
            n_known,
        ),
    }


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum() or 0)
