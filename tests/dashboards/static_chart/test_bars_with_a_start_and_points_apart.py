"""Bars that begin elsewhere than at zero, and points that stand apart, look alike in both drawers."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from dashboards.figures.info import (
    Axis,
    Curve,
    CurvePoint,
    CurvesInfo,
    NumbersTable,
    RangesInfo,
    Reading,
    Sample,
)
from dashboards.plotly_chart import ranges_figure
from dashboards.plotly_shapes import curves_figure
from dashboards.static_chart import draw

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = NumbersTable("protected_usefulness", ("a",), (("1",),))
AXIS = Axis(-50, 50, 25, "share", suffix=" %", is_mirrored=True)
LEFT = Reading("Less", -20, "20 %", -30, -10, start=0)
ACROSS = Reading("Same", 15, "30 %", tone="axis", start=-15)
BARS = RangesInfo("bars", "Title", "Words", (LEFT, ACROSS), AXIS, NUMBERS, "less", "more")
POINTS = (CurvePoint(1, 70, "seventy", 60, 80, "70 %"), CurvePoint(2, 75, "seventy-five", 65, 85, "75 %"))
SEEN = Curve(Sample("seen", "single"), POINTS, is_apart=True)
STEPS = CurvesInfo(
    "steps", "Title", "Words", (SEEN,), Axis(0, 100, 25, ""), Axis(0.5, 2.5, 1, "session"), NUMBERS
)


def drawn(info: RangesInfo | CurvesInfo) -> ElementTree.Element:
    return ElementTree.fromstring(draw(info, 616))  # noqa: S314 -- drawn by this test


def texts_of(root: ElementTree.Element) -> set[str]:
    return {node.text or "" for node in root.iter(f"{SVG}text")}


def test_the_static_bar_lies_between_its_start_and_its_value() -> None:
    boxes = [(float(box.attrib["x"]), float(box.attrib["width"])) for box in drawn(BARS).iter(f"{SVG}rect")]
    # 600 pixels for 100 units after 8 pixels of edge: -20 lies at 188, 0 at 308, -15 at 218.
    assert boxes == [(188, 120), (218, 180)]


def test_plotly_draws_the_same_bars() -> None:
    bars = [trace for trace in ranges_figure(BARS).data if trace.type == "bar"]
    assert [sorted((bar.base[0], bar.base[0] + bar.x[0])) for bar in bars] == [[-20, 0], [-15, 15]]


def test_a_mirrored_axis_has_no_signs_in_either_drawer() -> None:
    notes = {
        note.text.replace("<b>", "").replace("</b>", "") for note in ranges_figure(BARS).layout.annotations
    }
    for texts in (texts_of(drawn(BARS)), notes):
        assert {"50 %", "25 %", "0 %"} <= texts
        assert not [text for text in texts if text.startswith(("−", "+"))]


def test_a_bar_with_a_start_has_its_range_only_where_one_is_given() -> None:
    ranges = [trace for trace in ranges_figure(BARS).data if trace.type == "scatter"]
    assert {(trace.x[0], trace.error_x.array[0]) for trace in ranges} == {(-20, 10)}


def test_points_apart_are_not_joined_and_carry_their_text() -> None:
    root = drawn(STEPS)
    assert list(root.iter(f"{SVG}polyline")) == []
    assert {"70 %", "75 %"} <= texts_of(root)
    figure = curves_figure(STEPS)
    assert [trace.mode for trace in figure.data] == ["markers"]
    assert {"70 %", "75 %"} <= {note.text for note in figure.layout.annotations}


def test_points_apart_have_upright_ranges_of_their_own() -> None:
    upright = [
        (float(line.attrib["y1"]), float(line.attrib["y2"]))
        for line in drawn(STEPS).iter(f"{SVG}line")
        if line.attrib["x1"] == line.attrib["x2"] and line.attrib["stroke-width"] == "2"
    ]
    assert [low - high for low, high in upright] == pytest.approx([230 * 0.2] * 2)
    assert list(curves_figure(STEPS).data[0].error_y.arrayminus) == [10, 10]
