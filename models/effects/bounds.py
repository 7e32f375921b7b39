"""What the unknown outcomes could at most change.

What belongs here: Manski's bounds of a rate and of a difference of rates.
What does not: any assumption about the unknown outcomes; these bounds make none.

Reference: Manski (1990), American Economic Review (Papers and Proceedings) 80, 319-323.
"""

from __future__ import annotations

import numpy as np

from models.effects.cells import CommitmentCells
from models.effects.result import Interval


def rate_bounds(cells: CommitmentCells, arm: int | None) -> Interval | None:
    """Bound the share kept by counting every unknown as not kept, then as kept; None without commitments.

    Args:
        cells: Counts per cluster, group spell, person and arm.
        arm: 1 with an appointment, 0 without, None for both together.
    """
    is_own = np.full(cells.arm.size, fill_value=True) if arm is None else cells.arm == arm
    kept, unknown, known = (int(n[is_own].sum()) for n in (cells.n_kept, cells.n_unknown, cells.n_known))
    total = known + unknown
    return Interval(kept / total, (kept + unknown) / total) if total else None


def unknown_share(cells: CommitmentCells, arm: int | None) -> float | None:
    """Return the share of mature commitments whose outcome nobody recorded; None without commitments."""
    bounds = rate_bounds(cells, arm)
    return None if bounds is None else bounds.width


def difference_bounds(cells: CommitmentCells) -> Interval | None:
    """Bound the difference with minus without, arms crossed; None when an arm has no commitment.

    The low end counts the unknown as not kept with an appointment and as kept without one; the high end the
    other way round. Its width is the sum of the two shares of unknown outcomes.
    """
    with_one, without = rate_bounds(cells, 1), rate_bounds(cells, 0)
    if with_one is None or without is None:
        return None
    return Interval(with_one.low - without.high, with_one.high - without.low)


def are_bounds_too_wide(cells: CommitmentCells, widest: float) -> bool:
    """Whether the unknown outcomes leave the difference open by more than `widest` (a share, 0 to 2)."""
    bounds = difference_bounds(cells)
    return bounds is not None and bounds.width > widest
