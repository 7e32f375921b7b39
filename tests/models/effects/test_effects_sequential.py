from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.sequential import (
    always_valid_p,
    confidence_sequence,
    e_value,
    sequence_half_width,
    small_sample_factor,
)


@pytest.mark.parametrize(("eta", "multiplier"), [(0.25, 5.57), (1, 3.66), (4, 3.08), (9, 3.04)])
def test_the_multiplier_of_the_standard_error_is_the_normal_mixtures(eta: float, multiplier: float) -> None:
    se = 0.15 / math.sqrt(eta)
    assert float(sequence_half_width(se, math.inf)) / se == pytest.approx(multiplier, abs=0.005)


def test_few_degrees_of_freedom_widen_the_sequence_by_t_over_z() -> None:
    factor = stats.t.ppf(0.975, 6) / stats.norm.ppf(0.975)
    assert float(small_sample_factor(6)) == pytest.approx(factor)
    assert float(sequence_half_width(0.1, 6)) == pytest.approx(
        factor * float(sequence_half_width(0.1, math.inf))
    )


def test_the_sequence_is_centred_on_the_estimate() -> None:
    interval = confidence_sequence(0.12, 0.05, 20)
    assert (interval.low + interval.high) / 2 == pytest.approx(0.12)
    assert interval.width / 2 == pytest.approx(float(sequence_half_width(0.05, 20)))


def test_below_the_fewest_degrees_of_freedom_there_is_no_sequence() -> None:
    assert confidence_sequence(0.12, 0.05, 4.99) is None
    assert confidence_sequence(0.12, 0.05, 5.0) is not None
    assert confidence_sequence(0.12, 0.05, 0.0, minimum_df=0.0) is None


@pytest.mark.parametrize("se", [0.0, -1.0, math.nan, math.inf])
def test_an_error_that_is_no_positive_number_is_refused(se: float) -> None:
    with pytest.raises(ValueError, match="standard error above 0"):
        confidence_sequence(0.1, se, 20)
    with pytest.raises(ValueError, match="standard error above 0"):
        e_value(0.1, se)


def test_the_e_value_is_the_formula_of_the_normal_mixture() -> None:
    # eta = 1, z = 2: exp(4 / 4) / sqrt(2).
    assert e_value(0.3, 0.15) == pytest.approx(math.e / math.sqrt(2))


def test_an_enormous_e_value_stays_finite() -> None:
    assert math.isfinite(e_value(1.0, 1e-6))


@given(st.floats(-0.9, 0.9), st.floats(0.01, 0.3), st.floats(5, 60))
def test_the_e_value_passes_20_exactly_when_the_sequence_excludes_0(
    estimate: float, se: float, df: float
) -> None:
    half = float(sequence_half_width(se, df))
    if abs(abs(estimate) - half) > 1e-9:
        assert (e_value(estimate, se, df) > 20) == (not confidence_sequence(estimate, se, df).contains(0))


def test_the_always_valid_p_is_the_least_reciprocal_so_far_and_at_most_1() -> None:
    assert always_valid_p([0.5, 4.0, 2.0]) == 0.25
    assert always_valid_p([0.5]) == 1.0
    assert always_valid_p([]) == 1.0
