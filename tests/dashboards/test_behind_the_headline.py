"""The sentences behind the headline, the change of the verdict, and numbers that stay as of an earlier day."""

from __future__ import annotations

import datetime as dt
from types import ModuleType

import polars as pl
import pytest
from contract_tables import table

from dashboards.behind import behind, claims_sentence, detectable_sentence, lines_sentence
from dashboards.change import change_sentence
from dashboards.held import held_by_table, held_mark, held_sentence
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows
from dashboards.site.pages.commitments import commitments_view
from dashboards.story import tell

PAGE_DAY, EARLIER = dt.date(2026, 10, 4), dt.date(2026, 9, 6)


def lines(*estimates: float | None) -> tuple[Row, ...]:
    names = ("primary", "withdrawn_left_out", "horizon_14", "horizon_42")
    rows = [
        (name, value, "ok" if value is not None else "early")
        for name, value in zip(names, estimates, strict=False)
    ]
    made = table("protected_effect", *rows, columns="line estimate status")
    return read_rows({"protected_effect": made}, "protected_effect")


def programme(verdict: str, **cells: object) -> Row:
    return Row("protected_programme", {"verdict": verdict, **cells})


@pytest.mark.parametrize(
    ("estimates", "sentence"),
    [
        ((0.1, 0.2, 0.1, -0.1), "2 of 3 other ways of counting point the same way."),
        ((-0.1, -0.2, -0.1), "All 2 other ways of counting point the same way."),
        ((0.1, 0.2, None), "The one other way of counting that has a number points the same way."),
        ((None, 0.2), "Other ways of counting have no number to show yet."),
    ],
)
def test_ways_of_counting_agree_when_their_sign_is_that_of_the_first(
    say: Phrases, estimates: tuple[float | None, ...], sentence: str
) -> None:
    assert lines_sentence(lines(*estimates), say) == sentence


def test_the_drawn_prompt_is_no_other_way_of_counting(say: Phrases) -> None:
    rows = [("primary", 0.1, "ok"), ("intention_to_treat", -0.1, "ok"), ("horizon_14", 0.1, "ok")]
    made = table("protected_effect", *rows, columns="line estimate status")
    sentence = lines_sentence(read_rows({"protected_effect": made}, "protected_effect"), say)
    assert sentence == "The one other way of counting that has a number points the same way."


def test_beside_a_drawn_prompt_the_lines_say_which_comparison_they_belong_to(
    releases: ModuleType, say: Phrases
) -> None:
    note = "about what people chose"
    chosen, drawn = behind(releases.ok_release(), say), behind(releases.randomised_release(), say)
    assert note not in chosen.lines + chosen.adjusted
    assert drawn.lines == (
        f"{chosen.lines} This is about what people chose, with an appointment and without one; the result itself "
        "compares what was drawn by chance."
    )
    assert note in drawn.adjusted


def test_the_commitments_page_names_the_result_among_the_lines(releases: ModuleType, say: Phrases) -> None:
    chosen, drawn = (
        commitments_view(tables, say).values
        for tables in (releases.ok_release(), releases.randomised_release())
    )
    assert str(chosen["effect_lead"]).startswith("The first line is the result.")
    assert str(drawn["effect_lead"]).startswith("The line drawn by chance is the result.")
    assert "about what people chose" in str(drawn["lines"])
    assert "about what people chose" not in str(chosen["lines"])


def power(single: float | None, always_valid: float | None) -> tuple[Row, ...]:
    rows = [
        (name, value, "ok" if value is not None else "refused")
        for name, value in (("detectable_now", single), ("detectable_always_valid", always_valid))
    ]
    made = table("protected_power", *rows, columns="question difference status")
    return read_rows({"protected_power": made}, "protected_power")


@pytest.mark.parametrize(
    ("single", "always_valid", "said"),
    [
        (
            0.081,
            0.112,
            "8 points or more would show in four of five such programmes at a single look, and one of 11",
        ),
        (0.281, None, "in the ranges shown here, which allow for weekly looks, no difference could show yet."),
        (None, None, "cannot be said yet."),
    ],
)
def test_the_smallest_differences_that_would_show_say_which_range_they_are_for(
    say: Phrases, single: float | None, always_valid: float | None, said: str
) -> None:
    assert said in detectable_sentence(power(single, always_valid), say).replace("\u00a0", " ")


def test_without_a_row_nothing_is_said_to_be_detectable(say: Phrases) -> None:
    assert detectable_sentence((), say).endswith("cannot be said yet.")


