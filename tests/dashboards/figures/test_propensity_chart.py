"""Chances of an appointment: a bar's area is its band's share, to the left without and to the right with."""

from __future__ import annotations

from contract_tables import table

from dashboards.figures.propensity import propensity_figure, propensity_info
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows


def rows_of(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    made = table("protected_propensity", *rows, columns="arm chance_from share status reasons")
    return read_rows({"protected_propensity": made}, "protected_propensity")


DRAWN = (
    ("with_appointment", 0.0, 0.2, "ok", None),
    ("with_appointment", 0.2, 0.8, "ok", None),
    ("without_appointment", 0.0, 1.0, "ok", None),
)


def test_a_band_ends_where_the_next_one_begins_and_the_last_at_one(say: Phrases) -> None:
    info = propensity_info(rows_of(*DRAWN), say)
    assert [(band.start, band.end) for band in info.right] == [(0, 0.2), (0.2, 1)]
    assert [(band.start, band.end) for band in info.left] == [(0, 1)]


def test_a_bar_reaches_as_far_as_its_share_per_tenth(say: Phrases) -> None:
    info = propensity_info(rows_of(*DRAWN), say)
    assert [band.value for band in info.right] == [20 / 2, 80 / 8]
    assert [band.value for band in info.left] == [100 / 10]


def test_the_axis_counts_up_to_both_sides(say: Phrases) -> None:
    axis = propensity_info(rows_of(*DRAWN), say).axis
    assert axis.low == -axis.high
    assert axis.is_mirrored


def test_bars_of_both_arms_point_away_from_zero(say: Phrases) -> None:
    left, right = propensity_figure(propensity_info(rows_of(*DRAWN), say)).data
    assert list(left.x) == [-10]
    assert list(right.x) == [10, 10]


def test_one_arm_without_numbers_leaves_nothing_to_compare(say: Phrases) -> None:
    rows = rows_of(DRAWN[0], ("without_appointment", 0.0, None, "refused", "too_little_overlap"))
    info = propensity_info(rows, say)
    assert info.left == info.right == ()
    assert "too unlike to be compared" in info.absent


def test_the_table_has_the_share_of_each_band(say: Phrases) -> None:
    assert propensity_info(rows_of(*DRAWN), say).numbers.rows == (
        ("Without an appointment", "0\u00a0% to 100\u00a0%", "100\u00a0%"),
        ("With an appointment", "0\u00a0% to 20\u00a0%", "20\u00a0%"),
        ("With an appointment", "20\u00a0% to 100\u00a0%", "80\u00a0%"),
    )
