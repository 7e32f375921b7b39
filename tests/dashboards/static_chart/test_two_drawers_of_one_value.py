"""Plotly and the static drawer draw the same Info value, and neither lets a text become markup."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from xml.etree import ElementTree

import pytest

from dashboards import theme
from dashboards.figures.info import Axis, BarsInfo, NumbersTable, RangesInfo, Reading, ReferenceMark, nice_axis
from dashboards.geometry import chart_height, wrapped
from dashboards.phrases import Phrases
from dashboards.plotly_chart import band_figure, bars_figure, ranges_figure
from dashboards.plotly_parts import plotly_config
from dashboards.static_chart import draw
from dashboards.story import tell

NUMBERS = NumbersTable("protected_completion", ("a",), (("1",),))
AXIS = Axis(0, 100, 25, "share", suffix="%")
READING = Reading("With", 76.4, "76 %", 70.2, 81.8, "with", "612 commitments", ReferenceMark(95, "claim 95 %"))
BARS = BarsInfo("completion", "Title", "Words", (READING,), AXIS, NUMBERS)
RANGES = RangesInfo("loneliness", "Title", "Words", (READING,), AXIS, NUMBERS, "less", "more")


def texts_of(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 -- drawn by this test
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


def notes_of(figure) -> list[str]:
    return [note.text.replace("<b>", "").replace("</b>", "") for note in figure.layout.annotations]


@pytest.mark.parametrize(("info", "drawer"), [(BARS, bars_figure), (RANGES, ranges_figure)])
def test_both_drawers_write_the_same_texts(info, drawer) -> None:
    assert sorted(texts_of(draw(info, 600))) == sorted(notes_of(drawer(info)))


def test_both_drawers_name_the_kinds_of_weeks_and_the_last_value(releases: ModuleType, say: Phrases) -> None:
    info = tell(releases.ok_release(), say).charts.effect_by_week
    for texts in (texts_of(draw(info, 600)), notes_of(band_figure(info))):
        assert {"worked out later", "as published", "no difference", info.last_label} <= set(texts)


@pytest.mark.parametrize(("info", "drawer"), [(BARS, bars_figure), (RANGES, ranges_figure)])
def test_both_drawers_are_equally_high(info, drawer) -> None:
    height = float(ElementTree.fromstring(draw(info, 600)).attrib["height"])  # noqa: S314
    assert drawer(info).layout.height == height == chart_height(info)


def test_an_absent_chart_is_drawn_as_its_reason_by_both() -> None:
    absent = replace(BARS, absent="Too early to show.", readings=())
    assert texts_of(draw(absent, 600)) == ["Too early to show."]
    assert notes_of(bars_figure(absent)) == ["Too early to show."]


def test_a_reading_without_a_value_is_drawn_as_its_text_without_a_bar() -> None:
    info = replace(BARS, readings=(Reading("With", None, "Too early to show"),))
    assert "Too early to show" in texts_of(draw(info, 600))
    assert list(bars_figure(info).data[0].x) == []


def test_hostile_texts_stay_texts_in_both_drawers() -> None:
    attack = "</text><script>alert('x')</script><a href='javascript:1'>"
    info = replace(BARS, title=attack, alt=attack, readings=(replace(READING, label=attack, text=attack),))
    svg = draw(info, 600)
    assert "<script" not in svg
    assert attack in texts_of(svg)
    figure = bars_figure(info).to_json()
    assert "<script" not in figure
    assert "<a href" not in figure
    assert "&lt;a href" in figure.replace("\u0026", "&")


def test_the_picture_has_a_name_and_a_description() -> None:
    svg = draw(BARS, 600, suffix="-wide")
    root = ElementTree.fromstring(svg)  # noqa: S314
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "completion-wide-title completion-wide-desc"
    assert root.attrib["viewBox"].startswith("0 0 600 ")


def test_the_bar_ends_where_its_value_lies_on_the_axis() -> None:
    root = ElementTree.fromstring(draw(BARS, 602))  # noqa: S314
    bar = next(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert float(bar.attrib["width"]) == pytest.approx(600 * 0.764)


def test_colours_are_variables_on_the_page_and_fixed_elsewhere() -> None:
    assert "var(--with," in draw(BARS, 600)
    assert "var(" not in draw(BARS, 600, paint=theme.fixed)


def test_text_stays_inside_a_narrow_picture(releases: ModuleType, say: Phrases) -> None:
    for info in tell(releases.ok_release(), say).charts:
        for node in ElementTree.fromstring(draw(info, 340)).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314
            width = len(node.text or "") * float(node.attrib["font-size"]) * 0.5
            left = (
                float(node.attrib["x"])
                - {"start": 0, "middle": 0.5, "end": 1}[node.attrib["text-anchor"]] * width
            )
            assert left >= -1
            assert left + width <= 341, (info.key, node.text)


def test_no_figure_sends_anything_and_the_mode_bar_has_no_upload(releases: ModuleType, say: Phrases) -> None:
    for info in tell(releases.ok_release(), say).charts:
        config = plotly_config(info)
        assert config["showSendToCloud"] is False
        assert config["plotlyServerURL"] == ""
        assert config["displaylogo"] is False
        assert set(config["modeBarButtons"][0]) <= {"toImage", "resetScale2d"}


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (-0.7, 0.7, (-1, 1)),
        (5, 23, (0, 25)),
        (0, 74, (0, 80)),
        (-3, 12, (-5, 15)),
        (-30, -10, (-30, 0)),
        (0, 0, (0, 1)),
    ],
)
def test_axes_end_at_round_numbers_and_hold_zero(low: float, high: float, ends: tuple[float, float]) -> None:
    axis = nice_axis(low, high, "")
    assert (axis.low, axis.high) == ends
    assert (axis.ticks[0], axis.ticks[-1]) == ends
    assert 0 in axis.ticks


def test_long_text_is_broken_at_spaces() -> None:
    assert wrapped("one two three", 5 * 10 * 0.6 + 10, 10) == ("one two", "three")
