"""What analysts get row by row: described, and with times no finer than their week."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from drawn import at, on, schemas

from models.analysis import DERIVED_FOR_ANALYSTS, analysis_table
from models.contracts import CORE_TABLES

TABLES = (*(f"core_{table.name}" for table in CORE_TABLES), *DERIVED_FOR_ANALYSTS)
THURSDAY, MONDAY = 0, date(1969, 12, 29)  # the first of January 1970 was a Thursday


def drawn_frame(name: str) -> pl.DataFrame:
    """One row of a table: every instant and day on day 0."""
    values: dict[type[pl.DataType], object] = {pl.Datetime: at(THURSDAY), pl.Date: on(THURSDAY), pl.Int64: 0}
    schema = schemas()[name]
    row = {column: [values.get(type(dtype))] for column, dtype in schema.items()}
    return pl.DataFrame(row, schema=dict(schema))


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_every_table_is_described(name: str) -> None:
    table, frame = analysis_table(name, drawn_frame(name))
    assert list(table.column_names) == frame.columns
    assert all(column.description.endswith(".") for column in table.columns)
    assert table.grain


@pytest.mark.parametrize("name", TABLES)
def test_times_leave_only_as_the_monday_of_their_week(name: str) -> None:
    table, frame = analysis_table(name, drawn_frame(name))
    weeks = [column for column in frame.columns if column.endswith("_week")]
    assert all(frame[column].dtype == pl.Date and frame[column][0] == MONDAY for column in weeks)
    assert not [column for column in frame.columns if column.endswith(("_at", "_on", "_us", "_day"))]
    assert not any(isinstance(dtype, pl.Datetime) for dtype in frame.dtypes)
    assert [column for column, dtype in frame.schema.items() if dtype == pl.Date] == weeks
    assert all(table.column(column).description.endswith("Monday of its week.") for column in weeks)


@pytest.mark.parametrize(("day", "monday"), [(3, MONDAY), (4, date(1970, 1, 5)), (10, date(1970, 1, 5))])
def test_sunday_ends_a_week_and_monday_begins_one(day: int, monday: date) -> None:
    frame = pl.DataFrame({"group_id": ["g"], "first_held_day": [day]})
    assert analysis_table("group_progress", frame)[1].row(0) == ("g", monday)


def test_a_time_that_is_not_known_stays_empty() -> None:
    frame = pl.DataFrame({"sixth_held_day": [None, 4]}, schema={"sixth_held_day": pl.Int64})
    assert analysis_table("group_progress", frame)[1]["sixth_held_week"].to_list() == [None, date(1970, 1, 5)]


def test_a_duration_is_no_time_and_stays() -> None:
    frame = pl.DataFrame({"report_days": [31], "days_since_baseline": [57]})
    assert analysis_table("commitment_outcomes", frame)[1].row(0) == (31, 57)


def test_a_column_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        analysis_table("group_progress", pl.DataFrame({"shoe_size": [43]}))
