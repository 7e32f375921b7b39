"""Who is missing: how far the people who answered differ from those who were asked and did not.

What belongs here: the size of each standardised difference and its direction in words. What does not: how many
answered (`response.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.expectation import spoken
from dashboards.figures.info import NumbersTable, RangesInfo, Reading, Tone, nice_axis
from dashboards.phrases import Phrases, plain
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row

TABLE = "protected_missing"
ALIKE, CLEAR = 0.1, 0.25
"""Customary limits of a standardised difference: up to the first alike, beyond the second clearly different."""
WITHOUT_DIRECTION = frozenset({"level", "cohort", "department"})
WORDED = frozenset({"attended_before", "prior_usefulness", "baseline_loneliness"}) | WITHOUT_DIRECTION
SCALE_END = 0.3
"""The axis reaches at least this far, so that small differences look small."""


def missing_info(rows: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the chart of who is missing shows, from rows of `protected_missing`, the largest difference first."""
    ordered = sorted(rows, key=lambda row: -abs(row.number("smd") or 0.0))
    readings = tuple(_reading(row, say) for row in ordered)
    sizes = [reading.value for reading in readings if reading.value is not None]
    title = _title(ordered, say)
    return RangesInfo(
        key="missing",
        title=title,
        alt=say.words("missing.alt", title=title, readings=spoken(readings, say)),
        readings=readings,
        axis=nice_axis(0.0, max([SCALE_END, *sizes]), say.words("missing.axis")),
        numbers=_numbers(ordered, say),
        absent="" if sizes else say.why(ordered[0] if ordered else None),
    )


def missing_figure(info: RangesInfo) -> go.Figure:
    """The chart of who is missing for Plotly."""
    return ranges_figure(info)


def characteristic_label(row: Row, say: Phrases) -> str:
    """What is compared, in words."""
    name = row.text("characteristic")
    return say.words(f"missing.{name}") if name in WORDED else name


def how_different(smd: float) -> str:
    """The word for a standardised difference of this size: `alike`, `some` or `clear`."""
    size = abs(smd)
    return "alike" if size <= ALIKE else "some" if size <= CLEAR else "clear"


def _tone(smd: float) -> Tone:
    tones: dict[str, Tone] = {"alike": "single", "some": "without", "clear": "without"}
    return tones[how_different(smd)]


def _title(ordered: Sequence[Row], say: Phrases) -> str:
    largest = next((row for row in ordered if row.number("smd") is not None), None)
    smd = largest.number("smd") if largest else None
    if largest is None or smd is None:
        return say.words("missing.title_absent")
    if how_different(smd) == "alike":
        return say.words("missing.title_alike")
    label = characteristic_label(largest, say)
    return say.words(f"missing.title_{how_different(smd)}", what=label[:1].lower() + label[1:])


def _reading(row: Row, say: Phrases) -> Reading:
    label, smd = characteristic_label(row, say), row.number("smd")
    if smd is None:
        return Reading(label, None, say.state(row))
    return Reading(
        label=label,
        value=round(abs(smd), 9),
        text=plain(abs(smd), 2),
        tone=_tone(smd),
        start=0.0,
        note=say.words(f"missing.{_direction(row, smd)}"),
    )


def _direction(row: Row, smd: float) -> str:
    if row.text("characteristic") in WITHOUT_DIRECTION:
        return "mix"
    return "higher" if smd > 0 else "lower" if smd < 0 else "equal"


def _numbers(ordered: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("characteristic", "difference", "direction", "means", "people")
    rows = tuple(_numbers_row(row, say) for row in ordered)
    return NumbersTable(TABLE, tuple(say.words(f"missing.column_{name}") for name in header), rows)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    smd, people = row.number("smd"), row.count("n_people")
    return (
        characteristic_label(row, say),
        say.state(row) if smd is None else plain(abs(smd), 2),
        none if smd is None else say.words(f"missing.cell_{_direction(row, smd)}"),
        none if smd is None else say.words(f"missing.{how_different(smd)}"),
        none if people is None else say.count(people),
    )
