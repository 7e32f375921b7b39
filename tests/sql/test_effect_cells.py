"""Counts per cell: what is summed, by which line, and as known at which week's end."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on

COUNTS = ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")
CELL: Row = {
    "person_id": "p",
    "group_id": "g",
    "cluster_id": 1,
    "partner_cluster_id": 9,
    "arm": 1,
    "is_mature": True,
    "is_mature_14": False,
    "is_mature_42": False,
    "is_mature_due": False,
    "is_booked_late": False,
    "is_group_six": False,
    "state": "done",
    "kept": 1,
    "kept_14": 0,
    "kept_42": 0,
    "kept_due": 0,
}


def cells(drawn: Drawn, *rows: Row) -> Drawn:
    named = [{**CELL, "commitment_id": f"c{place}", **row} for place, row in enumerate(rows)]
    return drawn.put("commitment_outcomes", *map(numbered, named)).build("effect_cells")


def numbered(row: Row) -> Row:
    """A row with the numbers of its person and group, each the place of its one letter in the alphabet."""
    group = row["group_id"] or row["person_id"]
    return {**row, "person_number": ord(str(row["person_id"])), "group_number": ord(str(group))}


def primary(drawn: Drawn, *columns: str) -> list[tuple[object, ...]]:
    return [row[1:] for row in drawn.rows("effect_cells", "line", *columns) if row[0] == "primary"]


def test_a_cell_counts_each_state_and_the_kept_ones(drawn: Drawn) -> None:
    late = {"kept": 0}
    dropped = {"state": "withdrawn", "kept": 0}
    unknown = {"state": "unknown", "kept": 0}
    cells(drawn, {}, {}, late, {"state": "not_done", "kept": 0}, dropped, dropped, unknown)
    # 3 done, one of them late; 1 not done; 2 withdrawn; 1 unknown.
    assert primary(drawn, *COUNTS) == [(3, 1, 2, 1, 3 - 1)]


def test_each_person_and_arm_has_a_cell_of_its_own(drawn: Drawn) -> None:
    cells(drawn, {}, {"arm": 0}, {"person_id": "q"}, {"person_id": "q", "group_id": "h"})
    assert primary(drawn, "person_id", "group_id", "arm", "n_done") == [
        ("p", "g", 0, 1),
        ("p", "g", 1, 1),
        ("q", "g", 1, 1),
        ("q", "h", 1, 1),
    ]


def test_a_cell_has_the_numbers_of_its_person_and_group_beside_their_ids(drawn: Drawn) -> None:
    cells(drawn, {}, {"person_id": "q", "group_id": None})
    assert primary(drawn, "person_id", "person_number", "group_id", "group_number") == [
        ("p", ord("p"), "g", ord("g")),
        ("q", ord("q"), "q", ord("q")),
    ]


def test_without_an_arm_a_commitment_is_in_no_cell(drawn: Drawn) -> None:
    assert cells(drawn, {"arm": None}).rows("effect_cells", "line") == []


def test_a_person_without_a_group_is_a_group_of_one(drawn: Drawn) -> None:
    cells(drawn, {"group_id": None})
    assert primary(drawn, "group_id") == [("p",)]


@pytest.mark.parametrize(
    ("line", "is_mature", "kept"),
    [
        ("horizon_14", "is_mature_14", "kept_14"),
        ("horizon_42", "is_mature_42", "kept_42"),
        ("own_due_date", "is_mature_due", "kept_due"),
    ],
)
def test_each_line_counts_what_is_mature_and_kept_by_its_own_clock(
    drawn: Drawn, line: str, is_mature: str, kept: str
) -> None:
    own = {"is_mature": False, is_mature: True, "kept": 0}
    cells(drawn, {**own, kept: 1}, {**own, kept: 0}, {"is_mature": False})
    assert drawn.rows("effect_cells", "line", "n_done", "n_kept") == [(line, 2, 1)]


def test_completed_six_counts_only_groups_that_held_a_sixth_session(drawn: Drawn) -> None:
    cells(drawn, {"is_group_six": True}, {})
    assert drawn.by("effect_cells", "line", "n_done") == {
        "primary": 2,
        "completed_six": 1,
        "partnerships_joined": 2,
        "late_bookings_left_out": 2,
    }


def test_booked_late_is_left_out_of_its_line_and_of_no_other(drawn: Drawn) -> None:
    cells(drawn, {"arm": 0, "is_booked_late": True}, {"arm": 0}, {"arm": 1})
    found = {(row[0], row[1]): row[2] for row in drawn.rows("effect_cells", "line", "arm", "n_done")}
    assert (found["primary", 0], found["late_bookings_left_out", 0]) == (2, 1)
    assert (found["primary", 1], found["late_bookings_left_out", 1]) == (1, 1)


def test_the_randomised_line_sums_a_persons_check_outs_by_what_was_drawn(drawn: Drawn) -> None:
    check_out = numbered({"person_id": "p", "group_id": "g", "cluster_id": 1, "block": "b", "arm": 1})
    zero = dict.fromkeys(COUNTS, 0)
    drawn.put(
        "prompted_check_outs",
        {**check_out, **zero, "session_id": "s1", "n_done": 1, "n_kept": 1},
        {**check_out, **zero, "session_id": "s2", "n_not_done": 1},
        {**check_out, **zero, "session_id": "s3", "arm": 0, "n_unknown": 1},
    ).build("effect_cells")
    assert drawn.rows("effect_cells", "line", "person_number", "person_id", "arm", *COUNTS) == [
        ("intention_to_treat", ord("p"), "p", 0, 0, 0, 0, 1, 0),
        ("intention_to_treat", ord("p"), "p", 1, 1, 1, 0, 0, 1),
    ]


def test_with_partnerships_joined_the_cluster_is_the_wider_one(drawn: Drawn) -> None:
    cells(drawn, {})
    found = drawn.by("effect_cells", "line", "cluster_id")
    assert (found["primary"], found["partnerships_joined"]) == (1, 9)


# Commitments of one person made on days 0 to 3, and what was said of them; they mature on days 49 to 52.
MADE = [
    {"commitment_id": f"c{day}", "person_id": "p", "made_at": at(day), "session_id": "s"} for day in range(4)
]
SAID: list[Row] = [
    {"commitment_id": "c0", "state": "done", "reported_at": at(30), "done_on": on(28)},
    {"commitment_id": "c0", "state": "not_done", "reported_at": at(51)},
    {"commitment_id": "c1", "state": "done", "reported_at": at(50)},
    {"commitment_id": "c1", "state": "done", "reported_at": at(53)},
    {"commitment_id": "c2", "state": "withdrawn", "reported_at": at(10)},
    {"commitment_id": "c2", "state": "done", "reported_at": at(40), "done_on": on(31)},
    {"commitment_id": "c2", "state": "done", "reported_at": at(52), "done_on": on(29)},
]
SAID = [{"person_id": "p", "confirmed_by": "self", **said} for said in SAID]
WITH = {"is_booked": True, "is_exposure_unknown": False}


def at_cut(drawn: Drawn, cut: int) -> Drawn:
    """Everything from reports to cells as of a cut, whose day is also the end of the only week."""
    known = [said for said in SAID if said["reported_at"] < at(cut + 1, 0)]  # type: ignore[operator]
    drawn.settings(cut=cut).put("weeks", {"week_end_day": cut})
    drawn.put("current_commitments", *MADE).put("current_outcome_reports", *known)
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 1, "partner_cluster_id": 1})
    drawn.put("core_sessions", {"session_id": "s", "group_id": "g"})
    drawn.put("commitment_exposure", *({"commitment_id": made["commitment_id"], **WITH} for made in MADE))
    return drawn.build(
        "core_outcome_reports",
        "core_commitments",
        "commitment_outcomes",
        "effect_cells",
        "effect_cells_by_week",
    )


@pytest.mark.parametrize("cut", range(48, 55))
def test_a_weeks_cells_are_the_cells_of_a_run_on_its_last_day(drawn: Drawn, cut: int) -> None:
    at_cut(drawn, cut)
    columns = ("cluster_id", "group_id", "person_id", "arm", *COUNTS)
    assert drawn.rows("effect_cells_by_week", *columns) == primary(drawn, *columns)


def test_a_later_run_finds_in_an_earlier_week_what_was_known_then(drawn: Drawn) -> None:
    at_cut(drawn, 60)
    drawn.put("weeks", *({"week_end_day": day} for day in (48, 49, 50, 51, 52)))
    drawn.build("effect_cells_by_week")
    assert drawn.rows("effect_cells_by_week", "week_end_day", *COUNTS) == [
        (49, 1, 0, 0, 0, 1),  # c0 done on day 28
        (50, 2, 0, 0, 0, 2),  # c1 reported done on day 50 = 1 + 28 + 21
        (51, 2, 1, 0, 0, 1),  # c0 corrected to not done; c2 done on day 31 > 2 + 28
        (52, 2, 1, 0, 1, 2),  # c2 corrected to day 29; nobody spoke of c3
    ]


def test_an_arm_is_summed_up_over_its_mature_commitments(drawn: Drawn) -> None:
    rows = (
        {"report_days": 10},
        {"report_days": 20, "person_id": "q"},
        {"state": "unknown"},
        {"is_mature": False, "report_days": 99},
        {"arm": None, "report_days": 7},
    )
    cells(drawn, *rows).build("arm_summary")
    columns = ("arm", "n_mature", "n_people", "n_unknown", "median_report_day")
    assert drawn.rows("arm_summary", *columns) == [(1, 3, 2, 1, 15.0), (None, 1, 1, 0, 7.0)]
