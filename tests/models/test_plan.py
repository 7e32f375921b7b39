"""The plan's hash, limits and versions, and the lag a programme that meets seldom needs."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from models.plan import LIMITS, PRIMARIES, Plan, effective_lag_days, next_version


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


def test_the_defaults_lie_within_the_limits_and_every_number_has_some() -> None:
    numbers = {field.name for field in fields(Plan)} - {"primary"}
    assert set(LIMITS) == numbers
    assert all(least <= getattr(Plan(), name) <= largest for name, (least, largest) in LIMITS.items())
    assert Plan().primary in PRIMARIES


DAY = date(2026, 10, 4)


def test_the_first_run_begins_version_one_without_changes() -> None:
    first = next_version(None, Plan(), DAY)
    assert first is not None
    assert (first.version, first.effective_from, first.plan_hash, first.changes) == (1, DAY, Plan().sha256, "")


def test_the_same_plan_begins_no_version() -> None:
    assert next_version(next_version(None, Plan(), DAY), Plan(), date(2026, 10, 11)) is None


def test_another_plan_is_the_next_version_and_names_what_differs() -> None:
    second = next_version(next_version(None, Plan(), DAY), Plan(horizon_days=21, margin=0.05), DAY)
    assert second is not None
    assert (second.version, second.changes) == (2, "horizon_days 28 -> 21; margin 0.1 -> 0.05")


def test_a_plan_that_returns_to_its_first_values_is_a_third_version() -> None:
    second = next_version(next_version(None, Plan(), DAY), Plan(horizon_days=21), DAY)
    third = next_version(second, Plan(), DAY)
    assert third is not None
    assert (third.version, third.plan_hash, third.changes) == (3, Plan().sha256, "horizon_days 21 -> 28")


def test_a_value_an_earlier_plan_did_not_have_is_named_as_none() -> None:
    first = next_version(None, Plan(), DAY)
    assert first is not None
    second = next_version(replace(first, plan_hash="other", values='{"horizon_days": 28}'), Plan(), DAY)
    assert second is not None
    assert "margin none -> 0.1" in second.changes
