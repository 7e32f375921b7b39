"""A small export of every format that is read, its cells marked, and a source file that reads it.

Each has three responses with quotes, separators, line breaks and letters beyond ASCII in them. Every text of a
person holds `MARKER`, so that a test can tell whether one got out.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
import xlsxwriter

MARKER = "zqMARKERqz"
PEOPLE = (f"anna.{MARKER}@example.org", f"ben.{MARKER}@example.org", f"Åsa {MARKER}")
TEXTS = (f'{MARKER} said "yes", and;\n"no"', f"Größe\t{MARKER}", "")
SCORES = ("5", "4", "")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class SmallExport:
    """One export.

    Attributes:
        format: What it has to be recognised as.
        content: The file's bytes.
        person: Column of the person.
        time: Column of the time of answering.
        score: Column of the score.
    """

    format: str
    content: bytes
    person: str
    time: str
    score: str

    @property
    def source(self) -> str:
        """A source file that reads it, as TOML."""
        columns = {"person_id": self.person, "answered_at": self.time}
        named = "\n".join(f"{name} = {{ column = {json.dumps(column)} }}" for name, column in columns.items())
        return (
            f'format = "{self.format}"\nfiles = ["*"]\nday_order = "month_first"\n[[rows]]\ntable = "answers"\n'
            f'[rows.columns]\n{named}\nwave = {{ value = "baseline" }}\n'
            f"[rows.questions]\nusefulness = {{ column = {json.dumps(self.score)} }}\n"
        )


def _csv(rows: Rows, separator: str = ",", encoding: str = "utf-8", line_end: str = "\r\n") -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator=line_end).writerows(rows)
    return buffer.getvalue().encode(encoding)


def _workbook(rows: Rows, typed: Sequence[int] = ()) -> bytes:
    """A workbook of these rows; the columns at the positions `typed` hold a typed time instead."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        moment = book.add_format({"num_format": "m/d/yy h:mm:ss"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if number and place in typed:
                    sheet.write_datetime(number, place, dt.datetime(2026, 1, 5, 9, number), moment)  # noqa: DTZ001
                else:
                    sheet.write(number, place, cell)
    return buffer.getvalue()


def _rows(*cells: Callable[[int], str]) -> list[list[str]]:
    """Three rows; each of `cells` gives the text of its column in the row 0, 1, 2."""
    return [[cell(number) for cell in cells] for number in range(3)]


def _person(number: int) -> str:
    return PEOPLE[number]


def _score(number: int) -> str:
    return SCORES[number]


def _text(number: int) -> str:
    return TEXTS[number]


def _iso(number: int) -> str:
    return f"2026-01-05 09:1{number}:00"


def _slashes(number: int) -> str:
    return f"1/15/2026 9:1{number}:00"


def _same(text: str) -> Callable[[int], str]:
    return lambda _: text


def _google_sheet() -> SmallExport:
    rows = [["Timestamp", "Who?", "How useful?", "Why?"], *_rows(_slashes, _person, _score, _text)]
    return SmallExport("google_forms", _csv(rows), "Who?", "Timestamp", "How useful?")


def _google_download() -> SmallExport:
    time = _same("2026/01/15 4:53:36 PM UTC+3")
    rows = [["Erfasst", "Who?", "How useful?", "Why?"], *_rows(time, _person, _score, _text)]
    return SmallExport("google_forms", _csv(rows), "Who?", "Erfasst", "How useful?")


def _microsoft() -> SmallExport:
    headings = ["ID", "Start time", "Completion time", "Email", "Name", "How\nuseful?"]
    rows = [headings, *_rows(str, _iso, _iso, _person, _text, _score)]
    return SmallExport("microsoft_forms", _workbook(rows, (1, 2)), "Email", "Completion time", "How useful?")


def _microsoft_saved_as_csv() -> SmallExport:
    headings = ["ID", "Startzeit", "Fertigstellungszeit", "Email", "Größe?", "How useful?"]
    rows = [headings, *_rows(str, _slashes, _slashes, _person, _text, _score)]
    content = _csv(rows, ";", "cp1252")
    return SmallExport("microsoft_forms", content, "Email", "Fertigstellungszeit", "How useful?")


def _qualtrics() -> SmallExport:
    ids = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId"]
    rows = [
        [*ids, "RecipientEmail", "Q1", "Q2"],
        [*ids, "Recipient Email", "How useful\nwas it?", "Why?"],
        [f'{{"ImportId":"{name}"}}' for name in (*ids, "recipientEmail", "QID1", "QID2_TEXT")],
        *_rows(
            _iso,
            _iso,
            lambda number: ("IP Address", "Survey Preview", "0")[number],
            _same(MARKER),
            _same("100"),
            lambda number: ("True", "1", "False")[number],
            _iso,
            lambda number: f"R_{number}",
            _person,
            _score,
            _text,
        ),
    ]
    return SmallExport("qualtrics", _csv(rows), "RecipientEmail", "RecordedDate", "Q1")


