"""Tables of the published contract from rows written by hand.

What belongs here: filling a table of the contract. What does not: any release's rows.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from models.contracts import META_TABLES, PROTECTED_TABLES, Table

POLARS_TYPES = {
    "date": pl.Date,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "text": pl.String,
    "choice": pl.String,
}
SPECS: dict[str, Table] = {table.name: table for table in (*PROTECTED_TABLES, *META_TABLES)}
AS_OF = dt.date(2026, 10, 4)


def table(
    name: str, *rows: tuple[object, ...], columns: str = "", as_of: dt.date | None = AS_OF
) -> pl.DataFrame:
    """A table of the contract from rows.

    Args:
        name: table of the contract.
        rows: cells in the order of the columns.
        columns: names of the columns given; all but `as_of`, in order, by default. Others are empty.
        as_of: the day of all rows, where the table has one and no row gives it.
    """
    spec = SPECS[name]
    given = columns.split() or [column for column in spec.column_names if column != "as_of"]
    cells = {column: [_cell(row, given, column, as_of) for row in rows] for column in spec.column_names}
    schema = {column.name: POLARS_TYPES[column.kind] for column in spec.columns}
    return pl.DataFrame(cells, schema=schema, strict=True)


def _cell(row: tuple[object, ...], given: list[str], column: str, as_of: dt.date | None) -> object:
    if column in given:
        return row[given.index(column)]
    return as_of if column == "as_of" else None
