"""Other ways of forming the interval of the primary difference, to see whether the first can be trusted.

What belongs here: the delete-cluster jackknife, the wild cluster bootstrap and the hybrid score with effective
numbers, each of the crude difference, and the rule that says whether two intervals agree.
What does not: the headline itself (`difference`). Each check is refused or early exactly where the headline is.

References:
    MacKinnon, Nielsen & Webb (2023), Journal of Applied Econometrics 38, 671-694, doi:10.1002/jae.2969 (CV3).
    MacKinnon, Nielsen & Webb (2023), Journal of Econometrics 232, 272-299, doi:10.1016/j.jeconom.2022.04.001.
    Newcombe (1998), Statistics in Medicine 17, 873-890.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.effects.arms import ArmCounts, unseen_variance
from models.effects.arrays import FloatArray, IntArray
from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import ClusterMoments, RobustFit, cr1s_covariance
from models.effects.clustering import two_arm_moments, unit_codes
from models.effects.clusters import sums_by_code
from models.effects.difference import hybrid_score_difference, risk_difference
from models.effects.result import TOO_FEW_CLUSTERS, Design, Interval, Result, Sizes, Thresholds, refused
from models.effects.wild_bootstrap import LARGEST_ENUMERATION, WildBootstrap, fewest_clusters

WIDEST_DISAGREEMENT = 0.05
"""Two intervals of a difference agree when both ends lie within this of each other."""
NO_SPREAD_TO_RESAMPLE = "no_spread_to_resample"
"""Every cluster kept exactly the share of its arm, so that resampling has nothing to vary."""
_SINGULAR = 1e-9
_ARM = 1
_WHOLE_SCALE = Interval(-1.0, 1.0)


def intervals_agree(one: Interval | None, other: Interval | None) -> bool | None:
    """Return whether both ends lie within `WIDEST_DISAGREEMENT` of each other; None where one is missing."""
    if one is None or other is None:
        return None
    return max(abs(one.low - other.low), abs(one.high - other.high)) <= WIDEST_DISAGREEMENT


def jackknife(moments: ClusterMoments, contrast: ArrayLike) -> RobustFit | None:
    """Return a contrast with its delete-cluster jackknife variance (CV3) and G - 1 degrees of freedom.

    V = (G - 1) / G sum over clusters of (c'b(-s) - c'b)^2, with b(-s) the least-squares coefficients without
    cluster s. None where leaving a cluster out leaves a coefficient undetermined.

    Args:
        moments: Sums per cluster.
        contrast: Weights c of the coefficients, shape (p,).

    Raises:
        ValueError: When the columns depend on each other in all the data.
    """
    weights = np.asarray(contrast, dtype=np.float64)
    estimate = float(moments.coefficients @ weights)
    grams = moments.gram.sum(axis=0) - moments.gram
    if moments.n_clusters < 2 or not _are_of_full_rank(grams):
        return None
    crosses = moments.cross.sum(axis=0) - moments.cross
    left_out = np.linalg.solve(grams, crosses[..., None])[..., 0] @ weights
    n = moments.n_clusters
    return RobustFit(estimate, (n - 1) / n * float(((left_out - estimate) ** 2).sum()), float(n - 1))


def _are_of_full_rank(grams: FloatArray) -> bool:
    """Whether every matrix of a batch, scaled to ones on its diagonal, is of full rank."""
    scale = np.sqrt(np.maximum(np.einsum("sii->si", grams), 0.0))
    if not np.all(scale > _SINGULAR):
        return False
    scaled = grams / (scale[:, :, None] * scale[:, None, :])
    return bool(np.linalg.eigvalsh(scaled).min() >= _SINGULAR)


def jackknife_difference(
    cells: CommitmentCells, thresholds: Thresholds, design: Design = "observational"
) -> Result:
    """Estimate the crude difference with a delete-cluster jackknife interval, t on G - 1.

    Estimand, refusals and early rule of `risk_difference`. Where its variance is two-way, the jackknife leaves
    out people, then group spells: the larger variance and the fewer degrees of freedom count. An arm at 0 or
    100 % gets the fixed design effect, as there. It has no always-valid interval.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    difference = risk_difference(cells, thresholds, design)
    if difference.status == "refused":
        return difference
    counted = cells.counted()
    fits = [jackknife(_moments(counted, codes), (0.0, 1.0)) for codes in _clusterings(counted, difference)]
    found = [fit for fit in fits if fit is not None]
    if len(found) < len(fits):
        return _refused(difference, TOO_FEW_CLUSTERS)
    variance, df = max(fit.variance for fit in found), min(fit.df for fit in found)
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, df))
    arms = _arms(counted, difference)
    extra = unseen_variance(arms, variance, quantile, thresholds.intracluster_correlation)
    se = math.sqrt(variance + extra)
    return _checked(difference, se, df, _around(found[0].estimate, quantile * se))


