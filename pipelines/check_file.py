"""What `peerlift check FILE` says: what would be read and what refused; nothing is changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.catalogue import questions
from pipelines.archives import is_archive, unpack
from pipelines.codebook_gaps import (
    answer_gaps,
    answer_line,
    question_lines,
    repeated_texts,
    unmapped_questions,
)
from pipelines.column_names import cut_heading, find_columns
from pipelines.mapping import StagedFile
from pipelines.readers import FileRefused, RawTable
from pipelines.row_fates import SetAside, dropped_rows, fates, rows_said_again, rows_set_aside
from pipelines.settings import Programme
from pipelines.source_spec import SourceFile
from pipelines.stages.reading import load_readers, read_file

ROWS_NAMED = 20


def check_file(
    programme: Programme, path: Path, console: Console | None = None, *, every_row: bool = False
) -> bool:
    """Say how a file, or each file of an archive, would be read; returns whether it, or a row of it, would be refused.

    Rows are checked by the conditions that set rows aside in a run. That a commitment can be told from the
    previous session is known only with the other files, and not checked.

    Args:
        programme: The programme whose source files apply.
        path: The file.
        console: Where to say it; the terminal where left out.
        every_row: Whether to say what becomes of each single row too.
    """
    out = console or Console(emoji=False)
    if not is_archive(path):
        return _check(programme, path, path.name, out, every_row=every_row)
    with tempfile.TemporaryDirectory() as folder:
        try:
            members = unpack(path, path.name, Path(folder))
        except FileRefused as refused:
            _print(out, [str(refused)])
            return True
        checked = [_check(programme, member.path, member.label, out, every_row=every_row) for member in members]
    return any(checked)


def _check(programme: Programme, path: Path, name: str, out: Console, *, every_row: bool) -> bool:
    readers = load_readers(programme)
    try:
        raw, staged = read_file(path, name, readers)
    except FileRefused as refused:
        _print(out, [str(refused)])
        return True
    out.print(f"{name}: {raw.format}, read by sources/{staged.source}.toml, {staged.n_rows} rows", markup=False)
    out.print(_summary(staged))
    aside = rows_set_aside(programme, staged)
    source = readers.sources[staged.source]
    _print(out, _left_out(staged))
    _print(out, _superseded(staged, source, aside))
    _print(out, _set_aside(aside))
    _print(out, _noticed(staged))
    _print(out, lines_to_paste(raw, staged, source, name))
    if every_row:
        _print(out, (f"row {row}: {fate}" for row, fate in fates(staged, aside)))
    return bool(aside)


def lines_to_paste(raw: RawTable, staged: StagedFile, source: SourceFile, file: str) -> Iterator[str]:
    """What the codebook leaves out, each with the line that fills the gap; texts only that several rows give."""
    found = find_columns(raw, file, source.columns)
    unread = unmapped_questions(raw, source, found, questions())
    if unread:
        yield f"To paste into sources/{source.name}.toml, for what looks like a question and is not read:"
        yield from (f"  {line}" for line in question_lines(unread, source))
    for gap in answer_gaps(source, found, staged.tables):
        texts = repeated_texts(gap, raw)
        if texts:
            key = "choices" if gap.choices else "scores"
            yield f"To paste into `{key}` of {gap.target} (column `{cut_heading(gap.column)}`):"
            yield from (f"  {answer_line(text, gap, questions())}   ({n} rows)" for text, n in texts.items())


def _summary(staged: StagedFile) -> Table:
    summary = Table("becomes", "rows")
    for name, frame in staged.tables.items():
        summary.add_row(name, str(frame.height))
    for rule, rows in dropped_rows(staged).items():
        summary.add_row(f"left out: {rule}", str(len(rows)))
    return summary


def _left_out(staged: StagedFile) -> Iterator[str]:
    for rule, rows in dropped_rows(staged).items():
        yield f"Left out: {rule}: rows {_first(rows)}"


def _superseded(staged: StagedFile, source: SourceFile, aside: tuple[SetAside, ...]) -> Iterator[str]:
    for table, rows in rows_said_again(staged, aside).items():
        if table == "answers" and source.several_answers == "first_complete":
            yield f"Said again by a later row, the first complete one stands: {table}: rows {_first(rows)}"
        else:
            yield f"Superseded by a later row of the file: {table}: rows {_first(rows)}"


def _set_aside(aside: Sequence[SetAside]) -> Iterator[str]:
    for item in aside:
        yield f"Would be set aside: {item.table}, {item.rule}: rows {_first(item.rows)}. {item.remedy}"


def _noticed(staged: StagedFile) -> Iterator[str]:
    for notice in staged.notices:
        rows = f" (rows {_first(notice.rows)})" if notice.rows else ""
        yield f"Notice: {notice.rule}: {notice.detail}{rows}. {notice.remedy}."


def _first(rows: Sequence[int]) -> str:
    return ", ".join(str(row) for row in rows[:ROWS_NAMED]) + (" ..." if len(rows) > ROWS_NAMED else "")


def _print(out: Console, lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        # A line to paste must come out as it is, not broken where the terminal ends.
        out.print(line, markup=False, highlight=False, soft_wrap=True)
