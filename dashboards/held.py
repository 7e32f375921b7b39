"""Numbers that stay as they were: tables the gate held back keep their day, and the page says so.

What belongs here: finding rows older than the page, and the sentence for them. What does not: holding back (the gate).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, only_row, read_rows


def held_day(rows: Iterable[Row], data_as_of: dt.date | None) -> dt.date | None:
    """The oldest day any of the rows is as of, where that is before the page's day; None otherwise."""
    days = [day for row in rows if (day := row.day("as_of")) is not None]
    oldest = min(days, default=None)
    return oldest if oldest is not None and data_as_of is not None and oldest < data_as_of else None


def held_sentence(rows: Sequence[Row], data_as_of: dt.date | None, say: Phrases) -> str:
    """That these numbers stay as of an earlier day, and why; empty where they are of the page's day.

    Where only some of the rows are older the sentence says so.
    """
    day = held_day(rows, data_as_of)
    if day is None:
        return ""
    is_all = all(held_day((row,), data_as_of) for row in rows)
    return say.words("held.all" if is_all else "held.some", day=say.day(day))


def held_mark(row: Row | None, data_as_of: dt.date | None, say: Phrases) -> str:
    """The few words beside a single number that stays as of an earlier day; empty where it does not."""
    day = held_day((row,), data_as_of) if row is not None else None
    return say.words("held.mark", day=say.day(day)) if day is not None else ""


def held_by_table(tables: Tables, names: Iterable[str], say: Phrases) -> Mapping[str, str]:
    """The sentence of each named table that stays as of an earlier day."""
    data_as_of = only_row(tables, "protected_programme").day("data_as_of")
    sentences = {name: _of_table(name, read_rows(tables, name), data_as_of, say) for name in names}
    return {name: sentence for name, sentence in sentences.items() if sentence}


def _of_table(name: str, rows: Sequence[Row], data_as_of: dt.date | None, say: Phrases) -> str:
    """The sentence of a table; one that is not tried every week has its own."""
    day, key = held_day(rows, data_as_of), f"held.{name}"
    if day is not None and say.words.has(key):
        return say.words(key, day=say.day(day))
    return held_sentence(rows, data_as_of, say)
