"""What a source's codebook leaves out of an export: questions nobody reads, answers it does not list.

What belongs here: finding these gaps, saying them once as notices, and the line that would fill each.
What does not: reading the cells (`cell_values`), or printing (`check_file`).

A notice is stored and counts rows only. The texts of answers are for the terminal of whoever holds the file, and
only those given at least twice, short, and without an address in them: no one person's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from models.catalogue import Question
from models.contracts import core_table
from pipelines.answer_texts import answer_key
from pipelines.column_names import FoundColumns, cut_heading, heading_key
from pipelines.notices import Notice
from pipelines.readers.raw import ROW_NUMBER, RawTable
from pipelines.source_spec import RowBlock, SourceFile, ValueSpec

ROWS_NAMED = 20
HEADINGS_NAMED = 10
FEWEST_GIVING_A_TEXT = 2
LONGEST_TEXT = 60
FORMATS_WITHOUT_QUESTIONS = ("ics",)

_WORDS_OF_A_QUESTION = 4
_NO_ANSWER = r"(?i)^(?:\S+@\S+|anonymous|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[t ,].*)?)$"


@dataclass(frozen=True, slots=True)
class AnswerGap:
    """Answers in one column that the codebook does not list.

    Attributes:
        column: The column of the export.
        target: Id of the question, or the contract's column.
        choices: What an answer may mean there; empty for a score.
        rows: Row numbers (Int64) of the answers.
    """

    column: str
    target: str
    choices: tuple[str, ...]
    rows: pl.Series


def notices_of(
    raw: RawTable,
    source: SourceFile,
    found: FoundColumns,
    tables: Mapping[str, pl.DataFrame],
    questions: Mapping[str, Question],
) -> tuple[Notice, ...]:
    """What the lead should know of headings that drifted, and of questions and answers that are not mapped.

    Args:
        raw: The file as read.
        source: The source file that describes it.
        found: Which column each name of the source means.
        tables: Its staged rows.
        questions: The catalogue's questions.
    """
    return (
        *_drifted(found),
        *_questions_notice(unmapped_questions(raw, source, found, questions)),
        *(_answers_notice(gap) for gap in answer_gaps(source, found, tables)),
    )


def unmapped_questions(
    raw: RawTable, source: SourceFile, found: FoundColumns, questions: Mapping[str, Question]
) -> dict[str, str | None]:
    """Columns that look like questions and that no part of the source uses, with the catalogue's question.

    A column looks like a question by its words; columns of addresses and times, and those the source names in
    `ignore`, are none.

    Returns:
        Column to the id of the question that is asked in these words; `None` where the catalogue has none.
    """
    if raw.format in FORMATS_WITHOUT_QUESTIONS:
        return {}
    asked = questions_by_wording(questions)
    ignored = {heading_key(name).core for name in source.ignore}
    unused = {
        column: (column, *raw.also_called.get(column, ()))
        for column in raw.frame.columns
        if column not in found.columns and column not in (ROW_NUMBER, raw.recorded_column)
    }
    return {
        column: next((asked[core] for core in cores if core in asked), None)
        for column, names in unused.items()
        if ignored.isdisjoint(cores := [heading_key(name).core for name in names])
        and any(core in asked or _is_sentence(core) for core in cores)
        and not _holds_no_answers(raw.frame.get_column(column))
    }


def questions_by_wording(questions: Mapping[str, Question]) -> dict[str, str]:
    """Id of each score question that is asked in its own words, by these words without what drifts."""
    return {
        heading_key(text).core: name
        for name, question in questions.items()
        if question.kind == "score" and not question.option
        for text in (question.text, *question.asked.values())
    }


def question_lines(unmapped: Mapping[str, str | None], source: SourceFile) -> Iterator[str]:
    """The lines of a source file that read columns as questions of the catalogue, or say that they are not read."""
    known = {column: name for column, name in unmapped.items() if name is not None}
    if known:
        yield "under [rows.questions]:"
        yield from (f"  {name} = {{ column = {quoted(column)} }}" for column, name in known.items())
    rest = [column for column in unmapped if column not in known]
    if rest:
        where = "in place of the line `ignore`" if source.ignore else "below `files`"
        listed = ", ".join(quoted(column) for column in (*source.ignore, *rest))
        yield f"{where}, if they are not to be read:"
        yield f"  ignore = [{listed}]"


def answer_gaps(
    source: SourceFile, found: FoundColumns, tables: Mapping[str, pl.DataFrame]
) -> tuple[AnswerGap, ...]:
    """The columns with answers the codebook does not list, each once."""
    gaps: dict[tuple[str, str], AnswerGap] = {}
    for block in source.rows:
        for target, spec, choices, rows in _unreadable(block, tables):
            column = found.by_names[spec.parts[0].names]
            if column is not None and len(rows):
                gaps.setdefault((column, target), AnswerGap(column, target, choices, rows))
    return tuple(gaps.values())


def repeated_texts(gap: AnswerGap, raw: RawTable) -> dict[str, int]:
    """Answers of a gap that several rows give, with how many; only for the terminal of whoever holds the file."""
    text = pl.col(gap.column).str.strip_chars()
    rows = raw.frame.filter(pl.col(ROW_NUMBER).is_in(gap.rows.implode())).select(text.alias("text"))
    counted = (
        rows.group_by("text", maintain_order=True)
        .len("n")
        .filter(
            pl.col("n") >= FEWEST_GIVING_A_TEXT,
            pl.col("text").str.len_chars() <= LONGEST_TEXT,
            ~pl.col("text").str.contains("@", literal=True),
        )
    )
    return dict(counted.iter_rows())


def answer_line(text: str, gap: AnswerGap, questions: Mapping[str, Question]) -> str:
    """The entry of `scores` or `choices` that would list an answer; what it means is for a person to fill in."""
    if gap.choices:
        return f"{quoted(text)} = {quoted('|'.join(gap.choices))}"
    question = questions[gap.target]
    known = {answer_key(choice): score for choice, score in question.choices.items()}
    near = get_close_matches(answer_key(text), known, n=1, cutoff=0.85)
    span = f"{question.minimum_score:g} to {question.maximum_score:g}"
    return f"{quoted(text)} = {known[near[0]]:g}" if near else f"{quoted(text)} = SCORE   # {span}"


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)


def _unreadable(
    block: RowBlock, tables: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[str, ValueSpec, tuple[str, ...], pl.Series]]:
    """Target, spec, choices and row numbers of each codebook column of a block that some rows are unreadable in."""
    table, frame = core_table(block.table), tables[block.table]
    for question_id, spec in block.questions.items():
        of_question = frame.filter(pl.col("question_id") == question_id)
        yield question_id, spec, (), _rows_unreadable(of_question, "score")
    for name, spec in block.columns.items():
        column = table.column(name) if name in table.column_names else None
        if spec.parts and column is not None and column.kind in ("choice", "boolean"):
            choices = column.choices or ("true", "false")
            yield name, spec, choices, _rows_unreadable(frame, name)


def _rows_unreadable(frame: pl.DataFrame, column: str) -> pl.Series:
    wrong = frame.filter(pl.col("unreadable").str.contains(f",{column},", literal=True))
    return wrong.get_column(ROW_NUMBER).unique().sort()


def _is_sentence(core: str) -> bool:
    return core.endswith("?") or len(core.split()) >= _WORDS_OF_A_QUESTION


def _holds_no_answers(text: pl.Series) -> bool:
    """Whether a column is empty or holds only addresses, dates or times."""
    filled = text.str.strip_chars().replace("", None).drop_nulls()
    return bool(filled.str.contains(_NO_ANSWER).all())


def _drifted(found: FoundColumns) -> Iterator[Notice]:
    if found.drifted:
        pairs = "; ".join(
            f"`{cut_heading(name)}` was found as `{cut_heading(heading)}`" for name, heading in found.drifted
        )
        yield Notice(
            "heading_drifted",
            f"headings differ from the source file: {pairs}",
            "If a heading is another question now, give it its own line; else write it into the source file",
        )


def _questions_notice(unmapped: Mapping[str, str | None]) -> Iterator[Notice]:
    if not unmapped:
        return
    named = ", ".join(f"`{cut_heading(column)}`" for column in list(unmapped)[:HEADINGS_NAMED])
    more = f" and {len(unmapped) - HEADINGS_NAMED} more" if len(unmapped) > HEADINGS_NAMED else ""
    known = [(column, name) for column, name in unmapped.items() if name is not None]
    column, name = known[0] if known else ("HEADING", "QUESTION")
    yield Notice(
        "unmapped_questions",
        f"not read, though they look like questions: {named}{more}",
        f"To read one, add a line under [rows.questions], as {name} = {{ column = {quoted(column)} }}; what is not"
        ' to be read goes into ignore = ["HEADING", ...] at the top of the source file',
    )


def _answers_notice(gap: AnswerGap) -> Notice:
    key = "choices" if gap.choices else "scores"
    return Notice(
        "unmapped_answers",
        f"column `{cut_heading(gap.column)}`: rows with an answer that {gap.target} does not list: {len(gap.rows)}",
        f"`peerlift check FILE` shows those given twice or more, each with the line for `{key}` of {gap.target}",
        tuple(gap.rows.head(ROWS_NAMED)),
    )
