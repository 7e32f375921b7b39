"""The draft of a source file for an export nobody has described yet.

What belongs here: which rows an export could become, as the text of a source file, and what a person has to add.
What does not: choosing between a draft and a packaged source file, or writing it (`map_file`).

A draft says no more than the headings and the dates tell. What they leave open stands in it as a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from models.catalogue import Question, forms
from pipelines.codebook_gaps import quoted
from pipelines.column_names import heading_key
from pipelines.draft_blocks import Block, DraftExport, blocks_of, draft_export
from pipelines.readers import RawTable
from pipelines.readers.raw import ROW_NUMBER

_NUMBERS_FIRST = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}\b"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a source file, and what it leaves to a person.

    Attributes:
        text: The source file.
        open_points: What has to be filled in or decided, each as one sentence; empty where nothing is left.
    """

    text: str
    open_points: tuple[str, ...] = ()


def draft_source(raw: RawTable, glob: str, questions: Mapping[str, Question]) -> Draft:
    """A draft for an export.

    Args:
        raw: The export as read.
        glob: The name its files are recognised by.
        questions: The catalogue's questions.
    """
    export = draft_export(raw, questions)
    blocks = blocks_of(export)
    used = {column for block in blocks for column in _columns_in(block, export)}
    order_line, order_point = day_order_lines(raw)
    head = [
        f"# Drafted from the headings of one export ({raw.format}). Read it before you rely on it.",
        f'format = "{raw.format}"',
        f"files = [{quoted(glob)}]",
        *order_line,
        *_ignored(export),
    ]
    if not blocks:
        rest = [f"#   {quoted(column)}" for column in export.headings]
        text = [*head, "", "# No table could be told from these headings:", *rest, "# [[rows]]", "# table = "]
        point = (
            "No table of the core could be told from the headings: add [[rows]] with a table and its columns."
        )
        return Draft("\n".join(text) + "\n", (point, *order_point))
    body = [line for block in blocks for line in _written(block)]
    text = [*head, *body, *_left(export, used)]
    points = [point for block in blocks for point in block.open_points]
    return Draft("\n".join(text) + "\n", (*points, *order_point))


def day_order_lines(raw: RawTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The line that says whether day or month comes first, and what is left open.

    The data decide where a number above 12 stands in one place only; a date such as 3/4/2026 tells nothing.
    """
    first, second, n_dates = False, False, 0
    for name in raw.frame.columns:
        if name == ROW_NUMBER:
            continue
        parts = raw.frame.get_column(name).drop_nulls().str.strip_chars().str.extract_groups(_NUMBERS_FIRST)
        numbers = parts.struct.unnest().drop_nulls().cast(pl.Int64)
        n_dates += numbers.height
        if numbers.height:
            first = first or bool((numbers.to_series(0) > 12).any())
            second = second or bool((numbers.to_series(1) > 12).any())
    if n_dates == 0:
        return (), ()
    if first != second:
        return (f'day_order = "{"day_first" if first else "month_first"}"',), ()
    said = "both orders occur" if first else "its dates read both ways"
    return (
        (
            "# Which comes first in a date, day or month? Take the right line:",
            '# day_order = "day_first"   # 25.09.2026',
            '# day_order = "month_first"   # 9/25/2026',
        ),
        (f"Set day_order to day_first or month_first: {said}.",),
    )


def _columns_in(block: Block, export: DraftExport) -> Iterator[str]:
    written = "\n".join((*block.lines, *block.questions, block.when))
    return (column for column in export.headings if quoted(column) in written)


def _ignored(export: DraftExport) -> tuple[str, ...]:
    """`ignore` for what the packaged forms ask for the participants' own sake."""
    never_read = {
        heading_key(text).core
        for form in forms().values()
        for item in form.items
        if not item.is_read
        for text in item.text.values()
    }
    columns = [
        quoted(column)
        for column, names in export.headings.items()
        if never_read & {heading_key(name).core for name in names}
    ]
    return (f"ignore = [{', '.join(columns)}]",) if columns else ()


def _written(block: Block) -> Iterator[str]:
    yield from ("", "[[rows]]", f'table = "{block.table}"')
    if block.when:
        yield f"when = {block.when}"
    yield from ("[rows.columns]", *block.lines)
    if block.questions:
        yield from ("[rows.questions]", *block.questions)


def _left(export: DraftExport, used: Iterable[str]) -> Iterator[str]:
    """Columns no line reads, as comments that show how one would be read."""
    rest = [
        column for column in export.headings if column not in set(used) and column != export.raw.recorded_column
    ]
    if rest:
        yield ""
        yield "# Not read. A question would be a line under [rows.questions]:"
        yield from (f"#   QUESTION = {{ column = {quoted(column)} }}" for column in rest)
