"""From the text of a column to the values of one kind: ids, times, numbers, choices.

What belongs here: finding a column in a file, and one reading per kind of the contracts, whole columns at once.
What does not: which rows a value is for and where it goes (`mapping`), or the shapes of times (`times`).

A reading never guesses: a filled cell that cannot be read as its kind is null and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from models.contracts import IDENTIFIER_KINDS, Column
from pipelines.answer_texts import answer_key, is_month_like, score_of, score_of_option, score_table
from pipelines.column_names import FoundColumns, NamedColumn, cut_heading, find_columns
from pipelines.identity import AS_WRITTEN, IdentityKey, PersonRules, pseudonyms
from pipelines.readers import FileRefused, RawTable
from pipelines.readers.raw import ROW_NUMBER
from pipelines.source_spec import Condition, Part, ValueSpec
from pipelines.times import Clock, Place, read_dates, read_times

POLARS_TYPES: Mapping[str, pl.DataType] = {
    "time": pl.Datetime("us"),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
}
BOOLEANS = {
    "yes": True,
    "no": False,
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "ja": True,
    "nein": False,
}

_INTEGER = r"^([+-]?[0-9]+)(?:\.0+)?$"
_NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Reading:
    """One column as read.

    Attributes:
        values: n values in the column's type; null where empty or unreadable.
        unreadable: n booleans: the cell is filled and cannot be read.
    """

    values: pl.Series
    unreadable: pl.Series


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of one file under their source's columns, and what reading them takes.

    Attributes:
        file: Name of the file.
        frame: n rows of the String columns the source names, trimmed, blank cells null; then `row_number`.
        found: Which column of `frame` each name of the source means.
        clock: How the source writes times.
        key: The identity key.
        people: Which names mean the same person.
        person_columns: Names of the columns that hold one person each.
        memo: Readings of these rows so far, by where they come from and their kind.
    """

    file: str
    frame: pl.DataFrame
    found: FoundColumns
    clock: Clock
    key: IdentityKey
    people: PersonRules = AS_WRITTEN
    person_columns: frozenset[tuple[str, ...]] = frozenset()
    memo: dict[tuple[object, ...], Reading] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> pl.Series:
        """Row number of each row."""
        return self.frame.get_column(ROW_NUMBER)

    def constant(self, value: str | None, dtype: pl.DataType) -> pl.Series:
        """A column of n times the same text, or of n empty cells of any type."""
        return pl.repeat(value, self.frame.height, dtype=dtype, eager=True)

    def flags(self, *, value: bool) -> pl.Series:
        """A column of n times the same boolean."""
        return pl.repeat(value, self.frame.height, dtype=pl.Boolean(), eager=True)

    def has(self, spec: ValueSpec) -> bool:
        """Whether the file has every column a value comes from; false only where the value is optional."""
        return all(self.found.by_names[part.names] is not None for part in spec.parts)

    def text(self, names: tuple[str, ...]) -> pl.Series:
        """The cells of a column the source names; empty ones where it is optional and not there."""
        column = self.found.by_names[names]
        return self.constant(None, pl.String()) if column is None else self.frame.get_column(column)

    def part(self, part: Part) -> pl.Series:
        """The cells of a part: the column's text, or the first group of the pattern in it."""
        text = self.text(part.names)
        return text if part.pattern is None else _trimmed(text.str.extract(part.pattern, 1))

    def place(self, part: Part) -> Place:
        """Where the cells of a part come from, for refusals."""
        return Place(self.file, self.found.by_names[part.names] or part.column, self.rows)

    def where(self, rows: pl.Series) -> Export:
        """The same file with only the rows for which `rows` (n booleans) is true."""
        return self if rows.all() else replace(self, frame=self.frame.filter(rows), memo={})


