"""The programme as a whole: its verdict, every metric of the catalogue in one table, the versions of its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import polars as pl

from models.catalogue import Metric
from models.contracts import estimate_table, protected_table
from models.effects.result import Result
from models.effects.verdict import Groups, Verdict, programme_verdict
from models.estimates.crosschecks import appointment_risk_ratio
from models.estimates.effect import headline_difference, prompt_test
from models.estimates.inputs import Inputs, people_per_arm, result_row
from models.estimates.kept_by_day import days_open_difference
from models.estimates.participation import SESSIONS_WANTED, counts
from models.estimates.surveys import amount_mean, question_mean, question_share
from models.estimates.usefulness import (
    expectation_exceeded,
    expectation_fell_short,
    expectation_gap,
    usefulness_trend,
)
from models.frames import frame_of
from models.plan import PlanVersion

PROGRAMME = estimate_table(protected_table("protected_programme"))
METRICS = estimate_table(protected_table("protected_metrics"))
PLAN_VERSIONS = estimate_table(protected_table("protected_plan_versions"))
EPOCH = date(1970, 1, 1)
HALF_HOUR = 0.5

SURVEY_METRICS: Mapping[str, Callable[[Inputs], Result]] = {
    "usefulness_top_two_share": lambda inputs: question_share(inputs, "usefulness"),
    "usefulness_mean_score": lambda inputs: question_mean(inputs, "usefulness"),
    "perceived_pressure_mean_score": lambda inputs: question_mean(inputs, "perceived_pressure"),
    "meaningful_talk_mean_score": lambda inputs: question_mean(inputs, "meaningful_talk"),
    "trust_mean_score": lambda inputs: question_mean(inputs, "trust"),
    "hours_regained": lambda inputs: amount_mean(inputs, "hours_regained", HALF_HOUR),
    "usefulness_trend_per_session": usefulness_trend,
    "expectation_gap_mean_score": expectation_gap,
    "expectation_exceeded_share": expectation_exceeded,
    "expectation_fell_short_share": expectation_fell_short,
}
# Of two arms, with an always-valid interval.
ARM_METRICS: Mapping[str, Callable[[Inputs], Result]] = {
    "appointment_risk_ratio": appointment_risk_ratio,
    "days_open_difference": days_open_difference,
}


def estimate_programme(inputs: Inputs, adjusted_points: tuple[float | None, ...] = ()) -> pl.DataFrame:
    """One row: the cut, the plan's clock, how far groups have come, and the verdict by rule.

    Args:
        inputs: The derived tables.
        adjusted_points: Adjusted differences that may take an observational verdict's direction away, None for one
            of doubtful sign.
    """
    setting, plan, groups = inputs.setting, inputs.setting.plan, _groups(inputs)
    headline = headline_difference(inputs)
    verdict = _verdict(inputs, headline, groups, adjusted_points)
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
        "design": headline.design,
        "reasons": ";".join(verdict.reasons),
        "would_change": verdict.change.code,
        "change_end": verdict.change.end,
        "change_have": verdict.change.n_have,
        "change_needed": verdict.change.n_needed,
        "change_share": verdict.change.share_needed,
        "randomisation_p": prompt_test(inputs).p_value if headline.design == "randomised" else None,
        "n_people": n_people,
        "n_groups_started": groups.n_started,
        "n_groups_six": groups.n_six,
        "smallest_people": n_people,
    }
    return frame_of(PROGRAMME, [row])


def headline_verdict(inputs: Inputs, adjusted_points: tuple[float | None, ...] = ()) -> Verdict:
    """The verdict with its reasons and what would change it."""
    return _verdict(inputs, headline_difference(inputs), _groups(inputs), adjusted_points)


def plan_version_rows(versions: Sequence[PlanVersion]) -> pl.DataFrame:
    """One row per version of the plan, the first one first, as `protected_plan_versions` shows them."""
    rows = [
        {
            "version": version.version,
            "effective_from": version.effective_from,
            "plan_hash": version.plan_hash,
            "changes": version.changes,
        }
        for version in versions
    ]
    return frame_of(PLAN_VERSIONS, rows)


def _groups(inputs: Inputs) -> Groups:
    setting, progress = inputs.setting, inputs["group_progress"]
    since = (setting.data_as_of - EPOCH).days - setting.plan.verdict_after_weeks * 7
    older = progress.filter(pl.col("first_held_day") <= since)
    six = pl.col("n_sessions_held") >= SESSIONS_WANTED
    return Groups(len(progress), len(progress.filter(six)), len(older), len(older.filter(six)))


def _verdict(
    inputs: Inputs, headline: Result, groups: Groups, adjusted_points: tuple[float | None, ...]
) -> Verdict:
    plan = inputs.setting.plan
    return programme_verdict(
        headline,
        groups,
        margin=plan.margin,
        adjusted_estimates=adjusted_points,
        randomisation_p=prompt_test(inputs).p_value if headline.design == "randomised" else None,
        required_groups=plan.minimum_groups_six,
        required_share=plan.minimum_share_six,
        thresholds=inputs.setting.thresholds,
    )


def estimate_metrics(
    inputs: Inputs,
    catalogue: Mapping[str, Metric],
    completion: pl.DataFrame,
    effect: pl.DataFrame,
    loneliness: pl.DataFrame,
    *,
    session_facts: pl.DataFrame,
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
    rows |= {name: _of_arms(inputs, estimate(inputs)) for name, estimate in ARM_METRICS.items()}
    rows |= {name: _counted(*found) for name, found in counts(inputs).items()}
    rows |= {fact: _copied(session_facts, "fact", fact, "value") for fact in session_facts["fact"]}
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
    counted = (row[name] for name in ("n_commitments", "n_sessions", "n_people") if row.get(name) is not None)
    return {"value": row[value], "n_rows": next(counted, None)} | {name: row[name] for name in shared}


def _surveyed(result: Result) -> dict[str, object]:
    return {
        "value": result.estimate,
        "n_people": result.n_persons,
        "n_rows": result.n_answers,
        "smallest_people": result.n_persons,
        **result_row(result, is_sequence=False),
    }


def _of_arms(inputs: Inputs, result: Result) -> dict[str, object]:
    primary = inputs["effect_cells"].filter(pl.col("line") == "primary")
    return {
        "value": result.estimate,
        "n_people": result.n_persons,
        "n_rows": result.n_commitments,
        "smallest_people": min(people_per_arm(primary).values()),
        **result_row(result, is_sequence=True),
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
