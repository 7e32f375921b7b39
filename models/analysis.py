"""What analysts may see row by row: which tables, and what their columns mean.

What belongs here: the pseudonymous tables of the restricted file and a description of every column of theirs
that no contract describes. Times leave only as the Monday of their week.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.contracts import CORE_TABLES, Column, Kind, Table
from models.derived import derived_tables

DERIVED_FOR_ANALYSTS = ("commitment_outcomes", "loneliness_changes", "person_progress", "group_progress")

# The same name means the same in every table.
DESCRIPTIONS: Mapping[str, str] = {
    "arm": "1 with an appointment recorded at check-out, 0 without, empty where the calendar leaves it open.",
    "baseline_score": "UCLA-3 score at the baseline, 3 to 9.",
    "change_score": "UCLA-3 score minus the baseline's; below zero is less lonely.",
    "cluster_id": "Number of the cluster of people who share coaching groups.",
    "cohort": "Intake the person joined with.",
    "commitment_id": "Pseudonym of the commitment.",
    "confidence_1_5": "Confidence said before the appointment prompt.",
    "confirmed_by": "Who said what became of it.",
    "days_since_baseline": "Days from the baseline to this answer.",
    "department": "Department when the commitment was made.",
    "difficulty_1_5": "Difficulty said before the appointment prompt.",
    "done": "Day it was done.",
    "due": "Day the person set for it.",
    "first_held": "First session held.",
    "group_id": "Pseudonym of the coaching group.",
    "group_number": "Number of the group in this run, of the person where there is no group; another in the next run.",
    "importance_1_5": "Importance said before the appointment prompt.",
    "is_booked_late": "Whether an appointment was booked, but only after the plan's hours.",
    "is_group_six": "Whether the group has held a sixth session.",
    "is_left": "1 when the person has left the programme.",
    "is_mature": "Whether horizon and lag have passed at the cut.",
    "is_mature_14": "The same with a horizon of 14 days.",
    "is_mature_42": "The same with a horizon of 42 days.",
    "is_mature_due": "Whether its own due date and the lag have passed at the cut.",
    "is_member": "1 when the person is or was in a coaching group.",
    "is_trained": "1 when the person was trained in the method.",
    "kept": "1 when kept within the horizon, else 0; meaningful where mature and the state is known.",
    "kept_14": "The same with a horizon of 14 days.",
    "kept_42": "The same with a horizon of 42 days.",
    "kept_due": "1 when done by its own due date.",
    "last_held": "Latest session held.",
    "level": "Level when the commitment was made.",
    "link": "How the record was matched to its commitment.",
    "made": "Check-out at which it was made.",
    "n_sessions_attended": "Held sessions the person came to.",
    "n_sessions_expected": "Held sessions the person was expected at.",
    "n_sessions_held": "Sessions the group has held.",
    "partner_cluster_id": "Number of the cluster when partnerships across groups join clusters too.",
    "person_id": "Pseudonym of the person.",
    "person_number": "Number of the person in this run; another in the next run.",
    "report_days": "Days from check-out to the report of the state.",
    "report_number": "1 for the first report about the commitment.",
    "reported": "When its state was first reported.",
    "session_id": "Pseudonym of the session.",
    "session_number": "1 for the group's first session.",
    "sixth_held": "Sixth session held.",
    "state": "What became of it.",
    "wave": "Survey wave compared with the baseline.",
}


def analysis_table(name: str, frame: pl.DataFrame) -> tuple[Table, pl.DataFrame]:
    """A core or derived table as analysts get it: described, and with times cut down to their week.

    Instants and days become the Monday of their week under a name ending in `_week`; day numbers and
    microseconds are left out.

    Raises:
        KeyError: a column has no description.
    """
    contract = next((table for table in CORE_TABLES if f"core_{table.name}" == name), None)
    described = {column.name: column.description for column in contract.columns} if contract else {}
    columns: dict[str, Column] = {}
    kept: dict[str, pl.Expr] = {}
    for column, dtype in frame.schema.items():
        stem = column.removesuffix("_at").removesuffix("_on").removesuffix("_day")
        is_time = dtype in (pl.Date, pl.Datetime("us"))
        is_day_number = column.endswith("_day") and f"{stem}_on" not in frame.columns
        name_of_week = f"{stem}_week"
        if name_of_week in columns:
            continue
        if is_time or (is_day_number and stem not in frame.columns):
            meaning = described.get(column) or DESCRIPTIONS[stem]
            columns[name_of_week] = Column(name_of_week, "date", f"{meaning} Monday of its week.")
            kept[name_of_week] = _monday(column, is_number=not is_time).alias(name_of_week)
        elif not column.endswith(("_us", "_day")):
            columns[column] = Column(column, _kind(dtype), described.get(column) or DESCRIPTIONS[column])
            kept[column] = pl.col(column)
    return Table(name, contract.grain if contract else _grain(name), tuple(columns.values())), frame.select(
        kept.values()
    )


def _monday(column: str, *, is_number: bool) -> pl.Expr:
    day = pl.col(column).cast(pl.Int32).cast(pl.Date) if is_number else pl.col(column).cast(pl.Date)
    return day.dt.truncate("1w")


def _kind(dtype: pl.DataType) -> Kind:
    if dtype.is_integer():
        return "integer"
    if dtype.is_float():
        return "number"
    return "boolean" if dtype == pl.Boolean else "text"


def _grain(name: str) -> str:
    found = next(table for table in derived_tables() if table.name == name)
    return found.grain.removeprefix("One row per ").split(":")[0].rstrip(".")
