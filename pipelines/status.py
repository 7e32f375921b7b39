"""What `peerlift status` says: what came in, what was refused and why, how fresh it is."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.inbox import InboxError, WaitingFile
from pipelines.noticed import across_lines, notice_lines
from pipelines.publish import current_release
from pipelines.settings import Programme, data_cut, now
from pipelines.stages.landing import left_in_inbox, left_lines, waiting_files
from pipelines.stages.rereading import is_any_damaged, not_read_anew, not_read_anew_lines
from pipelines.store.across import broken_across
from pipelines.store.deliveries import dropped_rows, list_files, quarantined_rows, row_accounts
from pipelines.store.file_notices import list_notices
from pipelines.store.history import create_history_views
from pipelines.store.inbox_look import Seen, last_look
from pipelines.store.warehouse import open_warehouse

ROW_COLUMNS = ("n_rows_in", "n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")


def print_status(programme: Programme, console: Console | None = None) -> bool:
    """Print the status of a programme; returns whether anything was refused or set aside."""
    out = console or Console(emoji=False)
    out.print(programme.name, style="bold", markup=False, highlight=False)
    _print_freshness(programme, out)
    waiting = _waiting(programme, out)
    if not programme.folders.database.exists():
        n_waiting = len(waiting or [])
        out.print(f"{n_waiting} files wait in {programme.inbox.url}. `peerlift run` reads them.", markup=False)
        return waiting is None
    with open_warehouse(programme.folders.database) as connection:
        create_history_views(connection)
        files, accounts = list_files(connection), row_accounts(connection)
        aside, dropped = quarantined_rows(connection), dropped_rows(connection)
        look = last_look(connection)
        noticed = [*notice_lines(list_notices(connection)), *across_lines(broken_across(connection))]
    refused = files.filter(status="refused")
    _print_new(look, waiting or [], out)
    _print_accounts(accounts, out)
    for file, rule, n_rows in dropped.iter_rows():
        out.print(f"  {file}: {n_rows} rows left out by rule {rule}", markup=False, highlight=False)
    for row in refused.iter_rows(named=True):
        out.print(f"Refused: {row['name']} ({row['rule']}): {row['reason']}. {row['remedy']}.", markup=False)
    _print_quarantine(programme, aside, out)
    for line in noticed:
        out.print(line, markup=False, highlight=False)
    left, unread = left_in_inbox(programme, waiting or []), not_read_anew(programme)
    for line in [*left_lines(left), *not_read_anew_lines(unread)]:
        out.print(line, markup=False, highlight=False)
    return bool(refused.height or aside.height or left) or is_any_damaged(unread) or waiting is None


def _waiting(programme: Programme, out: Console) -> list[WaitingFile] | None:
    """The files that wait; None, and a word, where the inbox can't be reached."""
    try:
        return waiting_files(programme)
    except InboxError as error:
        out.print(str(error), markup=False, highlight=False)
        return None


def _print_new(look: Sequence[Seen], waiting: Sequence[WaitingFile], out: Console) -> None:
    seen = {(item.name, item.version) for item in look if not item.left}
    n_new = sum((file.name, file.version) not in seen for file in waiting)
    if n_new:
        out.print(f"{n_new} new files wait in the inbox: run `peerlift run`.")


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
    out.print(
        f"What it means and what to do: `peerlift quarantine`. Rows and remedies: {programme.folders.quarantine}",
        highlight=False,
    )
