"""How much an XLSX package unfolds to, measured before a reader of workbooks opens it.

What belongs here: the bounds on a package and on the extent of its sheets.
What does not: the cells themselves (`workbook`).

A workbook is a zip archive: a few kilobytes can unfold to gigabytes, two cells at the far corners of a sheet make
a reader lay out all the cells between them, and one text may be shown in a million cells. The sizes a package
declares are not trusted.
"""

from __future__ import annotations

import copy
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipelines.readers.limits import MOST_COLUMNS
from pipelines.readers.refusal import FileRefused

LARGEST_UNFOLDED = 512 * 1024**2
"""Bytes of all parts of a package together."""
LARGEST_RATIO = 200
"""Times its own size a package may unfold to; sheets of real answers stay below 40."""
UNSUSPICIOUS = 16 * 1024**2
"""Bytes up to which the ratio does not matter."""
MOST_CELLS_OF_A_SHEET = 20_000_000
"""Rows times columns from the sheet's corner to its last cell."""
LARGEST_TEXTS = 2 * 1024**3
"""Bytes of the texts of all cells, each counted as often as it is shown."""

# What Python's reader of archives raises on damaged or encrypted ones.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
)

_PIECE = 1024**2
_ENDLESS = 2**62
# A cell's or row's place as sheets write it: r="AB12", r="12".
_PLACE_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)")
_PLACE_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]+)")
_ROW_WITHOUT_PLACE = re.compile(rb"<row(?=[\s/>])(?![^>]*\sr\s*=)")
_CELL_WITHOUT_PLACE = re.compile(rb"<c(?=[\s/>])(?![^>]*\sr\s*=)")
_LONGEST_TAG = 65_536
_SHARED_TEXTS, _TEXT_END = "xl/sharedStrings.xml", b"</si>"
# A cell whose value is the place of a text among the shared ones.
_REFERENCE = re.compile(rb"""\st\s*=\s*["']s["'][^>]*>\s*<v[^>]*>\s*([0-9]+)""")


def check_package(path: Path) -> None:
    """Refuse a package that unfolds to too much, or whose sheets span too many cells or repeat too much text.

    Raises:
        FileRefused: `package_too_large`.
        zipfile.BadZipFile: And others of `BROKEN`, where the package is damaged.
    """
    texts = _Texts()
    largest = min(LARGEST_UNFOLDED, max(UNSUSPICIOUS, LARGEST_RATIO * path.stat().st_size))
    n_bytes = 0
    with zipfile.ZipFile(path) as package:
        for part in package.infolist():
            extent = _Extent()
            for piece in _unfolded(package, part):
                n_bytes += len(piece)
                if n_bytes > largest:
                    raise _too_large(path, f"it unfolds to more than {largest:,} bytes")
                extent.add(piece)
                texts.add(piece, part.filename)
            if extent.n_columns > MOST_COLUMNS or extent.n_rows * extent.n_columns > MOST_CELLS_OF_A_SHEET:
                raise _too_large(path, f"a sheet spans {extent.n_rows:,} rows and {extent.n_columns:,} columns")
    if texts.n_bytes > LARGEST_TEXTS:
        raise _too_large(path, f"the texts of its cells come to {texts.n_bytes:,} bytes")


def _unfolded(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, piece by piece, whatever size the package declares for it."""
    undeclared = copy.copy(part)
    undeclared.file_size = _ENDLESS
    with package.open(undeclared) as content:
        while piece := content.read(_PIECE):
            yield piece


class _Texts:
    """How much the texts of all cells come to: each stands once in a package and may be in any number of cells."""

    def __init__(self) -> None:
        self._lengths: list[int] = []
        self._length_so_far = 0
        self._times: Counter[bytes] = Counter()
        self._before: dict[str, bytes] = {}

    def add(self, piece: bytes, part: str) -> None:
        content = self._before.get(part, b"") + piece
        if part == _SHARED_TEXTS:
            self._add_texts(content)
            self._before[part] = piece[-len(_TEXT_END) + 1 :]
        else:
            # The cell at the end may go on in the next piece.
            end = content.rfind(b"<c")
            self._times.update(_REFERENCE.findall(content[:end]))
            self._before[part] = content[max(end, 0) :][-_LONGEST_TAG:]

    def _add_texts(self, content: bytes) -> None:
        first, *others = content.split(_TEXT_END)
        self._length_so_far += len(first)
        if others:
            self._lengths += [self._length_so_far, *map(len, others[:-1])]
            self._length_so_far = len(others[-1])

    @property
    def n_bytes(self) -> int:
        """Bytes of the cells, markup of their texts included; the last cell of a sheet may be missing."""
        known = ((int(place), times) for place, times in self._times.items() if len(place) < 10)
        return sum(self._lengths[place] * times for place, times in known if place < len(self._lengths))


class _Extent:
    """How far a sheet reaches, told from its pieces in their order; never less than a reader lays out.

    Rows and cells may name their place or follow the one before, and both count. Other parts of a package have
    neither and reach nowhere.
    """

    def __init__(self) -> None:
        self._highest_row = self._rows_without_place = 0
        self._highest_column = self._most_without_place = self._in_this_row = 0
        self._open_tag = b""

    @property
    def n_rows(self) -> int:
        return self._highest_row + self._rows_without_place

    @property
    def n_columns(self) -> int:
        return max(self._highest_column + self._most_without_place, 1)

    def add(self, piece: bytes) -> None:
        content = self._open_tag + piece
        # The tag at the end may go on in the next piece.
        self._open_tag = content[content.rfind(b"<") :][-_LONGEST_TAG:]
        rows, columns = set(_PLACE_ROW.findall(content)), set(_PLACE_COLUMN.findall(content))
        self._highest_row = max(self._highest_row, *map(_number, rows), 0)
        self._highest_column = max(self._highest_column, *map(_column, columns), 0)
        self._rows_without_place += len(_ROW_WITHOUT_PLACE.findall(content))
        if _CELL_WITHOUT_PLACE.search(content):
            self._count_cells_in_rows(content)

    def _count_cells_in_rows(self, content: bytes) -> None:
        for number, row in enumerate(content.split(b"<row")):
            before = self._in_this_row if number == 0 else 0
            self._in_this_row = before + len(_CELL_WITHOUT_PLACE.findall(row))
            self._most_without_place = max(self._most_without_place, self._in_this_row)


def _number(digits: bytes) -> int:
    return int(digits) if len(digits) <= 7 else 10**9


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, XFD is 16,384."""
    if len(letters) > 3:
        return MOST_COLUMNS + 1
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(path: Path, reason: str) -> FileRefused:
    return FileRefused(
        path.name,
        "package_too_large",
        f"{reason}, though it has {path.stat().st_size:,} bytes as a file",
        "Copy the rows that count into a new workbook, or save the sheet as CSV, and bring that",
    )
