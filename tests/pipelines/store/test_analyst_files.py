"""The DuckDB files people open: described, of an old storage version, and never written twice."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from models.contracts import Column, Table
from pipelines.store.analyst_files import FileTable, write_duckdb_file

TABLE = Table(
    "protected_thing",
    "thing of the group's",
    (Column("thing", "text", "What's called a thing."), Column("n_people", "integer", "People.")),
)
ROWS = pl.DataFrame({"n_people": [5, None], "thing": ["a", "b"]})


def written(path: Path, *tables: FileTable) -> duckdb.DuckDBPyConnection:
    write_duckdb_file(path, tables)
    return duckdb.connect(str(path), read_only=True)


def test_rows_lie_in_their_schema_under_the_tables_short_name(tmp_path: Path) -> None:
    with written(tmp_path / "x.duckdb", FileTable("protected", TABLE, ROWS)) as connection:
        found = connection.execute("select thing, n_people from protected.thing order by thing").fetchall()
    assert found == [("a", 5), ("b", None)]


def test_every_table_and_column_has_its_comment_quotes_and_all(tmp_path: Path) -> None:
    item = FileTable("protected", TABLE, ROWS, "Restricted: it's for analysts.")
    with written(tmp_path / "x.duckdb", item) as connection:
        tables = connection.execute("select comment from duckdb_tables()").fetchall()
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    assert tables == [("Restricted: it's for analysts. One row per thing of the group's.",)]
    assert columns == [("thing", "What's called a thing."), ("n_people", "People.")]


def test_columns_have_the_types_of_the_contract(tmp_path: Path) -> None:
    empty = FileTable("protected", TABLE, ROWS.clear())
    with written(tmp_path / "x.duckdb", empty) as connection:
        types = connection.execute("select data_type from duckdb_columns() where not internal").fetchall()
    assert types == [("VARCHAR",), ("BIGINT",)]


def test_the_storage_version_is_one_an_older_client_opens(tmp_path: Path) -> None:
    with written(tmp_path / "x.duckdb", FileTable("protected", TABLE, ROWS)) as connection:
        (tags,) = (
            connection.execute("select tags from duckdb_databases() where database_name = 'x'").fetchone() or ()
        )
    assert tags["storage_version"].startswith("v1.5.0")


def test_a_file_that_is_there_is_never_written_again(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"somebody has this open")
    with pytest.raises(FileExistsError, match=r"x\.duckdb is there already"):
        write_duckdb_file(path, [FileTable("protected", TABLE, ROWS)])
    assert path.read_bytes() == b"somebody has this open"


def test_a_column_no_contract_names_does_not_get_in(tmp_path: Path) -> None:
    more = ROWS.with_columns(pl.lit("p1").alias("person_id"))
    with written(tmp_path / "x.duckdb", FileTable("protected", TABLE, more)) as connection:
        names = connection.execute("select column_name from duckdb_columns() where not internal").fetchall()
    assert ("person_id",) not in names


def test_a_path_with_a_quote_in_it_is_written_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    with written(folder / "x.duckdb", FileTable("protected", TABLE, ROWS)) as connection:
        assert connection.execute("select count(*) from protected.thing").fetchone() == (2,)
