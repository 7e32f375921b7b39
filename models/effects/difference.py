"""The headline: how much more often commitments are kept with an appointment.

What belongs here: the crude risk difference, its refusals and early rule, and the score interval for
independent units.
What does not: adjustment for confounders and the verdict in words (`verdict`).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from models.effects.arms import ArmCounts, unseen_variance
from models.effects.bounds import are_bounds_too_wide
from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import RobustFit, cr2
from models.effects.clustering import fit_contrast, two_arm_moments, unit_codes, variance_kind
from models.effects.clusters import Membership
from models.effects.dense import n_distinct
from models.effects.rates import Z95, planned_width, wilson_interval
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    PLANNED_WIDTH_TOO_WIDE,
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS_IN_AN_ARM,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_MANY_UNKNOWN_OUTCOMES,
    Design,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence

ESTIMAND = "risk_difference"
_OF_THE_ARM = (0.0, 1.0)


def risk_difference(cells: CommitmentCells, thresholds: Thresholds, design: Design = "observational") -> Result:
    """Estimate the share kept with an appointment minus the share kept without.

    Estimand: E[kept | with] - E[kept | without] over mature commitments with a known outcome; an association,
    as people chose their appointments. Model kept ~ 1 + arm, CR2 variance, t at the Bell-McCaffrey df. When
    the largest cluster holds more than `two_way_share` of the commitments the variance is two-way (person,
    group spell), and group spells take the place of clusters in the limits below. An arm at 0 or 100 % and a
    variance of zero get the fixed design effect, so that no interval is without width.

    Refused: an arm, the clusters with both arms or the df below their limits, or bounds too wide. Early,
    decided without looking at outcomes: fewer clusters with both arms, df or a wider planned interval than the
    plan wants for leaders.

    References:
        Bell & McCaffrey (2002), Survey Methodology 28, 169-181; Imbens & Kolesar (2016),
        doi:10.1162/REST_a_00552.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    # A cell without a known outcome adds nothing to any of the sums below.
    membership, n = cells.membership, cells.n_known.astype(np.float64)
    kind = variance_kind(membership, n, thresholds.two_way_share)
    arms = ArmCounts.of_cells(cells, unit_codes(membership, kind))
    sizes = _sizes(cells)
    reasons = _refusals_by_counts(cells, arms, thresholds)
    if reasons:
        return refused(ESTIMAND, sizes, reasons, design=design, variance=kind)
    fit = _fit(cells, arms, membership, kind)
    if fit.df <= 0 or fit.df < thresholds.df:
        return refused(ESTIMAND, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,), design=design, variance=kind)
    return _assemble(fit, arms, sizes, kind, thresholds=thresholds, design=design)


def _fit(cells: CommitmentCells, arms: ArmCounts, membership: Membership, kind: VarianceKind) -> RobustFit:
    """The arm's coefficient in kept ~ 1 + arm; by cluster, the sums it needs are those of the arms."""
    if kind == "cluster":
        return cr2(two_arm_moments(arms.table), _OF_THE_ARM)
    return fit_contrast(cells.arm_table(), membership, kind, two_arm_moments, _OF_THE_ARM).fit


def _sizes(cells: CommitmentCells) -> Sizes:
    """What is behind the difference: commitments of known outcome, and who made them."""
    is_counted = cells.n_known > 0
    return Sizes(
        n_commitments=int(cells.n_known.sum()),
        n_persons=n_distinct(cells.person[is_counted]),
        n_clusters=n_distinct(cells.cluster[is_counted]),
        n_switchers=cells.n_switchers,
    )


def _refusals_by_counts(cells: CommitmentCells, arms: ArmCounts, thresholds: Thresholds) -> tuple[str, ...]:
    checks = (
        (arms.n.min() < max(thresholds.arm_commitments, 1), TOO_FEW_COMMITMENTS_IN_AN_ARM),
        (arms.n_clusters_with_both < thresholds.clusters, TOO_FEW_CLUSTERS),
        (are_bounds_too_wide(cells, thresholds.bounds_width), TOO_MANY_UNKNOWN_OUTCOMES),
    )
    return tuple(code for failed, code in checks if failed)


def _early_reasons(arms: ArmCounts, df: float, thresholds: Thresholds) -> tuple[str, ...]:
    unit = thresholds.planned_rate * (1 - thresholds.planned_rate) * float((1 / arms.n).sum())
    checks = (
        (arms.n_clusters_with_both < thresholds.early_clusters, TOO_FEW_CLUSTERS),
        (df < thresholds.early_df, TOO_FEW_DEGREES_OF_FREEDOM),
        (planned_width(unit, arms.n_clusters, thresholds) > thresholds.planned_width, PLANNED_WIDTH_TOO_WIDE),
    )
    return tuple(code for failed, code in checks if failed)


def _assemble(
    fit: RobustFit, arms: ArmCounts, sizes: Sizes, kind: VarianceKind, *, thresholds: Thresholds, design: Design
) -> Result:
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df))
    estimate = float(arms.rates[1] - arms.rates[0])
    unseen = unseen_variance(arms, fit.variance, quantile, thresholds.intracluster_correlation)
    se = math.sqrt(fit.variance + unseen)
    cs = confidence_sequence(
        estimate, se, fit.df, thresholds.prior_sd, thresholds.level, minimum_df=thresholds.sequence_df
    )
    reasons = _early_reasons(arms, fit.df, thresholds) + ((NO_ALWAYS_VALID_INTERVAL,) if cs is None else ())
    return Result(
        estimand=ESTIMAND,
        estimate=estimate,
        se=se,
        df=fit.df,
        ci=Interval(estimate - quantile * se, estimate + quantile * se),
        cs=None if cs is None else cs.clip(-1.0, 1.0),
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        design=design,
        variance=kind,
        status="early" if reasons else "ok",
        reasons=reasons,
    )


def hybrid_score_difference(
    kept_with: float, n_with: float, kept_without: float, n_without: float, quantile: float = Z95
) -> Interval:
    """Return Newcombe's hybrid-score interval of the difference with minus without, for independent units.

    With Wilson limits l, u of each share p: d - sqrt((p1-l1)^2 + (u0-p0)^2), d + sqrt((u1-p1)^2 + (p0-l0)^2).
    Ignores clusters: only where each cluster has one commitment, or with effective numbers.

    Reference: Newcombe (1998), Statistics in Medicine 17, 873-890 (method 10).

    Args:
        kept_with: Successes with an appointment.
        n_with: Units with an appointment, > 0.
        kept_without: Successes without one.
        n_without: Units without one, > 0.
        quantile: Standard quantile, > 0.
    """
    with_one = wilson_interval(kept_with, n_with, quantile)
    without = wilson_interval(kept_without, n_without, quantile)
    p1, p0 = kept_with / n_with, kept_without / n_without
    below = math.hypot(p1 - with_one.low, without.high - p0)
    above = math.hypot(with_one.high - p1, p0 - without.low)
    return Interval(p1 - p0 - below, p1 - p0 + above)
