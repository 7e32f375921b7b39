"""Opening the run's own DuckDB file, and the tables it keeps between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from models.contracts import CORE_TABLES, Column, Table, estimate_table, protected_table
from pipelines.private_files import make_private_folder

BY_WEEK = estimate_table(protected_table("protected_effect_by_week"))
DAMAGED = (
    "see that the disk is neither full nor read-only; else restore the file from a backup, or remove it and run "
    "again: it is made anew from the landed copies that are still kept."
)
FROZEN_WITH = (
    Column("inputs_hash", "text", "Hash of all the run was made from.", is_required=True),
    Column("data_hash", "text", "Hash of the counts the week's difference was made from.", is_required=True),
    Column("plan_version", "integer", "Version of the plan in force.", is_required=True),
    Column("plan_hash", "text", "Hash of that plan's values.", is_required=True),
    Column("known_at", "time", "When the run began.", is_required=True),
)
# Rows are added to these tables and never changed.
FROZEN_WEEKS = Table("frozen_weeks", "ISO week x inputs of a live run", BY_WEEK.columns + FROZEN_WITH)
PLAN_VERSIONS = Table(
    "plan_versions",
    "version of the plan",
    (
        Column("version", "integer", "1 for the plan of the first run.", is_required=True),
        Column("effective_from", "date", "Cut of the first run that used it.", is_required=True),
        Column("plan_hash", "text", "Hash of its values.", is_required=True),
        Column("values", "text", "Its values as JSON.", is_required=True),
        Column("changes", "text", "What differs from the version before.", is_required=True),
    ),
)
FLOOR_VERSIONS = Table(
    "floor_versions",
    "change of the privacy floors",
    (
        Column("effective_from", "date", "Cut of the first run that used them.", is_required=True),
        Column("minimum_people", "integer", "Fewest people of a published number.", is_required=True),
        Column("minimum_people_loneliness", "integer", "The same for loneliness.", is_required=True),
    ),
)
APPEND_ONLY = (FROZEN_WEEKS, PLAN_VERSIONS, FLOOR_VERSIONS)
# What is kept about files and their rows; `key` is a hash of the key of the row that was set aside.
ABOUT_FILES = """
    create table if not exists files (
        file_id varchar primary key, sha256 varchar, name varchar, size_bytes bigint, landed_at timestamp,
        status varchar, source varchar, format varchar, reading_hash varchar, n_rows bigint,
        rule varchar, reason varchar, remedy varchar
    );
    create table if not exists other_names (file_id varchar, name varchar, landed_at timestamp);
    create table if not exists file_headings (file_id varchar, heading varchar);
    create table if not exists notices (file_id varchar, rule varchar, detail varchar, remedy varchar, rows bigint[]);
    create table if not exists replaced_files (file_id varchar, by_file_id varchar);
    create table if not exists identity_key (fingerprint varchar);
    create table if not exists person_marks (person_id varchar, mark varchar);
    create table if not exists set_aside (
        file_id varchar, row_number bigint, disposition varchar, table_name varchar, rule varchar, key varchar
    );
    create table if not exists broken_across (
        rule varchar, table_name varchar, source varchar, file_id varchar, row_number bigint
    );
    create table if not exists first_complete_sources (source varchar);
    create table if not exists checks (
        stage varchar, table_name varchar, rule varchar, n_rows bigint,
        n_unexpected bigint, passed boolean
    );
"""
KEPT = (*CORE_TABLES, *APPEND_ONLY)
Connection = duckdb.DuckDBPyConnection


class WarehouseError(Exception):
    """The warehouse can't be opened; the message says why and what to do."""


class WarehouseBusyError(WarehouseError):
    """Another process holds the warehouse."""


