"""How many times as often commitments are kept with an appointment as without.

What belongs here: the crude risk ratio, which stands beside the difference and feeds the E-value.
What does not: odds ratios (the outcome is common, so they mislead) and intervals for independent units
(`independent`).

References:
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702, doi:10.1002/sim.3095.
    Donner & Zou (2012), Statistical Methods in Medical Research 21, 347-359, doi:10.1177/0962280210383082.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from models.effects.arms import ArmCounts, unseen_variance
from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import RobustFit
from models.effects.clustering import fit_contrast, two_arm_moments, unit_codes
from models.effects.difference import risk_difference
from models.effects.independent import mover_ratio
from models.effects.rates import ShareFit, fit_share, wilson_interval
from models.effects.result import (
    TOO_FEW_DEGREES_OF_FREEDOM,
    Design,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import sequence_half_width

ESTIMAND = "risk_ratio"
NOTHING_KEPT_WITHOUT = "nothing_kept_without"
"""No commitment without an appointment was kept, so the ratio has no finite value."""
_LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class _Intervals:
    se: float
    df: float
    ci: Interval
    cs: Interval


def risk_ratio(cells: CommitmentCells, thresholds: Thresholds, design: Design = "observational") -> Result:
    """Estimate the share kept with an appointment over the share kept without.

    Estimand: E[kept | with] / E[kept | without] over mature commitments with a known outcome; an association.
    Delta method on the logarithm: the contrast (1/p1 - 1/p0, 1/p1) of the model kept ~ 1 + arm, CR2 variance,
    t at its Bell-McCaffrey df. The always-valid interval is a confidence sequence of the log ratio, whose prior
    standard deviation is that of the difference over the planned rate. `se` is on the ratio's own scale. Where
    an arm kept all or none, both intervals are recovered from Wilson's interval of each arm with effective
    numbers (MOVER), which takes the arms as independent: such an arm has no residual to vary with the other's.

    Refused and early as the difference is, so never by the ratio's own value, with one exception: with nothing
    kept without an appointment there is no ratio.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    difference = risk_difference(cells, thresholds, design)
    kind = difference.variance
    if difference.status == "refused" or kind is None:
        return replace(difference, estimand=ESTIMAND)
    counted = cells.counted()
    arms = ArmCounts.of_cells(counted, unit_codes(counted.membership, kind))
    if arms.rates[0] == 0:
        return _refused(difference, NOTHING_KEPT_WITHOUT)
    found = (
        _by_arms(counted, arms, thresholds)
        if arms.is_extreme
        else _by_logarithm(counted, arms, kind, thresholds)
    )
    if found is None:
        return _refused(difference, TOO_FEW_DEGREES_OF_FREEDOM)
    return replace(
        difference,
        estimand=ESTIMAND,
        estimate=float(arms.rates[1] / arms.rates[0]),
        se=found.se,
        df=found.df,
        ci=found.ci,
        cs=found.cs if difference.cs is not None else None,
    )


def _refused(difference: Result, reason: str) -> Result:
    sizes = Sizes(
        n_commitments=difference.n_commitments,
        n_persons=difference.n_persons,
        n_clusters=difference.n_clusters,
        n_switchers=difference.n_switchers,
    )
    return refused(ESTIMAND, sizes, (reason,), design=difference.design, variance=difference.variance)


def _by_logarithm(
    counted: CommitmentCells, arms: ArmCounts, kind: VarianceKind, thresholds: Thresholds
) -> _Intervals | None:
    without, with_one = (float(rate) for rate in arms.rates)
    contrast = (1 / with_one - 1 / without, 1 / with_one)
    fit = fit_contrast(counted.arm_table(), counted.membership, kind, two_arm_moments, contrast).fit
    if not fit.df > 0:
        return None
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df))
    se = _log_se(fit, arms, quantile, thresholds)
    prior_sd = thresholds.prior_sd / thresholds.planned_rate
    sequence = float(sequence_half_width(se, fit.df, prior_sd, thresholds.level))
    ratio = with_one / without
    return _Intervals(ratio * se, fit.df, _around(ratio, quantile * se), _around(ratio, sequence))


def _log_se(fit: RobustFit, arms: ArmCounts, quantile: float, thresholds: Thresholds) -> float:
    weights = 1 / arms.rates**2
    rho = thresholds.intracluster_correlation
    return math.sqrt(fit.variance + unseen_variance(arms, fit.variance, quantile, rho, weights))


def _around(ratio: float, half: float) -> Interval:
    """Return ratio e^-half to ratio e^half, kept to what a double can hold."""
    half = min(half, _LARGEST_LOG - abs(math.log(ratio)))
    return Interval(ratio * math.exp(-half), ratio * math.exp(half))


def _by_arms(counted: CommitmentCells, arms: ArmCounts, thresholds: Thresholds) -> _Intervals | None:
    fits = [_fit_arm(counted, arm, thresholds) for arm in (0, 1)]
    without, with_one = fits
    if without is None or with_one is None:
        return None
    ratio = with_one.estimate / without.estimate
    se = math.hypot(with_one.se, ratio * without.se) / without.estimate
    limits = mover_ratio(with_one.estimate, with_one.ci, without.estimate, without.ci)
    sequence = mover_ratio(
        with_one.estimate,
        _always_valid(with_one, thresholds),
        without.estimate,
        _always_valid(without, thresholds),
    )
    return _Intervals(
        se,
        min(with_one.df, without.df),
        Interval(limits.low, _finite(limits.high)),
        Interval(sequence.low, _finite(sequence.high)),
    )


def _fit_arm(counted: CommitmentCells, arm: int, thresholds: Thresholds) -> ShareFit | None:
    cells = counted.of_arm(arm)
    n, kept = (counts.astype(np.float64) for counts in (cells.n_known, cells.n_kept))
    return fit_share(n, kept, cells.membership, thresholds)


def _always_valid(fit: ShareFit, thresholds: Thresholds) -> Interval:
    """Wilson's interval with the multiplier that the confidence sequence of this share has."""
    half = float(sequence_half_width(fit.se, fit.df, thresholds.prior_sd, thresholds.level))
    return wilson_interval(fit.estimate * fit.effective_n, fit.effective_n, half / fit.se)


def _finite(value: float) -> float:
    return min(value, math.exp(_LARGEST_LOG))
