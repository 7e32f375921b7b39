"""How a run numbers clusters, groups and persons never counts as a change of anybody's part in a release."""

from __future__ import annotations

import polars as pl
import pytest
from drawn import schemas

from models.catalogue import questions
from models.disclosure.contributions import contributions

WEEK, HORIZON = "2026-W40", 28


def told_of(table: str, row: dict[str, object]) -> pl.DataFrame:
    """What is told, in one order, of one row of a derived table as the SQL makes it; the other tables are empty."""
    tables = {name: pl.DataFrame(schema=dict(schema)) for name, schema in schemas().items()}
    tables[table] = pl.DataFrame([row], schema=dict(schemas()[table]))
    return contributions(tables, questions(), WEEK, HORIZON).sort(pl.all())


@pytest.mark.parametrize("table", ["effect_cells", "adjustment_cells"])
@pytest.mark.parametrize("number", ["cluster_id", "group_number", "person_number"])
def test_another_number_of_the_same_person_or_group_changes_nothing(table: str, number: str) -> None:
    row = {
        name: 1 if kind.is_numeric() else "primary" if name == "line" else "x"
        for name, kind in schemas()[table].items()
    }
    before = told_of(table, row)
    assert before["person_id"].unique().to_list() == ["x"]
    assert told_of(table, {**row, number: 2}).equals(before)
    assert not told_of(table, {**row, "n_kept": 0}).equals(before)
