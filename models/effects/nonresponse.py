"""How many of the people asked have answered, and what that allows.

What belongs here: the response rate and the rule that says whether means stand.
What does not: weighting for non-response and the answers themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.effects.result import NOBODY_INVITED, RESPONSE_NEEDS_WEIGHTING, RESPONSE_TOO_LOW, Thresholds

MeansStatus = Literal["ok", "needs_weighting", "refused"]


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """A response rate and what may be shown of the answers.

    Attributes:
        n_complete: People invited and eligible who answered completely.
        n_invited: People invited and eligible.
        rate: n_complete / n_invited, 0 to 1; None when nobody was invited.
        means_status: `ok`; `needs_weighting` (means only weighted and with a banner); `refused` (counts only).
        reasons: Codes out of `REASON_CODES`; empty when ok.
    """

    n_complete: int
    n_invited: int
    rate: float | None
    means_status: MeansStatus
    reasons: tuple[str, ...]


def response_rate(n_complete: int, n_invited: int, thresholds: Thresholds) -> ResponseRate:
    """Return completes over invited-and-eligible people, and whether means of the answers stand.

    The rate itself is a count and is always shown (AAPOR's RR1 logic: whoever is not known to be ineligible
    stays in the denominator). From `response_ok` on means stand, below `response_minimum` only counts do.

    Raises:
        ValueError: When more people answered than were invited, or a count is below zero.
    """
    if not 0 <= n_complete <= n_invited:
        raise ValueError(
            "response rate: needs 0 <= n_complete <= n_invited; count only invited people's answers"
        )
    if n_invited == 0:
        return ResponseRate(0, 0, None, "refused", (NOBODY_INVITED,))
    rate = n_complete / n_invited
    if rate < thresholds.response_minimum:
        return ResponseRate(n_complete, n_invited, rate, "refused", (RESPONSE_TOO_LOW,))
    if rate < thresholds.response_ok:
        return ResponseRate(n_complete, n_invited, rate, "needs_weighting", (RESPONSE_NEEDS_WEIGHTING,))
    return ResponseRate(n_complete, n_invited, rate, "ok", ())
