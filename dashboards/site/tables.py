"""The tables of the value site: sensitivity lines, participation, freshness, quality, definitions.

What belongs here: rows of protected and meta tables as tables of text. What does not: charts and their tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboards.figures.effect_by_week import difference_range
from dashboards.figures.info import NumbersTable
from dashboards.held import held_mark
from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, first_where, read_rows


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One metric in its own words and unit; where `is_shown` is false `value` is the sentence that says so.

    `anchor` is its entry on the Methods page; empty where the release does not name the metric.
    """

    anchor: str
    label: str
    value: str
    note: str
    definition: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and what it means."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How fresh and how clean the data are."""

    sentences: tuple[str, ...]
    sources: NumbersTable
    quarantine: NumbersTable
    failed_checks: NumbersTable


# Metrics that have a chart or a line of their own.
SHOWN_ELSEWHERE = frozenset(
    {
        "completion_with_appointment",
        "completion_without_appointment",
        "appointment_effect",
        "loneliness_change_score",
        "appointment_risk_ratio",
        "days_open_difference",
        "usefulness_trend_per_session",
        "expectation_gap_mean_score",
        "expectation_exceeded_share",
        "expectation_fell_short_share",
        "session_minutes_median",
        "session_two_hours_share",
        "check_in_in_time_share",
        "problem_solving_in_time_share",
        "check_out_in_time_share",
        "focus_minutes_mean",
        "focus_evenness_share",
        "session_gap_days_median",
        "self_run_share",
        "cross_department_share",
        "next_session_booked_share",
        "first_session_days_median",
        "executives_first_share",
        "roster_match_share",
    }
)


def effect_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """The primary difference and its sensitivity lines."""
    header = ("line", "difference", "range", "bounds_difference", "people", "commitments", "clusters")
    return _table("protected_effect", header, (_effect_row(row, say) for row in rows), say)


def effect_notes(rows: Sequence[Row], say: Phrases) -> tuple[str, ...]:
    """Sentences below the table: bounds, what was left out, how the range was formed, why numbers are missing."""
    missing = dict.fromkeys(say.why(row) for row in rows if not row.is_shown)
    primary = first_where(tuple(rows), "line", "primary")
    about = _primary_notes(primary, say) if primary is not None and primary.is_shown else ()
    return (*about, *(say.words("effect.without_number", why=why) for why in missing))


def _primary_notes(primary: Row, say: Phrases) -> tuple[str, ...]:
    notes = []
    low, high = primary.number("bound_low"), primary.number("bound_high")
    if low is not None and high is not None:
        notes.append(say.words("effect.bounds_lead", low=say.points(low), high=say.points(high)))
    unknown = primary.count("n_exposure_unknown")
    if unknown:
        notes.append(say.words("effect.exposure_unknown", commitments=say.counted("commitments", unknown)))
    if primary.text("variance") == "two_way":
        notes.append(say.words("effect.two_way"))
    return tuple(notes)


def metric_cards(
    metrics: Sequence[Row], named: Sequence[Row], data_as_of: dt.date | None, say: Phrases
) -> tuple[MetricCard, ...]:
    """A card per metric, with the label and unit of the catalogue; one that stays as of an earlier day says so."""
    by_name = {row.text("metric"): row for row in named}
    cards = ((_metric_card(row, by_name, say), held_mark(row, data_as_of, say)) for row in metrics)
    return tuple(
        replace(card, note=" · ".join(part for part in (card.note, mark) if part)) for card, mark in cards
    )


def metric_anchor(metric: str) -> str:
    """The id of a metric's entry on the Methods page."""
    return f"metric-{metric.replace('_', '-')}"


def without_chart(metrics: Sequence[Row]) -> tuple[Row, ...]:
    """The metrics that have no chart or line of their own on any page."""
    return tuple(row for row in metrics if row.text("metric") not in SHOWN_ELSEWHERE)


def response_sentence(metrics: Sequence[Row], say: Phrases) -> str:
    """How many of those asked answered; empty where that is not shown."""
    row = first_where(tuple(metrics), "metric", "pulse_response_share")
    share = row.number("value") if row else None
    return "" if share is None else say.words("loneliness.response", response=say.percent(share))


