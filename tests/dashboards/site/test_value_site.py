"""The value site says what the tables say, in every state, and nothing else."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from dashboards.phrases import Phrases, plain
from dashboards.site import CSV_TABLES, build_site, render_page
from dashboards.site.pages import PAGES, Page
from dashboards.site.pages.commitments import COMMITMENTS
from dashboards.story import tell
from models.catalogue import metrics

STATES = ["ok", "real", "too_early", "refused", "randomised"]
INDEX = PAGES[0]
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
CAVEAT = (
    "People chose for themselves whether to book an appointment, so a difference between the two is not proof"
)


class Read(HTMLParser):
    """Elements with their attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open[-1:]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())


RENDERED: dict[tuple[str, str], str] = {}


def html_of(releases: ModuleType, say: Phrases, state: str, page: Page = INDEX) -> str:
    """A page of a drawn release, rendered once for all tests that only read it."""
    key = (state, page.key)
    if key not in RENDERED:
        RENDERED[key] = render_page(page, releases.RELEASES[state](), say)
    return RENDERED[key]


def page_of(releases: ModuleType, say: Phrases, state: str, page: Page = INDEX) -> Read:
    return Read(html_of(releases, say, state, page))


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def numbers_of_tables(tables: dict[str, pl.DataFrame]) -> set[str]:
    """Every way a cell may be written: whole, with up to three decimals, as a percentage, as a date, as text."""
    allowed: set[str] = set()
    for frame in tables.values():
        for cell in (cell for row in frame.iter_rows() for cell in row):
            if isinstance(cell, dt.date):
                allowed |= {str(cell.day), str(cell.year)}
            elif isinstance(cell, str):
                allowed |= numbers_in(cell) | numbers_in(cell[:12])
            elif isinstance(cell, int | float) and not isinstance(cell, bool):
                allowed |= {plain(abs(cell), digits) for digits in range(4)}
                allowed |= {plain(abs(cell) * 100), plain(abs(cell) * 100, 1)}
    return allowed


def ticks_of(page: Page, tables: dict[str, pl.DataFrame], say: Phrases) -> set[str]:
    infos = [chart.info for chart in page.view(tables, say).charts]
    axes = [info.axis for info in infos] + [info.x_axis for info in infos if hasattr(info, "x_axis")]
    return {plain(abs(tick), digits) for axis in axes for tick in axis.ticks for digits in range(3)}


def counted(tables: dict[str, pl.DataFrame], say: Phrases) -> set[str]:
    """Counts of rows that sentences give: weeks, checks, ways of counting, characteristics, other ranges."""
    weeks = tell(tables, say).charts.effect_by_week.points
    checks, crosschecks = tables["meta_checks"], tables["protected_crosschecks"]
    alike = tables["protected_balance"].filter(pl.col("smd_after").abs() <= 0.1)
    counts = [
        len(weeks),
        sum(point.value is not None for point in weeks),
        len(checks),
        checks["passed"].not_().sum(),
        tables["meta_quarantine"]["n_rows"].sum(),
        tables["protected_effect"].filter(~pl.col("line").is_in(["primary", "intention_to_treat"])).height,
        tables["protected_balance"]["smd_after"].count(),
        len(alike),
        len(crosschecks) - 1,
        crosschecks.filter("agrees").height - 1,
    ]
    return {str(count) for count in counts}


@EACH_PAGE
@pytest.mark.parametrize("state", STATES)
def test_every_number_of_a_page_stands_in_the_tables(
    releases: ModuleType, say: Phrases, state: str, page: Page
) -> None:
    tables = releases.RELEASES[state]()
    words = numbers_in(" ".join(say.words.sentences.values()))
    catalogue = numbers_in(" ".join(f"{m.estimand} {m.assumption}" for m in metrics().values()))
    found = numbers_in(page_of(releases, say, state, page).text)
    allowed = numbers_of_tables(tables) | ticks_of(page, tables, say) | counted(tables, say) | words | catalogue
    assert found - allowed == set()


@EACH_PAGE
@pytest.mark.parametrize("state", STATES)
def test_no_page_holds_a_number_that_is_none(
    releases: ModuleType, say: Phrases, state: str, page: Page
) -> None:
    text = page_of(releases, say, state, page).text
    assert not re.search(r"\b(None|NaN|nan|null|inf|undefined)\b", text)


@pytest.mark.parametrize("state", [state for state in STATES if state != "randomised"])
def test_the_observational_sentence_always_stands_on_the_first_page(
    releases: ModuleType, say: Phrases, state: str
) -> None:
    assert CAVEAT in page_of(releases, say, state).text


