"""What every reader hands on: cells as they stand in the file, and the table made from them.

What belongs here: the two values, how columns are named, and how names are compared.
What does not: how bytes become cells (`delimited`, `workbook`, `calendar`) or what a column means (`mapping`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

ROW_NUMBER = "row_number"
# Rules under which a tool's own marks leave a row out; a source file may keep such rows.
PREVIEW, UNFINISHED, NOT_ASKED = "preview", "unfinished", "not_asked"
MARKS_OF_ROWS = (PREVIEW, UNFINISHED, NOT_ASKED)


def no_marks() -> pl.DataFrame:
    """`RawTable.marked` where the tool marks no row."""
    return pl.DataFrame(schema={ROW_NUMBER: pl.Int64, "rule": pl.String})


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of a delimited file or of a workbook's first sheet, headings included.

    Attributes:
        frame: One String column per position; empty cells are null.
        first_row: Number a spreadsheet gives the first row of `frame`, at least 1.
        container: Whether the file was a workbook or delimited text.
    """

    frame: pl.DataFrame
    first_row: int
    container: str

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row's texts; an empty heading is an empty text."""
        return tuple(str(cell or "") for cell in self.frame.row(0)) if self.frame.height else ()

    def below(self, position: int, n_rows: int | None = None) -> pl.Series:
        """Filled cells under the heading at `position` (0-based), of at most `n_rows` rows."""
        return self.frame.slice(1, n_rows).to_series(position).drop_nulls()


@dataclass(frozen=True, slots=True)
class RawTable:
    """One export as read: the source's own columns, all text.

    Attributes:
        format: Format it was recognised as.
        frame: The file's columns as String (empty cells null; typed dates and times of a workbook as ISO text),
            then `row_number` (Int64) as a spreadsheet counts, the heading being row 1; the line of JSON Lines,
            the place of a row without headings, and for a calendar the number of the VEVENT in the file.
        n_rows: Rows in `frame`.
        recorded_column: Column in which the tool itself wrote when a row was submitted; `None` where it has none.
        also_called: Column of `frame` to its other names, as the text of a question whose code is the name.
        marked: `row_number` and `rule` (`preview`, `unfinished`, `not_asked`) of rows the tool says are no
            answers of participants; they stand in `frame` too.
        personal: Headings of the columns the reader left out because they name a person or a place and no source
            file can need them (IP addresses, coordinates).
        time_zone: Zone in which the export says its own times are; `None` where it does not say.
    """

    format: str
    frame: pl.DataFrame
    n_rows: int
    recorded_column: str | None = None
    also_called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marked: pl.DataFrame = field(default_factory=no_marks)
    personal: tuple[str, ...] = ()
    time_zone: str | None = None


def normalised_name(name: str) -> str:
    """A column's name as it is compared: NFKC, white space collapsed, case folded."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def unique_names(headings: Sequence[str]) -> list[str]:
    """Names for the columns under these headings, all different.

    Headings that look alike get ` [1]`, ` [2]`, ... in their order, so that a source file can name one of them;
    an empty heading becomes `column 7` by its position.
    """
    named = [text if text.strip() else f"column {place}" for place, text in enumerate(headings, start=1)]
    alike = Counter(normalised_name(name) for name in named)
    alike[ROW_NUMBER] += 1
    taken: set[str] = {ROW_NUMBER}
    names: list[str] = []
    for name in named:
        number, unique = 1, name
        if alike[normalised_name(name)] > 1:
            unique = f"{name} [1]"
        while normalised_name(unique) in taken:
            number += 1
            unique = f"{name} [{number}]"
        taken.add(normalised_name(unique))
        names.append(unique)
    return names


def base_name(name: str) -> str:
    """The heading of a column that `unique_names` numbered; any other name unchanged."""
    return re.sub(r" \[\d+\]$", "", name)


def table_from_cells(cells: Cells, file_format: str, recorded: int | None = None) -> RawTable:
    """The table whose headings are the first row of `cells`.

    Columns with neither heading nor content (a trailing separator leaves one) are left out.

    Args:
        cells: The file's cells.
        file_format: The format's name.
        recorded: Position among the columns that are left of the one in which the tool wrote when a row was
            submitted.
    """
    rows, headings = cells.frame.slice(1), cells.headings
    filled = [
        place
        for place, heading in enumerate(headings)
        if heading.strip() or rows.to_series(place).null_count() < rows.height
    ]
    names = unique_names([headings[place] for place in filled])
    columns = [rows.to_series(place).alias(name) for place, name in zip(filled, names, strict=True)]
    first = cells.first_row + 1
    numbers = pl.int_range(first, first + rows.height, dtype=pl.Int64, eager=True).alias(ROW_NUMBER)
    recorded_column = names[recorded] if recorded is not None and recorded < len(names) else None
    return RawTable(file_format, pl.DataFrame([*columns, numbers]), rows.height, recorded_column)
