"""Usefulness around its middle: low scores to the left, high scores to the right, as on a pair of scales.

What belongs here: where each band of scores stands. What does not: wording of bands and the plain bars
(`usefulness.py`), the trend over sessions (`usefulness_trend.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from dashboards.figures.info import RangesInfo, Reading, Tone, nice_axis
from dashboards.figures.usefulness import usefulness_info
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row

MIDDLE_SCORE = 3


def usefulness_bands_info(rows: Sequence[Row], metrics: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the usefulness chart of the Pulse page shows, highest scores first.

    A band that holds the middle score stands across zero in the proportion of its steps on either side.

    Args:
        rows: rows of `protected_usefulness`.
        metrics: rows of `protected_metrics`; the title states `usefulness_top_two_share` where it is shown.
        say: wording.
    """
    bars = usefulness_info(rows, metrics, say)
    bands = sorted(rows, key=lambda row: -(row.count("score_from") or 0))
    readings = tuple(_around(bar, row, say) for bar, row in zip(bars.readings, bands, strict=True))
    ends = [end for reading in readings for end in (reading.start, reading.value) if end is not None]
    axis = nice_axis(
        min(ends, default=0.0),
        max(ends, default=100.0),
        say.words("pulse_usefulness.axis"),
        suffix=say.words("unit.percent_tick"),
    )
    return RangesInfo(
        key="usefulness_bands",
        title=bars.title,
        alt=bars.alt,
        readings=readings,
        axis=replace(axis, is_mirrored=True),
        numbers=bars.numbers,
        left_word=say.words("pulse_usefulness.less"),
        right_word=say.words("pulse_usefulness.more"),
        absent=bars.absent,
    )


def usefulness_bands_figure(info: RangesInfo) -> go.Figure:
    """The usefulness chart of the Pulse page for Plotly."""
    return ranges_figure(info)


def share_below_middle(score_from: int, score_to: int) -> float:
    """How much of a band of scores lies below the middle score, 0 to 1; the middle itself counts half."""
    below = sum(1.0 if score < MIDDLE_SCORE else 0.5 for score in range(score_from, score_to + 1) if score <= 3)
    return below / (score_to - score_from + 1)


def _around(bar: Reading, row: Row, say: Phrases) -> Reading:
    score_from, score_to = row.count("score_from"), row.count("score_to")
    if bar.value is None:
        return bar
    below = 0.5 if score_from is None or score_to is None else share_below_middle(score_from, score_to)
    left, right = round(-bar.value * below, 9) + 0.0, round(bar.value * (1 - below), 9)
    start, value = (right, left) if below == 1 else (left, right)
    tone: Tone = "without" if below == 1 else "single" if below == 0 else "axis"
    note = say.counted("answers", row.count("n_answers"))
    return replace(bar, start=start, value=value, tone=tone, note=note)
