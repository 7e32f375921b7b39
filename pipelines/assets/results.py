"""How counts become Dagster results: never a value of a person, only numbers and rule names."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from models.cross_rules import CrossRule
from pipelines.validate import CheckResult

CHECK_NAME = "keeps_its_contract"
ACROSS_NAME = "agrees_with_other_tables"


def check_specs(tables: Sequence[str], *, blocking: bool, description: str) -> list[dg.AssetCheckSpec]:
    """One check per table; a blocking one stops what follows."""
    return [
        dg.AssetCheckSpec(CHECK_NAME, asset=table, blocking=blocking, description=description)
        for table in tables
    ]


def table_checks(
    tables: Sequence[str],
    results: Sequence[CheckResult],
    severity: dg.AssetCheckSeverity,
    metadata: Mapping[str, int],
) -> Iterator[dg.MaterializeResult[None]]:
    """One materialisation per table, with its row count and what its check found."""
    for table in tables:
        own = [result for result in results if result.table_name == table]
        broken = {result.rule: result.n_unexpected for result in own if not result.passed}
        check = dg.AssetCheckResult(
            asset_key=table,
            passed=not broken,
            check_name=CHECK_NAME,
            severity=severity,
            metadata={"rules": len(own), **broken},
        )
        n_rows = own[0].n_rows if own else 0
        yield dg.MaterializeResult(
            asset_key=table, metadata={"rows": n_rows, **metadata}, check_results=[check]
        )


def across_specs(rules: Sequence[CrossRule]) -> list[dg.AssetCheckSpec]:
    """One check per core table that rules across tables speak of; none stops what follows."""
    tables = dict.fromkeys(f"core_{rule.table.name}" for rule in rules)
    return [
        dg.AssetCheckSpec(ACROSS_NAME, asset=table, description="What other exports say agrees with it.")
        for table in tables
    ]


def across_checks(results: Sequence[CheckResult]) -> Iterator[dg.AssetCheckResult]:
    """What the rules across tables found, table by table."""
    for table in dict.fromkeys(result.table_name for result in results):
        own = [result for result in results if result.table_name == table]
        broken = {result.rule: result.n_unexpected for result in own if not result.passed}
        yield dg.AssetCheckResult(
            asset_key=table,
            check_name=ACROSS_NAME,
            passed=not broken,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"rules": len(own), **broken},
        )
