"""JSON Lines, and one JSON array of objects: plain tables out of other systems.

What belongs here: one object per row, keys as columns, values as text.
What does not: what the columns mean; a single object or nested records, which are no table.

Objects may have different keys: the columns are all keys there are, in the order of their first appearance. A row
is numbered by its line, in an array by its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from pipelines.readers.limits import check_cell_lengths, check_characters, check_table_size
from pipelines.readers.raw import ROW_NUMBER, RawTable, unique_names
from pipelines.readers.refusal import FileRefused
from pipelines.readers.typed_cells import nested_column

FORMAT = "jsonl"
LARGEST_FILE = 256 * 1024**2
"""Bytes of a file; objects in memory take many times the room of their text."""
MOST_CELLS = 20_000_000
"""Rows times different keys."""

_OBJECT = re.compile(r'\s*\{\s*["}]')
_ARRAY = re.compile(r"\s*\[\s*[{\]]")
_EXPORT_AGAIN = "Write one object of plain values per line, or one array of them, in UTF-8, and bring that file"

Row = dict[str, str | None]


class _DoubledKeyError(ValueError):
    """An object names a key twice."""


def looks_alike(text: str) -> bool:
    """Whether the text begins with an object or an array of objects."""
    return bool(_OBJECT.match(text) or _ARRAY.match(text))


def read(text: str, file: str) -> RawTable:
    """The objects of the file, one row each, values as text.

    Numbers keep their digits but a trailing `.0`; `null`, `NaN` and empty texts are empty cells.

    Raises:
        FileRefused: `unreadable_file` where a line is no object, or names a key twice; `nested_column` where a
            value is a list or an object; `empty_file`; and the rules of `limits`.
    """
    numbered = list(_array(text, file) if _ARRAY.match(text) else _lines(text, file))
    keys = list(dict.fromkeys(key for _, row in numbered for key in row))
    if not keys:
        raise FileRefused(file, "empty_file", "it holds no cells", "Export the file again and bring that copy")
    check_table_size(file, len(numbered), len(keys), MOST_CELLS)
    names = unique_names(keys)
    try:
        columns = [
            pl.Series(name, [row.get(key) for _, row in numbered], dtype=pl.String())
            for key, name in zip(keys, names, strict=True)
        ]
    except UnicodeEncodeError:
        raise _unreadable(file, "it writes characters as escapes that stand for none") from None
    rows = pl.Series(ROW_NUMBER, [number for number, _ in numbered], dtype=pl.Int64())
    table = pl.DataFrame([*columns, rows])
    check_cell_lengths(table, 1, file)
    check_characters(table, 1, file)
    return RawTable(FORMAT, table, table.height)


def _lines(text: str, file: str) -> Iterator[tuple[int, Row]]:
    # Not `splitlines`, which also splits at separators that may stand inside a value.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _row(_parsed(line, f"line {number}", file), f"line {number}", file)


def _array(text: str, file: str) -> Iterable[tuple[int, Row]]:
    return [
        (number, _row(value, f"entry {number}", file))
        for number, value in enumerate(_parsed(text, "the array", file), start=1)
    ]


def _parsed(text: str, where: str, file: str) -> Any:
    try:
        return json.loads(
            text,
            parse_int=str,
            parse_float=_number,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except _DoubledKeyError:
        raise _unreadable(file, f"{where} has an object that names a key twice") from None
    except (ValueError, RecursionError):
        # The library's message may quote what it stumbled on.
        raise _unreadable(file, f"{where} is not whole JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _DoubledKeyError
    return found


def _row(value: Any, where: str, file: str) -> Row:
    if not isinstance(value, dict):
        raise _unreadable(file, f"{where} is not an object")
    return {key: _text(key, cell, file) for key, cell in value.items()}


def _text(key: str, cell: Any, file: str) -> str | None:
    if isinstance(cell, dict | list):
        raise nested_column(file, key)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell or None


def _number(digits: str) -> str:
    """The number as a cell shows it: without a trailing `.0` and without an exponent where it is whole."""
    number = float(digits)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else digits


def _constant(name: str) -> str | None:
    return None if name == "NaN" else name


def _unreadable(file: str, reason: str) -> FileRefused:
    return FileRefused(file, "unreadable_file", reason, _EXPORT_AGAIN)
