"""Where things stand in a chart, in CSS pixels, the same for the Plotly and the static drawer.

What belongs here: heights of rows and charts, tick labels, guessed widths of text.
What does not: colours (`theme.py`), drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.figures.info import (
    Axis,
    BandInfo,
    BarsInfo,
    CurvesInfo,
    DotsInfo,
    Info,
    MirrorInfo,
    RangesInfo,
    RowsInfo,
    Sample,
)
from dashboards.phrases import plain, signed
from dashboards.theme import SMALL_SIZE

AXIS_HEIGHT = 46
BAND_HEIGHT = 250
ABSENT_HEIGHT = 120
LEFT_LABEL_WIDTH = 84
EDGE = 1
DOT_EDGE = 8
END_ROOM = 54
LABEL_LINE = 21
MARK_LINE = 20
ROW_GAP = 14
BAR_THICKNESS = 30
SLIM_BAR_THICKNESS = 22
DOT_LINE = 24
SPAN_THICKNESS = 20
CHARACTER_SHARE = 0.56
SAMPLE_WIDTH = 22
SAMPLE_HEIGHT = 12
PAST_DASH = "5 4"
LEGEND_LINE = 19
LEGEND_GAP = 15
DOT_STEP = 18
DOT_ROW_GAP = 12
DOT_TEXT_ROOM = 92
MIRROR_HEIGHT = 200
MIRROR_LABEL_WIDTH = 46
CURVES_HEIGHT = 230


@dataclass(frozen=True, slots=True)
class Sides:
    """The room left and right of the plot."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class RowPlace:
    """The vertical centres of a row: its label, its text, what is drawn, its reference mark's label."""

    label_y: float
    text_y: float
    value_y: float
    mark_y: float


@dataclass(frozen=True, slots=True)
class DotRowPlace:
    """The vertical centres of a row of dots: its label, its note, its dots; and where the row ends."""

    label_y: float
    note_y: float
    dot_ys: tuple[float, ...]
    end_y: float


def row_places(info: BarsInfo | RangesInfo) -> tuple[RowPlace, ...]:
    """The places of all rows, from the top of the plot."""
    height = row_height(info)
    return tuple(_place(info, index * height) for index in range(len(info.readings)))


def sides(info: RowsInfo) -> Sides:
    """The room beside the plot: for labels that stand left, for values that stand right, for dots at the ends."""
    if isinstance(info, DotsInfo):
        return Sides(DOT_EDGE, DOT_TEXT_ROOM if info.has_ranges else DOT_EDGE)
    if isinstance(info, MirrorInfo):
        return Sides(MIRROR_LABEL_WIDTH, DOT_EDGE)
    if isinstance(info, RangesInfo):
        return Sides(DOT_EDGE, DOT_EDGE)
    return Sides(LEFT_LABEL_WIDTH, END_ROOM) if info.labels == "left" else Sides(EDGE, EDGE)


def grid_spans(info: RowsInfo) -> tuple[tuple[float, float], ...]:
    """From where to where grid lines run down: behind what is drawn, never through a label."""
    if isinstance(info, MirrorInfo):
        return ((legend_height(info), plot_height(info)),)
    if isinstance(info, DotsInfo):
        drawn = (place.dot_ys for place in dot_row_places(info) if place.dot_ys)
        return tuple((ys[0] - DOT_STEP / 2, ys[-1] + DOT_STEP / 2) for ys in drawn)
    if isinstance(info, BarsInfo) and info.labels == "left":
        return ((0.0, plot_height(info)),)
    half = value_reach(info)
    return tuple((place.value_y - half, place.value_y + half) for place in row_places(info))


def value_reach(info: BarsInfo | RangesInfo) -> float:
    """How far grid lines and reference marks reach above and below the middle of what is drawn."""
    return DOT_LINE / 2 if isinstance(info, RangesInfo) else BAR_THICKNESS / 2 + 2


def row_height(info: BarsInfo | RangesInfo) -> float:
    """Height of one row with its gap; reference marks get a line for their labels."""
    mark = MARK_LINE if has_marks(info) else 0
    if isinstance(info, RangesInfo):
        return 2 * LABEL_LINE + DOT_LINE + mark + ROW_GAP
    if info.labels == "left":
        return SLIM_BAR_THICKNESS + ROW_GAP - 4
    return LABEL_LINE + BAR_THICKNESS + mark + ROW_GAP


