"""Programmes of odd shapes: that they are odd, that everybody tells the same story of them, and that plain thresholding
exposes their people.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from attacker import DIMENSIONS, Release, people_weeks, violations
from attacker.public import KEPT, USEFUL, spells_of
from odd_programmes import OddProgramme, end_of, odd_programme, quarter_name
from odd_records import N_WEEKS, shape_of
from plain_publication import plain_release, plain_releases

SEEDS = (1, 4, 5, 9, 11)
SMALL = replace(shape_of(1), n_people=40, chance_with=0.6, chance_without=0.5, chance_top_two=0.6)


@pytest.fixture(scope="module", params=SEEDS)
def programme(request: pytest.FixtureRequest) -> OddProgramme:
    return odd_programme(request.param)


def test_the_same_seed_gives_the_same_programme() -> None:
    one, other = odd_programme(3), odd_programme(3)
    assert one.records.counted.equals(other.records.counted)
    assert one.truth.equals(other.truth)
    assert not one.truth.equals(odd_programme(4).truth)


def test_two_hundred_programmes_have_every_oddity() -> None:
    shapes = [shape_of(seed) for seed in range(200)]
    assert {shape.n_people for shape in shapes} == {12, 18, 27, 40, 60, 85, 120}
    assert {shape.leaver_every for shape in shapes} == {0, 1, 4}
    assert {shape.chance_with for shape in shapes} == {0.5, 0.65, 0.9, 0.97}
    assert {shape.is_cohort_in_department for shape in shapes} == {True, False}
    assert {shape.moves_are_corrections for shape in shapes} == {True, False}
    assert any(4 in shape.departments for shape in shapes)


@pytest.mark.parametrize("week", [12, 30, 51])
def test_colleagues_count_the_same_commitments_as_the_cells(programme: OddProgramme, week: int) -> None:
    spells = spells_of(programme.public, KEPT)
    cells = programme.effect_cells(week)
    for line in ("primary", "horizon_14", "horizon_42", "own_due_date", "completed_six"):
        for arm in (0, 1):
            own = cells.filter((pl.col("line") == line) & (pl.col("arm") == arm))
            n_known = int(own.select(pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn").sum()).item())
            assert int(spells.blocks_of(spells.rows(line, week, arm=arm)).sum()) == n_known


@pytest.mark.parametrize("week", [12, 30, 51])
def test_the_cells_of_slices_add_up_to_the_whole(programme: OddProgramme, week: int) -> None:
    primary = programme.effect_cells(week).filter(pl.col("line") == "primary")
    parts = programme.slice_commitments(week)
    assert parts["n_kept"].sum() == primary["n_kept"].sum()
    assert (
        parts["n_known"].sum()
        == primary.select(pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn").sum()).item()
    )
    answers = programme.answer_cells(week)
    assert programme.slice_answers(week)["n_known"].sum() == answers["n_answers"].sum()
    assert (
        programme.slice_answers(week)["n_top_two"].sum()
        == answers.select(pl.col("n_score_4", "n_score_5")).sum_horizontal().sum()
    )


def test_the_truth_has_every_block_once(programme: OddProgramme) -> None:
    assert programme.truth["block_id"].to_list() == programme.public.blocks["block_id"].to_list()
    kept = programme.truth.filter(pl.col("state").str.contains("by_14|by_28"))
    assert len(kept) == programme.records.commitments["kept"].sum()


def test_more_is_kept_in_the_arm_where_it_is_likelier() -> None:
    made = odd_programme(
        1, replace(SMALL, n_people=120, chance_with=0.97, chance_without=0.5)
    ).records.commitments
    share = dict(made.group_by("arm").agg(pl.col("kept").mean()).iter_rows())
    assert share[1] > 0.9
    assert share[0] < 0.65


def test_a_commitment_counts_when_its_clock_has_run_out() -> None:
    """Horizon and three weeks after check-out, or as much later as the outcome becomes known."""
    counted = odd_programme(
        1, replace(SMALL, moves_are_corrections=False, correction_share=0.0)
    ).records.counted
    own = counted.filter(pl.col("line") != "usefulness")
    first = own.group_by("block_id", "line").agg(pl.col("from_week").min())
    waits = first.pivot("line", index="block_id", values="from_week").drop_nulls()
    assert set(waits["primary"] - waits["horizon_14"]) == {2}
    assert set(waits["horizon_42"] - waits["primary"]) == {2}


def test_nobody_keeps_by_day_14_what_is_not_kept_by_day_28(programme: OddProgramme) -> None:
    made = programme.records.commitments
    assert (made["kept_14"] <= made["kept"]).all()
    assert (made["kept"] <= made["kept_42"]).all()


def test_the_cells_of_a_week_are_what_was_known_then(programme: OddProgramme) -> None:
    by_week = programme.effect_cells_by_week(30).filter(pl.col("week") == 20).drop("week")
    primary = programme.effect_cells(20).filter(pl.col("line") == "primary").drop("line")
    assert by_week.equals(primary)


def test_an_outcome_not_yet_known_is_counted_as_unknown() -> None:
    programme = odd_programme(1)
    n_unknown = [programme.effect_cells(week)["n_unknown"].sum() for week in range(N_WEEKS)]
    assert n_unknown[0] == 0
    assert max(n_unknown) > 0


def test_people_who_move_take_along_what_was_made_before_only_where_the_move_is_a_correction() -> None:
    for is_retroactive in (False, True):
        shape = replace(
            SMALL, transfer_every=3, moves_are_corrections=is_retroactive, n_erased=0, correction_share=0.0
        )
        spells = odd_programme(1, shape).records.counted.filter(pl.col("line") == "primary")
        n_places = spells.group_by("block_id").agg(pl.col("department").n_unique().alias("n"))["n"]
        assert (int(n_places.max() or 1) > 1) == is_retroactive  # type: ignore[arg-type]


def test_an_erased_person_counts_no_more() -> None:
    programme = odd_programme(1, replace(SMALL, n_erased=3, moves_are_corrections=False))
    spells = programme.records.counted.filter(pl.col("line") == "primary").join(
        programme.records.commitments, on="block_id"
    )
    last = spells.group_by("person_id").agg(pl.col("to_week").max())
    assert int((last["to_week"] < N_WEEKS).sum()) == 3


# Plain thresholding, which the gate is measured against


def headline(releases: list[Release]) -> list[Release]:
    return [{"protected_completion": release["protected_completion"]} for release in releases]


@pytest.mark.parametrize("seed", [0, 2, 6, 9])
def test_plain_thresholding_exposes_people(seed: int) -> None:
    programme = odd_programme(seed)
    releases = plain_releases(programme, range(10, N_WEEKS, 2))
    found = violations(releases, programme.public, witness=programme.truth, depth="headline")
    assert len(found) == 1
    assert found[0].n_people < 5


def test_weekly_totals_alone_expose_people() -> None:
    programme = odd_programme(1, SMALL)
    releases = headline(plain_releases(programme, range(10, N_WEEKS)))
    assert violations(releases, programme.public, witness=programme.truth) != []


def test_one_total_of_a_programme_of_forty_does_not() -> None:
    programme = odd_programme(1, SMALL)
    releases = headline([plain_release(programme, 40)])
    assert violations(releases, programme.public, witness=programme.truth) == []


def test_every_plain_number_is_read_as_it_was_made(programme: OddProgramme) -> None:
    """The witness is held against every statement of every table: a wrong reading would be a contradiction."""
    releases = plain_releases(programme, range(9, N_WEEKS, 7), slices_every=7)
    violations(releases, programme.public, witness=programme.truth, depth="headline")


def test_people_weeks_of_plain_thresholding_are_the_people_in_the_cells() -> None:
    programme = odd_programme(1, SMALL)
    release = plain_release(programme, 40)
    cells = programme.slice_commitments(40).with_columns(
        pl.col("quarter").map_elements(quarter_name, pl.String)
    )
    n = 0
    for dimension in DIMENSIONS:
        people = cells.group_by(dimension, "arm").agg(pl.col("person_id").n_unique().alias("n"))["n"].to_numpy()
        answered = (
            programme.slice_answers(40).group_by(dimension).agg(pl.col("person_id").n_unique().alias("n"))
        )
        both = np.concatenate([people, answered["n"].to_numpy()])
        n += int(both[both >= 5].sum())
    assert people_weeks([release], programme.public) == n


def test_weeks_end_on_sundays() -> None:
    assert {end_of(week).isoweekday() for week in range(N_WEEKS)} == {7}
    assert spells_of(odd_programme(1).public, USEFUL).session_number.min() == 1
