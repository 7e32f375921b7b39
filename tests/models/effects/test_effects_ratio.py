from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from models.effects.cells import CommitmentCells
from models.effects.cluster_robust import cr2_covariance
from models.effects.clustering import two_arm_moments
from models.effects.clusters import sums_by_code
from models.effects.difference import risk_difference
from models.effects.independent import mover_ratio
from models.effects.rates import completion_rate
from models.effects.ratio import risk_ratio
from models.effects.result import Thresholds

Even = Callable[..., CommitmentCells]
FREE = Thresholds.none()


def test_the_ratio_is_the_quotient_of_the_shares(mixed_cells: CommitmentCells) -> None:
    result = risk_ratio(mixed_cells, FREE)
    rates = [completion_rate(mixed_cells, arm, FREE).estimate for arm in (0, 1)]
    assert (result.estimand, result.estimate) == ("risk_ratio", pytest.approx(rates[1] / rates[0]))


def test_its_error_is_the_delta_method_on_the_covariance_of_the_two_shares(
    mixed_cells: CommitmentCells,
) -> None:
    result = risk_ratio(mixed_cells, FREE)
    moments = two_arm_moments(sums_by_code(mixed_cells.cluster, mixed_cells.arm_table()))
    to_shares = np.array([[1.0, 0.0], [1.0, 1.0]])
    covariance = to_shares @ cr2_covariance(moments) @ to_shares.T
    p0, p1 = to_shares @ moments.coefficients
    gradient = np.array([-1 / p0, 1 / p1])
    log_se = math.sqrt(gradient @ covariance @ gradient)
    assert result.se == pytest.approx(result.estimate * log_se)
    half = stats.t.ppf(0.975, result.df) * log_se
    ends = [result.estimate * math.exp(side * half) for side in (-1, 1)]
    assert [result.ci.low, result.ci.high] == pytest.approx(ends)


def test_the_always_valid_interval_holds_the_single_look_one(mixed_cells: CommitmentCells) -> None:
    result = risk_ratio(mixed_cells, FREE)
    assert result.cs.low < result.ci.low < result.estimate < result.ci.high < result.cs.high


def test_status_and_reasons_are_those_of_the_difference(even_cells: Even) -> None:
    for n_groups in (3, 6, 12):
        cells = even_cells(n_groups, n=(5, 5), kept=(3, 4))
        ratio, difference = (estimate(cells, Thresholds()) for estimate in (risk_ratio, risk_difference))
        assert (ratio.status, ratio.reasons) == (difference.status, difference.reasons)


def test_without_anything_kept_without_an_appointment_there_is_no_ratio(even_cells: Even) -> None:
    result = risk_ratio(even_cells(12, n=(5, 5), kept=(0, 4)), Thresholds())
    assert (result.status, result.reasons) == ("refused", ("nothing_kept_without",))
    assert result.n_commitments == 120


def test_with_everything_kept_in_an_arm_the_interval_is_recovered_from_wilsons(even_cells: Even) -> None:
    cells = even_cells(12, n=(5, 5), kept=(3, 5))
    result = risk_ratio(cells, Thresholds())
    with_one, without = (completion_rate(cells, arm, Thresholds()) for arm in (1, 0))
    limits = mover_ratio(1.0, with_one.ci, 0.6, without.ci)
    assert result.estimate == pytest.approx(1 / 0.6)
    assert (result.ci.low, result.ci.high) == pytest.approx((limits.low, limits.high))
    assert result.cs.low < result.ci.low
    assert result.ci.high < result.cs.high


def test_a_ratio_of_zero_has_an_interval_from_zero_with_a_width(even_cells: Even) -> None:
    result = risk_ratio(even_cells(20, n=(5, 5), kept=(3, 0)), Thresholds())
    assert (result.status, result.estimate, result.ci.low) == ("ok", 0.0, 0.0)
    assert 0 < result.ci.high < result.cs.high < 1


@pytest.mark.parametrize("kept", [(5, 5), (1, 5), (5, 0), (5, 1), (3, 4), (2, 2)])
def test_groups_that_are_all_alike_still_get_a_width(even_cells: Even, kept: tuple[int, int]) -> None:
    result = risk_ratio(even_cells(12, n=(5, 5), kept=kept), Thresholds())
    assert result.ci.contains(kept[1] / kept[0])
    assert result.ci.width > 0.02
    assert result.se > 0


def test_one_component_above_40_percent_gets_a_two_way_variance() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for person in range(18):
        for group in (person // 3, 6 + person % 6):
            for arm in (0, 1):
                kept = int(rng.binomial(3, 0.6))
                rows.append((0, group, person, arm, kept, 3 - kept, 0, 0, kept))
    cells = CommitmentCells(*np.array(rows).T)
    result = risk_ratio(cells, FREE)
    assert (result.variance, result.status) == ("two_way", "ok")


def simulated(rng: np.random.Generator, n_groups: int, rates: tuple[float, float]) -> CommitmentCells:
    """Groups of three people, three commitments in each arm; a group effect on the log-odds of SD .5."""
    person = np.repeat(np.arange(3 * n_groups), 2)
    arm = np.tile([0, 1], 3 * n_groups)
    base = np.log(np.array(rates) / (1 - np.array(rates)))[arm]
    log_odds = base + rng.normal(0, 0.5, n_groups)[person // 3]
    kept = rng.binomial(3, 1 / (1 + np.exp(-log_odds)))
    none = np.zeros(kept.size, dtype=np.int64)
    return CommitmentCells(person // 3, person // 3, person, arm, kept, 3 - kept, none, none, kept)


@pytest.mark.slow
@pytest.mark.parametrize(("n_groups", "rates"), [(8, (0.6, 0.6)), (12, (0.5, 0.8)), (20, (0.6, 0.96))])
def test_the_single_look_interval_covers_the_ratio_in_about_95_of_100_programmes(
    n_groups: int, rates: tuple[float, float]
) -> None:
    rng = np.random.default_rng(n_groups)
    effects = rng.normal(0, 0.5, 400_000)
    log_odds = np.log(np.array(rates) / (1 - np.array(rates)))
    p0, p1 = (float((1 / (1 + np.exp(-(base + effects)))).mean()) for base in log_odds)
    found = [risk_ratio(simulated(rng, n_groups, rates), FREE).ci.contains(p1 / p0) for _ in range(1000)]
    # Monte Carlo error .007.
    assert np.mean(found) == pytest.approx(0.95, abs=0.022)
