from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import ClusterMoments, cr1s_covariance
from models.effects.clustering import two_arm_moments
from models.effects.clusters import sums_by_code
from models.effects.crosschecks import (
    hybrid_score_check,
    intervals_agree,
    jackknife,
    jackknife_difference,
    wild_bootstrap_difference,
)
from models.effects.difference import hybrid_score_difference, risk_difference
from models.effects.result import Interval, Result, Thresholds
from models.effects.wild_bootstrap import WildBootstrap

Even = Callable[..., CommitmentCells]
FREE = Thresholds.none()


def bootstrap_difference(cells: CommitmentCells, thresholds: Thresholds) -> Result:
    return wild_bootstrap_difference(cells, thresholds, np.random.default_rng(1))


CHECKS = (jackknife_difference, bootstrap_difference, hybrid_score_check)


def moments_by(cells: CommitmentCells, codes: np.ndarray) -> ClusterMoments:
    return two_arm_moments(sums_by_code(codes, cells.arm_table()))


def test_the_jackknife_is_the_difference_formed_again_without_each_group(mixed_cells: CommitmentCells) -> None:
    found = jackknife(moments_by(mixed_cells, mixed_cells.cluster), (0, 1))
    full = risk_difference(mixed_cells, FREE).estimate
    left_out = [
        risk_difference(mixed_cells._rows(mixed_cells.cluster != group), FREE).estimate for group in range(12)
    ]
    assert found.estimate == pytest.approx(full)
    assert found.variance == pytest.approx(11 / 12 * sum((one - full) ** 2 for one in left_out))
    assert found.df == 11.0


def test_there_is_no_jackknife_when_one_group_holds_an_arm() -> None:
    moments = two_arm_moments(np.array([[5.0, 2.0, 5.0, 3.0], [5.0, 3.0, 0.0, 0.0], [5.0, 1.0, 0.0, 0.0]]))
    assert jackknife(moments, (0, 1)) is None
    assert jackknife(two_arm_moments(np.array([[5.0, 2.0, 5.0, 3.0]])), (0, 1)) is None


def test_a_difference_whose_arm_one_group_holds_is_refused_by_the_jackknife(
    draw_cells: Callable[..., CommitmentCells],
) -> None:
    rows = [(g, g, g, 0, 3 + g % 2, 2, 0, 0, 3 + g % 2) for g in range(5)] + [(0, 0, 0, 1, 4, 2, 0, 0, 4)]
    result = jackknife_difference(draw_cells(rows), FREE)
    assert (result.status, result.reasons) == ("refused", ("too_few_clusters",))


def test_the_jackknife_interval_is_t_on_one_less_than_the_groups(mixed_cells: CommitmentCells) -> None:
    result = jackknife_difference(mixed_cells, FREE)
    half = stats.t.ppf(0.975, 11) * result.se
    assert result.df == 11.0
    assert (result.ci.low, result.ci.high) == pytest.approx((result.estimate - half, result.estimate + half))
    assert result.cs is None


def test_the_bootstrap_interval_is_that_of_the_scores_of_the_groups(mixed_cells: CommitmentCells) -> None:
    result = bootstrap_difference(mixed_cells, FREE)
    moments = moments_by(mixed_cells, mixed_cells.cluster)
    expected = WildBootstrap.of(moments, 1, np.random.default_rng(1)).interval(0.95, Interval(-1, 1))
    assert (result.ci.low, result.ci.high) == (expected.low, expected.high)
    assert result.se == pytest.approx(np.sqrt(cr1s_covariance(moments)[1, 1]))


def test_five_groups_are_too_few_for_a_bootstrap_at_95_percent(even_cells: Even) -> None:
    result = bootstrap_difference(even_cells(5, n=(9, 9), kept=(5, 6)), FREE)
    assert (result.status, result.reasons) == ("refused", ("too_few_clusters",))


def test_groups_that_are_all_alike_leave_nothing_to_resample(even_cells: Even) -> None:
    result = bootstrap_difference(even_cells(12, n=(9, 9), kept=(5, 6)), FREE)
    assert (result.status, result.reasons) == ("refused", ("no_spread_to_resample",))


def test_the_hybrid_score_has_numbers_over_the_design_effect_of_the_difference(
    draw_cells: Callable[..., CommitmentCells],
) -> None:
    # Groups keep 2 or 8 of 10 in both arms alternately shifted, so the difference varies more than by chance.
    rows = [
        (g, g, g, arm, kept, 10 - kept, 0, 0, kept)
        for g in range(12)
        for arm, kept in ((0, 2 + 6 * (g % 2)), (1, 9 - 6 * (g % 2)))
    ]
    cells = draw_cells(rows)
    first, check = risk_difference(cells, FREE), hybrid_score_check(cells, FREE)
    effect = first.se**2 / (0.5 * 0.5 / 120 + 0.6 * 0.4 / 120)
    assert effect > 1
    n = 120 / effect
    quantile = float(stats.t.ppf(0.975, first.df))
    expected = hybrid_score_difference(0.6 * n, n, 0.5 * n, n, quantile)
    assert (check.ci.low, check.ci.high) == pytest.approx((expected.low, expected.high))


