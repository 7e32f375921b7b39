"""Times and dates as exports write them, as instants in UTC and calendar days."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import FileRefused
from pipelines.times import Clock, Place, read_dates, read_times


def place(n_rows: int) -> Place:
    return Place("pulse.csv", "Timestamp", pl.Series(range(2, 2 + n_rows), dtype=pl.Int64))


def times(*cells: str | None, order: str | None = "day_first", zone: str = "Europe/Berlin") -> list[str | None]:
    read = read_times(pl.Series(cells, dtype=pl.String), Clock(zone, order), place(len(cells)))
    assert read.dtype == pl.Datetime("us")
    return [None if moment is None else moment.isoformat(" ") for moment in read]


def dates(*cells: str | None, order: str | None = "day_first", zone: str = "Europe/Berlin") -> list[str | None]:
    read = read_dates(pl.Series(cells, dtype=pl.String), Clock(zone, order), place(len(cells)))
    assert read.dtype == pl.Date
    return [None if day is None else day.isoformat() for day in read]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-05T09:12:00Z", "2026-01-05 09:12:00"),
        ("2026-01-05 09:12", "2026-01-05 08:12:00"),  # Berlin in winter: UTC+1
        ("2026-07-05T09:12:30", "2026-07-05 07:12:30"),  # and in summer: UTC+2
        ("2026-01-05T09:12:00.123456789+05:30", "2026-01-05 03:42:00.123456"),
        ("2026-01-05T09:12:00-0300", "2026-01-05 12:12:00"),
        ("2025/06/25 4:53:36 PM UTC+3", "2025-06-25 13:53:36"),
        ("2025/06/25 4:53:36\u202fPM GMT-4", "2025-06-25 20:53:36"),
        ("2025/06/25 4:53:36 p. m. UTC", "2025-06-25 16:53:36"),
        ("25/06/2025 12:05 AM", "2025-06-24 22:05:00"),
        ("25.06.2025 12:05 PM", "2025-06-25 10:05:00"),
        ("25.6.2025, 9:05:07", "2025-06-25 07:05:07"),
        ("29-12-2018 23:46", "2018-12-29 22:46:00"),
        ("25/06/2025", "2025-06-24 22:00:00"),  # midnight in Berlin
    ],
)
def test_a_time_is_read_in_every_shape_exports_use(cell: str, expected: str) -> None:
    assert times(cell) == [expected]


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "31/02/2026",
        "32/13/2026",
        "2026-01-05T24:00",
        "2026-01-05T09:60",
        "2025/06/25 13:00 PM",
        "2026-01/05",
        "5/6/26",
        "2026-01-05T09:12:00+99",
        "2026-01-05T09:00:00 in an unknown zone",
        "45000.5",
        "٢٠٢٦-٠١-٠٥",
    ],
)
def test_what_is_no_time_is_not_guessed(cell: str) -> None:
    assert times(cell) == [None]


def test_an_hour_that_occurs_twice_is_its_first() -> None:
    assert times("2026-10-25 02:30") == ["2026-10-25 00:30:00"]


def test_the_zone_s_name_tells_which_of_the_two_hours_it_was() -> None:
    cells = ("2026-10-25 02:30 CEST", "2026-10-25 02:30 CET", "2026-10-25 02:30 MEZ")
    assert times(*cells) == ["2026-10-25 00:30:00", "2026-10-25 01:30:00", "2026-10-25 01:30:00"]


def test_an_hour_the_clock_change_leaves_out_cannot_be_read() -> None:
    assert times("2026-03-29 02:30") == [None]


def test_a_day_that_begins_with_a_clock_change_begins_an_hour_late() -> None:
    # Cairo's clocks went from 0:00 to 1:00, UTC+3, on 24 April 2026.
    assert times("2026-04-24", zone="Africa/Cairo") == ["2026-04-23 22:00:00"]
    assert times("2026-04-24 00:30", zone="Africa/Cairo") == [None]
    assert times("2026-04-25", zone="Africa/Cairo") == ["2026-04-24 21:00:00"]


def test_a_zone_s_name_that_is_not_the_source_s_own_is_not_guessed() -> None:
    assert times("2026-01-25 4:53:36 AM CST") == [None]
    assert times("2026-01-25 4:53:36 AM CST", zone="America/Chicago") == ["2026-01-25 10:53:36"]


def test_the_order_of_day_and_month_is_the_source_s() -> None:
    assert times("3/4/2026", order="day_first", zone="UTC") == ["2026-04-03 00:00:00"]
    assert times("3/4/2026", order="month_first", zone="UTC") == ["2026-03-04 00:00:00"]


@pytest.mark.parametrize("cell", ["3/4/2026", "3.4.2026 9:00", "25-12-2026"])
def test_dates_in_numbers_without_an_order_refuse_the_file(cell: str) -> None:
    with pytest.raises(FileRefused, match="row 3") as refusal:
        times(None, cell, order=None)
    assert refusal.value.rule == "day_order_missing"


@pytest.mark.parametrize(
    ("cell", "order"), [("9/25/2026", "day_first"), ("25/9/2026", "month_first"), ("9/25/2026", "year_first")]
)
def test_a_date_that_contradicts_the_order_refuses_the_file_by_its_row(cell: str, order: str) -> None:
    with pytest.raises(FileRefused, match=r"column `Timestamp`, row 3") as refusal:
        dates("2026-01-01", cell, order=order)
    assert refusal.value.rule == "day_order_contradicted"
    assert cell not in str(refusal.value)


def test_a_contradiction_is_found_among_dates_of_several_separators() -> None:
    with pytest.raises(FileRefused, match=r"row 4") as refusal:
        times("3/4/2026", "3.4.2026", "25-12-2026", order="month_first")
    assert refusal.value.rule == "day_order_contradicted"


def test_a_date_no_order_can_read_is_one_bad_cell_and_no_contradiction() -> None:
    assert times("3/4/2026", "31/31/2026", zone="UTC") == ["2026-04-03 00:00:00", None]


def test_years_of_two_digits_are_never_filled_up_whatever_the_order() -> None:
    for order in ("day_first", "month_first", "year_first", None):
        assert times("26/01/05", "5.1.26", order=order) == [None, None]


def test_iso_needs_no_order() -> None:
    assert times("2026-01-05", None, "", order=None, zone="UTC") == ["2026-01-05 00:00:00", None, None]


def test_a_date_may_come_as_a_time_and_is_the_local_day() -> None:
    assert dates("2026-01-05T00:00:00", "2026-01-05T23:30:00Z", "2026-01-05T23:30:00+01:00") == [
        "2026-01-05",
        "2026-01-06",  # half past midnight in Berlin
        "2026-01-05",
    ]


def test_no_cells_give_no_times() -> None:
    assert times() == []
    assert times(None, None) == [None, None]


@settings(deadline=None)
@given(moment=st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)))  # noqa: DTZ001 - a clock's reading
def test_every_shape_of_an_instant_reads_alike(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    shapes = (
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        moment.strftime("%Y/%m/%d %I:%M:%S %p UTC+0"),
        moment.strftime("%d.%m.%Y %H:%M:%S"),
        moment.strftime("%d/%m/%Y %I:%M:%S %p"),
    )
    assert times(*shapes, zone="UTC") == [moment.isoformat(" ")] * 4


@settings(deadline=None)
@given(cells=st.lists(st.text("0123456789-/.: TZapmUC+٣", max_size=22)))
def test_no_text_breaks_the_reading(cells: list[str]) -> None:
    try:
        assert len(times(*cells)) == len(cells)
    except FileRefused as refusal:
        assert refusal.rule == "day_order_contradicted"  # noqa: PT017 - the other outcome is as good
