"""What the codebook leaves out is said once, counted and never quoted in what is stored."""

import polars as pl
import pytest

from models.catalogue import questions
from pipelines.codebook_gaps import AnswerGap, answer_gaps, answer_line, question_lines, repeated_texts
from pipelines.column_names import find_columns
from pipelines.identity import IdentityKey
from pipelines.mapping import StagedFile, map_rows
from pipelines.notices import Notice
from pipelines.readers import RawTable
from pipelines.source_file import SourceFile, read_source_file

SOURCE = """
format = "google_forms"
files = ["pulse*"]
[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "E-mail" }
wave = { value = "baseline" }
answered_at = { column = "Timestamp" }
[rows.questions]
usefulness = { column = "Useful?" }
[[rows]]
table = "outcome_reports"
when = { column = "Outcome", filled = true }
[rows.columns]
person_id = { column = "E-mail" }
reported_at = { column = "Timestamp" }
state = { column = "Outcome", choices = { "Done" = "done" } }
confirmed_by = { value = "self" }
"""
PLAIN = {"Timestamp": "2026-01-05T10:00:00Z", "E-mail": "a@example.org", "Useful?": "3", "Outcome": "Done"}


def source(extra: str = "") -> SourceFile:
    return read_source_file(extra + SOURCE, "pulse")


def raw_of(*rows: dict[str, str | None], file_format: str = "google_forms") -> RawTable:
    filled = [{**PLAIN, **row} for row in rows]
    frame = pl.DataFrame(filled, schema=dict.fromkeys(filled[0], pl.String()))
    numbers = pl.int_range(2, 2 + len(rows), dtype=pl.Int64, eager=True).alias("row_number")
    return RawTable(file_format, frame.with_columns(numbers), len(rows), recorded_column="Timestamp")


def staged(raw: RawTable, described: SourceFile) -> StagedFile:
    key = IdentityKey(b"k" * 32)
    return map_rows(raw, described, file="pulse.csv", key=key, questions=questions(), time_zone="UTC")


def notices(*rows: dict[str, str | None], extra: str = "", file_format: str = "google_forms") -> list[Notice]:
    return list(staged(raw_of(*rows, file_format=file_format), source(extra)).notices)


def gap_of(*rows: dict[str, str | None]) -> tuple[AnswerGap, RawTable]:
    raw = raw_of(*rows)
    described = source()
    found = find_columns(raw, "pulse.csv", described.columns)
    (gap,) = answer_gaps(described, found, staged(raw, described).tables)
    return gap, raw


def test_a_file_its_codebook_covers_has_no_notice() -> None:
    assert notices({}) == []


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("What else?", "x"), ("A sentence of four words", "x"), ("4) I can speak openly in my group.", "Agree")],
)
def test_a_heading_that_looks_like_a_question_and_is_not_read_is_said_once(heading: str, cell: str) -> None:
    (notice,) = notices({heading: cell}, {heading: cell})
    assert notice.rule == "unmapped_questions"
    assert f"`{heading}`" in notice.detail


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Name", "x"),
        ("When did you write this?", "2026-01-05 10:00"),
        ("When did you write this?", "5.1.2026"),
        ("What is your e-mail address?", "a@example.org"),
        ("Uhrzeit der letzten Änderung", None),
    ],
)
def test_columns_of_a_tool_are_no_questions(heading: str, cell: str | None) -> None:
    assert notices({heading: cell}) == []


def test_what_the_source_ignores_is_not_said_however_its_heading_drifts() -> None:
    assert notices({"3) What will you do? *": "x"}, extra='ignore = ["What will you do?"]\n') == []


def test_a_question_of_the_catalogue_comes_with_its_line() -> None:
    (notice,) = notices({"I can speak openly in my group.": "Agree"})
    assert 'trust = { column = "I can speak openly in my group." }' in notice.remedy


def test_many_questions_are_one_notice_that_names_ten_and_counts_the_rest() -> None:
    (notice,) = notices({f"Question number {n} is this?": "x" for n in range(13)})
    assert "`Question number 9 is this?` and 3 more" in notice.detail


def test_lines_to_paste_read_what_the_catalogue_has_and_ignore_the_rest() -> None:
    lines = list(question_lines({"Open?": "trust", "What?": None}, source('ignore = ["Why?"]\n')))
    assert '  trust = { column = "Open?" }' in lines
    assert '  ignore = ["Why?", "What?"]' in lines


def test_answers_the_codebook_lacks_are_counted_by_column_with_their_rows_and_never_quoted() -> None:
    found = notices({"Useful?": "MARKER"}, {}, {"Useful?": "MARKER", "Outcome": "MARKED"})
    by_target = {notice.detail.split("`")[1]: notice for notice in found}
    assert {notice.rule for notice in found} == {"unmapped_answers"}
    assert by_target["Useful?"].detail.endswith("that usefulness does not list: 2")
    assert (by_target["Useful?"].rows, by_target["Outcome"].rows) == ((2, 4), (4,))
    assert "MARKE" not in str(found)


def test_a_notice_names_twenty_rows_at_most() -> None:
    (notice,) = notices(*({"Useful?": "other"},) * 25)
    assert notice.rows == tuple(range(2, 22))
    assert notice.detail.endswith(": 25")


def test_only_short_texts_without_an_address_that_several_rows_give_are_shown() -> None:
    told = {"given once": 1, " Ganz gut ": 2, "x@y.org": 2, "z" * 61: 2, "y" * 60: 2}
    gap, raw = gap_of(*({"Useful?": text} for text, n in told.items() for _ in range(n)))
    assert repeated_texts(gap, raw) == {"Ganz gut": 2, "y" * 60: 2}


def test_the_line_for_an_answer_has_the_score_only_where_the_catalogue_knows_it_almost() -> None:
    gap, raw = gap_of(*({"Useful?": text} for text in ("Very usefull", "Quite", "Very usefull", "Quite")))
    lines = [answer_line(text, gap, questions()) for text in repeated_texts(gap, raw)]
    assert lines == ['"Very usefull" = 4', '"Quite" = SCORE   # 1 to 5']


def test_the_line_for_a_choice_names_what_it_may_mean() -> None:
    gap, _ = gap_of({"Outcome": "Perhaps"}, {"Outcome": "Perhaps"})
    assert answer_line("Perhaps", gap, questions()) == '"Perhaps" = "done|not_done|withdrawn"'


def test_a_calendar_has_no_questions() -> None:
    assert notices({"A sentence of four words": "x"}, file_format="ics") == []
