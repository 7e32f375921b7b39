"""How many days a commitment stays open, with and without an appointment.

What belongs here: the restricted mean of the days until a commitment is done, and its difference between the arms.
What does not: shares by day (`kept_by_day`) and tests of whole curves (`log_rank`).

With F(t) the share done by the end of day t, mu(tau) = sum over days t < tau of (1 - F(t)): days until done, a
commitment not done by tau counting as tau. A withdrawn one is never done, so it counts as tau too: nobody writes down
when a commitment is given up, only when it is said, and partners ask earlier.

Reference: Uno et al. (2014), Journal of Clinical Oncology 32, 2380-2385, doi:10.1200/JCO.2014.55.2208.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.cluster_robust import RobustFit
from models.effects.clusters import sums_by_code
from models.effects.incidence import DayCounts, independent_variance, influence_variance
from models.effects.kept_by_day import (
    DoneCurve,
    done_curve,
    effective_followed,
    follow_up_reasons,
    one_armed,
    sizes_of,
)
from models.effects.rates import extreme_share_se, planned_width
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    PLANNED_WIDTH_TOO_WIDE,
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS_IN_AN_ARM,
    TOO_FEW_DEGREES_OF_FREEDOM,
    Design,
    Interval,
    Result,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence

ESTIMAND = "days_open_difference"
_NO_VARIANCE = 1e-18
"""A variance below this part of tau squared over n is rounding error of zero."""


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Days a commitment of one arm stays open, of tau, with a cluster-robust standard error on G - 1 df."""

    days: float
    se: float
    df: float


@dataclass(frozen=True, slots=True, eq=False)
class _Arm:
    """One arm: its commitments, its curve, and what each commitment adds to mu, shape (4, T, 1)."""

    counts: DayCounts
    curve: DoneCurve
    horizon: int

    @property
    def mean(self) -> float:
        return float((1.0 - self.curve.done[: self.horizon]).sum())

    @property
    def influence(self) -> FloatArray:
        return np.asarray(-self.curve.influence[:, :, : self.horizon].sum(axis=2, keepdims=True))


def restricted_mean(
    counts: DayCounts, arm: int, tau: int, thresholds: Thresholds | None = None
) -> RestrictedMean:
    """Estimate the days a commitment of one arm stays open, of tau.

    Args:
        counts: Commitments of both arms.
        arm: 1 with an appointment, 0 without.
        tau: Last day; at most the last one to which commitments of the arm are followed.
        thresholds: Decides when the variance is two-way.
    """
    limits = thresholds or Thresholds()
    own = _arm(counts, arm, tau)
    kind = own.counts.variance_kind(limits.two_way_share)
    variance, df = influence_variance(own.counts, one_armed(own.influence, arm), kind)
    return RestrictedMean(own.mean, math.sqrt(float(variance[0])), float(df))


