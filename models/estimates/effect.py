"""Completion with and without an appointment, the difference, its weeks, and the claims it is held against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.catalogue import Claim
from models.contracts import estimate_table, protected_table
from models.effects.bounds import difference_bounds, rate_bounds, unknown_share
from models.effects.difference import risk_difference
from models.effects.randomised import (
    BLOCKS_NOT_RECORDED,
    INTENTION_TO_TREAT,
    NOTHING_RANDOMISED,
    PromptedCheckOuts,
    RandomisationTest,
    intention_to_treat,
    randomisation_test,
)
from models.effects.rates import completion_rate
from models.effects.result import TOO_FEW_COMMITMENTS_IN_AN_ARM, Interval, Result
from models.effects.verdict import claim_word
from models.estimates.inputs import (
    Inputs,
    cells_of,
    contributions,
    people_apart,
    people_per_arm,
    result_row,
)
from models.frames import frame_of

COMPLETION = estimate_table(protected_table("protected_completion"))
EFFECT = estimate_table(protected_table("protected_effect"))
BY_WEEK = estimate_table(protected_table("protected_effect_by_week"))
CLAIMS = estimate_table(protected_table("protected_claims"))

ARMS = ((1, "with_appointment"), (0, "without_appointment"))
LINES = (
    "horizon_14",
    "horizon_42",
    "own_due_date",
    "completed_six",
    "partnerships_joined",
    "late_bookings_left_out",
)


def primary_difference(inputs: Inputs) -> Result:
    """The crude difference of the whole programme: the pre-registered headline."""
    return risk_difference(cells_of(_line(inputs, "primary")), inputs.setting.thresholds)


def headline_difference(inputs: Inputs) -> Result:
    """The randomised prompt's difference where one was drawn for any counted check-out, else the crude one.

    Which of the two it is follows from whether anything was drawn, never from what came out.
    """
    drawn = _line(inputs, INTENTION_TO_TREAT)
    if drawn.is_empty():
        return primary_difference(inputs)
    return intention_to_treat(cells_of(drawn), inputs.setting.thresholds)


def prompt_test(inputs: Inputs) -> RandomisationTest:
    """The randomised prompt's difference held against all other draws within the recorded blocks.

    Orders are counted, or for very many of them drawn from a source seeded by the plan, so that the same data give
    the same p-value.
    """
    drawn = inputs["prompted_check_outs"]
    if drawn.is_empty():
        return RandomisationTest(None, 0, is_exact=False, reasons=(NOTHING_RANDOMISED,))
    if drawn["block"].has_nulls():
        return RandomisationTest(None, 0, is_exact=False, reasons=(BLOCKS_NOT_RECORDED,))
    known = drawn.select(pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn").cast(pl.Int64)).to_series()
    check_outs = PromptedCheckOuts(
        np.unique(drawn["block"].to_numpy(), return_inverse=True)[1],
        drawn["arm"].cast(pl.Int64).to_numpy(),
        known.to_numpy(),
        drawn["n_kept"].cast(pl.Int64).to_numpy(),
    )
    seed = int(inputs.setting.plan.sha256[:16], 16)
    return randomisation_test(check_outs, np.random.Generator(np.random.PCG64(seed)))


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
    """The primary difference and the lines that show how much it depends on the choices made.

    A line that differs from an earlier one in few people would tell their results by subtraction: the number of
    people in which it differs counts as people it stands for.
    """
    primary = _line(inputs, "primary")
    parts = [
        ("primary", primary),
        (INTENTION_TO_TREAT, _line(inputs, INTENTION_TO_TREAT)),
        ("withdrawn_left_out", primary.with_columns(n_withdrawn=pl.lit(0, pl.Int64))),
    ]
    parts += [(line, _line(inputs, line)) for line in LINES]
    rows: list[dict[str, object]] = []
    earlier: list[pl.DataFrame] = []
    for line, frame in parts:
        own = contributions(frame)
        apart = [n for n in (people_apart(own, other) for other in earlier) if n]
        earlier.append(own)
        rows.append(_effect_row(inputs, line, frame, min(apart, default=None)))
    return frame_of(EFFECT, rows)


def estimate_effect_by_week(inputs: Inputs) -> pl.DataFrame:
    """The primary difference as known at the end of each week; weeks frozen live are taken as frozen.

    Going back from the latest week, a week that differs from the next one shown in few people stands for those.
    """
    by_week = inputs["effect_cells_by_week"].partition_by("week_end_day", as_dict=True)
    rows: list[dict[str, object]] = []
    shown: pl.DataFrame | None = None
    for week, ends_on, end_day in inputs["weeks"].reverse().iter_rows():
        frame = by_week.get((end_day,))
        row = {"week": week, "week_ends_on": ends_on, **_week_row(inputs, week, frame)}
        if frame is not None and row["status"] == "ok":
            own = contributions(frame)
            apart = people_apart(own, shown) if shown is not None else 0
            row["smallest_people"] = min(_people(row), apart) if apart else _people(row)
            shown = own if _people(row) >= inputs.setting.minimum_people else shown
        rows.append(row)
    return frame_of(BY_WEEK, reversed(rows))


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


def _effect_row(inputs: Inputs, line: str, frame: pl.DataFrame, n_apart: int | None) -> dict[str, object]:
    cells, people = cells_of(frame), people_per_arm(frame)
    is_drawn = line == INTENTION_TO_TREAT
    result = (intention_to_treat if is_drawn else risk_difference)(cells, inputs.setting.thresholds)
    unknown = inputs["arm_summary"].filter(pl.col("arm").is_null())["n_mature"]
    return {
        "line": line,
        "estimate": result.estimate,
        **_ends("bound", difference_bounds(cells)),
        "n_people": result.n_persons,
        "n_commitments": result.n_commitments,
        "n_clusters": result.n_clusters,
        # Of a prompt that was drawn the arm is always known, whatever was booked.
        "n_exposure_unknown": int(unknown[0]) if len(unknown) and not is_drawn else 0,
        "variance": result.variance,
        "smallest_people": min([*people.values(), *([n_apart] if n_apart else [])]),
        **result_row(result, is_sequence=True),
    }


def _week_row(inputs: Inputs, week: str, frame: pl.DataFrame | None) -> dict[str, object]:
    frozen = inputs["frozen_weeks"].filter(pl.col("week") == week)
    is_current = week == inputs.setting.week
    basis = "live" if is_current or len(frozen) else "reconstructed"
    if len(frozen) and not is_current:
        return {**frozen.drop("week", "week_ends_on").row(0, named=True), "basis": basis}
    if frame is None:
        return {
            "basis": basis,
            "status": "refused",
            "reasons": TOO_FEW_COMMITMENTS_IN_AN_ARM,
            "smallest_people": 0,
        }
    result = risk_difference(cells_of(frame), inputs.setting.thresholds)
    return {
        "basis": basis,
        "estimate": result.estimate,
        "n_commitments": result.n_commitments,
        "smallest_people": min(people_per_arm(frame).values()),
        **result_row(result, is_sequence=True),
    }


def _people(row: Mapping[str, object]) -> int:
    people = row["smallest_people"]
    return people if isinstance(people, int) else 0


def _ends(stem: str, interval: Interval | None) -> dict[str, float | None]:
    return {
        f"{stem}_low": interval.low if interval else None,
        f"{stem}_high": interval.high if interval else None,
    }
