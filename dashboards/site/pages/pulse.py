"""The page Pulse: what people say in the surveys, and who did not say anything.

What belongs here: choosing what stands on the page, and the sentences beside its charts. What does not: how any of it
is worked out (`figures/`), commitments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.figures.expectation import METRICS, expectation_figure, expectation_info
from dashboards.figures.guardrails import guardrail_rows, guardrails_figure, guardrails_info, labels
from dashboards.figures.loneliness import loneliness_figure, loneliness_info, wave_label
from dashboards.figures.loneliness_measures import (
    charted,
    cut_off_sentence,
    loneliness_measures_figure,
    loneliness_measures_info,
    mixed_model_sentence,
    reliability_sentence,
    staggered_sentence,
)
from dashboards.figures.missing import characteristic_label, missing_figure, missing_info
from dashboards.figures.response import response_figure, response_info, survey_label
from dashboards.figures.usefulness_bands import usefulness_bands_figure, usefulness_bands_info
from dashboards.figures.usefulness_trend import (
    expected_sentence,
    row_label,
    usefulness_trend_figure,
    usefulness_trend_info,
    within_sentence,
)
from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, first_where, read_rows
from dashboards.site.pages.page import Chart, Page, View
from dashboards.story import not_shown

PULSE_TABLES = (
    "protected_usefulness",
    "protected_usefulness_trend",
    "protected_metrics",
    "protected_loneliness",
    "protected_loneliness_measures",
    "protected_response",
    "protected_missing",
)


def pulse_view(tables: Tables, say: Phrases) -> View:
    """What the page Pulse shows of a release."""
    rows = {name: read_rows(tables, name) for name in PULSE_TABLES}
    named = read_rows(tables, "meta_metrics")
    charts = _charts(rows, named, say)
    notes = _notes(rows, named, say)
    return View(
        charts=charts,
        notes={c.info.key: notes.get(c.info.key, ()) for c in charts if not c.info.absent},
        values={"sentences": _sentences(rows, charts, say)},
    )


def _charts(rows: Mapping[str, tuple[Row, ...]], named: Sequence[Row], say: Phrases) -> tuple[Chart, ...]:
    metrics = rows["protected_metrics"]
    bands = usefulness_bands_info(rows["protected_usefulness"], metrics, say)
    trend = usefulness_trend_info(rows["protected_usefulness_trend"], _trend(metrics), say)
    expectation = expectation_info(metrics, named, say)
    loneliness = loneliness_info(rows["protected_loneliness"], say)
    measures = loneliness_measures_info(rows["protected_loneliness_measures"], say)
    guardrails = guardrails_info(metrics, named, say)
    answered = first_where(metrics, "metric", "pulse_response_share")
    response = response_info(rows["protected_response"], answered, say)
    missing = missing_info(rows["protected_missing"], say)
    return (
        Chart(bands, usefulness_bands_figure(bands)),
        Chart(trend, usefulness_trend_figure(trend)),
        Chart(expectation, expectation_figure(expectation)),
        Chart(loneliness, loneliness_figure(loneliness)),
        Chart(measures, loneliness_measures_figure(measures)),
        Chart(guardrails, guardrails_figure(guardrails)),
        Chart(response, response_figure(response)),
        Chart(missing, missing_figure(missing)),
    )


def _trend(metrics: tuple[Row, ...]) -> Row | None:
    return first_where(metrics, "metric", "usefulness_trend_per_session")


def _sentences(
    rows: Mapping[str, tuple[Row, ...]], charts: Sequence[Chart], say: Phrases
) -> Mapping[str, tuple[str, ...]]:
    """What stands in words beside a chart, by its key.

    Beside a chart that is not shown only what has a number stands, as the chart says already why there is none.
    """
    absent = {chart.info.key for chart in charts if chart.info.absent}
    return {
        key: tuple(
            text for row, text in said if text and (key not in absent or (row is not None and row.is_shown))
        )
        for key, said in _said(rows, say).items()
    }


def _said(
    rows: Mapping[str, tuple[Row, ...]], say: Phrases
) -> Mapping[str, tuple[tuple[Row | None, str], ...]]:
    """Each sentence with the row it speaks of, by the key of the chart it stands beside."""
    trends, measures = rows["protected_usefulness_trend"], rows["protected_loneliness_measures"]
    within = _trend(rows["protected_metrics"])
    latest = first_where(rows["protected_loneliness"], "wave", "latest")
    mixed, staggered, lonely, alpha = (
        first_where(measures, "measure", name)
        for name in ("mixed_model_change", "staggered_difference", "share_lonely_latest", "alpha")
    )
    return {
        "usefulness_trend": (
            (within, within_sentence(within, say)),
            (first_where(trends, "basis", "predicted"), expected_sentence(trends, say)),
        ),
        "loneliness": (
            (mixed, mixed_model_sentence(measures, latest, say)),
            (staggered, staggered_sentence(measures, say)),
        ),
        "loneliness_measures": (
            (lonely, cut_off_sentence(measures, say)),
            (alpha, reliability_sentence(measures, say)),
        ),
    }


def _notes(
    rows: Mapping[str, tuple[Row, ...]], named: Sequence[Row], say: Phrases
) -> Mapping[str, tuple[str, ...]]:
    """Why single rows of a chart are not shown, by its key."""
    trend, loneliness = rows["protected_usefulness_trend"], rows["protected_loneliness"]
    response, missing = rows["protected_response"], rows["protected_missing"]
    expectation = tuple(row for row in rows["protected_metrics"] if row.text("metric") in METRICS)
    guardrails = guardrail_rows(rows["protected_metrics"])
    return {
        "usefulness_trend": not_shown(trend, [row_label(row, say) for row in trend], say),
        "expectation": not_shown(expectation, labels(expectation, named), say),
        "loneliness": not_shown(loneliness, [wave_label(row.text("wave"), say) for row in loneliness], say),
        "loneliness_measures": not_shown(*charted(rows["protected_loneliness_measures"], say), say),
        "guardrails": not_shown(guardrails, labels(guardrails, named), say),
        "response": not_shown(response, [survey_label(row.text("wave"), say) for row in response], say),
        "missing": not_shown(missing, [characteristic_label(row, say) for row in missing], say),
    }


PULSE = Page(key="pulse", tables=PULSE_TABLES, view=pulse_view)