def days_open_difference(
    counts: DayCounts, horizon: int, thresholds: Thresholds, design: Design = "observational"
) -> Result:
    """Estimate how many days fewer (below 0) or more a commitment stays open with an appointment, of the horizon.

    Estimand: mu_1(H) - mu_0(H), in days; an association, as people chose their appointments. The variance sums the
    infinitesimal jackknife of both arms within clusters (two-way as elsewhere), with t on G - 1 degrees of freedom,
    G the clusters with both arms. The prior of the always-valid interval is the plan's for a difference of shares,
    times H: what all days would differ by if every day differed by that.

    Refused: an arm, the clusters with both arms or the df below the limits of a difference, too few followed to the
    horizon in an arm, or too many done on a day nobody wrote down. Early: as for the difference of shares.

    Args:
        counts: Commitments of both arms.
        horizon: H, in days.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    kind = counts.variance_kind(thresholds.two_way_share)
    per_unit = _per_unit(counts, kind)
    reasons = _refusals(counts, per_unit, horizon, kind, thresholds)
    if reasons:
        return refused(ESTIMAND, sizes_of(counts), reasons, design=design, variance=kind)
    arms = (_arm(counts, 0, horizon), _arm(counts, 1, horizon))
    estimate = arms[1].mean - arms[0].mean
    influence = _side_by_side(-arms[0].influence, arms[1].influence)
    found, df_of_all = influence_variance(counts, influence, kind)
    variance = float(found[0])
    df = min(df_of_all, int((per_unit > 0).all(axis=1).sum()) - 1)
    if df < max(thresholds.df, 1):
        return refused(ESTIMAND, sizes_of(counts), (TOO_FEW_DEGREES_OF_FREEDOM,), design=design, variance=kind)
    if variance < _NO_VARIANCE * horizon**2 * float((1 / per_unit.sum(axis=0)).sum()):
        variance = float(independent_variance(counts, influence)[0])
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, df))
    variance += sum(_extra(arm, kind, quantile, thresholds) for arm in arms)
    fit = RobustFit(estimate, variance, float(df))
    early = _early_reasons(per_unit, df, thresholds)
    return _assemble(counts, fit, horizon, early, kind=kind, thresholds=thresholds, design=design)


def _arm(counts: DayCounts, arm: int, horizon: int) -> _Arm:
    own = counts.of_arm(arm)
    return _Arm(own, done_curve(own, horizon), horizon)


def _side_by_side(without: FloatArray, with_one: FloatArray) -> FloatArray:
    """Influences of both arms, each (4, T, 1), as (2, 4, T, 1): shorter ones are of days that do not occur."""
    n_days = max(without.shape[1], with_one.shape[1])
    found = np.zeros((2, without.shape[0], n_days, 1))
    found[0, :, : without.shape[1]], found[1, :, : with_one.shape[1]] = without, with_one
    return found


def _per_unit(counts: DayCounts, kind: VarianceKind) -> FloatArray:
    """Commitments per unit and arm, shape (G, 2)."""
    n = counts.n.astype(np.float64)
    return sums_by_code(counts.units(kind), np.column_stack([n * (counts.arm == arm) for arm in (0, 1)]))


def _refusals(
    counts: DayCounts, per_unit: FloatArray, horizon: int, kind: VarianceKind, thresholds: Thresholds
) -> tuple[str, ...]:
    checks = (
        (per_unit.sum(axis=0).min() < max(thresholds.arm_commitments, 1), TOO_FEW_COMMITMENTS_IN_AN_ARM),
        ((per_unit > 0).all(axis=1).sum() < max(thresholds.clusters, 2), TOO_FEW_CLUSTERS),
    )
    by_counts = tuple(code for failed, code in checks if failed)
    if by_counts:
        return by_counts
    found = [follow_up_reasons(counts.of_arm(arm), horizon, kind, thresholds) for arm in (0, 1)]
    return tuple(dict.fromkeys(code for reasons in found for code in reasons))


def _extra(arm: _Arm, kind: VarianceKind, quantile: float, thresholds: Thresholds) -> float:
    """What the residuals of an arm cannot show when everything happened on one day, or nothing ever."""
    done = arm.curve.done
    if np.any((done > 0) & (done < 1)):
        return 0.0
    effective = effective_followed(arm.counts, kind, arm.curve.n_followed, thresholds)
    return (arm.horizon * extreme_share_se(effective, quantile)) ** 2


def _early_reasons(per_unit: FloatArray, df: int, thresholds: Thresholds) -> tuple[str, ...]:
    unit = thresholds.planned_rate * (1 - thresholds.planned_rate) * float((1 / per_unit.sum(axis=0)).sum())
    checks = (
        ((per_unit > 0).all(axis=1).sum() < thresholds.early_clusters, TOO_FEW_CLUSTERS),
        (df < thresholds.early_df, TOO_FEW_DEGREES_OF_FREEDOM),
        (planned_width(unit, len(per_unit), thresholds) > thresholds.planned_width, PLANNED_WIDTH_TOO_WIDE),
    )
    return tuple(code for failed, code in checks if failed)


def _assemble(
    counts: DayCounts,
    fit: RobustFit,
    horizon: int,
    early: tuple[str, ...],
    *,
    kind: VarianceKind,
    thresholds: Thresholds,
    design: Design,
) -> Result:
    half = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df)) * fit.se
    prior = thresholds.prior_sd * horizon
    cs = confidence_sequence(
        fit.estimate, fit.se, fit.df, prior, thresholds.level, minimum_df=thresholds.sequence_df
    )
    reasons = early + (NO_ALWAYS_VALID_INTERVAL,) * (cs is None)
    sizes = sizes_of(counts)
    return Result(
        estimand=ESTIMAND,
        estimate=fit.estimate,
        se=fit.se,
        df=fit.df,
        ci=Interval(fit.estimate - half, fit.estimate + half),
        cs=None if cs is None else cs.clip(-float(horizon), float(horizon)),
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=int(np.intersect1d(counts.of_arm(0).person, counts.of_arm(1).person).size),
        design=design,
        variance=kind,
        status="early" if reasons else "ok",
        reasons=reasons,
    )
