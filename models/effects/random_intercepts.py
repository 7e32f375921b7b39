"""A linear model with random intercepts for people and for the clusters they are in, fitted by REML.

What belongs here: the sufficient statistics and the fit.
What does not: what is estimated with it (`mixed_model`).

The model is y = x beta + cluster + person + error, people nested in clusters, all three random parts normal,
independent and of constant variance. With ratios f = person / error and g = cluster / error variance, a person of
n rows has V = I + f 11', so V^-1 = I - f / (1 + n f) 11', and a cluster adds g 11' around its people: all of the
likelihood follows from sums per cluster and number of rows, never from rows. The likelihood itself needs them only
per make-up of a cluster (how many people of how many rows), so that it costs the same for any number of clusters.

References:
    Laird & Ware (1982), Biometrics 38, 963-974, doi:10.2307/2529876.
    Bates, Maechler, Bolker & Walker (2015), Journal of Statistical Software 67(1), doi:10.18637/jss.v067.i01
    (the REML criterion, profiled over beta and the error variance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.cluster_robust import ClusterMoments
from models.effects.clusters import Membership, distinct_rows, sums_by_code

_STARTS = ((1.0, 0.5), (0.3, 0.1))
_LARGEST_RATIO = 1e3
"""Largest ratio of standard deviations looked at; near it the error variance is taken as not estimable."""
_NO_VARIANCE = 1e-12
_STEP = 1e-12
"""A smaller change of the criterion, per row, is rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class NestedSums:
    """Sums over people of the same cluster and number of rows, for p columns and the outcome, q = p + 1.

    With z the columns and, last, the outcome of a person's rows:

    Attributes:
        n_rows: The K different numbers of rows a person has, ascending, shape (K,).
        people: People, shape (S, K), for S clusters.
        gram: Sum of z'z, shape (S, K, q, q).
        ones: Sum of z'1, shape (S, K, q).
        outer: Sum over people of (z'1)(z'1)', shape (S, K, q, q).
    """

    n_rows: FloatArray
    people: FloatArray
    gram: FloatArray
    ones: FloatArray
    outer: FloatArray

    @classmethod
    def from_rows(cls, x: ArrayLike, y: ArrayLike, person: ArrayLike, cluster: ArrayLike) -> NestedSums:
        """Sum rows: x of shape (n, p), y (n,), codes of person and cluster (n,); a person is in one cluster.

        Raises:
            ValueError: When lengths differ, a number is missing, or a person lies in two clusters.
        """
        columns, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        people, clusters = whole_numbers("person", person), whole_numbers("cluster", cluster)
        if columns.ndim != 2 or not columns.shape[0] == outcome.size == people.size == clusters.size:
            raise ValueError("mixed model: x needs one row, y, person and cluster one entry per score")
        z = np.column_stack([columns, outcome])
        if not np.all(np.isfinite(z)):
            raise ValueError("mixed model: a number is missing; leave its row out")
        Membership(clusters, clusters, people)
        return _summed(z, people, clusters)

    @property
    def n(self) -> float:
        """Rows of all people."""
        return float(self.people.sum(axis=0) @ self.n_rows)

    @property
    def has_repeated_people(self) -> bool:
        """Whether anybody has two rows, without which people cannot be told from error."""
        return bool(self.n_rows.max() > 1)

    @property
    def has_shared_clusters(self) -> bool:
        """Whether there are two clusters and one has two people, without which they cannot be told from people."""
        return bool(self.people.shape[0] > 1 and self.people.sum(axis=1).max() > 1)


def _summed(z: FloatArray, person: IntArray, cluster: IntArray) -> NestedSums:
    _, first, position = np.unique(person, return_index=True, return_inverse=True)
    q, size = z.shape[1], first.size
    rows = np.hstack([np.ones((z.shape[0], 1)), (z[:, :, None] * z[:, None, :]).reshape(-1, q * q), z])
    sums = _sums_of(position.ravel(), rows, size)
    ones = sums[:, -q:]
    outer = (ones[:, :, None] * ones[:, None, :]).reshape(size, -1)
    table = np.hstack([np.ones((size, 1)), sums[:, 1:], outer])
    found, kind = np.unique(sums[:, 0], return_inverse=True)
    blocks = np.zeros((size, found.size, table.shape[1]))
    blocks[np.arange(size), kind.ravel()] = table
    by_cluster = sums_by_code(cluster[first], blocks.reshape(size, -1)).reshape(-1, found.size, table.shape[1])
    people, gram, ones, outer = np.split(by_cluster, [1, 1 + q * q, 1 + q * q + q], axis=-1)
    square = (*by_cluster.shape[:2], q, q)
    return NestedSums(
        found.astype(np.float64), people[..., 0], gram.reshape(square), ones, outer.reshape(square)
    )


def _sums_of(position: IntArray, table: FloatArray, size: int) -> FloatArray:
    return np.column_stack([np.bincount(position, weights=column, minlength=size) for column in table.T])


class _MakeUps(NamedTuple):
    """Sums over clusters with the same numbers of people by number of rows; M make-ups.

    Attributes:
        clusters: Clusters of each make-up, shape (M,).
        people: People of one such cluster, shape (M, K).
        gram: Sum of z'z of all clusters, shape (K, q, q).
        outer: Sum over people of (z'1)(z'1)' of all clusters, shape (K, q, q).
        pairs: Sum over clusters of ones_k ones_l', shape (M, K, K, q, q).
    """

    clusters: FloatArray
    people: FloatArray
    gram: FloatArray
    outer: FloatArray
    pairs: FloatArray


