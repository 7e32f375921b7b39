"""SurveyMonkey's exports: two heading rows, one, condensed, coded; in any encoding."""

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

Sample = Callable[[str], Path]
Written = Callable[..., Path]

OWN = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1"
)
TWO_ROWS = (
    f"{OWN},How useful was it?,,Which topics?,,,Why?\n"
    ",,,,,,,,,Response,Other (please specify),Goals,Feedback,Other (please specify),Open-Ended Response\n"
    "118052219061,446111201,10/25/2017 10:15:00 AM,10/25/2017 10:19:00 AM,163.116.1.2,a@example.org,Anna,Ott,7,"
    'Very useful,,Goals,,"tea, and cake","First line\nsecond"\n'
    "118052219062,446111201,10/26/2017 01:05:00 PM,10/26/2017 01:09:00 PM,163.116.1.3,b@example.org,Ben,Ott,8,"
    ",a little,,Feedback,,\n"
)


def test_the_real_two_row_export_gives_every_response_under_its_question(sample: Sample) -> None:
    raw = read_export(sample("surveymonkey_starwars_2row_header_head200.csv"))
    films = "Which of the following Star Wars films have you seen? Please select all that apply."
    fourth = "Star Wars: Episode IV  A New Hope"
    assert (raw.format, raw.n_rows, raw.frame.width) == ("surveymonkey", 200, 38 + 1)
    assert raw.frame["row_number"].to_list() == list(range(3, 203))
    assert raw.frame["RespondentID"][0] == "3292879998"
    assert raw.frame["Which character shot first?"].null_count() < 200
    assert set(raw.frame[f"{films} [{fourth}]"].drop_nulls()) == {fourth}
    assert raw.also_called[f"{films} [{fourth}]"] == (fourth,)
    assert not any("\ufffd" in name for name in raw.frame.columns)


def test_the_real_coded_export_gives_every_response_under_its_codes(sample: Sample) -> None:
    raw = read_export(sample("surveymonkey_masculinity_coded_head60.csv"))
    assert (raw.format, raw.n_rows, raw.frame.width) == ("surveymonkey", 60, 98 + 1)
    assert raw.frame.columns[:5] == ["column 1", "StartDate", "EndDate", "q0001", "q0002"]
    assert raw.frame.select("EndDate", "q0001", "row_number").row(0) == (
        "5/10/18 4:06",
        "Somewhat masculine",
        2,
    )
    assert raw.recorded_column == "EndDate"


def test_questions_fill_forward_and_choices_name_their_columns(written: Written) -> None:
    raw = read_export(written(TWO_ROWS))
    assert raw.frame.columns == [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "Email Address",
        "Custom Data 1",
        "How useful was it?",
        "How useful was it? [Other (please specify)]",
        "Which topics? [Goals]",
        "Which topics? [Feedback]",
        "Which topics? [Other (please specify)]",
        "Why?",
        "row_number",
    ]
    assert raw.frame.select(pl.nth(range(6, 13))).rows() == [
        ("Very useful", None, "Goals", None, "tea, and cake", "First line\nsecond", 3),
        (None, "a little", None, "Feedback", None, None, 4),
    ]


def test_a_choice_is_another_name_of_its_column(written: Written) -> None:
    raw = read_export(written(TWO_ROWS))
    assert raw.also_called == {
        "How useful was it? [Other (please specify)]": ("Other (please specify)",),
        "Which topics? [Goals]": ("Goals",),
        "Which topics? [Feedback]": ("Feedback",),
        "Which topics? [Other (please specify)]": ("Other (please specify)",),
    }


def test_columns_that_name_a_person_are_left_out_but_not_the_address(written: Written) -> None:
    raw = read_export(written(TWO_ROWS))
    assert raw.personal == ("IP Address", "First Name", "Last Name")
    assert raw.frame["Email Address"].to_list() == ["a@example.org", "b@example.org"]
    assert not any("163.116" in str(cell) for row in raw.frame.rows() for cell in row)


def test_the_older_spelling_of_its_columns_is_known(written: Written) -> None:
    headings = "RespondentID,CollectorID,StartDate,EndDate,FirstName,Q\n,,,,,Response\n"
    raw = read_export(written(f"{headings}1,2,x,y,Anna,5\n"))
    assert (raw.personal, raw.recorded_column) == (("FirstName",), "EndDate")
    assert raw.frame["Q"].to_list() == ["5"]


@pytest.mark.parametrize("second", ["", ",,,,,,,,,,\n"])
def test_a_condensed_export_has_an_empty_second_row_or_none(second: str, written: Written) -> None:
    raw = read_export(written(f"{OWN},How?,Why?\n{second}1,2,x,y,,a@example.org,,,,5,because\n"))
    assert raw.frame.select("How?", "Why?").rows() == [("5", "because")]
    assert raw.frame["row_number"].to_list() == [3 if second else 2]


def test_when_the_tool_last_wrote_is_the_recorded_column(written: Written) -> None:
    headings = "Respondent ID,Collector ID,Date Created,Date Modified,How?\n"
    raw = read_export(written(f"{headings},,,,Response\n1,2,10/25/2017 10:15:00 AM,10/25/2017 10:19:00 AM,5\n"))
    assert raw.recorded_column == "Date Modified"


