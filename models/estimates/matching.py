"""How many of the people an export names are found in the others."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.contracts import estimate_table, protected_table
from models.estimates.inputs import Inputs
from models.frames import frame_of

MATCH_RATES = estimate_table(protected_table("protected_match_rates"))
ANYWHERE, ROSTER, GROUPS, BASELINE, WAVE_BEFORE = "anywhere", "roster", "groups", "baseline", "wave_before"
PLACES = (ANYWHERE, GROUPS, "attendance", "check_outs", "partners", "invitations", ROSTER)
"""Places that are no survey waves, in the order they are shown."""


def estimate_match_rates(inputs: Inputs) -> pl.DataFrame:
    """For each place where people are named, the share found in the roster, the groups and the baseline.

    Of a survey wave also the share that is found in the wave before. A rate of nearly 0 % says that two exports name
    people differently; one a little below 100 % that some names are mistyped or some people are not listed.
    """
    found = {
        (place, found_in): (int(n_people), int(n_matched))
        for place, found_in, n_people, n_matched in inputs["match_counts"]
        .select("place", "found_in", "n_people", "n_matched")
        .iter_rows()
    }
    size = {place: n_people for (place, _), (n_people, _) in found.items()}
    waves = sorted((place for place in size if place not in PLACES), key=lambda wave: (wave != BASELINE, wave))
    places = [place for place in PLACES if place in size] + waves
    return frame_of(
        MATCH_RATES,
        [
            _row(place, name, size[place], found.get((place, looked_up)))
            for place in places
            for name, looked_up in _looked_up(place, waves)
        ]
        or [_row(ANYWHERE, ROSTER, 0, None)],
    )


def match_rate(inputs: Inputs) -> tuple[float | None, int]:
    """The share of people named anywhere that the roster knows, and how many are named."""
    row = estimate_match_rates(inputs).filter(named_in=ANYWHERE, found_in=ROSTER)
    return (row["rate"][0], int(row["n_people"][0])) if len(row) else (None, 0)


def _looked_up(place: str, waves: list[str]) -> Iterator[tuple[str, str | None]]:
    """Where people of a place are looked up: the name shown, and the place of the counts."""
    yield from ((name, name) for name in (ROSTER, GROUPS) if name != place)
    if place in waves and place != BASELINE:
        yield BASELINE, BASELINE
        before = waves[waves.index(place) - 1] if waves.index(place) else None
        if before != BASELINE:
            yield WAVE_BEFORE, before


def _row(place: str, found_in: str, n_people: int, counts: tuple[int, int] | None) -> dict[str, object]:
    return {
        "named_in": place,
        "found_in": found_in,
        "n_people": n_people,
        "rate": counts[1] / counts[0] if counts else None,
        "status": "ok" if counts else "refused",
        "reasons": "" if counts else "nothing_recorded",
        "smallest_people": n_people,
    }
