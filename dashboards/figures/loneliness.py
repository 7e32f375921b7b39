"""Loneliness: how the UCLA three-item score changed since the baseline, for people who answered both times.

What belongs here: one dot with its interval per wave; without a comparison group a change, never an effect.
What does not: response rates (the metrics of the page).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.info import NumbersTable, RangesInfo, Reading, nice_axis
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row, first_where

TABLE = "protected_loneliness"


def loneliness_info(rows: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the loneliness chart shows, from rows of `protected_loneliness`, the latest wave first."""
    waves = sorted(rows, key=lambda row: (row.text("wave") != "latest", row.text("wave")))
    readings = tuple(_reading(row, say) for row in waves)
    ends = [end for r in readings for end in (r.value, r.low, r.high) if end is not None]
    title = _title(waves, say)
    reach = max((abs(end) for end in ends), default=1.0)
    spoken = " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)
    return RangesInfo(
        key="loneliness",
        title=title,
        alt=say.words("loneliness.alt", title=title, readings=spoken),
        readings=readings,
        axis=nice_axis(-reach, reach, say.words("loneliness.axis"), is_signed=True),
        numbers=_numbers(waves, say),
        left_word=say.words("loneliness.less"),
        right_word=say.words("loneliness.more"),
        absent="" if ends else say.why(waves[0] if waves else None),
    )


def loneliness_figure(info: RangesInfo) -> go.Figure:
    """The loneliness chart for Plotly."""
    return ranges_figure(info)


def wave_label(wave: str, say: Phrases) -> str:
    """A survey wave in words: `latest`, or `session-03` as session 3."""
    if wave == "latest":
        return say.words("loneliness.latest")
    number = wave.removeprefix("session-")
    if wave.startswith("session-") and number.isdigit():
        return say.words("loneliness.session", number=say.count(int(number)))
    return wave


def _title(waves: Sequence[Row], say: Phrases) -> str:
    """The finding of the latest wave: fell, rose, or no clear change when the interval holds zero."""
    latest = first_where(tuple(waves), "wave", "latest") or (waves[-1] if waves else None)
    change = latest.number("mean_change_score") if latest else None
    low, high = (latest.number("low"), latest.number("high")) if latest else (None, None)
    if change is None or low is None or high is None:
        return say.words("loneliness.title_absent")
    if high < 0:
        return say.words("loneliness.title_fell", change=say.score(abs(change)))
    if low > 0:
        return say.words("loneliness.title_rose", change=say.score(abs(change)))
    return say.words("loneliness.title_unclear")


def _reading(row: Row, say: Phrases) -> Reading:
    label = wave_label(row.text("wave"), say)
    change, low, high = row.number("mean_change_score"), row.number("low"), row.number("high")
    if change is None or low is None or high is None:
        return Reading(label, None, say.state(row))
    text = say.words("chart.value_range", value=say.change(change), range=say.change_range(low, high))
    return Reading(label, change, text, low, high, note=say.counted("people", row.count("n_people")))


def _numbers(waves: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("wave", "people", "baseline", "change", "range_fixed")
    rows = tuple(_numbers_row(row, say) for row in waves)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), rows)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    people, baseline, change = (
        row.count("n_people"),
        row.number("baseline_mean_score"),
        row.number("mean_change_score"),
    )
    low, high = row.number("low"), row.number("high")
    return (
        wave_label(row.text("wave"), say),
        none if people is None else say.count(people),
        none if baseline is None else say.score(baseline),
        say.state(row) if change is None else say.change(change),
        none if low is None or high is None else say.change_range(low, high),
    )
