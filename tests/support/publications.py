"""Publications drawn by hand for the attacker: a few people, and rows as they would be published.

What belongs here: short ways to say who is counted where and which numbers are out.
What does not: what the attacker makes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import polars as pl
from attacker import Public, Release

FIRST = date(2026, 1, 4)
PLACES = {"department": "Sales", "cohort": "Spring", "level": "individual", "quarter": "2026-Q1"}
WITH, WITHOUT = "with_appointment", "without_appointment"
Block = Mapping[str, object]


def day(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def block(person: str, n: int = 1, **changed: object) -> Block:
    """Commitments of one person, with an appointment, counted from week 0 on; answers where the line says so."""
    given = {"person_id": person, "n": n, "arm": 1, "line": "primary", "from_week": 0, "to_week": None}
    return {**given, "session_number": 1, **PLACES, **changed}


def known(*blocks: Block) -> Public:
    """What colleagues know of these blocks; they are numbered in the order given."""
    rows = pl.DataFrame(
        [{"block_id": number, **item} for number, item in enumerate(blocks)],
        schema_overrides={"arm": pl.Int64, "to_week": pl.Int64},
    )
    is_answer = pl.col("line") == "usefulness"
    measure = pl.when(is_answer).then(pl.lit("useful")).otherwise(pl.lit("kept")).alias("measure")
    counted = rows.with_columns(pl.when(is_answer).then(None).otherwise(pl.col("arm")).alias("arm"))
    return Public(
        rows.select("block_id", measure, "person_id", "n"),
        counted.drop("person_id", "n"),
        {day(week): week for week in range(60)},
    )


def people(numbers: Iterable[int], n: int = 1, **changed: object) -> list[Block]:
    return [block(f"p{number:02}", n, **changed) for number in numbers]


def total(week: int, kept: int, n: int, arm: str = WITH) -> pl.DataFrame:
    """The share kept in an arm at the end of a week."""
    return pl.DataFrame(
        {"arm": [arm], "n_commitments": [n], "rate": [round(kept / n, 3)], "as_of": [day(week)]},
    )


def part(
    category: str,
    rate: float,
    *,
    week: int = 0,
    rate_is: str = "about",
    joined: str | None = None,
    **changed: object,
) -> dict[str, object]:
    """A slice: by default a department's share kept with an appointment."""
    return {
        "dimension": "department",
        "category": category,
        "joined": joined,
        "measure": "kept_with_appointment",
        "people": "5-9",
        "rate": rate,
        "rate_is": rate_is,
        "low": 0.0,
        "high": 1.0,
        "as_of": day(week),
        **changed,
    }


def slices(*rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema_overrides={"joined": pl.String})


def line(name: str, value: float, n: int, week: int = 0) -> pl.DataFrame:
    """A difference between the arms."""
    return pl.DataFrame(
        {"line": [name], "estimate": [round(value, 3)], "n_commitments": [n], "as_of": [day(week)]}
    )


def bands(*rows: tuple[int, int, int, int], week: int = 0) -> pl.DataFrame:
    """Answers by band: lowest score, highest, people, answers."""
    names = ("score_from", "score_to", "n_people", "n_answers")
    return pl.DataFrame([dict(zip(names, row, strict=True)) | {"as_of": day(week)} for row in rows])


def completion(*totals: pl.DataFrame) -> Release:
    return {"protected_completion": pl.concat(totals)}


def arms(n1: int, n0: int) -> list[Block]:
    """People with one commitment each; the first n1 with an appointment."""
    return [*people(range(n1), arm=1), *people(range(50, 50 + n0), arm=0)]


def answers(numbers: Iterable[int], n: int = 1, **changed: object) -> list[Block]:
    return people(numbers, n, line="usefulness", **changed)
