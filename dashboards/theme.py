"""Colours, type and spacing of every page and chart, in one place.

What belongs here: the two palettes by role, the type scale, the CSS variables and the light-to-dark map.
What does not: rules about elements (`site/site.css`), drawing.

The two series are a blue and an amber whose lightness differs little but whose hue stays apart for the common
kinds of colour blindness; every series is also labelled where it stands, so no chart depends on colour alone.
Text roles reach a contrast of 4.5 on their own ground (WCAG 2.2, 1.4.3), marks 3 on the page (1.4.11).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "page": "#f6f5f1",
        "surface": "#ffffff",
        "ink": "#1c2128",
        "muted": "#545e6a",
        "line": "#dcdfe4",
        "grid": "#e6e8ec",
        "axis": "#7d8793",
        "accent": "#0a5c9e",
        "with": "#0b66ae",
        "without": "#96580a",
        "single": "#35708a",
        "on_series": "#fffffe",
        "whisker": "#1c2129",
        "band_live": "#c9dff2",
        "band_past": "#e3ebf3",
        "band_with": "#0b66ae2b",
        "band_without": "#96580a2b",
        "claim": "#8b2f6b",
        "flag_ground": "#fdeceb",
        "flag_ink": "#8f1d15",
        "note_ground": "#fdf4dc",
        "note_ink": "#614300",
        "state_ground": "#eef0f3",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "page": "#11151a",
        "surface": "#191e25",
        "ink": "#e8ecf1",
        "muted": "#a8b2be",
        "line": "#333b46",
        "grid": "#2a313a",
        "axis": "#8b96a3",
        "accent": "#82c0fa",
        "with": "#6fb4f2",
        "without": "#eab05f",
        "single": "#78bdd4",
        "on_series": "#0e1319",
        "whisker": "#f4f7fa",
        "band_live": "#24425f",
        "band_past": "#222f3d",
        "band_with": "#6fb4f236",
        "band_without": "#eab05f36",
        "claim": "#eb9fce",
        "flag_ground": "#3b1c1a",
        "flag_ink": "#ffb9b1",
        "note_ground": "#332b15",
        "note_ink": "#f2d894",
        "state_ground": "#232a33",
    }
)

FONT_STACK = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

# Sizes in CSS pixels; the steps are a fifth apart.
LABEL_SIZE = 14
SMALL_SIZE = 12


def variable(role: str) -> str:
    """A colour role as a CSS variable with the light colour to fall back on.

    Raises:
        KeyError: there is no such role.
    """
    return f"var(--{role.replace('_', '-')},{LIGHT[role]})"


def fixed(role: str) -> str:
    """A colour role as its light colour, for readers that know no CSS variables (e-mail, PDF makers)."""
    return LIGHT[role]


def palette_css() -> str:
    """The two palettes as CSS variables: light, and dark where the reader's system asks for it on a screen."""
    return (
        f":root{{color-scheme:light dark;{_declarations(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_declarations(DARK)}}}}}"
    )


def light_palette_css() -> str:
    """The light palette as CSS variables, for pages that are made for paper."""
    return f":root{{color-scheme:light;{_declarations(LIGHT)}}}"


def dark_by_light() -> dict[str, str]:
    """The dark colour that stands for each light one; light colours are distinct, so the map is one to one."""
    return {LIGHT[role]: DARK[role] for role in LIGHT}


def _declarations(palette: Mapping[str, str]) -> str:
    return "".join(f"--{role.replace('_', '-')}:{colour};" for role, colour in palette.items())
