"""Which answers are the same, what they score, and what Excel makes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.answer_texts import contradicting_texts, is_month_like, score_of, score_table

CATALOGUE = {"Not at all": 1.0, "Mäßig": 3.0, "Very": 5.0}
SEPARATORS = (" - ", " – ", " = ", ": ", ") ", ". ")


@settings(deadline=None)
@given(
    text=st.sampled_from(list(CATALOGUE)),
    number=st.integers(1, 5),
    separator=st.sampled_from(SEPARATORS),
    is_behind=st.booleans(),
)
def test_a_number_in_an_answer_has_to_be_its_score(
    text: str, number: int, separator: str, is_behind: bool
) -> None:
    cell = f"{text} ({number})" if is_behind else f"{number}{separator}{text}"
    assert score_of(cell, score_table(None, CATALOGUE)) == (number if CATALOGUE[text] == number else None)


@pytest.mark.parametrize("cell", ["mäßig", "MÄSSIG", "ma\u0308ßig", " mäßig\u00a0", "\u200bmäßig"])
def test_case_space_and_invisible_characters_do_not_count(cell: str) -> None:
    assert score_of(cell, score_table(None, CATALOGUE)) == 3.0


def test_words_of_a_codebook_text_with_its_own_score_are_the_answer_too() -> None:
    table = score_table({"5 - Sehr": 5, "1 = Gar nicht": 1, "2. Reversed": 4}, {})
    assert [score_of(cell, table) for cell in ("Sehr", "gar nicht", "Reversed")] == [5, 1, None]


def test_own_scores_add_to_the_catalogue_s() -> None:
    table = score_table({"Sehr": 5}, CATALOGUE)
    assert (score_of("Sehr", table), score_of("Not at all", table)) == (5, 1)


def test_own_scores_that_contradict_the_catalogue_stand_alone() -> None:
    table = score_table({"very": 1, "Little": 5}, CATALOGUE)
    assert [score_of(cell, table) for cell in ("Very", "Little", "Not at all")] == [1, 5, None]


def test_two_texts_that_are_one_answer_are_told() -> None:
    assert contradicting_texts({"Very": 5, " very\u00a0": 5}) is None
    assert contradicting_texts({"Very": 5, "VERY": 4}) == ("Very", "VERY")


@pytest.mark.parametrize(
    "cell",
    [
        *("Jun-25", "05-Jan", "25. Jun", "25.Jun", "Jun 25", "JUN-25", "jun. 25", "1-May", "Sep-10"),
        *(
            "05. Mrz",
            "Mrz 25",
            "Dez-25",
            "01. Okt",
            "juin-25",
            "05-janv",
            "août-25",
            "ene-25",
            "5-mag",
            "mei-25",
        ),
        *("2025-06-25T00:00:00", "2025-06-25", "2025-01-05 00:00:00", "5-Jan-25", "Jun 2025"),
    ],
)
def test_a_month_is_recognised_in_the_languages_spreadsheets_write(cell: str) -> None:
    assert is_month_like(cell)


@pytest.mark.parametrize(
    "cell",
    ["", "6-25", "1-5", "Group-25", "May", "5", "Juni oder Juli", "Set 1", "10 min", "2 days", "Mai-lin 5"],
)
def test_other_answers_are_no_months(cell: str) -> None:
    assert not is_month_like(cell)
