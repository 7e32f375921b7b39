"""From an XLSX workbook to the cells of its first sheet.

What belongs here: reading all rows whatever dimension the package declares, and typed cells as text.
What does not: how much the package may unfold to (`package`), what the headings mean, or which tool wrote the
file (`recognise`).
"""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import PolarsError

from pipelines.readers.limits import check_cell_lengths, check_characters, check_table_size
from pipelines.readers.package import BROKEN, check_package
from pipelines.readers.raw import Cells
from pipelines.readers.refusal import FileRefused

# The reader of workbooks logs what it stumbles on, which may be a cell.
for _name in ("calamine", "fastexcel"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_TYPED_TIME = r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$"


def is_workbook(path: Path) -> bool:
    """Whether the file is a package with a workbook inside, whatever its name says."""
    try:
        with zipfile.ZipFile(path) as package:
            return "xl/workbook.xml" in package.namelist()
    except BROKEN:
        return False


def read_cells(path: Path) -> Cells:
    """The cells of the first sheet, rows counted from the sheet's own row 1.

    Typed dates and times become `2026-01-05T09:12:00`; numbers lose a trailing `.0`.

    Raises:
        FileRefused: `unreadable_file` where the package is damaged or holds no sheet of cells;
            `package_too_large`, `too_many_columns` or `cell_too_large` beyond the bounds.
    """
    try:
        check_package(path)
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
    except (fastexcel.FastExcelError, PolarsError, *BROKEN):
        # The library's message may quote what it stumbled on.
        raise FileRefused(
            path.name,
            "unreadable_file",
            "it is a workbook whose first sheet cannot be read",
            "Open it in a spreadsheet, save it as .xlsx again and bring that copy",
        ) from None
    check_table_size(path.name, frame.height, frame.width)
    check_cell_lengths(frame, 1, path.name)
    check_characters(frame, 1, path.name)
    text = frame.with_columns(pl.all().cast(pl.String).replace("", None).str.replace(_TYPED_TIME, "${1}T${2}"))
    return _from_first_filled(text)


def _from_first_filled(frame: pl.DataFrame) -> Cells:
    if frame.width == 0:
        return Cells(frame, 1, "workbook")
    filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    first = filled.arg_max() if filled.any() else frame.height
    return Cells(frame.slice(first or 0), (first or 0) + 1, "workbook")
