"""The funnel counts groups by session."""

from __future__ import annotations

from types import ModuleType

from dashboards.figures.funnel import funnel_figure, funnel_info
from dashboards.phrases import Phrases
from dashboards.rows import read_rows


def info_of(tables, say):
    return funnel_info(read_rows(tables, "protected_funnel"), say)


def test_the_title_states_how_many_groups_reached_six(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.ok_release(), say).title == "41 of 74\u00a0groups have held a sixth session"


def test_bars_count_groups(releases: ModuleType, say: Phrases) -> None:
    info = info_of(releases.ok_release(), say)
    assert list(funnel_figure(info).data[0].x) == [74, 71, 66, 59, 50, 41]


def test_the_table_has_the_share_expected_to_get_there(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.ok_release(), say).numbers.rows[5] == ("Session\u00a06", "41", "70\u00a0%")


def test_before_any_sixth_session_row_the_title_states_no_number(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.too_early_release(), say).title == "How far the groups have come"


def test_a_withheld_funnel_is_absent(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.refused_release(), say).absent.startswith("Not shown")