@pytest.mark.parametrize("state", STATES)
def test_the_observational_sentence_stands_beside_the_crude_difference_in_every_design(
    releases: ModuleType, say: Phrases, state: str
) -> None:
    assert CAVEAT in page_of(releases, say, state, COMMITMENTS).text


@EACH_PAGE
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_loaded_from_outside_the_folder(
    releases: ModuleType, say: Phrases, state: str, page: Page
) -> None:
    html = html_of(releases, say, state, page)
    for tag, attributes in Read(html).elements:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            assert not re.match(r"(?i)\s*([a-z][a-z0-9+.-]*:|//)", attributes.get(name) or ""), (tag, name)
    assert "url(" not in html
    assert "@import" not in html


@EACH_PAGE
@pytest.mark.parametrize("state", STATES)
def test_ids_are_unique(releases: ModuleType, say: Phrases, state: str, page: Page) -> None:
    elements = page_of(releases, say, state, page).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


@EACH_PAGE
@pytest.mark.parametrize("state", STATES)
def test_every_link_within_the_site_leads_to_an_entry(
    releases: ModuleType, say: Phrases, state: str, page: Page
) -> None:
    pages = {other.file_name: page_of(releases, say, state, other) for other in PAGES}
    ids = {name: {attributes.get("id") for _, attributes in read.elements} for name, read in pages.items()}
    for tag, attributes in pages[page.file_name].elements:
        link = attributes.get("href") or ""
        if tag != "a" or link.startswith("data/"):
            continue
        path, _, anchor = link.partition("#")
        name = path.partition("?")[0] or page.file_name
        assert name in ids, link
        assert not anchor or anchor in ids[name], link


@EACH_PAGE
def test_each_page_names_itself_in_the_navigation(releases: ModuleType, say: Phrases, page: Page) -> None:
    links = [
        attributes
        for tag, attributes in page_of(releases, say, "ok", page).elements
        if tag == "a" and "aria-current" in attributes
    ]
    assert [link["href"] for link in links] == [page.file_name]


@EACH_PAGE
def test_each_page_offers_every_table_it_shows(releases: ModuleType, say: Phrases, page: Page) -> None:
    elements = page_of(releases, say, "ok", page).elements
    links = {attributes.get("href") for tag, attributes in elements if tag == "a"}
    assert {f"data/{name}.csv" for name in page.tables} <= links


@pytest.mark.parametrize("is_synthetic", [True, False])
def test_the_banner_stands_where_the_data_are_made_up(
    releases: ModuleType, say: Phrases, is_synthetic: bool
) -> None:
    state = "ok" if is_synthetic else "real"
    assert ("Made-up data" in page_of(releases, say, state).text) is is_synthetic


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("too_early", "Too early for a verdict"),
        ("kept_more_often", "People keep more of their commitments"),
        ("kept_less_often", "People keep fewer of their commitments"),
        ("helps", "Asking people to book an appointment helps"),
        ("harms", "Asking people to book an appointment harms"),
        ("no_difference_that_matters", "No difference that matters in how often commitments are kept"),
        ("cannot_tell_yet", "The data cannot tell yet"),
    ],
)
def test_each_verdict_has_its_sentence(releases: ModuleType, say: Phrases, verdict: str, sentence: str) -> None:
    tables = releases.ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(verdict=pl.lit(verdict))
    assert sentence in Read(render_page(INDEX, tables, say)).text


def test_a_randomised_design_says_that_chance_decided(releases: ModuleType, say: Phrases) -> None:
    tables = releases.ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(design=pl.lit("randomised"))
    text = Read(render_page(INDEX, tables, say)).text
    assert "Chance decided" in text
    assert CAVEAT not in text


def test_unequal_measurement_is_flagged_and_equal_is_not(releases: ModuleType, say: Phrases) -> None:
    assert "Measured unequally" in page_of(releases, say, "real").text
    assert "Measured unequally" not in page_of(releases, say, "ok").text


def test_too_early_shows_rates_usefulness_and_participation_but_no_difference(
    releases: ModuleType, say: Phrases
) -> None:
    text = page_of(releases, say, "too_early").text
    assert "79 % kept with an appointment, 61 % without" in text
    assert "79 % of answers call the session useful" in text
    assert "People trained 240" in text
    assert "Difference with an appointment Too early to show" in text
    assert "Too few groups have held a sixth session." in text


