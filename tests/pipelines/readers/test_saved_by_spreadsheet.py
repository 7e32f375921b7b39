"""Exports of Google Forms and Microsoft Forms that somebody opened in a spreadsheet and saved again."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.readers import FileRefused, RawTable, read_export, recognise
from pipelines.times import Clock, Place, read_times

Written = Callable[..., Path]


def instants(raw: RawTable, order: str | None) -> list[str]:
    assert raw.recorded_column is not None
    column = raw.frame[raw.recorded_column]
    read = read_times(column, Clock("UTC", order), Place("f.csv", column.name, raw.frame["row_number"]))
    return [str(moment) for moment in read]


@pytest.mark.parametrize(
    ("content", "order"),
    [
        ("Zeitstempel;Wie nützlich war es?\r\n05.01.2026 09:12;5\r\n", "day_first"),
        ("Zeitstempel;Wie nützlich war es?\r\n05-01-2026 09:12;5\r\n", "day_first"),
        ("Timestamp,Wie nützlich war es?\r\n1/5/2026 9:12,5\r\n", "month_first"),
        ("Timestamp,Wie nützlich war es?\r\n2026-01-05 9:12,5\r\n", None),
        ("Timestamp,Wie nützlich war es?\r\n1/5/2026 9:12:00 AM,5\r\n", "month_first"),
    ],
)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_google_s_sheet_saved_as_csv_is_still_known(
    content: str, order: str | None, encoding: str, written: Written
) -> None:
    raw = read_export(written(content.encode(encoding)))
    assert raw.format == "google_forms"
    assert raw.frame.rows() == [(raw.frame.row(0)[0], "5", 2)]
    assert "Wie nützlich war es?" in raw.frame.columns
    assert instants(raw, order) == ["2026-01-05 09:12:00"]


def test_google_s_download_saved_as_csv_keeps_its_zone(written: Written) -> None:
    raw = read_export(written("Erfasst;Q\r\n2025/06/25 4:53:36 PM UTC+3;a,b\r\n"))
    assert raw.format == "google_forms"
    assert raw.frame.rows() == [("2025/06/25 4:53:36 PM UTC+3", "a,b", 2)]


def test_google_s_download_saved_as_workbook_is_still_known(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Erfasst", "Q"])
        sheet.write_row(1, 0, ["2025/06/25 4:53:36 PM UTC+3", 4])
    assert recognise(tmp_path / "f.xlsx").format == "google_forms"


@pytest.mark.parametrize(
    ("content", "order"),
    [
        (
            "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Wie nützlich?\r\n"
            "1;05.01.2026 09:10;05.01.2026 09:12;anonymous;;5\r\n",
            "day_first",
        ),
        (
            "ID,Start time,Completion time,Email,Name,Wie nützlich?\r\n"
            "1,1/5/2026 9:10,1/5/2026 9:12,a@example.org,A,5\r\n",
            "month_first",
        ),
    ],
)
def test_the_workbook_of_microsoft_forms_saved_as_csv_is_still_known(
    content: str, order: str, written: Written
) -> None:
    raw = read_export(written(content.encode("cp1252")))
    assert raw.format == recognise(written(content)).format == "microsoft_forms"
    assert raw.frame["Wie nützlich?"].to_list() == ["5"]
    assert instants(raw, order) == ["2026-01-05 09:12:00"]


def test_a_trailing_separator_and_empty_rows_of_a_spreadsheet_do_no_harm(written: Written) -> None:
    raw = read_export(
        written("ID;Start time;Completion time;Email;How?;;\r\n1;x;y;anonymous;5;;\r\n;;;;;;\r\n")
    )
    assert raw.frame.columns == ["ID", "Start time", "Completion time", "Email", "How?", "row_number"]
    assert raw.frame["row_number"].to_list() == [2, 3]


def test_a_table_that_was_put_into_a_page_is_refused(written: Written) -> None:
    with pytest.raises(FileRefused, match="web page") as refusal:
        read_export(written("<html><table><tr><td>Timestamp</td></tr></table></html>", "export.xls"))
    assert refusal.value.rule == "unreadable_file"
