"""What a published row is about, and with what it is released.

What belongs here: the columns that name a row, and the unit each row belongs to.
What does not: what the rows say.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.catalogue import Metric
from models.disclosure.contributions import ADJUSTED, BY_DAY, PRIMARY, USEFULNESS

OPEN = "open"
GONE = "gone"  # a metric that the catalogue no longer has
"""The unit of numbers that tell nobody's outcome or answer: who takes part, how far groups come."""
LATEST, MODELS = "loneliness:latest", "loneliness:models"
OF_MODELS = ("mixed_model_change", "staggered_difference", "alpha", "omega")
"""Measures that use more people than those asked twice."""
OF_THE_HEADLINE = ("e_value", "e_value_of_the_limit", "tipping_point")
"""Measures of sensitivity that need nothing beside the headline."""
OF_ANSWERS = ("prior_usefulness", "baseline_loneliness")
"""Characteristics that are answers themselves."""

# The columns that say what a row is about; everything else is what it says.
LABELS: Mapping[str, tuple[str, ...]] = {
    "protected_completion": ("arm",),
    "protected_effect": ("line",),
    "protected_effect_by_week": ("week", "week_ends_on", "basis"),
    "protected_crosschecks": ("method",),
    "protected_adjusted": ("method",),
    "protected_balance": ("characteristic",),
    "protected_propensity": ("arm", "chance_from"),
    "protected_sensitivity": ("measure",),
    "protected_power": ("question", "difference"),
    "protected_kept_by_day": ("arm", "day"),
    "protected_secondaries": ("outcome",),
    "protected_usefulness": ("score_from", "score_to"),
    "protected_usefulness_trend": ("session_number", "basis"),
    "protected_loneliness": ("wave",),
    "protected_loneliness_measures": ("measure",),
    "protected_response": ("wave",),
    "protected_missing": ("characteristic",),
    "protected_match_rates": ("named_in", "found_in"),
    "protected_funnel": ("session_number",),
    "protected_session_facts": ("fact", "unit"),
    "protected_metrics": ("metric",),
    "protected_claims": ("claim", "claimed_value", "source_found"),
}

# Of these, the ones that tell rows of a table apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    **LABELS,
    "protected_effect_by_week": ("week",),
    "protected_power": ("question",),
    "protected_claims": ("claim",),
    "protected_session_facts": ("fact",),
}

_UNITS: Mapping[str, str] = {
    "protected_completion": PRIMARY,
    "protected_crosschecks": PRIMARY,
    "protected_adjusted": ADJUSTED,
    "protected_balance": ADJUSTED,
    "protected_propensity": ADJUSTED,
    "protected_power": OPEN,
    "protected_claims": PRIMARY,
    "protected_usefulness": USEFULNESS,
    "protected_funnel": OPEN,
    "protected_session_facts": OPEN,
    "protected_match_rates": OPEN,
    "protected_secondaries": "secondaries",
}
SECONDARIES = "secondaries"
BEHIND_SECONDARIES = (USEFULNESS, LATEST, BY_DAY)
"""The secondary outcomes are judged together, so they are released when all of them are."""


def unit_of(table: str, week: str, metrics: Mapping[str, Metric]) -> pl.Expr:
    """The unit of each row of a protected table.

    Args:
        table: Name of the protected table.
        week: ISO week of the cut.
        metrics: The catalogue of metrics; each says what it is drawn from.
    """
    if table == "protected_metrics":
        by_metric = {name: metric.drawn_from for name, metric in metrics.items()}
        return pl.col("metric").replace_strict(by_metric, default=GONE, return_dtype=pl.String)
    by_row = {
        "protected_effect": _either("line", (PRIMARY,), pl.lit(PRIMARY), "line:"),
        "protected_effect_by_week": _either("week", (week,), pl.lit(PRIMARY), "week:"),
        "protected_kept_by_day": f"{BY_DAY}:" + pl.col("day").cast(pl.String),
        "protected_usefulness_trend": _either(
            "basis", ("predicted",), pl.lit(USEFULNESS), "usefulness:session-", pl.col("session_number")
        ),
        "protected_sensitivity": pl.when(pl.col("measure").is_in(OF_THE_HEADLINE))
        .then(pl.lit(PRIMARY))
        .otherwise(pl.lit(ADJUSTED)),
        "protected_loneliness": "loneliness:" + pl.col("wave"),
        "protected_loneliness_measures": pl.when(pl.col("measure").is_in(OF_MODELS))
        .then(pl.lit(MODELS))
        .otherwise(pl.lit(LATEST)),
        "protected_response": "response:" + pl.col("wave"),
        "protected_missing": pl.when(pl.col("characteristic").is_in(OF_ANSWERS))
        .then("missing:" + pl.col("characteristic"))
        .otherwise(pl.lit(OPEN)),
    }
    return by_row[table] if table in by_row else pl.lit(_UNITS[table])


def _either(
    column: str, values: tuple[str, ...], unit: pl.Expr, stem: str, number: pl.Expr | None = None
) -> pl.Expr:
    """One unit where the column holds one of the values, elsewhere one for each value of it."""
    named = pl.col(column) if number is None else number.cast(pl.String)
    return pl.when(pl.col(column).is_in(values)).then(unit).otherwise(stem + named)
