"""The only gate between people and pages: estimates go in, protected tables come out.

What belongs here: how many distinct people a published number must stand for, and what is taken away where it
stands for fewer or is not ready for leaders. It runs once, last, upstream of every exit.
What does not: estimating, drawing.

This version lets out the whole programme only; there are no slices. Numbers published side by side that differ in
few people (sensitivity lines, neighbouring weeks) come with the number of those people as what they stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from models.catalogue import Metric
from models.contracts import PROTECTED_TABLES, Table, estimate_table

TOO_FEW_PEOPLE = "too_few_people"
FLOOR = 5
FLOOR_LONELINESS = 10
DECIMALS = 6

# The columns that say what a row is about; everything else is what it says.
LABELS: Mapping[str, tuple[str, ...]] = {
    "protected_completion": ("arm",),
    "protected_effect": ("line",),
    "protected_effect_by_week": ("week", "week_ends_on", "basis"),
    "protected_usefulness": ("score_from", "score_to"),
    "protected_loneliness": ("wave",),
    "protected_funnel": ("session_number",),
    "protected_metrics": ("metric",),
    "protected_claims": ("claim", "claimed_value", "source_found"),
}


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


def protect(
    estimates: Mapping[str, pl.DataFrame], floors: Floors, metrics: Mapping[str, Metric]
) -> dict[str, pl.DataFrame]:
    """Turn estimate tables (by name) into protected tables (by name).

    Below its floor a row keeps its label and the status `withheld`, and nothing else. A row that is early or
    refused keeps its label, counts and reasons, but no value. Only columns of the contracts come out.

    Raises:
        KeyError: an estimate table is missing.
    """
    protected = {}
    for table in PROTECTED_TABLES:
        estimate = estimates[estimate_table(table).name]
        if table.name == "protected_programme":
            out = _protect_verdict(estimate, estimates["estimate_effect"], floors)
        else:
            if table.name == "protected_usefulness":
                estimate = join_bands(estimate, floors.people)
            out = _protect_rows(table, estimate.with_columns(_floor(table, floors, metrics).alias("floor")))
        protected[table.name] = _rounded(out.select(table.column_names))
    return protected


def join_bands(ranges: pl.DataFrame, floor: int) -> pl.DataFrame:
    """Choose bands of neighbouring scores, from the lowest up, so that each stands for enough people.

    `ranges` has one row for every range of scores; a last band too small joins the one before it.
    """
    sizes = {(row["score_from"], row["score_to"]): row["n_people"] or 0 for row in ranges.iter_rows(named=True)}
    highest = max((to for _, to in sizes), default=0)
    bands: list[tuple[int, int]] = []
    start = 1
    for score in range(1, highest + 1):
        if sizes[(start, score)] >= floor:
            bands.append((start, score))
            start = score + 1
    if start <= highest:
        start = bands.pop()[0] if bands else 1
        bands.append((start, highest))
    chosen = pl.DataFrame(
        {"score_from": [band[0] for band in bands], "score_to": [band[1] for band in bands]},
        schema={"score_from": pl.Int64, "score_to": pl.Int64},
    )
    return chosen.join(ranges, on=["score_from", "score_to"], how="left", maintain_order="left")


def _floor(table: Table, floors: Floors, metrics: Mapping[str, Metric]) -> pl.Expr:
    if table.name == "protected_loneliness":
        return pl.lit(floors.people_loneliness)
    if table.name == "protected_metrics":
        by_metric = {name: _metric_floor(metric, floors) for name, metric in metrics.items()}
        return pl.col("metric").replace_strict(by_metric, return_dtype=pl.Int64)
    return pl.lit(floors.people)


def _metric_floor(metric: Metric, floors: Floors) -> int:
    least = floors.people_loneliness if metric.construct == "loneliness" else floors.people
    return max(least, metric.minimum_people)


def _protect_rows(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    is_small = pl.col("smallest_people").fill_null(0) < pl.col("floor")
    is_not_ready = pl.col("status") != "ok"
    labels = (*LABELS[table.name], "status", "reasons")
    hidden = []
    for column in table.columns:
        if column.name not in labels:
            is_count = column.name.startswith("n_")
            hide = is_small if is_count else is_small | is_not_ready
            hidden.append(pl.when(~hide).then(pl.col(column.name)).alias(column.name))
    return rows.with_columns(
        *hidden,
        pl.when(is_small).then(pl.lit("withheld")).otherwise(pl.col("status")).alias("status"),
        pl.when(is_small).then(pl.lit(TOO_FEW_PEOPLE)).otherwise(pl.col("reasons")).alias("reasons"),
    )


def _protect_verdict(programme: pl.DataFrame, effect: pl.DataFrame, floors: Floors) -> pl.DataFrame:
    """A verdict computed from too few people is no verdict; that it is too early needs no outcome."""
    smallest = effect.filter(pl.col("line") == "primary")["smallest_people"][0] or 0
    is_hidden = pl.lit(smallest < floors.people) & (pl.col("verdict") != "too_early")
    return programme.with_columns(
        pl.when(is_hidden).then(pl.lit("cannot_tell_yet")).otherwise(pl.col("verdict")).alias("verdict"),
        pl.when(is_hidden).then(pl.lit(TOO_FEW_PEOPLE)).otherwise(pl.col("reasons")).alias("reasons"),
    )


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.float().round(DECIMALS))
