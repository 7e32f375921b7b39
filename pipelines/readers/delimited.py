"""From the bytes of a delimited text file to its cells: encoding, separator, quoting.

What belongs here: everything that can differ between CSV files of the same content.
What does not: what the headings mean, or which tool wrote the file (`recognise`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

import polars as pl
from charset_normalizer import from_bytes
from polars.exceptions import PolarsError

from pipelines.readers.limits import CONTROL_BYTES, check_cell_lengths, check_table_size
from pipelines.readers.raw import Cells
from pipelines.readers.refusal import FileRefused

SEPARATORS = (",", ";", "\t", "|")
SNIFFED_RECORDS = 50
SNIFFED_BYTES = 300_000
# The first record of a table with as many columns as there may be has to fit.
HEADING_BYTES = 4_000_000
BLOCK = 1 << 20
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
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(data: bytes) -> bytes | None:
    """The text of a file as UTF-8, without a byte-order mark; `None` where no encoding gives plain text.

    A byte-order mark decides, then UTF-8; only then is the encoding inferred from the bytes that are not ASCII,
    because a wrong guess would silently change names. Text stays bytes: as a `str`, one dash doubles its memory.
    """
    text = _converted(data)
    return None if text is None or _has_control(text) else text


def _converted(data: bytes) -> bytes | None:
    if data.startswith(codecs.BOM_UTF8):
        text = data.removeprefix(codecs.BOM_UTF8)
        return text if _is_utf8(text) else None
    if _is_utf8(data):
        return data
    decoded = _decoded_as(data, "utf-16") if data.startswith(_UTF_16_MARKS) else _inferred(data)
    return None if decoded is None else decoded.encode("utf-8")


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), BLOCK):
            decoder.decode(data[start : start + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_control(text: bytes) -> bool:
    blocks = (text[start : start + BLOCK] for start in range(0, len(text), BLOCK))
    return any(len(block.translate(None, CONTROL_BYTES)) < len(block) for block in blocks)


def _decoded_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _inferred(data: bytes) -> str | None:
    """The text in the code page that fits the words that are not ASCII; of equals the one Excel writes most."""
    # A sign that stands alone, as the euro's, is a letter in every other page and tells nothing.
    words = [word for word in _WORD_ENDS.split(data) if not word.isascii() and len(word) > 1]
    if not words:
        return _decoded_as(data, _CODE_PAGES[0])
    telling = b"\n".join(dict.fromkeys(words))[:SNIFFED_BYTES]
    found = from_bytes(telling, cp_isolation=list(_CODE_PAGES))
    best = found.best()
    if best is None:
        return None
    equals = [match for match in found if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    # Pages under which these words read the same are one match, called by any of them.
    pages = {page for match in equals for page in match.could_be_from_charset if page in _CODE_PAGES}
    decoded = (_decoded_as(data, page) for page in sorted(pages, key=_CODE_PAGES.index))
    return next((text for text in decoded if text is not None), None)


def read_cells(text: bytes, file: str) -> Cells:
    """The cells of a delimited text.

    Args:
        text: Content of the file in UTF-8.
        file: Name of the file, for the refusal.

    Raises:
        FileRefused: `unreadable_file` where quoting is broken or a row has more cells than the first;
            `too_many_columns`, `file_too_large` or `cell_too_large` beyond the bounds of `limits`.
    """
    content = text if b"\n" in text else text.replace(b"\r", b"\n")
    body = content.lstrip(b"\r\n")
    first_row = 1 + content[: len(content) - len(body)].count(b"\n")
    declared = re.match(rb"sep=([!#-~\t])\r?\n", body, re.IGNORECASE)
    if declared:  # Excel's own way of naming the separator, in a line of its own
        return _cells(body[declared.end() :], declared[1].decode(), first_row + 1, file)
    return _cells(body, separator_of(body), first_row, file)


def _cells(text: bytes, separator: str, first_row: int, file: str) -> Cells:
    check_table_size(file, text.count(b"\n") + 1, _width(text, separator))
    frame = _parsed(text, separator, file)
    check_cell_lengths(frame, first_row, file)
    return Cells(frame, first_row, "delimited")


def beginning(text: bytes, n_bytes: int) -> str:
    """The first so many bytes of a text in UTF-8, without a character cut through."""
    return text[:n_bytes].decode("utf-8", errors="ignore")


def _width(text: bytes, separator: str) -> int:
    """How many cells the first record has; 1 where it cannot be told, which the parser then refuses."""
    heading = io.StringIO(beginning(text, HEADING_BYTES), newline="")
    try:
        return len(next(csv.reader(heading, delimiter=separator), ())) or 1
    except csv.Error:
        return 1


def separator_of(text: bytes) -> str:
    """The separator under which the first records agree best on how many cells they have.

    Reading with the wrong separator does not fail: a comma inside the questions of a semicolon file splits it
    into records of many widths. So the share of records as wide as the first decides, then the width.
    """
    start = beginning(text, SNIFFED_BYTES)
    return max(SEPARATORS, key=lambda separator: _agreement(start, separator))


def _agreement(text: str, separator: str) -> tuple[float, int]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    widths: list[int] = []
    try:
        for record in records:
            if record:
                widths.append(len(record))
            if len(widths) == SNIFFED_RECORDS:
                break
    except csv.Error:  # a cell beyond all bounds: the records above it tell
        pass
    if not widths or widths[0] == 1:
        return (0.0, 0)
    return (Counter(widths)[widths[0]] / len(widths), widths[0])


def _parsed(text: bytes, separator: str, file: str) -> pl.DataFrame:
    if not text:
        return pl.DataFrame()
    try:
        frame = pl.read_csv(
            text,
            separator=separator,
            has_header=False,
            infer_schema=False,
            quote_char='"',
        )
    except PolarsError:
        # The library's message quotes the cells it stumbled on; ours must not.
        raise FileRefused(file, "unreadable_file", _what_is_wrong(text, separator), UNREADABLE) from None
    return frame.with_columns(pl.all().replace("", None))


def _what_is_wrong(text: bytes, separator: str) -> str:
    width = 0
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    try:
        for number, record in enumerate(csv.reader(lines, delimiter=separator), start=1):
            width = width or len(record)
            if len(record) > width:
                return f"row {number} has {len(record)} cells where the headings have {width}"
    except csv.Error:
        pass
    return "its quotes do not match"
