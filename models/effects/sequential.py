"""Intervals and evidence that stay valid however often somebody looks.

What belongs here: the confidence sequence of an asymptotically normal estimate, its e-value, and the
always-valid p-value.
What does not: estimates themselves, and stopping rules (there are none: anybody may look at any week).

With eta = prior_sd^2 / se^2 and k = t_df / z (both at the level asked for), the sequence is
estimate +- k se sqrt(2 (1 + eta) / eta ln(sqrt(1 + eta) / alpha)): the normal mixture of Howard et al.
The factor k is this project's patch for few clusters, a heuristic checked by simulation. What could be false:
that the estimates of later weeks move like sums of independent increments.

References:
    Howard, Ramdas, McAuliffe & Sekhon (2021), Annals of Statistics 49, 1055-1080, doi:10.1214/20-AOS1991.
    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, arXiv:2103.06476.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.effects.arrays import FloatArray
from models.effects.result import Interval

_LARGEST_LOG = 700.0
"""Natural log of about the largest double; an e-value beyond it is capped there."""


def small_sample_factor(df: ArrayLike, level: float = 0.95) -> FloatArray:
    """Return k = t_df / z at this level, >= 1; df may be infinite (k = 1)."""
    quantile = (1 + level) / 2
    return np.asarray(stats.t.ppf(quantile, np.asarray(df, dtype=np.float64)) / stats.norm.ppf(quantile))


def sequence_half_width(
    se: ArrayLike, df: ArrayLike, prior_sd: float = 0.15, level: float = 0.95
) -> FloatArray:
    """Return the half-width of the confidence sequence, elementwise.

    Args:
        se: Standard errors, > 0, in the unit of the estimate.
        df: Degrees of freedom of each standard error, > 0.
        prior_sd: Standard deviation of plausible effects, in the unit of the estimate; fixed in advance.
        level: Coverage over all looks together.
    """
    errors = np.asarray(se, dtype=np.float64)
    eta = (prior_sd / errors) ** 2
    factor = np.sqrt(2 * (1 + eta) / eta * np.log(np.sqrt(1 + eta) / (1 - level)))
    return np.asarray(small_sample_factor(df, level) * errors * factor)


def confidence_sequence(
    estimate: float,
    se: float,
    df: float,
    prior_sd: float = 0.15,
    level: float = 0.95,
    *,
    minimum_df: float = 5.0,
) -> Interval | None:
    """Return this week's interval of the confidence sequence, or None when it is refused.

    Do not intersect the intervals of several weeks: the effect may drift.

    Args:
        estimate: This week's estimate.
        se: Its robust standard error, > 0.
        df: Its degrees of freedom.
        prior_sd: Standard deviation of plausible effects; fixed in advance.
        level: Coverage over all looks together.
        minimum_df: Refused with fewer degrees of freedom.

    Raises:
        ValueError: When `se` is not above 0: an interval of no width would claim certainty.
    """
    if not (math.isfinite(se) and se > 0):
        raise ValueError("confidence sequence: needs a standard error above 0; refuse the number instead")
    if df < minimum_df or df <= 0:
        return None
    half = float(sequence_half_width(se, df, prior_sd, level))
    return Interval(estimate - half, estimate + half) if math.isfinite(half) else None


def e_value(
    estimate: float, se: float, df: float = math.inf, prior_sd: float = 0.15, level: float = 0.95
) -> float:
    """Return the evidence against an effect of 0: (1 + eta)^(-1/2) exp(z^2 eta / (2 (1 + eta))).

    z = estimate / (k se), so that the e-value exceeds 1 / (1 - level) exactly when the confidence sequence of
    that level excludes 0. Capped near the largest double. Not VanderWeele's sensitivity E-value.
    """
    if not (math.isfinite(se) and se > 0):
        raise ValueError("e-value: needs a standard error above 0; refuse the number instead")
    eta = (prior_sd / se) ** 2
    z = estimate / (float(small_sample_factor(df, level)) * se)
    log_value = z**2 * eta / (2 * (1 + eta)) - 0.5 * math.log1p(eta)
    return math.exp(min(log_value, _LARGEST_LOG))


def always_valid_p(e_values: Iterable[float]) -> float:
    """Return the always-valid p-value of all looks so far: the least 1 / e-value, at most 1."""
    return min((1 / value for value in e_values if value > 1), default=1.0)
