"""Every estimate of a programme, as the tables the disclosure gate takes."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.catalogue import Claim, Metric
from models.contracts import estimate_table, protected_table
from models.estimates.adjusted import (
    adjusted_points,
    estimate_adjusted,
    estimate_balance,
    estimate_propensity,
)
from models.estimates.confounding import confounding_rows
from models.estimates.crosschecks import (
    estimate_crosschecks,
    estimate_power,
    estimate_secondaries,
    sensitivity_rows,
)
from models.estimates.effect import (
    estimate_claims,
    estimate_completion,
    estimate_effect,
    estimate_effect_by_week,
)
from models.estimates.inputs import Inputs, people_per_arm
from models.estimates.kept_by_day import days_open_difference, estimate_kept_by_day
from models.estimates.known_before import analyse
from models.estimates.loneliness import estimate_loneliness_measures
from models.estimates.matching import estimate_match_rates
from models.estimates.participation import estimate_funnel
from models.estimates.programme import estimate_metrics, estimate_programme
from models.estimates.response import estimate_missing, estimate_response
from models.estimates.sessions import estimate_session_facts
from models.estimates.slices import estimate_slices
from models.estimates.surveys import estimate_loneliness, estimate_usefulness, latest_change
from models.estimates.usefulness import estimate_usefulness_trend, usefulness_trend
from models.frames import frame_of

SENSITIVITY = estimate_table(protected_table("protected_sensitivity"))


def estimate_tables(
    inputs: Inputs, metrics: Mapping[str, Metric], claims: Mapping[str, Claim]
) -> dict[str, pl.DataFrame]:
    """All estimate tables by name: one for each protected table but the versions of the plan, which the store keeps.

    Raises:
        KeyError: the catalogue names a metric nobody computes.
    """
    completion, effect, loneliness = (
        estimate_completion(inputs),
        estimate_effect(inputs),
        estimate_loneliness(inputs),
    )
    session_facts = estimate_session_facts(inputs)
    all_metrics = estimate_metrics(inputs, metrics, completion, effect, loneliness, session_facts=session_facts)
    adjusted = analyse(inputs)
    secondaries = {
        "usefulness_trend": usefulness_trend(inputs),
        "loneliness_change": latest_change(inputs),
        "days_open": days_open_difference(inputs),
    }
    return {
        "estimate_programme": estimate_programme(inputs, adjusted_points(inputs, adjusted)),
        "estimate_completion": completion,
        "estimate_effect": effect,
        "estimate_effect_by_week": estimate_effect_by_week(inputs),
        "estimate_crosschecks": estimate_crosschecks(inputs),
        "estimate_adjusted": estimate_adjusted(inputs, adjusted),
        "estimate_balance": estimate_balance(inputs, adjusted),
        "estimate_propensity": estimate_propensity(inputs, adjusted),
        "estimate_sensitivity": frame_of(
            SENSITIVITY, [*sensitivity_rows(inputs), *confounding_rows(inputs, adjusted)]
        ),
        "estimate_power": estimate_power(inputs),
        "estimate_kept_by_day": estimate_kept_by_day(inputs),
        "estimate_secondaries": estimate_secondaries(secondaries, {"days_open": _smaller_arm(inputs)}),
        "estimate_usefulness": estimate_usefulness(inputs),
        "estimate_usefulness_trend": estimate_usefulness_trend(inputs),
        "estimate_loneliness": loneliness,
        "estimate_loneliness_measures": estimate_loneliness_measures(inputs),
        "estimate_response": estimate_response(inputs),
        "estimate_missing": estimate_missing(inputs),
        "estimate_match_rates": estimate_match_rates(inputs),
        "estimate_funnel": estimate_funnel(inputs),
        "estimate_session_facts": session_facts,
        "estimate_metrics": all_metrics,
        "estimate_claims": estimate_claims(inputs, claims, all_metrics),
        "estimate_slices": estimate_slices(inputs),
    }


def _smaller_arm(inputs: Inputs) -> int:
    return min(people_per_arm(inputs["effect_cells"].filter(pl.col("line") == "primary")).values())
