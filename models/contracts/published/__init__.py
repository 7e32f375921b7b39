"""The tables that leave: protected, about the data, and the estimates behind them.

What belongs here: the list of what pages and the DuckDB files show, and what only analysts see beside it.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published import commitments, matching, programme, slices, surveys
from models.contracts.published.meta import META_TABLES
from models.contracts.published.slices import DIMENSIONS

PROTECTED_TABLES: tuple[Table, ...] = (
    programme.PROGRAMME,
    commitments.COMPLETION,
    commitments.EFFECT,
    commitments.EFFECT_BY_WEEK,
    commitments.CROSSCHECKS,
    commitments.ADJUSTED,
    commitments.BALANCE,
    commitments.PROPENSITY,
    commitments.SENSITIVITY,
    commitments.POWER,
    commitments.KEPT_BY_DAY,
    commitments.SECONDARIES,
    surveys.USEFULNESS,
    surveys.USEFULNESS_TREND,
    surveys.LONELINESS,
    surveys.LONELINESS_MEASURES,
    surveys.RESPONSE,
    surveys.MISSING,
    matching.MATCH_RATES,
    programme.FUNNEL,
    programme.SESSION_FACTS,
    programme.METRICS,
    commitments.CLAIMS,
    slices.SLICES,
    programme.PLAN_VERSIONS,
)

# What analysts see beside the published columns of an estimate; never on a page.
ANALYST_COLUMNS: tuple[Column, ...] = (
    Column("se", "number", "Standard error of the estimate (CR2)."),
    Column("df", "number", "Bell-McCaffrey degrees of freedom."),
    Column("ci_low", "number", "Lower end of the 95 % interval for a single look."),
    Column("ci_high", "number", "Upper end of the 95 % interval for a single look."),
    Column(
        "smallest_people",
        "integer",
        "People the number stands for: in the smaller arm, or apart from a neighbouring number.",
        minimum=0,
    ),
)


def protected_table(name: str) -> Table:
    """The protected table of this name; `KeyError` where there is none."""
    for table in PROTECTED_TABLES:
        if table.name == name:
            return table
    raise KeyError(f"no protected table {name!r}")


def estimate_table(protected: Table) -> Table:
    """The table of estimates behind a protected table: what it will show, and what only analysts see."""
    name = "estimate_" + protected.name.removeprefix("protected_")
    return Table(name, protected.grain, protected.columns + ANALYST_COLUMNS)


__all__ = [
    "ANALYST_COLUMNS",
    "DIMENSIONS",
    "META_TABLES",
    "PROTECTED_TABLES",
    "estimate_table",
    "protected_table",
]
