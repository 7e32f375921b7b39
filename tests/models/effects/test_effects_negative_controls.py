from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from models.effects.cluster_robust import ClusterMoments, cr2
from models.effects.clusters import Membership
from models.effects.negative_controls import (
    PreviousCommitments,
    is_red_flag,
    previous_commitment_difference,
)
from models.effects.result import Interval, Result, Thresholds

PLAN = Thresholds()


def drawn(
    rng: np.random.Generator, n_groups: int, *, person_sd: float, effect: float = 0.0
) -> PreviousCommitments:
    """One row per check-out; who books depends on the person only, and so does what is kept (by `person_sd`)."""
    person = np.repeat(np.arange(3 * n_groups), 6)
    own = rng.standard_normal(3 * n_groups)[person]
    arm, before = ((rng.random(person.size) < expit(own)).astype(int) for _ in range(2))
    kept = (rng.random(person.size) < expit(0.3 + person_sd * own + effect * before)).astype(int)
    column = np.eye(2, dtype=np.int64)[before]
    membership = Membership(person // 3, person // 3, person)
    return PreviousCommitments(membership, arm, column, column * kept[:, None])


def test_it_is_the_regression_on_both_arms_with_cr2() -> None:
    found = drawn(np.random.default_rng(1), 15, person_sd=0.5)
    x = np.column_stack([np.ones(found.arm.size), found.arm, found.n[:, 1]]).astype(float)
    kept = found.kept.sum(axis=1).astype(float)
    fit = cr2(ClusterMoments.from_rows(x, kept, found.membership.cluster), (0, 1, 0))
    result = previous_commitment_difference(found, PLAN)
    assert (result.estimate, result.se, result.df) == pytest.approx((fit.estimate, fit.se, fit.df))
    assert (result.estimand, result.n_commitments) == ("negative_control_previous_commitment", 270)


def test_if_the_same_people_book_and_keep_the_flag_is_red() -> None:
    result = previous_commitment_difference(drawn(np.random.default_rng(2), 300, person_sd=1.0), PLAN)
    assert result.estimate is not None
    assert result.estimate > 0.1
    assert is_red_flag(result) is True


def test_the_previous_appointments_own_effect_raises_no_flag() -> None:
    found = drawn(np.random.default_rng(7), 300, person_sd=0.0, effect=1.5)
    result = previous_commitment_difference(found, PLAN)
    # 5,400 commitments: a standard error of .013; without the previous arm in the model it would be about .06.
    assert result.estimate == pytest.approx(0, abs=0.03)
    assert is_red_flag(result) is False
    shares = [found.kept[found.arm == arm].sum() / found.n[found.arm == arm].sum() for arm in (0, 1)]
    assert shares[1] - shares[0] > 0.04


def test_previous_commitments_all_of_one_arm_need_no_second_column() -> None:
    found = drawn(np.random.default_rng(4), 12, person_sd=0.0)
    only = dataclasses.replace(found, n=found.n * [1, 0], kept=found.kept * [1, 0])
    result = previous_commitment_difference(only, PLAN)
    shares = [only.kept[only.arm == arm].sum() / only.n[only.arm == arm].sum() for arm in (0, 1)]
    assert result.estimate == pytest.approx(shares[1] - shares[0])


def test_if_nobody_ever_changes_arms_there_is_nothing_to_compare() -> None:
    found = drawn(np.random.default_rng(5), 12, person_sd=0.0)
    aligned = np.eye(2, dtype=np.int64)[found.arm]
    same = dataclasses.replace(found, n=aligned, kept=aligned * found.kept.sum(axis=1, keepdims=True))
    assert previous_commitment_difference(same, PLAN).reasons == ("too_few_switchers",)


def test_without_previous_commitments_it_is_refused() -> None:
    found = drawn(np.random.default_rng(6), 12, person_sd=0.0)
    none = dataclasses.replace(found, n=0 * found.n, kept=0 * found.kept)
    assert previous_commitment_difference(none, PLAN).reasons == (
        "too_few_commitments_in_an_arm",
        "too_few_clusters",
        "too_few_switchers",
    )


@pytest.mark.parametrize(
    ("cs", "flag"), [(Interval(-0.1, 0.1), False), (Interval(0.01, 0.2), True), (None, None)]
)
def test_a_flag_is_red_when_the_always_valid_interval_excludes_zero(
    cs: Interval | None, flag: bool | None
) -> None:
    reasons = () if cs else ("no_always_valid_interval",)
    status = "ok" if cs else "early"
    result = Result("x", 0.1, 0.1, 9.0, None, cs, 1, 1, 1, 1, "observational", "cluster", status, reasons)
    assert is_red_flag(result) is flag
