"""The page Data health: how fresh the data are, what was held back, and whether exports name the same people.

What belongs here: choosing what stands on the page. What does not: any outcome or answer.
"""

from __future__ import annotations

from dashboards.phrases import Phrases
from dashboards.rows import Tables, only_row, read_rows
from dashboards.site.matching import match_table
from dashboards.site.pages.page import Page, View
from dashboards.site.tables import metric_cards, quality

METRIC = "roster_match_share"


def data_health_view(tables: Tables, say: Phrases) -> View:
    """What the page shows of a release."""
    metrics = [row for row in read_rows(tables, "protected_metrics") if row.text("metric") == METRIC]
    as_of = only_row(tables, "protected_programme").day("data_as_of")
    return View(
        charts=(),
        values={
            "cards": metric_cards(metrics, read_rows(tables, "meta_metrics"), as_of, say),
            "matching": match_table(read_rows(tables, "protected_match_rates"), say),
            "quality": quality(tables, say),
        },
    )


DATA_HEALTH = Page(
    key="data_health",
    tables=("protected_match_rates", "protected_metrics", "meta_sources", "meta_quarantine", "meta_checks"),
    view=data_health_view,
)
