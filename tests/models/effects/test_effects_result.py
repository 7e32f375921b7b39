from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil

import pytest

from models import effects
from models.effects import (
    adjusted,
    crosschecks,
    loneliness,
    reliability,
    reliable_change,
    response_weights,
    trend,
    verdict,
    wild_bootstrap,
)
from models.effects.reasons import REASON_CODES
from models.effects.result import Interval, Result, Sizes, Thresholds, refused

ESTIMANDS = {
    "risk_difference",
    "expectation_gap",
    "expectation_exceeded",
    "expectation_fell_short",
    "expectation_net",
    "done_by_day",
    "loneliness_change",
    "mixed_model_change",
    "negative_control_previous_commitment",
    "days_open_difference",
    "intention_to_treat",
    "risk_ratio",
    "usefulness_top_two_weighted",
    "staggered_difference",
    "usefulness_trend",
    "usefulness_trend_pooled",
}


def a_result(**changes: object) -> Result:
    fields: dict[str, object] = {
        "estimand": "share",
        "estimate": 0.5,
        "se": 0.1,
        "df": 9.0,
        "ci": None,
        "cs": None,
        "n_commitments": 30,
        "n_persons": 10,
        "n_clusters": 5,
        "n_switchers": None,
        "design": "observational",
        "variance": "cluster",
        "status": "ok",
        "reasons": (),
    }
    return Result(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.4), (math.nan, 0.4), (0.1, math.inf)])
def test_an_interval_needs_two_finite_ends_in_order(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="two finite ends in order"):
        Interval(low, high)


def test_clipping_an_interval_moves_the_ends_beyond_the_limits() -> None:
    assert Interval(-0.2, 1.3).clip(0, 1) == Interval(0, 1)
    assert Interval(0.2, 0.3).clip(0, 1) == Interval(0.2, 0.3)
    assert Interval(1.2, 1.3).clip(0, 1) == Interval(1, 1)


def test_an_interval_contains_its_ends() -> None:
    assert Interval(0.1, 0.2).contains(0.1)
    assert Interval(0.1, 0.2).contains(0.2)
    assert not Interval(0.1, 0.2).contains(0.21)


def test_a_refused_result_carries_no_value() -> None:
    got = refused("share", Sizes(n_commitments=3), ("too_few_commitments",))
    assert (got.estimate, got.se, got.df, got.ci, got.cs) == (None,) * 5
    assert (got.status, got.n_commitments, got.reasons) == ("refused", 3, ("too_few_commitments",))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "refused", "reasons": ("too_few_commitments",)},
        {"estimate": math.nan},
        {"se": None},
        {"reasons": ("too_few_commitments",)},
        {"status": "early"},
    ],
    ids=["refused with a value", "not a number", "no error", "ok with a reason", "early without a reason"],
)
def test_a_result_that_contradicts_itself_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="share"):
        a_result(**changes)


def test_every_reason_code_is_listed_once_in_snake_case() -> None:
    assert len(set(REASON_CODES)) == len(REASON_CODES)
    assert all(code.replace("_", "").isalpha() and code.islower() for code in REASON_CODES)


def test_a_code_named_in_any_module_is_listed_or_the_name_of_what_is_estimated() -> None:
    modules = [
        importlib.import_module(f"models.effects.{m.name}") for m in pkgutil.iter_modules(effects.__path__)
    ]
    named = {
        value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }
    assert named - set(REASON_CODES) - ESTIMANDS == set()


def test_the_default_limits_are_those_of_the_specification() -> None:
    limits = Thresholds()
    assert (limits.rate_commitments, limits.arm_commitments, limits.clusters, limits.df) == (20, 10, 4, 3.0)
    assert (limits.early_clusters, limits.early_df, limits.planned_width) == (10, 8.0, 0.40)
    assert (limits.bounds_width, limits.sequence_df, limits.two_way_share) == (0.40, 5.0, 0.40)
    assert (limits.planned_rate, limits.planned_design_effect, limits.level) == (0.65, 1.5, 0.95)
    assert (limits.intracluster_correlation, limits.prior_sd) == (0.20, 0.15)
    assert (limits.answers, limits.answer_persons) == (10, 5)
    assert (limits.paired_persons, limits.paired_response) == (10, 0.30)
    assert (limits.response_ok, limits.response_minimum) == (0.60, 0.30)


def test_the_limits_that_no_plan_moves_are_those_of_the_specification() -> None:
    assert (trend.ODDS_LEVEL, reliability.INDICATIVE_PERSONS) == (0.01, 50)
    assert (response_weights.SMALLEST_EFFECTIVE_SHARE, response_weights.TRIMMED) == (0.30, (0.01, 0.99))
    assert (verdict.WIDEST_COMPATIBLE, crosschecks.WIDEST_DISAGREEMENT) == (0.20, 0.05)
    assert (loneliness.LONELY_FROM, reliable_change.FEWEST_POINTS) == (6, 2)
    assert (adjusted.LIMITS, wild_bootstrap.LARGEST_ENUMERATION) == ((0.025, 0.975), 12)


@pytest.mark.parametrize("changes", [{"level": 1.0}, {"prior_sd": 0.0}, {"intracluster_correlation": 1.2}])
def test_constants_out_of_range_are_refused_by_name(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        dataclasses.replace(Thresholds(), **changes)  # type: ignore[arg-type]
