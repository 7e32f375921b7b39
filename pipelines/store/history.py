"""From staged rows to history, and from history to the core tables as of the cut.

Every version of a row is appended once and never changed. Which version stands follows from the rows alone:
the one recorded last at its origin, and where the origin does not say, the one delivered last (of answers, where
their source file asks for it, the first complete one). So the order in
which files arrive makes no difference where exports carry their own times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from models.contracts import ANSWERS, COMMITMENTS, CORE_TABLES, OUTCOME_REPORTS, SESSIONS, Column, Table
from models.cross_rules import ACROSS
from models.derived import derived_tables
from pipelines.store.warehouse import (
    Connection,
    content_hash,
    fetch,
    one_row,
    put_table,
    quoted,
    versions_table,
)

REPEAT_RULE = "repeated_row"


def staged_table(table: Table) -> str:
    """Name of the table that holds a run's staged rows."""
    return f"staged_{table.name}"


def put_staged(connection: Connection, frames: Mapping[str, Sequence[pl.DataFrame]]) -> None:
    """Replace all staged tables with the rows just read (by core table name; missing ones become empty)."""
    for table in CORE_TABLES:
        empty = fetch(
            connection,
            f"select {quoted(table.column_names)}, source, file_id, row_number, recorded_at, "
            f"'' as unreadable from {versions_table(table)} limit 0",
        )
        parts = [frame.select(empty.columns).cast(empty.schema) for frame in frames.get(table.name, ())]
        put_table(connection, staged_table(table), pl.concat([empty, *parts]))
    count_candidates(connection)


def count_candidates(connection: Connection) -> None:
    """Add to each staged report without a named commitment how many commitments it could speak of.

    The same rule as in `core_outcome_reports.sql`, applied to everything known or arriving in the same run:
    those made at the person's latest check-out before the report's session or, failing that, at least twelve
    hours before the report.
    """
    reports = staged_table(OUTCOME_REPORTS)
    connection.execute(
        f"""
        create or replace table {reports} as
        with known as (
            select distinct commitment_id, person_id, made_at from (
                select commitment_id, person_id, made_at from {versions_table(COMMITMENTS)}
                union all
                select commitment_id, person_id, made_at from {staged_table(COMMITMENTS)}
            ) where commitment_id is not null
        ),
        sessions as (
            select session_id, min(coalesce(started_at, scheduled_at)) as began_at from (
                select session_id, started_at, scheduled_at from {versions_table(SESSIONS)}
                union all
                select session_id, started_at, scheduled_at from {staged_table(SESSIONS)}
            ) group by session_id
        ),
        unnamed as (
            select r.person_id, r.reported_at, case
                when s.began_at < r.reported_at then s.began_at else r.reported_at - interval 12 hour
            end as before_at
            from {reports} as r left join sessions as s on r.session_id = s.session_id
            where r.commitment_id is null
        ),
        latest as (
            select r.person_id, r.reported_at, max(k.made_at) as made_at
            from unnamed as r
            inner join known as k on r.person_id = k.person_id and k.made_at <= r.before_at
            group by all
        ),
        counted as (
            select l.person_id, l.reported_at, count(distinct k.commitment_id) as n_candidates
            from latest as l
            inner join known as k
                on l.person_id = k.person_id
                and k.made_at <= l.made_at and k.made_at > l.made_at - interval 24 hour
            group by all
        )
        select r.*, case when r.commitment_id is not null then 1 else coalesce(c.n_candidates, 0) end as n_candidates
        from {reports} as r
        left join counted as c on r.person_id = c.person_id and r.reported_at = c.reported_at
        """
    )


def forget_readings(connection: Connection, file_ids: Sequence[str]) -> None:
    """Take out what earlier readings of these files said, before they are read anew in another way.

    A corrected source file changes what the same rows mean: both meanings side by side would count twice.
    """
    for table in CORE_TABLES:
        connection.execute(
            f"delete from {versions_table(table)} where list_contains(?::varchar[], file_id)", [list(file_ids)]
        )


