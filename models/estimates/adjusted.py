"""The difference allowing for what was known before check-out: adjusted rows, balance, and estimated chances.

What belongs here: laying out one analysis (`known_before.analyse`) as tables; pass it on to fit it once only.
What does not: the crude difference (`effect`) and what could explain the adjusted one away (`confounding`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.adjusted_parts import CONDITIONAL_LOGIT_DISAGREES
from models.effects.adjusted_result import Overlap
from models.effects.balance import Balance, chance_bands
from models.effects.covariates import CommitmentPatterns
from models.estimates.confounding import confounding_rows
from models.estimates.inputs import Inputs, result_row
from models.estimates.known_before import (
    COVARIATES,
    AdjustedAnalysis,
    analyse,
    n_people,
    refused_row,
    status_of,
)
from models.frames import frame_of

ADJUSTED = estimate_table(protected_table("protected_adjusted"))
BALANCE = estimate_table(protected_table("protected_balance"))
PROPENSITY = estimate_table(protected_table("protected_propensity"))

ARMS = ((1, "with_appointment"), (0, "without_appointment"))
N_BANDS = 10
ARMS_DO_NOT_COMPARE = "arms_do_not_compare"


def estimate_adjusted(inputs: Inputs, analysis: AdjustedAnalysis | None = None) -> pl.DataFrame:
    """One row per way of adjusting: the difference, always-valid interval, and how much the weights leave."""
    found = analysis or analyse(inputs)
    rows = []
    for one in found.adjustment.results:
        result, smallest = one.result, found.smallest_people
        if one.method == "within_person":
            smallest = min(smallest, result.n_switchers or 0)
        rows.append(
            {
                "method": one.method,
                "estimate": result.estimate,
                "n_people": result.n_persons,
                "n_commitments": result.n_commitments,
                "n_switchers": result.n_switchers,
                "truncated_share": one.truncated_share,
                "effective_share": one.effective_share,
                "smallest_people": smallest,
                **result_row(result, is_sequence=True),
            }
        )
    return frame_of(ADJUSTED, rows)


def adjusted_points(inputs: Inputs, analysis: AdjustedAnalysis | None = None) -> tuple[float | None, ...]:
    """The adjusted differences that stand (`ok`, or `not_robust` as they disagree), for the verdict.

    One whose conditional logit has the opposite sign is None: it agrees with neither direction.
    """
    results = (one.result for one in (analysis or analyse(inputs)).adjustment.results)
    return tuple(
        None if CONDITIONAL_LOGIT_DISAGREES in result.reasons else result.estimate
        for result in results
        if result.status in ("ok", "not_robust")
    )


def estimate_balance(inputs: Inputs, analysis: AdjustedAnalysis | None = None) -> pl.DataFrame:
    """One row per characteristic: how the arms compare in it before and after weighting.

    An indicator stands for the fewer of the people who have it and who do not.
    """
    found = analysis or analyse(inputs)
    status = status_of(found.adjustment)
    if found.adjustment.overlap is None:
        names = [covariate.name for covariate in COVARIATES.values()]
        return frame_of(
            BALANCE,
            [{"characteristic": name, "smallest_people": found.smallest_people, **status} for name in names],
        )
    people = _people_per_characteristic(found.patterns)
    rows = []
    for one in found.adjustment.overlap.balance:
        smallest = min(found.smallest_people, people[one.name])
        rows.append({**_balance_row(one, status), "smallest_people": smallest})
    return frame_of(BALANCE, rows)


def estimate_propensity(inputs: Inputs, analysis: AdjustedAnalysis | None = None) -> pl.DataFrame:
    """The estimated chances of an appointment in ten bands per arm; a band of few people joins the next one."""
    found = analysis or analyse(inputs)
    overlap, status = found.adjustment.overlap, status_of(found.adjustment)
    rows: list[dict[str, object]] = []
    for arm, name in ARMS:
        if overlap is None:
            rows.append({"arm": name, "smallest_people": found.people[arm], **status})
            continue
        for start, share, people in _bands(overlap, arm, inputs.setting.minimum_people):
            rows.append(
                {"arm": name, "chance_from": start, "share": share, "smallest_people": people, **status}
            )
    return frame_of(PROPENSITY, rows)


def _balance_row(one: Balance, status: Mapping[str, object]) -> dict[str, object]:
    if not np.isfinite([one.smd_before, one.smd_after]).all():
        return {"characteristic": one.name, **refused_row((ARMS_DO_NOT_COMPARE,))}
    return {
        "characteristic": one.name,
        "smd_before": one.smd_before,
        "smd_after": one.smd_after,
        "variance_ratio_before": one.ratio_before,
        "variance_ratio_after": one.ratio_after,
        **status,
    }


def _bands(overlap: Overlap, arm: int, minimum_people: int) -> list[tuple[float, float, int]]:
    """Lower end, share of the arm's commitments and distinct people of each band; few people join upwards.

    The last band joins the one below it where it is left with few.
    """
    rows, cells = overlap.cells.rows, overlap.cells
    inside = cells.arm[rows.pattern] == arm
    band, person = chance_bands(overlap.chance, N_BANDS)[rows.pattern[inside]], rows.membership.person[inside]
    n = rows.n[inside]
    starts = [0]
    for number in range(1, N_BANDS):
        if n_people(person, (band >= starts[-1]) & (band < number)) >= minimum_people:
            starts.append(number)
    if len(starts) > 1 and n_people(person, band >= starts[-1]) < minimum_people:
        starts.pop()
    ends = [*starts[1:], N_BANDS]
    within = [(band >= a) & (band < b) for a, b in zip(starts, ends, strict=True)]
    return [
        (start / N_BANDS, float(n[part].sum() / n.sum()), n_people(person, part))
        for start, part in zip(starts, within, strict=True)
    ]


def _people_per_characteristic(patterns: CommitmentPatterns) -> dict[str, int]:
    """People a characteristic stands for: of an indicator, the fewer of those with and those without it."""
    person, found = patterns.membership.person, {}
    for one in patterns.characteristics():
        values = one.values[patterns.pattern]
        parts = (values == 1, values == 0) if one.is_binary else (one.is_counted[patterns.pattern],)
        found[one.name] = min(n_people(person, part) for part in parts)
    return found


__all__ = [
    "AdjustedAnalysis",
    "adjusted_points",
    "analyse",
    "confounding_rows",
    "estimate_adjusted",
    "estimate_balance",
    "estimate_propensity",
]
