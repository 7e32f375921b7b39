"""What a second release may show beside the first: which units are held, with what, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from gated import AS_OF, NO_SLICES, WEEK, fresh, full_row, named, people, released, with_parts
from second_releases import LATER, NEXT_WEEK, ONE_NEW, SIX_NEW, cells, next_release, of_sixty, rows

from models.contracts import PROTECTED_TABLES
from models.disclosure import LABELS, TOO_FEW_PEOPLE, Floors, Fresh, Past, Protected
from models.disclosure.contributions import ADJUSTED, PRIMARY, USEFULNESS
from models.disclosure.labels import LATEST

UNITS = (
    *((subject, PRIMARY) for subject in ("completion", "crosschecks", "sensitivity", "claims")),
    *((subject, ADJUSTED) for subject in ("adjusted", "balance", "propensity")),
)
OPEN_SUBJECTS = ("power", "funnel", "session_facts")
CHANGED: dict[str, Any] = {"estimate": 0.7, "rate": 0.7, "value": 0.7, "share": 0.7, "smd_before": 0.7}


def shown(release: Protected, subject: str) -> dict[str, Any]:
    return release.tables[f"protected_{subject}"].row(0, named=True)


@pytest.mark.parametrize(("subject", "unit"), UNITS)
def test_one_persons_new_commitment_holds_all_that_is_computed_from_it(subject: str, unit: str) -> None:
    first = released(fresh())[0]
    second = next_release({unit: ONE_NEW}, rows(subject, **CHANGED))
    assert second.held == (unit,)
    assert shown(second, subject) == shown(first, subject)
    assert shown(second, subject)["as_of"] == AS_OF


@pytest.mark.parametrize(("subject", "unit"), UNITS)
def test_six_peoples_new_commitments_let_it_go_on(subject: str, unit: str) -> None:
    second = next_release({unit: SIX_NEW}, rows(subject, **CHANGED))
    assert second.held == ()
    assert shown(second, subject)["as_of"] == LATER


def test_of_sensitivity_what_needs_the_adjusted_difference_is_held_with_it() -> None:
    drawn = {"e_value": LATER, "tipping_point": LATER, "robustness_value": AS_OF, "benchmark_difficulty": AS_OF}
    listed = {"sensitivity": [full_row(named("sensitivity"), measure=measure) for measure in drawn]}
    second = next_release({ADJUSTED: ONE_NEW}, listed, past=released(fresh(listed))[1])
    found = second.tables["protected_sensitivity"]
    assert dict(found.select("measure", "as_of").iter_rows()) == drawn


@pytest.mark.parametrize("subject", OPEN_SUBJECTS)
def test_numbers_that_tell_nobodys_outcome_go_on_beside_a_held_headline(subject: str) -> None:
    second = next_release({PRIMARY: ONE_NEW})
    assert shown(second, subject)["as_of"] == LATER


def test_the_verdict_is_held_with_the_headline_and_the_cut_is_not() -> None:
    early = released(fresh(rows("programme", verdict="too_early", reasons="few_groups", data_as_of=AS_OF)))[1]
    changed = rows("programme", verdict="helps", reasons="", week=NEXT_WEEK, data_as_of=LATER)
    held = shown(next_release({PRIMARY: ONE_NEW}, changed, past=early), "programme")
    assert (held["verdict"], held["reasons"], held["as_of"]) == ("too_early", "few_groups", AS_OF)
    assert (held["week"], held["data_as_of"]) == (NEXT_WEEK, LATER)
    free = shown(next_release({PRIMARY: SIX_NEW}, changed, past=early), "programme")
    assert (free["verdict"], free["as_of"]) == ("helps", LATER)


def test_a_verdict_never_released_is_none() -> None:
    first = released(fresh(rows("programme", verdict="helps"), {PRIMARY: people(range(4), (4, 2))}))[0]
    assert (shown(first, "programme")["verdict"], shown(first, "programme")["reasons"]) == (
        "cannot_tell_yet",
        TOO_FEW_PEOPLE,
    )


def test_metrics_are_held_one_by_one_with_what_they_are_drawn_from() -> None:
    drawn = {
        "appointment_effect": AS_OF,  # the headline
        "trust_mean_score": AS_OF,
        "usefulness_mean_score": LATER,
        "people_trained": LATER,  # nobody's outcome
    }
    listed = {"metrics": [full_row(named("metrics"), metric=metric) for metric in drawn]}
    past = released(fresh(listed))[1]
    second = next_release({PRIMARY: ONE_NEW, "question:trust": ONE_NEW, USEFULNESS: SIX_NEW}, listed, past=past)
    found = second.tables["protected_metrics"]
    assert dict(found.select("metric", "as_of").iter_rows()) == drawn
    assert found["metric"].to_list() == list(drawn)


def test_a_held_unit_never_released_is_withheld_with_its_label_alone() -> None:
    few = released(fresh(parts=dict.fromkeys((PRIMARY, ADJUSTED), people(range(4), (4, 2)))))[0]
    for subject in (*dict(UNITS), "effect"):
        row, labels = shown(few, subject), LABELS[f"protected_{subject}"]
        assert (row["status"], row["reasons"]) == ("withheld", TOO_FEW_PEOPLE)
        assert {name for name, value in row.items() if value is not None} == {*labels, "status", "reasons"}


@pytest.mark.parametrize(
    ("unit", "subjects"),
    [
        ("by_day:7", {"kept_by_day"}),
        (USEFULNESS, {"usefulness", "secondaries"}),
        (LATEST, {"loneliness", "loneliness_measures", "secondaries"}),
        ("usefulness:session-3", {"usefulness_trend"}),
        ("response:latest", {"response"}),
    ],
)
def test_what_stands_on_a_held_unit_is_held_with_it_and_nothing_else(unit: str, subjects: set[str]) -> None:
    second = next_release({unit: ONE_NEW}, week=WEEK)
    held = {name.removeprefix("protected_") for name, frame in second.tables.items() if AS_OF in _days(frame)}
    assert held == subjects


def test_what_one_person_answered_before_a_pulse_holds_its_row_of_who_answered() -> None:
    listed = {
        "missing": [full_row(named("missing"), characteristic=name) for name in ("level", "prior_usefulness")]
    }
    past = released(fresh(listed))[1]
    second = next_release({"missing:prior_usefulness": ONE_NEW}, listed, past=past)
    assert second.tables["protected_missing"].select("characteristic", "as_of").rows() == [
        ("level", LATER),
        ("prior_usefulness", AS_OF),
    ]


def test_somebody_who_answered_on_loneliness_once_holds_what_is_made_of_all_answers() -> None:
    measures = ("share_lonely_latest", "alpha")
    listed = {
        "loneliness_measures": [full_row(named("loneliness_measures"), measure=name) for name in measures]
    }
    past = released(fresh(listed))[1]
    second = next_release({"loneliness:models": ONE_NEW}, listed, past=past)
    assert second.tables["protected_loneliness_measures"].select("measure", "as_of").rows() == [
        ("share_lonely_latest", LATER),
        ("alpha", AS_OF),
    ]


def _days(frame: pl.DataFrame) -> list[object]:
    return frame["as_of"].to_list() if "as_of" in frame.columns else []


def test_loneliness_needs_ten_people_who_differ() -> None:
    assert LATEST in next_release({LATEST: with_parts(people(range(20, 29), (12, 5)))}).held
    assert next_release({LATEST: with_parts(people(range(20, 30), (12, 5)))}).held == ()


def test_what_was_held_comes_out_once_enough_people_differ() -> None:
    first = released(fresh())[1]
    held, second = released(fresh(parts={PRIMARY: ONE_NEW}, as_of=LATER, week=NEXT_WEEK), first)
    assert PRIMARY in held.held
    third, _ = released(
        fresh(parts={PRIMARY: SIX_NEW}, as_of=LATER + timedelta(days=7), week="2026-W42"), second
    )
    assert third.held == ()
    assert shown(third, "effect")["as_of"] == LATER + timedelta(days=7)


def test_a_held_release_tells_nothing_and_leaves_no_sum() -> None:
    first = released(fresh())[1]
    assert released(fresh(parts={PRIMARY: ONE_NEW}), first)[0].sums.is_empty()


def test_a_number_that_swings_back_is_held_against_every_release_before() -> None:
    first = released(fresh())[1]
    second = released(fresh(parts={PRIMARY: SIX_NEW}), first)[1]
    back_but_for_one = with_parts({"p20": (2, 1)})
    assert PRIMARY in released(fresh(parts={PRIMARY: back_but_for_one}), second)[0].held


def test_a_raised_floor_holds_what_differs_in_fewer() -> None:
    first = released(fresh(), floors=Floors(people=8))[1]
    assert PRIMARY in released(fresh(parts={PRIMARY: SIX_NEW}), first, Floors(people=8))[0].held
    assert PRIMARY not in released(fresh(parts={PRIMARY: SIX_NEW}), first)[0].held


def test_a_metric_that_left_the_catalogue_is_shown_no_more_and_stops_nothing() -> None:
    past = released(fresh())[1]
    old = past.tables["protected_metrics"].with_columns(pl.lit("retired_metric").alias("metric"))
    with_old = Past(past.sums, {**past.tables, "protected_metrics": old}, past.plan_hash)
    second = next_release({PRIMARY: ONE_NEW}, past=with_old)
    assert second.tables["protected_metrics"].select("metric", "status").rows() == [
        ("appointment_effect", "withheld")
    ]


def test_a_unit_that_shows_numbers_nobody_stands_behind_stops_the_run() -> None:
    new = fresh()
    without = new.contributions.filter(pl.col("unit") != "by_day:7")
    with pytest.raises(LookupError, match="by_day:7 shows numbers"):
        released(Fresh(new.estimates, without, NO_SLICES, AS_OF, WEEK, "plan"))


def test_nothing_shown_comes_out_in_the_order_of_people() -> None:
    new = of_sixty(cells())
    turned = Fresh(new.estimates, new.contributions.reverse(), new.slices.reverse(), AS_OF, WEEK, "plan")
    for name, frame in released(new)[0].tables.items():
        assert frame.equals(released(turned)[0].tables[name])


def test_every_table_comes_out_in_the_columns_of_its_contract_when_held_too() -> None:
    everything = dict.fromkeys(fresh().contributions["unit"].unique().to_list(), ONE_NEW)
    second = next_release(everything)
    for table in PROTECTED_TABLES:
        assert tuple(second.tables[table.name].columns) == table.column_names


def test_the_same_run_again_shows_the_same_and_tells_nothing_more() -> None:
    first, past = released(of_sixty(cells()))
    again = released(of_sixty(cells()), past)[0]
    assert again.sums.is_empty()
    assert again.held == ()
    assert all(again.tables[name].equals(frame) for name, frame in first.tables.items())
