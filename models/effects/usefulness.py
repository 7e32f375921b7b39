"""How useful people found the time, on a scale of 1 to 5.

What belongs here: the counts of answers and their top-two share and mean.
What does not: the wording of the question (the catalogue) and joining scores into bands (the disclosure gate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import IntArray, whole_numbers
from models.effects.clustering import n_units, variance_kind
from models.effects.clusters import Membership, distinct_rows
from models.effects.means import fit_mean, mean_result
from models.effects.rates import fit_share, share_result
from models.effects.result import (
    TOO_FEW_ANSWERS,
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Result,
    Sizes,
    Thresholds,
    refused,
)

N_SCORES = 5
TOP_TWO = (4, 5)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCells:
    """Answers counted by cluster, group spell and person.

    Attributes:
        cluster: Code of the cluster, shape (n,).
        group: Code of the group spell, shape (n,).
        person: Code of the person, shape (n,).
        counts: Answers of score 1 to 5, shape (n, 5).

    Raises:
        ValueError: When lengths differ, a count is below zero, or a person or group lies in two clusters.
    """

    cluster: IntArray
    group: IntArray
    person: IntArray
    counts: IntArray

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts)
        if counts.ndim != 2 or counts.shape[1] != N_SCORES or counts.shape[0] != np.size(self.cluster):
            raise ValueError(f"score cells: counts need one row per cell and {N_SCORES} columns")
        object.__setattr__(self, "counts", whole_numbers("counts", counts.ravel()).reshape(counts.shape))
        for name in ("cluster", "group", "person"):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        Membership(self.cluster, self.group, self.person)

    @classmethod
    def from_answers(
        cls, cluster: ArrayLike, group: ArrayLike, person: ArrayLike, score: ArrayLike
    ) -> ScoreCells:
        """Count single answers, all arrays of shape (m,), scores 1 to 5.

        Raises:
            ValueError: When a score is outside 1 to 5.
        """
        names = ("cluster", "group", "person", "score")
        codes = [
            whole_numbers(name, values)
            for name, values in zip(names, (cluster, group, person, score), strict=True)
        ]
        scores = codes.pop()
        if scores.size and not (scores.min() >= 1 and scores.max() <= N_SCORES):
            raise ValueError(f"score: needs 1 to {N_SCORES}; check which scale the survey used")
        keys, position = distinct_rows(np.column_stack(codes))
        counts = np.zeros((keys.shape[0], N_SCORES), dtype=np.int64)
        np.add.at(counts, (position, scores - 1), 1)
        return cls(keys[:, 0], keys[:, 1], keys[:, 2], counts)

    def merge(self, other: ScoreCells) -> ScoreCells:
        """Add two sets of cells with the same codes; the order of merging never matters."""
        keys = np.concatenate([np.column_stack([c.cluster, c.group, c.person]) for c in (self, other)])
        distinct, position = distinct_rows(keys)
        counts = np.zeros((distinct.shape[0], N_SCORES), dtype=np.int64)
        np.add.at(counts, position, np.concatenate([self.counts, other.counts]))
        return ScoreCells(distinct[:, 0], distinct[:, 1], distinct[:, 2], counts)

    @property
    def n_answers(self) -> IntArray:
        """Answers per cell, shape (n,)."""
        total: IntArray = self.counts.sum(axis=1)
        return total

    @property
    def membership(self) -> Membership:
        """Cluster, group spell and person of each cell."""
        return Membership(self.cluster, self.group, self.person)


def top_two_share(cells: ScoreCells, thresholds: Thresholds) -> Result:
    """Estimate the share of answers that are 4 or 5, with the intervals of a clustered share.

    See `rates.fit_share` for the equations. Refused with too few answers, people or clusters.
    """
    estimand, sizes = "usefulness_top_two", _sizes(cells)
    reasons = _refusals(cells, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    n = cells.n_answers.astype(np.float64)
    top = cells.counts[:, [score - 1 for score in TOP_TWO]].sum(axis=1).astype(np.float64)
    fit = fit_share(n, top, cells.membership, thresholds)
    if fit is None:
        return refused(estimand, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    return share_result(estimand, fit, sizes, reasons=(), thresholds=thresholds, design="observational")


def mean_score(cells: ScoreCells, thresholds: Thresholds) -> Result:
    """Estimate the mean score, 1 to 5, with a CR2 interval clipped to the scale.

    Refused with too few answers, people or clusters. Treats the steps of the scale as equal, which they may
    not be; the histogram and the top-two share stand before it.
    """
    estimand, sizes = "usefulness_mean", _sizes(cells)
    reasons = _refusals(cells, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    scores = np.arange(1, N_SCORES + 1)
    total, squares = (cells.counts @ power for power in (scores, scores**2))
    n = cells.n_answers.astype(np.float64)
    fit = fit_mean(
        n, total.astype(np.float64), squares.astype(np.float64), cells.membership, thresholds, step=1.0
    )
    if fit is None:
        return refused(estimand, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    return mean_result(estimand, fit, sizes, scale=(1, N_SCORES))


def _sizes(cells: ScoreCells) -> Sizes:
    answered = cells.n_answers > 0
    return Sizes(
        n_persons=int(np.unique(cells.person[answered]).size),
        n_clusters=int(np.unique(cells.cluster[answered]).size),
        n_answers=int(cells.n_answers.sum()),
    )


def _refusals(cells: ScoreCells, thresholds: Thresholds) -> tuple[str, ...]:
    sizes, answered = _sizes(cells), cells.n_answers > 0
    membership = cells.membership.rows(answered)
    kind = variance_kind(membership, cells.n_answers[answered].astype(np.float64), thresholds.two_way_share)
    checks = (
        ((sizes.n_answers or 0) < max(thresholds.answers, 1), TOO_FEW_ANSWERS),
        ((sizes.n_persons or 0) < thresholds.answer_persons, TOO_FEW_PERSONS),
        (n_units(membership, kind) < thresholds.clusters, TOO_FEW_CLUSTERS),
    )
    return tuple(code for failed, code in checks if failed)
