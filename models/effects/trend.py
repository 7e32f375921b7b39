"""How usefulness moves from a group's first session to its sixth.

What belongs here: answers counted by session, the slope within people, and the share a model predicts at a session.
What does not: the model of ordered scores itself (`proportional_odds`) and all sessions together (`usefulness`).

Between sessions two things change: people, and who is still there to answer. The slope within people holds who
answers fixed; the slope over all answers does not, and their difference is what attrition adds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.cluster_robust import ClusterMoments, RobustFit
from models.effects.clustering import fit_contrast, n_units, unit_codes, variance_kind
from models.effects.dense import distinct_codes
from models.effects.proportional_odds import (
    answer_scores,
    clustered_contrast,
    clustered_score_test,
    fit_proportional_odds,
)
from models.effects.rates import extreme_share_se
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    TOO_FEW_ANSWERS,
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Interval,
    Result,
    Sizes,
    Thresholds,
    VarianceKind,
    refused,
)
from models.effects.sequential import confidence_sequence
from models.effects.usefulness import TOP_TWO, ScoreCells

ONE_SESSION_ONLY = "one_session_only"
TREND_NOT_FITTED = "trend_not_fitted"
ODDS_NOT_PROPORTIONAL = "odds_not_proportional"

WITHIN, POOLED = "usefulness_trend", "usefulness_trend_pooled"
ODDS_LEVEL = 0.01
"""Proportional odds are doubted below this p-value: looked at every week, 5 % would doubt them too often."""
_LAST_LOW = TOP_TWO[0] - 1
_NO_SPREAD = 1e-6
"""A standard error below this part of the smallest sensible one is rounding error of zero."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionScores:
    """Answers counted by person and session.

    Attributes:
        cells: Counts per row, with the cluster, group spell and person of each.
        session: Number of the group's session, shape (n,), from 1.

    Raises:
        ValueError: When lengths differ.
    """

    cells: ScoreCells
    session: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "session", whole_numbers("session", self.session))
        if self.session.shape != self.cells.person.shape:
            raise ValueError("session scores: needs one session number per cell")

    def rows(self, keep: NDArray[np.bool_]) -> SessionScores:
        """The rows kept, shape of `keep` (n,)."""
        cells = self.cells
        kept = ScoreCells(cells.cluster[keep], cells.group[keep], cells.person[keep], cells.counts[keep])
        return SessionScores(kept, self.session[keep])

    @property
    def n_top_two(self) -> IntArray:
        """Answers of 4 or 5 per row, shape (n,)."""
        top: IntArray = self.cells.counts[:, _LAST_LOW:].sum(axis=1)
        return top


def within_person_trend(scores: SessionScores, thresholds: Thresholds) -> Result:
    """Estimate by how much a person's chance of a 4 or 5 changes from one session to the next.

    Estimand: beta of y_it = alpha_i + beta session_it + e_it, y = 1 for a 4 or 5, in share per session. Each
    person has a level alpha_i, so that it does not matter who stays to answer. What could be false: that the
    change is a straight line, and that nothing else changed with time. CR2 from moments within people; t at the
    Bell-McCaffrey df. Needs people who answered about several sessions; only these count.

    Reference: Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Args:
        scores: Answers by person and session.
        thresholds: Limits and constants of the plan.
    """
    several = _of_several_sessions(scores)
    return _slope(WITHIN, several, several.cells.person, thresholds)


def pooled_trend(scores: SessionScores, thresholds: Thresholds) -> Result:
    """Estimate the same slope over all answers, whoever gave them.

    The estimand mixes change within people with who is left: this slope minus that of `within_person_trend` is
    what attrition adds.
    """
    answered = scores.rows(scores.cells.n_answers > 0)
    return _slope(POOLED, answered, np.zeros_like(answered.session), thresholds)


