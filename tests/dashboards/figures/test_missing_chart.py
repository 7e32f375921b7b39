"""Who is missing: the size of each difference, its direction in words."""

from __future__ import annotations

import pytest

from dashboards.figures.missing import how_different, missing_figure, missing_info
from dashboards.phrases import Phrases
from dashboards.rows import Row


def characteristic(name: str, smd: float | None, status: str = "ok") -> Row:
    cells = {"characteristic": name, "smd": smd, "n_people": 88, "status": status}
    return Row("protected_missing", cells)


ROWS = (
    characteristic("attended_before", 0.21),
    characteristic("baseline_loneliness", -0.31),
    characteristic("department", 0.08),
)


def test_the_largest_difference_stands_first_whatever_its_direction(say: Phrases) -> None:
    readings = missing_info(ROWS, say).readings
    assert [(r.label, r.start, r.value, r.full_text) for r in readings] == [
        ("Loneliness before the start", 0, 0.31, "0.31 · lower among those who answered"),
        ("Sessions attended before", 0, 0.21, "0.21 · higher among those who answered"),
        ("Department", 0, 0.08, "0.08 · a different mix"),
    ]


@pytest.mark.parametrize(
    ("smd", "word"), [(0.0, "alike"), (-0.1, "alike"), (0.11, "some"), (0.25, "some"), (-0.26, "clear")]
)
def test_sizes_have_customary_words(smd: float, word: str) -> None:
    assert how_different(smd) == word


@pytest.mark.parametrize(
    ("smd", "title"),
    [
        (0.05, "Those who answered are much like those who did not"),
        (0.2, "Those who answered differ somewhat from those who did not, most in level"),
        (0.3, "Those who answered differ clearly from those who did not, most in level"),
    ],
)
def test_the_title_names_the_largest_difference(say: Phrases, smd: float, title: str) -> None:
    assert missing_info((characteristic("level", smd), characteristic("cohort", 0.01)), say).title == title


def test_a_characteristic_without_words_is_named_as_it_is(say: Phrases) -> None:
    assert missing_info((characteristic("shoe_size", 0.2),), say).readings[0].label == "shoe_size"


def test_the_table_says_what_each_size_counts_as(say: Phrases) -> None:
    assert missing_info(ROWS, say).numbers.rows[0] == (
        "Loneliness before the start",
        "0.31",
        "lower",
        "clearly different",
        "88",
    )


def test_small_differences_are_drawn_small(say: Phrases) -> None:
    assert missing_info((characteristic("level", 0.01),), say).axis.high >= 0.3


def test_without_any_difference_the_chart_is_absent(say: Phrases) -> None:
    info = missing_info((characteristic("level", None, "refused"),), say)
    assert info.absent.startswith("No number can be given.")
    assert missing_figure(info).data == ()
