"""A delivery beside the earlier ones of its source: which of their rows it holds, and what it puts right.

What belongs here: counting shared rows, and taking rows out of quarantine that a later delivery said rightly.
What does not: what a shared row means (`pipelines.deliveries_compared`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from models.contracts import CORE_TABLES
from pipelines.deliveries_compared import series, without_copy_mark
from pipelines.store.history import staged_table
from pipelines.store.warehouse import Connection, fetch, row_key, versions_table


def earlier_deliveries(connection: Connection, file_id: str) -> pl.DataFrame:
    """Loaded files of the same source that came in before this one, the last first.

    Of several exports with one source (one for each department, say) those with a like name; all, where none is.
    """
    name = fetch(connection, "select name from files where file_id = ?", [file_id])["name"][0]
    found = fetch(
        connection,
        "select e.* from files as e inner join files as f on e.source = f.source and e.landed_at < f.landed_at "
        "where f.file_id = ? and e.status = 'loaded' order by e.landed_at desc, e.file_id desc",
        [file_id],
    )
    alike = found.filter(
        pl.Series([series(other) == series(name) for other in found["name"]], dtype=pl.Boolean)
    )
    return found if alike.is_empty() else alike


def rows_held(connection: Connection, file_id: str, earlier: Sequence[str]) -> pl.DataFrame:
    """For each earlier file, how many rows that it brought are in the staged file too (`n_still`), or not (`n_gone`).

    A row is the same where one of its keys is; rows of which nothing was stored are not counted.
    """
    parts = " union all ".join(
        f"""
        select v.file_id, v.row_number, s.key is not null as is_here
        from (
            select file_id, row_number, {row_key(table)} as key from {versions_table(table)}
            where list_contains($earlier::varchar[], file_id)
        ) as v
        left join (
            select distinct {row_key(table)} as key from {staged_table(table)} where file_id = $file_id
        ) as s on v.key = s.key
        """
        for table in CORE_TABLES
    )
    query = f"""
        with placed as (select file_id, row_number, bool_or(is_here) as is_here from ({parts}) group by all)
        select
            e.file_id,
            count(p.file_id) filter (where p.is_here) as n_still,
            count(p.file_id) filter (where not p.is_here) as n_gone
        from (select unnest($earlier::varchar[]) as file_id) as e left join placed as p on e.file_id = p.file_id
        group by all
    """
    named = {"earlier": list(earlier), "file_id": file_id}
    rows = connection.execute(query, named).fetchall()
    return pl.DataFrame(
        rows, schema={"file_id": pl.String, "n_still": pl.Int64, "n_gone": pl.Int64}, orient="row"
    )


def record_replaced(connection: Connection, file_id: str, earlier: pl.DataFrame) -> None:
    """Remember which earlier files with rows in quarantine this one replaces: it is no shorter and holds all of them.

    An earlier file of which nothing was stored is replaced only by one of the same name.
    """
    connection.execute("delete from replaced_files where by_file_id = ?", [file_id])
    this = fetch(connection, "select name, n_rows from files where file_id = ?", [file_id]).row(0, named=True)
    waiting = fetch(connection, "select distinct file_id from set_aside where disposition = 'quarantined'")
    unmended = earlier.filter(pl.col("n_rows") <= this["n_rows"]).join(waiting, on="file_id", how="semi")
    if unmended.is_empty():
        return
    held = rows_held(connection, file_id, unmended["file_id"].to_list())
    for row in unmended.join(held, on="file_id").iter_rows(named=True):
        is_same_name = without_copy_mark(row["name"]) == without_copy_mark(this["name"])
        if row["n_gone"] == 0 and (row["n_still"] or is_same_name):
            connection.execute("insert into replaced_files values (?, ?)", [row["file_id"], file_id])


def empty_quarantine(connection: Connection) -> None:
    """Take out of quarantine what a later delivery put right; such rows count as superseded.

    That is a row of a file that was replaced whole, and one whose key its source has said rightly since.
    """
    connection.execute(
        "update set_aside set disposition = 'superseded' "
        "where disposition = 'quarantined' and file_id in (select file_id from replaced_files)"
    )
    waiting = fetch(
        connection,
        "select distinct table_name from set_aside where disposition = 'quarantined' and key is not null",
    )["table_name"].to_list()
    for table in (table for table in CORE_TABLES if table.name in waiting):
        connection.execute(
            f"""
            update set_aside set disposition = 'superseded'
            from files as f, (
                select source, {row_key(table)} as right_key, max(known_from) as said_at
                from {versions_table(table)} group by all
            ) as v
            where
                set_aside.disposition = 'quarantined' and set_aside.table_name = '{table.name}'
                and set_aside.file_id = f.file_id and f.source = v.source
                and set_aside.key = v.right_key and v.said_at > f.landed_at
            """
        )
