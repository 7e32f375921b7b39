"""Qualtrics: the CSV, TSV or workbook of a data table, and the older "legacy" export.

What belongs here: the marks of both and their rows of headings.
What does not: rows that Qualtrics itself marks (`qualtrics_rows`), the code page and separator (`delimited`), or what
an answer scores (the source file).

A data table has three rows of headings: ids (`Q1`), the wording in the language of whoever exported it, and
`{"ImportId":"QID1"}`. Only ids and ImportIds are trusted; the wording and the ImportId are other names of the
column. A legacy export has two rows: `V1, V2, ..., Q1` and, below, `ResponseID, ResponseSet, ..., wording`.

Traps, and what is done about them:

- Answers come as choice texts or as numbers, as chosen when exporting. Cells are handed on as they stand; a source
  file's `scores` fits one of the two.
- "Recode seen but unanswered questions as -99": such an answer is empty, in columns of questions only.
- A choice of several is one cell, joined by commas, or one column for each choice. Both are handed on as they stand.
- The row of ImportIds may name the zone of the export's own times. That zone is the file's, whatever is configured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from polars.selectors import by_name

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.headings import Columns, columns_below
from pipelines.readers.qualtrics_rows import marked_rows
from pipelines.readers.raw import Cells, RawTable, normalised_name
from pipelines.readers.refusal import FileRefused

FORMAT, LEGACY_FORMAT = "qualtrics", "qualtrics_legacy"

_IMPORT_ID = re.compile(r"^\s*\{[\"']+ImportId[\"']+\s*:\s*[\"']+([^\"']*)")
_ZONE = re.compile(r"[\"']+timeZone[\"']+\s*:\s*[\"']+([^\"']+)")
_QUESTION_ID = re.compile(r"(?:\d+_)?QID\d")
_OWN_IDS = frozenset(
    (
        "startdate",
        "enddate",
        "status",
        "ipaddress",
        "progress",
        "duration (in seconds)",
        "duration",
        "finished",
        "recordeddate",
        "responseid",
        "_recordid",
        "recipientlastname",
        "recipientfirstname",
        "recipientemail",
        "externalreference",
        "externaldatareference",
        "locationlatitude",
        "locationlongitude",
        "distributionchannel",
        "userlanguage",
        "q_language",
    )
)
# Ids of which two have to be there where nothing else speaks for Qualtrics; the others any log may have.
_TELLING_IDS = frozenset(
    ("responseid", "recordeddate", "duration (in seconds)", "distributionchannel", "userlanguage")
)
_LEGACY_IDS = frozenset(("responseid", "responseset", "externaldatareference", "emailaddress", "ipaddress"))
_PERSONAL = frozenset(
    ("ipaddress", "recipientlastname", "recipientfirstname", "locationlatitude", "locationlongitude")
)
_LEGACY_PERSONAL = frozenset(("name", "locationaccuracy"))
_RESPONSE_ID = r"^R_\w+$"
_ISO_TIME = r"^\d{4}-\d{2}-\d{2}"

_SEEN_UNANSWERED = "-99"


@dataclass(frozen=True, slots=True)
class _Head:
    """The rows of headings, by position.

    Attributes:
        n_rows: How many there are.
        headings: The first row's texts.
        import_ids: ImportId of each column; empty texts where the export has none.
        own: Qualtrics' own columns: id in lower case to position.
        texts: Wording of each column; empty texts where a row of wordings is missing.
        zone: Zone that the row of ImportIds names for the export's times.
    """

    n_rows: int
    headings: tuple[str, ...]
    import_ids: tuple[str, ...]
    own: dict[str, int]
    texts: tuple[str, ...]
    zone: str | None = None


def marks(cells: Cells) -> tuple[str, ...]:
    """The row of `{"ImportId": ...}`, or most of Qualtrics' own column ids."""
    number = _import_row(cells)
    if number is not None:
        return (f"row {number} of the headings holds `ImportId`",)
    names = set(_names(cells.headings))
    known = _OWN_IDS & names
    is_own = len(known) >= 6 and len(_TELLING_IDS & names) >= 2 and "responseset" not in names
    return (f"{len(known)} of Qualtrics' own column ids",) if is_own else ()


