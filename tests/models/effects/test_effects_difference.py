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
from models.effects.cluster_robust import ClusterMoments, cr2, two_way
from models.effects.difference import risk_difference
from models.effects.result import Thresholds

Draw = Callable[[Sequence[Sequence[int]]], CommitmentCells]
Even = Callable[..., CommitmentCells]
FREE = Thresholds.none()


def as_commitments(cells: CommitmentCells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row per commitment: design matrix, kept, and index of its cell."""
    n, kept = cells.n_known, cells.n_kept
    cell = np.repeat(np.arange(n.size), n)
    y = np.concatenate([np.repeat([1.0, 0.0], [k, m - k]) for k, m in zip(kept, n, strict=True)])
    return np.column_stack([np.ones(cell.size), cells.arm[cell]]), y, cell


def test_the_difference_of_cells_is_the_regression_on_single_commitments(mixed_cells: CommitmentCells) -> None:
    x, y, cell = as_commitments(mixed_cells)
    fit = cr2(ClusterMoments.from_rows(x, y, mixed_cells.cluster[cell]), (0, 1))
    result = risk_difference(mixed_cells, FREE)
    assert (result.estimate, result.se, result.df) == pytest.approx((fit.estimate, fit.se, fit.df))
    half = stats.t.ppf(0.975, fit.df) * fit.se
    assert (result.ci.low, result.ci.high) == pytest.approx((fit.estimate - half, fit.estimate + half))


def test_the_result_says_what_stands_behind_it(mixed_cells: CommitmentCells) -> None:
    result = risk_difference(mixed_cells, FREE, design="randomised")
    assert (result.n_commitments, result.n_persons, result.n_clusters, result.n_switchers) == (216, 36, 12, 36)
    assert (result.estimand, result.design, result.variance) == ("risk_difference", "randomised", "cluster")


def reshuffled(seed: int = 1) -> CommitmentCells:
    """Eighteen people in six groups, then in six others: one component, twelve group spells."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(18):
        for group in (person // 3, 6 + person % 6):
            for arm in (0, 1):
                kept = int(rng.binomial(3, 0.6))
                rows.append((0, group, person, arm, kept, 3 - kept, 0, 0, kept))
    return CommitmentCells(*np.array(rows).T)


def test_one_component_above_40_percent_gets_a_two_way_variance() -> None:
    cells = reshuffled()
    x, y, cell = as_commitments(cells)
    pair = cells.group * 18 + cells.person
    by = [ClusterMoments.from_rows(x, y, code[cell]) for code in (cells.person, cells.group, pair)]
    fit = two_way(*by, (0, 1))
    result = risk_difference(cells, FREE)
    assert (result.variance, result.n_clusters) == ("two_way", 1)
    assert (result.se, result.df) == pytest.approx((fit.se, fit.df))


def test_a_two_way_difference_is_judged_by_its_group_spells() -> None:
    assert risk_difference(reshuffled(), Thresholds()).status == "ok"


def test_a_two_way_difference_of_three_group_spells_is_refused(draw_cells: Draw) -> None:
    rows = [(0, p % 3, p, arm, 2, 2, 0, 0, (p + arm) % 3) for p in range(12) for arm in (0, 1)]
    result = risk_difference(draw_cells(rows), Thresholds())
    assert (result.status, result.variance, result.reasons) == ("refused", "two_way", ("too_few_clusters",))


@pytest.mark.parametrize(
    ("groups", "n", "reasons"),
    [
        (5, (4, 1), ("too_few_commitments_in_an_arm",)),
        (3, (10, 10), ("too_few_clusters",)),
        (3, (3, 4), ("too_few_commitments_in_an_arm", "too_few_clusters")),
    ],
    ids=["5 with", "3 clusters", "both"],
)
def test_a_difference_below_its_limits_is_refused(
    even_cells: Even, groups: int, n: tuple[int, int], reasons: tuple[str, ...]
) -> None:
    result = risk_difference(even_cells(groups, n, (1, 1)), Thresholds())
    assert (result.status, result.reasons, result.estimate, result.ci) == ("refused", reasons, None, None)


def test_only_clusters_with_both_arms_count_for_the_refusal(draw_cells: Draw) -> None:
    rows = [(g, g, g, arm, 6, 4, 0, 0, 6 - g % 2) for g in range(3) for arm in (0, 1)]
    rows += [(g, g, g, 0, 6, 4, 0, 0, 6) for g in range(3, 9)]
    assert risk_difference(draw_cells(rows), Thresholds()).reasons == ("too_few_clusters",)


def test_too_few_degrees_of_freedom_are_refused(draw_cells: Draw) -> None:
    # Nearly all commitments with an appointment come from one cluster of 39 %.
    rows = [(g, g, g, 0, 25, 5, 0, 0, 15 + g) for g in range(8)]
    rows += [(g, g, g, 1, 1, 0, 0, 0, g % 2) for g in range(1, 8)] + [(0, 0, 0, 1, 80, 20, 0, 0, 70)]
    result = risk_difference(draw_cells(rows), Thresholds())
    assert (result.status, result.reasons) == ("refused", ("too_few_degrees_of_freedom",))


def test_bounds_wider_than_40_points_refuse_the_headline(even_cells: Even) -> None:
    # Unknown 5 of 15 in each arm: width .67. One of 11 each: .18.
    assert risk_difference(even_cells(12, (10, 10), (3, 4), (5, 5)), Thresholds()).reasons == (
        "too_many_unknown_outcomes",
    )
    assert risk_difference(even_cells(12, (10, 10), (3, 4), (1, 1)), Thresholds()).status == "ok"


def test_unknown_outcomes_of_people_without_a_known_one_still_count_in_the_bounds(
    even_cells: Even, draw_cells: Draw
) -> None:
    silent = draw_cells([(20, 20, 20, 1, 0, 0, 0, 80, 0)])
    result = risk_difference(even_cells(12, (6, 6), (3, 4)).merge(silent), Thresholds())
    assert result.reasons == ("too_many_unknown_outcomes",)
    assert (result.n_persons, result.n_clusters) == (12, 12)


def test_a_difference_of_fewer_than_10_clusters_is_early_but_has_a_value(even_cells: Even) -> None:
    # 9 clusters x 20: df 8, planned width 2 t_8 sqrt(.65 x .35 x 1.5 x 2 / 180) = .28.
    result = risk_difference(even_cells(9, (20, 20), (11, 13)), Thresholds())
    assert (result.status, result.reasons) == ("early", ("too_few_clusters",))
    assert result.estimate == pytest.approx(0.1)
    assert result.cs is not None


def test_a_difference_of_fewer_than_8_degrees_of_freedom_is_early(even_cells: Even) -> None:
    result = risk_difference(even_cells(8, (20, 20), (11, 13)), Thresholds())
    assert result.df == pytest.approx(7)
    assert result.reasons == ("too_few_clusters", "too_few_degrees_of_freedom")


def test_a_difference_planned_wider_than_40_points_is_early(even_cells: Even) -> None:
    # 12 clusters: 2 t_11 sqrt(.65 x .35 x 1.5 x 2 / n) is .40 at n = 82.6 per arm.
    assert risk_difference(even_cells(12, (6, 6), (3, 4)), Thresholds()).reasons == ("planned_width_too_wide",)
    assert risk_difference(even_cells(12, (7, 7), (3, 4)), Thresholds()).reasons == ()


@given(st.lists(st.integers(0, 6), min_size=24, max_size=24))
def test_earliness_never_depends_on_outcomes(kept: list[int]) -> None:
    rows = [(g, g, g, arm, k, 6 - k, 0, 0, k) for (g, arm), k in zip(np.ndindex(12, 2), kept, strict=True)]
    result = risk_difference(CommitmentCells(*np.array(rows).T), Thresholds())
    assert (result.status, result.reasons) == ("early", ("planned_width_too_wide",))


def test_without_five_degrees_of_freedom_there_is_no_always_valid_interval(even_cells: Even) -> None:
    result = risk_difference(even_cells(5, (20, 20), (11, 13)), Thresholds())
    assert result.cs is None
    assert result.reasons[-1] == "no_always_valid_interval"


@pytest.mark.parametrize("kept", [(6, 6), (0, 6), (0, 0), (3, 3)], ids=["all", "opposite", "none", "all alike"])
def test_no_interval_is_without_width(even_cells: Even, kept: tuple[int, int]) -> None:
    result = risk_difference(even_cells(12, (6, 6), kept), FREE)
    assert result.estimate == pytest.approx((kept[1] - kept[0]) / 6)
    assert result.se > 0.02
    assert result.cs.width > result.ci.clip(-1, 1).width > 0


def test_groups_all_alike_get_the_binomial_variance_with_the_fixed_design_effect(even_cells: Even) -> None:
    # 3 of 6 in either arm of 12 groups: .25 x (1 + 5 x .2) / 72 for each arm.
    assert risk_difference(even_cells(12, (6, 6), (3, 3)), FREE).se == pytest.approx(
        math.sqrt(2 * 0.25 * 2 / 72)
    )


def test_an_arm_at_100_percent_adds_its_own_uncertainty(draw_cells: Draw) -> None:
    rows = [(g, g, g, 1, 5, 0, 0, 0, 5) for g in range(12)]
    rows += [(g, g, g, 0, 5, 0, 0, 0, 2 + g % 3) for g in range(12)]
    cells = draw_cells(rows)
    fit = cr2(
        ClusterMoments.from_rows(*as_commitments(cells)[:2], cells.cluster[as_commitments(cells)[2]]), (0, 1)
    )
    quantile, effective = stats.t.ppf(0.975, fit.df), 60 / (1 + 4 * 0.2)
    expected = math.sqrt(fit.variance + (quantile / (effective + quantile**2)) ** 2)
    assert risk_difference(cells, FREE).se == pytest.approx(expected)


@pytest.mark.parametrize("cells", [CommitmentCells.empty()])
def test_nothing_is_refused_even_without_limits(cells: CommitmentCells) -> None:
    assert risk_difference(cells, FREE).reasons == ("too_few_commitments_in_an_arm",)


def test_an_empty_arm_is_refused_even_without_limits(even_cells: Even) -> None:
    assert risk_difference(even_cells(12, (6, 0), (3, 0)), FREE).reasons == ("too_few_commitments_in_an_arm",)


def test_swapping_the_arms_turns_the_sign(mixed_cells: CommitmentCells) -> None:
    there = risk_difference(mixed_cells, FREE)
    back = risk_difference(dataclasses.replace(mixed_cells, arm=1 - mixed_cells.arm), FREE)
    assert (back.estimate, back.se, back.df) == pytest.approx((-there.estimate, there.se, there.df))


@given(st.permutations(range(12)), st.permutations(range(36)), st.permutations(range(72)), st.booleans())
def test_a_difference_is_the_same_bits_whatever_people_and_groups_are_called(
    groups: list[int], people: list[int], order: list[int], is_one_component: bool
) -> None:
    rng = np.random.default_rng(4)
    person, arm, kept = np.repeat(np.arange(36), 2), np.tile([0, 1], 36), rng.integers(0, 4, 72)
    none = np.zeros(72, dtype=np.int64)

    def result(group: np.ndarray, who: np.ndarray, rows: np.ndarray) -> object:
        cluster = none if is_one_component else group
        columns = (cluster, group, who, arm, kept, 3 - kept, none, none, kept)
        return risk_difference(CommitmentCells(*(column[rows] for column in columns)), FREE)

    renamed = result(np.array(groups)[person // 3], np.array(people)[person], np.array(order))
    assert renamed == result(person // 3, person, np.arange(72))


@given(st.integers(1, 11))
def test_cells_delivered_in_two_parts_give_the_same_difference(split: int) -> None:
    whole = reshuffled(seed=9)
    first, second = whole._rows(whole.group < split), whole._rows(whole.group >= split)
    assert risk_difference(second.merge(first), FREE) == risk_difference(whole, FREE)
