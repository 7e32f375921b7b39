"""What all Plotly figures share: settings, layout of rows, notes, grid lines.

What belongs here: plain values of Plotly's layout, without Plotly itself. What does not: traces (`plotly_chart.py`).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from dashboards import theme
from dashboards.figures.info import (
    Axis,
    BandInfo,
    BarsInfo,
    CurvesInfo,
    DotsInfo,
    Info,
    MirrorInfo,
    RangesInfo,
    Reading,
    RowsInfo,
    Sample,
)
from dashboards.geometry import (
    AXIS_HEIGHT,
    DOT_EDGE,
    EDGE,
    LEFT_LABEL_WIDTH,
    LEGEND_LINE,
    SAMPLE_HEIGHT,
    SAMPLE_WIDTH,
    RowPlace,
    chart_height,
    grid_spans,
    legend,
    legend_height,
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
DOTTED = "2px,4px"


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


def row_layout(info: RowsInfo, notes: list[dict[str, Any]]) -> dict[str, Any]:
    """The layout of a chart of rows, whose y axis counts pixels so that both drawers agree."""
    room, height = sides(info), plot_height(info)
    return {
        **base_layout(info),
        "margin": {"l": room.left, "r": room.right, "t": 0, "b": AXIS_HEIGHT},
        "xaxis": {"range": [info.axis.low, info.axis.high], "visible": False, "fixedrange": True},
        "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
        "dragmode": False,
        "annotations": [*notes, *_tick_notes(info), *_axis_notes(info)],
        "shapes": [*_grid_lines(info), *_mark_lines(info), *_guide_lines(info)],
    }


def bar_notes(info: BarsInfo, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The texts of a bar: label, note, value and the label of its reference mark."""
    if info.labels == "left":
        return [
            text_note(reading.label, place.label_y, "ink", xshift=-LEFT_LABEL_WIDTH),
            _value_note(reading, place),
        ]
    notes = [_strong(text_note(reading.label, place.label_y, "ink", xshift=-EDGE))]
    if reading.note:
        at = {"x": 1, "xanchor": "right", "xshift": EDGE, "font": font("muted")}
        notes.append(text_note(reading.note, place.label_y, "muted", **at))
    return [*notes, _value_note(reading, place), *_mark_note(info.axis, reading, place)]


