"""Contract tables as polars frames.

What belongs here: the polars types of a contract's columns, and frames made from rows by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from models.contracts import Column, Kind, Table

POLARS_TYPES: Mapping[Kind, pl.DataType] = {
    "person": pl.String(),
    "group": pl.String(),
    "session": pl.String(),
    "commitment": pl.String(),
    "appointment": pl.String(),
    "time": pl.Datetime("us"),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "choice": pl.String(),
    "text": pl.String(),
}


def schema(columns: Iterable[Column]) -> dict[str, pl.DataType]:
    """Polars type of each column, in order."""
    return {column.name: POLARS_TYPES[column.kind] for column in columns}


def frame_of(table: Table, rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as a frame with exactly the table's columns; what a row leaves out is empty.

    Raises:
        ValueError: a row has a key that is no column of the table.
    """
    names = table.column_names
    listed = list(rows)
    for row in listed:
        unknown = sorted(set(row) - set(names))
        if unknown:
            raise ValueError(f"{table.name} has no column {', '.join(unknown)}")
    return pl.DataFrame(
        [[row.get(name) for row in listed] for name in names], schema=schema(table.columns), strict=True
    )
