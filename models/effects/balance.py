"""How alike the arms are in what was known before check-out, before and after weighting.

What belongs here: standardised mean differences, variance ratios, effective sample sizes, and the spread of the
estimated chances of an appointment.
What does not: the chances themselves (`adjusted`) and what follows from poor balance (`adjusted_result`).

References:
    Austin (2009), Statistics in Medicine 28, 3083-3107, doi:10.1002/sim.3697.
    Rosenbaum & Rubin (1985), The American Statistician 39, 33-38.
    Kish (1965), Survey Sampling (effective sample size).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.effects.arrays import FloatArray, IntArray
from models.effects.covariates import Characteristic

Target = Literal["everyone", "booked"]


@dataclass(frozen=True, slots=True)
class Balance:
    """How one characteristic compares between the arms, with minus without and with over without.

    Attributes:
        name: The characteristic.
        smd_before: Standardised mean difference; infinite where neither arm varies but they differ.
        smd_after: The same after weighting, over the same standard deviation.
        ratio_before: Ratio of variances; None for an indicator or where an arm does not vary.
        ratio_after: The same after weighting.
    """

    name: str
    smd_before: float
    smd_after: float
    ratio_before: float | None
    ratio_after: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One arm's commitments: how many per pattern, n, and the weight of each of these, both of shape (C,)."""

    n: FloatArray
    weights: FloatArray

    def mean(self, values: FloatArray, *, is_weighted: bool) -> float:
        """Return the mean of the values, shape (C,)."""
        weight = self.n * self.weights if is_weighted else self.n
        return float(values @ weight / weight.sum())

    def variance(self, values: FloatArray, *, is_weighted: bool) -> float:
        """Return sum w (x - m)^2 over (sum w - sum w^2 / sum w); 0 where one commitment is all."""
        weight = self.n * self.weights if is_weighted else self.n
        total = float(weight.sum())
        lost = float(weight @ self.weights) / total if is_weighted else 1.0
        if total - lost <= 1e-12 * total:
            return 0.0
        mean = float(values @ weight) / total
        return float(weight @ (values - mean) ** 2) / (total - lost)


def standardised_difference(
    with_one: Sample,
    without: Sample,
    values: tuple[FloatArray, FloatArray],
    *,
    is_weighted: bool = False,
    is_binary: bool = False,
    target: Target = "everyone",
) -> float:
    """Return (mean with - mean without) / s, in standard deviations.

    s = sqrt((s1^2 + s0^2) / 2) for the average effect over everyone, s1 over the booked; always of the unweighted
    sample, so that weighting changes the means only (the convention of R's MatchIt). An indicator has
    s^2 = p (1 - p).

    Args:
        with_one: Commitments with an appointment.
        without: Commitments without one.
        values: The characteristic per pattern with and without, shapes (C1,) and (C0,).
        is_weighted: Whether the means are weighted.
        is_binary: Whether the values are 0 and 1 only.
        target: Whom the effect is averaged over.
    """
    pairs = ((with_one, values[0]), (without, values[1]))
    means = [sample.mean(own, is_weighted=is_weighted) for sample, own in pairs]
    if is_binary:
        shares = [sample.mean(own, is_weighted=False) for sample, own in pairs]
        variances = [share * (1 - share) for share in shares]
    else:
        variances = [sample.variance(own, is_weighted=False) for sample, own in pairs]
    scale = math.sqrt(variances[0] if target == "booked" else sum(variances) / 2)
    gap = means[0] - means[1]
    if scale > 0:
        return gap / scale
    return 0.0 if abs(gap) < 1e-12 else math.copysign(math.inf, gap)


def balance_table(
    characteristics: Sequence[Characteristic],
    pattern: IntArray,
    arm: FloatArray,
    n: FloatArray,
    weights: FloatArray,
) -> tuple[Balance, ...]:
    """Compare every characteristic between the arms; scores among those who said one.

    Args:
        characteristics: Values per pattern.
        pattern: Pattern of each cell, shape (C,).
        arm: Arm of each cell, shape (C,).
        n: Commitments per cell, shape (C,).
        weights: Weight per commitment of each cell, shape (C,).
    """
    cells = [np.flatnonzero(arm == a) for a in (1, 0)]
    arms = [(pattern[own], n[own], weights[own]) for own in cells]
    found = []
    for one in characteristics:
        samples = [Sample(n_own * one.is_counted[of], w_own) for of, n_own, w_own in arms]
        if min(sample.n.sum() for sample in samples) > 0:
            found.append(_compare(one, samples, (one.values[arms[0][0]], one.values[arms[1][0]])))
    return tuple(found)


def effective_sample_size(weights: FloatArray, n: FloatArray | None = None) -> float:
    """Return (sum w)^2 / sum w^2: how many equal weights would say as much; 0 without weight.

    Args:
        weights: Weight of each unit, or of each of the n units of a pattern, shape (C,), >= 0.
        n: Units per pattern, shape (C,); None for 1.
    """
    counts = np.ones_like(weights) if n is None else n
    squares = float(counts @ weights**2)
    return float(counts @ weights) ** 2 / squares if squares > 0 else 0.0


def effective_share(weights: FloatArray, arm: FloatArray, n: FloatArray) -> float:
    """Return the smaller arm's effective sample size as a share of its commitments, 0 to 1.

    Taken per arm, as a rare arm may rest on a handful of commitments while the other hides it in the total.
    """
    shares = []
    for a in (0, 1):
        inside = n * (arm == a)
        shares.append(effective_sample_size(weights, inside) / float(inside.sum()))
    return min(shares)


def largest_weight_share(weights: FloatArray, arm: FloatArray, n: FloatArray) -> float:
    """Return the largest share of an arm's weight that one commitment holds, 0 to 1."""
    counted = n > 0
    arms = ((weights * (arm == a), n) for a in (0, 1))
    return max(float(w[counted].max() / (w @ counts)) for w, counts in arms)


def chance_bands(chance: FloatArray, n_bands: int = 10) -> IntArray:
    """Return the band of each chance (0 to 1), 0 to n_bands - 1, all of equal width."""
    return np.minimum((chance * n_bands).astype(np.int64), n_bands - 1)


def _compare(one: Characteristic, samples: Sequence[Sample], values: tuple[FloatArray, FloatArray]) -> Balance:
    with_one, without = samples
    before, after = (
        standardised_difference(with_one, without, values, is_weighted=is_weighted, is_binary=one.is_binary)
        for is_weighted in (False, True)
    )
    if one.is_binary:
        return Balance(one.name, before, after, None, None)
    ratios = []
    for is_weighted in (False, True):
        upper = with_one.variance(values[0], is_weighted=is_weighted)
        lower = without.variance(values[1], is_weighted=is_weighted)
        ratios.append(upper / lower if upper > 0 and lower > 0 else None)
    return Balance(one.name, before, after, *ratios)
