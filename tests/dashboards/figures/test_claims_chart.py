"""The claims panel holds the programme's own numbers beside claims whose source was not found."""

from __future__ import annotations

from types import ModuleType

from dashboards.figures.claims import benchmarks, claims_figure, claims_info
from dashboards.phrases import Phrases
from dashboards.rows import read_rows


def info_of(tables, say):
    names = ("protected_claims", "meta_claims", "meta_metrics")
    return claims_info(*(read_rows(tables, name) for name in names), say)


def test_each_claim_is_marked_beside_the_own_number(releases: ModuleType, say: Phrases) -> None:
    readings = info_of(releases.ok_release(), say).readings
    assert [(r.value, r.mark.value if r.mark else None) for r in readings] == [
        (62.3, 65.0),
        (76.4, 95.0),
        (14.1, 30.0),
    ]


def test_marks_say_that_no_source_was_found(releases: ModuleType, say: Phrases) -> None:
    labels = [r.mark.label for r in info_of(releases.ok_release(), say).readings if r.mark]
    assert all(label.endswith("source not found") for label in labels)
    assert len(labels) == 3


def test_the_title_says_nobody_has_found_the_study(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.ok_release(), say).title == "Nobody has found the study behind these claims"


def test_claims_with_a_source_stand_in_the_table_and_not_in_the_chart(
    releases: ModuleType, say: Phrases
) -> None:
    tables = releases.ok_release()
    sourced = ("matthews_2015", 0.12, 0.141, 0.047, 0.235, "compatible", True, "ok", None)
    tables["protected_claims"] = tables["protected_claims"].vstack(releases.table("protected_claims", sourced))
    info = info_of(tables, say)
    assert [len(info.readings), len(info.numbers.rows)] == [3, 4]
    assert info.title == "Nobody has found the study behind these claims"


def test_the_table_has_the_word_for_the_fit(releases: ModuleType, say: Phrases) -> None:
    rows = info_of(releases.ok_release(), say).numbers.rows
    assert [row[4:] for row in rows] == [
        ("compatible", "no"),
        ("not compatible", "no"),
        ("not compatible", "no"),
    ]


def test_a_claim_whose_own_number_is_early_has_no_dot_and_no_word(releases: ModuleType, say: Phrases) -> None:
    info = info_of(releases.too_early_release(), say)
    assert info.readings[2].value is None
    assert info.readings[2].text == "Too early to show"
    assert info.numbers.rows[2][2:5] == ("Too early to show", "–", "–")


def test_benchmarks_are_the_claims_with_a_source(releases: ModuleType, say: Phrases) -> None:
    found = benchmarks(read_rows(releases.ok_release(), "meta_claims"), say)
    assert [b.seen_in for b in found] == ["a report about the study", "the study itself"]


def test_the_figure_draws_a_dot_per_claim(releases: ModuleType, say: Phrases) -> None:
    dots = [t.x[0] for t in claims_figure(info_of(releases.ok_release(), say)).data if t.hoverinfo == "text"]
    assert dots == [62.3, 76.4, 14.1]
