"""The wild cluster restricted bootstrap of one coefficient, from sums per cluster.

What belongs here: the bootstrap weights, the p-value at any null value, and the interval by inversion.
What does not: which coefficient is of interest, and rows: the scores of the clusters are all it needs.

With r_s(theta) the score X_s'u of cluster s under the restriction b_j = theta and weights v_s, a draw has the
coefficient vector b* = b~ + M sum v_s r_s with M = (X'X)^-1, and t* = (b*_j - theta) / CV1 standard error. As
r_s is linear in theta, sums over clusters are formed once and serve every theta. The p-value is the share of
draws with |t*| >= |t|, the data counted among them.

References:
    Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90, 414-427, doi:10.1162/rest.90.3.414.
    Webb (2023), Canadian Journal of Economics 56, 839-858 (six-point weights), doi:10.1111/caje.12661.
    MacKinnon, Nielsen & Webb (2023), Journal of Econometrics 232, 272-299, doi:10.1016/j.jeconom.2022.04.001.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.effects.arrays import FloatArray
from models.effects.cluster_robust import ClusterMoments
from models.effects.result import Interval

LARGEST_ENUMERATION = 12
"""Up to so many clusters all sign vectors are used, beyond it random six-point weights."""
_WEBB = np.sqrt(np.array([1.5, 1.0, 0.5]))
WEBB_POINTS: FloatArray = np.concatenate([-_WEBB, _WEBB[::-1]])
_TIE = 1e-9
_GRID, _STEPS = 64, 40
_LARGEST_BLOCK = 4_000_000


def fewest_clusters(level: float) -> int:
    """Return the fewest clusters whose sign vectors can reject at all: 2^(1 - G) <= 1 - level."""
    return math.ceil(1 - math.log2(1 - level) - 1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class WildBootstrap:
    """Sums over clusters for every draw, from which t* follows at any null value.

    Attributes:
        estimate: Least-squares coefficient b_j.
        spread: Sum of squared scores of b_j over clusters: its CV1 variance without small-sample factor.
        inverse: M, shape (p, p).
        outer: Sum over clusters of g_s g_s' with g_s = G_s M e_j, shape (p, p).
        scores: Sum of v_s a_s and of v_s c_s, where r_s = a_s - theta c_s, shape (2, B, p).
        products: Sum of v_s q_s g_s, where q_s = (M e_j)'r_s, in the same two parts, shape (2, B, p).
        squares: Sum of v_s^2 q_s^2: its constant, its theta and its theta^2 part, shape (3, B).
    """

    estimate: float
    spread: float
    inverse: FloatArray
    outer: FloatArray
    scores: FloatArray
    products: FloatArray
    squares: FloatArray
    column: int
    is_enumerated: bool

    @classmethod
    def of(
        cls, moments: ClusterMoments, column: int, rng: np.random.Generator, n_draws: int = 1999
    ) -> WildBootstrap:
        """Form the sums for the coefficient of one column.

        Args:
            moments: Sums per cluster of the linear model.
            column: Position j of the coefficient.
            rng: Source of the weights when there are too many clusters to go through all sign vectors.
            n_draws: Random draws, B; not used where all sign vectors are gone through.

        Raises:
            ValueError: When the columns depend on each other.
        """
        gram, cross = moments.gram, moments.cross
        inverse = _inverse(gram.sum(axis=0))
        fixed, slope = _restricted_scores(gram, cross, column)
        g = gram @ inverse[:, column]
        q_fixed, q_slope = fixed @ inverse[:, column], slope @ inverse[:, column]
        residual = cross - gram @ (inverse @ cross.sum(axis=0))
        table = np.hstack([fixed, slope, q_fixed[:, None] * g, q_slope[:, None] * g])
        squares = np.column_stack([q_fixed**2, -2 * q_fixed * q_slope, q_slope**2])
        is_enumerated = moments.n_clusters <= LARGEST_ENUMERATION
        linear, quadratic = _weighted_sums(table, squares, is_enumerated, rng, n_draws)
        scores_fixed, scores_slope, products_fixed, products_slope = np.split(linear, 4, axis=1)
        return cls(
            estimate=float(inverse[column] @ cross.sum(axis=0)),
            spread=float(((residual @ inverse[:, column]) ** 2).sum()),
            inverse=inverse,
            outer=g.T @ g,
            scores=np.stack([scores_fixed, scores_slope]),
            products=np.stack([products_fixed, products_slope]),
            squares=quadratic.T,
            column=column,
            is_enumerated=is_enumerated,
        )

    def p_value(self, null: float) -> float:
        """Return the symmetric p-value of b_j = `null`, above 0 and at most 1."""
        scores = self.scores[0] - null * self.scores[1]
        products = self.products[0] - null * self.products[1]
        step = scores @ self.inverse
        squares = self.squares[0] + null * self.squares[1] + null**2 * self.squares[2]
        fitted = np.einsum("bi,ij,bj->b", step, self.outer, step)
        spread = np.maximum(squares - 2 * np.einsum("bi,bi->b", step, products) + fitted, 0.0)
        gap = (self.estimate - null) ** 2
        n_extreme = int((step[:, self.column] ** 2 * self.spread >= gap * spread * (1 - _TIE)).sum())
        if self.is_enumerated:
            return n_extreme / len(spread)
        return (n_extreme + 1) / (len(spread) + 1)

    def interval(self, level: float, limits: Interval) -> Interval:
        """Return the null values around the estimate that are not rejected, searched within `limits`.

        The p-value is a step function of the null; each end is where it first falls to 1 - level on the way out
        from the estimate.
        """
        return Interval(
            self._end(level, min(limits.low, self.estimate)), self._end(level, max(limits.high, self.estimate))
        )

    def _end(self, level: float, limit: float) -> float:
        inside = self.estimate
        for outside in np.linspace(self.estimate, limit, _GRID + 1)[1:].tolist():
            if self.p_value(outside) <= 1 - level:
                return self._halve(level, inside, outside)
            inside = outside
        return limit

    def _halve(self, level: float, inside: float, outside: float) -> float:
        for _ in range(_STEPS):
            middle = (inside + outside) / 2
            if self.p_value(middle) <= 1 - level:
                outside = middle
            else:
                inside = middle
        return inside


def _inverse(total: FloatArray) -> FloatArray:
    if np.linalg.matrix_rank(total, hermitian=True) < total.shape[0]:
        raise ValueError("wild bootstrap: columns depend on each other; drop one or refuse the number")
    return np.asarray(np.linalg.inv(total), dtype=np.float64)


def _restricted_scores(gram: FloatArray, cross: FloatArray, column: int) -> tuple[FloatArray, FloatArray]:
    """Return a_s and c_s of the restricted scores r_s = a_s - theta c_s, each of shape (S, p)."""
    others = [j for j in range(cross.shape[1]) if j != column]
    inner = _inverse(gram.sum(axis=0)[np.ix_(others, others)])
    by_others = gram[:, :, others]
    fixed = cross - by_others @ (inner @ cross.sum(axis=0)[others])
    slope = gram[:, :, column] - by_others @ (inner @ gram.sum(axis=0)[others, column])
    return fixed, slope


def _weighted_sums(
    table: FloatArray, squares: FloatArray, is_enumerated: bool, rng: np.random.Generator, n_draws: int
) -> tuple[FloatArray, FloatArray]:
    """Sum v_s times the table and v_s^2 times the squares over clusters, for every draw of weights."""
    if is_enumerated:
        signs = _half_of_all_signs(table.shape[0])
        return signs @ table, np.tile(squares.sum(axis=0), (signs.shape[0], 1))
    linear, quadratic = np.zeros((n_draws, table.shape[1])), np.zeros((n_draws, squares.shape[1]))
    for rows in _blocks(table.shape[0], n_draws):
        weights = WEBB_POINTS[rng.integers(0, WEBB_POINTS.size, (n_draws, rows.stop - rows.start))]
        linear += weights @ table[rows]
        quadratic += weights**2 @ squares[rows]
    return linear, quadratic


def _half_of_all_signs(n: int) -> FloatArray:
    """All vectors of n signs that begin with +1; the other half gives the same |t*|."""
    return np.array([(1.0, *signs) for signs in itertools.product((1.0, -1.0), repeat=n - 1)])


def _blocks(n_rows: int, n_draws: int) -> Iterator[slice]:
    size = max(_LARGEST_BLOCK // n_draws, 1)
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))
