"""The values that charts are drawn from: three shapes, read alike by the Plotly and the static drawer.

What belongs here: frozen values in display units (per cent, points, scores, groups), every text worded.
What does not: protected rows (the subject modules read those), colours, pixels.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

Tone = Literal["with", "without", "single"]


@dataclass(frozen=True, slots=True)
class NumbersTable:
    """The numbers of a chart as a table of text; `source` is the protected table (and CSV) they come from."""

    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReferenceMark:
    """A value to compare with that is not the programme's own, such as a claim, and its label."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One labelled value with its range, in display units.

    Where `value` is None nothing is drawn and `text` says why; `low` and `high` are both given or both None.
    """

    label: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    tone: Tone = "single"
    note: str = ""
    mark: ReferenceMark | None = None

    @property
    def full_text(self) -> str:
        """The text and the note in one line."""
        return f"{self.text} · {self.note}" if self.note else self.text


@dataclass(frozen=True, slots=True)
class Axis:
    """A number axis: its ends, the distance of its ticks and its words.

    `suffix` follows every tick label; `is_signed` puts a plus before positive ones.
    """

    low: float
    high: float
    step: float
    title: str
    suffix: str = ""
    is_signed: bool = False

    @property
    def ticks(self) -> tuple[float, ...]:
        """Multiples of the step from low to high."""
        first = math.ceil(self.low / self.step - 1e-9)
        last = math.floor(self.high / self.step + 1e-9)
        return tuple(round(i * self.step, 9) for i in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class BarsInfo:
    """Horizontal bars from zero, one per reading; labels stand above the bars, or left of them."""

    key: str
    title: str
    alt: str
    readings: tuple[Reading, ...]
    axis: Axis
    numbers: NumbersTable
    labels: Literal["above", "left"] = "above"
    absent: str = ""


@dataclass(frozen=True, slots=True)
class RangesInfo:
    """A dot with its range per reading on one axis; the two words say what lies left and right of zero."""

    key: str
    title: str
    alt: str
    readings: tuple[Reading, ...]
    axis: Axis
    numbers: NumbersTable
    left_word: str = ""
    right_word: str = ""
    absent: str = ""

    @property
    def has_directions(self) -> bool:
        """Whether the axis says in words what lies to its sides."""
        return bool(self.left_word or self.right_word)


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """The difference as known at the end of one week, in points; None where it is not shown."""

    ends_on: dt.date
    value: float | None
    low: float | None
    high: float | None
    is_live: bool
    text: str


@dataclass(frozen=True, slots=True)
class BandInfo:
    """A line over the weeks with its band; weeks worked out afterwards are told apart from live ones."""

    key: str
    title: str
    alt: str
    points: tuple[WeekPoint, ...]
    axis: Axis
    numbers: NumbersTable
    live_label: str
    past_label: str
    zero_label: str
    day_labels: tuple[str, ...]
    time_title: str
    last_value: float = 0.0
    last_label: str = ""
    gap_label: str = ""
    absent: str = ""

    @property
    def is_zero_label_above(self) -> bool:
        """Whether the zero line is named above it: where it is the floor, or the line runs below it."""
        return self.axis.low == 0 or (self.last_value < 0 and self.axis.high != 0)

    @property
    def gap_days(self) -> tuple[dt.date, dt.date] | None:
        """The weeks without a number at the start, where they take a quarter of the chart or more."""
        first_shown = next((point.ends_on for point in self.points if point.value is not None), None)
        if first_shown is None:
            return None
        start, end = self.points[0].ends_on, self.points[-1].ends_on
        return (start, first_shown) if 4 * (first_shown - start) >= end - start > dt.timedelta() else None


Info = BarsInfo | RangesInfo | BandInfo


def nice_axis(low: float, high: float, title: str, *, suffix: str = "", is_signed: bool = False) -> Axis:
    """An axis that holds [low, high] and zero and has three to seven ticks at round numbers."""
    low, high = min(low, 0.0), max(high, 0.0)
    high = high if high > low else 1.0
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 5.5)
    ends = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Axis(round(ends[0], 9), round(ends[1], 9), step, title, suffix, is_signed)


def scaled(value: float | None, factor: float) -> float | None:
    """A value in display units, free of the noise of binary fractions; None stays None."""
    return None if value is None else round(value * factor, 9)
