"""Site, report and DuckDB files into a draft, and the draft into the current release."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import polars as pl

from dashboards.report import build_report
from dashboards.site import build_site
from models.analysis import DERIVED_FOR_ANALYSTS, analysis_table
from models.contracts import CORE_TABLES, META_TABLES, PROTECTED_TABLES, estimate_table
from pipelines.private_files import make_private_folder
from pipelines.publish import (
    ANALYST_FILE,
    PUBLISHED_FILE,
    Release,
    ReleaseError,
    analyst_file,
    current_folder,
    current_release,
    data_hash,
    draft_folder,
    draft_restricted,
    finish,
    free_release_id,
    is_whole,
    publish,
)
from pipelines.settings import Programme, data_cut, iso_week, package_version
from pipelines.stages.estimating import meta_tables, protected_tables
from pipelines.store.analyst_files import FileTable, write_duckdb_file
from pipelines.store.warehouse import Connection, fetch, open_warehouse

RESTRICTED_NOTE = "Restricted: pseudonymous rows of people, for named analysts only."


def inputs_hash(connection: Connection, programme: Programme, week: str) -> str:
    """Hash of all a release is made from: files loaded, settings, plan, version and week."""
    files = fetch(connection, "select file_id from files where status = 'loaded' order by file_id")["file_id"]
    parts = [*files, programme.settings_hash, package_version(), week]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run_inputs_hash(programme: Programme) -> str:
    """`inputs_hash` of the run under way."""
    with open_warehouse(programme.folders.database) as connection:
        day = fetch(connection, "select data_as_of from run_settings")["data_as_of"][0]
        return inputs_hash(connection, programme, iso_week(day))


def is_up_to_date(programme: Programme, moment: datetime) -> bool:
    """Whether the current release was made from all that is known, in this week; the inbox is not looked at."""
    if not programme.folders.database.exists():
        return False
    with open_warehouse(programme.folders.database) as connection:
        wanted = inputs_hash(connection, programme, data_cut(programme, moment).week)
    return _is_current_whole(programme, wanted)


def write_site(programme: Programme) -> Path:
    """Write the value site into the draft."""
    folder = _fresh(draft_folder(programme.folders) / "site")
    build_site(_tables(programme), folder)
    return folder


def write_report(programme: Programme) -> Path:
    """Write the weekly report into the draft."""
    folder = _fresh(draft_folder(programme.folders) / "report")
    build_report(_tables(programme), folder)
    return folder


def write_published_file(programme: Programme) -> Path:
    """Write the DuckDB file of protected tables into the draft."""
    make_private_folder(draft_folder(programme.folders))
    path = draft_folder(programme.folders) / PUBLISHED_FILE
    for left in (path, path.with_name(f"{path.name}.wal")):
        left.unlink(missing_ok=True)  # of a run that was killed
    write_duckdb_file(path, _published(_tables(programme)))
    return path


def write_analyst_file(programme: Programme) -> Path:
    """Write the restricted DuckDB file: also pseudonymous rows, times by week, and estimates with their errors."""
    folder = _fresh(draft_restricted(programme.folders))
    with open_warehouse(programme.folders.database) as connection:
        names = [f"core_{table.name}" for table in CORE_TABLES]
        rows = [_analysis(connection, name) for name in (*names, *DERIVED_FOR_ANALYSTS)]
        for table in PROTECTED_TABLES:
            estimate = estimate_table(table)
            frame = fetch(connection, f"select * from {estimate.name}")  # noqa: S608
            rows.append(FileTable("analysis", estimate, frame, RESTRICTED_NOTE))
    published = [
        FileTable(item.schema, item.table, item.rows, RESTRICTED_NOTE)
        for item in _published(_tables(programme))
    ]
    write_duckdb_file(folder / ANALYST_FILE, [*published, *rows])
    return folder / ANALYST_FILE


def release_draft(programme: Programme) -> Release:
    """Publish the draft, unless the current release was made from the same inputs and is whole."""
    folders = programme.folders
    release = _release(programme)
    if _is_current_whole(programme, release.inputs_hash):
        shutil.rmtree(draft_folder(folders))
        shutil.rmtree(draft_restricted(folders))
    else:
        publish(folders, release)
    finish(folders, keep=programme.keep_releases)
    current = current_release(folders)
    return current or release


def _is_current_whole(programme: Programme, wanted: str) -> bool:
    try:
        current = current_release(programme.folders)
    except ReleaseError:
        return False
    folder = current_folder(programme.folders)
    if current is None or folder is None or current.inputs_hash != wanted:
        return False
    analyst = analyst_file(programme.folders)
    return analyst is not None and analyst.is_file() and is_whole(folder)


def _release(programme: Programme) -> Release:
    with open_warehouse(programme.folders.database) as connection:
        row = fetch(connection, "select data_as_of from run_settings").row(0)
        hashed = inputs_hash(connection, programme, iso_week(row[0]))
        tables = protected_tables(connection)
    return Release(
        release_id=free_release_id(programme.folders, iso_week(row[0]), hashed),
        week=iso_week(row[0]),
        inputs_hash=hashed,
        data_hash=data_hash(tables),
        plan_hash=programme.plan.sha256,
        version=package_version(),
        data_as_of=row[0].isoformat(),
    )


def _tables(programme: Programme) -> dict[str, pl.DataFrame]:
    release = _release(programme)
    run = {
        name: getattr(release, name)
        for name in ("release_id", "version", "inputs_hash", "data_hash", "plan_hash")
    }
    with open_warehouse(programme.folders.database) as connection:
        return {**protected_tables(connection), **meta_tables(connection, run)}


def _published(tables: dict[str, pl.DataFrame]) -> list[FileTable]:
    listed = [FileTable("protected", table, tables[table.name]) for table in PROTECTED_TABLES]
    return listed + [FileTable("meta", table, tables[table.name]) for table in META_TABLES]


def _analysis(connection: Connection, name: str) -> FileTable:
    table, rows = analysis_table(name, fetch(connection, f"select * from {name} order by all"))  # noqa: S608
    return FileTable("analysis", table, rows, RESTRICTED_NOTE)


def _fresh(folder: Path) -> Path:
    """An empty folder in the draft; what an earlier, killed run left there goes first."""
    if folder.exists():
        shutil.rmtree(folder)
    make_private_folder(folder)
    return folder
