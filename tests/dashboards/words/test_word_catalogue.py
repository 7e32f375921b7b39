"""The word catalogue is read whole and refuses what does not fit."""

from __future__ import annotations

import pytest

from dashboards.words import WordsError, english, read_words

ORIGINAL = read_words('[page]\ntitle = "{programme} this week"\nend = "Thank you"', "en.toml")


def test_a_sentence_is_found_by_its_dotted_key_and_filled_in() -> None:
    assert ORIGINAL("page.title", programme="Northwind") == "Northwind this week"


def test_a_missing_key_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(WordsError, match=r"no sentence 'page.titel' \(nearest: page.title\)"):
        ORIGINAL("page.titel")


def test_a_placeholder_without_a_value_is_refused() -> None:
    with pytest.raises(WordsError, match=r"missing \['programme'\]"):
        ORIGINAL("page.title")


def test_a_value_without_a_placeholder_is_refused() -> None:
    with pytest.raises(WordsError, match=r"unknown \['week'\]"):
        ORIGINAL("page.end", week="40")


def test_a_translation_without_a_key_is_refused() -> None:
    with pytest.raises(WordsError, match=r"de.toml: page.end is missing"):
        read_words('[page]\ntitle = "{programme} diese Woche"', "de.toml", like=ORIGINAL)


def test_a_translation_with_a_key_of_its_own_is_refused() -> None:
    text = '[page]\ntitle = "{programme}"\nend = "Danke"\nende = "Danke"'
    with pytest.raises(WordsError, match=r"unknown key page.ende \(nearest: page.end\)"):
        read_words(text, "de.toml", like=ORIGINAL)


def test_a_translation_with_other_placeholders_is_refused() -> None:
    with pytest.raises(WordsError, match=r"page\.title wants"):
        read_words('[page]\ntitle = "{programm}"\nend = "Danke"', "de.toml", like=ORIGINAL)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[page", "not valid TOML"),
        ("[page]\nnumber = 3", "page.number is not a sentence"),
        ('[page]\ntitle = "{open"', "page.title has a brace"),
        ('[page]\ntitle = "{}"', "page.title has a placeholder that is not a plain name"),
        ('[page]\ntitle = " "', "page.title is empty"),
    ],
)
def test_a_bad_entry_is_refused_by_name(text: str, rule: str) -> None:
    with pytest.raises(WordsError, match=rule):
        read_words(text, "en.toml")


def test_the_english_catalogue_fits_itself() -> None:
    assert english().sentences["verdict.too_early"] == "Too early for a verdict"
