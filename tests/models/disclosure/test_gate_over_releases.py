"""What a second release may show beside the first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from gated import (
    AS_OF,
    EVERYBODY,
    NO_SLICES,
    WEEK,
    Parts,
    fresh,
    full_row,
    named,
    people,
    released,
    with_parts,
)

from models.contracts import PROTECTED_TABLES
from models.disclosure import LABELS, TOO_FEW_PEOPLE, Floors, Fresh, Past, Protected
from models.disclosure.contributions import ADJUSTED, PRIMARY, USEFULNESS
from models.disclosure.labels import LATEST

NEXT_WEEK, LATER = "2026-W41", AS_OF + timedelta(days=7)
ONE_NEW = with_parts({"p20": (1, 1)})
SIX_NEW = with_parts(people(range(20, 26), (2, 1)))
UNITS = (
    *((subject, PRIMARY) for subject in ("completion", "crosschecks", "sensitivity", "claims")),
    *((subject, ADJUSTED) for subject in ("adjusted", "balance", "propensity")),
)
OPEN_SUBJECTS = ("power", "funnel")
CHANGED: dict[str, Any] = {"estimate": 0.7, "rate": 0.7, "value": 0.7, "share": 0.7, "smd_before": 0.7}


def rows(subject: str, **columns: object) -> dict[str, list[dict[str, object]]]:
    return {subject: [full_row(named(subject), **columns)]}


def next_release(
    parts: dict[str, Parts],
    changed: dict[str, list[dict[str, object]]] | None = None,
    *,
    past: Past | None = None,
    week: str = NEXT_WEEK,
) -> Protected:
    """A release a week after a first one in which everybody's parts were the same."""
    before = released(fresh())[1] if past is None else past
    return released(fresh(changed, parts, as_of=LATER, week=week), before)[0]


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


LINES = {"effect": [full_row(named("effect"), line=line, estimate=0.7) for line in ("primary", "horizon_14")]}
LATER_LINES = {"effect": [{**row, "estimate": -0.1} for row in LINES["effect"]]}
OTHER_LINE = "line:horizon_14"


def lines(release: Protected) -> list[tuple[object, ...]]:
    return release.tables["protected_effect"].select("line", "estimate", "as_of").rows()


def lines_after(days: int, parts: dict[str, Parts]) -> Protected:
    """What a release shows so many days after a first one with two lines, all of it changed."""
    past = released(fresh(LINES))[1]
    week = f"2026-W{40 + days // 7}"
    return released(fresh(LATER_LINES, parts, as_of=AS_OF + timedelta(days=days), week=week), past)[0]


def test_a_line_held_for_its_own_people_does_not_hold_the_headline() -> None:
    second = lines_after(28, {PRIMARY: SIX_NEW, OTHER_LINE: with_parts({"p20": (2, 1)})})
    assert second.held == (OTHER_LINE,)
    assert lines(second) == [
        ("primary", -0.1, AS_OF + timedelta(days=28)),
        ("horizon_14", 0.7, AS_OF),
    ]


def test_a_held_headline_holds_the_further_lines() -> None:
    second = lines_after(28, {PRIMARY: ONE_NEW, OTHER_LINE: SIX_NEW})
    assert second.held == (OTHER_LINE, PRIMARY)
    assert lines(second) == [("primary", 0.7, AS_OF), ("horizon_14", 0.7, AS_OF)]


@pytest.mark.parametrize(("days", "is_new"), [(7, False), (27, False), (28, True), (35, True)])
def test_further_lines_are_computed_anew_after_four_weeks_and_the_headline_each_time(
    days: int, is_new: bool
) -> None:
    now = AS_OF + timedelta(days=days)
    assert lines(lines_after(days, {PRIMARY: SIX_NEW, OTHER_LINE: SIX_NEW})) == [
        ("primary", -0.1, now),
        ("horizon_14", -0.1 if is_new else 0.7, now if is_new else AS_OF),
    ]


def test_a_line_that_is_not_due_tells_nothing_new() -> None:
    assert "line:horizon_14:1" in set(lines_after(28, {OTHER_LINE: SIX_NEW}).sums["row"])
    assert "line:horizon_14:1" not in set(lines_after(27, {OTHER_LINE: SIX_NEW}).sums["row"])


def test_a_line_never_shown_needs_no_four_weeks() -> None:
    past = released(fresh(rows("effect", line="primary")))[1]
    second = next_release({PRIMARY: SIX_NEW, OTHER_LINE: SIX_NEW}, LATER_LINES, past=past)
    assert lines(second)[1] == ("horizon_14", -0.1, LATER)


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


