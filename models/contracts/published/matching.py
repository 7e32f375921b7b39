"""Published tables about how well exports agree on who people are.

What belongs here: shares of people found again elsewhere. They tell who takes part, not what anybody said or did.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published.parts import ENDING, choice, count, share

MATCH_RATES = Table(
    "protected_match_rates",
    "place where people are named x place they are looked up in",
    (
        Column(
            "named_in",
            "text",
            "Where people are named: `groups`, `attendance`, `check_outs`, `partners`, `invitations`, `roster`, a "
            "survey wave, or `anywhere` for all but the roster.",
            is_required=True,
        ),
        choice(
            "found_in",
            "Where they are looked up; `wave_before` is the survey wave before this one.",
            ("roster", "groups", "baseline", "wave_before"),
        ),
        count("n_people", "People named."),
        share("rate", "Share of them that is found."),
        *ENDING,
    ),
)
