"""SurveyMonkey: "all responses data" as CSV or XLSX, with two heading rows or one.

What belongs here: its marks, its two heading rows, and which of its columns name a person.
What does not: times and answers, which the mapping reads with the source file's zone and day order.

The first row holds the questions, the second the choices: a question of several columns stands over its first
one only, and a question of one column has `Response` or `Open-Ended Response` below it. In condensed exports the
second row is empty. Copies prepared for publishing have one heading row, or codes as `q0001_0002`.

A column is called by its question, and by `question [choice]` where it is one of several. The choice alone is
its other name. `End Date` is when a response was last touched, also for those who gave up half-way: unless the
export has a column of its own for it, it does not say who did, so have the tool export complete responses only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.headings import Columns, columns_below
from pipelines.readers.raw import UNFINISHED, Cells, RawTable, normalised_name

FORMAT = "surveymonkey"

# The tool's own columns, as they are compared: without spaces and underscores.
_RESPONDENT, _COLLECTOR = "respondentid", "collectorid"
_OWN = frozenset(
    (
        _RESPONDENT,
        _COLLECTOR,
        "startdate",
        "enddate",
        "datecreated",
        "datemodified",
        "ipaddress",
        "responsestatus",
    )
)
_RECORDED = ("datemodified", "enddate")
_STATUS = "responsestatus"
_PERSONAL = frozenset(("ipaddress", "firstname", "lastname"))
_COMPLETE = ("complete", "completed")

_SINGLE = frozenset(("response", "open-ended response"))
_CODED = r"q\d{4}(_\d{4})*"


def marks(cells: Cells) -> tuple[str, ...]:
    """What speaks for SurveyMonkey; empty where it does not fit.

    Respondent and collector ids, or the respondent's id above a row of `Response`, or three headings coded as
    `q0001_0002` beside the start of the response.
    """
    names = [_own_name(heading) for heading in cells.headings]
    if {_RESPONDENT, _COLLECTOR} <= set(names):
        return ("headings `Respondent ID` and `Collector ID`",)
    if _RESPONDENT in names and _SINGLE & {normalised_name(text) for text in _second(cells)}:
        return ("heading `RespondentID`", "second row holds `Response`")
    coded = sum(bool(re.fullmatch(_CODED, normalised_name(heading))) for heading in cells.headings)
    if coded >= 3 and "startdate" in names:
        return (f"{coded} coded headings as `q0001_0002`", "heading `StartDate`")
    return ()


def read(cells: Cells, _file: str) -> RawTable:
    """The responses, one row each; columns that name a person beside their e-mail address are left out."""
    questions = cells.headings
    n_heading_rows = 2 if _has_two_heading_rows(cells) else 1
    headings, choices = _joined(questions, _second(cells)) if n_heading_rows == 2 else (questions, {})
    columns = columns_below(cells, headings, n_heading_rows)
    own = {_own_name(questions[place]): place for place in reversed(columns.names)}
    hidden = sorted(own[name] for name in _PERSONAL if name in own)
    frame = columns.frame(hidden)
    return RawTable(
        FORMAT,
        frame,
        frame.height,
        recorded_column=next((columns.names[own[name]] for name in _RECORDED if name in own), None),
        also_called={
            columns.names[place]: (choice,) for place, choice in choices.items() if place in columns.names
        },
        marked=_unfinished(columns, own),
        personal=tuple(columns.names[place] for place in hidden),
    )


def _own_name(heading: str) -> str:
    return normalised_name(heading).replace(" ", "").replace("_", "")


def _second(cells: Cells) -> list[str]:
    """Texts of the second row; none where there is none."""
    return [str(cell or "") for cell in cells.frame.row(1)] if cells.frame.height > 1 else []


def _has_two_heading_rows(cells: Cells) -> bool:
    """Whether the second row is no response: the tool's own columns, filled for every response, are empty."""
    below = dict(zip((_own_name(heading) for heading in cells.headings), _second(cells), strict=False))
    own = [text for name, text in below.items() if name in _OWN]
    return bool(own) and not any(text.strip() for text in own)


def _joined(questions: Sequence[str], choices: Sequence[str]) -> tuple[list[str], dict[int, str]]:
    """One heading per column from the two rows, and by position the choices that are names of their own."""
    headings: list[str] = []
    alone: dict[int, str] = {}
    question = ""
    for place, (written, choice) in enumerate(zip(questions, choices, strict=True)):
        question = written if written.strip() else question
        is_choice = bool(choice.strip()) and normalised_name(choice) not in _SINGLE
        if is_choice and question:
            headings.append(f"{question} [{choice}]")
            alone[place] = choice
        else:
            # A blank below a blank belongs to no question: the column is numbered by its place.
            headings.append(question or choice if choice.strip() else written)
    return headings, alone


def _unfinished(columns: Columns, own: Mapping[str, int]) -> pl.DataFrame:
    """Rows whose status the tool itself wrote is another than complete."""
    status = columns.cells(own.get(_STATUS)).str.to_lowercase()
    return columns.marked(~status.is_in(_COMPLETE), UNFINISHED)


EXPORT = ExportFormat(
    FORMAT,
    "SurveyMonkey",
    marks,
    read,
    recognised_by="headings `Respondent ID` and `Collector ID`; or the first of them above a row of `Response`; or"
    " `StartDate` and headings coded as `q0001_0002`",
    personal="`IP Address`, `First Name`, `Last Name`",
    left_out="`unfinished`: where the export has the column `response_status`, rows that are not `completed`",
    to_know="A column is called by its question, and by `question [choice]` where the question has several; the"
    " choice alone finds it too. One heading row or two, condensed or expanded, answers by text or by number are all"
    " read; headings have to be in English. Most exports do not say who gave up half-way: have the tool export"
    " complete responses only. Times are in the source file's zone and need `day_order`.",
)
