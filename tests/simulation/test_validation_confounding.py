"""What is recorded and moves both booking and keeping is allowed for; what nobody records is not.

Bounded runs of what `make validation` writes down: an appointment adds 12 points to the chance of every commitment, so
that every average of the effect is .12. A claim fails when a mean is more than 2.5 Monte Carlo errors off.
"""

from __future__ import annotations

import pytest
from studies import (
    BOOKING_BENDS,
    BY_DIFFICULTY,
    CONFOUNDINGS,
    NOT_RECORDED,
    OUTCOME_BENDS,
    Recovery,
    recovery,
    share_error,
)

from models.effects.adjusted_result import METHODS


def is_right(found: Recovery) -> bool:
    """Off by no more than chance, or by less than half a point, which no interval could tell."""
    return abs(found.bias) <= max(2.5 * found.bias_error, 0.005)


@pytest.mark.slow
def test_measured_confounding_misleads_the_crude_difference_and_no_adjusted_one() -> None:
    # 400 programmes of 40 groups: Monte Carlo error .002 of a mean, .011 of a coverage.
    found = recovery(CONFOUNDINGS[BY_DIFFICULTY], 40, 400)
    print(found)
    assert found["crude"].bias > 0.05
    for method in METHODS:
        assert is_right(found[method]), method
        assert (found[method].covered or 0) >= 0.95 - 2 * share_error(0.95, 400), method


@pytest.mark.slow
@pytest.mark.parametrize("name", [OUTCOME_BENDS, BOOKING_BENDS])
def test_aipw_is_right_when_one_of_its_two_models_is_wrong(name: str) -> None:
    assert is_right(recovery(CONFOUNDINGS[name], 40, 200)["aipw"])


@pytest.mark.slow
def test_g_computation_is_misled_by_a_wrong_outcome_model() -> None:
    found = recovery(CONFOUNDINGS[OUTCOME_BENDS], 40, 200)["g_computation"]
    print(found)
    assert found.bias < -0.01
    assert not is_right(found)


@pytest.mark.slow
def test_what_nobody_records_misleads_aipw_as_the_crude_difference_and_not_the_comparison_within_persons() -> (
    None
):
    found = recovery(CONFOUNDINGS[NOT_RECORDED], 40, 200)
    print(found)
    assert found["crude"].bias > 0.05
    assert found["aipw"].bias > 0.05
    assert is_right(found["within_person"])
