"""A later delivery beside earlier ones: rows they share, and rows in quarantine it puts right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn import at
from staged import Row, staged

from models.contracts import COMMITMENTS
from pipelines.store.deliveries import (
    LandedFile,
    Reading,
    quarantined_rows,
    record_quarantined,
    record_reading,
    register_file,
    row_accounts,
)
from pipelines.store.earlier_deliveries import earlier_deliveries, empty_quarantine, record_replaced, rows_held
from pipelines.store.history import append_versions, create_history_views, put_staged, record_repeats
from pipelines.store.warehouse import Connection, open_warehouse

RULES = {
    "range:difficulty_1_5": "coalesce(difficulty_1_5 > 5, false)",
    "filled:commitment_id": "commitment_id is null",
}
IS_BAD = " or ".join(RULES.values())


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        yield opened


def row(name: str | None, difficulty: int = 1) -> Row:
    return {"commitment_id": name, "person_id": "p", "made_at": at(0), "difficulty_1_5": difficulty}


def deliver(connection: Connection, name: str, day: float, *rows: Row, source: str = "sheet") -> str:
    """Take a file through what a run does with it; returns its id."""
    file_id = f"{name} of day {day}"
    register_file(connection, LandedFile(file_id, file_id, name, 10, at(day)))
    record_reading(connection, Reading(file_id, "loaded", "hash", source, "csv", len(rows)))
    put_staged(connection, {"commitments": [staged(COMMITMENTS, *rows, source=source, file_id=file_id)]})
    for rule, is_broken in RULES.items():
        record_quarantined(connection, COMMITMENTS, rule, is_broken)
    record_replaced(connection, file_id, earlier_deliveries(connection, file_id))
    append_versions(connection, COMMITMENTS, IS_BAD, at(day))
    record_repeats(connection, [file_id])
    empty_quarantine(connection)
    create_history_views(connection)
    return file_id


def in_quarantine(connection: Connection) -> list[tuple[str, int]]:
    return quarantined_rows(connection).select("file", "row_number").rows()


def accounts(connection: Connection) -> list[tuple[int, ...]]:
    parts = ("n_rows_in", "n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")
    return row_accounts(connection).sort("landed_at").select(parts).rows()


def test_shared_rows_are_counted_for_each_earlier_file(connection: Connection) -> None:
    first = deliver(connection, "a.csv", 1, row("a"), row("b"), row("c"))
    second = deliver(connection, "a.csv", 2, row("d"))
    third = deliver(connection, "a.csv", 3, row("a", 2), row("b"))
    held = {row[0]: row[1:] for row in rows_held(connection, third, [first, second]).rows()}
    assert held == {first: (2, 1), second: (0, 1)}


def test_earlier_deliveries_are_those_of_the_source_with_a_like_name_the_last_first(
    connection: Connection,
) -> None:
    deliver(connection, "sales_1.csv", 1, row("a"))
    deliver(connection, "sales_2.csv", 2, row("b"))
    deliver(connection, "it_1.csv", 3, row("c"))
    deliver(connection, "sales_3.csv", 3, row("d"), source="another")
    now = deliver(connection, "sales_4.csv", 4, row("e"))
    assert earlier_deliveries(connection, now)["name"].to_list() == ["sales_2.csv", "sales_1.csv"]


def test_where_no_name_is_alike_all_files_of_the_source_are_earlier_deliveries(connection: Connection) -> None:
    deliver(connection, "sales.csv", 1, row("a"))
    now = deliver(connection, "it.csv", 2, row("b"))
    assert earlier_deliveries(connection, now)["name"].to_list() == ["sales.csv"]


def test_files_that_came_in_together_have_no_order(connection: Connection) -> None:
    deliver(connection, "a_1.csv", 1, row("a"))
    now = deliver(connection, "a_2.csv", 1, row("b"))
    assert earlier_deliveries(connection, now).is_empty()


def test_a_corrected_file_empties_quarantine(connection: Connection) -> None:
    deliver(connection, "a.csv", 1, row("a"), row("b", 9))
    deliver(connection, "a.csv", 2, row("a"), row("b", 2))
    assert in_quarantine(connection) == []
    assert accounts(connection) == [(2, 1, 1, 0, 0), (2, 1, 0, 1, 0)]


def test_a_row_whose_key_was_missing_leaves_with_its_file(connection: Connection) -> None:
    deliver(connection, "a.csv", 1, row("a"), row(None))
    deliver(connection, "a (1).csv", 2, row("a"), row("b"))
    assert in_quarantine(connection) == []
    assert accounts(connection) == [(2, 1, 1, 0, 0), (2, 1, 0, 1, 0)]


def test_a_row_that_is_still_wrong_is_listed_once_for_the_latest_file(connection: Connection) -> None:
    deliver(connection, "week_1.csv", 1, row("a"), row("b", 9))
    deliver(connection, "week_2.csv", 2, row("a"), row("b", 9), row("c"))
    assert in_quarantine(connection) == [("week_2.csv", 3)]
    assert accounts(connection) == [(2, 1, 1, 0, 0), (3, 1, 0, 1, 1)]


def test_the_mended_rows_alone_empty_quarantine_too(connection: Connection) -> None:
    deliver(connection, "a.csv", 1, row("a"), row("b", 9), row("c", 9))
    deliver(connection, "mended.csv", 2, row("b", 2))
    assert in_quarantine(connection) == [("a.csv", 4)]


def test_a_file_with_other_rows_mends_nothing(connection: Connection) -> None:
    deliver(connection, "january.csv", 1, row("a"), row(None))
    deliver(connection, "february.csv", 2, row("c"), row("d"), row("e"))
    assert in_quarantine(connection) == [("january.csv", 3)]


@pytest.mark.parametrize("rest", [(), (row("b"),), (row("b"), row("c"), row("d"))])
def test_a_file_that_lost_rows_mends_nothing(connection: Connection, rest: tuple[Row, ...]) -> None:
    deliver(connection, "a.csv", 1, row("a"), row("b"), row(None))
    deliver(connection, "a.csv", 2, *rest)
    assert in_quarantine(connection) == [("a.csv", 4)]


@pytest.mark.parametrize(("mended", "n_left"), [((), 1), ((row("b"),), 0)])
def test_a_shorter_file_that_holds_all_that_was_stored_mends_nothing(
    connection: Connection, mended: tuple[Row, ...], n_left: int
) -> None:
    deliver(connection, "a.csv", 1, row("a"), row(None))
    deliver(connection, "a.csv", 2, row("a"), *mended)
    assert len(in_quarantine(connection)) == n_left


@pytest.mark.parametrize(("name", "is_mended"), [("a (2).csv", True), ("a_2026.csv", False)])
def test_a_file_of_which_nothing_was_stored_is_replaced_under_its_own_name_only(
    connection: Connection, name: str, is_mended: bool
) -> None:
    deliver(connection, "a.csv", 1, row(None))
    deliver(connection, name, 2, row("a"))
    assert (in_quarantine(connection) == []) is is_mended


def test_another_source_puts_nothing_right(connection: Connection) -> None:
    deliver(connection, "a.csv", 1, row("b", 9))
    deliver(connection, "a.csv", 2, row("b", 2), source="another")
    assert in_quarantine(connection) == [("a.csv", 2)]


def test_what_an_earlier_file_said_puts_nothing_right(connection: Connection) -> None:
    deliver(connection, "a.csv", 1, row("b", 2), row("c"))
    deliver(connection, "b.csv", 2, row("b", 9))
    assert in_quarantine(connection) == [("b.csv", 2)]


def test_a_file_read_anew_stays_replaced(connection: Connection) -> None:
    first = deliver(connection, "a.csv", 1, row("a"), row(None))
    deliver(connection, "a.csv", 2, row("a"), row("b"))
    record_reading(connection, Reading(first, "loaded", "other hash", "sheet", "csv", 2))
    put_staged(connection, {"commitments": [staged(COMMITMENTS, row("a"), row(None), file_id=first)]})
    record_quarantined(connection, COMMITMENTS, "filled:commitment_id", RULES["filled:commitment_id"])
    empty_quarantine(connection)
    assert in_quarantine(connection) == []
