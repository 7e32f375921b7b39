"""The table of people found again: for each export and survey, the share that other exports know.

What belongs here: rows of `protected_match_rates` as a table of text. What does not: freshness, checks (`tables`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.figures.info import NumbersTable
from dashboards.figures.response import survey_label
from dashboards.phrases import Phrases
from dashboards.rows import Row

FOUND_IN = ("roster", "groups", "baseline", "wave_before")


def match_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """One row per place where people are named, one column per place they are looked up in."""
    names = ("named_in", "people", *(f"found_in_{name}" for name in FOUND_IN))
    places = tuple(dict.fromkeys(row.text("named_in") for row in rows))
    return NumbersTable(
        "protected_match_rates",
        tuple(say.words(f"column.{name}") for name in names),
        tuple(_cells(place, [row for row in rows if row.text("named_in") == place], say) for place in places),
    )


def place_label(place: str, say: Phrases) -> str:
    """A place in words; a survey by its wave."""
    key = f"matching.{place}"
    return say.words(key) if say.words.has(key) else survey_label(place, say)


def _cells(place: str, rows: Sequence[Row], say: Phrases) -> tuple[str, ...]:
    by_name = {row.text("found_in"): row for row in rows}
    people = rows[0].count("n_people")
    return (
        place_label(place, say),
        say.words("state.no_value") if people is None else say.count(people),
        *(_rate(by_name.get(name), say) for name in FOUND_IN),
    )


def _rate(row: Row | None, say: Phrases) -> str:
    """The share; a dash where nobody would look there."""
    if row is None:
        return say.words("state.no_value")
    rate = row.number("rate")
    return say.state(row) if rate is None else say.percent(rate)
