"""Response: how many of those asked answered each survey, and what that allows to say.

What belongs here: one bar per wave, and the table of means as they are, weighted, and in the worst and best case.
What does not: who is missing (`missing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.completion import share_range
from dashboards.figures.expectation import spoken
from dashboards.figures.info import Axis, BarsInfo, NumbersTable, Reading, Tone, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_chart import bars_figure
from dashboards.rows import Row

TABLE = "protected_response"
BASELINE = "baseline"
TONES: dict[str, Tone] = {"ok": "single", "weighted": "without", "refused": "axis"}


def response_info(rows: Sequence[Row], overall: Row | None, say: Phrases) -> BarsInfo:
    """What the chart of response by wave shows, the baseline first.

    The axis has its lines at 30 and 60 %: from 60 % means stand as they are, below 30 % none does.

    Args:
        rows: rows of `protected_response`.
        overall: the row of `pulse_response_share` in `protected_metrics`, where there is one.
        say: wording.
    """
    waves = sorted(rows, key=lambda row: row.text("wave"))  # `baseline` comes before `session-01`
    readings = tuple(_reading(row, say) for row in waves)
    is_absent = all(reading.value is None for reading in readings)
    title = _title(waves, overall, say, is_absent=is_absent)
    return BarsInfo(
        key="response",
        title=title,
        alt=say.words("response.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=Axis(0, 100, 30, say.words("response.axis"), suffix=say.words("unit.percent_tick")),
        numbers=_numbers(waves, say),
        labels="left",
        absent=say.why(waves[0] if waves else None) if is_absent else "",
    )


def response_figure(info: BarsInfo) -> go.Figure:
    """The chart of response by wave for Plotly."""
    return bars_figure(info)


def survey_label(wave: str, say: Phrases) -> str:
    """A survey in a few letters: before the start, or the number of its session."""
    number = wave.removeprefix("session-")
    if wave.startswith("session-") and number.isdigit():
        return say.words("response.session", number=say.count(int(number)))
    return say.words("response.baseline") if wave == BASELINE else wave


def _title(waves: Sequence[Row], overall: Row | None, say: Phrases, *, is_absent: bool) -> str:
    """How many answered, and the least that any wave allows."""
    if is_absent:
        return say.words("response.title_absent")
    share = overall.number("value") if overall else None
    allowed = {row.text("means_status") for row in waves if row.is_shown}
    least = "refused" if "refused" in allowed else "weighted" if "weighted" in allowed else "ok"
    clause = say.words(f"response.least_{least}")
    if share is None:
        return say.words("response.title_plain", clause=clause)
    return say.words("response.title", share=say.percent(share), clause=clause)


def _reading(row: Row, say: Phrases) -> Reading:
    label, rate, allowed = (
        survey_label(row.text("wave"), say),
        row.number("rate"),
        row.text("means_status") or "ok",
    )
    if rate is None:
        return Reading(label, None, say.words("response.bar_hidden"))
    key = f"response.bar_{allowed}"
    return Reading(label, scaled(rate, 100), say.words(key, share=say.percent(rate)), tone=TONES[allowed])


def _numbers(waves: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("wave", "asked", "answered", "share", "allows", "top_two", "weighted", "bounds")
    rows = tuple(_numbers_row(row, say) for row in waves)
    return NumbersTable(TABLE, tuple(say.words(f"response.column_{name}") for name in header), rows)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    counts = row.count("n_invited"), row.count("n_answered")
    rate, allowed = row.number("rate"), row.text("means_status")
    means = row.number("top_two_share"), row.number("top_two_weighted")
    return (
        survey_label(row.text("wave"), say),
        *(none if count is None else say.count(count) for count in counts),
        say.state(row) if rate is None else say.percent(rate),
        say.words(f"response.allows_{allowed}") if allowed and row.is_shown else none,
        *(none if mean is None else say.percent(mean) for mean in means),
        share_range(row, "bound_low", "bound_high", say),
    )
