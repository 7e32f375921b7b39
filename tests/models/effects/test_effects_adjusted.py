from __future__ import annotations

import numpy as np
import pytest
from patterned import crude, made
from scipy.special import expit

from models.effects.adjusted import (
    Aipw,
    Estimator,
    GComputation,
    OutcomeModel,
    PropensityModel,
    WeightedDifference,
    balancing_weights,
)
from models.effects.arrays import FloatArray

RNG = np.random.default_rng(5)
C = 40
Z = np.column_stack([np.ones(C), RNG.normal(size=C), RNG.integers(0, 2, C)])
ARM = (RNG.random(C) < expit(Z @ [0.1, 0.8, -0.4])).astype(float)
N = RNG.integers(1, 5, C).astype(float)
Y = RNG.binomial(N.astype(int), expit(Z @ [0.2, 0.7, 0.3] + 0.6 * ARM)).astype(float)
MODEL = OutcomeModel.of_columns(Z, ARM)
VARYING = OutcomeModel.of_columns(Z, ARM, varying=Z[:, 1:2])
LINEAR = OutcomeModel.of_columns(Z, ARM, "linear")
CHANCES = PropensityModel(Z, ARM)
# Cut at .4 and .6 many chances are cut, so that the cutting itself is tried.
ESTIMATORS: dict[str, Estimator] = {
    "g-computation": GComputation(MODEL),
    "g-computation among the booked": GComputation(MODEL, "booked"),
    "g-computation, effect varies": GComputation(VARYING),
    "g-computation, linear": GComputation(LINEAR),
    "aipw": Aipw(MODEL, CHANCES),
    "aipw, cut": Aipw(MODEL, CHANCES, (0.4, 0.6)),
    "inverse weights": WeightedDifference(CHANCES, "inverse"),
    "inverse weights, cut": WeightedDifference(CHANCES, "inverse", (0.4, 0.6)),
    "overlap weights": WeightedDifference(CHANCES, "overlap"),
}


def estimate(estimator: Estimator, n: FloatArray = N, y: FloatArray = Y) -> float:
    return float(estimator.estimates(n[None], y[None])[0])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_influence_of_a_pattern_is_the_slope_of_the_estimate_in_its_weight(name: str) -> None:
    estimator, h = ESTIMATORS[name], 1e-6
    found = estimator.influence(N, Y)
    assert found.estimate == pytest.approx(estimate(estimator), abs=1e-12)
    for place in range(0, C, 7):
        step = np.zeros(C)
        step[place] = h
        by_n = (estimate(estimator, N + step) - estimate(estimator, N - step)) / (2 * h)
        by_y = (estimate(estimator, y=Y + step) - estimate(estimator, y=Y - step)) / (2 * h)
        assert (found.per_n[place], found.per_y[place]) == (
            pytest.approx(by_n, abs=1e-6),
            pytest.approx(by_y, abs=1e-6),
        )


@pytest.mark.parametrize("name", ESTIMATORS)
def test_influence_sums_to_zero_over_all_commitments(name: str) -> None:
    found = ESTIMATORS[name].influence(N, Y)
    assert float(N @ found.per_n + Y @ found.per_y) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_batch_gives_what_each_data_set_gives_alone(name: str) -> None:
    n = np.stack([N, np.where(np.arange(C) < 5, 0.0, N)])
    y = np.where(n > 0, Y, 0.0)
    together = ESTIMATORS[name].estimates(n, y)
    assert together == pytest.approx([estimate(ESTIMATORS[name], n[i], y[i]) for i in (0, 1)], abs=1e-9)


def test_without_characteristics_every_way_of_adjusting_is_the_crude_difference() -> None:
    one, arm = np.ones((2, 1)), np.array([0.0, 1.0])
    model, chances = OutcomeModel.of_columns(one, arm), PropensityModel(one, arm)
    ways: list[Estimator] = [
        GComputation(model),
        Aipw(model, chances),
        WeightedDifference(chances, "inverse"),
        WeightedDifference(chances, "overlap"),
    ]
    found = [estimate(way, np.array([40.0, 20.0]), np.array([26.0, 17.0])) for way in ways]
    assert found == pytest.approx([17 / 20 - 26 / 40] * 4)


