"""The self-contained drawer: an Info value in, one SVG out, for first paint, print, PDF and e-mail.

What belongs here: choosing the shape's drawer and framing its marks. What does not: Plotly, HTML around it.
"""

from __future__ import annotations

from collections.abc import Callable

from dashboards import theme
from dashboards.figures.info import BandInfo, BarsInfo, CurvesInfo, DotsInfo, Info, MirrorInfo
from dashboards.geometry import ABSENT_HEIGHT, LABEL_LINE, chart_height, wrapped
from dashboards.static_chart.band import band_marks
from dashboards.static_chart.canvas import Canvas
from dashboards.static_chart.curves import curve_marks
from dashboards.static_chart.dots import dot_marks
from dashboards.static_chart.mirror import mirror_marks
from dashboards.static_chart.rows import bar_marks, range_marks


def draw(info: Info, width: float, *, suffix: str = "", paint: Callable[[str], str] = theme.variable) -> str:
    """Draw a chart as one `<svg>` element.

    Args:
        info: what to draw.
        width: width in CSS pixels the text is set for; the picture scales with its container.
        suffix: ends the element ids, so that one page can hold a chart at two widths.
        paint: colour role to colour; CSS variables by default, `theme.fixed` where there is no CSS.
    """
    canvas = Canvas(width, chart_height(info), paint)
    if info.absent:
        _absent_marks(canvas, info.absent)
    elif isinstance(info, BandInfo):
        band_marks(canvas, info)
    elif isinstance(info, BarsInfo):
        bar_marks(canvas, info)
    elif isinstance(info, DotsInfo):
        dot_marks(canvas, info)
    elif isinstance(info, MirrorInfo):
        mirror_marks(canvas, info)
    elif isinstance(info, CurvesInfo):
        curve_marks(canvas, info)
    else:
        range_marks(canvas, info)
    return canvas.svg(f"{info.key}{suffix}", info.title, info.alt)


def _absent_marks(canvas: Canvas, reason: str) -> None:
    lines = wrapped(reason, canvas.width - 40, theme.LABEL_SIZE)
    canvas.box(0, 0, canvas.width, ABSENT_HEIGHT, "state_ground", radius=8)
    top = ABSENT_HEIGHT / 2 - (len(lines) - 1) * LABEL_LINE / 2
    for index, line in enumerate(lines):
        canvas.text(canvas.width / 2, top + index * LABEL_LINE, line, "muted", anchor="middle")
