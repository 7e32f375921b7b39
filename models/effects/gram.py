"""Normal equations: weighted sums of products of columns, and solving them.

What belongs here: X'WX over many rows without a copy of them, its solution, and which columns stand on their own.
What does not: models (`logit`, `adjusted`, `within_person`) and variances (`cluster_robust`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.effects.arrays import FloatArray, IntArray

_SINGULAR = 1e-10
_DEPENDENT = 1e-6
"""A column of which less than this part (of its squares) is not a sum of earlier ones adds nothing."""
_BLOCK_ROWS = 1 << 16


def weighted_gram(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Return x' diag(w) x for each of a batch of weights, shape (B, p, p).

    Args:
        x: Columns, shape (C, p).
        weights: Weights of the rows, shape (B, C).
    """
    p = x.shape[1]
    total = np.zeros((weights.shape[0], p, p))
    upper = np.triu_indices(p)
    for begin in range(0, x.shape[0], _BLOCK_ROWS):
        rows = slice(begin, begin + _BLOCK_ROWS)
        block, share = x[rows], weights[:, rows]
        if share.shape[0] == 1:
            total[0] += block.T @ (block * share[0][:, None])
        else:
            total[:, upper[0], upper[1]] += share @ (block[:, upper[0]] * block[:, upper[1]])
    if weights.shape[0] > 1:
        total[:, upper[1], upper[0]] = total[:, upper[0], upper[1]]
    return total


def solve_gram(gram: FloatArray, right: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Solve gram b = right for a batch; a system short of full rank is marked and gets zeros.

    Args:
        gram: Symmetric matrices, shape (B, p, p).
        right: Right sides, shape (B, p).

    Returns:
        Solutions, shape (B, p), and which systems have full rank, shape (B,).
    """
    size = np.sqrt(np.einsum("bii->bi", gram))
    size = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(gram / (size[:, :, None] * size[:, None, :]))
    is_full = values[:, 0] > _SINGULAR
    inverse = np.where(is_full[:, None], 1 / np.where(is_full[:, None], values, 1.0), 0.0)
    turned = np.einsum("bij,bi->bj", vectors, right / size)
    return np.einsum("bij,bj->bi", vectors, inverse * turned) / size, is_full


def independent_columns(gram: FloatArray) -> IntArray:
    """Return the columns that are no sum of earlier ones, in order, from their products, shape (p, p).

    Earlier columns win, so the ones that matter most come first.
    """
    size = np.sqrt(np.diag(gram))
    scale = np.where(size > 0, size, 1.0)
    left = gram / np.outer(scale, scale)
    kept: list[int] = []
    for column in range(left.shape[0]):
        pivot = left[column, column]
        if size[column] > 0 and pivot > _DEPENDENT:
            kept.append(column)
            left = left - np.outer(left[:, column], left[column]) / pivot
    return np.array(kept, dtype=np.int64)
