"""Intervals of a difference and a ratio of two shares of independent units.

What belongs here: the score intervals of Miettinen and Nurminen, and intervals recovered from those of each
share (MOVER). None of them fails at 0 or 100 %, with zero cells or in tiny samples.
What does not: anything that allows for clusters (`difference`, `ratio`). Use these only where each cluster has
one unit, or with effective numbers.

References:
    Miettinen & Nurminen (1985), Statistics in Medicine 4, 213-226, doi:10.1002/sim.4780040211.
    Newcombe (1998), Statistics in Medicine 17, 873-890.
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702, doi:10.1002/sim.3095.
    Donner & Zou (2012), Statistical Methods in Medical Research 21, 347-359, doi:10.1177/0962280210383082.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from models.effects.rates import Z95, wilson_interval
from models.effects.result import Interval

_STEPS = 120
"""Halvings of a bracket: below the last bit of a double."""
_LARGEST_LOG_RATIO = 60.0


@dataclass(frozen=True, slots=True)
class RatioLimits:
    """An interval of a ratio: 0 <= `low` <= `high`, where `high` may be infinite."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError("a ratio's interval needs two ends in order, the lower one from 0")

    def contains(self, value: float) -> bool:
        """Whether the ratio lies in the interval, ends included."""
        return self.low <= value <= self.high


def score_difference(
    kept_with: float, n_with: float, kept_without: float, n_without: float, quantile: float = Z95
) -> Interval:
    """Return Miettinen and Nurminen's score interval of the difference with minus without.

    All d for which |p1 - p0 - d| <= q sqrt(N / (N - 1) (r1 (1 - r1) / n1 + r0 (1 - r0) / n0)), where r1 and r0
    are the likeliest shares that differ by d. What could be false: that units are independent.

    Args:
        kept_with: Successes with an appointment, 0 to `n_with`.
        n_with: Units with an appointment, > 0.
        kept_without: Successes without one, 0 to `n_without`.
        n_without: Units without one, > 0.
        quantile: Standard quantile q, > 0.

    Raises:
        ValueError: When successes lie outside 0 to n, or n_with + n_without is not above 1.
    """
    table = _Table(kept_with, n_with, kept_without, n_without)
    estimate = table.p1 - table.p0
    low = _first_accepted(lambda d: _score_of_difference(table, d) <= quantile, -1.0, estimate)
    high = _first_accepted(lambda d: _score_of_difference(table, d) >= -quantile, 1.0, estimate)
    return Interval(min(low, estimate), max(high, estimate))


def score_ratio(
    kept_with: float, n_with: float, kept_without: float, n_without: float, quantile: float = Z95
) -> RatioLimits:
    """Return Miettinen and Nurminen's score interval of the ratio with over without.

    All t for which |p1 - t p0| <= q sqrt(N / (N - 1) (r1 (1 - r1) / n1 + t^2 r0 (1 - r0) / n0)), where r1 = t r0
    are the likeliest shares of that ratio. The upper end is infinite when none is kept without.

    Args and raises: as `score_difference`.
    """
    table = _Table(kept_with, n_with, kept_without, n_without)
    middle = _middle_log_ratio(table)
    low = _first_accepted(
        lambda log: _score_of_ratio(table, math.exp(log)) <= quantile, -_LARGEST_LOG_RATIO, middle
    )
    high = _first_accepted(
        lambda log: _score_of_ratio(table, math.exp(log)) >= -quantile, _LARGEST_LOG_RATIO, middle
    )
    return RatioLimits(
        math.exp(low) if kept_with > 0 else 0.0, math.exp(high) if kept_without > 0 else math.inf
    )


def mover_difference(p1: float, of_p1: Interval, p0: float, of_p0: Interval) -> Interval:
    """Recover an interval of p1 - p0 from an interval of each, for independent shares.

    d - sqrt((p1 - l1)^2 + (u0 - p0)^2) to d + sqrt((u1 - p1)^2 + (p0 - l0)^2); with Wilson's intervals this is
    Newcombe's hybrid score.

    Args:
        p1: First share, in `of_p1`.
        of_p1: Its interval.
        p0: Second share, in `of_p0`.
        of_p0: Its interval.
    """
    below = math.hypot(p1 - of_p1.low, of_p0.high - p0)
    above = math.hypot(of_p1.high - p1, p0 - of_p0.low)
    return Interval(p1 - p0 - below, p1 - p0 + above)