def predicted_top_two(scores: SessionScores, session: int, thresholds: Thresholds) -> Result:
    """Predict the share of 4s and 5s at a session from a proportional-odds trend over all sessions.

    Estimand: P(score >= 4 | session) of logit P(score <= j) = theta_j - beta session; standard error by the
    delta method, single-look interval on the logit scale, so that it stays within 0 and 1. What could be false:
    a straight line on the logit scale, and one slope for every cut between scores; where a test that allows for
    clusters doubts the latter, the result is `not_robust`.

    Reference: McCullagh (1980), Journal of the Royal Statistical Society B 42, 109-142.

    Args:
        scores: Answers by person and session.
        session: Session number to predict at.
        thresholds: Limits and constants of the plan.
    """
    scores = scores.rows(scores.cells.n_answers > 0)
    estimand, sizes = f"usefulness_top_two_session_{session}", _sizes(scores)
    reasons = _refusals(scores, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    counts, cut = _joined(scores.cells.counts)
    x = scores.session[:, None].astype(np.float64)
    fit = fit_proportional_odds(counts, x) if cut else None
    if fit is None or cut is None:
        return refused(estimand, sizes, (TREND_NOT_FITTED,))
    membership = scores.cells.membership
    kind = _kind(scores, thresholds)
    contrast = fit.contrast_above(cut, (session,))
    line = clustered_contrast(fit, answer_scores(fit, counts, x), membership, kind, contrast)
    test = clustered_score_test(fit, counts, x, unit_codes(membership, kind))
    is_doubted = test is not None and test.p_value < ODDS_LEVEL
    result = _on_share_scale(estimand, line, sizes, kind, thresholds=thresholds)
    if not is_doubted:
        return result
    return replace(result, status="not_robust", reasons=(ODDS_NOT_PROPORTIONAL, *result.reasons))


def _on_share_scale(
    estimand: str, line: RobustFit, sizes: Sizes, kind: VarianceKind, *, thresholds: Thresholds
) -> Result:
    """A logit and its standard error as a share; without an always-valid interval it is early."""
    share = float(expit(line.estimate))
    half = float(stats.t.ppf((1 + thresholds.level) / 2, line.df)) * line.se
    se = share * (1 - share) * line.se
    cs = confidence_sequence(
        share, se, line.df, thresholds.prior_sd, thresholds.level, minimum_df=thresholds.sequence_df
    )
    reasons = () if cs else (NO_ALWAYS_VALID_INTERVAL,)
    return Result(
        estimand=estimand,
        estimate=share,
        se=se,
        df=line.df,
        ci=Interval(float(expit(line.estimate - half)), float(expit(line.estimate + half))),
        cs=cs.clip(0.0, 1.0) if cs else None,
        n_commitments=None,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=None,
        design="observational",
        variance=kind,
        status="early" if reasons else "ok",
        reasons=reasons,
        n_answers=sizes.n_answers,
    )


def _joined(counts: IntArray) -> tuple[IntArray, int | None]:
    """Leave out scores nobody gave; the cut below 4 among those left, None where one side of it is empty."""
    given = counts.sum(axis=0) > 0
    cut = int(given[:_LAST_LOW].sum())
    return counts[:, given], cut if cut and given[_LAST_LOW:].any() else None


def _of_several_sessions(scores: SessionScores) -> SessionScores:
    """The rows of people who answered about more than one session."""
    answered = scores.rows(scores.cells.n_answers > 0)
    person = distinct_codes(answered.cells.person)[1]
    first, last = (np.full(person.max(initial=-1) + 1, start) for start in (np.iinfo(np.int64).max, 0))
    np.minimum.at(first, person, answered.session)
    np.maximum.at(last, person, answered.session)
    return answered.rows((last > first)[person])


def _slope(estimand: str, scores: SessionScores, level: IntArray, thresholds: Thresholds) -> Result:
    """Slope on the session number with a level of its own for each code of `level`, shape (n,)."""
    sizes = _sizes(scores)
    reasons = _refusals(scores, thresholds)
    if reasons:
        return refused(estimand, sizes, reasons)
    kind, membership = _kind(scores, thresholds), scores.cells.membership
    table = _centred(scores, level)
    fit = fit_contrast(table, membership, kind, _slope_moments, (1.0,)).fit
    if fit.df <= 0 or fit.df < thresholds.df:
        return refused(estimand, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,), variance=kind)
    quantile = float(stats.t.ppf((1 + thresholds.level) / 2, fit.df))
    smallest = _smallest_se(table, quantile)
    se = fit.se if fit.se > _NO_SPREAD * smallest else smallest
    half = quantile * se
    n_clusters = n_units(membership, kind)
    checks = (
        (n_clusters < thresholds.early_clusters, TOO_FEW_CLUSTERS),
        (fit.df < thresholds.early_df, TOO_FEW_DEGREES_OF_FREEDOM),
    )
    early = tuple(code for failed, code in checks if failed)
    return Result(
        estimand=estimand,
        estimate=fit.estimate,
        se=se,
        df=fit.df,
        ci=Interval(fit.estimate - half, fit.estimate + half).clip(-1.0, 1.0),
        cs=None,
        n_commitments=None,
        n_persons=sizes.n_persons,
        n_clusters=sizes.n_clusters,
        n_switchers=sizes.n_switchers,
        design="observational",
        variance=kind,
        status="early" if early else "ok",
        reasons=early,
        n_answers=sizes.n_answers,
    )


