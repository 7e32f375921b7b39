"""People of one source only whose name is nearly that of somebody known elsewhere.

What belongs here: keeping the marks of names (`pipelines.near_names`), and the notice that compares them.
What does not: matching. Nobody is taken for somebody else here.
"""

from __future__ import annotations

import polars as pl

from models.contracts import CORE_TABLES, PEOPLE
from pipelines.notices import Notice
from pipelines.store.warehouse import Connection, fetch, versions_table

ROWS_NAMED = 20


def put_marks(connection: Connection, marks: pl.DataFrame) -> None:
    """Remember the marks of people's names (`person_id`, `mark`) that are not known yet."""
    connection.register("incoming_marks", marks.to_arrow())
    connection.execute(
        "insert into person_marks select person_id, mark from incoming_marks except select * from person_marks"
    )
    connection.unregister("incoming_marks")


def near_miss_notices(connection: Connection) -> dict[str, Notice]:
    """Per file, the rows that name people of this source alone while somebody of a near name is known elsewhere.

    Whoever stands in the list of people is known. It is worked out whenever it is asked for, so a mended export, an
    alias or a later list of people takes the notice away.
    """
    rows = fetch(connection, _query()).group_by("file_id", maintain_order=True).agg("row_number", "person_id")
    return {
        file_id: _notice(sorted(set(numbers)), len(set(people)))
        for file_id, numbers, people in rows.iter_rows()
    }


def _notice(rows: list[int], n_people: int) -> Notice:
    who = "1 person who is" if n_people == 1 else f"{n_people} people who are"
    return Notice(
        "near_miss_person",
        f"{who} known from no other source stand there under a name that differs from a known one by a character, "
        "a zero or a look-alike",
        "Nobody was matched. If a name is mistyped, mend it in the export, or give it a row in people/aliases.csv",
        tuple(rows[:ROWS_NAMED]),
    )


def _query() -> str:
    named = " union all ".join(
        f'select "{column.name}" as person_id, source, file_id, row_number, '
        f"{table is PEOPLE and column.is_key} as is_listed "
        f'from {versions_table(table)} where "{column.name}" is not null'
        for table in CORE_TABLES
        for column in table.columns
        if column.kind == "person"
    )
    return f"""
        with named as ({named}),
        people as (
            select person_id, count(distinct source) as n_sources, min(source) as source,
                bool_or(is_listed) as is_listed
            from named group by person_id
        ),
        unmatched as (select person_id, source from people where n_sources = 1 and not is_listed),
        near as (
            select distinct u.person_id
            from unmatched as u
            inner join person_marks as own on u.person_id = own.person_id
            inner join person_marks as other on own.mark = other.mark and own.person_id <> other.person_id
            inner join people as p on other.person_id = p.person_id
            where p.is_listed or p.n_sources > 1 or p.source <> u.source
        )
        select distinct n.file_id, n.row_number, n.person_id
        from named as n inner join near on n.person_id = near.person_id
        order by n.file_id, n.row_number, n.person_id
    """
