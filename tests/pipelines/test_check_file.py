"""What `peerlift check` says of a file: every row's fate, what is not mapped, and nothing changed."""

import io
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.check_file import check_file
from pipelines.new_programme import make_programme
from pipelines.settings import load_programme

SOURCE = """
format = "csv"
files = ["answers*.csv"]
[[drop]]
rule = "test_row"
when = { column = "mail", matches = "^test" }
[[rows]]
table = "answers"
when = { column = "mail", filled = true }
[rows.columns]
person_id = { column = "mail" }
wave = { value = "baseline" }
answered_at = { column = "at" }
recorded_at = { column = "at" }
[rows.questions]
usefulness = { column = "How useful was it?" }
trust = { column = "Open?" }
"""
HEADING = "at,mail,How useful was it?,Open?,Anything else you want to say?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_programme(tmp_path / "programme")
    (tmp_path / "programme" / "sources" / "answers.toml").write_text(SOURCE, "utf-8")
    return tmp_path / "programme"


def said(folder: Path, *rows: str, heading: str = HEADING, every_row: bool = False) -> str:
    path = folder.parent / "answers.csv"
    path.write_text("\n".join((heading, *rows)) + "\n", "utf-8")
    terminal = io.StringIO()
    check_file(load_programme(folder), path, Console(file=terminal, width=100), every_row=every_row)
    return terminal.getvalue()


ROW = "2026-01-05T10:00:00Z,{mail},{useful},4,hello"


def row(mail: str, useful: str = "3") -> str:
    return ROW.format(mail=mail, useful=useful)


def test_each_file_of_an_archive_is_checked_under_its_name_and_nothing_is_left_behind(folder: Path) -> None:
    archive = folder.parent / "exports.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("answers.csv", f"{HEADING}\n{row('a@x')}\n")
        packed.writestr("odd.csv", "a,b\n1,2\n")
    before = sorted(folder.parent.rglob("*"))
    terminal = io.StringIO()
    assert check_file(load_programme(folder), archive, Console(file=terminal, width=200))
    assert "exports.zip/answers.csv: csv, read by sources/answers.toml, 1 rows" in terminal.getvalue()
    assert "exports.zip/odd.csv is refused (no_source_fits)" in terminal.getvalue()
    assert sorted(folder.parent.rglob("*")) == before


def test_rows_left_out_are_listed_by_rule_twenty_at_most(folder: Path) -> None:
    text = said(folder, *(row("test@x") for _ in range(25)))
    assert f"Left out: test_row: rows {', '.join(map(str, range(2, 22)))} ..." in text


def test_rows_a_later_row_replaces_are_named(folder: Path) -> None:
    text = said(folder, row("a@x"), row("b@x"), row("a@x", "5"))
    assert "Superseded by a later row of the file: answers: rows 2\n" in text


def test_of_rows_recorded_at_different_times_the_earlier_is_replaced_wherever_it_stands(folder: Path) -> None:
    text = said(folder, row("a@x"), row("a@x").replace("10:00:00", "09:00:00"))
    assert "Superseded by a later row of the file: answers: rows 3\n" in text


def test_a_row_that_is_set_aside_replaces_nothing(folder: Path) -> None:
    text = said(folder, row("a@x"), row("a@x", "nonsense"))
    assert "Would be set aside: answers, readable:score: rows 3." in text
    assert "Superseded" not in text


def test_where_the_first_complete_answer_stands_it_says_so(folder: Path) -> None:
    path = folder / "sources" / "answers.toml"
    path.write_text('several_answers = "first_complete"\n' + SOURCE, "utf-8")
    text = said(folder, row("a@x"), row("a@x", "5"))
    assert "Said again by a later row, the first complete one stands: answers: rows 2" in text


def test_headings_that_drifted_and_questions_nobody_reads_are_said_with_lines_to_paste(folder: Path) -> None:
    text = said(folder, row("a@x"), heading=HEADING.replace("Open?", "4) Open? *"))
    assert (
        "Notice: heading_drifted: headings differ from the source file: `Open?` was found as `4) Open? *`."
        in text
    )
    assert 'ignore = ["Anything else you want to say?"]' in text


def test_answers_that_are_not_listed_are_shown_where_several_gave_them(folder: Path) -> None:
    text = said(folder, row("a@x", "Quite"), row("b@x", "Quite"), row("c@x", "Only mine"))
    assert '"Quite" = SCORE   # 1 to 5   (2 rows)' in text
    assert "Only mine" not in text


def test_a_line_to_paste_is_not_broken_where_the_terminal_ends(folder: Path) -> None:
    long = "A question with very many words " * 5 + "?"
    text = said(folder, row("a@x") + ",x", heading=f"{HEADING},{long}")
    assert f'"{long}"]' in text


def test_every_row_s_fate_is_said_on_request(folder: Path) -> None:
    rows = (row("a@x"), row("test@x"), row("a@x", "4"), row("b@x", "nonsense"), ",,,,")
    lines = said(folder, *rows, every_row=True).splitlines()
    assert [line for line in lines if line.startswith("row ")] == [
        "row 2: answers (2), superseded by a later row: answers",
        "row 3: left out: test_row",
        "row 4: answers (2)",
        "row 5: answers (2), set aside: answers, readable:score",
        "row 6: left out: empty_row",
    ]
    assert not any(line.startswith("row ") for line in said(folder, *rows).splitlines())


def test_nothing_in_the_programme_is_changed(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    folders = sorted(folder.rglob("*"))
    said(folder, row("a@x", "nonsense"), row("test@x"), every_row=True)
    assert sorted(folder.rglob("*")) == folders
    assert {path: path.read_bytes() for path in before} == before
