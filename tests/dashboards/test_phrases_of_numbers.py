"""Numbers become text in one way: rounded half away from zero, with a proper minus and unbreakable units."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards.phrases import Phrases, plain, rounded, signed
from dashboards.rows import Row


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(28.499999999999996, 0, 29), (0.5, 0, 1), (-0.5, 0, -1), (-0.04, 1, 0), (2.45, 1, 2.5), (1234.4, 0, 1234)],
)
def test_rounding_is_half_away_from_zero_free_of_binary_noise(
    value: float, digits: int, expected: float
) -> None:
    assert rounded(value if value != 28.499999999999996 else 0.285 * 100, digits) == expected


def test_a_share_is_a_whole_percentage_that_does_not_break(say: Phrases) -> None:
    assert say.percent(0.764) == "76\u00a0%"


def test_a_share_that_would_round_to_none_says_it_is_some(say: Phrases) -> None:
    assert [say.percent(share) for share in (0.0, 0.0049, 0.005)] == [
        "0\u00a0%",
        "under\u00a01\u00a0%",
        "1\u00a0%",
    ]


def test_a_difference_is_signed_points(say: Phrases) -> None:
    assert (say.points(0.141), say.points(-0.03), say.points(0.01)) == (
        "+14\u00a0points",
        "\u22123\u00a0points",
        "+1\u00a0point",
    )


def test_a_difference_that_rounds_to_zero_has_no_sign(say: Phrases) -> None:
    assert say.points(-0.004) == "0\u00a0points"


def test_ranges_name_their_unit_once_for_points(say: Phrases) -> None:
    assert say.points_range(-0.05, 0.23) == "\u22125 to +23\u00a0points"


def test_thousands_are_separated() -> None:
    assert plain(1043) == "1,043"


def test_a_change_has_one_decimal_and_a_minus() -> None:
    assert signed(-0.31, 1) == "\u22120.3"


def test_one_commitment_is_singular(say: Phrases) -> None:
    assert [say.counted("commitments", n) for n in (1, 2, None)] == [
        "1\u00a0commitment",
        "2\u00a0commitments",
        "a number not shown",
    ]


def test_a_day_is_written_in_full(say: Phrases) -> None:
    assert say.day(dt.date(2026, 10, 4)) == "4\u00a0October\u00a02026"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.37, "share", "37\u00a0%"),
        (0.141, "points", "+14\u00a0points"),
        (4.04, "score", "4.0"),
        (260.0, "people", "260"),
        (1.94, "hours", "1.9\u00a0h"),
        (640.2, "hours", "640\u00a0h"),
    ],
)
def test_a_metric_is_written_in_its_unit(say: Phrases, value: float, unit: str, expected: str) -> None:
    assert say.quantity(value, unit) == expected


def test_a_row_without_a_number_says_why_in_words(say: Phrases) -> None:
    row = Row("protected_effect", {"status": "early", "reasons": "too_few_clusters;too_few_answers"})
    assert say.why(row) == (
        "Too early to show. Too few separate circles of people who coach each other. Too few answers."
    )


def test_a_withheld_row_without_reasons_says_what_that_means(say: Phrases) -> None:
    row = Row("protected_usefulness", {"status": "withheld", "reasons": None})
    assert say.why(row).startswith("Not shown: too few people or no data. Small numbers stay closed")


def test_a_reason_without_words_is_named_by_its_code(say: Phrases) -> None:
    assert say.reasons(("brand_new_reason",)) == ("Reason: brand_new_reason.",)