def has_marks(info: BarsInfo | RangesInfo) -> bool:
    """Whether any reading has a reference mark."""
    return any(reading.mark is not None for reading in info.readings)


def plot_height(info: Info) -> float:
    """Height of the plot without its axis."""
    if isinstance(info, BandInfo):
        return BAND_HEIGHT
    if isinstance(info, CurvesInfo):
        return legend_height(info) + CURVES_HEIGHT
    if isinstance(info, MirrorInfo):
        return legend_height(info) + MIRROR_HEIGHT
    if isinstance(info, DotsInfo):
        return dot_row_places(info)[-1].end_y if info.rows else legend_height(info)
    return row_height(info) * len(info.readings)


def chart_height(info: Info) -> float:
    """Height of the whole chart."""
    return ABSENT_HEIGHT if info.absent else plot_height(info) + AXIS_HEIGHT


def dot_row_places(info: DotsInfo) -> tuple[DotRowPlace, ...]:
    """The places of all rows of dots, from the top of the picture; a row without dots has one line for its note."""
    places, top = [], legend_height(info)
    for row in info.rows:
        n_lines = len(row.dots) if info.has_ranges else min(len(row.dots), 1)
        first = top + LABEL_LINE + DOT_STEP / 2
        lines = tuple(first + DOT_STEP * line for line in range(n_lines))
        ys = lines if info.has_ranges else lines * len(row.dots)
        end = top + LABEL_LINE + DOT_STEP * max(n_lines, 1) + DOT_ROW_GAP
        places.append(DotRowPlace(top + LABEL_LINE / 2, first, ys, end))
        top = end
    return tuple(places)


def legend(info: DotsInfo | MirrorInfo | CurvesInfo) -> tuple[Sample, ...]:
    """The legend of a chart, one line per entry."""
    return tuple(curve.sample for curve in info.curves) if isinstance(info, CurvesInfo) else info.legend


def legend_height(info: DotsInfo | MirrorInfo | CurvesInfo) -> float:
    """The room a legend takes above the plot."""
    n_lines = len(legend(info))
    return LEGEND_LINE * n_lines + LEGEND_GAP if n_lines else 0


def mirror_y(info: MirrorInfo, height: float) -> float:
    """How far down a height of the histograms (0 to 1) lies; the lowest is at the bottom."""
    return legend_height(info) + MIRROR_HEIGHT * (1 - height)


def legend_places(info: BandInfo) -> tuple[tuple[bool, str, float], ...]:
    """For each kind of week that is drawn: whether it is live, its name, and how far right its sample begins."""
    places, x = [], 0.0
    for is_live, label in ((False, info.past_label), (True, info.live_label)):
        if any(point.is_live is is_live and point.value is not None for point in info.points):
            places.append((is_live, label, x))
            x += SAMPLE_WIDTH + 6 + text_width(label, SMALL_SIZE) + 16
    return tuple(places)


def text_width(text: str, size: float) -> float:
    """A guess at the width of text of this size in the page's sans-serif."""
    return len(text) * size * CHARACTER_SHARE


def wrapped(text: str, width: float, size: float) -> tuple[str, ...]:
    """Text broken at spaces into lines that should fit this width."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


def tick_label(value: float, axis: Axis) -> str:
    """A tick in words: 25%, +5, −0.5."""
    digits = 0 if axis.step >= 1 else 1 if axis.step >= 0.1 else 2
    value = abs(value) if axis.is_mirrored else value
    return (signed(value, digits) if axis.is_signed else plain(value, digits)) + axis.suffix


def _place(info: BarsInfo | RangesInfo, top: float) -> RowPlace:
    if isinstance(info, RangesInfo):
        value_y = top + 2 * LABEL_LINE + DOT_LINE / 2
        return RowPlace(
            top + LABEL_LINE / 2, top + 1.5 * LABEL_LINE, value_y, value_y + DOT_LINE / 2 + MARK_LINE / 2
        )
    if info.labels == "left":
        middle = top + SLIM_BAR_THICKNESS / 2 + 2
        return RowPlace(middle, middle, middle, middle)
    value_y = top + LABEL_LINE + BAR_THICKNESS / 2
    return RowPlace(top + LABEL_LINE / 2, value_y, value_y, value_y + BAR_THICKNESS / 2 + MARK_LINE / 2)