def weekly(*listed: tuple[str, float]) -> dict[str, list[dict[str, object]]]:
    ends = {"2026-W39": date(2026, 9, 27), WEEK: AS_OF, NEXT_WEEK: LATER}
    return {
        "effect_by_week": [
            full_row(named("effect_by_week"), week=week, week_ends_on=ends[week], estimate=estimate)
            for week, estimate in listed
        ]
    }


def by_week(release: Protected) -> dict[str, tuple[object, object, object]]:
    found = release.tables["protected_effect_by_week"]
    return {row["week"]: (row["estimate"], row["status"], row["as_of"]) for row in found.iter_rows(named=True)}


def test_a_week_once_shown_is_never_changed() -> None:
    first = released(fresh(weekly(("2026-W39", 0.1), (WEEK, 0.2)), {"week:2026-W39": EVERYBODY}))[1]
    units = {"week:2026-W39": SIX_NEW, f"week:{WEEK}": SIX_NEW, PRIMARY: SIX_NEW}
    second = next_release(units, weekly(("2026-W39", 0.5), (WEEK, 0.6), (NEXT_WEEK, 0.7)), past=first)
    assert by_week(second) == {
        "2026-W39": (0.1, "ok", AS_OF),
        WEEK: (0.2, "ok", AS_OF),
        NEXT_WEEK: (0.7, "ok", LATER),
    }


def test_a_week_that_stays_as_it_was_tells_nothing_new() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    units = {PRIMARY: SIX_NEW, f"week:{WEEK}": with_parts(people(range(30, 40), (2, 1)))}
    second = next_release(units, weekly((WEEK, 0.6), (NEXT_WEEK, 0.7)), past=first)
    assert f"week:{WEEK}:1" not in set(second.sums["row"])


def test_a_held_headline_leaves_its_week_without_a_number() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    second = next_release({PRIMARY: ONE_NEW}, weekly((WEEK, 0.2), (NEXT_WEEK, 0.7)), past=first)
    assert by_week(second) == {WEEK: (0.2, "ok", AS_OF), NEXT_WEEK: (None, "withheld", None)}


def test_of_two_weeks_that_differ_in_one_person_the_later_is_shown() -> None:
    listed = weekly(("2026-W39", 0.1), (WEEK, 0.2), (NEXT_WEEK, 0.3))
    units = {"week:2026-W39": SIX_NEW, f"week:{WEEK}": with_parts({"p26": (2, 1)}, SIX_NEW)}
    found = by_week(released(fresh(listed, units, week=NEXT_WEEK, as_of=LATER))[0])
    assert [found[week][1] for week in ("2026-W39", WEEK, NEXT_WEEK)] == ["withheld", "ok", "ok"]


def test_another_plan_starts_its_weeks_anew_and_keeps_what_was_told() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    units = {PRIMARY: SIX_NEW, f"week:{WEEK}": EVERYBODY}
    new = fresh(weekly((WEEK, 0.5), (NEXT_WEEK, 0.7)), units, week=NEXT_WEEK, as_of=LATER, plan_hash="other")
    assert by_week(released(new, first)[0])[WEEK] == (0.5, "ok", LATER)
    nearly = {PRIMARY: SIX_NEW, f"week:{WEEK}": ONE_NEW}
    new = fresh(weekly((WEEK, 0.5), (NEXT_WEEK, 0.7)), nearly, week=NEXT_WEEK, as_of=LATER, plan_hash="other")
    assert by_week(released(new, first)[0])[WEEK] == (None, "withheld", None)


SIXTY: Parts = people(range(60), (4, 2))


def cells(n_sales: int = 30, n_finance: int = 30, measure: str = "kept_with_appointment") -> pl.DataFrame:
    """Sixty people of both arms, by department."""
    listed = [
        {
            "measure": measure,
            "person_id": f"p{number:02}",
            "group_id": f"g{number // 4}",
            "department": "Sales" if number < n_sales else "Finance",
            "cohort": "all",
            "level": "all",
            "quarter": "all",
            "n": 4,
            "value": 2,
        }
        for number in range(n_sales + n_finance)
    ]
    return pl.DataFrame(listed, schema=NO_SLICES.schema)


def of_sixty(shown: pl.DataFrame, days: int = 0, headline: Parts = SIXTY) -> Fresh:
    """A release of a programme of sixty so many days after the first."""
    week = f"2026-W{40 + days // 7}"
    return fresh(parts={PRIMARY: headline}, slices=shown, as_of=AS_OF + timedelta(days=days), week=week)


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
