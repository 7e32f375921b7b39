"""The only gate between people and pages: estimates go in, protected tables come out.

What belongs here: what is taken away where a number stands for too few people or is not ready for leaders, and what
stays as last released because a fresh number would tell, by subtraction, of too few people.
What does not: estimating, drawing, and keeping the ledger (the store).

It runs once, last, upstream of every exit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from models.catalogue import Metric
from models.contracts import DIMENSIONS, PROTECTED_TABLES, Table, estimate_table, protected_table
from models.disclosure.contributions import KEPT, PRIMARY, USEFUL, USEFULNESS
from models.disclosure.floors import TOO_FEW_PEOPLE, Floors
from models.disclosure.labels import BEHIND_SECONDARIES, KEYS, LABELS, OPEN, SECONDARIES, unit_of
from models.disclosure.slices import released_dimensions
from models.disclosure.sums import SLACK
from models.disclosure.told import HIGHEST, SUM_COLUMNS, Bands, Told
from models.frames import frame_of, schema

DECIMALS = 3
STEPS_OF_LINES = 20
BREAKDOWN_DAYS = 84
LINES_DAYS = 28
PROGRAMME, BY_WEEK, SLICES = "protected_programme", "protected_effect_by_week", "protected_slices"
UNGATED = (PROGRAMME, SLICES, "protected_plan_versions")  # each has its own way through the gate
LINE = "line:"
# Reasons that follow from who takes part and how often, whatever anybody answered or kept.
PLAIN_REASONS = (
    "",
    TOO_FEW_PEOPLE,
    "too_few_commitments",
    "too_few_commitments_in_an_arm",
    "too_few_clusters",
    "too_few_degrees_of_freedom",
    "planned_width_too_wide",
    "too_few_answers",
    "too_few_persons",
    "nobody_invited",
    "response_too_low",
    "response_needs_weighting",
    "no_session_held",
    "nothing_recorded",
    "nothing_randomised",
    "one_session_only",
    "indicative_only",
    "nobody_scored_twice_before_starting",
    "too_few_not_yet_started",
    "no_periods_in_common",
    "too_few_switchers",
    "too_few_clusters_with_switchers",
    "too_few_commitments_per_coefficient",
)
HEADLINES: Mapping[str, str] = {"observational": PRIMARY, "randomised": "intention_to_treat"}
TOO_EARLY = "too_early"
VERDICT = (
    "verdict",
    "design",
    "reasons",
    "as_of",
    "would_change",
    "change_end",
    "change_have",
    "change_needed",
    "change_share",
    "randomisation_p",
)
MEASURES_OF_SLICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # unit of the total -> its measure, and the measures of its slices
    PRIMARY: (KEPT, ("kept_with_appointment", "kept_without_appointment")),
    USEFULNESS: (USEFUL, ("useful_top_two",)),
}


@dataclass(frozen=True, slots=True)
class Past:
    """What was released before: every sum, by person, and the protected tables of the last release."""

    sums: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SUM_COLUMNS))
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    plan_hash: str | None = None

    def under_plan(self, plan_hash: str) -> Past:
        """The same for a run under this plan: another plan starts another sequence of weeks."""
        if self.plan_hash == plan_hash:
            return self
        others = {name: table for name, table in self.tables.items() if name != BY_WEEK}
        return Past(self.sums, others, plan_hash)

    def table(self, name: str) -> pl.DataFrame:
        """A table as last released; empty before the first release."""
        return self.tables.get(name, frame_of(protected_table(name), []))


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a run would release.

    Attributes:
        estimates: Estimate tables by name.
        contributions: Every sum the estimates tell (`contributions.contributions`).
        slices: Cells of the slices, as `slices.released_dimensions` takes them.
        as_of: Last day whose records count.
        week: ISO week of that day.
        plan_hash: Hash of the plan.
    """

    estimates: Mapping[str, pl.DataFrame]
    contributions: pl.DataFrame
    slices: pl.DataFrame
    as_of: date
    week: str
    plan_hash: str


