"""The palettes hold the contrast that reading needs, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dashboards import theme

TEXT_ON_GROUND = [
    ("ink", "page"),
    ("ink", "surface"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "band_live"),
    ("muted", "band_past"),
    ("accent", "page"),
    ("accent", "surface"),
    ("claim", "surface"),
    ("ink", "state_ground"),
    ("muted", "state_ground"),
    ("flag_ink", "flag_ground"),
    ("note_ink", "note_ground"),
    ("on_series", "with"),
    ("on_series", "without"),
]
MARK_ON_GROUND = [
    ("with", "surface"),
    ("without", "surface"),
    ("single", "surface"),
    ("axis", "surface"),
    ("with", "band_live"),
]
PALETTES = [pytest.param(theme.LIGHT, id="light"), pytest.param(theme.DARK, id="dark")]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    brighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_reaches_a_contrast_of_4_5(palette: Mapping[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize(("mark", "ground"), MARK_ON_GROUND)
def test_marks_reach_a_contrast_of_3(palette: Mapping[str, str], mark: str, ground: str) -> None:
    assert contrast(palette[mark], palette[ground]) >= 3


def test_both_palettes_have_the_same_roles() -> None:
    assert set(theme.LIGHT) == set(theme.DARK)


def test_light_colours_are_distinct_so_that_each_has_one_dark_colour() -> None:
    assert len(theme.dark_by_light()) == len(theme.LIGHT)


def test_a_colour_role_is_a_variable_that_falls_back_on_its_light_colour() -> None:
    assert theme.variable("band_live") == "var(--band-live,#c9dff2)"


def test_dark_colours_are_for_screens_that_ask_for_them() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in theme.palette_css()
    assert "prefers-color-scheme" not in theme.light_palette_css()
