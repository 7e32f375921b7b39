"""What the estimates are made from, and how results become rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from models.effects.arrays import IntArray
from models.effects.cells import COUNT_COLUMNS, CommitmentCells
from models.effects.result import Result, Thresholds
from models.plan import Plan


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is about: the programme, the cut and the plan."""

    programme: str
    is_synthetic: bool
    data_as_of: date
    week: str
    next_refresh_on: date
    plan: Plan
    lag_days: int
    minimum_people: int = 5

    @property
    def thresholds(self) -> Thresholds:
        """Limits of the estimators under the plan."""
        return replace(Thresholds(), prior_sd=self.plan.prior_sd)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The derived tables by name, and the weeks frozen by earlier live runs."""

    tables: Mapping[str, pl.DataFrame]
    setting: Setting

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]


def cells_of(frame: pl.DataFrame) -> CommitmentCells:
    """Rows of `effect_cells` (one line, or one week) as cells; persons and groups become whole-number codes."""
    arm, *counts = (whole_column(frame[name]) for name in ("arm", *COUNT_COLUMNS))
    return CommitmentCells(*codes_of(frame), arm, *counts)


def codes_of(frame: pl.DataFrame) -> tuple[IntArray, IntArray, IntArray]:
    """Cluster, group and person of each row: the numbers that a table carries, else codes made from its ids.

    Numbers and codes are both in the order of the ids; of the ids only the distinct ones are sorted, not the rows.
    """
    cluster, group, person = (_codes(frame, unit) for unit in ("cluster", "group", "person"))
    return cluster, group, person


def _codes(frame: pl.DataFrame, unit: str) -> IntArray:
    number = f"{unit}_number"
    column = frame[number if number in frame.columns else f"{unit}_id"]
    if column.dtype == pl.String:
        column = column.cast(pl.Enum(column.unique().sort())).to_physical()
    return whole_column(column)


def whole_column(column: pl.Series) -> IntArray:
    """A column as whole numbers that nobody can write to, so that estimators need not copy it."""
    whole: IntArray = column.cast(pl.Int64).to_numpy()
    whole.setflags(write=False)
    return whole


def people_per_arm(frame: pl.DataFrame) -> dict[int, int]:
    """Distinct people with a counted commitment in each arm (0 without, 1 with)."""
    known = frame.filter(pl.col("n_done") + pl.col("n_not_done") + pl.col("n_withdrawn") > 0)
    found = dict(known.group_by("arm").agg(pl.col("person_id").n_unique()).iter_rows())
    return {arm: int(found.get(arm, 0)) for arm in (0, 1)}


def contributions(frame: pl.DataFrame) -> pl.DataFrame:
    """What each person adds to each arm: known, kept and unknown commitments."""
    known = pl.col("n_done") + pl.col("n_not_done") + pl.col("n_withdrawn")
    return frame.group_by("person_id", "arm").agg(
        known.sum().alias("n_known"), pl.col("n_kept").sum(), pl.col("n_unknown").sum()
    )


def people_apart(one: pl.DataFrame, other: pl.DataFrame) -> int:
    """In how many people's contributions two published numbers differ: whose results their difference tells."""
    both = one.join(other, on=["person_id", "arm"], how="full", coalesce=True, suffix="_other")
    names = ("n_known", "n_kept", "n_unknown")
    differs = pl.any_horizontal(
        pl.col(name).fill_null(0) != pl.col(f"{name}_other").fill_null(0) for name in names
    )
    return both.filter(differs)["person_id"].n_unique()


def result_row(result: Result, *, is_sequence: bool) -> dict[str, object]:
    """The columns every estimate shares: value, ends, standard error, df, status, reasons.

    `is_sequence` chooses the always-valid interval for `low` and `high`; `ci_low` and `ci_high` always are the
    single-look interval.
    """
    shown = result.cs if is_sequence else result.ci
    return {
        "low": shown.low if shown else None,
        "high": shown.high if shown else None,
        "se": result.se,
        "df": result.df,
        "ci_low": result.ci.low if result.ci else None,
        "ci_high": result.ci.high if result.ci else None,
        "status": result.status,
        "reasons": ";".join(result.reasons),
    }
