"""Typed reading of the protected tables, the only input of every page.

What belongs here: taking rows apart into text, numbers, counts and days, refusing what no page may show.
What does not: wording and rounding (`phrases.py`), deciding what may be published (the gate, long before).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from models.contracts import META_TABLES, PROTECTED_TABLES, Table

Tables = Mapping[str, pl.DataFrame]

_SPECS: Mapping[str, Table] = {table.name: table for table in (*PROTECTED_TABLES, *META_TABLES)}


class TablesError(ValueError):
    """The tables given do not follow the contract; the message names table and column, never a value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a protected or meta table.

    A row whose status is not `ok` gives no numbers, and a withheld one no counts either, whatever its cells
    hold: a second lock behind the disclosure gate.
    """

    table: str
    cells: Mapping[str, object]

    @property
    def status(self) -> str:
        """`ok`, `early`, `refused` or `withheld`; `ok` for tables without a status."""
        return self.text("status") or "ok"

    @property
    def is_shown(self) -> bool:
        """Whether the row's numbers may be shown."""
        return self.status == "ok"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes, in the order given."""
        return tuple(code for code in (part.strip() for part in self.text("reasons").split(";")) if code)

    def text(self, name: str) -> str:
        """Text of a cell; empty where the cell is."""
        value = self.cells.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> float | None:
        """Number of a cell, or None where there is none to show.

        Raises:
            TablesError: the cell is not a finite number.
        """
        value = self.cells.get(name)
        if value is None or not self.is_shown:
            return None
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise TablesError(
                f"{self.table}.{name} holds something that is not a finite number; use an empty cell"
            )
        return float(value)

    def count(self, name: str) -> int | None:
        """Count in a cell, or None where there is none to show."""
        value = self.cells.get(name)
        return value if isinstance(value, int) and self.status != "withheld" else None

    def day(self, name: str) -> dt.date | None:
        """Calendar day in a cell, or None."""
        value = self.cells.get(name)
        return value if isinstance(value, dt.date) else None

    def is_true(self, name: str) -> bool:
        """Whether a boolean cell is true."""
        return self.cells.get(name) is True


def read_rows(tables: Tables, name: str) -> tuple[Row, ...]:
    """All rows of a table, in its order.

    Raises:
        TablesError: the table or one of its contract columns is missing.
    """
    if name not in tables:
        raise TablesError(f"table {name} is missing; pass every protected and meta table, empty ones too")
    missing = [column for column in _SPECS[name].column_names if column not in tables[name].columns]
    if missing:
        raise TablesError(f"{name} lacks the columns {', '.join(missing)}; see models/contracts/published/")
    return tuple(Row(name, cells) for cells in tables[name].iter_rows(named=True))


def only_row(tables: Tables, name: str) -> Row:
    """The row of a table that has exactly one.

    Raises:
        TablesError: the table has no row, or several.
    """
    rows = read_rows(tables, name)
    if len(rows) != 1:
        raise TablesError(f"{name} has {len(rows)} rows; it must have exactly one")
    return rows[0]


def first_where(rows: tuple[Row, ...], column: str, value: str) -> Row | None:
    """The first row whose cell holds this text, or None."""
    return next((row for row in rows if row.text(column) == value), None)
