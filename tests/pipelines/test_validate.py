"""Great Expectations counts exactly the rows that the conditions pick, and tells nothing else about them."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from drawn import at, on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staged import Row, staged

from models.catalogue import questions
from models.contracts import ANSWERS, ATTENDANCE, CORE_TABLES, MEMBERSHIPS, SESSIONS, Column, Table
from models.rules import Rule, core_rules, staged_rules
from pipelines.store.history import put_staged
from pipelines.store.warehouse import fetch, open_warehouse, put_table
from pipelines.validate import CheckResult, ValidationError, broken, check_table, count_broken

SECRET = "somebody@example.org"  # noqa: S105 - a value that must not come out
GOOD = {
    "time": at(10),
    "date": on(10),
    "integer": 1,
    "number": 3.0,
    "boolean": True,
    "question_id": "usefulness",
}


def good_row(table: Table) -> dict[str, object]:
    """A row that keeps every rule."""
    return {
        column.name: column.choices[0]
        if column.choices
        else GOOD.get(column.name) or GOOD.get(column.kind, "someone")
        for column in table.columns
    }


def breaking(table: Table, rule: Rule) -> Row:
    """A row that breaks this rule."""
    row, column = good_row(table), rule.column
    if rule.kind == "readable":
        return {**row, column: None, "unreadable": f",other,{column},"}
    if rule.kind in ("filled", "required"):
        return {**row, column: None}
    if rule.kind == "range":
        return {**row, column: rule.maximum + 1 if rule.maximum is not None else (rule.minimum or 0) - 1}
    if rule.kind in ("choice", "known_question"):
        return {**row, column: SECRET}
    if rule.kind == "not_before":
        return {**row, column: row[rule.other or ""] - timedelta(days=1)}  # type: ignore[operator]
    if rule.kind == "not_future":
        column_kind = table.column(column).kind
        return {**row, column: on(402) if column_kind == "date" else at(402)}
    assert rule.kind == "score_range"
    return {**row, column: 6.0}


def by_condition(database: Path, table_name: str, rules: tuple[Rule, ...]) -> dict[str, int]:
    """Rows of a table that the conditions of these rules pick."""
    with open_warehouse(database) as connection:
        return {
            rule.name: fetch(connection, f"select * from {table_name} where {broken(rule, questions())}").height
            for rule in rules
        }


def counted(results: tuple[CheckResult, ...]) -> dict[str, int]:
    return {result.rule: result.n_unexpected for result in results}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse" / "w.duckdb"
    with open_warehouse(path) as connection:
        put_table(connection, "run_settings", pl.DataFrame({"known_at": [at(400)]}))
    return path


@pytest.mark.parametrize("table", CORE_TABLES, ids=lambda table: table.name)
def test_every_rule_of_a_staged_table_counts_the_rows_its_condition_picks(table: Table, database: Path) -> None:
    rules = staged_rules(table, tuple(questions()))
    rows = [breaking(table, rule) for rule in rules if rule.column != "n_candidates"]
    with open_warehouse(database) as connection:
        put_staged(connection, {table.name: [staged(table, good_row(table), good_row(table), *rows)]})
        if table.name == "outcome_reports":
            connection.execute("update staged_outcome_reports set n_candidates = 2 where row_number = 2")
    name = f"staged_{table.name}"
    results = check_table(database, name, rules, questions())
    assert counted(results) == by_condition(database, name, rules)
    assert min(counted(results).values()) >= 1
    assert {result.n_rows for result in results} == {len(rows) + 2}


@pytest.mark.parametrize(
    ("unreadable", "n_unreadable", "n_empty"), [("", 0, 1), (",status,", 1, 0), (",check_status,", 0, 1)]
)
def test_a_cell_that_is_filled_but_unreadable_is_not_also_empty(
    database: Path, unreadable: str, n_unreadable: int, n_empty: int
) -> None:
    row = {**good_row(SESSIONS), "status": None, "unreadable": unreadable}
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, row)]})
    picked = by_condition(database, "staged_sessions", staged_rules(SESSIONS))
    assert (picked["readable:status"], picked["filled:status"]) == (n_unreadable, n_empty)


def test_rows_without_a_flaw_break_nothing(database: Path) -> None:
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, good_row(SESSIONS))]})
    results = check_table(database, "staged_sessions", staged_rules(SESSIONS), questions())
    assert all(result.passed for result in results)


OUTSIDE = {"usefulness": (0.0, 6.0), "ucla_isolated": (0.0, 4.0), "hours_regained": (-0.5, 80.5)}


@pytest.mark.parametrize(("question", "scores"), OUTSIDE.items())
def test_each_question_has_its_own_scale(question: str, scores: tuple[float, float], database: Path) -> None:
    ends = (questions()[question].minimum_score, questions()[question].maximum_score)
    rows = [{**good_row(ANSWERS), "question_id": question, "score": score} for score in (*scores, *ends)]
    with open_warehouse(database) as connection:
        put_staged(connection, {"answers": [staged(ANSWERS, *rows)]})
    rules = tuple(rule for rule in staged_rules(ANSWERS, tuple(questions())) if rule.kind == "score_range")
    assert counted(check_table(database, "staged_answers", rules, questions())) == {"score_range:score": 2}


def put_core(database: Path, table: Table, *rows: Row) -> tuple[CheckResult, ...]:
    with open_warehouse(database) as connection:
        put_table(connection, f"core_{table.name}", staged(table, *rows).select(table.column_names))
    return check_table(database, f"core_{table.name}", core_rules(table), questions())


def test_a_key_of_one_column_is_unique(database: Path) -> None:
    good = good_row(SESSIONS)
    results = counted(put_core(database, SESSIONS, good, good, {**good, "session_id": "other"}))
    assert results["unique:session_id"] == 2


def test_a_key_of_several_columns_is_unique_together(database: Path) -> None:
    good = good_row(ATTENDANCE)
    results = counted(put_core(database, ATTENDANCE, good, {**good, "person_id": "other"}, good))
    assert results["unique:session_id,person_id"] == 2


@pytest.mark.parametrize("table", [SESSIONS, MEMBERSHIPS], ids=lambda table: table.name)
def test_every_rule_of_a_core_table_but_uniqueness_counts_the_rows_its_condition_picks(
    table: Table, database: Path
) -> None:
    rules = tuple(rule for rule in core_rules(table) if rule.kind != "unique")
    results = counted(put_core(database, table, good_row(table), *(breaking(table, rule) for rule in rules)))
    picked = by_condition(database, f"core_{table.name}", rules)
    assert {name: n for name, n in results.items() if name in picked} == picked
    assert min(picked.values()) >= 1


def test_uniqueness_has_no_condition_of_its_own() -> None:
    with pytest.raises(ValueError, match="about several rows"):
        broken(core_rules(SESSIONS)[0], questions())


def test_results_and_logs_hold_no_value(
    database: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    row = {**good_row(SESSIONS), "status": SECRET, "session_number": 777_777}
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, row)]})
    results = check_table(database, "staged_sessions", staged_rules(SESSIONS), questions())
    said = capfd.readouterr()
    everything = repr(results) + caplog.text + said.out + said.err
    assert sum(result.n_unexpected for result in results) == 2
    assert SECRET not in everything
    assert "777777" not in everything


def test_a_check_that_cannot_be_evaluated_stops_the_run(database: Path) -> None:
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, {**good_row(SESSIONS), "status": SECRET})]})
    rule = Rule("range:no_such_column", "range", "no_such_column", "Mend it.", minimum=0)
    with pytest.raises(
        ValidationError, match=r"staged_sessions: the check range:no_such_column could not"
    ) as told:
        check_table(database, "staged_sessions", (rule,), questions())
    assert SECRET not in str(told.value)


def test_a_comparison_that_cannot_be_made_stops_the_run(database: Path) -> None:
    # A text is no number: the check itself fails, which must not look like no row failing.
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, {**good_row(SESSIONS), "status": SECRET})]})
    rule = Rule("range:status", "range", "status", "Mend it.", minimum=0, maximum=1)
    with pytest.raises(ValidationError) as told:
        check_table(database, "staged_sessions", (rule,), questions())
    assert SECRET not in str(told.value)


def test_selects_of_rows_that_should_not_be_are_counted_without_a_value(
    database: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_warehouse(database) as connection:
        put_table(connection, "core_people", pl.DataFrame({"person_id": [SECRET] * 250 + ["p"]}))
    selects = {
        "many": f"-- A comment.\nselect person_id from core_people where person_id = '{SECRET}'",
        "one": "with found as (select person_id from core_people where person_id = 'p') select * from found",
        "none": "select person_id from core_people where false",
    }
    assert count_broken(database, selects) == {"many": 250, "one": 1, "none": 0}
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


def test_a_select_that_cannot_be_run_stops_the_run(database: Path) -> None:
    selects = {"good": "select 1 as one where false", "bad": f"select cast('{SECRET}' as integer) as number"}
    with pytest.raises(ValidationError, match="the check bad could not be evaluated") as told:
        count_broken(database, selects)
    assert SECRET not in str(told.value)


def cell(column: Column) -> st.SearchStrategy[object]:
    """Anything a cell of the column could hold after it was read, good or not."""
    values: dict[str, st.SearchStrategy[object]] = {
        "time": st.integers(0, 3).map(at),
        "integer": st.integers(-2, 700),
        "boolean": st.booleans(),
        "choice": st.sampled_from(("held", "HELD", "", "no'such")),
    }
    return st.none() | values.get(column.kind, st.sampled_from(("a", "b")))


def sessions() -> st.SearchStrategy[Row]:
    unreadable = st.sampled_from(("", ",status,", ",session_id,started_at,", ",check_in_minutes,"))
    columns = {column.name: cell(column) for column in SESSIONS.columns}
    return st.fixed_dictionaries({**columns, "unreadable": unreadable})


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(sessions(), min_size=1, max_size=12))
def test_whatever_the_rows_both_ways_of_counting_agree(database: Path, rows: list[Row]) -> None:
    rules = staged_rules(SESSIONS)
    with open_warehouse(database) as connection:
        put_staged(connection, {"sessions": [staged(SESSIONS, *rows)]})
    results = check_table(database, "staged_sessions", rules, questions())
    assert counted(results) == by_condition(database, "staged_sessions", rules)


def test_a_table_of_frames_is_as_drawn() -> None:
    assert staged(SESSIONS, {"session_id": "s"}).select("session_id", "row_number").rows() == [("s", 2)]
    assert isinstance(staged(SESSIONS)["scheduled_at"].dtype, pl.Datetime)
