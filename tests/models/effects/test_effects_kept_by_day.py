from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.cells import CommitmentCells
from models.effects.incidence import DayCounts
from models.effects.kept_by_day import (
    TOO_FEW_FOLLOWED,
    TOO_MANY_DAYS_UNKNOWN,
    complementary_log_log_interval,
    done_curve,
    kept_by_day,
)
from models.effects.rates import completion_rate
from models.effects.result import Thresholds
from models.effects.sequential import sequence_half_width

Row = Sequence[int]
FREE = Thresholds.none()
PLAN = Thresholds()


def counts(rows: Sequence[Row]) -> DayCounts:
    """Counts from rows of (cluster, arm, day, done, done without a day, withdrawn, open); a cluster is a person."""
    return DayCounts(*np.array([(c, c, c, *rest) for c, *rest in rows], dtype=np.int64).reshape(-1, 9).T)


def groups(n_groups: int, *parts: Row) -> DayCounts:
    """The same parts (arm, day, done, done without a day, withdrawn, open) in each of so many groups."""
    return counts([(group, *part) for group in range(n_groups) for part in parts])


def programme(seed: int, n_groups: int = 12, n: int = 18) -> tuple[DayCounts, CommitmentCells]:
    """Commitments watched to day 42, and the same ones as cells: kept by day 28."""
    rng = np.random.default_rng(seed)
    rows, cells = [], []
    for group in range(n_groups):
        rate = rng.uniform(0.4, 0.9)
        day, is_done = rng.integers(0, 35, n), rng.random(n) < rate
        for at in range(35):
            done = int((is_done & (day == at)).sum())
            if done:
                rows.append((group, 1, at, done, 0, 0, 0))
        withdrawn, still_open = int((~is_done).sum()) // 2, (int((~is_done).sum()) + 1) // 2
        rows.append((group, 1, 20, 0, 0, withdrawn, 0))
        rows.append((group, 1, 42, 0, 0, 0, still_open))
        kept = int((is_done & (day <= 28)).sum())
        cells.append((group, group, group, 1, int(is_done.sum()), still_open, withdrawn, 0, kept))
    return counts(rows), CommitmentCells(*np.array(cells).T)


@pytest.mark.parametrize("seed", range(3))
def test_at_the_horizon_it_is_the_share_kept_of_the_headline(seed: int) -> None:
    days, cells = programme(seed)
    (share,) = kept_by_day(days, 1, [28], 28, FREE)
    headline = completion_rate(cells, 1, FREE)
    # Groups of one size: the influences sum to CR2's variance of the mean, and its df are G - 1.
    assert (share.done.estimate, share.done.se) == pytest.approx((headline.estimate, headline.se))
    assert (share.done.df, headline.df) == pytest.approx((11, 11))
    assert share.done.n_commitments == headline.n_commitments == 12 * 18


def test_each_day_counts_what_was_done_by_its_end() -> None:
    days = groups(5, (1, 7, 2, 0, 0, 0), (1, 8, 1, 0, 0, 0), (1, 42, 0, 0, 0, 1))
    assert [share.done.estimate for share in kept_by_day(days, 1, [6, 7, 8], 28, FREE)] == pytest.approx(
        [0, 2 / 4, 3 / 4]
    )


def test_the_other_arm_makes_no_difference() -> None:
    own = groups(5, (1, 7, 2, 0, 0, 0), (1, 42, 0, 0, 0, 2))
    both = groups(5, (1, 7, 2, 0, 0, 0), (1, 42, 0, 0, 0, 2), (0, 3, 9, 0, 9, 0))
    assert kept_by_day(own, 1, [14], 28, FREE) == kept_by_day(both, 1, [14], 28, FREE)


def test_the_share_withdrawn_goes_by_the_day_somebody_said_so() -> None:
    days = groups(5, (1, 10, 0, 0, 1, 0), (1, 12, 1, 0, 0, 0), (1, 42, 0, 0, 0, 2))
    assert [share.withdrawn for share in kept_by_day(days, 1, [9, 10], 28, FREE)] == [0, pytest.approx(1 / 4)]


def test_what_was_done_on_no_known_day_is_spread_like_the_rest() -> None:
    # By day 28: 8 of 20 done on known days, half of them by day 7; one more on a day the rule puts at 0.
    days = groups(5, (1, 7, 4, 0, 0, 0), (1, 20, 4, 0, 0, 0), (1, 0, 0, 1, 0, 0), (1, 42, 0, 0, 0, 11))
    first, last = kept_by_day(days, 1, [7, 28], 28, FREE)
    assert last.done.estimate == pytest.approx(9 / 20)
    assert first.done.estimate == pytest.approx(9 / 20 * 4 / 8)


