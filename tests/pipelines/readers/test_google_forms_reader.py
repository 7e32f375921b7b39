"""Both shapes in which Google Forms hands out responses."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from pipelines.readers import read_export

Written = Callable[..., Path]

DOWNLOAD = (
    '"Zeitstempel","Wie nützlich war es? ","Themen","Anmerkung","Anmerkung"\r\n'
    '"2025/06/25 4:53:36 PM UTC+3","5","a;b","erste\nzweite",""\r\n'
    '"2025/06/26 9:00:00 AM UTC+3","4","","Sie sagte ""ja""","x, y"\r\n'
)


def test_the_real_sheet_gives_all_its_rows_and_columns(sample: Callable[[str], Path]) -> None:
    raw = read_export(sample("googleforms_sheet_csv_overwatch_head60.csv"))
    assert (raw.format, raw.n_rows, raw.frame.width) == ("google_forms", 60, 103 + 1)
    assert raw.frame["Timestamp"][0] == "9/25/2019 1:17:26"
    assert raw.recorded_column == "Timestamp"


def test_the_download_gives_its_cells_as_they_are(written: Written) -> None:
    raw = read_export(written(DOWNLOAD))
    assert raw.frame.columns == [
        "Zeitstempel",
        "Wie nützlich war es? ",
        "Themen",
        "Anmerkung [1]",
        "Anmerkung [2]",
        "row_number",
    ]
    assert raw.frame.rows() == [
        ("2025/06/25 4:53:36 PM UTC+3", "5", "a;b", "erste\nzweite", None, 2),
        ("2025/06/26 9:00:00 AM UTC+3", "4", None, 'Sie sagte "ja"', "x, y", 3),
    ]


def test_trailing_blank_columns_and_rows_do_no_harm(written: Written) -> None:
    raw = read_export(written("Timestamp,Q,,\r\n9/25/2019 1:17:26,3,,\r\n,,,\r\n"))
    assert raw.frame.columns == ["Timestamp", "Q", "row_number"]
    assert raw.frame.rows() == [("9/25/2019 1:17:26", "3", 2), (None, None, 3)]


def test_a_sheet_saved_as_workbook_is_google_forms_too(tmp_path: Path) -> None:
    path = tmp_path / "responses.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Timestamp", "Q"])
        typed = book.add_format({"num_format": "m/d/yyyy h:mm:ss"})
        sheet.write_datetime(1, 0, dt.datetime(2026, 1, 5, 9, 12), typed)  # noqa: DTZ001 - Excel knows no zones
        sheet.write(1, 1, 4)
    raw = read_export(path)
    assert raw.format == "google_forms"
    assert raw.frame.rows() == [("2026-01-05T09:12:00", "4", 2)]
