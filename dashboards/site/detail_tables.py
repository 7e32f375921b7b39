"""Tables and sentences of the Commitments page that have no chart: power, other intervals, secondary outcomes.

What belongs here: rows of protected tables as tables of text. What does not: charts, the first page's tables.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.figures.info import NumbersTable
from dashboards.phrases import Phrases
from dashboards.rows import Row

OWN_WAY = "cluster_robust"
DETECTABLE = ("detectable_now", "detectable_always_valid")
"""Rows that stand in a sentence (`behind.detectable_sentence`), not in the table."""


def power_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """How many commitments each difference needs, and how many are still missing."""
    header = tuple(
        say.words(f"column.{name}") for name in ("question", "difference_sought", "needed", "missing")
    )
    wanted = (row for row in rows if row.text("question") not in DETECTABLE)
    return NumbersTable("protected_power", header, tuple(_power_row(row, say) for row in wanted))


def _power_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    difference, needed, missing = row.number("difference"), row.count("n_needed"), row.count("n_more_needed")
    return (
        say.words(f"power.{row.text('question')}"),
        none if difference is None else say.bare_points(difference),
        say.state(row) if needed is None or not row.is_shown else say.count(needed),
        none if missing is None or not row.is_shown else _missing(missing, say),
    )


def _missing(missing: int, say: Phrases) -> str:
    return say.count(missing) if missing else say.words("power.enough")


def crosschecks_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """How many of the other ways of forming the range agree with the one shown."""
    others = [row for row in rows if row.text("method") != OWN_WAY and row.is_shown]
    if not others:
        return say.words("crosschecks.none")
    agree = sum(row.is_true("agrees") for row in others)
    if agree == len(others):
        return say.words("crosschecks.all", whole=say.count(len(others)))
    return say.words("crosschecks.some", agree=say.count(agree), whole=say.count(len(others)))


def crosschecks_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """Each other way of forming the range, and whether it agrees."""
    header = tuple(say.words(f"column.{name}") for name in ("way_of_ranging", "agrees"))
    cells = tuple(
        (
            say.words(f"crosschecks.{row.text('method')}"),
            say.words("word.yes" if row.is_true("agrees") else "word.no") if row.is_shown else say.state(row),
        )
        for row in rows
        if row.text("method") != OWN_WAY
    )
    return NumbersTable("protected_crosschecks", header, cells)


def secondaries_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """The secondary outcomes with their p-values, by themselves and allowing for all of them."""
    header = tuple(say.words(f"column.{name}") for name in ("outcome", "p_alone", "p_holm", "follows"))
    return NumbersTable("protected_secondaries", header, tuple(_secondary_row(row, say) for row in rows))


def _secondary_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    alone, holm = row.number("p_value"), row.number("p_value_holm")
    return (
        say.words(f"secondaries.{row.text('outcome')}"),
        none if alone is None else say.p_value(alone),
        none if holm is None else say.p_value(holm),
        say.words(f"secondaries.word_{row.text('word')}")
        if row.is_shown and row.text("word")
        else say.state(row),
    )
