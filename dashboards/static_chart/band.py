"""The line over the weeks with its always-valid band.

What belongs here: the band, the line, the zero line, and telling live from reconstructed weeks.
What does not: charts of rows (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dashboards import theme
from dashboards.figures.info import BandInfo, WeekPoint
from dashboards.geometry import (
    BAND_HEIGHT,
    PAST_DASH,
    SAMPLE_HEIGHT,
    SAMPLE_WIDTH,
    legend_places,
    tick_label,
    wrapped,
)
from dashboards.static_chart.canvas import Canvas, LinearScale

LEFT, RIGHT, TOP = 34.0, 40.0, 26.0
TICK_ROOM = 78
GAP_LINE = 16

Placed = tuple[float, WeekPoint]


def band_marks(canvas: Canvas, info: BandInfo) -> None:
    """Draw the difference over the weeks."""
    scale = LinearScale(info.axis, BAND_HEIGHT, TOP)
    placed = _placed(canvas, info.points)
    _grid(canvas, info, scale)
    for run in _runs(placed):
        _band(canvas, run, scale)
    canvas.line((LEFT, scale(0)), (canvas.width - RIGHT, scale(0)), "axis", width=1.5)
    zero_label_y = scale(0) + (-10 if info.is_zero_label_above else 11)
    canvas.text(LEFT + 6, zero_label_y, info.zero_label, "muted", size=theme.SMALL_SIZE)
    for run in _runs(placed):
        _line(canvas, run, scale)
    _last_value(canvas, info, placed, scale)
    _gap(canvas, info, placed)
    _days(canvas, info, placed)
    _legend(canvas, info)


def _placed(canvas: Canvas, points: tuple[WeekPoint, ...]) -> list[Placed]:
    """Each point with its x, spaced by calendar time."""
    first, last = points[0].ends_on.toordinal(), points[-1].ends_on.toordinal()
    width = canvas.width - LEFT - RIGHT
    return [(LEFT + width * (p.ends_on.toordinal() - first) / ((last - first) or 1), p) for p in points]


def _runs(placed: list[Placed]) -> Iterator[list[Placed]]:
    """Stretches of neighbouring weeks that are shown; a week without a number leaves a gap."""
    run: list[Placed] = []
    for x, point in placed:
        if point.value is None:
            if run:
                yield run
            run = []
        else:
            run.append((x, point))
    if run:
        yield run


def _stretch(run: list[Placed], *, is_live: bool) -> list[Placed]:
    """The weeks of one kind; live ones with the week before, so that the two stretches touch."""
    first_live = next((index for index, (_, point) in enumerate(run) if point.is_live), len(run))
    return run[max(first_live - 1, 0) :] if is_live else run[:first_live]


def _grid(canvas: Canvas, info: BandInfo, scale: LinearScale) -> None:
    for tick in info.axis.ticks:
        canvas.line((LEFT, scale(tick)), (canvas.width - RIGHT, scale(tick)), "grid")
        label = tick_label(tick, info.axis)
        canvas.text(LEFT - 8, scale(tick), label, "muted", anchor="end", size=theme.SMALL_SIZE)


def _band(canvas: Canvas, run: list[Placed], scale: LinearScale) -> None:
    for is_live in (False, True):
        stretch = _stretch(run, is_live=is_live)
        lows = [(x, scale(point.low)) for x, point in stretch if point.low is not None]
        highs = [(x, scale(point.high)) for x, point in stretch if point.high is not None]
        if len(stretch) > 1:
            canvas.area([*lows, *reversed(highs)], "band_live" if is_live else "band_past")
    if len(run) == 1:
        x, only = run[0]
        if only.low is not None and only.high is not None:
            canvas.line((x, scale(only.low)), (x, scale(only.high)), "with", width=2)


def _line(canvas: Canvas, run: list[Placed], scale: LinearScale) -> None:
    """Draw the line dashed up to the last reconstructed week, solid from there on."""
    for is_live in (False, True):
        stroke = [(x, scale(p.value)) for x, p in _stretch(run, is_live=is_live) if p.value is not None]
        if len(stroke) > 1:
            canvas.path(stroke, "with", dash="" if is_live else PAST_DASH)
    if len(run) == 1 and run[0][1].value is not None:
        canvas.dot(run[0][0], scale(run[0][1].value), "with", radius=3)


def _last_value(canvas: Canvas, info: BandInfo, placed: list[Placed], scale: LinearScale) -> None:
    x = next(x for x, point in reversed(placed) if point.value is not None)
    canvas.dot(x, scale(info.last_value), "with", radius=4)
    canvas.text(x + 8, scale(info.last_value), info.last_label, "ink", is_strong=True)


def _gap(canvas: Canvas, info: BandInfo, placed: list[Placed]) -> None:
    """Say in words why the first weeks are empty, where the gap is wide enough to be noticed."""
    if info.gap_days is None:
        return
    first_shown = next(x for x, point in placed if point.value is not None)
    lines = wrapped(info.gap_label, first_shown - LEFT - 8, theme.SMALL_SIZE)
    for index, line in enumerate(lines):
        y = (TOP + BAND_HEIGHT) / 2 + index * GAP_LINE
        canvas.text((LEFT + first_shown) / 2, y, line, "muted", anchor="middle", size=theme.SMALL_SIZE)


def _days(canvas: Canvas, info: BandInfo, placed: list[Placed]) -> None:
    room = max(1, int((canvas.width - LEFT - RIGHT) // TICK_ROOM))
    step = max(1, -(-(len(placed) - 1) // room))
    for index in range(len(placed) - 1, -1, -step):
        x = placed[index][0]
        canvas.line((x, BAND_HEIGHT), (x, BAND_HEIGHT + 4), "axis")
        day = info.day_labels[index]
        canvas.text(x, BAND_HEIGHT + 14, day, "muted", anchor="middle", size=theme.SMALL_SIZE)
    canvas.text(LEFT, BAND_HEIGHT + 34, info.time_title, "muted", size=theme.SMALL_SIZE)


def _legend(canvas: Canvas, info: BandInfo) -> None:
    """Name the two kinds of weeks above the plot, only those that are drawn."""
    for is_live, label, shift in legend_places(info):
        x = LEFT + shift
        canvas.box(x, 5, SAMPLE_WIDTH, SAMPLE_HEIGHT, "band_live" if is_live else "band_past")
        dash = "" if is_live else PAST_DASH
        canvas.line((x, 11), (x + SAMPLE_WIDTH, 11), "with", width=2, dash=dash)
        canvas.text(x + SAMPLE_WIDTH + 6, 11, label, "muted", size=theme.SMALL_SIZE)
