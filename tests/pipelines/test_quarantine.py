"""What `peerlift quarantine` says: which rows, what it means, what to do; and nobody's value."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from taken_in import commitments_source, csv, programme_of, take_in

from pipelines.cli import main
from pipelines.quarantine import print_quarantine
from pipelines.settings import Programme

ROW = "{},{}@example.org,2026-09-01 12:00,{}"


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """Three rows in quarantine of two files, under two rules."""
    made = programme_of(tmp_path_factory.mktemp("quarantine") / "programme", sheet=commitments_source("*.csv"))
    first = csv(ROW.format("a", "ada", 777), ROW.format("b", "ben", 1), ROW.format("c", "cyd", 888))
    take_in(made, 0, sales__csv=first, it__csv=csv(ROW.format("d", "dan", "hard")))
    return made


def said(programme: Programme, file: str | None = None, rule: str | None = None) -> tuple[bool, str]:
    out = io.StringIO()
    return print_quarantine(programme, file, rule, Console(file=out, width=200)), out.getvalue()


def test_rows_are_listed_rule_by_rule_with_meaning_and_remedy(programme: Programme) -> None:
    is_any, text = said(programme)
    assert is_any
    assert text.splitlines()[:8] == [
        "readable:difficulty_1_5 (commitments), 1 row",
        "  difficulty_1_5 is filled, but can't be read as what it should be.",
        "  Write difficulty_1_5 as a whole number from 1 to 5, or add the value to the source file's codebook.",
        "  it.csv: row 2",
        "range:difficulty_1_5 (commitments), 2 rows",
        "  difficulty_1_5 lies outside its range.",
        "  difficulty_1_5 must be a whole number from 1 to 5.",
        "  sales.csv: rows 2, 4",
    ]


def test_nobodys_value_is_said(programme: Programme) -> None:
    text = said(programme)[1]
    assert not any(value in text for value in ("777", "888", "hard", "example.org"))


@pytest.mark.parametrize(
    ("file", "rule", "rules"),
    [
        ("it.csv", None, ["readable:"]),
        ("S*", None, ["range:"]),
        (None, "range:*", ["range:"]),
        (None, "RANGE:difficulty_1_5", ["range:"]),
        ("it.csv", "range:*", []),
    ],
)
def test_files_and_rules_can_be_chosen(
    programme: Programme, file: str | None, rule: str | None, rules: list[str]
) -> None:
    is_any, text = said(programme, file, rule)
    assert is_any is bool(rules)
    assert [name for name in ("readable:", "range:") if f"{name}difficulty_1_5 (" in text] == rules
    assert is_any or text == "No row in quarantine fits.\n"


def test_an_empty_quarantine_and_a_programme_that_never_ran_say_so(tmp_path: Path) -> None:
    programme = programme_of(tmp_path / "programme", sheet=commitments_source("*.csv"))
    assert said(programme) == (False, "No run yet: `peerlift run` reads what is in the inbox.\n")
    assert not programme.folders.database.exists()
    take_in(programme, 0, sheet__csv=csv(ROW.format("a", "ada", 1)))
    assert said(programme) == (False, "Nothing is in quarantine.\n")


@pytest.mark.parametrize(
    ("options", "code"), [((), 3), (("--file", "nothing.csv"), 0), (("--rule", "range:*"), 3)]
)
def test_the_command_ends_with_three_where_rows_are_set_aside(
    programme: Programme, options: tuple[str, ...], code: int
) -> None:
    result = CliRunner().invoke(main, ["--programme", str(programme.folders.root), "quarantine", *options])
    assert result.exit_code == code, result.output
