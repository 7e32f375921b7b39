"""From the inbox to history: landed files, staged rows with their checks, every version of every row."""

from collections.abc import Iterator

import dagster as dg

from models.contracts import CORE_TABLES
from pipelines.assets.programme import ProgrammeFolder
from pipelines.assets.results import check_specs, table_checks
from pipelines.settings import now
from pipelines.stages.landing import land_inbox
from pipelines.stages.loading import check_staged, load_history
from pipelines.stages.reading import stage_new_files

STAGED = tuple(f"staged_{table.name}" for table in CORE_TABLES)
HISTORIES = tuple(f"core_{table.name}_history" for table in CORE_TABLES)


@dg.asset(
    group_name="incoming", description="Files that came in, as copies named by their hash.", kinds={"file"}
)
def landed(programme: ProgrammeFolder) -> dg.MaterializeResult[None]:
    """Take new files in from the inbox."""
    with programme.held():
        files = land_inbox(programme.load(), now())
    return dg.MaterializeResult(metadata={"files_known": len(files)})


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            f"staged_{table.name}", deps=[landed], group_name="staged", description=f"New: {table.grain}."
        )
        for table in CORE_TABLES
    ],
    check_specs=check_specs(STAGED, blocking=False, description="Rows that break a rule go to quarantine."),
    name="staged",
    compute_kind="polars",
)
def staged(programme: ProgrammeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Read new files into staged tables, and check every row against the contracts."""
    with programme.held():
        readings = stage_new_files(programme.load())
        results = check_staged(programme.load())
    n_refused = sum(reading.status == "refused" for reading in readings)
    yield from table_checks(STAGED, results, dg.AssetCheckSeverity.WARN, {"files_refused": n_refused})


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            f"core_{table.name}_history",
            deps=[f"staged_{table.name}"],
            group_name="history",
            description=f"Every version ever known: {table.grain}.",
        )
        for table in CORE_TABLES
    ],
    name="core_history",
    compute_kind="duckdb",
)
def core_history(programme: ProgrammeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Set bad rows aside and append the good ones to history."""
    with programme.held():
        n_new = load_history(programme.load())
    for table in CORE_TABLES:
        yield dg.MaterializeResult(
            asset_key=f"core_{table.name}_history", metadata={"versions_added": n_new[table.name]}
        )
