"""Calendars (ICS of Google, Outlook, Exchange): one row per occurrence of an event.

What belongs here: time zones by any name, who is a person and who a room.
What does not: how a series repeats (`calendar_series`), which event belongs to which session or commitment (a
source file and the core say that).

A calendar says scheduled and an attendee's PARTSTAT says intended; neither says held. DTSTAMP is often the time
of the export, so it is never read. Components are few and nested, so they are read one by one, unlike tables.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import polars as pl
from icalendar.error import InvalidCalendar

from pipelines.readers.calendar_series import NUMBER, UnreadableSeriesError, listed, occurrences, repeats
from pipelines.readers.raw import ROW_NUMBER, RawTable
from pipelines.readers.refusal import FileRefused

FORMAT = "ics"
DEFAULT_WINDOW = timedelta(days=730)

COLUMNS = (
    "uid",
    "summary",
    "description_present",
    "start",
    "end",
    "created",
    "last_modified",
    "status",
    "sequence",
    "organizer",
    "attendees",
    "other_attendees",
    "n_people",
    "location",
    "is_recurring",
)

_ROOMS = ("RESOURCE", "ROOM")
_NOBODY_S_ADDRESSES = ("@resource.calendar.google.com", "@group.calendar.google.com")
_COPIED = "NON-PARTICIPANT"
# A text of older Outlooks, whose lines go on after a `=` at their end.
_QUOTED_PRINTABLE = re.compile(
    r"^[A-Z-]+;[^:\r\n]*ENCODING=QUOTED-PRINTABLE[^:\r\n]*:(?:[^\r\n]*=\r?\n)+", re.IGNORECASE | re.MULTILINE
)
_REMEDY = "Export the calendar again and bring that file whole"


def read(text: str, file: str, window: timedelta = DEFAULT_WINDOW) -> RawTable:
    """The occurrences of all events.

    Args:
        text: Content of the calendar file.
        file: Name of the file, for refusals.
        window: How far a series without an end is followed from its first start.

    Returns:
        Columns `uid` to `is_recurring` of `COLUMNS`; times as `2026-01-05T09:12:00Z`, or without `Z` where the
        event names no zone (the source file's applies); `row_number` is the number of the VEVENT in the file.
        A cancelled single occurrence of a series is left out; a cancelled event stays, with its status. Where
        the repeats of a series are broken, go on within the day or over more than twenty years, its events stand
        once each with a `start` that reads as no time: they are set aside, and the other events go on.

    Raises:
        FileRefused: `unreadable_file` where the calendar as a whole is broken or cut short.
    """
    rows = [row for series in _series(_calendars(text, file)) for row in _rows(series, window)]
    schema = {**dict.fromkeys(COLUMNS, pl.String()), ROW_NUMBER: pl.Int64()}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort(ROW_NUMBER, "start", maintain_order=True)
    return RawTable(FORMAT, frame, frame.height, recorded_column="last_modified")


def _calendars(text: str, file: str) -> Sequence[Any]:
    lines = [line.strip().upper() for line in text.splitlines()]
    for part in ("VCALENDAR", "VEVENT"):
        # The parser passes over what is not closed, and a file cut short would look like an empty one.
        if lines.count(f"BEGIN:{part}") != lines.count(f"END:{part}"):
            raise FileRefused(file, "unreadable_file", f"it breaks off: a {part} is not closed", _REMEDY)
    try:
        return icalendar.Calendar.from_ical(_joined(text), multiple=True)
    except (ValueError, OSError, InvalidCalendar):
        # The parser quotes the line it stumbled on, and looks for a zone's name among files.
        raise FileRefused(file, "unreadable_file", "its lines are not those of a calendar", _REMEDY) from None


def _joined(text: str) -> str:
    return _QUOTED_PRINTABLE.sub(lambda found: re.sub(r"=\r?\n", "", found[0]), text)


def _series(calendars: Sequence[Any]) -> Iterator[list[Any]]:
    """Events grouped by their UID (a master and its overrides, in any order), numbered as they stand."""
    number = 0
    for calendar in calendars:
        groups: dict[str, list[Any]] = {}
        for event in calendar.walk("VEVENT"):
            number += 1
            event[NUMBER] = str(number)
            if _text(calendar, "METHOD").upper() == "CANCEL":
                event["STATUS"] = "CANCELLED"
            groups.setdefault(_text(event, "UID") or f"event {number}", []).append(event)
        yield from groups.values()


def _rows(series: list[Any], window: timedelta) -> Iterator[tuple[str | int | None, ...]]:
    """The rows of a series: of its occurrences or, where these can't be told, of its events."""
    is_recurring = len(series) > 1 or repeats(series[0])
    try:
        found = list(occurrences(series, window))
    except UnreadableSeriesError as error:
        for event in series:
            event["DTSTART"] = icalendar.vText(str(error))
            yield _row(event, is_recurring=is_recurring)
        return
    yield from (_row(event, is_recurring=is_recurring) for event in found)


def _row(event: Any, *, is_recurring: bool) -> tuple[str | int | None, ...]:
    organizer = _people(event, "ORGANIZER")
    attendees = _people(event, "ATTENDEE")
    others = [person for person in attendees if person not in organizer]
    return (
        _text(event, "UID") or None,
        _text(event, "SUMMARY") or None,
        "true" if _text(event, "DESCRIPTION") else "false",
        _time(event, "DTSTART"),
        _end(event),
        _time(event, "CREATED"),
        _time(event, "LAST-MODIFIED"),
        _text(event, "STATUS").upper() or None,
        _text(event, "SEQUENCE") or None,
        ";".join(organizer) or None,
        ";".join(attendees) or None,
        ";".join(others) or None,
        str(len({*organizer, *attendees})),
        _text(event, "LOCATION") or None,
        "true" if is_recurring else "false",
        int(event[NUMBER]),
    )


def _text(event: Any, name: str) -> str:
    return " ".join(_plain(value) for value in listed(event, name)[:1])


def _plain(value: Any) -> str:
    params = getattr(value, "params", {})
    if str(params.get("ENCODING", "")).upper() != "QUOTED-PRINTABLE":
        return str(value)
    try:
        return quopri.decodestring(str(value)).decode(str(params.get("CHARSET", "utf-8")))
    except (LookupError, ValueError):
        return str(value)


def _people(event: Any, name: str) -> list[str]:
    """Addresses of the people in a property, each once, in lower case.

    Rooms, resources, calendars, and those who only get a copy are not people of the event.
    """
    people = [_address(value) for value in listed(event, name) if not _is_nobody(value)]
    return list(dict.fromkeys(person for person in people if person))


def _is_nobody(value: Any) -> bool:
    params = getattr(value, "params", {})
    kind, role = (str(params.get(name, "")).upper() for name in ("CUTYPE", "ROLE"))
    return kind in _ROOMS or role == _COPIED or str(value).lower().endswith(_NOBODY_S_ADDRESSES)


def _address(value: Any) -> str:
    """The bare address of a calendar user; where the client wrote none, the name keeps the person countable."""
    params = getattr(value, "params", {})
    scheme, _, rest = str(value).strip().partition(":")
    if scheme.lower() == "mailto" and "@" in rest:
        return rest.strip().lower()
    named = params.get("EMAIL") or (str(value) if "@" in str(value) else params.get("CN") or str(value))
    return " ".join(str(named).replace(";", " ").split()).lower()


def _time(event: Any, name: str) -> str | None:
    """A time of an event as text; what cannot be placed keeps its own text, so that it reads as unreadable."""
    if name not in event:
        return None
    value = listed(event, name)[0]
    try:
        moment = value.dt
    except (AttributeError, ValueError):
        return f"not a time: {value}"
    return _written(moment, str(value.params.get("TZID", "")))


def _written(moment: date | datetime | timedelta, zone: str = "") -> str:
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(moment, datetime):
        # A zone is named, but nobody knows it: taking the programme's instead would be a guess.
        return moment.strftime("%Y-%m-%dT%H:%M:%S") + (" in an unknown zone" if zone else "")
    return moment.isoformat() if isinstance(moment, date) else f"not a time: {moment}"


def _end(event: Any) -> str | None:
    """DTEND, or DTSTART plus DURATION; none where the event has neither."""
    if "DTEND" in event or "DURATION" not in event:
        return _time(event, "DTEND")
    try:
        return _written(
            event["DTSTART"].dt + event["DURATION"].dt, str(event["DTSTART"].params.get("TZID", ""))
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
