"""Every limit of the estimates about commitments: what lies on it is enough, and one step less is not."""

from __future__ import annotations

import numpy as np
import pytest
from limits import FREE, SLIGHTLY, Estimate, Limit, holds, sides

from models.effects.adjusted_parts import AdjustmentLimits, Counts, refusals_by_counts
from models.effects.arms import ArmCounts
from models.effects.bounds import difference_bounds
from models.effects.cells import CommitmentCells
from models.effects.clusters import Membership
from models.effects.difference import risk_difference
from models.effects.incidence import EVENTS, KEYS, DayCounts
from models.effects.kept_by_day import TOO_FEW_FOLLOWED, kept_by_day
from models.effects.negative_controls import PreviousCommitments, previous_commitment_difference
from models.effects.open_days import days_open_difference
from models.effects.rates import completion_rate, planned_width
from models.effects.result import Sizes

HORIZON = 28
SHARE_VARIANCE = FREE.planned_rate * (1 - FREE.planned_rate)


def drawn_cells() -> CommitmentCells:
    """Seven groups of one person, 2 to 4 commitments without and 1 to 3 with; the last three have none with.

    Eighteen without and 7 with, 25 in all; two outcomes of each arm's first group are unknown.
    """
    rows = []
    for group, (n_without, n_with) in enumerate(((2, 1), (3, 2), (2, 3), (4, 1), (2, 0), (3, 0), (2, 0))):
        for arm, n in ((0, n_without), (1, n_with)):
            kept = (group + arm) % 2 if n < 3 else n - 1
            kept = min(kept, n)
            rows.append((group, group, group, arm, kept, n - kept, 0, 2 * (group == 0), kept))
    return CommitmentCells(*np.array(rows, dtype=np.int64).T)


def drawn_days() -> DayCounts:
    """Six groups of one person, 14 and 15 commitments; of the last group nothing is known after day 9.

    So 11 and 12 commitments are followed to the horizon, of 5 groups; everything done was done after day 9.
    """
    rows = []
    for group in range(6):
        for arm in (0, 1):
            last = 9 if group == 5 else 42
            first_day = 12 + group + arm
            if group < 5:
                rows.append((group, arm, first_day, 1, 0, 0, 0))
            n_open = (1, 1, 1, 1, 2, 3)[group] + (arm == 1 and group == 4)
            rows.append((group, arm, last, 0, 0, 0, n_open))
    codes = [(c, c, c, *rest) for c, *rest in rows]
    return DayCounts(*np.array(codes, dtype=np.int64).T)


def drawn_previous() -> PreviousCommitments:
    """Six groups of two people; 5 of the groups book sometimes, and 8 previous commitments came before a booking."""
    person = np.repeat(np.arange(12), 3)
    group = person // 2
    arm = np.where(group < 5, (np.arange(36) % 5 == 0).astype(int), 0)
    before = np.eye(2, dtype=np.int64)[np.arange(36) % 2]
    kept = (np.arange(36) % 3 > 0).astype(np.int64)
    return PreviousCommitments(Membership(group, group, person), arm, before, before * kept[:, None])


CELLS, DAYS, PREVIOUS = drawn_cells(), drawn_days(), drawn_previous()
FOLLOWED = DayCounts(*(getattr(DAYS, name)[DAYS.cluster < 5] for name in (*KEYS, *EVENTS)))
ESTIMATES: dict[str, Estimate] = {
    "rate": lambda limits: completion_rate(CELLS, None, limits),
    "difference": lambda limits: risk_difference(CELLS, limits),
    "kept by day": lambda limits: kept_by_day(DAYS, 0, (HORIZON,), HORIZON, limits)[0].done,
    "kept by day, all followed": lambda limits: kept_by_day(FOLLOWED, 0, (HORIZON,), HORIZON, limits)[0].done,
    "days open": lambda limits: days_open_difference(DAYS, HORIZON, limits),
    "days open, all followed": lambda limits: days_open_difference(FOLLOWED, HORIZON, limits),
    "previous commitment": lambda limits: previous_commitment_difference(PREVIOUS, limits),
}


