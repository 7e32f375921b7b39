"""Exports of the packaged forms as the form tools write them, filled in by made-up people."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl

from models.catalogue import Form, Item, Language, questions

TOOLS = ("google_download", "google_sheet", "microsoft")
SENT_AT = dt.datetime(2026, 3, 2, 16, 53, 36)  # noqa: DTZ001 (a local clock, in Berlin an hour ahead of UTC)
TIME_OF_GOOGLE = {"en": "Timestamp", "de": "Zeitstempel"}
MICROSOFT = {
    "en": ("ID", "Start time", "Completion time", "Email", "Name", "Last modified time"),
    "de": ("ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Uhrzeit der letzten Änderung"),
}

Filled = Mapping[str, object]
"""Answers of one person by field or question id: a text, a day, a score, the place of a choice (0 first),
`True` for an option that was chosen."""


def without_optional_blocks(form: Form) -> Form:
    return replace(form, sections=tuple(section for section in form.sections if not section.is_optional))


def write_export(folder: Path, tool: str, form: Form, language: Language, people: Sequence[Filled]) -> Path:
    """The export of a form, called as the tool calls it."""
    title = form.title[language]
    headings = [item.text[language] for item in form.items]
    joined_by = {"google_download": ";", "google_sheet": ", ", "microsoft": ";"}[tool]
    rows = [[cell(item, person, language, joined_by) for item in form.items] for person in people]
    if tool == "google_download":
        return _google_download(folder / f"{title}.csv", [TIME_OF_GOOGLE[language], *headings], rows)
    if tool == "google_sheet":
        sheet = [[TIME_OF_GOOGLE[language], *headings], *([SENT_AT, *row] for row in rows)]
        return _workbook(folder / f"{title} (Responses).xlsx", sheet)
    begun = SENT_AT - dt.timedelta(minutes=3)
    own = [[place, begun, SENT_AT, "anonymous", None, None] for place, _ in enumerate(rows, start=1)]
    drifted = [heading.replace(" ", "\u00a0", 1) for heading in headings]
    sheet = [[*MICROSOFT[language], *drifted], *(first + row for first, row in zip(own, rows, strict=True))]
    return _workbook(folder / f"{title}(1-{len(rows)}).xlsx", sheet)


def cell(item: Item, person: Filled, language: Language, joined_by: str) -> object:
    """What stands in the column of an item."""
    if item.answer == "several_of":
        chosen = [text for name, text in zip(item.ids, item.choices[language], strict=True) if person.get(name)]
        return joined_by.join(chosen) + (";" if chosen and joined_by == ";" else "") if chosen else None
    answer = person.get(item.ids[0])
    if answer is None or item.answer != "one_of":
        return answer
    question = questions().get(item.ids[0])
    if question is not None and question.kind == "score":
        return next(text for text in item.choices[language] if question.choices[text] == answer)
    return item.choices[language][int(str(answer))]


def _google_download(path: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    sent = SENT_AT.strftime("%Y/%m/%d ") + "4:53:36 PM GMT+1"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(headings)
        writer.writerows([sent, *("" if value is None else str(value) for value in row)] for row in rows)
    return path


def _workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path)
    return path
