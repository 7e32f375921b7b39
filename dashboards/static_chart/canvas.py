"""The few SVG elements that charts are made of, escaped, with colours by role.

What belongs here: one method per element, and the frame that makes a picture accessible.
What does not: anything about a particular chart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from dashboards import theme
from dashboards.figures.info import Axis, Tone

Point = tuple[float, float]
MARK_REACH: Mapping[Tone, float] = {"with": 4.5, "without": 4.0, "single": 5.5}


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Maps values of an axis to pixels between two ends."""

    axis: Axis
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; values beyond the axis stay at its end."""
        inside = min(max(value, self.axis.low), self.axis.high)
        return self.start + (inside - self.axis.low) / (self.axis.high - self.axis.low) * (
            self.end - self.start
        )


@dataclass(slots=True)
class Canvas:
    """Collects the elements of one picture, in the order they are painted."""

    width: float
    height: float
    paint: Callable[[str], str]
    elements: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, role: str, *, radius: float = 0) -> None:
        """A filled rectangle."""
        size = f'width="{_px(width)}" height="{_px(height)}"'
        self.elements.append(
            f'<rect x="{_px(x)}" y="{_px(y)}" {size} rx="{_px(radius)}" fill="{self.paint(role)}"/>'
        )

    def line(self, a: Point, b: Point, role: str, *, width: float = 1, dash: str = "") -> None:
        """A straight line, dashed where a pattern is given."""
        ends = f'x1="{_px(a[0])}" y1="{_px(a[1])}" x2="{_px(b[0])}" y2="{_px(b[1])}"'
        self.elements.append(f"<line {ends} {self._stroke(role, width, dash)}/>")

    def path(self, points: Sequence[Point], role: str, *, width: float = 2, dash: str = "") -> None:
        """An open line through points."""
        joined = " ".join(f"{_px(x)},{_px(y)}" for x, y in points)
        stroke = f'{self._stroke(role, width, dash)} stroke-linejoin="round" stroke-linecap="round"'
        self.elements.append(f'<polyline points="{joined}" fill="none" {stroke}/>')

    def area(self, points: Sequence[Point], role: str) -> None:
        """A filled polygon."""
        joined = " ".join(f"{_px(x)},{_px(y)}" for x, y in points)
        self.elements.append(f'<polygon points="{joined}" fill="{self.paint(role)}"/>')

    def dot(self, x: float, y: float, role: str, *, radius: float = 5) -> None:
        """A filled circle."""
        self.elements.append(
            f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(radius)}" fill="{self.paint(role)}"/>'
        )

    def diamond(self, x: float, y: float, role: str, *, radius: float = 6) -> None:
        """A filled square on its corner."""
        self.area([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], role)

    def mark(self, x: float, y: float, tone: Tone, *, is_open: bool = False) -> None:
        """A mark whose shape tells the tones apart: circle with, square without, diamond else; hollow if open."""
        reach = MARK_REACH[tone]
        look = f'fill="{self.paint("surface" if is_open else tone)}" {self._stroke(tone, 2, "")}'
        if tone == "with":
            self.elements.append(f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(reach)}" {look}/>')
            return
        square = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        corners = square if tone == "without" else [(0, -1), (1, 0), (0, 1), (-1, 0)]
        points = " ".join(f"{_px(x + reach * dx)},{_px(y + reach * dy)}" for dx, dy in corners)
        self.elements.append(f'<polygon points="{points}" {look}/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        role: str,
        *,
        anchor: str = "start",
        size: float = theme.LABEL_SIZE,
        is_strong: bool = False,
    ) -> None:
        """A line of text, centred on y."""
        weight = ' font-weight="600"' if is_strong else ""
        place = f'x="{_px(x)}" y="{_px(y + size * 0.35)}" text-anchor="{anchor}" font-size="{_px(size)}"'
        self.elements.append(f'<text {place}{weight} fill="{self.paint(role)}">{escape(text)}</text>')

    def svg(self, name: str, title: str, description: str) -> str:
        """The picture as one element with a name and a description for those who can't see it."""
        width, height = _px(self.width), _px(self.height)
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
        heading = f'<title id="{name}-title">{escape(title)}</title>'
        details = f'<desc id="{name}-desc">{escape(description)}</desc>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {labels} font-family="{escape(theme.FONT_STACK)}">'
            f"{heading}{details}{''.join(self.elements)}</svg>"
        )

    def _stroke(self, role: str, width: float, dash: str) -> str:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        return f'stroke="{self.paint(role)}" stroke-width="{_px(width)}"{dashed}'


def _px(value: float) -> str:
    """A pixel value with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
