"""Which commitments fall under a prompt that was drawn for their check-out, and in which arm."""

from __future__ import annotations

from drawn import Drawn, Row, at

COUNTS = ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")
COMMITMENT: Row = {"commitment_id": "c", "person_id": "p", "session_id": "s", "made_at": at(10)}
OUTCOME: Row = {
    "commitment_id": "c",
    "person_id": "p",
    "session_id": "s",
    "group_id": "g",
    "cluster_id": 1,
    "arm": 0,
    "is_mature": True,
    "state": "done",
    "kept": 1,
}
DRAWN: Row = {
    "session_id": "s",
    "person_id": "p",
    "prompt_shown": True,
    "assigned_at": at(9),
    "block": "b1",
}


def prompted(
    drawn: Drawn, assignments: list[Row], *, outcomes: list[Row] | None = None, made: list[Row] | None = None
) -> Drawn:
    drawn.put("core_assignments", *assignments).put("core_commitments", *(made or [COMMITMENT]))
    return drawn.put("commitment_outcomes", *(outcomes or [OUTCOME])).build("prompted_check_outs")


def test_the_arm_is_what_was_drawn_whatever_was_booked(drawn: Drawn) -> None:
    for arm in (0, 1, None):
        prompted(drawn, [DRAWN], outcomes=[{**OUTCOME, "arm": arm}])
        assert drawn.rows("prompted_check_outs", "arm", "block", *COUNTS) == [(1, "b1", 1, 0, 0, 0, 1)]
    prompted(drawn, [{**DRAWN, "prompt_shown": False}])
    assert drawn.row("prompted_check_outs", "arm") == (0,)


def test_the_numbers_of_person_and_group_stand_beside_their_ids(drawn: Drawn) -> None:
    prompted(drawn, [DRAWN], outcomes=[{**OUTCOME, "person_number": 7, "group_number": 4}])
    columns = ("person_id", "person_number", "group_id", "group_number")
    assert drawn.row("prompted_check_outs", *columns) == ("p", 7, "g", 4)


def test_a_prompt_drawn_at_or_after_the_check_out_counts_for_nothing(drawn: Drawn) -> None:
    for assigned_at, n_rows in ((at(10, us=-1), 1), (at(10), 0), (at(11), 0)):
        prompted(drawn, [{**DRAWN, "assigned_at": assigned_at}])
        assert len(drawn.rows("prompted_check_outs", "arm")) == n_rows


def test_a_prompt_is_for_its_person_and_its_session_alone(drawn: Drawn) -> None:
    for other in ({"person_id": "q"}, {"session_id": "t"}):
        prompted(drawn, [{**DRAWN, **other}])
        assert drawn.rows("prompted_check_outs", "arm") == []


def test_what_is_not_mature_is_not_counted(drawn: Drawn) -> None:
    prompted(drawn, [DRAWN], outcomes=[{**OUTCOME, "is_mature": False}])
    assert drawn.rows("prompted_check_outs", "arm") == []


def test_several_commitments_of_one_check_out_share_its_row(drawn: Drawn) -> None:
    states = {
        "c": ("done", 1),
        "d": ("done", 0),
        "e": ("withdrawn", 0),
        "f": ("unknown", 0),
        "g": ("not_done", 0),
    }
    outcomes = [{**OUTCOME, "commitment_id": name, "state": s, "kept": k} for name, (s, k) in states.items()]
    made = [{**COMMITMENT, "commitment_id": name} for name in states]
    prompted(drawn, [DRAWN], outcomes=outcomes, made=made)
    assert drawn.row("prompted_check_outs", "group_id", *COUNTS) == ("g", 2, 1, 1, 1, 1)


def test_a_person_without_a_group_is_a_group_of_one(drawn: Drawn) -> None:
    prompted(drawn, [DRAWN], outcomes=[{**OUTCOME, "group_id": None}])
    assert drawn.row("prompted_check_outs", "group_id") == ("p",)
