"""Every estimate of a programme, as the tables the disclosure gate takes."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.catalogue import Claim, Metric
from models.estimates.effect import (
    estimate_claims,
    estimate_completion,
    estimate_effect,
    estimate_effect_by_week,
)
from models.estimates.inputs import Inputs
from models.estimates.participation import estimate_funnel
from models.estimates.programme import estimate_metrics, estimate_programme
from models.estimates.surveys import estimate_loneliness, estimate_usefulness


def estimate_tables(
    inputs: Inputs, metrics: Mapping[str, Metric], claims: Mapping[str, Claim]
) -> dict[str, pl.DataFrame]:
    """All estimate tables by name: one for each protected table.

    Raises:
        KeyError: the catalogue names a metric nobody computes.
    """
    completion, effect, loneliness = (
        estimate_completion(inputs),
        estimate_effect(inputs),
        estimate_loneliness(inputs),
    )
    all_metrics = estimate_metrics(inputs, metrics, completion, effect, loneliness)
    return {
        "estimate_programme": estimate_programme(inputs),
        "estimate_completion": completion,
        "estimate_effect": effect,
        "estimate_effect_by_week": estimate_effect_by_week(inputs),
        "estimate_usefulness": estimate_usefulness(inputs),
        "estimate_loneliness": loneliness,
        "estimate_funnel": estimate_funnel(inputs),
        "estimate_metrics": all_metrics,
        "estimate_claims": estimate_claims(inputs, claims, all_metrics),
    }