def test_unfinished_responses_are_marked_where_the_export_says_so(written: Written) -> None:
    rows = "1,2,completed,5\n2,2,partial,4\n3,2,,3\n4,2,Disqualified,3\n"
    raw = read_export(written(f"respondent_id,collector_id,response_status,How?\n,,,Response\n{rows}"))
    assert raw.marked.rows() == [(4, "unfinished"), (6, "unfinished")]
    assert raw.n_rows == 4


def test_without_a_status_nobody_is_called_unfinished(written: Written) -> None:
    assert read_export(written(TWO_ROWS)).marked.is_empty()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_headings_and_answers_survive_every_encoding(encoding: str, written: Written) -> None:
    headings = f"{OWN},Wie nützlich war das Gespräch für Sie?\n,,,,,,,,,Response\n"
    raw = read_export(written(f"{headings}1,2,x,y,,,,,,sehr nützlich für Jürgen Groß\n".encode(encoding)))
    assert raw.frame["Wie nützlich war das Gespräch für Sie?"].to_list() == ["sehr nützlich für Jürgen Groß"]


def test_a_blank_heading_without_a_choice_is_numbered_by_its_place(written: Written) -> None:
    raw = read_export(written("Respondent ID,Collector ID,How?,\n,,Response,\n1,2,5,stray\n"))
    assert raw.frame.columns == ["Respondent ID", "Collector ID", "How?", "column 4", "row_number"]


def test_two_questions_with_the_same_choices_stay_apart(written: Written) -> None:
    raw = read_export(written("Respondent ID,Collector ID,Before?,,After?,\n,,Yes,No,Yes,No\n1,2,Yes,,,No\n"))
    assert raw.frame.select("Before? [Yes]", "After? [No]").row(0) == ("Yes", "No")
    assert raw.also_called["Before? [Yes]"] == raw.also_called["After? [Yes]"] == ("Yes",)


def test_a_file_of_headings_only_has_no_rows(written: Written) -> None:
    assert read_export(written(f"{OWN},How?\n,,,,,,,,,Response\n")).n_rows == 0


def test_an_export_saved_by_excel_with_semicolons_is_still_known(written: Written) -> None:
    text = (
        "Respondent ID;Collector ID;Start Date;End Date;Nützlich?;\r\n"
        ";;;;Response;Other (please specify)\r\n"
        "118052219061;446111201;25.10.2017 10:15;25.10.2017 10:19;sehr;größer\r\n"
    )
    raw = read_export(written(text.encode("cp1252")))
    assert raw.format == "surveymonkey"
    assert raw.frame.row(0)[2:] == ("25.10.2017 10:15", "25.10.2017 10:19", "sehr", "größer", 3)


def test_an_export_saved_by_excel_as_workbook_is_still_known(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "m/d/yyyy h:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Respondent ID", "Collector ID", "Start Date", "End Date", "How useful?", ""])
        sheet.write_row(1, 4, ["Response", "Other (please specify)"])
        sheet.write_row(2, 0, [118052219061, 446111201, 43033.4270833333, 43033.4298611111, 5, "x"])
        typed = book.add_format({"num_format": "m/d/yyyy h:mm"})
        for place in (2, 3):
            sheet.write_number(2, place, 43033.425, typed)  # 25 October 2017, 10:12
    raw = read_export(path)
    assert raw.format == recognise(path).format == "surveymonkey"
    assert raw.frame.rows() == [
        ("118052219061", "446111201", "2017-10-25T10:12:00", "2017-10-25T10:12:00", "5", "x", 3)
    ]


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text.strip() and text == text.strip()
)
questions = st.lists(st.tuples(texts, st.lists(texts, max_size=4)), min_size=1, max_size=5)


@settings(deadline=None, max_examples=120)
@given(questions=questions, n_rows=st.integers(0, 4), separator=st.sampled_from(",;\t"))
def test_every_answer_stands_under_its_own_question_and_choice(
    questions: list[tuple[str, list[str]]], n_rows: int, separator: str
) -> None:
    first, second = ["Respondent ID", "Collector ID"], ["", ""]
    expected = []
    for question, choices in questions:
        first += [question, *[""] * (max(len(choices), 1) - 1)]
        second += choices or ["Response"]
        is_single = {choice for choice in choices if choice.casefold() in ("response", "open-ended response")}
        expected += [question if choice in is_single else f"{question} [{choice}]" for choice in choices] or [
            question
        ]
    answers = [[f"{row}.{place}" for place in range(len(first))] for row in range(n_rows)]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([first, second, *answers])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(buffer.getvalue().encode("utf-8"))
        raw = read_export(path)
    names = [name for name in raw.frame.columns if name != "row_number"]
    assert len(names) == len(set(names)) == len(first)
    for name, heading in zip(names[2:], expected, strict=True):
        assert name.startswith(heading)
    assert raw.frame.drop("row_number").rows() == [tuple(row) for row in answers]
    assert raw.frame["row_number"].to_list() == list(range(3, 3 + n_rows))
