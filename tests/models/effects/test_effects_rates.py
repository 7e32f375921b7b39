from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.cells import CommitmentCells
from models.effects.rates import completion_rate, design_effect, planned_width, wilson_interval
from models.effects.result import Thresholds

Draw = Callable[[Sequence[Sequence[int]]], CommitmentCells]
FREE = Thresholds.none()


def groups_of(kept: Sequence[int], n: int) -> CommitmentCells:
    """One person per group, `n` commitments each without an appointment, of which `kept` are kept."""
    return CommitmentCells(
        *np.array([(g, g, g, 0, k, n - k, 0, 0, k) for g, k in enumerate(kept)], dtype=np.int64).T
    )


def test_the_rate_counts_withdrawn_as_not_kept_and_leaves_unknown_out(draw_cells: Draw) -> None:
    cells = draw_cells([(g, g, g, 1, 4, 2, 2, 5, 4 - g % 2) for g in range(6)])
    result = completion_rate(cells, 1, FREE)
    assert result.estimate == pytest.approx(3.5 / 8)
    assert (result.estimand, result.n_commitments, result.n_persons) == ("completion_rate_with", 6 * 8, 6)


def test_equal_groups_give_the_variance_of_their_rates() -> None:
    # Rates .2, .4, .6, .8: s^2 = .2 / 3, variance s^2 / 4, df 3, effective n p(1-p) / V.
    result = completion_rate(groups_of([2, 4, 6, 8], 10), 0, FREE)
    variance = 0.2 / 3 / 4
    expected = wilson_interval(0.5 * 0.25 / variance, 0.25 / variance, float(stats.t.ppf(0.975, 3)))
    assert (result.estimate, result.se, result.df) == pytest.approx((0.5, math.sqrt(variance), 3))
    assert (result.ci.low, result.ci.high) == pytest.approx((expected.low, expected.high))


def test_the_effective_number_is_capped_at_the_commitments() -> None:
    # All groups alike: no variance between them, so the binomial one stands.
    result = completion_rate(groups_of([5, 5, 5, 5], 10), 0, FREE)
    assert result.se == pytest.approx(math.sqrt(0.25 / 40))


@pytest.mark.parametrize(("kept", "rate"), [(10, 1.0), (0, 0.0)])
def test_a_rate_of_0_or_100_percent_gets_the_fixed_design_effect(kept: int, rate: float) -> None:
    result = completion_rate(groups_of([kept] * 6, 10), 0, FREE)
    effective = 60 / (1 + (10 - 1) * 0.2)
    expected = wilson_interval(rate * effective, effective, float(stats.t.ppf(0.975, 5)))
    assert result.estimate == rate
    assert (result.ci.low, result.ci.high) == pytest.approx((expected.low, expected.high))
    assert result.ci.width > 0.1


@pytest.mark.parametrize("kept", [0, 10])
def test_the_always_valid_interval_of_0_or_100_percent_covers_the_single_look_one(kept: int) -> None:
    result = completion_rate(groups_of([kept] * 6, 10), 0, FREE)
    assert result.cs.low <= result.ci.low
    assert result.cs.high >= result.ci.high
    assert 0 <= result.cs.low < result.cs.high <= 1


def test_the_overall_rate_takes_both_arms(mixed_cells: CommitmentCells) -> None:
    result = completion_rate(mixed_cells, None, FREE)
    assert result.estimate == pytest.approx(mixed_cells.n_kept.sum() / 216)
    assert (result.n_switchers, completion_rate(mixed_cells, 1, FREE).n_switchers) == (36, None)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (groups_of([2, 3, 2, 3], 4), ("too_few_commitments",)),
        (groups_of([5, 6, 5], 10), ("too_few_clusters",)),
        (groups_of([3], 4), ("too_few_commitments", "too_few_clusters")),
        (CommitmentCells.empty(), ("too_few_commitments", "too_few_clusters")),
    ],
    ids=["16 commitments", "3 clusters", "both", "nothing"],
)
def test_a_rate_below_its_limits_is_refused(cells: CommitmentCells, reason: tuple[str, ...]) -> None:
    result = completion_rate(cells, 0, Thresholds())
    assert (result.status, result.reasons, result.estimate) == ("refused", reason, None)


def test_a_rate_stands_on_20_commitments_of_4_clusters() -> None:
    assert completion_rate(groups_of([2, 3, 4, 1], 5), 0, Thresholds()).status == "early"


