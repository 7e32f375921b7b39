"""The value site: one static page, its charts' script, and its tables as CSV.

What belongs here: laying the page out from a release's story and writing its files.
What does not: what the numbers are (`story.py`, `figures/`), who may see them (the gate), serving.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import plotly
from markupsafe import Markup

from dashboards import theme
from dashboards.figures.claims import benchmarks, claims_figure
from dashboards.figures.completion import completion_figure
from dashboards.figures.effect_by_week import effect_by_week_figure
from dashboards.figures.funnel import funnel_figure
from dashboards.figures.info import Info
from dashboards.figures.loneliness import loneliness_figure
from dashboards.figures.usefulness import usefulness_figure
from dashboards.markup import environment
from dashboards.phrases import Phrases
from dashboards.plotly_parts import plotly_config
from dashboards.rows import Tables, read_rows
from dashboards.site.csv_files import write_csv
from dashboards.site.sections import arm_lines, chart_notes
from dashboards.site.tables import (
    definitions,
    effect_notes,
    effect_table,
    metric_cards,
    quality,
    questions,
    response_sentence,
)
from dashboards.story import Charts, Story, tell
from dashboards.words import Words, english

WIDE, NARROW = 660, 340

# A release has its site and its report in folders side by side.
REPORT_LINK = "../report/report.html"

# The tables whose numbers the page shows, each offered as a CSV file.
CSV_TABLES = (
    "protected_completion",
    "protected_effect",
    "protected_effect_by_week",
    "protected_usefulness",
    "protected_loneliness",
    "protected_funnel",
    "protected_metrics",
    "protected_claims",
)


def build_site(
    tables: Tables, folder: Path, words: Words | None = None, report_link: str = REPORT_LINK
) -> Path:
    """Write the value site into a folder: `index.html`, `assets/` and `data/<table>.csv`.

    The same tables give the same bytes. Nothing in the page asks for anything beyond its own folder.

    Args:
        tables: every protected and meta table by name.
        folder: where to write; made if it is not there.
        words: the language; English by default.
        report_link: where the page finds the weekly report, seen from the page; empty for no link.

    Returns:
        The path of the page.

    Raises:
        TablesError: a table or column is missing, or a number is not finite.
    """
    page = render_page(tables, Phrases(words or english()), report_link)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name in CSV_TABLES:
        write_csv(tables[name], folder / "data" / f"{name}.csv")
    _write_assets(folder / "assets")
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def render_page(tables: Tables, say: Phrases, report_link: str = "") -> str:
    """The whole page as HTML text."""
    story = tell(tables, say)
    effects = read_rows(tables, "protected_effect")
    metrics = read_rows(tables, "protected_metrics")
    named_metrics = read_rows(tables, "meta_metrics")
    return (
        environment(__name__, say.words)
        .get_template("index.html.j2")
        .render(
            css=Markup(theme.palette_css() + _packaged("site.css")),  # noqa: S704 -- our own file, no data in it
            story=story,
            say=say,
            report_link=report_link,
            widths={"wide": WIDE, "narrow": NARROW},
            arm_lines=arm_lines(read_rows(tables, "protected_completion"), say),
            chart_notes=chart_notes(tables, story.charts, say),
            effects=effect_table(effects, say),
            effect_notes=effect_notes(effects, say),
            benchmarks=benchmarks(read_rows(tables, "meta_claims"), say),
            cards=metric_cards(metrics, named_metrics, say),
            response=response_sentence(metrics, say),
            quality=quality(tables, say),
            definitions=definitions(named_metrics, say),
            questions=questions(read_rows(tables, "meta_questions"), say),
            releases=read_rows(tables, "meta_runs"),
            figures=Markup(figures_json(story)),  # noqa: S704 -- escaped for a script element by figures_json
        )
    )


def figures_json(story: Story) -> str:
    """The Plotly figures that are shown, and the map from light to dark colours, safe inside a script element."""
    shown = {info.key: _live_chart(info, figure) for info, figure in _figures(story.charts) if not info.absent}
    text = json.dumps({"charts": shown, "dark": theme.dark_by_light()}, sort_keys=True, separators=(",", ":"))
    return _script_safe(text)


def _figures(charts: Charts) -> tuple[tuple[Info, str], ...]:
    return (
        (charts.completion, completion_figure(charts.completion).to_json()),
        (charts.effect_by_week, effect_by_week_figure(charts.effect_by_week).to_json()),
        (charts.claims, claims_figure(charts.claims).to_json()),
        (charts.usefulness, usefulness_figure(charts.usefulness).to_json()),
        (charts.loneliness, loneliness_figure(charts.loneliness).to_json()),
        (charts.funnel, funnel_figure(charts.funnel).to_json()),
    )


def _live_chart(info: Info, figure_json: str) -> Mapping[str, object]:
    return {"figure": json.loads(figure_json), "config": plotly_config(info)}


def _script_safe(text: str) -> str:
    """JSON without a character that could end the script element or start a comment in it."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _write_assets(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.js").write_text(_packaged("site.js"), encoding="utf-8", newline="\n")
    bundle = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    shutil.copyfile(bundle, folder / "plotly.min.js")


def _packaged(name: str) -> str:
    return (files(__name__) / name).read_text(encoding="utf-8")
