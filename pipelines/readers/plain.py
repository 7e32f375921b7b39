"""Plain tables: session logs, rosters and hand-kept sheets, as CSV of any separator or XLSX.

What belongs here: a table whose first filled row holds the headings and that no survey tool has marked.
What does not: exports of survey tools, which have readers of their own or are refused by name.
"""

from __future__ import annotations

from pipelines.readers.raw import Cells, RawTable, table_from_cells


def format_of(cells: Cells) -> str:
    """`xlsx` for a workbook, `csv` for delimited text of any separator."""
    return "xlsx" if cells.container == "workbook" else "csv"


def read(cells: Cells, _file: str) -> RawTable:
    """The rows under the headings of the first filled row."""
    return table_from_cells(cells, format_of(cells))
