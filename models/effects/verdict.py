"""The words a leader reads, decided by rule.

What belongs here: the programme's verdict, and whether a claim of the literature fits.
What does not: the sentences themselves (the dashboards) and causal words: people chose their appointments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.effects.result import (
    ADJUSTED_ESTIMATES_DISAGREE,
    INTERVAL_TOO_WIDE,
    NO_ALWAYS_VALID_INTERVAL,
    TOO_FEW_GROUPS_HELD_SIX,
    TOO_FEW_OLDER_GROUPS_HELD_SIX,
    Interval,
    Result,
)

VerdictWord = Literal[
    "too_early", "kept_more_often", "kept_less_often", "no_difference_that_matters", "cannot_tell_yet"
]
ClaimWord = Literal["compatible", "not_compatible", "cannot_tell_yet"]

WIDEST_COMPATIBLE = 0.20
"""An interval from this width on (a share) is too wide to call a claim compatible."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word for the whole programme and, where it says little, why."""

    word: VerdictWord
    reasons: tuple[str, ...]


def programme_verdict(
    result: Result,
    n_groups_started: int,
    n_groups_six: int,
    n_groups_started_26_weeks_ago: int,
    n_of_those_six: int,
    *,
    margins: float = 0.10,
    adjusted_estimates: Sequence[float] = (),
    required_groups: int = 10,
    required_share: float = 0.5,
) -> Verdict:
    """Decide the programme's verdict from the always-valid interval of the difference.

    The first rule that applies gives the word:

    1. `too_early` before `required_groups` groups, and `required_share` of those that started at least 26 weeks
       ago, have held a sixth session (without any such group the second condition holds).
    2. `cannot_tell_yet` for a result that is early or refused.
    3. `kept_more_often` with the interval above 0, `kept_less_often` with it below 0, each unless an adjusted
       estimate has the opposite sign.
    4. `no_difference_that_matters` with the interval within +- `margins`.
    5. `cannot_tell_yet`.

    Args:
        result: The crude difference of the whole programme.
        n_groups_started: Groups with at least one session held.
        n_groups_six: Of these, groups that have held a sixth session.
        n_groups_started_26_weeks_ago: Groups whose first session is at least 26 weeks ago.
        n_of_those_six: Of these, groups that have held a sixth session.
        margins: Largest difference that does not matter, a share.
        adjusted_estimates: Adjusted differences to set beside the crude one; empty where there are none.
        required_groups: Groups that must have held a sixth session.
        required_share: Share of the older groups that must have.

    Raises:
        ValueError: When the counts contradict each other.
    """
    counts = (n_of_those_six, n_groups_six, n_groups_started)
    if not (
        0 <= counts[0] <= counts[1] <= counts[2]
        and n_of_those_six <= n_groups_started_26_weeks_ago <= counts[2]
    ):
        raise ValueError("verdict: the counts of groups contradict each other; count them from one table")
    gate = (
        (n_groups_six < required_groups, TOO_FEW_GROUPS_HELD_SIX),
        (n_of_those_six < required_share * n_groups_started_26_weeks_ago, TOO_FEW_OLDER_GROUPS_HELD_SIX),
    )
    closed = tuple(code for failed, code in gate if failed)
    if closed:
        return Verdict("too_early", closed)
    if result.status != "ok":
        return Verdict("cannot_tell_yet", result.reasons)
    if result.cs is None:
        return Verdict("cannot_tell_yet", (NO_ALWAYS_VALID_INTERVAL,))
    return _word(result.cs, margins, adjusted_estimates)


def _word(cs: Interval, margin: float, adjusted: Sequence[float]) -> Verdict:
    sign = 1.0 if cs.low > 0 else -1.0 if cs.high < 0 else 0.0
    disagree = sign != 0 and any(estimate * sign < 0 for estimate in adjusted)
    if sign and not disagree:
        return Verdict("kept_more_often" if sign > 0 else "kept_less_often", ())
    if -margin <= cs.low and cs.high <= margin:
        return Verdict("no_difference_that_matters", ())
    return Verdict("cannot_tell_yet", (ADJUSTED_ESTIMATES_DISAGREE if disagree else INTERVAL_TOO_WIDE,))


def claim_word(interval: Interval | None, claimed_value: float) -> ClaimWord:
    """Say how the programme's own always-valid interval fits a claimed value.

    `not_compatible` when the interval excludes the value, however wide it is; `compatible` when it contains the
    value and is narrower than `WIDEST_COMPATIBLE`, since a wide interval fits nearly any claim; else, and
    without an interval, `cannot_tell_yet`.

    Args:
        interval: Always-valid interval of the rate or difference; None when refused or early.
        claimed_value: What the claim says, in the interval's unit.

    Raises:
        ValueError: When the claimed value is not a number.
    """
    if not math.isfinite(claimed_value):
        raise ValueError("claim: needs a finite claimed value; check the catalogue of claims")
    if interval is None:
        return "cannot_tell_yet"
    if not interval.contains(claimed_value):
        return "not_compatible"
    return "compatible" if interval.width < WIDEST_COMPATIBLE else "cannot_tell_yet"
