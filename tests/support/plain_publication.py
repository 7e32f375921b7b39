"""Publishing by plain thresholding: what the disclosure gate has to be better than.

What belongs here: releases as anybody would first write them - every week afresh, whatever has too few people
blanked - for the attacker to succeed on, and as the measure of what protection costs.
What does not: the gate.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from attacker import DIMENSIONS, Release
from odd_programmes import OddProgramme, end_of, quarter_name

LINES = ("primary", "horizon_14", "horizon_42", "own_due_date", "completed_six", "partnerships_joined")
ARMS = ((1, "with_appointment"), (0, "without_appointment"))
DECIMALS = 3


def plain_release(programme: OddProgramme, week: int, *, floor: int = 5, has_slices: bool = True) -> Release:
    """What plain thresholding shows at the end of a week."""
    cells, as_of = programme.effect_cells(week), end_of(week)
    primary = cells.filter(pl.col("line") == "primary")
    tables = {
        "protected_completion": _completion(primary, as_of, floor),
        "protected_effect": _effect(cells, as_of, floor),
        "protected_usefulness": _bands(programme.answer_cells(week), as_of, floor),
    }
    if has_slices:
        tables["protected_slices"] = pl.concat(
            [
                _slices(_kept_parts(programme.slice_commitments(week)), floor),
                _slices(_useful_parts(programme.slice_answers(week)), floor),
            ]
        ).with_columns(pl.lit(as_of).alias("as_of"))
    return tables


def plain_releases(
    programme: OddProgramme, weeks: range, *, floor: int = 5, slices_every: int = 4
) -> list[Release]:
    """All releases of these weeks; slices come afresh every so many weeks and stay in between."""
    releases: list[Release] = []
    slices: pl.DataFrame | None = None
    for week in weeks:
        release = dict(plain_release(programme, week, floor=floor, has_slices=week % slices_every == 0))
        slices = release.get("protected_slices", slices)
        releases.append(release if slices is None else {**release, "protected_slices": slices})
    return releases


def _known() -> pl.Expr:
    return pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn")


def _completion(primary: pl.DataFrame, as_of: date, floor: int) -> pl.DataFrame:
    rows = []
    for arm, name in ARMS:
        own = primary.filter((pl.col("arm") == arm) & (_known() > 0))
        n, people = int(own.select(_known().sum()).item()), own["person_id"].n_unique()
        is_shown = people >= floor
        rate = round(int(own["n_kept"].sum()) / n, DECIMALS) if is_shown else None
        rows.append((name, people if is_shown else None, n if is_shown else None, rate, as_of))
    schema = {
        "arm": pl.String,
        "n_people": pl.Int64,
        "n_commitments": pl.Int64,
        "rate": pl.Float64,
        "as_of": pl.Date,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _effect(cells: pl.DataFrame, as_of: date, floor: int) -> pl.DataFrame:
    rows = []
    for line in (*LINES, "withdrawn_left_out"):
        own = cells.filter(pl.col("line") == ("primary" if line == "withdrawn_left_out" else line))
        if line == "withdrawn_left_out":
            own = own.with_columns(n_withdrawn=pl.lit(0, pl.Int64))
        own = own.filter(_known() > 0)
        arms = [own.filter(pl.col("arm") == arm) for arm, _ in ARMS]
        n1, n0 = (int(part.select(_known().sum()).item()) for part in arms)
        if min(part["person_id"].n_unique() for part in arms) >= floor:
            k1, k0 = (int(part["n_kept"].sum()) for part in arms)
            rows.append((line, round(k1 / n1 - k0 / n0, DECIMALS), n1 + n0, as_of))
    schema = {"line": pl.String, "estimate": pl.Float64, "n_commitments": pl.Int64, "as_of": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _bands(answers: pl.DataFrame, as_of: date, floor: int) -> pl.DataFrame:
    rows = []
    for low, high in ((1, 3), (4, 5)):
        given = answers.select(
            pl.sum_horizontal(f"n_score_{score}" for score in range(low, high + 1)).alias("n")
        )["n"]
        people = int((given > 0).sum())
        rows.append((low, high, people, int(given.sum()) if people >= floor else None, as_of))
    names = ("score_from", "score_to", "n_people", "n_answers")
    return pl.DataFrame(rows, schema={**dict.fromkeys(names, pl.Int64), "as_of": pl.Date}, orient="row")


def _kept_parts(cells: pl.DataFrame) -> pl.DataFrame:
    with_ = pl.when(pl.col("arm") == 1).then(pl.lit("kept_with_appointment"))
    measure = with_.otherwise(pl.lit("kept_without_appointment")).alias("measure")
    return cells.select("person_id", *_places(), measure, n="n_known", kept="n_kept")


def _useful_parts(cells: pl.DataFrame) -> pl.DataFrame:
    measure = pl.lit("useful_top_two").alias("measure")
    return cells.select("person_id", *_places(), measure, n="n_known", kept="n_top_two")


def _places() -> list[pl.Expr]:
    return [*map(pl.col, DIMENSIONS[:3]), pl.col("quarter").map_elements(quarter_name, return_dtype=pl.String)]


def _slices(parts: pl.DataFrame, floor: int) -> pl.DataFrame:
    """Rates to the nearest twentieth, halves up, in whole numbers: (40 kept + n) // (2 n)."""
    by = ["dimension", "category", "measure"]
    cells = pl.concat(
        [
            parts.select("person_id", "measure", "n", "kept", dimension=pl.lit(name), category=name)
            for name in DIMENSIONS
        ]
    )
    sums = cells.group_by(by).agg(
        pl.col("person_id").n_unique().alias("people"), pl.col("n").sum(), pl.col("kept").sum()
    )
    twentieths = (40 * pl.col("kept") + pl.col("n")) // (2 * pl.col("n"))
    shown = sums.filter(pl.col("people") >= floor).sort(by)
    return shown.select(
        "dimension",
        "category",
        pl.lit("").alias("joined"),
        "measure",
        (twentieths / 20).round(2).alias("rate"),
        pl.lit("about").alias("rate_is"),
    )
