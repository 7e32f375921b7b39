"""Single-look intervals hold the truth as often as they say, among all programmes and among those shown to leaders.

Bounded runs of what `make validation` writes down; `test_headline_monte_carlo` has the same through the shipped SQL.
A claim fails when it is missed by more than two Monte Carlo errors; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from drawn_counts import Mechanism, draw
from studies import (
    AS_PLANNED,
    MECHANISMS,
    Coverage,
    coverage,
    coverage_through_sql,
    is_shown,
    share_error,
    upper_limit,
)

from models.effects.cells import COUNT_COLUMNS, KEY_COLUMNS, CommitmentCells
from models.effects.difference import risk_difference
from models.effects.result import Thresholds

UNEVEN = next(mechanism for mechanism in MECHANISMS.values() if mechanism.booking_spread > 0)


def counts(drawn: CommitmentCells) -> list[tuple[int, int]]:
    """Commitments and kept ones without, then with an appointment."""
    return [
        (int(drawn.n_known[drawn.arm == arm].sum()), int(drawn.n_kept[drawn.arm == arm].sum()))
        for arm in (0, 1)
    ]


def covers(found: Coverage) -> bool:
    print(found)
    return found.covered >= 0.94 - 2 * found.error


def shown_cover(found: Coverage) -> bool:
    error = share_error(0.95, found.n_shown)
    return found.covered_shown is not None and found.covered_shown >= 0.94 - 2 * error


@pytest.mark.parametrize("mechanism", [MECHANISMS[AS_PLANNED], UNEVEN])
def test_a_large_draw_has_the_population_s_shares(mechanism: Mechanism) -> None:
    (cells,) = draw(np.random.default_rng(5), mechanism, 1, 40_000).cells()
    (n_without, kept_without), (n_with, _) = counts(cells)
    result = risk_difference(cells, Thresholds.none())
    assert kept_without / n_without == pytest.approx(mechanism.without, abs=0.006)
    assert result.se is not None
    assert result.estimate == pytest.approx(mechanism.effect, abs=4 * result.se)
    assert n_with / (n_with + n_without) == pytest.approx(mechanism.booked, abs=0.006)


def test_counts_are_those_of_the_commitments_drawn() -> None:
    drawn = draw(np.random.default_rng(6), UNEVEN, 3, 4)
    for number, cells in enumerate(drawn.cells()):
        there = drawn.is_there[number]
        by_hand = [
            (int((there & own).sum()), int((there & own & (drawn.kept[number] == 1)).sum()))
            for own in (drawn.arm[number] == 0, drawn.arm[number] == 1)
        ]
        assert counts(cells) == by_hand


def test_only_the_first_sessions_of_each_group_count_where_so_many_are_over() -> None:
    drawn = draw(np.random.default_rng(7), Mechanism(), 1, 2)
    (cells,) = drawn.cells(np.array([[0, 2]]))
    # The second group's three people at two sessions.
    assert cells.n_known.sum() == 3 * 2
    assert set(cells.cluster[cells.n_known > 0]) == {1}


def test_the_upper_limit_without_a_single_case_is_where_none_is_seen_in_one_of_forty_draws() -> None:
    assert upper_limit(0, 100) == pytest.approx(1 - 0.025**0.01)
    assert upper_limit(100, 100) == 1.0


def test_with_both_arms_in_nine_groups_only_it_is_not_shown_whatever_else_there_is() -> None:
    (cells,) = draw(np.random.default_rng(8), Mechanism(booked=0.5), 1, 40).cells()
    assert is_shown(cells)
    keep = (cells.arm == 0) | (cells.cluster < 9)
    assert not is_shown(CommitmentCells(*(getattr(cells, name)[keep] for name in KEY_COLUMNS + COUNT_COLUMNS)))


@pytest.mark.slow
@pytest.mark.parametrize(("n_groups", "n_programmes"), [(6, 2_000), (12, 2_000), (40, 2_000)])
def test_drawn_as_counts_the_interval_covers_the_true_effect(n_groups: int, n_programmes: int) -> None:
    # 2,000 programmes: Monte Carlo error .005.
    found = coverage(MECHANISMS[AS_PLANNED], n_groups, n_programmes)
    assert covers(found)
    assert found.covered <= 0.975 + 2 * found.error
    assert abs(found.bias) <= 2.5 * found.bias_error


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MECHANISMS if name != AS_PLANNED])
def test_the_interval_covers_whatever_the_shares_sizes_and_habits(name: str) -> None:
    # 1,000 programmes: Monte Carlo error .007.
    assert covers(coverage(MECHANISMS[name], 12, 1_000))


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [12, 40])
def test_intervals_shown_to_leaders_cover_as_all_do(n_groups: int) -> None:
    found = coverage(UNEVEN, n_groups, 1_000)
    print(found)
    assert found.n_shown > 0
    assert shown_cover(found)


@pytest.mark.slow
def test_through_the_shipped_sql_intervals_shown_to_leaders_cover_and_six_groups_are_shown_none() -> None:
    found = coverage_through_sql(12, 500)
    print(found)
    assert found.n_shown > 0.9 * found.n_programmes
    assert shown_cover(found)
    assert coverage_through_sql(6, 50).n_shown == 0
