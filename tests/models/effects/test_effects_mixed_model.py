"""The change with people asked once: the paired change when balanced, statsmodels' numbers when not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.effects.arrays import FloatArray, IntArray
from models.effects.clusters import Membership
from models.effects.loneliness import paired_change
from models.effects.mixed_model import mixed_model_change
from models.effects.random_intercepts import MixedFit, NestedSums, fit_random_intercepts
from models.effects.result import Result, Thresholds

FREE = Thresholds.none()

# Three people in each of eight clusters; a dot is a score that is missing.
BASELINE = "6 4 7  5 3 4  8 6 9  5 . 6  3 4 3  7 6 .  4 5 5  6 7 8"
LATER = "   5 4 6  . 3 5  6 6 7  5 4 .  3 3 3  6 . 5  4 6 5  6 6 6"


class Scores:
    """Scores one below the other: whose, at which occasion, in which cluster."""

    def __init__(self, cluster: IntArray, person: IntArray, is_later: IntArray, score: FloatArray) -> None:
        self.membership = Membership(cluster, cluster, person)
        self.is_later, self.score = is_later, score

    def change(self, thresholds: Thresholds = FREE, response_share: float | None = None) -> Result:
        return mixed_model_change(
            self.membership, self.is_later, self.score, thresholds, response_share=response_share
        )

    def fit(self) -> MixedFit:
        x = np.column_stack([np.ones(self.is_later.size), self.is_later])
        sums = NestedSums.from_rows(x, self.score, self.membership.person, self.membership.cluster)
        found = fit_random_intercepts(sums)
        assert found is not None
        return found


def drawn(*occasions: str) -> Scores:
    rows = [
        (person // 3, person, later, float(score))
        for later, text in enumerate(occasions)
        for person, score in enumerate(text.split())
        if score != "."
    ]
    cluster, person, is_later, score = (np.array(column) for column in zip(*rows, strict=True))
    return Scores(cluster, person, is_later, score)


def balanced(n_clusters: int = 12, seed: int = 3, of: int = 3) -> tuple[Scores, FloatArray]:
    rng = np.random.default_rng(seed)
    person = np.arange(n_clusters * of)
    before = rng.integers(3, 10, person.size).astype(float)
    later = np.clip(before + rng.integers(-3, 3, person.size), 3, 9)
    both = np.concatenate([person, person])
    scores = Scores(both // of, both, np.repeat([0, 1], person.size), np.concatenate([before, later]))
    return scores, later - before


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(4, 12), st.integers(1, 4))
def test_with_both_scores_of_everybody_the_slope_is_the_paired_change(
    seed: int, n_clusters: int, of: int
) -> None:
    scores, change = balanced(n_clusters, seed, of)
    result = scores.change()
    if result.estimate is not None:  # it does not settle where changes are all alike
        assert result.estimate == pytest.approx(float(change.mean()), abs=1e-9)


def test_with_both_scores_of_everybody_and_equal_clusters_error_and_df_are_the_paired_ones_too() -> None:
    scores, change = balanced()
    people = np.arange(change.size)
    paired, mixed = paired_change(people // 3, people, change, FREE), scores.change()
    assert (mixed.se, mixed.df) == pytest.approx((paired.se, paired.df))
    assert mixed.ci is not None
    assert paired.ci is not None
    assert (mixed.ci.low, mixed.ci.high) == pytest.approx((paired.ci.low, paired.ci.high))


def test_with_scores_missing_it_is_what_statsmodels_finds() -> None:
    # statsmodels 0.15: mixedlm("score ~ later", groups="cluster", re_formula="1",
    # vc_formula={"person": "0 + C(person)"}).fit(reml=True, method="nm", maxiter=5000)
    fit = drawn(BASELINE, LATER).fit()
    assert fit.coefficients == pytest.approx([5.4864383, -0.5346537], abs=1e-6)
    variances = [sd**2 for sd in (fit.cluster_sd, fit.person_sd, fit.error_sd)]
    assert variances == pytest.approx([1.37563, 0.45259, 0.40095], abs=1e-4)
    assert fit.criterion == pytest.approx(123.662975, abs=1e-5)


def test_the_criterion_is_that_of_the_whole_covariance_matrix() -> None:
    scores = drawn(BASELINE, LATER)
    fit, n = scores.fit(), scores.score.size
    member = scores.membership
    same_cluster = member.cluster[:, None] == member.cluster[None, :]
    same_person = member.person[:, None] == member.person[None, :]
    v = fit.cluster_sd**2 * same_cluster + fit.person_sd**2 * same_person + fit.error_sd**2 * np.eye(n)
    x = np.column_stack([np.ones(n), scores.is_later])
    inverse = np.linalg.inv(v)
    gram = x.T @ inverse @ x
    beta = np.linalg.solve(gram, x.T @ inverse @ scores.score)
    rest = scores.score - x @ beta
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(gram)[1] + (n - 2) * math.log(2 * math.pi)
    assert fit.coefficients == pytest.approx(beta)
    assert np.linalg.inv(gram) == pytest.approx(fit.covariance)
    assert fit.criterion == pytest.approx(logs + rest @ inverse @ rest)


def test_a_level_that_adds_nothing_gets_no_variance() -> None:
    # People alike within and across clusters: only error is left.
    scores = drawn("3 5 7  3 5 7  3 5 7  3 5 7", "7 5 3  7 5 3  7 5 3  7 5 3")
    fit = scores.fit()
    assert (fit.cluster_sd, fit.person_sd) == pytest.approx((0, 0), abs=1e-4)
    assert fit.coefficients == pytest.approx([5, 0], abs=1e-9)


def test_changes_that_are_all_the_same_leave_no_error_to_estimate() -> None:
    scores = drawn("6 4 7  5 3 4  8 6 9  5 6 6", "5 3 6  4 2 3  7 5 8  4 5 5")
    assert scores.change(Thresholds()).reasons == ("mixed_model_did_not_settle",)


def test_people_asked_once_count_as_people_and_move_the_change() -> None:
    everybody = drawn(BASELINE, LATER).change()
    twice = drawn(BASELINE, LATER)
    asked = np.bincount(twice.membership.person)[twice.membership.person] == 2
    member, is_later, score = twice.membership.rows(asked), twice.is_later[asked], twice.score[asked]
    paired = mixed_model_change(member, is_later, score, FREE)
    assert (everybody.n_persons, paired.n_persons) == (24, 24 - 5)
    assert everybody.estimate != pytest.approx(paired.estimate, abs=1e-3)


def test_nobody_else_is_needed_where_the_missing_are_missing_by_their_first_score() -> None:
    """Who was lonely at first does not answer again, and falls back: the paired change misses it."""
    rng, paired, mixed, true_change = np.random.default_rng(8), [], [], -0.5
    cluster = np.arange(240) // 3
    for _ in range(40):
        trait = rng.normal(5, 1, 240) + rng.normal(0, 0.5, 80)[cluster]
        first, second = trait + rng.normal(size=240), trait + true_change + rng.normal(size=240)
        again = first < 5.5
        person = np.concatenate([np.arange(240), np.flatnonzero(again)])
        is_later = np.repeat([0, 1], [240, int(again.sum())])
        score = np.concatenate([first, second[again]])
        paired.append(float((second - first)[again].mean()))
        mixed.append(float(Scores(cluster[person], person, is_later, score).fit().coefficients[1]))
    error = np.std(mixed, ddof=1) / math.sqrt(40)
    assert np.mean(mixed) == pytest.approx(true_change, abs=3.5 * error)
    assert np.mean(paired) > true_change + 0.3


@pytest.mark.parametrize(
    ("occasions", "response", "reasons"),
    [
        (
            ("6 4 7  5 3 4  8 6 9  5 5 6", "5 4 6  . 3 5  6 6 7  . . ."),
            None,
            ("too_few_persons", "too_few_clusters"),
        ),
        ((BASELINE, LATER), 0.29, ("response_too_low",)),
    ],
)
def test_it_is_refused_where_the_paired_change_is(
    occasions: tuple[str, ...], response: float | None, reasons: tuple[str, ...]
) -> None:
    result = drawn(*occasions).change(Thresholds(), response)
    assert (result.status, result.reasons, result.estimate) == ("refused", reasons, None)


def test_nobody_at_all_is_refused() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    result = Scores(nobody, nobody, nobody, np.zeros(0)).change(Thresholds())
    assert result.reasons == ("too_few_persons", "too_few_clusters")


def test_one_component_is_judged_by_its_group_spells() -> None:
    scores, _ = balanced()
    one = Membership(
        np.zeros_like(scores.membership.cluster), scores.membership.cluster, scores.membership.person
    )
    result = mixed_model_change(one, scores.is_later, scores.score, Thresholds())
    assert (result.variance, result.n_clusters, result.status) == ("two_way", 1, "ok")
    assert result.se == scores.change().se


@pytest.mark.parametrize(
    ("is_later", "match"),
    [([0, 2], "is_later is 0 or 1"), ([0], "is_later is 0 or 1"), ([1, 1], "two scores of one occasion")],
)
def test_an_occasion_that_cannot_be_is_refused(is_later: list[int], match: str) -> None:
    zeros = np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match=match):
        mixed_model_change(Membership(zeros, zeros, zeros), is_later, [5, 6], FREE)


@pytest.mark.parametrize(("x", "y"), [(np.ones((2, 1)), [1, math.nan]), (np.ones((3, 1)), [1, 2])])
def test_a_missing_number_is_refused(x: FloatArray, y: list[float]) -> None:
    with pytest.raises(ValueError, match="mixed model"):
        NestedSums.from_rows(x, y, np.arange(2), np.arange(2))


def test_many_people_cost_no_longer_search() -> None:
    """The criterion grows with the people, and so does its rounding error, which must not keep the search going."""
    scores, change = balanced(n_clusters=20_000)
    assert scores.change().estimate == pytest.approx(float(change.mean()), abs=1e-8)


@settings(max_examples=15)
@given(st.permutations(range(24)), st.permutations(range(8)))
def test_the_change_is_the_same_bits_whatever_people_and_clusters_are_called(
    people: list[int], clusters: list[int]
) -> None:
    scores = drawn(BASELINE, LATER)
    member = scores.membership
    renamed = Scores(
        np.array(clusters)[member.cluster], np.array(people)[member.person], scores.is_later, scores.score
    )
    assert renamed.change() == scores.change()
