"""Charts of rows: bars from zero, and dots with their ranges.

What belongs here: placing a reading's label, mark, range and text. What does not: lines over time (`band.py`).
"""

from __future__ import annotations

from dashboards import theme
from dashboards.figures.info import BarsInfo, RangesInfo, Reading, RowsInfo
from dashboards.geometry import (
    BAR_THICKNESS,
    SLIM_BAR_THICKNESS,
    SPAN_THICKNESS,
    RowPlace,
    grid_spans,
    plot_height,
    row_places,
    sides,
    text_width,
    tick_label,
    value_reach,
)
from dashboards.static_chart.canvas import Canvas, LinearScale

VALUE_SIZE = 16
INSIDE_ROOM = 62
CAP = 6


def bar_marks(canvas: Canvas, info: BarsInfo) -> None:
    """Draw bars from zero with their ranges, values and reference marks."""
    scale = row_scale(canvas, info)
    axis_marks(canvas, info, scale)
    for reading, place in zip(info.readings, row_places(info), strict=True):
        if info.labels == "left":
            _slim_bar(canvas, reading, place, scale)
        else:
            _wide_bar(canvas, reading, place, scale)
            _reference(canvas, reading, place, scale, value_reach(info))


def range_marks(canvas: Canvas, info: RangesInfo) -> None:
    """Draw a dot with its range per reading, on an axis through zero."""
    scale = row_scale(canvas, info)
    axis_marks(canvas, info, scale)
    for reading, place in zip(info.readings, row_places(info), strict=True):
        canvas.text(0, place.label_y, reading.label, "ink", is_strong=True)
        canvas.text(0, place.text_y, reading.full_text, "muted")
        if reading.value is not None:
            _dot_or_bar(canvas, reading, place.value_y, scale)
            _reference(canvas, reading, place, scale, value_reach(info))


def _dot_or_bar(canvas: Canvas, reading: Reading, y: float, scale: LinearScale) -> None:
    if reading.value is None:
        return
    if reading.start is None:
        _whisker(canvas, reading, y, scale, role=reading.tone)
        canvas.dot(scale(reading.value), y, reading.tone, radius=6)
        return
    left, right = sorted((scale(reading.start), scale(reading.value)))
    canvas.box(left, y - SPAN_THICKNESS / 2, right - left, SPAN_THICKNESS, reading.tone, radius=2)
    _whisker(canvas, reading, y, scale)


def row_scale(canvas: Canvas, info: RowsInfo) -> LinearScale:
    """The number axis of a chart of rows."""
    room = sides(info)
    return LinearScale(info.axis, room.left, canvas.width - room.right)


def axis_marks(canvas: Canvas, info: RowsInfo, scale: LinearScale) -> None:
    """Draw the grid lines, tick labels and words of the number axis below a chart of rows."""
    bottom = plot_height(info)
    for tick in info.axis.ticks:
        for top, end in grid_spans(info):
            canvas.line((scale(tick), top), (scale(tick), end), "axis" if tick == 0 else "grid")
        text_kept_inside(canvas, scale(tick), bottom + 12, tick_label(tick, info.axis), "muted")
    if isinstance(info, RangesInfo) and info.has_directions:
        canvas.text(0, bottom + 33, f"← {info.left_word}", "muted", size=theme.SMALL_SIZE)
        right = f"{info.right_word} →"
        canvas.text(canvas.width, bottom + 33, right, "muted", anchor="end", size=theme.SMALL_SIZE)
    else:
        canvas.text(scale.start, bottom + 33, info.axis.title, "muted", size=theme.SMALL_SIZE)


def _wide_bar(canvas: Canvas, reading: Reading, place: RowPlace, scale: LinearScale) -> None:
    canvas.text(0, place.label_y, reading.label, "ink", is_strong=True)
    canvas.text(canvas.width, place.label_y, reading.note, "muted", anchor="end", size=theme.SMALL_SIZE)
    if reading.value is None:
        canvas.text(scale.start + 6, place.value_y, reading.text, "muted")
        return
    zero, end = scale(0), scale(reading.value)
    canvas.box(zero, place.value_y - BAR_THICKNESS / 2, end - zero, BAR_THICKNESS, reading.tone, radius=2)
    _whisker(canvas, reading, place.value_y, scale)
    ends = [scale(value) for value in (reading.value, reading.low, reading.high) if value is not None]
    if min(ends) - zero >= INSIDE_ROOM:
        canvas.text(zero + 10, place.value_y, reading.text, "on_series", size=VALUE_SIZE, is_strong=True)
    else:
        canvas.text(max(ends) + 10, place.value_y, reading.text, "ink", size=VALUE_SIZE, is_strong=True)


def _slim_bar(canvas: Canvas, reading: Reading, place: RowPlace, scale: LinearScale) -> None:
    canvas.text(0, place.label_y, reading.label, "ink")
    if reading.value is None:
        canvas.text(scale.start + 6, place.value_y, reading.text, "muted")
        return
    zero, end = scale(0), scale(reading.value)
    top = place.value_y - SLIM_BAR_THICKNESS / 2
    canvas.box(zero, top, end - zero, SLIM_BAR_THICKNESS, reading.tone, radius=2)
    canvas.text(end + 6, place.value_y, reading.text, "ink", is_strong=True)


def _whisker(canvas: Canvas, reading: Reading, y: float, scale: LinearScale, *, role: str = "whisker") -> None:
    """Draw the range: first wide in the colour of the page, then narrow, so that it is clear on its bar."""
    if reading.low is None or reading.high is None:
        return
    low, high = scale(reading.low), scale(reading.high)
    for colour, width, grown in (("surface", 5.0, 1.5), (role, 2.0, 0.0)):
        canvas.line((low - grown, y), (high + grown, y), colour, width=width)
        for end in (low, high):
            canvas.line((end, y - CAP - grown), (end, y + CAP + grown), colour, width=width)


def _reference(canvas: Canvas, reading: Reading, place: RowPlace, scale: LinearScale, reach: float) -> None:
    if reading.mark is None or reading.value is None:
        return
    x = scale(reading.mark.value)
    canvas.line((x, place.value_y - reach), (x, place.value_y + reach), "claim", width=2, dash="4 3")
    text_kept_inside(canvas, x, place.mark_y, reading.mark.label, "claim")


def text_kept_inside(canvas: Canvas, x: float, y: float, text: str, role: str) -> None:
    """Write small text centred on x, or against the edge it would cross."""
    half = text_width(text, theme.SMALL_SIZE) / 2
    if x + half > canvas.width:
        canvas.text(canvas.width, y, text, role, anchor="end", size=theme.SMALL_SIZE)
    elif x - half < 0:
        canvas.text(0, y, text, role, size=theme.SMALL_SIZE)
    else:
        canvas.text(x, y, text, role, anchor="middle", size=theme.SMALL_SIZE)
