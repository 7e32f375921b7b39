"""What `estimators.py` measures, each part in a process of its own: `estimator_parts.py PART DATABASE`.

What belongs here: the commitments drawn, and each way from them to a number. What does not: what that cost.
Imports stand where they are used, so that what importing costs is measured with the part that needs it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from models.effects.covariates import CommitmentPatterns

SEED = 1
EACH = 10
PEOPLE_PER_CLUSTER = 3
PEOPLE_AT_ONCE = 100_000
LEVELS = {"difficulty": (1, 6), "prior_kept_tenths": (3, 8), "prior_booked_fifths": (0, 5), "quarter": (1, 5)}
"""Lowest level and the one after the highest: 5 x 5 x 5 x 4 = 500 patterns."""

UNKNOWN_SHARE = 0.03
"""Commitments whose outcome nobody recorded; they count for nothing but the bounds."""

GROUP_BY = (
    "select cluster_id, arm, count(*) as n, sum(kept)::bigint as n_kept from commitment_outcomes group by all"
)
CLUSTER_COUNTS = """
    select cluster_id, arm, count(*) as n, sum(kept)::bigint as n_kept from commitment_outcomes
    where state <> 'unknown' group by all
"""
HEADLINE_CELLS = """
    select cluster_id, {group}, {person}, arm, n_done, n_not_done, n_withdrawn, n_unknown, n_kept
    from ({effect_cells}) where line = 'primary'
"""
"""What the headline reads of the shipped select, which counts every line of the difference."""
ADJUSTMENT_CELLS = """
    select cluster_id, {group}, {person}, arm, {levels}, count(*) as n, sum(kept)::bigint as n_kept
    from commitment_outcomes where state <> 'unknown' group by all
"""
OUTCOMES = """
    select
        group_number as cluster_id, group_number as partner_cluster_id, 'g_' || md5('g' || group_number) as group_id,
        group_number, 'p_' || md5('p' || person_number) as person_id, person_number, arm::integer as arm,
        case when is_unknown then 'unknown' when kept = 1 then 'done' else 'not_done' end as state,
        false as is_booked_late, true as is_group_six, true as is_mature, true as is_mature_14, true as is_mature_42,
        true as is_mature_due, kept::integer as kept, kept as kept_14, kept as kept_42, kept as kept_due,
        {levels}
    from drawn
"""
"""The columns of the derived table `commitment_outcomes` that counts are made from, and what was known before."""
NOTHING_PROMPTED = """
    create table prompted_check_outs as
    select
        cluster_id, group_id, group_number, person_id, person_number, arm, 0 as n_done, 0 as n_not_done,
        0 as n_withdrawn, 0 as n_unknown, 0 as n_kept
    from commitment_outcomes limit 0