def _make_ups(sums: NestedSums) -> _MakeUps:
    people, position = distinct_rows(sums.people.astype(np.int64))
    k, q = sums.ones.shape[1:]
    pairs = np.zeros((people.shape[0], k, k, q, q))
    for i in range(k):
        for j in range(k):
            products = sums.ones[:, i, :, None] * sums.ones[:, j, None, :]
            pairs[:, i, j] = _sums_of(position, products.reshape(-1, q * q), people.shape[0]).reshape(-1, q, q)
    clusters = np.bincount(position).astype(np.float64)
    return _MakeUps(clusters, people.astype(np.float64), sums.gram.sum(axis=0), sums.outer.sum(axis=0), pairs)


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """A fitted model with random intercepts.

    Attributes:
        coefficients: beta, shape (p,).
        covariance: Model-based covariance of beta, error variance x (sum X'V^-1 X)^-1, shape (p, p).
        person_sd: Standard deviation of people; 0 also where nobody has two rows.
        cluster_sd: Standard deviation of clusters; 0 also where they cannot be told from people.
        error_sd: Standard deviation of the error.
        criterion: -2 log of the restricted likelihood.
        moments: The rows of each cluster weighed by V^-1, for a robust variance.
    """

    coefficients: FloatArray
    covariance: FloatArray
    person_sd: float
    cluster_sd: float
    error_sd: float
    criterion: float
    moments: ClusterMoments


def fit_random_intercepts(sums: NestedSums) -> MixedFit | None:
    """Fit the model by restricted maximum likelihood; None where the likelihood has no maximum inside.

    Minimises (N - p)(1 + log(2 pi s^2)) + log |V| + log |X'V^-1 X| with s^2 = r'V^-1 r / (N - p) over the two
    ratios of standard deviations, from two starts, without derivatives (two unknowns, each step cheap). A level
    that the data cannot tell from the next one is left out.

    What could be false: normal random parts, and that who did not answer is missing at random given the score
    that was given.
    """
    free = np.array([sums.has_repeated_people, sums.has_shared_clusters])
    make_ups = _make_ups(sums)

    def criterion(ratios: FloatArray) -> float:
        return _criterion(sums, make_ups, np.where(free, ratios, 0.0))

    found = [
        optimize.minimize(
            criterion,
            np.where(free, np.array(start), 0.0),
            method="Nelder-Mead",
            bounds=[(0.0, _LARGEST_RATIO if is_free else 0.0) for is_free in free],
            options={"xatol": 1e-8, "fatol": _STEP * (1 + sums.n), "maxiter": 1000, "maxfev": 2000},
        )
        for start in (_STARTS if free.any() else _STARTS[:1])
    ]
    best = min(found, key=lambda one: float(one.fun))
    ratios = np.where(free, best.x, 0.0)
    if not (best.success and math.isfinite(best.fun)) or ratios.max() > _LARGEST_RATIO / 2:
        return None
    return _fit_at(sums, ratios, float(best.fun))


def _criterion(sums: NestedSums, make_ups: _MakeUps, ratios: FloatArray) -> float:
    person, cluster = ratios**2
    spread = 1 + sums.n_rows * person
    ones = make_ups.people @ (sums.n_rows / spread)
    shrink = cluster / (1 + cluster * ones)
    total = make_ups.gram.sum(axis=0) - np.einsum("k,kij->ij", person / spread, make_ups.outer)
    total = total - np.einsum("m,k,l,mklij->ij", shrink, 1 / spread, 1 / spread, make_ups.pairs)
    log_spread = make_ups.clusters @ (make_ups.people @ np.log(spread) + np.log1p(cluster * ones))
    gram, cross = total[:-1, :-1], total[:-1, -1]
    sign, log_gram = np.linalg.slogdet(gram)
    df = sums.n - gram.shape[0]
    if sign <= 0 or df <= 0:
        return math.inf
    rest = float(total[-1, -1] - cross @ np.linalg.solve(gram, cross))
    if rest <= _NO_VARIANCE * float(make_ups.gram[:, -1, -1].sum()):
        return math.inf
    return float(df * (1 + math.log(2 * math.pi * rest / df)) + log_spread + log_gram)


def _fit_at(sums: NestedSums, ratios: FloatArray, criterion: float) -> MixedFit:
    """Weigh each cluster's sums for the ratios found, and solve."""
    person, cluster = ratios**2
    spread = 1 + sums.n_rows * person
    ones = np.einsum("k,ski->si", 1 / spread, sums.ones)
    shrink = cluster / (1 + cluster * (sums.people @ (sums.n_rows / spread)))
    weighed = sums.gram.sum(axis=1) - np.einsum("k,skij->sij", person / spread, sums.outer)
    weighed = weighed - shrink[:, None, None] * ones[:, :, None] * ones[:, None, :]
    gram, cross, yy = weighed[:, :-1, :-1], weighed[:, :-1, -1], weighed[:, -1, -1]
    inverse, total_cross = np.linalg.inv(gram.sum(axis=0)), cross.sum(axis=0)
    beta = inverse @ total_cross
    error = float(yy.sum() - total_cross @ beta) / (sums.n - beta.size)
    sd = math.sqrt(error)
    moments = ClusterMoments(gram, cross, yy, sums.people @ sums.n_rows)
    return MixedFit(beta, error * inverse, float(ratios[0]) * sd, float(ratios[1]) * sd, sd, criterion, moments)
