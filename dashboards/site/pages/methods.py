"""The page on methods: what each number and each method answers, what could be false, and where to read on.

What belongs here: choosing what stands on the page. What does not: any number of a release.
"""

from __future__ import annotations

from dashboards.phrases import Phrases
from dashboards.rows import Tables, read_rows
from dashboards.site.methods import method_entries, metric_entries
from dashboards.site.pages.page import Page, View
from dashboards.site.tables import questions


def methods_view(tables: Tables, say: Phrases) -> View:
    """What the page shows of a release: the metrics it has, the questions people were asked, and every method."""
    return View(
        charts=(),
        values={
            "methods": method_entries(say),
            "metrics": metric_entries(read_rows(tables, "meta_metrics"), say),
            "questions": questions(read_rows(tables, "meta_questions"), say),
        },
    )


METHODS = Page(key="methods", tables=(), view=methods_view)
