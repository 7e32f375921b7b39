"""A few curves with their bands over one quantity.

What belongs here: bands, lines, points, and both axes. What does not: the line over the weeks (`band.py`).
"""

from __future__ import annotations

from dashboards import theme
from dashboards.figures.info import Curve, CurvesInfo
from dashboards.geometry import CURVES_HEIGHT, legend_height, tick_label
from dashboards.static_chart.canvas import Canvas, LinearScale
from dashboards.static_chart.legend import DOTS, legend_marks

LEFT, RIGHT = 46.0, 14.0
CAP, TEXT_RISE = 5, 10


def curve_marks(canvas: Canvas, info: CurvesInfo) -> None:
    """Draw the legend, the grid, and each curve with its band."""
    top = legend_height(info)
    across = LinearScale(info.x_axis, LEFT, canvas.width - RIGHT)
    up = LinearScale(info.axis, top + CURVES_HEIGHT, top)
    legend_marks(canvas, info)
    _axes(canvas, info, across, up)
    for curve in info.curves:
        _band(canvas, curve, across, up)
    for curve in info.curves:
        _line(canvas, curve, across, up)


def _axes(canvas: Canvas, info: CurvesInfo, across: LinearScale, up: LinearScale) -> None:
    for tick in info.axis.ticks:
        look = "axis" if tick == 0 else "grid"
        canvas.line((LEFT, up(tick)), (canvas.width - RIGHT, up(tick)), look)
        label = tick_label(tick, info.axis)
        canvas.text(LEFT - 8, up(tick), label, "muted", anchor="end", size=theme.SMALL_SIZE)
    bottom = up(info.axis.low)
    for tick in info.x_axis.ticks:
        label = tick_label(tick, info.x_axis)
        canvas.text(across(tick), bottom + 14, label, "muted", anchor="middle", size=theme.SMALL_SIZE)
    canvas.text(LEFT, bottom + 34, info.x_axis.title, "muted", size=theme.SMALL_SIZE)


def _band(canvas: Canvas, curve: Curve, across: LinearScale, up: LinearScale) -> None:
    if curve.is_apart:
        _ranges(canvas, curve, across, up)
        return
    lows = [(across(p.x), up(p.low)) for p in curve.points if p.low is not None]
    highs = [(across(p.x), up(p.high)) for p in curve.points if p.high is not None]
    if len(lows) > 1 and len(lows) == len(highs):
        canvas.area([*lows, *reversed(highs)], f"band_{curve.sample.tone}")


def _ranges(canvas: Canvas, curve: Curve, across: LinearScale, up: LinearScale) -> None:
    """Draw upright ranges of points that stand apart, and the text of each above it."""
    for point in curve.points:
        x, top = across(point.x), up(point.value if point.high is None else point.high)
        if point.low is not None:
            canvas.line((x, up(point.low)), (x, top), curve.sample.tone, width=2)
            for end in (up(point.low), top):
                canvas.line((x - CAP, end), (x + CAP, end), curve.sample.tone, width=2)
        canvas.text(x, top - TEXT_RISE, point.label, "ink", anchor="middle", size=theme.SMALL_SIZE)


def _line(canvas: Canvas, curve: Curve, across: LinearScale, up: LinearScale) -> None:
    points = [(across(p.x), up(p.value)) for p in curve.points]
    if len(points) > 1 and not curve.is_apart:
        canvas.path(points, curve.sample.tone, dash=DOTS if curve.sample.is_dotted else "")
    if not curve.sample.is_dotted:
        for x, y in points:
            canvas.mark(x, y, curve.sample.tone)