def _qualtrics_legacy() -> SmallExport:
    rows = [
        ["V1", "V2", "V3", "V4", "V5", "V9", "Q1", ""],
        [
            "ResponseID",
            "ResponseSet",
            "Name",
            "ExternalDataReference",
            "EndDate",
            "Finished",
            "How useful?",
            "",
        ],
        *_rows(
            lambda number: f"R_{number}",
            _same("Default Response Set"),
            _text,
            _person,
            _iso,
            _same("1"),
            _score,
            _same(""),
        ),
    ]
    return SmallExport("qualtrics_legacy", _csv(rows, encoding="utf-8-sig"), "V4", "V5", "Q1")


def _limesurvey() -> SmallExport:
    headings = [
        "id. Response ID",
        "submitdate. Date submitted",
        "lastpage. Last page",
        "startlanguage. Language",
    ]
    rows = [
        [*headings, "token. Token", "Q1. How useful?", "Q2[SQ1]. Why? [a]"],
        *_rows(str, _iso, _same("3"), _same("en"), _person, lambda number: ("5", "N/A", "")[number], _text),
    ]
    content = _csv(rows, ";", "utf-8-sig")
    return SmallExport("limesurvey", content, "token", "submitdate", "Q1")


def _surveymonkey() -> SmallExport:
    own = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "IP Address",
        "Email Address",
        "First Name",
    ]
    rows = [
        [*own, "How useful?", "", "Why?"],
        [*[""] * len(own), "Response", "Other (please specify)", "Open-Ended Response"],
        *_rows(str, _same("44"), _slashes, _slashes, _same(MARKER), _person, _text, _score, _text, _text),
    ]
    content = _csv(rows, encoding="cp1252")
    return SmallExport("surveymonkey", content, "Email Address", "End Date", "How useful?")


def _typeform() -> SmallExport:
    own = ["Response Type", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    kind = ("completed", "partial", "completed")
    rows = [
        ["#", "Who?", "<b>How</b> useful?", "Other", "Other", *own],
        *_rows(str, _person, _score, _text, _text, kind.__getitem__, _iso, _iso, _same(MARKER)),
    ]
    return SmallExport("typeform", _csv(rows), "Who?", "Submit Date (UTC)", "<b>How</b> useful?")


_PLAIN = ["person", "when", "score", "note"]


def _plain(separator: str) -> Callable[[], SmallExport]:
    def build() -> SmallExport:
        rows = [_PLAIN, *_rows(_person, _iso, _score, _text)]
        return SmallExport("csv", _csv(rows, separator, line_end="\n"), "person", "when", "score")

    return build


def _plain_workbook() -> SmallExport:
    content = _workbook([_PLAIN, *_rows(_person, _iso, _score, _text)], (1,))
    return SmallExport("xlsx", content, "person", "when", "score")


def _parquet() -> SmallExport:
    buffer = io.BytesIO()
    frame = pl.DataFrame(_rows(_person, _iso, _score, _text), schema=_PLAIN, orient="row")
    frame.with_columns(pl.col("score").cast(pl.Float64, strict=False)).write_parquet(buffer)
    return SmallExport("parquet", buffer.getvalue(), "person", "when", "score")


def _objects() -> list[dict[str, str]]:
    return [dict(zip(_PLAIN, row, strict=True)) for row in _rows(_person, _iso, _score, _text)]


def _json_lines() -> SmallExport:
    content = "\n".join(json.dumps(row) for row in _objects()).encode()
    return SmallExport("jsonl", content, "person", "when", "score")


def _json_array() -> SmallExport:
    content = json.dumps(_objects(), ensure_ascii=False, indent=1).encode()
    return SmallExport("jsonl", content, "person", "when", "score")


def _calendar() -> SmallExport:
    event = (
        "BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:"
        + MARKER
        + "\r\nDTSTART;TZID=Europe/Berlin:20260105T090000\r\n"
        "DTEND;TZID=Europe/Berlin:20260105T110000\r\nCREATED:20260101T080000Z\r\nSEQUENCE:4\r\n"
        "ORGANIZER;CN=A:mailto:{person}\r\nATTENDEE;CUTYPE=ROOM:mailto:room@example.org\r\n{repeats}END:VEVENT\r\n"
    )
    repeats = (
        "",
        "RRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;TZID=Europe/Berlin:20260112T090000\r\n",
        "STATUS:CANCELLED\r\n",
    )
    events = "".join(
        event.format(number=number, person=PEOPLE[number], repeats=repeats[number]) for number in range(3)
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{events}END:VCALENDAR\r\n"
    return SmallExport("ics", text.encode(), "organizer", "start", "sequence")


BUILDERS: dict[str, Callable[[], SmallExport]] = {
    "google_sheet": _google_sheet,
    "google_download": _google_download,
    "microsoft": _microsoft,
    "microsoft_saved_as_csv": _microsoft_saved_as_csv,
    "qualtrics": _qualtrics,
    "qualtrics_legacy": _qualtrics_legacy,
    "limesurvey": _limesurvey,
    "surveymonkey": _surveymonkey,
    "typeform": _typeform,
    "csv": _plain(","),
    "semicolons": _plain(";"),
    "tabs": _plain("\t"),
    "bars": _plain("|"),
    "xlsx": _plain_workbook,
    "parquet": _parquet,
    "json_lines": _json_lines,
    "json_array": _json_array,
    "ics": _calendar,
}
