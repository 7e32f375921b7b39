"""The lists of what is in quarantine: one of now, one for each run, and none for ever."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from taken_in import aside, commitments_source, csv, programme_of, take_in

from models.contracts import CORE_TABLES
from models.cross_rules import CROSS_RULES
from pipelines.settings import Programme
from pipelines.stages import quarantine
from pipelines.stages.quarantine import explained_rules, rules_of

GOOD, BAD = "a,ada@example.org,2026-09-01 12:00,1", "b,ben@example.org,2026-09-01 12:00,9"
MENDED = BAD.replace(",9", ",5")


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return programme_of(tmp_path / "programme", sheet=commitments_source("*.csv"))


def lists(programme: Programme) -> list[Path]:
    return sorted((programme.folders.warehouse / "quarantine").glob("*.csv"))


def test_a_row_is_listed_with_source_rule_meaning_and_remedy_and_no_value(programme: Programme) -> None:
    take_in(programme, 0, sheet__csv=csv(GOOD, BAD))
    (row,) = pl.read_csv(programme.folders.quarantine).rows(named=True)
    assert row == {
        "file": "sheet.csv",
        "source": "sheet",
        "row_number": 3,
        "table_name": "commitments",
        "rule": "range:difficulty_1_5",
        "meaning": "difficulty_1_5 lies outside its range.",
        "remedy": "difficulty_1_5 must be a whole number from 1 to 5.",
    }


def test_each_run_leaves_its_list_and_a_corrected_file_empties_the_one_of_now(programme: Programme) -> None:
    take_in(programme, 0, sheet__csv=csv(GOOD, BAD))
    take_in(programme, 7, sheet__csv=csv(GOOD, MENDED))
    assert aside(programme) == []
    assert [path.name for path in lists(programme)] == ["2026-10-04T12-00-00.csv", "2026-10-11T12-00-00.csv"]
    assert [pl.read_csv(path).height for path in lists(programme)] == [1, 0]
    assert programme.folders.quarantine.read_bytes() == lists(programme)[1].read_bytes()
    assert lists(programme)[0].stat().st_mode & 0o777 == 0o600


def test_old_lists_go(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "RUNS_KEPT", 2)
    for run in range(3):
        take_in(programme, run)
    assert [path.name[:10] for path in lists(programme)] == ["2026-10-05", "2026-10-06"]


def test_every_rule_that_sets_rows_aside_is_explained() -> None:
    known = explained_rules()
    staged = {(table.name, rule.name) for table in CORE_TABLES for rule in rules_of(table, "staged")}
    assert set(known) == staged | {(rule.table.name, rule.name) for rule in CROSS_RULES}
    assert all(rule.meaning.endswith(".") and "None" not in rule.meaning for rule in known.values())


def test_a_row_with_several_answers_is_listed_once_under_a_rule(tmp_path: Path) -> None:
    pulse = """
        format = "csv"
        files = ["*.csv"]
        [[rows]]
        table = "answers"
        [rows.columns]
        person_id = { column = "who" }
        wave = { column = "wave" }
        answered_at = { column = "at" }
        [rows.questions]
        trust = { column = "trust" }
        meaningful_talk = { column = "talk" }
    """
    programme = programme_of(tmp_path / "asked", pulse=pulse)
    take_in(programme, 0, pulse__csv="who,wave,at,trust,talk\nada@example.org,eins,2026-09-01 12:00,4,5\n")
    rules = pl.read_csv(programme.folders.quarantine).select("row_number", "rule").rows()
    assert sorted(rules) == [(2, "readable:wave")]
