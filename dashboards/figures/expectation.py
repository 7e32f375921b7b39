"""Experience against expectation: how often a session was more, and how often less, useful than expected.

What belongs here: the two shares to either side and the mean gap. What does not: usefulness by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import plotly.graph_objects as go

from dashboards.figures.info import NumbersTable, RangesInfo, Reading, nice_axis, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row, first_where

TABLE = "protected_metrics"
HEADER = ("pulse.column_measure", "pulse.column_value", "column.range_fixed", "column.people")
GAP, EXCEEDED, FELL_SHORT = (
    "expectation_gap_mean_score",
    "expectation_exceeded_share",
    "expectation_fell_short_share",
)
METRICS = (EXCEEDED, FELL_SHORT, GAP)


def expectation_info(metrics: Sequence[Row], named: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the chart of experience against expectation shows.

    Args:
        metrics: rows of `protected_metrics`.
        named: rows of `meta_metrics`, for names.
        say: wording.
    """
    found = {name: first_where(tuple(metrics), "metric", name) for name in METRICS}
    names = {name: _name(name, named) for name in METRICS}
    readings = tuple(_reading(name, found[name], names[name], say) for name in (EXCEEDED, FELL_SHORT))
    ends = [end for r in readings for end in (r.value, r.low, r.high) if end is not None]
    title = _title(found[GAP], say)
    axis = nice_axis(
        min(ends, default=-1.0),
        max(ends, default=1.0),
        say.words("pulse_expectation.axis"),
        suffix=say.words("unit.percent_tick"),
    )
    return RangesInfo(
        key="expectation",
        title=title,
        alt=say.words("pulse_expectation.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=replace(axis, is_mirrored=True),
        numbers=_numbers(found, names, say),
        left_word=say.words("pulse_expectation.less"),
        right_word=say.words("pulse_expectation.more"),
        absent="" if ends else say.why(found[EXCEEDED]),
    )


def expectation_figure(info: RangesInfo) -> go.Figure:
    """The chart of experience against expectation for Plotly."""
    return ranges_figure(info)


def spoken(readings: Sequence[Reading], say: Phrases) -> str:
    """All readings as sentences, for those who can't see the chart."""
    return " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)


def _name(metric: str, named: Sequence[Row]) -> str:
    row = first_where(tuple(named), "metric", metric)
    return row.text("label") if row else metric


def _title(gap: Row | None, say: Phrases) -> str:
    """The finding of the mean gap: above, below, or no clear difference when the interval holds zero."""
    value = gap.number("value") if gap else None
    low, high = (gap.number("low"), gap.number("high")) if gap else (None, None)
    if value is None or low is None or high is None:
        return say.words("pulse_expectation.title_absent")
    if low > 0:
        return say.words("pulse_expectation.title_above", gap=say.score(value))
    if high < 0:
        return say.words("pulse_expectation.title_below", gap=say.score(-value))
    return say.words("pulse_expectation.title_unclear")


def _reading(metric: str, row: Row | None, label: str, say: Phrases) -> Reading:
    share = row.number("value") if row else None
    if row is None or share is None:
        return Reading(label, None, say.state(row))
    low, high = row.number("low"), row.number("high")
    is_right = metric == EXCEEDED
    ends = (low, high) if is_right else (high, low)
    return Reading(
        label=label,
        value=scaled(share, 100 if is_right else -100),
        text=ranged(say.percent(share), low, high, say),
        low=scaled(ends[0], 100 if is_right else -100),
        high=scaled(ends[1], 100 if is_right else -100),
        tone="single" if is_right else "without",
        note=say.counted("people", row.count("n_people")),
        start=0.0,
    )


def ranged(text: str, low: float | None, high: float | None, say: Phrases) -> str:
    """A share in words with its range behind it, where it has one."""
    if low is None or high is None:
        return text
    return say.words("chart.value_range", value=text, range=say.percent_range(low, high))


def _numbers(found: Mapping[str, Row | None], names: Mapping[str, str], say: Phrases) -> NumbersTable:
    header = tuple(say.words(name) for name in HEADER)
    rows = tuple(_numbers_row(name, row, names[name], say) for name, row in found.items() if row is not None)
    return NumbersTable(TABLE, header, rows)


def _numbers_row(metric: str, row: Row, label: str, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    value, low, high = row.number("value"), row.number("low"), row.number("high")
    people = row.count("n_people")
    is_gap = metric == GAP
    cells = (
        say.state(row) if value is None else say.change(value) if is_gap else say.percent(value),
        none
        if low is None or high is None
        else say.change_range(low, high)
        if is_gap
        else say.percent_range(low, high),
    )
    return (label, *cells, none if people is None else say.count(people))
