"""Rates of parts of the programme: which parts come out, joined how, and how coarsely.

What belongs here: joining small categories, the rounded rates, and whether a dimension may be released.
What does not: the rule on sums (`sums`), combinations of tables (`combinations`), the whole programme (`gate`).

A dimension comes out as a whole or not at all. Where its rows would tell of few people, its smallest categories are
joined until they don't; where all are joined, nothing is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from models.contracts import DIMENSIONS
from models.disclosure.combinations import singles_out_few
from models.disclosure.contributions import KEPT, USEFUL
from models.disclosure.floors import Floors, people_band
from models.disclosure.sums import SLACK, PastSums, Sum, may_be_published
from models.effects.rates import Z95, design_effect, wilson_interval

OTHER = "Other"
NOT_STATED = "Not stated"
STEPS = 20  # rates are rounded to a twentieth, 5 points
FEWEST_PEOPLE = 20
FEWEST_ANSWERS = 60
"""Fewest people and commitments (answers) of a row, in each measure.

A rate rounded to 5 points tells a sum of fewer than 60 to one or two, and rows that nearly tell their sums can be
subtracted. From 60 on each rate leaves three or more open.
"""
INTRACLUSTER_CORRELATION = 0.2
PERSON, GROUP, N, VALUE, MEASURE = "person_id", "group_id", "n", "value", "measure"

OUTCOMES: Mapping[str, str] = {
    "kept_with_appointment": KEPT,
    "kept_without_appointment": KEPT,
    "useful_top_two": USEFUL,
}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension as it comes out: its rows, the sums they tell, and the category everybody was put into."""

    name: str
    rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    joined: Mapping[str, str]