def test_an_early_difference_is_in_no_part_of_the_page_even_where_the_table_holds_it(
    releases: ModuleType, say: Phrases
) -> None:
    tables = releases.too_early_release()
    tables["protected_effect"] = tables["protected_effect"].with_columns(estimate=pl.lit(0.87654))
    assert "8765" not in (html := render_page(INDEX, tables, say))
    assert "+88" not in html


def test_states_without_a_number_are_said_in_words(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "refused").text
    assert "No number can be given. Too few commitments have reached their deadline" in text
    assert "Not shown: too few people or no data. Small numbers stay closed" in text


def test_every_shown_chart_stands_as_a_picture_with_a_table_and_a_download(
    releases: ModuleType, say: Phrases
) -> None:
    elements = page_of(releases, say, "ok").elements
    assert sum(tag == "svg" for tag, _ in elements) == 6 * 2
    assert sum("data-chart" in attributes for _, attributes in elements) == 6
    links = {attributes.get("href") for tag, attributes in elements if tag == "a"}
    assert {f"data/{name}.csv" for name in INDEX.tables} <= links


def test_two_way_variance_and_unknown_exposure_are_said(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "real", COMMITMENTS).text
    assert "worked out by person and by group together" in text
    assert "whether an appointment was booked: 38 commitments." in text


def test_metrics_stand_with_the_labels_and_units_of_the_catalogue(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "ok").text
    assert "Length of a session 1.9 h 231 people" in text
    assert "Felt pressed to take part Not shown: too few people or no data" in text


def test_quality_counts_rows_held_back_and_failed_checks(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "ok").text
    assert "Held back until mended: 3 rows." in text
    assert "2 of 4 checks of the data found rows that break a rule; those rows were kept out." in text
    assert "1 of 4 found tables that disagree with each other; these rows are listed for mending" in text


def test_hostile_texts_stay_texts(releases: ModuleType, say: Phrases) -> None:
    page = Read(render_page(INDEX, releases.hostile_release(), say))
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert [(a.get("src"), a.get("id")) for a in scripts] == [
        ("assets/plotly.min.js", None),
        ("assets/site.js", None),
        (None, "figures"),
    ]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_the_figures_are_json_that_no_text_can_break_out_of(releases: ModuleType, say: Phrases) -> None:
    html = render_page(INDEX, releases.hostile_release(), say)
    embedded = html.split('id="figures">')[1].split("</script>")[0]
    assert "<" not in embedded
    assert set(json.loads(embedded)["charts"]) == {
        "completion",
        "claims",
        "effect_by_week",
        "usefulness",
        "loneliness",
        "funnel",
    }


def test_the_site_is_its_pages_their_assets_and_a_csv_per_table(releases: ModuleType, tmp_path: Path) -> None:
    build_site(releases.ok_release(), tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    csvs = {f"data/{name}.csv" for name in CSV_TABLES}
    pages = {page.file_name for page in PAGES}
    assert written == pages | {"assets/plotly.min.js", "assets/site.js"} | csvs


def test_the_page_links_to_the_report_of_its_release(releases: ModuleType, tmp_path: Path) -> None:
    page = Read(build_site(releases.ok_release(), tmp_path).read_text(encoding="utf-8"))
    assert "../report/report.html" in {attributes.get("href") for _, attributes in page.elements}


def test_the_same_tables_give_the_same_bytes(releases: ModuleType, tmp_path: Path) -> None:
    for name in ("first", "second"):
        build_site(releases.ok_release(), tmp_path / name)
    files = sorted(
        path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()
    )
    assert all((tmp_path / "first" / f).read_bytes() == (tmp_path / "second" / f).read_bytes() for f in files)


def test_a_csv_holds_the_table_as_it_is(releases: ModuleType, tmp_path: Path) -> None:
    build_site(releases.ok_release(), tmp_path)
    with (tmp_path / "data" / "protected_funnel.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[5] == {
        "session_number": "6",
        "n_groups_reached": "41",
        "share_reached": "0.704",
        "status": "ok",
        "reasons": "",
        "as_of": "2026-10-04",
    }


def test_a_cell_that_would_run_as_a_formula_is_written_as_text(releases: ModuleType, tmp_path: Path) -> None:
    tables = releases.hostile_release()
    marks = ["=cmd()", "+1", "-1", "@x", "\tx", "\rx", " =x"]
    tables["protected_metrics"] = releases.table(
        "protected_metrics", *((mark, -0.3, "ok") for mark in [*marks, "fine"]), columns="metric value status"
    )
    build_site(tables, tmp_path)
    with (tmp_path / "data" / "protected_metrics.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == [*(f"'{mark}" for mark in marks), "fine"]
    assert {row[1] for row in rows} == {"-0.3"}
