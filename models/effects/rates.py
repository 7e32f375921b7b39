"""The share of commitments kept, with intervals that allow for clusters.

What belongs here: shares of counts (kept, top-two answers) and the intervals of a single share.
What does not: differences between arms (`difference`) and bounds for unknown outcomes (`bounds`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.cells import CommitmentCells
from models.effects.clustering import fit_contrast, mean_moments, n_units, unit_codes, variance_kind
from models.effects.clusters import Membership, sums_by_code
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    PLANNED_WIDTH_TOO_WIDE,
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    Design,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence

Z95 = 1.959963984540054


def wilson_interval(kept: float, n: float, quantile: float = Z95) -> Interval:
    """Return Wilson's score interval of a share of independent units.

    Centre (p + q^2/2n) / (1 + q^2/n), half-width q / (1 + q^2/n) sqrt(p(1-p)/n + q^2/4n^2). For clustered
    units pass effective numbers (n over the design effect) and a t quantile.

    References:
        Wilson (1927), Journal of the American Statistical Association 22, 209-212,
        doi:10.1080/01621459.1927.10502953; Newcombe (1998), Statistics in Medicine 17, 857-872.

    Args:
        kept: Successes, 0 to n; need not be whole.
        n: Units, > 0; need not be whole.
        quantile: Standard quantile q, > 0.

    Raises:
        ValueError: When kept lies outside 0..n or n is not above 0.
    """
    if not (n > 0 and 0 <= kept <= n):
        raise ValueError("wilson interval: needs n above 0 and kept between 0 and n")
    p, shrink = kept / n, 1 + quantile**2 / n
    centre = (p + quantile**2 / (2 * n)) / shrink
    half = quantile / shrink * math.sqrt(p * (1 - p) / n + quantile**2 / (4 * n**2))
    low = 0.0 if kept == 0 else max(centre - half, 0.0)
    high = 1.0 if kept == n else min(centre + half, 1.0)
    return Interval(low, high)


def design_effect(sizes: FloatArray, intracluster_correlation: float) -> float:
    """Return 1 + (m - 1) rho, at least 1, with m = sum of squared sizes over sum of sizes.

    Reference: Kish (1965), Survey Sampling.

    Args:
        sizes: Units per cluster, shape (S,), not all 0.
        intracluster_correlation: rho, 0 to 1.
    """
    mean_size = float((sizes**2).sum() / sizes.sum())
    return max(1.0, 1 + (mean_size - 1) * intracluster_correlation)


def extreme_share_se(effective_n: float, quantile: float) -> float:
    """Return a standard error for a share of 0 or 100 %, which has no variance of its own.

    q / (n + q^2): the length of Wilson's interval at 0 or 100 % over q, so that no interval is without width.
    """
    return quantile / (effective_n + quantile**2)


@dataclass(frozen=True, slots=True)
class ShareFit:
    """A share with its standard error, Bell-McCaffrey df, effective number of units and single-look ci."""

    estimate: float
    se: float
    df: float
    effective_n: float
    ci: Interval
    variance: VarianceKind


def fit_share(
    n: FloatArray, kept: FloatArray, membership: Membership, thresholds: Thresholds
) -> ShareFit | None:
    """Estimate kept / n with a cluster-robust standard error; None when no degree of freedom is left.

    The variance is CR2 of the model y ~ 1; the effective number of units is p(1-p)/V, at most n, and the
    interval Wilson's with it and t at the Bell-McCaffrey df. At 0 or 100 %, where V = 0, the effective number
    is n over a fixed design effect.

    Reference: Korn & Graubard (1998), Survey Methodology 24, 193-201 (effective sample size).

    Args:
        n: Units per row, shape (m,), not all 0.
        kept: Successes per row, shape (m,).
        membership: Cluster, group spell and person of each row.
        thresholds: Level, two-way limit and fixed correlation.
    """
    total, successes = float(n.sum()), float(kept.sum())
    kind = variance_kind(membership, n, thresholds.two_way_share)
    table = np.column_stack([n, kept, kept])
    fit = fit_contrast(table, membership, kind, mean_moments, (1.0,)).fit
    if not fit.df > 0:
        return None
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df))
    estimate = successes / total
    if 0 < successes < total:
        binomial = estimate * (1 - estimate)
        effective = total if fit.variance * total <= binomial else binomial / fit.variance
        se = math.sqrt(binomial / effective)
    else:
        sizes = sums_by_code(unit_codes(membership, kind), n[:, None])
        effective = total / design_effect(sizes, thresholds.intracluster_correlation)
        se = extreme_share_se(effective, quantile)
    ci = wilson_interval(estimate * effective, effective, quantile)
    return ShareFit(estimate, se, fit.df, effective, ci, kind)


def planned_width(variance_per_unit: float, n_clusters: int, thresholds: Thresholds) -> float:
    """Return the width an interval would have by plan alone: 2 t_(G-1) sqrt(variance x design effect).

    Args:
        variance_per_unit: p(1-p) times the sum of 1/n over the arms, with the planned rate p.
        n_clusters: Clusters, G; with fewer than two the width is infinite.
        thresholds: Planned design effect and level.
    """
    if n_clusters < 2:
        return math.inf
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, n_clusters - 1))
    return 2 * quantile * math.sqrt(variance_per_unit * thresholds.planned_design_effect)


def share_result(
    estimand: str,
    fit: ShareFit,
    sizes: Sizes,
    *,
    reasons: tuple[str, ...],
    thresholds: Thresholds,
    design: Design,
) -> Result:
    """Assemble the result of a share; without an always-valid interval it is early."""
    cs = confidence_sequence(
        fit.estimate, fit.se, fit.df, thresholds.prior_sd, thresholds.level, minimum_df=thresholds.sequence_df
    )
    if cs is None:
        reasons = (*reasons, NO_ALWAYS_VALID_INTERVAL)
    return Result(
        estimand=estimand,
        estimate=fit.estimate,
        se=fit.se,
        df=fit.df,
        ci=fit.ci,
        cs=None if cs is None else cs.clip(0.0, 1.0),
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        n_answers=sizes.n_answers,
        design=design,
        variance=fit.variance,
        status="early" if reasons else "ok",
        reasons=reasons,
    )


def completion_rate(
    cells: CommitmentCells, arm: int | None, thresholds: Thresholds, design: Design = "observational"
) -> Result:
    """Estimate the share of mature commitments kept, of one arm or of both together.

    Estimand: P(kept) among mature commitments with a known outcome (done, not done, withdrawn). What could be
    false: that commitments of unknown outcome are like the others; `bounds` says how far that could move it.
    Refused below the fewest commitments or clusters. Early, so for analysts only, when the width planned for
    these numbers is too wide or no always-valid interval exists; no outcome decides this. The further early
    limits belong to differences: rates are shown as soon as they can be.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        arm: 1 with an appointment, 0 without, None for both together.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    counted = (cells if arm is None else cells.of_arm(arm)).counted()
    estimand = {None: "completion_rate", 0: "completion_rate_without", 1: "completion_rate_with"}[arm]
    n = counted.n_known.astype(np.float64)
    sizes = Sizes(
        n_commitments=int(n.sum()),
        n_persons=int(np.unique(counted.person).size),
        n_clusters=int(np.unique(counted.cluster).size),
        n_switchers=counted.n_switchers if arm is None else None,
    )
    membership = counted.membership
    kind = variance_kind(membership, n, thresholds.two_way_share)
    n_clusters = n_units(membership, kind)
    reasons = _rate_refusals(int(n.sum()), n_clusters, thresholds)
    fit = None if reasons else fit_share(n, counted.n_kept.astype(np.float64), membership, thresholds)
    if fit is None:
        return refused(estimand, sizes, reasons or (TOO_FEW_DEGREES_OF_FREEDOM,), design=design)
    unit = thresholds.planned_rate * (1 - thresholds.planned_rate) / float(n.sum())
    is_wide = planned_width(unit, n_clusters, thresholds) > thresholds.planned_width
    early = (PLANNED_WIDTH_TOO_WIDE,) if is_wide else ()
    return share_result(estimand, fit, sizes, reasons=early, thresholds=thresholds, design=design)


def _rate_refusals(n: int, n_clusters: int, thresholds: Thresholds) -> tuple[str, ...]:
    checks = (
        (n < max(thresholds.rate_commitments, 1), TOO_FEW_COMMITMENTS),
        (n_clusters < thresholds.clusters, TOO_FEW_CLUSTERS),
    )
    return tuple(code for failed, code in checks if failed)