def open_export(
    raw: RawTable, file: str, clock: Clock, key: IdentityKey, wanted: tuple[NamedColumn, ...]
) -> Export:
    """The rows of a file, after checking that every column its source needs is there once.

    Raises:
        FileRefused: `missing_column` or `ambiguous_column`.
    """
    own = () if raw.recorded_column is None else (NamedColumn((raw.recorded_column,)),)
    found = find_columns(raw, file, (*wanted, *own))
    # Columns of long texts that nobody reads are not copied.
    columns = [_trimmed(raw.frame.get_column(name)) for name in sorted(found.columns)]
    return Export(file, pl.DataFrame([*columns, raw.frame.get_column(ROW_NUMBER)]), found, clock, key)


def _trimmed(text: pl.Series) -> pl.Series:
    return (
        text.to_frame("text")
        .select(pl.col("text").str.strip_chars().replace("", None))
        .to_series()
        .alias(text.name)
    )


def holds(condition: Condition, export: Export) -> pl.Series:
    """For each row, whether a condition holds; an empty cell is not any text and matches nothing."""
    text = export.text(condition.names)
    if condition.test in ("filled", "empty"):
        return text.is_not_null() if condition.test == "filled" else text.is_null()
    if condition.test == "matches":
        return text.str.contains(condition.text).fill_null(value=False)
    meant = {answer_key(each) for each in (condition.text, *condition.other_texts)}
    same = _each(text, lambda cell: answer_key(cell) in meant, pl.Boolean()).fill_null(value=False)
    return same if condition.test == "is" else ~same


def all_hold(conditions: tuple[Condition, ...], export: Export) -> pl.Series:
    """For each row, whether all conditions hold."""
    rows = export.flags(value=True)
    for condition in conditions:
        rows = rows & holds(condition, export)
    return rows


def read_value(spec: ValueSpec, column: Column, export: Export) -> Reading:
    """A column of a core table as its source file says it is to be read.

    Raises:
        FileRefused: `day_order_missing` or `day_order_contradicted`.
    """
    if spec.choices is not None or column.kind == "choice":
        return _read(spec, column, export)
    # Several tables and columns read the same cells as the same kind, times above all: once is enough.
    known = (spec.parts, spec.constant, spec.prefix, spec.width, column.kind)
    if known not in export.memo:
        export.memo[known] = _read(spec, column, export)
    return export.memo[known]


def _read(spec: ValueSpec, column: Column, export: Export) -> Reading:
    if column.kind in IDENTIFIER_KINDS:
        return _identifiers(spec, column, export)
    text, wrong = text_of(spec, export)
    if spec.choices is not None:
        chosen = _looked_up(text, spec.choices, pl.String())
        text, wrong = chosen, wrong | (text.is_not_null() & chosen.is_null())
    values = _of_kind(text, column, export, spec)
    wrong = wrong | (text.is_not_null() & values.is_null())
    if spec.parts and (spec.choices is not None or column.kind == "choice"):
        _check_no_months(export.part(spec.parts[0]), wrong, export.place(spec.parts[0]))
    if spec.if_empty is not None:
        filled = export.part(spec.parts[0]).is_not_null()
        values = values.zip_with(filled, export.constant(spec.if_empty, pl.String()))
    return Reading(values, wrong)


def read_scores(spec: ValueSpec, choices: Mapping[str, float], export: Export) -> Reading:
    """Answers as scores: by the source's own `scores` and the catalogue's choices, or as plain numbers.

    Where the source gives `scores`, a number outside them is unreadable: it might be a code of another key.

    Raises:
        FileRefused: `month_in_choices`.
    """
    text = export.part(spec.parts[0])
    if spec.options:
        scores = _each(text, lambda cell: score_of_option(cell, spec.options, spec.among), pl.Float64())
        return Reading(scores, text.is_not_null() & scores.is_null())
    table = score_table(spec.scores, choices)
    scores = _each(text, lambda cell: score_of(cell, table), pl.Float64())
    if spec.scores is None:
        scores = scores.fill_null(_numbers(text))
    unreadable = text.is_not_null() & scores.is_null()
    _check_no_months(text, unreadable, export.place(spec.parts[0]))
    return Reading(scores, unreadable)


