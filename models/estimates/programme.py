"""The programme as a whole: its verdict, and every metric of the catalogue in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from models.catalogue import Metric
from models.contracts import estimate_table, protected_table
from models.effects.result import Result
from models.effects.verdict import programme_verdict
from models.estimates.effect import primary_difference
from models.estimates.inputs import Inputs, result_row
from models.estimates.participation import SESSIONS_WANTED, counts
from models.estimates.surveys import amount_mean, question_mean, question_share
from models.frames import frame_of

PROGRAMME = estimate_table(protected_table("protected_programme"))
METRICS = estimate_table(protected_table("protected_metrics"))
EPOCH = date(1970, 1, 1)
HALF_HOUR = 0.5

SURVEY_METRICS: Mapping[str, Callable[[Inputs], Result]] = {
    "usefulness_top_two_share": lambda inputs: question_share(inputs, "usefulness"),
    "usefulness_mean_score": lambda inputs: question_mean(inputs, "usefulness"),
    "perceived_pressure_mean_score": lambda inputs: question_mean(inputs, "perceived_pressure"),
    "meaningful_talk_mean_score": lambda inputs: question_mean(inputs, "meaningful_talk"),
    "trust_mean_score": lambda inputs: question_mean(inputs, "trust"),
    "hours_regained": lambda inputs: amount_mean(inputs, "hours_regained", HALF_HOUR),
}


def estimate_programme(inputs: Inputs) -> pl.DataFrame:
    """One row: the cut, the plan's clock, how far groups have come, and the verdict by rule."""
    setting, plan = inputs.setting, inputs.setting.plan
    progress = inputs["group_progress"]
    old = progress.filter(
        pl.col("first_held_day") <= (setting.data_as_of - EPOCH).days - plan.verdict_after_weeks * 7
    )
    six = pl.col("n_sessions_held") >= SESSIONS_WANTED
    verdict = programme_verdict(
        primary_difference(inputs),
        len(progress),
        len(progress.filter(six)),
        len(old),
        len(old.filter(six)),
        margins=plan.margin,
        required_groups=plan.minimum_groups_six,
        required_share=plan.minimum_share_six,
    )
    n_people = int(inputs["person_progress"]["is_member"].sum() or 0)
    row = {
        "programme": setting.programme,
        "is_synthetic": setting.is_synthetic,
        "week": setting.week,
        "data_as_of": setting.data_as_of,
        "next_refresh_on": setting.next_refresh_on,
        "horizon_days": plan.horizon_days,
        "lag_days": setting.lag_days,
        "verdict": verdict.word,
        "design": "observational",
        "reasons": ";".join(verdict.reasons),
        "n_people": n_people,
        "n_groups_started": len(progress),
        "n_groups_six": len(progress.filter(six)),
        "smallest_people": n_people,
    }
    return frame_of(PROGRAMME, [row])


def estimate_metrics(
    inputs: Inputs,
    catalogue: Mapping[str, Metric],
    completion: pl.DataFrame,
    effect: pl.DataFrame,
    loneliness: pl.DataFrame,
) -> pl.DataFrame:
    """Every metric of the catalogue, in the catalogue's order.

    Raises:
        KeyError: the catalogue names a metric nobody computes.
    """
    rows = {
        "completion_with_appointment": _copied(completion, "arm", "with_appointment", "rate"),
        "completion_without_appointment": _copied(completion, "arm", "without_appointment", "rate"),
        "appointment_effect": _copied(effect, "line", "primary", "estimate"),
        "loneliness_change_score": _copied(loneliness, "wave", "latest", "mean_change_score"),
    }
    rows |= {name: _surveyed(estimate(inputs)) for name, estimate in SURVEY_METRICS.items()}
    rows |= {name: _counted(*found) for name, found in counts(inputs).items()}
    return frame_of(METRICS, [{"metric": name, **rows[name]} for name in catalogue])


def _copied(frame: pl.DataFrame, column: str, wanted: str, value: str) -> dict[str, object]:
    row = frame.filter(pl.col(column) == wanted).row(0, named=True)
    shared = (
        "low",
        "high",
        "se",
        "df",
        "ci_low",
        "ci_high",
        "status",
        "reasons",
        "n_people",
        "smallest_people",
    )
    return {"value": row[value], "n_rows": row.get("n_commitments", row["n_people"])} | {
        name: row[name] for name in shared
    }


def _surveyed(result: Result) -> dict[str, object]:
    return {
        "value": result.estimate,
        "n_people": result.n_persons,
        "n_rows": result.n_answers,
        "smallest_people": result.n_persons,
        **result_row(result, is_sequence=False),
    }


def _counted(value: float | None, n_people: int, n_rows: int) -> dict[str, object]:
    return {
        "value": value,
        "n_people": n_people,
        "n_rows": n_rows,
        "smallest_people": n_people,
        "status": "ok" if value is not None else "refused",
        "reasons": "" if value is not None else "nothing_recorded",
    }
