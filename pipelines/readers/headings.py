"""Tables under more than one row of headings.

What belongs here: columns by position, named by the reader, with the rows below the headings numbered as a
spreadsheet counts them.
What does not: which rows are headings and what a column is called (each format's module).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.readers.raw import ROW_NUMBER, Cells, unique_names


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns below several rows of headings.

    Attributes:
        rows: String cells by position, as in the file, without the heading rows.
        names: Name of each position that is a column; positions without heading and content are none.
        numbers: n row numbers as a spreadsheet counts.
    """

    rows: pl.DataFrame
    names: dict[int, str]
    numbers: pl.Series

    def cells(self, place: int | None) -> pl.Series:
        """The n trimmed cells at a position, blank ones null; all null where there is no such position."""
        if place is None:
            return pl.repeat(None, self.rows.height, dtype=pl.String(), eager=True)
        text = self.rows.to_series(place).str.strip_chars()
        return text.replace("", None)

    def frame(self, without: Sequence[int] = ()) -> pl.DataFrame:
        """The named columns, leaving out some positions, then `row_number`."""
        kept = [
            self.rows.to_series(place).alias(name) for place, name in self.names.items() if place not in without
        ]
        return pl.DataFrame([*kept, self.numbers])

    def marked(self, flags: pl.Series, rule: str) -> pl.DataFrame:
        """`row_number` and `rule` of the rows for which `flags` (n booleans) is true."""
        rows = pl.DataFrame([self.numbers, flags.alias("flag")]).filter(pl.col("flag").fill_null(value=False))
        return rows.select(ROW_NUMBER, rule=pl.lit(rule, dtype=pl.String()))


def columns_below(cells: Cells, headings: Sequence[str], n_heading_rows: int = 1) -> Columns:
    """The columns of `cells` under `headings`, one for each position, and `n_heading_rows` rows of headings.

    A column with neither heading nor content (a trailing separator leaves one) is left out.
    """
    rows = cells.frame.slice(n_heading_rows)
    places = [
        place
        for place, heading in enumerate(headings)
        if heading.strip() or rows.to_series(place).null_count() < rows.height
    ]
    named = unique_names([headings[place] for place in places])
    first = cells.first_row + n_heading_rows
    numbers = pl.int_range(first, first + rows.height, dtype=pl.Int64, eager=True).alias(ROW_NUMBER)
    return Columns(rows, dict(zip(places, named, strict=True)), numbers)
