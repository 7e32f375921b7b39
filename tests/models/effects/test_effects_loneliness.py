from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.effects.clusters import Membership
from models.effects.loneliness import paired_change, share_of_people, ucla3_score
from models.effects.rates import fit_share
from models.effects.result import Thresholds

FREE = Thresholds.none()

# Companionship, left out, isolated -> score; all 27 answers.
SCORES = {
    "111": 3, "112": 4, "113": 5, "121": 4, "122": 5, "123": 6, "131": 5, "132": 6, "133": 7,
    "211": 4, "212": 5, "213": 6, "221": 5, "222": 6, "223": 7, "231": 6, "232": 7, "233": 8,
    "311": 5, "312": 6, "313": 7, "321": 6, "322": 7, "323": 8, "331": 7, "332": 8, "333": 9,
}  # fmt: skip


@pytest.mark.parametrize(("answers", "score"), list(SCORES.items()))
def test_the_score_of_every_answer_is_in_the_truth_table(answers: str, score: int) -> None:
    assert ucla3_score(*(int(answer) for answer in answers)) == score


def test_the_truth_table_is_whole() -> None:
    assert len(SCORES) == 3**3


@pytest.mark.parametrize("missing", [(None, 2, 2), (2, None, 2), (2, 2, None), (None, None, None)])
def test_a_missing_item_leaves_no_score(missing: tuple[int | None, ...]) -> None:
    assert ucla3_score(*missing) is None


@pytest.mark.parametrize(
    ("items", "name"), [((0, 2, 2), "companionship"), ((2, 4, 2), "left_out"), ((2, 2, 5), "iso")]
)
def test_an_item_of_another_scale_is_refused_by_name_without_its_value(
    items: tuple[int, ...], name: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}.*needs 1, 2 or 3; check which scale the survey used"):
        ucla3_score(*items)


def test_an_item_out_of_range_is_refused_even_when_another_is_missing() -> None:
    with pytest.raises(ValueError, match="left_out"):
        ucla3_score(None, 4, 1)


def test_one_person_per_cluster_gives_the_paired_t_interval() -> None:
    change = np.array([-2, -1, 0, 1, -3, -1, 0, -2, 1, -1])
    result = paired_change(np.arange(10), np.arange(10), change, FREE)
    se = change.std(ddof=1) / math.sqrt(10)
    half = stats.t.ppf(0.975, 9) * se
    assert (result.estimate, result.se, result.df) == pytest.approx((-0.8, se, 9))
    assert (result.ci.low, result.ci.high) == pytest.approx((-0.8 - half, -0.8 + half))
    assert (result.cs, result.n_persons, result.n_clusters) == (None, 10, 10)


def test_equal_clusters_give_the_variance_of_their_means() -> None:
    # Means -1, 0, -2, -1 of three people each: s^2 = 2 / 3, variance s^2 / 4.
    change = np.array([-1, -1, -1, 1, 0, -1, -2, -3, -1, 0, -1, -2])
    result = paired_change(np.repeat(np.arange(4), 3), np.arange(12), change, FREE)
    assert (result.estimate, result.se, result.df) == pytest.approx((-1.0, math.sqrt(2 / 3 / 4), 3))


def test_nobody_changing_does_not_claim_certainty() -> None:
    # The spread of rounding to whole points, 1 / 12 over 10 clusters.
    result = paired_change(np.arange(10), np.arange(10), np.zeros(10), FREE)
    assert result.se == pytest.approx(math.sqrt(1 / 12 / 10))


@pytest.mark.parametrize(
    ("n_people", "n_clusters", "response", "reasons"),
    [
        (9, 9, None, ("too_few_persons",)),
        (12, 3, None, ("too_few_clusters",)),
        (12, 6, 0.29, ("response_too_low",)),
        (9, 3, 0.1, ("too_few_persons", "too_few_clusters", "response_too_low")),
        (0, 1, None, ("too_few_persons", "too_few_clusters")),
    ],
)
def test_a_change_below_its_limits_is_refused(
    n_people: int, n_clusters: int, response: float | None, reasons: tuple[str, ...]
) -> None:
    people = np.arange(n_people)
    change = people % 3 - 1
    result = paired_change(people % n_clusters, people, change, Thresholds(), response_share=response)
    assert (result.status, result.reasons, result.estimate) == ("refused", reasons, None)


