"""How much is done by which day since check-out, with and without an appointment.

What belongs here: a curve per arm with its always-valid band, and dotted how much was dropped by then.
What does not: the share kept within the horizon, which is the result (`completion.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboards.figures.completion import ARMS, share_range
from dashboards.figures.info import Axis, Curve, CurvePoint, CurvesInfo, NumbersTable, Sample, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_shapes import curves_figure
from dashboards.rows import Row

TABLE = "protected_kept_by_day"
WEEK = 7


def kept_by_day_info(rows: Sequence[Row], say: Phrases) -> CurvesInfo:
    """What the curves show, from rows of `protected_kept_by_day`."""
    by_arm = {arm: _of_arm(rows, arm) for arm in ARMS}
    curves = tuple(
        curve
        for arm in ARMS
        for curve in (_done(arm, by_arm[arm], say), _withdrawn(arm, by_arm[arm], say))
        if curve.points
    )
    last = max((point.x for curve in curves for point in curve.points), default=float(WEEK))
    title = _title(by_arm, say)
    return CurvesInfo(
        key="kept_by_day",
        title=title,
        alt=say.words("kept_by_day.alt", title=title, readings=_spoken(curves, say)),
        curves=tuple(sorted(curves, key=lambda curve: curve.sample.is_dotted)),
        axis=Axis(0, 100, 25, say.words("kept_by_day.axis"), suffix=say.words("unit.percent_tick")),
        x_axis=Axis(0, last, WEEK, say.words("kept_by_day.days")),
        numbers=_numbers(rows, say),
        absent="" if curves else say.why(rows[0] if rows else None),
    )


def kept_by_day_figure(info: CurvesInfo) -> go.Figure:
    """The curves for Plotly."""
    return curves_figure(info)


def _of_arm(rows: Sequence[Row], arm: str) -> tuple[Row, ...]:
    return tuple(sorted((row for row in rows if row.text("arm") == arm), key=lambda row: row.count("day") or 0))


def _done(arm: str, rows: Sequence[Row], say: Phrases) -> Curve:
    points = tuple(point for row in rows if (point := _done_point(row, say)) is not None)
    return Curve(Sample(say.words(f"arm.{arm}"), ARMS[arm]), points)


def _done_point(row: Row, say: Phrases) -> CurvePoint | None:
    day, share = row.count("day"), row.number("share_done")
    if day is None or share is None:
        return None
    text = say.words("kept_by_day.point", day=say.count(day), share=say.percent(share))
    return CurvePoint(
        day, round(100 * share, 9), text, scaled(row.number("low"), 100), scaled(row.number("high"), 100)
    )


def _withdrawn(arm: str, rows: Sequence[Row], say: Phrases) -> Curve:
    points = tuple(
        CurvePoint(
            day,
            round(100 * share, 9),
            say.words("kept_by_day.point", day=say.count(day), share=say.percent(share)),
        )
        for row in rows
        if (day := row.count("day")) is not None and (share := row.number("share_withdrawn")) is not None
    )
    label = say.words("kept_by_day.dropped", arm=say.words(f"arm.{arm}"))
    return Curve(Sample(label, ARMS[arm], is_dotted=True), points)


def _title(by_arm: Mapping[str, Sequence[Row]], say: Phrases) -> str:
    """The finding after two weeks, or at the last day both arms have a number for: the end is the result itself."""
    days = [
        {row.count("day"): share for row in rows if (share := row.number("share_done")) is not None}
        for rows in by_arm.values()
    ]
    common = sorted(day for day in days[0] if day is not None and day in days[1])
    if not common:
        return say.words("kept_by_day.title_absent")
    day = next((day for day in common if day >= 2 * WEEK), common[-1])
    with_share, without_share = (say.percent(shares[day]) for shares in days)
    return say.words(
        "kept_by_day.title", day=say.count(day), with_share=with_share, without_share=without_share
    )


def _spoken(curves: Sequence[Curve], say: Phrases) -> str:
    return " ".join(
        say.words(
            "chart.spoken_text",
            label=curve.sample.label,
            text="; ".join(point.text for point in curve.points),
        )
        for curve in curves
    )


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("arm", "day", "done", "range", "dropped", "people")
    cells = tuple(_numbers_row(row, say) for arm in ARMS for row in _of_arm(rows, arm))
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), cells)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    done, dropped = row.number("share_done"), row.number("share_withdrawn")
    day, people = row.count("day"), row.count("n_people")
    return (
        say.words(f"arm.{row.text('arm')}"),
        none if day is None else say.count(day),
        say.state(row) if done is None else say.percent(done),
        share_range(row, "low", "high", say),
        none if dropped is None else say.percent(dropped),
        none if people is None else say.count(people),
    )
