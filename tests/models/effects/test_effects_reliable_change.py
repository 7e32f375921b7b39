"""Which changes count as larger than measurement error, and how many people show one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.clusters import Membership
from models.effects.reliable_change import (
    difference_error,
    reliable_change_index,
    reliable_change_shares,
    reliable_points,
)
from models.effects.result import Thresholds

FREE = Thresholds.none()


def people_of(n: int, n_clusters: int) -> Membership:
    people = np.arange(n)
    return Membership(people % n_clusters, people % n_clusters, people)


def test_the_error_of_a_difference_is_that_of_two_scores() -> None:
    assert difference_error(1.5, 0.72) == pytest.approx(math.sqrt(2) * 1.5 * math.sqrt(1 - 0.72))


def test_the_index_is_the_change_in_standard_errors() -> None:
    error = 1.5 * math.sqrt(2 * (1 - 0.82))
    assert reliable_change_index([-3, 0, 2], 1.5, 0.82) == pytest.approx([-3 / error, 0, 2 / error])


@pytest.mark.parametrize(
    ("sd", "reliability", "points"),
    [
        (1.2, 0.72, 2),  # 1.96 x 1.2 x sqrt(.56) = 1.76
        (1.5, 0.72, 3),  # 2.20
        (1.3, 0.72, 2),  # 1.91
        (2.1, 0.72, 4),  # 3.08
        (0.5, 0.90, 2),  # 0.44: one point never counts
        (0.0, 0.72, 2),
    ],
)
def test_the_limit_is_the_next_whole_point_and_at_least_two(sd: float, reliability: float, points: int) -> None:
    assert reliable_points(sd, reliability) == points


def test_a_limit_that_is_a_whole_number_needs_no_further_point() -> None:
    # sd sqrt(2 (1 - r)) = 1, so that the quantile is the limit in points.
    sd = 1 / math.sqrt(2 * (1 - 0.5))
    assert [reliable_points(sd, 0.5, quantile) for quantile in (2.0, 2.01, 3.0)] == [2, 3, 3]


@pytest.mark.parametrize(("sd", "reliability"), [(-1, 0.7), (math.nan, 0.7), (1, 1.0), (1, -0.1)])
def test_a_spread_or_reliability_out_of_range_is_refused(sd: float, reliability: float) -> None:
    with pytest.raises(ValueError, match="standard deviation of at least 0 and a reliability in 0 to below 1"):
        reliable_points(sd, reliability)


def test_scores_without_spread_have_no_index() -> None:
    with pytest.raises(ValueError, match="without any spread"):
        reliable_change_index([1], 0.0, 0.7)


def test_a_change_on_the_limit_counts_and_one_below_does_not() -> None:
    found = reliable_change_shares(people_of(8, 8), [-3, -2, -2, -1, 0, 1, 1, 2], 2, FREE)
    assert (found.n_less, found.n_same, found.n_more) == (3, 4, 1)
    assert (found.less.estimate, found.same.estimate, found.more.estimate) == (3 / 8, 4 / 8, 1 / 8)
    assert found.points == 2


@pytest.mark.parametrize("change", [[-2, 0, 0, 2, 2, 2], [-2, -2, 0, 2, 2, 2], [-2, -2, -2, 0, 0, 2]])
def test_the_smallest_class_may_be_any_of_the_three(change: list[int]) -> None:
    assert reliable_change_shares(people_of(6, 6), change, 2, FREE).smallest_class == 1


def test_the_three_shares_are_named_and_each_has_a_clustered_interval() -> None:
    found = reliable_change_shares(people_of(30, 10), np.arange(30) % 7 - 3, 2, FREE)
    names = [part.estimand for part in (found.less, found.same, found.more)]
    assert names == ["share_reliably_less_lonely", "share_without_reliable_change", "share_reliably_lonelier"]
    for part in (found.less, found.same, found.more):
        assert (part.status, part.cs, part.n_clusters) == ("ok", None, 10)
        assert part.ci is not None
        assert part.ci.low < part.estimate < part.ci.high  # type: ignore[operator]


def test_refused_shares_carry_no_value_but_their_classes_are_counted_for_the_gate() -> None:
    found = reliable_change_shares(people_of(9, 9), np.arange(9) - 4, 2, Thresholds())
    assert {part.status for part in (found.less, found.same, found.more)} == {"refused"}
    assert found.smallest_class == 3


@given(st.lists(st.integers(-6, 6), min_size=12, max_size=40), st.integers(1, 6))
def test_the_classes_are_everybody_once(change: list[int], points: int) -> None:
    found = reliable_change_shares(people_of(len(change), 6), change, points, FREE)
    assert found.n_less + found.n_same + found.n_more == len(change)
    shares = [part.estimate for part in (found.less, found.same, found.more)]
    assert math.fsum(share for share in shares if share is not None) == pytest.approx(1.0)


@pytest.mark.parametrize(("change", "points"), [([1, math.nan], 2), ([1, 2], 0)])
def test_a_missing_change_or_a_limit_below_one_point_is_refused(change: list[float], points: int) -> None:
    with pytest.raises(ValueError, match="a change for each person and a limit of at least 1 point"):
        reliable_change_shares(people_of(2, 2), change, points, FREE)
