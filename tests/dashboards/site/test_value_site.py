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
from dashboards.report import render_report
from dashboards.site import CSV_TABLES, build_site, render_page
from dashboards.story import tell
from dashboards.words import english, placeholders
from models.effects.result import REASON_CODES

STATES = ["ok", "real", "too_early", "refused"]
CAVEAT = (
    "People chose for themselves whether to book an appointment, so a difference between the two is not proof"
)


class Page(HTMLParser):
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


def page_of(releases: ModuleType, say: Phrases, state: str) -> Page:
    return Page(render_page(releases.RELEASES[state](), say))


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def numbers_of_tables(tables: dict[str, pl.DataFrame]) -> set[str]:
    """Every way a cell may be written: whole, with one decimal, as a percentage, as a date, as text."""
    allowed: set[str] = set()
    for frame in tables.values():
        for cell in (cell for row in frame.iter_rows() for cell in row):
            if isinstance(cell, dt.date):
                allowed |= {str(cell.day), str(cell.year)}
            elif isinstance(cell, str):
                allowed |= numbers_in(cell) | numbers_in(cell[:12])
            elif isinstance(cell, int | float) and not isinstance(cell, bool):
                allowed |= {plain(abs(cell)), plain(abs(cell), 1), plain(abs(cell) * 100)}
    return allowed


@pytest.mark.parametrize("state", STATES)
def test_every_number_of_the_page_stands_in_the_tables(releases: ModuleType, say: Phrases, state: str) -> None:
    tables = releases.RELEASES[state]()
    charts = tell(tables, say).charts
    ticks = {plain(abs(tick), d) for info in charts for tick in info.axis.ticks for d in (0, 1)}
    weeks = {
        str(len(charts.effect_by_week.points)),
        str(sum(p.value is not None for p in charts.effect_by_week.points)),
    }
    checks = tables["meta_checks"]
    counted = {
        str(len(checks)),
        str(checks["passed"].not_().sum()),
        str(tables["meta_quarantine"]["n_rows"].sum()),
    }
    words = numbers_in(" ".join(say.words.sentences.values()))
    found = numbers_in(page_of(releases, say, state).text)
    assert found - numbers_of_tables(tables) - ticks - weeks - counted - words == set()


@pytest.mark.parametrize("state", STATES)
def test_no_page_holds_a_number_that_is_none(releases: ModuleType, say: Phrases, state: str) -> None:
    text = page_of(releases, say, state).text
    assert not re.search(r"\b(None|NaN|nan|null|inf|undefined)\b", text)


@pytest.mark.parametrize("state", STATES)
def test_the_observational_sentence_always_stands_on_the_page(
    releases: ModuleType, say: Phrases, state: str
) -> None:
    assert CAVEAT in page_of(releases, say, state).text


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_loaded_from_outside_the_folder(releases: ModuleType, say: Phrases, state: str) -> None:
    html = render_page(releases.RELEASES[state](), say)
    for tag, attributes in Page(html).elements:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            assert not re.match(r"(?i)\s*([a-z][a-z0-9+.-]*:|//)", attributes.get(name) or ""), (tag, name)
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("state", STATES)
def test_ids_are_unique(releases: ModuleType, say: Phrases, state: str) -> None:
    ids = [attributes["id"] for _, attributes in page_of(releases, say, state).elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


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
        ("no_difference_that_matters", "commitments are kept about equally often"),
        ("cannot_tell_yet", "The data cannot tell yet"),
    ],
)
def test_each_verdict_has_its_sentence(releases: ModuleType, say: Phrases, verdict: str, sentence: str) -> None:
    tables = releases.ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(verdict=pl.lit(verdict))
    assert sentence in Page(render_page(tables, say)).text


def test_a_randomised_design_says_that_chance_decided(releases: ModuleType, say: Phrases) -> None:
    tables = releases.ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(design=pl.lit("randomised"))
    text = Page(render_page(tables, say)).text
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
    assert "8765" not in (html := render_page(tables, say))
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
    assert {f"data/{name}.csv" for name in CSV_TABLES} <= links


def test_two_way_variance_and_unknown_exposure_are_said(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "real").text
    assert "worked out by person and by group together" in text
    assert "whether an appointment was booked: 38 commitments." in text


def test_metrics_stand_with_the_labels_and_units_of_the_catalogue(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "ok").text
    assert "Length of a session 1.9 h 231 people" in text
    assert "Felt pressed to take part Not shown: too few people or no data" in text


def test_quality_counts_rows_held_back_and_failed_checks(releases: ModuleType, say: Phrases) -> None:
    text = page_of(releases, say, "ok").text
    assert "Held back until mended: 3 rows." in text
    assert "2 of 3 checks of the data found rows that break a rule" in text


def test_hostile_texts_stay_texts(releases: ModuleType, say: Phrases) -> None:
    page = Page(render_page(releases.hostile_release(), say))
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert [(a.get("src"), a.get("id")) for a in scripts] == [
        ("assets/plotly.min.js", None),
        ("assets/site.js", None),
        (None, "figures"),
    ]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_the_figures_are_json_that_no_text_can_break_out_of(releases: ModuleType, say: Phrases) -> None:
    html = render_page(releases.hostile_release(), say)
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


