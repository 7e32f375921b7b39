"""The loneliness chart shows a change, never an effect."""

from __future__ import annotations

from types import ModuleType

import pytest

from dashboards.figures.loneliness import loneliness_figure, loneliness_info
from dashboards.phrases import Phrases
from dashboards.rows import read_rows


def info_of(releases: ModuleType, say: Phrases, change: float, low: float, high: float):
    columns = "wave n_people baseline_mean_score mean_change_score low high status"
    table = releases.table(
        "protected_loneliness", ("latest", 40, 4.9, change, low, high, "ok"), columns=columns
    )
    return loneliness_info(read_rows({"protected_loneliness": table}, "protected_loneliness"), say)


@pytest.mark.parametrize(
    ("reading", "title"),
    [
        ((-0.31, -0.52, -0.1), "Loneliness fell by 0.3 on a scale from 3 to 9"),
        ((0.31, 0.1, 0.52), "Loneliness rose by 0.3 on a scale from 3 to 9"),
        ((-0.31, -0.7, 0.0), "No clear change in loneliness"),
    ],
)
def test_the_title_states_a_change_only_where_the_range_excludes_zero(
    releases: ModuleType, say: Phrases, reading: tuple[float, float, float], title: str
) -> None:
    assert info_of(releases, say, *reading).title == title


def test_the_latest_wave_stands_first_with_people_and_range(releases: ModuleType, say: Phrases) -> None:
    info = loneliness_info(read_rows(releases.ok_release(), "protected_loneliness"), say)
    assert [r.label for r in info.readings] == ["Latest answers", "After session 3", "After session 6"]
    assert info.readings[0].full_text == "−0.3 (range −0.5 to −0.1) · 143\u00a0people"


def test_the_axis_is_symmetric_about_zero(releases: ModuleType, say: Phrases) -> None:
    axis = info_of(releases, say, -0.31, -0.52, -0.1).axis
    assert axis.low == -axis.high


def test_no_word_calls_the_change_an_effect(releases: ModuleType, say: Phrases) -> None:
    info = loneliness_info(read_rows(releases.ok_release(), "protected_loneliness"), say)
    texts = [info.title, info.alt, info.axis.title, *info.numbers.header]
    texts += [sentence for key, sentence in say.words.sentences.items() if key.startswith("loneliness.")]
    assert not [text for text in texts if "effect" in text]


def test_the_figure_draws_a_dot_per_wave(releases: ModuleType, say: Phrases) -> None:
    info = loneliness_info(read_rows(releases.ok_release(), "protected_loneliness"), say)
    dots = [trace.x[0] for trace in loneliness_figure(info).data if trace.hoverinfo == "text"]
    assert dots == [-0.31, -0.12, -0.37]