def mover_ratio(p1: float, of_p1: Interval, p0: float, of_p0: Interval) -> RatioLimits:
    """Recover an interval of p1 / p0 from an interval of each, for independent shares.

    With a = p1 p0, b(x) = x (2 p1 - x) and c(x) = x (2 p0 - x):
    low = b(l1) / (a + sqrt(a^2 - b(l1) c(u0))), high = (a + sqrt(a^2 - b(u1) c(l0))) / c(l0). The upper end is
    infinite when `of_p0` begins at 0.

    Args: as `mover_difference`.
    """
    a = p1 * p0
    with_low, with_high = (x * (2 * p1 - x) for x in (of_p1.low, of_p1.high))
    without_low, without_high = (x * (2 * p0 - x) for x in (of_p0.low, of_p0.high))
    below = a + math.sqrt(max(a * a - with_low * without_high, 0.0))
    low = with_low / below if with_low > 0 else 0.0
    if without_low <= 0:
        return RatioLimits(low, math.inf)
    return RatioLimits(low, (a + math.sqrt(max(a * a - with_high * without_low, 0.0))) / without_low)


def hybrid_score_ratio(
    kept_with: float, n_with: float, kept_without: float, n_without: float, quantile: float = Z95
) -> RatioLimits:
    """Return the interval of the ratio recovered from Wilson's interval of each share (MOVER-R Wilson).

    Args and raises: as `score_difference`.
    """
    table = _Table(kept_with, n_with, kept_without, n_without)
    return mover_ratio(
        table.p1,
        wilson_interval(kept_with, n_with, quantile),
        table.p0,
        wilson_interval(kept_without, n_without, quantile),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    k1: float
    n1: float
    k0: float
    n0: float

    def __post_init__(self) -> None:
        inside = 0 <= self.k1 <= self.n1 and 0 <= self.k0 <= self.n0
        if not (inside and min(self.n1, self.n0) > 0 and self.n1 + self.n0 > 1):
            raise ValueError("two shares: need n above 0 in each arm, above 1 together, and kept from 0 to n")

    @property
    def p1(self) -> float:
        return self.k1 / self.n1

    @property
    def p0(self) -> float:
        return self.k0 / self.n0

    @property
    def correction(self) -> float:
        n = self.n1 + self.n0
        return n / (n - 1)


def _first_accepted(is_accepted: Callable[[float], bool], far: float, near: float) -> float:
    """Halve the way from `far` to `near`, which is accepted, to the first accepted value."""
    if is_accepted(far):
        return far
    for _ in range(_STEPS):
        middle = (far + near) / 2
        if is_accepted(middle):
            near = middle
        else:
            far = middle
    return near


def _standardised(gap: float, variance: float) -> float:
    """Gap over its standard error; a gap without any variance is infinitely far off."""
    if variance > 0:
        return gap / math.sqrt(variance)
    return math.copysign(math.inf, gap) if gap else 0.0


def _score_of_difference(table: _Table, d: float) -> float:
    r0 = _likeliest_without(table, d)
    r1 = min(max(r0 + d, 0.0), 1.0)
    variance = table.correction * (r1 * (1 - r1) / table.n1 + r0 * (1 - r0) / table.n0)
    return _standardised(table.p1 - table.p0 - d, variance)


def _likeliest_without(table: _Table, d: float) -> float:
    """Likeliest share without, given that the one with is higher by d: the middle root of a cubic."""
    n, kept = table.n1 + table.n0, table.k1 + table.k0
    square = ((table.n1 + 2 * table.n0) * d - n - kept) / (3 * n)
    linear = ((table.n0 * d - n - 2 * table.k0) * d + kept) / n
    constant = table.k0 * d * (1 - d) / n
    q = square**3 - square * linear / 2 + constant / 2
    p = math.copysign(math.sqrt(max(square**2 - linear / 3, 0.0)), q)
    angle = math.pi if p == 0 else math.pi + math.acos(min(max(q / p**3, -1.0), 1.0))
    return min(max(2 * p * math.cos(angle / 3) - square, 0.0, -d), 1.0, 1.0 - d)


def _score_of_ratio(table: _Table, ratio: float) -> float:
    kept = table.k1 + table.k0
    middle = ratio * (table.n1 + table.k0) + table.k1 + table.n0
    root = math.sqrt(max(middle**2 - 4 * (table.n1 + table.n0) * ratio * kept, 0.0))
    r0 = min(2 * kept / (middle + root), 1.0, 1.0 / ratio)
    r1 = min(ratio * r0, 1.0)
    variance = table.correction * (r1 * (1 - r1) / table.n1 + ratio**2 * r0 * (1 - r0) / table.n0)
    return _standardised(table.p1 - ratio * table.p0, variance)


def _middle_log_ratio(table: _Table) -> float:
    """Log of the observed ratio, kept within the bracket."""
    if table.k1 <= 0:
        return -_LARGEST_LOG_RATIO
    if table.k0 <= 0:
        return _LARGEST_LOG_RATIO
    return math.log(table.p1 / table.p0)
