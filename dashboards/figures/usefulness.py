"""Usefulness: how the answers to "was this time useful?" spread over the scores.

What belongs here: one bar per band of scores. What does not: means and trends (the metrics of the page).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.info import BarsInfo, NumbersTable, Reading, nice_axis, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_chart import bars_figure
from dashboards.rows import Row, first_where

TABLE = "protected_usefulness"


def usefulness_info(rows: Sequence[Row], metrics: Sequence[Row], say: Phrases) -> BarsInfo:
    """What the usefulness chart shows, highest scores first.

    Args:
        rows: rows of `protected_usefulness`.
        metrics: rows of `protected_metrics`; the title states `usefulness_top_two_share` where it is shown.
        say: wording.
    """
    bands = sorted(rows, key=lambda row: -(row.count("score_from") or 0))
    readings = tuple(_reading(row, say) for row in bands)
    shares = [reading.value for reading in readings if reading.value is not None]
    title = _title(metrics, say, is_shown=bool(shares))
    spoken = " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)
    return BarsInfo(
        key="usefulness",
        title=title,
        alt=say.words("usefulness.alt", title=title, readings=spoken),
        readings=readings,
        axis=nice_axis(
            0, max(shares, default=100.0), say.words("usefulness.axis"), suffix=say.words("unit.percent_tick")
        ),
        numbers=_numbers(bands, say),
        labels="left",
        absent="" if shares else say.why(bands[0] if bands else None),
    )


def usefulness_figure(info: BarsInfo) -> go.Figure:
    """The usefulness chart for Plotly."""
    return bars_figure(info)


def _title(metrics: Sequence[Row], say: Phrases, *, is_shown: bool) -> str:
    top_two = first_where(tuple(metrics), "metric", "usefulness_top_two_share")
    share = top_two.number("value") if top_two else None
    if share is not None:
        return say.words("usefulness.title", share=say.percent(share))
    return say.words("usefulness.title_plain" if is_shown else "usefulness.title_absent")


def _reading(row: Row, say: Phrases) -> Reading:
    share = row.number("share")
    text = say.state(row) if share is None else say.percent(share)
    return Reading(_band(row, say), scaled(share, 100), text)


def _band(row: Row, say: Phrases) -> str:
    low, high = row.count("score_from"), row.count("score_to")
    if low is None or high is None:
        return say.words("usefulness.band_unknown")
    if low == high:
        return say.words("usefulness.band_one", score=say.count(low))
    return say.words("usefulness.band_several", low=say.count(low), high=say.count(high))


def _numbers(bands: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("score", "share", "answers", "people")
    rows = tuple(_numbers_row(row, say) for row in bands)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), rows)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    share = row.number("share")
    counts = (row.count("n_answers"), row.count("n_people"))
    return (
        _band(row, say),
        say.state(row) if share is None else say.percent(share),
        *(say.words("state.no_value") if count is None else say.count(count) for count in counts),
    )
