"""From derived tables to estimate tables: which estimator is run on what, for each thing a page shows.

What belongs here: choosing rows, running estimators of `models/effects/`, laying the results out as tables.
What does not: formulas (`models/effects/`), counting (`models/sql/`), hiding (`models/disclosure/`).
"""

from __future__ import annotations

from models.estimates.effect import (
    estimate_claims,
    estimate_completion,
    estimate_effect,
    estimate_effect_by_week,
)
from models.estimates.inputs import Inputs, Setting
from models.estimates.participation import estimate_funnel
from models.estimates.programme import estimate_metrics, estimate_programme
from models.estimates.surveys import estimate_loneliness, estimate_usefulness
from models.estimates.tables import estimate_tables

__all__ = [
    "Inputs",
    "Setting",
    "estimate_claims",
    "estimate_completion",
    "estimate_effect",
    "estimate_effect_by_week",
    "estimate_funnel",
    "estimate_loneliness",
    "estimate_metrics",
    "estimate_programme",
    "estimate_tables",
    "estimate_usefulness",
]
