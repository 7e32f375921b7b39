"""Cluster-robust variances of a linear model from sums per cluster.

What belongs here: CR2 with Bell-McCaffrey degrees of freedom, Stata's CR1S, and the two-way combination.
What does not: which clustering a result uses (`clustering`), and what the model's columns mean.

Rows are never needed: with X_s and y_s the rows of cluster s, everything follows from G_s = X_s'X_s and
h_s = X_s'y_s.

References:
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181.
    Imbens & Kolesar (2016), Review of Economics and Statistics 98, 701-712, doi:10.1162/REST_a_00552.
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36, 672-683,
    doi:10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import FloatArray, IntArray

_SINGULAR = 1e-9
"""Below this, 1 - lambda (leverage) and scaled pivots are taken as zero."""
_DF_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class ClusterMoments:
    """Sums over the rows of each of S clusters, for a linear model of p columns.

    Attributes:
        gram: X'X per cluster, shape (S, p, p).
        cross: X'y per cluster, shape (S, p).
        yy: y'y per cluster, shape (S,).
        n: Rows per cluster, shape (S,).
    """

    gram: FloatArray
    cross: FloatArray
    yy: FloatArray
    n: FloatArray

    def __post_init__(self) -> None:
        n_clusters, p = self.cross.shape
        expected = ((n_clusters, p, p), (n_clusters,), (n_clusters,))
        if (self.gram.shape, self.yy.shape, self.n.shape) != expected:
            raise ValueError("moments: gram (S, p, p), cross (S, p), yy (S,) and n (S,) need the same S and p")

    @classmethod
    def from_rows(cls, x: ArrayLike, y: ArrayLike, cluster: IntArray) -> ClusterMoments:
        """Sum rows into moments: x of shape (n, p), y (n,), cluster codes (n,)."""
        columns, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        labels, inverse = np.unique(cluster, return_inverse=True)
        size, p = labels.size, columns.shape[1]
        gram, cross, yy = np.zeros((size, p, p)), np.zeros((size, p)), np.zeros(size)
        np.add.at(gram, inverse, columns[:, :, None] * columns[:, None, :])
        np.add.at(cross, inverse, columns * outcome[:, None])
        np.add.at(yy, inverse, outcome**2)
        return cls(gram, cross, yy, np.bincount(inverse, minlength=size).astype(np.float64))

    @property
    def n_clusters(self) -> int:
        """Number of clusters, S."""
        return int(self.n.size)

    @property
    def coefficients(self) -> FloatArray:
        """Least-squares coefficients, shape (p,)."""
        return _project(self.gram, self.cross).beta

    @property
    def residual_variance(self) -> float:
        """Residual sum of squares over n - p: the variance under independent, equal errors."""
        left_over = self.yy.sum() - self.coefficients @ self.cross.sum(axis=0)
        return float(left_over) / float(self.n.sum() - self.cross.shape[1])


@dataclass(frozen=True, slots=True)
class RobustFit:
    """A linear contrast of coefficients with its robust variance and degrees of freedom."""

    estimate: float
    variance: float
    df: float

    @property
    def se(self) -> float:
        """Square root of the variance."""
        return math.sqrt(self.variance)


class _Projection(NamedTuple):
    """Pieces the CR2 formulas share; leading axes are a batch."""

    root: FloatArray  # L with LL' = (sum G_s)^-1, shape (..., p, p)
    beta: FloatArray  # (..., p)
    leverage: FloatArray  # K_s = L'G_sL, (..., S, p, p)
    score: FloatArray  # L'(h_s - G_s beta), (..., S, p)


def _project(gram: FloatArray, cross: FloatArray) -> _Projection:
    total = gram.sum(axis=-3)
    scale = np.sqrt(np.einsum("...ii->...i", total))
    if not np.all(scale > 0):
        raise ValueError("linear model: a column is zero in every row; drop it or refuse the number")
    factor = _cholesky(total / (scale[..., :, None] * scale[..., None, :]))
    root = np.swapaxes(np.linalg.inv(factor), -1, -2) / scale[..., :, None]
    beta = np.einsum("...ij,...kj,...k->...i", root, root, cross.sum(axis=-2))
    leverage = np.swapaxes(root, -1, -2)[..., None, :, :] @ gram @ root[..., None, :, :]
    residual = cross - np.einsum("...sij,...j->...si", gram, beta)
    return _Projection(root, beta, leverage, np.einsum("...ji,...sj->...si", root, residual))


def _cholesky(scaled: FloatArray) -> FloatArray:
    """Cholesky factor of a matrix with ones on its diagonal, refused when it is not of full rank."""
    values = np.linalg.eigvalsh(scaled)
    if values.min() < _SINGULAR:
        raise ValueError("linear model: columns depend on each other; drop one or refuse the number")
    return np.asarray(np.linalg.cholesky(scaled), dtype=np.float64)


def _adjustment(leverage: FloatArray) -> FloatArray:
    """D_s = (I - K_s)^(-1/2), with 0 where the cluster alone settles a direction (eigenvalue 1)."""
    values, vectors = np.linalg.eigh(leverage)
    free = 1.0 - values > _SINGULAR
    power = np.where(free, 1.0 / np.sqrt(np.where(free, 1.0 - values, 1.0)), 0.0)
    adjustment: FloatArray = (vectors * power[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    return adjustment


def cr2_arrays(
    gram: FloatArray, cross: FloatArray, contrast: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return estimate, CR2 variance and Bell-McCaffrey df of a contrast, for a batch of data sets at once.

    With M = (sum G_s)^-1 = LL', u_s = h_s - G_s beta, K_s = L'G_sL = R diag(lambda) R' and
    D_s = R diag((1 - lambda)^(-1/2) 1[lambda < 1]) R':
    V = L (sum_s D_s L'u_s u_s'L D_s) L', and with l = L'contrast, aa_s = l'D_s K_s D_s l, B_s = l'D_s K_s,
    df = (sum aa - sum |B_s|^2)^2 / (sum aa^2 - 2 sum aa |B_s|^2 + ||B'B||_F^2). The working model of the
    correction is independent, equal errors. A df of 0 means that no degree of freedom is left.

    Args:
        gram: G_s, shape (..., S, p, p).
        cross: h_s, shape (..., S, p).
        contrast: Weights of the coefficients, shape (p,).

    Returns:
        Three arrays of the batch's shape.

    Raises:
        ValueError: When the columns depend on each other in any data set of the batch.
    """
    projection = _project(gram, cross)
    adjust = _adjustment(projection.leverage)
    direction = np.einsum("...ji,j->...i", projection.root, contrast)
    left = np.einsum("...i,...sij->...sj", direction, adjust)
    variance = (np.einsum("...si,...si->...s", left, projection.score) ** 2).sum(axis=-1)
    b = np.einsum("...si,...sij->...sj", left, projection.leverage)
    aa = np.einsum("...si,...si->...s", b, left)
    return projection.beta @ contrast, variance, _satterthwaite(aa, b)


