"""The derived tables: one packaged `.sql` file each, with what it reads.

What belongs here: finding the files, parsing what they read, and an order in which they can be built.
Running them is the store's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources
from itertools import takewhile

from sqlglot import exp, parse_one


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """One derived table: its name (the file's), its grain (the comment the file opens with) and what it reads."""

    name: str
    grain: str
    sql: str
    reads: tuple[str, ...]


@cache
def derived_tables() -> tuple[DerivedTable, ...]:
    """Every table of `models/sql`, each after the tables it reads."""
    folder = resources.files("models") / "sql"
    found = {
        entry.name.removesuffix(".sql"): _read(entry.name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
    graph = {
        name: [read for read in sorted(table.reads) if read in found] for name, table in sorted(found.items())
    }
    return tuple(found[name] for name in TopologicalSorter(graph).static_order())


def tables_read(sql: str) -> tuple[str, ...]:
    """Names of the tables a select reads, without its own common table expressions, sorted."""
    tree = parse_one(sql, dialect="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return tuple(sorted({table.name for table in tree.find_all(exp.Table)} - own))


def _read(name: str, sql: str) -> DerivedTable:
    opening = takewhile(lambda line: line.startswith("--"), sql.splitlines())
    comments = [line.removeprefix("--").strip() for line in opening]
    return DerivedTable(name, " ".join(comments), sql, tables_read(sql))
