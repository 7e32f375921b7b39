"""Incidence, its errors and the log-rank test, as R prints them and as a paper does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.effects.incidence import DayCounts, done_influence, incidence_curve, independent_variance
from models.effects.kept_by_day import one_armed
from models.effects.log_rank import log_rank
from models.effects.result import Thresholds

FREE = Thresholds.none()

# R's survival::leukemia (aml), from Miller (1981), Survival Analysis: weeks, and whether it ended with the event.
MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NOT_MAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
Data = tuple[Sequence[int], Sequence[int]]


def units(*arms: Data) -> DayCounts:
    """Independent units of one or two arms: day, and event 1 (done), 2 (withdrawn) or 0 (open)."""
    day = np.concatenate([np.array(data[0]) for data in arms])
    event = np.concatenate([np.array(data[1]) for data in arms])
    arm = np.repeat(np.arange(len(arms)), [len(data[0]) for data in arms])
    code, counts = np.arange(day.size), [(event == kind).astype(int) for kind in (1, 2, 0)]
    return DayCounts(code, code, code, arm, day, counts[0], np.zeros_like(day), counts[1], counts[2])


AML = units(NOT_MAINTAINED, MAINTAINED)


def test_log_rank_is_what_survdiff_prints_for_aml() -> None:
    # tests/doaml.Rout.save: N 11, observed 7, expected 10.69; chi-squared 3.4 on 1 degree of freedom, p = 0.0653.
    found = log_rank(AML, FREE)
    assert found is not None
    assert (found.observed, round(found.expected, 2)) == (7, 10.69)
    assert (round(found.chi_squared, 1), round(found.p_value, 4)) == (3.4, 0.0653)


@pytest.mark.parametrize(("arm", "median"), [(1, 31), (0, 23)])
def test_median_is_what_survfit_prints_for_aml(arm: int, median: int) -> None:
    assert incidence_curve(AML.of_arm(arm).totals()).median_day() == median


@pytest.mark.parametrize(
    ("arm", "printed"),
    [
        (1, {9: 0.0867, 13: 0.1163, 18: 0.1397, 23: 0.1526, 31: 0.1642, 34: 0.1627, 48: 0.1535}),
        (0, {5: 0.1076, 8: 0.1361, 12: 0.1423, 23: 0.1481, 27: 0.1470, 30: 0.1387, 33: 0.1219, 43: 0.0919}),
    ],
)
def test_error_of_each_share_is_what_summary_of_survfit_prints_for_aml(
    arm: int, printed: dict[int, float]
) -> None:
    own = AML.of_arm(arm)
    influence = one_armed(done_influence(incidence_curve(own.totals())), arm)
    found = independent_variance(own, influence) ** 0.5
    np.testing.assert_allclose([found[week] for week in printed], list(printed.values()), atol=5.1e-5)


# Six units in order of time, and their influence on the survival at 1, 6 and 9 as worked out by hand in the tests of
# R's survival package (tests/residsf.R: `inf1`, and weights 5, 3, 1 for the area up to 10).
BY_HAND = units(([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1]))
PRINTED = np.array([[-20, 4, 4, 4, 4, 4], [-10, 2, -13, -13, 17, 17], [0, 0, 0, 0, 0, 0]]).T / 144


def test_influence_of_each_unit_is_the_one_worked_out_in_the_tests_of_survival() -> None:
    influence = done_influence(incidence_curve(BY_HAND.totals()))
    event = np.where(BY_HAND.n_done == 1, 0, 3)
    of_survival = -influence[event, BY_HAND.day]
    np.testing.assert_allclose(of_survival[:, [1, 6, 9]], PRINTED, atol=1e-15)
    # Up to 10: 1 day before the first event, then 5 at S(1), 3 at S(6), 1 at S(9).
    np.testing.assert_allclose(of_survival[:, 1:10].sum(axis=1), PRINTED @ [5, 3, 1], atol=1e-14)


def test_incidence_with_a_competing_risk_is_the_published_illustration() -> None:
    # Satagopan et al. (2004), British Journal of Cancer 91, 1229-1235, doi:10.1038/sj.bjc.6602102, Table 2: nine of
    # 305 patients (1 dead of the disease, 2 of something else, 0 alive), the others followed for longer.
    months, status = [7, 10, 14, 16, 18, 23, 24, 26, 27], [0, 1, 0, 1, 2, 1, 0, 2, 1]
    curve = incidence_curve(units((months + [60] * 296, status + [0] * 296)).totals())
    assert [int(curve.n_at_risk[month]) for month in (10, 16, 18, 23, 26, 27)] == [304, 302, 301, 300, 298, 297]
    # The table adds up the rounded steps (0.3, 0.6, 0.9, 1.2), so the steps themselves are compared.
    steps = np.diff([0.0, *(100 * curve.done[[10, 16, 23, 27]])])
    assert [round(float(step), 1) for step in steps] == [0.3, 0.3, 0.3, 0.3]
    overall = [round(100 * float(curve.still_open[month]), 1) for month in (10, 16, 18, 23, 26, 27)]
    assert overall == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]
