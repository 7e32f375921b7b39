"""Six sessions: how many groups have held their first, second, ... sixth session.

What belongs here: counts of groups, the share expected to get that far. What does not: any result of a group.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.info import BarsInfo, NumbersTable, Reading, nice_axis
from dashboards.phrases import Phrases
from dashboards.plotly_chart import bars_figure
from dashboards.rows import Row

TABLE = "protected_funnel"
SIXTH = 6


def funnel_info(rows: Sequence[Row], say: Phrases) -> BarsInfo:
    """What the funnel of sessions shows, from rows of `protected_funnel`, first session first."""
    steps = sorted(rows, key=lambda row: row.count("session_number") or 0)
    readings = tuple(_reading(row, say) for row in steps)
    most = max((reading.value for reading in readings if reading.value is not None), default=None)
    title = _title(steps, say)
    spoken = " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)
    return BarsInfo(
        key="funnel",
        title=title,
        alt=say.words("funnel.alt", title=title, readings=spoken),
        readings=readings,
        axis=nice_axis(0, most or 1.0, say.words("funnel.axis")),
        numbers=_numbers(steps, say),
        labels="left",
        absent=say.why(steps[0] if steps else None) if most is None else "",
    )


def funnel_figure(info: BarsInfo) -> go.Figure:
    """The funnel of sessions for Plotly."""
    return bars_figure(info)


def _reached(steps: Sequence[Row], number: int) -> int | None:
    return next((row.count("n_groups_reached") for row in steps if row.count("session_number") == number), None)


def _title(steps: Sequence[Row], say: Phrases) -> str:
    first, sixth = _reached(steps, 1), _reached(steps, SIXTH)
    if first is None or sixth is None:
        is_shown = any(row.count("n_groups_reached") is not None for row in steps)
        return say.words("funnel.title_plain" if is_shown else "funnel.title_absent")
    return say.words("funnel.title", sixth=say.count(sixth), first=say.counted("groups", first))


def _reading(row: Row, say: Phrases) -> Reading:
    label = _session(row, say)
    reached = row.count("n_groups_reached")
    if reached is None:
        return Reading(label, None, say.state(row))
    return Reading(label, float(reached), say.count(reached))


def _session(row: Row, say: Phrases) -> str:
    return say.words("funnel.session", number=say.count(row.count("session_number") or 0))


def _numbers(steps: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("session", "groups", "share_expected")
    rows = tuple(_numbers_row(row, say) for row in steps)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), rows)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    reached, share = row.count("n_groups_reached"), row.number("share_reached")
    return (
        _session(row, say),
        say.words("state.no_value") if reached is None else say.count(reached),
        say.state(row) if share is None else say.percent(share),
    )