@dataclass(frozen=True, slots=True)
class Protected:
    """What is released: the protected tables, the sums they newly tell, and the units that stay as they were."""

    tables: dict[str, pl.DataFrame]
    sums: pl.DataFrame
    held: tuple[str, ...]


def protect(fresh: Fresh, past: Past, floors: Floors, metrics: Mapping[str, Metric]) -> Protected:
    """Turn estimate tables into protected tables.

    Below its floor a row keeps its label and the status `withheld`, and nothing else. A row that is early, not robust
    or refused keeps its label, counts and reasons, but no value. A unit whose sums differ from any sum published
    before in fewer people than the floor, but not in nobody, stays as last released. Only columns of the contracts
    come out, rounded.

    Raises:
        KeyError: an estimate table is missing.
    """
    past = past.under_plan(fresh.plan_hash)
    told = Told.of(past.sums, fresh.contributions, fresh.slices["person_id"])
    tables = _floored(fresh, floors, metrics)
    frozen = _frozen_weeks(fresh, past)
    shown = _visible_units(tables, fresh.week, metrics) - frozen
    admitted, bands = _admitted(shown, told, fresh, past, floors)
    held = (shown - admitted) | frozen
    if held & set(BEHIND_SECONDARIES):
        held.add(SECONDARIES)
    tables["protected_usefulness"] = _of_bands(tables["protected_usefulness"], bands)
    out = {
        name: _composed(name, _plain_reasons(frame, unit, admitted), past.table(name), unit, held)
        for name, frame, unit in (
            (name, frame, unit_of(name, fresh.week, metrics)) for name, frame in tables.items()
        )
    }
    out[PROGRAMME] = _programme(fresh, past, floors, held)
    out[SLICES] = _slices(fresh, past, told, admitted, floors)
    out["protected_plan_versions"] = fresh.estimates["estimate_plan_versions"]
    ordered = {table.name: _finished(table, out[table.name]) for table in PROTECTED_TABLES}
    return Protected(ordered, told.frame(), tuple(sorted(held - frozen)))


def _admitted(shown: set[str], told: Told, fresh: Fresh, past: Past, floors: Floors) -> tuple[set[str], Bands]:
    """The units that come out fresh, and the bands of usefulness.

    The further lines are tried every fourth week and beside a fresh headline only: each of them is another sum over
    nearly the same people, and too many leave no room for the headline.
    """
    admitted: set[str] = set()
    bands: Bands = ((1, HIGHEST),)
    for unit in _in_order(shown, fresh):
        if unit == USEFULNESS:
            found = told.admit_usefulness(floors)
            if found is not None:
                bands = found
                admitted.add(unit)
        elif unit.startswith(LINE) and not (
            PRIMARY in admitted and _is_due(_line_rows(past, unit), fresh.as_of, LINES_DAYS)
        ):
            continue
        elif told.admit(unit, floors):
            admitted.add(unit)
    return admitted, bands


def _line_rows(past: Past, unit: str) -> pl.DataFrame:
    return past.table("protected_effect").filter(pl.col("line") == unit.removeprefix(LINE))


def _plain_reasons(frame: pl.DataFrame, unit: pl.Expr, admitted: set[str]) -> pl.DataFrame:
    """Of what is not released, no reason that was found by looking at outcomes."""
    is_open = unit.is_in([OPEN, SECONDARIES, *sorted(admitted)])
    is_plain = pl.col("reasons").str.split(";").list.eval(pl.element().is_in(PLAIN_REASONS)).list.all()
    said = pl.when(is_open | is_plain).then(pl.col("reasons")).otherwise(pl.lit(TOO_FEW_PEOPLE))
    return frame.with_columns(said.alias("reasons"))


def _floored(fresh: Fresh, floors: Floors, metrics: Mapping[str, Metric]) -> dict[str, pl.DataFrame]:
    """Every table with what stands for too few people, or is not ready, taken away."""
    out = {}
    for table in PROTECTED_TABLES:
        if table.name not in UNGATED:
            estimate = fresh.estimates[estimate_table(table).name]
            floored = estimate.with_columns(_floor(table, floors, metrics).alias("floor"))
            out[table.name] = _protect_rows(table, floored).with_columns(pl.lit(fresh.as_of).alias("as_of"))
    return out