def test_claims_stand_with_the_word_for_how_they_fit(releases: ModuleType, say: Phrases) -> None:
    rows = read_rows(releases.ok_release(), "protected_claims")
    assert claims_sentence(rows, say).replace("\u00a0", " ") == (
        "The claims beside our data: 65 % kept without: compatible; 95 % kept with: not compatible; "
        "30 points apart: not compatible."
    )


def test_of_an_early_release_nothing_is_claimed(releases: ModuleType, say: Phrases) -> None:
    found = behind(releases.refused_release(), say)
    assert found.claims == "The claims cannot be held against our data yet."
    assert found.held == ""


def test_the_change_of_a_verdict_has_its_number(say: Phrases) -> None:
    row = programme("kept_more_often", would_change="lower_end_reaches_zero", change_end=0.047)
    assert change_sentence(row, say).endswith("The lower end of the range is now +5\u00a0points.")


def test_a_verdict_that_is_too_early_says_how_many_groups_it_takes(say: Phrases) -> None:
    row = programme(
        "too_early", would_change="needs_groups_six", change_have=4, change_needed=10, change_share=0.5
    )
    text = change_sentence(row, say).replace("\u00a0", " ")
    assert "So far 4 groups of the 10 it takes" in text
    assert "50 % must have" in text


def test_more_commitments_are_counted_in_all(say: Phrases) -> None:
    row = programme(
        "cannot_tell_yet", would_change="needs_more_commitments", change_have=500, change_needed=1800
    )
    text = change_sentence(row, say).replace("\u00a0", " ")
    assert "So far 500 commitments count; with about 1,800 some other verdict follows" in text


def test_without_numbers_the_general_sentence_stands_alone(say: Phrases) -> None:
    assert change_sentence(programme("helps"), say) == say.words("change.helps")
    assert change_sentence(programme("helps", would_change="randomisation_test"), say) == say.words(
        "change.helps"
    )


def rows_as_of(*days: dt.date | None) -> tuple[Row, ...]:
    return tuple(Row("protected_completion", {"status": "ok", "as_of": day}) for day in days)


def test_numbers_of_an_earlier_day_say_so(say: Phrases) -> None:
    assert held_sentence(rows_as_of(EARLIER, EARLIER), PAGE_DAY, say).startswith(
        "Stays as of 6\u00a0September\u00a02026"
    )


def test_where_only_some_are_older_the_sentence_says_some(say: Phrases) -> None:
    assert held_sentence(rows_as_of(EARLIER, PAGE_DAY), PAGE_DAY, say).startswith("Some of this stays as of")


@pytest.mark.parametrize("days", [(PAGE_DAY, PAGE_DAY), (None,), ()])
def test_numbers_of_the_page_s_day_say_nothing(say: Phrases, days: tuple[dt.date | None, ...]) -> None:
    assert held_sentence(rows_as_of(*days), PAGE_DAY, say) == ""


def test_a_single_number_carries_its_day(say: Phrases) -> None:
    assert held_mark(rows_as_of(EARLIER)[0], PAGE_DAY, say) == "as of 6\u00a0September\u00a02026"
    assert held_mark(None, PAGE_DAY, say) == ""


def test_only_tables_that_stay_have_a_sentence(releases: ModuleType, say: Phrases) -> None:
    tables = releases.real_release()
    names = ("protected_loneliness", "protected_effect", "protected_slices")
    found = held_by_table(tables, names, say)
    assert set(found) == {"protected_loneliness", "protected_slices"}
    assert "every twelfth week" in found["protected_slices"]


def test_a_tile_that_stays_says_as_of_when(releases: ModuleType, say: Phrases) -> None:
    notes = [tile.note for tile in tell(releases.real_release(), say).tiles]
    assert [note.endswith("as of 6\u00a0September\u00a02026") for note in notes] == [False, True, True, False]


def test_a_drawn_prompt_gives_the_headline_its_own_difference(releases: ModuleType, say: Phrases) -> None:
    tile = tell(releases.randomised_release(), say).tiles[0]
    assert (tile.label, tile.value) == ("Difference when asked to book", "+7\u00a0points")


def test_a_drawn_prompt_without_a_number_is_not_replaced_by_what_people_chose(
    releases: ModuleType, say: Phrases
) -> None:
    tables = releases.randomised_release()
    tables["protected_effect"] = tables["protected_effect"].filter(pl.col("line") != "intention_to_treat")
    assert not tell(tables, say).tiles[0].is_shown
