"""How those who answered differ from those who did not.

What belongs here: standardised differences of numbers and of categories.
What does not: what follows from them (`response_weights`).

Reference: Austin (2009), Statistics in Medicine 28, 3083-3107, doi:10.1002/sim.3697.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.dense import distinct_codes

_DEPENDENT = 1e-9


def difference_of_means(answered: NDArray[np.bool_], values: ArrayLike) -> float | None:
    """Mean of those who answered minus mean of the others, in standard deviations.

    (m1 - m0) / sqrt((s1^2 + s0^2) / 2); None with fewer than two on either side, or no spread and unequal means.

    Args:
        answered: Who answered, shape (n,).
        values: The characteristic, shape (n,).
    """
    numbers = np.asarray(values, dtype=np.float64)
    ours, theirs = numbers[answered], numbers[~answered]
    if min(ours.size, theirs.size) < 2:
        return None
    difference = float(ours.mean() - theirs.mean())
    spread = math.sqrt((float(ours.var(ddof=1)) + float(theirs.var(ddof=1))) / 2)
    if spread > 0:
        return difference / spread
    return 0.0 if difference == 0 else None


def difference_of_shares(answered: NDArray[np.bool_], category: ArrayLike) -> float | None:
    """Distance between two distributions over categories, in standard deviations; never below zero.

    sqrt(d' S^-1 d), with d the differences of the categories' shares and S the mean of their two multinomial
    covariances; for two categories the size of the ordinary standardised difference. None with nobody on one
    side, or where a category tells the two apart without fail.

    Reference: Yang & Dalton (2012), SAS Global Forum, paper 335-2012.

    Args:
        answered: Who answered, shape (n,).
        category: Code of the category, shape (n,).
    """
    codes = distinct_codes(whole_numbers("category", category))[1]
    n_categories = int(codes.max(initial=0)) + 1
    if not answered.any() or answered.all():
        return None
    ours, theirs = (_shares(codes[side], n_categories) for side in (answered, ~answered))
    gap = (ours - theirs)[1:]
    if not gap.any():
        return 0.0
    spread = (_covariance(ours) + _covariance(theirs)) / 2
    if float(np.linalg.eigvalsh(spread).min()) < _DEPENDENT:
        return None
    return math.sqrt(float(gap @ np.linalg.solve(spread, gap)))


def _shares(codes: IntArray, n_categories: int) -> FloatArray:
    return np.bincount(codes, minlength=n_categories) / codes.size


def _covariance(shares: FloatArray) -> FloatArray:
    """Multinomial covariance without the first category, which follows from the others."""
    rest = shares[1:]
    return np.diag(rest) - np.outer(rest, rest)
