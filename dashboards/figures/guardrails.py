"""Guardrails: whether anybody feels pressed, and whether people can speak openly about what matters.

What belongs here: one dot with its range per question on the scale from 1 to 5. What does not: usefulness and
loneliness, which have charts of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.expectation import spoken
from dashboards.figures.info import Axis, NumbersTable, RangesInfo, Reading, Tone
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row, first_where

TABLE = "protected_metrics"
HEADER = ("pulse.column_measure", "pulse.column_value", "column.range_fixed", "column.people")
PRESSURE = "perceived_pressure_mean_score"
METRICS = (PRESSURE, "meaningful_talk_mean_score", "trust_mean_score")


def guardrails_info(metrics: Sequence[Row], named: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the chart of guardrails shows.

    Args:
        metrics: rows of `protected_metrics`; those of `METRICS` are drawn where they are given.
        named: rows of `meta_metrics`, for names.
        say: wording.
    """
    rows = guardrail_rows(metrics)
    readings = tuple(_reading(row, label, say) for row, label in zip(rows, labels(rows, named), strict=True))
    is_absent = all(reading.value is None for reading in readings)
    title = _title(first_where(rows, "metric", PRESSURE), say)
    return RangesInfo(
        key="guardrails",
        title=title,
        alt=say.words("pulse_guardrails.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=Axis(1, 5, 1, say.words("pulse_guardrails.axis")),
        numbers=_numbers(rows, named, say),
        left_word=say.words("pulse_guardrails.disagree"),
        right_word=say.words("pulse_guardrails.agree"),
        absent=say.why(rows[0] if rows else None) if is_absent else "",
    )


def guardrails_figure(info: RangesInfo) -> go.Figure:
    """The chart of guardrails for Plotly."""
    return ranges_figure(info)


def guardrail_rows(metrics: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of the guardrails, in their order; one that is not there is left out."""
    found = (first_where(tuple(metrics), "metric", name) for name in METRICS)
    return tuple(row for row in found if row is not None)


def labels(rows: Sequence[Row], named: Sequence[Row]) -> tuple[str, ...]:
    """The names of these metrics; one the catalogue does not know is named by its code."""
    by_metric = {row.text("metric"): row.text("label") for row in named}
    return tuple(by_metric.get(row.text("metric"), row.text("metric")) for row in rows)


def _title(pressure: Row | None, say: Phrases) -> str:
    score = pressure.number("value") if pressure else None
    if score is None:
        return say.words("pulse_guardrails.title_absent")
    return say.words("pulse_guardrails.title", score=say.score(score))


def _reading(row: Row, label: str, say: Phrases) -> Reading:
    score, low, high = row.number("value"), row.number("low"), row.number("high")
    if score is None:
        return Reading(label, None, say.state(row))
    tone: Tone = "without" if row.text("metric") == PRESSURE else "single"
    text = say.score(score)
    if low is not None and high is not None:
        text = say.words("chart.value_range", value=text, range=_range(low, high, say))
    return Reading(label, score, text, low, high, tone, say.counted("people", row.count("n_people")))


def _range(low: float, high: float, say: Phrases) -> str:
    return say.words("unit.range", low=say.score(low), high=say.score(high))


def _numbers(rows: Sequence[Row], named: Sequence[Row], say: Phrases) -> NumbersTable:
    header = tuple(say.words(name) for name in HEADER)
    pairs = zip(rows, labels(rows, named), strict=True)
    return NumbersTable(TABLE, header, tuple(_numbers_row(row, label, say) for row, label in pairs))


def _numbers_row(row: Row, label: str, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    score, low, high, people = row.number("value"), row.number("low"), row.number("high"), row.count("n_people")
    return (
        label,
        say.state(row) if score is None else say.score(score),
        none if low is None or high is None else _range(low, high, say),
        none if people is None else say.count(people),
    )
