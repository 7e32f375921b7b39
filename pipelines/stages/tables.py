"""Core tables as of the cut, and the derived tables made from them."""

from __future__ import annotations

from models.contracts import CORE_TABLES
from models.derived import derived_tables
from pipelines.settings import Cut, Programme
from pipelines.source_file import load_source_file
from pipelines.store.derive import build_derived, lag_days, put_clusters, put_run_settings, put_weeks
from pipelines.store.history import build_core
from pipelines.store.warehouse import Connection, fetch, open_warehouse


def build_core_tables(programme: Programme) -> dict[str, int]:
    """Build the core tables as of the run's cut, and settle the lag they imply; rows per table."""
    authorities = {
        path.stem: load_source_file(path).authority for path in sorted(programme.folders.sources.glob("*.toml"))
    }
    with open_warehouse(programme.folders.database) as connection:
        build_core(connection, authorities, programme.time_zone)
        put_run_settings(connection, _cut(connection), programme.plan, lag_days(connection, programme.plan))
        return {
            table.name: int(fetch(connection, f"select count(*) as n from core_{table.name}")["n"][0])  # noqa: S608
            for table in CORE_TABLES
        }


def build_clusters(programme: Programme) -> None:
    """Join people who share groups into clusters."""
    with open_warehouse(programme.folders.database) as connection:
        put_clusters(connection)


def build_weeks(programme: Programme) -> None:
    """List the weeks the difference is shown for."""
    with open_warehouse(programme.folders.database) as connection:
        put_weeks(connection)


def build_derived_table(programme: Programme, name: str) -> int:
    """Build one derived table; returns its rows."""
    with open_warehouse(programme.folders.database) as connection:
        return build_derived(connection, (name,))[name]


def derived_names() -> tuple[str, ...]:
    """The derived tables in the order they can be built."""
    return tuple(table.name for table in derived_tables() if not table.name.startswith("core_"))


def _cut(connection: Connection) -> Cut:
    row = fetch(connection, "select data_as_of, known_at from run_settings").row(0)
    return Cut(row[0], row[1])
