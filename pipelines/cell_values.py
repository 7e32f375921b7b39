"""From the text of a column to the values of one kind: ids, times, numbers, choices.

What belongs here: finding a column in a file, and one reading per kind of the contracts, whole columns at once.
What does not: which rows a value is for and where it goes (`mapping`), or the shapes of times (`times`).

A reading never guesses: a filled cell that cannot be read as its kind is null and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import polars as pl

from models.contracts import IDENTIFIER_KINDS, Column
from pipelines.identity import IdentityKey, pseudonyms
from pipelines.readers import FileRefused, RawTable
from pipelines.readers.raw import ROW_NUMBER, base_name, normalised_name
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
        frame: n rows of String columns, trimmed, blank cells null; then `row_number`.
        names: Normalised column name to the names in `frame` that match it.
        clock: How the source writes times.
        key: The identity key.
        memo: Readings of these rows so far, by where they come from and their kind.
    """

    file: str
    frame: pl.DataFrame
    names: Mapping[str, tuple[str, ...]]
    clock: Clock
    key: IdentityKey
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

    def text(self, column: str) -> pl.Series:
        """The cells of a column the source names."""
        return self.frame.get_column(self.names[normalised_name(column)][0])

    def part(self, part: Part) -> pl.Series:
        """The cells of a part: the column's text, or the first group of the pattern in it."""
        text = self.text(part.column)
        return text if part.pattern is None else _trimmed(text.str.extract(part.pattern, 1))

    def place(self, column: str) -> Place:
        """Where the cells of a column come from, for refusals."""
        return Place(self.file, column, self.rows)

    def where(self, rows: pl.Series) -> Export:
        """The same file with only the rows for which `rows` (n booleans) is true."""
        return Export(self.file, self.frame.filter(rows), self.names, self.clock, self.key)


def open_export(raw: RawTable, file: str, clock: Clock, key: IdentityKey, needed: tuple[str, ...]) -> Export:
    """The rows of a file, after checking that every column its source needs is there once.

    Raises:
        FileRefused: `missing_column` or `ambiguous_column`.
    """
    columns = [name for name in raw.frame.columns if name != ROW_NUMBER]
    found: dict[str, tuple[str, ...]] = {}
    for name in columns:
        for alias in {normalised_name(name), normalised_name(base_name(name))}:
            found[alias] = (*found.get(alias, ()), name)
    # A numbered name stands for itself, whatever shares its base.
    found.update({normalised_name(name): (name,) for name in columns if base_name(name) != name})
    _check_columns(file, needed, found, columns)
    frame = raw.frame.with_columns(_trimmed(raw.frame.get_column(name)) for name in columns)
    return Export(file, frame, found, clock, key)


def _check_columns(
    file: str, needed: tuple[str, ...], found: Mapping[str, tuple[str, ...]], columns: list[str]
) -> None:
    missing = [name for name in needed if normalised_name(name) not in found]
    if missing:
        # Only headings that resemble a missing one are shown: in a file without headings they would be answers.
        near = {column for name in missing for column in _nearest(name, columns)}
        shown = (
            f"; the nearest it has: {_quoted(sorted(near))}"
            if near
            else f"; none of its {len(columns)} is like them"
        )
        raise FileRefused(
            file,
            "missing_column",
            f"it lacks what its source file names: {_quoted(missing)}{shown}",
            "Correct the names in the source file, or export the file again with all questions",
        )
    doubled = [name for name in needed if len(found[normalised_name(name)]) > 1]
    if doubled:
        first = f"`{base_name(doubled[0])} [1]`"
        remedy = f"Name one of them by its order in the file, as {first}, or rename the question"
        raise FileRefused(
            file, "ambiguous_column", f"several of its columns are called {_quoted(doubled)}", remedy
        )


def _nearest(name: str, columns: list[str]) -> list[str]:
    by_name = {normalised_name(column): column for column in columns}
    return [
        by_name[near] for near in get_close_matches(normalised_name(name), sorted(by_name), n=2, cutoff=0.7)
    ]


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _trimmed(text: pl.Series) -> pl.Series:
    return (
        text.to_frame("text")
        .select(pl.col("text").str.strip_chars().replace("", None))
        .to_series()
        .alias(text.name)
    )


def tolerant(text: pl.Series) -> pl.Series:
    """Text as choices are compared: NFKC, white space collapsed, lower case."""
    return text.str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()


def holds(condition: Condition, export: Export) -> pl.Series:
    """For each row, whether a condition holds; an empty cell is not any text and matches nothing."""
    text = export.text(condition.column)
    if condition.test in ("filled", "empty"):
        return text.is_not_null() if condition.test == "filled" else text.is_null()
    if condition.test == "matches":
        return text.str.contains(condition.text).fill_null(value=False)
    same = (tolerant(text) == _key(condition.text)).fill_null(value=False)
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
    text, wrong = _text(spec, export)
    if spec.choices is not None:
        chosen = _looked_up(text, spec.choices, pl.String())
        text, wrong = chosen, wrong | (text.is_not_null() & chosen.is_null())
    values = _of_kind(text, column, export, spec)
    return Reading(values, wrong | (text.is_not_null() & values.is_null()))


def read_scores(spec: ValueSpec, choices: Mapping[str, float], export: Export) -> Reading:
    """Answers as scores: by the source's own `scores`, else by the catalogue's choices or as plain numbers.

    Where the source gives `scores`, a text outside them is unreadable even when it is a number: it might be a
    code of another key.
    """
    text = export.part(spec.parts[0])
    if spec.scores is not None:
        scores = _looked_up(text, spec.scores, pl.Float64())
    else:
        known = {_key(choice): score for choice, score in choices.items()}
        scores = _looked_up(text, known, pl.Float64()).fill_null(_numbers(text))
    return Reading(scores, text.is_not_null() & scores.is_null())


def _key(text: str) -> str:
    """A text of a source file or catalogue in the form `tolerant` gives cells."""
    return str(tolerant(pl.Series([text]))[0])


def _looked_up(text: pl.Series, table: Mapping[str, object], dtype: pl.DataType) -> pl.Series:
    keys = {_key(key): value for key, value in table.items()}
    return tolerant(text).replace_strict(list(keys), list(keys.values()), default=None, return_dtype=dtype)


def _text(spec: ValueSpec, export: Export) -> tuple[pl.Series, pl.Series]:
    """The text a spec stands for, with prefix and width, and where the width had no number to fill."""
    if spec.constant is not None:
        return export.constant(spec.constant, pl.String()), export.flags(value=False)
    text = export.part(spec.parts[0])
    plain = text
    if spec.width is not None:
        plain = text.str.extract(r"^0*([0-9]+)(?:\.0+)?$", 1).str.zfill(spec.width)
    return (pl.Series([spec.prefix]) + plain if spec.prefix else plain), text.is_not_null() & plain.is_null()


def _identifiers(spec: ValueSpec, column: Column, export: Export) -> Reading:
    parts = [export.part(part) for part in spec.parts]
    wrong = export.flags(value=False)
    if len(parts) <= 1:
        text, wrong = _text(spec, export)
        parts = [text]
    return Reading(pseudonyms(parts, column.kind, export.key), wrong)


def _of_kind(text: pl.Series, column: Column, export: Export, spec: ValueSpec) -> pl.Series:
    if column.kind in ("time", "date"):
        read = read_times if column.kind == "time" else read_dates
        return read(text, export.clock, export.place(spec.parts[0].column if spec.parts else column.name))
    if column.kind == "choice":
        return _looked_up(text, {choice: choice for choice in column.choices}, pl.String())
    return _PLAIN_KINDS[column.kind](text)


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