def test_influence_is_the_derivative_also_where_days_are_unknown() -> None:
    rows = [(c, 1, 3 * k, 3 + (c + k) % 2, k % 2, 1, 1) for c in range(4) for k in range(5)]
    heavy, light = ([(c, 1, d, *(n * w for n in ns)) for c, _, d, *ns in rows] for w in (1_000_000, 1))
    curve = done_curve(counts(light), 12)
    for event, day in ((0, 3), (1, 3), (2, 6), (3, 0)):
        added = [9, 1, day, 0, 0, 0, 0]
        added[3 + event] = 1
        numeric = (
            done_curve(counts([*heavy, added]), 12).done - done_curve(counts(heavy), 12).done
        ) * 1_000_000
        np.testing.assert_allclose(curve.influence[event, day], numeric, atol=1e-6)


def test_low_and_high_are_complementary_log_log_and_the_sequence_is_wider() -> None:
    (share,) = kept_by_day(programme(1)[0], 1, [14], 28, FREE)
    p, se, quantile = share.done.estimate, share.done.se, stats.t.ppf(0.975, 11)
    half = quantile * se / ((1 - p) * abs(math.log(1 - p)))
    on_scale = math.log(-math.log(1 - p))
    ends = [1 - math.exp(-math.exp(on_scale + sign * half)) for sign in (-1, 1)]
    assert [share.done.ci.low, share.done.ci.high] == pytest.approx(ends)
    assert share.done.cs.high - p == pytest.approx(float(sequence_half_width(se, 11, FREE.prior_sd)))
    assert share.done.cs.low < share.done.ci.low < share.done.ci.high < share.done.cs.high


@given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-9, 10), st.floats(0.1, 50))
def test_the_interval_contains_its_share_and_stays_within_0_and_1(
    share: float, se: float, quantile: float
) -> None:
    interval = complementary_log_log_interval(share, se, quantile)
    assert 0 <= interval.low <= share * (1 + 1e-9)
    assert share * (1 - 1e-9) <= interval.high <= 1


@pytest.mark.parametrize(("day", "share"), [(6, 0.0), (7, 1.0)])
def test_none_or_all_done_still_has_an_interval_of_some_width(day: int, share: float) -> None:
    (found,) = kept_by_day(groups(10, (1, 7, 5, 0, 0, 0)), 1, [day], 28, PLAN)
    assert (found.done.status, found.done.estimate) == ("ok", share)
    assert found.done.ci.width > 0.05
    assert found.done.ci.contains(share)


def test_groups_all_alike_are_no_more_certain_than_independent_commitments() -> None:
    (found,) = kept_by_day(groups(10, (1, 7, 5, 0, 0, 0), (1, 42, 0, 0, 0, 5)), 1, [7], 28, FREE)
    assert found.done.se == pytest.approx(math.sqrt(0.5 * 0.5 / 100))


@pytest.mark.parametrize(
    ("days", "reasons"),
    [
        (groups(5, (1, 42, 1, 0, 0, 2)), ("too_few_commitments",)),
        (groups(3, (1, 42, 5, 0, 0, 5)), ("too_few_clusters",)),
        (groups(2, (1, 42, 1, 0, 0, 1)), ("too_few_commitments", "too_few_clusters")),
        (groups(0), ("too_few_commitments", "too_few_clusters")),
        (groups(5, (1, 3, 5, 0, 0, 0), (1, 27, 0, 0, 0, 5)), (TOO_FEW_FOLLOWED,)),
        (groups(5, (1, 3, 7, 2, 0, 0), (1, 42, 0, 0, 0, 5)), (TOO_MANY_DAYS_UNKNOWN,)),
    ],
    ids=["15 commitments", "3 clusters", "both", "none", "watched to 27", "2 of 9 days unknown"],
)
def test_below_its_limits_no_day_has_a_share(days: DayCounts, reasons: tuple[str, ...]) -> None:
    for share in kept_by_day(days, 1, [7, 14], 28, PLAN):
        assert (share.done.status, share.done.reasons) == ("refused", reasons)
        assert (share.done.estimate, share.withdrawn) == (None, None)


def test_one_in_five_days_unknown_is_still_shown() -> None:
    days = groups(10, (1, 3, 8, 2, 0, 0), (1, 42, 0, 0, 0, 5))
    assert kept_by_day(days, 1, [7], 28, PLAN)[0].done.status == "ok"


