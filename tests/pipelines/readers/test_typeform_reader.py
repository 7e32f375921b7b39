"""Typeform's exports: UTC times, HTML in headings, partial responses; as exported and as saved by Excel."""

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import read_export, recognise
from pipelines.times import Clock, Place, read_times

Sample = Callable[[str], Path]
Written = Callable[..., Path]

NEWER = (
    '#,<strong>How useful</strong> was it?,"{{field:01}}, why&nbsp;so?",Goals,Other,Which one?,Other,'
    "Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending\n"
    "abc123,5,because,Goals,,,cake,completed,2023-01-23 06:24:12,,2023-01-23 06:27:59,938f4331f1,,thanks\n"
    "def456,,,,,,,partial,2023-01-24 06:24:12,2023-01-24 06:25:00,,938f4331f1,,\n"
)
OLDER = (
    "#,How useful?,Start Date (UTC),Submit Date (UTC),Network ID\n"
    "a1,5,2016-03-29 21:21:23,2016-03-29 21:23:43,5f57f20d14\n"
    "a2,,2016-03-29 21:22:54,,5f57f20d14\n"
)


def instants(column: pl.Series, zone: str, order: str | None = None) -> list[str]:
    rows = pl.int_range(column.len(), eager=True, dtype=pl.Int64)
    return [str(moment) for moment in read_times(column, Clock(zone, order), Place("f.csv", column.name, rows))]


def test_the_real_export_gives_all_its_rows_and_columns(sample: Sample) -> None:
    raw = read_export(sample("typeform_freecodecamp_2016_part1_head120.csv"))
    assert (raw.format, raw.n_rows, raw.frame.width) == ("typeform", 120, 51 - 1 + 1)
    assert [name for name in raw.frame.columns if name.startswith("Other")] == [
        "Other [1]",
        "Other [2]",
        "Other [3]",
        "Other [4]",
    ]
    assert raw.frame.select("#", "Submit Date (UTC)", "row_number").row(0) == (
        "995106cd710ec2af0e371cbe5e1f68fb",
        "2016-03-29 21:23:43 UTC",
        2,
    )
    assert (raw.recorded_column, raw.personal) == ("Submit Date (UTC)", ("Network ID",))
    assert raw.marked.is_empty()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_its_times_are_utc_whatever_the_zone_of_the_source(zone: str, written: Written) -> None:
    raw = read_export(written(NEWER))
    assert instants(raw.frame["Submit Date (UTC)"], zone) == ["2023-01-23 06:27:59", "None"]
    assert instants(raw.frame["Stage Date (UTC)"], zone) == ["None", "2023-01-24 06:25:00"]


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("29-12-2018 23:46", "day_first"),
        ("29.12.2018 23:46", "day_first"),
        ("12/29/2018 11:46 PM", "month_first"),
        ("12/29/2018 11:46:00 p.m.", "month_first"),
        ("2018-12-29T23:46:00", None),
        ("2018-12-29T23:46:00Z", None),
        ("2018-12-29 23:46:00 UTC", None),
    ],
)
def test_times_rewritten_by_a_spreadsheet_are_still_utc(cell: str, order: str | None, written: Written) -> None:
    raw = read_export(written(f"#;Q;Submit Date (UTC);Network ID\r\na1;5;{cell};x\r\n"))
    assert raw.format == "typeform"
    assert instants(raw.frame["Submit Date (UTC)"], "Asia/Tokyo", order) == ["2018-12-29 23:46:00"]


def test_headings_keep_their_text_and_are_also_called_without_html(written: Written) -> None:
    raw = read_export(written(NEWER))
    assert raw.frame.columns[1:3] == ["<strong>How useful</strong> was it?", "{{field:01}}, why&nbsp;so?"]
    assert raw.also_called == {
        "<strong>How useful</strong> was it?": ("How useful was it?",),
        "{{field:01}}, why&nbsp;so?": ("{{field:01}}, why so?",),
    }


def test_columns_called_alike_are_numbered_in_their_order(written: Written) -> None:
    raw = read_export(written(NEWER))
    assert raw.frame.select("Other [1]", "Other [2]").row(0) == (None, "cake")


def test_partial_responses_are_marked_by_their_type(written: Written) -> None:
    assert read_export(written(NEWER)).marked.rows() == [(3, "unfinished")]


def test_older_exports_mark_what_was_never_submitted(written: Written) -> None:
    assert read_export(written(OLDER)).marked.rows() == [(3, "unfinished")]


def test_an_empty_row_is_empty_and_not_unfinished(written: Written) -> None:
    assert read_export(written(OLDER + ",,,,\n")).marked.rows() == [(3, "unfinished")]


def test_the_network_is_left_out(written: Written) -> None:
    raw = read_export(written(NEWER))
    assert raw.personal == ("Network ID",)
    assert not any("938f4331f1" in str(cell) for row in raw.frame.rows() for cell in row)


def test_an_export_saved_by_excel_as_workbook_is_still_known(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["#", "How useful?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"])
        sheet.write_row(1, 0, ["a1", 5])
        typed = book.add_format({"num_format": "m/d/yyyy h:mm"})
        for place in (2, 3):
            sheet.write_number(1, place, 43463.990277777775, typed)  # 29 December 2018, 23:46
    raw = read_export(path)
    assert raw.format == recognise(path).format == "typeform"
    assert instants(raw.frame["Submit Date (UTC)"], "Asia/Tokyo") == ["2018-12-29 23:46:00"]


def test_a_list_numbered_under_a_hash_is_a_plain_table(written: Written) -> None:
    assert recognise(written("#,group\n1,G1\n")).format == "csv"


def test_questions_called_like_the_tool_s_own_columns_are_not_taken_for_them(written: Written) -> None:
    own = "Response Type,Start Date (UTC),Submit Date (UTC),Network ID"
    raw = read_export(written(f"#,#,{own},{own}\na1,b,partial,x,y,z,completed,x,2023-01-23 06:27:59,net\n"))
    assert raw.personal == ("Network ID [2]",)
    assert raw.recorded_column == "Submit Date (UTC) [2]"
    assert raw.marked.is_empty()


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=14)
headings = names | st.sampled_from(["#", "Network ID", "Submit Date (UTC)", "Other", "<b>Other</b>"])


@settings(deadline=None, max_examples=120)
@given(questions=st.lists(headings, max_size=6), n_rows=st.integers(0, 4))
def test_whatever_the_questions_are_called_every_answer_keeps_its_place(
    questions: list[str], n_rows: int
) -> None:
    own = ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    answers = [[f"{row}.{place}" for place in range(len(questions) + 1)] for row in range(n_rows)]
    times = ["2023-01-23 06:24:12", "2023-01-23 06:27:59", "net"]
    buffer = io.StringIO()
    rows = [["#", *questions, *own], *([*row, *times] for row in answers)]
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(buffer.getvalue().encode("utf-8"))
        raw = read_export(path)
    kept = [0, *(place for place, name in enumerate(questions, start=1) if name.strip() or n_rows)]
    assert raw.frame.drop("row_number").rows() == [
        (*(row[place] for place in kept), "2023-01-23 06:24:12 UTC", "2023-01-23 06:27:59 UTC")
        for row in answers
    ]
    assert set(raw.also_called) <= set(raw.frame.columns)
