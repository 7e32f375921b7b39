from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.survival import share_reaching, survival_curve


def test_the_curve_multiplies_the_shares_that_go_on() -> None:
    # At 2: 1 of 5. At 4: 1 of 3 (the one censored at 3 has left).
    curve = survival_curve([2, 3, 4, 5, 6], [1, 0, 1, 0, 0])
    assert curve.times.tolist() == [2, 4]
    assert (curve.n_at_risk.tolist(), curve.n_events.tolist()) == ([5, 3], [1, 1])
    np.testing.assert_allclose(curve.survival, [4 / 5, 4 / 5 * 2 / 3])


def test_greenwoods_error_adds_events_over_at_risk_times_left() -> None:
    curve = survival_curve([2, 3, 4, 5, 6], [1, 0, 1, 0, 0])
    expected = 4 / 5 * 2 / 3 * math.sqrt(1 / (5 * 4) + 1 / (3 * 2))
    assert curve.se[-1] == pytest.approx(expected)


def test_a_unit_censored_at_the_time_of_an_event_was_at_risk() -> None:
    assert survival_curve([3, 3], [1, 0]).survival.tolist() == [0.5]


def test_the_curve_is_1_before_the_first_event_and_holds_between_events() -> None:
    curve = survival_curve([2, 4, 6, 8], [1, 0, 1, 0])
    assert (curve.at(1.9), curve.at(2), curve.at(5.9), curve.at(100)) == (1.0, 0.75, 0.75, 0.375)


def test_without_events_the_curve_stays_at_1() -> None:
    assert survival_curve([2, 3], [0, 0]).at(9) == 1.0


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_without_censoring_the_curve_is_the_plain_share(durations: list[int]) -> None:
    curve = survival_curve(durations, [1] * len(durations))
    for time in range(10):
        assert curve.at(time) == pytest.approx(np.mean(np.array(durations) > time))


@pytest.mark.parametrize(("durations", "events"), [([1, 2], [1]), ([-1.0], [1]), ([math.nan], [1]), ([1], [2])])
def test_impossible_durations_and_events_are_refused(durations: list[float], events: list[int]) -> None:
    with pytest.raises(ValueError, match="survival"):
        survival_curve(durations, events)


def test_the_share_reaching_a_session_multiplies_the_groups_seen_to_go_on() -> None:
    # After session 1: 1 of 5 stopped. After session 2: 1 of the 3 whose next step is known; one still runs.
    held, stopped = [1, 2, 2, 6, 6], [True, True, False, False, False]
    assert share_reaching(held, stopped, 1) == 1.0
    assert share_reaching(held, stopped, 2) == pytest.approx(4 / 5)
    assert share_reaching(held, stopped, 3) == pytest.approx(4 / 5 * 2 / 3)
    assert share_reaching(held, stopped, 6) == pytest.approx(4 / 5 * 2 / 3)


def test_a_group_still_running_is_no_proof_that_it_goes_on() -> None:
    # One stopped after session 3, one still runs with three: of the known next steps none went on.
    assert share_reaching([3, 3], [True, False], 4) == 0.0


def test_a_session_nobody_could_have_reached_yet_has_no_share() -> None:
    assert share_reaching([3, 3], [False, False], 6) is None
    assert share_reaching([], [], 6) is None


def test_a_session_nobody_reached_as_all_have_stopped_has_share_0() -> None:
    assert share_reaching([2, 3], [True, True], 6) == 0.0


def test_a_group_that_has_not_started_is_refused() -> None:
    with pytest.raises(ValueError, match="has not started"):
        share_reaching([0, 3], [False, False], 2)
