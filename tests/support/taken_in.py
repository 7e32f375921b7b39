"""A programme of hand-written sources whose files are taken in as a run does, up to the core tables."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.catalogue import questions
from models.contracts import CORE_TABLES
from pipelines.new_programme import make_programme
from pipelines.settings import Programme, load_programme
from pipelines.stages.landing import land_inbox
from pipelines.stages.loading import load_history
from pipelines.stages.quarantine import rules_of
from pipelines.stages.reading import stage_new_files
from pipelines.store.deliveries import list_files, quarantined_rows, row_accounts
from pipelines.store.warehouse import open_warehouse
from pipelines.validate import broken

FIRST_RUN = datetime(2026, 10, 4, 12, tzinfo=UTC)
PARTS = ("n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")


def commitments_source(files: str, *, drop: str = "") -> str:
    """A source file that reads commitments: `code`, `who`, `made` and `difficulty` (1 to 5)."""
    return f"""
        format = "csv"
        files = ["{files}"]
        {drop}
        [[rows]]
        table = "commitments"
        [rows.columns]
        commitment_id = {{ column = "code" }}
        person_id = {{ column = "who" }}
        made_at = {{ column = "made" }}
        difficulty_1_5 = {{ column = "difficulty" }}
    """


def programme_of(folder: Path, **sources: str) -> Programme:
    """A programme with these source files and no others, whose inbox is taken in at once."""
    make_programme(folder)
    shutil.rmtree(folder / "sources")
    (folder / "sources").mkdir()
    for name, text in sources.items():
        (folder / "sources" / f"{name}.toml").write_text(text, "utf-8")
    settings = folder / "peerlift.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("# settle_seconds = 2", "settle_seconds = 0"), "utf-8"
    )
    return load_programme(folder)


def take_in(programme: Programme, run: int, **files: str) -> None:
    """Drop files (`name=text`, dots written as `__`) and take them in, in the run of this number.

    Rows that break a rule are counted by the conditions that set them aside: that Great Expectations counts the same
    is shown elsewhere.
    """
    for name, text in files.items():
        (programme.folders.inbox / name.replace("__", ".")).write_text(text, "utf-8")
    land_inbox(programme, FIRST_RUN + timedelta(days=run))
    stage_new_files(programme)
    with open_warehouse(programme.folders.database) as connection:
        connection.execute("delete from checks where stage = 'staged'")
        for table in CORE_TABLES:
            for rule in rules_of(table, "staged"):
                connection.execute(
                    "insert into checks select 'staged', ?, ?, count(*), "
                    f"count(*) filter (where {broken(rule, questions())}), true from staged_{table.name}",
                    [f"staged_{table.name}", rule.name],
                )
    load_history(programme)


def csv(*rows: str) -> str:
    """The text of a sheet of commitments."""
    return "\n".join(("code,who,made,difficulty", *rows)) + "\n"


def statuses(programme: Programme) -> dict[str, tuple[str, str | None]]:
    """Status and rule of each file by its name."""
    with open_warehouse(programme.folders.database) as connection:
        files = list_files(connection)
    return {row["name"]: (row["status"], row["rule"]) for row in files.iter_rows(named=True)}


def accounts(programme: Programme) -> list[tuple[str, int, tuple[int, ...]]]:
    """Of each file that was read: its name, its rows, and how many were stored, superseded, dropped, quarantined."""
    with open_warehouse(programme.folders.database) as connection:
        found = row_accounts(connection).sort("landed_at", "name")
    return [
        (row["name"], row["n_rows_in"], tuple(row[part] for part in PARTS))
        for row in found.iter_rows(named=True)
    ]


def aside(programme: Programme) -> list[tuple[str, int, str]]:
    """File, row and rule of what is in quarantine."""
    with open_warehouse(programme.folders.database) as connection:
        return quarantined_rows(connection).select("file", "row_number", "rule").rows()
