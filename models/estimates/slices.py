"""Rates of parts of the programme, exact, for analysts; what pages show is made coarse by the disclosure gate."""

from __future__ import annotations

import polars as pl

from models.contracts import DIMENSIONS, estimate_table, protected_table
from models.effects.rates import Z95, design_effect, wilson_interval
from models.estimates.inputs import Inputs
from models.frames import frame_of

SLICES = estimate_table(protected_table("protected_slices"))
INTRACLUSTER_CORRELATION = 0.2


def estimate_slices(inputs: Inputs) -> pl.DataFrame:
    """Each category of each dimension: the rate and its people, with an interval from a fixed design effect.

    The interval is Wilson's with the sample size divided by the design effect of the coaching groups' sizes; a slice
    has too few clusters for one from residuals.
    """
    kept = inputs["slice_commitments"].with_columns(
        pl.when(pl.col("arm") == 1)
        .then(pl.lit("kept_with_appointment"))
        .otherwise(pl.lit("kept_without_appointment"))
        .alias("measure"),
        pl.col("n_kept").alias("n_yes"),
    )
    useful = inputs["slice_answers"].with_columns(
        pl.lit("useful_top_two").alias("measure"), pl.col("n_top_two").alias("n_yes")
    )
    rows: list[dict[str, object]] = []
    for dimension in DIMENSIONS:
        for frame in (kept, useful):
            named = frame.select(
                pl.col(dimension).cast(pl.String).alias("category"),
                *("measure", "group_id", "person_id"),
                pl.col("n_known", "n_yes").cast(pl.Int64),
            ).sort("measure", "category", nulls_last=True)
            rows += [
                {"dimension": dimension, **_row(part)}
                for part in named.partition_by("measure", "category", maintain_order=True)
            ]
    return frame_of(SLICES, rows)


def _row(part: pl.DataFrame) -> dict[str, object]:
    n, n_yes, people = int(part["n_known"].sum()), int(part["n_yes"].sum()), part["person_id"].n_unique()
    sizes = part.group_by("group_id").agg(pl.col("n_known").sum())["n_known"].to_numpy().astype("float64")
    effective = n / design_effect(sizes, INTRACLUSTER_CORRELATION)
    interval = wilson_interval(n_yes / n * effective, effective, Z95)
    return {
        "category": part["category"][0],
        "measure": part["measure"][0],
        "people": str(people),
        "rate": n_yes / n,
        "rate_is": "about",
        "low": interval.low,
        "high": interval.high,
        "smallest_people": people,
        "status": "ok",
        "reasons": "",
    }
