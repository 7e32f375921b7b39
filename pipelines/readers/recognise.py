"""Which export format a file has, told by marks inside it, and the one door to the readers.

What belongs here: opening a file once, asking every format for its marks, refusing what cannot be read.
What does not: the marks themselves (each format's module) or which source file applies (`source_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipelines.readers import (
    calendar,
    delimited,
    google_forms,
    json_lines,
    limesurvey,
    microsoft_forms,
    parquet,
    plain,
    qualtrics,
    surveymonkey,
    typeform,
    workbook,
)
from pipelines.readers.export_format import ExportFormat
from pipelines.readers.limits import check_file_size
from pipelines.readers.raw import Cells, RawTable
from pipelines.readers.refusal import FileRefused

# Survey tools whose exports are read, each recognised by its own marks.
TOOLS: tuple[ExportFormat, ...] = (
    google_forms.EXPORT,
    microsoft_forms.EXPORT,
    qualtrics.EXPORT,
    qualtrics.LEGACY_EXPORT,
    limesurvey.EXPORT,
    surveymonkey.EXPORT,
    typeform.EXPORT,
)
READ_FORMATS = (
    *(tool.name for tool in TOOLS),
    "csv",
    "xlsx",
    parquet.FORMAT,
    json_lines.FORMAT,
    calendar.FORMAT,
)

_READERS: Mapping[str, Callable[[Cells, str], RawTable]] = {
    **{tool.name: tool.read for tool in TOOLS},
    "csv": plain.read,
    "xlsx": plain.read,
}
_START_BYTES = 1 << 16
_AGAIN = "Export the file again and bring that copy"
_AS_CSV = "Export it as CSV or .xlsx and bring that file"
_UNPACK = "Unpack it and bring the file inside"
# How files that are no tables begin: what they are, and what to do.
_BINARY_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old .xls workbook or one locked by a password",
        "Save it as .xlsx without a password",
    ),
    (b"PK\x03\x04", "a zip package without a workbook", _UNPACK),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"$FL2", "an SPSS file", _AS_CSV),
    (b"SQLite format 3", "a database", _AS_CSV),
    (b"%PDF", "a PDF", _AS_CSV),
    (b"\x89PNG", "a picture", _AS_CSV),
    (b"\xff\xd8\xff", "a picture", _AS_CSV),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format and the marks it was told by.

    Attributes:
        format: One of `READ_FORMATS`, or `unknown`.
        seen: What in the file spoke for it, in words; never a value of a person.
    """

    format: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file's content: cells, or a container that is its own format, or why there is neither."""

    cells: Cells | None = None
    own: Recognised | None = None
    read: Callable[[timedelta], RawTable] | None = None
    rule: str = ""
    reason: str = ""
    remedy: str = _AGAIN


def recognise(path: Path) -> Recognised:
    """The format of a file by its marks, whatever its name says.

    Raises:
        FileRefused: `two_formats_fit` where two tools' marks are seen; `unreadable_file` where the file is
            delimited text or a workbook, but broken; and the rules of `limits` and `package`.
    """
    return _recognised(_opened(path), path.name)


def read_export(path: Path, *, window: timedelta = calendar.DEFAULT_WINDOW) -> RawTable:
    """The table in an export.

    Args:
        path: The file.
        window: How far a calendar series without an end is followed from its first start.

    Raises:
        FileRefused: `empty_file`, `unreadable_file`, `two_formats_fit`, the rules of `limits` and `package`, and
            those of the format's reader.
    """
    opened = _opened(path)
    if opened.read is not None:
        return opened.read(window)
    if opened.cells is None:
        raise FileRefused(path.name, opened.rule, opened.reason, opened.remedy)
    return _READERS[_recognised(opened, path.name).format](opened.cells, path.name)


def _opened(path: Path) -> _Opened:
    check_file_size(path)
    if workbook.is_workbook(path):
        return _filled(workbook.read_cells(path))
    with path.open("rb") as file:
        begins = file.read(16)
    if begins.startswith(parquet.MAGIC):
        return _own(parquet.FORMAT, "begins with `PAR1`", lambda _: parquet.read(path))
    for start, what, remedy in _BINARY_STARTS:
        if begins.startswith(start):
            return _Opened(rule="unreadable_file", reason=f"it is {what}, which is not read", remedy=remedy)
    return _opened_text(path)


def _opened_text(path: Path) -> _Opened:
    text = delimited.as_utf8(path.read_bytes())
    if text is None:
        reason = "it is no plain text: it has NUL or other control characters, or no known encoding fits"
        return _Opened(rule="unreadable_file", reason=reason, remedy=_AS_CSV)
    start = delimited.beginning(text, _START_BYTES)
    if start.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        return _own(
            calendar.FORMAT,
            "begins with `BEGIN:VCALENDAR`",
            lambda window: calendar.read(text.decode("utf-8"), path.name, window),
        )
    if json_lines.looks_alike(start):
        check_file_size(path, json_lines.LARGEST_FILE)
        return _own(
            json_lines.FORMAT,
            "begins with a JSON object",
            lambda _: json_lines.read(text.decode("utf-8"), path.name),
        )
    if start.lstrip()[:1] in ("<", "{"):
        return _Opened(
            rule="unreadable_file", reason="it is a web page or rich text, not a table", remedy=_AS_CSV
        )
    # The whole is looked at only where it begins blank.
    if start.strip() or text.decode("utf-8").strip():
        return _filled(delimited.read_cells(text, path.name))
    return _filled(None)


def _own(name: str, seen: str, read: Callable[[timedelta], RawTable]) -> _Opened:
    return _Opened(own=Recognised(name, (seen,)), read=read)


def _filled(cells: Cells | None) -> _Opened:
    if cells is None or cells.frame.is_empty():
        return _Opened(rule="empty_file", reason="it holds no cells")
    return _Opened(cells=cells)


def _recognised(opened: _Opened, file: str) -> Recognised:
    if opened.own is not None:
        return opened.own
    if opened.cells is None:
        return Recognised("unknown", (opened.reason,))
    cells = opened.cells
    fitting = {tool.name: seen for tool in TOOLS if (seen := tool.marks(cells))}
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
