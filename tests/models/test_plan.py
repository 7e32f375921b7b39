"""The plan's hash, and the lag a programme that meets seldom needs."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from models.plan import Plan, effective_lag_days


def test_the_same_plan_has_the_same_hash() -> None:
    assert Plan().sha256 == Plan(horizon_days=28).sha256


@pytest.mark.parametrize("name", [field.name for field in fields(Plan)])
def test_any_other_value_is_another_plan(name: str) -> None:
    value: Any = getattr(Plan(), name)
    other: Any = value + "x" if isinstance(value, str) else value * 2
    assert replace(Plan(), **{name: other}).sha256 != Plan().sha256


@pytest.mark.parametrize(
    ("gap", "lag"),
    [
        (None, 21),
        (14.0, 21),  # 14 - 28 + 14 = 0 days would be fewer than the plan's 21
        (35.0, 21),  # 35 - 28 + 14 = 21
        (36.0, 22),
        (35.5, 22),  # half a day counts whole: 36 - 28 + 14
        (56.0, 42),
    ],
)
def test_the_lag_covers_the_gap_to_the_next_session(gap: float | None, lag: int) -> None:
    assert effective_lag_days(Plan(), gap) == lag


def test_a_longer_horizon_needs_less_lag() -> None:
    assert effective_lag_days(Plan(horizon_days=42, lag_days=10), 56.0) == 56 - 42 + 14
