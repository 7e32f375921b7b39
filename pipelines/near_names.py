"""Names that are nearly the same: keyed marks by which a mistyped code is noticed, and never matched.

What belongs here: which names count as near, and the marks that say so without the names.
What does not: which people are known, and the notice about them (`store.near_misses`).

Two names are near where one becomes the other by leaving out, adding, changing or moving one character, by zeros a
spreadsheet cut off or a `.0` it added, or by letters that look like digits. Of an address only the part before the
@ may differ. A mark is an HMAC under the identity key: who has the marks but not the key learns no name.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

import polars as pl

from pipelines.identity import UNIT_SEPARATOR, IdentityKey, PersonRules, normalised_part, pseudonym

MARKS: dict[str, pl.DataType] = {"person_id": pl.String(), "mark": pl.String()}
SHORTEST = 4
"""Of shorter codes every other one is near; only zeros and look-alikes count there."""
MOST_NAMES = 50_000
"""Of a file that names more people no marks are made: they would outgrow the rows."""

_LOOK_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1"})
_NUMBER = re.compile(r"0*([0-9]+)(?:\.0+)?")


def near_marks(names: pl.Series, people: PersonRules, key: IdentityKey) -> pl.DataFrame:
    """Marks of the people named; two people with a mark in common have near names.

    Args:
        names: Any number of names (String) as they stand in an export, empty ones among them.
        people: Which names mean the same person.
        key: The identity key.

    Returns:
        One row per person and mark: `person_id` and `mark` (String); none for more than `MOST_NAMES` names.
    """
    distinct = names.drop_nulls().unique()
    rows = [
        (person_id, mark)
        for name in (distinct if len(distinct) <= MOST_NAMES else ())
        if (person_id := pseudonym([people.name(name)], "person", key)) is not None
        for mark in _marks(people.written(name), key)
    ]
    return pl.DataFrame(rows, schema=MARKS, orient="row").unique().sort("person_id", "mark")


def near_forms(name: str) -> set[str]:
    """What a name is reduced to; near names have a form in common."""
    local, at, domain = normalised_part(name, "person").partition("@")
    number = _NUMBER.fullmatch(local)
    plain = (number[1] if number else local).translate(_LOOK_ALIKE)
    shorter = (
        (plain[:place] + plain[place + 1 :] for place in range(len(plain))) if len(plain) >= SHORTEST else ()
    )
    return {form + at + domain for form in (plain, *shorter)}


def _marks(name: str, key: IdentityKey) -> Iterator[str]:
    for form in near_forms(name):
        message = UNIT_SEPARATOR.join(("near name", form)).encode("utf-8")
        yield hmac.digest(key.secret, message, "sha256").hex()[:32]
