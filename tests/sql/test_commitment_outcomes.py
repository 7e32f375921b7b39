"""When a commitment is kept, mature, and where it belongs. Check-out is day 0; horizon 28, lag 21, so 49 days."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on

LAST_DAY = 28
LAG = 21


def outcome(drawn: Drawn, *columns: str, **commitment: object) -> tuple[object, ...]:
    """Columns of the outcome of one commitment made on day 0."""
    drawn.put("core_commitments", {"commitment_id": "c", "person_id": "p", "made_at": at(0), **commitment})
    drawn.put("commitment_exposure", {"commitment_id": "c", "is_booked": True, "is_exposure_unknown": False})
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 1, "partner_cluster_id": 2})
    return drawn.build("commitment_outcomes").row("commitment_outcomes", *columns)


@pytest.mark.parametrize(("done", "kept"), [(LAST_DAY, 1), (LAST_DAY + 1, 0)])
def test_done_on_the_last_day_is_kept_and_a_day_later_is_not(drawn: Drawn, done: int, kept: int) -> None:
    # Reported long after: the day it was done decides, not the day somebody said so.
    found = outcome(drawn, "kept", state="done", done_on=on(done), reported_at=at(200))
    assert found == (kept,)


@pytest.mark.parametrize(("reported", "kept"), [(LAST_DAY + LAG, 1), (LAST_DAY + LAG + 1, 0)])
def test_without_a_day_done_the_report_may_come_within_horizon_and_lag(
    drawn: Drawn, reported: int, kept: int
) -> None:
    assert outcome(drawn, "kept", state="done", reported_at=at(reported)) == (kept,)


@pytest.mark.parametrize("state", ["not_done", "withdrawn", "unknown"])
def test_no_other_state_is_kept(drawn: Drawn, state: str) -> None:
    found = outcome(drawn, "state", "kept", "kept_14", "kept_42", "kept_due", state=state, due_on=on(9))
    assert found == (state, 0, 0, 0, 0)


@pytest.mark.parametrize(("cut", "is_mature"), [(28 + 21 - 1, False), (28 + 21, True)])
def test_a_commitment_matures_on_the_day_horizon_and_lag_end(drawn: Drawn, cut: int, is_mature: bool) -> None:
    drawn.settings(cut=cut)
    assert outcome(drawn, "is_mature", state="unknown") == (is_mature,)


@pytest.mark.parametrize(
    ("line", "days"), [("is_mature_14", 14 + 21), ("is_mature_42", 42 + 21), ("is_mature_due", 10 + 21)]
)
def test_each_line_matures_by_its_own_clock(drawn: Drawn, line: str, days: int) -> None:
    before, after = (
        outcome(drawn.settings(cut=cut), line, state="unknown", due_on=on(10)) for cut in (days - 1, days)
    )
    assert (before, after) == ((False,), (True,))


@pytest.mark.parametrize(("line", "last"), [("kept_14", 14), ("kept_42", 42), ("kept_due", 10)])
def test_each_line_has_its_own_last_day(drawn: Drawn, line: str, last: int) -> None:
    on_it, after = (
        outcome(drawn, line, state="done", done_on=on(done), reported_at=at(200), due_on=on(10))
        for done in (last, last + 1)
    )
    assert (on_it, after) == ((1,), (0,))


@pytest.mark.parametrize(("line", "last"), [("kept_14", 14 + 21), ("kept_42", 42 + 21), ("kept_due", 10 + 21)])
def test_each_line_gives_a_report_without_a_day_the_lag(drawn: Drawn, line: str, last: int) -> None:
    on_it, after = (
        outcome(drawn, line, state="done", reported_at=at(day), due_on=on(10)) for day in (last, last + 1)
    )
    assert (on_it, after) == ((1,), (0,))


def test_without_a_due_date_nothing_is_kept_or_mature_by_it(drawn: Drawn) -> None:
    found = outcome(drawn, "is_mature_due", "kept_due", state="done", done_on=on(1), reported_at=at(1))
    assert found == (False, 0)


def test_the_days_to_the_report_are_counted_from_check_out(drawn: Drawn) -> None:
    assert outcome(drawn, "report_days", state="done", reported_at=at(31)) == (31,)


@pytest.mark.parametrize(
    ("is_booked", "is_unknown", "arm"), [(True, False, 1), (False, False, 0), (False, True, None)]
)
def test_the_arm_follows_from_exposure(
    drawn: Drawn, is_booked: bool, is_unknown: bool, arm: int | None
) -> None:
    outcome(drawn, "arm", state="done")
    drawn.put(
        "commitment_exposure",
        {"commitment_id": "c", "is_booked": is_booked, "is_exposure_unknown": is_unknown},
    )
    assert drawn.build("commitment_outcomes").row("commitment_outcomes", "arm") == (arm,)


def test_the_group_is_the_sessions_and_without_one_the_membership_of_that_day(drawn: Drawn) -> None:
    drawn.put("core_sessions", {"session_id": "s", "group_id": "of_session", "session_number": 3})
    drawn.put(
        "core_memberships",
        {"group_id": "before", "person_id": "p", "from_on": on(-30), "to_on": on(-1)},
        {"group_id": "then", "person_id": "p", "from_on": on(0)},
    )
    assert outcome(drawn, "group_id", "session_number", session_id="s") == ("of_session", 3)
    assert outcome(drawn, "group_id", "session_number") == ("then", None)


def test_persons_and_groups_are_numbered_and_a_person_without_a_group_is_a_group_of_one(drawn: Drawn) -> None:
    made = [("q", "s"), ("p", "s"), ("p", "t"), ("q", None), ("p", None)]
    drawn.put(
        "core_commitments",
        *(
            {"commitment_id": f"c{place}", "person_id": person, "session_id": session, "made_at": at(0)}
            for place, (person, session) in enumerate(made)
        ),
    )
    drawn.put(
        "commitment_exposure",
        *(
            {"commitment_id": f"c{n}", "is_booked": True, "is_exposure_unknown": False}
            for n in range(len(made))
        ),
    )
    drawn.put("core_sessions", {"session_id": "s", "group_id": "g"}, {"session_id": "t", "group_id": "h"})
    # One who made no commitment is numbered as well, and no group.
    drawn.put("person_clusters", *({"person_id": name, "cluster_id": 1} for name in ("q", "o", "p")))
    columns = ("commitment_id", "group_id", "group_number", "person_number")
    assert drawn.build("commitment_outcomes").rows("commitment_outcomes", *columns) == [
        ("c0", "g", 1, 3),
        ("c1", "g", 1, 2),
        ("c2", "h", 2, 2),
        ("c3", None, 4, 3),  # after g, h and p
        ("c4", None, 3, 2),
    ]


SPELLS: tuple[Row, ...] = (
    {"person_id": "p", "department": "sales", "level": "manager", "valid_from": on(-50)},
    {"person_id": "p", "department": "legal", "valid_from": on(0)},
    {"person_id": "p", "department": "later", "valid_from": on(1)},
)


def test_a_commitment_counts_where_the_person_was_at_check_out(drawn: Drawn) -> None:
    drawn.put("core_people", *SPELLS)
    assert outcome(drawn, "department") == ("legal",)


def test_what_a_spell_leaves_empty_is_not_taken_from_an_older_one(drawn: Drawn) -> None:
    drawn.put("core_people", *SPELLS)
    assert outcome(drawn, "level") == (None,)


@pytest.mark.parametrize(("held", "is_six"), [(5, False), (6, True)])
def test_only_groups_with_a_sixth_session_count_as_completed(drawn: Drawn, held: int, is_six: bool) -> None:
    drawn.put("core_memberships", {"group_id": "g", "person_id": "p", "from_on": on(0)})
    drawn.put("group_progress", {"group_id": "g", "n_sessions_held": held})
    assert outcome(drawn, "is_group_six") == (is_six,)
