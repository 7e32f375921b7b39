"""The people of odd programmes, and what they do: drawn from a seed, as records with the weeks they count in.

What belongs here: shapes, and drawing people, sessions, commitments and answers of a shape.
What does not: counting them (`odd_programmes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from attacker import DIMENSIONS

Ints = npt.NDArray[np.int64]
Frame = pl.DataFrame
Move = tuple[int, int, str]

N_WEEKS = 52
STILL = 1_000_000
SIZES = (12, 18, 27, 40, 60, 85, 120)
DEPARTMENTS = ((4, 5, 7, 30), (4, 4, 4), (5, 5, 6), (30, 3, 2, 1), (9, 11), (20, 20, 4))
KEPT_CHANCES = (0.5, 0.65, 0.9, 0.97)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a programme is like; `shape_of` draws one."""

    n_people: int
    departments: tuple[int, ...]
    n_cohorts: int
    is_cohort_in_department: bool
    chance_with: float
    chance_without: float
    chance_top_two: float
    weeks_between_sessions: int
    transfer_every: int
    leaver_every: int
    correction_share: float
    n_erased: int
    moves_are_corrections: bool
    seed: int


def shape_of(seed: int) -> Shape:
    """The shape of the programme with this seed."""
    rng = np.random.default_rng([seed, 0])
    return Shape(
        n_people=int(rng.choice(SIZES)),
        departments=DEPARTMENTS[int(rng.integers(len(DEPARTMENTS)))],
        n_cohorts=int(rng.integers(1, 5)),
        is_cohort_in_department=bool(rng.random() < 0.4),
        chance_with=float(rng.choice(KEPT_CHANCES)),
        chance_without=float(rng.choice(KEPT_CHANCES)),
        chance_top_two=float(rng.choice(KEPT_CHANCES)),
        weeks_between_sessions=int(rng.choice([2, 4, 4, 5])),
        transfer_every=int(rng.choice([0, 3, 8])),
        leaver_every=int(rng.choice([0, 1, 4])),
        correction_share=float(rng.choice([0.0, 0.01, 0.04])),
        n_erased=int(rng.choice([0, 0, 1, 2])),
        moves_are_corrections=bool(rng.random() < 0.3),
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class Records:
    """What happened in a programme.

    Attributes:
        people: `person_id`, `cluster_id`, `group_id`, `cohort`, `level`.
        commitments: one row per commitment and known version of its outcome: `block_id`, `person_id`, `group_id`,
            `cluster_id`, `arm`, `state` (done/not_done/withdrawn), `kept`, `kept_14`, `kept_42`, `kept_due`
            (1 or 0).
        answers: one row per answer: `block_id`, `person_id`, `group_id`, `cluster_id`, `score`.
        counted: of both, where and when each counts: `block_id`, `line`, `arm`, the four dimensions,
            `session_number`, `from_week`, `to_week` (first week no longer).
        unknown: mature commitments while their outcome is not known: `person_id`, `group_id`, `cluster_id`,
            `arm`, `line`, `from_week`, `to_week`.
    """

    people: Frame
    commitments: Frame
    answers: Frame
    counted: Frame
    unknown: Frame


def records_of(shape: Shape) -> Records:
    """The records of the programme of this shape; its seed settles everything."""
    return _Maker(shape, np.random.default_rng([shape.seed, 1])).records()


@dataclass(slots=True)
class _Maker:
    shape: Shape
    rng: np.random.Generator

    def records(self) -> Records:
        people = self._people()
        sessions = self._sessions(people)
        moves = self._moves(people)
        erased = {
            int(person): int(self.rng.integers(20, N_WEEKS)) for person in self._some(self.shape.n_erased)
        }
        versions = self._versions(sessions)
        answers = self._answers(sessions, n_before=len(versions))
        counted = pl.concat([_known_spells(versions), _answer_spells(answers)])
        placed = _placed(_until_erased(counted, erased), people, moves, self.shape.moves_are_corrections)
        unknown = _until_erased(_unknown_spells(versions), erased).join(people, on="person")
        who = ["person_id", "group_id", "cluster_id"]
        shown = ["block_id", *who, "arm", "state", "kept", "kept_14", "kept_42", "kept_due"]
        counted_columns = ["block_id", "line", "arm", *DIMENSIONS, "session_number", "from_week", "to_week"]
        return Records(
            people.select(*who, "cohort", "level"),
            versions.filter(pl.col("state").is_not_null())
            .join(people, on="person")
            .select(shown)
            .sort("block_id"),
            answers.join(people, on="person").select("block_id", *who, "score").sort("block_id"),
            placed.select(counted_columns).sort("block_id", "line", "from_week"),
            unknown.select("line", *who, "arm", "from_week", "to_week"),
        )

    def _some(self, n: int) -> Ints:
        return self.rng.choice(self.shape.n_people, n, replace=False)

    def _people(self) -> Frame:
        """Departments as listed, repeated until everybody has one; groups of three; small odd levels."""
        n, rng = self.shape.n_people, self.rng
        sizes = self.shape.departments * (n // sum(self.shape.departments) + 1)
        department = np.repeat(np.arange(len(sizes)), sizes)[:n]
        cohort = department if self.shape.is_cohort_in_department else rng.integers(0, self.shape.n_cohorts, n)
        group = rng.permutation(n) // 3
        leaves = np.full(n, STILL)
        if self.shape.leaver_every:
            weeks = np.arange(6, N_WEEKS, self.shape.leaver_every)[: n // 2]
            leaves[rng.choice(n, len(weeks), replace=False)] = weeks
        return pl.DataFrame(
            {
                "person": np.arange(n),
                "person_id": [f"p{number:03}" for number in rng.permutation(n)],
                "group_id": [f"g{number:03}" for number in group],
                "cluster_id": group,
                "department": [f"Department {number + 1}" for number in department],
                "cohort": [f"Cohort {number % self.shape.n_cohorts + 1}" for number in cohort],
                "level": rng.choice(["individual", "manager", "executive"], n, p=[0.75, 0.2, 0.05]),
                "starts": (cohort % self.shape.n_cohorts) * 3,
                "leaves": leaves,
            }
        )

    def _sessions(self, people: Frame) -> Frame:
        """One row per person and session attended: `person`, `week`, `session_number`, `six_week`."""
        every, rng = self.shape.weeks_between_sessions, self.rng
        group = people["cluster_id"].to_numpy()
        first = people["starts"].to_numpy() + rng.integers(0, every, len(np.unique(group)))[group]
        number = np.arange(N_WEEKS // every + 1)
        week = first[:, None] + every * number[None, :]
        there = (
            (week < N_WEEKS) & (week < people["leaves"].to_numpy()[:, None]) & (rng.random(week.shape) < 0.9)
        )
        person, index = np.nonzero(there)
        return pl.DataFrame(
            {
                "person": person,
                "week": week[there],
                "session_number": number[index] + 1,
                "six_week": (first + 5 * every)[person],
            }
        )

    def _moves(self, people: Frame) -> list[Move]:
        """Who moves, in which week, to which department: one person at a time."""
        if not self.shape.transfer_every:
            return []
        weeks = range(5, N_WEEKS, self.shape.transfer_every)
        names = people["department"].unique(maintain_order=True).to_list()
        moving = self._some(min(len(weeks), self.shape.n_people))
        return [
            (int(person), week, str(self.rng.choice(names)))
            for person, week in zip(moving, weeks, strict=False)
        ]

    def _versions(self, sessions: Frame) -> Frame:
        """One row per commitment, and one more where its outcome is corrected.

        Unknown for ever: no state. A first version ends in `to_week`, its second starts there; `late_weeks` is how
        long after its clock has run out the outcome becomes known.
        """
        rng, n = self.rng, len(sessions)
        likes = rng.beta(2, 2, self.shape.n_people)[sessions["person"].to_numpy()]
        late = np.where(rng.random(n) < 0.1, rng.integers(1, 6, n), 0)
        first = sessions.with_columns(
            arm=pl.Series((rng.random(n) < likes).astype(np.int64)),
            due_weeks=pl.Series(rng.integers(1, 9, n)),
            late_weeks=pl.Series(late),
            is_known=pl.Series(rng.random(n) < 0.92),
            is_corrected=pl.Series(rng.random(n) < self.shape.correction_share),
            corrected_week=pl.Series(sessions["week"].to_numpy() + 9 + late + rng.integers(0, 8, n)),
        )
        again = first.filter(pl.col("is_known") & pl.col("is_corrected"))
        both = pl.concat(
            [
                first.with_columns(since=pl.lit(0, pl.Int64)),
                again.with_columns(since=pl.col("corrected_week"), is_corrected=pl.lit(False)),
            ]
        )
        ends = pl.when(pl.col("is_corrected")).then("corrected_week").otherwise(pl.lit(STILL, pl.Int64))
        both = both.with_columns(block_id=pl.int_range(len(both), dtype=pl.Int64), to_week=ends)
        return both.with_columns(self._outcomes(both))

    def _outcomes(self, made: Frame) -> list[pl.Series]:
        """State, and whether kept within 14, 28 and 42 days and by the own due date."""
        n, rng, arm = len(made), self.rng, made["arm"].to_numpy()
        is_kept = rng.random(n) < np.where(arm == 1, self.shape.chance_with, self.shape.chance_without)
        soon = np.where(rng.random(n) < 0.6, rng.integers(1, 15, n), rng.integers(15, 29, n))
        other = rng.random(n)
        day = np.where(is_kept, soon, np.where(other < 0.2, rng.integers(29, 60, n), STILL))
        state = np.where(is_kept | (other < 0.2), "done", np.where(other < 0.35, "withdrawn", "not_done"))
        limits = {"kept": 28, "kept_14": 14, "kept_42": 42, "kept_due": made["due_weeks"].to_numpy() * 7}
        known = pl.Series("state", state).to_frame().select(pl.when(made["is_known"]).then("state"))["state"]
        return [known, *(pl.Series(name, (day <= limit).astype(np.int64)) for name, limit in limits.items())]

    def _answers(self, sessions: Frame, n_before: int) -> Frame:
        """One row per answer: `block_id`, `person`, `week`, `session_number`, `score`, `from_week`."""
        rng = self.rng
        given = sessions.filter(rng.random(len(sessions)) < 0.85)
        n = len(given)
        is_top = rng.random(n) < self.shape.chance_top_two
        return given.with_columns(
            block_id=pl.Series(n_before + np.arange(n)),
            score=pl.Series(np.where(is_top, rng.integers(4, 6, n), rng.integers(1, 4, n))),
            from_week=pl.Series(given["week"].to_numpy() + rng.integers(0, 2, n)),
        )


def _matures() -> dict[str, pl.Expr]:
    """The week in which a commitment's clock has run out, per line."""
    week = pl.col("week")
    return {
        "primary": week + 7,
        "horizon_14": week + 5,
        "horizon_42": week + 9,
        "own_due_date": week + pl.col("due_weeks") + 3,
        "completed_six": pl.max_horizontal(week + 7, "six_week"),
    }


def _known_spells(versions: Frame) -> Frame:
    known = versions.filter(pl.col("state").is_not_null())
    return pl.concat(
        [
            known.select(
                "block_id",
                "person",
                "arm",
                "session_number",
                "week",
                pl.lit(line).alias("line"),
                pl.max_horizontal(matures + pl.col("late_weeks"), "since").alias("from_week"),
                "to_week",
            )
            for line, matures in _matures().items()
        ]
    )


def _unknown_spells(versions: Frame) -> Frame:
    """From when the clock has run out until the outcome is known, if ever."""
    first = versions.filter(pl.col("since") == 0)
    known_in = pl.when(pl.col("state").is_not_null()).then(pl.col("late_weeks")).otherwise(STILL)
    return pl.concat(
        [
            first.select(
                "person",
                "arm",
                pl.lit(line).alias("line"),
                matures.alias("from_week"),
                (matures + known_in).alias("to_week"),
            )
            for line, matures in _matures().items()
        ]
    ).filter(pl.col("from_week") < pl.col("to_week"))


def _answer_spells(answers: Frame) -> Frame:
    return answers.select(
        "block_id",
        "person",
        pl.lit(None, pl.Int64).alias("arm"),
        "session_number",
        "week",
        pl.lit("usefulness").alias("line"),
        "from_week",
        pl.lit(STILL, pl.Int64).alias("to_week"),
    )


def _until_erased(spells: Frame, erased: Mapping[int, int]) -> Frame:
    gone = pl.lit(STILL, pl.Int64)
    for person, week in erased.items():
        gone = pl.when(pl.col("person") == person).then(pl.lit(week, pl.Int64)).otherwise(gone)
    ended = spells.with_columns(pl.min_horizontal("to_week", gone).alias("to_week"))
    return ended.filter((pl.col("from_week") < pl.col("to_week")) & (pl.col("from_week") < N_WEEKS))


def _placed(spells: Frame, people: Frame, moves: Sequence[Move], is_retroactive: bool) -> Frame:
    """Add the places at check-out.

    A move counts for what is made from its week on. A retroactive one - the directory was wrong - takes along, from
    its week on, what was made before.
    """
    quarter = pl.lit("2026-Q") + (pl.col("week") // 13 + 1).cast(pl.String)
    places = people.select("person", "department", "cohort", "level")
    rows = spells.join(places, on="person").with_columns(quarter.alias("quarter"))
    for person, week, department in moves:
        is_theirs = (pl.col("person") == person) & (pl.col("department") != department)
        if is_retroactive:
            before = rows.filter(is_theirs).with_columns(
                pl.min_horizontal("to_week", pl.lit(week)).alias("to_week")
            )
            after = rows.filter(is_theirs).with_columns(
                pl.lit(department).alias("department"),
                pl.max_horizontal("from_week", pl.lit(week)).alias("from_week"),
            )
            rows = pl.concat([rows.filter(~is_theirs), before, after])
            rows = rows.filter(pl.col("from_week") < pl.col("to_week"))
        else:
            moved = pl.when(is_theirs & (pl.col("week") >= week)).then(pl.lit(department))
            rows = rows.with_columns(moved.otherwise(pl.col("department")).alias("department"))
    return rows
