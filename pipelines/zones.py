"""Names of time zones: which there are, and which one somebody meant.

What belongs here: the names of the time zone database. What does not: reading times (`times`).
"""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

NO_PLACES = frozenset({"localtime", "Factory"})
"""Names that mean another zone on another machine, or none."""


def zone_names() -> frozenset[str]:
    """The names a zone may be given by."""
    return frozenset(available_timezones()) - NO_PLACES


def meant_zone(name: str) -> str | None:
    """The zone that a name of Windows stands for, or the one written most like it; None where there is none."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    near = get_close_matches(name, sorted(zone_names()), n=1)
    return near[0] if near else None