def legacy_marks(cells: Cells) -> tuple[str, ...]:
    """`ResponseID` and `ResponseSet` in the first or second row and no row of `ImportId`."""
    number = None if marks(cells) else _legacy_row(cells)
    return () if number is None else (f"row {number} of the headings holds `ResponseID` and `ResponseSet`",)


def read(cells: Cells, file: str) -> RawTable:
    """The responses under the ids of the first row.

    Raises:
        FileRefused: `heading_rows_missing` where neither ImportIds nor the cells tell where the answers begin.
    """
    return _table(cells, FORMAT, _head(cells, file), _PERSONAL)


def read_legacy(cells: Cells, _file: str) -> RawTable:
    """The responses of a legacy export under the ids of its first row (`V1`, `Q1`)."""
    return _table(cells, LEGACY_FORMAT, _legacy_head(cells), _PERSONAL | _LEGACY_PERSONAL)


def _table(cells: Cells, file_format: str, head: _Head, personal: frozenset[str]) -> RawTable:
    columns = columns_below(cells, head.headings, head.n_rows)
    hidden = sorted(place for name, place in head.own.items() if name in personal and place in columns.names)
    recorded = next((head.own[name] for name in ("recordeddate", "enddate") if name in head.own), None)
    frame = columns.frame(hidden)
    answers = [
        name for place, name in columns.names.items() if _is_question(head, place) and place not in hidden
    ]
    return RawTable(
        file_format,
        frame.with_columns(by_name(*answers).replace(_SEEN_UNANSWERED, None)) if answers else frame,
        frame.height,
        recorded_column=None if recorded is None else columns.names.get(recorded),
        also_called=_also_called(head, columns, hidden),
        marked=marked_rows(columns, head.own),
        personal=tuple(columns.names[place] for place in hidden),
        time_zone=head.zone,
    )


def _is_question(head: _Head, place: int) -> bool:
    if any(head.import_ids):
        return bool(_QUESTION_ID.match(head.import_ids[place]))
    return place not in head.own.values()


