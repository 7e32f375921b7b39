"""From exported files to a release: everything between, on a small made-up programme."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from programmes import Ran, run

from models.contracts import CORE_TABLES
from pipelines.publish import current_release
from pipelines.settings import Folders, load_programme
from pipelines.store.deliveries import dropped_rows, list_files, quarantined_rows, row_accounts
from pipelines.store.warehouse import fetch, open_warehouse

pytestmark = pytest.mark.slow


def core_tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with open_warehouse(Folders(folder).database) as connection:
        return {
            table.name: fetch(connection, f"select * from core_{table.name} order by all").rows()
            for table in CORE_TABLES
        }


def counts(folder: Path) -> dict[str, int]:
    with open_warehouse(Folders(folder).database) as connection:
        return {
            table.name: fetch(connection, f"select count(*) as n from core_{table.name}_history")["n"][0]
            for table in CORE_TABLES
        }


def test_a_run_releases_site_report_and_both_duckdb_files(ran_small: Ran) -> None:
    release = ran_small.folder / "published" / "current"
    assert (release / "site" / "index.html").stat().st_size > 10_000
    assert (release / "report" / "report.html").stat().st_size > 5_000
    assert (release / "published.duckdb").is_file()
    name = release.resolve().name
    assert (
        ran_small.folder / "warehouse" / "restricted" / name / "analyst.duckdb"
    ).stat().st_mode & 0o777 == 0o600
    assert ran_small.said == f"Released: {name} is current.\n"


def test_every_source_row_is_stored_superseded_dropped_or_quarantined(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        accounts = row_accounts(connection)
    assert dict(accounts.select("name", "n_rows_in").rows()) == dict(ran_small.exports.rows)
    parts = ("n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")
    assert accounts["n_rows_in"].to_list() == accounts.select(pl.sum_horizontal(parts)).to_series().to_list()


def test_blemishes_end_where_they_belong(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        accounts, dropped = row_accounts(connection), dropped_rows(connection)
    assert accounts["n_rows_quarantined"].sum() == ran_small.exports.n_bad_rows
    assert accounts["n_rows_superseded"].sum() == ran_small.exports.n_corrected_rows
    by_rule = dict(dropped.group_by("rule").agg(pl.col("n_rows").sum()).rows())
    assert by_rule["repeated_row"] == ran_small.exports.n_repeated_rows
    assert by_rule["test_row"] == ran_small.exports.n_test_rows


def test_great_expectations_counts_what_quarantine_holds(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        checks = fetch(connection, "select * from checks where stage = 'staged' and not passed")
        aside = fetch(
            connection,
            "select 'staged_' || table_name as table_name, rule, count(*) as n from set_aside "
            "where disposition = 'quarantined' group by all",
        )
    counted = {(row["table_name"], row["rule"]): row["n_unexpected"] for row in checks.iter_rows(named=True)}
    assert counted == {(row["table_name"], row["rule"]): row["n"] for row in aside.iter_rows(named=True)}
    assert len(counted) >= 5


def test_every_core_check_passed(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        checks = fetch(connection, "select * from checks where stage = 'core'")
    assert checks["passed"].all()
    assert set(checks["table_name"]) == {f"core_{table.name}" for table in CORE_TABLES}


def test_a_second_run_finds_nothing_new(small_copy: Path) -> None:
    before = current_release(Folders(small_copy))
    said, _ = run(small_copy)
    assert said.startswith("Nothing new")
    assert current_release(Folders(small_copy)) == before


def test_the_same_file_under_another_name_adds_nothing(
    small_copy: Path, new_small: Callable[[str], Path]
) -> None:
    other = new_small("other")
    before = counts(small_copy)
    shutil.copyfile(other / "inbox" / "pulse.csv", small_copy / "inbox" / "pulse (1).csv")
    run(small_copy)
    assert counts(small_copy) == before
    assert list((small_copy / "inbox").iterdir()) == []


def test_a_cumulative_export_adds_only_its_new_rows(new_small: Callable[[str], Path]) -> None:
    folder = new_small("cumulative")
    pulse = folder / "inbox" / "pulse.csv"
    lines = pulse.read_bytes().split(b"\r\n")
    whole = pulse.read_bytes()
    pulse.write_bytes(b"\r\n".join(lines[: len(lines) // 2]) + b"\r\n")
    run(folder)
    (folder / "inbox" / "pulse.csv").write_bytes(whole)
    run(folder)
    at_once = new_small("at_once")
    run(at_once)
    assert core_tables(folder) == core_tables(at_once)
    with open_warehouse(Folders(folder).database) as connection:
        accounts = row_accounts(connection)
    parts = ("n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")
    assert accounts["n_rows_in"].to_list() == accounts.select(pl.sum_horizontal(parts)).to_series().to_list()


def test_the_order_of_files_changes_nothing(new_small: Callable[[str], Path]) -> None:
    at_once, one_by_one = new_small("at_once"), new_small("one_by_one")
    run(at_once)
    waiting = one_by_one / "waiting"
    (one_by_one / "inbox").rename(waiting)
    (one_by_one / "inbox").mkdir()
    files = sorted(waiting.iterdir(), reverse=True)
    for batch in (files[:4], files[4:]):
        for path in batch:
            path.rename(one_by_one / "inbox" / path.name)
        run(one_by_one)
    assert core_tables(one_by_one) == core_tables(at_once)
    first, last = current_release(Folders(at_once)), current_release(Folders(one_by_one))
    assert first is not None
    assert last is not None
    assert first.inputs_hash == last.inputs_hash


def test_a_corrected_row_replaces_its_old_version_and_the_old_one_stays_known(small_copy: Path) -> None:
    with open_warehouse(Folders(small_copy).database) as connection:
        history = fetch(connection, "select * from core_answers_history where known_to is not null")
        current = fetch(connection, "select * from core_answers")
    assert history.height > 0
    old = history.row(0, named=True)
    stands = current.filter(person_id=old["person_id"], wave=old["wave"], question_id=old["question_id"])
    assert stands.height == 1
    assert stands["answered_at"][0] > old["answered_at"]


UNREADABLE = {
    "pulse_extra.csv": (b"", "empty_file"),
    "groups_extra.csv": (b"\x00\x01\x02\xff" * 40, "unreadable_file"),
    "roster_extra.csv": (b"Group,Person\nG001,a@example.org\n", "missing_column"),
    "unheard_of.csv": (b"a,b\n1,2\n", "no_source_fits"),
}


def test_files_nobody_can_read_are_refused_by_name_and_the_rest_stands(small_copy: Path) -> None:
    before, released = core_tables(small_copy), current_release(Folders(small_copy))
    for name, (content, _) in UNREADABLE.items():
        (small_copy / "inbox" / name).write_bytes(content)
    _, is_amiss = run(small_copy)
    assert is_amiss
    with open_warehouse(Folders(small_copy).database) as connection:
        refused = list_files(connection).filter(status="refused")
    assert dict(refused.select("name", "rule").rows()) == {name: rule for name, (_, rule) in UNREADABLE.items()}
    assert {path.name for path in (small_copy / "inbox").iterdir()} == set(UNREADABLE)
    assert not any((small_copy / "warehouse" / "landed" / file_id).exists() for file_id in refused["file_id"])
    assert core_tables(small_copy) == before
    assert current_release(Folders(small_copy)) == released


def test_a_refused_file_is_not_tried_again_until_something_changes(small_copy: Path) -> None:
    (small_copy / "inbox" / "unheard_of.csv").write_bytes(b"a,b\n1,2\n")
    run(small_copy)
    said, is_amiss = run(small_copy)
    assert said.startswith("Nothing new")
    assert is_amiss


def test_settings_that_changed_make_a_new_release_without_new_rows(small_copy: Path) -> None:
    before, rows = current_release(Folders(small_copy)), counts(small_copy)
    path = small_copy / "plan.toml"
    path.write_text(path.read_text("utf-8").replace("margin = 0.10", "margin = 0.12"), "utf-8")
    run(small_copy)
    after = current_release(Folders(small_copy))
    assert after is not None
    assert before is not None
    assert after.plan_hash != before.plan_hash
    assert counts(small_copy) == rows


def logged_sessions(folder: Path) -> set[str]:
    with open_warehouse(Folders(folder).database) as connection:
        found = fetch(connection, "select session_id from core_sessions_history where source = 'session_log'")
    return set(found["session_id"])


def test_a_corrected_source_file_replaces_what_its_files_said(small_copy: Path) -> None:
    before = logged_sessions(small_copy)
    path = small_copy / "sources" / "session_log.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('["group", "session"]', '["session", "group"]'), "utf-8")
    run(small_copy)
    after = logged_sessions(small_copy)
    assert len(after) == len(before)
    assert not after & before


def test_reading_again_keeps_when_a_row_was_first_known(small_copy: Path) -> None:
    def first_known() -> list[tuple[object, ...]]:
        with open_warehouse(Folders(small_copy).database) as connection:
            return fetch(
                connection,
                "select person_id, wave, question_id, known_from, known_to "
                "from core_answers_history order by all",
            ).rows()

    before = first_known()
    path = small_copy / "sources" / "pulse.toml"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", "utf-8")
    run(small_copy)
    assert first_known() == before


def test_a_reading_that_fails_now_keeps_the_rows_and_the_copy(small_copy: Path) -> None:
    before = core_tables(small_copy)
    path = small_copy / "sources" / "groups.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('column = "group"', 'column = "groop"'), "utf-8")
    _, is_amiss = run(small_copy)
    assert is_amiss
    assert core_tables(small_copy) == before
    path.write_text(text, "utf-8")
    run(small_copy)
    with open_warehouse(Folders(small_copy).database) as connection:
        assert list_files(connection).filter(status="refused").is_empty()
    assert core_tables(small_copy) == before


def test_quarantine_names_file_row_rule_and_remedy_and_no_value(ran_small: Ran) -> None:
    listed = pl.read_csv(ran_small.programme.folders.quarantine)
    assert listed.columns == ["file", "source", "row_number", "table_name", "rule", "meaning", "remedy"]
    assert listed["remedy"].null_count() == 0
    with open_warehouse(ran_small.programme.folders.database) as connection:
        assert listed.height == quarantined_rows(connection).height
    text = ran_small.programme.folders.quarantine.read_text("utf-8")
    assert "example.org" not in text
    assert "maybe" not in text


def test_a_programme_is_loaded_from_its_own_folder(ran_small: Ran) -> None:
    assert load_programme(ran_small.folder).name == ran_small.programme.name