def _check_no_months(text: pl.Series, unreadable: pl.Series, place: Place) -> None:
    """Refuse a file in which Excel turned a choice into a month; which one it was cannot be told."""
    months = unreadable & _each(text, is_month_like, pl.Boolean()).fill_null(value=False)
    if months.any():
        raise FileRefused(
            place.file,
            "month_in_choices",
            f"column `{cut_heading(place.column)}`, row {place.rows.filter(months)[0]}: instead of a choice a month"
            " or day of the year stands there, as Excel writes for choices like 6-25",
            "Export the file again and bring it without opening it in Excel",
        )


def _each(text: pl.Series, meaning: Callable[[str], object], dtype: pl.DataType) -> pl.Series:
    """What each filled cell means, worked out once per distinct text; null where it means nothing."""
    distinct = text.drop_nulls().unique()
    meanings = pl.Series([meaning(cell) for cell in distinct], dtype=dtype)
    return text.replace_strict(distinct, meanings, default=None, return_dtype=dtype)


def _looked_up(text: pl.Series, table: Mapping[str, object], dtype: pl.DataType) -> pl.Series:
    keys = {answer_key(key): value for key, value in table.items()}
    return _each(text, lambda cell: keys.get(answer_key(cell)), dtype)


def text_of(spec: ValueSpec, export: Export) -> tuple[pl.Series, pl.Series]:
    """The text a spec stands for, with prefix and width, and where the width had no number to fill."""
    if spec.constant is not None:
        return export.constant(spec.constant, pl.String()), export.flags(value=False)
    text = export.part(spec.parts[0])
    plain = text
    if spec.width is not None:
        plain = text.str.extract(r"^0*([0-9]+)(?:\.0+)?$", 1).str.zfill(spec.width)
    return (pl.Series([spec.prefix]) + plain if spec.prefix else plain), text.is_not_null() & plain.is_null()


def _identifiers(spec: ValueSpec, column: Column, export: Export) -> Reading:
    wrong = export.flags(value=False)
    if len(spec.parts) > 1:
        # A person who is a part of an id, as in group x session x address, is the same under every alias.
        parts = [
            export.people.resolved(export.part(part))
            if part.names in export.person_columns
            else export.part(part)
            for part in spec.parts
        ]
    else:
        text, wrong = text_of(spec, export)
        parts = [export.people.resolved(text) if column.kind == "person" else text]
    return Reading(pseudonyms(parts, column.kind, export.key), wrong)


def _of_kind(text: pl.Series, column: Column, export: Export, spec: ValueSpec) -> pl.Series:
    if column.kind in ("time", "date"):
        read = read_times if column.kind == "time" else read_dates
        place = export.place(spec.parts[0]) if spec.parts else Place(export.file, column.name, export.rows)
        return read(text, export.clock, place)
    if column.kind == "choice":
        return _looked_up(text, {choice: choice for choice in column.choices}, pl.String())
    values = _PLAIN_KINDS[column.kind](text)
    if column.pattern is None:
        return values
    whole = values.str.contains(f"^(?:{column.pattern})$")
    return values.to_frame("v").select(pl.when(whole).then("v")).to_series()


def _numbers(text: pl.Series) -> pl.Series:
    plain = (
        text.to_frame("text")
        .select(pl.when(pl.col("text").str.contains(_NUMBER)).then(pl.col("text")))
        .to_series()
    )
    numbers = plain.cast(pl.Float64, strict=False)
    return numbers.to_frame("n").select(pl.when(pl.col("n").is_finite()).then(pl.col("n"))).to_series()


_PLAIN_KINDS: Mapping[str, Callable[[pl.Series], pl.Series]] = {
    "integer": lambda text: text.str.extract(_INTEGER, 1).cast(pl.Int64, strict=False),
    "number": _numbers,
    "boolean": lambda text: _looked_up(text, BOOLEANS, pl.Boolean()),
    "text": lambda text: text,
}
