"""The quarantine lists: what was set aside, why, and what to do; one list of now and one for each run."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from models.catalogue import questions
from models.contracts import CORE_TABLES, Table
from models.cross_rules import CROSS_RULES
from models.rules import Rule, core_rules, staged_rules
from pipelines.private_files import make_private_folder, replace_file
from pipelines.settings import Programme
from pipelines.store.deliveries import quarantined_rows
from pipelines.store.warehouse import fetch, open_warehouse

RUNS_KEPT = 50
"""Lists of single runs that are kept."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a rule means for a row that breaks it, and what to do."""

    meaning: str
    remedy: str


def rules_of(table: Table, stage: str) -> tuple[Rule, ...]:
    """The rules of a table at a stage (`staged` or `core`)."""
    return staged_rules(table, tuple(questions())) if stage == "staged" else core_rules(table)


def explained_rules() -> Mapping[tuple[str, str], Explained]:
    """Every rule that can set a row aside, by table and name."""
    own = {
        (table.name, rule.name): Explained(rule.meaning, rule.remedy)
        for table in CORE_TABLES
        for rule in rules_of(table, "staged")
    }
    across = {(rule.table.name, rule.name): Explained(rule.meaning, rule.remedy) for rule in CROSS_RULES}
    return {**own, **across}


def explained(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `table_name` and `rule`, and what each rule means and what to do."""
    known = explained_rules()
    listed = pl.DataFrame(
        [(*names, rule.meaning, rule.remedy) for names, rule in known.items()],
        schema=["table_name", "rule", "meaning", "remedy"],
        orient="row",
    )
    return rows.join(listed, on=["table_name", "rule"], how="left", maintain_order="left")


def write_quarantine(programme: Programme) -> None:
    """Write the list of what is in quarantine now, and the same as the list of this run; old ones go."""
    folders = programme.folders
    with open_warehouse(folders.database) as connection:
        aside = quarantined_rows(connection)
        moment: datetime = fetch(connection, "select known_at from run_settings")["known_at"][0]
    text = io.BytesIO()
    explained(aside).write_csv(text)
    replace_file(folders.quarantine, text.getvalue())
    runs = folders.quarantine.with_suffix("")
    make_private_folder(runs)
    replace_file(runs / f"{moment:%Y-%m-%dT%H-%M-%S}.csv", text.getvalue())
    for old in sorted(runs.glob("*.csv"))[:-RUNS_KEPT]:
        old.unlink()