def test_one_cluster_is_refused_even_without_limits() -> None:
    result = completion_rate(groups_of([5], 10), 0, FREE)
    assert (result.status, result.reasons) == ("refused", ("too_few_degrees_of_freedom",))


def test_a_rate_is_early_when_its_planned_interval_is_too_wide_or_no_sequence_exists() -> None:
    # 4 groups of 5: 2 t_3 sqrt(.65 x .35 x 1.5 / 20) = .83; df 3 is below 5.
    result = completion_rate(groups_of([2, 3, 4, 1], 5), 0, Thresholds())
    assert result.reasons == ("planned_width_too_wide", "no_always_valid_interval")
    assert result.cs is None
    assert result.ci is not None


def test_a_rate_of_8_groups_is_shown() -> None:
    # 2 t_7 sqrt(.65 x .35 x 1.5 / 144) = .23, df 7.
    result = completion_rate(groups_of([9, 12, 11, 14, 10, 13, 8, 12], 18), 0, Thresholds())
    assert (result.status, result.reasons) == ("ok", ())


def test_earliness_does_not_look_at_outcomes() -> None:
    statuses = {completion_rate(groups_of([k] * 6, 4), 0, Thresholds()).reasons for k in range(5)}
    assert statuses == {("planned_width_too_wide",)}


def test_a_component_above_40_percent_makes_the_variance_two_way(draw_cells: Draw) -> None:
    # Two rounds of six groups share their people, so all are one component.
    rows = [(0, g, p, 0, 3, 3, 0, 0, (g + p) % 4) for p in range(18) for g in (p // 3, 6 + p % 6)]
    result = completion_rate(draw_cells(rows), 0, Thresholds())
    assert (result.variance, result.n_clusters, result.status) == ("two_way", 1, "ok")


@given(st.permutations(range(12)), st.permutations(range(36)), st.permutations(range(72)))
def test_a_rate_is_the_same_bits_whatever_people_and_groups_are_called(
    groups: list[int], people: list[int], order: list[int]
) -> None:
    rng = np.random.default_rng(3)
    person, arm, kept = np.repeat(np.arange(36), 2), np.tile([0, 1], 36), rng.integers(0, 4, 72)
    none = np.zeros(72, dtype=np.int64)

    def result(group: np.ndarray, who: np.ndarray, rows: np.ndarray) -> object:
        columns = (group, group, who, arm, kept, 3 - kept, none, none, kept)
        return completion_rate(CommitmentCells(*(column[rows] for column in columns)), 0, FREE)

    renamed = result(np.array(groups)[person // 3], np.array(people)[person], np.array(order))
    assert renamed == result(person // 3, person, np.arange(72))


def test_the_design_effect_weighs_clusters_by_their_size() -> None:
    # Mean size by size: 4 and 2 give 20 over 6.
    assert design_effect(np.array([4.0, 2.0]), 0.2) == pytest.approx(1 + (20 / 6 - 1) * 0.2)
    assert design_effect(np.array([0.5, 0.5]), 0.2) == 1.0


def test_the_planned_width_takes_t_with_one_less_than_the_clusters() -> None:
    width = planned_width(0.65 * 0.35 / 144, 8, Thresholds())
    assert width == pytest.approx(2 * stats.t.ppf(0.975, 7) * math.sqrt(0.65 * 0.35 / 144 * 1.5))
    assert planned_width(0.001, 1, Thresholds()) == math.inf


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.5, 12))
def test_wilsons_interval_lies_in_0_to_1_and_contains_the_share(kept: int, n: int, quantile: float) -> None:
    share = min(kept, n) / n
    interval = wilson_interval(min(kept, n), n, quantile)
    assert 0 <= interval.low <= share + 1e-12
    assert share - 1e-12 <= interval.high <= 1


@pytest.mark.parametrize(("kept", "n"), [(1, 0), (-1, 5), (6, 5), (math.nan, 5)])
def test_wilsons_interval_refuses_impossible_counts(kept: float, n: float) -> None:
    with pytest.raises(ValueError, match="wilson interval"):
        wilson_interval(kept, n)


def test_the_level_sets_the_width() -> None:
    wide = completion_rate(groups_of([2, 4, 6, 8], 10), 0, FREE)
    narrow = completion_rate(groups_of([2, 4, 6, 8], 10), 0, dataclasses.replace(FREE, level=0.8))
    assert narrow.ci.width < wide.ci.width
    assert narrow.cs.width < wide.cs.width
