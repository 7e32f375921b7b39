"""Writing the two DuckDB files a release holds: published (protected) and analyst (restricted)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from models.contracts import Table
from pipelines.store.warehouse import one_row

# A DuckDB 1.5 client opens this; with the default of DuckDB 2.0 it refuses.
STORAGE_VERSION = "v1.5.0"


@dataclass(frozen=True, slots=True)
class FileTable:
    """A table of a DuckDB file: its schema, contract, rows, and a note that opens its comment."""

    schema: str
    table: Table
    rows: pl.DataFrame
    note: str = ""


def write_duckdb_file(path: Path, tables: Sequence[FileTable]) -> None:
    """Write a new DuckDB file with these tables, each table and column with its comment.

    The file is written whole and checked by opening it read-only and counting every table's rows.

    Raises:
        FileExistsError: there is a file of this name; a file that may be open is never written again.
        OSError: the file written does not hold what was put in.
    """
    if path.exists():
        raise FileExistsError(f"{path.name} is there already")
    connection = duckdb.connect()
    try:
        connection.execute(f"attach '{_escaped(str(path))}' as target (storage_version '{STORAGE_VERSION}')")
        connection.begin()
        for schema in sorted({item.schema for item in tables}):
            connection.execute(f"create schema if not exists target.{schema}")
        for item in tables:
            _write_table(connection, item)
        connection.commit()
        connection.execute("checkpoint target")
        connection.execute("detach target")
    finally:
        connection.close()
    _check(path, {f"{item.schema}.{_name(item)}": len(item.rows) for item in tables})


def _write_table(connection: duckdb.DuckDBPyConnection, item: FileTable) -> None:
    name = f'target.{item.schema}."{_name(item)}"'
    definitions = ", ".join(f'"{column.name}" {column.sql_type}' for column in item.table.columns)
    connection.execute(f"create table {name} ({definitions})")
    connection.register("incoming_rows", item.rows.select(item.table.column_names).to_arrow())
    connection.execute(f"insert into {name} select * from incoming_rows")
    connection.unregister("incoming_rows")
    note = f"{item.note} " if item.note else ""
    connection.execute(f"comment on table {name} is '{_escaped(f'{note}One row per {item.table.grain}.')}'")
    for column in item.table.columns:
        connection.execute(f"comment on column {name}.\"{column.name}\" is '{_escaped(column.description)}'")


def _check(path: Path, expected: Mapping[str, int]) -> None:
    connection = duckdb.connect(str(path), read_only=True)
    try:
        for name, n_rows in expected.items():
            schema, table = name.split(".")
            if one_row(connection, f'select count(*) from {schema}."{table}"')[0] != n_rows:
                raise OSError(f"{path.name}: {name} does not hold the {n_rows} rows put in")
    finally:
        connection.close()


def _name(item: FileTable) -> str:
    """The table's name inside its schema: without the prefix that repeats the schema."""
    return item.table.name.removeprefix(f"{item.schema}_")


def _escaped(text: str) -> str:
    return text.replace("'", "''")
