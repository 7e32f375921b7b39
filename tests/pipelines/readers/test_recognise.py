"""Which format a file is recognised as, and what is refused."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.readers import FileRefused, read_export, recognise

Sample = Callable[[str], Path]
Written = Callable[..., Path]

SAMPLES_BY_FORMAT = {
    "googleforms_sheet_csv_overwatch_head60.csv": "google_forms",
    "ics_exchange_windows_tzid.ics": "ics",
    "ics_ical4j_EXDATE-IN-UTC.ics": "ics",
    "ics_ical4j_Standup.ics": "ics",
    "limesurvey_semicolon_bom_digitaltwins_en_head30.csv": "limesurvey",
    "qualtrics_sample_3header.csv": "qualtrics",
    "surveymonkey_masculinity_coded_head60.csv": "surveymonkey",
    "surveymonkey_starwars_2row_header_head200.csv": "surveymonkey",
    "typeform_freecodecamp_2016_part1_head120.csv": "typeform",
}
SMALL_EXPORTS = {
    "qualtrics": 'StartDate,Q1\nAnfang,Wie?\n"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\nx,1\n',
    "qualtrics_legacy": "\ufeffV1,V2,Q1,\nResponseID,ResponseSet,How?,\nR_1,Default,2,\n",
    "surveymonkey": "Respondent ID,Collector ID,Start Date,How?\n1,2,x,3\n",
    "typeform": "#,How?,Response Type,Start Date (UTC),Submit Date (UTC),Network ID\n1,2,completed,x,y,z\n",
    "limesurvey": "id. Response ID;submitdate. Date submitted;lastpage. Last page;Q1. How?\n1;x;1;2\n",
    "google_forms": "Horodateur,How?\r\n25/06/2025 16:53:36,3\r\n",
    "csv": "group,number\nG1,1\n",
}


@pytest.mark.parametrize("name", SAMPLES_BY_FORMAT)
def test_every_real_sample_is_recognised_by_its_marks(name: str, sample: Sample) -> None:
    assert recognise(sample(name)).format == SAMPLES_BY_FORMAT[name]


@pytest.mark.parametrize("name", SAMPLES_BY_FORMAT)
def test_every_real_sample_is_read(name: str, sample: Sample) -> None:
    raw = read_export(sample(name))
    assert raw.format == SAMPLES_BY_FORMAT[name]
    assert raw.n_rows == raw.frame.height > 0


@pytest.mark.parametrize("expected", SMALL_EXPORTS)
def test_marks_decide_and_the_name_does_not(expected: str, written: Written) -> None:
    assert recognise(written(SMALL_EXPORTS[expected], "renamed.dat")).format == expected


@pytest.mark.parametrize("heading", ["Zeitstempel", "Marca temporal", "タイムスタンプ"])
def test_google_forms_is_recognised_in_other_languages(heading: str, written: Written) -> None:
    assert recognise(written(f"{heading},Q\n2025/06/25 16:53:36,3\n")).format == "google_forms"


def test_the_download_shape_is_recognised_under_any_heading(written: Written) -> None:
    path = written("Erfasst,Q\r\n2025/06/25 4:53:36 PM UTC+3,a;b\r\n")
    assert recognise(path).format == "google_forms"


def test_a_log_whose_times_name_no_zone_is_a_plain_table(written: Written) -> None:
    assert recognise(written("begun,Q\n2025/06/25 4:53:36 PM,3\n")).format == "csv"


def test_a_column_called_timestamp_without_times_is_a_plain_table(written: Written) -> None:
    assert recognise(written("Timestamp,Q\nyesterday,3\nlater,4\n")).format == "csv"


def test_a_roster_with_an_id_and_bracketed_headings_is_a_plain_table(written: Written) -> None:
    assert recognise(written("id,minutes [check-in],minutes [check-out]\n1,10,12\n")).format == "csv"


def test_a_qualtrics_file_with_an_import_row_is_not_taken_for_a_legacy_one_too(written: Written) -> None:
    path = written('ResponseID,ResponseSet\nAntwort,Satz\n"{""ImportId"":""_id""}",x\nR_1,Default\n')
    assert recognise(path).format == "qualtrics"


def test_a_table_that_uses_a_survey_tool_s_words_elsewhere_is_a_plain_table(written: Written) -> None:
    assert recognise(written("group,seed,last page\nG1,1,2\n")).format == "csv"


def test_a_file_with_the_marks_of_two_tools_is_refused(written: Written) -> None:
    path = written("Timestamp,Respondent ID,Collector ID\n2025/06/25 16:53:36,1,2\n")
    with pytest.raises(FileRefused) as refusal:
        recognise(path)
    assert refusal.value.rule == "two_formats_fit"
    assert "google_forms" in refusal.value.reason
    assert "surveymonkey" in refusal.value.reason


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "  \r\n "])
def test_an_empty_file_is_refused(content: str, written: Written) -> None:
    path = written(content)
    assert recognise(path).format == "unknown"
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    assert refusal.value.rule == "empty_file"


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    assert refusal.value.rule == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
        b"PK\x03\x04 not a package",
        b"$FL2@(#) SPSS DATA FILE",
        b"\x1f\x8b\x08\x00",
        b"\x89PNG\r\n\x1a\n",
        b"a,b\n\x00\x01,\x02\n",
        b"<!doctype html><p>Sign in",
        b"{\\rtf1 Sign in}",
    ],
)
def test_what_is_no_table_is_refused_as_unreadable(content: bytes, written: Written) -> None:
    path = written(content, "pulse.csv")
    assert recognise(path).format == "unknown"
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    assert refusal.value.rule == "unreadable_file"


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"PK\x03\x04 a download of several files", "Unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "Save it as .xlsx"),
        (b"$FL2@(#) SPSS DATA FILE", "Export it as CSV"),
    ],
)
def test_the_refusal_of_what_is_no_table_says_how_to_bring_it(
    content: bytes, remedy: str, written: Written
) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_export(written(content, "pulse.csv"))
    assert remedy in refusal.value.remedy


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    path.write_bytes(path.read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05", 3))
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    assert refusal.value.rule == "unreadable_file"


def test_a_refusal_says_file_rule_reason_and_remedy_and_survives_pickling() -> None:
    refusal = FileRefused("pulse.csv", "empty_file", "it holds no cells", "Export it again")
    assert str(refusal) == "pulse.csv is refused (empty_file): it holds no cells. Export it again."
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError):
        refusal.rule = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "content",
    [
        "Timestamp,Q\n2025/06/25 16:53:36,MARKER,MARKER\n",
        'Timestamp,Q\n"MARKER,2\n',
        "#,Submit Date (UTC),Network ID\nMARKER,MARKER,MARKER,MARKER\n",
        "Timestamp,Respondent ID,Collector ID\n2025/06/25 16:53:36,MARKER,2\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:MARKER\nRRULE:FREQ=MARKER\nSUMMARY:MARKER\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nMARKER MARKER\n",
        '{"group": "MARKER"}\n{"group": "MARKER"\n',
        '{"group": "MARKER", "group": "MARKER"}\n',
        '[{"group": "MARKER"}, "MARKER"]',
        '{"group": ["MARKER"]}\n',
        "PAR1MARKERPAR1",
    ],
)
def test_no_refusal_shows_a_cell(content: str, written: Written) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_export(written(content))
    assert "MARKER" not in str(refusal.value)
    assert refusal.value.__cause__ is None
