from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.effects import response_weights
from models.effects.response_weights import (
    ResponseCells,
    effective_answers,
    response_bounds,
    response_probabilities,
    share_with_shift,
    stabilised_weights,
    tipping_shift,
    weighted_top_two,
)
from models.effects.result import Thresholds

FREE = Thresholds.none()


def cells(rows: list[tuple[int, float, int, int, int]]) -> ResponseCells:
    """Rows of (cluster, characteristic, invited, answered, top two); groups are clusters."""
    cluster, column, invited, answered, top = zip(*rows, strict=True)
    codes = np.array(cluster)
    return ResponseCells(
        codes,
        codes,
        np.array(column, dtype=float)[:, None],
        np.array(invited),
        np.array(answered),
        np.array(top),
    )


# Managers (1) answer half as often as the others (0) and are less pleased: 20 of 40 and 10 of 40 per cluster.
TWO_KINDS = cells([row for c in range(5) for row in ((c, 0.0, 40, 20, 16), (c, 1.0, 40, 10, 2))])


def weighted(given: ResponseCells, thresholds: Thresholds = FREE):
    probability = response_probabilities(given)
    assert probability is not None
    return weighted_top_two(given, probability, thresholds)


def test_one_indicator_gives_each_kind_its_own_response_rate() -> None:
    assert response_probabilities(TWO_KINDS) == pytest.approx([20 / 40, 10 / 40] * 5)


def test_the_weighted_share_is_that_of_everybody_asked() -> None:
    result = weighted(TWO_KINDS)
    assert result.estimate == pytest.approx((40 * 16 / 20 + 40 * 2 / 10) / 80)
    assert (result.n_answers, result.n_clusters) == (5 * 30, 5)


def test_stabilised_weights_have_the_mean_one_over_all_who_answered() -> None:
    probability = response_probabilities(TWO_KINDS)
    assert probability is not None
    weights = stabilised_weights(TWO_KINDS, probability)
    assert weights[:2] == pytest.approx([(30 / 80) / 0.5, (30 / 80) / 0.25])
    assert (weights * TWO_KINDS.n_answered).sum() == pytest.approx(TWO_KINDS.n_answered.sum())


def test_the_highest_weight_in_a_hundred_is_moved_to_the_next() -> None:
    given = cells([(0, 0.0, 100, 99, 50), (1, 1.0, 100, 1, 0)])
    assert stabilised_weights(given, np.array([0.99, 0.01])) == pytest.approx([0.5 / 0.99, 0.5 / 0.99])
    given = cells([(0, 0.0, 100, 98, 50), (1, 1.0, 100, 2, 0)])
    assert stabilised_weights(given, np.array([0.98, 0.02])) == pytest.approx([0.5 / 0.98, 0.5 / 0.02])


def test_answers_of_equal_weight_all_count_in_full() -> None:
    assert effective_answers(np.array([2.0, 2.0]), np.array([3, 7])) == pytest.approx(10)
    assert effective_answers(np.array([1.0, 3.0]), np.array([3, 1])) == pytest.approx((3 + 3) ** 2 / (3 + 9))


def test_equal_weights_give_the_share_and_error_of_clusters() -> None:
    # Clusters of 10 answers each: 2, 4, 6, 8 and 5 in the top two.
    given = cells([(c, 0.0, 20, 10, top) for c, top in enumerate((2, 4, 6, 8, 5))])
    result = weighted(given)
    assert result.estimate == pytest.approx(25 / 50)
    assert result.se == pytest.approx(np.std([0.2, 0.4, 0.6, 0.8, 0.5], ddof=1) / np.sqrt(5))
    assert result.df == pytest.approx(4)


def test_columns_that_say_the_same_are_counted_once() -> None:
    twice = ResponseCells(
        TWO_KINDS.cluster,
        TWO_KINDS.group,
        np.column_stack([TWO_KINDS.columns, 1 - TWO_KINDS.columns, np.ones((10, 1))]),
        TWO_KINDS.n_invited,
        TWO_KINDS.n_answered,
        TWO_KINDS.n_top_two,
    )
    assert weighted(twice).estimate == pytest.approx(weighted(TWO_KINDS).estimate)


def test_a_kind_that_always_answers_has_a_weight_of_its_own_rate() -> None:
    given = cells([row for c in range(5) for row in ((c, 0.0, 40, 40, 20), (c, 1.0, 40, 20, 10))])
    assert response_probabilities(given) == pytest.approx([1.0, 0.5] * 5, abs=0.01)
    assert weighted(given).estimate == pytest.approx(0.5)


