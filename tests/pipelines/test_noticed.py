"""What the status says of notices and of rows that disagree with other tables."""

from __future__ import annotations

import polars as pl

from pipelines.noticed import across_lines, notice_lines, rows_named
from pipelines.store.file_notices import NOTICES

DRAWN = {"rule": "file_shrank", "detail": "It has 1 rows", "remedy": "Export it again"}


def notices(*rows: dict[str, object]) -> pl.DataFrame:
    schema = {"file": pl.String(), **{name: kind for name, kind in NOTICES.items() if name != "file_id"}}
    return pl.DataFrame([{"rows": [], **DRAWN, **row} for row in rows], schema=schema)


def test_a_notice_is_one_line_with_rule_and_remedy() -> None:
    assert list(notice_lines(notices({"file": "a.csv"}))) == [
        "Noticed: a.csv (file_shrank): It has 1 rows. Export it again."
    ]


def test_the_rows_it_is_about_are_named() -> None:
    assert "It has 1 rows (rows 2, 5). " in next(notice_lines(notices({"file": "a.csv", "rows": [2, 5]})))


def test_what_was_noticed_of_several_files_is_said_once_of_the_last() -> None:
    found = list(
        notice_lines(notices({"file": "a.csv"}, {"file": "b.csv"}, {"file": "c.csv", "detail": "Other"}))
    )
    assert [line.split(" (")[0] for line in found] == ["Noticed: b.csv and 1 files before it", "Noticed: c.csv"]


def test_without_notices_nothing_is_said() -> None:
    assert list(notice_lines(notices())) == []


def test_rows_that_disagree_are_listed_by_rule_and_file() -> None:
    rule = "across:due_not_before_made"
    broken = pl.DataFrame(
        [("b.csv", 4, rule), ("a.csv", 3, rule), ("b.csv", 2, rule), ("a.csv", 2, "across:one_arm")],
        schema=["file", "row_number", "rule"],
        orient="row",
    )
    lines = list(across_lines(broken))
    assert lines[0].startswith(
        f"Disagrees: {rule} (commitments): It was due before the day it was made. Correct"
    )
    assert lines[1:] == ["  b.csv: rows 2, 4", "  a.csv: row 3"]


def test_at_most_twenty_rows_are_named() -> None:
    assert rows_named(list(range(20))).endswith(" 18, 19")
    assert rows_named(list(range(21))).endswith(" 18, 19 and 1 more")
