"""What was noticed of files is kept with their reading, and forgotten with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn import at

from pipelines.notices import Notice
from pipelines.store.deliveries import LandedFile, Reading, put_readings, record_reading, register_file
from pipelines.store.file_notices import (
    file_headings,
    list_notices,
    put_seen,
    record_notices,
    record_seen,
    register_name,
)
from pipelines.store.warehouse import Connection, open_warehouse

DRIFTED = Notice("heading_drifted", "heading `3) Name` read as `Name`", "Nothing", (2, 3))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        register_file(opened, LandedFile("one", "hash", "one.csv", 10, at(0)))
        yield opened


def read(
    connection: Connection, *notices: Notice, headings: tuple[str, ...] = (), status: str = "loaded"
) -> None:
    reading = Reading("one", status, "hash", "sheet", "csv", 1)
    put_readings(connection, [reading], [])
    record_reading(connection, reading)
    put_seen(connection, {"one": notices}, {"one": headings})
    record_seen(connection)


def listed(connection: Connection) -> list[tuple[object, ...]]:
    return list_notices(connection).rows()


def test_a_notice_comes_back_as_it_was_made(connection: Connection) -> None:
    read(connection, DRIFTED)
    assert listed(connection) == [("one.csv", DRIFTED.rule, DRIFTED.detail, DRIFTED.remedy, [2, 3])]


def test_reading_a_file_again_forgets_what_was_noticed_before(connection: Connection) -> None:
    read(connection, DRIFTED, headings=("3) Name",))
    record_notices(connection, "one", [Notice("file_shrank", "It has 1 rows", "Export it again")])
    read(connection, headings=("Name", "E-mail"))
    assert listed(connection) == []
    assert file_headings(connection, "one") == ("Name", "E-mail")


def test_what_a_comparison_noticed_stands_beside_what_reading_did(connection: Connection) -> None:
    read(connection, DRIFTED)
    record_notices(connection, "one", [Notice("file_shrank", "It has 1 rows", "Export it again")])
    assert [row[1] for row in listed(connection)] == ["file_shrank", "heading_drifted"]


def test_a_refused_file_has_a_refusal_and_no_notices(connection: Connection) -> None:
    read(connection, DRIFTED, status="refused")
    assert listed(connection) == []


@pytest.mark.parametrize(("name", "n_notices"), [("two.csv", 1), ("one.csv", 0), ("One (2).csv", 0)])
def test_another_name_is_noticed_and_a_copy_is_not(connection: Connection, name: str, n_notices: int) -> None:
    read(connection)
    for _ in range(2):
        register_name(connection, "one", name, at(1))
    assert [row[1] for row in listed(connection)] == ["same_bytes_two_names"] * n_notices
