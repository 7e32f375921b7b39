"""From the bytes of a delimited text file to its cells: encoding, separator, quoting.

What belongs here: everything that can differ between CSV files of the same content.
What does not: what the headings mean, or which tool wrote the file (`recognise`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import polars as pl
from charset_normalizer import from_bytes
from polars.exceptions import PolarsError

from pipelines.readers.raw import Cells
from pipelines.readers.refusal import FileRefused

SEPARATORS = (",", ";", "\t", "|")
SNIFFED_RECORDS = 50
SNIFFED_BYTES = 300_000
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a]")
UNREADABLE = "Export it again as CSV in UTF-8, with quotes around texts and no separators at line ends"

# Encodings spreadsheets save in, the likeliest first. DOS pages are left out: they fit by accident.
_CODE_PAGES = (
    "cp1252",
    "mac_roman",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "cp1255",
    "cp1256",
    "cp1258",
    "cp932",
    "cp936",
    "cp949",
    "cp950",
    "gb18030",
    "mac_latin2",
)
_WORD_ENDS = re.compile(rb"[\x00-\x26\x28-\x2c\x2e-\x40]+")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def decode(data: bytes) -> str | None:
    """The text of a file; `None` where no encoding gives plain text.

    A byte-order mark decides, then UTF-8; only then is the encoding inferred from the bytes that are not ASCII,
    because a wrong guess would silently change names.
    """
    text = _decoded(data)
    return None if text is None or CONTROL.search(text) else text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decoded_as(data, encoding)
    text = _decoded_as(data, "utf-8")
    return text if text is not None else _inferred(data)


def _decoded_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _inferred(data: bytes) -> str | None:
    """The text in the code page that fits the words that are not ASCII; of equals the one Excel writes most."""
    words = (word for word in _WORD_ENDS.split(data) if not word.isascii())
    telling = b"\n".join(dict.fromkeys(words))[:SNIFFED_BYTES]
    found = from_bytes(telling, cp_isolation=list(_CODE_PAGES))
    best = found.best()
    if best is None:
        return None
    equals = [
        match.encoding for match in found if (match.chaos, match.coherence) == (best.chaos, best.coherence)
    ]
    return _decoded_as(data, min(equals, key=_CODE_PAGES.index))


def read_cells(text: str, file: str) -> Cells:
    """The cells of a delimited text.

    Args:
        text: Content of the file, decoded.
        file: Name of the file, for the refusal.

    Raises:
        FileRefused: `unreadable_file` where quoting is broken or a row has more cells than the first.
    """
    content = text if "\n" in text else text.replace("\r", "\n")
    body = content.lstrip("\r\n")
    first_row = 1 + content[: len(content) - len(body)].count("\n")
    declared = re.match(r"sep=(.)\r?\n", body, re.IGNORECASE)
    if declared:  # Excel's own way of naming the separator, in a line of its own
        return Cells(_parsed(body[declared.end() :], declared[1], file), first_row + 1, "delimited")
    return Cells(_parsed(body, separator_of(body), file), first_row, "delimited")


def separator_of(text: str) -> str:
    """The separator under which the first records agree best on how many cells they have.

    Reading with the wrong separator does not fail: a comma inside the questions of a semicolon file splits it
    into records of many widths. So the share of records as wide as the first decides, then the width.
    """
    return max(SEPARATORS, key=lambda separator: _agreement(text, separator))


def _agreement(text: str, separator: str) -> tuple[float, int]:
    records = csv.reader(io.StringIO(text[:SNIFFED_BYTES], newline=""), delimiter=separator)
    widths: list[int] = []
    try:
        for record in records:
            if record:
                widths.append(len(record))
            if len(widths) == SNIFFED_RECORDS:
                break
    except csv.Error:
        return (0.0, 0)
    if not widths or widths[0] == 1:
        return (0.0, 0)
    return (Counter(widths)[widths[0]] / len(widths), widths[0])


def _parsed(text: str, separator: str, file: str) -> pl.DataFrame:
    if not text:
        return pl.DataFrame()
    try:
        frame = pl.read_csv(
            text.encode("utf-8"),
            separator=separator,
            has_header=False,
            infer_schema=False,
            quote_char='"',
        )
    except PolarsError:
        # The library's message quotes the cells it stumbled on; ours must not.
        raise FileRefused(file, "unreadable_file", _what_is_wrong(text, separator), UNREADABLE) from None
    return frame.with_columns(pl.all().replace("", None))


def _what_is_wrong(text: str, separator: str) -> str:
    width = 0
    try:
        for number, record in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1
        ):
            width = width or len(record)
            if len(record) > width:
                return f"row {number} has {len(record)} cells where the headings have {width}"
    except csv.Error:
        pass
    return "its quotes do not match"
