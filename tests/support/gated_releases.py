"""Programmes of odd shapes released week by week through the shipped gate, ledger and all.

What belongs here: from a programme's counts to the estimates and sums the gate is given, and its releases in a row.
Every estimate says that it is ready: how many people stand behind a number is for the gate alone to judge.
What does not: the gate, the attacker, and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from attacker import Release
from odd_programmes import OddProgramme, end_of
from plain_publication import plain_release

from models.catalogue import metrics, questions
from models.contracts import PROTECTED_TABLES, estimate_table
from models.disclosure import Floors, Fresh, Past, contributions, protect, slice_cells
from models.disclosure.contributions import SCORES
from models.frames import frame_of

HORIZON_DAYS = 28
PLAN_HASH = "plan"
ESTIMATES = {table.name: estimate_table(table) for table in PROTECTED_TABLES}
NO_ROWS = {
    "adjustment_cells": {"person_id": pl.String, "n": pl.Int64},
    "commitment_days": {"arm": pl.Int64, "person_id": pl.String, "n_commitments": pl.Int64, "day": pl.Int64}
    | {"event": pl.String},
    "usefulness_by_session": {"session_number": pl.Int64, "person_id": pl.String}
    | dict.fromkeys(SCORES, pl.Int64),
    "response_people": {"wave": pl.String, "person_id": pl.String, "is_answered": pl.Int64}
    | dict.fromkeys(("useful_score", "prior_useful_score", "baseline_loneliness_score"), pl.Float64),
    "expectation_pairs": {"person_id": pl.String, "is_before_start": pl.Int64}
    | dict.fromkeys(("expected_score", "experienced_score"), pl.Float64),
    "loneliness_changes": {"wave": pl.String, "person_id": pl.String}
    | dict.fromkeys(("baseline_score", "change_score"), pl.Float64),
    "loneliness_points": {"occasion": pl.String, "person_id": pl.String, "loneliness_score": pl.Float64},
    "loneliness_scores": {"person_id": pl.String, "loneliness_score": pl.Float64},
}


@dataclass(frozen=True, slots=True)
class Week:
    """A week as it is named, and the Sunday it ends on."""

    number: int

    @property
    def name(self) -> str:
        """ISO week, as 2026-W40."""
        year, week, _ = end_of(self.number).isocalendar()
        return f"{year}-W{week:02}"


def gated_releases(
    programme: OddProgramme, weeks: Sequence[int], floors: Floors, *, has_ledger: bool = True
) -> list[Release]:
    """What the gate lets out week by week; without a ledger each week forgets the ones before."""
    past, releases = Past(), []
    for number in weeks:
        released = protect(_fresh(programme, Week(number)), past, floors, metrics())
        releases.append(released.tables)
        if has_ledger:
            offset = 0 if past.sums.is_empty() else int(past.sums["sum_id"].max()) + 1  # type: ignore[arg-type]
            new = released.sums.with_columns(pl.col("sum_id") + offset)
            past = Past(pl.concat([past.sums, new]), released.tables, PLAN_HASH)
    return releases


def _fresh(programme: OddProgramme, week: Week) -> Fresh:
    cells = programme.effect_cells(week.number)
    tables = {name: pl.DataFrame(schema=columns) for name, columns in NO_ROWS.items()} | {
        "effect_cells": cells,
        "effect_cells_by_week": cells.clear().with_columns(week_end_day=pl.lit(0, pl.Int64)),
        "weeks": pl.DataFrame(schema={"week": pl.String, "week_end_day": pl.Int64}),
        "answer_cells": _scored(programme.answer_cells(week.number)),
    }
    return Fresh(
        _estimates(programme, week),
        contributions(tables, questions(), week.name, HORIZON_DAYS),
        slice_cells(programme.slice_commitments(week.number), programme.slice_answers(week.number)),
        end_of(week.number),
        week.name,
        PLAN_HASH,
    )


def _scored(cells: pl.DataFrame) -> pl.DataFrame:
    total = pl.sum_horizontal(pl.col(name) * score for score, name in enumerate(SCORES, start=1))
    return cells.with_columns(total.cast(pl.Float64).alias("score_sum"))


def _estimates(programme: OddProgramme, week: Week) -> dict[str, pl.DataFrame]:
    plain = plain_release(programme, week.number, floor=1, has_slices=False)
    cells = programme.effect_cells(week.number)
    rows: dict[str, list[dict[str, object]]] = {
        "protected_completion": _ready(plain["protected_completion"], "n_people"),
        "protected_effect": _lines(plain["protected_effect"], cells),
        "protected_effect_by_week": [
            {
                "week": week.name,
                "week_ends_on": end_of(week.number),
                "basis": "live",
                **{name: row[name] for name in ("estimate", "n_commitments", *READY)},
            }
            for row in _lines(plain["protected_effect"], cells)
            if row["line"] == "primary"
        ],
        "protected_usefulness": _ranges(programme.answer_cells(week.number)),
        "protected_metrics": _metrics(plain["protected_completion"], programme.answer_cells(week.number)),
        "protected_programme": [
            {
                "programme": "P",
                "verdict": "cannot_tell_yet",
                "design": "observational",
                "data_as_of": end_of(week.number),
            }
        ],
    }
    return {table.name: frame_of(table, rows.get(name, [])) for name, table in ESTIMATES.items()}


READY = ("smallest_people", "status", "reasons")


def _ready(frame: pl.DataFrame, people: str) -> list[dict[str, object]]:
    return [
        {**row, "smallest_people": row[people] or 0, "status": "ok", "reasons": ""}
        for row in frame.drop("as_of").iter_rows(named=True)
    ]


def _lines(effect: pl.DataFrame, cells: pl.DataFrame) -> list[dict[str, object]]:
    known = cells.filter(pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn") > 0)
    people = {
        (line, arm): n
        for line, arm, n in known.group_by("line", "arm").agg(pl.col("person_id").n_unique()).iter_rows()
    }
    rows = []
    for row in effect.drop("as_of").iter_rows(named=True):
        line = "primary" if row["line"] == "withdrawn_left_out" else row["line"]
        fewest = min(people.get((line, arm), 0) for arm in (0, 1))
        rows.append({**row, "smallest_people": fewest, "status": "ok", "reasons": ""})
    return rows


def _ranges(cells: pl.DataFrame) -> list[dict[str, object]]:
    n_all = int(cells["n_answers"].sum())
    rows: list[dict[str, object]] = []
    for low in range(1, 6):
        for high in range(low, 6):
            given = cells.select(pl.sum_horizontal(SCORES[low - 1 : high]).alias("n"))["n"]
            n, people = int(given.sum()), int((given > 0).sum())
            rows.append(
                {
                    "score_from": low,
                    "score_to": high,
                    "n_people": people,
                    "n_answers": n,
                    "share": n / n_all if n_all else None,
                    "smallest_people": people,
                    "status": "ok",
                    "reasons": "",
                }
            )
    return rows


def _metrics(completion: pl.DataFrame, answers: pl.DataFrame) -> list[dict[str, object]]:
    rates = {row["arm"]: row for row in completion.iter_rows(named=True)}
    n, people = int(answers["n_answers"].sum()), int((answers["n_answers"] > 0).sum())
    top_two = int(answers.select(pl.sum_horizontal(SCORES[3:]).sum()).item() or 0)
    scores = answers.select(
        pl.sum_horizontal(pl.col(name) * s for s, name in enumerate(SCORES, 1)).sum()
    ).item()
    rows: list[dict[str, object]] = [
        {
            "metric": f"completion_{arm}",
            "value": row["rate"],
            "n_people": row["n_people"],
            "n_rows": row["n_commitments"],
        }
        for arm, row in rates.items()
    ]
    if n:
        rows += [
            {"metric": "usefulness_top_two_share", "value": top_two / n, "n_people": people, "n_rows": n},
            {"metric": "usefulness_mean_score", "value": (scores or 0) / n, "n_people": people, "n_rows": n},
        ]
    return [{**row, "smallest_people": row["n_people"] or 0, "status": "ok", "reasons": ""} for row in rows]
