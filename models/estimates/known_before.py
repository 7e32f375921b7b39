"""What was known before each check-out, as the estimators take it, and everything adjusted fitted once.

What belongs here: which characteristics are allowed for, and the analysis that several tables are laid out from.
What does not: the tables (`adjusted`, `confounding`) and the estimators (`models/effects`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.effects.adjusted_result import Adjustment, adjust
from models.effects.arrays import IntArray
from models.effects.bounds import are_bounds_too_wide
from models.effects.clusters import Membership
from models.effects.covariates import CommitmentPatterns, Covariate
from models.effects.result import TOO_MANY_UNKNOWN_OUTCOMES
from models.estimates.inputs import Inputs, cells_of, codes_of, whole_column

COVARIATES: Mapping[str, Covariate] = {
    "prior_kept_tenths": Covariate("prior_completion"),
    "difficulty": Covariate("difficulty", may_be_unsaid=True, in_within=True),
    "importance": Covariate("importance", may_be_unsaid=True, in_within=True),
    "confidence": Covariate("confidence", may_be_unsaid=True, in_within=True),
    "prior_booked_fifths": Covariate("prior_appointments"),
    "earlier_band": Covariate("earlier_commitments", in_within=True),
    "session_band": Covariate("session_number", may_be_unsaid=True, in_within=True),
    "due_band": Covariate("days_to_due", may_be_unsaid=True, in_within=True),
    "group_size": Covariate("group_size", in_within=True),
    "quarter": Covariate("quarter", is_category=True, in_within=True),
}
"""Column of `adjustment_cells` -> what it is; earlier ones win where columns say the same."""


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedAnalysis:
    """Everything adjusted of one programme, fitted once and laid out several times.

    Attributes:
        patterns: Counts per person, arm and pattern.
        adjustment: The adjusted differences and what they rest on.
        people: Distinct people with a counted commitment, by arm.
    """

    patterns: CommitmentPatterns
    adjustment: Adjustment
    people: Mapping[int, int]

    @property
    def smallest_people(self) -> int:
        """People in the smaller arm."""
        return min(self.people.values())


def analyse(inputs: Inputs) -> AdjustedAnalysis:
    """Fit everything adjusted; refused where the crude difference is refused for unknown outcomes."""
    thresholds = inputs.setting.thresholds
    primary = inputs["effect_cells"].filter(pl.col("line") == "primary")
    is_open = are_bounds_too_wide(cells_of(primary), thresholds.bounds_width)
    patterns = patterns_of(inputs["adjustment_cells"])
    refusals = (TOO_MANY_UNKNOWN_OUTCOMES,) if is_open else ()
    people = {arm: n_people(patterns.membership.person, patterns.arm == arm) for arm in (0, 1)}
    return AdjustedAnalysis(patterns, adjust(patterns, thresholds, refusals=refusals), people)


def patterns_of(frame: pl.DataFrame) -> CommitmentPatterns:
    """Rows of `adjustment_cells` as patterns; ids become whole-number codes."""
    levels = {covariate: frame[column].to_numpy() for column, covariate in COVARIATES.items()}
    arm, n, kept = (numbers_of(frame, name) for name in ("arm", "n", "n_kept"))
    return CommitmentPatterns.of_columns(membership_of(frame), arm, n, kept, levels)


def status_of(adjustment: Adjustment) -> dict[str, object]:
    """Status and reasons of what rests on the same counts as the adjusted differences."""
    if adjustment.refusals:
        return refused_row(adjustment.refusals)
    return {"status": "early" if adjustment.early else "ok", "reasons": ";".join(adjustment.early)}


def refused_row(reasons: Sequence[str]) -> dict[str, object]:
    """Status and reasons of a row without a value."""
    return {"status": "refused", "reasons": ";".join(reasons)}


def membership_of(frame: pl.DataFrame) -> Membership:
    """Cluster, group and person of each row as codes."""
    return Membership(*codes_of(frame))


def numbers_of(frame: pl.DataFrame, column: str) -> IntArray:
    """A column of counts or levels as whole numbers."""
    return whole_column(frame[column])


def n_people(person: IntArray, chosen: NDArray[np.bool_]) -> int:
    """Distinct people of the rows chosen."""
    return int(np.count_nonzero(np.bincount(person[chosen]))) if chosen.any() else 0
