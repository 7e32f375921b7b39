"""The plan that is fixed before anybody looks: horizon, lag, margins and thresholds.

What belongs here: the values of `plan.toml`, their limits and hash, and what tells one version from the next.
Reading the file is the settings' work, keeping its versions the store's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

PRIMARIES = ("crude_risk_difference_of_kept",)
"""The primary analyses there are."""

LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "horizon_days": (7, 182),
        "lag_days": (1, 182),
        "booking_hours": (1, 72),
        "margin": (0.01, 0.25),
        "prior_sd": (0.01, 0.50),
        "minimum_groups_six": (10, 10_000),
        "minimum_share_six": (0.5, 1.0),
        "verdict_after_weeks": (13, 52),
    }
)
"""Least and largest value of each number of the plan.

How many groups, and what share of the older ones, the verdict waits for can be raised, never lowered.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the primary analysis is, decided before the first live run.

    Days are calendar days in the programme's zone; margins and widths are on the probability scale.
    """

    horizon_days: int = 28
    lag_days: int = 21
    booking_hours: int = 24
    primary: str = PRIMARIES[0]
    margin: float = 0.10
    prior_sd: float = 0.15
    minimum_groups_six: int = 10
    minimum_share_six: float = 0.5
    verdict_after_weeks: int = 26

    @property
    def values(self) -> str:
        """All values as JSON, keys in order."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def sha256(self) -> str:
        """Hash of the plan's values; a changed plan is another sequence."""
        return hashlib.sha256(self.values.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of the plan, never changed once it was used.

    Attributes:
        version: 1 for the plan of the first run.
        effective_from: Day of the first cut it was used for.
        plan_hash: Hash of its values.
        values: Its values as JSON.
        changes: What differs from the version before, as `horizon_days 28 -> 21; margin 0.1 -> 0.05`; empty for
            the first.
    """

    version: int
    effective_from: date
    plan_hash: str
    values: str
    changes: str


def next_version(last: PlanVersion | None, plan: Plan, day: date) -> PlanVersion | None:
    """The version a run with this plan begins, or None where the last one is the same plan.

    A plan that returns to earlier values is a new version too: what was decided in between was seen.
    """
    if last is None:
        return PlanVersion(1, day, plan.sha256, plan.values, "")
    if last.plan_hash == plan.sha256:
        return None
    changes = plan_changes(json.loads(last.values), asdict(plan))
    return PlanVersion(last.version + 1, day, plan.sha256, plan.values, changes)


def plan_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What differs between the values of two plans, by name; a value that was or is not there is `none`."""
    names = sorted({*before, *after})
    pairs = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return "; ".join(f"{name} {old} -> {new}" for name, old, new in pairs if old != new)


def effective_lag_days(plan: Plan, median_gap_days: float | None) -> int:
    """Days after the horizon within which a report still counts.

    Whoever has no appointment is asked at the next session only, so the lag is at least the programme's
    median gap between sessions, less the horizon, plus 14 days.
    """
    if median_gap_days is None:
        return plan.lag_days
    return max(plan.lag_days, int(-(-median_gap_days // 1)) - plan.horizon_days + 14)
