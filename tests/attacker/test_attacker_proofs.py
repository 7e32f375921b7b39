"""That the attacker is right: held against every world tried one by one, and against numbers that can't be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from attacker import (
    ContradictionError,
    Public,
    Release,
    ends_that_tell_more,
    feasible_values,
    people_weeks,
    read_release,
    told_by,
    violations,
)
from attacker.listing import ANSWER_STATES, Listing, Term
from attacker.openness import Search
from attacker.public import spells_of
from attacker.system import system_of
from attacker.targets import Target, targets_of
from publications import block, completion, known, part, people, slices, total


def test_numbers_that_do_not_fit_what_is_known_are_an_error() -> None:
    public = known(*people(range(10)))
    with pytest.raises(ContradictionError, match="11 are published, colleagues count 10"):
        violations([completion(total(0, 5, 11))], public)
    both = [completion(total(0, 5, 10)), completion(total(0, 6, 10))]
    with pytest.raises(ContradictionError, match="leaves nothing between"):
        violations(both, public)


def test_numbers_that_no_world_fits_are_an_error() -> None:
    public = known(*people(range(10)))
    release = {**completion(total(0, 10, 10)), "protected_slices": slices(part("Sales", 0.5))}
    with pytest.raises(ContradictionError):
        feasible_values([release], public, [0])


def test_a_witness_that_the_numbers_exclude_is_an_error() -> None:
    public = known(*people(range(10)))
    truth = pl.DataFrame({"block_id": range(10), "state": ["by_14"] * 6 + ["later"] * 4, "n": [1] * 10})
    assert violations([completion(total(0, 6, 10))], public, witness=truth) == []
    with pytest.raises(ContradictionError, match="6 in truth, read as 5 to 5"):
        violations([completion(total(0, 5, 10))], public, witness=truth)


Number = tuple[np.ndarray, int, int]
"""Whose units a number counts, and the least and most it says are kept."""


def random_publication(seed: int) -> tuple[Public, list[Release], list[Number], list[int]]:
    """Nine people with one or two commitments, weekly totals, two slices; and how many commitments each has."""
    rng = np.random.default_rng(seed)
    n, joined = rng.integers(1, 3, 9), rng.integers(0, 3, 9)
    kept = rng.binomial(n, 0.6)
    places = {"department": rng.integers(0, 2, 9), "level": rng.integers(0, 2, 9)}
    drawn = [
        block(
            f"p{at}",
            int(n[at]),
            from_week=int(joined[at]),
            **{name: f"{name} {values[at]}" for name, values in places.items()},
        )
        for at in range(9)
    ]
    numbers: list[Number] = []
    releases: list[Release] = []
    for week in (0, 1, 2):
        who = np.flatnonzero(joined <= week)
        if who.size:
            releases.append(completion(total(week, int(kept[who].sum()), int(n[who].sum()))))
            numbers.append((who, int(kept[who].sum()), int(kept[who].sum())))
    for name, value in product(places, (0, 1)):
        who = np.flatnonzero(places[name] == value)
        if who.size:
            size, sum_ = int(n[who].sum()), int(kept[who].sum())
            twentieths = (40 * sum_ + size) // (2 * size)
            row = part(f"{name} {value}", twentieths / 20, dimension=name, week=2)
            releases.append({"protected_slices": slices(row)})
            same = [k for k in range(size + 1) if (40 * k + size) // (2 * size) == twentieths]
            numbers.append((who, min(same), max(same)))
    return known(*drawn), releases, numbers, n.tolist()


def worlds_of(numbers: Sequence[Number], n: Sequence[int]) -> np.ndarray:
    """Every world that fits all numbers, shape (worlds, people)."""
    worlds = np.array(list(product(*(range(size + 1) for size in n))))
    sums = [worlds[:, who].sum(axis=1) for who, _, _ in numbers]
    fits = [(low <= sum_) & (sum_ <= high) for sum_, (_, low, high) in zip(sums, numbers, strict=True)]
    return worlds[np.logical_and.reduce(fits)]


@pytest.mark.parametrize("seed", range(12))
def test_feasible_values_are_those_of_all_worlds_tried_one_by_one(seed: int) -> None:
    public, releases, numbers, n = random_publication(seed)
    for asked in ([0], [1, 2], [3, 4, 5], [0, 6, 8]):
        tried = set(worlds_of(numbers, n)[:, asked].sum(axis=1).tolist())
        assert feasible_values(releases, public, asked) == sorted(tried)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_too_closed_is_so_in_all_worlds_tried_one_by_one(seed: int) -> None:
    public, releases, numbers, n = random_publication(seed)
    worlds = worlds_of(numbers, n)
    weeks, spells = (0, 1, 2), spells_of(public, "kept")
    expected = []
    for target in targets_of(spells, "primary", 5, weeks, steps=[(0, 1), (1, 2)]):
        values = set(worlds[:, target.blocks].sum(axis=1).tolist())
        if len(values) < target.needed:
            expected.append((target.label, tuple(sorted(values))))
    found = violations(releases, public, weeks=weeks, limit=999, seed=seed)
    assert sorted((item.label, item.values) for item in found) == sorted(expected)


def test_values_between_two_feasible_ones_are_not_taken_for_feasible() -> None:
    """Twice the first count is the second: of two commitments none or both are kept, never one."""
    states = frozenset({"4", "5"})
    listing = Listing(np.array([1, 2]))
    first, second = (listing.selection(np.array(blocks)) for blocks in ([True, False], [False, True]))
    listing.add((Term(first, states, 2), Term(second, states, -1)), 0, 0, "twice")
    target = Target("asked", "", np.array([1]), 1, 2, 3)
    search = Search(system_of(listing, ANSWER_STATES, states), listing.n, [target])
    assert list(search.too_closed(np.random.default_rng(0))) == [(target, [0, 2])]
    assert search.closed().tolist() == [0]


def test_the_numbers_that_tell_are_named_and_no_others() -> None:
    public = known(*people(range(10)), block("late", from_week=1), *people(range(20, 25), from_week=2))
    releases = [completion(total(week, kept, n)) for week, kept, n in ((0, 5, 10), (1, 6, 11), (2, 8, 16))]
    (found,) = violations(releases, public)
    assert found.block_ids == (10,)
    assert told_by(releases, public, found.block_ids, 0) == [
        "completion with_appointment 2026-01-04: 5 to 5",
        "completion with_appointment 2026-01-11: 6 to 6",
    ]
    assert told_by(releases, public, found.block_ids, 1) == []


# Published bytes


def test_a_release_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute(
        "create schema protected; create table protected.slices as select 'Legal' as category, .5 as rate"
    )
    connection.close()
    read = read_release(path)
    assert read["protected_slices"].rows() == [("Legal", 0.5)]


def test_people_weeks_count_the_people_behind_every_rate_of_every_release() -> None:
    public = known(*people(range(10)), *people(range(20, 26), department="Legal"))
    both = {"protected_slices": slices(part("Sales", 0.5), part("Legal", 0.5))}
    one = {"protected_slices": slices(part("Sales", 0.5), part("Legal", 0.5).copy() | {"rate": None})}
    joined = {"protected_slices": slices(part("Other", 0.5, joined="Sales; Legal"))}
    assert people_weeks([both, one, joined, {}], public) == 16 + 10 + 16


def test_ends_that_differ_at_the_same_rate_know_more_than_the_rate() -> None:
    one, other = slices(part("Sales", 0.5, low=0.3)), slices(part("Sales", 0.5, low=0.35))
    assert ends_that_tell_more([{"protected_slices": one}, {"protected_slices": one}]) == []
    assert len(ends_that_tell_more([{"protected_slices": one}, {"protected_slices": other}])) == 1