def _visible_units(tables: Mapping[str, pl.DataFrame], week: str, metrics: Mapping[str, Metric]) -> set[str]:
    units: set[str] = set()
    for name, frame in tables.items():
        shown = frame.filter(pl.col("status") == "ok")
        if name == "protected_response":
            shown = shown.filter(pl.col("bound_low").is_not_null())  # else counts only
        units |= set(shown.select(unit_of(name, week, metrics).alias("unit"))["unit"]) if len(shown) else set()
    return units - {OPEN, SECONDARIES}


def _frozen_weeks(fresh: Fresh, past: Past) -> set[str]:
    """Weeks that were shown before are never computed anew."""
    weeks = past.table(BY_WEEK).filter(pl.col("week") != fresh.week)["week"]
    return {f"week:{week}" for week in weeks}


def _in_order(units: Iterable[str], fresh: Fresh) -> Iterator[str]:
    """The headline first; weeks from the latest back; the rest by name."""
    weeks = fresh.estimates["estimate_effect_by_week"].sort("week_ends_on", descending=True)["week"].to_list()
    rank = {PRIMARY: (0, 0), **{f"week:{week}": (2, place) for place, week in enumerate(weeks)}}
    return iter(sorted(units, key=lambda unit: (*rank.get(unit, (1, 0)), unit)))


def _of_bands(ranges: pl.DataFrame, bands: Bands) -> pl.DataFrame:
    chosen = pl.DataFrame(
        {"score_from": [low for low, _ in bands], "score_to": [high for _, high in bands]},
        schema={"score_from": pl.Int64, "score_to": pl.Int64},
    )
    found = chosen.join(ranges, on=["score_from", "score_to"], how="left", maintain_order="left")
    everybody = ranges.filter((pl.col("score_from") == 1) & (pl.col("score_to") == HIGHEST))["n_people"]
    n_all = everybody[0] if len(everybody) else None
    # That everybody gave such a score at least once would be an answer of each.
    is_nearly_all = (pl.col("n_people") > (n_all or 0) - SLACK) & (pl.lit(len(bands)) > 1)
    return found.with_columns(pl.when(~is_nearly_all).then(pl.col("n_people")).alias("n_people"))


def _composed(
    name: str, fresh: pl.DataFrame, last: pl.DataFrame, unit: pl.Expr, held: set[str]
) -> pl.DataFrame:
    """Fresh rows of what is released, last rows of what stays, and a label for what was never released."""
    keys, stays = list(KEYS[name]), unit.is_in(sorted(held))
    now = fresh.with_row_index("place")
    before = last.filter(stays).join(now.select("place", *keys), on=keys, how="left", maintain_order="left")
    never = now.filter(stays).join(before, on=keys, how="anti", maintain_order="left")
    if name == "protected_usefulness" and len(before):
        never = never.clear()  # the same answers in other bands
    blank = never.select("place", *LABELS[name]).with_columns(
        status=pl.lit("withheld"), reasons=pl.lit(TOO_FEW_PEOPLE)
    )
    parts = [now.filter(~stays), before.select(now.columns), blank]
    return pl.concat(parts, how="diagonal").sort("place", *keys, nulls_last=True).drop("place")


def _programme(fresh: Fresh, past: Past, floors: Floors, held: set[str]) -> pl.DataFrame:
    """The verdict stays where the difference it is about stays; that it is too early needs no outcome.

    A verdict computed from too few people is no verdict.
    """
    now = fresh.estimates["estimate_programme"].with_columns(pl.lit(fresh.as_of).alias("as_of"))
    line = HEADLINES[now["design"][0]]
    effect = fresh.estimates["estimate_effect"].filter(pl.col("line") == line)
    smallest = (effect["smallest_people"][0] or 0) if len(effect) else 0
    if now["verdict"][0] == TOO_EARLY:
        return now.with_columns(pl.lit(None, pl.Float64).alias("randomisation_p"))
    if (PRIMARY if line == PRIMARY else f"line:{line}") in held:
        before = past.table(PROGRAMME)
        return now.with_columns(_said_before(before, now.schema)) if len(before) else _undecided(now)
    return _undecided(now) if smallest < floors.people else now