def append_versions(connection: Connection, table: Table, is_bad: str, known_from: datetime) -> int:
    """Append the good staged rows that say something new; returns how many.

    `is_bad` is a SQL condition, never null, that holds for the rows set aside. A row is a repeat, and adds
    nothing, when its source has said the same with the same recording time before or, where rows carry no
    such time, when it says what its source said last.
    """
    versions, key = versions_table(table), quoted(table.key)
    content = content_hash(table.columns)
    before = _count(connection, versions)
    connection.execute(
        f"""
        insert into {versions}
        with good as (
            select *, {content} as content from {staged_table(table)} where not ({is_bad})
        ),
        first_seen as (
            select * from good
            qualify row_number() over (
                partition by source, content, recorded_at order by file_id, row_number
            ) = 1
        ),
        said_last as (
            select source, content from {versions} where recorded_at is null
            qualify row_number() over (
                partition by source, {key} order by known_from desc, file_id desc, row_number desc
            ) = 1
        )
        select {quoted(table.column_names)}, source, file_id, row_number, recorded_at, ?, content
        from first_seen as g
        where not exists (
            select 1 from {versions} as v
            where v.source = g.source and v.content = g.content and v.recorded_at = g.recorded_at
        ) and not (g.recorded_at is null and exists (
            select 1 from said_last as s where s.source = g.source and s.content = g.content
        ))
        """,
        [known_from],
    )
    return _count(connection, versions) - before


def record_repeats(connection: Connection, file_ids: Sequence[str]) -> None:
    """Name the rows of these files of which nothing was new and nothing was set aside."""
    staged = " union ".join(f"select file_id, row_number from {staged_table(table)}" for table in CORE_TABLES)
    stored = " union ".join(f"select file_id, row_number from {versions_table(table)}" for table in CORE_TABLES)
    connection.execute(
        f"insert into set_aside select file_id, row_number, 'dropped', null, '{REPEAT_RULE}', null from ("
        f"select * from ({staged}) except select * from ({stored}) except select file_id, row_number from set_aside"
        ") where list_contains(?, file_id)",
        [list(file_ids)],
    )


def put_first_complete(connection: Connection, sources: Sequence[str]) -> None:
    """Remember the sources of which a person's first complete answer in a wave stands, not the last one."""
    put_table(
        connection, "first_complete_sources", pl.DataFrame({"source": sources}, schema={"source": pl.String})
    )


def create_history_views(connection: Connection) -> None:
    """Create `core_<table>_history`: every version with the times between which it stood."""
    for table in CORE_TABLES:
        order = _order(table, "asc")
        connection.execute(
            f"""
            create or replace view core_{table.name}_history as
            select
                {quoted(table.column_names)}, source, file_id, row_number, recorded_at, known_from,
                case when replaced_from is not null then greatest(known_from, replaced_from) end as known_to
            from (
                select *, min(known_from) over (
                    partition by source, {quoted(table.key)} order by {order}
                    rows between 1 following and unbounded following
                ) as replaced_from
                from {_ordered_versions(table)}
            )
            """
        )


def build_core(connection: Connection, authorities: Mapping[str, int], time_zone: str) -> None:
    """Build every core table as of the cut from the history, with the SQL of `models/sql/core_*.sql`.

    Where several sources describe the same row, each filled column comes from the source with the highest
    authority. Instants get a local calendar day (`_on`), a day number (`_day`) and microseconds (`_us`).
    """
    ranks = pl.DataFrame(
        {"source": list(authorities), "authority": list(authorities.values())},
        schema={"source": pl.String, "authority": pl.Int64},
    )
    put_table(connection, "source_authority", ranks)
    written = {table.name: table.sql for table in derived_tables() if table.name.startswith("core_")}
    for table in CORE_TABLES:
        connection.execute(f"create or replace temp table current_{table.name} as {_current(table, time_zone)}")
    for table in CORE_TABLES:
        if f"core_{table.name}" not in written:
            connection.execute(
                f"create or replace table core_{table.name} as select * from current_{table.name}"
            )
    for name, sql in written.items():
        connection.execute(f"create or replace table {name} as {sql}")


