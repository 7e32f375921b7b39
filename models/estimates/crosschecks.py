"""What stands behind the primary difference: other intervals, the ratio, power, sensitivity, the secondaries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.arms import ArmCounts
from models.effects.cells import CommitmentCells
from models.effects.clustering import unit_codes, variance_kind
from models.effects.crosschecks import (
    hybrid_score_check,
    intervals_agree,
    jackknife_difference,
    wild_bootstrap_difference,
)
from models.effects.difference import risk_difference
from models.effects.multiplicity import holm, two_sided_p
from models.effects.power import PowerPlan, commitments_needed, detectable_difference
from models.effects.ratio import risk_ratio
from models.effects.result import (
    NO_ALWAYS_VALID_INTERVAL,
    TOO_FEW_COMMITMENTS_IN_AN_ARM,
    Interval,
    Result,
    Thresholds,
)
from models.effects.sensitivity import (
    E_VALUE_NOT_FINITE,
    UNKNOWN_CANNOT_TIP,
    UnknownOutcomes,
    confounding_e_value,
    e_value_of_the_limit,
    tipping_point,
)
from models.estimates.inputs import Inputs, cells_of, people_per_arm, result_row
from models.frames import frame_of

CROSSCHECKS = estimate_table(protected_table("protected_crosschecks"))
POWER = estimate_table(protected_table("protected_power"))
SECONDARIES = estimate_table(protected_table("protected_secondaries"))

SECONDARY_OUTCOMES = ("usefulness_trend", "loneliness_change", "days_open")
"""The family of secondary outcomes, fixed in advance."""
DIFFERENCES = {"claims_apart": 0.30, "twelve_points": 0.12, "five_points": 0.05}
"""Differences that a programme would like to see: 65 % and 95 % apart, and two that studies have found."""
DETECTABLE = ("detectable_now", "detectable_always_valid")
"""What the commitments so far could show: at a single look, and in the always-valid interval that pages show."""
NOTHING_DETECTABLE_YET = "nothing_detectable_yet"
"""With so few commitments not even everything kept with an appointment would stand out."""
SIGNIFICANT = 0.05
_BOOTSTRAP_SEED = 19790806
"""Fixed, so that the same data give the same interval on every run."""


def estimate_crosschecks(inputs: Inputs) -> pl.DataFrame:
    """One row per way of forming the interval of the primary difference, and whether it agrees with the first."""
    frame = _primary(inputs)
    cells, people = cells_of(frame), min(people_per_arm(frame).values())
    thresholds = inputs.setting.thresholds
    first = risk_difference(cells, thresholds)
    results = {
        "cluster_robust": first,
        "jackknife": jackknife_difference(cells, thresholds),
        "wild_bootstrap": wild_bootstrap_difference(cells, thresholds, np.random.default_rng(_BOOTSTRAP_SEED)),
        "hybrid_score": hybrid_score_check(cells, thresholds),
    }
    return frame_of(
        CROSSCHECKS,
        [
            {
                "method": method,
                "agrees": intervals_agree(result.ci, first.ci),
                "smallest_people": people,
                **_without_ends(result_row(result, is_sequence=False)),
            }
            for method, result in results.items()
        ],
    )


def estimate_power(inputs: Inputs) -> pl.DataFrame:
    """How many commitments each difference of interest needs, and what the commitments so far could show.

    Arms and clusters are as unequal and as large as they are; the rate without and the design effect are the
    plan's, so no outcome is looked at.
    """
    frame, thresholds = _primary(inputs), inputs.setting.thresholds
    people = min(people_per_arm(frame).values())
    arms = _arms(cells_of(frame), thresholds)
    if arms is None:
        rows = [{"question": question, **_unknown()} for question in (*DIFFERENCES, *DETECTABLE)]
    else:
        plan = PowerPlan(thresholds.planned_rate, thresholds.planned_design_effect, level=thresholds.level)
        rows = [_needed_row(arms, plan, question) for question in DIFFERENCES]
        rows += _detectable_rows(arms, plan, thresholds)
    return frame_of(POWER, [{**row, "smallest_people": people} for row in rows])


def appointment_risk_ratio(inputs: Inputs) -> Result:
    """The crude risk ratio of the whole programme, beside the difference."""
    return risk_ratio(cells_of(_primary(inputs)), inputs.setting.thresholds)


def sensitivity_rows(inputs: Inputs) -> list[dict[str, object]]:
    """Rows of the sensitivity table: E-value of the ratio and of its limit, and the tipping point.

    On pages the limit is the always-valid interval's; `ci_low` has the single-look interval's for analysts.
    """
    frame = _primary(inputs)
    cells, thresholds = cells_of(frame), inputs.setting.thresholds
    people = min(people_per_arm(frame).values())
    rows = [
        *_e_value_rows(risk_ratio(cells, thresholds)),
        _tipping_row(cells, risk_difference(cells, thresholds)),
    ]
    return [{**row, "smallest_people": people} for row in rows]


def estimate_secondaries(
    results: Mapping[str, Result], smallest_people: Mapping[str, int] | None = None
) -> pl.DataFrame:
    """Each secondary outcome with its p-value, by itself and by Holm over those that have one.

    Args:
        results: Result of each of `SECONDARY_OUTCOMES`; a refused one leaves the family.
        smallest_people: People each stands for, in the smaller arm where there are arms; where it is not given,
            the people of the result.

    Raises:
        KeyError: an outcome has no result.
    """
    p_values = {outcome: two_sided_p(results[outcome]) for outcome in SECONDARY_OUTCOMES}
    family = [outcome for outcome, p in p_values.items() if p is not None]
    adjusted = dict(zip(family, holm([p for p in p_values.values() if p is not None]).tolist(), strict=True))
    people = {name: results[name].n_persons or 0 for name in SECONDARY_OUTCOMES} | dict(smallest_people or {})
    return frame_of(
        SECONDARIES,
        [
            {
                "outcome": outcome,
                "p_value": p_values[outcome],
                "p_value_holm": adjusted.get(outcome),
                "word": "differs" if adjusted.get(outcome, 1.0) <= SIGNIFICANT else "cannot_tell_yet",
                "smallest_people": people[outcome],
                **_without_ends(result_row(results[outcome], is_sequence=False)),
            }
            for outcome in SECONDARY_OUTCOMES
        ],
    )


def _primary(inputs: Inputs) -> pl.DataFrame:
    return inputs["effect_cells"].filter(pl.col("line") == "primary")


def _without_ends(row: dict[str, object]) -> dict[str, object]:
    """Leave out the ends that a table shows no column for."""
    return {name: value for name, value in row.items() if name not in {"low", "high"}}


def _arms(cells: CommitmentCells, thresholds: Thresholds) -> ArmCounts | None:
    """Counts per unit that is taken as a cluster; None when an arm is too small to plan from."""
    counted = cells.counted()
    kind = variance_kind(counted.membership, counted.n_known.astype(np.float64), thresholds.two_way_share)
    arms = ArmCounts.of_cells(counted, unit_codes(counted.membership, kind))
    return arms if arms.n.min() >= max(thresholds.arm_commitments, 1) else None


def _unknown(reason: str = TOO_FEW_COMMITMENTS_IN_AN_ARM) -> dict[str, object]:
    return {"status": "refused", "reasons": reason}


def _needed_row(arms: ArmCounts, plan: PowerPlan, question: str) -> dict[str, object]:
    difference, n = DIFFERENCES[question], float(arms.n.sum())
    needed = commitments_needed(difference, plan, float(arms.n[1]) / n, n / arms.n_clusters)
    return {
        "question": question,
        "difference": difference,
        "n_needed": needed,
        "n_more_needed": max(needed - int(n), 0),
        "status": "ok",
        "reasons": "",
    }


def _detectable_rows(arms: ArmCounts, plan: PowerPlan, thresholds: Thresholds) -> list[dict[str, object]]:
    single, always_valid = DETECTABLE
    rows = [_detectable_row(single, arms, plan, None)]
    if arms.n_clusters - 1 < thresholds.sequence_df:
        return [*rows, {"question": always_valid, **_unknown(NO_ALWAYS_VALID_INTERVAL)}]
    return [*rows, _detectable_row(always_valid, arms, plan, thresholds.prior_sd)]


def _detectable_row(
    question: str, arms: ArmCounts, plan: PowerPlan, prior_sd: float | None
) -> dict[str, object]:
    n_without, n_with = arms.n.tolist()
    detectable = detectable_difference(n_without, n_with, plan, arms.n_clusters, prior_sd=prior_sd)
    if detectable is None:
        return {"question": question, **_unknown(NOTHING_DETECTABLE_YET)}
    return {
        "question": question,
        "difference": detectable,
        "n_needed": int(n_without + n_with),
        "n_more_needed": 0,
        "status": "ok",
        "reasons": "",
    }


def _e_value_rows(ratio: Result) -> list[dict[str, object]]:
    base = {"status": ratio.status, "reasons": ";".join(ratio.reasons)}
    if ratio.estimate == 0:
        base = {"status": "refused", "reasons": E_VALUE_NOT_FINITE}
    has_value = base["status"] != "refused"
    point = confounding_e_value(ratio.estimate) if has_value and ratio.estimate is not None else None
    return [
        {"measure": "e_value", "value": point, **base},
        {
            "measure": "e_value_of_the_limit",
            "value": _limit(ratio.cs) if has_value else None,
            "ci_low": _limit(ratio.ci) if has_value else None,
            **base,
        },
    ]


def _limit(interval: Interval | None) -> float | None:
    return None if interval is None else e_value_of_the_limit(interval)


def _tipping_row(cells: CommitmentCells, difference: Result) -> dict[str, object]:
    row: dict[str, object] = {
        "measure": "tipping_point",
        "status": difference.status,
        "reasons": ";".join(difference.reasons),
    }
    if difference.estimate is None:
        return row
    outcomes = UnknownOutcomes.of_cells(cells)
    value = tipping_point(outcomes)
    if value is None:
        return {**row, **_unknown(UNKNOWN_CANNOT_TIP)}
    nearer, farther = _distances(difference.estimate, difference.cs)
    single, _ = _distances(difference.estimate, difference.ci)
    return {
        **row,
        "value": value,
        "low": None if nearer is None else tipping_point(outcomes, nearer),
        "high": None if farther is None else tipping_point(outcomes, farther),
        "ci_low": None if single is None else tipping_point(outcomes, single),
    }


def _distances(estimate: float, interval: Interval | None) -> tuple[float | None, float | None]:
    """How far the nearer and the farther end of an interval lie from 0, on the estimate's side of it."""
    if interval is None:
        return None, None
    ends = (interval.low, interval.high) if estimate >= 0 else (-interval.high, -interval.low)
    return max(ends[0], 0.0), ends[1]
