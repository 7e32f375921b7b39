"""The difference over the weeks: kept with minus kept without an appointment, as known at the end of each week.

What belongs here: the line, its always-valid band and which weeks were worked out afterwards.
What does not: today's difference and its sensitivity lines (a table of the page).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.info import BandInfo, NumbersTable, WeekPoint, nice_axis, scaled
from dashboards.phrases import Phrases, signed
from dashboards.plotly_chart import band_figure
from dashboards.rows import Row

TABLE = "protected_effect_by_week"


def effect_by_week_info(rows: Sequence[Row], say: Phrases) -> BandInfo:
    """What the chart of the difference over the weeks shows, from rows of `protected_effect_by_week`."""
    dated = sorted(
        ((on, row) for row in rows if (on := row.day("week_ends_on")) is not None), key=lambda pair: pair[0]
    )
    points = tuple(_point(on, row, say) for on, row in dated)
    shown = tuple(point for point in points if point.value is not None)
    ends = [end for point in shown for end in (point.low, point.high, point.value) if end is not None]
    title = _title(shown, say)
    return BandInfo(
        key="effect_by_week",
        title=title,
        alt=say.words(
            "effect_by_week.alt", title=title, n_weeks=say.count(len(points)), n_shown=say.count(len(shown))
        ),
        points=points,
        axis=nice_axis(
            min(ends, default=0.0), max(ends, default=0.0), say.words("effect_by_week.axis"), is_signed=True
        ),
        numbers=_numbers(tuple(row for _, row in dated), say),
        live_label=say.words("effect_by_week.live"),
        past_label=say.words("effect_by_week.reconstructed"),
        zero_label=say.words("effect_by_week.zero"),
        day_labels=tuple(say.short_day(point.ends_on) for point in points),
        time_title=_time_title(points, say),
        last_value=(shown[-1].value or 0.0) if shown else 0.0,
        last_label=signed(shown[-1].value or 0.0) if shown else "",
        gap_label=say.words("effect_by_week.gap"),
        absent="" if shown else say.why(dated[-1][1] if dated else None),
    )


def effect_by_week_figure(info: BandInfo) -> go.Figure:
    """The difference over the weeks for Plotly."""
    return band_figure(info)


def _point(on: dt.date, row: Row, say: Phrases) -> WeekPoint:
    estimate, low, high = row.number("estimate"), row.number("low"), row.number("high")
    text = say.why(row)
    if estimate is not None and low is not None and high is not None:
        text = say.words("chart.value_range", value=say.points(estimate), range=say.points_range(low, high))
    return WeekPoint(
        ends_on=on,
        value=scaled(estimate, 100),
        low=scaled(low, 100),
        high=scaled(high, 100),
        is_live=row.text("basis") == "live",
        text=text,
    )


def _title(shown: tuple[WeekPoint, ...], say: Phrases) -> str:
    """The finding: since when the whole band has lain on one side of zero, if it does now."""
    if not shown:
        return say.words("effect_by_week.title_absent")
    side = _side(shown[-1])
    if side == 0:
        return say.words("effect_by_week.title_unclear")
    since = shown[-1].ends_on
    for point in reversed(shown):
        if _side(point) != side:
            break
        since = point.ends_on
    key = "effect_by_week.title_above" if side > 0 else "effect_by_week.title_below"
    return say.words(key, day=say.day(since))


def _side(point: WeekPoint) -> int:
    if point.low is not None and point.low > 0:
        return 1
    return -1 if point.high is not None and point.high < 0 else 0


def _time_title(points: tuple[WeekPoint, ...], say: Phrases) -> str:
    if not points:
        return ""
    first, last = str(points[0].ends_on.year), str(points[-1].ends_on.year)
    years = first if first == last else say.words("unit.years", first=first, last=last)
    return say.words("effect_by_week.time_axis", years=years)


def _numbers(rows: tuple[Row, ...], say: Phrases) -> NumbersTable:
    header = ("week_ends", "basis", "difference", "range", "commitments")
    newest_first = tuple(_numbers_row(row, say) for row in reversed(rows))
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), newest_first)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    estimate, commitments = row.number("estimate"), row.count("n_commitments")
    return (
        say.day(row.day("week_ends_on")),
        say.words(f"basis.{row.text('basis')}") if row.text("basis") else say.words("state.no_value"),
        say.state(row) if estimate is None else say.bare_points(estimate),
        difference_range(row, "low", "high", say),
        say.words("state.no_value") if commitments is None else say.count(commitments),
    )


def difference_range(row: Row, low_name: str, high_name: str, say: Phrases) -> str:
    """Two difference columns of a row as a range in points, or the sign for no value."""
    low, high = row.number(low_name), row.number(high_name)
    return say.words("state.no_value") if low is None or high is None else say.bare_points_range(low, high)
