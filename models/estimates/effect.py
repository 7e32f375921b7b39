"""Completion with and without an appointment, the difference, its weeks, and the claims it is held against."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.catalogue import Claim
from models.contracts import estimate_table, protected_table
from models.effects.bounds import difference_bounds, rate_bounds, unknown_share
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.rates import completion_rate
from models.effects.result import Interval, Result
from models.effects.verdict import claim_word
from models.estimates.inputs import Inputs, cells_of, people_per_arm, result_row
from models.frames import frame_of

COMPLETION = estimate_table(protected_table("protected_completion"))
EFFECT = estimate_table(protected_table("protected_effect"))
BY_WEEK = estimate_table(protected_table("protected_effect_by_week"))
CLAIMS = estimate_table(protected_table("protected_claims"))

ARMS = ((1, "with_appointment"), (0, "without_appointment"))
LINES = ("horizon_14", "horizon_42", "own_due_date", "completed_six", "partnerships_joined")


def primary_difference(inputs: Inputs) -> Result:
    """The crude difference of the whole programme: the pre-registered headline."""
    return risk_difference(cells_of(_line(inputs, "primary")), inputs.setting.thresholds)


def estimate_completion(inputs: Inputs) -> pl.DataFrame:
    """One row per arm: the share kept, its interval, the unknown share and when outcomes were reported."""
    frame = _line(inputs, "primary")
    cells, people = cells_of(frame), people_per_arm(frame)
    report_day = dict(inputs["arm_summary"].select("arm", "median_report_day").iter_rows())
    rows = []
    for arm, name in ARMS:
        result = completion_rate(cells, arm, inputs.setting.thresholds)
        rows.append(
            {
                "arm": name,
                "n_people": people[arm],
                "n_commitments": result.n_commitments,
                "rate": result.estimate,
                "unknown_share": unknown_share(cells, arm),
                **_ends("bound", rate_bounds(cells, arm)),
                "median_report_day": report_day.get(arm),
                "smallest_people": people[arm],
                **result_row(result, is_sequence=True),
            }
        )
    return frame_of(COMPLETION, rows)


def estimate_effect(inputs: Inputs) -> pl.DataFrame:
    """The primary difference and the lines that show how much it depends on the choices made."""
    primary = _line(inputs, "primary")
    cells = cells_of(primary)
    # Whoever only withdrew does not stand behind the line that leaves withdrawn ones out.
    without_withdrawn = primary.with_columns(pl.lit(0).alias("n_withdrawn"))
    parts = [
        ("primary", primary, cells),
        ("withdrawn_left_out", without_withdrawn, cells.without_withdrawn()),
    ]
    parts += [(line, _line(inputs, line), cells_of(_line(inputs, line))) for line in LINES]
    return frame_of(EFFECT, [_effect_row(inputs, line, frame, counts) for line, frame, counts in parts])


def estimate_effect_by_week(inputs: Inputs) -> pl.DataFrame:
    """The primary difference as known at the end of each week; weeks frozen live are taken as frozen."""
    frozen = {row["week"]: row for row in inputs["frozen_weeks"].iter_rows(named=True)}
    by_week = inputs["effect_cells_by_week"].partition_by("week_end_day", as_dict=True)
    rows = []
    for week, ends_on, end_day in inputs["weeks"].iter_rows():
        row: dict[str, object] = {"week": week, "week_ends_on": ends_on, "basis": "reconstructed"}
        if week in frozen and week != inputs.setting.week:
            row |= {"basis": "live", **frozen[week]}
        else:
            row |= _week_row(inputs, by_week.get((end_day,)))
            row["basis"] = "live" if week == inputs.setting.week else "reconstructed"
        rows.append(row)
    return frame_of(BY_WEEK, rows)


def estimate_claims(inputs: Inputs, claims: Mapping[str, Claim], metrics: pl.DataFrame) -> pl.DataFrame:
    """Each claim beside the programme's own number, with the word the rule gives."""
    own = {row["metric"]: row for row in metrics.iter_rows(named=True)}
    rows = []
    for claim in claims.values():
        metric = own[claim.metric]
        is_shown = metric["status"] == "ok" and metric["low"] is not None
        interval = Interval(metric["low"], metric["high"]) if is_shown else None
        rows.append(
            {
                "claim": claim.claim,
                "claimed_value": claim.value,
                "estimate": metric["value"],
                "low": metric["low"],
                "high": metric["high"],
                "word": claim_word(interval, claim.value),
                "source_found": claim.source_found,
                "status": metric["status"],
                "reasons": metric["reasons"],
                "smallest_people": metric["smallest_people"],
            }
        )
    return frame_of(CLAIMS, rows)


def _line(inputs: Inputs, line: str) -> pl.DataFrame:
    return inputs["effect_cells"].filter(pl.col("line") == line)


def _effect_row(inputs: Inputs, line: str, frame: pl.DataFrame, cells: CommitmentCells) -> dict[str, object]:
    result, people = risk_difference(cells, inputs.setting.thresholds), people_per_arm(frame)
    unknown = inputs["arm_summary"].filter(pl.col("arm").is_null())["n_mature"]
    return {
        "line": line,
        "estimate": result.estimate,
        **_ends("bound", difference_bounds(cells)),
        "n_people": result.n_persons,
        "n_commitments": result.n_commitments,
        "n_clusters": result.n_clusters,
        "n_exposure_unknown": int(unknown[0]) if len(unknown) else 0,
        "variance": result.variance,
        "smallest_people": min(people.values()),
        **result_row(result, is_sequence=True),
    }


def _week_row(inputs: Inputs, frame: pl.DataFrame | None) -> dict[str, object]:
    if frame is None:
        return {"status": "refused", "reasons": "too_few_commitments_in_an_arm", "smallest_people": 0}
    result = risk_difference(cells_of(frame), inputs.setting.thresholds)
    return {
        "estimate": result.estimate,
        "n_commitments": result.n_commitments,
        "smallest_people": min(people_per_arm(frame).values()),
        **result_row(result, is_sequence=True),
    }


def _ends(stem: str, interval: Interval | None) -> dict[str, float | None]:
    return {
        f"{stem}_low": interval.low if interval else None,
        f"{stem}_high": interval.high if interval else None,
    }
