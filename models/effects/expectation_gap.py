"""What people expected of a session and what they found it worth afterwards.

What belongs here: differences of pairs of scores of the same person and session, and Tango's interval for pairs.
What does not: which expectations count (the derived table; only those said before the session began).

The estimands speak of the pairs there are: people who said both. What could be false: that whoever skips either
question differs from its expectation no more or less than the others. It is a gap, never an effect: whoever
expects the most has only one way to go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.clustering import n_units, variance_kind
from models.effects.clusters import Membership
from models.effects.means import fit_mean, mean_result
from models.effects.rates import Z95, fit_share, share_result
from models.effects.result import (
    TOO_FEW_ANSWERS,
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    refused,
)
from models.effects.usefulness import N_SCORES

GAP, EXCEEDED, FELL_SHORT, NET = (
    "expectation_gap",
    "expectation_exceeded",
    "expectation_fell_short",
    "expectation_net",
)


@dataclass(frozen=True, slots=True, eq=False)
class ExpectationPairs:
    """One expectation and one experience per row, both 1 to 5, of one person and session.

    Attributes:
        membership: Cluster, group spell and person of each pair.
        gap: Experience minus expectation, shape (n,), -4 to 4.
    """

    membership: Membership
    gap: IntArray

    @classmethod
    def from_scores(
        cls, membership: Membership, expected: ArrayLike, experienced: ArrayLike
    ) -> ExpectationPairs:
        """Subtract expectations from experiences, both of shape (n,).

        Raises:
            ValueError: When lengths differ or a score is outside 1 to 5.
        """
        before, after = whole_numbers("expected", expected), whole_numbers("experienced", experienced)
        if not before.shape == after.shape == membership.person.shape:
            raise ValueError("expectation pairs: needs one expectation and one experience per pair")
        both = np.concatenate([before, after])
        if both.size and not (both.min() >= 1 and both.max() <= N_SCORES):
            raise ValueError(f"expectation pairs: scores need 1 to {N_SCORES}; check which scale was used")
        return cls(membership, after - before)

    @property
    def exceeded(self) -> FloatArray:
        """1 where the experience was better than expected, else 0, shape (n,)."""
        return (self.gap > 0).astype(np.float64)

    @property
    def fell_short(self) -> FloatArray:
        """1 where the experience was worse than expected, else 0, shape (n,)."""
        return (self.gap < 0).astype(np.float64)


def expectation_gap(pairs: ExpectationPairs, thresholds: Thresholds) -> Result:
    """Estimate the mean of experience minus expectation, -4 to 4, with a CR2 interval."""
    return _mean(GAP, pairs, pairs.gap.astype(np.float64), thresholds, largest=N_SCORES - 1)


def share_exceeded(pairs: ExpectationPairs, thresholds: Thresholds) -> Result:
    """Estimate the share of pairs in which the session was better than expected (see `rates.fit_share`)."""
    return _share(EXCEEDED, pairs, pairs.exceeded, thresholds)


def share_fell_short(pairs: ExpectationPairs, thresholds: Thresholds) -> Result:
    """Estimate the share of pairs in which the session was worse than expected (see `rates.fit_share`)."""
    return _share(FELL_SHORT, pairs, pairs.fell_short, thresholds)


def net_exceeded(pairs: ExpectationPairs, thresholds: Thresholds) -> Result:
    """Estimate the share exceeded minus the share fallen short, -1 to 1.

    Tango's score interval where every cluster holds one pair, else CR2 of the sign of the gap.
    """
    sign = np.sign(pairs.gap).astype(np.float64)
    if _refusals(pairs, thresholds) or np.unique(pairs.membership.cluster).size < pairs.gap.size:
        return _mean(NET, pairs, sign, thresholds, largest=1)
    n, net = pairs.gap.size, float(sign.mean())
    better, worse = int(pairs.exceeded.sum()), int(pairs.fell_short.sum())
    ci = tango_interval(better, worse, n)
    spread = (better + worse) / n - net**2
    se = math.sqrt(spread / n) if spread > 0 else ci.width / (2 * Z95)
    sizes = _sizes(pairs)
    return Result(
        estimand=NET,
        estimate=net,
        se=se,
        df=float(n - 1),
        ci=ci,
        cs=None,
        n_commitments=None,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance="cluster",
        status="ok",
        reasons=(),
        n_answers=sizes.n_answers,
    )


def tango_interval(better: int, worse: int, n: int, quantile: float = Z95) -> Interval:
    """Return Tango's score interval of a difference of paired shares, (better - worse) / n.

    The set of differences d with (better - worse - n d)^2 <= q^2 n (2 p + d (1 - d)), where p is the share
    that went worse under d, by maximum likelihood. Of use where pairs are independent.

    Reference: Tango (1998), Statistics in Medicine 17, 891-908.

    Args:
        better: Pairs in favour, >= 0.
        worse: Pairs against, >= 0.
        n: All pairs, > 0, at least better + worse.
        quantile: Standard normal quantile q, > 0.

    Raises:
        ValueError: When a count is below zero or they do not fit into n.
    """
    if min(better, worse) < 0 or n <= 0 or better + worse > n:
        raise ValueError("tango interval: needs better and worse of at least 0, together at most n")

    def excess(d: float) -> float:
        b = (2 * n - better + worse) * d - better - worse
        c = -worse * d * (1 - d)
        p = (math.sqrt(max(b**2 - 8 * n * c, 0.0)) - b) / (4 * n)
        return float((better - worse - n * d) ** 2 - quantile**2 * n * (2 * p + d * (1 - d)))

    estimate, near = (better - worse) / n, 1e-10
    high = 1.0 if better == n else float(brentq(excess, estimate + near, 1.0, xtol=1e-14))
    low = -1.0 if worse == n else float(brentq(excess, -1.0, estimate - near, xtol=1e-14))
    return Interval(low, high)


def _mean(
    estimand: str, pairs: ExpectationPairs, values: FloatArray, thresholds: Thresholds, *, largest: float
) -> Result:
    sizes, reasons = _sizes(pairs), _refusals(pairs, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    fit = fit_mean(np.ones_like(values), values, values**2, pairs.membership, thresholds, step=1.0)
    if fit is None:
        return refused(estimand, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    return mean_result(estimand, fit, sizes, scale=(-largest, largest))


def _share(estimand: str, pairs: ExpectationPairs, values: FloatArray, thresholds: Thresholds) -> Result:
    sizes, reasons = _sizes(pairs), _refusals(pairs, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    fit = fit_share(np.ones_like(values), values, pairs.membership, thresholds)
    if fit is None:
        return refused(estimand, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    return share_result(estimand, fit, sizes, reasons=(), thresholds=thresholds, design="observational")


def _sizes(pairs: ExpectationPairs) -> Sizes:
    return Sizes(
        n_persons=int(np.unique(pairs.membership.person).size),
        n_clusters=int(np.unique(pairs.membership.cluster).size),
        n_answers=int(pairs.gap.size),
    )


def _refusals(pairs: ExpectationPairs, thresholds: Thresholds) -> tuple[str, ...]:
    sizes, weights = _sizes(pairs), np.ones(pairs.gap.size)
    kind = variance_kind(pairs.membership, weights, thresholds.two_way_share)
    checks = (
        (pairs.gap.size < max(thresholds.answers, 1), TOO_FEW_ANSWERS),
        ((sizes.n_persons or 0) < thresholds.answer_persons, TOO_FEW_PERSONS),
        (n_units(pairs.membership, kind) < thresholds.clusters, TOO_FEW_CLUSTERS),
    )
    return tuple(code for failed, code in checks if failed)
