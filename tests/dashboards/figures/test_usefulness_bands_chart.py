"""Usefulness around its middle: low scores left, high scores right, the middle score across zero."""

from __future__ import annotations

import pytest

from dashboards.figures.usefulness_bands import (
    share_below_middle,
    usefulness_bands_figure,
    usefulness_bands_info,
)
from dashboards.phrases import Phrases
from dashboards.rows import Row


def band(score_from: int, score_to: int, share: float | None, status: str = "ok") -> Row:
    cells = {"score_from": score_from, "score_to": score_to, "n_answers": 100, "n_people": 40, "share": share}
    return Row("protected_usefulness", {**cells, "status": status})


ROWS = (band(1, 2, 0.06), band(3, 3, 0.15), band(4, 4, 0.48), band(5, 5, 0.31))


def test_low_bands_end_left_of_zero_high_ones_right_and_the_middle_lies_across(say: Phrases) -> None:
    readings = usefulness_bands_info(ROWS, (), say).readings
    assert [(r.label, r.start, r.value) for r in readings] == [
        ("Score\u00a05", 0.0, 31.0),
        ("Score\u00a04", 0.0, 48.0),
        ("Score\u00a03", -7.5, 7.5),
        ("Score\u00a01–2", 0.0, -6.0),
    ]


def test_every_band_says_its_share_and_its_answers(say: Phrases) -> None:
    assert usefulness_bands_info(ROWS, (), say).readings[3].full_text == "6\u00a0% · 100\u00a0answers"


@pytest.mark.parametrize(
    ("band_ends", "below"),
    [((1, 2), 1), ((3, 3), 0.5), ((4, 5), 0), ((1, 3), 2.5 / 3), ((3, 4), 0.25), ((2, 4), 0.5), ((1, 5), 0.5)],
)
def test_a_joined_band_lies_across_the_middle_by_its_steps(band_ends: tuple[int, int], below: float) -> None:
    assert share_below_middle(*band_ends) == pytest.approx(below)


def test_colours_tell_the_sides_apart_only_where_a_band_is_wholly_on_one(say: Phrases) -> None:
    readings = usefulness_bands_info((band(1, 3, 0.4), band(4, 5, 0.6)), (), say).readings
    assert [r.tone for r in readings] == ["single", "axis"]


def test_the_axis_counts_up_to_both_sides(say: Phrases) -> None:
    axis = usefulness_bands_info(ROWS, (), say).axis
    assert axis.is_mirrored
    assert axis.low <= -7.5
    assert axis.high >= 48


def test_a_band_that_is_not_shown_has_no_bar_and_none_at_all_make_an_absent_chart(say: Phrases) -> None:
    one = usefulness_bands_info((*ROWS[1:], band(1, 2, None, "withheld")), (), say)
    assert [r.value is None for r in one.readings] == [False, False, False, True]
    absent = usefulness_bands_info((band(1, 5, None, "withheld"),), (), say)
    assert absent.absent.startswith("Not shown: too few people or no data.")
    assert usefulness_bands_figure(absent).data == ()


def test_plotly_draws_each_bar_from_its_start(say: Phrases) -> None:
    bars = [
        trace
        for trace in usefulness_bands_figure(usefulness_bands_info(ROWS, (), say)).data
        if trace.type == "bar"
    ]
    assert [(bar.base[0], bar.base[0] + bar.x[0]) for bar in bars] == [(0, 31), (0, 48), (-7.5, 7.5), (0, -6)]
