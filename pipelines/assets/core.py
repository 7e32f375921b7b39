"""The core tables as of the cut, checked, and the derived tables made from them."""

from collections.abc import Iterator

import dagster as dg

from models.contracts import CORE_TABLES
from models.cross_rules import CROSS_RULES
from models.derived import DerivedTable, derived_tables
from pipelines.assets.incoming import HISTORIES
from pipelines.assets.programme import ProgrammeFolder
from pipelines.assets.results import across_checks, across_specs, check_specs, table_checks
from pipelines.stages.across import check_across
from pipelines.stages.loading import check_core
from pipelines.stages.tables import build_clusters, build_core_tables, build_derived_table, build_weeks

CORE = tuple(f"core_{table.name}" for table in CORE_TABLES)
BUILT_IN_PYTHON = ("person_clusters", "weeks")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            f"core_{table.name}", deps=list(HISTORIES), group_name="core", description=f"{table.grain}."
        )
        for table in CORE_TABLES
    ],
    check_specs=[
        *check_specs(CORE, blocking=True, description="A broken rule here stops the run."),
        *across_specs(CROSS_RULES),
    ],
    name="core",
    compute_kind="duckdb",
)
def core(programme: ProgrammeFolder) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the core tables as of the cut and check them."""
    with programme.held():
        build_core_tables(programme.load())
        results = check_core(programme.load())
        across = check_across(programme.load())
    yield from table_checks(CORE, results, dg.AssetCheckSeverity.ERROR, {})
    yield from across_checks(across)


@dg.asset(
    deps=list(CORE),
    group_name="derived",
    description="One row per person: cluster of shared groups.",
    kinds={"python"},
)
def person_clusters(programme: ProgrammeFolder) -> None:
    """Join people who share groups into clusters."""
    with programme.held():
        build_clusters(programme.load())


@dg.asset(deps=list(CORE), group_name="derived", description="One row per ISO week shown.", kinds={"python"})
def weeks(programme: ProgrammeFolder) -> None:
    """List the weeks from the first mature commitment to the cut."""
    with programme.held():
        build_weeks(programme.load())


def _derived_asset(table: DerivedTable) -> dg.AssetsDefinition:
    @dg.asset(
        name=table.name,
        deps=[read for read in table.reads if read != "run_settings"],
        group_name="derived",
        description=table.grain,
        kinds={"sql", "duckdb"},
    )
    def build(programme: ProgrammeFolder) -> dg.MaterializeResult[None]:
        with programme.held():
            n_rows = build_derived_table(programme.load(), table.name)
        return dg.MaterializeResult(metadata={"rows": n_rows})

    return build


DERIVED = [_derived_asset(table) for table in derived_tables() if not table.name.startswith("core_")]
"""One asset per file of `models/sql` that is no core table."""
