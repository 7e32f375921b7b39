from __future__ import annotations

import numpy as np
import pytest
from patterned import DIFFICULTY, SEASON, made, patterns

from models.effects import covariates
from models.effects.clusters import Membership
from models.effects.covariates import CommitmentPatterns, Covariate, design_cells

# Two people; difficulty 0 is not said.
PERSON, ARM = np.array([0, 0, 0, 1, 1]), np.array([1, 0, 0, 1, 1])
KEPT, LEVEL = np.array([1, 0, 1, 1, 0]), np.array([2, 0, 2, 5, 5])


def two_people() -> CommitmentPatterns:
    return patterns(PERSON, ARM, KEPT, LEVEL, people_per_group=1)


def test_rows_of_the_same_pattern_and_arm_are_one_cell() -> None:
    cells = design_cells(two_people())
    # Patterns 0, 2, 5: (0, without), (2, without), (2, with), (5, with).
    assert list(zip(cells.pattern, cells.arm, cells.n, cells.kept, strict=True)) == [
        (0, 0.0, 1.0, 0.0),
        (1, 0.0, 1.0, 1.0),
        (1, 1.0, 1.0, 1.0),
        (2, 1.0, 2.0, 1.0),
    ]


def test_a_score_that_was_not_said_gets_an_indicator_and_a_category_one_per_level() -> None:
    levels = {DIFFICULTY: LEVEL, SEASON: np.array([1, 1, 3, 3, 2])}
    membership = Membership(PERSON, PERSON, PERSON)
    found = CommitmentPatterns.of_columns(membership, ARM, np.ones_like(ARM), KEPT, levels)
    assert [one.name for one in found.characteristics()] == [
        "difficulty",
        "difficulty_not_said",
        "season_2",
        "season_3",
    ]


def test_a_characteristic_that_never_varies_has_no_column() -> None:
    found = patterns(PERSON, ARM, KEPT, np.full(5, 3))
    assert found.characteristics() == ()
    assert design_cells(found).names == ("intercept",)


def test_a_column_that_repeats_another_is_left_out() -> None:
    twice = {Covariate("one"): LEVEL, Covariate("other"): 2 * LEVEL}
    membership = Membership(PERSON, PERSON, PERSON)
    found = CommitmentPatterns.of_columns(membership, ARM, np.ones_like(ARM), KEPT, twice)
    assert design_cells(found).names == ("intercept", "one")


def test_the_person_mean_of_the_arm_is_a_column_where_people_differ() -> None:
    found = made(np.random.default_rng(1), 8).patterns
    cells = design_cells(found, person_mean=True)
    assert cells.names[-1] == "person_mean"
    n = np.bincount(found.membership.person)
    share = np.bincount(found.membership.person, weights=found.arm) / n
    rounded = np.rint(20 * share) / 20
    assert np.array_equal(cells.x[cells.rows.pattern, -1], rounded[found.membership.person])


def test_where_nobody_switches_the_person_mean_is_the_arm_and_is_left_out() -> None:
    found = patterns(PERSON, np.array([0, 0, 0, 1, 1]), KEPT, LEVEL)
    assert "person_mean" not in design_cells(found, person_mean=True).names


def test_rows_are_ordered_by_content_so_that_names_do_not_matter() -> None:
    found, order = made(np.random.default_rng(2), 6).patterns, np.random.default_rng(3).permutation(108)
    renamed = 17 - found.membership.person[order]
    again = patterns(renamed, found.arm[order], found.kept[order], found.levels[found.pattern[order], 0])
    for name in ("arm", "kept", "pattern"):
        assert np.array_equal(getattr(found, name), getattr(again, name))


def test_with_too_many_patterns_neighbouring_levels_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covariates, "MOST_PATTERNS", 3)
    rng = np.random.default_rng(4)
    person, level = np.arange(60), rng.permutation(np.repeat(np.arange(6), 10))
    found = patterns(person, person % 2, np.zeros(60, dtype=np.int64), level)
    # 0 stays alone: 1-2, 3-4, 5 are four patterns still, so once more: 1-4, 5.
    assert found.levels[:, 0].tolist() == [0, 1, 2]
    assert found.weights.tolist() == [10, 40, 10]


def test_categories_are_never_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covariates, "MOST_PATTERNS", 2)
    membership = Membership(PERSON, PERSON, PERSON)
    levels = {SEASON: np.array([1, 2, 3, 4, 4])}
    found = CommitmentPatterns.of_columns(membership, ARM, np.ones_like(ARM), KEPT, levels)
    assert found.levels[:, 0].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change",
    [
        {"arm": np.array([2, 0, 0, 1, 1])},
        {"kept": np.array([2, 0, 0, 0, 0])},
        {"n": np.array([0, 1, 1, 1, 1]), "kept": np.zeros(5, dtype=np.int64)},
        {"difficulty": np.array([-1, 0, 0, 1, 1])},
        {"difficulty": np.array([1, 2])},
        {"difficulty": np.ones(5)},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, np.ndarray]) -> None:
    given = {"arm": ARM, "kept": KEPT, "difficulty": LEVEL} | change
    with pytest.raises(ValueError, match=r"patterns|difficulty|arm"):
        patterns(PERSON, given["arm"], given["kept"], given["difficulty"], n=given.get("n"))


def test_no_commitments_are_no_crash() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = patterns(none, none, none, none)
    assert found.weights.size == 0
    assert found.characteristics() == ()
