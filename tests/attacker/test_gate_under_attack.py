"""The shipped gate against the attacker: programmes of odd shapes, released week by week, all releases in hand."""

from __future__ import annotations

import polars as pl
import pytest
from attacker import Release, people_weeks, violations
from gated_releases import gated_releases
from odd_programmes import Shape, odd_programme
from plain_publication import plain_releases

from models.disclosure import Floors

WEEKS = range(8, 52)
SMALL = (6, 11, 14, 24)
"""Programmes of at most 40 people: small, odd, and quick to attack."""
# Of a large programme the lines in steps of 5 points leave too many pairs of counts to list.
OF_SLICES = ("protected_completion", "protected_metrics", "protected_usefulness", "protected_slices")
LARGE = Shape(
    n_people=240,
    departments=(30, 40, 25, 60, 5),
    n_cohorts=4,
    is_cohort_in_department=False,
    chance_with=0.79,
    chance_without=0.65,
    chance_top_two=0.6,
    weeks_between_sessions=4,
    transfer_every=3,
    leaver_every=4,
    correction_share=0.01,
    n_erased=1,
    moves_are_corrections=False,
    seed=0,
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SMALL)
def test_nothing_is_told_of_few_people_of_a_small_programme(seed: int) -> None:
    programme = odd_programme(seed)
    releases = gated_releases(programme, WEEKS, Floors())
    assert violations(releases, programme.public, witness=programme.truth, depth="headline") == []


@pytest.mark.slow
def test_a_programme_of_240_gets_slices_that_tell_nothing_of_few_people() -> None:
    programme = odd_programme(LARGE.seed, LARGE)
    releases = _of_slices(gated_releases(programme, WEEKS, Floors()))
    shown = releases[-1]["protected_slices"].filter(pl.col("rate").is_not_null())
    assert set(shown["dimension"]) == {"department", "cohort", "level", "quarter"}
    assert violations(releases, programme.public, witness=programme.truth, depth="headline") == []
    assert people_weeks(releases, programme.public) > 0


@pytest.mark.slow
def test_without_the_ledger_the_attacker_finds_people() -> None:
    programme = odd_programme(6)
    releases = gated_releases(programme, WEEKS, Floors(), has_ledger=False)
    assert violations(releases, programme.public, witness=programme.truth, depth="headline")


@pytest.mark.slow
def test_plain_thresholding_tells_of_few_people() -> None:
    programme = odd_programme(6)
    releases = plain_releases(programme, WEEKS)
    assert violations(releases, programme.public, witness=programme.truth, depth="headline")


@pytest.mark.slow
def test_slices_with_small_categories_left_as_they_are_tell_of_few_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme = odd_programme(LARGE.seed, LARGE)
    monkeypatch.setattr("models.disclosure.slices.FEWEST_PEOPLE", 2)
    monkeypatch.setattr("models.disclosure.slices.FEWEST_ANSWERS", 4)
    monkeypatch.setattr("models.disclosure.slices._are_apart", lambda *_: True)
    monkeypatch.setattr("models.disclosure.slices.singles_out_few", lambda *_: False)
    monkeypatch.setattr("models.disclosure.slices.people_band", str)
    releases = _of_slices(gated_releases(programme, WEEKS, Floors()))
    assert violations(releases, programme.public, witness=programme.truth, depth="headline")


def _of_slices(releases: list[Release]) -> list[Release]:
    return [{name: release[name] for name in OF_SLICES} for release in releases]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(200))
def test_two_hundred_programmes_tell_nothing_of_few_people(seed: int) -> None:
    programme = odd_programme(seed)
    releases = gated_releases(programme, WEEKS, Floors())
    assert violations(releases, programme.public, witness=programme.truth, depth="lines") == []
