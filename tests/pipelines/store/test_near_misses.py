"""People of one source whose name is nearly a known one: noticed by row, never matched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.identity import AS_WRITTEN, IdentityKey, pseudonym
from pipelines.near_names import near_marks
from pipelines.store.near_misses import near_miss_notices, put_marks
from pipelines.store.warehouse import Connection, open_warehouse

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        yield opened


def deliver(connection: Connection, table: str, source: str, *names: str, column: str = "person_id") -> None:
    """A file of this source, called after it, with one row per name from row 2 on."""
    put_marks(connection, near_marks(pl.Series(names), AS_WRITTEN, KEY))
    for row, name in enumerate(names, start=2):
        connection.execute(
            f'insert into {table}_versions ("{column}", source, file_id, row_number) values (?, ?, ?, ?)',
            [pseudonym([name], "person", KEY), source, source, row],
        )


def noticed(connection: Connection) -> dict[str, tuple[int, ...]]:
    return {file_id: notice.rows for file_id, notice in near_miss_notices(connection).items()}


def test_a_mistyped_code_is_noticed_by_its_row_and_without_the_code(connection: Connection) -> None:
    deliver(connection, "people", "roster", "AB1234", "CD5678")
    deliver(connection, "answers", "pulse", "CD5678", "AB1243")
    assert noticed(connection) == {"pulse": (3,)}
    (notice,) = near_miss_notices(connection).values()
    assert "AB1" not in f"{notice.detail} {notice.remedy}"
    assert notice.detail.startswith("1 person who is")


def test_who_is_in_the_list_of_people_is_no_near_miss(connection: Connection) -> None:
    deliver(connection, "people", "roster", "10001", "10002")
    deliver(connection, "answers", "pulse", "10001")
    assert noticed(connection) == {}


def test_without_a_list_of_people_sources_are_held_against_each_other(connection: Connection) -> None:
    deliver(connection, "answers", "baseline", "AB1234")
    deliver(connection, "answers", "pulse", "AB1243", "AB1243")
    assert noticed(connection) == {"baseline": (2,), "pulse": (2, 3)}


def test_names_near_each_other_in_one_source_alone_are_not_noticed(connection: Connection) -> None:
    deliver(connection, "answers", "pulse", "AB1234", "AB1243")
    assert noticed(connection) == {}


def test_whoever_two_sources_know_is_no_near_miss(connection: Connection) -> None:
    deliver(connection, "answers", "baseline", "AB1234", "AB1243")
    deliver(connection, "answers", "pulse", "AB1243", "AB1234")
    assert noticed(connection) == {}


def test_a_manager_who_is_only_named_is_not_in_the_list_of_people(connection: Connection) -> None:
    deliver(connection, "people", "roster", "AB1234")
    deliver(connection, "people", "hr", "AB1243", column="manager_person_id")
    assert noticed(connection) == {"hr": (2,)}


def test_a_later_list_of_people_takes_the_notice_away(connection: Connection) -> None:
    deliver(connection, "people", "roster", "AB1234")
    deliver(connection, "answers", "pulse", "AB1243")
    assert noticed(connection) == {"pulse": (2,)}
    deliver(connection, "people", "roster", "AB1243")
    assert noticed(connection) == {}


def test_marks_are_kept_once(connection: Connection) -> None:
    deliver(connection, "answers", "pulse", "AB1234")
    deliver(connection, "answers", "pulse", "AB1234")
    (n_marks,) = connection.execute("select count(*) from person_marks").fetchall()[0]
    assert n_marks == 7  # of six characters: itself, and without each of them
