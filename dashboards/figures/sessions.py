"""Sessions: how long they take, how their time is split, how often groups meet, how sessions are run.

What belongs here: a bar per fact of `protected_session_facts`, chart by chart. What does not: how far groups come
(`funnel.py`), facts told as a card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from dashboards.figures.expectation import spoken
from dashboards.figures.info import Axis, BarsInfo, NumbersTable, Reading, nice_axis
from dashboards.phrases import Phrases
from dashboards.plotly_chart import bars_figure
from dashboards.rows import Row, first_where

TABLE = "protected_session_facts"
SHARE = "share"
ROOM_FOR_TEXT = 1.2  # minutes stand behind their bar, also where the longest one fills a narrow picture
HEADER = ("fact", "value", "range_fixed", "sessions", "sessions_unknown", "groups", "people")


@dataclass(frozen=True, slots=True)
class FactsChart:
    """One chart: its bars, the fact its title tells, and where labels stand (left of slim bars, or above)."""

    facts: tuple[str, ...]
    headline: str
    labels: Literal["above", "left"] = "above"


CHARTS: Mapping[str, FactsChart] = {
    "session_length": FactsChart(
        ("session_shorter_share", "session_two_hours_share", "session_longer_share"),
        "session_two_hours_share",
    ),
    "session_agenda": FactsChart(
        ("check_in_minutes_mean", "problem_solving_minutes_mean", "check_out_minutes_mean"),
        "problem_solving_minutes_mean",
    ),
    "session_gaps": FactsChart(
        (
            "gap_under_3_weeks_share",
            "gap_3_weeks_share",
            "gap_4_weeks_share",
            "gap_5_to_6_weeks_share",
            "gap_7_weeks_share",
        ),
        "session_gap_days_median",
        labels="left",
    ),
    "session_habits": FactsChart(
        ("next_session_booked_share", "self_run_share", "cross_department_share", "focus_evenness_share"),
        "next_session_booked_share",
    ),
}


def session_info(key: str, rows: Sequence[Row], say: Phrases) -> BarsInfo:
    """What one of the charts of `CHARTS` shows, from rows of `protected_session_facts`."""
    chart = CHARTS[key]
    found = {fact: first_where(tuple(rows), "fact", fact) for fact in (*chart.facts, chart.headline)}
    readings = tuple(_reading(fact, found[fact], chart, say) for fact in chart.facts)
    is_absent = all(reading.value is None for reading in readings)
    title = _title(key, found[chart.headline], say)
    return BarsInfo(
        key=key,
        title=title,
        alt=say.words("session_facts.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=_axis(key, readings, say),
        numbers=_numbers(found, say),
        labels=chart.labels,
        absent=say.why(found[chart.facts[0]]) if is_absent else "",
    )


def session_figure(info: BarsInfo) -> go.Figure:
    """A chart of sessions for Plotly."""
    return bars_figure(info)


def _title(key: str, headline: Row | None, say: Phrases) -> str:
    value = headline.number("value") if headline is not None else None
    if headline is None or value is None:
        return say.words(f"{key}.title_absent")
    return say.words(f"{key}.title", value=say.quantity(value, headline.text("unit")))


def _axis(key: str, readings: Sequence[Reading], say: Phrases) -> Axis:
    most = max((max(r.value, r.high or 0.0) for r in readings if r.value is not None), default=1.0)
    if key == "session_agenda":
        return nice_axis(0, most * ROOM_FOR_TEXT, say.words(f"{key}.axis"))
    return nice_axis(0, most, say.words(f"{key}.axis"), suffix=say.words("unit.percent_tick"))


def _reading(fact: str, row: Row | None, chart: FactsChart, say: Phrases) -> Reading:
    """A bar; slim ones and minutes, whose ranges are narrower than their rounding, have theirs in the table only."""
    label = say.words(f"session_facts.{fact}")
    value = row.number("value") if row is not None else None
    if row is None or value is None:
        return Reading(label, None, say.state(row))
    unit, low, high = row.text("unit"), row.number("low"), row.number("high")
    text = say.quantity(value, unit)
    if unit != SHARE or chart.labels == "left" or low is None or high is None:
        return Reading(label, _drawn(value, unit), text)
    between = say.quantity_range(low, high, unit)
    return Reading(label, _drawn(value, unit), text, _drawn(low, unit), _drawn(high, unit), note=between)


def _drawn(value: float, unit: str) -> float:
    """The value on its axis: shares in per cent."""
    return round(value * 100, 9) if unit == SHARE else value


def _numbers(found: Mapping[str, Row | None], say: Phrases) -> NumbersTable:
    listed = tuple(_numbers_row(fact, row, say) for fact, row in found.items() if row is not None)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in HEADER), listed)


def _numbers_row(fact: str, row: Row, say: Phrases) -> tuple[str, ...]:
    none, unit = say.words("state.no_value"), row.text("unit")
    value, low, high = (row.number(name) for name in ("value", "low", "high"))
    counts = (row.count(name) for name in ("n_sessions", "n_unknown", "n_groups", "n_people"))
    return (
        say.words(f"session_facts.{fact}"),
        say.state(row) if value is None else say.quantity(value, unit),
        none if low is None or high is None else say.quantity_range(low, high, unit),
        *(none if number is None else say.count(number) for number in counts),
    )