def test_a_change_stands_on_its_limits() -> None:
    people = np.arange(10)
    assert paired_change(people % 4, people, people % 3 - 1, Thresholds(), response_share=0.30).status == "ok"


def test_one_component_is_judged_by_its_group_spells_where_they_are_given() -> None:
    people = np.arange(12)
    one = np.zeros(12, dtype=np.int64)
    assert paired_change(one, people, people % 3 - 1, Thresholds()).reasons == ("too_few_clusters",)
    result = paired_change(one, people, people % 3 - 1, Thresholds(), group=people % 4)
    assert (result.status, result.variance, result.n_clusters) == ("ok", "two_way", 1)


def test_components_are_the_clusters_while_none_is_too_large_even_with_groups_given() -> None:
    people = np.arange(12)
    result = paired_change(people // 4, people, people % 3 - 1, Thresholds(), group=people // 2)
    assert result.reasons == ("too_few_clusters",)


@pytest.mark.parametrize("change", [[7, 0], [math.nan, 0], [1]])
def test_a_change_out_of_range_or_missing_is_refused_without_its_value(change: list[float]) -> None:
    with pytest.raises(ValueError, match="needs one change per person, each from -6 to 6"):
        paired_change(np.arange(2), np.arange(2), change, FREE)


def test_a_person_with_two_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="a person occurs twice"):
        paired_change(np.zeros(2, int), np.zeros(2, int), [0, 1], FREE)


@given(st.permutations(range(24)), st.permutations(range(6)))
def test_a_change_is_the_same_bits_whatever_people_and_clusters_are_called(
    people: list[int], clusters: list[int]
) -> None:
    change = np.random.default_rng(2).integers(-3, 3, 24)
    cluster = np.arange(24) // 4
    there = paired_change(cluster, np.arange(24), change, FREE)
    renamed = np.array(clusters)[cluster]
    assert paired_change(renamed[people], np.array(people), change[people], FREE) == there


def people_of(n: int, n_clusters: int) -> Membership:
    people = np.arange(n)
    return Membership(people % n_clusters, people % n_clusters, people)


def test_a_share_of_people_is_the_clustered_share_without_an_always_valid_interval() -> None:
    # One person per cluster: 6 of 24, Wilson's interval with 24 (1 - 1/24) effective people and t on 23.
    result = share_of_people("some_share", people_of(24, 24), np.arange(24) < 6, FREE)
    fit = fit_share(np.ones(24), (np.arange(24) < 6).astype(float), people_of(24, 24), FREE)
    assert fit is not None
    assert (result.estimand, result.estimate, result.se) == ("some_share", 6 / 24, fit.se)
    assert result.se == pytest.approx(math.sqrt(0.25 * 0.75 / 23))
    assert (result.ci, result.cs, result.status, result.n_persons) == (fit.ci, None, "ok", 24)


def test_a_share_of_nobody_has_an_interval_of_width_within_0_and_1() -> None:
    result = share_of_people("some_share", people_of(24, 8), np.zeros(24, bool), FREE)
    assert (result.estimate, result.ci.low) == (0.0, 0.0)
    assert 0 < result.ci.high < 1


@pytest.mark.parametrize(
    ("n_people", "n_clusters", "response", "reasons"),
    [
        (9, 9, None, ("too_few_persons",)),
        (12, 3, None, ("too_few_clusters",)),
        (12, 6, 0.29, ("response_too_low",)),
    ],
)
def test_a_share_is_refused_where_the_mean_change_is(
    n_people: int, n_clusters: int, response: float | None, reasons: tuple[str, ...]
) -> None:
    people = people_of(n_people, n_clusters)
    result = share_of_people("s", people, np.arange(n_people) < 4, Thresholds(), response_share=response)
    assert (result.status, result.reasons, result.estimate) == ("refused", reasons, None)


@pytest.mark.parametrize("person", [[0, 0], [0, 1, 2]])
def test_a_share_needs_one_row_and_one_class_per_person(person: list[int]) -> None:
    zeros = np.zeros(len(person), dtype=np.int64)
    with pytest.raises(ValueError, match="one row per person, and one class for each"):
        share_of_people("s", Membership(zeros, zeros, np.array(person)), [True, False], FREE)
