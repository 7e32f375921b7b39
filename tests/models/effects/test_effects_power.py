from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from models.effects.power import (
    PowerPlan,
    commitments_needed,
    commitments_per_arm,
    design_effect_of_size,
    detectable_difference,
)
from models.effects.sequential import sequence_half_width

PLAN = PowerPlan()


def test_the_design_effect_multiplies_the_commitments() -> None:
    plain = commitments_per_arm(0.2, PowerPlan(design_effect=1.0))
    assert commitments_per_arm(0.2, PLAN) == pytest.approx(1.5 * plain)


def test_few_clusters_need_more_commitments() -> None:
    by_z = commitments_per_arm(0.2, PLAN)
    assert commitments_per_arm(0.2, PLAN, n_clusters=8) > commitments_per_arm(0.2, PLAN, n_clusters=20) > by_z


def test_commitments_needed_in_equal_arms_are_twice_those_per_arm() -> None:
    assert commitments_needed(0.12, PLAN) == math.ceil(2 * commitments_per_arm(0.12, PLAN))


def test_unequal_arms_need_more_commitments() -> None:
    assert commitments_needed(0.12, PLAN, share_with=0.2) > commitments_needed(0.12, PLAN, share_with=0.5)


@pytest.mark.parametrize(("share", "size"), [(0.5, None), (0.3, 18.0), (0.8, 40.0)])
def test_the_commitments_needed_are_the_first_number_that_can_show_the_difference(
    share: float, size: float | None
) -> None:
    n = commitments_needed(0.12, PLAN, share, size)
    enough, one_less = (
        detectable_difference(m * (1 - share), m * share, PLAN, None if size is None else m / size)
        for m in (n, n - 1)
    )
    assert enough <= 0.12 < one_less


def test_the_detectable_difference_solves_the_formula() -> None:
    n0, n1, groups = 120.0, 60.0, 12
    d = detectable_difference(n0, n1, PLAN, groups)
    p0, p1 = 0.65, 0.65 + d
    mean = (n0 * p0 + n1 * p1) / (n0 + n1)
    null = stats.t.ppf(0.975, 11) * math.sqrt(1.5 * mean * (1 - mean) * (1 / n0 + 1 / n1))
    other = stats.t.ppf(0.8, 11) * math.sqrt(1.5 * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0))
    assert d == pytest.approx(null + other)


@pytest.mark.parametrize("groups", [12, None])
def test_in_the_always_valid_interval_its_half_width_takes_the_place_of_the_single_looks(
    groups: int | None,
) -> None:
    n0, n1, df = 600.0, 300.0, math.inf if groups is None else groups - 1
    d = detectable_difference(n0, n1, PLAN, groups, prior_sd=0.15)
    p0, p1 = 0.65, 0.65 + d
    mean = (n0 * p0 + n1 * p1) / (n0 + n1)
    null_se = math.sqrt(1.5 * mean * (1 - mean) * (1 / n0 + 1 / n1))
    eta = (0.15 / null_se) ** 2
    band = math.sqrt(2 * (1 + eta) / eta * math.log(math.sqrt(1 + eta) / 0.05))
    half = stats.t.ppf(0.975, df) / stats.norm.ppf(0.975) * null_se * band
    other = stats.t.ppf(0.8, df) * math.sqrt(1.5 * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0))
    assert d == pytest.approx(half + other)
    assert d > detectable_difference(n0, n1, PLAN, groups)


def test_what_a_single_look_could_show_the_always_valid_interval_may_not() -> None:
    assert detectable_difference(70, 70, PLAN, 8) is not None
    assert detectable_difference(70, 70, PLAN, 8, prior_sd=0.15) is None


def test_with_too_few_commitments_or_clusters_nothing_is_detectable() -> None:
    assert detectable_difference(10, 10, PLAN, 4) is None
    assert detectable_difference(1000, 1000, PLAN, 1) is None


def test_a_fall_can_be_asked_about_as_well_as_a_rise() -> None:
    assert commitments_needed(-0.12, PLAN) > 0
    assert commitments_per_arm(-0.65, PLAN) < commitments_per_arm(-0.3, PLAN)


def test_clusters_of_one_have_a_design_effect_of_1() -> None:
    assert design_effect_of_size(1, 0.4) == 1.0
    assert design_effect_of_size(18, 0.05) == pytest.approx(1 + 17 * 0.05)
    assert design_effect_of_size(18, -0.05) == 1.0


@pytest.mark.parametrize("difference", [0.0, 0.36, -0.66])
def test_differences_that_cannot_be_are_refused(difference: float) -> None:
    with pytest.raises(ValueError, match="difference other than 0"):
        commitments_per_arm(difference, PLAN)
    with pytest.raises(ValueError, match="difference other than 0"):
        commitments_needed(difference, PLAN)


def test_arms_and_plans_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="share with an appointment"):
        commitments_needed(0.1, PLAN, share_with=1.0)
    with pytest.raises(ValueError, match="commitment in each arm"):
        detectable_difference(0, 10, PLAN)
    with pytest.raises(ValueError, match="between 0 and 1"):
        PowerPlan(rate_without=1.0)


@pytest.mark.slow
def test_the_always_valid_interval_shows_its_detectable_difference_in_about_four_of_five_programmes() -> None:
    plan, n = PowerPlan(design_effect=1.0), 600
    d = detectable_difference(n, n, plan, prior_sd=0.15)
    rng = np.random.default_rng(2)
    with_one, without = rng.binomial(n, 0.65 + d, 40_000) / n, rng.binomial(n, 0.65, 40_000) / n
    middle = (with_one + without) / 2
    half = sequence_half_width(np.sqrt(2 * middle * (1 - middle) / n), math.inf, 0.15)
    # Monte Carlo error .002.
    assert np.mean(np.abs(with_one - without) > half) == pytest.approx(0.80, abs=0.01)


@pytest.mark.slow
def test_so_many_commitments_show_the_difference_in_about_four_of_five_programmes() -> None:
    plan = PowerPlan(design_effect=1.0)
    n = round(commitments_per_arm(0.12, plan))
    rng = np.random.default_rng(1)
    with_one, without = rng.binomial(n, 0.77, 40_000) / n, rng.binomial(n, 0.65, 40_000) / n
    middle = (with_one + without) / 2
    z = (with_one - without) / np.sqrt(2 * middle * (1 - middle) / n)
    # Monte Carlo error .002.
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.80, abs=0.01)
