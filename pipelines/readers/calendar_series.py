"""Repeating events of a calendar: from a series to its single occurrences.

What belongs here: repeat rules, their exceptions and overrides, how far a series is followed.
What does not: what a single event says (`calendar`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events
from icalendar.error import InvalidCalendar

NUMBER = "X-PEERLIFT-NUMBER"
"""Property that holds an event's number in its file."""
LONGEST_SERIES = timedelta(days=20 * 366)

_WITHIN_A_DAY = ("SECONDLY", "MINUTELY", "HOURLY")
_NO_END = timedelta.max
_BROKEN = "its repeats cannot be read"
_TOO_LONG = "it repeats within the day or over more than twenty years"


class UnreadableSeriesError(Exception):
    """The repeats of a series can't be followed; the message says why, in words that are no time."""


def listed(event: Any, name: str) -> list[Any]:
    """The values of a property, as many as there are."""
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def repeats(event: Any) -> bool:
    """Whether an event is one of a series."""
    return any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def occurrences(series: list[Any], window: timedelta) -> Iterator[Any]:
    """Occurrences of a series, without the single ones that were cancelled.

    Args:
        series: A master and its overrides, in any order, each with its `NUMBER`.
        window: How far a series without an end is followed from its first start.

    Raises:
        UnreadableSeriesError: the repeats are broken, go on within the day or over more than twenty years.
    """
    # By number: an unfolded occurrence may carry a RECURRENCE-ID of its own and its master's status.
    cancelled = {event[NUMBER] for event in series if _is_cancelled_override(event)}
    unfolds = any("RRULE" in event or "RDATE" in event for event in series)
    for event in _unfolded(series, window) if unfolds else series:
        if event[NUMBER] not in cancelled:
            yield event


def _is_cancelled_override(event: Any) -> bool:
    return (
        "RECURRENCE-ID" in event
        and "".join(str(status) for status in listed(event, "STATUS")[:1]).upper() == "CANCELLED"
    )


def _unfolded(series: list[Any], window: timedelta) -> list[Any]:
    first, last = _span(series, window)
    odd = {event[NUMBER]: length for event in series if (length := _odd_length(event)) is not None}
    holder = icalendar.Calendar()
    for event in series:
        if event[NUMBER] in odd:
            event.pop("DTEND", None)
        holder.add_component(event)
    try:
        query = recurring_ical_events.of(holder, keep_recurrence_attributes=True)
        found: list[Any] = query.between(first - timedelta(days=1), last)
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, InvalidCalendar):
        raise UnreadableSeriesError(_BROKEN) from None
    for event in found:
        if event[NUMBER] in odd:
            _put_end(event, odd[event[NUMBER]])
    return found


def _odd_length(event: Any) -> timedelta | None:
    """How far the end of an event lies before its start, or `_NO_END`; `None` where it ends after it began.

    The library that unfolds a series swaps such an end with the start, and makes up one that is missing.
    """
    if "DTEND" not in event:
        return None if "DURATION" in event else _NO_END
    try:
        length: timedelta = event["DTEND"].dt - event["DTSTART"].dt
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return length if length < timedelta(0) else None


def _put_end(event: Any, length: timedelta) -> None:
    event.pop("DTEND", None)
    if length != _NO_END:
        event.add("DTEND", event["DTSTART"].dt + length)


def _span(series: list[Any], window: timedelta) -> tuple[datetime, datetime]:
    """From the first start of a series to its end, or to the window's where it has none."""
    try:
        first = min(_aware(event["DTSTART"].dt) for event in series)
        rules = [_rule(rule) for event in series for rule in listed(event, "RRULE")]
        last = max(_ends(series, rules, first, window)) + timedelta(seconds=1)
        is_too_often = any(str(part).upper() in _WITHIN_A_DAY for rule in rules for part in rule["FREQ"])
    except (ValueError, KeyError, AttributeError, TypeError):
        raise UnreadableSeriesError(_BROKEN) from None
    if is_too_often or last - first > max(LONGEST_SERIES, window) + timedelta(days=2):
        raise UnreadableSeriesError(_TOO_LONG)
    return first, last


def _rule(rule: Any) -> Any:
    if not isinstance(rule, icalendar.vRecur):
        raise TypeError("the repeat rule is broken")
    return rule


def _ends(series: list[Any], rules: list[Any], first: datetime, window: timedelta) -> Iterator[datetime]:
    """Instants up to which a series has to be searched, one for each thing that can prolong it."""
    for event in series:
        yield _aware(event["DTSTART"].dt)
        for dates in listed(event, "RDATE"):
            # A date may be given as a period: its start counts.
            yield from (_aware(day.dt[0] if isinstance(day.dt, tuple) else day.dt) for day in dates.dts)
    for rule in rules:
        if "UNTIL" in rule:
            yield max(_aware(until) for until in rule["UNTIL"]) + timedelta(days=1)
        else:
            yield first + (LONGEST_SERIES if "COUNT" in rule else window)


def _aware(moment: date | datetime) -> datetime:
    """An instant near `moment`, good enough to bound a search; a missing zone counts as UTC."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
