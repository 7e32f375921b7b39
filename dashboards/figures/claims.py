"""The claims of the literature held against the programme's own data.

What belongs here: each claim's value beside the programme's estimate with its range and the word for how they
fit; sourced benchmarks as a list. What does not: judging the claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.info import NumbersTable, RangesInfo, Reading, ReferenceMark, Tone, nice_axis, scaled
from dashboards.phrases import Phrases
from dashboards.plotly_chart import ranges_figure
from dashboards.rows import Row

TABLE = "protected_claims"
TONES: Mapping[str, Tone] = {"completion_with_appointment": "with", "completion_without_appointment": "without"}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A sourced finding to read the claims beside: its words, its reference, and where its numbers were read."""

    label: str
    source: str
    seen_in: str


def claims_info(rows: Sequence[Row], claims: Sequence[Row], metrics: Sequence[Row], say: Phrases) -> RangesInfo:
    """What the claims panel shows.

    Args:
        rows: rows of `protected_claims`.
        claims: rows of `meta_claims`, for labels and the metric a claim is about.
        metrics: rows of `meta_metrics`, for names and units.
        say: wording.
    """
    by_claim = {claim.text("claim"): claim for claim in claims}
    by_metric = {metric.text("metric"): metric for metric in metrics}
    unsourced = [row for row in rows if not row.is_true("source_found")]
    # What has a source stands in the table and in the list of benchmarks; three rows of one difference say nothing.
    readings = tuple(_reading(row, by_claim, by_metric, say) for row in unsourced or rows)
    drawn = [r for r in readings if r.value is not None]
    ends = [
        end
        for r in drawn
        for end in (r.value, r.low, r.high, r.mark.value if r.mark else None)
        if end is not None
    ]
    spoken = " ".join(say.words("chart.spoken_text", label=r.label, text=r.text) for r in readings)
    return RangesInfo(
        key="claims",
        title=say.words("claims.title_none_found" if unsourced else "claims.title"),
        alt=say.words("claims.alt", readings=spoken),
        readings=readings,
        axis=nice_axis(min(ends, default=0.0), max(ends, default=100.0), say.words("claims.axis")),
        numbers=NumbersTable(
            TABLE,
            tuple(
                say.words(f"column.{name}")
                for name in ("claim", "claimed", "own", "range", "fit", "source_found")
            ),
            tuple(_numbers_row(row, by_claim, by_metric, say) for row in rows),
        ),
        absent="" if drawn else say.why(rows[0] if rows else None),
    )


def claims_figure(info: RangesInfo) -> go.Figure:
    """The claims panel for Plotly."""
    return ranges_figure(info)


def benchmarks(claims: Sequence[Row], say: Phrases) -> tuple[Benchmark, ...]:
    """The claims of `meta_claims` whose source was found."""
    return tuple(
        Benchmark(
            claim.text("label"), claim.text("source"), say.words(f"seen_in.{claim.text('seen_in') or 'none'}")
        )
        for claim in claims
        if claim.is_true("source_found")
    )


def _unit(claim: Row | None, by_metric: Mapping[str, Row]) -> str:
    metric = by_metric.get(claim.text("metric")) if claim else None
    return metric.text("unit") if metric else ""


def _reading(row: Row, by_claim: Mapping[str, Row], by_metric: Mapping[str, Row], say: Phrases) -> Reading:
    claim = by_claim.get(row.text("claim"))
    metric_id = claim.text("metric") if claim else ""
    metric = by_metric.get(metric_id)
    label = metric.text("label") if metric else row.text("claim")
    estimate, low, high = row.number("estimate"), row.number("low"), row.number("high")
    unit = _unit(claim, by_metric)
    if estimate is None or low is None or high is None or unit not in ("share", "points"):
        return Reading(label, None, say.state(row), tone=TONES.get(metric_id, "single"))
    ranged = say.quantity_range(low, high, unit)
    return Reading(
        label=label,
        value=scaled(estimate, 100),
        text=say.words("chart.value_range", value=say.quantity(estimate, unit), range=ranged),
        low=scaled(low, 100),
        high=scaled(high, 100),
        tone=TONES.get(metric_id, "single"),
        mark=_mark(row, unit, say),
    )


def _mark(row: Row, unit: str, say: Phrases) -> ReferenceMark | None:
    value = row.number("claimed_value")
    if value is None:
        return None
    key = "claim.mark_found" if row.is_true("source_found") else "claim.mark_not_found"
    return ReferenceMark(round(value * 100, 9), say.words(key, value=say.quantity(value, unit)))


def _numbers_row(
    row: Row, by_claim: Mapping[str, Row], by_metric: Mapping[str, Row], say: Phrases
) -> tuple[str, ...]:
    none = say.words("state.no_value")
    claim = by_claim.get(row.text("claim"))
    unit = _unit(claim, by_metric)
    claimed = claim.number("value") if claim else None
    estimate, low, high = row.number("estimate"), row.number("low"), row.number("high")
    return (
        claim.text("label") if claim else row.text("claim"),
        none if claimed is None else say.quantity(claimed, unit),
        say.state(row) if estimate is None else say.quantity(estimate, unit),
        none if low is None or high is None else say.quantity_range(low, high, unit),
        say.words(f"fit.{row.text('word')}") if row.text("word") and row.is_shown else none,
        say.words("word.yes" if row.is_true("source_found") else "word.no"),
    )
