"""Qualtrics exports of every kind: three rows of headings, two, one; by text, by number; as a spreadsheet left them."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipelines.readers import FileRefused, RawTable, read_export, recognise
from pipelines.readers.delimited import read_cells
from pipelines.readers.qualtrics import read

Written = Callable[..., Path]

IDS = ("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished")
IDS += ("RecordedDate", "ResponseId", "RecipientLastName", "RecipientFirstName", "RecipientEmail")
IDS += ("ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage")
IMPORT_IDS = ("startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate")
IMPORT_IDS += ("_recordId", "recipientLastName", "recipientFirstName", "recipientEmail")
IMPORT_IDS += (
    "externalDataReference",
    "locationLatitude",
    "locationLongitude",
    "distributionChannel",
    "userLanguage",
)
PERSONAL = ("IPAddress", "RecipientLastName", "RecipientFirstName", "LocationLatitude", "LocationLongitude")
GERMAN = (
    "Anfangsdatum",
    "Enddatum",
    "Antworttyp",
    "IP-Adresse",
    "Aktueller Stand",
    "Dauer (in Sekunden)",
    "Beendet",
)
GERMAN += ("Erfassungsdatum", "Antwort-ID", "Nachname", "Vorname", "E-Mail", "Datenreferenz", "Breite", "Länge")
GERMAN += ("Verteilungskanal", "Benutzersprache")


def response(
    number: int,
    *answers: str,
    status: str = "IP Address",
    finished: str = "True",
    progress: str = "100",
    channel: str = "anonymous",
    ended: str = "2018-12-29 23:46:00",
) -> tuple[str, ...]:
    """One response as Qualtrics writes it."""
    who = (f"R_{number}", "Lovelace", "Ada", "ada@example.org", "", "47.1", "7.2")
    return (ended, ended, status, "192.0.2.7", progress, "60", finished, ended, *who, channel, "DE", *answers)


def text_of(rows: Sequence[Sequence[str]], separator: str = ",", line_end: str = "\n") -> str:
    """Rows as delimited text, quoted where needed."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def import_row(*question_ids: str, zone: str | None = None) -> tuple[str, ...]:
    """The third row of headings."""
    named = {} if zone is None else {"timeZone": zone}
    own = [
        json.dumps({"ImportId": name, **(named if name.endswith("Date") else {})}, separators=(",", ":"))
        for name in IMPORT_IDS
    ]
    return (*own, *(json.dumps({"ImportId": name}, separators=(",", ":")) for name in question_ids))


def export(*responses: tuple[str, ...], zone: str | None = None) -> list[tuple[str, ...]]:
    """An export of two questions, the second worded in two lines."""
    head = [
        (*IDS, "Q1", "Q2_1"),
        (*GERMAN, "How useful?", "What else?\n - Time"),
        import_row("QID1", "QID7_1", zone=zone),
    ]
    return [*head, *responses]


def marks_of(raw: RawTable) -> dict[str, list[int]]:
    """Row numbers by rule."""
    rules = raw.marked["rule"].unique(maintain_order=True)
    return {rule: raw.marked.filter(rule=rule)["row_number"].to_list() for rule in rules}


def test_the_real_sample_is_read_below_its_three_rows_of_headings(sample: Callable[[str], Path]) -> None:
    raw = read_export(sample("qualtrics_sample_3header.csv"))
    assert (raw.format, raw.n_rows, raw.recorded_column) == ("qualtrics", 1, "RecordedDate")
    assert raw.frame.select("ResponseId", "Q1", "Q2", "row_number").row(0) == (
        "R_2YPOQ602ER1jkf1",
        "2",
        "Hello World!",
        4,
    )
    assert raw.also_called["Q1"] == ("This is a multiple choice question.", "QID1")
    assert raw.personal == PERSONAL
    assert raw.marked.is_empty()


def test_names_addresses_and_places_are_dropped_and_named_and_what_may_be_an_id_stays(written: Written) -> None:
    raw = read_export(written(text_of(export(response(1, "4", "x")))))
    assert raw.personal == PERSONAL
    assert not set(PERSONAL) & {*raw.frame.columns, *raw.also_called}
    assert raw.frame["RecipientEmail"].to_list() == ["ada@example.org"]
    assert "ExternalReference" in raw.frame.columns
    assert not {"Lovelace", "192.0.2.7", "47.1"} & {str(cell) for cell in raw.frame.row(0)}