def of_df(name: str, *fields: str) -> list[Limit]:
    """Limits on the degrees of freedom that an estimate of the drawn data has."""
    df = ESTIMATES[name](FREE).df
    assert df is not None
    reasons = {"sequence_df": "no_always_valid_interval"}
    return [
        Limit(
            field,
            df,
            reasons.get(field, "too_few_degrees_of_freedom"),
            SLIGHTLY,
            "refused" if field == "df" else "early",
        )
        for field in fields
    ]


def width(n_clusters: int, *n: int) -> Limit:
    """The width planned for so many commitments (by arm) of so many clusters."""
    found = planned_width(SHARE_VARIANCE * float((1 / np.array(n, dtype=float)).sum()), n_clusters, FREE)
    return Limit("planned_width", found, "planned_width_too_wide", SLIGHTLY, "early", is_ceiling=True)


BOUNDS = difference_bounds(CELLS)
assert BOUNDS is not None
IN_AN_ARM, CLUSTERS, FOLLOW_UP = "too_few_commitments_in_an_arm", "too_few_clusters", TOO_FEW_FOLLOWED
LIMITS: dict[str, list[Limit]] = {
    "rate": [
        Limit("rate_commitments", 25, "too_few_commitments"),
        Limit("clusters", 7, CLUSTERS),
        width(7, 25),
        *of_df("rate", "sequence_df"),
    ],
    "difference": [
        Limit("arm_commitments", 7, IN_AN_ARM),
        Limit("clusters", 4, CLUSTERS),
        Limit("early_clusters", 4, CLUSTERS, status="early"),
        Limit("bounds_width", BOUNDS.width, "too_many_unknown_outcomes", SLIGHTLY, "refused", is_ceiling=True),
        width(7, 18, 7),
        *of_df("difference", "df", "early_df", "sequence_df"),
    ],
    "kept by day": [
        Limit("rate_commitments", 14, "too_few_commitments"),
        Limit("arm_commitments", 11, TOO_FEW_FOLLOWED),
        Limit("clusters", 5, TOO_FEW_FOLLOWED),
        width(6, 11),
        *of_df("kept by day", "sequence_df"),
    ],
    "kept by day, all followed": [Limit("clusters", 5, CLUSTERS)],
    "days open": [
        Limit("arm_commitments", 11, TOO_FEW_FOLLOWED),
        Limit("clusters", 5, TOO_FEW_FOLLOWED),
        Limit("early_clusters", 6, CLUSTERS, status="early"),
        width(6, 14, 15),
        *of_df("days open", "df", "early_df", "sequence_df"),
    ],
    "days open, all followed": [Limit("arm_commitments", 11, IN_AN_ARM), Limit("clusters", 5, CLUSTERS)],
    "previous commitment": [
        Limit("arm_commitments", 6, IN_AN_ARM),
        Limit("clusters", 5, CLUSTERS),
        Limit("early_clusters", 5, CLUSTERS, status="early"),
        width(6, 30, 6),
        *of_df("previous commitment", "df", "early_df", "sequence_df"),
    ],
}


@pytest.mark.parametrize(("estimate", "limit", "side"), sides(ESTIMATES, LIMITS))
def test_what_lies_on_a_limit_is_enough_and_one_step_past_it_is_not(
    estimate: Estimate, limit: Limit, side: str
) -> None:
    holds(estimate, limit, side)


@pytest.mark.parametrize(
    ("n_with", "n_units", "reasons"),
    [(4, 8, (IN_AN_ARM,)), (5, 8, ()), (6, 8, ()), (5, 7, (CLUSTERS,)), (5, 9, ())],
)
def test_nothing_is_adjusted_below_five_commitments_of_an_arm_or_eight_clusters(
    n_with: int, n_units: int, reasons: tuple[str, ...]
) -> None:
    arms = ArmCounts(np.array([[20.0, n_with]]), np.array([[10.0, 2.0]]))
    counts = Counts(Sizes(), arms, n_units, "cluster")
    assert refusals_by_counts(counts, AdjustmentLimits()) == reasons
