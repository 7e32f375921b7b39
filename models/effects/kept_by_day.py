"""The share done by each day up to the horizon, with and without an appointment.

What belongs here: the share of one arm by day, its intervals, and when there is none.
What does not: the curves and their influences (`incidence`), and contrasts of the arms (`open_days`, `log_rank`).

Estimand: P(done within t days of check-out) up to the horizon H, withdrawn counting as never done. Where nobody wrote
down the day, only that a commitment counts as kept by H is known; its day is taken to be like the others':
F(t) = F_all(H) F_dated(t) / F_dated(H), Aalen-Johansen both. At H this is the share kept of the headline wherever the
same commitments count. What could be false: that whether a day is written down has nothing to do with which day it is,
and that unknown outcomes are like the known ones.

Reference: Marubini & Valsecchi (1995), Analysing Survival Data from Clinical Trials and Observational Studies, Wiley
(complementary log-log interval).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.effects.arrays import FloatArray, IntArray
from models.effects.clusters import sums_by_code
from models.effects.incidence import (
    DONE,
    DONE_NO_DAY,
    DayCounts,
    done_influence,
    incidence_curve,
    influence_variance,
    n_distinct,
    units_followed,
)
from models.effects.rates import design_effect, extreme_share_se, planned_width, wilson_interval
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    PLANNED_WIDTH_TOO_WIDE,
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence

ESTIMAND = "done_by_day"
TOO_FEW_FOLLOWED = "too_few_followed_to_the_horizon"
TOO_MANY_DAYS_UNKNOWN = "too_many_days_unknown"
LARGEST_SHARE_WITHOUT_DAY = 0.20
"""With more done commitments without a day a curve would tell when reports came, not when things were done."""


@dataclass(frozen=True, slots=True, eq=False)
class DoneCurve:
    """Share done by the end of each day 0 to H in one arm, and what each commitment adds to it.

    Attributes:
        done: F(t), shape (H + 1,).
        withdrawn: Share withdrawn by then, by the day somebody said so, shape (H + 1,).
        influence: Per commitment, shape (4, T, H + 1): event, own day, day t.
        n_followed: Commitments followed to the horizon.
    """

    done: FloatArray
    withdrawn: FloatArray
    influence: FloatArray
    n_followed: float


@dataclass(frozen=True, slots=True)
class DayShare:
    """One arm on one day: the share done, and the share withdrawn (None when refused)."""

    day: int
    done: Result
    withdrawn: float | None


def done_curve(counts: DayCounts, horizon: int) -> DoneCurve:
    """Estimate the share of one arm done by each day up to the horizon.

    Args:
        counts: Commitments of one arm, some of them followed to the horizon and some of the done ones with a day.
        horizon: H, in days.
    """
    days = horizon + 1
    totals = counts.totals(days)
    everything, dated = incidence_curve(totals), incidence_curve(totals, is_dated_only=True)
    of_all = done_influence(everything)[:, :, horizon, None]
    of_dated = done_influence(dated, is_dated_only=True)[:, :, :days]
    kept, by_horizon = float(everything.done[horizon]), float(dated.done[horizon])
    shape = dated.done[:days] / by_horizon if by_horizon > 0 else np.zeros(days)
    ratio = kept / by_horizon if by_horizon > 0 else 1.0
    influence = shape * of_all + ratio * (of_dated - shape * of_dated[:, :, [horizon]])
    followed = float(everything.n_followed[horizon])
    return DoneCurve(kept * shape, everything.withdrawn[:days], influence, followed)


def kept_by_day(
    counts: DayCounts, arm: int, days: Sequence[int], horizon: int, thresholds: Thresholds
) -> tuple[DayShare, ...]:
    """Estimate the share of one arm done by each of some days.

    The variance sums the infinitesimal jackknife within clusters (two-way as elsewhere when one cluster holds most),
    is at least the binomial one, and has G - 1 degrees of freedom. `ci` is the complementary log-log interval
    1 - (1 - F)^exp(+-t se / ((1 - F) |log(1 - F)|)) of a single look, `cs` the always-valid one. At 0 or 100 %, where
    there is no variance, Wilson's interval with a fixed design effect.

    Refused: fewer commitments or clusters than a rate needs, too few followed to the horizon, or too many done on a
    day nobody wrote down. Early, by the planned width and the degrees of freedom alone, as for a rate.

    Args:
        counts: Commitments of both arms.
        arm: 1 with an appointment, 0 without.
        days: Days since check-out, 0 to the horizon.
        horizon: Day by which a commitment has to be done.
        thresholds: Limits and constants of the plan.
    """
    own = counts.of_arm(arm)
    kind = own.variance_kind(thresholds.two_way_share)
    n_units = n_distinct(own.units(kind))
    checks = (
        (own.n.sum() < max(thresholds.rate_commitments, 1), TOO_FEW_COMMITMENTS),
        (n_units < max(thresholds.clusters, 2), TOO_FEW_CLUSTERS),
    )
    reasons = tuple(code for failed, code in checks if failed) or follow_up_reasons(
        own, horizon, kind, thresholds
    )
    if reasons:
        nothing = refused(ESTIMAND, sizes_of(own), reasons, variance=kind)
        return tuple(DayShare(day, nothing, None) for day in days)
    curve = done_curve(own, horizon)
    variance, df = influence_variance(own, one_armed(curve.influence[:, :, list(days)], arm), kind)
    shares = zip(days, variance, strict=True)
    return tuple(
        _day_share(own, curve, day, float(v), df=df, kind=kind, limits=thresholds) for day, v in shares
    )


def follow_up_reasons(
    own: DayCounts, horizon: int, kind: VarianceKind, thresholds: Thresholds
) -> tuple[str, ...]:
    """Return why one arm's commitments allow no curve up to the horizon; nothing when they do.

    Followed to the horizon, not at risk on it: an arm in which nearly everything is done has few left at risk, and
    that is no reason to hide it.

    Args:
        own: Commitments of one arm.
        horizon: Last day of the curve.
        kind: Which clustering.
        thresholds: Limits of the plan: commitments in an arm, and clusters.
    """
    totals = own.totals(horizon + 1)
    units = units_followed(own, own.units(kind), totals.shape[1])
    if last_followed_day(totals, units, thresholds) < horizon:
        return (TOO_FEW_FOLLOWED,)
    done, no_day = totals[[DONE, DONE_NO_DAY], : horizon + 1].sum(axis=1)
    is_unclear = no_day > LARGEST_SHARE_WITHOUT_DAY * (done + no_day)
    return (TOO_MANY_DAYS_UNKNOWN,) if is_unclear else ()


def last_followed_day(totals: IntArray, units: IntArray, thresholds: Thresholds) -> int:
    """Return the last day to which enough commitments of enough clusters are followed; -1 when there is none.

    Args:
        totals: Commitments of one arm by event and day, shape (4, T).
        units: Clusters or group spells followed to each day, shape (T,).
        thresholds: Fewest commitments of an arm, and fewest clusters.
    """
    n_followed = incidence_curve(totals).n_followed
    is_enough = (n_followed >= max(thresholds.arm_commitments, 1)) & (units >= max(thresholds.clusters, 1))
    return int(np.flatnonzero(is_enough).max(initial=-1))


def one_armed(influence: FloatArray, arm: int) -> FloatArray:
    """Return influences of one arm, (4, T, K), as (2, 4, T, K) with nothing from the other."""
    found = np.zeros((2, *influence.shape))
    found[arm] = influence
    return found


def sizes_of(counts: DayCounts) -> Sizes:
    """Commitments, people and clusters counted."""
    return Sizes(
        n_commitments=int(counts.n.sum()),
        n_persons=n_distinct(counts.person),
        n_clusters=n_distinct(counts.cluster),
    )


def complementary_log_log_interval(share: float, se: float, quantile: float) -> Interval:
    """Return 1 - (1 - F)^exp(+-q se / ((1 - F) |log(1 - F)|)), which never leaves 0..1.

    For F = 1 - S this is the usual interval of a Kaplan-Meier share S.

    Args:
        share: F, above 0 and below 1.
        se: Its standard error, > 0.
        quantile: q, > 0.
    """
    log_open = math.log1p(-share)
    spread = quantile * se / ((1 - share) * -log_open)
    # Beyond e^30 both ends are 0 and 1 to the last bit.
    factor = math.exp(min(spread, 30.0))
    return Interval(-math.expm1(log_open / factor), -math.expm1(log_open * factor))


def _day_share(
    own: DayCounts,
    curve: DoneCurve,
    day: int,
    variance: float,
    *,
    df: int,
    kind: VarianceKind,
    limits: Thresholds,
) -> DayShare:
    share, sizes = float(np.clip(curve.done[day], 0.0, 1.0)), sizes_of(own)
    se, ci = _spread(own, share, variance, curve.n_followed, df=df, kind=kind, limits=limits)
    cs = confidence_sequence(share, se, df, limits.prior_sd, limits.level, minimum_df=limits.sequence_df)
    n_units = n_distinct(own.units(kind))
    per_commitment = limits.planned_rate * (1 - limits.planned_rate) / curve.n_followed
    is_wide = planned_width(per_commitment, n_units, limits) > limits.planned_width
    reasons = (PLANNED_WIDTH_TOO_WIDE,) * is_wide + (NO_ALWAYS_VALID_INTERVAL,) * (cs is None)
    result = Result(
        estimand=ESTIMAND,
        estimate=share,
        se=se,
        df=float(df),
        ci=ci,
        cs=None if cs is None else cs.clip(0.0, 1.0),
        n_commitments=sizes.n_commitments,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance=kind,
        status="early" if reasons else "ok",
        reasons=reasons,
    )
    return DayShare(day, result, float(np.clip(curve.withdrawn[day], 0.0, 1.0)))


def _spread(
    own: DayCounts,
    share: float,
    variance: float,
    n_followed: float,
    *,
    df: int,
    kind: VarianceKind,
    limits: Thresholds,
) -> tuple[float, Interval]:
    """Standard error and single-look interval of a share, neither of them ever without width."""
    quantile = float(stats.t.ppf((1 + limits.level) / 2, df))
    if 0 < share < 1:
        se = math.sqrt(max(variance, share * (1 - share) / float(own.n.sum())))
        return se, complementary_log_log_interval(share, se, quantile)
    effective = effective_followed(own, kind, n_followed, limits)
    return extreme_share_se(effective, quantile), wilson_interval(share * effective, effective, quantile)


def effective_followed(own: DayCounts, kind: VarianceKind, n_followed: float, thresholds: Thresholds) -> float:
    """Return commitments of one arm followed to the horizon over the fixed design effect of its units."""
    sizes = sums_by_code(own.units(kind), own.n[:, None].astype(np.float64))[:, 0]
    return n_followed / design_effect(sizes, thresholds.intracluster_correlation)
