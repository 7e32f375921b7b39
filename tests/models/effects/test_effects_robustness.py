from __future__ import annotations

import math

import numpy as np
import pytest
from patterned import made
from scipy import stats

from models.effects.covariates import design_cells
from models.effects.robustness import (
    OrdinaryFit,
    OrdinaryModel,
    benchmark,
    bias_bound,
    partial_r2,
    robustness_value,
)

FIT = OrdinaryFit(estimate=2.0, se=0.5, df=100)


def left(fit: OrdinaryFit, strength: float) -> tuple[float, float]:
    """Estimate and t once something explains this share of arm and of outcome."""
    estimate = fit.estimate - bias_bound(fit.se, fit.df, strength, strength)
    se = fit.se * math.sqrt(fit.df / (fit.df - 1))  # (1 - r2) / (1 - r2) cancels
    return estimate, estimate / se


def test_something_as_strong_as_the_robustness_value_leaves_nothing() -> None:
    assert left(FIT, robustness_value(FIT.t, FIT.df))[0] == pytest.approx(0, abs=1e-12)


def test_something_as_strong_as_the_value_for_half_leaves_half() -> None:
    assert left(FIT, robustness_value(FIT.t, FIT.df, q=0.5))[0] == pytest.approx(1.0)


def test_something_as_strong_as_the_value_of_the_limit_leaves_a_t_on_the_edge() -> None:
    strength = robustness_value(FIT.t, FIT.df, alpha=0.05)
    assert left(FIT, strength)[1] == pytest.approx(stats.t.ppf(0.975, 99))


def test_an_estimate_whose_interval_reaches_zero_needs_nothing() -> None:
    assert robustness_value(1.5, 100, alpha=0.05) == 0.0


def test_an_overwhelming_t_takes_the_other_branch() -> None:
    f, critical = 60 / math.sqrt(10), stats.t.ppf(0.975, 9) / 3
    assert f > 1 / critical
    assert robustness_value(60, 10, alpha=0.05) == pytest.approx((f**2 - critical**2) / (1 + f**2))


@pytest.mark.parametrize(("q", "df", "alpha"), [(0, 10, None), (1, 1, None), (1, 10, 0.0), (1, 10, 1.0)])
def test_what_has_no_meaning_is_refused(q: float, df: float, alpha: float | None) -> None:
    with pytest.raises(ValueError, match="robustness value"):
        robustness_value(2.0, df, q, alpha)


def test_stronger_benchmarks_leave_less_and_impossible_ones_nothing() -> None:
    once, twice = benchmark(FIT, 0.02, 0.05), benchmark(FIT, 0.02, 0.05, k=2)
    assert once is not None
    assert twice is not None
    assert FIT.estimate > once.estimate > twice.estimate
    assert benchmark(FIT, 0.6, 0.05) is None


def test_a_negative_estimate_is_bounded_towards_zero_too() -> None:
    up, down = benchmark(FIT, 0.02, 0.05), benchmark(OrdinaryFit(-2.0, 0.5, 100), 0.02, 0.05)
    assert up is not None
    assert down is not None
    assert down.estimate == -up.estimate


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray, OrdinaryModel]:
    found = made(np.random.default_rng(1), 30).patterns
    x = np.column_stack([np.ones(found.n.size), found.arm, found.levels[found.pattern, 0]]).astype(float)
    return x, found.kept.astype(float), OrdinaryModel.of_cells(design_cells(found))


def squares_left(x: np.ndarray, y: np.ndarray) -> float:
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((y - x @ beta) ** 2).sum())


def test_the_ordinary_fit_is_least_squares_on_single_commitments(
    rows: tuple[np.ndarray, np.ndarray, OrdinaryModel],
) -> None:
    x, y, model = rows
    fit = model.fit()
    assert fit is not None
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    variance = squares_left(x, y) / (y.size - 3) * np.linalg.inv(x.T @ x)[1, 1]
    assert (fit.estimate, fit.se, fit.df) == pytest.approx((beta[1], math.sqrt(variance), y.size - 3))


def test_the_strength_of_a_characteristic_is_the_share_of_squares_it_takes(
    rows: tuple[np.ndarray, np.ndarray, OrdinaryModel],
) -> None:
    x, y, model = rows
    of_arm = 1 - squares_left(x[:, [0, 2]], x[:, 1]) / squares_left(x[:, [0]], x[:, 1])
    of_outcome = 1 - squares_left(x, y) / squares_left(x[:, [0, 1]], y)
    assert model.strength(["difficulty"]) == pytest.approx((of_arm, of_outcome))


def test_the_strength_of_one_column_is_its_partial_r2(
    rows: tuple[np.ndarray, np.ndarray, OrdinaryModel],
) -> None:
    x, y, model = rows
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    se = math.sqrt(squares_left(x, y) / (y.size - 3) * np.linalg.inv(x.T @ x)[2, 2])
    assert model.strength(["difficulty"])[1] == pytest.approx(partial_r2(beta[2] / se, y.size - 3))


def test_a_benchmark_that_left_the_model_gives_what_the_model_without_it_gives() -> None:
    """The bound is exact for something unseen that is just like the characteristic that was seen."""
    rng = np.random.default_rng(9)
    n = 40_000
    seen, unseen = rng.normal(size=n), rng.normal(size=n)
    arm = 0.3 * seen + 0.3 * unseen + rng.normal(size=n)
    y = 0.5 * arm + 0.4 * seen + 0.4 * unseen + rng.normal(size=n)
    products = np.column_stack([arm, np.ones(n), seen, y])
    model = OrdinaryModel(products.T @ products, ("intercept", "seen"), n)
    fit = model.fit()
    assert fit is not None
    found = benchmark(fit, *model.strength(["seen"]))
    assert found is not None
    assert fit.estimate > 0.58
    assert found.estimate == pytest.approx(0.5, abs=0.02)
