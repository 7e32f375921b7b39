"""Balance: how far commitments with and without an appointment differ in what was known before check-out.

What belongs here: two dots per characteristic, before and after weighting, beside the limits of 0.1 and 0.25.
What does not: the adjusted differences that rest on it (`adjusted.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.info import Dot, DotRow, DotsInfo, NumbersTable, Sample, nice_axis
from dashboards.phrases import Phrases, signed
from dashboards.plotly_shapes import dots_figure
from dashboards.rows import Row

TABLE = "protected_balance"
SMALL, LARGE = 0.1, 0.25
GUIDES = (-LARGE, -SMALL, SMALL, LARGE)
NOT_SAID = "_not_said"
QUARTER = "quarter_"


def balance_info(rows: Sequence[Row], say: Phrases) -> DotsInfo:
    """What the love plot shows, from rows of `protected_balance`, most different before weighting first."""
    ordered = sorted(rows, key=lambda row: -abs(row.number("smd_before") or 0.0))
    drawn = tuple(_row(row, say) for row in ordered)
    ends = [dot.value for row in drawn for dot in row.dots]
    title = _title(rows, say)
    spoken = " ".join(say.words("chart.spoken_text", label=row.label, text=_spoken(row, say)) for row in drawn)
    return DotsInfo(
        key="balance",
        title=title,
        alt=say.words("balance.alt", title=title, readings=spoken),
        rows=drawn if ends else (),
        axis=nice_axis(min([*ends, -LARGE]), max([*ends, LARGE]), say.words("balance.axis"), is_signed=True),
        numbers=_numbers(ordered, say),
        legend=(
            Sample(say.words("balance.before"), "single", is_open=True),
            Sample(say.words("balance.after"), "single"),
        ),
        guides=GUIDES,
        absent="" if ends else say.why(rows[0] if rows else None),
    )


def balance_figure(info: DotsInfo) -> go.Figure:
    """The love plot for Plotly."""
    return dots_figure(info)


def characteristic_name(code: str, say: Phrases) -> str:
    """A characteristic in words; one without words of its own is named as it is."""
    if code.endswith(NOT_SAID):
        name = characteristic_name(code.removesuffix(NOT_SAID), say)
        return say.words("balance.not_said", name=name)
    if code.startswith(QUARTER) and code.removeprefix(QUARTER).isdigit():
        return say.words("balance.quarter", number=code.removeprefix(QUARTER))
    key = f"characteristic.{code}"
    return say.words(key) if say.words.has(key) else code


def _title(rows: Sequence[Row], say: Phrases) -> str:
    """The finding: how many characteristics are alike after weighting, and whether any is far apart."""
    after = [abs(value) for row in rows if (value := row.number("smd_after")) is not None]
    if not after:
        return say.words("balance.title_absent")
    whole, alike = say.count(len(after)), say.count(sum(value <= SMALL for value in after))
    key = "balance.title_far" if max(after) > LARGE else "balance.title"
    return say.words(key, alike=alike, whole=whole)


def _row(row: Row, say: Phrases) -> DotRow:
    label = characteristic_name(row.text("characteristic"), say)
    before, after = row.number("smd_before"), row.number("smd_after")
    if before is None or after is None:
        return DotRow(label, (), say.state(row))
    texts = (
        say.words("balance.before_value", value=signed(before, 2)),
        say.words("balance.after_value", value=signed(after, 2)),
    )
    return DotRow(label, (Dot(before, texts[0], is_open=True), Dot(after, texts[1])))


def _spoken(row: DotRow, say: Phrases) -> str:
    return (
        say.words("balance.spoken", before=row.dots[0].text, after=row.dots[1].text) if row.dots else row.note
    )


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("characteristic", "before_weighting", "after_weighting", "ratio_before", "ratio_after")
    names = ("smd_before", "smd_after", "variance_ratio_before", "variance_ratio_after")
    cells = tuple(
        (
            characteristic_name(row.text("characteristic"), say),
            *(_cell(row, name, say) for name in names),
        )
        for row in rows
    )
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), cells)


def _cell(row: Row, name: str, say: Phrases) -> str:
    value = row.number(name)
    if value is None:
        return say.state(row) if name == "smd_before" else say.words("state.no_value")
    return signed(value, 2) if name.startswith("smd") else say.decimals(value, 2)