def test_a_lucky_small_variance_does_not_make_the_numbers_larger_than_they_are(
    draw_cells: Callable[..., CommitmentCells],
) -> None:
    # Groups keep 5 of 9 without and 6 or 7 of 9 with: far more alike than chance would have them.
    rows = [
        (g, g, g, arm, kept, 9 - kept, 0, 0, kept) for g in range(12) for arm, kept in ((0, 5), (1, 6 + g % 2))
    ]
    cells = draw_cells(rows)
    first, check = risk_difference(cells, FREE), hybrid_score_check(cells, FREE)
    quantile = float(stats.t.ppf(0.975, first.df))
    expected = hybrid_score_difference(78, 108, 60, 108, quantile)
    assert 0 < first.se**2 < 60 / 108 * 48 / 108**2
    assert (check.ci.low, check.ci.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("kept", [(5, 5), (0, 5), (0, 0), (3, 5), (0, 3)])
def test_arms_at_0_or_100_percent_have_an_interval_of_some_width(
    even_cells: Even, kept: tuple[int, int]
) -> None:
    cells = even_cells(12, n=(5, 5), kept=kept)
    for check in (jackknife_difference, hybrid_score_check):
        result = check(cells, FREE)
        assert result.ci.contains((kept[1] - kept[0]) / 5)
        assert result.ci.width > 0.05
    assert hybrid_score_check(cells, FREE).ci.clip(-1, 1).width == hybrid_score_check(cells, FREE).ci.width


@pytest.mark.parametrize("n_groups", [3, 6, 20])
def test_every_check_is_refused_or_early_where_the_headline_is(n_groups: int) -> None:
    rng = np.random.default_rng(n_groups)
    kept = rng.integers(1, 7, (n_groups, 2))
    cells = CommitmentCells(
        *(np.repeat(np.arange(n_groups), 2) for _ in range(3)),
        np.tile([0, 1], n_groups),
        kept.ravel(),
        7 - kept.ravel(),
        *(np.zeros(2 * n_groups, dtype=np.int64) for _ in range(2)),
        kept.ravel(),
    )
    first = risk_difference(cells, Thresholds())
    for check in CHECKS:
        result = check(cells, Thresholds())
        assert (result.status, result.reasons, result.n_commitments) == (
            first.status,
            first.reasons,
            first.n_commitments,
        )


def test_with_a_two_way_variance_the_wider_of_people_and_group_spells_counts() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for person in range(18):
        for group in (person // 3, 6 + person % 6):
            for arm in (0, 1):
                kept = int(rng.binomial(3, 0.6))
                rows.append((0, group, person, arm, kept, 3 - kept, 0, 0, kept))
    cells = CommitmentCells(*np.array(rows).T)
    result = jackknife_difference(cells, FREE)
    by_person, by_group = (jackknife(moments_by(cells, codes), (0, 1)) for codes in (cells.person, cells.group))
    assert result.variance == "two_way"
    assert result.se == pytest.approx(max(by_person.se, by_group.se))
    assert result.df == 11.0
    boot = bootstrap_difference(cells, FREE)
    one = WildBootstrap.of(moments_by(cells, cells.group), 1, np.random.default_rng(1))
    alone = one.interval(0.95, Interval(-1, 1))
    assert boot.ci.low <= alone.low
    assert boot.ci.high >= alone.high


@pytest.mark.parametrize(
    ("other", "agree"),
    [
        (Interval(0.05, 0.25), True),
        (Interval(0.0501, 0.25), False),
        (Interval(0.0, 0.1499), False),
        (None, None),
    ],
)
def test_intervals_agree_when_both_ends_are_within_five_points(
    other: Interval | None, agree: bool | None
) -> None:
    assert intervals_agree(Interval(0.0, 0.2), other) is agree


def simulated(rng: np.random.Generator, n_groups: int, difference: float) -> CommitmentCells:
    """Three people a group, three commitments in each arm; group effects of SD .12 on the shares."""
    person = np.repeat(np.arange(3 * n_groups), 2)
    arm = np.tile([0, 1], 3 * n_groups)
    chance = 0.6 + difference * arm + np.clip(rng.normal(0, 0.12, n_groups), -0.25, 0.25)[person // 3]
    kept = rng.binomial(3, chance)
    none = np.zeros(kept.size, dtype=np.int64)
    return CommitmentCells(person // 3, person // 3, person, arm, kept, 3 - kept, none, none, kept)


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [8, 16])
def test_every_check_covers_a_difference_of_ten_points_in_at_least_about_95_of_100_programmes(
    n_groups: int,
) -> None:
    rng = np.random.default_rng(n_groups)
    found = np.array(
        [
            [check(cells, FREE).ci.contains(0.1) for check in CHECKS]
            for cells in (simulated(rng, n_groups, 0.1) for _ in range(400))
        ]
    )
    # Monte Carlo error .011.
    assert np.all(found.mean(axis=0) >= 0.95 - 0.033)
