"""Which source rows break a rule across tables, and what becomes of those of a blocking one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn import at, on
from staged import Row, staged

from models.contracts import ASSIGNMENTS, COMMITMENTS, CORE_TABLES, MEMBERSHIPS, OUTCOME_REPORTS, Table
from models.cross_rules import CROSS_RULES, LIMITS
from models.plan import Plan
from pipelines.settings import Cut
from pipelines.store.across import broken_across, core_counts, forget_across, put_limits, record_broken
from pipelines.store.deliveries import (
    LandedFile,
    Reading,
    quarantined_rows,
    record_reading,
    register_file,
    row_accounts,
)
from pipelines.store.derive import put_run_settings
from pipelines.store.history import append_versions, build_core, create_history_views, put_staged
from pipelines.store.warehouse import Connection, fetch, open_warehouse

RULES = {rule.stem: rule for rule in CROSS_RULES}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        put_run_settings(opened, Cut(on(900), at(900)), Plan(), 21)
        put_limits(opened, LIMITS)
        create_history_views(opened)
        yield opened


def deliver(
    connection: Connection, name: str, day: float, *rows: Row, table: Table = ASSIGNMENTS, source: str = "draw"
) -> None:
    file_id = f"{name} of day {day}"
    register_file(connection, LandedFile(file_id, file_id, name, 1, at(day)))
    record_reading(connection, Reading(file_id, "loaded", "hash", source, "csv", len(rows)))
    put_staged(connection, {table.name: [staged(table, *rows, source=source, file_id=file_id)]})
    append_versions(connection, table, "false", at(day))


def check(connection: Connection) -> dict[str, int]:
    """What a run does: the core as all rows say, the rules, and the core without the rows set aside."""
    forget_across(connection)
    build_core(connection, {}, "UTC")
    found = {rule.stem: record_broken(connection, rule) for rule in CROSS_RULES}
    build_core(connection, {}, "UTC")
    return {stem: n_rows for stem, n_rows in found.items() if n_rows}


def drawn(person: str, shown: bool, session: str = "s") -> Row:
    return {
        "session_id": session,
        "person_id": person,
        "prompt_shown": shown,
        "assigned_at": at(1),
        "block": f"b-{shown}",
    }


def in_core(connection: Connection) -> list[tuple[object, ...]]:
    return fetch(connection, "select person_id, prompt_shown from core_assignments order by all").rows()


def named(connection: Connection) -> list[tuple[str, int]]:
    return broken_across(connection).select("file", "row_number").rows()


def test_a_person_in_both_arms_is_set_aside_in_both_files(connection: Connection) -> None:
    deliver(connection, "shown.csv", 1, drawn("p", True), drawn("q", True))
    deliver(connection, "not_shown.csv", 1, drawn("r", False), drawn("p", False))
    assert check(connection) == {"one_arm": 1}
    assert in_core(connection) == [("q", True), ("r", False)]
    assert named(connection) == [("not_shown.csv", 3), ("shown.csv", 2)]
    assert quarantined_rows(connection)["rule"].to_list() == ["across:one_arm"] * 2
    parts = row_accounts(connection).select("name", "n_rows_in", "n_rows_stored", "n_rows_quarantined").rows()
    assert parts == [("not_shown.csv", 2, 1, 1), ("shown.csv", 2, 1, 1)]


def test_the_arms_of_a_person_at_two_check_outs_may_differ(connection: Connection) -> None:
    deliver(connection, "draw.csv", 1, drawn("p", True), drawn("p", False, "t"))
    assert check(connection) == {}


def test_both_arms_in_one_file_or_a_week_apart_are_found(connection: Connection) -> None:
    deliver(connection, "one.csv", 1, drawn("p", True), drawn("p", False))
    deliver(connection, "arm_a.csv", 1, drawn("q", True))
    deliver(connection, "arm_b.csv", 8, drawn("q", False))
    assert check(connection) == {"one_arm": 2}
    assert in_core(connection) == []


def test_a_corrected_file_of_the_same_export_settles_it(connection: Connection) -> None:
    deliver(connection, "arm_a.csv", 1, drawn("p", True))
    deliver(connection, "arm_b.csv", 1, drawn("p", False))
    assert check(connection) == {"one_arm": 1}
    deliver(connection, "arm_b.csv", 8, drawn("p", True))
    assert check(connection) == {}
    assert in_core(connection) == [("p", True)]
    assert quarantined_rows(connection).is_empty()


def test_a_correction_is_no_contradiction(connection: Connection) -> None:
    deliver(connection, "draw_1.csv", 1, drawn("p", True))
    deliver(connection, "draw_2.csv", 8, drawn("p", False))
    assert check(connection) == {}
    assert in_core(connection) == [("p", False)]


def member(first: int, group: str) -> Row:
    return {"group_id": group, "person_id": "p", "from_on": on(first)}


def test_a_warning_names_source_rows_and_leaves_them(connection: Connection) -> None:
    deliver(connection, "groups.csv", 1, member(0, "g"), member(5, "h"), table=MEMBERSHIPS)
    assert check(connection) == {"one_group_at_a_time": 2}
    assert named(connection) == [("groups.csv", 2), ("groups.csv", 3)]
    assert quarantined_rows(connection).is_empty()
    assert core_counts(connection, {"memberships": "core_memberships"}) == {"memberships": 2}


def test_a_row_another_version_replaced_is_not_named(connection: Connection) -> None:
    ended = {**member(0, "g"), "to_on": on(90)}
    deliver(connection, "groups.csv", 1, member(0, "g"), member(5, "h"), table=MEMBERSHIPS)
    deliver(connection, "groups.csv", 2, ended, table=MEMBERSHIPS)
    check(connection)
    assert named(connection) == [("groups.csv", 2), ("groups.csv", 3)]
    assert broken_across(connection)["source"].to_list() == ["draw", "draw"]
    files = fetch(connection, "select file_id, row_number from broken_across order by all").rows()
    assert files == [("groups.csv of day 1", 3), ("groups.csv of day 2", 2)]


def test_what_was_settled_is_forgotten(connection: Connection) -> None:
    deliver(connection, "groups.csv", 1, member(0, "g"), member(5, "h"), table=MEMBERSHIPS)
    check(connection)
    deliver(connection, "groups.csv", 2, {**member(0, "g"), "to_on": on(4)}, table=MEMBERSHIPS)
    assert check(connection) == {}
    assert named(connection) == []


def test_a_report_is_found_by_what_identifies_it_though_it_names_no_commitment(connection: Connection) -> None:
    made = {"commitment_id": "c", "person_id": "p", "made_at": at(10)}
    report = {
        "person_id": "p",
        "reported_at": at(20),
        "state": "done",
        "done_on": on(9),
        "confirmed_by": "self",
    }
    deliver(connection, "sheet.csv", 30, made, table=COMMITMENTS)
    deliver(
        connection,
        "pulse.csv",
        30,
        {**report, "reported_at": at(19), "done_on": on(10)},
        report,
        table=OUTCOME_REPORTS,
    )
    assert check(connection) == {"done_not_before_made": 1}
    assert named(connection) == [("pulse.csv", 3)]


def test_every_core_table_has_its_rows_counted(connection: Connection) -> None:
    build_core(connection, {}, "UTC")
    tables = {table.name: f"core_{table.name}" for table in CORE_TABLES}
    assert core_counts(connection, tables) == dict.fromkeys(tables, 0)
