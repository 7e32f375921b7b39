"""Plain tables of any separator and encoding; what goes in comes out."""

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import FileRefused, read_export
from pipelines.readers.delimited import as_utf8, separator_of

Written = Callable[..., Path]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_is_found(separator: str, written: Written) -> None:
    path = written(f"group{separator}note\nG1{separator}x\n")
    assert read_export(path).frame.rows() == [("G1", "x", 2)]


def test_separators_inside_quoted_texts_do_not_mislead(written: Written) -> None:
    path = written('group;"which, if any, of a, b, c"\nG1;"a, b"\nG2;c\n')
    assert read_export(path).frame.rows() == [("G1", "a, b", 2), ("G2", "c", 3)]


def test_a_separator_that_splits_records_unevenly_is_not_chosen() -> None:
    assert separator_of(b"a,1;b,2,3\nx;y,z\nu,v;w\n") == ";"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_names_survive_every_encoding(encoding: str, written: Written) -> None:
    text = "name,city\nJürgen Groß,Köln\nAndré Müller,Nîmes\nÅsa Sjöström,Malmö\n"
    data = b"\xff\xfe" + text.encode(encoding) if encoding == "utf-16-le" else text.encode(encoding)
    raw = read_export(written(data))
    assert raw.frame.columns == ["name", "city", "row_number"]
    assert raw.frame["name"].to_list() == ["Jürgen Groß", "André Müller", "Åsa Sjöström"]


@pytest.mark.parametrize(
    "text",
    [
        "Wie nützlich war es?",
        "Fähigkeit",
        "Müller",
        "Ärger",
        "señor",
        "è\nperché",
        "naïve café",
        "it’s",
        "10 €",
        "é",
    ],
)
def test_one_word_that_is_not_ascii_is_enough_for_the_page_excel_writes(text: str) -> None:
    assert as_utf8(text.encode("cp1252")) == text.encode()


QUESTIONS = "Timestamp,How useful was this session for you?,Anything else you would like to say?\n" * 5


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1250", "Łukasz Żółw\nPaweł Śmiałek\nGrażyna"),
        ("cp1251", "Иван Петров\nОльга Смирнова"),
        ("cp1254", "isim,şehir\nŞule Yıldız,İzmir\nÇağrı Güneş,Muğla"),
        ("cp1253", "όνομα,πόλη\nΓιώργος Παπαδόπουλος,Αθήνα"),
        ("cp932", "山田太郎\n佐藤花子"),
        ("mac_roman", "Jürgen Groß\nÅsa Sjöström"),
    ],
)
def test_names_of_other_alphabets_survive_among_english_questions(encoding: str, names: str) -> None:
    text = QUESTIONS + names
    assert as_utf8(text.encode(encoding)) == text.encode()


def test_rows_are_counted_as_a_spreadsheet_does(written: Written) -> None:
    path = written('group,note\nG1,"two\nlines"\n\nG2,x\n')
    assert read_export(path).frame["row_number"].to_list() == [2, 3, 4]


def test_blank_lines_above_the_headings_count(written: Written) -> None:
    assert read_export(written("\r\n\r\ngroup,note\r\nG1,x\r\n")).frame.rows() == [("G1", "x", 4)]


def test_excel_s_line_naming_the_separator_counts_and_is_obeyed(written: Written) -> None:
    assert read_export(written("sep=;\ngroup;note\nG1;a,b\n")).frame.rows() == [("G1", "a,b", 3)]


def test_old_line_ends_are_read(written: Written) -> None:
    assert read_export(written("group,note\rG1,x\rG2,y")).frame.rows() == [("G1", "x", 2), ("G2", "y", 3)]


def test_short_rows_end_in_empty_cells(written: Written) -> None:
    assert read_export(written("a,b,c\n1\n2,3,4\n")).frame.row(0) == ("1", None, None, 2)


def test_a_row_with_more_cells_than_headings_refuses_the_file(written: Written) -> None:
    with pytest.raises(FileRefused, match="row 3 has 3 cells where the headings have 2") as refusal:
        read_export(written("a,b\n1,2\n3,4,5\n"))
    assert refusal.value.rule == "unreadable_file"


def test_headings_that_look_alike_are_numbered_in_their_order(written: Written) -> None:
    raw = read_export(written("Why?,why? ,row_number,,Other\n1,2,3,4,5\n"))
    assert raw.frame.columns == ["Why? [1]", "why?  [2]", "row_number [1]", "column 4", "Other", "row_number"]


def test_a_file_of_headings_only_has_no_rows(written: Written) -> None:
    raw = read_export(written("group,note\n"))
    assert (raw.n_rows, raw.frame.columns) == (0, ["group", "note", "row_number"])


cells = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs",),
        exclude_characters=[chr(c) for c in (*range(9), *range(14, 27))],
    ),
    max_size=12,
)

# What XML can hold; a carriage return is a line feed there.
sheet_texts = st.text(
    st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\x7f\ufffe\uffff"), max_size=8
)


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(st.tuples(cells, cells, cells), max_size=8),
    separator=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_cell_survives(rows: list[tuple[str, str, str]], separator: str, line_end: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("group", "note", "other"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(buffer.getvalue().encode("utf-8"))
        raw = read_export(path)
    expected = [(*(cell or None for cell in row), number) for number, row in enumerate(rows, start=2)]
    assert raw.n_rows == len(rows)
    assert raw.frame.rows() == expected


def test_line_breaks_in_cells_do_not_shift_rows_of_a_long_file(written: Written) -> None:
    rows = "".join(f'{n},"line one, of {n}\n\n""line"" two"\n' for n in range(60_000))
    raw = read_export(written("number,note\n" + rows))
    assert raw.n_rows == 60_000
    assert raw.frame["number"].to_list() == [str(n) for n in range(60_000)]


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.tuples(sheet_texts, sheet_texts), max_size=6))
def test_any_text_cell_of_a_workbook_survives(rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([("group", "note"), *rows, ("last", "row")]):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell)
        raw = read_export(path)
    assert raw.frame.select("group", "note").rows() == [
        tuple(cell or None for cell in row) for row in [*rows, ("last", "row")]
    ]
    assert raw.n_rows == len(rows) + 1
