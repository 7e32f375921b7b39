"""The randomised prompt: drawing it in permuted blocks, and what it did to the share kept.

What belongs here: the draw, the intention-to-treat difference, and its test by permuting within the recorded blocks.
What does not: who is drawn for which check-out (the command), and what the prompt says.

There is no estimate of what booking itself does to those whom the prompt makes book (a local average effect, the
difference divided by the difference in bookings). It would need the prompt to act through the appointment alone, and
being asked for a date is itself a planning prompt. The effect of being asked is what a programme can decide on.

References:
    Fisher (1935), The Design of Experiments (the test).
    Angrist, Imbens & Rubin (1996), Journal of the American Statistical Association 91, 444-455,
    doi:10.1080/01621459.1996.10476902 (what a local effect would have to assume).
    Klasnja et al. (2015), Health Psychology 34, 1220-1228, doi:10.1037/hea0000305 (drawing at each occasion).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.result import TOO_FEW_COMMITMENTS_IN_AN_ARM, Result, Thresholds

INTENTION_TO_TREAT = "intention_to_treat"
BLOCKS_NOT_RECORDED = "blocks_not_recorded"
NO_BLOCK_HAS_BOTH = "no_block_has_both"
NOTHING_RANDOMISED = "nothing_randomised"

_TIE = 1e-9
"""Differences this close (a share) are the same one, computed in another order."""
_LARGEST_BLOCK = 24
_DRAWS_AT_ONCE = 500

Outcomes = dict[tuple[int, int], float]
"""Chance of each pair (known commitments, kept ones) with the prompt shown."""


def permuted_blocks(
    sizes: ArrayLike, block_size: int, n_shown: int, rng: np.random.Generator
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Draw for each stratum in turn, in blocks of which exactly `n_shown` are shown the prompt.

    Every order within a block is equally likely, and blocks are drawn apart from each other. The last block of a
    stratum may be cut short: what is left of it is still in random order, given how many of it are shown.

    Args:
        sizes: Check-outs of each stratum (a person, or a group), shape (s,).
        block_size: Check-outs in a block, at least 2.
        n_shown: Prompts in a block, 1 to block_size - 1.
        rng: Source of randomness.

    Returns:
        Number of the block, from 0 and never shared by two strata, and whether the prompt is shown; each of
        shape (sum of sizes,), stratum after stratum.

    Raises:
        ValueError: When a block could not hold both kinds.
    """
    if not 1 <= n_shown < block_size:
        raise ValueError("permuted blocks: a block needs at least one check-out of each kind")
    counts = whole_numbers("sizes", sizes)
    n_blocks = -(-counts // block_size)
    pattern = np.arange(block_size) < n_shown
    shuffled = rng.permuted(np.tile(pattern, (int(n_blocks.sum()), 1)), axis=1)
    place = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    block = np.repeat(np.cumsum(n_blocks) - n_blocks, counts) + place // block_size
    return block, shuffled[block, place % block_size]


@dataclass(frozen=True, slots=True, eq=False)
class PromptedCheckOuts:
    """Check-outs with a drawn prompt and a mature commitment; all arrays of shape (n,).

    Attributes:
        block: Code of the permuted block it was drawn in.
        shown: 1 where the prompt was to be shown, else 0.
        n_known: Its commitments whose outcome is known.
        n_kept: Of these, the kept ones.

    Raises:
        ValueError: When lengths differ, `shown` is neither 0 nor 1, or more are kept than known.
    """

    block: IntArray
    shown: IntArray
    n_known: IntArray
    n_kept: IntArray

    def __post_init__(self) -> None:
        names = ("block", "shown", "n_known", "n_kept")
        for name in names:
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        if len({getattr(self, name).size for name in names}) != 1:
            raise ValueError("prompted check-outs: every column needs the same length")
        if np.any(self.shown > 1) or np.any(self.n_kept > self.n_known):
            raise ValueError("prompted check-outs: shown is 0 or 1, and no more are kept than known")

    @property
    def totals(self) -> tuple[int, int]:
        """Known commitments and kept ones, both arms together."""
        return int(self.n_known.sum()), int(self.n_kept.sum())

    @property
    def shown_totals(self) -> tuple[int, int]:
        """Known commitments and kept ones where the prompt was shown."""
        return int(self.n_known @ self.shown), int(self.n_kept @ self.shown)

    def parts(self) -> list[PromptedCheckOuts]:
        """The check-outs of each block that holds both kinds; the others cannot be drawn otherwise."""
        order = np.argsort(self.block, kind="stable")
        ends = np.flatnonzero(np.diff(self.block[order])) + 1
        blocks = [rows for rows in np.split(order, ends) if 0 < self.shown[rows].sum() < rows.size]
        columns = (self.block, self.shown, self.n_known, self.n_kept)
        return [PromptedCheckOuts(*(column[rows] for column in columns)) for rows in blocks]


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """How often chance alone gives a difference at least as large, had the prompt done nothing to anybody.

    Attributes:
        p_value: Two-sided; None when refused.
        n_blocks: Blocks that hold both kinds.
        is_exact: Whether every order was counted, rather than some drawn.
        reasons: Codes; empty unless refused.
    """

    p_value: float | None
    n_blocks: int
    is_exact: bool
    reasons: tuple[str, ...] = ()


def intention_to_treat(cells: CommitmentCells, thresholds: Thresholds) -> Result:
    """Estimate the share kept where the prompt was to be shown minus the share kept where it was not.

    Estimand: E[kept | prompt drawn] - E[kept | no prompt drawn], whatever was booked then. Causal by the draw;
    what could be false is that the prompt changes neither whether a commitment is named nor whether its outcome
    gets known, and that a prompt to one person does not help another. Model and interval are those of
    `risk_difference` (kept ~ 1 + arm, CR2, t at the Bell-McCaffrey df), with its refusals.

    Args:
        cells: Counts per cluster, group spell, person and arm; arm 1 is the prompt.
        thresholds: Limits and constants of the plan.
    """
    result = replace(risk_difference(cells, thresholds, "randomised"), estimand=INTENTION_TO_TREAT)
    if cells.arm.size:
        return result
    return replace(result, status="refused", reasons=(NOTHING_RANDOMISED,))


def randomisation_test(
    check_outs: PromptedCheckOuts,
    rng: np.random.Generator,
    *,
    n_draws: int = 10_000,
    exact_up_to: int = 5_000_000,
) -> RandomisationTest:
    """Test that the prompt did nothing to anybody, by drawing it again within the recorded blocks.

    Statistic: the difference of the two shares kept. Under the hypothesis every check-out would have ended alike
    with the other draw, so its distribution over all orders within blocks, each with as many shown as there were,
    is known exactly; the p-value is the share of orders whose difference is at least as far from 0. All orders are
    counted, block by block, while that takes at most `exact_up_to` steps; else p = (1 + hits) / (1 + n_draws) of
    orders drawn, which is valid too. Assumes nothing about clusters; looked at every week it is no more than a
    cross-check, as its 5 % hold for one look.

    Args:
        check_outs: What was drawn and what came of it.
        rng: Source of randomness, for too many orders to count.
        n_draws: Orders drawn then.
        exact_up_to: Steps up to which all orders are counted.
    """
    parts = check_outs.parts()
    n_known, n_shown = check_outs.totals[0], check_outs.shown_totals[0]
    if not 0 < n_shown < n_known:
        return RandomisationTest(None, len(parts), is_exact=False, reasons=(TOO_FEW_COMMITMENTS_IN_AN_ARM,))
    if not parts:
        return RandomisationTest(None, 0, is_exact=False, reasons=(NO_BLOCK_HAS_BOTH,))
    if _steps(parts) <= exact_up_to:
        return RandomisationTest(_exact_p(check_outs, parts), len(parts), is_exact=True)
    return RandomisationTest(_drawn_p(check_outs, rng, n_draws), len(parts), is_exact=False)


def _steps(parts: list[PromptedCheckOuts]) -> float:
    """About how many additions counting every order takes; without end for a block too large to count."""
    if max(part.shown.size for part in parts) > _LARGEST_BLOCK:
        return math.inf
    spans = [[int(np.ptp(_reachable(part, column))) for column in ("n_known", "n_kept")] for part in parts]
    known, kept = np.cumsum(spans, axis=0).T
    own = [(a + 1) * (b + 1) for a, b in spans]
    return float(((known + 1) * (kept + 1) * own).sum())


def _reachable(part: PromptedCheckOuts, column: str) -> IntArray:
    """The least and the largest sum the shown check-outs of a block can have."""
    values = np.sort(getattr(part, column))
    n_shown = int(part.shown.sum())
    return np.array([values[:n_shown].sum(), values[values.size - n_shown :].sum()])


def _distances(shown: ArrayLike, totals: tuple[int, int]) -> FloatArray:
    """How far apart the two shares kept are; infinitely where an order leaves an arm without a known outcome.

    Args:
        shown: Known commitments and kept ones with the prompt shown, shape (n, 2).
        totals: The same of both arms together.
    """
    n, k = np.asarray(shown, dtype=np.float64).T
    is_whole = (n > 0) & (n < totals[0])
    share = np.divide(k, n, out=np.zeros_like(n), where=is_whole)
    others = np.divide(totals[1] - k, totals[0] - n, out=np.zeros_like(n), where=is_whole)
    return np.where(is_whole, np.abs(share - others), np.inf)


def _exact_p(check_outs: PromptedCheckOuts, parts: list[PromptedCheckOuts]) -> float:
    observed = check_outs.shown_totals
    fixed = tuple(
        total - sum(part.shown_totals[place] for part in parts) for place, total in enumerate(observed)
    )
    chances: Outcomes = {(fixed[0], fixed[1]): 1.0}
    for part in parts:
        chances = _added(chances, _block_outcomes(part))
    far = _distances(list(chances), check_outs.totals) >= _threshold(check_outs)
    return min(1.0, math.fsum(np.array(list(chances.values()))[far]))


def _threshold(check_outs: PromptedCheckOuts) -> float:
    return float(_distances([check_outs.shown_totals], check_outs.totals)[0]) - _TIE


def _added(left: Mapping[tuple[int, int], float], right: Mapping[tuple[int, int], float]) -> Outcomes:
    found: defaultdict[tuple[int, int], float] = defaultdict(float)
    for (n, k), chance in left.items():
        for (more, kept), other in right.items():
            found[n + more, k + kept] += chance * other
    return dict(found)


def _block_outcomes(part: PromptedCheckOuts) -> Outcomes:
    """Chances of (known, kept) with the prompt shown over all orders of one block."""
    n_shown, n = int(part.shown.sum()), part.shown.size
    ways: dict[tuple[int, int, int], int] = {(0, 0, 0): 1}
    for known, kept in zip(part.n_known.tolist(), part.n_kept.tolist(), strict=True):
        more: defaultdict[tuple[int, int, int], int] = defaultdict(int, ways)
        for (chosen, a, b), count in ways.items():
            if chosen < n_shown:
                more[chosen + 1, a + known, b + kept] += count
        ways = dict(more)
    orders = math.comb(n, n_shown)
    return {(a, b): count / orders for (chosen, a, b), count in ways.items() if chosen == n_shown}


def _drawn_p(check_outs: PromptedCheckOuts, rng: np.random.Generator, n_draws: int) -> float:
    """Share of drawn orders at least as extreme, the one that was drawn in fact counted among them."""
    order = np.argsort(check_outs.block, kind="stable")
    block, shown = check_outs.block[order], check_outs.shown[order]
    outcomes = np.column_stack([check_outs.n_known[order], check_outs.n_kept[order]]).astype(np.float64)
    threshold = _threshold(check_outs)
    _, code = np.unique(block, return_inverse=True)
    hits = 0
    for start in range(0, n_draws, _DRAWS_AT_ONCE):
        keys = code + rng.random((min(_DRAWS_AT_ONCE, n_draws - start), block.size))
        # Sorting by block and then at random puts the block's own draws in another order.
        sums = shown[np.argsort(keys, axis=1)] @ outcomes
        hits += int((_distances(sums, check_outs.totals) >= threshold).sum())
    return (1 + hits) / (1 + n_draws)
