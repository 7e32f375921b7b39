"""The page on sessions: whether they are what the programme's design asks for, and how far groups come.

What belongs here: choosing what stands on the page. What does not: what people say about sessions (`pulse.py`).
"""

from __future__ import annotations

from dashboards.figures.funnel import funnel_figure, funnel_info
from dashboards.figures.sessions import CHARTS, session_figure, session_info
from dashboards.phrases import Phrases
from dashboards.rows import Tables, only_row, read_rows
from dashboards.site.pages.page import Chart, Page, View
from dashboards.site.tables import metric_cards

CARDS = (
    "session_minutes_median",
    "check_in_in_time_share",
    "problem_solving_in_time_share",
    "check_out_in_time_share",
    "focus_minutes_mean",
    "first_session_days_median",
    "executives_first_share",
)


def sessions_view(tables: Tables, say: Phrases) -> View:
    """What the page shows of a release."""
    facts = read_rows(tables, "protected_session_facts")
    shown = [session_info(key, facts, say) for key in CHARTS]
    funnel = funnel_info(read_rows(tables, "protected_funnel"), say)
    by_name = {row.text("metric"): row for row in read_rows(tables, "protected_metrics")}
    cards = [by_name[name] for name in CARDS if name in by_name]
    as_of = only_row(tables, "protected_programme").day("data_as_of")
    return View(
        charts=(*(Chart(info, session_figure(info)) for info in shown), Chart(funnel, funnel_figure(funnel))),
        values={"cards": metric_cards(cards, read_rows(tables, "meta_metrics"), as_of, say)},
    )


SESSIONS = Page(
    key="sessions",
    tables=("protected_session_facts", "protected_funnel", "protected_metrics"),
    view=sessions_view,
)
