"""From an XLSX workbook to the cells of its first sheet.

What belongs here: reading all rows whatever dimension the package declares, and typed cells as text.
What does not: what the headings mean, or which tool wrote the file (`recognise`).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import PolarsError

from pipelines.readers.raw import Cells
from pipelines.readers.refusal import FileRefused

_TYPED_TIME = r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$"


def is_workbook(path: Path) -> bool:
    """Whether the file is a package with a workbook inside, whatever its name says."""
    try:
        with zipfile.ZipFile(path) as package:
            return "xl/workbook.xml" in package.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def read_cells(path: Path) -> Cells:
    """The cells of the first sheet, rows counted from the sheet's own row 1.

    Typed dates and times become `2026-01-05T09:12:00`; numbers lose a trailing `.0`.

    Raises:
        FileRefused: `unreadable_file` where the package is damaged or holds no sheet of cells.
    """
    try:
        frame = pl.read_excel(
            path,
            engine="calamine",
            sheet_id=1,
            has_header=False,
            infer_schema_length=0,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
            # Without it the first used row would count as row 1.
            read_options={"skip_rows": 0},
        )
    except (fastexcel.FastExcelError, PolarsError, ValueError):
        raise FileRefused(
            path.name,
            "unreadable_file",
            "it is a workbook whose first sheet cannot be read",
            "Open it in a spreadsheet, save it as .xlsx again and bring that copy",
        ) from None
    text = frame.with_columns(pl.all().cast(pl.String).replace("", None).str.replace(_TYPED_TIME, "${1}T${2}"))
    return _from_first_filled(text)


def _from_first_filled(frame: pl.DataFrame) -> Cells:
    if frame.width == 0:
        return Cells(frame, 1, "workbook")
    filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    first = filled.arg_max() if filled.any() else frame.height
    return Cells(frame.slice(first or 0), (first or 0) + 1, "workbook")
