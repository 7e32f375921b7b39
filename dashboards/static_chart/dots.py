"""Rows of dots with their ranges on one axis.

What belongs here: placing dots, ranges, guides and texts. What does not: the axis (`rows.py`), other shapes.
"""

from __future__ import annotations

from dashboards import theme
from dashboards.figures.info import Dot, DotsInfo
from dashboards.geometry import DOT_EDGE, dot_row_places, grid_spans
from dashboards.static_chart.canvas import Canvas, LinearScale
from dashboards.static_chart.legend import legend_marks
from dashboards.static_chart.rows import axis_marks, row_scale

CAP = 4
GUIDE_DASH = "4 3"


def dot_marks(canvas: Canvas, info: DotsInfo) -> None:
    """Draw the legend, the guides, and each row's label and dots."""
    scale = row_scale(canvas, info)
    legend_marks(canvas, info)
    axis_marks(canvas, info, scale)
    for guide in info.guides:
        for top, end in grid_spans(info):
            canvas.line((scale(guide), top), (scale(guide), end), "claim", dash=GUIDE_DASH)
    for row, place in zip(info.rows, dot_row_places(info), strict=True):
        canvas.text(0, place.label_y, row.label, "ink", size=theme.LABEL_SIZE)
        if not row.dots:
            canvas.text(0, place.note_y, row.note, "muted", size=theme.SMALL_SIZE)
        for dot, y in zip(row.dots, place.dot_ys, strict=True):
            _range(canvas, dot, y, scale)
            canvas.mark(scale(dot.value), y, dot.tone, is_open=dot.is_open)
            if info.has_ranges:
                canvas.text(scale.end + DOT_EDGE, y, dot.text, "ink", size=theme.SMALL_SIZE)


def _range(canvas: Canvas, dot: Dot, y: float, scale: LinearScale) -> None:
    if dot.low is None or dot.high is None:
        return
    low, high = scale(dot.low), scale(dot.high)
    canvas.line((low, y), (high, y), dot.tone, width=2)
    for end in (low, high):
        canvas.line((end, y - CAP), (end, y + CAP), dot.tone, width=2)
