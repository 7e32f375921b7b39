"""Which version of a row stands, whatever the order in which files come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from drawn import at, on
from staged import Row, staged

from models.contracts import ANSWERS, COMMITMENTS, OUTCOME_REPORTS, PEOPLE, SESSIONS, Table
from models.plan import Plan
from pipelines.settings import Cut
from pipelines.store.derive import put_run_settings
from pipelines.store.history import append_versions, build_core, create_history_views, put_staged
from pipelines.store.warehouse import Connection, fetch, open_warehouse

KEY = {"commitment_id": "c", "person_id": "p", "made_at": at(0)}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        yield opened


def deliver(
    connection: Connection,
    file_id: str,
    day: float,
    *rows: Row,
    table: Table = COMMITMENTS,
    source: str = "sheet",
) -> int:
    """Load one file's rows on a day; returns how many versions were new."""
    put_staged(connection, {table.name: [staged(table, *rows, source=source, file_id=file_id)]})
    return append_versions(connection, table, "false", at(day))


def core(
    connection: Connection, table: str, columns: str, cut: int = 900, zone: str = "UTC", **ranks: int
) -> object:
    put_run_settings(connection, Cut(on(cut), at(cut)), Plan(), 21)
    build_core(connection, ranks, zone)
    return fetch(connection, f"select {columns} from core_{table} order by all").rows()


def say(difficulty: int, recorded: float | None = None) -> Row:
    return {**KEY, "difficulty_1_5": difficulty, "recorded_at": None if recorded is None else at(recorded)}


def stands(connection: Connection) -> object:
    return core(connection, "commitments", "difficulty_1_5")


def test_a_new_version_is_appended_and_stands(connection: Connection) -> None:
    assert deliver(connection, "a", 1, say(1)) == 1
    assert deliver(connection, "b", 2, say(2)) == 1
    assert stands(connection) == [(2,)]


@pytest.mark.parametrize("recorded", [None, 0.5])
def test_a_repeat_adds_nothing(connection: Connection, recorded: float | None) -> None:
    assert deliver(connection, "a", 1, say(1, recorded)) == 1
    assert deliver(connection, "b", 2, say(1, recorded)) == 0


def test_a_repeat_within_one_file_is_kept_once(connection: Connection) -> None:
    assert deliver(connection, "a", 1, say(1), say(1)) == 1


def test_the_same_said_at_another_time_is_a_version_of_its_own(connection: Connection) -> None:
    deliver(connection, "a", 1, say(1, 0.5))
    assert deliver(connection, "b", 2, say(1, 0.6)) == 1


def test_taken_back_without_recording_times_the_first_version_stands_again(connection: Connection) -> None:
    added = [
        deliver(connection, name, day, say(said)) for name, day, said in (("a", 1, 1), ("b", 2, 2), ("c", 3, 1))
    ]
    assert added == [1, 1, 1]
    assert stands(connection) == [(1,)]


