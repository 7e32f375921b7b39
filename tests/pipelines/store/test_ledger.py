"""What was released is known for good, what never was is forgotten, whenever a run is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from gated import EVERYBODY, Parts, fresh, people, released, with_parts

from models.contracts import PROTECTED_TABLES
from models.disclosure import SUM_COLUMNS, Past, Protected
from models.disclosure.contributions import PRIMARY
from pipelines.run_lock import run_lock
from pipelines.settings import Folders
from pipelines.store.ledger import (
    LedgerError,
    is_empty,
    knows,
    last_key,
    last_release,
    open_ledger,
    pending_release,
    put_pending,
    read_past,
    settle,
)
from pipelines.store.warehouse import Connection, WarehouseError, fetch

FIRST, SECOND = "first data", "second data"
SIX_NEW = with_parts(people(range(20, 26), (2, 1)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "ledger.duckdb"


@pytest.fixture
def ledger(path: Path) -> Iterator[Connection]:
    with open_ledger(path) as connection:
        yield connection


def release(parts: Parts = EVERYBODY, past: Past | None = None) -> Protected:
    return released(fresh(parts={PRIMARY: parts}), past)[0]


def announce(connection: Connection, protected: Protected, data_hash: str) -> None:
    put_pending(connection, protected, data_hash=data_hash, plan_hash="plan", key_fingerprint="key")


def put(
    connection: Connection, *, was_released: bool, data_hash: str = FIRST, parts: Parts = EVERYBODY
) -> Protected:
    """What a run does: announce what it is about to release, and settle what became of it."""
    protected = release(parts, read_past(connection))
    announce(connection, protected, data_hash)
    settle(connection, was_released=was_released)
    return protected


def sizes(connection: Connection) -> tuple[int, int]:
    """Rows of sums that count, and of those that wait."""
    return tuple(  # type: ignore[return-value]
        len(fetch(connection, f"select * from {name}")) for name in ("sums", "pending_sums")
    )


def test_a_new_ledger_knows_of_no_release(ledger: Connection) -> None:
    assert is_empty(ledger)
    assert pending_release(ledger) is None
    past = read_past(ledger)
    assert (past.sums.is_empty(), past.tables, past.plan_hash) == (True, {}, None)
    assert (last_release(ledger), last_key(ledger)) == (None, None)


def test_what_is_about_to_be_released_waits_under_the_hash_of_its_tables(ledger: Connection) -> None:
    announce(ledger, release(), FIRST)
    assert pending_release(ledger) == FIRST
    assert is_empty(ledger)
    assert sizes(ledger) == (0, len(release().sums))


def test_what_was_released_counts(ledger: Connection) -> None:
    protected = put(ledger, was_released=True)
    past = read_past(ledger)
    assert past.plan_hash == "plan"
    assert past.sums.equals(protected.sums)
    assert past.sums.schema == SUM_COLUMNS
    assert not is_empty(ledger)
    assert pending_release(ledger) is None


def test_every_table_comes_back_as_it_was_released(ledger: Connection) -> None:
    protected = put(ledger, was_released=True)
    past = read_past(ledger)
    assert list(past.tables) == [table.name for table in PROTECTED_TABLES]
    for name, frame in protected.tables.items():
        assert past.tables[name].equals(frame)
        assert past.tables[name].schema == frame.schema


def test_the_last_release_is_known_by_its_tables_and_by_the_key_of_its_people(ledger: Connection) -> None:
    put(ledger, was_released=True)
    put(ledger, was_released=True, data_hash=SECOND, parts=SIX_NEW)
    assert (last_release(ledger), last_key(ledger)) == (SECOND, "key")


def test_what_never_was_released_is_not_the_last_release(ledger: Connection) -> None:
    put(ledger, was_released=True)
    put(ledger, was_released=False, data_hash=SECOND, parts=SIX_NEW)
    assert last_release(ledger) == FIRST


def test_what_never_was_released_is_forgotten(ledger: Connection) -> None:
    put(ledger, was_released=False)
    assert is_empty(ledger)
    assert pending_release(ledger) is None
    assert sizes(ledger) == (0, 0)


def test_what_never_was_released_leaves_the_last_release_as_it_was(ledger: Connection) -> None:
    first = put(ledger, was_released=True)
    put(ledger, was_released=False, data_hash=SECOND, parts=SIX_NEW)
    past = read_past(ledger)
    assert past.sums.equals(first.sums)
    assert past.tables["protected_effect"].equals(first.tables["protected_effect"])


@pytest.mark.parametrize("was_released", [True, False])
def test_settling_twice_is_settling_once(ledger: Connection, *, was_released: bool) -> None:
    put(ledger, was_released=was_released)
    once = sizes(ledger)
    settle(ledger, was_released=True)
    assert sizes(ledger) == once


def test_settling_an_empty_ledger_does_nothing(ledger: Connection) -> None:
    settle(ledger, was_released=True)
    assert is_empty(ledger)


def test_a_later_announcement_takes_the_place_of_one_that_is_not_settled(ledger: Connection) -> None:
    announce(ledger, release(), FIRST)
    announce(ledger, release(SIX_NEW), SECOND)
    assert pending_release(ledger) == SECOND
    assert sizes(ledger) == (0, len(release(SIX_NEW).sums))


def test_sums_of_several_releases_have_ids_of_their_own(ledger: Connection) -> None:
    first = put(ledger, was_released=True)
    second = put(ledger, was_released=True, data_hash=SECOND, parts=SIX_NEW)
    past = read_past(ledger).sums
    assert past["sum_id"].n_unique() == first.sums["sum_id"].n_unique() + second.sums["sum_id"].n_unique()
    assert not past.select("sum_id", "person_id").is_duplicated().any()
    assert len(past) == len(first.sums) + len(second.sums)


def test_the_last_release_alone_is_what_tables_stay_at(ledger: Connection) -> None:
    put(ledger, was_released=True)
    second = put(ledger, was_released=True, data_hash=SECOND, parts=SIX_NEW)
    assert read_past(ledger).tables["protected_effect"].equals(second.tables["protected_effect"])
    assert last_release(ledger) == SECOND
    assert knows(ledger, FIRST)
    assert not knows(ledger, "another")


def test_what_is_about_to_be_released_survives_the_end_of_the_process(path: Path) -> None:
    with open_ledger(path) as connection:
        announce(connection, release(), FIRST)
    with open_ledger(path) as connection:
        assert pending_release(connection) == FIRST


def announce_and_fail(path: Path) -> None:
    with open_ledger(path) as connection:
        announce(connection, release(SIX_NEW), SECOND)
        settle(connection, was_released=True)
        raise KeyError("halfway")


def test_an_error_halfway_leaves_the_ledger_as_it_was(path: Path) -> None:
    with open_ledger(path) as connection:
        first = put(connection, was_released=True)
    with pytest.raises(KeyError):
        announce_and_fail(path)
    with open_ledger(path) as connection:
        assert pending_release(connection) is None
        assert read_past(connection).sums.equals(first.sums)


def test_a_table_of_an_older_layout_comes_back_in_todays_columns(ledger: Connection) -> None:
    protected = put(ledger, was_released=True)
    ledger.execute("alter table last_protected_effect drop column bound_low")
    ledger.execute("alter table last_protected_effect add column gone varchar")
    found, today = read_past(ledger).tables["protected_effect"], protected.tables["protected_effect"]
    assert found.schema == today.schema
    assert found["bound_low"].to_list() == [None]
    assert found.drop("bound_low").equals(today.drop("bound_low"))


def test_a_file_that_is_no_database_is_named_with_a_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a ledger" * 1000)
    with (
        pytest.raises(LedgerError, match=r"ledger\.duckdb can't be opened: see that .* from a backup"),
        open_ledger(path),
    ):
        pass


def test_a_file_with_a_damaged_block_is_named_with_a_remedy(path: Path) -> None:
    with open_ledger(path) as connection:
        put(connection, was_released=True)
    content = bytearray(path.read_bytes())
    content[20_000:-20_000] = bytes(len(content) - 40_000)
    path.write_bytes(bytes(content))
    with pytest.raises(LedgerError, match="from a backup"), open_ledger(path) as connection:
        read_past(connection)


def test_what_is_amiss_with_the_ledger_is_amiss_with_the_store() -> None:
    assert issubclass(LedgerError, WarehouseError)


def test_the_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    folders, before = Folders(tmp_path), os.umask(0)
    try:
        with run_lock(folders), open_ledger(folders.ledger):
            pass
    finally:
        os.umask(before)
    assert folders.ledger.stat().st_mode & 0o777 == 0o600
    assert folders.ledger.parent.stat().st_mode & 0o777 == 0o700


def test_people_are_in_the_ledger_only_by_the_sums_they_add_to(ledger: Connection) -> None:
    put(ledger, was_released=True)
    tables = fetch(ledger, "select table_name from duckdb_columns() where column_name = 'person_id'")
    assert set(tables["table_name"]) == {"sums", "pending_sums"}


def test_a_second_release_is_held_against_the_first(ledger: Connection) -> None:
    put(ledger, was_released=True)
    one_new = with_parts({"p20": (1, 1)})
    assert PRIMARY not in release(one_new).held
    assert PRIMARY in release(one_new, read_past(ledger)).held


def test_what_never_was_released_holds_nothing(ledger: Connection) -> None:
    put(ledger, was_released=False)
    assert PRIMARY not in release(with_parts({"p20": (1, 1)}), read_past(ledger)).held


def test_sums_are_kept_by_person_with_what_they_are_of(ledger: Connection) -> None:
    put(ledger, was_released=True)
    one = read_past(ledger).sums.filter(pl.col("row") == "primary:0")
    assert set(one["measure"]) == {"kept"}
    assert one.sort("person_id").select("person_id", "n", "value").rows()[0] == ("p00", 4, 2)
