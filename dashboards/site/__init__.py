"""The value site: a few static pages, their charts' script, and their tables as CSV.

What belongs here: laying pages out and writing the site's files. What does not: what the numbers are (`story.py`,
`figures/`), what a page shows (`pages/`), who may see them (the gate), serving.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import plotly
from markupsafe import Markup

from dashboards import theme
from dashboards.held import held_by_table
from dashboards.markup import environment
from dashboards.phrases import Phrases
from dashboards.plotly_parts import plotly_config
from dashboards.rows import Tables, only_row, read_rows
from dashboards.site.csv_files import write_csv
from dashboards.site.pages import PAGES, Chart, Page
from dashboards.words import Words, english

WIDE, NARROW = 660, 340

# A release has its site and its report in folders side by side.
REPORT_LINK = "../report/report.html"

# The tables whose numbers some page shows, each offered as a CSV file.
CSV_TABLES: tuple[str, ...] = tuple(dict.fromkeys(name for page in PAGES for name in page.tables))


def build_site(
    tables: Tables, folder: Path, words: Words | None = None, report_link: str = REPORT_LINK
) -> Path:
    """Write the value site into a folder: its pages, `assets/` and `data/<table>.csv`.

    The same tables give the same bytes. Nothing in a page asks for anything beyond its own folder.

    Args:
        tables: every protected and meta table by name.
        folder: where to write; made if it is not there.
        words: the language; English by default.
        report_link: where the pages find the weekly report, seen from them; empty for no link.

    Returns:
        The path of the first page, `index.html`.

    Raises:
        TablesError: a table or column is missing, or a number is not finite.
    """
    say = Phrases(words or english())
    texts = {page.file_name: render_page(page, tables, say, report_link) for page in PAGES}
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name in CSV_TABLES:
        write_csv(tables[name], folder / "data" / f"{name}.csv")
    _write_assets(folder / "assets")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / PAGES[0].file_name


def render_page(page: Page, tables: Tables, say: Phrases, report_link: str = "") -> str:
    """One whole page as HTML text."""
    view = page.view(tables, say)
    return (
        environment(__name__, say.words)
        .get_template(f"{page.key}.html.j2")
        .render(
            css=Markup(theme.palette_css() + _packaged("site.css")),  # noqa: S704 -- our own file, no data in it
            page=page,
            pages=PAGES,
            programme=only_row(tables, "protected_programme"),
            say=say,
            report_link=report_link,
            widths={"wide": WIDE, "narrow": NARROW},
            charts={chart.info.key: chart.info for chart in view.charts},
            chart_notes={chart.info.key: view.notes.get(chart.info.key, ()) for chart in view.charts},
            held=held_by_table(tables, page.tables, say),
            releases=read_rows(tables, "meta_runs"),
            figures=Markup(figures_json(view.charts)),  # noqa: S704 -- escaped for a script element by figures_json
            **view.values,
        )
    )


def figures_json(charts: Sequence[Chart]) -> str:
    """The Plotly figures that are shown, and the map from light to dark colours, safe inside a script element."""
    shown = {chart.info.key: _live_chart(chart) for chart in charts if not chart.info.absent}
    text = json.dumps({"charts": shown, "dark": theme.dark_by_light()}, sort_keys=True, separators=(",", ":"))
    return _script_safe(text)


def _live_chart(chart: Chart) -> Mapping[str, object]:
    return {"figure": json.loads(chart.figure.to_json()), "config": plotly_config(chart.info)}


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
