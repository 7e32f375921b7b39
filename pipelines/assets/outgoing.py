"""Estimates, the disclosure gate, everything people see, and the release."""

from collections.abc import Iterator

import dagster as dg

from models.contracts import PROTECTED_TABLES, estimate_table
from models.derived import derived_tables
from pipelines.assets.core import BUILT_IN_PYTHON
from pipelines.assets.programme import ProgrammeFolder
from pipelines.settings import now
from pipelines.stages.estimating import estimate_all
from pipelines.stages.landed_copies import expire_copies
from pipelines.stages.protecting import protect_all, settle_ledger
from pipelines.stages.releasing import (
    release_draft,
    run_inputs_hash,
    write_analyst_file,
    write_published_file,
    write_report,
    write_site,
)

DERIVED_NAMES = [table.name for table in derived_tables() if not table.name.startswith("core_")]
ESTIMATES = [estimate_table(table) for table in PROTECTED_TABLES]
PROTECTED = [table.name for table in PROTECTED_TABLES]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            table.name,
            deps=[*DERIVED_NAMES, *BUILT_IN_PYTHON],
            group_name="estimates",
            description=f"For analysts only: {table.grain}.",
        )
        for table in ESTIMATES
    ],
    name="estimates",
    compute_kind="python",
)
def estimates(programme: ProgrammeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Run every estimator."""
    with programme.held():
        loaded = programme.load()
        n_rows = estimate_all(loaded, run_inputs_hash(loaded))
    for name, rows in n_rows.items():
        yield dg.MaterializeResult(asset_key=name, metadata={"rows": rows})


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            table.name,
            deps=[estimate.name for estimate in ESTIMATES],
            group_name="protected",
            description=f"What may be seen: {table.grain}.",
        )
        for table in PROTECTED_TABLES
    ],
    name="protected",
    compute_kind="python",
)
def protected(programme: ProgrammeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Pass the estimates through the only gate between people and pages."""
    with programme.held():
        n_rows = protect_all(programme.load())
    for name, rows in n_rows.items():
        yield dg.MaterializeResult(asset_key=name, metadata={"rows": rows})


@dg.asset(deps=PROTECTED, group_name="release", description="The value site.", kinds={"plotly"})
def site(programme: ProgrammeFolder) -> None:
    """Write the value site into the draft."""
    with programme.held():
        write_site(programme.load())


@dg.asset(deps=PROTECTED, group_name="release", description="The weekly report.", kinds={"html"})
def report(programme: ProgrammeFolder) -> None:
    """Write the weekly report into the draft."""
    with programme.held():
        write_report(programme.load())


@dg.asset(deps=PROTECTED, group_name="release", description="Protected tables for anybody.", kinds={"duckdb"})
def published_duckdb(programme: ProgrammeFolder) -> None:
    """Write the DuckDB file of protected tables into the draft."""
    with programme.held():
        write_published_file(programme.load())


@dg.asset(
    deps=PROTECTED, group_name="release", description="Restricted file for named analysts.", kinds={"duckdb"}
)
def analyst_duckdb(programme: ProgrammeFolder) -> None:
    """Write the restricted DuckDB file into the draft."""
    with programme.held():
        write_analyst_file(programme.load())


@dg.asset(
    deps=[site, report, published_duckdb, analyst_duckdb],
    group_name="release",
    description="The current release, swapped in at one stroke.",
    kinds={"file"},
)
def released(programme: ProgrammeFolder) -> dg.MaterializeResult[None]:
    """Make the draft the current release."""
    with programme.held():
        loaded = programme.load()
        release = release_draft(loaded)
        settle_ledger(loaded)
        expire_copies(loaded, now())
    return dg.MaterializeResult(metadata={"release": release.release_id, "week": release.week})
