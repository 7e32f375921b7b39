"""Which files came in, how each was read, and what became of every one of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import polars as pl

from models.contracts import CORE_TABLES, Table
from pipelines.store.warehouse import Connection, fetch, one_row, put_table, row_key


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file that came in, known by the hash of its bytes."""

    file_id: str
    sha256: str
    name: str
    size_bytes: int
    landed_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read: loaded from a source with so many rows, or refused by a rule."""

    file_id: str
    status: str
    reading_hash: str
    source: str | None = None
    format: str | None = None
    n_rows: int = 0
    rule: str | None = None
    reason: str | None = None
    remedy: str | None = None


def register_file(connection: Connection, file: LandedFile) -> None:
    """Remember a file that came in; one whose bytes are known already adds nothing."""
    connection.execute(
        "insert into files (file_id, sha256, name, size_bytes, landed_at, status, n_rows) "
        "values (?, ?, ?, ?, ?, 'landed', 0) on conflict do nothing",
        [file.file_id, file.sha256, file.name, file.size_bytes, file.landed_at],
    )


def list_files(connection: Connection) -> pl.DataFrame:
    """Every file that ever came in, in the order of its hash."""
    return fetch(connection, "select * from files order by file_id")


def record_reading(connection: Connection, reading: Reading) -> None:
    """Remember how a file was read; what an earlier reading set aside is forgotten with it."""
    connection.execute(
        "update files set status = ?, reading_hash = ?, source = ?, format = ?, n_rows = ?, rule = ?, reason = ?, "
        "remedy = ? where file_id = ?",
        [
            reading.status,
            reading.reading_hash,
            reading.source,
            reading.format,
            reading.n_rows,
            reading.rule,
            reading.reason,
            reading.remedy,
            reading.file_id,
        ],
    )
    connection.execute("delete from set_aside where file_id = ?", [reading.file_id])


def forget_refused(connection: Connection, still_there: Sequence[str]) -> None:
    """Forget refused files that are no longer there, neither in the inbox nor as a landed copy."""
    connection.execute(
        "delete from files where status = 'refused' and not list_contains(?::varchar[], file_id)",
        [list(still_there)],
    )


def rename_refused(connection: Connection, file_id: str, name: str) -> None:
    """Give a refused file the name its bytes lie under now; it is read anew under it."""
    connection.execute(
        "update files set name = ?, reading_hash = null where file_id = ? and status = 'refused'",
        [name, file_id],
    )


def key_fingerprint(connection: Connection) -> str | None:
    """Fingerprint of the identity key the stored rows were made with; None before the first."""
    return one_row(connection, "select max(fingerprint) from identity_key")[0]  # type: ignore[no-any-return]


def remember_key(connection: Connection, fingerprint: str) -> None:
    """Remember which identity key the stored rows are made with."""
    if key_fingerprint(connection) is None:
        connection.execute("insert into identity_key values (?)", [fingerprint])


def put_readings(connection: Connection, readings: Sequence[Reading], dropped: Sequence[pl.DataFrame]) -> None:
    """Keep how files were read, and the rows left out, until the staged rows are loaded."""
    names = [field.name for field in fields(Reading)]
    rows = pl.DataFrame(
        {name: [getattr(reading, name) for reading in readings] for name in names},
        schema={name: pl.Int64 if name == "n_rows" else pl.String for name in names},
    )
    put_table(connection, "staged_readings", rows)
    empty = pl.DataFrame(schema={"row_number": pl.Int64, "rule": pl.String, "file_id": pl.String})
    put_table(connection, "staged_dropped", pl.concat([empty, *dropped]))


def staged_readings(connection: Connection) -> tuple[list[Reading], pl.DataFrame]:
    """What `put_readings` kept: the readings, and the rows left out."""
    found = fetch(connection, "select * from staged_readings")
    return [Reading(**row) for row in found.iter_rows(named=True)], fetch(
        connection, "select * from staged_dropped"
    )


def record_quarantined(connection: Connection, table: Table, rule: str, is_broken: str) -> int:
    """Set aside the staged rows that break a rule; returns how many there are.

    `is_broken` is the rule's SQL condition, never null.
    """
    before = _count_quarantined(connection)
    connection.execute(
        f"insert into set_aside select file_id, row_number, 'quarantined', ?, ?, {row_key(table)} "
        f"from staged_{table.name} where {is_broken}",
        [table.name, rule],
    )
    return _count_quarantined(connection) - before


def _count_quarantined(connection: Connection) -> int:
    return int(one_row(connection, "select count(*) from set_aside where disposition = 'quarantined'")[0])


def record_dropped(connection: Connection, file_id: str, dropped: pl.DataFrame) -> None:
    """Remember the rows a named rule left out (`row_number`, `rule`)."""
    connection.register("incoming_dropped", dropped.to_arrow())
    connection.execute(
        "insert into set_aside select ?, row_number, 'dropped', null, rule, null from incoming_dropped",
        [file_id],
    )
    connection.unregister("incoming_dropped")


def row_accounts(connection: Connection) -> pl.DataFrame:
    """Per loaded file: rows in, stored, superseded, dropped and quarantined; the last four add up to the first.

    A row with any part in quarantine counts there, though its good parts went on; a row counts as stored
    while any part of it stands. A row that was in quarantine until a later delivery said it rightly is superseded.
    """
    parts = " union all ".join(
        f"select file_id, row_number, known_to is null as stands from core_{table.name}_history"
        for table in CORE_TABLES
    )
    return fetch(
        connection,
        f"""
        with placed as (
            select file_id, row_number, bool_or(stands) as stands from ({parts}) group by file_id, row_number
        ),
        aside as (
            select
                file_id,
                row_number,
                bool_or(disposition = 'quarantined') as is_quarantined,
                bool_or(disposition = 'superseded') as is_superseded
            from set_aside group by file_id, row_number
        ),
        rows as (
            select
                coalesce(p.file_id, a.file_id) as file_id,
                case
                    when a.is_quarantined then 'quarantined'
                    when p.stands then 'stored'
                    when p.file_id is not null or a.is_superseded then 'superseded'
                    else 'dropped'
                end as disposition
            from placed as p
            full join aside as a on p.file_id = a.file_id and p.row_number = a.row_number
        )
        select
            f.file_id, f.name, f.source, f.landed_at, f.n_rows as n_rows_in,
            count(r.file_id) filter (where r.disposition = 'stored') as n_rows_stored,
            count(r.file_id) filter (where r.disposition = 'superseded') as n_rows_superseded,
            count(r.file_id) filter (where r.disposition = 'dropped') as n_rows_dropped,
            count(r.file_id) filter (where r.disposition = 'quarantined') as n_rows_quarantined
        from files as f left join rows as r on f.file_id = r.file_id
        where f.status = 'loaded'
        group by all order by f.name, f.file_id
        """,
    )


def quarantined_rows(connection: Connection) -> pl.DataFrame:
    """Every row set aside for mending: file, row, table and rule; never a value.

    A row of the file that became several of a table, as one answer to each question, is listed once under a rule.
    """
    return fetch(
        connection,
        "select distinct f.name as file, f.source, a.row_number, a.table_name, a.rule from set_aside as a "
        "inner join files as f using (file_id) where a.disposition = 'quarantined' "
        "order by file, row_number, table_name, rule",
    )


def dropped_rows(connection: Connection) -> pl.DataFrame:
    """How many rows each named rule left out, by file."""
    return fetch(
        connection,
        "select f.name as file, a.rule, count(*) as n_rows from set_aside as a inner join files as f using (file_id) "
        "where a.disposition = 'dropped' group by all order by all",
    )