@contextmanager
def open_warehouse(path: Path) -> Iterator[Connection]:
    """A connection to the warehouse, made on first use; changes are committed together on a clean exit.

    Raises:
        WarehouseBusyError: another process holds the file.
        WarehouseError: it can't be read.
    """
    make_private_folder(path.parent)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseBusyError(
                f"{path.name} is in use by another run or program. Wait for it to end, then run again."
            ) from None
        raise WarehouseError(f"{path.name} can't be opened: {DAMAGED}") from error
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.begin()
        _ensure_kept_tables(connection, path)
        yield connection
        connection.commit()
    except (duckdb.IOException, duckdb.InternalException, duckdb.FatalException) as error:
        raise WarehouseError(f"{path.name} is damaged or can't be written: {DAMAGED}") from error
    finally:
        connection.close()


def fetch(connection: Connection, query: str, parameters: list[object] | None = None) -> pl.DataFrame:
    """The rows of a query as a polars frame."""
    frame = pl.from_arrow(connection.sql(query, params=parameters or []).to_arrow_table())
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a query gives a table")
    return frame


def one_row(connection: Connection, query: str, parameters: list[object] | None = None) -> tuple[Any, ...]:
    """The single row of a query; everything is fetched, as DuckDB holds a connection until a result is read whole.

    Raises:
        LookupError: the query gives no row.
    """
    rows = connection.execute(query, parameters or []).fetchall()
    if not rows:
        raise LookupError("a query that always gives a row gave none")
    return tuple(rows[0])


def put_table(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    """Replace a table with the rows of a frame."""
    connection.register("incoming_frame", frame.to_arrow())
    connection.execute(f'create or replace table "{name}" as select * from incoming_frame')
    connection.unregister("incoming_frame")


def table_exists(connection: Connection, name: str) -> bool:
    """Whether the warehouse has a table of this name."""
    return bool(one_row(connection, "select count(*) from duckdb_tables() where table_name = ?", [name])[0])


def quoted(names: tuple[str, ...]) -> str:
    """Column names as SQL, comma-separated."""
    return ", ".join(f'"{name}"' for name in names)


def column_definitions(columns: tuple[Column, ...]) -> str:
    """Columns with their types as SQL."""
    return ", ".join(f'"{column.name}" {column.sql_type}' for column in columns)


def content_hash(columns: tuple[Column, ...]) -> str:
    """SQL for a hash of what a row says in these columns."""
    parts = ", ".join(f'coalesce(cast("{column.name}" as varchar), chr(30))' for column in columns)
    return f"md5(concat_ws(chr(31), {parts}))"


def row_key(table: Table) -> str:
    """SQL for a hash of the key of a row; null where a column that every key needs is empty."""
    keys = tuple(column for column in table.columns if column.is_key)
    filled = " and ".join(f'"{column.name}" is not null' for column in keys if column.is_required)
    return f"case when {filled} then {content_hash(keys)} end"


def versions_table(table: Table) -> str:
    """Name of the append-only table behind a history."""
    return f"{table.name}_versions"


def _ensure_kept_tables(connection: Connection, path: Path) -> None:
    kept = repr([ABOUT_FILES, *((table.name, table.columns) for table in KEPT)])
    layout = hashlib.sha256(kept.encode()).hexdigest()
    if not table_exists(connection, "warehouse_layout"):
        _create_kept_tables(connection)
        connection.execute("create table warehouse_layout as select ? as layout", [layout])
    elif one_row(connection, "select layout from warehouse_layout")[0] != layout:
        raise WarehouseError(
            f"{path.name} was made by a version of Peerlift whose tables are laid out otherwise. Run that version, or "
            f"move {path.parent} and the published folder away, put the exports back into the inbox, and run again."
        )


def _create_kept_tables(connection: Connection) -> None:
    connection.execute(ABOUT_FILES)
    for table in APPEND_ONLY:
        connection.execute(f"create table if not exists {table.name} ({column_definitions(table.columns)})")
    for table in CORE_TABLES:
        columns = column_definitions(table.columns)
        connection.execute(
            f"create table if not exists {versions_table(table)} ({columns}, source varchar, file_id varchar, "
            "row_number bigint, recorded_at timestamp, known_from timestamp, content varchar)"
        )
