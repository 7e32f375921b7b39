"""Rows of dots, mirrored histograms and curves: both drawers draw one value, and no text leaves the picture."""

from __future__ import annotations

from types import ModuleType
from xml.etree import ElementTree

import pytest

from dashboards.figures.info import (
    Axis,
    Curve,
    CurvePoint,
    CurvesInfo,
    Dot,
    DotRow,
    DotsInfo,
    Info,
    MirrorBand,
    MirrorInfo,
    NumbersTable,
    Sample,
)
from dashboards.geometry import MIRROR_HEIGHT, chart_height, dot_row_places
from dashboards.phrases import Phrases
from dashboards.plotly_shapes import curves_figure, dots_figure, mirror_figure
from dashboards.site.pages import PAGES, Page
from dashboards.static_chart import draw

NUMBERS = NumbersTable("protected_slices", ("a",), (("1",),))
SHARES = Axis(0, 100, 25, "share", suffix=" %")
DOTS = DotsInfo(
    "slices_level",
    "Title",
    "Words",
    (
        DotRow("Managers", (Dot(80, "80 %", 60, 95, "with"), Dot(65, "65 %", 50, 80, "without"))),
        DotRow("Others", (), "Not shown"),
    ),
    SHARES,
    NUMBERS,
    (Sample("Kept with", "with"), Sample("Kept without", "without")),
)
PAIRS = DotsInfo(
    "balance",
    "Title",
    "Words",
    (DotRow("Difficulty", (Dot(-0.3, "before", is_open=True), Dot(0.05, "after"))),),
    Axis(-0.4, 0.4, 0.2, "difference", is_signed=True),
    NUMBERS,
    (Sample("before", "single", is_open=True), Sample("after", "single")),
    guides=(-0.1, 0.1),
)
MIRROR = MirrorInfo(
    "propensity",
    "Title",
    "Words",
    (MirrorBand(0, 0.5, 10, "half"), MirrorBand(0.5, 1, 10, "half")),
    (MirrorBand(0, 1, 10, "all"),),
    Axis(-20, 20, 10, "share", suffix=" %", is_mirrored=True),
    NUMBERS,
    (Sample("Without", "without"), Sample("With", "with")),
    ((0.0, "0 %"), (1.0, "100 %")),
)
CURVES = CurvesInfo(
    "kept_by_day",
    "Title",
    "Words",
    (
        Curve(Sample("With", "with"), (CurvePoint(7, 20, "a", 10, 30), CurvePoint(14, 50, "b", 40, 60))),
        Curve(Sample("Dropped", "with", is_dotted=True), (CurvePoint(7, 1, "c"), CurvePoint(14, 2, "d"))),
    ),
    SHARES,
    Axis(0, 14, 7, "days"),
    NUMBERS,
)
SVG = "{http://www.w3.org/2000/svg}"


def picture(info: Info, width: float = 600) -> ElementTree.Element:
    return ElementTree.fromstring(draw(info, width))  # noqa: S314 -- drawn by this test


def texts_of(info: Info) -> list[str]:
    return sorted(node.text or "" for node in picture(info).iter(f"{SVG}text"))


def notes_of(figure) -> list[str]:
    return sorted(note.text for note in figure.layout.annotations)


@pytest.mark.parametrize(
    ("info", "drawer"), [(DOTS, dots_figure), (PAIRS, dots_figure), (MIRROR, mirror_figure)]
)
def test_both_drawers_write_the_same_texts(info, drawer) -> None:
    assert texts_of(info) == notes_of(drawer(info))


def test_both_drawers_name_the_curves_and_the_axis_across() -> None:
    figure = curves_figure(CURVES)
    assert {"With", "Dropped"} <= set(texts_of(CURVES)) & set(notes_of(figure))
    assert figure.layout.xaxis.title.text == "days"
    assert list(figure.layout.xaxis.ticktext) == ["0", "7", "14"]


