"""Calendars of Google, Outlook and Exchange, event by event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import FileRefused, RawTable
from pipelines.readers.calendar import COLUMNS, read

BERLIN_WEEKLY = """
UID:series
SUMMARY:Group 4
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T110000
RRULE:FREQ=WEEKLY{end}
{more}"""


def calendar(*events: str) -> str:
    blocks = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{blocks}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def weekly(end: str = "", more: str = "") -> str:
    return BERLIN_WEEKLY.format(end=end, more=more)


def read_events(*events: str, window: timedelta = timedelta(days=730)) -> RawTable:
    return read(calendar(*events), "team.ics", window)


def starts(raw: RawTable) -> list[str]:
    return raw.frame["start"].to_list()


def test_windows_zone_names_are_understood(sample: Callable[[str], Path]) -> None:
    raw = read(sample("ics_exchange_windows_tzid.ics").read_text(), "a.ics")
    # 17:00 on 28 October 2024 in "Eastern Standard Time", still on summer time: UTC-4
    assert starts(raw) == ["2024-10-28T21:00:00Z"]


def test_a_windows_zone_without_its_definition_is_understood() -> None:
    raw = read_events("UID:a\nDTSTART;TZID=W. Europe Standard Time:20260705T090000\nDURATION:PT2H")
    assert raw.frame.select("start", "end").row(0) == ("2026-07-05T07:00:00Z", "2026-07-05T09:00:00Z")


def test_a_display_name_with_commas_is_a_zone(sample: Callable[[str], Path]) -> None:
    raw = read(sample("ics_ical4j_Standup.ics").read_text(), "a.ics")
    # 9:30 in Melbourne at UTC+11, then every working day
    assert starts(raw)[:2] == ["2009-03-09T22:30:00Z", "2009-03-10T22:30:00Z"]


def test_exceptions_in_utc_take_occurrences_out(sample: Callable[[str], Path]) -> None:
    raw = read(sample("ics_ical4j_EXDATE-IN-UTC.ics").read_text(), "a.ics")
    # weekly from 8 May 2007 without 15 and 22 May; the last before 2 January 2009 05:59 UTC is 30 December
    assert starts(raw)[:2] == ["2007-05-08T10:15:00Z", "2007-05-29T10:15:00Z"]
    assert starts(raw)[-1] == "2008-12-30T11:15:00Z"
    assert raw.n_rows == 87 - 2


def test_a_series_without_an_end_stops_at_the_window() -> None:
    raw = read_events(weekly(), window=timedelta(days=21))
    assert starts(raw) == [f"2026-01-{day}T08:00:00Z" for day in ("05", "12", "19", "26")]
    assert set(raw.frame["row_number"]) == {1}


def test_the_window_is_two_years_unless_said_otherwise() -> None:
    assert starts(read_events(weekly()))[-1] == "2028-01-03T08:00:00Z"


def test_a_series_with_an_end_is_not_cut() -> None:
    assert read_events(weekly(";COUNT=5"), window=timedelta(days=7)).n_rows == 5
    assert read_events(weekly(";UNTIL=20260120T000000Z"), window=timedelta(days=7)).n_rows == 3


def test_summer_time_moves_the_instant_of_later_occurrences() -> None:
    raw = read_events(weekly(";COUNT=13"))
    assert starts(raw)[0] == "2026-01-05T08:00:00Z"
    assert (
        starts(raw)[-1] == "2026-03-30T07:00:00Z"
    )  # 5 January + 12 weeks, a day after the clocks went forward


def test_an_override_before_its_master_replaces_its_occurrence() -> None:
    moved = (
        "UID:series\nRECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\nDTSTART;TZID=Europe/Berlin:20260113T140000\n"
        "DTEND;TZID=Europe/Berlin:20260113T160000"
    )
    raw = read_events(moved, weekly(";COUNT=3"))
    assert raw.frame.select("row_number", "start").rows() == [
        (1, "2026-01-13T13:00:00Z"),
        (2, "2026-01-05T08:00:00Z"),
        (2, "2026-01-19T08:00:00Z"),
    ]


def test_a_cancelled_override_is_dropped() -> None:
    cancelled = (
        "UID:series\nRECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\nDTSTART;TZID=Europe/Berlin:20260112T090000\n"
        "STATUS:CANCELLED"
    )
    assert starts(read_events(cancelled, weekly(";COUNT=3"))) == [
        "2026-01-05T08:00:00Z",
        "2026-01-19T08:00:00Z",
    ]


def test_a_cancelled_event_stays_with_its_status() -> None:
    raw = read_events("UID:a\nDTSTART:20260105T090000Z\nSTATUS:CANCELLED")
    assert raw.frame["status"].to_list() == ["CANCELLED"]


def test_a_cancelled_series_stays_with_its_status() -> None:
    raw = read_events(weekly(";COUNT=2", "STATUS:CANCELLED"))
    assert raw.frame["status"].to_list() == ["CANCELLED", "CANCELLED"]


def test_rooms_are_not_people_and_nobody_counts_twice() -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nORGANIZER;CN=A:MAILTO:Anna@Example.org\n"
        "ATTENDEE;CN=A:mailto:anna@example.org\nATTENDEE;CN=B;PARTSTAT=DECLINED:mailto:ben@example.org\n"
        "ATTENDEE;CUTYPE=RESOURCE:mailto:room@example.org\nATTENDEE;CUTYPE=ROOM:mailto:hall@example.org\n"
        "ATTENDEE:mailto:c_188@resource.calendar.google.com"
    )
    columns = raw.frame.select("organizer", "attendees", "other_attendees", "n_people")
    assert columns.row(0) == ("anna@example.org", "anna@example.org;ben@example.org", "ben@example.org", "2")


def test_a_person_without_an_address_still_counts() -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nORGANIZER:mailto:anna@example.org\nATTENDEE;CN=Ben:invalid:nomail\n"
        "ATTENDEE;EMAIL=cara@example.org:urn:uuid:1"
    )
    assert raw.frame.select("other_attendees", "n_people").row(0) == ("ben;cara@example.org", "3")


def test_the_export_s_own_time_is_never_a_booking_time() -> None:
    raw = read_events("UID:a\nDTSTAMP:20260301T000000Z\nDTSTART:20260105T090000Z")
    assert raw.frame.select("created", "last_modified").row(0) == (None, None)


def test_created_and_last_modified_are_read() -> None:
    raw = read_events(
        "UID:a\nCREATED:20260101T080000Z\nLAST-MODIFIED:20260102T080000Z\nDTSTART:20260105T090000Z"
    )
    assert raw.frame.select("created", "last_modified").row(0) == (
        "2026-01-01T08:00:00Z",
        "2026-01-02T08:00:00Z",
    )
    assert raw.recorded_column == "last_modified"


def test_a_time_without_a_zone_is_left_to_the_source_file() -> None:
    assert starts(read_events("UID:a\nDTSTART:20260105T090000")) == ["2026-01-05T09:00:00"]
    assert starts(read_events("UID:a\nDTSTART;VALUE=DATE:20260105")) == ["2026-01-05"]


def test_a_zone_nobody_knows_is_not_guessed() -> None:
    assert starts(read_events("UID:a\nDTSTART;TZID=Head Office:20260105T090000")) == [
        "2026-01-05T09:00:00 in an unknown zone"
    ]


def test_broken_times_keep_their_row() -> None:
    raw = read_events("UID:a\nDTSTART:2026garbage", "UID:b\nSUMMARY:no time")
    assert raw.n_rows == 2
    assert raw.frame["start"].to_list() == ["not a time: 2026garbage", None]


def test_an_end_before_its_start_is_handed_on_as_it_is() -> None:
    raw = read_events("UID:a\nDTSTART:20260105T090000Z\nDTEND:20260105T080000Z")
    assert raw.frame.select("start", "end").row(0) == ("2026-01-05T09:00:00Z", "2026-01-05T08:00:00Z")


def test_a_calendar_without_events_has_no_rows_and_all_columns() -> None:
    raw = read_events()
    assert (raw.n_rows, raw.frame.columns) == (0, [*COLUMNS, "row_number"])


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;UNTIL=20990101T000000Z",
        "FREQ=SOMETIMES",
        "INTERVAL=2",
        "FREQ=WEEKLY;UNTIL=soon",
    ],
)
def test_a_series_that_cannot_be_followed_has_no_readable_start_and_costs_no_other_event(rule: str) -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z",
        f"UID:b\nDTSTART:20260105T090000Z\nRRULE:{rule}",
        "UID:b\nRECURRENCE-ID:20260112T090000Z\nDTSTART:20260112T100000Z",
        "UID:c\nDTSTART:20260106T090000Z",
    )
    read_as = raw.frame.select("row_number", pl.col("start").str.starts_with("2026")).rows()
    assert read_as == [(1, True), (2, False), (3, False), (4, True)]


@pytest.mark.parametrize("part", ["VEVENT", "VCALENDAR"])
def test_a_calendar_that_breaks_off_is_refused(part: str) -> None:
    text = calendar("UID:a\nDTSTART:20260105T090000Z")
    with pytest.raises(FileRefused, match="breaks off") as refusal:
        read(text[: text.rindex(f"END:{part}")], "a.ics")
    assert refusal.value.rule == "unreadable_file"


def test_from_one_changed_occurrence_on_all_later_ones_follow_it() -> None:
    moved = (
        "UID:series\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260112T090000\n"
        "DTSTART;TZID=Europe/Berlin:20260112T140000\nDTEND;TZID=Europe/Berlin:20260112T160000"
    )
    assert starts(read_events(weekly(";COUNT=3"), moved)) == [
        "2026-01-05T08:00:00Z",
        "2026-01-12T13:00:00Z",
        "2026-01-19T13:00:00Z",
    ]


def test_a_series_keeps_an_end_before_its_start_and_none_where_it_has_none() -> None:
    odd = "UID:a\nDTSTART:20260105T090000Z\nDTEND:20260105T080000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert read_events(odd).frame.select("start", "end").rows() == [
        ("2026-01-05T09:00:00Z", "2026-01-05T08:00:00Z"),
        ("2026-01-12T09:00:00Z", "2026-01-12T08:00:00Z"),
    ]
    endless = "UID:a\nDTSTART:20260105T090000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert read_events(endless).frame["end"].to_list() == [None, None]


def test_a_series_of_days_is_read_with_its_exceptions() -> None:
    raw = read_events(
        "UID:a\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260106\nRRULE:FREQ=DAILY;COUNT=3\n"
        "EXDATE;VALUE=DATE:20260106"
    )
    assert raw.frame.select("start", "end").rows() == [
        ("2026-01-05", "2026-01-06"),
        ("2026-01-07", "2026-01-08"),
    ]


def test_an_additional_date_given_as_a_period_is_an_occurrence() -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20260107T090000Z/PT1H"
    )
    assert starts(raw) == ["2026-01-05T09:00:00Z", "2026-01-07T09:00:00Z"]


@pytest.mark.parametrize(
    "until",
    ["20260112T080000Z", "20260112", "20260112T090000"],
)
def test_the_last_occurrence_counts_however_the_end_is_written(until: str) -> None:
    # A day alone ends with its midnight at the start of it for some clients: only the occurrence before is sure.
    expected = ["2026-01-05T08:00:00Z", "2026-01-12T08:00:00Z"]
    assert starts(read_events(weekly(f";UNTIL={until}"))) == (expected[:1] if until == "20260112" else expected)


@pytest.mark.parametrize("status", ["", "\nSTATUS:CONFIRMED"])
def test_all_events_of_a_cancellation_are_cancelled(status: str) -> None:
    text = calendar(f"UID:a\nDTSTART:20260105T090000Z{status}")
    cancelled = text.replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL")
    assert read(cancelled, "a.ics").frame["status"].to_list() == ["CANCELLED"]


def test_folded_lines_are_joined_within_texts_and_addresses() -> None:
    raw = read_events(
        "UID:a\nSUMMARY:Accountability app\n ointment\nDTSTART:20260105T090000Z\n"
        'ATTENDEE;CN="Berg, Ben";ROLE=REQ-PARTICIPANT:mai\n lto:ben@exam\n ple.org'
    )
    assert raw.frame.select("summary", "attendees").row(0) == ("Accountability appointment", "ben@example.org")


def test_quoted_printable_texts_of_older_clients_are_decoded() -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nSUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Gr=C3=BC=C3=\n=9Fe\n"
        "LOCATION:Halle = 3"
    )
    assert raw.frame.select("summary", "location").row(0) == ("Grüße", "Halle = 3")


def test_what_exchange_adds_changes_nothing() -> None:
    plain = "UID:a\nSUMMARY:x\nDTSTART:20260105T090000Z\n"
    added = (
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nX-MICROSOFT-CDO-ALLDAYEVENT:FALSE\n"
        "X-ALT-DESC;FMTTYPE=text/html:<html>\\n</html>\n"
        "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Reminder\nTRIGGER:-PT15M\nEND:VALARM"
    )
    assert read_events(plain + added).frame.rows() == read_events(plain).frame.rows()


def test_people_of_an_exchange_directory_without_an_address_still_count() -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nORGANIZER;CN=Anna:mailto:anna@example.org\n"
        "ATTENDEE;CN=Ben Berg:/O=EXCHANGE/OU=FIRST/CN=RECIPIENTS/CN=BEN\n"
        "ATTENDEE;CN=Cara:MAILTO:/O=EXCHANGE/CN=CARA"
    )
    assert raw.frame.select("other_attendees", "n_people").row(0) == ("ben berg;cara", "3")


@pytest.mark.parametrize(
    "nobody",
    [
        "ATTENDEE;ROLE=NON-PARTICIPANT;CN=Room 1:mailto:room1@example.org",
        "ATTENDEE;CUTYPE=RESOURCE;ROLE=REQ-PARTICIPANT:mailto:example.org_188@resource.calendar.google.com",
        "ORGANIZER;CN=Team:mailto:c_1@group.calendar.google.com",
    ],
)
def test_rooms_copies_and_shared_calendars_make_no_third_person(nobody: str) -> None:
    raw = read_events(
        "UID:a\nDTSTART:20260105T090000Z\nATTENDEE:mailto:anna@example.org\nATTENDEE:mailto:ben@example.org\n"
        + nobody
    )
    assert raw.frame.select("organizer", "n_people").row(0) == (None, "2")


def test_a_zone_the_calendar_defines_itself_is_understood() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\n"
        "BEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
        "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n"
        "BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\n"
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    ).replace("\n", "\r\n")
    text = calendar('UID:a\nDTSTART;TZID="Customized Time Zone":20260323T090000\nRRULE:FREQ=WEEKLY;COUNT=2')
    raw = read(text.replace("BEGIN:VEVENT", zone + "BEGIN:VEVENT"), "a.ics")
    assert starts(raw) == ["2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z"]


def test_events_without_an_id_are_apart() -> None:
    raw = read_events("DTSTART:20260105T090000Z", "DTSTART:20260106T090000Z")
    assert raw.frame.select("uid", "row_number", "is_recurring").rows() == [
        (None, 1, "false"),
        (None, 2, "false"),
    ]


def test_of_several_calendars_in_one_file_all_are_read_and_events_counted_on() -> None:
    text = calendar("UID:a\nDTSTART:20260105T090000Z") + calendar("UID:a\nDTSTART:20260106T090000Z")
    assert read(text, "a.ics").frame.select("row_number", "start").rows() == [
        (1, "2026-01-05T09:00:00Z"),
        (2, "2026-01-06T09:00:00Z"),
    ]


def test_additional_dates_are_occurrences() -> None:
    raw = read_events("UID:a\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRDATE:20260107T090000Z")
    assert starts(raw) == ["2026-01-05T09:00:00Z", "2026-01-07T09:00:00Z"]


@settings(deadline=None, max_examples=40)
@given(summaries=st.lists(st.text("aÄ,;:\\\"'\n 山", min_size=1, max_size=90), max_size=6))
def test_every_event_is_a_row_with_its_own_summary(summaries: list[str]) -> None:
    written = icalendar.Calendar()
    for number, summary in enumerate(summaries):
        event = icalendar.Event()
        event.add("uid", f"event-{number}")
        event.add("summary", summary)
        event.add("dtstart", datetime(2026, 1, 5, 9, tzinfo=UTC))
        written.add_component(event)
    raw = read(written.to_ical().decode("utf-8"), "any.ics")
    assert raw.frame["summary"].to_list() == summaries
    assert raw.frame["row_number"].to_list() == list(range(1, len(summaries) + 1))