def test_the_site_is_a_page_its_assets_and_a_csv_per_table(releases: ModuleType, tmp_path: Path) -> None:
    build_site(releases.ok_release(), tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    csvs = {f"data/{name}.csv" for name in CSV_TABLES}
    assert written == {"index.html", "assets/plotly.min.js", "assets/site.js"} | csvs


def test_the_page_links_to_the_report_of_its_release(releases: ModuleType, tmp_path: Path) -> None:
    page = Page(build_site(releases.ok_release(), tmp_path).read_text(encoding="utf-8"))
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


class Recorder:
    """Words that note which keys were asked for."""

    def __init__(self) -> None:
        self.inner = english()
        self.sentences = self.inner.sentences
        self.name = self.inner.name
        self.used: set[str] = set()

    def __call__(self, key: str, **values: str) -> str:
        self.used.add(key)
        return self.inner(key, **values)

    def has(self, key: str) -> bool:
        return self.inner.has(key)


def variants(releases: ModuleType) -> list[dict[str, pl.DataFrame]]:
    """The drawn releases, and such changes to them as other sentences need."""
    made = [make() for make in releases.RELEASES.values()]
    fell = releases.ok_release()
    fell["protected_effect_by_week"] = fell["protected_effect_by_week"].with_columns(
        estimate=-pl.col("estimate"), low=-pl.col("high"), high=-pl.col("low")
    )
    fell["protected_effect"] = releases.table(
        "protected_effect",
        ("primary", 0.01, 0.0, 0.1, "ok"),
        ("horizon_14", None, None, None, "early"),
        ("horizon_42", None, None, None, "refused"),
        columns="line estimate low high status",
    )
    rise = {"mean_change_score": 0.5, "low": 0.2, "high": 0.8}
    fell["protected_loneliness"] = fell["protected_loneliness"].with_columns(
        **{k: pl.lit(v) for k, v in rise.items()}
    )
    fell["protected_metrics"] = fell["protected_metrics"].filter(pl.col("metric") != "usefulness_top_two_share")
    fell["meta_checks"] = fell["meta_checks"].with_columns(passed=pl.lit(value=True))
    fell["meta_quarantine"] = fell["meta_quarantine"].clear()
    fell["meta_sources"] = fell["meta_sources"].with_columns(last_landed_on=pl.lit(None, dtype=pl.Date))
    fell["protected_claims"] = fell["protected_claims"].with_columns(
        source_found=pl.lit(value=True), word=pl.lit("cannot_tell_yet")
    )
    fell["meta_claims"] = fell["meta_claims"].with_columns(
        source_found=pl.lit(value=True), seen_in=pl.lit("none")
    )
    share = pl.when(pl.col("score_from") == 1).then(0.002).otherwise(pl.col("share"))
    made[1]["protected_usefulness"] = made[1]["protected_usefulness"].with_columns(share=share)
    fell["protected_usefulness"] = releases.table("protected_usefulness", (0.5, "ok"), columns="share status")
    unclear = releases.ok_release()
    unclear["protected_effect_by_week"] = unclear["protected_effect_by_week"].with_columns(low=pl.lit(-0.5))
    unclear["protected_loneliness"] = unclear["protected_loneliness"].with_columns(high=pl.lit(0.5))
    unclear["protected_completion"] = unclear["protected_completion"].with_columns(
        n_people=pl.lit(None, dtype=pl.Int64)
    )
    years = unclear["protected_effect_by_week"]
    unclear["protected_effect_by_week"] = years.with_columns(pl.col("week_ends_on").dt.offset_by("20w"))
    wave = pl.when(pl.col("wave") == "latest").then(pl.lit("session-01")).otherwise(pl.col("wave"))
    unclear["protected_metrics"] = unclear["protected_metrics"].with_columns(
        reasons=pl.lit("a_code_of_the_future")
    )
    return [
        *made,
        fell,
        {**unclear, "protected_loneliness": unclear["protected_loneliness"].with_columns(wave)},
    ]


CHOSEN_BY_DATA = ("verdict", "change", "design", "reason", "month", "counted", "effect")


def test_every_sentence_of_the_catalogue_is_used(releases: ModuleType) -> None:
    recorder = Recorder()
    for tables in variants(releases):
        render_page(tables, Phrases(recorder), "report.html")
        render_report(tables, Phrases(recorder))
    unused = {key for key in recorder.sentences if key not in recorder.used}
    assert {key for key in unused if key.split(".")[0] not in CHOSEN_BY_DATA} == set()


def test_words_chosen_by_data_are_those_of_the_contract(releases: ModuleType) -> None:
    specs = releases.SPECS
    words = english()
    verdicts = set(specs["protected_programme"].column("verdict").choices)
    assert words.family("verdict") == verdicts
    assert words.family("change") - {"heading", "now"} == verdicts
    assert words.family("design") == set(specs["protected_programme"].column("design").choices)
    assert set(specs["protected_effect"].column("line").choices) <= words.family("effect")
    assert words.family("fit") == set(specs["protected_claims"].column("word").choices)
    assert words.family("basis") == set(specs["protected_effect_by_week"].column("basis").choices)
    assert words.family("seen_in") == set(specs["meta_claims"].column("seen_in").choices)
    assert words.family("month") == {str(month) for month in range(1, 13)}


def test_every_reason_an_estimator_gives_has_a_sentence() -> None:
    assert set(REASON_CODES) <= english().family("reason")


def test_no_sentence_has_a_placeholder_without_a_name() -> None:
    assert all(name for sentence in english().sentences.values() for name in placeholders(sentence))
