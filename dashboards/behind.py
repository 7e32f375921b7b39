"""What stands behind the headline, each in one sentence, the same on the first page and in the weekly report.

What belongs here: whether other ways of counting and adjusting agree, what these data could have shown, how the claims
fit, and which numbers stay as of an earlier day. What does not: the charts and tables with the details.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.adjusted import adjusted_sentence
from dashboards.held import held_day
from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, first_where, only_row, read_rows

# The tables the weekly report shows numbers of.
REPORT_TABLES = (
    "protected_completion",
    "protected_effect",
    "protected_effect_by_week",
    "protected_usefulness",
    "protected_loneliness",
    "protected_metrics",
    "protected_adjusted",
    "protected_power",
    "protected_claims",
)


@dataclass(frozen=True, slots=True)
class Behind:
    """Sentences about the headline; `held` is empty where every number is of the page's day."""

    lines: str
    adjusted: str
    detectable: str
    claims: str
    held: str


def behind(tables: Tables, say: Phrases) -> Behind:
    """Say what stands behind the headline of a release."""
    effects = read_rows(tables, "protected_effect")
    primary = first_where(effects, "line", "primary")
    is_drawn = only_row(tables, "protected_programme").text("design") == "randomised"
    return Behind(
        lines=lines_sentence(effects, say, is_drawn=is_drawn),
        adjusted=say.words(
            "behind.adjusted_beside_the_draw" if is_drawn else "behind.adjusted",
            finding=adjusted_sentence(primary, read_rows(tables, "protected_adjusted"), say),
        ),
        detectable=detectable_sentence(read_rows(tables, "protected_power"), say),
        claims=claims_sentence(read_rows(tables, "protected_claims"), say),
        held=_held(tables, say),
    )


def lines_sentence(rows: Sequence[Row], say: Phrases, *, is_drawn: bool = False) -> str:
    """How many of the other ways of counting give a difference of the same sign as the primary one.

    Args:
        rows: rows of `protected_effect`.
        say: wording.
        is_drawn: whether the headline compares what was drawn by chance; the lines then say that they belong to the
            comparison of what people chose.
    """
    sentence = _agreement(rows, say)
    return say.words("behind.lines_beside_the_draw", lines=sentence) if is_drawn else sentence


def _agreement(rows: Sequence[Row], say: Phrases) -> str:
    primary = first_where(tuple(rows), "line", "primary")
    own = primary.number("estimate") if primary is not None else None
    others = [
        value
        for row in rows
        if row.text("line") not in ("primary", "intention_to_treat")
        and (value := row.number("estimate")) is not None
    ]
    if own is None or not others:
        return say.words("behind.lines_none")
    agree = sum(value * own > 0 for value in others)
    if agree == len(others) == 1:
        return say.words("behind.lines_one")
    if agree == len(others):
        return say.words("behind.lines_all", whole=say.count(len(others)))
    return say.words("behind.lines", agree=say.count(agree), whole=say.count(len(others)))


def detectable_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """The smallest differences the data so far would show: at a single look, and in the ranges that pages show."""
    single, always_valid = (_difference(rows, name) for name in ("detectable_now", "detectable_always_valid"))
    if single is None:
        return say.words("behind.detectable_none")
    if always_valid is None:
        return say.words("behind.detectable_single", points=say.points_apart(single))
    return say.words(
        "behind.detectable", points=say.points_apart(single), always_valid=say.points_apart(always_valid)
    )


def _difference(rows: Sequence[Row], question: str) -> float | None:
    row = first_where(tuple(rows), "question", question)
    return row.number("difference") if row is not None else None


def claims_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """How the claims without a source fit the programme's own data."""
    parts = [
        say.words(
            "behind.claim",
            claim=say.words(f"claim.{row.text('claim')}"),
            fit=say.words(f"fit.{row.text('word')}"),
        )
        for row in rows
        if row.is_shown and row.text("word") and say.words.has(f"claim.{row.text('claim')}")
    ]
    return say.words("behind.claims", claims="; ".join(parts)) if parts else say.words("behind.claims_none")


def _held(tables: Tables, say: Phrases) -> str:
    day: dt.date | None = held_day(
        (row for name in REPORT_TABLES for row in read_rows(tables, name)),
        only_row(tables, "protected_programme").day("data_as_of"),
    )
    return say.words("held.some", day=say.day(day)) if day is not None else ""
