"""Which changes of a score are larger than its measurement error, and how many people show one.

What belongs here: the reliable change index, the rule in whole points, and the shares of people who became
better, stayed the same or became worse.
What does not: the mean change (`loneliness`) and where the reliability comes from (`reliability`). Nobody's own
class leaves this package.

References:
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12-19,
    doi:10.1037/0022-006X.59.1.12.
    Christensen & Mendoza (1986), Behavior Therapy 17, 305-308 (the standard error of the difference).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import FloatArray
from models.effects.clusters import Membership
from models.effects.loneliness import share_of_people
from models.effects.rates import Z95
from models.effects.result import Result, Thresholds

FEWEST_POINTS = 2
"""One point is one step on one item; no rule of this project calls that a reliable change."""
_ROUNDING = 1e-9


def difference_error(sd: float, reliability: float) -> float:
    """Return the standard error of the difference of two scores: sd sqrt(2 (1 - r)).

    What could be false: that scores are equally precise at both times and everywhere on the scale (they are not at
    its floor). With an internal consistency in place of a retest correlation the error is understated, as that
    leaves out what changes from week to week by itself.

    Args:
        sd: Standard deviation of the score at the baseline, in points, >= 0.
        reliability: r, 0 to below 1; a retest correlation rather than an internal consistency.

    Raises:
        ValueError: When an argument is out of range.
    """
    if not (math.isfinite(sd) and sd >= 0 and 0 <= reliability < 1):
        raise ValueError(
            "reliable change: needs a standard deviation of at least 0 and a reliability in 0 to below 1"
        )
    return sd * math.sqrt(2 * (1 - reliability))


def reliable_change_index(change: ArrayLike, sd: float, reliability: float) -> FloatArray:
    """Return (later - earlier) / (sd sqrt(2 (1 - r))) for each change, in standard errors.

    Raises:
        ValueError: When an argument is out of range, or the standard deviation is 0.
    """
    error = difference_error(sd, reliability)
    if not error > 0:
        raise ValueError("reliable change: scores without any spread have no index")
    return np.asarray(np.asarray(change, dtype=np.float64) / error)


def reliable_points(sd: float, reliability: float, quantile: float = Z95) -> int:
    """Return the fewest whole points that are a reliable change: those from 1.96 standard errors on, at least 2.

    Scores are whole numbers, so a limit of 1.8 points means 2 and one of 2.2 means 3.

    Args:
        sd: Standard deviation of the score at the baseline, in points, >= 0.
        reliability: r, 0 to below 1.
        quantile: Standard errors a change has to exceed.
    """
    limit = quantile * difference_error(sd, reliability)
    return max(math.ceil(limit - _ROUNDING), FEWEST_POINTS)


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """Shares of people by what became of their score; the three add up to 1 where they are not refused.

    Attributes:
        less: Share whose score fell by at least `points`.
        same: Share in between.
        more: Share whose score rose by at least `points`.
        points: Fewest points that count as a change.
        n_less: People in the first class.
        n_same: People in the second class.
        n_more: People in the third class.
    """

    less: Result
    same: Result
    more: Result
    points: int
    n_less: int
    n_same: int
    n_more: int

    @property
    def smallest_class(self) -> int:
        """People in the smallest of the three classes, 0 where one is empty."""
        return min(self.n_less, self.n_same, self.n_more)


def reliable_change_shares(
    membership: Membership,
    change: ArrayLike,
    points: int,
    thresholds: Thresholds,
    *,
    response_share: float | None = None,
) -> ReliableChange:
    """Estimate the shares of people whose score fell, stayed or rose by more than measurement error.

    Estimand: shares among the people asked at both times. Shares of change, never of effect: with a limit of 1.96
    standard errors 5 % would pass it by measurement error alone, and people chosen when they were lonely fall back
    by themselves. The three intervals are each at their own level, not jointly.

    Args:
        membership: Cluster, group spell and person of each person; each person occurs once.
        change: Score later minus score earlier, shape (n,).
        points: Fewest points that count, >= 1 (`reliable_points`).
        thresholds: Limits and constants of the plan.
        response_share: Share of baseline responders who answered again, 0 to 1, where known.

    Raises:
        ValueError: When a person occurs twice, lengths differ, a change is missing or points are below 1.
    """
    values = np.asarray(change, dtype=np.float64).ravel()
    if points < 1 or not np.all(np.isfinite(values)):
        raise ValueError("reliable change: needs a change for each person and a limit of at least 1 point")
    less, more = values <= -points, values >= points
    classes = (
        ("share_reliably_less_lonely", less),
        ("share_without_reliable_change", ~(less | more)),
        ("share_reliably_lonelier", more),
    )
    fell, stayed, rose = (
        share_of_people(name, membership, within, thresholds, response_share=response_share)
        for name, within in classes
    )
    counts = [int(within.sum()) for _, within in classes]
    return ReliableChange(fell, stayed, rose, points, *counts)
