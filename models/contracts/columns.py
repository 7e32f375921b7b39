"""What a column and a table are.

What belongs here: the kinds of columns, their types in DuckDB, and the two values every contract is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "person",  # pseudonym of a person
    "group",  # pseudonym of a coaching group
    "session",  # pseudonym of a session
    "commitment",  # pseudonym of a commitment
    "appointment",  # pseudonym of an appointment
    "time",  # instant, UTC, microseconds
    "date",  # calendar day in the programme's zone
    "integer",
    "number",
    "boolean",
    "choice",  # one of `choices`
    "text",  # a code or label, never free text of a person
]

IDENTIFIER_KINDS: frozenset[str] = frozenset({"person", "group", "session", "commitment", "appointment"})

SQL_TYPES: dict[str, str] = {
    "person": "varchar",
    "group": "varchar",
    "session": "varchar",
    "commitment": "varchar",
    "appointment": "varchar",
    "time": "timestamp",
    "date": "date",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "choice": "varchar",
    "text": "varchar",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, whether a row needs it, and the range a value must lie in.

    `is_key` columns identify a row; a later version of the same key replaces the earlier one.
    `minimum` and `maximum` are inclusive and in the unit of the column's name. A text matches `pattern` from end to
    end, where it has one. `not_before` names a column of the same row that must not lie after this one. `is_past`
    columns tell of what has been: a day or more after the run they can only be a slip.
    """

    name: str
    kind: Kind
    description: str
    is_key: bool = False
    is_required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    not_before: str | None = None
    is_past: bool = False

    @property
    def sql_type(self) -> str:
        """DuckDB type of the column."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what one row stands for, its columns, and the columns that say when it happened.

    The first filled one of `happened` counts; rows that happened after a cut are not part of the tables as of it.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    happened: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that identify a row."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name; `KeyError` where the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")