def test_an_older_version_that_comes_late_never_stands(connection: Connection) -> None:
    deliver(connection, "a", 1, say(2, 0.9))
    assert deliver(connection, "b", 2, say(1, 0.1)) == 1
    assert stands(connection) == [(2,)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_with_recording_times_the_order_of_files_changes_nothing(
    connection: Connection, order: tuple[int, ...]
) -> None:
    files = [("a", say(1, 0.1)), ("b", say(2, 0.2)), ("c", say(3, 0.3))]
    for day, index in enumerate(order, start=1):
        deliver(connection, files[index][0], day, files[index][1])
    assert stands(connection) == [(3,)]


def history(connection: Connection) -> object:
    create_history_views(connection)
    columns = "difficulty_1_5, known_from, known_to"
    return fetch(connection, f"select {columns} from core_commitments_history order by known_from").rows()


def test_a_version_is_known_until_the_next_one_came_in(connection: Connection) -> None:
    for name, day in (("a", 1), ("b", 2), ("c", 3)):
        deliver(connection, name, day, say(day, day / 10))
    assert history(connection) == [(1, at(1), at(2)), (2, at(2), at(3)), (3, at(3), None)]


def test_a_version_that_came_in_late_never_was_the_one_that_stood(connection: Connection) -> None:
    deliver(connection, "a", 1, say(2, 0.9))
    deliver(connection, "b", 5, say(1, 0.1))
    assert history(connection) == [(2, at(1), None), (1, at(5), at(5))]


def test_rows_set_aside_are_not_appended(connection: Connection) -> None:
    put_staged(connection, {"commitments": [staged(COMMITMENTS, say(1), {**say(9), "commitment_id": "d"})]})
    assert append_versions(connection, COMMITMENTS, "coalesce(difficulty_1_5 > 5, false)", at(1)) == 1
    assert stands(connection) == [(1,)]


def test_each_column_comes_from_the_source_with_most_authority_that_fills_it(connection: Connection) -> None:
    log = {"session_id": "s", "group_id": "g", "status": "held", "check_in_minutes": 12}
    calendar = {"session_id": "s", "group_id": "g", "status": "unknown", "scheduled_at": at(3)}
    deliver(connection, "a", 1, log, table=SESSIONS, source="log")
    deliver(connection, "b", 2, calendar, table=SESSIONS, source="calendar")
    columns = "status, check_in_minutes, scheduled_at"
    assert core(connection, "sessions", columns, log=20, calendar=10) == [("held", 12, at(3))]
    assert core(connection, "sessions", columns, log=10, calendar=20) == [("unknown", 12, at(3))]


def test_a_source_takes_back_its_own_word_only(connection: Connection) -> None:
    log = {"session_id": "s", "group_id": "g", "status": "held"}
    deliver(connection, "a", 1, {**log, "session_number": 1}, table=SESSIONS, source="log")
    deliver(connection, "b", 2, {**log, "session_number": 9}, table=SESSIONS, source="calendar")
    deliver(connection, "c", 3, {**log, "session_number": 2}, table=SESSIONS, source="log")
    assert core(connection, "sessions", "session_number", log=20, calendar=10) == [(2,)]


@pytest.mark.parametrize(("cut", "n_rows"), [(9, 0), (10, 1)])
def test_what_happened_after_the_cut_is_not_there_yet(connection: Connection, cut: int, n_rows: int) -> None:
    deliver(connection, "a", 20, {**KEY, "made_at": at(10)})
    assert core(connection, "commitments", "count(*)", cut=cut) == [(n_rows,)]


def test_the_cut_is_the_day_in_the_programmes_zone(connection: Connection) -> None:
    deliver(connection, "a", 20, {**KEY, "made_at": at(10, 23.5)})  # 00:30 of day 11 in Berlin
    assert core(connection, "commitments", "count(*)", cut=10, zone="Europe/Berlin") == [(0,)]
    assert core(connection, "commitments", "made_day, made_on", cut=11, zone="Europe/Berlin") == [(11, on(11))]


def test_dates_and_instants_get_their_days_and_microseconds(connection: Connection) -> None:
    deliver(connection, "a", 1, {**KEY, "made_at": at(10, us=7), "due_on": on(12)})
    columns = "made_us, made_on, made_day, due_day"
    noon_us = (10 * 24 + 12) * 3_600_000_000
    assert core(connection, "commitments", columns) == [(noon_us + 7, on(10), 10, 12)]


def test_a_spell_that_begins_after_the_cut_is_not_part_of_it(connection: Connection) -> None:
    deliver(connection, "a", 1, {"person_id": "p", "valid_from": on(500)}, table=PEOPLE)
    assert core(connection, "people", "count(*)", cut=499) == [(0,)]
    assert core(connection, "people", "count(*)", cut=500) == [(1,)]


def test_staging_replaces_what_an_earlier_run_staged(connection: Connection) -> None:
    put_staged(connection, {"commitments": [staged(COMMITMENTS, say(1))]})
    put_staged(connection, {"answers": [staged(ANSWERS, {"person_id": "p"})]})
    counts = [fetch(connection, f"select * from staged_{name}").height for name in ("commitments", "answers")]
    assert counts == [0, 1]


def candidates(connection: Connection, *made: Row, **said: object) -> object:
    report: Row = {"person_id": "p", "reported_at": at(30), "state": "done", "confirmed_by": "self", **said}
    frames = {"commitments": [staged(COMMITMENTS, *made)], "outcome_reports": [staged(OUTCOME_REPORTS, report)]}
    put_staged(connection, frames)
    return fetch(connection, "select n_candidates from staged_outcome_reports").rows()


def test_a_staged_report_counts_the_commitments_it_could_speak_of(connection: Connection) -> None:
    other = {**KEY, "commitment_id": "d", "made_at": at(0, 11)}
    old = {**KEY, "commitment_id": "e", "made_at": at(-1)}
    assert candidates(connection, KEY, other, old) == [(2,)]


def test_a_staged_report_that_names_its_commitment_has_one_candidate(connection: Connection) -> None:
    other = {**KEY, "commitment_id": "d", "made_at": at(0, 11)}
    assert candidates(connection, KEY, other, commitment_id="d") == [(1,)]


def test_a_staged_report_finds_commitments_of_earlier_deliveries(connection: Connection) -> None:
    deliver(connection, "a", 1, KEY)
    assert candidates(connection) == [(1,)]


def test_a_report_filled_in_right_after_check_out_has_no_candidate_yet(connection: Connection) -> None:
    assert candidates(connection, {**KEY, "made_at": at(30, 1)}) == [(0,)]


def test_days_are_calendar_days() -> None:
    assert (on(0), on(59)) == (date(1970, 1, 1), date(1970, 3, 1))