def _centred(scores: SessionScores, level: IntArray) -> FloatArray:
    """Sums per row of (x^2, x y, y^2, 1), x and y less their means within `level`, shape (n, 4)."""
    codes = np.unique(level, return_inverse=True)[1].ravel()
    n, top = scores.cells.n_answers.astype(np.float64), scores.n_top_two.astype(np.float64)
    total = np.bincount(codes, weights=n)
    mean_x = (np.bincount(codes, weights=n * scores.session) / total)[codes]
    mean_y = (np.bincount(codes, weights=top) / total)[codes]
    x = scores.session - mean_x
    squares = top * (1 - mean_y) ** 2 + (n - top) * mean_y**2
    return np.column_stack([n * x**2, x * (top - n * mean_y), squares, n])


def _slope_moments(sums: FloatArray) -> ClusterMoments:
    gram, cross, squares, n = sums.T
    return ClusterMoments(gram[:, None, None], cross[:, None], squares, n)


def _smallest_se(table: FloatArray, quantile: float) -> float:
    """What answers all alike still leave open: the variance of a share of 0 or 100 %, over sum x^2."""
    gram, _, _, n = table.sum(axis=0)
    return math.sqrt(n / gram) * extreme_share_se(float(n), quantile)


def _kind(scores: SessionScores, thresholds: Thresholds) -> VarianceKind:
    weights = scores.cells.n_answers.astype(np.float64)
    return variance_kind(scores.cells.membership, weights, thresholds.two_way_share)


def _sizes(answered: SessionScores) -> Sizes:
    cells = answered.cells
    return Sizes(
        n_persons=int(np.unique(cells.person).size),
        n_clusters=int(np.unique(cells.cluster).size),
        n_answers=int(cells.n_answers.sum()),
    )


def _refusals(answered: SessionScores, thresholds: Thresholds) -> tuple[str, ...]:
    sizes = _sizes(answered)
    n_clusters = n_units(answered.cells.membership, _kind(answered, thresholds))
    checks = (
        ((sizes.n_answers or 0) < max(thresholds.answers, 1), TOO_FEW_ANSWERS),
        ((sizes.n_persons or 0) < thresholds.answer_persons, TOO_FEW_PERSONS),
        (n_clusters < max(thresholds.clusters, 2), TOO_FEW_CLUSTERS),
        (np.unique(answered.session).size < 2, ONE_SESSION_ONLY),
    )
    return tuple(code for failed, code in checks if failed)
