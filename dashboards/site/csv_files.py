"""The tables of the site as CSV files for a spreadsheet.

What belongs here: writing a protected table so that no cell can run as a formula.
What does not: choosing or rounding numbers; these files hold the protected tables as they are.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

# Spreadsheets run a cell that begins with one of these, or break it in two (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cells(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would run; numbers stay numbers."""
    text = [name for name, kind in table.schema.items() if kind == pl.String]
    starts = pl.any_horizontal
    return table.with_columns(
        pl.when(
            starts(*(pl.col(name).str.strip_chars_start(" ").str.starts_with(mark) for mark in FORMULA_STARTS))
        )
        .then(pl.concat_str(pl.lit("'"), pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name in text
    )


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 with a byte order mark, so that spreadsheets read its letters right."""
    path.write_bytes(b"\xef\xbb\xbf" + safe_cells(table).write_csv().encode("utf-8"))
