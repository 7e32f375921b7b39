"""How many get how far: the Kaplan-Meier curve.

What belongs here: the curve, and the share of started groups that reach a session.
What does not: outcomes of commitments, or anything about a single group.

Reference: Kaplan & Meier (1958), Journal of the American Statistical Association 53, 457-481,
doi:10.1080/01621459.1958.10501452.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import FloatArray, IntArray, whole_numbers


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve; one entry per distinct time with an event, all arrays of shape (k,).

    Attributes:
        times: Times of events, ascending.
        n_at_risk: Units under observation just before each time.
        n_events: Events at each time.
        survival: Share still without the event after each time, 0 to 1.
        se: Greenwood's standard error of the share; 0 where nobody is left.
    """

    times: FloatArray
    n_at_risk: IntArray
    n_events: IntArray
    survival: FloatArray
    se: FloatArray

    def at(self, time: float) -> float:
        """Return the share without the event after `time`; 1 before the first event."""
        position = int(np.searchsorted(self.times, time, side="right"))
        return float(self.survival[position - 1]) if position else 1.0


def survival_curve(durations: ArrayLike, events: ArrayLike) -> SurvivalCurve:
    """Estimate the share without the event: S(t) = product over times up to t of (1 - d / Y).

    What could be false: that units still under observation fare later like those observed longer. A unit
    censored at the time of an event counts as at risk then.

    Args:
        durations: Time under observation, shape (n,), >= 0.
        events: Whether it ended with the event (1) or censored (0), shape (n,).

    Raises:
        ValueError: When shapes differ, a duration is below zero or missing, or an event neither 0 nor 1.
    """
    times, ended = np.asarray(durations, dtype=np.float64).ravel(), np.asarray(events).ravel()
    if times.size != ended.size or not np.all(times >= 0) or not np.all(np.isin(ended, (0, 1))):
        raise ValueError("survival: needs one duration of at least 0 and one event (0 or 1) per unit")
    happened = ended.astype(bool)
    distinct, counts = np.unique(times[happened], return_counts=True)
    n_events = counts.astype(np.int64)
    n_at_risk = times.size - np.searchsorted(np.sort(times), distinct, side="left").astype(np.int64)
    survival = np.asarray(np.cumprod(1 - n_events / n_at_risk), dtype=np.float64)
    left = np.where(n_at_risk > n_events, n_at_risk - n_events, 1)
    greenwood = np.cumsum(np.where(n_at_risk > n_events, n_events / (n_at_risk * left), 0.0))
    se = np.asarray(survival * np.sqrt(greenwood), dtype=np.float64)
    return SurvivalCurve(distinct, n_at_risk, n_events, survival, se)


def share_reaching(n_sessions_held: ArrayLike, has_stopped: ArrayLike, session_number: int) -> float | None:
    """Estimate the share of started groups that reach a session, counting those still running fairly.

    A group that is still running with t sessions says nothing yet about stopping after t, so it leaves the
    observation just before; those that stopped after t count fully.

    Args:
        n_sessions_held: Sessions held so far by each started group, shape (n,), each >= 1.
        has_stopped: Whether the group has ended, shape (n,).
        session_number: Session to reach, >= 1.

    Returns:
        A share, 0 to 1; None without groups, or where no group has been observed so far (none has reached the
        session and some that run still may).

    Raises:
        ValueError: When a group has held no session: it has not started.
    """
    held = whole_numbers("n_sessions_held", n_sessions_held)
    stopped = np.asarray(has_stopped, dtype=bool).ravel()
    if held.size and held.min() < 1:
        raise ValueError("share reaching: a group without a held session has not started; leave it out")
    if held.size == 0:
        return None
    curve = survival_curve(np.where(stopped, held, held - 0.5), stopped)
    share = curve.at(session_number - 1)
    is_observed = bool(np.any(held >= session_number)) or share == 0.0
    return share if is_observed else None
