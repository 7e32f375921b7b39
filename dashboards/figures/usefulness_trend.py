"""Usefulness from session to session: what was seen at the first six, and what a model of the trend expects.

What belongs here: one dot with its range per session, the expected line, and the trend within the same people.
What does not: the spread of the answers (`usefulness_bands.py`).

Who stays to answer changes from session to session, so the dots alone do not say whether people change their mind;
the title speaks of the trend within the same people (`usefulness_trend_per_session`).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.completion import share_range
from dashboards.figures.expectation import ranged
from dashboards.figures.info import Axis, Curve, CurvePoint, CurvesInfo, NumbersTable, Sample, scaled
from dashboards.phrases import Phrases, signed
from dashboards.plotly_shapes import curves_figure
from dashboards.rows import Row

TABLE = "protected_usefulness_trend"


def usefulness_trend_info(rows: Sequence[Row], trend: Row | None, say: Phrases) -> CurvesInfo:
    """What the chart of usefulness over the sessions shows.

    Args:
        rows: rows of `protected_usefulness_trend`.
        trend: the row of `usefulness_trend_per_session` in `protected_metrics`, where there is one.
        say: wording.
    """
    seen, expected = _curve(rows, "observed", say), _curve(rows, "predicted", say)
    title = _title(trend, say, is_shown=bool(seen.points))
    spoken = " ".join(
        say.words("chart.spoken_text", label=row_label(row, say), text=_words(row, say)) for row in rows
    )
    return CurvesInfo(
        key="usefulness_trend",
        title=title,
        alt=say.words("usefulness_trend.alt", title=title, readings=spoken),
        curves=(seen, expected) if expected.points else (seen,),
        axis=Axis(0, 100, 25, say.words("usefulness.axis"), suffix=say.words("unit.percent_tick")),
        x_axis=Axis(0.5, _last_session(rows) + 0.5, 1, say.words("usefulness_trend.sessions_axis")),
        numbers=_numbers(rows, say),
        absent="" if seen.points else say.why(next(iter(rows), None)),
    )


def usefulness_trend_figure(info: CurvesInfo) -> go.Figure:
    """The chart of usefulness over the sessions for Plotly."""
    return curves_figure(info)


def within_sentence(trend: Row | None, say: Phrases) -> str:
    """The trend within the same people, and why it stands beside the dots; or why it has no number."""
    value = trend.number("value") if trend else None
    low, high = (trend.number("low"), trend.number("high")) if trend else (None, None)
    if value is None or low is None or high is None:
        return say.words("usefulness_trend.within_absent", why=say.why(trend))
    return say.words(
        "usefulness_trend.within",
        change=say.words("unit.points", number=signed(value * 100, 1)),
        range=say.words("unit.range", low=signed(low * 100, 1), high=signed(high * 100, 1)),
    )


def expected_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """What the model expects at the first and the last session it speaks of; empty where it gives no number."""
    shown = [row for row in _of_basis(rows, "predicted") if row.number("share") is not None]
    if len(shown) < 2:
        return ""
    first, last = shown[0], shown[-1]
    return say.words(
        "usefulness_trend.expected_sentence",
        first=say.count(session_number(first)),
        first_share=_words(first, say),
        last=say.count(session_number(last)),
        last_share=_words(last, say),
    )


def row_label(row: Row, say: Phrases) -> str:
    """A row of the trend in words: its session, and whether it was seen or is expected."""
    return say.words(f"usefulness_trend.{row.text('basis')}_label", number=say.count(session_number(row)))


def session_number(row: Row) -> int:
    """The session of a row, 0 where none is given; it names the row and counts nobody, so withheld rows keep it."""
    number = row.cells.get("session_number")
    return number if isinstance(number, int) else 0


def _of_basis(rows: Sequence[Row], basis: str) -> list[Row]:
    return sorted((row for row in rows if row.text("basis") == basis), key=session_number)


def _last_session(rows: Sequence[Row]) -> int:
    return max((session_number(row) for row in rows), default=1) or 1


def _curve(rows: Sequence[Row], basis: str, say: Phrases) -> Curve:
    """The shown points of one kind; what the model expects is a line alone, as its range holds at its ends only."""
    is_seen = basis == "observed"
    sample = Sample(
        say.words(f"usefulness_trend.{basis}"), "single" if is_seen else "without", is_dotted=not is_seen
    )
    points = (_point(row, say, is_seen=is_seen) for row in _of_basis(rows, basis))
    return Curve(sample, tuple(point for point in points if point is not None), is_apart=is_seen)


def _point(row: Row, say: Phrases, *, is_seen: bool) -> CurvePoint | None:
    share = row.number("share")
    if share is None:
        return None
    x, value, text = (
        float(session_number(row)),
        round(share * 100, 9),
        f"{row_label(row, say)}: {_words(row, say)}",
    )
    if not is_seen:
        return CurvePoint(x, value, text)
    low, high = scaled(row.number("low"), 100), scaled(row.number("high"), 100)
    return CurvePoint(x, value, text, low, high, label=say.percent(share))


def _words(row: Row, say: Phrases) -> str:
    share = row.number("share")
    return (
        say.state(row)
        if share is None
        else ranged(say.percent(share), row.number("low"), row.number("high"), say)
    )


def _title(trend: Row | None, say: Phrases, *, is_shown: bool) -> str:
    """The finding within the same people: up, down, or no clear change when the interval holds zero."""
    low, high = (trend.number("low"), trend.number("high")) if trend else (None, None)
    if low is None or high is None:
        return say.words("usefulness_trend.title_plain" if is_shown else "usefulness_trend.title_absent")
    if low > 0:
        return say.words("usefulness_trend.title_up")
    if high < 0:
        return say.words("usefulness_trend.title_down")
    return say.words("usefulness_trend.title_unclear")


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    header = tuple(say.words(f"column.{name}") for name in ("session", "share", "range", "people"))
    return NumbersTable(TABLE, header, tuple(_numbers_row(row, say) for row in rows))


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    share, people = row.number("share"), row.count("n_people")
    return (
        row_label(row, say),
        say.state(row) if share is None else say.percent(share),
        share_range(row, "low", "high", say),
        say.words("state.no_value") if people is None else say.count(people),
    )
