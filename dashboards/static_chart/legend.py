"""The legend above a chart: a sample of each look and its name, one line each.

What belongs here: drawing samples. What does not: what they stand for (the Info values).
"""

from __future__ import annotations

from dashboards import theme
from dashboards.figures.info import CurvesInfo, DotsInfo, MirrorInfo
from dashboards.geometry import LEGEND_LINE, SAMPLE_HEIGHT, SAMPLE_WIDTH, legend
from dashboards.static_chart.canvas import Canvas

DOTS = "2 4"


def legend_marks(canvas: Canvas, info: DotsInfo | MirrorInfo | CurvesInfo) -> None:
    """Draw the legend at the top of the picture."""
    for line, sample in enumerate(legend(info)):
        y = LEGEND_LINE * (line + 0.5)
        middle = SAMPLE_WIDTH / 2
        if isinstance(info, DotsInfo):
            canvas.mark(middle, y, sample.tone, is_open=sample.is_open)
        elif isinstance(info, MirrorInfo):
            canvas.box(0, y - SAMPLE_HEIGHT / 2, SAMPLE_WIDTH, SAMPLE_HEIGHT, sample.tone, radius=2)
        else:
            dash = DOTS if sample.is_dotted else ""
            canvas.line((0, y), (SAMPLE_WIDTH, y), sample.tone, width=2, dash=dash)
            if not sample.is_dotted:
                canvas.mark(middle, y, sample.tone)
        canvas.text(SAMPLE_WIDTH + 8, y, sample.label, "muted", size=theme.SMALL_SIZE)
