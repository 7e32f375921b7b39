"""What holds for every sum the published numbers tell."""

from __future__ import annotations

import polars as pl
import pytest
from told_sums import SCHEMAS, answers, cell, told

from models.catalogue import metrics, questions
from models.disclosure.contributions import BY_DAY, COLUMNS, DIGEST, PRIMARY
from models.disclosure.labels import OPEN


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_table_without_rows_tells_nothing(name: str) -> None:
    assert told(**{name: []}).is_empty()


def test_sums_have_one_row_per_person_and_a_part_within_what_is_possible() -> None:
    found = told(
        effect_cells=[cell(f"p{number}", done=2, not_done=1, kept=1) for number in range(3)],
        answer_cells=[answers("usefulness", "p1", 1, 4, 5), answers("trust", "p2", 3)],
    )
    assert found.schema == COLUMNS
    assert not found.select("unit", "measure", "row", "person_id").is_duplicated().any()
    assert set(found.filter(row=DIGEST)["value"]) == {0}
    assert found.filter((pl.col("value") < 0) | (pl.col("value") > pl.col("n"))).is_empty()


def test_whatever_a_metric_is_drawn_from_is_a_unit_somebody_can_stand_behind() -> None:
    asked = [
        question for question in questions().values() if question.kind == "score" and question.scale is None
    ]
    units = {f"question:{question.question_id}" for question in asked} | {
        PRIMARY,
        BY_DAY,
        "loneliness:latest",
        OPEN,
    }
    assert {metric.drawn_from for metric in metrics().values()} <= units
