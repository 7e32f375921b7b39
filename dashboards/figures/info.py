"""The values that charts are drawn from: a few shapes, read alike by the Plotly and the static drawer.

What belongs here: frozen values in display units (per cent, points, scores, groups), every text worded.
What does not: protected rows (the subject modules read those), colours, pixels.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

Tone = Literal["with", "without", "single", "axis"]


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
    With a `start` it is a bar from there to its value, where it would be a dot.
    """

    label: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    tone: Tone = "single"
    note: str = ""
    mark: ReferenceMark | None = None
    start: float | None = None

    @property
    def full_text(self) -> str:
        """The text and the note in one line."""
        return f"{self.text} · {self.note}" if self.note else self.text


@dataclass(frozen=True, slots=True)
class Axis:
    """A number axis: its ends, the distance of its ticks and its words.

    `suffix` follows every tick label; `is_signed` puts a plus before positive ones; `is_mirrored` counts up to both
    sides of zero.
    """

    low: float
    high: float
    step: float
    title: str
    suffix: str = ""
    is_signed: bool = False
    is_mirrored: bool = False

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
    """A dot (or bar) with its range per reading on one axis; the two words say what lies left and right of zero."""

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


@dataclass(frozen=True, slots=True)
class Dot:
    """One value in a row of dots, with its range where it has one; `text` says it in words."""

    value: float
    text: str
    low: float | None = None
    high: float | None = None
    tone: Tone = "single"
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class DotRow:
    """Several values of one thing; without dots nothing is drawn and `note` says why."""

    label: str
    dots: tuple[Dot, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry of a legend: what a mark of this look stands for."""

    label: str
    tone: Tone
    is_open: bool = False
    is_dotted: bool = False


@dataclass(frozen=True, slots=True)
class DotsInfo:
    """Rows of dots on one axis, told apart by the legend; `guides` are values to read them against.

    Where the dots have ranges each dot of a row has a line of its own, and its text stands right of it.
    """

    key: str
    title: str
    alt: str
    rows: tuple[DotRow, ...]
    axis: Axis
    numbers: NumbersTable
    legend: tuple[Sample, ...]
    guides: tuple[float, ...] = ()
    absent: str = ""

    @property
    def has_ranges(self) -> bool:
        """Whether any dot has a range."""
        return any(dot.low is not None for row in self.rows for dot in row.dots)


@dataclass(frozen=True, slots=True)
class MirrorBand:
    """A bar of a histogram from one height to another, both 0 to 1, and how far it reaches."""

    start: float
    end: float
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class MirrorInfo:
    """Two histograms that share their heights, one to each side of zero."""

    key: str
    title: str
    alt: str
    left: tuple[MirrorBand, ...]
    right: tuple[MirrorBand, ...]
    axis: Axis
    numbers: NumbersTable
    legend: tuple[Sample, Sample]
    heights: tuple[tuple[float, str], ...]
    absent: str = ""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of a curve with its range where it has one; `label` is the text in the picture, where it has any."""

    x: float
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by a line, dotted where it stands in the background.

    Where they stand apart each has its own range and text, and no line claims anything in between.
    """

    sample: Sample
    points: tuple[CurvePoint, ...]
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class CurvesInfo:
    """A few curves with their bands over one quantity."""

    key: str
    title: str
    alt: str
    curves: tuple[Curve, ...]
    axis: Axis
    x_axis: Axis
    numbers: NumbersTable
    absent: str = ""


RowsInfo = BarsInfo | RangesInfo | DotsInfo | MirrorInfo
Info = BarsInfo | RangesInfo | BandInfo | DotsInfo | MirrorInfo | CurvesInfo


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
