from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from models.effects.incidence import DayCounts, incidence_curve
from models.effects.kept_by_day import TOO_FEW_FOLLOWED, TOO_MANY_DAYS_UNKNOWN
from models.effects.open_days import days_open_difference, restricted_mean
from models.effects.result import Thresholds
from models.effects.sequential import sequence_half_width

Row = Sequence[int]
FREE = Thresholds.none()
PLAN = Thresholds()


def counts(rows: Sequence[Row]) -> DayCounts:
    """Counts from rows of (cluster, arm, day, done, done without a day, withdrawn, open); a cluster is a person."""
    return DayCounts(*np.array([(c, c, c, *rest) for c, *rest in rows], dtype=np.int64).reshape(-1, 9).T)


def groups(n_groups: int, *parts: Row) -> DayCounts:
    return counts([(group, *part) for group in range(n_groups) for part in parts])


def programme(n_groups: int, seed: int, shift: float = 0.0, most: int = 42) -> DayCounts:
    """Six commitments per arm and group of a common speed; the arm with an appointment is `shift` faster (log)."""
    rng = np.random.default_rng(seed)
    rows = []
    for group, speed in enumerate(rng.normal(0, 0.5, n_groups)):
        for arm in (0, 1):
            day = np.floor(rng.exponential(25 * np.exp(-speed - shift * arm), 6)).astype(int)
            rows += [
                (group, arm, int(d), 1, 0, 0, 0) if d <= most else (group, arm, most, 0, 0, 0, 1) for d in day
            ]
    return counts(rows)


def test_days_open_are_the_mean_of_the_days_until_done_and_at_most_tau() -> None:
    # Done on days 0, 4 and 30, one never: of 10 days 0 + 4 + 10 + 10.
    days = counts(
        [(0, 1, 0, 1, 0, 0, 0), (1, 1, 4, 1, 0, 0, 0), (2, 1, 30, 1, 0, 0, 0), (3, 1, 42, 0, 0, 0, 1)]
    )
    assert restricted_mean(days, 1, 10, FREE).days == pytest.approx((0 + 4 + 10 + 10) / 4)


def test_a_withdrawn_one_is_never_done_whenever_somebody_said_so() -> None:
    early, late = (groups(3, (1, 4, 1, 0, 0, 0), (1, said, 0, 0, 1, 0), (1, 42, 0, 0, 0, 1)) for said in (1, 9))
    assert restricted_mean(early, 1, 10, FREE).days == pytest.approx((4 + 10 + 10) / 3)
    assert restricted_mean(late, 1, 10, FREE).days == pytest.approx((4 + 10 + 10) / 3)


def test_without_censoring_the_error_is_that_of_a_mean() -> None:
    days = np.random.default_rng(3).integers(0, 30, 40)
    rows = [(c, 1, int(day), 1, 0, 0, 0) for c, day in enumerate(days)]
    found = restricted_mean(counts(rows), 1, 20, FREE)
    per_unit = np.minimum(days, 20)
    assert found.days == pytest.approx(per_unit.mean())
    assert found.se == pytest.approx(per_unit.std(ddof=1) / math.sqrt(40))


def test_with_censoring_the_variance_of_independent_units_is_the_known_one() -> None:
    # sum over days of (area under S from then to tau)^2 d / (Y (Y - d)), times G / (G - 1).
    rng = np.random.default_rng(4)
    day, is_done = rng.integers(1, 25, 50), rng.integers(0, 2, 50)
    rows = [(c, 1, int(day[c]), int(is_done[c]), 0, 0, 1 - int(is_done[c])) for c in range(50)]
    own, tau = counts([*rows, (50, 1, 30, 0, 0, 0, 1)]), 20
    curve = incidence_curve(own.totals())
    area = np.array([curve.still_open[day:tau].sum() for day in range(tau)])
    d, y = curve.n_done[:tau], curve.n_at_risk[:tau]
    variance = float((area**2 * d / (y * (y - d))).sum())
    assert restricted_mean(own, 1, tau, FREE).se == pytest.approx(math.sqrt(variance * 51 / 50))


def test_the_difference_is_with_minus_without() -> None:
    days = groups(12, (1, 4, 1, 0, 0, 0), (0, 14, 1, 0, 0, 0), (1, 42, 0, 0, 0, 1), (0, 42, 0, 0, 0, 1))
    assert days_open_difference(days, 28, FREE).estimate == pytest.approx((4 - 14) / 2)


def test_without_censoring_the_error_of_the_difference_is_that_of_the_groups_differences() -> None:
    # Groups of one size: each adds its own difference of means.
    days = programme(15, seed=1)
    result = days_open_difference(days, 28, FREE)
    spent = np.minimum(days.day, 28)
    own = [
        spent[(days.cluster == g) & (days.arm == 1)].mean()
        - spent[(days.cluster == g) & (days.arm == 0)].mean()
        for g in range(15)
    ]
    assert result.estimate == pytest.approx(np.mean(own))
    assert (result.se, result.df) == pytest.approx((np.std(own, ddof=1) / math.sqrt(15), 14))
    half = stats.t.ppf(0.975, 14) * result.se
    assert (result.ci.low, result.ci.high) == pytest.approx((result.estimate - half, result.estimate + half))