def quality(tables: Tables, say: Phrases) -> Quality:
    """Freshness, rows held back and checks of the release."""
    sources = read_rows(tables, "meta_sources")
    held_back = read_rows(tables, "meta_quarantine")
    checks = read_rows(tables, "meta_checks")
    failed = [row for row in checks if not row.is_true("passed")]
    return Quality(
        sentences=(
            *_freshness(sources, say),
            _quarantine_sentence(sources, say),
            _checks_sentence(checks, failed, say),
        ),
        sources=_sources_table(sources, say),
        quarantine=_table(
            "meta_quarantine",
            ("source", "table", "rule", "rows"),
            (
                (r.text("source"), r.text("table_name"), r.text("rule"), _count(r, "n_rows", say))
                for r in held_back
            ),
            say,
        ),
        failed_checks=_table(
            "meta_checks",
            ("table", "rule", "rows", "unexpected"),
            (
                (r.text("table_name"), r.text("rule"), _count(r, "n_rows", say), _count(r, "n_unexpected", say))
                for r in failed
            ),
            say,
        ),
    )


def questions(rows: Sequence[Row], say: Phrases) -> tuple[Definition, ...]:
    """The wording of each survey question and its scale."""
    return tuple(
        Definition(row.text("text"), say.words("methods.question_scale", scale=row.text("scale")))
        for row in rows
    )


def _table(source: str, header: Sequence[str], rows: Iterable[tuple[str, ...]], say: Phrases) -> NumbersTable:
    return NumbersTable(source, tuple(say.words(f"column.{name}") for name in header), tuple(rows))


def _effect_row(row: Row, say: Phrases) -> tuple[str, ...]:
    estimate = row.number("estimate")
    return (
        say.words(f"effect.{row.text('line')}"),
        say.state(row) if estimate is None else say.bare_points(estimate),
        difference_range(row, "low", "high", say),
        difference_range(row, "bound_low", "bound_high", say),
        *(_count(row, name, say) for name in ("n_people", "n_commitments", "n_clusters")),
    )


def _metric_card(row: Row, by_name: Mapping[str, Row], say: Phrases) -> MetricCard:
    named = by_name.get(row.text("metric"))
    label, unit = (named.text("label"), named.text("unit")) if named else (row.text("metric"), "")
    definition = named.text("definition") if named else ""
    anchor = metric_anchor(row.text("metric")) if named else ""
    value, low, high = row.number("value"), row.number("low"), row.number("high")
    if value is None:
        return MetricCard(
            anchor, label, say.state(row), " ".join(say.reasons(row.reasons)), definition, is_shown=False
        )
    notes = []
    if low is not None and high is not None:
        notes.append(say.words("tile.range", range=say.quantity_range(low, high, unit)))
    if row.count("n_people") is not None and unit != "people":
        notes.append(say.counted("people", row.count("n_people")))
    return MetricCard(anchor, label, say.quantity(value, unit), " · ".join(notes), definition, is_shown=True)


def _freshness(sources: Sequence[Row], say: Phrases) -> tuple[str, ...]:
    days = [day for day in (row.day("last_landed_on") for row in sources) if day is not None]
    return (say.words("quality.latest", day=say.day(max(days))),) if days else ()


def _quarantine_sentence(sources: Sequence[Row], say: Phrases) -> str:
    # Rows of the files: one that breaks two rules is listed under both, but is one row to mend.
    total = sum(row.count("n_rows_quarantined") or 0 for row in sources)
    if total == 0:
        return say.words("quality.quarantined_none")
    return say.words("quality.quarantined", rows=say.counted("rows", total))


def _checks_sentence(checks: Sequence[Row], failed: Sequence[Row], say: Phrases) -> str:
    n_checks = say.count(len(checks))
    if not checks:
        return say.words("quality.checks_none")
    if not failed:
        return say.words("quality.checks_passed", n_checks=n_checks)
    # Rows of several tables that disagree are told and counted; a row wrong in itself is held back.
    n_across = sum(row.text("stage") == "across" for row in failed)
    sentences = []
    if len(failed) > n_across:
        n_failed = say.count(len(failed) - n_across)
        sentences.append(say.words("quality.checks_failed", n_failed=n_failed, n_checks=n_checks))
    if n_across:
        sentences.append(say.words("quality.checks_across", n_failed=say.count(n_across), n_checks=n_checks))
    return " ".join(sentences)


def _sources_table(sources: Sequence[Row], say: Phrases) -> NumbersTable:
    counted = (
        "n_files",
        "n_rows_in",
        "n_rows_stored",
        "n_rows_superseded",
        "n_rows_dropped",
        "n_rows_quarantined",
    )
    header = ("source", "last_landed", *(name.removeprefix("n_") for name in counted))
    rows = (
        (row.text("source"), say.day(row.day("last_landed_on")), *(_count(row, name, say) for name in counted))
        for row in sources
    )
    return _table("meta_sources", header, rows, say)


def _count(row: Row, name: str, say: Phrases) -> str:
    number = row.count(name)
    return say.words("state.no_value") if number is None else say.count(number)
