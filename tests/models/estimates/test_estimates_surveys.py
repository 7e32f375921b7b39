"""From how many people and answers on the mean of an amount is given."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from drawn import schemas

from models.estimates.inputs import Inputs, Setting
from models.estimates.surveys import amount_mean
from models.plan import Plan

SETTING = Setting("P", True, date(2026, 10, 4), "2026-W40", date(2026, 10, 12), Plan(), 21)


def hours(n_people: int, n_answers: int) -> Inputs:
    """People of a group each who answered one hour and three in turn; the first gave the rest of the answers."""
    rows = []
    for person in range(n_people):
        n = n_answers - (n_people - 1) if person == 0 else 1
        amount = 1 + 2 * (person % 2)
        rows.append(
            {
                "question_id": "hours_regained",
                "person_id": f"p{person}",
                "cluster_id": person,
                "group_id": f"g{person}",
                "n_answers": n,
                "score_sum": n * amount,
                "score_square_sum": n * amount**2,
            }
        )
    schema = dict(schemas()["answer_cells"])
    columns = {name: [row.get(name, 0) for row in rows] for name in schema}
    return Inputs({"answer_cells": pl.DataFrame(columns, schema=schema, strict=False)}, SETTING)


@pytest.mark.parametrize(
    ("n_people", "n_answers", "status"),
    [
        (4, 12, "refused"),
        (5, 12, "ok"),
        (6, 12, "ok"),
        (6, 9, "refused"),
        (6, 10, "ok"),
        (6, 11, "ok"),
    ],
)
def test_the_mean_of_an_amount_stands_on_five_people_and_ten_answers(
    n_people: int, n_answers: int, status: str
) -> None:
    assert amount_mean(hours(n_people, n_answers), "hours_regained", 0.5).status == status
