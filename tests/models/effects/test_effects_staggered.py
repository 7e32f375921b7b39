"""The change after starting against people who wait: by hand, by brute force, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.arrays import FloatArray, IntArray
from models.effects.result import Thresholds
from models.effects.staggered import StaggeredScores, staggered_difference

FREE = Thresholds.none()
LIMITS = Thresholds()


def panel(start: IntArray, score: FloatArray, cluster: IntArray | None = None) -> StaggeredScores:
    """A balanced panel: people by periods, each started from period `start` on."""
    n, periods = score.shape
    person, period = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    clusters = np.arange(n) if cluster is None else cluster
    is_started = (period >= start[person]).astype(np.int64)
    return StaggeredScores(clusters[person], clusters[person], person, period, is_started, score.ravel())


def two_groups(n_started: int, n_waiting: int, seed: int = 1) -> tuple[StaggeredScores, FloatArray, FloatArray]:
    """People asked in two periods, of whom some started between; with the change of either."""
    rng = np.random.default_rng(seed)
    score = rng.integers(3, 10, (n_started + n_waiting, 2)).astype(float)
    start = np.repeat([1, 2], [n_started, n_waiting])
    change = score[:, 1] - score[:, 0]
    return panel(start, score), change[:n_started], change[n_started:]


def test_one_pair_of_periods_is_a_difference_of_mean_changes_with_welchs_error() -> None:
    scores, started, waiting = two_groups(14, 11)
    found = staggered_difference(scores, FREE)
    result, welch = found.result, stats.ttest_ind(started, waiting, equal_var=False)
    assert result.estimate == pytest.approx(float(started.mean() - waiting.mean()))
    assert result.se == pytest.approx(math.sqrt(started.var(ddof=1) / 14 + waiting.var(ddof=1) / 11))
    assert result.estimate / result.se == pytest.approx(float(welch.statistic))  # type: ignore[operator]
    assert (result.df, found.n_started, found.n_waiting, result.n_persons) == (10, 14, 11, 25)


def test_clusters_of_equal_size_have_the_error_of_their_mean_changes() -> None:
    # Four clusters of two either side; both people of a cluster change alike.
    change = np.array([-2, -1, 0, -1, 1, 0, 0, 1], dtype=float)
    score = np.column_stack([np.full(16, 5.0), 5 + np.repeat(change, 2)])
    found = staggered_difference(panel(np.repeat([1, 2], 8), score, np.repeat(np.arange(8), 2)), FREE).result
    started, waiting = change[:4], change[4:]
    assert found.estimate == pytest.approx(-1 - 0.5)
    assert found.se == pytest.approx(math.sqrt(started.var(ddof=1) / 4 + waiting.var(ddof=1) / 4))
    assert (found.df, found.n_clusters) == (3, 8)


def test_a_balanced_panel_gives_the_group_time_effects_averaged_by_group() -> None:
    """Callaway & Sant'Anna's ATT(g, t) from their definition, averaged over t, then over g by size."""
    rng = np.random.default_rng(5)
    start = np.repeat([2, 3, 5, 9], [12, 9, 15, 10])
    score = rng.normal(size=(start.size, 6))
    by_group = []
    for g in (2, 3, 5):
        effects = []
        for t in range(g, 6):
            waiting = start > t
            own = score[start == g, t] - score[start == g, g - 1]
            effects.append(own.mean() - (score[waiting, t] - score[waiting, g - 1]).mean())
        by_group.append(((start == g).sum(), np.mean(effects)))
    expected = sum(n * effect for n, effect in by_group) / sum(n for n, _ in by_group)
    found = staggered_difference(panel(start, score), FREE)
    assert found.result.estimate == pytest.approx(expected)
    assert (found.n_started, found.n_waiting) == (12 + 9 + 15, 9 + 15 + 10)


def test_the_error_is_that_of_leaving_out_one_cluster_at_a_time_nearly() -> None:
    rng = np.random.default_rng(9)
    cluster = np.arange(240) // 4
    start = np.array([2, 3, 4, 9])[cluster % 4]
    score = rng.normal(size=(240, 5)) + rng.normal(size=(60, 5))[cluster]
    whole = staggered_difference(panel(start, score, cluster), FREE).result
    rest = []
    for left_out in range(60):
        keep = cluster != left_out
        part = panel(start[keep], score[keep], cluster[keep])
        rest.append(staggered_difference(part, FREE).result.estimate or math.nan)
    jackknife = math.sqrt(59 / 60 * float(((np.array(rest) - whole.estimate) ** 2).sum()))
    assert whole.se == pytest.approx(jackknife, rel=0.03)


def test_the_base_is_the_last_score_before_the_start_even_if_it_lies_further_back() -> None:
    # People who start in period 3 were last asked in period 0; those who wait fell by 1 from 0 to 3.
    started = [(person, 0, 0, 6.0) for person in range(10)] + [(person, 3, 1, 3.0) for person in range(10)]
    waiting = [(person, t, 0, 8.0 - t / 3) for person in range(10, 20) for t in (0, 3)]
    person, period, is_started, score = (np.array(c) for c in zip(*started, *waiting, strict=True))
    found = staggered_difference(StaggeredScores(person, person, person, period, is_started, score), FREE)
    assert found.result.estimate == pytest.approx((3 - 6) - (7 - 8))


def test_a_score_after_the_start_in_the_period_of_the_base_is_compared_with_nobody() -> None:
    started = [(person, 1, side, 5.0 - side) for person in range(10) for side in (0, 1)]
    waiting = [(person, t, 0, 5.0) for person in range(10, 20) for t in (0, 1)]
    person, period, is_started, score = (np.array(c) for c in zip(*started, *waiting, strict=True))
    found = staggered_difference(StaggeredScores(person, person, person, period, is_started, score), FREE)
    assert found.result.reasons == ("no_periods_in_common",)


@pytest.mark.parametrize(("n_waiting", "n_started"), [(4, 12), (5, 12 + 10)])
def test_a_pair_of_periods_needs_five_people_who_wait(n_waiting: int, n_started: int) -> None:
    """Twelve people have 15 to be set against from period 0 to 1; ten more have only a few, from 0 to 2."""
    early = [(person, t, t, 5.0) for person in range(12) for t in (0, 1)]
    late = [(person, t, t // 2, 5.0) for person in range(12, 22) for t in (0, 2)]
    waiting = [(person, t, 0, 5.0) for person in range(22, 37) for t in (0, 1)]
    few = [(person, 2, 0, 5.0) for person in range(22, 22 + n_waiting)]
    person, period, is_started, score = (np.array(c) for c in zip(*early, *late, *waiting, *few, strict=True))
    found = staggered_difference(StaggeredScores(person, person, person, period, is_started, score), LIMITS)
    assert (found.n_started, found.n_waiting) == (n_started, 15)


def test_what_everybody_goes_through_in_a_season_drops_out() -> None:
    scores, _, _ = two_groups(14, 11)
    season = StaggeredScores(
        scores.cluster,
        scores.group,
        scores.person,
        scores.period,
        scores.is_started,
        scores.score + 2.0 * scores.period,
    )
    there, here = staggered_difference(season, FREE).result, staggered_difference(scores, FREE).result
    assert (there.estimate, there.se) == pytest.approx((here.estimate, here.se))


def season_programme(rng: np.random.Generator, shift: float) -> tuple[StaggeredScores, FloatArray]:
    """Groups of three that start in eight periods, a season that lowers all scores, two thirds of answers given.

    Returns the scores and, for each person asked on both sides, the plain change.
    """
    group = np.arange(240) // 3
    start = 1 + rng.integers(0, 8, 80)[group]
    period = np.arange(10)
    season = -0.15 * period
    latent = (
        rng.normal(5, 1, 240)[:, None] + 0.4 * rng.normal(size=(80, 10))[group] + rng.normal(size=(240, 10))
    )
    score = latent + season + shift * (period >= start[:, None])
    given_ = rng.random((240, 10)) < 2 / 3
    whole = panel(start, score, group)
    keep = given_.ravel()
    names = ("cluster", "group", "person", "period", "is_started", "score")
    changes = [
        row[has & (period >= s)][-1] - row[has & (period < s)][0]
        for row, has, s in zip(score, given_, start, strict=True)
        if (has & (period >= s)).any() and (has & (period < s)).any()
    ]
    return StaggeredScores(*(getattr(whole, name)[keep] for name in names)), np.array(changes)


@pytest.mark.parametrize("shift", [0.0, -0.5])
def test_the_comparison_finds_a_shift_that_a_season_hides_in_the_plain_change(shift: float) -> None:
    rng, n = np.random.default_rng(17), 300
    found, plain, covered = [], [], 0
    for _ in range(n):
        scores, changes = season_programme(rng, shift)
        result = staggered_difference(scores, LIMITS).result
        assert result.estimate is not None
        assert result.ci is not None
        found.append(result.estimate)
        covered += result.ci.contains(shift)
        plain.append(float(changes.mean()))
    assert np.mean(found) == pytest.approx(shift, abs=3.5 * np.std(found, ddof=1) / math.sqrt(n))
    assert covered / n == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / n))
    assert np.mean(plain) < shift - 0.5


def test_without_a_second_score_before_starting_there_is_no_comparison() -> None:
    # Everybody has a baseline just before the start and a score after it.
    person = np.repeat(np.arange(30), 2)
    period = person % 6 + np.tile([0, 1], 30)
    scores = StaggeredScores(person, person, person, period, np.tile([0, 1], 30), np.full(60, 5.0))
    found = staggered_difference(scores, LIMITS)
    assert (found.result.status, found.result.reasons) == ("refused", ("nobody_scored_twice_before_starting",))
    assert (found.n_started, found.n_waiting, found.result.estimate) == (0, 0, None)


def test_nobody_at_all_is_refused() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = staggered_difference(StaggeredScores(none, none, none, none, none, np.zeros(0)), LIMITS)
    assert found.result.reasons == ("nobody_scored_twice_before_starting",)


@pytest.mark.parametrize(
    ("n_started", "n_waiting", "reasons"),
    [
        (10, 4, ("too_few_not_yet_started",)),
        (10, 9, ("too_few_not_yet_started",)),
        (9, 10, ("too_few_persons",)),
        (0, 12, ("no_periods_in_common",)),
    ],
)
def test_too_few_people_on_a_side_are_refused(n_started: int, n_waiting: int, reasons: tuple[str, ...]) -> None:
    found = staggered_difference(two_groups(n_started, n_waiting)[0], LIMITS)
    assert (found.result.status, found.result.reasons) == ("refused", reasons)


@pytest.mark.parametrize(
    ("n_clusters", "reasons"), [(1, ("too_few_not_yet_started",)), (2, ()), (3, ())], ids=["1", "2", "3"]
)
def test_people_who_wait_in_one_cluster_alone_are_no_comparison(
    n_clusters: int, reasons: tuple[str, ...]
) -> None:
    _, started, waiting = two_groups(12, 12)
    score = np.column_stack([np.full(24, 5.0), 5 + np.concatenate([started, waiting])])
    cluster = np.concatenate([np.arange(12), 12 + np.arange(12) % n_clusters])
    found = staggered_difference(panel(np.repeat([1, 2], 12), score, cluster), FREE)
    assert found.result.reasons == reasons


@pytest.mark.parametrize(
    ("n_clusters", "status", "reasons"),
    [
        (3, "refused", ("too_few_clusters",)),
        (4, "early", ("too_few_clusters", "too_few_degrees_of_freedom")),
        (9, "early", ("too_few_clusters",)),
        (10, "ok", ()),
    ],
)
def test_few_clusters_are_refused_then_early_then_ok(
    n_clusters: int, status: str, reasons: tuple[str, ...]
) -> None:
    rng, of = np.random.default_rng(2), 5
    n = n_clusters * of
    score = rng.integers(3, 10, (2 * n, 2)).astype(float)
    cluster = np.arange(2 * n) // of
    result = staggered_difference(panel(np.repeat([1, 2], n), score, cluster), LIMITS).result
    assert (result.status, result.reasons) == (status, reasons)


def test_clusters_of_unequal_size_count_as_fewer() -> None:
    # Started: clusters of 1, 1, 1, 1 and 8 people: 12^2 / (4 + 64) = 2.1 equal ones.
    cluster = np.concatenate([np.repeat(np.arange(5), [1, 1, 1, 1, 8]), np.arange(5, 17)])
    score = np.random.default_rng(1).integers(3, 10, (24, 2)).astype(float)
    result = staggered_difference(panel(np.repeat([1, 2], 12), score, cluster), FREE).result
    assert result.df == pytest.approx(12**2 / (4 + 64) - 1)


def test_one_component_is_judged_by_its_group_spells() -> None:
    scores, _, _ = two_groups(14, 11)
    one = StaggeredScores(
        np.zeros_like(scores.cluster),
        scores.group,
        scores.person,
        scores.period,
        scores.is_started,
        scores.score,
    )
    result = staggered_difference(one, LIMITS).result
    assert (result.variance, result.n_clusters) == ("two_way", 1)
    assert result.se == staggered_difference(scores, LIMITS).result.se


def test_nobody_changing_does_not_claim_certainty() -> None:
    result = staggered_difference(panel(np.repeat([1, 2], 12), np.full((24, 2), 5.0)), LIMITS).result
    assert result.se == pytest.approx(math.sqrt(1 / 12 / 12))


@pytest.mark.parametrize(
    ("is_started", "period", "score", "match"),
    [
        ([0, 2], [0, 1], [5, 5], "is_started is 0 or 1"),
        ([0, 0], [1, 1], [5, 5], "two scores on one side"),
        ([0, 0], [0, 1], [5, math.nan], "no score may be missing"),
        ([0, 0], [0, 1], [5], "same length"),
        ([1, 0], [0, 1], [5, 5], "before the start lies in a later period"),
    ],
)
def test_scores_that_cannot_be_are_refused(
    is_started: list[int], period: list[int], score: list[float], match: str
) -> None:
    zeros = np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match=match):
        StaggeredScores(zeros, zeros, zeros, np.array(period), np.array(is_started), np.array(score))


@given(st.permutations(range(25)))
def test_the_difference_is_the_same_bits_whatever_people_are_called(people: list[int]) -> None:
    scores, _, _ = two_groups(14, 11)
    code = np.array(people)[scores.person]
    renamed = StaggeredScores(code, code, code, scores.period, scores.is_started, scores.score)
    assert staggered_difference(renamed, FREE) == staggered_difference(scores, FREE)