def _satterthwaite(aa: FloatArray, b: FloatArray) -> FloatArray:
    bb = np.einsum("...si,...si->...s", b, b)
    cross = np.einsum("...si,...sj->...ij", b, b)
    mean = aa.sum(axis=-1) - bb.sum(axis=-1)
    spread = (aa**2 - 2 * aa * bb).sum(axis=-1) + (cross**2).sum(axis=(-1, -2))
    is_free = spread > _SINGULAR * (aa**2).sum(axis=-1)
    df: FloatArray = np.where(is_free, mean**2 / np.where(is_free, spread, 1.0), 0.0)
    return df


def cr2(moments: ClusterMoments, contrast: ArrayLike) -> RobustFit:
    """Return a contrast of the coefficients with its CR2 variance and Bell-McCaffrey df.

    See `cr2_arrays` for the equations. The df is rounded to nine digits, so that limits on it do not turn on
    the last bit.

    Args:
        moments: Sums per cluster.
        contrast: Weights of the coefficients, shape (p,).
    """
    weights = np.asarray(contrast, dtype=np.float64)
    estimate, variance, df = cr2_arrays(moments.gram, moments.cross, weights)
    return RobustFit(float(estimate), float(variance), round(float(df), _DF_DIGITS))


def cr2_covariance(moments: ClusterMoments) -> FloatArray:
    """Return the CR2 covariance of all coefficients, shape (p, p)."""
    projection = _project(moments.gram, moments.cross)
    adjusted = np.einsum("sij,sj,ki->sk", _adjustment(projection.leverage), projection.score, projection.root)
    covariance: FloatArray = adjusted.T @ adjusted
    return covariance


def cr1s_covariance(moments: ClusterMoments) -> FloatArray:
    """Return Stata's clustered covariance, shape (p, p).

    The plain sandwich times S/(S-1) * (N-1)/(N-p); Stata tests it with t on S - 1 degrees of freedom.
    Reference: Cameron & Miller (2015), Journal of Human Resources 50, 317-372, doi:10.3368/jhr.50.2.317.
    """
    projection = _project(moments.gram, moments.cross)
    plain = projection.score @ projection.root.T
    n_clusters, n, p = moments.n_clusters, float(moments.n.sum()), moments.cross.shape[1]
    factor = n_clusters / (n_clusters - 1) * (n - 1) / (n - p)
    covariance: FloatArray = factor * (plain.T @ plain)
    return covariance


def two_way(
    person: ClusterMoments, group: ClusterMoments, both: ClusterMoments, contrast: ArrayLike
) -> RobustFit:
    """Return a contrast with a variance that allows for people and for group spells at once.

    V = V_person + V_group - V_person-and-group (each CR2), never below V_person or V_group, with the smaller
    of the two one-way degrees of freedom.

    Reference: Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29, 238-249,
    doi:10.1198/jbes.2010.07136; the floor and the smaller df are the conservative choice of this project.

    Args:
        person: The same rows summed by person.
        group: The same rows summed by group spell.
        both: The same rows summed by pair of person and group spell.
        contrast: Weights of the coefficients, shape (p,).
    """
    by_person, by_group = cr2(person, contrast), cr2(group, contrast)
    combined = by_person.variance + by_group.variance - cr2(both, contrast).variance
    variance = max(combined, by_person.variance, by_group.variance)
    return RobustFit(by_group.estimate, variance, min(by_person.df, by_group.df))
