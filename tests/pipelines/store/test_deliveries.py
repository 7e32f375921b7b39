"""Every row of every file is accounted for: stored, superseded, dropped or set aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from drawn import at
from staged import Row, staged

from models.contracts import ATTENDANCE, COMMITMENTS
from pipelines.store.deliveries import (
    LandedFile,
    Reading,
    dropped_rows,
    forget_refused,
    list_files,
    put_readings,
    quarantined_rows,
    record_dropped,
    record_quarantined,
    record_reading,
    register_file,
    row_accounts,
    staged_readings,
)
from pipelines.store.history import append_versions, create_history_views, put_staged, record_repeats
from pipelines.store.warehouse import Connection, open_warehouse

IS_BAD = "coalesce(difficulty_1_5 > 5, false)"
PARTS = ("n_rows_in", "n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        yield opened


def commitment(name: str, difficulty: int, recorded: float | None = None) -> Row:
    return {
        "commitment_id": name,
        "person_id": "p",
        "made_at": at(0),
        "difficulty_1_5": difficulty,
        "recorded_at": at(recorded) if recorded is not None else None,
    }


def register(connection: Connection, file_id: str) -> None:
    register_file(connection, LandedFile(file_id, file_id * 4, f"{file_id}.csv", 10, at(0)))


def load(
    connection: Connection, file_id: str, *rows: Row, left_out: tuple[int, ...] = (), day: float = 1
) -> None:
    """Take one file through what a run does with it."""
    register(connection, file_id)
    record_reading(connection, Reading(file_id, "loaded", "hash", "sheet", "csv", len(rows) + len(left_out)))
    dropped = {"row_number": list(left_out), "rule": ["test_row"] * len(left_out)}
    schema = {"row_number": pl.Int64, "rule": pl.String}
    record_dropped(connection, file_id, pl.DataFrame(dropped, schema=schema))
    put_staged(connection, {"commitments": [staged(COMMITMENTS, *rows, file_id=file_id)]})
    record_quarantined(connection, COMMITMENTS, "range:difficulty_1_5", IS_BAD)
    append_versions(connection, COMMITMENTS, IS_BAD, at(day))
    record_repeats(connection, [file_id])
    create_history_views(connection)


def accounts(connection: Connection) -> dict[str, tuple[int, ...]]:
    found = row_accounts(connection)
    return {row["file_id"]: tuple(row[part] for part in PARTS) for row in found.iter_rows(named=True)}


def test_a_files_rows_add_up_over_what_became_of_them(connection: Connection) -> None:
    rows = (commitment("a", 1), commitment("b", 2), commitment("b", 2), commitment("c", 9))
    load(connection, "one", *rows, left_out=(6, 7))
    # 6 rows: a and b stored; b repeated and two tests dropped; c set aside.
    assert accounts(connection) == {"one": (6, 2, 0, 1 + 2, 1)}


def test_a_row_another_replaced_is_superseded(connection: Connection) -> None:
    load(connection, "one", commitment("a", 1, 0.1))
    load(connection, "two", commitment("a", 2, 0.2), day=2)
    assert accounts(connection) == {"one": (1, 0, 1, 0, 0), "two": (1, 1, 0, 0, 0)}


def test_a_cumulative_export_drops_what_was_there_before(connection: Connection) -> None:
    load(connection, "one", commitment("a", 1))
    load(connection, "two", commitment("a", 1), commitment("b", 1), day=2)
    assert accounts(connection)["two"] == (2, 1, 0, 1, 0)
    assert dropped_rows(connection).rows() == [("two.csv", "repeated_row", 1)]


def test_a_row_with_a_part_in_quarantine_counts_there(connection: Connection) -> None:
    # One form row becomes a commitment and an attendance; the attendance is good.
    load(connection, "one", commitment("a", 9))
    part = {"session_id": "s", "person_id": "p", "attended": True}
    put_staged(connection, {"attendance": [staged(ATTENDANCE, part, file_id="one")]})
    append_versions(connection, ATTENDANCE, "false", at(1))
    assert accounts(connection) == {"one": (1, 0, 0, 0, 1)}


def test_quarantine_lists_file_row_table_and_rule_and_no_value(connection: Connection) -> None:
    load(connection, "one", commitment("a", 1), commitment("b", 9))
    listed = quarantined_rows(connection)
    assert listed.columns == ["file", "source", "row_number", "table_name", "rule"]
    assert listed.rows() == [("one.csv", "sheet", 3, "commitments", "range:difficulty_1_5")]


def test_a_row_that_breaks_two_rules_is_one_row_in_the_accounts(connection: Connection) -> None:
    load(connection, "one", commitment("a", 9))
    assert record_quarantined(connection, COMMITMENTS, "range:again", IS_BAD) == 1
    assert quarantined_rows(connection).height == 2
    assert accounts(connection)["one"] == (1, 0, 0, 0, 1)


def test_reading_a_file_again_forgets_what_was_set_aside_before(connection: Connection) -> None:
    load(connection, "one", commitment("a", 9))
    record_reading(connection, Reading("one", "loaded", "other hash", "sheet", "csv", 1))
    assert quarantined_rows(connection).height == 0


def test_the_same_bytes_are_registered_once(connection: Connection) -> None:
    register(connection, "one")
    register_file(connection, LandedFile("one", "one" * 4, "another name.csv", 10, at(5)))
    assert list_files(connection)["name"].to_list() == ["one.csv"]


def test_a_refused_file_is_forgotten_once_it_has_left_the_inbox(connection: Connection) -> None:
    for name in ("kept", "gone"):
        register(connection, name)
        record_reading(connection, Reading(name, "refused", "hash", rule="empty_file"))
    load(connection, "loaded", commitment("a", 1))
    forget_refused(connection, ["kept"])
    assert list_files(connection)["file_id"].to_list() == ["kept", "loaded"]


def test_readings_and_dropped_rows_come_back_as_they_were_put(connection: Connection) -> None:
    readings = [
        Reading("one", "loaded", "hash", "sheet", "csv", 4),
        Reading("two", "refused", "hash", rule="empty_file", reason="It is empty", remedy="Send it again"),
    ]
    dropped = pl.DataFrame({"row_number": [5], "rule": ["test_row"], "file_id": ["one"]})
    put_readings(connection, readings, [dropped])
    found, rows = staged_readings(connection)
    assert found == readings
    assert rows.rows() == [(5, "test_row", "one")]


def test_without_any_reading_nothing_comes_back(connection: Connection) -> None:
    put_readings(connection, [], [])
    found, rows = staged_readings(connection)
    assert (found, rows.rows()) == ([], [])