def wild_bootstrap_difference(
    cells: CommitmentCells,
    thresholds: Thresholds,
    rng: np.random.Generator,
    design: Design = "observational",
    *,
    n_draws: int = 1999,
) -> Result:
    """Estimate the crude difference with the interval of the wild cluster restricted bootstrap.

    Estimand, refusals and early rule of `risk_difference`. All sign vectors with up to twelve clusters, else
    Webb's six-point weights; the interval holds every difference in [-1, 1] around the estimate that is not
    rejected. Where the variance of the difference is two-way, people and group spells are resampled one after
    the other and the wider end counts. `se` is Stata's clustered one, `df` is G - 1, for orientation. With too
    few clusters no sign vector could reject anything, so it is refused.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        thresholds: Limits and constants of the plan.
        rng: Source of the weights, seeded by the caller.
        design: How exposure came about.
        n_draws: Random draws when there are too many clusters to go through all sign vectors.
    """
    difference = risk_difference(cells, thresholds, design)
    if difference.status == "refused":
        return difference
    counted = cells.counted()
    by_clustering = [_moments(counted, codes) for codes in _clusterings(counted, difference)]
    n_clusters = min(moments.n_clusters for moments in by_clustering)
    if n_clusters <= LARGEST_ENUMERATION and n_clusters < fewest_clusters(thresholds.level):
        return _refused(difference, TOO_FEW_CLUSTERS)
    draws = [WildBootstrap.of(moments, _ARM, rng, n_draws) for moments in by_clustering]
    arms = _arms(counted, difference)
    if any(arms.has_no_variance(one.spread) for one in draws):
        return _refused(difference, NO_SPREAD_TO_RESAMPLE)
    ends = [one.interval(thresholds.level, _WHOLE_SCALE) for one in draws]
    widest = Interval(min(end.low for end in ends), max(end.high for end in ends))
    se = max(math.sqrt(cr1s_covariance(moments)[_ARM, _ARM]) for moments in by_clustering)
    return _checked(difference, se, float(n_clusters - 1), widest)


def hybrid_score_check(
    cells: CommitmentCells, thresholds: Thresholds, design: Design = "observational"
) -> Result:
    """Estimate the crude difference with Newcombe's hybrid-score interval on effective numbers.

    Estimand, refusals and early rule of `risk_difference`, and its standard error and df. The effective numbers
    are n over the design effect of the difference (its variance over the binomial one, at least 1), so that the
    interval keeps the cluster-robust spread but never leaves [-1, 1]; t at the Bell-McCaffrey df takes the
    place of z. With an arm at 0 or 100 %, or no variance at all, each arm has its fixed design effect.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        thresholds: Limits and constants of the plan.
        design: How exposure came about.
    """
    difference = risk_difference(cells, thresholds, design)
    if difference.se is None or difference.df is None:
        return difference
    arms = _arms(cells.counted(), difference)
    binomial = float((arms.rates * (1 - arms.rates) / arms.n).sum())
    is_fixed = arms.is_extreme or arms.has_no_variance(difference.se**2)
    rho = thresholds.intracluster_correlation
    effective = arms.effective_n(rho) if is_fixed else arms.n / max(difference.se**2 / binomial, 1.0)
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, difference.df))
    (p0, p1), (n0, n1) = arms.rates.tolist(), effective.tolist()
    ci = hybrid_score_difference(p1 * n1, n1, p0 * n0, n0, quantile)
    return _checked(difference, difference.se, difference.df, ci)


def _clusterings(counted: CommitmentCells, difference: Result) -> tuple[IntArray, ...]:
    if difference.variance == "two_way":
        return counted.person, counted.group
    return (counted.cluster,)


def _moments(counted: CommitmentCells, codes: IntArray) -> ClusterMoments:
    return two_arm_moments(sums_by_code(codes, counted.arm_table()))


def _arms(counted: CommitmentCells, difference: Result) -> ArmCounts:
    return ArmCounts.of_cells(counted, unit_codes(counted.membership, difference.variance or "cluster"))


def _around(estimate: float, half: float) -> Interval:
    return Interval(estimate - half, estimate + half)


def _checked(difference: Result, se: float, df: float, ci: Interval) -> Result:
    return replace(difference, se=se, df=df, ci=ci, cs=None)


def _refused(difference: Result, reason: str) -> Result:
    sizes = Sizes(
        n_commitments=difference.n_commitments,
        n_persons=difference.n_persons,
        n_clusters=difference.n_clusters,
        n_switchers=difference.n_switchers,
    )
    return refused(
        difference.estimand, sizes, (reason,), design=difference.design, variance=difference.variance
    )
