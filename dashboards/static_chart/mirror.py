"""Two histograms back to back.

What belongs here: placing their bars and heights. What does not: the axis (`rows.py`), other shapes.
"""

from __future__ import annotations

from dashboards import theme
from dashboards.figures.info import MirrorInfo
from dashboards.geometry import MIRROR_LABEL_WIDTH, mirror_y
from dashboards.static_chart.canvas import Canvas
from dashboards.static_chart.legend import legend_marks
from dashboards.static_chart.rows import axis_marks, row_scale

HAIRLINE = 1


def mirror_marks(canvas: Canvas, info: MirrorInfo) -> None:
    """Draw the legend, the heights, and a bar per band to its side of zero."""
    scale = row_scale(canvas, info)
    legend_marks(canvas, info)
    axis_marks(canvas, info, scale)
    for height, label in info.heights:
        y = mirror_y(info, height)
        canvas.text(MIRROR_LABEL_WIDTH - 8, y, label, "muted", anchor="end", size=theme.SMALL_SIZE)
    for bands, sign, sample in ((info.left, -1, info.legend[0]), (info.right, 1, info.legend[1])):
        for band in bands:
            top, bottom = mirror_y(info, band.end) + HAIRLINE, mirror_y(info, band.start)
            start, end = sorted((scale(0), scale(sign * band.value)))
            canvas.box(start, top, end - start, bottom - top, sample.tone)
