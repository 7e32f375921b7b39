"""The usefulness chart shows the answers by band of scores."""

from __future__ import annotations

from types import ModuleType

from dashboards.figures.usefulness import usefulness_figure, usefulness_info
from dashboards.phrases import Phrases
from dashboards.rows import read_rows


def info_of(tables, say):
    return usefulness_info(
        read_rows(tables, "protected_usefulness"), read_rows(tables, "protected_metrics"), say
    )


def test_bands_stand_from_the_highest_score_down(releases: ModuleType, say: Phrases) -> None:
    readings = info_of(releases.ok_release(), say).readings
    assert [(r.label, r.value) for r in readings] == [
        ("Score\u00a05", 30.9),
        ("Score\u00a04", 48.2),
        ("Score\u00a03", 15.1),
        ("Score\u00a01–2", 5.8),
    ]


def test_the_title_states_the_share_of_the_catalogue_metric(releases: ModuleType, say: Phrases) -> None:
    assert info_of(releases.ok_release(), say).title.startswith("79\u00a0% of answers call the session useful")


def test_without_the_metric_the_title_states_no_number(releases: ModuleType, say: Phrases) -> None:
    rows = read_rows(releases.ok_release(), "protected_usefulness")
    assert usefulness_info(rows, (), say).title == "How useful people found the sessions"


def test_withheld_bands_make_an_absent_chart(releases: ModuleType, say: Phrases) -> None:
    info = info_of(releases.refused_release(), say)
    assert info.absent.startswith("Not shown: too few people or no data.")
    assert usefulness_figure(info).data == ()