"""
IDS = {"group": "group_id", "person": "person_id"}
NUMBERS = {"group": "group_number", "person": "person_number"}

Steps = dict[str, float]
Found = dict[str, tuple[float, float]]


@contextmanager
def timed(steps: Steps, name: str) -> Iterator[None]:
    """Add the CPU seconds of the block to the steps."""
    began = time.process_time()
    yield
    steps[name] = steps.get(name, 0.0) + time.process_time() - began


def make(database: str, n_commitments: int) -> tuple[Steps, Found]:
    """Draw the commitments: three people a cluster, ten commitments each, ids as long as pseudonyms are."""
    import duckdb
    import numpy as np

    rng = np.random.default_rng(SEED)
    n_people = n_commitments // EACH
    groups = 0.7 * rng.standard_normal(n_people // PEOPLE_PER_CLUSTER + 1)
    with duckdb.connect(database) as connection:
        for begin in range(0, n_people, PEOPLE_AT_ONCE):
            person = np.repeat(np.arange(begin, min(begin + PEOPLE_AT_ONCE, n_people)), EACH)
            size, group = person.size, person // PEOPLE_PER_CLUSTER
            levels = {name: rng.integers(*span, size).astype(np.int16) for name, span in LEVELS.items()}
            ease = 3.0 - levels["difficulty"]
            own = np.repeat(0.7 * rng.standard_normal(size // EACH), EACH)
            arm = rng.random(size) < 1 / (1 + np.exp(0.2 - 0.25 * ease))
            kept = rng.random(size) < 1 / (1 + np.exp(-0.8 - 0.35 * ease - groups[group] - own - 0.8 * arm))
            numbers = {"person_number": person, "group_number": group, **levels}
            is_unknown = rng.random(size) < UNKNOWN_SHARE
            answers = {"arm": arm, "kept": (kept & ~is_unknown).astype(np.int16), "is_unknown": is_unknown}
            _append(connection, {**numbers, **answers}, is_first=begin == 0)
        connection.execute(NOTHING_PROMPTED)
    return {}, {}


def _append(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, object], *, is_first: bool) -> None:
    import polars as pl

    connection.register("drawn", pl.DataFrame(columns).to_arrow())
    table = "create table commitment_outcomes as" if is_first else "insert into commitment_outcomes"
    connection.execute(table + OUTCOMES.format(levels=", ".join(LEVELS)))
    connection.unregister("drawn")


def bare_group_by(database: str) -> tuple[Steps, Found]:
    """DuckDB alone: one `group by cluster, arm` of the table."""
    import duckdb

    steps: Steps = {}
    with duckdb.connect(database, read_only=True) as connection, timed(steps, "query"):
        connection.execute(GROUP_BY).fetchnumpy()
    return steps, {}


def crude_by_cluster(database: str) -> tuple[Steps, Found]:
    """The headline with its interval from counts per cluster and arm: what only these need."""
    steps: Steps = {}
    with timed(steps, "imports"):
        import duckdb
        import numpy as np

        from models.effects.cells import CommitmentCells
        from models.effects.difference import risk_difference
        from models.effects.result import Thresholds
    with timed(steps, "query"), duckdb.connect(database, read_only=True) as connection:
        counts = connection.execute(CLUSTER_COUNTS).fetchnumpy()
    with timed(steps, "cells"):
        cluster, kept, none = counts["cluster_id"], counts["n_kept"], np.zeros_like(counts["n"])
        numbers = (kept, counts["n"] - kept, none, none, kept)
        # Who is who does not matter for the difference and its interval: a cluster stands for its people.
        cells = CommitmentCells(cluster, cluster, cluster, counts["arm"], *numbers)
    with timed(steps, "estimate"):
        result = risk_difference(cells, Thresholds())
    return steps, {"crude": (_number(result.estimate), _number(result.se))}


def crude_by_person(database: str, columns: Mapping[str, str]) -> tuple[Steps, Found]:
    """The way of the pipeline: its counts per person and arm, then the headline with everything that is shown of it."""
    steps: Steps = {}
    with timed(steps, "imports"):
        import duckdb

        from models.effects.difference import risk_difference
        from models.effects.result import Thresholds
        from models.estimates.inputs import cells_of
        from pipelines.store.warehouse import fetch
    with timed(steps, "query"), duckdb.connect(database, read_only=True) as connection:
        shipped = resources.files("models").joinpath("sql/effect_cells.sql").read_text("utf-8")
        frame = fetch(connection, HEADLINE_CELLS.format(**columns, effect_cells=shipped))
    with timed(steps, "cells"):
        cells = cells_of(frame)
    with timed(steps, "estimate"):
        result = risk_difference(cells, Thresholds())
    return steps, {"crude": (_number(result.estimate), _number(result.se))}


def adjusted(database: str, columns: Mapping[str, str]) -> tuple[Steps, Found]:
    """All four adjusted differences with their intervals, from counts per person, arm and pattern."""
    steps: Steps = {}
    with timed(steps, "imports"):
        import duckdb

        from models.effects.adjusted_result import adjust
        from models.effects.result import Thresholds
        from pipelines.store.warehouse import fetch
    with timed(steps, "query"), duckdb.connect(database, read_only=True) as connection:
        frame = fetch(connection, ADJUSTMENT_CELLS.format(**columns, levels=", ".join(LEVELS)))
    with timed(steps, "cells"):
        patterns = _patterns(frame)
    del frame
    with timed(steps, "estimate"):
        adjustment = adjust(patterns, Thresholds())
    found = {one.method: one.result for one in adjustment.results}
    return steps, {method: (_number(r.estimate), _number(r.se)) for method, r in found.items()}


def within_persons(database: str) -> tuple[Steps, Found]:
    """The linear model with an intercept per person, as in the adjusted comparison within persons."""
    steps: Steps = {}
    with timed(steps, "imports"):
        import duckdb
        import numpy as np

        from models.effects.clusters import Membership
        from models.effects.covariates import CommitmentPatterns
        from models.effects.within_person import within_fit, within_model
    with timed(steps, "query"), duckdb.connect(database, read_only=True) as connection:
        select = "select cluster_id, person_number, arm, count(*) as n, sum(kept)::bigint as n_kept"
        known = "from commitment_outcomes where state <> 'unknown' group by all"
        counts = connection.execute(f"{select} {known}").fetchnumpy()
    with timed(steps, "estimate"):
        whole = {name: np.asarray(values, dtype=np.int64) for name, values in counts.items()}
        membership = Membership(whole["cluster_id"], whole["cluster_id"], whole["person_number"])
        numbers = (whole["arm"], whole["n"], whole["n_kept"])
        model = within_model(CommitmentPatterns.of_columns(membership, *numbers, {}))
        if model is None:
            raise RuntimeError("the data drawn have people with commitments of both kinds")
        fit = within_fit(model, "cluster")
    return steps, {"within persons": (fit.estimate, fit.se)}


def _patterns(frame: pl.DataFrame) -> CommitmentPatterns:
    from models.effects.covariates import CommitmentPatterns
    from models.estimates.known_before import COVARIATES, membership_of, numbers_of

    membership = membership_of(frame)
    levels = {COVARIATES[name]: frame[name].to_numpy() for name in LEVELS}
    arm, n, kept = (numbers_of(frame, name) for name in ("arm", "n", "n_kept"))
    return CommitmentPatterns.of_columns(membership, arm, n, kept, levels)


def _number(value: float | None) -> float:
    if value is None:
        raise RuntimeError("the data drawn give a value; it was refused")
    return value


def write_parquet(database: str) -> tuple[Steps, Found]:
    """The same commitments as a Parquet file, for tools that do not read DuckDB."""
    import duckdb

    path = Path(database).with_name("commitments.parquet")
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(
            "copy (select cluster_id, person_number, arm, kept from commitment_outcomes where state <> 'unknown') "
            f"to '{path}' (format parquet)"
        )
    return {}, {}


PARTS: Mapping[str, Callable[[str], tuple[Steps, Found]]] = {
    "group_by": bare_group_by,
    "crude": crude_by_cluster,
    "crude_by_person": lambda database: crude_by_person(database, NUMBERS),
    "crude_from_ids": lambda database: crude_by_person(database, IDS),
    "adjusted": lambda database: adjusted(database, NUMBERS),
    "adjusted_from_ids": lambda database: adjusted(database, IDS),
    "within": within_persons,
    "parquet": write_parquet,
}


def main() -> None:
    """Run the part named and say what it took and found."""
    name, database = sys.argv[1:]
    if name.startswith("make_"):
        steps, found = make(database, int(name.removeprefix("make_")))
    else:
        steps, found = PARTS[name](database)
    print(json.dumps({"steps": steps, "found": found}))


if __name__ == "__main__":
    main()
