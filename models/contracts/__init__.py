"""The tables of Peerlift, column by column.

What belongs here: the names, kinds, ranges and meanings of the columns that other parts agree on.
From these specs derive the staged tables and their checks, the history and core DDL, the quarantine rules,
the comments in the published files and the data dictionary.
What does not: how a column is read from an export (a source file says that) or shown (dashboards do).
"""

from __future__ import annotations

from models.contracts.columns import (
    IDENTIFIER_KINDS,
    SQL_TYPES,
    Column,
    Kind,
    Table,
)
from models.contracts.core import (
    ANSWERS,
    APPOINTMENTS,
    ASSIGNMENTS,
    ATTENDANCE,
    COMMITMENTS,
    CORE_TABLES,
    HISTORY_COLUMNS,
    INVITATIONS,
    MEMBERSHIPS,
    OUTCOME_REPORTS,
    PEOPLE,
    SESSIONS,
    STAGED_COLUMNS,
    core_table,
)
from models.contracts.published import (
    ANALYST_COLUMNS,
    DIMENSIONS,
    META_TABLES,
    PROTECTED_TABLES,
    estimate_table,
    protected_table,
)

__all__ = [
    "ANALYST_COLUMNS",
    "ANSWERS",
    "APPOINTMENTS",
    "ASSIGNMENTS",
    "ATTENDANCE",
    "COMMITMENTS",
    "CORE_TABLES",
    "DIMENSIONS",
    "HISTORY_COLUMNS",
    "IDENTIFIER_KINDS",
    "INVITATIONS",
    "MEMBERSHIPS",
    "META_TABLES",
    "OUTCOME_REPORTS",
    "PEOPLE",
    "PROTECTED_TABLES",
    "SESSIONS",
    "SQL_TYPES",
    "STAGED_COLUMNS",
    "Column",
    "Kind",
    "Table",
    "core_table",
    "estimate_table",
    "protected_table",
]
