"""How many people a published number must stand for.

What belongs here: the floors, the codes of what is withheld, and the bands in which people are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

TOO_FEW_PEOPLE = "too_few_people"
FLOOR = 5
FLOOR_LONELINESS = 10
BAND_STARTS = (5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Floors:
    """Fewest distinct people, in each arm, that a published number may stand for.

    Raises:
        ValueError: a floor is below the smallest allowed (5; loneliness 10).
    """

    people: int = FLOOR
    people_loneliness: int = FLOOR_LONELINESS

    def __post_init__(self) -> None:
        if self.people < FLOOR or self.people_loneliness < FLOOR_LONELINESS:
            raise ValueError(f"floors can be raised above {FLOOR} and {FLOOR_LONELINESS}, never lowered below")


def people_band(n_people: int) -> str:
    """The band a number of people (at least 5) is published in: `10-19`, or `1000+`."""
    start = max(limit for limit in BAND_STARTS if limit <= n_people)
    if start == BAND_STARTS[-1]:
        return f"{start}+"
    return f"{start}-{BAND_STARTS[BAND_STARTS.index(start) + 1] - 1}"
