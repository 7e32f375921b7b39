"""What the gate lets out of a row: at each floor, for each status, for any rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest
from gated import AS_OF, FLOORS, WEEK, Row, fresh, full_row, in_every_range, named
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import metrics
from models.contracts import ANALYST_COLUMNS, PROTECTED_TABLES, Table, estimate_table
from models.disclosure import LABELS, TOO_FEW_PEOPLE, Floors, Past, people_band, protect
from models.disclosure.labels import KEYS, unit_of

ROW_TABLES = tuple(table for table in PROTECTED_TABLES if table.name in LABELS)
BY_TEN = ("protected_loneliness", "protected_loneliness_measures")
BY_PEOPLE = tuple(table for table in ROW_TABLES if table.name not in BY_TEN)


def out(table: Table, row: Row, floors: Floors = FLOORS) -> dict[str, object]:
    """What becomes of one row of an estimate table."""
    subject = table.name.removeprefix("protected_")
    rows = in_every_range(row) if subject == "usefulness" else [row]
    return tables({subject: rows}, floors)[table.name].row(0, named=True)


def tables(changed: Mapping[str, Sequence[Row]], floors: Floors = FLOORS) -> dict[str, pl.DataFrame]:
    return protect(fresh(changed), Past(), floors, metrics()).tables


def hidden(row: Mapping[str, object], table: Table) -> dict[str, object]:
    """What a row shows beside its label, status, reasons and day."""
    shown = (*LABELS[table.name], "status", "reasons", "as_of")
    return {name: value for name, value in row.items() if name not in shown and value is not None}


@pytest.mark.parametrize("table", BY_PEOPLE, ids=lambda table: table.name)
def test_one_person_below_the_floor_only_the_label_is_left(table: Table) -> None:
    row = out(table, full_row(table, smallest_people=4, n_people=4))
    assert hidden(row, table) == {}
    assert (row["status"], row["reasons"]) == ("withheld", TOO_FEW_PEOPLE)


@pytest.mark.parametrize("n_people", [5, 6])
@pytest.mark.parametrize("table", BY_PEOPLE, ids=lambda table: table.name)
def test_on_the_floor_and_above_it_everything_is_shown(table: Table, n_people: int) -> None:
    row = out(table, full_row(table, smallest_people=n_people, n_people=n_people))
    assert (row["status"], row["reasons"]) == ("ok", "")
    assert [name for name, value in row.items() if value is None] == []


@pytest.mark.parametrize(("n_people", "status"), [(9, "withheld"), (10, "ok"), (11, "ok")])
@pytest.mark.parametrize(
    ("subject", "value"), [("loneliness", "mean_change_score"), ("loneliness_measures", "value")]
)
def test_loneliness_needs_ten_people(subject: str, value: str, n_people: int, status: str) -> None:
    row = out(named(subject), full_row(named(subject), smallest_people=n_people))
    assert row["status"] == status
    assert (row[value] is None) == (status == "withheld")


@pytest.mark.parametrize(("n_people", "status"), [(9, "withheld"), (10, "ok"), (11, "ok")])
def test_so_does_the_metric_of_loneliness(n_people: int, status: str) -> None:
    row = full_row(named("metrics"), metric="loneliness_change_score", smallest_people=n_people)
    assert out(named("metrics"), row)["status"] == status


@pytest.mark.parametrize(("n_with", "n_without"), [(4, 50), (50, 4)])
def test_the_smaller_arm_decides_about_a_difference(n_with: int, n_without: int) -> None:
    row = full_row(named("effect"), smallest_people=min(n_with, n_without), n_people=n_with + n_without)
    assert hidden(out(named("effect"), row), named("effect")) == {}


@pytest.mark.parametrize(("with_people", "statuses"), [(4, ("withheld", "ok")), (5, ("ok", "ok"))])
def test_each_arm_of_completion_stands_for_its_own_people(with_people: int, statuses: tuple[str, str]) -> None:
    table = named("completion")
    rows = [
        full_row(table, arm="with_appointment", smallest_people=with_people),
        full_row(table, arm="without_appointment", smallest_people=50),
    ]
    protected = tables({"completion": rows})[table.name]
    assert tuple(protected["status"]) == statuses


def test_a_row_of_which_nobody_counted_the_people_is_withheld() -> None:
    row = out(named("effect"), full_row(named("effect"), smallest_people=None))
    assert hidden(row, named("effect")) == {}
    assert row["status"] == "withheld"


@pytest.mark.parametrize("status", ["early", "refused", "not_robust"])
@pytest.mark.parametrize("table", ROW_TABLES, ids=lambda table: table.name)
def test_a_row_that_is_not_ready_keeps_counts_and_reasons_and_no_value(table: Table, status: str) -> None:
    row = out(table, full_row(table, status=status, reasons="too_few_clusters"))
    assert (row["status"], row["reasons"]) == (status, "too_few_clusters")
    assert [name for name in hidden(row, table) if not name.startswith("n_")] == []
    assert all(row[name] == 3 for name in table.column_names if name.startswith("n_"))


def test_a_row_that_is_early_and_too_small_says_only_that_it_is_too_small() -> None:
    row = out(named("effect"), full_row(named("effect"), status="early", reasons="x", smallest_people=4))
    assert (row["status"], row["reasons"]) == ("withheld", TOO_FEW_PEOPLE)


def test_a_raised_floor_is_kept_to() -> None:
    raised = Floors(people=8, people_loneliness=12)
    assert out(named("effect"), full_row(named("effect"), smallest_people=7), raised)["status"] == "withheld"
    assert (
        out(named("loneliness"), full_row(named("loneliness"), smallest_people=11), raised)["status"]
        == "withheld"
    )


@pytest.mark.parametrize(("people", "loneliness"), [(4, 10), (5, 9), (0, 0)])
def test_floors_cannot_be_lowered(people: int, loneliness: int) -> None:
    with pytest.raises(ValueError, match="never lowered"):
        Floors(people, loneliness)


@pytest.mark.parametrize("table", PROTECTED_TABLES, ids=lambda table: table.name)
def test_the_columns_of_the_contract_come_out_and_no_other(table: Table) -> None:
    name = estimate_table(table).name
    new = fresh()
    with_ids = {**new.estimates, name: new.estimates[name].with_columns(pl.lit("p1").alias("person_id"))}
    protected = protect(replace(new, estimates=with_ids), Past(), FLOORS, metrics()).tables
    assert tuple(protected[table.name].columns) == table.column_names
    assert list(protected) == [item.name for item in PROTECTED_TABLES]


def test_nothing_only_analysts_see_comes_out() -> None:
    analysts = {column.name for column in ANALYST_COLUMNS}
    for frame in tables({}).values():
        assert analysts.isdisjoint(frame.columns)


def test_a_missing_table_of_estimates_is_named() -> None:
    new = fresh()
    without = {name: frame for name, frame in new.estimates.items() if name != "estimate_funnel"}
    with pytest.raises(KeyError, match="estimate_funnel"):
        protect(replace(new, estimates=without), Past(), FLOORS, metrics())


def test_values_come_out_to_three_decimals() -> None:
    assert out(named("effect"), full_row(named("effect"), estimate=1 / 3))["estimate"] == 0.333


def test_what_comes_out_says_the_day_it_is_as_of() -> None:
    assert out(named("effect"), full_row(named("effect")))["as_of"] == AS_OF


@pytest.mark.parametrize(("n_people", "shown"), [(17, 17), (18, 18), (19, None), (20, None)])
def test_that_nearly_everybody_gave_a_score_of_a_range_does_not_come_out(
    n_people: int, shown: int | None
) -> None:
    # Twenty people answered.
    listed = in_every_range(full_row(named("usefulness")))
    rows = [
        {**row, "n_people": 20 if (row["score_from"], row["score_to"]) == (1, 5) else n_people}
        for row in listed
    ]
    found = tables({"usefulness": rows})["protected_usefulness"]
    assert len(found) == 5
    assert set(found["n_people"]) == {shown}
    assert set(found["status"]) == {"ok"}


def lines(**columns: object) -> dict[str, dict[str, object]]:
    """The lines of the difference as they come out, every one with these columns."""
    named_lines = ("primary", "intention_to_treat", "horizon_14", "withdrawn_left_out")
    rows = [full_row(named("effect"), line=line, **columns) for line in named_lines]
    found = tables({"effect": rows})["protected_effect"]
    return {row["line"]: row for row in found.iter_rows(named=True)}


def test_the_headlines_are_shown_to_three_decimals_and_further_lines_in_steps_of_five_points() -> None:
    found = lines(estimate=0.1234, low=-0.031)
    assert {line: (row["estimate"], row["low"]) for line, row in found.items()} == {
        "primary": (0.123, -0.031),
        "intention_to_treat": (0.123, -0.031),
        "horizon_14": (0.1, -0.05),
        "withdrawn_left_out": (0.1, -0.05),
    }


def test_how_many_are_left_without_the_withdrawn_ones_is_not_shown() -> None:
    found = lines(n_people=50)
    assert {line: row["n_people"] for line, row in found.items()} == {
        "primary": 50,
        "intention_to_treat": 50,
        "horizon_14": 50,
        "withdrawn_left_out": None,
    }
    without = found["withdrawn_left_out"]
    assert (without["n_commitments"], without["n_clusters"]) == (None, None)


def test_further_lines_are_not_shown_beside_a_headline_that_is_early() -> None:
    rows = {
        subject: [full_row(named(subject), status="early")]
        for subject in ("completion", "effect_by_week", "crosschecks", "sensitivity", "claims", "metrics")
    }
    effect = [
        full_row(named("effect"), line="primary", status="early"),
        full_row(named("effect"), line="horizon_14"),
    ]
    found = tables({**rows, "effect": effect})["protected_effect"]
    assert dict(found.select("line", "status").iter_rows()) == {"primary": "early", "horizon_14": "withheld"}


EARLY = ("completion", "effect", "effect_by_week", "crosschecks", "adjusted", "claims", "metrics")


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ("e_value_not_finite", TOO_FEW_PEOPLE),  # nothing was kept in one arm
        ("too_few_clusters;e_value_not_finite", TOO_FEW_PEOPLE),
        ("too_few_clusters", "too_few_clusters"),
        ("too_few_clusters;too_few_commitments", "too_few_clusters;too_few_commitments"),
    ],
)
def test_of_what_is_not_released_no_reason_found_in_outcomes_is_given(reasons: str, said: str) -> None:
    early = {subject: [full_row(named(subject), status="early")] for subject in EARLY}
    refused = [full_row(named("sensitivity"), status="refused", reasons=reasons)]
    found = tables({**early, "sensitivity": refused})["protected_sensitivity"]
    assert found.select("status", "reasons").rows() == [("refused", said)]


def test_a_reason_found_in_outcomes_is_given_where_they_are_released() -> None:
    refused = full_row(named("sensitivity"), status="refused", reasons="e_value_not_finite")
    assert out(named("sensitivity"), refused)["reasons"] == "e_value_not_finite"


def verdict(word: str, n_people: int) -> tuple[object, object]:
    rows = {
        "effect": [full_row(named("effect"), smallest_people=n_people)],
        "programme": [full_row(named("programme"), verdict=word, reasons="why")],
    }
    row = tables(rows)["protected_programme"].row(0, named=True)
    return row["verdict"], row["reasons"]


@pytest.mark.parametrize(
    "word", ["kept_more_often", "kept_less_often", "helps", "harms", "no_difference_that_matters"]
)
def test_a_verdict_stands_for_as_many_people_as_the_difference(word: str) -> None:
    assert verdict(word, 5) == (word, "why")
    assert verdict(word, 4) == ("cannot_tell_yet", TOO_FEW_PEOPLE)


def test_that_it_is_too_early_needs_no_outcome_and_stays() -> None:
    assert verdict("too_early", 0) == ("too_early", "why")


def test_that_it_is_too_early_says_nothing_of_the_draws() -> None:
    def p_value(word: str) -> object:
        programme = [full_row(named("programme"), verdict=word, randomisation_p=0.003)]
        return tables({"programme": programme})["protected_programme"]["randomisation_p"][0]

    assert p_value("too_early") is None
    assert p_value("helps") == 0.003


SIZES = st.none() | st.integers(0, 20)
STATUSES = st.sampled_from(("ok", "early", "refused", "not_robust"))
SUBJECTS = st.sampled_from(sorted(name.removeprefix("protected_") for name in LABELS))


@settings(max_examples=40, deadline=None)  # each lets all tables through
@given(SUBJECTS, SIZES, STATUSES)
def test_whatever_the_row_a_value_comes_out_only_if_ready_and_large_enough(
    subject: str, n_people: int | None, status: str
) -> None:
    table = named(subject)
    row = out(table, full_row(table, smallest_people=n_people, n_people=n_people, status=status))
    floor = 10 if table.name in BY_TEN else 5
    is_large = (n_people or 0) >= floor
    values = [column for column in hidden(row, table) if not column.startswith("n_")]
    assert bool(values) == (is_large and status == "ok" and has_values(table))
    assert is_large or hidden(row, table) == {}


def has_values(table: Table) -> bool:
    """Whether the table says more than counts."""
    named_or_counted = (*LABELS[table.name], "status", "reasons", "as_of")
    return any(name not in named_or_counted and not name.startswith("n_") for name in table.column_names)


@pytest.mark.parametrize(
    ("n_people", "band"),
    [(5, "5-9"), (9, "5-9"), (10, "10-19"), (199, "100-199"), (999, "500-999"), (1000, "1000+")],
)
def test_people_are_counted_in_bands(n_people: int, band: str) -> None:
    assert people_band(n_people) == band


def test_there_is_no_band_below_five_people() -> None:
    with pytest.raises(ValueError, match="empty"):
        people_band(4)


def test_every_protected_table_that_has_a_status_has_a_label_and_a_unit() -> None:
    with_status = {table.name for table in PROTECTED_TABLES if "status" in table.column_names}
    assert with_status - {"protected_slices"} == set(LABELS)
    for name in LABELS:
        assert unit_of(name, WEEK, metrics()) is not None
        assert set(KEYS[name]) <= set(LABELS[name]) <= set(named(name.removeprefix("protected_")).column_names)