def test_the_sequence_has_the_plans_prior_for_every_day_of_the_horizon() -> None:
    result = days_open_difference(programme(15, seed=1), 28, FREE)
    half = float(sequence_half_width(result.se, result.df, 28 * FREE.prior_sd))
    assert result.cs.high - result.estimate == pytest.approx(half)


def test_the_result_says_what_stands_behind_it() -> None:
    result = days_open_difference(programme(15, seed=1), 28, PLAN)
    assert (result.status, result.n_commitments, result.n_persons, result.n_clusters) == ("ok", 180, 15, 15)
    assert (result.n_switchers, result.variance, result.estimand) == (15, "cluster", "days_open_difference")


EVEN: tuple[Row, Row] = ((1, 42, 1, 0, 0, 2), (0, 42, 1, 0, 0, 2))


@pytest.mark.parametrize(
    ("days", "reasons"),
    [
        (groups(12, (1, 42, 0, 0, 0, 1)), ("too_few_commitments_in_an_arm", "too_few_clusters")),
        (groups(3, *EVEN), ("too_few_commitments_in_an_arm", "too_few_clusters")),
        (groups(12, (1, 42, 1, 0, 0, 2), (0, 27, 1, 0, 0, 2)), (TOO_FEW_FOLLOWED,)),
        (groups(12, (1, 42, 0, 0, 0, 2), (0, 28, 0, 1, 0, 2)), (TOO_MANY_DAYS_UNKNOWN,)),
    ],
    ids=["one arm", "3 clusters", "watched to 27", "days unknown"],
)
def test_below_its_limits_the_difference_is_refused(days: DayCounts, reasons: tuple[str, ...]) -> None:
    result = days_open_difference(days, 28, PLAN)
    assert (result.status, result.reasons, result.estimate) == ("refused", reasons, None)


def test_fewer_clusters_than_leaders_are_shown_make_it_early() -> None:
    result = days_open_difference(programme(9, seed=2), 28, replace(PLAN, early_df=0.0, planned_width=9.0))
    assert (result.status, result.reasons) == ("early", ("too_few_clusters",))


def test_too_few_degrees_of_freedom_refuse_it() -> None:
    result = days_open_difference(programme(4, seed=2), 28, replace(PLAN, df=3.5))
    assert result.reasons == ("too_few_degrees_of_freedom",)


@pytest.mark.parametrize("day", [7, 42])
def test_an_arm_of_one_fate_still_has_an_interval_of_some_width(day: int) -> None:
    # With an appointment all done on day 7 (or none by the horizon), without half of them: no group differs.
    days = groups(12, (1, day, 4, 0, 0, 0), (0, 7, 2, 0, 0, 0), (0, 42, 0, 0, 0, 2))
    result = days_open_difference(days, 28, PLAN)
    assert result.estimate == pytest.approx(min(day, 28) - (7 + 28) / 2)
    assert result.ci.width > 1


def test_an_arm_of_one_fate_adds_to_the_error_what_its_residuals_cannot_show() -> None:
    varied = [(g, 0, 3 + g, 2, 0, 0, 0) for g in range(12)] + [(g, 0, 42, 0, 0, 0, 2) for g in range(12)]
    alone = restricted_mean(counts(varied), 0, 28, FREE)
    result = days_open_difference(counts([*varied, *((g, 1, 7, 4, 0, 0, 0) for g in range(12))]), 28, FREE)
    assert result.se > 1.05 * alone.se


def covered(n_groups: int, n_programmes: int) -> float:
    """Share of programmes without a difference whose interval contains 0; a third are watched to day 14 only."""
    hits = 0
    for seed in range(n_programmes):
        days = programme(n_groups, seed)
        early = days.rows((days.day > 14) & (np.arange(days.day.size) % 3 == 0))
        cut = DayCounts(
            early.cluster, early.group, early.person, early.arm, np.full_like(early.day, 14),
            np.zeros_like(early.day), np.zeros_like(early.day), np.zeros_like(early.day), early.n,
        )  # fmt: skip
        rest = days.rows((days.day <= 14) | (np.arange(days.day.size) % 3 != 0))
        both = DayCounts(
            *(np.concatenate([getattr(a, f), getattr(b, f)]) for f in NAMES for a, b in [(cut, rest)])
        )
        hits += days_open_difference(both, 28, FREE).ci.contains(0.0)
    return hits / n_programmes


NAMES = ("cluster", "group", "person", "arm", "day", "n_done", "n_done_no_day", "n_withdrawn", "n_open")


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [8, 20])
def test_the_interval_covers_no_difference(n_groups: int) -> None:
    # 1,200 programmes: Monte Carlo error .0063.
    found = covered(n_groups, 1_200)
    print(n_groups, "groups: coverage", found)
    assert abs(found - 0.95) <= 0.02
