from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from models.effects.incidence import DayCounts
from models.effects.log_rank import log_rank
from models.effects.result import Thresholds

Row = Sequence[int]
FREE = Thresholds.none()


def counts(rows: Sequence[Row]) -> DayCounts:
    """Counts from rows of (cluster, arm, day, done, done without a day, withdrawn, open); a cluster is a person."""
    return DayCounts(*np.array([(c, c, c, *rest) for c, *rest in rows], dtype=np.int64).reshape(-1, 9).T)


# Day 1: 1 of 2 with, 0 of 2 without. Day 2: 1 of 1 with, 1 of 2 without. Day 3: the last one is open.
FOUR = counts([(0, 1, 1, 1, 0, 0, 0), (1, 1, 2, 1, 0, 0, 0), (2, 0, 2, 1, 0, 0, 0), (3, 0, 3, 0, 0, 0, 1)])


def test_the_test_compares_events_with_those_expected_among_the_ones_at_risk() -> None:
    found = log_rank(FOUR, FREE)
    assert found is not None
    expected = 2 * 1 / 4 + 1 * 2 / 3
    variance = 2 * 2 * 1 * 3 / (16 * 3) + 1 * 2 * 2 * 1 / (9 * 2)
    assert (found.observed, found.expected) == (2, pytest.approx(expected))
    assert found.chi_squared == pytest.approx((2 - expected) ** 2 / variance)
    assert found.p_value == pytest.approx(stats.chi2.sf((2 - expected) ** 2 / variance, 1))


def test_the_robust_score_sums_what_each_cluster_adds() -> None:
    found = log_rank(FOUR, FREE)
    assert found is not None
    # Per unit: (A - Y1/Y) on its event, less the sum of (A - Y1/Y) d/Y while at risk (Y1/Y: 1/2, 1/3; d/Y: 1/4, 2/3).
    added = np.array(
        [
            1 / 2 - 1 / 2 * 1 / 4,
            2 / 3 - (1 / 2 * 1 / 4 + 2 / 3 * 2 / 3),
            -1 / 3 + (1 / 2 * 1 / 4 + 1 / 3 * 2 / 3),
            1 / 2 * 1 / 4 + 1 / 3 * 2 / 3,
        ]
    )
    assert added.sum() == pytest.approx(found.observed - found.expected)
    assert found.t == pytest.approx(added.sum() / np.sqrt(4 * added.var(ddof=1)))
    assert (found.df, found.p_value_robust) == (3, pytest.approx(2 * stats.t.sf(found.t, 3)))


@pytest.mark.parametrize(("clusters", "is_judged"), [(3, True), (4, True), (5, False)])
def test_four_clusters_are_enough_where_four_are_asked_for(clusters: int, is_judged: bool) -> None:
    assert (log_rank(FOUR, replace(FREE, clusters=clusters)) is not None) is is_judged


def test_a_withdrawn_one_leaves_the_risk_set_and_one_done_on_no_known_day_was_never_in_it() -> None:
    withdrawn = counts(
        [(0, 1, 1, 1, 0, 0, 0), (1, 1, 2, 0, 0, 1, 0), (2, 0, 2, 1, 0, 0, 0), (3, 0, 3, 0, 0, 0, 1)]
    )
    unclear = counts([*([(4, 1, 3, 0, 1, 0, 0)]), *zip(*(getattr(FOUR, n) for n in NAMES), strict=True)])
    found, same = log_rank(withdrawn, FREE), log_rank(unclear, FREE)
    assert found is not None
    assert same is not None
    assert (found.observed, found.expected) == (1, pytest.approx(2 * 1 / 4 + 1 * 1 / 3))
    assert (same.observed, same.chi_squared) == (2, pytest.approx(log_rank(FOUR, FREE).chi_squared))  # type: ignore[union-attr]


NAMES = ("cluster", "arm", "day", "n_done", "n_done_no_day", "n_withdrawn", "n_open")


def test_without_events_or_with_one_arm_there_is_no_test() -> None:
    assert log_rank(counts([(0, 1, 3, 0, 0, 0, 2), (1, 0, 3, 0, 0, 0, 2)]), FREE) is None
    assert log_rank(counts([(0, 1, 3, 1, 0, 0, 0), (1, 1, 4, 1, 0, 0, 0)]), FREE) is None
    assert log_rank(counts([]), FREE) is None


def test_with_fewer_clusters_than_a_difference_needs_there_is_no_test() -> None:
    rows = [(c, arm, 1 + c + arm, 2, 0, 0, 1) for c in range(3) for arm in (0, 1)]
    assert log_rank(counts(rows), FREE) is not None
    assert log_rank(counts(rows), Thresholds()) is None


@pytest.mark.slow
def test_by_clusters_it_seldom_finds_what_is_not_there_where_the_plain_test_often_does() -> None:
    # What an appointment does differs by group (SD 1), on average nothing: 1,500 programmes of 20 groups without a
    # difference, Monte Carlo error .0056.
    rng, found = np.random.default_rng(5), []
    for _ in range(1_500):
        rows = []
        for group, gain in enumerate(rng.normal(0, 1, 20)):
            for arm in (0, 1):
                day = np.floor(rng.exponential(25 * np.exp(-(arm - 0.5) * gain), 6)).astype(int)
                rows += [(group, arm, min(int(d), 42), int(d <= 42), 0, 0, int(d > 42)) for d in day]
        test = log_rank(counts(rows), FREE)
        assert test is not None
        found.append((test.p_value_robust <= 0.05, test.p_value <= 0.05))
    robust, plain = np.mean(found, axis=0)
    print("false alarms by clusters", robust, "plain", plain)
    assert robust <= 0.05 + 0.012
    assert plain > 0.15
