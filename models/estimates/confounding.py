"""What something unseen would have to be like to explain the adjusted difference, and what should show no difference.

What belongs here: robustness values, benchmarks and negative controls as rows of the sensitivity table.
What does not: E-value and tipping point (`crosschecks`), and the adjusted differences (`adjusted`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.effects.adjusted_parts import TOO_FEW_COMMITMENTS_PER_COEFFICIENT, AdjustmentLimits
from models.effects.arrays import IntArray
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.negative_controls import (
    PreviousCommitments,
    is_red_flag,
    previous_commitment_difference,
)
from models.effects.result import TOO_FEW_DEGREES_OF_FREEDOM, Result
from models.effects.robustness import OrdinaryModel, benchmark, robustness_value
from models.estimates.inputs import Inputs, result_row
from models.estimates.known_before import (
    AdjustedAnalysis,
    analyse,
    membership_of,
    n_people,
    numbers_of,
    refused_row,
    status_of,
)

ALPHA = 0.05
NOT_RECORDED = "characteristic_not_recorded"
NOTHING_SO_STRONG = "nothing_could_be_so_strong"
MEASURES = (
    "robustness_value",
    "robustness_value_of_the_limit",
    "benchmark_prior_completion",
    "benchmark_difficulty",
)


def confounding_rows(inputs: Inputs, analysis: AdjustedAnalysis | None = None) -> list[dict[str, object]]:
    """Rows of `protected_sensitivity` about something unseen: robustness values, benchmarks, negative controls."""
    found = analysis or analyse(inputs)
    return [*_robustness_rows(found), *_control_rows(inputs)]


def _robustness_rows(found: AdjustedAnalysis) -> list[dict[str, object]]:
    base = {"smallest_people": found.smallest_people}
    model, reasons = _ordinary_model(found)
    fit = None if model is None else model.fit()
    if model is None or fit is None:
        return [
            {"measure": measure, **base, **refused_row(reasons or (TOO_FEW_DEGREES_OF_FREEDOM,))}
            for measure in MEASURES
        ]
    shown = [one.result for one in found.adjustment.results if one.method in {"g_computation", "aipw"}]
    unsure = [result for result in shown if result.status == "not_robust"]
    if unsure or all(result.status == "refused" for result in shown):
        # Where no adjusted difference is shown, nothing is said of how strong something unseen would have to be.
        reasons = (unsure or shown)[0].reasons
        return [{"measure": measure, **base, **refused_row(reasons)} for measure in MEASURES]
    status = {**base, **status_of(found.adjustment)}
    values: dict[str, float | str] = {
        MEASURES[0]: robustness_value(fit.t, fit.df),
        MEASURES[1]: robustness_value(fit.t, fit.df, alpha=ALPHA),
    }
    for measure in MEASURES[2:]:
        columns = [name for name in model.names if name.startswith(measure.removeprefix("benchmark_"))]
        bound = benchmark(fit, *model.strength(columns)) if columns else None
        values[measure] = bound.estimate if bound else (NOTHING_SO_STRONG if columns else NOT_RECORDED)
    return [
        {"measure": measure, **base, **refused_row((value,))}
        if isinstance(value, str)
        else {"measure": measure, "value": value, **status}
        for measure, value in values.items()
    ]


def _ordinary_model(found: AdjustedAnalysis) -> tuple[OrdinaryModel | None, tuple[str, ...]]:
    """The regression robustness values are defined on, or why there is none."""
    adjustment = found.adjustment
    if adjustment.overlap is None:
        return None, adjustment.refusals
    cells = adjustment.overlap.cells
    smaller = min(float(cells.n[cells.arm == arm].sum()) for arm in (0, 1))
    if smaller < AdjustmentLimits().per_coefficient * (cells.x.shape[1] + 1):
        return None, (TOO_FEW_COMMITMENTS_PER_COEFFICIENT,)
    return OrdinaryModel.of_cells(cells), ()


def _control_rows(inputs: Inputs) -> list[dict[str, object]]:
    frame, thresholds = inputs["previous_commitments"], inputs.setting.thresholds
    membership, arm = membership_of(frame), numbers_of(frame, "arm")
    n, kept = (
        np.column_stack([numbers_of(frame, f"n_{own}{ending}") for own in ("without", "with")])
        for ending in ("", "_kept")
    )
    previous = PreviousCommitments(membership, arm, n, kept)
    before = previous_commitment_difference(previous, thresholds)
    n_sessions, attended = numbers_of(frame, "n_sessions"), numbers_of(frame, "n_attended")
    none = np.zeros_like(arm)
    codes = (membership.cluster, membership.group, membership.person)
    cells = CommitmentCells(*codes, arm, attended, n_sessions - attended, none, none, attended)
    attendance = replace(risk_difference(cells, thresholds), estimand="negative_control_attendance")
    return [
        _control_row(before, _fewest(membership.person, arm, n.sum(axis=1))),
        _control_row(attendance, _fewest(membership.person, arm, n_sessions)),
    ]


def _control_row(result: Result, smallest_people: int) -> dict[str, object]:
    return {
        "measure": result.estimand,
        "value": result.estimate,
        "is_red_flag": is_red_flag(result),
        "smallest_people": smallest_people,
        **result_row(result, is_sequence=True),
    }


def _fewest(person: IntArray, arm: IntArray, n: IntArray) -> int:
    return min(n_people(person, (arm == one) & (n > 0)) for one in (0, 1))
