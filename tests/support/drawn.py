"""Tables drawn by hand, for the SQL of `models/sql` run word for word in an in-memory DuckDB.

A row names only the columns a test is about; the others are null. Day 0 is the first of January 1970, so that a
day number in a table is the day written in the test. The programme's zone is UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

import duckdb
import polars as pl

from models.contracts import CORE_TABLES, Column
from models.derived import derived_tables
from models.frames import POLARS_TYPES

Row = Mapping[str, object]
Schema = Mapping[str, pl.DataType]

DAY_ZERO = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse holds UTC without saying so
HOUR_US = 3_600_000_000
SQL = {table.name: table for table in derived_tables()}


def at(day: float, hour: float = 12, *, us: int = 0) -> datetime:
    """Noon of a day, or so many hours and microseconds after its midnight."""
    return DAY_ZERO + timedelta(days=day, hours=hour, microseconds=us)


def on(day: int) -> date:
    """The calendar day of this number."""
    return at(day).date()


class Drawn:
    """An in-memory database of drawn tables; a table nobody put is empty.

    `run_settings` starts as the plan's defaults: horizon 28 days, lag 21, booking within 24 hours, cut on day 1000.
    """

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._there: set[str] = set()
        self.settings()

    def settings(self, *, cut: int = 1000, horizon: int = 28, lag: int = 21, booking_hours: int = 24) -> Drawn:
        row = {
            "data_as_of": on(cut),
            "cut_day": cut,
            "known_at": at(cut),
            "horizon_days": horizon,
            "lag_days": lag,
            "booking_us": booking_hours * HOUR_US,
        }
        return self.put("run_settings", row)

    def put(self, table: str, *rows: Row) -> Drawn:
        """Replace a table with these rows; days and microseconds follow from the instants and dates given."""
        schema = schemas()[table]
        full = [{**_clock(table, row), **row} for row in rows]
        unknown = {name for row in full for name in row} - set(schema)
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        columns = {name: [row.get(name) for row in full] for name in schema}
        self._connection.register("drawn_rows", pl.DataFrame(columns, schema=dict(schema)).to_arrow())
        self._connection.execute(f'create or replace table "{table}" as select * from drawn_rows')
        self._connection.unregister("drawn_rows")
        self._there.add(table)
        return self

    def build(self, *names: str) -> Drawn:
        """Run these files of `models/sql` as they are, in the order named."""
        for name in names:
            for read in SQL[name].reads:
                if read not in self._there:
                    self.put(read)
            self._connection.execute(f"create or replace table {name} as {SQL[name].sql}")
            self._there.add(name)
        return self

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """These columns of a table, ordered by all of them."""
        names = ", ".join(columns)
        found = self._connection.execute(f"select {names} from {table} order by all").fetchall()
        return [tuple(row) for row in found]

    def row(self, table: str, *columns: str) -> tuple[object, ...]:
        """These columns of a table's only row."""
        (row,) = self.rows(table, *columns)
        return row

    def by(self, table: str, key: str, column: str) -> dict[object, object]:
        """One column by another, which names a row."""
        listed = self.rows(table, key, column)
        found = {row[0]: row[1] for row in listed}
        if len(found) != len(listed):
            raise ValueError(f"{table}: {key} names several rows")
        return found


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table with persons and groups numbered in the order of their ids, where it has columns for that."""
    return frame.with_columns(
        pl.col(f"{unit}_id").rank("dense").cast(pl.Int64).alias(f"{unit}_number")
        for unit in ("group", "person")
        if f"{unit}_number" in frame.columns
    )


@cache
def schemas() -> Mapping[str, Schema]:
    """Columns and types of every table: the inputs from the contracts, the others by running each file once."""
    found: dict[str, Schema] = {
        "run_settings": {
            "data_as_of": pl.Date(),
            "cut_day": pl.Int64(),
            "known_at": pl.Datetime("us"),
            "horizon_days": pl.Int64(),
            "lag_days": pl.Int64(),
            "booking_us": pl.Int64(),
        },
        "weeks": {"week": pl.String(), "week_ends_on": pl.Date(), "week_end_day": pl.Int64()},
        "person_clusters": {
            "person_id": pl.String(),
            "cluster_id": pl.Int64(),
            "partner_cluster_id": pl.Int64(),
            "last_group_id": pl.String(),
        },
    }
    for table in CORE_TABLES:
        columns = {name: kind for column in table.columns for name, kind in _with_clock(column).items()}
        found[f"current_{table.name}"] = columns
        if f"core_{table.name}" not in SQL:
            found[f"core_{table.name}"] = columns
    connection = duckdb.connect()
    for name, schema in found.items():
        connection.register(f"{name}_rows", pl.DataFrame(schema=dict(schema)).to_arrow())
        connection.execute(f"create table {name} as select * from {name}_rows")
    for derived in derived_tables():
        connection.execute(f"create table {derived.name} as {derived.sql}")
        found[derived.name] = connection.sql(f"select * from {derived.name}").pl().schema
    return MappingProxyType(found)


def _with_clock(column: Column) -> Schema:
    stem = column.name.removesuffix("_at").removesuffix("_on")
    own: Schema = {column.name: POLARS_TYPES[column.kind]}
    if column.kind == "date":
        return {**own, f"{stem}_day": pl.Int64()}
    if column.kind == "time":
        return {**own, f"{stem}_on": pl.Date(), f"{stem}_day": pl.Int64(), f"{stem}_us": pl.Int64()}
    return own


def _clock(table: str, row: Row) -> dict[str, object]:
    names = schemas()[table]
    extra: dict[str, object] = {}
    for name, value in row.items():
        stem = name.removesuffix("_at").removesuffix("_on")
        if isinstance(value, datetime):
            extra |= {f"{stem}_on": value.date(), f"{stem}_us": (value - DAY_ZERO) // timedelta(microseconds=1)}
        if isinstance(value, date):
            day = value.date() if isinstance(value, datetime) else value
            extra[f"{stem}_day"] = (day - DAY_ZERO.date()).days
    return {name: value for name, value in extra.items() if name in names}
