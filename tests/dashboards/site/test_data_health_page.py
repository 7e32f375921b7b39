"""The page Data health: freshness, rows held back, and whether exports name the same people."""

from __future__ import annotations

import re
from types import ModuleType

from dashboards.phrases import Phrases
from dashboards.rows import Row
from dashboards.site import render_page
from dashboards.site.matching import match_table
from dashboards.site.pages.data_health import DATA_HEALTH


def text_of(html: str) -> str:
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())


def row(place: str, found_in: str, n_people: int, rate: float, status: str = "ok") -> Row:
    cells = {"named_in": place, "found_in": found_in, "n_people": n_people, "rate": rate, "status": status}
    return Row("protected_match_rates", cells)


def test_each_place_is_a_row_with_a_share_for_each_place_it_is_looked_up_in(say: Phrases) -> None:
    table = match_table(
        [
            row("check_outs", "roster", 40, 0.975),
            row("session-03", "roster", 20, 0.9),
            row("session-03", "baseline", 20, 0.5),
        ],
        say,
    )
    assert table.rows == (
        ("Check-outs", "40", "98\u00a0%", "–", "–", "–"),
        ("Session\u00a03", "20", "90\u00a0%", "–", "50\u00a0%", "–"),
    )


def test_a_share_of_too_few_people_is_in_no_cell_even_where_the_table_holds_it(say: Phrases) -> None:
    (cells,) = match_table([row("partners", "roster", 3, 0.333, "withheld")], say).rows
    assert cells[1:3] == ("–", "Not shown: too few people or no data")


def test_the_page_shows_freshness_rows_held_back_checks_and_the_share_found(
    releases: ModuleType, say: Phrases
) -> None:
    text = text_of(render_page(DATA_HEALTH, releases.ok_release(), say))
    assert "The latest file came in on 4 October 2026. Held back until mended: 3 rows." in text
    assert "People found in the roster 97 % 251 people" in text
    assert "calendar sessions ends_before_start 1" in text
    assert "commitments person_missing 1,702 2" in text
    assert "Partners of appointments 88 91 %" in text


def test_a_programme_into_which_nothing_came_yet_has_sentences_in_place_of_tables(
    releases: ModuleType, say: Phrases
) -> None:
    tables = {
        name: frame.clear() if name in {*DATA_HEALTH.tables} else frame
        for name, frame in releases.ok_release().items()
    }
    text = text_of(render_page(DATA_HEALTH, tables, say))
    assert "No file has come in yet." in text
    assert "Not shown: too few people or no data" in text
