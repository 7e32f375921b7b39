"""The plan that is fixed before anybody looks: horizon, lag, margins and thresholds.

What belongs here: the values of `plan.toml` and their hash. Reading the file is the settings' work.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What the primary analysis is, decided before the first live run.

    Days are calendar days in the programme's zone; margins and widths are on the probability scale.
    """

    horizon_days: int = 28
    lag_days: int = 21
    booking_hours: int = 24
    primary: str = "crude_risk_difference_of_kept"
    margin: float = 0.10
    prior_sd: float = 0.15
    minimum_groups_six: int = 10
    minimum_share_six: float = 0.5
    verdict_after_weeks: int = 26

    @property
    def sha256(self) -> str:
        """Hash of the plan's values; a changed plan is another sequence."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def effective_lag_days(plan: Plan, median_gap_days: float | None) -> int:
    """Days after the horizon within which a report still counts.

    Whoever has no appointment is asked at the next session only, so the lag is at least the programme's
    median gap between sessions, less the horizon, plus 14 days.
    """
    if median_gap_days is None:
        return plan.lag_days
    return max(plan.lag_days, int(-(-median_gap_days // 1)) - plan.horizon_days + 14)
