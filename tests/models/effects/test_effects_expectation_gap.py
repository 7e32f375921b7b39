from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.clusters import Membership
from models.effects.expectation_gap import (
    ExpectationPairs,
    expectation_gap,
    net_exceeded,
    share_exceeded,
    share_fell_short,
    tango_interval,
)
from models.effects.result import Thresholds

FREE = Thresholds.none()
ALL = (expectation_gap, share_exceeded, share_fell_short, net_exceeded)


def pairs(expected: list[int], experienced: list[int], per_group: int = 1) -> ExpectationPairs:
    """One pair per person; so many people to a group, each group a cluster."""
    person = np.arange(len(expected))
    group = person // per_group
    return ExpectationPairs.from_scores(Membership(group, group, person), expected, experienced)


# Gaps: +1 +2 0 -1 +1 0 0 +1 -1 +1
TEN = pairs([3, 2, 4, 5, 4, 3, 5, 4, 3, 2], [4, 4, 4, 4, 5, 3, 5, 5, 2, 3])


def test_the_gap_is_the_mean_of_experience_minus_expectation() -> None:
    gaps = [1, 2, 0, -1, 1, 0, 0, 1, -1, 1]
    result = expectation_gap(TEN, FREE)
    assert (result.estimate, result.df) == pytest.approx((sum(gaps) / 10, 9))
    assert result.se == pytest.approx(np.std(gaps, ddof=1) / math.sqrt(10))


def test_shares_count_pairs_better_and_worse_than_expected() -> None:
    assert share_exceeded(TEN, FREE).estimate == pytest.approx(5 / 10)
    assert share_fell_short(TEN, FREE).estimate == pytest.approx(2 / 10)
    assert net_exceeded(TEN, FREE).estimate == pytest.approx(5 / 10 - 2 / 10)


def test_one_pair_per_cluster_gets_tangos_interval() -> None:
    result = net_exceeded(TEN, FREE)
    assert result.ci == tango_interval(5, 2, 10)
    assert result.se == pytest.approx(math.sqrt((7 / 10 - 0.3**2) / 10))


def test_pairs_that_share_a_cluster_get_the_interval_of_clusters() -> None:
    # Five groups of two; net per group: +1, -1/2, +1/2, +1/2, 0.
    result = net_exceeded(pairs([3, 2, 4, 5, 4, 3, 5, 4, 3, 2], [4, 4, 4, 4, 5, 3, 5, 5, 2, 3], 2), FREE)
    assert result.df == pytest.approx(4)
    assert result.se == pytest.approx(np.std([1, -0.5, 0.5, 0.5, 0], ddof=1) / math.sqrt(5))
    assert result.ci != tango_interval(5, 2, 10)


def test_expectations_met_to_the_step_do_not_claim_certainty() -> None:
    met = pairs([4] * 12, [4] * 12)
    assert expectation_gap(met, FREE).se > 0  # type: ignore[operator]
    assert net_exceeded(met, FREE).ci == tango_interval(0, 0, 12)
    assert share_exceeded(met, FREE).ci.high > 0.1  # type: ignore[union-attr]


def test_everybody_pleased_beyond_expectation_does_not_claim_certainty() -> None:
    result = net_exceeded(pairs([3] * 12, [5] * 12), FREE)
    assert (result.estimate, result.ci) == (1.0, tango_interval(12, 0, 12))
    assert result.se == pytest.approx((1 - result.ci.low) / (2 * 1.959963984540054))  # type: ignore[union-attr]


@pytest.mark.parametrize("estimate", ALL)
def test_pairs_below_the_limits_are_refused(estimate) -> None:
    nine = pairs([3] * 9, [4] * 9)
    assert estimate(nine, Thresholds()).reasons == ("too_few_answers",)
    three_groups = pairs([3] * 12, [4] * 12, 4)
    assert estimate(three_groups, Thresholds()).reasons == ("too_few_clusters",)
    none = pairs([], [])
    assert estimate(none, FREE).status == "refused"


@pytest.mark.parametrize("estimate", ALL)
def test_four_people_are_too_few_however_often_they_answer(estimate) -> None:
    person = np.repeat(np.arange(4), 3)
    often = ExpectationPairs.from_scores(Membership(person, person, person), [3] * 12, [4] * 12)
    assert estimate(often, Thresholds()).reasons == ("too_few_persons",)


def test_one_component_gets_a_two_way_variance() -> None:
    person = np.arange(12)
    one = Membership(np.zeros(12, dtype=int), person // 2, person)
    result = expectation_gap(ExpectationPairs.from_scores(one, [3, 4] * 6, [4, 3, 5] * 4), Thresholds())
    assert (result.status, result.variance) == ("ok", "two_way")


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_of_another_scale_is_refused_without_its_value(score: int) -> None:
    with pytest.raises(ValueError, match="scores need 1 to 5; check which scale was used"):
        pairs([score], [3])


def test_every_experience_needs_an_expectation() -> None:
    person = np.arange(2)
    for before, after in (([3, 4], [3]), ([3], [3])):
        with pytest.raises(ValueError, match="one expectation and one experience per pair"):
            ExpectationPairs.from_scores(Membership(person, person, person), before, after)


def test_without_a_change_tangos_interval_is_wilsons_for_no_success() -> None:
    # Of n pairs none changed: the limits are q^2 / (n + q^2) on either side.
    square = 1.959963984540054**2
    interval = tango_interval(0, 0, 20)
    assert (interval.low, interval.high) == pytest.approx((-square / (20 + square), square / (20 + square)))


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_tangos_interval_turns_round_with_its_counts_and_holds_the_estimate(
    better: int, worse: int, same: int
) -> None:
    n = better + worse + same
    if n:
        interval, turned = tango_interval(better, worse, n), tango_interval(worse, better, n)
        assert interval.contains((better - worse) / n)
        assert -1 <= interval.low < interval.high <= 1
        assert (turned.low, turned.high) == pytest.approx((-interval.high, -interval.low), abs=1e-9)


def test_tangos_interval_covers_the_true_difference() -> None:
    rng = np.random.default_rng(1)
    counts = rng.multinomial(25, [0.35, 0.15, 0.5], size=1500)
    covered = [tango_interval(int(b), int(w), 25).contains(0.2) for b, w, _ in counts]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("counts", [(-1, 0, 5), (3, 3, 5), (0, 0, 0)])
def test_counts_that_do_not_fit_have_no_interval(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="together at most n"):
        tango_interval(*counts)