# Two kinds of commitment: 30 easy ones (20 booked), 30 hard ones (5 booked), each arm and kind with its own share.
STRATA = np.column_stack([np.ones(4), [0, 0, 1, 1]])
OF_STRATA = (np.array([0.0, 1.0, 0.0, 1.0]), np.array([10.0, 20.0, 25.0, 5.0]), np.array([6.0, 18.0, 5.0, 2.0]))
EASY, HARD = 18 / 20 - 6 / 10, 2 / 5 - 5 / 25


def by_strata(weighting: str) -> Estimator:
    arm = OF_STRATA[0]
    varying = OutcomeModel.of_columns(STRATA, arm, varying=STRATA[:, 1:])
    ways: dict[str, Estimator] = {
        "g-computation": GComputation(varying),
        "booked": GComputation(varying, "booked"),
        "aipw": Aipw(varying, PropensityModel(STRATA, arm)),
        "inverse": WeightedDifference(PropensityModel(STRATA, arm), "inverse"),
        "overlap": WeightedDifference(PropensityModel(STRATA, arm), "overlap"),
    }
    return ways[weighting]


@pytest.mark.parametrize(
    ("weighting", "easy", "hard"),
    [
        ("g-computation", 30, 30),
        ("aipw", 30, 30),
        ("inverse", 30, 30),
        ("booked", 20, 5),
        # Overlap weights: n e (1 - e) of each kind, 30 * 2/3 * 1/3 and 30 * 1/6 * 5/6.
        ("overlap", 30 * 2 / 9, 30 * 5 / 36),
    ],
)
def test_with_two_kinds_it_is_the_average_of_their_differences_with_these_weights(
    weighting: str, easy: float, hard: float
) -> None:
    expected = (easy * EASY + hard * HARD) / (easy + hard)
    assert estimate(by_strata(weighting), *OF_STRATA[1:]) == pytest.approx(expected, abs=1e-7)


def test_a_wrong_outcome_model_is_mended_by_right_chances_and_the_other_way_round() -> None:
    blind, arm = np.ones((4, 1)), OF_STRATA[0]
    wrong = Aipw(OutcomeModel.of_columns(blind, arm), PropensityModel(STRATA, arm))
    assert estimate(wrong, *OF_STRATA[1:]) == pytest.approx((EASY + HARD) / 2, abs=1e-9)
    varying = OutcomeModel.of_columns(STRATA, arm, varying=STRATA[:, 1:])
    other = Aipw(varying, PropensityModel(blind, arm))
    assert estimate(other, *OF_STRATA[1:]) == pytest.approx((EASY + HARD) / 2, abs=1e-9)


def test_chances_are_cut_before_anything_is_divided_by_them() -> None:
    chance = np.array([0.001, 0.5, 0.999])
    assert balancing_weights(chance, np.array([1.0, 1.0, 0.0]), "inverse") == pytest.approx([40, 2, 40])


def test_an_arm_that_kept_everything_is_no_crash() -> None:
    all_kept = np.where(ARM == 1, N, Y)
    for name in ("g-computation", "aipw", "overlap weights"):
        assert 0 < estimate(ESTIMATORS[name], y=all_kept) < 1


def test_a_linear_model_without_full_rank_is_refused() -> None:
    twice = OutcomeModel.of_columns(np.column_stack([Z, Z[:, 1]]), ARM, "linear")
    with pytest.raises(ValueError, match="depend on each other"):
        estimate(GComputation(twice))


def test_what_is_adjusted_for_a_measured_confounder_finds_the_effect_the_crude_difference_misses() -> None:
    rng = np.random.default_rng(20261123)
    drawn = made(rng, 1_500)
    found = drawn.patterns
    levels = found.levels[found.pattern, 0].astype(float)
    x = np.column_stack([np.ones(levels.size), levels])
    arm, n, y = found.arm.astype(float), found.n.astype(float), found.kept.astype(float)
    model, chances = OutcomeModel.of_columns(x, arm), PropensityModel(x, arm)
    # 27,000 commitments: a standard error of about .007.
    assert crude(found) > drawn.effect + 0.10
    for way in (GComputation(model), Aipw(model, chances), WeightedDifference(chances, "inverse")):
        assert estimate(way, n, y) == pytest.approx(drawn.effect, abs=0.02)
