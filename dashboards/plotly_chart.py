"""The Plotly drawer: the same Info values as figures with hover and zoom.

What belongs here: one function per shape. What does not: what is drawn (`figures/`), the parts and settings that
the shapes share (`plotly_parts.py`), the static drawer, the page's script.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures.info import BandInfo, BarsInfo, Info, RangesInfo, Reading, WeekPoint
from dashboards.geometry import (
    AXIS_HEIGHT,
    BAR_THICKNESS,
    SLIM_BAR_THICKNESS,
    SPAN_THICKNESS,
    RowPlace,
    row_places,
)
from dashboards.plotly_parts import (
    PLOTLY_DASH,
    bar_notes,
    base_layout,
    font,
    gap_notes,
    legend_marks,
    plotly_text,
    range_notes,
    row_layout,
    tick_texts,
)

LIGHT = theme.LIGHT

# With so few weeks a line alone would not show where they stand.
FEW_WEEKS = 8
_DAY_TICKS = {"tickformat": "%-d %b", "nticks": 5, "tickangle": 0}


def bars_figure(info: BarsInfo) -> go.Figure:
    """Horizontal bars from zero; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    is_slim = info.labels == "left"
    placed = list(zip(info.readings, row_places(info), strict=True))
    drawn = [(reading, place) for reading, place in placed if reading.value is not None]
    bars = go.Bar(
        orientation="h",
        x=[reading.value for reading, _ in drawn],
        y=[place.value_y for _, place in drawn],
        width=SLIM_BAR_THICKNESS if is_slim else BAR_THICKNESS,
        marker={"color": [LIGHT[reading.tone] for reading, _ in drawn], "line": {"width": 0}},
        **_hover([reading for reading, _ in drawn]),
    )
    ranges = [trace for reading, place in drawn for trace in _whiskers(reading, place, "whisker")]
    notes = [note for reading, place in placed for note in bar_notes(info, reading, place)]
    return go.Figure(data=[bars, *ranges], layout=row_layout(info, notes))


def ranges_figure(info: RangesInfo) -> go.Figure:
    """A dot with its range per reading; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    placed = list(zip(info.readings, row_places(info), strict=True))
    drawn = [(reading, place) for reading, place in placed if reading.value is not None]
    ranges = [
        trace
        for reading, place in drawn
        for trace in _whiskers(reading, place, reading.tone if reading.start is None else "whisker")
    ]
    dots = [_dot(reading, place) for reading, place in drawn if reading.start is None]
    spans = [_span(reading, place) for reading, place in drawn if reading.start is not None]
    notes = [note for reading, place in placed for note in range_notes(info, reading, place)]
    return go.Figure(data=[*spans, *ranges, *dots], layout=row_layout(info, notes))


def band_figure(info: BandInfo) -> go.Figure:
    """The line over the weeks with its band; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    traces = [trace for run in _runs(info.points) for trace in _run_traces(run)]
    return go.Figure(data=traces, layout=_band_layout(info))


def _band_layout(info: BandInfo) -> dict[str, Any]:
    last_day = next(point.ends_on for point in reversed(info.points) if point.value is not None)
    look = {"gridcolor": LIGHT["grid"], "zeroline": False, "showline": False, "tickfont": font("muted")}
    title = {"text": plotly_text(info.time_title), "font": font("muted"), "standoff": 6}
    limits = [info.axis.low, info.axis.high]
    days = (info.points[0].ends_on.isoformat(), info.points[-1].ends_on.isoformat())
    across = {"range": days} if days[0] != days[1] else {}
    samples, names = legend_marks(info)
    last = {"text": f"<b>{plotly_text(info.last_label)}</b>", "x": last_day.isoformat(), "y": info.last_value}
    zero = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": LIGHT["axis"]},
    }
    none = {"text": plotly_text(info.zero_label), "x": 0, "xref": "paper", "xshift": 6, "y": 0}
    below = {"yanchor": "bottom" if info.is_zero_label_above else "top", "font": font("muted"), "borderpad": 2}
    return {
        **base_layout(info),
        "margin": {"l": 40, "r": 44, "t": 26, "b": AXIS_HEIGHT},
        "xaxis": {
            **look,
            "title": title,
            "tickformat": "%-d %b",
            "nticks": 5,
            "showgrid": False,
            **across,
            "tickangle": 0,
        },
        "yaxis": {**look, **tick_texts(info.axis), "range": limits, "fixedrange": True},
        "hovermode": "x",
        "shapes": [zero, *samples],
        "annotations": [
            {**last, "xanchor": "left", "xshift": 4, "showarrow": False, "font": font("ink", theme.LABEL_SIZE)},
            {**none, **below, "xanchor": "left", "showarrow": False},
            *names,
            *gap_notes(info),
        ],
    }


