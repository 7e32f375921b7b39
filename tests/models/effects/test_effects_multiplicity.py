from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.multiplicity import benjamini_hochberg, bonferroni, holm, shrink, two_sided_p
from models.effects.result import Result, Sizes, refused

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def result(estimate: float, se: float, df: float) -> Result:
    return Result("x", estimate, se, df, None, None, None, 30, 10, None, "observational", "cluster", "ok", ())


def test_holm_multiplies_the_least_by_all_and_the_next_by_one_fewer() -> None:
    assert holm([0.03, 0.01, 0.04]).tolist() == pytest.approx([0.06, 0.03, 0.06])


def test_benjamini_and_hochberg_multiply_by_all_over_the_rank() -> None:
    # .04 * 3/3 = .04, .03 * 3/2 = .045 -> .04, .01 * 3 = .03.
    assert benjamini_hochberg([0.03, 0.01, 0.04]).tolist() == pytest.approx([0.04, 0.03, 0.04])


@given(P_VALUES)
def test_holm_lies_between_the_plain_p_values_and_bonferronis(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert np.all(adjusted >= np.array(p_values))
    assert np.all(adjusted <= bonferroni(p_values))
    assert np.all(benjamini_hochberg(p_values) <= adjusted + 1e-15)


@given(P_VALUES, st.floats(0.001, 0.5))
def test_holm_rejects_what_his_step_down_rule_rejects(p_values: list[float], alpha: float) -> None:
    by_rule = set()
    for step, index in enumerate(np.argsort(p_values, kind="stable").tolist()):
        if p_values[index] * (len(p_values) - step) > alpha:
            break
        by_rule.add(index)
    assert set(np.flatnonzero(holm(p_values) <= alpha).tolist()) == by_rule


@given(P_VALUES)
def test_adjusted_p_values_are_those_of_scipy(p_values: list[float]) -> None:
    if p_values:
        assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values))


def test_no_p_values_give_none() -> None:
    assert holm([]).size == bonferroni([]).size == benjamini_hochberg([]).size == 0


@pytest.mark.parametrize("p_values", [[0.1, 1.2], [-0.1], [float("nan")], [[0.1]]])
def test_what_is_no_p_value_is_refused(p_values: list[float]) -> None:
    with pytest.raises(ValueError, match="each from 0 to 1"):
        holm(p_values)


def test_the_p_value_of_a_result_is_two_sided_on_its_degrees_of_freedom() -> None:
    assert two_sided_p(result(0.2, 0.1, 7)) == pytest.approx(2 * stats.t.sf(2, 7))
    assert two_sided_p(result(-0.2, 0.1, 7)) == pytest.approx(2 * stats.t.sf(2, 7))
    assert two_sided_p(result(0.2, 0.1, 7), null=0.2) == pytest.approx(1.0)


def test_a_refused_result_has_no_p_value() -> None:
    assert two_sided_p(refused("x", Sizes(), ("too_few_persons",))) is None


def test_equal_variances_are_shrunk_as_james_and_stein_do() -> None:
    y = np.array([0.1, 0.4, 0.2, 0.8, 0.5])
    found = shrink(y, np.full(5, 0.01))
    share = (5 - 3) * 0.01 / ((y - 0.4) ** 2).sum()
    assert found.shrinkage.tolist() == pytest.approx([share] * 5)
    assert found.means.tolist() == pytest.approx((y - share * (y - 0.4)).tolist())


def test_the_less_sure_estimate_is_drawn_further() -> None:
    found = shrink([0.1, 0.4, 0.2, 0.8], [0.01, 0.01, 0.04, 0.04])
    assert found.shrinkage[2] > found.shrinkage[0]


def test_estimates_no_farther_apart_than_chance_go_most_of_the_way_to_their_mean() -> None:
    found = shrink([0.50, 0.51, 0.49, 0.50], [0.01] * 4)
    assert found.variance_between == 0.0
    assert found.shrinkage.tolist() == pytest.approx([1 / 3] * 4)
    assert found.centre == pytest.approx(0.5)


@pytest.mark.parametrize(("y", "v"), [([0.1, 0.2, 0.3], [1, 1, 1]), ([0.1] * 4, [1, 1, 1, 0])])
def test_too_few_or_perfectly_known_estimates_are_refused(y: list[float], v: list[float]) -> None:
    with pytest.raises(ValueError, match="at least four"):
        shrink(y, v)
