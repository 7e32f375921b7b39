"""The adjusted differences side by side: when they are refused, and whether they agree.

What belongs here: estimating all of them, refusals by overlap and balance, and disagreement.
What does not: the estimators (`adjusted`, `within_person`), their variances (`unit_variance`), limits, early rules and
the assembly of one result (`adjusted_parts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.effects.adjusted import (
    LIMITS,
    Aipw,
    Estimator,
    GComputation,
    OutcomeModel,
    PropensityModel,
    WeightedDifference,
    Weighting,
    balancing_weights,
)
from models.effects.adjusted_parts import (
    CONDITIONAL_LOGIT_DISAGREES,
    TOO_FEW_CLUSTERS_WITH_SWITCHERS,
    TOO_FEW_COMMITMENTS_PER_COEFFICIENT,
    TOO_FEW_SWITCHERS,
    TOO_LITTLE_OVERLAP,
    UNBALANCED_AFTER_WEIGHTING,
    WEIGHTS_LEAVE_TOO_FEW,
    AdjustmentLimits,
    Counts,
    difference_result,
    early_by_counts,
    refusals_by_counts,
    refused_difference,
)
from models.effects.arrays import FloatArray
from models.effects.balance import Balance, balance_table, effective_share, largest_weight_share
from models.effects.clustering import unit_codes
from models.effects.covariates import CommitmentPatterns, DesignCells, design_cells
from models.effects.result import ADJUSTED_ESTIMATES_DISAGREE, Result, Thresholds
from models.effects.unit_variance import spread
from models.effects.within_person import conditional_sign, switchers, within_fit, within_model

Method = Literal["g_computation", "aipw", "within_person", "overlap_weights"]
METHODS: tuple[Method, ...] = ("g_computation", "aipw", "within_person", "overlap_weights")


@dataclass(frozen=True, slots=True)
class AdjustedResult:
    """One adjusted difference.

    Attributes:
        method: Way of adjusting.
        result: The difference with minus without, or why there is none.
        truncated_share: Share of commitments whose estimated chance was cut; None where no chance is used.
        effective_share: Effective sample size of the smaller arm after weighting, as a share of it; None likewise.
    """

    method: Method
    result: Result
    truncated_share: float | None = None
    effective_share: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The estimated chances of an appointment, the weights made of them, and how alike these make the arms.

    Attributes:
        cells: Cells the chances are given for.
        propensity: The model behind the chances.
        chance: Estimated chance per cell, shape (C,).
        weighting: Weights behind `balance`: `inverse`, or `overlap` where too many chances had to be cut.
        truncated_share: Share of commitments whose chance lies outside the limits.
        balance: Every characteristic before and after that weighting.
        effective_share: Of that weighting, see `balance.effective_share`.
        largest_weight_share: Largest share of an arm's weight that one commitment holds.
    """

    cells: DesignCells
    propensity: PropensityModel
    chance: FloatArray
    weighting: Weighting
    truncated_share: float
    balance: tuple[Balance, ...]
    effective_share: float
    largest_weight_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """All adjusted differences of a programme, and what they rest on.

    Attributes:
        results: One per method; where signs differ among those with a value, all of these are `not_robust`.
        overlap: Chances and balance; None when refused by counts alone.
        refusals: Why nothing adjusted exists at all, by counts alone; empty when something may.
        early: Why everything adjusted is early, by counts alone.
    """

    results: tuple[AdjustedResult, ...]
    overlap: Overlap | None
    refusals: tuple[str, ...]
    early: tuple[str, ...]


def adjust(
    patterns: CommitmentPatterns,
    thresholds: Thresholds,
    limits: AdjustmentLimits | None = None,
    *,
    refusals: Iterable[str] = (),
) -> Adjustment:
    """Estimate the difference in four ways that allow for what was known before check-out.

    g-computation, AIPW and the comparison within persons stand side by side; agreement is the message. Overlap
    weights (another average: over those who might as well have gone either way) are what is left to look at
    where more than a fifth of the estimated chances had to be cut.

    Args:
        patterns: Mature commitments of known outcome by person, arm and pattern.
        thresholds: Limits and constants of the plan.
        limits: Limits of adjusted differences; None for the programme's.
        refusals: Reasons known beforehand (too many unknown outcomes, say) why there is none.
    """
    chosen = limits or AdjustmentLimits()
    counts = Counts.of_patterns(patterns, thresholds)
    reasons = (*refusals, *refusals_by_counts(counts, chosen))
    if reasons:
        found = tuple(AdjustedResult(m, refused_difference(m, counts, reasons)) for m in METHODS)
        return Adjustment(found, None, reasons, ())
    early = early_by_counts(counts, thresholds)
    cells, wide = design_cells(patterns), design_cells(patterns, person_mean=True)
    overlap = _overlap(patterns, cells, chosen)
    model, propensity = _outcome_model(cells), overlap.propensity
    standard = GComputation(_outcome_model(wide))
    everyone, alike = _by_overlap(overlap, chosen)
    shares = (overlap.truncated_share, _share(overlap, "inverse"))
    scene = _Scene(counts, thresholds, chosen, early)
    found = (
        AdjustedResult("g_computation", scene.estimate("g_computation", standard, wide, everyone)),
        AdjustedResult("aipw", scene.estimate("aipw", Aipw(model, propensity), cells, everyone), *shares),
        AdjustedResult("within_person", scene.within(patterns)),
        AdjustedResult(
            "overlap_weights",
            scene.estimate("overlap_weights", WeightedDifference(propensity, "overlap"), cells, alike),
            None,
            _share(overlap, "overlap"),
        ),
    )
    return Adjustment(mark_disagreement(found), overlap, (), early)