def slice_cells(commitments: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """The cells of all slices, from the derived tables `slice_commitments` and `slice_answers`."""
    arm = pl.when(pl.col("arm") == 1).then(pl.lit("with")).otherwise(pl.lit("without"))
    kept = commitments.with_columns(
        ("kept_" + arm + "_appointment").alias(MEASURE), pl.col("n_kept").cast(pl.Int64).alias(VALUE)
    )
    useful = answers.with_columns(
        pl.lit("useful_top_two").alias(MEASURE), pl.col("n_top_two").cast(pl.Int64).alias(VALUE)
    )
    quarter = pl.col("quarter").cast(pl.Int64)
    named = (quarter // 10).cast(pl.String) + "-Q" + (quarter % 10).cast(pl.String)
    return pl.concat(
        [
            part.select(
                MEASURE,
                PERSON,
                GROUP,
                *(pl.col(name).fill_null(NOT_STATED) for name in DIMENSIONS[:3]),
                named.alias("quarter"),
                pl.col("n_known").cast(pl.Int64).alias(N),
                VALUE,
            )
            for part in (kept, useful)
        ]
    )


def released_dimensions(
    cells: pl.DataFrame, people: Sequence[str], past: PastSums, floors: Floors
) -> Iterator[Dimension]:
    """The dimensions that may be released, in their fixed order; each is kept apart from those before it.

    Args:
        cells: One row per measure, person, group and combination of categories (columns `measure`, `person_id`,
            `group_id`, `department`, `cohort`, `level`, `quarter`, `n`, `value`); a missing category is `Not stated`.
        people: The P people, in the order of the arrays in `past`.
        past: All sums of these measures published before, the fresh total of this release included.
        floors: Fewest people.
    """
    done: tuple[Dimension, ...] = ()
    for name in DIMENSIONS:
        found = _released(cells, name, done, _Before(people, past), floors)
        if found is not None:
            yield found
            past = past.with_sums(found.sums)
            done = (*done, found)


@dataclass(frozen=True, slots=True)
class _Before:
    """The people, and the sums published before over them."""

    people: Sequence[str]
    past: PastSums


def _released(
    cells: pl.DataFrame, name: str, done: tuple[Dimension, ...], before: _Before, floors: Floors
) -> Dimension | None:
    for joined in _ways_to_join(cells, name, max(floors.people, FEWEST_PEOPLE)):
        tried = Dimension(name, (), (), joined)
        if _singles_out(cells, (*done, tried), floors):
            continue
        coarse = _joined(cells, tried)
        found = replace(
            tried, rows=tuple(_rows(coarse, name, joined)), sums=tuple(_sums(coarse, name, before.people))
        )
        if _are_apart(coarse, found, before, floors):
            return found
    return None


def _joined(cells: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    shown = pl.col(dimension.name).replace_strict(dimension.joined, return_dtype=pl.String)
    return cells.with_columns(shown.alias(dimension.name))


def _singles_out(cells: pl.DataFrame, dimensions: Sequence[Dimension], floors: Floors) -> bool:
    """Whether rows of the dimensions can be combined so that few people are left."""
    for dimension in dimensions:
        cells = _joined(cells, dimension)
    names = tuple(dimension.name for dimension in dimensions)
    return any(
        singles_out_few(part, names, floors.people) for part in cells.partition_by(MEASURE, maintain_order=True)
    )


def _are_apart(coarse: pl.DataFrame, found: Dimension, before: _Before, floors: Floors) -> bool:
    """Whether no row, and nothing that is left of the total beside a row, can be subtracted from earlier sums."""
    totals = _sums(coarse.with_columns(pl.lit("all").alias(found.name)), found.name, before.people)
    left = [total.minus(one) for total in totals for one in found.sums if _measure(one) == _measure(total)]
    return all(may_be_published(one, before.past, floors.people) for one in (*found.sums, *left))


def _ways_to_join(cells: pl.DataFrame, name: str, fewest: int) -> Iterator[dict[str, str]]:
    """Category -> what it is shown as: first only those joined that must be, then more and more of the smallest."""
    sizes = _sizes(cells, name)
    order = sorted(sizes, key=lambda category: (sizes[category], category))
    for n_joined in range(len(order) if len(order) > 1 else 0):
        if n_joined == 1:
            continue  # one category under another name is not joined
        kept = order[n_joined:]
        joined = {category: category for category in kept} | dict.fromkeys(order[:n_joined], OTHER)
        renamed = cells.with_columns(pl.col(name).replace_strict(joined, return_dtype=pl.String))
        people, n = zip(*_sizes(renamed, name).values(), strict=True)
        if min(people) >= fewest and min(n) >= FEWEST_ANSWERS:
            yield joined


def _sizes(cells: pl.DataFrame, name: str) -> dict[str, tuple[int, int]]:
    """Category -> people and commitments (answers) in the measure that has the fewest."""
    n_measures = cells[MEASURE].n_unique()
    by_measure = cells.group_by(name, MEASURE).agg(pl.col(PERSON).n_unique().alias("people"), pl.col(N).sum())
    smallest = by_measure.group_by(name).agg(
        pl.col("people").min(), pl.col(N).min(), pl.len().alias("measures")
    )
    return {
        category: (people, n) if measures == n_measures else (0, 0)
        for category, people, n, measures in smallest.select(name, "people", N, "measures").iter_rows()
    }


def _sums(cells: pl.DataFrame, name: str, people: Sequence[str]) -> list[Sum]:
    """One sum per measure and category, over the people given."""
    position = pl.DataFrame(
        {PERSON: people, "position": range(len(people))}, schema={PERSON: pl.String(), "position": pl.Int64()}
    )
    parts = (
        cells.group_by(MEASURE, name, PERSON)
        .agg(pl.col(N).sum(), pl.col(VALUE).sum())
        .join(position, on=PERSON)
        .sort(MEASURE, name)
        .partition_by(MEASURE, name, as_dict=True, maintain_order=True)
    )
    sums = []
    for (measure, category), part in parts.items():
        n, value = np.zeros(len(people), dtype=np.int64), np.zeros(len(people), dtype=np.int64)
        n[part["position"].to_numpy()] = part[N].to_numpy()
        value[part["position"].to_numpy()] = part[VALUE].to_numpy()
        sums.append(Sum(f"{name}:{category}:{measure}", OUTCOMES[measure], n, value, is_coarse=True))
    return sums


def _measure(one: Sum) -> str:
    return one.row.rsplit(":", 1)[-1]


def _rows(cells: pl.DataFrame, name: str, joined: Mapping[str, str]) -> Iterator[Row]:
    behind_other = "; ".join(sorted(category for category, shown in joined.items() if shown == OTHER))
    groups = cells.partition_by(name, MEASURE, as_dict=True, maintain_order=True)
    for (category, measure), part in sorted(groups.items()):
        by_group = part.group_by(GROUP).agg(pl.col(N).sum())[N].to_numpy().astype(np.float64)
        yield {
            "dimension": name,
            "category": category,
            "joined": behind_other if category == OTHER else None,
            "measure": measure,
            "people": people_band(part[PERSON].n_unique()),
            **coarse_rate(int(part[VALUE].sum()), int(part[N].sum()), by_group),
            "status": "ok",
            "reasons": "",
        }


def coarse_rate(value: int, n: int, by_group: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Row:
    """A rate rounded to 5 points, and an interval that follows from the rounded rate and the sizes alone.

    Near 0 and 100 % the rate is given as a limit, so that it never says that all or none were kept. The interval is
    Wilson's with the sample size divided by a fixed design effect, its ends moved outwards to 5 points.

    Args:
        value: Commitments kept (answers in the two highest steps).
        n: Commitments (answers), at least `FEWEST_ANSWERS`.
        by_group: Of these, how many in each coaching group, shape (G,).
    """
    lowest = math.ceil((SLACK + 1) / n * STEPS) / STEPS
    rounded = math.floor(value / n * STEPS + 0.5) / STEPS
    word, rate = "about", rounded
    if rounded >= 1 - lowest:
        word, rate = "at_least", 1 - lowest
    elif rounded <= lowest:
        word, rate = "at_most", lowest
    effective = n / design_effect(by_group, INTRACLUSTER_CORRELATION)
    interval = wilson_interval(rate * effective, effective, Z95)
    low = 0.0 if word == "at_most" else math.floor(interval.low * STEPS) / STEPS
    high = 1.0 if word == "at_least" else math.ceil(interval.high * STEPS) / STEPS
    return {"rate": rate, "rate_is": word, "low": low, "high": high}
