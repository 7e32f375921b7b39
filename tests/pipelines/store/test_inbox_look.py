"""What a run saw in the inbox is remembered whole until the next run."""

from __future__ import annotations

from pathlib import Path

from pipelines.notices import Notice
from pipelines.store.inbox_look import CameIn, Seen, last_look, put_look, taken_in
from pipelines.store.warehouse import open_warehouse

LOOK = [
    Seen("a.zip", "1", (CameIn("a.zip/b.csv", "b" * 64), CameIn("a.zip/c.csv", "c" * 64))),
    Seen("d.csv", "2", (), Notice("still_being_written", "it grows", "Wait")),
]


def test_before_the_first_run_nothing_was_seen(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        assert last_look(connection) == []


def test_a_look_is_remembered_with_what_came_in_and_what_was_left(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        put_look(connection, LOOK)
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        assert last_look(connection) == LOOK
        assert [file.file_id for file in taken_in(connection)] == ["b" * 16, "c" * 16]


def test_a_look_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        put_look(connection, LOOK)
        put_look(connection, [])
        assert last_look(connection) == []