def test_personal_columns_are_known_by_their_import_id_when_somebody_renamed_them(written: Written) -> None:
    rows = export(response(1, "4", "x"))
    rows[0] = ("Begun", "Ended", "Kind", "Address", *rows[0][4:])
    raw = read_export(written(text_of(rows)))
    assert raw.personal[0] == "Address"


def test_rows_are_numbered_as_a_spreadsheet_counts_them_though_a_wording_has_two_lines(
    written: Written,
) -> None:
    raw = read_export(written(text_of(export(response(1, "4", "x"), response(2, "5", "y")))))
    assert raw.frame["row_number"].to_list() == [4, 5]
    assert raw.also_called["Q2_1"] == ("What else?\n - Time", "QID7_1")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"status": "Survey Preview"}, "preview"),
        ({"status": "1"}, "preview"),
        ({"status": "Survey Test"}, "preview"),
        ({"status": "2"}, "preview"),
        ({"status": "Spam"}, "preview"),
        ({"status": "8"}, "preview"),
        ({"status": "17"}, "preview"),
        ({"status": "40"}, "preview"),
        ({"status": "Umfragevorschau"}, "preview"),
        ({"status": "in einer Sprache", "channel": "preview"}, "preview"),
        ({"finished": "False"}, "unfinished"),
        ({"finished": "FALSE"}, "unfinished"),
        ({"finished": "0"}, "unfinished"),
        ({"finished": "Falsch"}, "unfinished"),
        ({"finished": "in einer Sprache", "progress": "63"}, "unfinished"),
    ],
)
def test_rows_that_qualtrics_marks_are_marked(cells: dict[str, str], rule: str, written: Written) -> None:
    raw = read_export(written(text_of(export(response(1, "4", "x"), response(2, "5", "y", **cells)))))
    assert marks_of(raw) == {rule: [5]}
    assert raw.n_rows == 2


@pytest.mark.parametrize("status", ["IP Address", "0", "Imported", "4", "16", "32", "Offline", "IP-Adresse"])
@pytest.mark.parametrize("finished", ["True", "1", "TRUE", "Wahr"])
def test_responses_that_count_are_not_marked(status: str, finished: str, written: Written) -> None:
    raw = read_export(written(text_of(export(response(1, "4", "x", status=status, finished=finished)))))
    assert raw.marked.is_empty()


def test_a_question_seen_and_not_answered_is_empty_and_no_other_column_loses_its_number(
    written: Written,
) -> None:
    rows = export(response(1, "-99", "-99"), response(2, "-9", "99"))
    rows = [
        (*row, extra)
        for row, extra in zip(rows, ("Points", "Points", '{"ImportId":"Points"}', "-99", "3"), strict=True)
    ]
    raw = read_export(written(text_of(rows)))
    assert raw.frame.select("Q1", "Q2_1", "Points").rows() == [(None, None, "-99"), ("-9", "99", "3")]


@pytest.mark.parametrize(
    ("named", "zone"),
    [("America/Denver", "America/Denver"), ("Z", "UTC"), ("Nowhere/Land", None), (None, None)],
)
def test_the_zone_the_export_names_is_handed_on(named: str | None, zone: str | None, written: Written) -> None:
    raw = read_export(written(text_of(export(response(1, "4", "x"), zone=named))))
    assert raw.time_zone == zone


