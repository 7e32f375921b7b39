"""How counts become Dagster results: never a value of a person, only numbers and rule names."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from pipelines.validate import CheckResult

CHECK_NAME = "keeps_its_contract"


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
