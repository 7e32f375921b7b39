"""What the gate lets out: at each floor, for each status, for any rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import metrics
from models.contracts import ANALYST_COLUMNS, PROTECTED_TABLES, Column, Table, estimate_table
from models.disclosure import LABELS, TOO_FEW_PEOPLE, Floors, join_bands, protect
from models.frames import frame_of

Row = Mapping[str, object]
FLOORS = Floors()
KINDS: Mapping[str, object] = {
    "integer": 3,
    "number": 0.4,
    "choice": "x",
    "text": "x",
    "boolean": True,
    "date": date(2026, 1, 4),
}
ROW_TABLES = tuple(table for table in PROTECTED_TABLES if table.name in LABELS)
BY_PEOPLE = tuple(table for table in ROW_TABLES if table.name != "protected_loneliness")


def full_row(table: Table, **columns: object) -> dict[str, object]:
    """An `ok` row of an estimate table with every value filled; 50 people unless said.

    Columns the table lacks are left out, so that one row serves all tables.
    """
    row = {column.name: _value(column) for column in estimate_table(table).columns}
    said = {**row, "status": "ok", "reasons": "", "smallest_people": 50, **columns}
    return {name: value for name, value in said.items() if name in row}


def _value(column: Column) -> object:
    named = {"metric": "appointment_effect", "score_from": 1, "score_to": 1, "line": "primary"}
    return named.get(column.name, KINDS.get(column.kind))


def estimates(changed: Table | None = None, *rows: Row) -> dict[str, pl.DataFrame]:
    """All estimate tables with one full row each, but for the one changed."""
    found = {
        estimate_table(table).name: frame_of(estimate_table(table), [full_row(table)])
        for table in PROTECTED_TABLES
    }
    if changed is not None:
        found[estimate_table(changed).name] = frame_of(estimate_table(changed), rows)
    return found


def out(table: Table, row: Row, floors: Floors = FLOORS) -> dict[str, object]:
    """What becomes of one row of an estimate table."""
    protected = protect(estimates(table, row), floors, metrics())[table.name]
    return protected.row(0, named=True)


def named(name: str) -> Table:
    return next(table for table in PROTECTED_TABLES if table.name == f"protected_{name}")


def hidden(row: Mapping[str, object], table: Table) -> dict[str, object]:
    """What a row shows beside its label, status and reasons."""
    shown = (*LABELS[table.name], "status", "reasons")
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
def test_loneliness_needs_ten_people(n_people: int, status: str) -> None:
    row = out(named("loneliness"), full_row(named("loneliness"), smallest_people=n_people))
    assert row["status"] == status
    assert (row["mean_change_score"] is None) == (status == "withheld")


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
    protected = protect(estimates(table, *rows), FLOORS, metrics())[table.name]
    assert tuple(protected["status"]) == statuses


def test_a_row_of_which_nobody_counted_the_people_is_withheld() -> None:
    row = out(named("effect"), full_row(named("effect"), smallest_people=None))
    assert hidden(row, named("effect")) == {}
    assert row["status"] == "withheld"


@pytest.mark.parametrize("status", ["early", "refused"])
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
    found = estimates()
    name = estimate_table(table).name
    found[name] = found[name].with_columns(pl.lit("p1").alias("person_id"))
    protected = protect(found, FLOORS, metrics())
    assert tuple(protected[table.name].columns) == table.column_names
    assert list(protected) == [item.name for item in PROTECTED_TABLES]


def test_nothing_only_analysts_see_comes_out() -> None:
    analysts = {column.name for column in ANALYST_COLUMNS}
    for frame in protect(estimates(), FLOORS, metrics()).values():
        assert analysts.isdisjoint(frame.columns)


def test_a_missing_table_of_estimates_is_named() -> None:
    found = estimates()
    del found["estimate_funnel"]
    with pytest.raises(KeyError, match="estimate_funnel"):
        protect(found, FLOORS, metrics())


def test_values_come_out_to_six_decimals() -> None:
    assert out(named("effect"), full_row(named("effect"), estimate=1 / 3))["estimate"] == 0.333333


def verdict(word: str, n_people: int) -> tuple[object, object]:
    found = estimates(named("effect"), full_row(named("effect"), smallest_people=n_people))
    table = estimate_table(named("programme"))
    found[table.name] = frame_of(table, [full_row(named("programme"), verdict=word, reasons="why")])
    row = protect(found, FLOORS, metrics())["protected_programme"].row(0, named=True)
    return row["verdict"], row["reasons"]


@pytest.mark.parametrize("word", ["kept_more_often", "kept_less_often", "no_difference_that_matters"])
def test_a_verdict_stands_for_as_many_people_as_the_difference(word: str) -> None:
    assert verdict(word, 5) == (word, "why")
    assert verdict(word, 4) == ("cannot_tell_yet", TOO_FEW_PEOPLE)


def test_that_it_is_too_early_needs_no_outcome_and_stays() -> None:
    assert verdict("too_early", 0) == ("too_early", "why")


def usefulness(people: list[set[int]]) -> pl.DataFrame:
    """Every range of scores, for the people who gave each score once."""
    n_answers = sum(len(who) for who in people)
    rows = []
    for low in range(1, 6):
        for high in range(low, 6):
            who, given_n = (
                set[int]().union(*people[low - 1 : high]),
                sum(len(p) for p in people[low - 1 : high]),
            )
            rows.append(
                {
                    "score_from": low,
                    "score_to": high,
                    "n_people": len(who),
                    "n_answers": given_n,
                    "share": given_n / n_answers if n_answers else None,
                    "status": "ok" if n_answers else "refused",
                    "reasons": "" if n_answers else "too_few_answers",
                    "smallest_people": len(who),
                }
            )
    return frame_of(estimate_table(named("usefulness")), rows)


def bands(frame: pl.DataFrame) -> list[tuple[int, int]]:
    return [(low, high) for low, high in frame.select("score_from", "score_to").iter_rows()]


def test_neighbouring_scores_join_from_the_lowest_up_until_enough_people_gave_them() -> None:
    people = [set(range(2)), set(range(2, 6)), set(range(5)), set(range(7)), set(range(20))]
    # Score 1: two people; 1-2: six. Scores 3, 4, 5: five, seven and twenty by themselves.
    assert bands(join_bands(usefulness(people), 5)) == [(1, 2), (3, 3), (4, 4), (5, 5)]


def test_a_last_band_too_small_joins_the_one_before_it() -> None:
    people = [set(range(5)), set(range(5)), set(range(5)), set(range(5)), {1}]
    assert bands(join_bands(usefulness(people), 5)) == [(1, 1), (2, 2), (3, 3), (4, 5)]


def test_the_same_person_giving_two_scores_counts_once_in_a_band() -> None:
    people = [set(range(4)), set(range(4)), set(range(5)), set(range(5)), set(range(5))]
    # Scores 1 and 2 come from the same four people: eight answers, four people, too few.
    assert bands(join_bands(usefulness(people), 5))[0] == (1, 3)


def test_with_too_few_people_altogether_one_band_is_left_and_withheld() -> None:
    people: list[set[int]] = [{1}, {2}, {3}, {4}, set()]
    found = estimates()
    found["estimate_usefulness"] = usefulness(people)
    protected = protect(found, FLOORS, metrics())["protected_usefulness"]
    assert bands(protected) == [(1, 5)]
    assert protected["status"].to_list() == ["withheld"]
    assert protected["n_answers"].to_list() == [None]


PEOPLE = st.lists(st.sets(st.integers(0, 14)), min_size=5, max_size=5)


@given(PEOPLE, st.integers(5, 9))
def test_every_band_has_enough_people_or_all_is_one_band(people: list[set[int]], floor: int) -> None:
    joined = join_bands(usefulness(people), floor)
    assert joined.height == 1 or min(joined["n_people"]) >= floor


@given(PEOPLE, st.integers(5, 9))
def test_bands_cover_each_score_once_and_their_shares_add_up(people: list[set[int]], floor: int) -> None:
    joined = join_bands(usefulness(people), floor)
    assert [score for low, high in bands(joined) for score in range(low, high + 1)] == [1, 2, 3, 4, 5]
    if any(people):
        assert joined["share"].sum() == pytest.approx(1)


SIZES = st.none() | st.integers(0, 20)
STATUSES = st.sampled_from(("ok", "early", "refused"))


@given(st.sampled_from(sorted(LABELS)), SIZES, STATUSES)
def test_whatever_the_row_a_value_comes_out_only_if_ready_and_large_enough(
    name: str, n_people: int | None, status: str
) -> None:
    table = named(name.removeprefix("protected_"))
    row = out(table, full_row(table, smallest_people=n_people, n_people=n_people, status=status))
    floor = 10 if table.name == "protected_loneliness" else 5
    is_large = (n_people or 0) >= floor
    values = [column for column in hidden(row, table) if not column.startswith("n_")]
    assert bool(values) == (is_large and status == "ok")
    assert is_large or hidden(row, table) == {}