def test_nobody_asked_has_no_probabilities() -> None:
    assert response_probabilities(cells([(0, 0.0, 0, 0, 0)])) is None


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([(c, 0.0, 3, 2, 1) for c in range(4)], ("too_few_answers",)),
        ([(c, 0.0, 8, 4, 2) for c in range(3)], ("too_few_clusters",)),
    ],
    ids=["8 answers", "3 clusters"],
)
def test_too_few_answers_are_refused(rows: list, reasons: tuple[str, ...]) -> None:
    result = weighted(cells(rows), Thresholds())
    assert (result.status, result.reasons) == ("refused", reasons)


def test_weights_that_leave_few_effective_answers_are_refused() -> None:
    # In each cluster 96 answered of 100, and 4 of 4,000 very different people.
    given = cells([row for c in range(5) for row in ((c, 0.0, 100, 96, 50), (c, 1.0, 4000, 4, 2))])
    result = weighted(given, Thresholds())
    assert (result.status, result.reasons) == ("refused", ("weights_too_uneven",))


@pytest.mark.parametrize(
    ("past", "status"), [(1e-9, "refused"), (0.0, "ok"), (-1e-9, "ok")], ids=["below", "on", "above"]
)
def test_the_effective_share_of_answers_may_be_the_limit(
    monkeypatch: pytest.MonkeyPatch, past: float, status: str
) -> None:
    probability = response_probabilities(TWO_KINDS)
    assert probability is not None
    weights = stabilised_weights(TWO_KINDS, probability)
    n = int(TWO_KINDS.n_answered.sum())
    share = effective_answers(weights, TWO_KINDS.n_answered) / n
    monkeypatch.setattr(response_weights, "SMALLEST_EFFECTIVE_SHARE", share + past)
    assert weighted(TWO_KINDS).status == status


def test_where_one_cluster_holds_most_people_group_spells_count_instead() -> None:
    one = ResponseCells(
        np.zeros(10, dtype=int),
        TWO_KINDS.group,
        TWO_KINDS.columns,
        TWO_KINDS.n_invited,
        TWO_KINDS.n_answered,
        TWO_KINDS.n_top_two,
    )
    result = weighted(one, Thresholds())
    assert (result.status, result.variance, result.df) == ("ok", "two_way", pytest.approx(4))


@pytest.mark.parametrize("top", [0, 10])
def test_answers_all_alike_do_not_claim_certainty(top: int) -> None:
    result = weighted(cells([(c, 0.0, 20, 10, top) for c in range(5)]))
    assert result.estimate == top / 10
    assert result.ci is not None
    assert result.ci.width > 0.05


def test_weights_mend_what_uneven_answering_does_to_the_share() -> None:
    rng = np.random.default_rng(1)
    plain, mended = [], []
    for _ in range(200):
        kind = rng.integers(0, 3, 600)
        answered = rng.random(600) < expit(1.2 - 1.0 * kind)
        top = answered & (rng.random(600) < 0.8 - 0.2 * kind)  # 60 % over all
        columns = np.column_stack([kind == 1, kind == 2]).astype(float)
        ones, cluster = np.ones(600, dtype=int), np.arange(600) // 30
        given = ResponseCells(cluster, cluster, columns, ones, answered.astype(int), top.astype(int))
        plain.append(top.sum() / answered.sum())
        mended.append(weighted(given).estimate)
    assert np.mean(plain) > 0.64
    assert np.mean(mended) == pytest.approx(0.6, abs=0.006)


def test_bounds_count_everybody_missing_as_low_and_as_high() -> None:
    bounds = response_bounds(50, 40, 30)
    assert bounds is not None
    assert (bounds.low, bounds.high) == (30 / 50, (30 + 10) / 50)
    assert response_bounds(0, 0, 0) is None


@pytest.mark.parametrize("counts", [(5, 6, 1), (5, 4, 5), (5, 4, -1)])
def test_counts_that_do_not_fit_have_no_bounds(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="count people, not answers"):
        response_bounds(*counts)


def test_cells_refuse_more_answers_than_people() -> None:
    with pytest.raises(ValueError, match="count people, not answers"):
        cells([(0, 0.0, 3, 4, 1)])


def test_at_the_tipping_shift_the_share_of_all_is_the_limit() -> None:
    shift = tipping_shift(0.7, 0.6, 0.5)
    assert shift == pytest.approx((0.7 - 0.5) / 0.4)
    assert share_with_shift(0.7, 0.6, 0.5) == pytest.approx(0.6 * 0.7 + 0.4 * 0.2)
    assert share_with_shift(0.7, 0.6, shift) == pytest.approx(0.5)


def test_no_shift_tips_a_share_the_missing_cannot_move_so_far() -> None:
    assert tipping_shift(0.9, 0.9, 0.5) is None
    assert tipping_shift(0.9, 1.0, 0.5) is None
    assert share_with_shift(0.2, 0.5, 0.9) == pytest.approx(0.1)
