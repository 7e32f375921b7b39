from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from patterned import crude, made, patterns

from models.effects import within_person
from models.effects.cluster_robust import ClusterMoments, cr2, two_way
from models.effects.covariates import CommitmentPatterns
from models.effects.within_person import (
    Switchers,
    WithinModel,
    conditional_sign,
    switchers,
    within_fit,
    within_model,
)


def model_of(found: CommitmentPatterns) -> WithinModel:
    model = within_model(found)
    assert model is not None
    return model


def columns(found: CommitmentPatterns) -> np.ndarray:
    """Arm, difficulty, and one indicator per person, by single commitment."""
    levels = found.levels[found.pattern, 0].astype(float)
    people = (found.membership.person[:, None] == np.unique(found.membership.person)).astype(float)
    return np.column_stack([found.arm, levels, people])


def test_it_is_the_regression_with_an_indicator_per_person_and_its_cr2_variance() -> None:
    found = made(np.random.default_rng(1), 8, each=5).patterns
    full = ClusterMoments.from_rows(columns(found), found.kept.astype(float), found.membership.cluster)
    by_hand = full.coefficients[0]
    fit = within_fit(model_of(found), "cluster")
    assert fit.estimate == pytest.approx(by_hand)
    # With the indicators in the model CR2 needs their leverage too; absorbing them is exact (Pustejovsky & Tipton).
    contrast = np.zeros(full.cross.shape[1])
    contrast[0] = 1
    exact = cr2(full, contrast)
    assert (fit.variance, fit.df) == (pytest.approx(exact.variance), pytest.approx(exact.df))


def test_counts_say_what_their_single_commitments_say() -> None:
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(12), 4)
    arm, level = np.tile([0, 0, 1, 1], 12), np.tile([1, 2, 1, 2], 12)
    n = rng.integers(1, 5, 48)
    kept = rng.binomial(n, 0.6)
    counted = within_fit(model_of(patterns(person, arm, kept, level, n=n)), "cluster")
    row = np.repeat(np.arange(48), n)
    place = np.arange(row.size) - np.repeat(np.cumsum(n) - n, n)
    single = patterns(person[row], arm[row], (place < kept[row]).astype(int), level[row])
    alone = within_fit(model_of(single), "cluster")
    assert (counted.estimate, counted.variance, counted.df) == pytest.approx(
        (alone.estimate, alone.variance, alone.df)
    )


def test_two_way_variance_is_that_of_the_demeaned_rows() -> None:
    found = made(np.random.default_rng(3), 6).patterns
    x = columns(found)[:, :2]
    y = found.kept.astype(float)
    for person in range(18):
        own = found.membership.person == person
        x[own] -= x[own].mean(axis=0)
        y[own] -= y[own].mean()
    codes = (found.membership.person, found.membership.group, found.membership.group_and_person)
    expected = two_way(*(ClusterMoments.from_rows(x, y, code) for code in codes), (1, 0))
    fit = within_fit(model_of(found), "two_way")
    assert (fit.estimate, fit.variance, fit.df) == pytest.approx(
        (expected.estimate, expected.variance, expected.df)
    )


def test_with_thousands_of_clusters_the_scores_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(made(np.random.default_rng(4), 300).patterns)
    adjusted = within_fit(model, "cluster")
    monkeypatch.setattr(within_person, "MOST_UNITS_ADJUSTED", 100)
    scores = within_fit(model, "cluster")
    assert scores.estimate == pytest.approx(adjusted.estimate)
    assert scores.se == pytest.approx(adjusted.se, rel=0.01)
    moments = model.moments(model.membership.cluster)
    first = np.linalg.inv(moments.gram.sum(axis=0))[0]
    own = (moments.cross - moments.gram @ moments.coefficients) @ first
    assert scores.variance == pytest.approx(300 / 299 * float(own @ own))
    assert scores.df == 299


def test_a_stable_trait_that_books_and_keeps_is_removed() -> None:
    drawn = made(
        np.random.default_rng(5), 1_500, shift=0.0, selection=0.0, person_sd=1.0, booking_by_person=1.0
    )
    fit = within_fit(model_of(drawn.patterns), "cluster")
    assert drawn.effect == 0
    assert crude(drawn.patterns) > 0.10
    # 27,000 commitments: a standard error of .006.
    assert fit.estimate == pytest.approx(0, abs=0.015)


def test_people_with_one_kind_of_commitment_only_do_not_switch() -> None:
    person, arm = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 1, 1, 0])
    found = patterns(person, arm, np.zeros(6, dtype=np.int64), np.ones(6, dtype=np.int64), people_per_group=2)
    assert switchers(found, found.membership.cluster) == Switchers(2, 2)


def test_without_switchers_there_is_no_model() -> None:
    person = np.repeat(np.arange(6), 2)
    arm = (person % 2).astype(np.int64)
    assert within_model(patterns(person, arm, arm, np.tile([1, 2], 6))) is None


def test_a_characteristic_that_never_changes_within_people_is_left_out() -> None:
    person = np.repeat(np.arange(6), 2)
    kept = np.tile([0, 1, 1, 0], 3)
    found = patterns(person, np.tile([0, 1], 6), kept, 1 + person % 5)
    assert model_of(found).x.shape[1] == 1
    assert within_fit(model_of(found), "cluster").estimate == pytest.approx(0.0)


@pytest.mark.parametrize("most_rows", [20_000, 0])
@pytest.mark.parametrize("kept_with", [0, 1])
def test_the_sign_is_that_of_the_arm_with_and_without_columns(
    monkeypatch: pytest.MonkeyPatch, most_rows: int, kept_with: int
) -> None:
    monkeypatch.setattr(within_person, "MOST_ROWS_WITH_COLUMNS", most_rows)
    person, arm = np.repeat(np.arange(20), 2), np.tile([0, 1], 20)
    kept = np.where(person < 14, arm == kept_with, arm != kept_with).astype(np.int64)
    found = patterns(person, arm, kept, np.tile([1, 2, 2, 1], 10))
    assert conditional_sign(found) == (1 if kept_with else -1)


@pytest.mark.parametrize("most_rows", [20_000, 0])
def test_where_nobody_kept_one_and_broke_another_the_sign_is_open(
    monkeypatch: pytest.MonkeyPatch, most_rows: int
) -> None:
    monkeypatch.setattr(within_person, "MOST_ROWS_WITH_COLUMNS", most_rows)
    person = np.repeat(np.arange(6), 2)
    found = patterns(person, np.tile([0, 1], 6), (person % 2).astype(np.int64), np.tile([1, 2], 6))
    assert conditional_sign(found) == 0


def test_the_model_cannot_be_changed() -> None:
    model = model_of(made(np.random.default_rng(6), 3).patterns)
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.n = model.kept  # type: ignore[misc]
