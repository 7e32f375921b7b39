"""The packaged source file of calendars: which events are appointments, and whose."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import pipelines
from models.catalogue import questions
from pipelines.identity import IdentityKey, pseudonym
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers.calendar import read
from pipelines.source_file import load_source_file

KEY = IdentityKey(b"k" * 32)
SOURCE = load_source_file(Path(pipelines.__file__).parent / "templates" / "sources" / "calendar.toml")
EVENT = """BEGIN:VEVENT
UID:one
SUMMARY:Accountability appointment
CREATED:20260105T160000Z
DTSTART:20260112T090000Z
ORGANIZER:mailto:anna@example.org
ATTENDEE:mailto:Ben@Example.org
{more}
END:VEVENT
"""
ROOM = "ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room1@example.org"
THIRD = "ATTENDEE:mailto:cara@example.org"


def staged(*events: str) -> StagedFile:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(events)}END:VCALENDAR\n".replace("\n\n", "\n")
    raw = read(text.replace("\n", "\r\n"), "team.ics")
    return map_rows(raw, SOURCE, file="team.ics", key=KEY, questions=questions(), time_zone="Europe/Berlin")


@pytest.mark.parametrize("more", ["", ROOM])
def test_an_event_of_two_people_is_an_appointment_of_whoever_invited_with_the_other(more: str) -> None:
    found = staged(EVENT.format(more=more)).tables["appointments"]
    people = tuple(pseudonym([name], "person", KEY) for name in ("anna@example.org", "ben@example.org"))
    assert found.select("owner_person_id", "partner_person_id").rows() == [people]


def test_an_event_of_three_people_is_no_appointment() -> None:
    found = staged(EVENT.format(more=THIRD))
    assert found.tables["appointments"].is_empty()
    assert found.dropped.rows() == [(1, "no_block_applies")]


def test_an_event_without_a_booking_time_keeps_it_empty_whatever_the_export_s_own_time_is() -> None:
    event = EVENT.format(more="DTSTAMP:20260105T160000Z").replace("CREATED:20260105T160000Z\n", "")
    assert staged(event).tables["appointments"]["booked_at"].to_list() == [None]


def test_of_a_broken_series_the_date_is_unreadable_and_the_other_events_go_on() -> None:
    broken = EVENT.format(more="RRULE:FREQ=SOMETIMES").replace("UID:one", "UID:broken")
    found = staged(EVENT.format(more=""), broken).tables["appointments"]
    assert found.select("row_number", "unreadable", pl.col("scheduled_at").is_null()).rows() == [
        (1, "", False),
        (2, ",scheduled_at,", True),
    ]
