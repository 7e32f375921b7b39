"""What would change the verdict: a code and the numbers its sentence needs.

What belongs here: which end of the interval decides, and how much more data would give a word.
What does not: the rules (`verdict`) and the sentences (the dashboards).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.optimize import brentq

from models.effects.result import Result, Thresholds
from models.effects.sequential import sequence_half_width

ChangeCode = Literal[
    "needs_groups_six",
    "needs_a_usable_difference",
    "lower_end_reaches_zero",
    "upper_end_reaches_zero",
    "an_end_leaves_the_margin",
    "adjusted_signs",
    "randomisation_test",
    "needs_more_commitments",
]
_SMALLEST_ERROR = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """What would change the verdict: a code, and the numbers its sentence needs.

    Attributes:
        code: Which sentence.
        end: The interval end that decides, a share; None where no interval does.
        n_have: What there is: groups with six sessions, commitments, adjusted differences on the same side.
        n_needed: What it would take, of the same; None where nobody can say.
        share_needed: Share of the older groups that must have held six sessions; None elsewhere.
    """

    code: ChangeCode
    end: float | None = None
    n_have: int | None = None
    n_needed: int | None = None
    share_needed: float | None = None


def what_would_change(
    code: ChangeCode,
    result: Result,
    *,
    margin: float,
    adjusted: Sequence[float | None],
    groups_six: tuple[int, int, float],
    thresholds: Thresholds,
) -> Change:
    """Fill in the numbers of a code; the deciding end is the one whose move would change the word first.

    Args:
        code: Which sentence, by the rule that gave the verdict.
        result: The headline.
        margin: Largest difference that does not matter, a share.
        adjusted: Adjusted differences set beside the headline, None for one of doubtful sign.
        groups_six: Groups that have held a sixth session, groups that must have, share of the older groups that must.
        thresholds: Limits and constants of the plan.
    """
    if code == "needs_groups_six":
        return Change(code, None, *groups_six)
    cs = result.cs
    if cs is None or code == "needs_a_usable_difference":
        return Change("needs_a_usable_difference", n_have=result.n_commitments)
    near = cs.low if abs(cs.low) <= abs(cs.high) else cs.high
    if code == "an_end_leaves_the_margin":
        return Change(code, cs.high if near == cs.low else cs.low)
    if code == "adjusted_signs":
        agreeing = sum(estimate is not None and estimate * near > 0 for estimate in adjusted)
        return Change(code, near, agreeing, len(adjusted))
    if code == "needs_more_commitments":
        return Change(code, near, result.n_commitments, commitments_for_a_word(result, margin, thresholds))
    return Change(code, near)


def commitments_for_a_word(result: Result, margin: float, thresholds: Thresholds) -> int | None:
    """Return how many commitments would give a word whatever the difference is; None without a standard error.

    An interval of half-width h either excludes 0 or lies within +-2h, so below half the margin it always says
    something. The standard error is taken to fall with the square root of the number of commitments, the degrees of
    freedom as they are. The estimate has no part in it: that would be power at the observed effect.

    Args:
        result: The headline.
        margin: Largest difference that does not matter, a share.
        thresholds: Prior standard deviation and level of the confidence sequence.
    """
    if result.se is None or result.df is None or not result.n_commitments:
        return None
    df, prior_sd, level = result.df, thresholds.prior_sd, thresholds.level

    def too_wide(se: float) -> float:
        return float(sequence_half_width(se, df, prior_sd, level)) - margin / 2

    if too_wide(result.se) <= 0:
        return result.n_commitments
    wanted = float(brentq(too_wide, _SMALLEST_ERROR, result.se))
    return math.ceil(result.n_commitments * (result.se / wanted) ** 2)
