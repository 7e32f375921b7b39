"""Which export format a file has, told by marks inside it, and the one door to the readers.

What belongs here: opening a file once, asking every format for its marks, refusing what cannot be read.
What does not: the marks themselves (each format's module) or which source file applies (`source_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipelines.readers import calendar, delimited, google_forms, microsoft_forms, plain, workbook
from pipelines.readers.export_format import ExportFormat
from pipelines.readers.other_tools import OTHER_TOOLS, TOOL_NAMES
from pipelines.readers.raw import Cells, RawTable
from pipelines.readers.refusal import FileRefused

# Survey tools whose exports are read, each recognised by its own marks.
TOOLS: tuple[ExportFormat, ...] = (google_forms.EXPORT, microsoft_forms.EXPORT)
READ_FORMATS = (*(tool.name for tool in TOOLS), "csv", "xlsx", "ics")

_MARKS: Mapping[str, Callable[[Cells], tuple[str, ...]]] = {
    **{tool.name: tool.marks for tool in TOOLS},
    **OTHER_TOOLS,
}
_READERS: Mapping[str, Callable[[Cells, str], RawTable]] = {
    **{tool.name: tool.read for tool in TOOLS},
    "csv": plain.read,
    "xlsx": plain.read,
}
_BINARY_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook or one locked by a password"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip package without a workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format and the marks it was told by.

    Attributes:
        format: `google_forms`, `microsoft_forms`, `csv`, `xlsx`, `ics`; `qualtrics`, `qualtrics_legacy`,
            `surveymonkey`, `typeform`, `limesurvey`, which are refused by name; or `unknown`.
        seen: What in the file spoke for it, in words; never a value of a person.
    """

    format: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file's content: cells, or the text of a calendar, or why there is neither."""

    cells: Cells | None = None
    calendar: str | None = None
    rule: str = ""
    reason: str = ""


def recognise(path: Path) -> Recognised:
    """The format of a file by its marks, whatever its name says.

    Raises:
        FileRefused: `two_formats_fit` where two tools' marks are seen; `unreadable_file` where the file is
            delimited text or a workbook, but broken.
    """
    return _recognised(_opened(path), path.name)


def read_export(path: Path, *, window: timedelta = calendar.DEFAULT_WINDOW) -> RawTable:
    """The table in an export.

    Args:
        path: The file.
        window: How far a calendar series without an end is followed from its first start.

    Raises:
        FileRefused: `empty_file`, `unreadable_file`, `two_formats_fit`, or `format_not_read` for a survey tool
            that is recognised and not read.
    """
    opened = _opened(path)
    if opened.rule:
        raise FileRefused(path.name, opened.rule, opened.reason, "Export the file again and bring that copy")
    if opened.calendar is not None:
        return calendar.read(opened.calendar, path.name, window)
    recognised = _recognised(opened, path.name)
    if opened.cells is None or recognised.format not in _READERS:
        raise _not_read(path.name, recognised)
    return _READERS[recognised.format](opened.cells, path.name)


def _opened(path: Path) -> _Opened:
    if workbook.is_workbook(path):
        return _filled(workbook.read_cells(path))
    data = path.read_bytes()
    for start, what in _BINARY_STARTS:
        if data.startswith(start):
            return _Opened(rule="unreadable_file", reason=f"it is {what}, which is not read")
    text = delimited.decode(data)
    if text is None:
        return _Opened(rule="unreadable_file", reason="its content is not text in any known encoding")
    if text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        return _Opened(calendar=text)
    if text.lstrip()[:1] in ("<", "{"):
        return _Opened(rule="unreadable_file", reason="it is a web page or JSON, not a table")
    return _filled(delimited.read_cells(text, path.name)) if text.strip() else _filled(None)


def _filled(cells: Cells | None) -> _Opened:
    if cells is None or cells.frame.is_empty():
        return _Opened(rule="empty_file", reason="it holds no cells")
    return _Opened(cells=cells)


def _recognised(opened: _Opened, file: str) -> Recognised:
    if opened.calendar is not None:
        return Recognised("ics", ("begins with `BEGIN:VCALENDAR`",))
    if opened.cells is None:
        return Recognised("unknown", (opened.reason,))
    cells = opened.cells
    fitting = {name: seen for name, marks in _MARKS.items() if (seen := marks(cells))}
    if len(fitting) > 1:
        marks_seen = "; ".join(f"{name}: {', '.join(seen)}" for name, seen in fitting.items())
        raise FileRefused(
            file,
            "two_formats_fit",
            f"it has the marks of two tools ({marks_seen})",
            "Export it again from one tool",
        )
    for name, seen in fitting.items():
        return Recognised(name, seen)
    return Recognised(plain.format_of(cells), ("a table without the marks of a survey tool",))


def _not_read(file: str, recognised: Recognised) -> FileRefused:
    tool = TOOL_NAMES.get(recognised.format, recognised.format)
    return FileRefused(
        file,
        "format_not_read",
        f"it is an export of {tool} ({', '.join(recognised.seen)}), which this version does not read",
        "Collect these answers with Google Forms or Microsoft Forms, or bring them as a plain table"
        " with one heading row",
    )
