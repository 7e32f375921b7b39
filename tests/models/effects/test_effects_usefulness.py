from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.result import Thresholds
from models.effects.usefulness import ScoreCells, mean_score, top_two_share

FREE = Thresholds.none()


def one_person_groups(scores: list[list[int]]) -> ScoreCells:
    """One person per group; `scores` are each person's answers."""
    code = np.repeat(np.arange(len(scores)), [len(answers) for answers in scores])
    return ScoreCells.from_answers(code, code, code, np.concatenate(scores))


FIVE = [[5, 4, 3, 4], [2, 3, 4, 3], [5, 5, 4, 4], [1, 2, 4, 3], [4, 4, 4, 5]]


def test_answers_are_counted_by_score() -> None:
    cells = one_person_groups([[5, 4, 4], [1]])
    assert cells.counts.tolist() == [[0, 0, 0, 2, 1], [1, 0, 0, 0, 0]]
    assert cells.n_answers.tolist() == [3, 1]


def test_the_top_two_share_counts_fours_and_fives() -> None:
    # 3 + 1 + 4 + 1 + 4 of 20; group rates .75, .25, 1, .25, 1: s^2 = .140625, variance s^2 / 5.
    result = top_two_share(one_person_groups(FIVE), FREE)
    assert (result.estimate, result.df) == pytest.approx((13 / 20, 4))
    assert result.se == pytest.approx(math.sqrt(np.var([0.75, 0.25, 1, 0.25, 1], ddof=1) / 5))
    assert (result.n_answers, result.n_persons, result.n_commitments) == (20, 5, None)


def test_the_mean_score_has_the_variance_of_equal_group_means() -> None:
    result = mean_score(one_person_groups(FIVE), FREE)
    means = [4, 3, 4.5, 2.5, 4.25]
    assert (result.estimate, result.df) == pytest.approx((np.mean(means), 4))
    assert result.se == pytest.approx(math.sqrt(np.var(means, ddof=1) / 5))


def test_the_interval_of_the_mean_stays_on_the_scale() -> None:
    result = mean_score(one_person_groups([[5, 5, 5]] * 4 + [[5, 5, 4]]), FREE)
    assert result.ci.high == 5
    assert result.ci.low < result.estimate


def test_everybody_giving_five_does_not_claim_certainty() -> None:
    cells = one_person_groups([[5, 5]] * 6)
    assert top_two_share(cells, FREE).ci.low < 0.95
    assert mean_score(cells, FREE).se == pytest.approx(math.sqrt(1 / 12 / 6))


@pytest.mark.parametrize(
    ("scores", "reasons"),
    [
        ([[4], [5], [3], [2], [4, 5, 3, 4, 5]], ("too_few_answers",)),
        ([[4, 5, 3], [5, 4, 2], [3, 4], [2, 3]], ("too_few_persons",)),
        ([[4, 5]], ("too_few_answers", "too_few_persons", "too_few_clusters")),
    ],
    ids=["9 answers", "4 people", "one person"],
)
def test_answers_below_the_limits_are_refused(scores: list[list[int]], reasons: tuple[str, ...]) -> None:
    for estimate in (top_two_share, mean_score):
        result = estimate(one_person_groups(scores), Thresholds())
        assert (result.status, result.reasons, result.estimate) == ("refused", reasons, None)


def test_three_clusters_are_refused() -> None:
    cluster = np.repeat([0, 1, 2], 5)
    cells = ScoreCells.from_answers(cluster, cluster, np.arange(15), np.tile([3, 4, 5], 5))
    assert mean_score(cells, Thresholds()).reasons == ("too_few_clusters",)


def test_no_answers_are_refused_even_without_limits() -> None:
    none = np.zeros(0, dtype=np.int64)
    cells = ScoreCells.from_answers(none, none, none, none)
    assert top_two_share(cells, FREE).reasons == ("too_few_answers", "too_few_persons")


def test_one_component_gets_a_two_way_variance() -> None:
    person = np.repeat(np.arange(12), 3)
    cells = ScoreCells.from_answers(np.zeros(36, int), person % 5, person, np.tile([3, 4, 5], 12) - person % 2)
    assert mean_score(cells, Thresholds()).variance == "two_way"
    assert top_two_share(cells, Thresholds()).variance == "two_way"


@pytest.mark.parametrize("score", [0, 6, 10])
def test_a_score_of_another_scale_is_refused_without_its_value(score: int) -> None:
    with pytest.raises(ValueError, match="score: needs 1 to 5; check which scale the survey used"):
        one_person_groups([[score]])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), max_size=20), st.integers(0, 20))
def test_cells_of_two_deliveries_add_up_to_those_of_all_answers(
    answers: list[tuple[int, int]], split: int
) -> None:
    def cells(rows: list[tuple[int, int]]) -> ScoreCells:
        person, score = np.array(rows, dtype=np.int64).reshape(-1, 2).T
        return ScoreCells.from_answers(person // 3, person // 3, person, score)

    whole, parts = cells(answers), cells(answers[split:]).merge(cells(answers[:split]))
    assert (parts.person.tolist(), parts.counts.tolist()) == (whole.person.tolist(), whole.counts.tolist())


def test_counts_of_the_wrong_shape_are_refused() -> None:
    one = np.zeros(1, int)
    with pytest.raises(ValueError, match="counts need one row per cell and 5 columns"):
        ScoreCells(one, one, one, np.zeros((1, 4), int))