def _said_before(before: pl.DataFrame, types: pl.Schema) -> list[pl.Expr]:
    return [pl.lit(before[name][0]).cast(types[name]).alias(name) for name in VERDICT]


def _undecided(now: pl.DataFrame) -> pl.DataFrame:
    told = [name for name in VERDICT if name not in {"verdict", "design", "reasons", "as_of"}]
    return now.with_columns(
        *(pl.lit(None).cast(now.schema[name]).alias(name) for name in told),
        pl.lit("cannot_tell_yet").alias("verdict"),
        pl.lit(TOO_FEW_PEOPLE).alias("reasons"),
    )


def _slices(fresh: Fresh, past: Past, told: Told, admitted: set[str], floors: Floors) -> pl.DataFrame:
    """Breakdowns: every twelfth week, each dimension whole or not at all, and only beside a fresh total."""
    table, before = protected_table(SLICES), past.table(SLICES)
    rows: list[pl.DataFrame] = []
    for unit, (measure, names) in MEASURES_OF_SLICES.items():
        last = before.filter(pl.col("measure").is_in(names))
        found = {}
        if unit in admitted and _is_due(last, fresh.as_of, BREAKDOWN_DAYS):
            cells = fresh.slices.filter(pl.col("measure").is_in(names))
            for one in released_dimensions(cells, told.people, told.past(measure), floors):
                told.add(measure, one.sums)
                found[one.name] = frame_of(table, [{**row, "as_of": fresh.as_of} for row in one.rows])
        for dimension in DIMENSIONS:
            kept = last.filter(pl.col("dimension") == dimension)
            rows.append(found.get(dimension, kept if len(kept) else _nothing_shown(table, dimension, names)))
    return pl.concat(rows)


def _is_due(last: pl.DataFrame, as_of: date, days: int) -> bool:
    latest = last.filter(pl.col("status") == "ok")["as_of"].max()
    return not isinstance(latest, date) or as_of - latest >= timedelta(days=days)


def _nothing_shown(table: Table, dimension: str, measures: Sequence[str]) -> pl.DataFrame:
    state = {"dimension": dimension, "status": "withheld", "reasons": TOO_FEW_PEOPLE}
    return frame_of(table, [{**state, "measure": measure} for measure in measures])


def _floor(table: Table, floors: Floors, metrics: Mapping[str, Metric]) -> pl.Expr:
    if table.name.startswith("protected_loneliness"):
        return pl.lit(floors.people_loneliness)
    if table.name == "protected_missing":
        is_lonely = pl.col("characteristic") == "baseline_loneliness"
        return pl.when(is_lonely).then(floors.people_loneliness).otherwise(floors.people)
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
    ).select(table.column_names)


def _finished(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    shown = frame.select(table.column_names).cast(pl.Schema(schema(table.columns)))
    if table.name == "protected_effect":
        shown = _coarse_lines(shown)
    return shown.with_columns(pl.selectors.float().round(DECIMALS))


def _coarse_lines(effect: pl.DataFrame) -> pl.DataFrame:
    """The further lines in steps of 5 points: how much the choice of a rule matters needs no more.

    How many commitments are left without the withdrawn ones would say how many were withdrawn.
    """
    line = pl.col("line")
    is_coarse = ~line.is_in(list(HEADLINES.values()))
    numbers = [name for name, kind in effect.schema.items() if kind == pl.Float64]
    counts = ("n_people", "n_commitments", "n_clusters")
    return effect.with_columns(
        *(
            pl.when(is_coarse)
            .then((pl.col(name) * STEPS_OF_LINES).round() / STEPS_OF_LINES)
            .otherwise(pl.col(name))
            for name in numbers
        ),
        *(pl.when(line != "withdrawn_left_out").then(pl.col(name)).alias(name) for name in counts),
    )
