"""The difference allowing for what was known before check-out: the crude one beside each way of adjusting.

What belongs here: a dot with its range per way, and how well they agree. What does not: how they are worked out, and
what something unseen could do (`dashboards/unseen.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.effect_by_week import difference_range
from dashboards.figures.info import NumbersTable, RangesInfo, Reading, nice_axis, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row

TABLE = "protected_adjusted"


def adjusted_info(crude: Row | None, rows: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the chart of adjusted differences shows.

    Args:
        crude: the primary row of `protected_effect`.
        rows: rows of `protected_adjusted`.
        say: wording.
    """
    readings = (
        _reading(say.words("adjusted.crude"), crude, say),
        *(_reading(method_name(row, say), row, say) for row in rows),
    )
    is_shown = any(row.number("estimate") is not None for row in rows)
    ends = [end for r in readings for end in (r.value, r.low, r.high) if end is not None]
    title = adjusted_sentence(crude, rows, say)
    spoken = " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)
    return RangesInfo(
        key="adjusted",
        title=title,
        alt=say.words("adjusted.alt", title=title, readings=spoken),
        readings=readings if is_shown else (),
        axis=nice_axis(
            min(ends, default=0.0), max(ends, default=0.0), say.words("adjusted.axis"), is_signed=True
        ),
        numbers=_numbers(rows, say),
        absent="" if is_shown else _why_none(rows, say),
    )


def adjusted_figure(info: RangesInfo) -> go.Figure:
    """The adjusted differences for Plotly."""
    return ranges_figure(info)


def method_name(row: Row, say: Phrases) -> str:
    """A way of adjusting in words."""
    return say.words(f"adjusted.{row.text('method')}")


def adjusted_sentence(crude: Row | None, rows: Sequence[Row], say: Phrases) -> str:
    """How the adjusted differences lie to the crude one, in one sentence."""
    if any(row.status == "not_robust" for row in rows):
        return say.words("adjusted.disagree")
    found = [value for row in rows if (value := row.number("estimate")) is not None]
    if not found:
        return say.words("adjusted.title_absent")
    own = crude.number("estimate") if crude is not None else None
    low, high = min(found), max(found)
    span = say.points(low) if say.points(low) == say.points(high) else say.points_range(low, high)
    if own is None:
        return say.words("adjusted.title_alone", span=span)
    is_same_side = all(value * own > 0 for value in found)
    key = "adjusted.title_agree" if is_same_side else "adjusted.title_turns"
    return say.words(key, span=span, crude=say.points(own))


def adjusted_notes(rows: Sequence[Row], say: Phrases) -> tuple[str, ...]:
    """What the weighting left of the data, in words, and why a way of adjusting has no number."""
    notes = []
    for row in rows:
        cut, left = row.number("truncated_share"), row.number("effective_share")
        if row.text("method") == "aipw" and cut is not None:
            key = "adjusted.cut" if cut > 0 else "adjusted.nothing_cut"
            notes.append(say.words(key, **({"share": say.percent(cut)} if cut > 0 else {})))
        if row.text("method") == "aipw" and left is not None:
            notes.append(say.words("adjusted.effective", share=say.percent(left)))
    hidden = [row for row in rows if not row.is_shown]
    if len(hidden) < len(rows):
        notes += [say.words("chart.not_shown", label=method_name(row, say), why=say.why(row)) for row in hidden]
    return tuple(notes)


def _why_none(rows: Sequence[Row], say: Phrases) -> str:
    not_robust = next((row for row in rows if row.status == "not_robust"), None)
    return say.why(not_robust or (rows[0] if rows else None))


def _reading(label: str, row: Row | None, say: Phrases) -> Reading:
    estimate = row.number("estimate") if row is not None else None
    low, high = (row.number("low"), row.number("high")) if row is not None else (None, None)
    if estimate is None or low is None or high is None:
        return Reading(label, None, say.state(row))
    text = say.words("chart.value_range", value=say.points(estimate), range=say.points_range(low, high))
    return Reading(label, scaled(estimate, 100), text, scaled(low, 100), scaled(high, 100))


def _numbers(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    header = ("way", "difference", "range", "people", "commitments", "switchers", "cut", "effective")
    cells = tuple(_numbers_row(row, say) for row in rows)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), cells)


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    none = say.words("state.no_value")
    estimate = row.number("estimate")
    counts = (row.count(name) for name in ("n_people", "n_commitments", "n_switchers"))
    shares = (row.number(name) for name in ("truncated_share", "effective_share"))
    return (
        method_name(row, say),
        say.state(row) if estimate is None else say.bare_points(estimate),
        difference_range(row, "low", "high", say),
        *(none if count is None else say.count(count) for count in counts),
        *(none if share is None else say.percent(share) for share in shares),
    )
