"""The workbook of Microsoft Forms, and workbooks in general."""

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from pipelines.readers import read_export, recognise

HEADINGS = (
    "ID",
    "Start time",
    "Completion\u00a0time",
    "Email",
    "Name",
    "Last modified time",
    "How useful was\nthis session?",
    "Why?",
    "Why?2",
)


def moment(minute: int) -> dt.datetime:
    return dt.datetime(2026, 1, 5, 9, minute)  # noqa: DTZ001 - Excel knows no zones


def write_forms(path: Path, n_rows: int, headings: Sequence[str] = HEADINGS) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        typed = book.add_format({"num_format": "m/d/yy h:mm:ss"})
        sheet.write_row(0, 0, headings)
        for row in range(1, n_rows + 1):
            sheet.write_number(row, 0, row)
            sheet.write_datetime(row, 1, moment(10), typed)
            sheet.write_datetime(row, 2, moment(12), typed)
            sheet.write_row(row, 3, ["a@example.org", "A"])
            sheet.write_row(row, 6, [4, "because\nof that"])
    return path


def declare_dimension(path: Path, dimension: str) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(
        rb'<dimension ref="[^"]*"/>', f'<dimension ref="{dimension}"/>'.encode(), parts[sheet]
    )
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


def test_cells_come_out_as_text_with_typed_times_as_iso(tmp_path: Path) -> None:
    raw = read_export(write_forms(tmp_path / "checkout.xlsx", 1))
    assert raw.format == "microsoft_forms"
    assert raw.frame.columns == [*HEADINGS, "row_number"]
    assert raw.frame.row(0) == (
        "1",
        "2026-01-05T09:10:00",
        "2026-01-05T09:12:00",
        "a@example.org",
        "A",
        None,
        "4",
        "because\nof that",
        None,
        2,
    )
    assert raw.recorded_column == "Completion\u00a0time"


def test_all_rows_are_read_whatever_dimension_the_package_declares(tmp_path: Path) -> None:
    path = write_forms(tmp_path / "checkout.xlsx", 25)
    declare_dimension(path, "A1")
    trusting = openpyxl.load_workbook(path, read_only=True)
    n_seen = sum(1 for _ in trusting.worksheets[0].iter_rows())
    trusting.close()
    assert n_seen == 1  # what a reader that trusts the dimension gets
    assert read_export(path).n_rows == 25


def test_the_localised_form_is_recognised_by_its_headings(tmp_path: Path) -> None:
    headings = ("ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Uhrzeit", "Q", "R", "S")
    assert recognise(write_forms(tmp_path / "b.xlsx", 0, headings)).format == "microsoft_forms"


def test_an_unknown_language_is_recognised_by_what_stands_below(tmp_path: Path) -> None:
    headings = ("ID", "Awal", "Akhir", "Surel", "Nama", "Diubah", "Q", "R", "S")
    assert recognise(write_forms(tmp_path / "b.xlsx", 2, headings)).format == "microsoft_forms"


@pytest.mark.parametrize("first", ["session", "ID"])
def test_a_session_log_with_two_times_is_a_plain_workbook(tmp_path: Path, first: str) -> None:
    headings = (first, "began", "ended", "room")
    with xlsxwriter.Workbook(tmp_path / "log.xlsx") as book:
        sheet = book.add_worksheet()
        typed = book.add_format({"num_format": "m/d/yy h:mm:ss"})
        sheet.write_row(0, 0, headings)
        sheet.write_number(1, 0, 1)
        sheet.write_datetime(1, 1, moment(1), typed)
        sheet.write_datetime(1, 2, moment(2), typed)
        sheet.write(1, 3, "Room 4")
    assert recognise(tmp_path / "log.xlsx").format == "xlsx"


def test_rows_are_counted_from_the_sheet_s_own_first_row(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "log.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["group", "number"])  # row 3 of the spreadsheet
        sheet.write_row(3, 1, ["G1", 3])
        sheet.write_row(5, 1, ["G2", 2.5])
    raw = read_export(tmp_path / "log.xlsx")
    assert raw.format == "xlsx"
    assert raw.frame.rows() == [("G1", "3", 4), (None, None, 5), ("G2", "2.5", 6)]


def test_only_the_first_sheet_is_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "two.xlsx") as book:
        book.add_worksheet("rows").write_column(0, 0, ["group", "G1"])
        book.add_worksheet("notes").write_column(0, 0, ["other", "x", "y"])
    assert read_export(tmp_path / "two.xlsx").frame.rows() == [("G1", 2)]
