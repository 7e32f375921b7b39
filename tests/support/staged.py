"""Staged rows drawn by hand, as a reader and a source file would hand them on."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.contracts import STAGED_COLUMNS, Table
from models.frames import schema

Row = Mapping[str, object]


def staged(table: Table, *rows: Row, source: str = "sheet", file_id: str = "file") -> pl.DataFrame:
    """Rows of one file, numbered from 2 as in a sheet; what a row leaves out is null, and all was readable."""
    columns = schema(table.columns) | schema(STAGED_COLUMNS)
    origin = {"source": source, "file_id": file_id, "unreadable": ""}
    full = [{**origin, "row_number": number, **row} for number, row in enumerate(rows, start=2)]
    return pl.DataFrame({name: [row.get(name) for row in full] for name in columns}, schema=columns)
