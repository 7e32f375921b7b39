"""The Plotly drawer of the shapes behind the headline: rows of dots, mirrored histograms, curves.

What belongs here: one function per shape. What does not: bars, ranges and the line over the weeks
(`plotly_chart.py`), the parts all shapes share (`plotly_parts.py`).
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures.info import Curve, CurvesInfo, Dot, DotsInfo, MirrorBand, MirrorInfo, Sample, Tone
from dashboards.geometry import (
    AXIS_HEIGHT,
    DOT_EDGE,
    MIRROR_LABEL_WIDTH,
    dot_row_places,
    legend_height,
    mirror_y,
)
from dashboards.plotly_chart import absent_figure
from dashboards.plotly_parts import (
    DOTTED,
    base_layout,
    font,
    legend_lines,
    plotly_text,
    row_layout,
    text_note,
    tick_texts,
)

LIGHT = theme.LIGHT
TEXT_RISE = 10
SYMBOLS: dict[Tone, str] = {"with": "circle", "without": "square", "single": "diamond"}
SIZES: dict[Tone, int] = {"with": 10, "without": 9, "single": 12}


def dots_figure(info: DotsInfo) -> go.Figure:
    """Rows of dots; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    traces, notes = [], []
    for row, place in zip(info.rows, dot_row_places(info), strict=True):
        notes.append(text_note(row.label, place.label_y, "ink", xshift=-DOT_EDGE))
        if not row.dots:
            small = {"xshift": -DOT_EDGE, "font": font("muted")}
            notes.append(text_note(row.note, place.note_y, "muted", **small))
        for dot, y in zip(row.dots, place.dot_ys, strict=True):
            traces.append(_dot(row.label, dot, y))
            if info.has_ranges:
                beside = {"x": 1, "xshift": DOT_EDGE, "font": font("ink")}
                notes.append(text_note(dot.text, y, "ink", **beside))
    return go.Figure(data=traces, layout=_with_legend(info, row_layout(info, notes)))


