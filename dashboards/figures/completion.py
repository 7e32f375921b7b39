"""Completion: the share of commitments kept with and without an accountability appointment.

What belongs here: the two bars with their always-valid intervals, the claimed 65 and 95 % beside them, and the
red flags about unequal measurement. What does not: the difference between the two (`effect_by_week.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.info import Axis, BarsInfo, NumbersTable, Reading, ReferenceMark, Tone, scaled
from dashboards.phrases import Phrases, plain
from dashboards.plotly_chart import bars_figure
from dashboards.rows import Row, first_where

TABLE = "protected_completion"
ARMS: Mapping[str, Tone] = {"with_appointment": "with", "without_appointment": "without"}


@dataclass(frozen=True, slots=True)
class FlagLimits:
    """How far the arms may differ in how they were measured before the page says so in red."""

    median_report_days: float = 3.0
    unknown_share: float = 0.05


def completion_info(rows: Sequence[Row], claims: Sequence[Row], say: Phrases) -> BarsInfo:
    """What the completion chart shows.

    Args:
        rows: rows of `protected_completion`.
        claims: rows of `meta_claims`; those with a share claimed for an arm are marked beside its bar.
        say: wording.
    """
    arms = {arm: first_where(tuple(rows), "arm", arm) for arm in ARMS}
    readings = tuple(_reading(arm, row, claims, say) for arm, row in arms.items())
    is_absent = all(reading.value is None for reading in readings)
    return BarsInfo(
        key="completion",
        title=_title(arms, say),
        alt=say.words("completion.alt", readings=" ".join(_spoken(reading, say) for reading in readings)),
        readings=readings,
        axis=Axis(0, 100, 25, say.words("completion.axis"), suffix=say.words("unit.percent_tick")),
        numbers=_numbers(arms, say),
        absent=say.why(next((row for row in arms.values() if row), None)) if is_absent else "",
    )


def completion_figure(info: BarsInfo) -> go.Figure:
    """The completion chart for Plotly."""
    return bars_figure(info)


def completion_flags(rows: Sequence[Row], limits: FlagLimits, say: Phrases) -> tuple[str, ...]:
    """Warnings where the two arms were measured so unequally that their difference may come from that."""
    with_row, without_row = (first_where(tuple(rows), "arm", arm) for arm in ARMS)
    if with_row is None or without_row is None:
        return ()
    flags = []
    days = with_row.number("median_report_day"), without_row.number("median_report_day")
    if _differ(days, limits.median_report_days):
        with_days, without_days = (_days(day, say) for day in days)
        flags.append(say.words("completion.flag_report_day", with_days=with_days, without_days=without_days))
    shares = with_row.number("unknown_share"), without_row.number("unknown_share")
    if _differ(shares, limits.unknown_share):
        with_share, without_share = (_share(share, say) for share in shares)
        flags.append(say.words("completion.flag_unknown", with_share=with_share, without_share=without_share))
    return tuple(flags)


def _differ(pair: tuple[float | None, float | None], limit: float) -> bool:
    first, second = pair
    return first is not None and second is not None and round(abs(first - second), 9) > limit


def _reading(arm: str, row: Row | None, claims: Sequence[Row], say: Phrases) -> Reading:
    label = say.words(f"arm.{arm}")
    rate = row.number("rate") if row else None
    if row is None or rate is None:
        return Reading(label, None, say.state(row), tone=ARMS[arm])
    return Reading(
        label=label,
        value=scaled(rate, 100),
        text=say.percent(rate),
        low=scaled(row.number("low"), 100),
        high=scaled(row.number("high"), 100),
        tone=ARMS[arm],
        note=say.counted("commitments", row.count("n_commitments")),
        mark=_claim_mark(arm, claims, say),
    )


def _claim_mark(arm: str, claims: Sequence[Row], say: Phrases) -> ReferenceMark | None:
    for claim in claims:
        value = claim.number("value")
        is_share = value is not None and 0 <= value <= 1
        if value is not None and is_share and claim.text("metric") == f"completion_{arm}":
            key = "claim.mark_found" if claim.is_true("source_found") else "claim.mark_not_found"
            return ReferenceMark(round(value * 100, 9), say.words(key, value=say.percent(value)))
    return None


def _title(arms: Mapping[str, Row | None], say: Phrases) -> str:
    rates = {arm: row.number("rate") if row else None for arm, row in arms.items()}
    with_rate, without_rate = rates["with_appointment"], rates["without_appointment"]
    if with_rate is None and without_rate is None:
        return say.words("completion.title_absent")
    return say.words(
        "completion.title", with_rate=_share(with_rate, say), without_rate=_share(without_rate, say)
    )


def _spoken(reading: Reading, say: Phrases) -> str:
    if reading.value is None or reading.low is None or reading.high is None:
        return say.words("chart.spoken_text", label=reading.label, text=reading.text)
    low, high = say.percent(reading.low / 100), say.percent(reading.high / 100)
    return say.words("chart.spoken_range", label=reading.label, text=reading.text, low=low, high=high)


def _share(value: float | None, say: Phrases) -> str:
    return say.words("state.no_value") if value is None else say.percent(value)


def _days(value: float | None, say: Phrases) -> str:
    return say.words("state.no_value") if value is None else plain(value, 0 if value == int(value) else 1)


def _numbers(arms: Mapping[str, Row | None], say: Phrases) -> NumbersTable:
    header = ("arm", "people", "commitments", "rate", "range", "unknown", "bounds", "report_day")
    rows = tuple(_numbers_row(arm, row, say) for arm, row in arms.items() if row is not None)
    return NumbersTable(TABLE, tuple(say.words(f"column.{name}") for name in header), rows)


def _numbers_row(arm: str, row: Row, say: Phrases) -> tuple[str, ...]:
    people, commitments = row.count("n_people"), row.count("n_commitments")
    return (
        say.words(f"arm.{arm}"),
        say.words("state.no_value") if people is None else say.count(people),
        say.words("state.no_value") if commitments is None else say.count(commitments),
        _share(row.number("rate"), say) if row.is_shown else say.state(row),
        share_range(row, "low", "high", say),
        _share(row.number("unknown_share"), say),
        share_range(row, "bound_low", "bound_high", say),
        _days(row.number("median_report_day"), say),
    )


def share_range(row: Row, low_name: str, high_name: str, say: Phrases) -> str:
    """Two share columns of a row as a range, or the sign for no value."""
    low, high = row.number(low_name), row.number(high_name)
    return say.words("state.no_value") if low is None or high is None else say.percent_range(low, high)
