"""When parts of the programme come out beside their total, and when they stay."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from gated import AS_OF, fresh, full_row, named, people, released, with_parts
from second_releases import SIXTY, cells, of_sixty

from models.disclosure import Protected
from models.disclosure.contributions import PRIMARY, USEFULNESS


def slices(release: Protected, dimension: str = "department") -> list[tuple[object, ...]]:
    found = release.tables["protected_slices"].filter(dimension=dimension, measure="kept_with_appointment")
    return found.select("category", "rate", "status", "as_of").rows()


NOTHING = [(None, None, "withheld", None)]
SHOWN = [("Finance", 0.5, "ok", AS_OF), ("Sales", 0.5, "ok", AS_OF)]


def test_parts_come_out_beside_a_fresh_total() -> None:
    assert slices(released(of_sixty(cells()))[0]) == SHOWN


def test_parts_are_noted_in_what_was_told() -> None:
    noted = set(released(of_sixty(cells()))[0].sums["row"])
    assert {"department:Sales:kept_with_appointment", "department:Finance:kept_with_appointment"} <= noted


def test_parts_that_do_not_come_out_have_one_row_that_says_so() -> None:
    assert slices(released(of_sixty(cells(60, 0)))[0]) == NOTHING
    assert slices(released(of_sixty(cells(41, 19)))[0]) == NOTHING
    assert slices(released(fresh())[0], "cohort") == NOTHING


@pytest.mark.parametrize(("days", "is_new"), [(7, False), (83, False), (84, True), (91, True)])
def test_parts_are_computed_anew_after_twelve_weeks(days: int, is_new: bool) -> None:
    first = released(of_sixty(cells()))[1]
    second = released(of_sixty(cells(), days), first)[0]
    assert {row[3] for row in slices(second)} == {AS_OF + timedelta(days=days if is_new else 0)}


def test_parts_stay_as_they_were_while_their_total_is_held() -> None:
    first = released(of_sixty(cells()))[1]
    held = of_sixty(cells(), 84, with_parts({"p60": (1, 1)}, SIXTY))
    assert slices(released(held, first)[0]) == SHOWN


OF_BOTH = (
    "completion",
    "effect",
    "effect_by_week",
    "crosschecks",
    "adjusted",
    "balance",
    "propensity",
    "sensitivity",
    "claims",
    "metrics",
)


def test_parts_are_not_shown_while_the_whole_is_early() -> None:
    early = {subject: [full_row(named(subject), status="early")] for subject in OF_BOTH}
    out = released(fresh(early, {PRIMARY: SIXTY}, slices=cells()))[0]
    assert out.held == ()
    assert set(out.tables["protected_slices"]["status"]) == {"withheld"}


def test_parts_of_usefulness_go_with_usefulness_and_not_with_the_headline() -> None:
    both = pl.concat([cells(), cells(measure="useful_top_two")])
    new = fresh(parts={PRIMARY: people(range(4), (4, 2)), USEFULNESS: SIXTY}, slices=both)
    out = released(new)[0].tables["protected_slices"].filter(status="ok", dimension="department")
    assert set(out["measure"]) == {"useful_top_two"}