def mirror_figure(info: MirrorInfo) -> go.Figure:
    """Two histograms back to back; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    bars = [
        _bars(info, info.left, -1, info.legend[0]),
        _bars(info, info.right, 1, info.legend[1]),
    ]
    small = {"xanchor": "right", "xshift": -8, "font": font("muted")}
    notes = [text_note(label, mirror_y(info, height), "muted", **small) for height, label in info.heights]
    layout = row_layout(info, notes)
    return go.Figure(data=bars, layout=_with_legend(info, {**layout, "barmode": "overlay"}))


def curves_figure(info: CurvesInfo) -> go.Figure:
    """Curves with their bands; where nothing can be shown, an empty figure with the reason."""
    if info.absent:
        return absent_figure(info)
    bands = [trace for curve in info.curves for trace in _band(curve)]
    lines = [_line(curve) for curve in info.curves]
    return go.Figure(data=[*bands, *lines], layout=_with_legend(info, _curves_layout(info)))


def _with_legend(info: DotsInfo | MirrorInfo | CurvesInfo, layout: dict[str, Any]) -> dict[str, Any]:
    left = layout["margin"]["l"]
    shapes, names = legend_lines(info, left)
    shapes, names = [*layout["shapes"], *shapes], [*layout["annotations"], *names]
    return {**layout, "shapes": shapes, "annotations": names}


def _dot(label: str, dot: Dot, y: float) -> go.Scatter:
    colour = LIGHT[dot.tone]
    fill = LIGHT["surface"] if dot.is_open else colour
    ranged: dict[str, Any] = {}
    if dot.low is not None and dot.high is not None:
        ends = {"array": [dot.high - dot.value], "arrayminus": [dot.value - dot.low]}
        look = {"color": colour, "thickness": 2, "width": 4}
        ranged = {"error_x": {"type": "data", "symmetric": False, **ends, **look}}
    return go.Scatter(
        x=[dot.value],
        y=[y],
        mode="markers",
        marker={
            "size": SIZES[dot.tone],
            "symbol": SYMBOLS[dot.tone],
            "color": fill,
            "line": {"color": colour, "width": 2},
        },
        hoverinfo="text",
        hovertext=[plotly_text(f"{label}: {dot.text}")],
        showlegend=False,
        cliponaxis=False,
        **ranged,
    )


def _bars(info: MirrorInfo, bands: tuple[MirrorBand, ...], sign: int, sample: Sample) -> go.Bar:
    middles = [(mirror_y(info, band.start) + mirror_y(info, band.end)) / 2 for band in bands]
    return go.Bar(
        orientation="h",
        x=[sign * band.value for band in bands],
        y=middles,
        width=[mirror_y(info, band.start) - mirror_y(info, band.end) - 1 for band in bands],
        marker={"color": LIGHT[sample.tone], "line": {"width": 0}},
        hoverinfo="text",
        hovertext=[plotly_text(f"{sample.label}: {band.text}") for band in bands],
        textposition="none",
        showlegend=False,
    )


def _band(curve: Curve) -> list[go.Scatter]:
    if curve.is_apart:
        return []
    ranged = [point for point in curve.points if point.low is not None and point.high is not None]
    if len(ranged) < 2:
        return []
    edge = {"x": [p.x for p in ranged], "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fill = LIGHT[f"band_{curve.sample.tone}"]
    return [
        go.Scatter(y=[p.low for p in ranged], showlegend=False, **edge),
        go.Scatter(y=[p.high for p in ranged], fill="tonexty", fillcolor=fill, showlegend=False, **edge),
    ]


def _apart(curve: Curve) -> go.Scatter:
    """Points that stand apart, each with its upright range."""
    tone = curve.sample.tone
    above = [0.0 if point.high is None else point.high - point.value for point in curve.points]
    below = [0.0 if point.low is None else point.value - point.low for point in curve.points]
    span = {"type": "data", "symmetric": False, "array": above, "arrayminus": below}
    return go.Scatter(
        x=[point.x for point in curve.points],
        y=[point.value for point in curve.points],
        mode="markers",
        marker={"size": SIZES[tone], "symbol": SYMBOLS[tone], "color": LIGHT[tone]},
        error_y={**span, "color": LIGHT[tone], "thickness": 2, "width": 5},
        hoverinfo="text",
        hovertext=[plotly_text(f"{curve.sample.label}: {point.text}") for point in curve.points],
        showlegend=False,
        cliponaxis=False,
    )


def _point_notes(info: CurvesInfo) -> list[dict[str, Any]]:
    """The text above each point that stands apart."""
    at = {"showarrow": False, "yanchor": "middle", "yshift": TEXT_RISE, "font": font("ink")}
    return [
        {
            **at,
            "x": point.x,
            "y": point.value if point.high is None else point.high,
            "text": plotly_text(point.label),
        }
        for curve in info.curves
        if curve.is_apart
        for point in curve.points
    ]


def _line(curve: Curve) -> go.Scatter:
    tone, is_dotted = curve.sample.tone, curve.sample.is_dotted
    if curve.is_apart:
        return _apart(curve)
    return go.Scatter(
        x=[point.x for point in curve.points],
        y=[point.value for point in curve.points],
        mode="lines" if is_dotted else "lines+markers",
        line={"color": LIGHT[tone], "width": 2, "dash": DOTTED if is_dotted else "solid"},
        marker={"size": SIZES[tone], "symbol": SYMBOLS[tone], "color": LIGHT[tone]},
        hoverinfo="text",
        hovertext=[plotly_text(f"{curve.sample.label}: {point.text}") for point in curve.points],
        showlegend=False,
        cliponaxis=False,
    )


def _curves_layout(info: CurvesInfo) -> dict[str, Any]:
    look = {"zeroline": False, "showline": False, "tickfont": font("muted"), "fixedrange": True}
    title = {"text": plotly_text(info.x_axis.title), "font": font("muted"), "standoff": 6}
    return {
        **base_layout(info),
        "margin": {"l": MIRROR_LABEL_WIDTH, "r": 14, "t": legend_height(info), "b": AXIS_HEIGHT},
        "xaxis": {
            **look,
            **tick_texts(info.x_axis),
            "range": [info.x_axis.low, info.x_axis.high],
            "showgrid": False,
            "title": title,
        },
        "yaxis": {
            **look,
            **tick_texts(info.axis),
            "range": [info.axis.low, info.axis.high],
            "gridcolor": LIGHT["grid"],
        },
        "dragmode": False,
        "shapes": [],
        "annotations": _point_notes(info),
    }
