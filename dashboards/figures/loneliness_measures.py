"""Loneliness beside its mean change: how many people changed by more than the scale's own error, and cross-checks.

What belongs here: the three shares to either side of no change, and sentences on the cut-off, the mixed model, the
comparison with people who had not started, and how well the questions hang together. What does not: the mean change
(`loneliness.py`). A change is never called an effect; only the staggered comparison is a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from dashboards.figures.expectation import ranged, spoken
from dashboards.figures.info import NumbersTable, RangesInfo, Reading, Tone, nice_axis, scaled
from dashboards.phrases import Phrases, plain
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row, first_where

TABLE = "protected_loneliness_measures"
LESS, SAME, MORE = "share_reliably_less_lonely", "share_without_reliable_change", "share_reliably_lonelier"
STAGGERED = "staggered_difference"
CHANGES = ("mixed_model_change", STAGGERED)
COEFFICIENTS = ("alpha", "omega")
TONES: dict[str, Tone] = {LESS: "single", SAME: "axis", MORE: "without"}
GOOD_RELIABILITY, FAIR_RELIABILITY = 0.8, 0.7
"""Customary words for coefficient alpha: from .8 on good, from .7 on enough to compare groups."""


def loneliness_measures_info(rows: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the chart of reliable change shows, from rows of `protected_loneliness_measures`."""
    readings = tuple(_reading(measure, first_where(tuple(rows), "measure", measure), say) for measure in TONES)
    ends = [end for r in readings for end in (r.start, r.value, r.low, r.high) if end is not None]
    title = _title(rows, say)
    axis = nice_axis(
        min(ends, default=-1.0),
        max(ends, default=1.0),
        say.words("loneliness_measures.axis"),
        suffix=say.words("unit.percent_tick"),
    )
    return RangesInfo(
        key="loneliness_measures",
        title=title,
        alt=say.words("loneliness_measures.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=replace(axis, is_mirrored=True),
        numbers=_numbers(rows, say),
        left_word=say.words("loneliness.less"),
        right_word=say.words("loneliness.more"),
        absent="" if ends else say.why(first_where(tuple(rows), "measure", LESS)),
    )


def loneliness_measures_figure(info: RangesInfo) -> go.Figure:
    """The chart of reliable change for Plotly."""
    return ranges_figure(info)


def cut_off_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """The share counted as lonely before and at the latest answers, and that the cut-off is a convention."""
    before, latest = (_share_in_words(rows, f"share_lonely_{time}", say) for time in ("baseline", "latest"))
    if not before or not latest:
        row = first_where(tuple(rows), "measure", "share_lonely_latest")
        return say.words("loneliness_measures.cut_off_absent", why=say.why(row))
    return say.words("loneliness_measures.cut_off", before=before, latest=latest)


def mixed_model_sentence(rows: Sequence[Row], latest: Row | None, say: Phrases) -> str:
    """The change of a model that also counts people asked once, and whether it agrees with the paired change.

    It agrees where it lies within the range of the paired change.

    Args:
        rows: rows of `protected_loneliness_measures`.
        latest: the row of `protected_loneliness` for the latest answers.
        say: wording.
    """
    row = first_where(tuple(rows), "measure", "mixed_model_change")
    change = row.number("value") if row else None
    if row is None or change is None:
        return say.words("loneliness_measures.mixed_absent", why=say.why(row))
    sentence = say.words("loneliness_measures.mixed", change=_change_in_words(row, say))
    low, high = (latest.number("low"), latest.number("high")) if latest else (None, None)
    if low is None or high is None:
        return sentence
    key = "mixed_agrees" if low <= change <= high else "mixed_differs"
    return f"{sentence} {say.words(f'loneliness_measures.{key}')}"


def staggered_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """The difference against colleagues who had not started; or that there is no such comparison, and why."""
    row = first_where(tuple(rows), "measure", STAGGERED)
    if row is None or row.number("value") is None:
        return say.words("loneliness_measures.staggered_absent", why=say.why(row))
    low, high = row.number("low"), row.number("high")
    is_clear = low is not None and high is not None and not low <= 0 <= high
    key = "staggered_clear" if is_clear else "staggered_unclear"
    return say.words(f"loneliness_measures.{key}", difference=_change_in_words(row, say))


def reliability_sentence(rows: Sequence[Row], say: Phrases) -> str:
    """How well the three questions hang together, by alpha, with the coefficients in brackets."""
    found = {name: first_where(tuple(rows), "measure", name) for name in COEFFICIENTS}
    alpha = found["alpha"].number("value") if found["alpha"] else None
    if alpha is None:
        return say.words("loneliness_measures.reliability_absent", why=say.why(found["alpha"]))
    named = [_coefficient(name, row, say) for name, row in found.items() if row is not None and row.is_shown]
    key = "good" if alpha >= GOOD_RELIABILITY else "fair" if alpha >= FAIR_RELIABILITY else "loose"
    return say.words(f"loneliness_measures.reliability_{key}", coefficients="; ".join(named))


def charted(rows: Sequence[Row], say: Phrases) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows the chart draws, and their labels."""
    drawn = tuple(row for row in rows if row.text("measure") in TONES)
    return drawn, tuple(_label(row.text("measure"), say) for row in drawn)


def _label(measure: str, say: Phrases) -> str:
    return say.words(f"loneliness_measures.{measure}")


def _title(rows: Sequence[Row], say: Phrases) -> str:
    less, more = (first_where(tuple(rows), "measure", measure) for measure in (LESS, MORE))
    shares = [row.number("value") if row else None for row in (less, more)]
    if shares[0] is None or shares[1] is None:
        return say.words("loneliness_measures.title_absent")
    return say.words("loneliness_measures.title", less=say.percent(shares[0]), more=say.percent(shares[1]))


def _reading(measure: str, row: Row | None, say: Phrases) -> Reading:
    label = _label(measure, say)
    share = row.number("value") if row else None
    if row is None or share is None:
        return Reading(label, None, say.state(row), tone=TONES[measure])
    low, high = row.number("low"), row.number("high")
    reading = Reading(
        label=label,
        value=scaled(share, 100),
        text=ranged(say.percent(share), low, high, say),
        low=scaled(low, 100),
        high=scaled(high, 100),
        tone=TONES[measure],
        note=say.counted("people", row.count("n_people")),
        start=0.0,
    )
    if measure == SAME:
        return replace(reading, start=scaled(share, -50), value=scaled(share, 50), low=None, high=None)
    return _mirrored(reading) if measure == LESS else reading


def _mirrored(reading: Reading) -> Reading:
    value, low, high = (scaled(end, -1) for end in (reading.value, reading.high, reading.low))
    return replace(reading, value=value, low=low, high=high)


def _share_in_words(rows: Sequence[Row], measure: str, say: Phrases) -> str:
    row = first_where(tuple(rows), "measure", measure)
    share = row.number("value") if row else None
    if row is None or share is None:
        return ""
    return ranged(say.percent(share), row.number("low"), row.number("high"), say)


def _change_in_words(row: Row, say: Phrases) -> str:
    value, low, high = row.number("value") or 0.0, row.number("low"), row.number("high")
    if low is None or high is None:
        return say.change(value)
    return say.words("chart.value_range", value=say.change(value), range=say.change_range(low, high))


def _coefficient(name: str, row: Row, say: Phrases) -> str:
    """A coefficient with its name and its range, for brackets."""
    value, low, high = row.number("value") or 0.0, row.number("low"), row.number("high")
    if low is None or high is None:
        return say.words("loneliness_measures.coefficient", name=_label(name, say), value=plain(value, 2))
    return say.words(
        "loneliness_measures.coefficient_range",
        name=_label(name, say),
        value=plain(value, 2),
        range=_decimals(low, high, say),
    )


def _coefficient_in_words(row: Row, say: Phrases) -> str:
    value, low, high = row.number("value") or 0.0, row.number("low"), row.number("high")
    if low is None or high is None:
        return plain(value, 2)
    return say.words("chart.value_range", value=plain(value, 2), range=_decimals(low, high, say))


def _decimals(low: float, high: float, say: Phrases) -> str:
    return say.words("unit.range", low=plain(low, 2), high=plain(high, 2))


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """All measures in the table's order; the comparison only where there is one."""
    shown = [row for row in rows if row.text("measure") != STAGGERED or row.is_shown]
    header = tuple(say.words(f"loneliness_measures.column_{name}") for name in ("measure", "value", "people"))
    return NumbersTable(TABLE, header, tuple(_numbers_row(row, say) for row in shown))


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    measure, people = row.text("measure"), row.count("n_people")
    value = row.number("value")
    if value is None:
        words = say.state(row)
    elif measure in CHANGES:
        words = _change_in_words(row, say)
    elif measure in COEFFICIENTS:
        words = _coefficient_in_words(row, say)
    else:
        words = ranged(say.percent(value), row.number("low"), row.number("high"), say)
    return (_label(measure, say), words, say.words("state.no_value") if people is None else say.count(people))
