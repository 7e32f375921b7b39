"""What all Plotly figures share: settings, layout of rows, notes, grid lines.

What belongs here: plain values of Plotly's layout, without Plotly itself. What does not: traces (`plotly_chart.py`).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from dashboards import theme
from dashboards.figures.info import Axis, BandInfo, BarsInfo, Info, RangesInfo, Reading
from dashboards.geometry import (
    AXIS_HEIGHT,
    DOT_EDGE,
    EDGE,
    END_ROOM,
    LEFT_LABEL_WIDTH,
    SAMPLE_HEIGHT,
    SAMPLE_WIDTH,
    RowPlace,
    chart_height,
    grid_spans,
    legend_places,
    plot_height,
    row_places,
    sides,
    tick_label,
    value_reach,
    wrapped,
)

LIGHT = theme.LIGHT
INSIDE_FROM = 20
LEGEND_RISE = 15
GAP_TEXT_WIDTH = 66
PLOTLY_DASH = "5px,4px"


def plotly_config(info: Info) -> dict[str, Any]:
    """The settings a figure is shown with: nothing is sent anywhere, no logo, two buttons at most."""
    buttons = ["toImage", "resetScale2d"] if isinstance(info, BandInfo) else ["toImage"]
    return {
        "displaylogo": False,
        "modeBarButtons": [buttons],
        "plotlyServerURL": "",
        "responsive": True,
        "showSendToCloud": False,
        "toImageButtonOptions": {"filename": f"peerlift-{info.key}", "format": "svg"},
    }


def plotly_text(text: str) -> str:
    """Text with the characters escaped that Plotly would read as tags."""
    return html.escape(text, quote=False)


def font(role: str, size: int = theme.SMALL_SIZE) -> dict[str, Any]:
    """A font of this colour role and size."""
    return {"color": LIGHT[role], "size": size}


def tick_texts(axis: Axis) -> dict[str, Any]:
    """The ticks of an axis with the labels both drawers write."""
    return {"tickvals": list(axis.ticks), "ticktext": [tick_label(tick, axis) for tick in axis.ticks]}


def base_layout(info: Info) -> dict[str, Any]:
    """What every figure has: height, font, grounds, hover."""
    return {
        "template": "none",
        "height": chart_height(info),
        "font": {"family": theme.FONT_STACK, "size": theme.LABEL_SIZE, "color": LIGHT["ink"]},
        "paper_bgcolor": LIGHT["surface"],
        "plot_bgcolor": LIGHT["surface"],
        "hoverlabel": {"bgcolor": LIGHT["state_ground"], "bordercolor": LIGHT["line"], "font": font("ink")},
        "modebar": {"bgcolor": LIGHT["surface"], "color": LIGHT["muted"], "activecolor": LIGHT["accent"]},
        "showlegend": False,
        "hovermode": "closest",
    }


def row_layout(info: BarsInfo | RangesInfo, notes: list[dict[str, Any]]) -> dict[str, Any]:
    """The layout of a chart of rows, whose y axis counts pixels so that both drawers agree."""
    room, height = sides(info), plot_height(info)
    return {
        **base_layout(info),
        "margin": {"l": room.left, "r": room.right, "t": 0, "b": AXIS_HEIGHT},
        "xaxis": {"range": [info.axis.low, info.axis.high], "visible": False, "fixedrange": True},
        "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
        "dragmode": False,
        "annotations": [*notes, *_tick_notes(info), *_axis_notes(info)],
        "shapes": [*_grid_lines(info), *_mark_lines(info)],
    }


def bar_notes(info: BarsInfo, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The texts of a bar: label, note, value and the label of its reference mark."""
    if info.labels == "left":
        return [
            _note(reading.label, place.label_y, "ink", xshift=-LEFT_LABEL_WIDTH),
            _value_note(reading, place),
        ]
    notes = [_strong(_note(reading.label, place.label_y, "ink", xshift=-EDGE))]
    if reading.note:
        at = {"x": 1, "xanchor": "right", "xshift": EDGE, "font": font("muted")}
        notes.append(_note(reading.note, place.label_y, "muted", **at))
    return [*notes, _value_note(reading, place), *_mark_note(info.axis, reading, place)]


