"""Reading where a value of a source file comes from: columns, patterns, choices and scores.

What belongs here: the schema of one value or question of `sources/<name>.toml`.
What does not: the file around it (`source_file`), or reading cells (`cell_values`).
"""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
from polars.exceptions import PolarsError

from models.contracts import IDENTIFIER_KINDS, Column
from pipelines.answer_texts import contradicting_texts
from pipelines.readers.raw import normalised_name
from pipelines.source_entry import Entry, nearest
from pipelines.source_spec import Part, ValueSpec

_VALUE_KEYS = ("column", "columns", "value", "pattern", "prefix", "width", "choices", "if_empty", "optional")
_QUESTION_KEYS = ("column", "pattern", "scores", "contains", "optional")
_CHOICE_KINDS = ("choice", "boolean", "text", "integer", "number")


def read_question(entry: Entry) -> ValueSpec:
    """Where the answers to one question come from.

    Raises:
        SourceFileError: The entry breaks the schema.
    """
    entry.check_keys(_QUESTION_KEYS)
    options = entry.texts_at("contains") if "contains" in entry.content else ()
    if options and "scores" in entry.content:
        raise entry.error(
            "contains", "asks whether an option was chosen, which has no scores; keep one of the two"
        )
    return ValueSpec(
        (_part(entry),), scores=_scores(entry), is_optional=entry.flag("optional"), options=options
    )


def read_value_spec(entry: Entry, column: Column) -> ValueSpec:
    """Where the values of a contract's column come from.

    Raises:
        SourceFileError: The entry breaks the schema.
    """
    entry.check_keys(_VALUE_KEYS)
    is_optional = entry.flag("optional")
    if is_optional and column.is_required:
        raise entry.error("optional", f"cannot be true: every row needs {column.name}; take the key out")
    given = [key for key in ("column", "columns", "value") if key in entry.content]
    if len(given) != 1:
        raise entry.error("", "needs exactly one of column, columns, value")
    if given[0] == "value":
        return _constant(entry, column)
    spec = _composite(entry, column) if given[0] == "columns" else _of_one_column(entry, column)
    return replace(spec, is_optional=is_optional)


def check_pattern(entry: Entry, key: str, pattern: str, *, needs_group: bool) -> None:
    """Refuse a regular expression that polars cannot run, or that has no group where one is the value."""
    try:
        pl.Series([""]).str.contains(pattern)
    except PolarsError:
        raise entry.error(key, "is not a regular expression Peerlift can run (no look-around)") from None
    if needs_group and not re.search(r"(?<!\\)\((?!\?[^P<])", pattern):
        raise entry.error(key, "needs a group in parentheses: what it matches is the value")


def _part(entry: Entry) -> Part:
    pattern = entry.text_at("pattern")
    if pattern is not None:
        check_pattern(entry, "pattern", pattern, needs_group=True)
    name, *others = entry.texts_at("column")
    return Part(name, pattern, tuple(others))


def _scores(entry: Entry) -> dict[str, float] | None:
    if "scores" not in entry.content:
        return None
    scores = entry.below("scores", entry.content["scores"])
    for text, score in scores.content.items():
        if isinstance(score, bool) or not isinstance(score, int | float):
            raise scores.error(text, "must be a number")
    if same := contradicting_texts(scores.content):
        raise scores.error(same[1], f"is the same answer as `{same[0]}` and scores another number; keep one")
    return {normalised_name(text): float(score) for text, score in scores.content.items()}


def _of_one_column(entry: Entry, column: Column) -> ValueSpec:
    return ValueSpec(
        (_part(entry),),
        prefix=entry.text_at("prefix") or "",
        width=_width(entry),
        choices=_choices(entry, column),
        if_empty=_if_empty(entry, column),
    )


def _constant(entry: Entry, column: Column) -> ValueSpec:
    entry.check_keys(("value",))
    value = entry.content["value"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, list | dict) or not text.strip():
        raise entry.error("value", "must be one text, number, date or true/false")
    if column.kind == "choice" and text not in column.choices:
        raise entry.error("value", f"is no choice of {column.name}; {nearest(text, column.choices)}")
    return ValueSpec(constant=text)


def _composite(entry: Entry, column: Column) -> ValueSpec:
    entry.check_keys(("columns", "optional"))
    written = entry.content["columns"]
    if column.kind not in IDENTIFIER_KINDS or not isinstance(written, list) or not written:
        raise entry.error("columns", "is a list of columns, and only ids can be composed of several")
    parts = [{"column": part} if isinstance(part, str | list) else part for part in written]
    for part in parts:
        entry.below("columns", part).check_keys(("column", "pattern"))
    return ValueSpec(tuple(_part(entry.below("columns", part)) for part in parts))


def _width(entry: Entry) -> int | None:
    width = entry.content.get("width")
    if width is not None and (isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= 20):
        raise entry.error("width", "must be a whole number from 1 to 20")
    return width


def _if_empty(entry: Entry, column: Column) -> str | None:
    value = entry.text_at("if_empty")
    if value is not None and value not in column.choices:
        raise entry.error("if_empty", f"is no choice of {column.name}; {nearest(value, column.choices)}")
    return value


def _choices(entry: Entry, column: Column) -> dict[str, str] | None:
    if "choices" not in entry.content:
        return None
    if column.kind not in _CHOICE_KINDS:
        raise entry.error("choices", f"cannot be used for {column.name}, which is of kind {column.kind}")
    choices = entry.below("choices", entry.content["choices"])
    allowed = ("true", "false") if column.kind == "boolean" else column.choices
    mapped = {
        text: str(value).lower() if isinstance(value, bool) else str(value)
        for text, value in choices.content.items()
    }
    for text, value in mapped.items():
        if allowed and value not in allowed:
            raise choices.error(text, f"is mapped to no choice of {column.name}; {nearest(value, allowed)}")
    if same := contradicting_texts(mapped):
        raise choices.error(same[1], f"is the same text as `{same[0]}` and means something else; keep one")
    return {normalised_name(text): value for text, value in mapped.items()}
