"""Published bytes: reading a release, counting what it is worth, and comparing interval ends.

What belongs here: reading released files as they are, with no help from the code that wrote them.
What does not: what the numbers say about the secret (`statements`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from attacker.public import USEFUL, Public, spells_of
from attacker.statements import SLICED, Release

SCHEMA = "protected"


def read_release(path: Path) -> dict[str, pl.DataFrame]:
    """Every protected table of a released DuckDB file, by its full name (`protected_slices`)."""
    connection = duckdb.connect(str(path), read_only=True)
    try:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ? order by table_name",
            [SCHEMA],
        ).fetchall()
        rows = {name: connection.sql(f'select * from {SCHEMA}."{name}"').to_arrow_table() for (name,) in names}
        return {f"{SCHEMA}_{name}": pl.DataFrame(table) for name, table in rows.items()}
    finally:
        connection.close()


def people_weeks(releases: Sequence[Release], public: Public) -> int:
    """What slices are worth: people behind every rate shown, summed over the releases that show it."""
    total = 0
    spells = {measure: spells_of(public, measure) for measure, _ in set(SLICED.values())}
    known: dict[tuple[object, ...], int] = {}
    for release in releases:
        frame = release.get("protected_slices")
        if frame is None:
            continue
        columns = ("dimension", "category", "joined", "measure", "as_of")
        for row in frame.filter(pl.col("rate").is_not_null()).select(columns).iter_rows():
            if row not in known:
                dimension, category, joined, name, as_of = row
                measure, arm = SLICED[name]
                own = spells[measure]
                rows = own.rows(
                    "usefulness" if measure == USEFUL else "primary",
                    public.weeks[as_of],
                    arm=arm,
                    dimension=dimension,
                    categories=joined.split("; ") if joined else [category],
                )
                known[row] = own.n_people(own.blocks_of(rows))
            total += known[row]
    return total


def ends_that_tell_more(releases: Sequence[Release]) -> list[str]:
    """Slices of the same counts and rounded rate whose interval ends differ: the ends know something else.

    Give it releases of several worlds that share all that is public (only outcomes differ): then a slice's ends
    may depend on its rate alone.
    """
    frames = [release["protected_slices"] for release in releases if "protected_slices" in release]
    if not frames:
        return []
    shown = pl.concat(frames).filter(pl.col("rate").is_not_null()).unique(maintain_order=True)
    key = ["dimension", "category", "joined", "measure", "as_of", "rate", "rate_is"]
    ends = shown.group_by(key, maintain_order=True).agg(
        pl.struct("people", "low", "high").n_unique().alias("n_ends")
    )
    return [str(row) for row in ends.filter(pl.col("n_ends") > 1).iter_rows()]
