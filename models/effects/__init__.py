"""Estimators: counts or arrays in, frozen results out.

What belongs here: pure functions on sufficient statistics, each with its estimand, its assumption that could be
false and its reference, and the rules that refuse a number or hold it back.
What does not: reading data, protecting people (`models.disclosure`) and showing anything.
"""

from models.effects.bounds import are_bounds_too_wide, difference_bounds, rate_bounds, unknown_share
from models.effects.cells import CommitmentCells
from models.effects.clusters import Membership, connected_components
from models.effects.difference import hybrid_score_difference, risk_difference
from models.effects.loneliness import paired_change, ucla3_score
from models.effects.nonresponse import ResponseRate, response_rate
from models.effects.rates import completion_rate, wilson_interval
from models.effects.reasons import REASON_CODES
from models.effects.result import Interval, Result, Thresholds
from models.effects.sequential import always_valid_p, confidence_sequence, e_value
from models.effects.survival import SurvivalCurve, share_reaching, survival_curve
from models.effects.usefulness import ScoreCells, mean_score, top_two_share
from models.effects.verdict import Verdict, claim_word, programme_verdict

__all__ = [
    "REASON_CODES",
    "CommitmentCells",
    "Interval",
    "Membership",
    "ResponseRate",
    "Result",
    "ScoreCells",
    "SurvivalCurve",
    "Thresholds",
    "Verdict",
    "always_valid_p",
    "are_bounds_too_wide",
    "claim_word",
    "completion_rate",
    "confidence_sequence",
    "connected_components",
    "difference_bounds",
    "e_value",
    "hybrid_score_difference",
    "mean_score",
    "paired_change",
    "programme_verdict",
    "rate_bounds",
    "response_rate",
    "risk_difference",
    "share_reaching",
    "survival_curve",
    "top_two_share",
    "ucla3_score",
    "unknown_share",
    "wilson_interval",
]
