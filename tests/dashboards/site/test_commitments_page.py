"""The page on commitments and the page on methods: tables in words, states, and one entry per method."""

from __future__ import annotations

import re
from types import ModuleType

import polars as pl
from contract_tables import table

from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows
from dashboards.site import render_page
from dashboards.site.detail_tables import (
    crosschecks_sentence,
    crosschecks_table,
    power_table,
    secondaries_table,
)
from dashboards.site.methods import METHODS, method_entries, metric_entries
from dashboards.site.pages.commitments import COMMITMENTS
from dashboards.site.pages.index import INDEX
from dashboards.site.pages.methods import METHODS as METHODS_PAGE
from models.catalogue import metrics


def rows_of(name: str, columns: str, *rows: tuple[object, ...]) -> tuple[Row, ...]:
    return read_rows({name: table(name, *rows, columns=columns)}, name)


def text_of(html: str) -> str:
    plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(plain.replace("\u00a0", " ").split())


def test_power_says_what_it_takes_and_what_is_missing(say: Phrases) -> None:
    rows = rows_of(
        "protected_power",
        "question difference n_needed n_more_needed status",
        ("five_points", 0.05, 4398, 2743, "ok"),
        ("twelve_points", 0.12, 713, 0, "ok"),
        ("claims_apart", None, None, None, "refused"),
        ("detectable_now", 0.08, 1655, 0, "ok"),
        ("detectable_always_valid", 0.11, 1655, 0, "ok"),
    )
    assert [row[1:] for row in power_table(rows, say).rows] == [
        ("+5", "4,398", "2,743"),
        ("+12", "713", "none"),
        ("–", "No number can be given", "–"),
    ]


def crosschecks(*agree: bool | None) -> tuple[Row, ...]:
    methods = ("cluster_robust", "jackknife", "wild_bootstrap", "hybrid_score")
    rows = [
        (method, value, "refused" if value is None else "ok")
        for method, value in zip(methods, (True, *agree), strict=True)
    ]
    return rows_of("protected_crosschecks", "method agrees status", *rows)


def test_other_ranges_are_counted_without_the_one_in_use(say: Phrases) -> None:
    assert crosschecks_sentence(crosschecks(True, False, True), say).startswith("2 of 3 other ways")
    assert crosschecks_sentence(crosschecks(True, True, None), say).startswith("All 2 other ways")
    assert crosschecks_sentence(crosschecks(None, None, None), say).endswith("nothing to show yet.")


def test_each_other_range_says_whether_it_agrees(say: Phrases) -> None:
    assert [row[1] for row in crosschecks_table(crosschecks(True, False, None), say).rows] == [
        "yes",
        "no",
        "No number can be given",
    ]


def test_secondary_outcomes_stand_with_both_p_values(say: Phrases) -> None:
    rows = rows_of(
        "protected_secondaries",
        "outcome p_value p_value_holm word status",
        ("loneliness_change", 0.0001, 0.0003, "differs", "ok"),
        ("days_open", None, None, "cannot_tell_yet", "refused"),
    )
    assert secondaries_table(rows, say).rows == (
        ("Change in loneliness", "under\u00a00.001", "under\u00a00.001", "differs from zero at a single look"),
        ("Days a commitment stays open", "–", "–", "No number can be given"),
    )


def test_a_value_that_is_not_robust_is_in_no_part_of_the_page(releases: ModuleType, say: Phrases) -> None:
    tables = releases.real_release()
    tables["protected_adjusted"] = tables["protected_adjusted"].with_columns(estimate=pl.lit(0.87654))
    html = render_page(COMMITMENTS, tables, say)
    assert "8765" not in html
    assert "+88" not in html
    assert "The ways of adjusting disagree in sign, so none is shown" in text_of(html)


def test_a_negative_control_that_differs_is_a_red_flag(releases: ModuleType, say: Phrases) -> None:
    assert "Red flag:" in text_of(render_page(COMMITMENTS, releases.real_release(), say))
    assert "Red flag:" not in text_of(render_page(COMMITMENTS, releases.ok_release(), say))


def test_the_drawn_prompt_is_a_line_only_where_a_prompt_was_drawn(releases: ModuleType, say: Phrases) -> None:
    line = "Asked to book, minus not asked"
    tables = releases.randomised_release()
    assert line in text_of(render_page(COMMITMENTS, tables, say))
    tables["protected_programme"] = releases.ok_release()["protected_programme"]
    assert line not in text_of(render_page(COMMITMENTS, tables, say))


def test_what_people_chose_is_told_from_what_was_drawn(releases: ModuleType, say: Phrases) -> None:
    note = "With and without an appointment is what people chose, whatever they were asked"
    assert text_of(render_page(INDEX, releases.randomised_release(), say)).count(note) == 2
    assert note not in text_of(render_page(INDEX, releases.ok_release(), say))


def test_each_dimension_has_a_link_that_names_it_and_a_part_of_the_page(
    releases: ModuleType, say: Phrases
) -> None:
    html = render_page(COMMITMENTS, releases.ok_release(), say)
    links, parts = re.findall(r'data-by="(\w+)"', html), re.findall(r'data-dimension="(\w+)"', html)
    assert links == parts == ["department", "cohort", "level", "quarter"]
    assert re.findall(r'href="\?by=(\w+)#slices"', html) == links


def test_a_table_that_stays_says_so_under_its_chart(releases: ModuleType, say: Phrases) -> None:
    html = render_page(COMMITMENTS, releases.real_release(), say)
    section = html.split('<section id="kept_by_day"')[1].split("</section>")[0]
    assert "Stays as of 6 September 2026: since then too few people differ" in text_of(section)
    assert "Stays as of" not in text_of(render_page(COMMITMENTS, releases.ok_release(), say))


def test_every_method_has_an_entry_with_an_assumption_and_a_reference(say: Phrases) -> None:
    entries = method_entries(say)
    assert len({entry.anchor for entry in entries}) == len(METHODS)
    assert say.words.family("method") == {
        f"{key}.{part}" for key in METHODS for part in ("name", "answers", "assumption", "reference")
    }
    assert all(entry.answers and entry.assumption and entry.reference for entry in entries)


def test_every_metric_of_the_catalogue_has_an_entry_with_its_assumption(say: Phrases) -> None:
    rows = [(m.metric, m.label, m.definition, m.unit, m.minimum_people) for m in metrics().values()]
    named = read_rows({"meta_metrics": table("meta_metrics", *rows)}, "meta_metrics")
    entries = metric_entries(named, say)
    assert [entry.assumption for entry in entries] == [m.assumption for m in metrics().values()]
    assert entries[0].anchor == "metric-completion-with-appointment"
    assert entries[0].floor == "Shown from 5 people on."


def test_the_methods_page_shows_no_number_of_a_release(releases: ModuleType, say: Phrases) -> None:
    tables = releases.ok_release()
    tables["protected_metrics"] = tables["protected_metrics"].with_columns(value=pl.lit(0.87654))
    assert "8765" not in render_page(METHODS_PAGE, tables, say)