def range_notes(info: RangesInfo, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The texts of a dot with its range."""
    label = _strong(_note(reading.label, place.label_y, "ink", xshift=-DOT_EDGE))
    text = _note(reading.full_text, place.text_y, "muted", xshift=-DOT_EDGE)
    return [label, text, *_mark_note(info.axis, reading, place)]


def legend_marks(info: BandInfo) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Samples and names of the kinds of weeks above the plot, placed as in the static drawer."""
    shapes, names = [], []
    for is_live, label, x in legend_places(info):
        at = {
            "xref": "paper",
            "yref": "paper",
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "xanchor": 0,
            "yanchor": 1,
        }
        across = {**at, "x0": x, "x1": x + SAMPLE_WIDTH}
        ground = {"fillcolor": LIGHT["band_live" if is_live else "band_past"], "line": {"width": 0}}
        middle = LEGEND_RISE
        shapes.append(
            {
                "type": "rect",
                "y0": middle - SAMPLE_HEIGHT / 2,
                "y1": middle + SAMPLE_HEIGHT / 2,
                **across,
                **ground,
            }
        )
        line = {"color": LIGHT["with"], "width": 2, "dash": "solid" if is_live else PLOTLY_DASH}
        shapes.append({"type": "line", "y0": middle, "y1": middle, **across, "line": line})
        shift = {"xshift": x + SAMPLE_WIDTH + 6, "yshift": middle, "yref": "paper", "font": font("muted")}
        names.append(_note(label, 1, "muted", **shift))
    return shapes, names


def gap_notes(info: BandInfo) -> list[dict[str, Any]]:
    """Why the first weeks are empty, in the middle of them, where they are enough to be noticed."""
    if info.gap_days is None:
        return []
    start, end = info.gap_days
    text = "<br>".join(plotly_text(line) for line in wrapped(info.gap_label, GAP_TEXT_WIDTH, theme.SMALL_SIZE))
    at = {"x": (start + (end - start) / 2).isoformat(), "y": 0.5, "yref": "paper"}
    return [{**at, "text": text, "showarrow": False, "font": font("muted")}]


def _value_note(reading: Reading, place: RowPlace) -> dict[str, Any]:
    if reading.value is None:
        return _note(reading.text, place.value_y, "muted", xshift=6)
    if reading.low is not None and reading.low >= INSIDE_FROM:
        inside = {"color": LIGHT["on_series"], "size": 16}
        return _strong(_note(reading.text, place.value_y, "on_series", xshift=9, font=inside))
    end = max(reading.value, reading.high if reading.high is not None else reading.value)
    return _strong(_note(reading.text, place.value_y, "ink", xref="x", x=end, xshift=6))


def _mark_note(axis: Axis, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The label of a reference mark, reaching inwards from it so that it stays in a narrow picture."""
    if reading.mark is None or reading.value is None:
        return []
    is_right = reading.mark.value > (axis.low + axis.high) / 2
    at = {"xref": "x", "x": reading.mark.value, "font": font("claim")}
    side = {"xanchor": "right", "xshift": 10} if is_right else {"xanchor": "left", "xshift": -10}
    return [_note(reading.mark.label, place.mark_y, "claim", **at, **side)]


def _tick_notes(info: BarsInfo | RangesInfo) -> list[dict[str, Any]]:
    """Tick labels as notes: an axis would clip those at its ends."""
    room, notes = sides(info), []
    for tick in info.axis.ticks:
        edge: dict[str, Any] = {"xanchor": "center"}
        if tick == info.axis.low and room.left < LEFT_LABEL_WIDTH:
            edge = {"xanchor": "left", "xshift": -room.left}
        elif tick == info.axis.high and room.right < END_ROOM:
            edge = {"xanchor": "right", "xshift": room.right}
        notes.append(_below(tick_label(tick, info.axis), 12, xref="x", x=tick, **edge))
    return notes


def _axis_notes(info: BarsInfo | RangesInfo) -> list[dict[str, Any]]:
    if isinstance(info, BarsInfo) or not info.has_directions:
        return [_below(info.axis.title, 33)]
    room = sides(info)
    right = _below(f"{info.right_word} →", 33, x=1, xanchor="right", xshift=room.right)
    return [_below(f"← {info.left_word}", 33, xshift=-room.left), right]


def _grid_lines(info: BarsInfo | RangesInfo) -> list[dict[str, Any]]:
    return [
        _down(tick, span, {"color": LIGHT["axis" if tick == 0 else "grid"], "width": 1}, "below")
        for tick in info.axis.ticks
        for span in grid_spans(info)
    ]


def _mark_lines(info: BarsInfo | RangesInfo) -> list[dict[str, Any]]:
    look, reach = {"color": LIGHT["claim"], "width": 2, "dash": "4px,3px"}, value_reach(info)
    return [
        _down(reading.mark.value, (place.value_y - reach, place.value_y + reach), look, "above")
        for reading, place in zip(info.readings, row_places(info), strict=True)
        if reading.mark is not None and reading.value is not None
    ]


def _down(x: float, span: tuple[float, float], look: Mapping[str, Any], layer: str) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "y0": span[0], "y1": span[1], "line": look, "layer": layer}


def _note(text: str, y: float, role: str, **more: Any) -> dict[str, Any]:
    at = {"xref": "paper", "x": 0, "xanchor": "left", "y": y, "yanchor": "middle", "showarrow": False}
    return {**at, "text": plotly_text(text), "font": font(role, theme.LABEL_SIZE), "borderpad": 0, **more}


def _below(text: str, distance: float, **more: Any) -> dict[str, Any]:
    """A small note this far under the plot."""
    return _note(text, 0, "muted", **{"yref": "paper", "yshift": -distance, "font": font("muted"), **more})


def _strong(note: dict[str, Any]) -> dict[str, Any]:
    return {**note, "text": f"<b>{note['text']}</b>"}
