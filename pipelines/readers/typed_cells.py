"""From typed columns to the text of their cells, as a workbook's cells come out.

What belongs here: one text per kind of value, and the refusal of columns that hold more than one value per row.
What does not: opening a file (`parquet`, `json_lines`).
"""

from __future__ import annotations

import polars as pl

from pipelines.readers.refusal import FileRefused

_CLOCK = "%H:%M:%S%.f"
_MOMENT = f"%Y-%m-%dT{_CLOCK}"
_LONGEST_NAME = 80


def text_of(column: pl.Series, file: str) -> pl.Series:
    """The cells of a column as text; empty texts, nulls and numbers that are none are null.

    Dates become `2026-01-05`, times `2026-01-05T09:12:00`, with `Z` (in UTC) where the column has a zone;
    numbers lose a trailing `.0`; booleans are `true` and `false`.

    Raises:
        FileRefused: `nested_column` where a row holds several values, `unreadable_column` for durations, raw bytes
            and objects, which say nothing without their unit or encoding.
    """
    text = _as_text(column, file)
    return text.replace("", None).alias(column.name)


def _as_text(column: pl.Series, file: str) -> pl.Series:
    kind = column.dtype
    if kind.is_nested():
        raise nested_column(file, column.name)
    if kind in (pl.Duration, pl.Binary, pl.Object):
        raise FileRefused(
            file,
            "unreadable_column",
            f"column `{column.name[:_LONGEST_NAME]}` is of the type {str(kind).split('(')[0]}, which has no text",
            "Write it as a number (a duration in minutes) or as text, or leave it out, and bring the file again",
        )
    if isinstance(kind, pl.Datetime):
        return _moments(column, kind)
    if kind == pl.Time:
        return column.dt.to_string(_CLOCK)
    if kind.is_float():
        return column.fill_nan(None).cast(pl.String).str.replace(r"\.0$", "")
    if kind.is_decimal():
        return column.cast(pl.String).str.replace(r"\.0+$", "")
    return column.cast(pl.String)


def _moments(column: pl.Series, kind: pl.Datetime) -> pl.Series:
    if kind.time_zone is None:
        return column.dt.to_string(_MOMENT)
    return column.dt.convert_time_zone("UTC").dt.to_string(f"{_MOMENT}Z")


def nested_column(file: str, name: str) -> FileRefused:
    """The refusal of a column that holds lists or records."""
    return FileRefused(
        file,
        "nested_column",
        f"column `{name[:_LONGEST_NAME]}` holds lists or records where one value per row is read",
        "Write each part as a column of its own, or leave it out, and bring the file again",
    )
