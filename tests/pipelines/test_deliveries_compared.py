"""A file beside the last delivery of its source: what is worth saying, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.deliveries_compared import Delivery, compare_deliveries, same_bytes, series, without_copy_mark

COLUMNS = ("E-mail", "Answer")


def delivery(n_rows: int = 10, headings: tuple[str, ...] = COLUMNS, name: str = "pulse.csv") -> Delivery:
    return Delivery(name, date(2026, 1, 5), n_rows, headings)


def rules(now: Delivery, last: Delivery, n_still: int = 0, n_gone: int = 0) -> list[str]:
    return [notice.rule for notice in compare_deliveries(now, last, n_still, n_gone)]


@pytest.mark.parametrize(
    "name", ["pulse.csv", "Pulse (2).csv", "pulse_2026-01-05.csv", "pulse - Copy.csv", "pulse copy 3.csv"]
)
def test_dates_and_marks_of_copies_do_not_make_another_series(name: str) -> None:
    assert series(name) == series("pulse.csv")


@pytest.mark.parametrize("name", ["pulse_sales.csv", "pulse.xlsx", "copypulse.csv"])
def test_another_word_in_the_name_makes_another_series(name: str) -> None:
    assert series(name) != series("pulse.csv")


@pytest.mark.parametrize("name", ["Arm 1.csv", "arm 1 (1).csv", "ARM 1 - copy.csv", "arm 1_copy (2).csv"])
def test_a_mark_of_a_copy_is_no_other_name(name: str) -> None:
    assert without_copy_mark(name) == "arm 1.csv"


@pytest.mark.parametrize("name", ["arm 2.csv", "arm1copy.csv", "arm (b).csv"])
def test_anything_else_is_another_name(name: str) -> None:
    assert without_copy_mark(name) != "arm 1.csv"


@pytest.mark.parametrize(
    ("n_rows", "n_still", "n_gone", "is_shrunk"),
    [
        (9, 9, 1, True),
        (9, 1, 9, True),
        (10, 9, 1, False),  # not shorter: a row was replaced, not lost
        (9, 9, 0, False),  # nothing that was stored is gone: repeats were tidied away
        (9, 0, 10, False),  # another part of the year shares no row with the last one
        (0, 0, 10, True),  # nothing is left at all
    ],
)
def test_a_file_shrank_when_it_is_shorter_and_known_rows_are_gone(
    n_rows: int, n_still: int, n_gone: int, is_shrunk: bool
) -> None:
    assert rules(delivery(n_rows), delivery(10), n_still, n_gone) == ["file_shrank"] * is_shrunk


def test_how_far_a_file_shrank_is_said_in_counts() -> None:
    (notice,) = compare_deliveries(delivery(7), delivery(10), 6, 4)
    assert notice.detail.startswith(
        "It has 7 rows, the last delivery (pulse.csv, 2026-01-05) had 10; 4 rows known"
    )


def test_a_column_that_went_and_one_that_came_are_named() -> None:
    vanished, new = compare_deliveries(delivery(headings=("E-mail", "Other")), delivery(), 0, 0)
    assert (vanished.rule, new.rule) == ("column_vanished", "column_new")
    assert "`Answer`" in vanished.detail
    assert "`Other`" in new.detail


@pytest.mark.parametrize("heading", ["answer", " Answer ", "ANSWER"])
def test_a_heading_written_otherwise_is_the_same_column(heading: str) -> None:
    assert rules(delivery(headings=("E-mail", heading)), delivery()) == []


def test_the_order_of_columns_does_not_matter() -> None:
    assert rules(delivery(headings=COLUMNS[::-1]), delivery()) == []


@pytest.mark.parametrize(("n_new", "more"), [(10, ""), (11, " and 1 more")])
def test_at_most_ten_headings_are_named_and_long_ones_cut(n_new: int, more: str) -> None:
    headings = tuple(f"{number:02} " + "x" * 100 for number in range(n_new))
    (notice,) = compare_deliveries(delivery(headings=(*COLUMNS, *headings)), delivery(), 0, 0)
    named = [f"`{heading[:59]}…`" for heading in headings[:10]]
    assert notice.detail.endswith(", ".join(named) + more)


def test_the_other_names_of_the_same_bytes_are_said() -> None:
    notice = same_bytes(["arm_b.csv", "arm_c.csv"])
    assert notice.rule == "same_bytes_two_names"
    assert "as arm_b.csv, arm_c.csv" in notice.detail
