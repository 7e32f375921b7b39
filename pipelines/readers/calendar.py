"""Calendars (ICS of Google, Outlook, Exchange): one row per occurrence of an event.

What belongs here: time zones by any name, repeats with their exceptions, who is a person and who a room.
What does not: which event belongs to which session or commitment (a source file and the core say that).

A calendar says scheduled and an attendee's PARTSTAT says intended; neither says held. DTSTAMP is often the time
of the export, so it is never read. Components are few and nested, so they are read one by one, unlike tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import polars as pl
import recurring_ical_events
from icalendar.error import InvalidCalendar

from pipelines.readers.raw import ROW_NUMBER, RawTable
from pipelines.readers.refusal import FileRefused

FORMAT = "ics"
DEFAULT_WINDOW = timedelta(days=730)
LONGEST_SERIES = timedelta(days=20 * 366)

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

_NUMBER = "X-PEERLIFT-NUMBER"
_ROOMS = ("RESOURCE", "ROOM")
_ROOM_ADDRESS = "@resource.calendar.google.com"
_WITHIN_A_DAY = ("SECONDLY", "MINUTELY", "HOURLY")
_REMEDY = "Mend or delete the event in the calendar and export it again"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    window: timedelta


def read(text: str, file: str, window: timedelta = DEFAULT_WINDOW) -> RawTable:
    """The occurrences of all events.

    Args:
        text: Content of the calendar file.
        file: Name of the file, for refusals.
        window: How far a series without an end is followed from its first start.

    Returns:
        Columns `uid` to `is_recurring` of `COLUMNS`; times as `2026-01-05T09:12:00Z`, or without `Z` where the
        event names no zone (the source file's applies); `row_number` is the number of the VEVENT in the file.
        A cancelled single occurrence of a series is left out; a cancelled event stays, with its status.

    Raises:
        FileRefused: `unreadable_file` where the calendar or a repeat rule is broken, `series_too_long` where a
            series repeats within the day or over more than twenty years.
    """
    rows = [
        _row(event, is_recurring=len(series) > 1 or _repeats(series[0]))
        for series in _series(_calendars(text, file))
        for event in _occurrences(series, _File(file, window))
    ]
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
        return icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, OSError, InvalidCalendar):
        # The parser quotes the line it stumbled on, and looks for a zone's name among files.
        raise FileRefused(file, "unreadable_file", "its lines are not those of a calendar", _REMEDY) from None


def _series(calendars: Sequence[Any]) -> Iterator[list[Any]]:
    """Events grouped by their UID (a master and its overrides, in any order), numbered as they stand."""
    number = 0
    for calendar in calendars:
        groups: dict[str, list[Any]] = {}
        for event in calendar.walk("VEVENT"):
            number += 1
            event[_NUMBER] = str(number)
            groups.setdefault(_text(event, "UID") or f"event {number}", []).append(event)
        yield from groups.values()


def _repeats(event: Any) -> bool:
    return any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def _occurrences(series: list[Any], file: _File) -> Iterator[Any]:
    """Occurrences of a series, without the single ones that were cancelled."""
    # By number: an unfolded occurrence may carry a RECURRENCE-ID of its own and its master's status.
    cancelled = {event[_NUMBER] for event in series if _is_cancelled_override(event)}
    unfolds = any("RRULE" in event or "RDATE" in event for event in series)
    for event in _unfolded(series, file) if unfolds else series:
        if event[_NUMBER] not in cancelled:
            yield event


def _is_cancelled_override(event: Any) -> bool:
    return "RECURRENCE-ID" in event and _text(event, "STATUS").upper() == "CANCELLED"


def _unfolded(series: list[Any], file: _File) -> list[Any]:
    holder = icalendar.Calendar()
    for event in series:
        holder.add_component(event)
    first, last = _span(series, file)
    try:
        query = recurring_ical_events.of(holder, keep_recurrence_attributes=True)
        found: list[Any] = query.between(first - timedelta(days=1), last)
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, InvalidCalendar):
        raise _broken(series, file) from None
    return found


def _span(series: list[Any], file: _File) -> tuple[datetime, datetime]:
    """From the first start of a series to its end, or to the window's where it has none."""
    try:
        first = min(_aware(event["DTSTART"].dt) for event in series)
        rules = [_rule(rule) for event in series for rule in _listed(event, "RRULE")]
        last = max(_ends(series, rules, first, file.window)) + timedelta(seconds=1)
        is_too_often = any(str(part).upper() in _WITHIN_A_DAY for rule in rules for part in rule["FREQ"])
    except (ValueError, KeyError, AttributeError, TypeError):
        raise _broken(series, file) from None
    if is_too_often or last - first > max(LONGEST_SERIES, file.window) + timedelta(days=2):
        raise FileRefused(
            file.name,
            "series_too_long",
            f"event {series[0][_NUMBER]} of the file repeats within the day or over more than twenty years",
            _REMEDY,
        )
    return first, last


def _rule(rule: Any) -> Any:
    if not isinstance(rule, icalendar.vRecur):
        raise TypeError("the repeat rule is broken")
    return rule


def _ends(series: list[Any], rules: list[Any], first: datetime, window: timedelta) -> Iterator[datetime]:
    """Instants up to which a series has to be searched, one for each thing that can prolong it."""
    for event in series:
        yield _aware(event["DTSTART"].dt)
        for dates in _listed(event, "RDATE"):
            # A date may be given as a period: its start counts.
            yield from (_aware(day.dt[0] if isinstance(day.dt, tuple) else day.dt) for day in dates.dts)
    for rule in rules:
        if "UNTIL" in rule:
            yield max(_aware(until) for until in rule["UNTIL"]) + timedelta(days=1)
        else:
            yield first + (LONGEST_SERIES if "COUNT" in rule else window)


def _broken(series: list[Any], file: _File) -> FileRefused:
    number = series[0][_NUMBER]
    return FileRefused(
        file.name, "unreadable_file", f"the repeats of event {number} of the file cannot be read", _REMEDY
    )


def _aware(moment: date | datetime) -> datetime:
    """An instant near `moment`, good enough to bound a search; a missing zone counts as UTC."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


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
        int(event[_NUMBER]),
    )


def _listed(event: Any, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _text(event: Any, name: str) -> str:
    return " ".join(str(value) for value in _listed(event, name)[:1])


def _people(event: Any, name: str) -> list[str]:
    """Addresses of the people in a property, each once, in lower case; rooms and resources are not people."""
    people = [_address(value) for value in _listed(event, name) if not _is_room(value)]
    return list(dict.fromkeys(person for person in people if person))


def _is_room(value: Any) -> bool:
    kind = str(getattr(value, "params", {}).get("CUTYPE", "")).upper()
    return kind in _ROOMS or str(value).lower().endswith(_ROOM_ADDRESS)


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
    value = _listed(event, name)[0]
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
