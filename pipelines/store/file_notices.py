"""What is worth saying about files that were read, the columns they had, and other names they came under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from pipelines.deliveries_compared import same_bytes, without_copy_mark
from pipelines.notices import Notice
from pipelines.store.near_misses import near_miss_notices
from pipelines.store.warehouse import Connection, fetch, put_table

NOTICES = {
    "file_id": pl.String(),
    "rule": pl.String(),
    "detail": pl.String(),
    "remedy": pl.String(),
    "rows": pl.List(pl.Int64()),
}
HEADINGS = {"file_id": pl.String(), "heading": pl.String()}


def put_seen(
    connection: Connection, notices: Mapping[str, Sequence[Notice]], headings: Mapping[str, Sequence[str]]
) -> None:
    """Keep what reading noticed and the headings of each file, by file, until its rows are loaded."""
    put_table(connection, "staged_notices", _notice_rows(notices))
    columns = [(file_id, heading) for file_id, listed in headings.items() for heading in listed]
    put_table(connection, "staged_headings", pl.DataFrame(columns, schema=HEADINGS, orient="row"))


def record_seen(connection: Connection) -> None:
    """Remember what `put_seen` kept, in place of what earlier readings of the same files said."""
    for table, staged in (("notices", "staged_notices"), ("file_headings", "staged_headings")):
        connection.execute(f"delete from {table} where file_id in (select file_id from staged_readings)")
        connection.execute(f"insert into {table} select * from {staged}")


def record_notices(connection: Connection, file_id: str, notices: Sequence[Notice]) -> None:
    """Remember what the comparison with earlier deliveries noticed about a file."""
    if notices:
        connection.register("incoming_notices", _notice_rows({file_id: notices}).to_arrow())
        connection.execute("insert into notices select * from incoming_notices")
        connection.unregister("incoming_notices")


def register_name(connection: Connection, file_id: str, name: str, landed_at: datetime) -> None:
    """Remember another name a file's bytes were delivered under; a mark of a copy makes no other name."""
    known = fetch(
        connection,
        "select name from files where file_id = ? union all select name from other_names where file_id = ?",
        [file_id, file_id],
    )["name"]
    if without_copy_mark(name) not in {without_copy_mark(other) for other in known}:
        connection.execute("insert into other_names values (?, ?, ?)", [file_id, name, landed_at])


def file_headings(connection: Connection, file_id: str) -> tuple[str, ...]:
    """The columns a file had."""
    found = fetch(connection, "select heading from file_headings where file_id = ?", [file_id])
    return tuple(found["heading"])


def list_notices(connection: Connection) -> pl.DataFrame:
    """Everything noticed about the files that were read: `file`, `rule`, `detail`, `remedy` and `rows`."""
    noticed = fetch(connection, "select file_id, rule, detail, remedy, rows from notices")
    names = fetch(
        connection, "select file_id, list(name order by landed_at, name) as names from other_names group by all"
    )
    alike = _notice_rows({file_id: [same_bytes(listed)] for file_id, listed in names.iter_rows()})
    near = _notice_rows({file_id: [notice] for file_id, notice in near_miss_notices(connection).items()})
    files = fetch(connection, "select file_id, name as file, landed_at from files where status = 'loaded'")
    return (
        pl.concat([noticed.cast(pl.Schema(NOTICES)), alike, near])
        .join(files, on="file_id", how="inner")
        .sort("landed_at", "file", "file_id", "rule", "detail")
        .select("file", "rule", "detail", "remedy", "rows")
    )


def _notice_rows(notices: Mapping[str, Sequence[Notice]]) -> pl.DataFrame:
    rows = [
        (file_id, notice.rule, notice.detail, notice.remedy, list(notice.rows))
        for file_id, listed in notices.items()
        for notice in listed
    ]
    return pl.DataFrame(rows, schema=NOTICES, orient="row")