@pytest.mark.parametrize(
    ("info", "drawer"),
    [(DOTS, dots_figure), (PAIRS, dots_figure), (MIRROR, mirror_figure), (CURVES, curves_figure)],
)
def test_both_drawers_are_equally_high(info, drawer) -> None:
    assert drawer(info).layout.height == float(picture(info).attrib["height"]) == chart_height(info)


def test_dots_with_ranges_stand_on_lines_of_their_own_and_pairs_on_one() -> None:
    assert len(set(dot_row_places(DOTS)[0].dot_ys)) == 2
    assert len(set(dot_row_places(PAIRS)[0].dot_ys)) == 1


def test_a_row_without_dots_is_drawn_as_its_note() -> None:
    assert "Not shown" in texts_of(DOTS)
    assert len(dots_figure(DOTS).data) == 2


def test_an_open_dot_is_filled_with_the_colour_of_the_page() -> None:
    before, after = dots_figure(PAIRS).data
    assert before.marker.color == "#ffffff"
    assert after.marker.color == before.marker.line.color


def test_bars_of_a_mirror_fill_the_height_between_them() -> None:
    left, right = mirror_figure(MIRROR).data
    assert sum(left.width) == pytest.approx(MIRROR_HEIGHT - 2)
    assert right.width[0] == pytest.approx(MIRROR_HEIGHT - 1)
    boxes = list(picture(MIRROR).iter(f"{SVG}rect"))[2:]
    assert [round(float(box.attrib["height"])) for box in boxes] == [99, 99, 199]
    middle = float(boxes[2].attrib["x"])
    ends = [float(box.attrib["x"]) + float(box.attrib["width"]) for box in boxes]
    assert ends[:2] == pytest.approx([middle, middle])
    assert ends[2] > middle


def test_ticks_of_a_mirror_count_up_to_both_sides() -> None:
    assert [text for text in notes_of(mirror_figure(MIRROR)) if text == "20 %"] == ["20 %"] * 2


def test_a_band_is_drawn_for_a_curve_with_ranges_only() -> None:
    fills = [trace.fillcolor for trace in curves_figure(CURVES).data if trace.fill]
    assert fills == ["#0b66ae2b"]
    assert len(list(picture(CURVES).iter(f"{SVG}polygon"))) == 1


@pytest.mark.parametrize("info", [DOTS, PAIRS, MIRROR, CURVES])
def test_hostile_texts_stay_texts(info) -> None:
    attack = "</text><script>alert('x')</script>"
    sample = Sample(attack, "with")
    samples = {"legend": (sample, sample)} if not isinstance(info, CurvesInfo) else {}
    if isinstance(info, CurvesInfo):
        samples = {"curves": (Curve(sample, info.curves[0].points),)}
    changed = type(info)(**{name: getattr(info, name) for name in info.__slots__} | samples)
    assert "<script" not in draw(changed, 600)
    drawer = {DotsInfo: dots_figure, MirrorInfo: mirror_figure, CurvesInfo: curves_figure}[type(info)]
    assert "<script" not in drawer(changed).to_json()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_text_stays_inside_a_narrow_picture_on_every_page(
    releases: ModuleType, say: Phrases, page: Page
) -> None:
    for info in (chart.info for chart in page.view(releases.ok_release(), say).charts):
        for node in picture(info, 340).iter(f"{SVG}text"):
            width = len(node.text or "") * float(node.attrib["font-size"]) * 0.5
            left = float(node.attrib["x"])
            left -= {"start": 0, "middle": 0.5, "end": 1}[node.attrib["text-anchor"]] * width
            assert left >= -1, (info.key, node.text)
            assert left + width <= 341, (info.key, node.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_every_chart_of_a_page_has_a_finding_a_description_and_a_table(
    releases: ModuleType, say: Phrases, page: Page
) -> None:
    for info in (chart.info for chart in page.view(releases.ok_release(), say).charts):
        assert info.title
        assert info.alt
        assert info.absent or info.numbers.rows
        assert info.numbers.source in page.tables