def _current(table: Table, time_zone: str) -> str:
    key = quoted(table.key)
    others = [column for column in table.columns if not column.is_key]
    merged = "".join(
        f', max_by("{column.name}", authority_rank) filter (where "{column.name}" is not null) as "{column.name}"'
        for column in others
    )
    extras = "".join(", " + extra for column in table.columns for extra in _clock_columns(column, time_zone))
    days = ", ".join(_day_of(table.column(name), time_zone) for name in table.happened)
    happened = f"coalesce(coalesce({days}) <= (select data_as_of from run_settings), true)" if days else "true"
    return f"""
        with latest as (
            select * from {_ordered_versions(table)}
            where (file_id, row_number) not in (
                select (file_id, row_number) from set_aside
                where table_name = '{table.name}' and starts_with(rule, '{ACROSS}')
            )
            qualify row_number() over (partition by source, {key} order by {_order(table, "desc")}) = 1
        ),
        ranked as (
            select l.*, row_number() over (
                partition by {key} order by coalesce(a.authority, 0), l.source
            ) as authority_rank
            from latest as l left join source_authority as a on l.source = a.source
        ),
        merged as (select {key}{merged} from ranked group by {key})
        select {quoted(table.column_names)}{extras} from merged where {happened}
    """


def _clock_columns(column: Column, time_zone: str) -> tuple[str, ...]:
    stem = column.name.removesuffix("_at").removesuffix("_on")
    day = "date_diff('day', date '1970-01-01', {})"
    if column.kind == "date":
        return (f'{day.format(chr(34) + column.name + chr(34))} as "{stem}_day"',)
    if column.kind == "time":
        local = _local_day(column.name, time_zone)
        return (
            f'{local} as "{stem}_on"',
            f'{day.format(local)} as "{stem}_day"',
            f'epoch_us("{column.name}") as "{stem}_us"',
        )
    return ()


def _day_of(column: Column, time_zone: str) -> str:
    return f'"{column.name}"' if column.kind == "date" else _local_day(column.name, time_zone)


def _local_day(column: str, time_zone: str) -> str:
    return f"cast(timezone('{time_zone}', timezone('UTC', \"{column}\")) as date)"


def _ordered_versions(table: Table) -> str:
    """The versions of a table; those of answers with what orders them where the first complete answer stands.

    `n_answered` counts the questions a person answered in the same submission of a wave, `earliness` is larger the
    earlier it was made; both are null where the source's last answer stands.
    """
    if table.name != ANSWERS.name:
        return versions_table(table)
    versions = versions_table(table)
    return f"""(
        select v.*, n_answered, case
            when n_answered is not null then -epoch_us(coalesce(v.recorded_at, v.answered_at))
        end as earliness
        from {versions} as v
        left join (
            select source, person_id, wave, answered_at, count(distinct question_id) as n_answered
            from {versions} where source in (select source from first_complete_sources) group by all
        ) as s
            on
                v.source = s.source and v.person_id = s.person_id
                and v.wave = s.wave and v.answered_at = s.answered_at
    )"""


def _order(table: Table, direction: str) -> str:
    nulls = "first" if direction == "asc" else "last"
    by_submission = ("n_answered", "earliness") if table.name == ANSWERS.name else ()
    names = (*by_submission, "recorded_at", "known_from", "file_id", "row_number")
    return ", ".join(f"{name} {direction} nulls {nulls}" for name in names)


def _count(connection: Connection, table: str) -> int:
    return int(one_row(connection, f"select count(*) from {table}")[0])