def test_import_ids_in_single_quotes_and_camel_case_headings_are_read_too(written: Written) -> None:
    head = (
        ("responseId", "recordedDate", "ipAddress", "Q1"),
        ("responseId", "recordedDate", "ipAddress", "How?"),
    )
    ids = ("{'ImportId': 'responseId'}", "{'ImportId': 'recordedDate', 'timeZone': 'Z'}")
    ids += ("{'ImportId': 'ipAddress'}", "{'ImportId': 'QID1'}")
    raw = read_export(written(text_of((*head, ids, ("R_1", "2026-01-05T09:12:00Z", "192.0.2.7", "4")))))
    assert (raw.format, raw.personal, raw.time_zone) == ("qualtrics", ("ipAddress",), "UTC")
    assert raw.frame.columns == ["responseId", "recordedDate", "Q1", "row_number"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("trailing", [False, True])
def test_separator_line_ends_byte_order_mark_and_a_trailing_separator_make_no_difference(
    separator: str, line_end: str, mark: str, trailing: bool, written: Written
) -> None:
    rows = export(response(1, "4", "x, y; z"), response(2, "5", ""))
    plain = read_export(written(text_of(rows)))
    if trailing:
        rows = [(*row, "") for row in rows]
    other = read_export(written(mark + text_of(rows, separator, line_end), "other.csv"))
    assert other.frame.equals(plain.frame)
    assert other.also_called == plain.also_called


def test_a_copy_saved_by_excel_in_the_code_page_of_windows_is_read(written: Written) -> None:
    rows = export(response(1, "sehr nützlich", "Grüße", ended="29-12-2018 23:46", finished="WAHR"))
    raw = read_export(written(text_of(rows, ";", "\r\n").encode("cp1252")))
    assert raw.format == "qualtrics"
    assert raw.frame.select("RecordedDate", "Q1").row(0) == ("29-12-2018 23:46", "sehr nützlich")


def test_a_workbook_is_read_like_the_text(tmp_path: Path) -> None:
    path = tmp_path / "saved.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(export(response(1, "4", "x"), response(2, "5", "y", finished="False"))):
            sheet.write_row(number, 0, row)
        sheet.write_number(3, len(IDS), 4)
        sheet.write_boolean(4, 6, False)
    raw = read_export(path)
    assert (raw.format, raw.frame["Q1"].to_list(), marks_of(raw)) == (
        "qualtrics",
        ["4", "5"],
        {"unfinished": [5]},
    )


def test_without_the_lower_rows_of_headings_the_answers_are_read_where_they_show_themselves(
    written: Written,
) -> None:
    raw = read_export(written(text_of([(*IDS, "Q1"), response(1, "4"), response(2, "-99", status="1")])))
    assert raw.format == "qualtrics"
    assert raw.frame.select("Q1", "row_number").rows() == [("4", 2), (None, 3)]
    assert marks_of(raw) == {"preview": [3]}
    assert raw.personal == PERSONAL


def test_a_log_with_some_of_the_same_headings_is_a_plain_table(written: Written) -> None:
    head = ("StartDate", "EndDate", "Status", "Progress", "Duration", "Finished", "ResponseId")
    path = written(text_of([head, ("2026-01-05", "2026-01-05", "held", "100", "60", "yes", "7")]))
    assert recognise(path).format == "csv"


def test_the_tab_separated_export_in_utf_16_is_read(written: Written) -> None:
    raw = read_export(written(text_of(export(response(1, "nützlich", "y")), "\t", "\r\n").encode("utf-16")))
    assert (raw.format, raw.frame["Q1"].to_list()) == ("qualtrics", ["nützlich"])


def test_a_row_of_wordings_without_import_ids_is_refused_and_not_taken_for_an_answer(written: Written) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_export(written(text_of([(*IDS, "Q1"), (*GERMAN, "How?"), response(1, "4")])))
    assert refusal.value.rule == "heading_rows_missing"


def test_wordings_that_look_alike_stay_apart_by_their_ids(written: Written) -> None:
    rows = export(response(1, "4", "x"))
    rows[0], rows[1] = (*IDS, "Q1", "Q1"), (*GERMAN, "How?", "How?")
    raw = read_export(written(text_of(rows)))
    assert [name for name in raw.frame.columns if name.startswith("Q1")] == ["Q1 [1]", "Q1 [2]"]
    assert raw.also_called["Q1 [2]"] == ("How?", "QID7_1")


def test_an_export_without_a_response_has_no_rows(written: Written) -> None:
    raw = read_export(written(text_of(export())))
    assert (raw.n_rows, raw.frame.height, raw.marked.height) == (0, 0, 0)


def test_a_tag_that_is_a_pattern_means_itself_alone(written: Written) -> None:
    rows = export(response(1, "-99", "x"))
    rows[0] = (*IDS, "^.*$", "Q2_1")
    more = ("Points", "Points", '{"ImportId":"Points"}', "-99")
    raw = read_export(written(text_of([(*row, extra) for row, extra in zip(rows, more, strict=True)])))
    assert [raw.frame.get_column(name)[0] for name in ("^.*$", "Q2_1", "Points")] == [None, "x", "-99"]


LEGACY_IDS = (*(f"V{number}" for number in range(1, 11)), "Q1", "Q2", "LocationLatitude", "LocationLongitude")
LEGACY_IDS += ("LocationAccuracy", "")
LEGACY_TEXTS = (
    "ResponseID",
    "ResponseSet",
    "Name",
    "ExternalDataReference",
    "EmailAddress",
    "IPAddress",
    "Status",
)
LEGACY_TEXTS += (
    "StartDate",
    "EndDate",
    "Finished",
    "How useful?",
    "Name",
    "LocationLatitude",
    "LocationLongitude",
)
LEGACY_TEXTS += ("LocationAccuracy", "")


def legacy(
    number: int, status: str = "0", finished: str = "1", ended: str = "2018-12-29 23:46:00"
) -> tuple[str, ...]:
    """One response of a legacy export."""
    who = (f"R_{number}", "Standard-Antwortsatz", "Ada Lovelace", "E7", "ada@example.org", "192.0.2.7")
    return (*who, status, ended, ended, finished, "4", "Team Nord", "47.1", "7.2", "-1", "")


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_legacy_export_has_two_rows_of_headings_and_a_trailing_empty_column(
    separator: str, mark: str, written: Written
) -> None:
    rows = [LEGACY_IDS, LEGACY_TEXTS, legacy(1), legacy(2, status="1"), legacy(3, finished="0")]
    path = written(mark + text_of(rows, separator, "\r\n"))
    assert recognise(path).format == "qualtrics_legacy"
    raw = read_export(path)
    assert raw.frame.columns == ["V1", "V2", "V4", "V5", "V7", "V8", "V9", "V10", "Q1", "Q2", "row_number"]
    assert raw.frame["row_number"].to_list() == [3, 4, 5]
    assert raw.personal == ("V3", "V6", "LocationLatitude", "LocationLongitude", "LocationAccuracy")
    assert marks_of(raw) == {"preview": [4], "unfinished": [5]}
    assert raw.recorded_column == "V9"
    assert raw.also_called["V5"] == ("EmailAddress",)
    assert raw.also_called["Q1"] == ("How useful?",)


def test_a_question_worded_name_is_no_name_column_of_the_legacy_export(written: Written) -> None:
    raw = read_export(written(text_of([LEGACY_IDS, LEGACY_TEXTS, legacy(1)])))
    assert raw.frame["Q2"].to_list() == ["Team Nord"]


def test_a_legacy_export_saved_by_excel_is_read(tmp_path: Path) -> None:
    path = tmp_path / "legacy.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([LEGACY_IDS, LEGACY_TEXTS, legacy(1, ended="29-12-2018 23:46")]):
            sheet.write_row(number, 0, row)
    raw = read_export(path)
    assert (raw.format, raw.frame["V9"].to_list()) == ("qualtrics_legacy", ["29-12-2018 23:46"])


def test_a_legacy_export_without_its_second_row_keeps_its_first_response(written: Written) -> None:
    ids = (*LEGACY_TEXTS[:10], "Q1", "Q2", *LEGACY_TEXTS[12:])
    raw = read_export(written(text_of([ids, legacy(1)])))
    assert raw.frame.select("ResponseID", "Q1", "row_number").row(0) == ("R_1", "4", 2)


cell = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=8)


@given(
    tags=st.lists(st.text("Qq1234_ -x", min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=5),
    data=st.data(),
)
def test_whatever_the_tags_and_wordings_every_answer_stands_under_its_own_column(
    tags: list[str], data: st.DataObject
) -> None:
    n = len(tags)
    texts = data.draw(st.lists(cell, min_size=n, max_size=n))
    answers = data.draw(st.lists(st.lists(cell, min_size=n, max_size=n), min_size=1, max_size=4))
    head = [(*IDS, *tags), (*GERMAN, *texts), import_row(*(f"QID{place}" for place in range(n)))]
    rows = [*head, *(response(number, *row) for number, row in enumerate(answers))]
    raw = read(read_cells(text_of(rows).encode(), "drawn.csv"), "drawn.csv")
    questions = raw.frame.select(raw.frame.columns[len(IDS) - len(PERSONAL) : -1])
    assert questions.width == n
    assert questions.rows() == [tuple(answer or None for answer in row) for row in answers]
    assert raw.frame["row_number"].to_list() == list(range(4, 4 + len(answers)))
    assert set(raw.also_called) <= set(raw.frame.columns)
