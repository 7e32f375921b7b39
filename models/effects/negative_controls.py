"""Differences an appointment cannot have made: if they are there all the same, the arms were never alike.

What belongs here: the comparison of what came before check-out by the arm chosen at it.
What does not: counting it (SQL), and the comparison of attendance, which is a plain difference (`difference`).

Reference: Lipsitch, Tchetgen Tchetgen & Cohen (2010), Epidemiology 21, 383-388,
doi:10.1097/EDE.0b013e3181d61eeb.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.effects.adjusted_parts import (
    TOO_FEW_SWITCHERS,
    Counts,
    difference_result,
    early_by_counts,
    refused_difference,
)
from models.effects.arms import ArmCounts
from models.effects.arrays import FloatArray, IntArray
from models.effects.cluster_robust import ClusterMoments
from models.effects.clustering import fit_contrast, unit_codes, variance_kind
from models.effects.clusters import Membership, sums_by_code
from models.effects.result import (
    TOO_FEW_CLUSTERS,
    TOO_FEW_COMMITMENTS_IN_AN_ARM,
    Result,
    Sizes,
    Thresholds,
)

PREVIOUS_COMMITMENT = "negative_control_previous_commitment"


@dataclass(frozen=True, slots=True, eq=False)
class PreviousCommitments:
    """Commitments of the previous check-out, by the arm chosen at this one and by their own; arrays of shape (n,).

    Attributes:
        membership: Cluster, group spell and person of each row.
        arm: 1 where an appointment was recorded at this check-out, 0 where none was.
        n: Previous commitments without (column 0) and with (1) an appointment of their own, shape (n, 2).
        kept: Of these, the ones kept, shape (n, 2).
    """

    membership: Membership
    arm: IntArray
    n: IntArray
    kept: IntArray


def is_red_flag(result: Result) -> bool | None:
    """Whether the always-valid interval of a negative control excludes zero; None where there is none."""
    return None if result.cs is None else not result.cs.contains(0.0)


def previous_commitment_difference(previous: PreviousCommitments, thresholds: Thresholds) -> Result:
    """Compare how often the previous commitment was kept by whether this one got an appointment.

    Estimand: b in kept_previous = a + b arm + c arm_previous + error, cluster-robust as the headline (CR2). The
    previous commitment's own appointment stays in the model: people who book once book again, and its effect
    must not be taken for a difference between people. Zero if who books is as good as random. What could be
    false: that a kept or broken commitment does not itself move people to book the next one - but that, too, is
    confounding of the headline.

    Args:
        previous: Counts by person, arm and previous arm.
        thresholds: Limits and constants of the plan; those of the crude difference hold.
    """
    table = _table(previous)
    counted = table[:, :4].sum(axis=1) > 0
    membership, table = previous.membership.rows(counted), table[counted]
    counts = _counts(membership, table, thresholds)
    reasons = _refusals(counts, table, thresholds)
    if reasons:
        return refused_difference(PREVIOUS_COMMITMENT, counts, reasons)
    columns = [0, 1, 2] if (table[:, :4].sum(axis=0) > 0).sum() >= 3 else [0, 1]
    contrast = np.eye(len(columns))[1]
    fit = fit_contrast(table, membership, counts.kind, lambda sums: _moments(sums, columns), contrast).fit
    numbers = (fit.estimate, fit.variance, fit.df)
    early = early_by_counts(counts, thresholds)
    return difference_result(PREVIOUS_COMMITMENT, counts, numbers, thresholds, early)


def _table(previous: PreviousCommitments) -> FloatArray:
    """Counts by (arm, previous arm) = 00, 01, 10, 11: commitments, then kept ones; shape (n, 8)."""
    with_one = (previous.arm == 1)[:, None]
    parts = [
        np.where(with_one == (arm == 1), values, 0) for values in (previous.n, previous.kept) for arm in (0, 1)
    ]
    return np.hstack(parts).astype(np.float64)


def _moments(sums: FloatArray, columns: list[int]) -> ClusterMoments:
    """X'X and X'y of kept ~ 1 + arm + previous arm, as far as these columns, from counts per cluster."""
    x = np.array([[1.0, arm, before] for arm in (0, 1) for before in (0, 1)])[:, columns]
    n, kept = sums[:, :4], sums[:, 4:]
    gram = np.einsum("sc,cp,cq->spq", n, x, x)
    return ClusterMoments(gram, kept @ x, kept.sum(axis=1), n.sum(axis=1))


def _counts(membership: Membership, table: FloatArray, thresholds: Thresholds) -> Counts:
    n, kept = table[:, :4], table[:, 4:]
    kind = variance_kind(membership, n.sum(axis=1), thresholds.two_way_share)
    by_arm = [values[:, [2 * arm, 2 * arm + 1]].sum(axis=1) for values in (n, kept) for arm in (0, 1)]
    sums = sums_by_code(unit_codes(membership, kind), np.column_stack(by_arm))
    people = [membership.person[by_arm[arm] > 0] for arm in (0, 1)]
    sizes = Sizes(
        n_commitments=int(n.sum()),
        n_persons=int(np.unique(membership.person).size),
        n_clusters=int(np.unique(membership.cluster).size),
        n_switchers=int(np.intersect1d(*people).size),
    )
    return Counts(sizes, ArmCounts(sums[:, :2], sums[:, 2:]), sums.shape[0], kind)


def _refusals(counts: Counts, table: FloatArray, thresholds: Thresholds) -> tuple[str, ...]:
    without, changed_to, changed_from, with_one = table[:, :4].sum(axis=0)
    is_aligned = changed_to + changed_from == 0 or without + with_one == 0
    checks = (
        (counts.arms.n.min() < max(thresholds.arm_commitments, 1), TOO_FEW_COMMITMENTS_IN_AN_ARM),
        (counts.arms.n_clusters_with_both < thresholds.clusters, TOO_FEW_CLUSTERS),
        (is_aligned, TOO_FEW_SWITCHERS),
    )
    return tuple(code for failed, code in checks if failed)
