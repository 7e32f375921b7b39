"""Small programmes of odd shapes, as the counts that the disclosure gate is given week by week.

What belongs here: counting what happened, week by week, as the derived tables do; what colleagues know; the truth.
What does not: drawing it (`odd_records`), SQL, estimates - these programmes start where counts start - and publishing.

Weeks run from 0 to 51; week w ends on the Sunday `end_of(w)`. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl
from attacker import DIMENSIONS, KEPT, USEFUL, Public
from odd_records import N_WEEKS, STILL, Records, Shape, records_of, shape_of

Frame = pl.DataFrame

FIRST_SUNDAY = date(2026, 1, 4)


def end_of(week: int) -> date:
    """The Sunday on which a week ends."""
    return FIRST_SUNDAY + timedelta(weeks=week)


@dataclass(frozen=True)
class OddProgramme:
    """A programme of odd shape.

    Attributes:
        shape: what it is like.
        records: what happened in it.
    """

    shape: Shape
    records: Records

    def effect_cells(self, week: int) -> Frame:
        """Per line, cluster, group, person and arm, what counts at the end of a week, as the derived table has it."""
        keys = ["line", "cluster_id", "group_id", "person_id", "arm"]
        counts = {f"n_{state}": pl.col("state") == state for state in STATES}
        cells = (
            _at(self._states, week)
            .group_by(keys)
            .agg(
                *(rule.sum().cast(pl.Int64).alias(name) for name, rule in counts.items()),
                pl.col("n_kept").sum(),
            )
        )
        joined = cells.filter(pl.col("line") == "primary").with_columns(line=pl.lit("partnerships_joined"))
        return pl.concat([cells, joined]).sort(keys)

    def effect_cells_by_week(self, week: int) -> Frame:
        """Per week up to this one, cluster, group, person and arm, the primary line as known at that week's end."""
        return self._primary_by_week.filter(pl.col("week") <= week)

    def slice_commitments(self, week: int) -> Frame:
        """Per person, group, arm and places, known commitments and kept ones, as the derived table has them."""
        rows = _at(self._known.filter(pl.col("line") == "primary"), week)
        keys = ["person_id", "group_id", "arm", *DIMENSIONS]
        cells = rows.group_by(keys).agg(pl.len().cast(pl.Int64).alias("n_known"), pl.col("n_kept").sum())
        return cells.sort(keys).with_columns(_quarter_number())

    def slice_answers(self, week: int) -> Frame:
        """Per person, group and places, answers and those in the two highest steps, as the derived table has them."""
        keys = ["person_id", "group_id", *DIMENSIONS]
        n_top_two = (pl.col("score") >= 4).sum().cast(pl.Int64).alias("n_top_two")
        cells = (
            _at(self._answered, week).group_by(keys).agg(pl.len().cast(pl.Int64).alias("n_known"), n_top_two)
        )
        return cells.sort(keys).with_columns(_quarter_number())

    def answer_cells(self, week: int) -> Frame:
        """Per cluster, group and person how often each score was given, as the derived table has it."""
        keys = ["cluster_id", "group_id", "person_id"]
        scores = [
            (pl.col("score") == score).sum().cast(pl.Int64).alias(f"n_score_{score}") for score in range(1, 6)
        ]
        cells = (
            _at(self._answered, week).group_by(keys).agg(pl.len().cast(pl.Int64).alias("n_answers"), *scores)
        )
        return cells.select(pl.lit("usefulness").alias("question_id"), pl.all()).sort(keys)

    @cached_property
    def public(self) -> Public:
        """What colleagues know."""
        one = pl.lit(1, pl.Int64).alias("n")
        blocks = pl.concat(
            [
                self.records.commitments.select("block_id", pl.lit(KEPT).alias("measure"), "person_id", one),
                self.records.answers.select("block_id", pl.lit(USEFUL).alias("measure"), "person_id", one),
            ]
        )
        counted = self.records.counted.with_columns(
            pl.when(pl.col("to_week") < STILL).then(pl.col("to_week")).alias("to_week")
        )
        return Public(blocks, counted, {end_of(week): week for week in range(N_WEEKS)})

    @cached_property
    def truth(self) -> Frame:
        """The state of every block: `block_id`, `state` (as the attacker names them), `n`."""
        when = (
            pl.when(pl.col("state") == "withdrawn")
            .then(pl.lit("dropped"))
            .otherwise(
                pl.concat_str(
                    pl.when(pl.col("kept_14") == 1)
                    .then(pl.lit("by_14"))
                    .when(pl.col("kept") == 1)
                    .then(pl.lit("by_28"))
                    .when(pl.col("kept_42") == 1)
                    .then(pl.lit("by_42"))
                    .otherwise(pl.lit("later")),
                    pl.when(pl.col("kept_due") == 1).then(pl.lit("_due")).otherwise(pl.lit("")),
                )
            )
        )
        one = pl.lit(1, pl.Int64).alias("n")
        return pl.concat(
            [
                self.records.commitments.select("block_id", when.alias("state"), one),
                self.records.answers.select("block_id", pl.col("score").cast(pl.String).alias("state"), one),
            ]
        )

    @cached_property
    def _known(self) -> Frame:
        rows = self.records.counted.filter(pl.col("line") != "usefulness").join(
            self.records.commitments.drop("arm"), on="block_id"
        )
        kept = pl.col("kept")
        for line, column in KEPT_COLUMN.items():
            kept = pl.when(pl.col("line") == line).then(pl.col(column)).otherwise(kept)
        return rows.with_columns(kept.alias("n_kept"))

    @cached_property
    def _states(self) -> Frame:
        unknown = self.records.unknown.with_columns(
            pl.lit("unknown").alias("state"), pl.lit(0, pl.Int64).alias("n_kept")
        )
        return pl.concat([self._known.select(unknown.columns), unknown])

    @cached_property
    def _primary_by_week(self) -> Frame:
        primary = pl.col("line") == "primary"
        found = [self.effect_cells(week).filter(primary).with_columns(week=week) for week in range(N_WEEKS)]
        return pl.concat(found).drop("line")

    @cached_property
    def _answered(self) -> Frame:
        return self.records.counted.filter(pl.col("line") == "usefulness").join(
            self.records.answers, on="block_id"
        )


STATES = ("done", "not_done", "withdrawn", "unknown")
KEPT_COLUMN: Mapping[str, str] = {"horizon_14": "kept_14", "horizon_42": "kept_42", "own_due_date": "kept_due"}


def quarter_name(number: int) -> str:
    """The quarter 20263 as it is published: `2026-Q3`."""
    return f"{number // 10}-Q{number % 10}"


def _quarter_number() -> pl.Expr:
    return pl.col("quarter").str.replace("-Q", "").cast(pl.Int64).alias("quarter")


def _at(rows: Frame, week: int) -> Frame:
    return rows.filter((pl.col("from_week") <= week) & (week < pl.col("to_week")))


def odd_programme(seed: int, shape: Shape | None = None) -> OddProgramme:
    """The programme with this seed; of the given shape and its seed, where one is given."""
    shape = shape or shape_of(seed)
    return OddProgramme(shape, records_of(shape))