def mark_disagreement(results: tuple[AdjustedResult, ...]) -> tuple[AdjustedResult, ...]:
    """Return the results with all that have a value `not_robust` when their signs differ."""
    values = [one.result.estimate for one in results if one.result.estimate is not None]
    if not (min(values, default=0.0) < 0 < max(values, default=0.0)):
        return results
    return tuple(replace(one, result=_not_robust(one.result)) for one in results)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What all adjusted differences of one programme share."""

    counts: Counts
    thresholds: Thresholds
    limits: AdjustmentLimits
    early: tuple[str, ...]

    def estimate(
        self, method: Method, estimator: Estimator, cells: DesignCells, reasons: tuple[str, ...]
    ) -> Result:
        n_coefficients = cells.x.shape[1] + 1
        if self.counts.arms.n.min() < self.limits.per_coefficient * n_coefficients:
            reasons = (TOO_FEW_COMMITMENTS_PER_COEFFICIENT, *reasons)
        if reasons:
            return refused_difference(method, self.counts, reasons)
        found = spread(estimator, cells.rows, cells.size, self.counts.kind)
        fit = (found.estimate, found.variance, found.df)
        return difference_result(method, self.counts, fit, self.thresholds, self.early)

    def within(self, patterns: CommitmentPatterns) -> Result:
        units = unit_codes(patterns.membership, self.counts.kind)
        who, model = switchers(patterns, units), within_model(patterns)
        n_coefficients = 0 if model is None else model.x.shape[1]
        checks = (
            (who.n_persons < self.limits.switchers or model is None, TOO_FEW_SWITCHERS),
            (who.n_clusters < self.limits.switching_clusters, TOO_FEW_CLUSTERS_WITH_SWITCHERS),
            (
                self.counts.arms.n.min() < self.limits.per_coefficient * n_coefficients,
                TOO_FEW_COMMITMENTS_PER_COEFFICIENT,
            ),
        )
        reasons = tuple(code for failed, code in checks if failed)
        if reasons or model is None:
            return refused_difference("within_person", self.counts, reasons)
        fit = within_fit(model, self.counts.kind)
        numbers = (fit.estimate, fit.variance, fit.df)
        result = difference_result("within_person", self.counts, numbers, self.thresholds, self.early)
        if result.estimate is not None and conditional_sign(patterns) * result.estimate < 0:
            return replace(result, status="not_robust", reasons=(*result.reasons, CONDITIONAL_LOGIT_DISAGREES))
        return result


def _outcome_model(cells: DesignCells) -> OutcomeModel:
    return OutcomeModel(cells.observed, np.ones((cells.size, 1)), cells.arm)


def _overlap(patterns: CommitmentPatterns, cells: DesignCells, limits: AdjustmentLimits) -> Overlap:
    start = PropensityModel(cells.x, cells.arm).coefficients(cells.n[None])[0]
    propensity = PropensityModel(cells.x, cells.arm, start)
    chance = propensity.chances(cells.n[None])[0]
    truncated = float(cells.n @ ((chance < LIMITS[0]) | (chance > LIMITS[1])) / cells.n.sum())
    weighting: Weighting = "overlap" if truncated > limits.truncated_share else "inverse"
    weights = balancing_weights(chance, cells.arm, weighting)
    return Overlap(
        cells,
        propensity,
        chance,
        weighting,
        truncated,
        balance_table(patterns.characteristics(), cells.pattern, cells.arm, cells.n, weights),
        effective_share(weights, cells.arm, cells.n),
        largest_weight_share(weights, cells.arm, cells.n),
    )


def _share(overlap: Overlap, weighting: Weighting) -> float:
    cells = overlap.cells
    return effective_share(balancing_weights(overlap.chance, cells.arm, weighting), cells.arm, cells.n)


def _by_overlap(overlap: Overlap, limits: AdjustmentLimits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons against averages over everybody, and against the average over those alike."""
    is_cut = overlap.weighting == "overlap"
    widest = max((abs(one.smd_after) for one in overlap.balance), default=0.0)
    checks = (
        (widest > limits.smd, UNBALANCED_AFTER_WEIGHTING),
        (overlap.effective_share < limits.effective_share, WEIGHTS_LEAVE_TOO_FEW),
    )
    poor = tuple(code for failed, code in checks if failed)
    return ((TOO_LITTLE_OVERLAP,), poor) if is_cut else (poor, ())


def _not_robust(result: Result) -> Result:
    if result.estimate is None:
        return result
    return replace(result, status="not_robust", reasons=(*result.reasons, ADJUSTED_ESTIMATES_DISAGREE))
