"""What came before each check-out: the previous commitments by their own arm, and attendance before."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at

HORIZON = 28
OWN = ("n_without", "n_without_kept", "n_with", "n_with_kept")
MADE: Row = {
    "person_id": "p",
    "group_id": "g",
    "cluster_id": 1,
    "arm": 1,
    "state": "done",
    "kept": 1,
    "is_mature": True,
}


def before(drawn: Drawn, *rows: Row) -> Drawn:
    numbered = [{**MADE, "commitment_id": f"c{number}", **row} for number, row in enumerate(rows)]
    return drawn.put("commitment_outcomes", *numbered).build("previous_commitments")


def test_the_previous_commitment_is_counted_by_its_own_arm_under_the_arm_of_this_one(drawn: Drawn) -> None:
    before(drawn, {"made_day": 0, "arm": 0, "kept": 0, "state": "not_done"}, {"made_day": 28}, {"made_day": 56})
    # The first has none before it; of the two with an appointment one follows a broken one without, one a kept one.
    assert drawn.rows("previous_commitments", "arm", *OWN) == [(0, 0, 0, 0, 0), (1, 1, 0, 1, 1)]


def test_only_the_check_out_just_before_counts_with_all_its_commitments(drawn: Drawn) -> None:
    before(
        drawn,
        {"made_day": 0, "arm": None},
        {"made_day": 28, "arm": 0},
        {"made_day": 28, "arm": 0, "kept": 0},
        {"made_day": 56},
    )
    assert drawn.rows("previous_commitments", "arm", *OWN) == [(0, 0, 0, 0, 0), (1, 2, 1, 0, 0)]


@pytest.mark.parametrize(("gap", "n_before"), [(HORIZON - 1, 0), (HORIZON, 1), (HORIZON + 1, 1)])
def test_a_previous_one_counts_only_when_its_horizon_was_over_by_this_check_out(
    drawn: Drawn, gap: int, n_before: int
) -> None:
    before(drawn, {"made_day": 0, "arm": 0}, {"made_day": gap})
    assert drawn.rows("previous_commitments", "arm", *OWN) == [(0, 0, 0, 0, 0), (1, n_before, n_before, 0, 0)]


def test_the_horizon_is_the_plans(drawn: Drawn) -> None:
    drawn.settings(horizon=14)
    before(drawn, {"made_day": 0, "arm": 0}, {"made_day": 14})
    assert (1, 1, 1, 0, 0) in drawn.rows("previous_commitments", "arm", *OWN)


def test_where_the_check_out_just_before_was_too_near_no_earlier_one_takes_its_place(drawn: Drawn) -> None:
    before(drawn, {"made_day": 0, "arm": 0}, {"made_day": 50, "arm": 0}, {"made_day": 60})
    assert drawn.rows("previous_commitments", "arm", *OWN) == [(0, 1, 1, 0, 0), (1, 0, 0, 0, 0)]


def test_previous_ones_of_unknown_outcome_or_arm_or_immature_are_left_out(drawn: Drawn) -> None:
    for number, flaw in enumerate(({"state": "unknown", "kept": 0}, {"arm": None}, {"is_mature": False})):
        before(drawn, {"made_day": 0, "arm": 0, **flaw}, {"made_day": 28, "group_id": f"h{number}"})
        found = [row[1:] for row in drawn.rows("previous_commitments", "arm", *OWN) if row[0] == 1]
        assert found == [(0, 0, 0, 0)], flaw


def test_this_ones_own_outcome_never_matters(drawn: Drawn) -> None:
    before(drawn, {"made_day": 0, "arm": 0}, {"made_day": 28, "state": "unknown", "kept": 0})
    assert (1, 1, 1, 0, 0) in drawn.rows("previous_commitments", "arm", *OWN)


def test_commitments_of_other_people_are_not_previous_ones(drawn: Drawn) -> None:
    before(drawn, {"made_day": 0, "person_id": "q"}, {"made_day": 28})
    assert drawn.rows("previous_commitments", "person_id", *OWN) == [("p", 0, 0, 0, 0), ("q", 0, 0, 0, 0)]


def sessions(drawn: Drawn, *came: bool, status: str = "held") -> None:
    """Sessions s0, s1, ... four weeks apart, and whether p came to each."""
    drawn.put(
        "core_sessions",
        *(
            {
                "session_id": f"s{n}",
                "group_id": "g",
                "status": status if n == 0 else "held",
                "started_at": at(28 * n),
            }
            for n in range(len(came))
        ),
    )
    drawn.put(
        "core_attendance",
        *({"session_id": f"s{n}", "person_id": "p", "attended": was} for n, was in enumerate(came)),
    )


def test_attendance_is_that_of_the_session_before_the_check_outs(drawn: Drawn) -> None:
    sessions(drawn, True, False, True, True)
    before(drawn, *({"made_day": 28 * n, "session_id": f"s{n}"} for n in (0, 2, 3)))
    # s0 has none before it, s2 follows s1 (missed), s3 follows s2 (there).
    assert drawn.row("previous_commitments", "n_sessions", "n_attended") == (2, 1)


def test_a_session_that_was_not_held_is_no_session_before(drawn: Drawn) -> None:
    sessions(drawn, True, True, status="cancelled")
    before(drawn, {"made_day": 28, "session_id": "s1"})
    assert drawn.row("previous_commitments", "n_sessions", "n_attended") == (0, 0)
