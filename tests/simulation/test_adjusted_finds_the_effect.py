"""Adjusted differences on made-up programmes, through the shipped SQL: what they mend and what they cannot.

One large programme of 700 groups stands for many: its standard errors are about a hundredth, so that a bias of a few
points shows. The truth is the average effect over the programme's own commitments.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from many_programmes import HEADLINE, judged, many

from models.estimates import Inputs, Setting
from models.estimates.adjusted import analyse, confounding_rows, estimate_adjusted
from models.estimates.effect import primary_difference
from models.plan import Plan
from models.simulate import Programme, Scenario, simulate
from pipelines.store.warehouse import fetch

READ = ("effect_cells", "adjustment_cells", "previous_commitments")
BY_DIFFICULTY = Scenario(
    n_groups=700,
    n_people=2_100,
    n_weeks=52,
    selection_by_difficulty=1.0,
    selection_by_conscientiousness=0.0,
    done_on_missing_share=0.0,
)
BY_PERSON = replace(BY_DIFFICULTY, selection_by_difficulty=0.0, selection_by_conscientiousness=1.2)


def inputs_of(programme: Programme) -> Inputs:
    with judged(programme, derived=(*HEADLINE, "adjustment_cells", "previous_commitments")) as connection:
        tables = {name: fetch(connection, f"select * from {name}") for name in READ}
    return Inputs(
        tables, Setting("Made up", True, date(2026, 10, 4), "2026-W40", date(2026, 10, 12), Plan(), 21)
    )


def estimates(inputs: Inputs) -> dict[str, float]:
    frame = estimate_adjusted(inputs, analyse(inputs))
    assert set(frame["status"]) == {"ok"}
    return dict(frame.select("method", "estimate").iter_rows())


def flags(inputs: Inputs) -> dict[object, object]:
    return {row["measure"]: row.get("is_red_flag") for row in confounding_rows(inputs)}


@pytest.fixture(scope="module")
def by_difficulty() -> tuple[Inputs, float]:
    programme = simulate(many(BY_DIFFICULTY, 1, seed=1))
    return inputs_of(programme), float(programme.truth.average_effect)


@pytest.fixture(scope="module")
def by_person() -> tuple[Inputs, float]:
    programme = simulate(many(BY_PERSON, 1, seed=2))
    return inputs_of(programme), float(programme.truth.average_effect)


@pytest.mark.slow
def test_what_was_said_at_check_out_and_moves_both_is_allowed_for(by_difficulty: tuple[Inputs, float]) -> None:
    inputs, truth = by_difficulty
    crude, found = primary_difference(inputs).estimate, estimates(inputs)
    print(f"truth {truth:.3f}, crude {crude:.3f}, {found}")
    assert crude is not None
    assert crude > truth + 0.04
    # The effect is smaller where commitments are hard: averages over other commitments differ by a point.
    for method, estimate in found.items():
        assert estimate == pytest.approx(truth, abs=0.025), method


@pytest.mark.slow
def test_difficulty_alone_raises_no_red_flag(by_difficulty: tuple[Inputs, float]) -> None:
    assert set(flags(by_difficulty[0]).values()) == {None, False}


@pytest.mark.slow
def test_conscientious_people_who_book_more_are_matched_with_themselves_only(
    by_person: tuple[Inputs, float],
) -> None:
    inputs, truth = by_person
    crude, found = primary_difference(inputs).estimate, estimates(inputs)
    print(f"truth {truth:.3f}, crude {crude:.3f}, {found}")
    assert crude is not None
    assert crude > truth + 0.06
    # Conscientiousness is never recorded: earlier results tell a part of it, the comparison within people all.
    assert truth + 0.02 < found["aipw"] < crude
    for method in ("g_computation", "within_person"):
        assert found[method] == pytest.approx(truth, abs=0.03), method


@pytest.mark.slow
def test_conscientious_people_who_book_more_raise_the_red_flag_of_the_previous_commitment(
    by_person: tuple[Inputs, float],
) -> None:
    found = flags(by_person[0])
    assert found["negative_control_previous_commitment"] is True
    assert found["negative_control_attendance"] is False


@pytest.mark.slow
def test_the_cells_hold_the_commitments_of_the_headline(by_difficulty: tuple[Inputs, float]) -> None:
    inputs, _ = by_difficulty
    primary = inputs["effect_cells"].filter(line="primary")
    known = primary.select(n=pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn").sum())
    kept = primary["n_kept"].sum()
    cells = inputs["adjustment_cells"]
    assert (cells["n"].sum(), cells["n_kept"].sum()) == (known.item(), kept)