def _runs(points: Sequence[WeekPoint]) -> list[list[WeekPoint]]:
    """Stretches of neighbouring weeks that are shown: Plotly would fill a band across the weeks between them."""
    grouped = groupby(points, key=lambda point: point.value is not None)
    return [list(run) for is_shown, run in grouped if is_shown]


def _run_traces(run: list[WeekPoint]) -> list[Any]:
    first_live = next((index for index, point in enumerate(run) if point.is_live), len(run))
    # The live line begins at the last reconstructed week, so that it has no hole where the two meet.
    return [
        *_week_traces(run[:first_live], "band_past", PLOTLY_DASH),
        *_week_traces(run[max(first_live - 1, 0) :] if first_live < len(run) else [], "band_live", "solid"),
    ]


def _week_traces(points: list[WeekPoint], band: str, dash: str) -> list[Any]:
    if not points:
        return []
    days = [point.ends_on.isoformat() for point in points]
    edge = {"x": days, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    return [
        go.Scatter(y=[point.low for point in points], **edge),
        go.Scatter(y=[point.high for point in points], fill="tonexty", fillcolor=LIGHT[band], **edge),
        go.Scatter(
            x=days,
            y=[point.value for point in points],
            mode="lines+markers" if len(points) <= FEW_WEEKS else "lines",
            marker={"size": 5, "color": LIGHT["with"]},
            line={"color": LIGHT["with"], "width": 2, "dash": dash},
            showlegend=False,
            hoverinfo="x+text",
            hovertext=[plotly_text(point.text) for point in points],
            **_lone_range(points),
        ),
    ]


def _lone_range(points: list[WeekPoint]) -> dict[str, Any]:
    """The range of a week that stands alone, which has no neighbour to span a band to."""
    value, low, high = points[0].value, points[0].low, points[0].high
    if len(points) > 1 or value is None or low is None or high is None:
        return {}
    ends = {"array": [high - value], "arrayminus": [value - low]}
    look = {"color": LIGHT["with"], "thickness": 2, "width": 0}
    return {"error_y": {"type": "data", "symmetric": False, **ends, **look}}


def _dot(reading: Reading, place: RowPlace) -> go.Scatter:
    look = {"size": 12, "color": LIGHT[reading.tone]}
    return go.Scatter(x=[reading.value], y=[place.value_y], mode="markers", marker=look, **_hover([reading]))


def _span(reading: Reading, place: RowPlace) -> go.Bar:
    """A bar from the reading's start to its value."""
    return go.Bar(
        orientation="h",
        base=[reading.start],
        x=[(reading.value or 0.0) - (reading.start or 0.0)],
        y=[place.value_y],
        width=SPAN_THICKNESS,
        marker={"color": LIGHT[reading.tone], "line": {"width": 0}},
        **_hover([reading]),
    )


def _whiskers(reading: Reading, place: RowPlace, role: str) -> list[Any]:
    """The range of a reading: first wide in the colour of the page, then narrow, so that it is clear on its bar."""
    value, low, high = reading.value, reading.low, reading.high
    if value is None or low is None or high is None:
        return []
    span = {"type": "data", "symmetric": False, "array": [high - value], "arrayminus": [value - low]}
    looks = (
        {"color": LIGHT["surface"], "thickness": 5, "width": 8},
        {"color": LIGHT[role], "thickness": 2, "width": 6},
    )
    at = {"x": [value], "y": [place.value_y], "mode": "markers", "marker": {"opacity": 0}}
    return [go.Scatter(error_x={**span, **look}, hoverinfo="skip", showlegend=False, **at) for look in looks]


def _hover(readings: list[Reading]) -> dict[str, Any]:
    texts = [f"{reading.label}: {reading.full_text}" for reading in readings]
    return {"hoverinfo": "text", "hovertext": [plotly_text(text) for text in texts], "showlegend": False}


def absent_figure(info: Info) -> go.Figure:
    """A figure without data that says why nothing can be shown."""
    at = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    hidden = {"visible": False, "fixedrange": True}
    note = {**at, "text": plotly_text(info.absent)}
    return go.Figure(layout={**base_layout(info), "xaxis": hidden, "yaxis": hidden, "annotations": [note]})
