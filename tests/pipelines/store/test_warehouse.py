"""One process at a time holds the warehouse, and what fails halfway leaves it as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from models.contracts import CORE_TABLES
from pipelines.store.warehouse import (
    WarehouseBusyError,
    WarehouseError,
    fetch,
    one_row,
    open_warehouse,
    put_table,
    table_exists,
    versions_table,
)

HOLD = """
import sys
from pathlib import Path
from pipelines.store.warehouse import open_warehouse
with open_warehouse(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
ONE = pl.DataFrame({"n": [1]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "w.duckdb"


def test_another_process_that_holds_it_is_a_reason_to_wait(path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(WarehouseBusyError, match=r"w\.duckdb is in use .* Wait for it"),
            open_warehouse(path),
        ):
            pass
        other.communicate("")
    with open_warehouse(path) as connection:
        assert table_exists(connection, "files")


def test_a_clean_exit_keeps_what_was_written(path: Path) -> None:
    with open_warehouse(path) as connection:
        put_table(connection, "numbers", ONE)
    with open_warehouse(path) as connection:
        assert fetch(connection, "select * from numbers").rows() == [(1,)]


def write_and_fail(path: Path) -> None:
    with open_warehouse(path) as connection:
        put_table(connection, "numbers", ONE)
        connection.execute("insert into checks values ('staged', 't', 'r', 1, 1, false)")
        raise KeyError("halfway")


def test_an_error_takes_back_everything_since_it_was_opened(path: Path) -> None:
    with open_warehouse(path):
        pass
    with pytest.raises(KeyError):
        write_and_fail(path)
    with open_warehouse(path) as connection:
        assert not table_exists(connection, "numbers")
        assert one_row(connection, "select count(*) from checks") == (0,)


def test_a_first_use_that_fails_leaves_a_warehouse_that_opens(path: Path) -> None:
    with pytest.raises(KeyError):
        write_and_fail(path)
    with open_warehouse(path) as connection:
        assert table_exists(connection, "files")


def test_a_file_that_is_no_database_is_named_with_a_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseError, match=r"w\.duckdb can't be opened: see that"), open_warehouse(path):
        pass


def test_every_core_table_has_its_append_only_table(path: Path) -> None:
    with open_warehouse(path) as connection:
        assert all(table_exists(connection, versions_table(table)) for table in CORE_TABLES)


def test_the_folder_is_its_owners_only(path: Path) -> None:
    with open_warehouse(path):
        pass
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_query_that_gives_no_row_where_one_must_be_is_an_error(path: Path) -> None:
    with open_warehouse(path) as connection, pytest.raises(LookupError):
        one_row(connection, "select 1 where false")
