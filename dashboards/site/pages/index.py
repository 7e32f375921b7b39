"""The first page: the one answer, the numbers at a glance, and a chart for each question.

What belongs here: choosing what stands on the page. What does not: what the release says (`story.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.figures.claims import benchmarks, claims_figure
from dashboards.figures.completion import completion_figure
from dashboards.figures.effect_by_week import effect_by_week_figure
from dashboards.figures.funnel import funnel_figure
from dashboards.figures.loneliness import loneliness_figure
from dashboards.figures.usefulness import usefulness_figure
from dashboards.phrases import Phrases
from dashboards.rows import Tables, read_rows
from dashboards.site.pages.page import Chart, Page, View
from dashboards.site.sections import arm_lines, chart_notes
from dashboards.site.tables import (
    metric_cards,
    quality,
    response_sentence,
    without_chart,
)
from dashboards.story import Story, tell


def index_view(tables: Tables, say: Phrases) -> View:
    """What the first page shows of a release."""
    story = tell(tables, say)
    charts = story.charts
    metrics = read_rows(tables, "protected_metrics")
    named_metrics = read_rows(tables, "meta_metrics")
    return View(
        charts=(
            Chart(charts.completion, completion_figure(charts.completion)),
            Chart(charts.effect_by_week, effect_by_week_figure(charts.effect_by_week)),
            Chart(charts.claims, claims_figure(charts.claims)),
            Chart(charts.usefulness, usefulness_figure(charts.usefulness)),
            Chart(charts.loneliness, loneliness_figure(charts.loneliness)),
            Chart(charts.funnel, funnel_figure(charts.funnel)),
        ),
        notes=_notes(tables, story, say),
        values={
            "story": story,
            "arm_lines": arm_lines(read_rows(tables, "protected_completion"), say),
            "benchmarks": benchmarks(read_rows(tables, "meta_claims"), say),
            "cards": metric_cards(
                without_chart(metrics), named_metrics, story.programme.day("data_as_of"), say
            ),
            "response": response_sentence(metrics, say),
            "quality": quality(tables, say),
        },
    )


def _notes(tables: Tables, story: Story, say: Phrases) -> Mapping[str, tuple[str, ...]]:
    """Notes under charts; where a prompt was drawn, that these two charts are not about the draw."""
    notes = dict(chart_notes(tables, story.charts, say))
    if story.programme.text("design") == "randomised":
        for key in ("completion", "effect_by_week"):
            notes[key] = (*notes.get(key, ()), say.words("design.beside_the_draw"))
    return notes


INDEX = Page(
    key="index",
    tables=(
        "protected_completion",
        "protected_effect",
        "protected_effect_by_week",
        "protected_usefulness",
        "protected_loneliness",
        "protected_funnel",
        "protected_metrics",
        "protected_claims",
    ),
    view=index_view,
)
