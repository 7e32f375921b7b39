"""Which of a person's several answers in a wave stands, whatever the order the files come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest
from drawn import at, on
from staged import Row, staged

from models.contracts import ANSWERS
from models.plan import Plan
from pipelines.settings import Cut
from pipelines.store.deliveries import LandedFile, Reading, record_reading, register_file, row_accounts
from pipelines.store.derive import put_run_settings
from pipelines.store.history import (
    append_versions,
    build_core,
    create_history_views,
    put_first_complete,
    put_staged,
    record_repeats,
)
from pipelines.store.warehouse import Connection, fetch, open_warehouse

QUESTIONS = ("usefulness", "trust", "meaningful_talk")
Submission = tuple[float, Sequence[int | None]]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with open_warehouse(tmp_path / "warehouse" / "w.duckdb") as opened:
        yield opened


def answers(row_number: int, submission: Submission, *, is_recorded: bool) -> list[Row]:
    """The answers of one submission: one row of the export becomes one row per question answered."""
    day, scores = submission
    given = {"person_id": "p", "wave": "w", "answered_at": at(day), "row_number": row_number}
    recorded = {"recorded_at": at(day) if is_recorded else None}
    return [
        {**given, **recorded, "question_id": question, "score": float(score)}
        for question, score in zip(QUESTIONS, scores, strict=True)
        if score is not None
    ]


def deliver(
    connection: Connection, file_id: str, day: float, *submissions: Submission, is_recorded: bool = True
) -> None:
    rows = [
        row
        for number, submission in enumerate(submissions, start=2)
        for row in answers(number, submission, is_recorded=is_recorded)
    ]
    register_file(connection, LandedFile(file_id, file_id, f"{file_id}.csv", 1, at(day)))
    record_reading(connection, Reading(file_id, "loaded", "hash", "pulse", "csv", len(submissions)))
    put_staged(connection, {"answers": [staged(ANSWERS, *rows, source="pulse", file_id=file_id)]})
    append_versions(connection, ANSWERS, "false", at(day))
    record_repeats(connection, [file_id])
    create_history_views(connection)


def stands(connection: Connection) -> dict[str, float]:
    put_run_settings(connection, Cut(on(900), at(900)), Plan(), 21)
    build_core(connection, {"pulse": 10}, "UTC")
    return dict(fetch(connection, "select question_id, score from core_answers").rows())


def scores(*given: int) -> dict[str, float]:
    return dict(zip(QUESTIONS, map(float, given), strict=True))


PARTIAL: Submission = (1, (1, None, 1))
FIRST: Submission = (2, (2, 2, 2))
SECOND: Submission = (3, (3, 3, 3))


@pytest.mark.parametrize("is_recorded", [True, False])
@pytest.mark.parametrize("order", list(permutations((PARTIAL, FIRST, SECOND))))
def test_the_first_complete_answer_stands_in_whatever_order_files_come(
    connection: Connection, order: tuple[Submission, ...], is_recorded: bool
) -> None:
    put_first_complete(connection, ["pulse"])
    for day, submission in enumerate(order, start=10):
        deliver(connection, f"file{day}", day, submission, is_recorded=is_recorded)
    assert stands(connection) == scores(2, 2, 2)


@pytest.mark.parametrize("order", list(permutations((PARTIAL, FIRST, SECOND))))
def test_by_default_the_last_answer_stands(connection: Connection, order: tuple[Submission, ...]) -> None:
    for day, submission in enumerate(order, start=10):
        deliver(connection, f"file{day}", day, submission)
    assert stands(connection) == scores(3, 3, 3)


def test_what_is_asked_of_one_source_is_not_asked_of_another(connection: Connection) -> None:
    put_first_complete(connection, ["another"])
    deliver(connection, "a", 10, FIRST, SECOND)
    assert stands(connection) == scores(3, 3, 3)


def test_where_none_is_complete_the_first_with_most_answers_stands(connection: Connection) -> None:
    put_first_complete(connection, ["pulse"])
    deliver(connection, "a", 10, (1, (1, None, None)), (2, (2, 2, None)), (3, (3, 3, None)))
    assert stands(connection) == {"usefulness": 2.0, "trust": 2.0}


@pytest.mark.parametrize(("sources", "standing"), [((), 4), (("pulse",), 3)])
def test_answers_that_do_not_stand_count_as_superseded(
    connection: Connection, sources: tuple[str, ...], standing: int
) -> None:
    put_first_complete(connection, sources)
    deliver(connection, "a", 10, PARTIAL, FIRST, SECOND)
    parts = row_accounts(connection).row(0, named=True)
    assert (parts["n_rows_in"], parts["n_rows_stored"], parts["n_rows_superseded"]) == (3, 1, 2)
    (row,) = fetch(
        connection, "select distinct row_number from core_answers_history where known_to is null"
    ).rows()
    assert row == (standing,)
