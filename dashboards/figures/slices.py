"""Slices: rates of parts of the programme, coarse on purpose, one chart per dimension.

What belongs here: the rates of a department, cohort, level or quarter as they were released. What does not: any
difference between them, any order by result, and why a part is not shown (there is one state for all of it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboards.figures.info import Axis, Dot, DotRow, DotsInfo, NumbersTable, Sample, Tone, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_shapes import dots_figure
from dashboards.rows import Row

TABLE = "protected_slices"
OTHER = "Other"
DIMENSIONS = ("department", "cohort", "level", "quarter")
MEASURES: Mapping[str, Tone] = {
    "kept_with_appointment": "with",
    "kept_without_appointment": "without",
    "useful_top_two": "single",
}


def slices_info(dimension: str, rows: Sequence[Row], say: Phrases) -> DotsInfo:
    """What the chart of a dimension shows.

    Args:
        dimension: one of `DIMENSIONS`.
        rows: all rows of `protected_slices`.
        say: wording.
    """
    own = [row for row in rows if row.text("dimension") == dimension and row.number("rate") is not None]
    # By name, which says nothing of results; what was joined comes last.
    categories = sorted({row.text("category") for row in own}, key=lambda name: (name == OTHER, name))
    drawn = tuple(_row(category, own, say) for category in categories)
    title = say.words(f"slices.title_{dimension}")
    spoken = " ".join(
        say.words("chart.spoken_text", label=row.label, text="; ".join(dot.text for dot in row.dots))
        for row in drawn
    )
    return DotsInfo(
        key=f"slices_{dimension}",
        title=title,
        alt=say.words("slices.alt", title=title, readings=spoken),
        rows=drawn,
        axis=Axis(0, 100, 25, say.words("slices.axis"), suffix=say.words("unit.percent_tick")),
        numbers=_numbers(own, say),
        legend=tuple(Sample(say.words(f"slices.{measure}"), tone) for measure, tone in MEASURES.items()),
        absent="" if drawn else say.words("state.withheld"),
    )


def slices_figure(info: DotsInfo) -> go.Figure:
    """The chart of a dimension for Plotly."""
    return dots_figure(info)


def rate_text(row: Row, say: Phrases) -> str:
    """A released rate in words: 75 %, or at least 85 %."""
    rate, meant = row.number("rate"), row.text("rate_is") or "about"
    if rate is None:
        return say.words("state.no_value")
    return say.words(f"rate_is.{meant}", rate=say.percent(rate))


def other_notes(rows: Sequence[Row], dimension: str, say: Phrases) -> tuple[str, ...]:
    """Which categories are joined as `Other`; empty where none are. Commitments and answers may be joined apart."""
    own = [row for row in rows if row.text("dimension") == dimension and row.number("rate") is not None]
    joined = {
        "useful" if row.text("measure") == "useful_top_two" else "kept": row.text("joined")
        for row in own
        if row.text("joined")
    }
    is_same = len(joined) == 2 and len(set(joined.values())) == 1
    named = {"all": joined["kept"]} if is_same else joined
    return tuple(
        say.words(f"slices.other_{of}", categories=", ".join(part.strip() for part in text.split(";")))
        for of, text in named.items()
    )


def _row(category: str, rows: Sequence[Row], say: Phrases) -> DotRow:
    own = {row.text("measure"): row for row in rows if row.text("category") == category}
    dots = tuple(_dot(own[measure], tone, say) for measure, tone in MEASURES.items() if measure in own)
    return DotRow(category, dots)


def _dot(row: Row, tone: Tone, say: Phrases) -> Dot:
    low, high = row.number("low"), row.number("high")
    rate = round(100 * (row.number("rate") or 0.0), 9)
    return Dot(rate, rate_text(row, say), scaled(low, 100), scaled(high, 100), tone)


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("part", "measure", "people", "rate_shown", "range_fixed_coarse")
    cells = tuple(_numbers_row(row, say) for row in rows)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), cells)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    low, high = row.number("low"), row.number("high")
    return (
        row.text("category"),
        say.words(f"slices.{row.text('measure')}"),
        row.text("people").replace("-", "–"),
        rate_text(row, say),
        say.words("state.no_value") if low is None or high is None else say.percent_range(low, high),
    )
