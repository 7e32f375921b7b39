"""Typeform: responses as CSV or XLSX.

What belongs here: its marks, its times in UTC, its headings with HTML in them, its marks of unfinished rows.
What does not: answers, which the mapping reads.

The token of a response stands first under `#`; `Start Date (UTC)` and `Submit Date (UTC)` follow the questions,
then `Network ID`, which is a network and not a person. Newer exports add `Response Type`, `Stage Date (UTC)`,
`Tags` and `Ending`. A question of several choices has one column per choice, each called by the choice alone, so
that several columns are called `Other`: these are told apart by ` [1]`, ` [2]` in their order.

Times are in UTC whatever the source file's zone is, and say so in the cells that are handed on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import polars as pl

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.headings import Columns, columns_below
from pipelines.readers.raw import UNFINISHED, Cells, RawTable, no_marks, normalised_name

FORMAT = "typeform"

_TOKEN, _NETWORK, _TYPE = "#", "network id", "response type"
_START, _SUBMIT = "start date (utc)", "submit date (utc)"
_TIMES = (_START, "stage date (utc)", _SUBMIT)
_UNFINISHED_TYPES = ("partial", "started")

# A clock time at the end of a cell, with no zone behind it.
_ENDS_IN_CLOCK_TIME = r"(?i)[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?\s*(?:[ap]\.?\s?m\.?)?$"


def marks(cells: Cells) -> tuple[str, ...]:
    """What speaks for Typeform: `#` first and one of its own columns; empty where it does not fit."""
    names = [normalised_name(heading) for heading in cells.headings]
    known = [name for name in (_SUBMIT, _START, _NETWORK) if name in names]
    if names and names[0] == _TOKEN and known:
        return ("first heading is `#`", *(f"heading `{name}`" for name in known))
    return ()


def read(cells: Cells, _file: str) -> RawTable:
    """The responses, one row each, under the form's own question texts; times say that they are UTC."""
    headings = cells.headings
    columns = columns_below(cells, headings)
    # The tool's own columns follow the questions, so that the last of that name is the tool's.
    own = {normalised_name(headings[place]): place for place in columns.names}
    hidden = [own[_NETWORK]] if _NETWORK in own else []
    frame = columns.frame(hidden)
    texts = {name: _without_html(headings[place]) for place, name in columns.names.items()}
    return RawTable(
        FORMAT,
        frame.with_columns(_in_utc(columns.names[own[name]]) for name in _TIMES if name in own),
        frame.height,
        recorded_column=columns.names[own[_SUBMIT]] if _SUBMIT in own else None,
        also_called={name: (text,) for name, text in texts.items() if text},
        marked=_unfinished(columns, own),
        personal=tuple(columns.names[place] for place in hidden),
    )


def _in_utc(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return (
        pl.when(text.str.contains(_ENDS_IN_CLOCK_TIME)).then(text + " UTC").otherwise(pl.col(name)).alias(name)
    )


def _without_html(heading: str) -> str:
    """The text a heading shows, where that is another than the heading."""
    shown = " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", heading)).split())
    return shown if normalised_name(shown) != normalised_name(heading) else ""


def _unfinished(columns: Columns, own: Mapping[str, int]) -> pl.DataFrame:
    """Rows the tool calls partial or, where it does not say, that were never submitted."""
    if _TYPE in own:
        kind = columns.cells(own[_TYPE]).str.to_lowercase()
        return columns.marked(kind.is_in(_UNFINISHED_TYPES), UNFINISHED)
    if _SUBMIT in own:
        is_response = columns.cells(0).is_not_null()
        return columns.marked(is_response & columns.cells(own[_SUBMIT]).is_null(), UNFINISHED)
    return no_marks()


EXPORT = ExportFormat(
    FORMAT,
    "Typeform",
    marks,
    read,
    recognised_by="the first heading is `#`, and one is `Start Date (UTC)`, `Submit Date (UTC)` or `Network ID`",
    personal="`Network ID`",
    left_out="`unfinished`: `Response Type` is `partial` or `started`; in older exports, no `Submit Date (UTC)`",
    to_know="Start and submit dates are read in UTC, whatever the source file says; saved by a spreadsheet they need"
    " `day_order`. HTML in a heading may be left out of its name. A question of several choices has a column for each"
    " choice, called by the choice alone; columns called alike are `Other [1]`, `Other [2]`, ... in their order.",
)
