"""What an amount of data can show, decided by plan and never from the effect seen.

What belongs here: the commitments a difference needs and the smallest difference an amount can show.
What does not: power at the observed effect, which only says the p-value again.

Two shares p0 and p1 = p0 + d are told apart with probability `power` when
d = q_(1-alpha/2) sqrt(D pbar (1 - pbar) (1/n1 + 1/n0)) + q_power sqrt(D (p1 q1 / n1 + p0 q0 / n0)), where pbar is
the share of both arms together, D the design effect and q a quantile of z or, with G clusters, of t_(G-1).
With equal arms this is Fleiss' formula, which R's `power.prop.test` uses. That is for a single look; where pages show
an always-valid interval, its half-width at the same standard error (`sequential`) takes the place of the first term.
What could be false: the planned rate and the design effect, which are assumed, not measured.

References:
    Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd ed., ch. 3.
    Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials in Health Research, ch. 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import optimize, stats

from models.effects.sequential import sequence_half_width


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """What is assumed before any outcome is seen.

    Attributes:
        rate_without: Share kept without an appointment, p0, between 0 and 1.
        design_effect: Variance over that of independent commitments, D, > 0.
        power: Chance of seeing a difference that is there, between 0 and 1.
        level: Coverage of the interval, between 0 and 1.
    """

    rate_without: float = 0.65
    design_effect: float = 1.5
    power: float = 0.80
    level: float = 0.95

    def __post_init__(self) -> None:
        shares = (self.rate_without, self.power, self.level)
        if not all(0 < share < 1 for share in shares) or not self.design_effect > 0:
            raise ValueError("power: rate, power and level lie between 0 and 1, the design effect above 0")


def design_effect_of_size(cluster_size: float, intracluster_correlation: float) -> float:
    """Return 1 + (m - 1) rho, at least 1, for clusters of m commitments and a correlation of rho (-1 to 1).

    For a comparison within clusters rho is that of the within-cluster contrast, often small; for whole clusters
    in one arm it is the full correlation. Reference: Donner & Klar (2000).
    """
    return max(1.0, 1 + (cluster_size - 1) * intracluster_correlation)


def commitments_per_arm(difference: float, plan: PowerPlan, n_clusters: int | None = None) -> float:
    """Return the commitments each of two equal arms needs to see a difference; not rounded.

    n = D [q_(1-alpha/2) sqrt(2 pbar qbar) + q_power sqrt(p1 q1 + p0 q0)]^2 / d^2.

    Args:
        difference: d, not 0; p0 + d lies between 0 and 1, ends included.
        plan: What is assumed.
        n_clusters: Clusters in all, at least 2; None takes z in place of t.

    Raises:
        ValueError: When the difference is 0 or leads out of 0 to 1.
    """
    p0, p1 = _rates(difference, plan)
    two_sided, one_sided = _quantiles(plan, n_clusters)
    middle = (p0 + p1) / 2
    root = two_sided * math.sqrt(2 * middle * (1 - middle)) + one_sided * math.sqrt(
        p1 * (1 - p1) + p0 * (1 - p0)
    )
    return plan.design_effect * (root / difference) ** 2


def commitments_needed(
    difference: float, plan: PowerPlan, share_with: float = 0.5, cluster_size: float | None = None
) -> int:
    """Return the fewest commitments in all that can show a difference, with arms as unequal as they are.

    Args:
        difference: d, not 0; p0 + d lies between 0 and 1, ends included.
        plan: What is assumed.
        share_with: Share of commitments with an appointment, between 0 and 1.
        cluster_size: Commitments per cluster, > 0; more commitments mean more clusters of this size, at least
            two. None takes z in place of t.

    Raises:
        ValueError: When the difference is 0 or leads out of 0 to 1, or the share is 0 or 1.
    """
    _rates(difference, plan)
    if not 0 < share_with < 1:
        raise ValueError("power: the share with an appointment lies between 0 and 1")

    def is_enough(n: int) -> bool:
        clusters = None if cluster_size is None else n / cluster_size
        if clusters is not None and clusters < 2:
            return False
        arms = (n * (1 - share_with), n * share_with)
        return _seen_by(difference, plan, arms, clusters) <= abs(difference)

    return _first_enough(is_enough)


def detectable_difference(
    n_without: float,
    n_with: float,
    plan: PowerPlan,
    n_clusters: float | None = None,
    *,
    prior_sd: float | None = None,
) -> float | None:
    """Return the smallest rise above the planned rate that these numbers can show; None if there is none.

    With `prior_sd` it is the rise that the always-valid interval would show at this week's look; that an earlier
    look may have shown it already is not counted.

    Args:
        n_without: Commitments without an appointment, > 0.
        n_with: Commitments with one, > 0.
        plan: What is assumed.
        n_clusters: Clusters in all; None takes z in place of t. Fewer than two can show nothing.
        prior_sd: Prior standard deviation of the confidence sequence, > 0; None for the interval of a single look.

    Raises:
        ValueError: When an arm has no commitment.
    """
    if not min(n_without, n_with) > 0:
        raise ValueError("power: needs a commitment in each arm; refuse the number instead")
    if n_clusters is not None and n_clusters < 2:
        return None
    largest = 1 - plan.rate_without

    def lacking(difference: float) -> float:
        return _seen_by(difference, plan, (n_without, n_with), n_clusters, prior_sd) - difference

    if lacking(largest) > 0:
        return None
    return float(optimize.brentq(lacking, 0.0, largest, xtol=1e-12))


def _rates(difference: float, plan: PowerPlan) -> tuple[float, float]:
    with_one = plan.rate_without + difference
    if difference == 0 or not -1e-12 <= with_one <= 1 + 1e-12:
        raise ValueError("power: needs a difference other than 0 that leads to a rate from 0 to 1")
    return plan.rate_without, min(max(with_one, 0.0), 1.0)


def _quantiles(plan: PowerPlan, n_clusters: float | None) -> tuple[float, float]:
    probabilities = ((1 + plan.level) / 2, plan.power)
    if n_clusters is None:
        return float(stats.norm.ppf(probabilities[0])), float(stats.norm.ppf(probabilities[1]))
    df = n_clusters - 1
    return float(stats.t.ppf(probabilities[0], df)), float(stats.t.ppf(probabilities[1], df))


def _seen_by(
    difference: float,
    plan: PowerPlan,
    arms: tuple[float, float],
    n_clusters: float | None,
    prior_sd: float | None = None,
) -> float:
    """The difference that these arms (without, with) can show, if the spread is that of `difference`."""
    p0, p1 = plan.rate_without, min(max(plan.rate_without + difference, 0.0), 1.0)
    n0, n1 = arms
    two_sided, one_sided = _quantiles(plan, n_clusters)
    middle = (n0 * p0 + n1 * p1) / (n0 + n1)
    under_null = middle * (1 - middle) * (1 / n0 + 1 / n1)
    under_difference = p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1
    null_se, own_se = (math.sqrt(plan.design_effect * variance) for variance in (under_null, under_difference))
    half_width = two_sided * null_se
    if prior_sd is not None:
        df = math.inf if n_clusters is None else n_clusters - 1
        half_width = float(sequence_half_width(null_se, df, prior_sd, plan.level))
    return half_width + one_sided * own_se


def _first_enough(is_enough: Callable[[int], bool]) -> int:
    """The least whole number that is enough, where more is always enough too."""
    low, high = 1, 2
    while not is_enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
