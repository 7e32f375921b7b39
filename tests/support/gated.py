"""Small drawn programmes for the disclosure gate: rows of estimates, sums by person, and slices.

What belongs here: inputs of `protect` that let everything out, to be changed by one thing in each test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from models.catalogue import metrics
from models.contracts import PROTECTED_TABLES, Column, Table, estimate_table, protected_table
from models.disclosure import LABELS, SUM_COLUMNS, Floors, Fresh, Past, Protected, protect
from models.disclosure.contributions import (
    ADJUSTED,
    BAND,
    BY_DAY,
    COLUMNS,
    DIGEST,
    KEPT,
    PRIMARY,
    USEFUL,
    USEFULNESS,
)
from models.disclosure.labels import BEHIND_SECONDARIES, LATEST, OPEN, SECONDARIES, unit_of
from models.frames import frame_of

Row = Mapping[str, object]
Parts = Mapping[str, tuple[int, int]]
"""Person -> the most the part could be, and the part."""

FLOORS = Floors()
WEEK, AS_OF = "2026-W40", date(2026, 10, 4)
EVERYBODY: Parts = {f"p{number:02}": (4, 2) for number in range(20)}
"""Twenty people with four commitments each, two of them kept."""
KINDS: Mapping[str, object] = {
    "integer": 3,
    "number": 0.4,
    "text": "x",
    "boolean": True,
    "date": date(2026, 1, 4),
}
NAMED: Mapping[str, object] = {
    "metric": "appointment_effect",
    "score_from": 1,
    "score_to": 1,
    "wave": "latest",
    "week": WEEK,
    "day": 7,
}
ALL_SCORES = {"score_from": 1, "score_to": 5}
NO_SLICES = pl.DataFrame(
    schema={
        **dict.fromkeys(("measure", "person_id", "group_id"), pl.String),
        **dict.fromkeys(("department", "cohort", "level", "quarter"), pl.String),
        **dict.fromkeys(("n", "value"), pl.Int64),
    }
)


def full_row(table: Table, **columns: object) -> dict[str, object]:
    """An `ok` row of an estimate table with every value filled; 50 people unless said.

    Columns the table lacks are left out, so that one row serves all tables.
    """
    row = {column.name: _value(column) for column in estimate_table(table).columns}
    said = {**row, "status": "ok", "reasons": "", "smallest_people": 50, **columns}
    return {name: value for name, value in said.items() if name in row}


def _value(column: Column) -> object:
    if column.name in NAMED:
        return NAMED[column.name]
    return column.choices[0] if column.choices else KINDS[column.kind]


def named(name: str) -> Table:
    """The protected table of a subject."""
    return protected_table(f"protected_{name}")


def estimates(changed: Mapping[str, Sequence[Row]] | None = None) -> dict[str, pl.DataFrame]:
    """All estimate tables by name with one full row each; of the subjects in `changed`, these rows."""
    rows: dict[str, Sequence[Row]] = {table.name: [full_row(table)] for table in PROTECTED_TABLES}
    rows["protected_usefulness"] = in_every_range(full_row(named("usefulness")))
    said = {f"protected_{subject}": list(listed) for subject, listed in (changed or {}).items()}
    return {
        estimate_table(table).name: frame_of(estimate_table(table), {**rows, **said}[table.name])
        for table in PROTECTED_TABLES
    }


def in_every_range(row: Row) -> list[dict[str, object]]:
    """The same row of usefulness for each range of scores, as the gate takes them.

    Two of the people gave no score of the range: that nearly everybody gave one would not come out.
    """
    n_people = row.get("n_people")
    fewer = {"n_people": max(n_people - 2, 0)} if isinstance(n_people, int) else {}
    return [{**row, **ends, **({} if ends == ALL_SCORES else fewer)} for ends in _ranges()]


def _ranges() -> list[dict[str, object]]:
    return [{"score_from": low, "score_to": high} for low in range(1, 6) for high in range(low, 6)]


def sums(unit: str, measure: str, row: str, parts: Parts, outcome: str | None = None) -> pl.DataFrame:
    """One sum, person by person, as a run lists it; its outcome is its measure unless said."""
    said = measure if outcome is None else outcome
    return pl.DataFrame(
        [(unit, measure, row, said, person, n, value) for person, (n, value) in parts.items()],
        schema=COLUMNS,
        orient="row",
    )


def unit_sums(unit: str, parts: Parts = EVERYBODY) -> pl.DataFrame:
    """The sums of a unit, every one of them made of the same parts; a person has the same part of both arms."""
    plain = [sums(unit, measure, row, parts, _outcome(row)) for measure, row in _sums_named(unit)]
    if unit == PRIMARY:
        together = {person: (2 * n, 2 * value) for person, (n, value) in parts.items()}
        plain.append(sums(unit, KEPT, f"{PRIMARY}:2", together))
    if unit in {PRIMARY, ADJUSTED} or unit.startswith(f"{BY_DAY}:"):
        plain.append(digest(unit, parts))
    return pl.concat(plain)


def digest(unit: str, parts: Parts) -> pl.DataFrame:
    """A code per person that is another one for another part."""
    codes = {person: (1000 * n + value + 1, 0) for person, (n, value) in parts.items()}
    return sums(unit, f"{DIGEST}:{unit}", DIGEST, codes, DIGEST)


def _outcome(row: str) -> str | None:
    return "range of scores" if row.startswith(BAND) else None


def _sums_named(unit: str) -> list[tuple[str, str]]:
    if unit == PRIMARY:
        return [(KEPT, f"{PRIMARY}:{arm}") for arm in (0, 1)]
    if unit == ADJUSTED:
        return []
    if unit == USEFULNESS:
        bands = [("usefulness_bands", f"{BAND}{ends['score_from']}-{ends['score_to']}") for ends in _ranges()]
        return [(USEFULNESS, "all"), (USEFUL, "all"), *bands]
    if unit == LATEST:
        return [("loneliness_baseline", "baseline:latest"), ("loneliness_change", "change:latest")]
    return [(KEPT if unit.startswith(("week:", "line:", BY_DAY)) else unit, f"{unit}:1")]


def units_of(shown: Mapping[str, pl.DataFrame], week: str = WEEK) -> set[str]:
    """Every unit that rows of the estimate tables belong to."""
    units: set[str] = set()
    for table in LABELS:
        frame = shown[estimate_table(protected_table(table)).name]
        units |= (
            set(frame.select(unit_of(table, week, metrics()).alias("unit"))["unit"]) if len(frame) else set()
        )
    return units - {OPEN, SECONDARIES}


def all_sums(units: Iterable[str], changed: Mapping[str, Parts] | None = None) -> pl.DataFrame:
    """The sums of every unit, everybody the same; of units in `changed`, these parts."""
    parts = changed or {}
    asked = {PRIMARY, USEFULNESS, LATEST, *BEHIND_SECONDARIES, *units, *parts}
    return pl.concat([unit_sums(unit, parts.get(unit, EVERYBODY)) for unit in sorted(asked)])


def fresh(
    changed: Mapping[str, Sequence[Row]] | None = None,
    parts: Mapping[str, Parts] | None = None,
    *,
    as_of: date = AS_OF,
    week: str = WEEK,
    plan_hash: str = "plan",
    slices: pl.DataFrame = NO_SLICES,
) -> Fresh:
    """What a run would release: every number of every table, but for what is changed."""
    shown = estimates(changed)
    return Fresh(shown, all_sums(units_of(shown, week), parts), slices, as_of, week, plan_hash)


def released(new: Fresh, past: Past | None = None, floors: Floors = FLOORS) -> tuple[Protected, Past]:
    """A release, and all that was released with it."""
    before = past or Past()
    out = protect(new, before, floors, metrics())
    return out, Past(joined_sums(before.sums, out.sums), out.tables, new.plan_hash)


def joined_sums(before: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Sums of two releases under ids of their own."""
    start = before["sum_id"].max()
    first = start + 1 if isinstance(start, int) else 0
    return pl.concat([before, more.with_columns(pl.col("sum_id") + first)]).cast(pl.Schema(SUM_COLUMNS))


def with_parts(changed: Parts, parts: Parts = EVERYBODY) -> Parts:
    """The same parts but for some people's."""
    return {**parts, **changed}


def people(numbers: Iterable[int], part: tuple[int, int]) -> Parts:
    """The same part for the people of these numbers."""
    return {f"p{number:02}": part for number in numbers}
