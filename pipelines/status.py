"""What `peerlift status` says: what came in, what was refused and why, how fresh it is."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.publish import current_release
from pipelines.settings import Programme, data_cut, now
from pipelines.stages.landing import list_inbox
from pipelines.store.deliveries import dropped_rows, list_files, quarantined_rows, row_accounts
from pipelines.store.history import create_history_views
from pipelines.store.warehouse import open_warehouse

ROW_COLUMNS = ("n_rows_in", "n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")


def print_status(programme: Programme, console: Console | None = None) -> bool:
    """Print the status of a programme; returns whether anything was refused or set aside."""
    out = console or Console()
    waiting = list_inbox(programme.folders)
    out.print(programme.name, style="bold", markup=False, highlight=False)
    _print_freshness(programme, out)
    if not programme.folders.database.exists():
        out.print(f"{len(waiting)} files wait in {programme.folders.inbox}. `peerlift run` reads them.")
        return False
    with open_warehouse(programme.folders.database) as connection:
        create_history_views(connection)
        files, accounts = list_files(connection), row_accounts(connection)
        aside, dropped = quarantined_rows(connection), dropped_rows(connection)
    refused = files.filter(status="refused")
    known = set(files["file_id"])
    n_new = sum(file.file_id not in known for file in waiting)
    if n_new:
        out.print(f"{n_new} new files wait in the inbox: run `peerlift run`.")
    _print_accounts(accounts, out)
    for file, rule, n_rows in dropped.iter_rows():
        out.print(f"  {file}: {n_rows} rows left out by rule {rule}", markup=False, highlight=False)
    for row in refused.iter_rows(named=True):
        out.print(f"Refused: {row['name']} ({row['rule']}): {row['reason']}. {row['remedy']}.", markup=False)
    _print_quarantine(programme, aside, out)
    return bool(refused.height or aside.height)


def _print_freshness(programme: Programme, out: Console) -> None:
    release = current_release(programme.folders)
    if release is None:
        out.print("No release yet.")
        return
    week = data_cut(programme, now()).week
    age = "of this week" if release.week == week else f"of an earlier week; this is {week}: run `peerlift run`"
    out.print(f"Release {release.release_id}, data as of {release.data_as_of}, {age}.", highlight=False)


def _print_accounts(accounts: pl.DataFrame, out: Console) -> None:
    table = Table("file", "came in", "rows", "stored", "superseded", "dropped", "quarantined")
    for row in accounts.iter_rows(named=True):
        counts = [str(row[name]) for name in ROW_COLUMNS]
        table.add_row(Text(row["name"]), row["landed_at"].date().isoformat(), *counts)
    out.print(table)


def _print_quarantine(programme: Programme, aside: pl.DataFrame, out: Console) -> None:
    if aside.is_empty():
        return
    counted = aside.group_by("file", "table_name", "rule").len().sort("file", "table_name", "rule")
    for file, table_name, rule, n_rows in counted.iter_rows():
        out.print(
            f"Set aside: {file}: {n_rows} rows for {table_name} break {rule}", markup=False, highlight=False
        )
    out.print(f"Rows and remedies: {programme.folders.quarantine}", highlight=False)
