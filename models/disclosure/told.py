"""The sums published so far, and those a release adds.

What belongs here: laying all sums over one list of people, and admitting a unit's sums together or not at all.
What does not: the rule for one sum (`sums`), and what becomes of tables whose unit is refused (`gate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from models.disclosure.contributions import BAND, DIGEST, USEFULNESS
from models.disclosure.floors import Floors
from models.disclosure.sums import PastSums, Sum, may_be_published

SUM_COLUMNS: Mapping[str, pl.DataType] = {
    "sum_id": pl.Int64(),
    "measure": pl.String(),
    "row": pl.String(),
    "outcome": pl.String(),
    "person_id": pl.String(),
    "n": pl.Int64(),
    "value": pl.Int64(),
}
TOP_TWO_BAND = (4, 5)
HIGHEST = 5
Bands = tuple[tuple[int, int], ...]


class Told:
    """The sums published so far and those this release adds, over one list of people."""

    def __init__(self, people: Sequence[str], past: Mapping[str, PastSums], candidates: pl.DataFrame) -> None:
        self.people = people
        self._past = dict(past)
        self._candidates = candidates.partition_by("unit", as_dict=True)
        self._told: list[tuple[str, Sum]] = []

    @classmethod
    def of(cls, past: pl.DataFrame, candidates: pl.DataFrame, others: pl.Series) -> Told:
        """Lay all sums over the same people.

        Args:
            past: Sums published before, as `SUM_COLUMNS`.
            candidates: Sums a release would tell, as `contributions.COLUMNS`.
            others: Ids of further people who may add to a sum.
        """
        names = pl.concat([past["person_id"], candidates["person_id"], others]).unique()
        people = names.sort().to_list()
        position = pl.DataFrame(
            {"person_id": people, "position": range(len(people))},
            schema={"person_id": pl.String(), "position": pl.Int64()},
        )
        measures = set(past["measure"]) | set(candidates["measure"])
        by_measure = {measure: PastSums.of([], len(people)) for measure in measures}
        for (measure,), part in past.partition_by("measure", as_dict=True).items():
            by_measure[str(measure)] = _past_sums(part.join(position, on="person_id"), len(people))
        return cls(people, by_measure, candidates.join(position, on="person_id"))

    def past(self, measure: str) -> PastSums:
        """Sums of a measure published before, with those admitted for this release."""
        return self._past.get(measure, PastSums.of([], len(self.people)))

    def add(self, measure: str, sums: Sequence[Sum]) -> None:
        """Note sums that will be published."""
        new = [one for one in sums if not self.past(measure).has(one)]
        self._past[measure] = self.past(measure).with_sums(new)
        self._told += [(measure, one) for one in new]

    def admit(self, unit: str, floors: Floors) -> bool:
        """Whether a unit may be released; if so its sums are noted.

        Raises:
            LookupError: the unit shows numbers, but nobody said whose parts they are made of.
        """
        sums = self._sums_of(unit)
        if not sums:
            raise LookupError(f"{unit} shows numbers that no contribution stands behind")
        return self._admit(sums, floors.people_loneliness if "loneliness" in unit else floors.people)

    def admit_usefulness(self, floors: Floors) -> Bands | None:
        """The finest bands of scores in which usefulness may be released; None when there are none."""
        told = self._sums_of(USEFULNESS)
        plain = [(measure, one) for measure, one in told if not one.row.startswith(BAND)]
        bands = {one.row: (measure, one) for measure, one in told if one.row.startswith(BAND)}
        for banding in _bandings():
            ranges = {*_unions(banding), TOP_TWO_BAND} - {(1, HIGHEST)}  # all scores are no secret
            # The widest first: what a range leaves of a wider one was given by people nobody can name.
            widest_first = sorted(ranges, key=lambda ends: (ends[0] - ends[1], ends))
            shown = [bands[f"{BAND}{low}-{high}"] for low, high in widest_first]
            enough = all((bands[f"{BAND}{a}-{b}"][1].value > 0).sum() >= floors.people for a, b in banding)
            if enough and self._admit([*plain, *shown], floors.people):
                return banding
        return None

    def frame(self) -> pl.DataFrame:
        """The sums admitted, one row per sum and person."""
        parts = []
        for number, (measure, one) in enumerate(self._told):
            where = np.flatnonzero((one.n != 0) | (one.value != 0))
            parts.append(
                pl.DataFrame(
                    {
                        "sum_id": np.full(where.size, number),
                        "measure": [measure] * where.size,
                        "row": [one.row] * where.size,
                        "outcome": [one.outcome] * where.size,
                        "person_id": [self.people[int(index)] for index in where],
                        "n": one.n[where],
                        "value": one.value[where],
                    },
                    schema=SUM_COLUMNS,
                )
            )
        return pl.concat([pl.DataFrame(schema=SUM_COLUMNS), *parts])

    def _admit(self, sums: Sequence[tuple[str, Sum]], fewest: int) -> bool:
        before, told = dict(self._past), []
        for measure, one in sums:
            past = before[measure]
            if not past.has(one):
                if not may_be_published(one, past, fewest):
                    return False
                before[measure] = past.with_sums([one])
                told.append((measure, one))
        self._past = before
        self._told += told
        return True

    def _sums_of(self, unit: str) -> list[tuple[str, Sum]]:
        found = self._candidates.get((unit,))
        if found is None:
            return []
        sums = []
        for (measure, row, outcome), part in sorted(
            found.partition_by("measure", "row", "outcome", as_dict=True).items()
        ):
            n, value = (np.zeros(len(self.people), dtype=np.int64) for _ in range(2))
            n[part["position"].to_numpy()] = part["n"].to_numpy()
            value[part["position"].to_numpy()] = part["value"].to_numpy()
            sums.append(
                (
                    measure,
                    Sum(row, outcome, n, value, least_tells=not row.startswith(BAND), is_digest=row == DIGEST),
                )
            )
        return sums


def _past_sums(frame: pl.DataFrame, n_people: int) -> PastSums:
    numbers, first, position = np.unique(frame["sum_id"].to_numpy(), return_index=True, return_inverse=True)
    n, value = (np.zeros((numbers.size, n_people), dtype=np.int64) for _ in range(2))
    where = (position, frame["position"].to_numpy())
    n[where], value[where] = frame["n"].to_numpy(), frame["value"].to_numpy()
    return PastSums(frame["outcome"].to_numpy().astype(np.str_)[first], n, value)


def _bandings() -> list[Bands]:
    """Every way to join neighbouring scores, the finest first and low scores joined before high ones."""
    found: list[Bands] = []
    for cuts in range(2 ** (HIGHEST - 1)):
        ends = [score for score in range(1, HIGHEST) if cuts >> (score - 1) & 1] + [HIGHEST]
        found.append(tuple(zip([1, *(end + 1 for end in ends[:-1])], ends, strict=True)))
    return sorted(found, key=lambda bands: (-len(bands), [-(high - low) for low, high in bands]))


def _unions(bands: Bands) -> set[tuple[int, int]]:
    """Every range of scores whose share follows from the bands."""
    return {(bands[i][0], bands[j][1]) for i in range(len(bands)) for j in range(i, len(bands))}
