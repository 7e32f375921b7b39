"""Parquet: plain tables out of other systems, such as rosters and session logs.

What belongs here: the one table in the file, its typed columns as text.
What does not: what the columns mean; exports of survey tools, which never come as Parquet.

A few kilobytes of Parquet can stand for billions of rows, so the file's own account of itself is read first.
Rows are numbered from 1, as the file has no row of headings.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from polars.exceptions import PolarsError

from pipelines.readers.limits import check_cell_lengths, check_characters, check_table_size
from pipelines.readers.raw import ROW_NUMBER, RawTable, unique_names
from pipelines.readers.refusal import FileRefused
from pipelines.readers.typed_cells import nested_column, text_of

FORMAT = "parquet"
MAGIC = b"PAR1"

LARGEST_UNFOLDED = 4 * 1024**3
"""Bytes of all columns, unpacked, as the file declares them, and of all texts where they repeat."""


def read(path: Path) -> RawTable:
    """The rows of the file, each column as text.

    Raises:
        FileRefused: `unreadable_file` where it is damaged, `empty_file` where it has no columns,
            `nested_column` or `unreadable_column` where a column has no text, and the rules of `limits`.
    """
    frame = _frame(path)
    if frame.width == 0:
        raise FileRefused(
            path.name, "empty_file", "it has no columns", "Export the file again and bring that copy"
        )
    texts = [text_of(column, path.name) for column in frame.get_columns()]
    named = [text.alias(name) for text, name in zip(texts, unique_names(frame.columns), strict=True)]
    rows = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True).alias(ROW_NUMBER)
    table = pl.DataFrame([*named, rows])
    check_cell_lengths(table, 1, path.name)
    check_characters(table, 1, path.name)
    return RawTable(FORMAT, table, table.height)


def _frame(path: Path) -> pl.DataFrame:
    try:
        with pq.ParquetFile(path) as parquet:
            _check_size(parquet.metadata, path.name)
            schema = parquet.schema_arrow
        # Repeated texts are kept once until it is known how much they unfold to.
        packed = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(path, read_dictionary=packed) as parquet:
            frame = pl.from_arrow(_with_texts_unfolded(parquet.read(), path.name))
    except (pa.ArrowException, PolarsError, OSError, ValueError, TypeError, NotImplementedError):
        # The library's message may quote what it stumbled on.
        raise FileRefused(
            path.name,
            "unreadable_file",
            "it begins as a Parquet file, but cannot be read as one",
            "Write the file again, without encryption and with columns of plain types, and bring that copy",
        ) from None
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _with_texts_unfolded(table: pa.Table, file: str) -> pa.Table:
    n_bytes = 0
    for place, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            raise nested_column(file, field.name)
        if pa.types.is_dictionary(field.type) and _is_text(field.type.value_type):
            column = table.column(place)
            n_bytes += sum(map(_text_bytes, column.chunks))
            _check_bytes(n_bytes, file)
            table = table.set_column(place, field.name, column.cast(pa.large_string()))
    # What is no text in a cell or a name is told here. Notes about the table go: broken ones would end the process.
    table.validate(full=True)
    return pa.table(table.columns, names=table.column_names)


def _text_bytes(packed: pa.DictionaryArray) -> int:
    """Bytes of all texts of a column, each counted as often as it stands there."""
    lengths = pc.cast(pc.binary_length(packed.dictionary), pa.int64())
    return int(pc.sum(lengths.take(packed.indices)).as_py() or 0)


def _check_size(declared: pq.FileMetaData, file: str) -> None:
    check_table_size(file, declared.num_rows, declared.num_columns)
    _check_bytes(
        sum(declared.row_group(place).total_byte_size for place in range(declared.num_row_groups)), file
    )


def _check_bytes(n_bytes: int, file: str) -> None:
    if n_bytes > LARGEST_UNFOLDED:
        raise FileRefused(
            file,
            "file_too_large",
            f"it unfolds to {n_bytes:,} bytes where {LARGEST_UNFOLDED:,} are read at most",
            "Export it in parts, by period, and bring each of them",
        )
