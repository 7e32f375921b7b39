"""How large a file and its parts may be: beyond that it is refused before it fills the memory.

What belongs here: the bounds all formats share and the refusals that name them.
What does not: how much a packed file unfolds to (`workbook`, `parquet`), which each container can tell by itself.

The bounds are far above any survey's export and below what a machine of 8 GB can hold.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from pipelines.readers.refusal import FileRefused

LARGEST_FILE = 2 * 1024**3
"""Bytes of a file on disk."""
MOST_COLUMNS = 16_384
"""Columns of a table: as many as a spreadsheet holds."""
MOST_CELLS = 100_000_000
"""Cells of a table, empty ones included: rows times columns."""
LONGEST_CELL = 131_072
"""Bytes of one cell; a spreadsheet holds a quarter of it. Beyond that a quote was left open."""

# Characters no text has; a form feed, a vertical tab and the separators of lists do turn up in real answers.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a]")
CONTROL_BYTES = bytes(code for code in range(0x80) if CONTROL.match(chr(code)))
_SMALLER = "Export it in parts, by period, and bring each of them"


def check_file_size(path: Path, largest: int = LARGEST_FILE) -> None:
    """Refuse a file of more than `largest` bytes.

    Raises:
        FileRefused: `file_too_large`.
    """
    n_bytes = path.stat().st_size
    if n_bytes > largest:
        raise FileRefused(
            path.name,
            "file_too_large",
            f"it has {n_bytes:,} bytes where {largest:,} are read at most",
            _SMALLER,
        )


def check_table_size(file: str, n_rows: int, n_columns: int, most_cells: int = MOST_CELLS) -> None:
    """Refuse a table of too many columns or cells; asked before the table is made.

    Raises:
        FileRefused: `too_many_columns` or `file_too_large`.
    """
    if n_columns > MOST_COLUMNS:
        raise FileRefused(
            file,
            "too_many_columns",
            f"it has {n_columns:,} columns where {MOST_COLUMNS:,} are read at most",
            "Look whether its separators or its first row are damaged, and export it again",
        )
    if n_rows * n_columns > most_cells:
        raise FileRefused(
            file,
            "file_too_large",
            f"it spans {n_rows:,} rows of {n_columns:,} columns, more than {most_cells:,} cells",
            _SMALLER,
        )


def check_cell_lengths(frame: pl.DataFrame, first_row: int, file: str) -> None:
    """Refuse a cell of more than `LONGEST_CELL` bytes; `first_row` is the number of the first row of `frame`.

    Raises:
        FileRefused: `cell_too_large`, with the row and the place of the column.
    """
    for place, column in enumerate(_texts(frame), start=1):
        lengths = column.str.len_bytes()
        if int(lengths.max() or 0) > LONGEST_CELL:  # type: ignore[arg-type]
            row = first_row + int((lengths > LONGEST_CELL).arg_max() or 0)
            raise FileRefused(
                file,
                "cell_too_large",
                f"row {row} has more than {LONGEST_CELL:,} bytes in the cell of column {place}",
                "Look there for a quote that is not closed, or shorten the text, and bring the file again",
            )


def check_characters(frame: pl.DataFrame, first_row: int, file: str) -> None:
    """Refuse headings and cells with control characters, which no export writes and no page can show.

    Raises:
        FileRefused: `unreadable_file`, with the row and the place of the column.
    """
    if any(CONTROL.search(name) for name in frame.columns):
        raise FileRefused(
            file,
            "unreadable_file",
            "the name of a column has control characters",
            "Rename the column where the file comes from, and export it again",
        )
    for place, column in enumerate(_texts(frame), start=1):
        odd = column.str.contains(CONTROL.pattern).fill_null(value=False)
        if odd.any():
            raise FileRefused(
                file,
                "unreadable_file",
                f"row {first_row + int(odd.arg_max() or 0)} has control characters in the cell of column {place}",
                "Export the file again; if they are in an answer, delete them there",
            )


def _texts(frame: pl.DataFrame) -> list[pl.Series]:
    return [column for column in frame.get_columns() if column.dtype == pl.String]
