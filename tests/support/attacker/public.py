"""What colleagues know without any publication: whose commitments and answers are counted where, and when.

What belongs here: that knowledge as arrays, and picking the blocks a published number counts.
What does not: outcomes and scores; they are the secret.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

KEPT = "kept"
USEFUL = "useful"
DIMENSIONS = ("department", "cohort", "level", "quarter")
STILL = 1_000_000
"""The week in which a row still counted stops being counted."""


@dataclass(frozen=True, slots=True)
class Public:
    """What everybody knows.

    Attributes:
        blocks: one row per block: `block_id`, `measure` (`kept` or `useful`), `person_id`, `n`. A block is some
            commitments (answers) of one person that are always counted together; `n` is how many, at least 1.
        counted: one row per block, line and spell of being counted: `block_id`, `line` (`primary`, `horizon_14`,
            ...; answers: `usefulness`), `arm` (1 with, 0 without; answers: null), `department`, `cohort`, `level`,
            `quarter`, optionally `session_number`, `from_week`, `to_week` (first week no longer counted; null
            while it still is). A known correction of a place or an arm ends one spell and starts another; a known
            correction of an outcome ends one block and starts another.
        weeks: number of the week that each `as_of` stands for.
    """

    blocks: pl.DataFrame
    counted: pl.DataFrame
    weeks: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Spells:
    """The spells of one measure's blocks as arrays of equal length; `block` is an index into `n` and `person`.

    `codes` number the categories that `places` name.
    """

    block_ids: Ints
    n: Ints
    person: Ints
    people: tuple[str, ...]
    block: Ints
    line: npt.NDArray[np.str_]
    arm: Ints
    from_week: Ints
    to_week: Ints
    places: Mapping[str, npt.NDArray[np.str_]]
    codes: Mapping[str, Ints]
    session_number: Ints

    def rows(
        self,
        line: str,
        week: int,
        *,
        arm: int | None = None,
        dimension: str | None = None,
        categories: Collection[str] = (),
        session: int | None = None,
    ) -> Bools:
        """The spells counted in a line in a week, of an arm, in these categories, after this session."""
        found: Bools = (self.line == line) & (self.from_week <= week) & (week < self.to_week)
        if arm is not None:
            found &= self.arm == arm
        if dimension is not None:
            found &= np.isin(self.places[dimension], list(categories))
        if session is not None:
            found &= self.session_number == session
        return found

    def blocks_of(self, rows: Bools) -> Bools:
        """The blocks these spells belong to.

        Raises:
            ValueError: a block is counted twice.
        """
        picked = self.block[rows]
        found = np.zeros(len(self.n), dtype=np.bool_)
        found[picked] = True
        if int(found.sum()) != len(picked):
            raise ValueError("a block is counted twice in the same number")
        return found

    def n_people(self, blocks: Bools) -> int:
        """How many people these blocks belong to."""
        return len(np.unique(self.person[blocks]))


def spells_of(public: Public, measure: str) -> Spells:
    """The spells of one measure."""
    blocks = public.blocks.filter(pl.col("measure") == measure).sort("block_id")
    counted = public.counted.join(blocks.select("block_id"), on="block_id", how="semi")
    ids = blocks["block_id"].to_numpy().astype(np.int64)
    people, person = np.unique(blocks["person_id"].to_numpy().astype(np.str_), return_inverse=True)
    places = {name: counted[name].fill_null("").to_numpy().astype(np.str_) for name in DIMENSIONS}
    has_session = "session_number" in counted.columns
    return Spells(
        block_ids=ids,
        n=blocks["n"].to_numpy().astype(np.int64),
        person=person.astype(np.int64),
        people=tuple(str(name) for name in people),
        block=np.searchsorted(ids, counted["block_id"].to_numpy()).astype(np.int64),
        line=counted["line"].to_numpy().astype(np.str_),
        arm=_whole(counted["arm"], -1),
        from_week=_whole(counted["from_week"], 0),
        to_week=_whole(counted["to_week"], STILL),
        places=places,
        codes={name: np.unique(held, return_inverse=True)[1].astype(np.int64) for name, held in places.items()},
        session_number=_whole(counted["session_number"], -1) if has_session else np.full(len(counted), -1),
    )


def _whole(values: pl.Series, if_null: int) -> Ints:
    return values.cast(pl.Int64).fill_null(if_null).to_numpy().astype(np.int64)
