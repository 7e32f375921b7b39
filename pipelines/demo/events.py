"""The demo's calendar: every session, and some appointments.

What belongs here: events as a calendar exports them, with rooms, organisers and booking times.
What does not: forms and tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import polars as pl

from models.simulate import Programme, cut_at
from pipelines.demo.local import with_session_parts

_ORGANIZER = "peer-coaching@example.org"
_ROOM = "room-linde@example.org"
_STAMP = "%Y%m%dT%H%M%SZ"


def calendar(programme: Programme) -> str:
    """The calendar file's text; every DTSTAMP is the time of the export, as real exports write it."""
    exported = cut_at(programme.scenario)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Calendar 1.0//EN", "METHOD:PUBLISH"]
    for event in (*_sessions(programme, exported), *_appointments(programme, exported)):
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _sessions(programme: Programme, exported: datetime) -> Iterator[list[str]]:
    members = _members(programme)
    status = {"cancelled": "CANCELLED"}
    for row in with_session_parts(programme.sessions).sort("scheduled_at", "session_id").iter_rows(named=True):
        created = _stamp(row["booked_at"])
        yield [
            f"UID:session-{row['session_id'].lower()}@calendar.example.org",
            f"DTSTAMP:{_stamp(exported)}",
            f"CREATED:{created}",
            f"LAST-MODIFIED:{created}",
            f"DTSTART:{_stamp(row['scheduled_at'])}",
            f"DTEND:{_stamp(row['scheduled_at'] + timedelta(hours=2))}",
            f"SUMMARY:Peer coaching {row['group']}\\, session {row['session']}",
            f"STATUS:{status.get(row['status'], 'CONFIRMED')}",
            "LOCATION:Room Linde",
            f"ORGANIZER;CN=Peer coaching:mailto:{_ORGANIZER}",
            *(_attendee(member) for member in members[row["group_id"]]),
            f"ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;CN=Room Linde:mailto:{_ROOM}",
        ]


def _appointments(programme: Programme, exported: datetime) -> Iterator[list[str]]:
    booked = programme.appointments.filter(pl.col("origin") == "calendar")
    for row in booked.sort("scheduled_at", "appointment_id").iter_rows(named=True):
        created = row["booked_at"]
        yield [
            f"UID:{row['appointment_id']}",
            f"DTSTAMP:{_stamp(exported)}",
            *([f"CREATED:{_stamp(created)}", f"LAST-MODIFIED:{_stamp(created)}"] if created else []),
            f"DTSTART:{_stamp(row['scheduled_at'])}",
            f"DTEND:{_stamp(row['scheduled_at'] + timedelta(minutes=30))}",
            "SUMMARY:Accountability appointment",
            "STATUS:CONFIRMED",
            f"ORGANIZER:mailto:{row['owner_person_id']}",
            _attendee(row["owner_person_id"]),
            _attendee(row["partner_person_id"]),
        ]


def _members(programme: Programme) -> Mapping[str, list[str]]:
    grouped = programme.memberships.group_by("group_id", maintain_order=True).agg("person_id")
    return {group: list(members) for group, members in grouped.iter_rows()}


def _attendee(address: str) -> str:
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED:mailto:{address}"


def _stamp(moment: datetime) -> str:
    return moment.strftime(_STAMP)


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, as RFC 5545 (section 3.1) asks; the text is plain ASCII."""
    pieces = [line[:75], *(line[start : start + 74] for start in range(75, len(line), 74))]
    return "\r\n ".join(pieces)