@pytest.mark.parametrize(("n_followed", "status"), [(9, "refused"), (10, "ok")])
def test_fewer_than_ten_followed_to_the_horizon_are_refused(n_followed: int, status: str) -> None:
    # One a group is watched to the end in so many groups; 100 others are watched to day 5 only.
    rows = [(group, 1, 5, 0, 0, 0, 10) for group in range(10)]
    rows += [(group, 1, 42, 0, 0, 0, 1) for group in range(n_followed)]
    found = kept_by_day(counts(rows), 1, [7], 28, replace(PLAN, planned_width=9.0))[0].done
    assert (found.status, found.reasons) == (status, () if status == "ok" else (TOO_FEW_FOLLOWED,))


@pytest.mark.parametrize(("n_groups", "status"), [(3, "refused"), (4, "ok")])
def test_those_followed_to_the_horizon_have_to_be_of_four_groups(n_groups: int, status: str) -> None:
    rows = [(group, 1, 5, 0, 0, 0, 10) for group in range(10)]
    rows += [(group, 1, 42, 0, 0, 0, 9) for group in range(n_groups)]
    found = kept_by_day(counts(rows), 1, [7], 28, replace(PLAN, planned_width=9.0))[0].done
    assert (found.status, found.reasons) == (status, () if status == "ok" else (TOO_FEW_FOLLOWED,))


def test_an_arm_in_which_nearly_all_is_done_is_not_hidden_for_having_few_left_at_risk() -> None:
    # 150 commitments, 95 % done by day 20: 8 left at risk on day 28.
    rows = [(group, 1, 20, 10 - (group < 8), 0, 0, 0) for group in range(15)]
    rows += [(group, 1, 42, 0, 0, 0, 1) for group in range(8)]
    (share,) = kept_by_day(counts(rows), 1, [28], 28, PLAN)
    assert (share.done.status, share.done.estimate) == ("ok", pytest.approx(142 / 150))


def test_a_share_planned_too_wide_is_early_whatever_came_out() -> None:
    few = groups(5, (1, 3, 2, 0, 0, 0), (1, 42, 0, 0, 0, 3))
    all_kept = groups(5, (1, 3, 5, 0, 0, 0), (1, 42, 0, 0, 0, 0))
    for days in (few, all_kept):
        (share,) = kept_by_day(days, 1, [3], 3, PLAN)
        assert (share.done.status, share.done.reasons) == (
            "early",
            ("planned_width_too_wide", "no_always_valid_interval"),
        )


def test_one_cluster_that_holds_most_makes_the_variance_two_way() -> None:
    rng = np.random.default_rng(2)
    rows = []
    for person in range(18):
        for group in (person // 3, 6 + person % 6):
            done = int(rng.binomial(4, 0.6))
            rows.append((0, group, person, 1, 5, done, 0, 0, 0))
            rows.append((0, group, person, 1, 42, 0, 0, 0, 4 - done))
    days = DayCounts(*np.array(rows).T)
    (share,) = kept_by_day(days, 1, [28], 28, FREE)
    assert (share.done.variance, share.done.n_clusters, share.done.df) == ("two_way", 1, 11)


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [8, 20])
def test_the_interval_covers_the_share_done_by_a_day(n_groups: int) -> None:
    # 1,500 programmes of 3 x 6 commitments a group, group SD .7 on the logit scale: Monte Carlo error .0056.
    rng, hits, n_programmes = np.random.default_rng(8), 0, 1_500
    nodes = rng.normal(0, 0.7, 200_000)
    truth = float((1 / (1 + np.exp(-(0.2 + nodes)))).mean())
    for _ in range(n_programmes):
        p = 1 / (1 + np.exp(-(0.2 + rng.normal(0, 0.7, n_groups))))
        done, watched = rng.binomial(18, p), rng.integers(0, 12, n_groups)
        rows = [(g, 1, 5, int(done[g]), 0, 0, 0) for g in range(n_groups)]
        # Some of the open ones are watched to day 3 only: with them goes the same share of the done ones.
        rows += [(g, 1, 42, 0, 0, 0, int(18 - done[g])) for g in range(n_groups)]
        rows += [(g, 1, 3, 0, 0, 0, int(watched[g])) for g in range(n_groups)]
        interval = kept_by_day(counts(rows), 1, [14], 28, FREE)[0].done.ci
        hits += interval.contains(truth)
    print(n_groups, "groups: coverage", hits / n_programmes)
    assert abs(hits / n_programmes - 0.95) <= 0.02