def range_notes(info: RangesInfo, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The texts of a dot with its range."""
    label = _strong(text_note(reading.label, place.label_y, "ink", xshift=-DOT_EDGE))
    text = text_note(reading.full_text, place.text_y, "muted", xshift=-DOT_EDGE)
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
        names.append(text_note(label, 1, "muted", **shift))
    return shapes, names


def legend_lines(
    info: DotsInfo | MirrorInfo | CurvesInfo, left: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Samples and names of a legend, one line each from the top left of the picture, as in the static drawer.

    Args:
        info: the chart.
        left: the room left of the plot, which samples are moved back by.
    """
    shapes, names = [], []
    # A chart of curves keeps its legend in the top margin; the others within the plot.
    rise = legend_height(info) if isinstance(info, CurvesInfo) else 0.0
    at = {
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": 0,
        "yanchor": 1,
    }
    for line, sample in enumerate(legend(info)):
        y = rise - LEGEND_LINE * (line + 0.5)
        half = SAMPLE_HEIGHT / 2 if isinstance(info, MirrorInfo) else SAMPLE_HEIGHT / 2.5
        colour = LIGHT[sample.tone]
        if isinstance(info, CurvesInfo):
            look = {"color": colour, "width": 2, "dash": DOTTED if sample.is_dotted else "solid"}
            across = {"x0": -left, "x1": SAMPLE_WIDTH - left, "y0": y, "y1": y}
            shapes.append({**at, "type": "line", **across, "line": look})
        if not (isinstance(info, CurvesInfo) and sample.is_dotted):
            reach = SAMPLE_WIDTH / 2 if isinstance(info, MirrorInfo) else half
            box = {"x0": SAMPLE_WIDTH / 2 - reach - left, "x1": SAMPLE_WIDTH / 2 + reach - left}
            fill = LIGHT["surface"] if sample.is_open else colour
            paint = {"fillcolor": fill, "line": {"color": colour, "width": 2}}
            shapes.append({**at, **_outline(info, sample, box, y, half), **paint})
        shift = {"xshift": SAMPLE_WIDTH + 8 - left, "yshift": y, "yref": "paper", "font": font("muted")}
        names.append(text_note(sample.label, 1, "muted", **shift))
    return shapes, names


def gap_notes(info: BandInfo) -> list[dict[str, Any]]:
    """Why the first weeks are empty, in the middle of them, where they are enough to be noticed."""
    if info.gap_days is None:
        return []
    start, end = info.gap_days
    text = "<br>".join(plotly_text(line) for line in wrapped(info.gap_label, GAP_TEXT_WIDTH, theme.SMALL_SIZE))
    at = {"x": (start + (end - start) / 2).isoformat(), "y": 0.5, "yref": "paper"}
    return [{**at, "text": text, "showarrow": False, "font": font("muted")}]


def _outline(
    info: DotsInfo | MirrorInfo | CurvesInfo, sample: Sample, box: dict[str, float], y: float, half: float
) -> dict[str, Any]:
    """The shape of a sample: the mark of its tone, or a bar."""
    ends = {**box, "y0": y - half, "y1": y + half}
    if isinstance(info, MirrorInfo) or sample.tone == "without":
        return {"type": "rect", **ends}
    if sample.tone == "with":
        return {"type": "circle", **ends}
    x, reach = (box["x0"] + box["x1"]) / 2, half + 1
    corners = ((x, y + reach), (x + reach, y), (x, y - reach), (x - reach, y))
    return {"type": "path", "path": "M" + "L".join(f"{a:g},{b:g}" for a, b in corners) + "Z"}


def _value_note(reading: Reading, place: RowPlace) -> dict[str, Any]:
    if reading.value is None:
        return text_note(reading.text, place.value_y, "muted", xshift=6)
    if reading.low is not None and reading.low >= INSIDE_FROM:
        inside = {"color": LIGHT["on_series"], "size": 16}
        return _strong(text_note(reading.text, place.value_y, "on_series", xshift=9, font=inside))
    end = max(reading.value, reading.high if reading.high is not None else reading.value)
    return _strong(text_note(reading.text, place.value_y, "ink", xref="x", x=end, xshift=6))


def _mark_note(axis: Axis, reading: Reading, place: RowPlace) -> list[dict[str, Any]]:
    """The label of a reference mark, reaching inwards from it so that it stays in a narrow picture."""
    if reading.mark is None or reading.value is None:
        return []
    is_right = reading.mark.value > (axis.low + axis.high) / 2
    at = {"xref": "x", "x": reading.mark.value, "font": font("claim")}
    side = {"xanchor": "right", "xshift": 10} if is_right else {"xanchor": "left", "xshift": -10}
    return [text_note(reading.mark.label, place.mark_y, "claim", **at, **side)]


def _tick_notes(info: RowsInfo) -> list[dict[str, Any]]:
    """Tick labels as notes: an axis would clip those at its ends."""
    room, notes = sides(info), []
    for tick in info.axis.ticks:
        edge: dict[str, Any] = {"xanchor": "center"}
        if tick == info.axis.low and room.left <= DOT_EDGE:
            edge = {"xanchor": "left", "xshift": -room.left}
        elif tick == info.axis.high and room.right <= DOT_EDGE:
            edge = {"xanchor": "right", "xshift": room.right}
        notes.append(_below(tick_label(tick, info.axis), 12, xref="x", x=tick, **edge))
    return notes


def _axis_notes(info: RowsInfo) -> list[dict[str, Any]]:
    if not isinstance(info, RangesInfo) or not info.has_directions:
        return [_below(info.axis.title, 33)]
    room = sides(info)
    right = _below(f"{info.right_word} →", 33, x=1, xanchor="right", xshift=room.right)
    return [_below(f"← {info.left_word}", 33, xshift=-room.left), right]


def _grid_lines(info: RowsInfo) -> list[dict[str, Any]]:
    return [
        _down(tick, span, {"color": LIGHT["axis" if tick == 0 else "grid"], "width": 1}, "below")
        for tick in info.axis.ticks
        for span in grid_spans(info)
    ]


def _mark_lines(info: RowsInfo) -> list[dict[str, Any]]:
    if isinstance(info, DotsInfo | MirrorInfo):
        return []
    look, reach = {"color": LIGHT["claim"], "width": 2, "dash": "4px,3px"}, value_reach(info)
    return [
        _down(reading.mark.value, (place.value_y - reach, place.value_y + reach), look, "above")
        for reading, place in zip(info.readings, row_places(info), strict=True)
        if reading.mark is not None and reading.value is not None
    ]


def _guide_lines(info: RowsInfo) -> list[dict[str, Any]]:
    if not isinstance(info, DotsInfo):
        return []
    look = {"color": LIGHT["claim"], "width": 1, "dash": "4px,3px"}
    return [_down(guide, span, look, "below") for guide in info.guides for span in grid_spans(info)]


def _down(x: float, span: tuple[float, float], look: Mapping[str, Any], layer: str) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "y0": span[0], "y1": span[1], "line": look, "layer": layer}


def text_note(text: str, y: float, role: str, **more: Any) -> dict[str, Any]:
    """A line of text at a height of the plot, from its left edge unless `more` says otherwise."""
    at = {"xref": "paper", "x": 0, "xanchor": "left", "y": y, "yanchor": "middle", "showarrow": False}
    return {**at, "text": plotly_text(text), "font": font(role, theme.LABEL_SIZE), "borderpad": 0, **more}


def _below(text: str, distance: float, **more: Any) -> dict[str, Any]:
    """A small note this far under the plot."""
    return text_note(text, 0, "muted", **{"yref": "paper", "yshift": -distance, "font": font("muted"), **more})


def _strong(note: dict[str, Any]) -> dict[str, Any]:
    return {**note, "text": f"<b>{note['text']}</b>"}
