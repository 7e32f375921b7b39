"""Reliable change and cross-checks: always a change; only the staggered comparison is a difference."""

from __future__ import annotations

import pytest

from dashboards.figures.loneliness_measures import (
    cut_off_sentence,
    loneliness_measures_figure,
    loneliness_measures_info,
    mixed_model_sentence,
    reliability_sentence,
    staggered_sentence,
)
from dashboards.phrases import Phrases
from dashboards.rows import Row


def measure(name: str, *numbers: float, status: str = "ok", reasons: str = "") -> Row:
    value, low, high = numbers or (None, None, None)
    cells = {"measure": name, "value": value, "low": low, "high": high, "n_people": 143}
    return Row("protected_loneliness_measures", {**cells, "status": status, "reasons": reasons})


ROWS = (
    measure("share_reliably_less_lonely", 0.18, 0.13, 0.25),
    measure("share_without_reliable_change", 0.75, 0.67, 0.81),
    measure("share_reliably_lonelier", 0.07, 0.04, 0.12),
    measure("share_lonely_baseline", 0.32, 0.24, 0.4),
    measure("share_lonely_latest", 0.24, 0.17, 0.31),
    measure("mixed_model_change", -0.29, -0.49, -0.09),
    measure("staggered_difference", -0.24, -0.4, -0.08),
    measure("alpha", 0.74, 0.68, 0.79),
    measure("omega", 0.75, 0.69, 0.8),
)
NO_COMPARISON = measure("staggered_difference", status="refused", reasons="too_few_not_yet_started")


def latest(low: float, high: float) -> Row:
    cells = {"wave": "latest", "mean_change_score": (low + high) / 2, "low": low, "high": high, "status": "ok"}
    return Row("protected_loneliness", cells)


def test_less_lonely_reaches_left_lonelier_right_and_no_change_lies_across(say: Phrases) -> None:
    readings = loneliness_measures_info(ROWS, say).readings
    assert [(r.start, r.value, r.low, r.high) for r in readings] == [
        (0, -18, -25, -13),
        (-37.5, 37.5, None, None),
        (0, 7, 4, 12),
    ]


def test_the_title_states_both_shares(say: Phrases) -> None:
    title = "18\u00a0% are reliably less lonely, 7\u00a0% reliably lonelier"
    assert loneliness_measures_info(ROWS, say).title == title


def test_the_cut_off_is_called_a_convention(say: Phrases) -> None:
    sentence = cut_off_sentence(ROWS, say)
    assert "32\u00a0% (range 24\u00a0% to 40\u00a0%) were lonely before and 24\u00a0%" in sentence
    assert "a convention, not a diagnosis" in sentence


@pytest.mark.parametrize(
    ("paired", "words"), [((-0.5, -0.1), "That agrees"), ((-0.2, 0.1), "outside the range of the change above")]
)
def test_the_mixed_model_agrees_where_it_lies_within_the_range_of_the_paired_change(
    say: Phrases, paired: tuple[float, float], words: str
) -> None:
    sentence = mixed_model_sentence(ROWS, latest(*paired), say)
    assert "a change of −0.3 (range −0.5 to −0.1)" in sentence
    assert words in sentence


def test_without_a_paired_change_the_mixed_model_is_compared_with_nothing(say: Phrases) -> None:
    assert mixed_model_sentence(ROWS, None, say).endswith("(range −0.5 to −0.1).")


def test_the_comparison_is_called_a_difference_only_where_there_is_one(say: Phrases) -> None:
    assert staggered_sentence(ROWS, say) == (
        "The difference against not-yet-started colleagues is −0.2 (range −0.4 to −0.1)."
    )
    assert "difference" not in staggered_sentence((NO_COMPARISON,), say).lower()
    rows = loneliness_measures_info((*ROWS[:6], NO_COMPARISON), say).numbers.rows
    assert not [cell for row in rows for cell in row if "ifference" in cell]


def test_a_comparison_whose_range_holds_zero_may_be_none_at_all(say: Phrases) -> None:
    sentence = staggered_sentence((measure("staggered_difference", -0.2, -0.6, 0.1),), say)
    assert sentence.endswith("which may be none at all.")


@pytest.mark.parametrize(
    ("alpha", "words"),
    [
        (0.81, "together well (alpha"),
        (0.8, "together well (alpha"),
        (0.79, "well enough"),
        (0.7, "well enough"),
        (0.69, "only loosely"),
    ],
)
def test_alpha_is_said_in_words(say: Phrases, alpha: float, words: str) -> None:
    assert words in reliability_sentence((measure("alpha", alpha, 0.6, 0.9),), say)


def test_coefficients_have_two_decimals_and_a_range(say: Phrases) -> None:
    assert reliability_sentence(ROWS, say).endswith(
        "(alpha\u00a00.74, range 0.68 to 0.79; omega\u00a00.75, range 0.69 to 0.80)."
    )


def test_an_early_coefficient_is_not_said(say: Phrases) -> None:
    rows = (measure("alpha", 0.74, 0.68, 0.79, status="early", reasons="indicative_only"),)
    assert "0.74" not in reliability_sentence(rows, say)
    assert "Too early to show" in reliability_sentence(rows, say)


def test_no_word_calls_a_change_an_effect(say: Phrases) -> None:
    info = loneliness_measures_info(ROWS, say)
    texts = [
        info.title,
        info.alt,
        info.axis.title,
        *info.numbers.header,
        *(c for row in info.numbers.rows for c in row),
    ]
    texts += [text for key, text in say.words.sentences.items() if key.split(".")[0] == "loneliness_measures"]
    assert not [text for text in texts if "effect" in text.lower()]


def test_without_reliable_shares_the_chart_is_absent(say: Phrases) -> None:
    info = loneliness_measures_info((measure("share_reliably_less_lonely", status="refused"),), say)
    assert info.absent.startswith("No number can be given.")
    assert loneliness_measures_figure(info).data == ()