def _also_called(head: _Head, columns: Columns, hidden: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Wording and question id of each column as its other names."""
    others = {
        name: tuple(
            text
            for text in (head.texts[place], head.import_ids[place] if _is_question(head, place) else "")
            if text.strip() and normalised_name(text) != normalised_name(name)
        )
        for place, name in columns.names.items()
        if place not in hidden
    }
    return {name: texts for name, texts in others.items() if texts}


def _head(cells: Cells, file: str) -> _Head:
    number = _import_row(cells)
    headings = cells.headings
    if number is None:
        return _head_of_ids(cells, file)
    row = _row(cells, number)
    import_ids = tuple(found[1] if (found := _IMPORT_ID.match(cell)) else "" for cell in row)
    texts = _row(cells, 2) if number == 3 else ("",) * len(headings)
    own = _own(headings) | _own([import_id.removeprefix("panel-") for import_id in import_ids])
    return _Head(number, headings, import_ids, own, texts, _named_zone(row))


def _head_of_ids(cells: Cells, file: str) -> _Head:
    """One row of headings: somebody took the other two away; the first answers have to show it."""
    headings, own = cells.headings, _own(cells.headings)
    first = _row(cells, 2)
    response_id, start = (
        first[own[name]] if first and name in own else "" for name in ("responseid", "startdate")
    )
    if first and not re.match(_RESPONSE_ID, response_id) and not re.match(_ISO_TIME, start):
        raise FileRefused(
            file,
            "heading_rows_missing",
            "it has the column ids of Qualtrics, but no row of ImportIds, and row 2 does not begin the answers",
            "Export it from Qualtrics again and bring that file as it is, with its three rows of headings",
        )
    nothing = ("",) * len(headings)
    return _Head(1, headings, nothing, own, nothing)


def _legacy_head(cells: Cells) -> _Head:
    headings, second = cells.headings, _row(cells, 2)
    nothing = ("",) * len(headings)
    own = _own(headings)
    answer = second[own["responseid"]] if second and "responseid" in own else ""
    if not second or re.match(_RESPONSE_ID, answer):
        return _Head(1, headings, nothing, own, nothing)
    # A question may be worded `Name`: below, only columns that have no id of their own (`V3`) are Qualtrics' own.
    below = [
        text if re.fullmatch(r"V\d+", heading) else "" for heading, text in zip(headings, second, strict=True)
    ]
    return _Head(2, headings, nothing, own | _own(below), second)


def _own(names: Iterable[str]) -> dict[str, int]:
    """Positions of Qualtrics' own columns by their id in lower case; the first where one repeats."""
    places: dict[str, int] = {}
    for place, name in enumerate(_names(names)):
        known = _OWN_IDS | _LEGACY_IDS | _LEGACY_PERSONAL
        if name in known:
            places.setdefault(name, place)
    return places


def _named_zone(row: Iterable[str]) -> str | None:
    zones = {found[1] for cell in row if (found := _ZONE.search(cell))}
    if len(zones) != 1:
        return None
    zone = zones.pop()
    return "UTC" if zone == "Z" else zone if zone in available_timezones() else None


def _import_row(cells: Cells) -> int | None:
    """Number of the row of ImportIds, 2 or 3."""
    for number in (2, 3):
        row = [cell for cell in _row(cells, number) if cell.strip()]
        if row and 2 * sum(bool(_IMPORT_ID.match(cell)) for cell in row) >= len(row):
            return number
    return None


def _legacy_row(cells: Cells) -> int | None:
    for number in (1, 2):
        names = set(_names(_row(cells, number)))
        if {"responseid", "responseset"} <= names or len(_LEGACY_IDS & names) >= 4:
            return number
    return None


def _row(cells: Cells, number: int) -> tuple[str, ...]:
    """Texts of the row `number` (1 is the headings); none where the file is shorter."""
    return (
        tuple(str(cell or "") for cell in cells.frame.row(number - 1)) if cells.frame.height >= number else ()
    )


def _names(headings: Iterable[str]) -> list[str]:
    return [normalised_name(heading) for heading in headings]


EXPORT = ExportFormat(
    FORMAT,
    "Qualtrics",
    marks,
    read,
    recognised_by='a row of `{"ImportId":...}` under the headings, or six of the tool\'s own column ids; never by'
    " the wording, which is in the language of whoever exported it",
    personal="`IPAddress`, `RecipientLastName`, `RecipientFirstName`, `LocationLatitude`, `LocationLongitude`",
    left_out="`preview`: previews, tests and spam by `Status` or `DistributionChannel`; `unfinished`: `Finished`"
    " is false or `Progress` below 100",
    refused="`heading_rows_missing`: the rows of headings were taken away and the answers do not begin in row 2",
    to_know="Columns are named by the ids of the first row (`Q1`); the wording and the id behind `ImportId` (`QID1`)"
    " find them too. An export by numbers and one by choice texts need different `scores`. `-99` (seen, not answered)"
    " is an empty answer. A choice of several is handed on as exported: one cell with commas, or a column for each"
    " choice. Where the row of ImportIds names a time zone, times are read in it, whatever the source file says;"
    " else in the source file's.",
)
LEGACY_EXPORT = ExportFormat(
    LEGACY_FORMAT,
    "Qualtrics, legacy export",
    legacy_marks,
    read_legacy,
    recognised_by="`ResponseID` and `ResponseSet` in the first or second row and no row of ImportIds",
    personal="`Name`, `IPAddress`, `LocationLatitude`, `LocationLongitude`, `LocationAccuracy`",
    left_out="`preview` and `unfinished` by `Status` and `Finished`",
    to_know="Columns are named by the first row (`V8`, `Q1`); the texts of the second (`StartDate`) find them too.",
)
