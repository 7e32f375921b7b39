"""Published adjusted estimates and bounds on confounding, each naming where it is printed.

NHEFS: a survey of the United States' National Center for Health Statistics (public domain), 1,566 cigarette smokers;
the files of Hernan & Robins, "Causal Inference: What If". infert: Trichopoulos et al. (1976), as in R's `datasets`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.effects.adjusted import (
    GComputation,
    OutcomeModel,
    PropensityModel,
    WeightedDifference,
    balancing_weights,
    weighted_mean_influence,
)
from models.effects.arrays import FloatArray
from models.effects.conditional_logit import conditional_logit
from models.effects.robustness import OrdinaryFit, benchmark, partial_r2, robustness_value

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def nhefs() -> pl.DataFrame:
    return pl.read_csv(DATA / "nhefs.csv.gz")


def floats(frame: pl.DataFrame, name: str) -> FloatArray:
    return frame[name].cast(pl.Float64).to_numpy()


def columns_of_what_if(frame: pl.DataFrame) -> FloatArray:
    """The covariates of chapters 12 and 13: squares of the continuous ones, indicators of the others."""
    columns = [np.ones(len(frame)), floats(frame, "sex"), floats(frame, "race")]
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        columns += [floats(frame, name), floats(frame, name) ** 2]
    for name in ("education", "exercise", "active"):
        columns += [(floats(frame, name) == level) * 1.0 for level in sorted(set(frame[name]))[1:]]
    return np.column_stack(columns)


def test_inverse_probability_weighting_gives_the_difference_and_error_of_section_12_4(
    nhefs: pl.DataFrame,
) -> None:
    arm, y, n = floats(nhefs, "qsmk"), floats(nhefs, "wt82_71"), np.ones(len(nhefs))
    propensity = PropensityModel(columns_of_what_if(nhefs), arm)
    estimate = WeightedDifference(propensity, "inverse", (0.0, 1.0)).estimates(n[None], y[None])[0]
    weights = balancing_weights(propensity.chances(n[None])[0], arm, "inverse", (0.0, 1.0))
    influence = weighted_mean_influence(n, y, arm, weights)
    se = math.sqrt(float(((n * influence.per_n + y * influence.per_y) ** 2).sum()))
    # What If, program 12.4 (robust standard error, weights taken as known): 3.4405, .5255 (2.411, 4.470).
    assert (round(estimate, 4), round(se, 4)) == (3.4405, 0.5255)
    assert (round(estimate - 1.959964 * se, 3), round(estimate + 1.959964 * se, 3)) == (2.411, 4.470)


def test_standardisation_without_a_product_term_gives_3_46(nhefs: pl.DataFrame) -> None:
    model = OutcomeModel.of_columns(columns_of_what_if(nhefs), floats(nhefs, "qsmk"), "linear")
    y, n = floats(nhefs, "wt82_71"), np.ones(len(nhefs))
    # What If, chapters 13 and 15 print 3.5; without a product term standardising is the regression's coefficient.
    assert GComputation(model).estimates(n[None], y[None])[0] == pytest.approx(3.46262182922592, rel=1e-9)


def test_standardisation_with_the_product_term_of_section_13_2_gives_3_5(nhefs: pl.DataFrame) -> None:
    arm = floats(nhefs, "qsmk")
    product = floats(nhefs, "smokeintensity")[:, None]
    model = OutcomeModel.of_columns(columns_of_what_if(nhefs), arm, "linear", varying=product)
    estimate = GComputation(model).estimates(np.ones((1, arm.size)), floats(nhefs, "wt82_71")[None])[0]
    # What If, section 13.3: 5.2 - 1.7 = 3.5 kg.
    assert round(estimate, 1) == 3.5


def test_conditional_logit_of_infert_is_what_rs_help_page_prints() -> None:
    rows = pl.read_csv(DATA / "infert.csv")
    x = rows.select("spontaneous", "induced").cast(pl.Float64).to_numpy()
    fit = conditional_logit(x, rows["case"].to_numpy(), rows["stratum"].to_numpy())
    assert fit is not None
    # R, example(infert): clogit(case ~ spontaneous + induced + strata(stratum)).
    assert [round(value, 4) for value in fit.coefficients.tolist()] == [1.9859, 1.4090]
    assert [round(math.sqrt(value), 4) for value in np.diag(fit.covariance).tolist()] == [0.3524, 0.3607]


DARFUR = OrdinaryFit(estimate=0.09731582, se=0.02325654, df=783)


def test_robustness_values_of_darfur_are_those_of_table_1() -> None:
    # Cinelli & Hazlett (2020), table 1: t 4.18, df 783, partial R2 2.2 %, RV 13.9 %, RV at alpha .05 7.6 %.
    assert round(DARFUR.t, 2) == 4.18
    assert round(partial_r2(DARFUR.t, DARFUR.df), 3) == 0.022
    assert round(robustness_value(DARFUR.t, DARFUR.df), 3) == 0.139
    assert round(robustness_value(DARFUR.t, DARFUR.df, alpha=0.05), 3) == 0.076


def test_robustness_values_of_darfur_have_the_digits_of_sensemakrs_tests() -> None:
    assert robustness_value(DARFUR.t, DARFUR.df) == pytest.approx(0.138776, abs=1e-6)
    assert robustness_value(DARFUR.t, DARFUR.df, alpha=0.05) == pytest.approx(0.07625797, abs=1e-6)


@pytest.mark.parametrize(
    ("k", "r2_arm", "r2_outcome", "estimate", "se"),
    [
        (1, 0.00916428667504862, 0.12464092303637, 0.0752202698486415, 0.0218733298036818),
        (2, 0.0183285733500972, 0.249324064199975, 0.0529151689180575, 0.0203500639944344),
        (3, 0.0274928600251459, 0.374050471038094, 0.0303960178770157, 0.0186700665753491),
    ],
)
def test_darfurs_bounds_by_gender_are_those_of_sensemakrs_tests(
    k: float, r2_arm: float, r2_outcome: float, estimate: float, se: float
) -> None:
    # sensemakr, tests/testthat/test-02-darfur.R, "manually". The two partial R2 of gender follow from k = 1.
    of_arm = 0.00916428667504862 / (1 + 0.00916428667504862)
    shared = (of_arm / (1 - of_arm)) ** 2
    f2 = 0.12464092303637 * (1 - shared) / (1 + math.sqrt(shared)) ** 2
    found = benchmark(DARFUR, of_arm, f2 / (1 + f2), k)
    assert found is not None
    assert (found.r2_arm, found.r2_outcome) == (pytest.approx(r2_arm), pytest.approx(r2_outcome))
    assert (found.estimate, found.se) == (pytest.approx(estimate), pytest.approx(se))


@pytest.mark.parametrize(
    ("t", "df", "value"), [(1.89, 1121, 0.055), (2.11, 1115, 0.061), (37.5, 983, 0.68), (17.0, 983, 0.415)]
)
def test_robustness_values_of_the_papers_other_examples(t: float, df: float, value: float) -> None:
    # sensemakr, tests/testthat/test-01-manual-tests.R, to the precision given there.
    assert robustness_value(t, df) == pytest.approx(value, rel=0.01)
