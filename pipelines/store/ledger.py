"""The ledger: what was released, by person, so that the next release can't be subtracted from it.

What belongs here: the ledger's own DuckDB file, what a run is about to release, and what became of it.
What does not: the rule that uses it (`models/disclosure/`).

A run writes what it is about to release before it does, so a run killed at any instant leaves it known: an entry
counts once its release is there to be seen, and is forgotten when it never was. The file is apart from the warehouse,
which can be made anew from the exports; the ledger can't.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from models.contracts import PROTECTED_TABLES, protected_table
from models.disclosure import SUM_COLUMNS, Past, Protected
from models.frames import schema
from pipelines.private_files import make_private_folder
from pipelines.store.warehouse import Connection, WarehouseError, fetch, one_row, put_table, table_exists

LOST = (
    "there are releases, but no ledger of them ({name}): what they told can't be held against a new one. Restore the "
    "file from a backup. If nobody can see the earlier releases any more, move the published folder away instead."
)
LATEST = "order by number desc limit 1"
OTHER = (
    "{name} does not know the release that is shown: perhaps it was restored. Restore the ledger that "
    "belongs to it. If nobody can see the earlier releases any more, move the published folder away instead."
)
OTHER_KEY = (
    "{name} was written with another identity key, so nobody could be recognised in what was released before. Bring "
    "the key back. If nobody can see the earlier releases any more, move the published folder and {name} away instead."
)
DAMAGED = (
    "can't be opened: see that the disk is neither full nor read-only; else restore the file from a backup."
)


class LedgerError(WarehouseError):
    """The ledger can't be used; the message says why and what to do."""


@contextmanager
def open_ledger(path: Path) -> Iterator[Connection]:
    """A connection to the ledger, made on first use; changes are committed together on a clean exit.

    Raises:
        LedgerError: the file can't be read or written.
    """
    make_private_folder(path.parent)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.Error as error:
        raise LedgerError(f"{path.name} {DAMAGED}") from error
    try:
        connection.begin()
        _ensure_tables(connection)
        yield connection
        connection.commit()
    except (duckdb.IOException, duckdb.InternalException, duckdb.FatalException) as error:
        raise LedgerError(f"{path.name} {DAMAGED}") from error
    finally:
        connection.close()


def settle(connection: Connection, *, was_released: bool) -> None:
    """Count what the last run was about to release, if it was released; else forget it."""
    if was_released and pending_release(connection) is not None:
        connection.execute(
            """
            insert into sums select sum_id + (select coalesce(max(sum_id) + 1, 0) from sums), s.* exclude (sum_id)
            from pending_sums as s;
            insert into releases
            select (select coalesce(max(number) + 1, 0) from releases), p.* from pending_releases as p;
            """
        )
        for table in PROTECTED_TABLES:
            if table_exists(connection, f"pending_{table.name}"):
                connection.execute(f"create or replace table last_{table.name} as from pending_{table.name}")
    connection.execute("delete from pending_releases; delete from pending_sums;")


def pending_release(connection: Connection) -> str | None:
    """Hash of the protected tables the last run was about to release; None when it is settled."""
    return _only(connection, "select data_hash from pending_releases")


def last_release(connection: Connection) -> str | None:
    """Hash of the protected tables of the last release; None before the first."""
    return _only(connection, f"select data_hash from releases {LATEST}")


def last_key(connection: Connection) -> str | None:
    """Fingerprint of the identity key whose pseudonyms the sums are kept by; None before the first release."""
    return _only(connection, f"select key_fingerprint from releases {LATEST}")


def knows(connection: Connection, data_hash: str) -> bool:
    """Whether protected tables of this hash were ever released by this ledger."""
    return bool(one_row(connection, "select count(*) from releases where data_hash = ?", [data_hash])[0])


def read_past(connection: Connection) -> Past:
    """What was released before."""
    plan = fetch(connection, f"select plan_hash from releases {LATEST}")["plan_hash"]
    if plan.is_empty():
        return Past()
    return Past(
        fetch(connection, "select * from sums").select(list(SUM_COLUMNS)),
        {table.name: _last(connection, table.name) for table in PROTECTED_TABLES},
        plan[0],
    )


def put_pending(
    connection: Connection, protected: Protected, *, data_hash: str, plan_hash: str, key_fingerprint: str
) -> None:
    """Write what this run is about to release."""
    connection.execute("delete from pending_releases; delete from pending_sums;")
    connection.execute("insert into pending_releases values (?, ?, ?)", [data_hash, plan_hash, key_fingerprint])
    connection.register("told", protected.sums.to_arrow())
    connection.execute("insert into pending_sums select * from told")
    connection.unregister("told")
    for name, frame in protected.tables.items():
        put_table(connection, f"pending_{name}", frame)


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever released by this ledger."""
    return not one_row(connection, "select count(*) from releases")[0]


def _only(connection: Connection, query: str) -> str | None:
    rows = fetch(connection, query).to_series()
    return str(rows[0]) if len(rows) else None


def _last(connection: Connection, name: str) -> pl.DataFrame:
    """A table as last released, in today's columns: what a later version added, or the whole table, is empty."""
    wanted: Mapping[str, pl.DataType] = schema(protected_table(name).columns)
    found = fetch(connection, f"select * from last_{name}")
    empty = pl.DataFrame(schema=wanted)
    return pl.concat(
        [empty, found.select(column for column in found.columns if column in wanted)], how="diagonal"
    )


def _ensure_tables(connection: Connection) -> None:
    columns = "sum_id bigint, measure varchar, row varchar, outcome varchar, person_id varchar, n bigint, value bigint"
    connection.execute(
        f"""
        create table if not exists releases (
            number bigint, data_hash varchar, plan_hash varchar, key_fingerprint varchar
        );
        create table if not exists pending_releases (data_hash varchar, plan_hash varchar, key_fingerprint varchar);
        create table if not exists sums ({columns});
        create table if not exists pending_sums ({columns});
        """
    )
