"""Over weekly looks without an effect the always-valid interval seldom says otherwise.

A bounded run of what `make validation` writes down, on programmes drawn as counts; `test_headline_monte_carlo` has
the same through the shipped SQL. Early looks, which leaders never see, are included.
"""

from __future__ import annotations

import pytest
from studies import alarms, share_error


@pytest.mark.slow
@pytest.mark.parametrize(("n_groups", "n_programmes"), [(8, 250), (20, 250)])
def test_the_always_valid_interval_seldom_excludes_no_effect_at_any_week_and_the_other_often(
    n_groups: int, n_programmes: int
) -> None:
    # 250 programmes: Monte Carlo error .014 at a rate of .05.
    found = alarms(n_groups, n_programmes)
    print(found)
    assert found.by_sequence <= (0.05 + 2 * share_error(0.05, n_programmes)) * n_programmes
    assert found.by_sequence_shown <= found.by_sequence
    assert found.by_interval > 2 * found.by_sequence
    assert found.by_interval > 0.1 * n_programmes


@pytest.mark.slow
def test_eight_groups_are_never_shown_and_twenty_always_in_the_end() -> None:
    assert alarms(8, 20).shown_ever == 0
    assert alarms(20, 20).shown_ever == 20
