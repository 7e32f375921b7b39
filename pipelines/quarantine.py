"""What `peerlift quarantine` says: which rows are set aside, what that means, and what to do."""

from __future__ import annotations

from fnmatch import fnmatchcase

import polars as pl
from rich.console import Console

from pipelines.noticed import rows_named
from pipelines.settings import Programme
from pipelines.stages.quarantine import explained
from pipelines.store.deliveries import quarantined_rows
from pipelines.store.warehouse import open_warehouse


def print_quarantine(
    programme: Programme, file: str | None = None, rule: str | None = None, console: Console | None = None
) -> bool:
    """Print the rows in quarantine, rule by rule; returns whether there are any.

    Args:
        programme: The programme.
        file: Name, or pattern as `pulse*`, of the files to list; all where it is None.
        rule: Name, or pattern as `readable:*`, of the rules to list; all where it is None.
        console: Where to print.
    """
    out = console or Console(emoji=False)
    if not programme.folders.database.exists():
        out.print("No run yet: `peerlift run` reads what is in the inbox.")
        return False
    with open_warehouse(programme.folders.database) as connection:
        rows = quarantined_rows(connection)
    listed = explained(rows.filter(_fits(rows["file"], file) & _fits(rows["rule"], rule)))
    if listed.is_empty():
        out.print("No row in quarantine fits." if rows.height else "Nothing is in quarantine.")
        return False
    for (table_name, name), group in listed.group_by("table_name", "rule", maintain_order=True):
        first = group.row(0, named=True)
        _say(out, f"{name} ({table_name}), {_rows(group['row_number'].len())}")
        _say(out, f"  {first['meaning']}")
        _say(out, f"  {first['remedy']}")
        for (file_name,), own in group.group_by("file", maintain_order=True):
            _say(out, f"  {file_name}: {rows_named(own['row_number'].unique().sort().to_list())}")
    _say(out, f"As a list: {programme.folders.quarantine}")
    _say(out, "Mend the rows and deliver the file again: rows that are right there leave the list.")
    return True


def _fits(values: pl.Series, pattern: str | None) -> pl.Series:
    fits = [pattern is None or fnmatchcase(value.casefold(), pattern.casefold()) for value in values]
    return pl.Series(fits, dtype=pl.Boolean)


def _rows(n_rows: int) -> str:
    return "1 row" if n_rows == 1 else f"{n_rows} rows"


def _say(out: Console, text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
