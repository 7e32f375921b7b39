"""Numbers in words: rounding, units, ranges, days and the sentences for numbers that can't be shown.

What belongs here: every way a value becomes text on a page, so that the same value reads the same everywhere.
What does not: the sentences themselves (`words/`), drawing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboards.rows import Row
from dashboards.words import Words

MINUS = "\u2212"
NO_BREAK = "\u00a0"


def rounded(value: float, digits: int = 0) -> float:
    """Round half away from zero, after taking off the noise of binary fractions; never gives -0."""
    scaled = round(abs(value) * 10**digits, 9)
    return math.copysign(math.floor(scaled + 0.5) / 10**digits, value) if math.floor(scaled + 0.5) else 0.0


def plain(value: float, digits: int = 0) -> str:
    """A number with thousands separated by commas and a proper minus sign: 1,234 or −0.3."""
    text = f"{rounded(value, digits):,.{digits}f}"
    return text.replace("-", MINUS)


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign, and none at zero: +14, −3, 0."""
    return ("+" if rounded(value, digits) > 0 else "") + plain(value, digits)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Formats values with the words of one language; shares and differences come in as 0 to 1."""

    words: Words

    def percent(self, share: float) -> str:
        """A share as a whole percentage: 76 %; one that would round to none says that it is some."""
        if 0 < share < 1 / 200:
            return self.words("unit.under_one_percent")
        return self.words("unit.percent", number=plain(share * 100))

    def percent_range(self, low: float, high: float) -> str:
        """Two shares as a range: 68 % to 83 %."""
        return self.words("unit.range", low=self.percent(low), high=self.percent(high))

    def points(self, difference: float) -> str:
        """A difference of shares in points, signed: +14 points."""
        number = self.bare_points(difference)
        key = "unit.one_point" if abs(rounded(difference * 100)) == 1 else "unit.points"
        return self.words(key, number=number)

    def points_apart(self, difference: float) -> str:
        """How far apart two shares are in points, whichever is larger: 14 points."""
        size = rounded(abs(difference) * 100)
        key = "unit.one_point" if size == 1 else "unit.points"
        return self.words(key, number=plain(size))

    def points_range(self, low: float, high: float) -> str:
        """Two differences as a range: +5 to +23 points."""
        return self.words("unit.points", number=self.bare_points_range(low, high))

    def bare_points(self, difference: float) -> str:
        """A difference of shares in points without the word, for columns that name the unit: +14."""
        return signed(difference * 100)

    def bare_points_range(self, low: float, high: float) -> str:
        """Two differences as a range without the word: +5 to +23."""
        return self.words("unit.range", low=self.bare_points(low), high=self.bare_points(high))

    def score(self, value: float) -> str:
        """A score or a mean with one decimal: 4.2."""
        return plain(value, 1)

    def change(self, value: float) -> str:
        """A change of a score with its sign and one decimal: −0.3."""
        return signed(value, 1)

    def change_range(self, low: float, high: float) -> str:
        """Two changes as a range: −0.6 to 0."""
        return self.words("unit.range", low=self.change(low), high=self.change(high))

    def decimals(self, value: float, digits: int) -> str:
        """A number with so many decimals: 1.76."""
        return plain(value, digits)

    def p_value(self, value: float) -> str:
        """A p-value with three decimals; a smaller one says so."""
        return self.words("unit.under_thousandth") if value < 0.0005 else plain(value, 3)

    def count(self, number: int) -> str:
        """A count with thousands separated."""
        return plain(number)

    def counted(self, thing: str, number: int | None) -> str:
        """A count with its noun, such as `412 commitments`; `thing` is a key of the `counted` family.

        A count that is not given reads as the sentence for a number that is not shown.
        """
        if number is None:
            return self.words("state.no_count")
        key = f"counted.one_{thing}" if number == 1 else f"counted.{thing}"
        return self.words(key, number=plain(number))

    def day(self, on: dt.date | None) -> str:
        """A calendar day in full: 4 October 2026."""
        if on is None:
            return self.words("state.no_day")
        month = self.words(f"month.{on.month}")
        return f"{on.day}{NO_BREAK}{month}{NO_BREAK}{on.year}"

    def short_day(self, on: dt.date) -> str:
        """A calendar day without its year: 4 Oct."""
        return f"{on.day}{NO_BREAK}{self.words(f'month.{on.month}')[:3]}"

    def quantity(self, value: float, unit: str) -> str:
        """A value in the unit of its metric; shares become percentages and points stay points."""
        worded: Mapping[str, Callable[[float], str]] = {
            "share": self.percent,
            "points": self.points,
            "people": plain,
            "count": plain,
            "elapsed_days": lambda days: self.words("unit.days", number=plain(days)),
            "minutes": lambda minutes: self.words("unit.minutes", number=plain(minutes)),
            "days": lambda days: self.words("unit.days", number=signed(days, 1)),
            "ratio": lambda ratio: self.words("unit.times", number=plain(ratio, 2)),
            "hours": lambda hours: self.words("unit.hours", number=plain(hours, 0 if abs(hours) >= 100 else 1)),
        }
        return worded[unit](value) if unit in worded else plain(value, 1)

    def quantity_range(self, low: float, high: float, unit: str) -> str:
        """Two values in the unit of their metric as a range."""
        if unit == "points":
            return self.points_range(low, high)
        if unit == "days":
            return self.words("unit.days", number=self.change_range(low, high))
        if unit == "ratio":
            return self.words(
                "unit.times", number=self.words("unit.range", low=plain(low, 2), high=plain(high, 2))
            )
        return self.words("unit.range", low=self.quantity(low, unit), high=self.quantity(high, unit))

    def reasons(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """A sentence for each reason code; a code without words of its own is named as it is."""
        return tuple(
            self.words(f"reason.{code}")
            if self.words.has(f"reason.{code}")
            else self.words("state.reason_without_words", code=code)
            for code in codes
        )

    def state(self, row: Row | None) -> str:
        """Why a row has no number, as a heading: `Too early to show`."""
        return self.words(f"state.{row.status if row is not None and row.status != 'ok' else 'withheld'}")

    def why(self, row: Row | None) -> str:
        """Why a row has no number, in full: its heading, then its reasons or what the state means."""
        status = row.status if row is not None and row.status != "ok" else "withheld"
        codes = row.reasons if row is not None else ()
        reasons = self.reasons(codes) or (self.words(f"state.explain_{status}"),)
        return self.words("state.with_reasons", heading=self.state(row), reasons=" ".join(reasons))
