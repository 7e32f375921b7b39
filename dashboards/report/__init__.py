"""The weekly report: one A4 page for leaders, self-contained, with no script.

What belongs here: laying the report out from a release's story and writing it. What does not: what the numbers
are (`story.py`, `figures/`), PDF and e-mail.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from dashboards import theme
from dashboards.figures.info import Info
from dashboards.markup import environment
from dashboards.phrases import Phrases
from dashboards.rows import Tables, read_rows
from dashboards.story import Story, tell
from dashboards.words import Words, english

CHART_WIDTH = 400


def build_report(tables: Tables, folder: Path, words: Words | None = None) -> Path:
    """Write the weekly report `report.html` into a folder; the same tables give the same bytes.

    Args:
        tables: every protected and meta table by name.
        folder: where to write; made if it is not there.
        words: the language; English by default.

    Returns:
        The path of the report.

    Raises:
        TablesError: a table or column is missing, or a number is not finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.html"
    path.write_text(render_report(tables, Phrases(words or english())), encoding="utf-8", newline="\n")
    return path


def render_report(tables: Tables, say: Phrases) -> str:
    """The whole report as HTML text."""
    story = tell(tables, say)
    css = (files(__name__) / "report.css").read_text(encoding="utf-8")
    return (
        environment(__name__, say.words)
        .get_template("report.html.j2")
        .render(
            css=Markup(theme.light_palette_css() + css),  # noqa: S704 -- our own file, no data in it
            story=story,
            say=say,
            columns=_columns(story),
            chart_width=CHART_WIDTH,
            releases=read_rows(tables, "meta_runs"),
        )
    )


def _columns(story: Story) -> tuple[tuple[Info, ...], ...]:
    """The charts that fit one page, in two columns: of the waves of loneliness only the latest."""
    charts = story.charts
    latest = replace(charts.loneliness, readings=charts.loneliness.readings[:1])
    return (charts.completion, charts.usefulness), (charts.effect_by_week, latest)
