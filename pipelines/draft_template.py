"""A packaged source file as the draft for an export it reads already.

What belongs here: which of the packaged source files reads an export, and its text under the export's own name.
What does not: a draft from headings alone (`draft_source`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipelines.codebook_gaps import FEWEST_GIVING_A_TEXT, LONGEST_TEXT, quoted
from pipelines.column_names import find_columns
from pipelines.draft_source import Draft, day_order_lines
from pipelines.readers import FileRefused, RawTable
from pipelines.source_spec import SourceFile

TITLE = "summary"
TITLES_NAMED = 10

_FILES = re.compile(r"^files = \[.*\]$", re.MULTILINE)
_DAY_ORDER = re.compile(r"^(?:# )?day_order = .*$", re.MULTILINE)
_FORMAT = re.compile(r"^format = .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Template:
    """A packaged source file: what it says, and its text."""

    source: SourceFile
    text: str


def fitting_templates(raw: RawTable, file: str, templates: Iterable[Template]) -> list[Template]:
    """The templates all of whose columns an export has, the one that reads most of its columns first."""
    fitting = [
        (len(found), template)
        for template in templates
        if raw.format in template.source.formats and (found := _columns_read(raw, file, template.source))
    ]
    return [template for _, template in sorted(fitting, key=lambda pair: -pair[0])]


def draft_from_template(raw: RawTable, glob: str, template: Template) -> Draft:
    """The template under the export's own name, with the order of day and month its dates tell."""
    lines, open_points = day_order_lines(raw)
    text = _FILES.sub(lambda _: f"files = [{quoted(glob)}]", template.text, count=1)
    text = _FORMAT.sub(lambda _: f'format = "{raw.format}"', text, count=1)
    text = _DAY_ORDER.sub("", text) if lines else re.sub(r"(?m)^day_order = .*\n", "", text)
    if lines:
        text = _FORMAT.sub(lambda found: "\n".join((found[0], *lines)), text, count=1)
    return Draft(text, open_points)


def draft_from_titles(raw: RawTable, glob: str, template: Template) -> Draft:
    """The packaged calendar source for a calendar whose titles are others: its patterns are for a person to change."""
    draft = draft_from_template(raw, glob, template)
    shapes = raw.frame.get_column(TITLE).drop_nulls().str.replace_all(r"\d+", "#").str.strip_chars()
    counted = shapes.value_counts(name="n", sort=True).filter(pl.col("n") >= FEWEST_GIVING_A_TEXT)
    short = [text for text in counted.to_series(0) if "@" not in text and len(text) <= LONGEST_TEXT]
    seen = ", ".join(f"`{text}`" for text in short[:TITLES_NAMED])
    point = f"Change `matches` and `pattern` of {TITLE}: no title is like those the draft expects." + (
        f" Titles that occur more than once, numbers as #: {seen}." if seen else ""
    )
    return Draft(draft.text, (*draft.open_points, point))


def _columns_read(raw: RawTable, file: str, source: SourceFile) -> frozenset[str]:
    try:
        return find_columns(raw, file, source.columns).columns
    except FileRefused:
        return frozenset()
