"""The chart over the weeks shows the difference with its band and says since when it has left zero."""

from __future__ import annotations

import datetime as dt
from types import ModuleType

import pytest

from dashboards.figures.effect_by_week import effect_by_week_figure, effect_by_week_info
from dashboards.figures.info import BandInfo
from dashboards.phrases import Phrases
from dashboards.rows import read_rows
from dashboards.static_chart import draw

DAYS = [dt.date(2026, 9, 6) + dt.timedelta(days=7 * i) for i in range(5)]


def info_of(releases: ModuleType, say: Phrases, *weeks: tuple[float | None, float | None, str]) -> BandInfo:
    """Weeks as (low, high, basis), the estimate half-way."""
    rows = [
        (
            "2026-W36",
            day,
            basis,
            None if low is None or high is None else (low + high) / 2,
            low,
            high,
            "early" if low is None else "ok",
        )
        for day, (low, high, basis) in zip(DAYS, weeks, strict=False)
    ]
    columns = "week week_ends_on basis estimate low high status"
    table = releases.table("protected_effect_by_week", *rows, columns=columns)
    return effect_by_week_info(read_rows({"protected_effect_by_week": table}, "protected_effect_by_week"), say)


@pytest.mark.parametrize(
    ("weeks", "title"),
    [
        (
            [(-0.1, 0.3), (0.02, 0.3), (0.01, 0.2)],
            "The difference has been above zero since 13\u00a0September\u00a02026",
        ),
        (
            [(0.1, 0.3), (-0.02, 0.3), (0.01, 0.2)],
            "The difference has been above zero since 20\u00a0September\u00a02026",
        ),
        ([(0.1, 0.3), (-0.3, -0.1)], "The difference has been below zero since 13\u00a0September\u00a02026"),
        ([(0.1, 0.3), (0.0, 0.3)], "The range around the difference still includes zero"),
        ([], "The difference over the weeks is not shown yet"),
    ],
)
def test_the_title_says_since_when_the_band_has_left_zero(releases, say, weeks, title) -> None:
    assert info_of(releases, say, *[(low, high, "live") for low, high in weeks]).title == title


def test_points_are_in_points_of_per_cent(releases: ModuleType, say: Phrases) -> None:
    point = info_of(releases, say, (0.05, 0.23, "live")).points[0]
    assert (point.value, point.low, point.high) == (14.0, 5.0, 23.0)


def test_reconstructed_weeks_are_told_from_live_ones(releases: ModuleType, say: Phrases) -> None:
    info = info_of(releases, say, (0.0, 0.2, "reconstructed"), (0.0, 0.2, "live"))
    assert [point.is_live for point in info.points] == [False, True]


def test_the_axis_holds_zero_even_where_the_band_does_not(releases: ModuleType, say: Phrases) -> None:
    axis = info_of(releases, say, (0.12, 0.2, "live")).axis
    assert axis.low == 0
    assert axis.high == 20


def test_a_week_too_early_leaves_a_gap_in_the_figure(releases: ModuleType, say: Phrases) -> None:
    weeks = (0.0, 0.2, "live"), (None, None, "live"), (0.0, 0.2, "live")
    figure = effect_by_week_figure(info_of(releases, say, *weeks))
    lines = [trace for trace in figure.data if trace.hovertext]
    assert [(list(line.x), list(line.y)) for line in lines] == [
        ([DAYS[0].isoformat()], [10.0]),
        ([DAYS[2].isoformat()], [10.0]),
    ]


def test_no_band_is_filled_across_weeks_without_a_number(releases: ModuleType, say: Phrases) -> None:
    shown, hidden = (0.0, 0.2, "live"), (None, None, "live")
    figure = effect_by_week_figure(info_of(releases, say, shown, shown, hidden, shown, shown))
    bands = [list(trace.x) for trace in figure.data if trace.fill]
    assert bands == [[day.isoformat() for day in days] for days in (DAYS[:2], DAYS[3:5])]


def test_a_week_that_stands_alone_has_its_range_as_a_line(releases: ModuleType, say: Phrases) -> None:
    figure = effect_by_week_figure(info_of(releases, say, (0.0, 0.2, "live")))
    assert (figure.data[-1].error_y.array[0], figure.data[-1].error_y.arrayminus[0]) == (10.0, 10.0)


def test_empty_weeks_at_the_start_say_why_where_they_take_a_quarter(releases: ModuleType, say: Phrases) -> None:
    empty, shown = (None, None, "live"), (0.0, 0.2, "live")
    gap = info_of(releases, say, empty, shown, shown, shown)
    assert gap.gap_days == (DAYS[0], DAYS[1])
    assert "not shown yet" in draw(gap, 600)
    assert "not shown<br>yet" in [note.text for note in effect_by_week_figure(gap).layout.annotations]
    assert info_of(releases, say, shown, shown, shown, shown).gap_days is None


def test_the_zero_line_is_named_above_where_it_is_the_floor(releases: ModuleType, say: Phrases) -> None:
    bands = (0.1, 0.2, "live"), (-0.1, 0.3, "live"), (-0.3, 0.1, "live"), (-0.3, -0.1, "live")
    assert [info_of(releases, say, band).is_zero_label_above for band in bands] == [True, False, True, False]


def test_the_table_has_the_newest_week_first(releases: ModuleType, say: Phrases) -> None:
    rows = info_of(releases, say, (0.0, 0.2, "live"), (0.0, 0.3, "live")).numbers.rows
    assert [row[0] for row in rows] == ["13\u00a0September\u00a02026", "6\u00a0September\u00a02026"]


def test_weeks_over_two_years_name_both(releases: ModuleType, say: Phrases) -> None:
    rows = (
        ("2025-W52", dt.date(2025, 12, 28), "live", "early"),
        ("2026-W01", dt.date(2026, 1, 4), "live", "early"),
    )
    table = releases.table("protected_effect_by_week", *rows, columns="week week_ends_on basis status")
    info = effect_by_week_info(read_rows({"protected_effect_by_week": table}, "protected_effect_by_week"), say)
    assert info.time_title == "week ending, 2025–2026"
