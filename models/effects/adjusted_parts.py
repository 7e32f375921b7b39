"""What adjusted differences rest on: their limits, their sizes, and how a result is put together.

What belongs here: limits and reason codes, the counts that refusals and early rules look at, and the assembly of one
difference from its estimate and variance.
What does not: which differences there are and whether they agree (`adjusted_result`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arms import ArmCounts, unseen_variance
from models.effects.clustering import unit_codes, variance_kind
from models.effects.clusters import sums_by_code
from models.effects.covariates import CommitmentPatterns
from models.effects.dense import n_distinct
from models.effects.rates import planned_width
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    PLANNED_WIDTH_TOO_WIDE,
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS_IN_AN_ARM,
    TOO_FEW_DEGREES_OF_FREEDOM,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence
from models.effects.within_person import switchers

TOO_FEW_COMMITMENTS_PER_COEFFICIENT = "too_few_commitments_per_coefficient"
TOO_LITTLE_OVERLAP = "too_little_overlap"
UNBALANCED_AFTER_WEIGHTING = "unbalanced_after_weighting"
WEIGHTS_LEAVE_TOO_FEW = "weights_leave_too_few"
TOO_FEW_SWITCHERS = "too_few_switchers"
TOO_FEW_CLUSTERS_WITH_SWITCHERS = "too_few_clusters_with_switchers"
CONDITIONAL_LOGIT_DISAGREES = "conditional_logit_disagrees"


@dataclass(frozen=True, slots=True)
class AdjustmentLimits:
    """The limits below which an adjusted difference is refused.

    Attributes:
        per_coefficient: Fewest commitments of the smaller arm per fitted coefficient.
        clusters: Fewest clusters (group spells when the variance is two-way).
        truncated_share: Largest share of commitments whose chance of an appointment was cut.
        smd: Largest standardised mean difference after weighting.
        effective_share: Smallest effective sample size of an arm, as a share of its commitments.
        switchers: Fewest people with commitments in both arms.
        switching_clusters: Fewest clusters with such people.
    """

    per_coefficient: int = 5
    clusters: int = 8
    truncated_share: float = 0.20
    smd: float = 0.25
    effective_share: float = 0.30
    switchers: int = 10
    switching_clusters: int = 5


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What refusals and early rules look at: sizes, arms per unit, the kind of variance."""

    sizes: Sizes
    arms: ArmCounts
    n_units: int
    kind: VarianceKind

    @classmethod
    def of_patterns(cls, patterns: CommitmentPatterns, thresholds: Thresholds) -> Counts:
        """Count commitments, people, clusters and switchers."""
        n = patterns.n.astype(np.float64)
        kind = variance_kind(patterns.membership, n, thresholds.two_way_share)
        units = unit_codes(patterns.membership, kind)
        both = [values * (patterns.arm == arm) for values in (patterns.n, patterns.kept) for arm in (0, 1)]
        sums = sums_by_code(units, np.array(both, dtype=np.float64).T)
        sizes = Sizes(
            n_commitments=int(patterns.n.sum()),
            n_persons=n_distinct(patterns.membership.person),
            n_clusters=n_distinct(patterns.membership.cluster),
            n_switchers=switchers(patterns, units).n_persons,
        )
        return cls(sizes, ArmCounts(sums[:, :2], sums[:, 2:]), sums.shape[0], kind)


def difference_result(
    estimand: str,
    counts: Counts,
    fit: tuple[float, float, float],
    thresholds: Thresholds,
    reasons: tuple[str, ...],
) -> Result:
    """Assemble a difference of shares from its estimate, variance and df.

    What residuals cannot show (an arm at 0 or 100 %) is added to the variance, as for the crude difference.

    Args:
        estimand: Code of what is estimated.
        counts: Sizes and arms behind it.
        fit: Estimate, variance and degrees of freedom.
        thresholds: Limits and constants of the plan.
        reasons: Why it is early; empty when it is not.
    """
    estimate, variance, df = fit
    if df <= 0 or df < thresholds.df:
        return refused_difference(estimand, counts, (TOO_FEW_DEGREES_OF_FREEDOM,))
    if df < thresholds.early_df:
        reasons = (*reasons, TOO_FEW_DEGREES_OF_FREEDOM)
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, df))
    rho = thresholds.intracluster_correlation
    se = float(np.sqrt(variance + unseen_variance(counts.arms, variance, quantile, rho)))
    cs = confidence_sequence(
        estimate, se, df, thresholds.prior_sd, thresholds.level, minimum_df=thresholds.sequence_df
    )
    every = (*reasons, NO_ALWAYS_VALID_INTERVAL) if cs is None else reasons
    sizes = counts.sizes
    return Result(
        estimand=estimand,
        estimate=estimate,
        se=se,
        df=df,
        ci=Interval(estimate - quantile * se, estimate + quantile * se),
        cs=None if cs is None else cs.clip(-1.0, 1.0),
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        design="observational",
        variance=counts.kind,
        status="early" if every else "ok",
        reasons=every,
    )


def refused_difference(estimand: str, counts: Counts, reasons: tuple[str, ...]) -> Result:
    """Return a difference without a value, with the sizes behind it."""
    return refused(estimand, counts.sizes, reasons, variance=counts.kind)


def refusals_by_counts(counts: Counts, limits: AdjustmentLimits) -> tuple[str, ...]:
    """Return why no adjusted difference can exist: an arm or the clusters below their limits."""
    arms = counts.arms.n
    checks = (
        (arms.min() < limits.per_coefficient, TOO_FEW_COMMITMENTS_IN_AN_ARM),
        (counts.n_units < limits.clusters, TOO_FEW_CLUSTERS),
    )
    return tuple(code for failed, code in checks if failed)


def early_by_counts(counts: Counts, thresholds: Thresholds) -> tuple[str, ...]:
    """Return why adjusted differences are for analysts only, as for the crude one; no outcome is looked at."""
    known = counts.arms.known
    n_both = int((known > 0).all(axis=1).sum())
    unit = thresholds.planned_rate * (1 - thresholds.planned_rate) * float((1 / counts.arms.n).sum())
    checks = (
        (n_both < thresholds.early_clusters, TOO_FEW_CLUSTERS),
        (planned_width(unit, counts.n_units, thresholds) > thresholds.planned_width, PLANNED_WIDTH_TOO_WIDE),
    )
    return tuple(code for failed, code in checks if failed)
