"""What every estimator returns, and the limits below which it returns no number.

What belongs here: the frozen result values, the reason codes, and the limits a plan may set.
What does not: formulas (the other modules of this package) and words for people (the dashboards).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "early", "refused", "not_robust"]
Design = Literal["observational", "randomised"]
VarianceKind = Literal["cluster", "two_way"]

TOO_FEW_COMMITMENTS = "too_few_commitments"
TOO_FEW_COMMITMENTS_IN_AN_ARM = "too_few_commitments_in_an_arm"
TOO_FEW_CLUSTERS = "too_few_clusters"
TOO_FEW_DEGREES_OF_FREEDOM = "too_few_degrees_of_freedom"
TOO_MANY_UNKNOWN_OUTCOMES = "too_many_unknown_outcomes"
PLANNED_WIDTH_TOO_WIDE = "planned_width_too_wide"
TOO_FEW_ANSWERS = "too_few_answers"
TOO_FEW_PERSONS = "too_few_persons"
NOBODY_INVITED = "nobody_invited"
RESPONSE_TOO_LOW = "response_too_low"
RESPONSE_NEEDS_WEIGHTING = "response_needs_weighting"
TOO_FEW_GROUPS_HELD_SIX = "too_few_groups_held_six"
TOO_FEW_OLDER_GROUPS_HELD_SIX = "too_few_older_groups_held_six"
NO_ALWAYS_VALID_INTERVAL = "no_always_valid_interval"
ADJUSTED_ESTIMATES_DISAGREE = "adjusted_estimates_disagree"
INTERVAL_TOO_WIDE = "interval_too_wide"


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of finite numbers, `low` <= `high`, in the unit of its estimate."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError("an interval needs two finite ends in order; refuse the number instead")

    @property
    def width(self) -> float:
        """High end minus low end."""
        return self.high - self.low

    def contains(self, value: float) -> bool:
        """Whether the value lies in the interval, ends included."""
        return self.low <= value <= self.high

    def clip(self, low: float, high: float) -> Interval:
        """Return the part within [low, high]; an end beyond it moves to the limit."""
        return Interval(min(max(self.low, low), high), min(max(self.high, low), high))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much data stands behind a result; None where a size has no meaning for it."""

    n_commitments: int | None = None
    n_persons: int | None = None
    n_clusters: int | None = None
    n_switchers: int | None = None
    n_answers: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One estimate with its intervals, the data behind it, and whether it may be shown.

    Attributes:
        estimand: What is estimated, as a stable code.
        estimate: Value in the estimand's unit; None when refused.
        se: Standard error; None when refused.
        df: Bell-McCaffrey degrees of freedom; None when refused.
        ci: Interval for a single look; for analysts only, as weekly looks break its coverage.
        cs: Always-valid interval (confidence sequence); None when refused or not defined for the estimand.
        n_commitments: Mature commitments with a known outcome.
        n_persons: Distinct people behind the estimate.
        n_clusters: Distinct clusters (connected components) behind the estimate.
        n_switchers: People with commitments in both arms.
        n_answers: Survey answers behind the estimate.
        design: How exposure came about.
        variance: Which clustering the variance used; None when no variance was formed.
        status: `ok`; `early` and `not_robust` (for analysts, never for leaders); `refused` (no value exists).
        reasons: Codes out of `reasons.REASON_CODES`; empty when ok.
    """

    estimand: str
    estimate: float | None
    se: float | None
    df: float | None
    ci: Interval | None
    cs: Interval | None
    n_commitments: int | None
    n_persons: int | None
    n_clusters: int | None
    n_switchers: int | None
    design: Design
    variance: VarianceKind | None
    status: Status
    reasons: tuple[str, ...]
    n_answers: int | None = None

    def __post_init__(self) -> None:
        numbers = (self.estimate, self.se, self.df)
        if self.status == "refused":
            if any(value is not None for value in (*numbers, self.ci, self.cs)):
                raise ValueError(f"{self.estimand}: a refused result must not carry a value")
        elif any(value is None or not math.isfinite(value) for value in numbers):
            raise ValueError(f"{self.estimand}: an {self.status} result needs a finite estimate, se and df")
        if (self.status == "ok") == bool(self.reasons):
            raise ValueError(f"{self.estimand}: reasons belong to results that are not ok, and to each of them")


def refused(
    estimand: str,
    sizes: Sizes,
    reasons: tuple[str, ...],
    *,
    design: Design = "observational",
    variance: VarianceKind | None = None,
) -> Result:
    """Return a result without a value, for the reasons given."""
    return Result(
        estimand=estimand,
        estimate=None,
        se=None,
        df=None,
        ci=None,
        cs=None,
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        n_answers=sizes.n_answers,
        design=design,
        variance=variance,
        status="refused",
        reasons=reasons,
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits and constants a plan fixes; the defaults are the programme's.

    Attributes:
        rate_commitments: Fewest commitments for a rate.
        arm_commitments: Fewest commitments in each arm for a difference.
        clusters: Fewest clusters for a rate, clusters with both arms for a difference.
        df: Fewest Bell-McCaffrey degrees of freedom for a difference.
        bounds_width: Widest bounds on the difference (unknown outcomes) that still allow a headline.
        early_clusters: A difference of fewer clusters with both arms is early.
        early_df: A difference of fewer degrees of freedom is early.
        planned_width: A result whose planned interval is wider is early.
        planned_rate: Rate assumed for the planned width, so that no outcome is looked at.
        planned_design_effect: Design effect assumed for the planned width.
        sequence_df: Fewest degrees of freedom for an always-valid interval.
        two_way_share: Share of rows in the largest cluster above which the variance is two-way.
        answers: Fewest answers for a survey result.
        answer_persons: Fewest people for a survey result.
        paired_persons: Fewest people asked at both times for a change.
        paired_response: Smallest share of baseline responders who answered again.
        response_ok: Response rate from which means stand unweighted.
        response_minimum: Response rate below which means are refused.
        intracluster_correlation: Fixed correlation for a rate of 0 or 100 %.
        prior_sd: Standard deviation of plausible effects in the confidence sequence, as a share.
        level: Coverage of every interval.
    """

    rate_commitments: int = 20
    arm_commitments: int = 10
    clusters: int = 4
    df: float = 3.0
    bounds_width: float = 0.40
    early_clusters: int = 10
    early_df: float = 8.0
    planned_width: float = 0.40
    planned_rate: float = 0.65
    planned_design_effect: float = 1.5
    sequence_df: float = 5.0
    two_way_share: float = 0.40
    answers: int = 10
    answer_persons: int = 5
    paired_persons: int = 10
    paired_response: float = 0.30
    response_ok: float = 0.60
    response_minimum: float = 0.30
    intracluster_correlation: float = 0.20
    prior_sd: float = 0.15
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or not self.prior_sd > 0 or not 0 < self.planned_rate < 1:
            raise ValueError("thresholds: level and planned_rate lie between 0 and 1, prior_sd above 0")
        if not 0 <= self.intracluster_correlation <= 1 or not self.planned_design_effect > 0:
            raise ValueError("thresholds: intracluster_correlation lies in 0..1, planned_design_effect above 0")

    @classmethod
    def none(cls) -> Thresholds:
        """Limits that refuse only what cannot be computed, for simulations and published numbers."""
        return cls(
            rate_commitments=1,
            arm_commitments=1,
            clusters=0,
            df=0.0,
            bounds_width=math.inf,
            early_clusters=0,
            early_df=0.0,
            planned_width=math.inf,
            sequence_df=0.0,
            answers=1,
            answer_persons=1,
            paired_persons=2,
            paired_response=0.0,
            response_ok=0.0,
            response_minimum=0.0,
        )
