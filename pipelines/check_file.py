"""What `peerlift check FILE` says: what would be read and what refused; nothing is changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.catalogue import questions
from models.contracts import CORE_TABLES
from pipelines.mapping import StagedFile
from pipelines.readers import FileRefused
from pipelines.settings import Programme, data_cut, now
from pipelines.stages.loading import rules_of
from pipelines.stages.reading import load_readers, read_file, staged_frames
from pipelines.store.derive import put_run_settings
from pipelines.store.history import put_staged, staged_table
from pipelines.store.warehouse import fetch, open_warehouse
from pipelines.validate import broken

ROWS_NAMED = 20


def check_file(programme: Programme, path: Path, console: Console | None = None) -> bool:
    """Say how a file would be read; returns whether it, or a row of it, would be refused.

    Rows are checked by the conditions that set rows aside in a run. That a commitment can be told from the
    previous session is known only with the other files, and not checked.
    """
    out = console or Console()
    try:
        raw, staged = read_file(path, path.name, load_readers(programme))
    except FileRefused as refused:
        out.print(str(refused), markup=False, highlight=False)
        return True
    out.print(
        f"{path.name}: {raw.format}, read by sources/{staged.source}.toml, {staged.n_rows} rows", markup=False
    )
    summary = Table("becomes", "rows")
    for name, frame in staged.tables.items():
        summary.add_row(name, str(frame.height))
    for rule, n_rows in staged.dropped.group_by("rule").len().sort("rule").iter_rows():
        summary.add_row(f"left out: {rule}", str(n_rows))
    out.print(summary)
    bad = _bad_rows(programme, staged)
    for table_name, rule, remedy, rows in bad:
        named = ", ".join(str(row) for row in rows[:ROWS_NAMED]) + (" ..." if len(rows) > ROWS_NAMED else "")
        out.print(
            f"Would be set aside: {table_name}, {rule}: rows {named}. {remedy}", markup=False, highlight=False
        )
    return bool(bad)


def _bad_rows(programme: Programme, staged: StagedFile) -> list[tuple[str, str, str, list[int]]]:
    found: list[tuple[str, str, str, list[int]]] = []
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(folder) / "check.duckdb") as connection:
        put_run_settings(connection, data_cut(programme, now()), programme.plan, programme.plan.lag_days)
        put_staged(connection, staged_frames(staged, "checked"))
        for table in CORE_TABLES:
            for rule in rules_of(table, "staged"):
                rows = fetch(
                    connection,
                    f"select distinct row_number from {staged_table(table)} "  # noqa: S608
                    f"where {broken(rule, questions())} order by row_number",
                )["row_number"].to_list()
                if rows:
                    found.append((table.name, rule.name, rule.remedy, rows))
    return found
