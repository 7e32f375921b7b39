"""A first release in which everybody's part is the same, and what a later one changes in it.

What belongs here: the releases that tests of the gate over time begin with. What does not: what they expect.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from gated import AS_OF, NO_SLICES, Parts, fresh, full_row, named, people, released, with_parts

from models.disclosure import Fresh, Past, Protected
from models.disclosure.contributions import PRIMARY

NEXT_WEEK, LATER = "2026-W41", AS_OF + timedelta(days=7)
ONE_NEW = with_parts({"p20": (1, 1)})
SIX_NEW = with_parts(people(range(20, 26), (2, 1)))
SIXTY: Parts = people(range(60), (4, 2))


def rows(subject: str, **columns: object) -> dict[str, list[dict[str, object]]]:
    """One full row of a subject, with these columns."""
    return {subject: [full_row(named(subject), **columns)]}


def next_release(
    parts: dict[str, Parts],
    changed: dict[str, list[dict[str, object]]] | None = None,
    *,
    past: Past | None = None,
    week: str = NEXT_WEEK,
) -> Protected:
    """A release a week after a first one in which everybody's parts were the same."""
    before = released(fresh())[1] if past is None else past
    return released(fresh(changed, parts, as_of=LATER, week=week), before)[0]


def cells(n_sales: int = 30, n_finance: int = 30, measure: str = "kept_with_appointment") -> pl.DataFrame:
    """Sixty people of both arms, by department."""
    listed = [
        {
            "measure": measure,
            "person_id": f"p{number:02}",
            "group_id": f"g{number // 4}",
            "department": "Sales" if number < n_sales else "Finance",
            "cohort": "all",
            "level": "all",
            "quarter": "all",
            "n": 4,
            "value": 2,
        }
        for number in range(n_sales + n_finance)
    ]
    return pl.DataFrame(listed, schema=NO_SLICES.schema)


def of_sixty(shown: pl.DataFrame, days: int = 0, headline: Parts = SIXTY) -> Fresh:
    """A release of a programme of sixty so many days after the first."""
    week = f"2026-W{40 + days // 7}"
    return fresh(parts={PRIMARY: headline}, slices=shown, as_of=AS_OF + timedelta(days=days), week=week)
