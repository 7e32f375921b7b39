"""Drawn rows of the tables that published numbers are computed from, and the sums they tell.

What belongs here: rows of one person, and the sums of a unit in an order to compare. What does not: what is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from gated import WEEK

from models.catalogue import questions
from models.disclosure.contributions import DIGEST, PRIMARY, contributions

STATES = ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")
CELLS = dict.fromkeys(("arm", *STATES), pl.Int64())
HORIZON = 28
SCORES = tuple(f"n_score_{score}" for score in range(1, 6))
SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    "effect_cells": {"line": pl.String(), "person_id": pl.String(), **CELLS},
    "adjustment_cells": {
        "person_id": pl.String(),
        **dict.fromkeys(("cluster_id", "arm", "difficulty", "n", "n_kept"), pl.Int64()),
    },
    "effect_cells_by_week": {"week_end_day": pl.Int64(), "person_id": pl.String(), **CELLS},
    "weeks": {"week": pl.String(), "week_end_day": pl.Int64()},
    "commitment_days": {
        "arm": pl.Int64(),
        "person_id": pl.String(),
        "day": pl.Int64(),
        "event": pl.String(),
        "n_commitments": pl.Int64(),
    },
    "answer_cells": {
        "question_id": pl.String(),
        "person_id": pl.String(),
        **dict.fromkeys(("n_answers", "score_sum", *SCORES), pl.Float64()),
    },
    "expectation_pairs": {
        "person_id": pl.String(),
        **dict.fromkeys(("expected_score", "experienced_score", "is_before_start"), pl.Int64()),
    },
    "usefulness_by_session": {
        "session_number": pl.Int64(),
        "person_id": pl.String(),
        **dict.fromkeys(SCORES, pl.Int64()),
    },
    "response_people": {
        "wave": pl.String(),
        "person_id": pl.String(),
        **dict.fromkeys(
            ("is_answered", "useful_score", "prior_useful_score", "baseline_loneliness_score"), pl.Int64()
        ),
    },
    "loneliness_points": {"person_id": pl.String(), "occasion": pl.String(), "loneliness_score": pl.Int64()},
    "loneliness_scores": {"person_id": pl.String(), "wave": pl.String(), "loneliness_score": pl.Int64()},
    "loneliness_changes": {
        "person_id": pl.String(),
        "wave": pl.String(),
        **dict.fromkeys(("baseline_score", "change_score"), pl.Int64()),
    },
}


def told(**rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """The sums of the tables given; the others are empty."""
    tables = {name: pl.DataFrame(rows.get(name, []), schema=schema) for name, schema in SCHEMAS.items()}
    return contributions(tables, questions(), WEEK, HORIZON)


def of(found: pl.DataFrame, unit: str, row: str | None = None) -> list[tuple[object, ...]]:
    """Person, most and part of a unit's sums (of one row), by person; digests are no sums."""
    found = found.filter(pl.col("row") != DIGEST)
    wanted = found.filter(unit=unit) if row is None else found.filter(unit=unit, row=row)
    return wanted.sort("row", "person_id").select("person_id", "n", "value").rows()


def codes(found: pl.DataFrame, unit: str) -> dict[str, int]:
    """The code of each person whose rows a unit's numbers are computed from."""
    return dict(found.filter(unit=unit, row=DIGEST).select("person_id", "n").iter_rows())


def cell(person: str, **columns: object) -> dict[str, object]:
    """Counts of one person's commitments; the headline's, with an appointment, unless said."""
    given = {f"n_{name}": n for name, n in columns.items() if f"n_{name}" in STATES}
    said = {name: value for name, value in columns.items() if f"n_{name}" not in STATES}
    return {"line": PRIMARY, "person_id": person, "arm": 1, **dict.fromkeys(STATES, 0), **given, **said}


def answers(question: str, person: str = "p1", *scores: int, total: float | None = None) -> dict[str, object]:
    """Answers of one person to a question; `total` where their sum is not that of the scores."""
    counts = {name: float(scores.count(score)) for score, name in enumerate(SCORES, 1)}
    summed = float(sum(scores)) if total is None else total
    return {
        "question_id": question,
        "person_id": person,
        "n_answers": float(len(scores)) or 1.0,
        "score_sum": summed,
        **counts,
    }
