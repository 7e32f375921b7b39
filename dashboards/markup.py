"""How templates are rendered: escaped by default, missing names refused.

What belongs here: the Jinja environment both pages share. What does not: the templates (`site/`, `report/`).
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.figures.info import Info
from dashboards.static_chart import draw
from dashboards.words import Words


def environment(package: str, words: Words) -> Environment:
    """An environment for the templates of a package, with `w` for words and `picture` for static charts."""
    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["w"] = words
    made.globals["picture"] = _picture
    return made


def _picture(info: Info, width: float, suffix: str) -> Markup:
    """A chart's picture as markup; the drawer escapes every text it is given."""
    return Markup(draw(info, width, suffix=suffix))  # noqa: S704 -- see above
