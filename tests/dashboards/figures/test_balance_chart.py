"""The love plot: two dots per characteristic, the most different before weighting first."""

from __future__ import annotations

import pytest
from contract_tables import table

from dashboards.figures.balance import balance_figure, balance_info, characteristic_name
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows


def rows_of(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    columns = "characteristic smd_before smd_after variance_ratio_before variance_ratio_after status"
    return read_rows(
        {"protected_balance": table("protected_balance", *rows, columns=columns)}, "protected_balance"
    )


DRAWN = (
    ("difficulty", -0.2, -0.05, 0.9, 1.0, "ok"),
    ("prior_completion", 0.3, 0.12, 1.1, 1.02, "ok"),
    ("group_size", None, None, None, None, "withheld"),
)


def test_each_characteristic_has_an_open_dot_before_and_a_filled_one_after(say: Phrases) -> None:
    info = balance_info(rows_of(*DRAWN), say)
    assert [row.label for row in info.rows] == ["Share kept before", "Difficulty", "Size of the group"]
    assert [[(dot.value, dot.is_open) for dot in row.dots] for row in info.rows] == [
        [(0.3, True), (0.12, False)],
        [(-0.2, True), (-0.05, False)],
        [],
    ]


def test_the_title_counts_those_alike_after_weighting(say: Phrases) -> None:
    assert balance_info(rows_of(*DRAWN), say).title == "After weighting, 1 of 2 characteristics are alike"


@pytest.mark.parametrize(("after", "n_alike"), [(0.099, 1), (0.1, 1), (0.101, 0), (-0.1, 1), (-0.101, 0)])
def test_a_characteristic_is_alike_up_to_a_tenth(say: Phrases, after: float, n_alike: int) -> None:
    rows = rows_of(("difficulty", -0.4, after, 0.9, 1.0, "ok"))
    assert balance_info(rows, say).title.startswith(f"After weighting, {n_alike} of 1 ")


@pytest.mark.parametrize(
    ("after", "is_far"), [(0.249, False), (0.25, False), (0.251, True), (-0.25, False), (-0.251, True)]
)
def test_a_characteristic_more_than_a_quarter_apart_after_weighting_is_said(
    say: Phrases, after: float, is_far: bool
) -> None:
    rows = rows_of(("difficulty", -0.4, after, 0.9, 1.0, "ok"))
    assert balance_info(rows, say).title.endswith("some are far apart") is is_far


def test_guides_stand_at_a_tenth_and_a_quarter_and_the_axis_holds_them(say: Phrases) -> None:
    info = balance_info(rows_of(*DRAWN), say)
    assert info.guides == (-0.25, -0.1, 0.1, 0.25)
    assert info.axis.low <= -0.25
    assert info.axis.high >= 0.3


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("difficulty_not_said", "Difficulty: not said"),
        ("quarter_2", "Made in quarter\u00a02 of the year"),
        ("something_new", "something_new"),
    ],
)
def test_codes_become_words_and_unknown_ones_stay(code: str, name: str, say: Phrases) -> None:
    assert characteristic_name(code, say) == name


def test_the_table_has_differences_and_ratios_with_two_decimals(say: Phrases) -> None:
    assert balance_info(rows_of(*DRAWN), say).numbers.rows[0] == (
        "Share kept before",
        "+0.30",
        "+0.12",
        "1.10",
        "1.02",
    )


def test_without_a_number_the_chart_says_why(say: Phrases) -> None:
    info = balance_info(rows_of(DRAWN[2]), say)
    assert info.absent.startswith("Not shown")
    assert len(balance_figure(info).data) == 0


def test_the_figure_draws_every_dot(say: Phrases) -> None:
    assert [trace.x[0] for trace in balance_figure(balance_info(rows_of(*DRAWN), say)).data] == [
        0.3,
        0.12,
        -0.2,
        -0.05,
    ]
