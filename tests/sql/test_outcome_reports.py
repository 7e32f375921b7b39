"""Which commitment a report speaks of, and what is known of a commitment once it was reported on."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on

MADE = ({"commitment_id": "c", "person_id": "p", "made_at": at(0)},)


def report(day: float, state: str = "done", **columns: object) -> Row:
    """A report of `p` at noon of a day that names no commitment."""
    return {"person_id": "p", "reported_at": at(day), "state": state, "confirmed_by": "self", **columns}


def linked(drawn: Drawn, *reports: Row, made: tuple[Row, ...] = MADE) -> Drawn:
    drawn.put("current_commitments", *made).put("current_outcome_reports", *reports)
    return drawn.build("core_outcome_reports", "core_commitments")


def test_a_report_that_names_its_commitment_speaks_of_it(drawn: Drawn) -> None:
    linked(drawn, report(30, commitment_id="older"))
    assert drawn.row("core_outcome_reports", "commitment_id", "link") == ("older", "named")


def test_a_report_that_names_none_speaks_of_the_latest_check_out(drawn: Drawn) -> None:
    made = (*MADE, {"commitment_id": "before", "person_id": "p", "made_at": at(-28)})
    linked(drawn, report(30), made=made)
    assert drawn.row("core_outcome_reports", "commitment_id", "link") == ("c", "previous_session")


@pytest.mark.parametrize(("us", "link"), [(0, "previous_session"), (-1, "waiting")])
def test_without_a_session_a_report_judges_nothing_made_in_the_12_hours_before_it(
    drawn: Drawn, us: int, link: str
) -> None:
    linked(drawn, report(0, reported_at=at(0, 24, us=us)))
    assert drawn.row("core_outcome_reports", "link") == (link,)


@pytest.mark.parametrize(("began", "said_of"), [(at(28, 10), "c"), (at(28, 13), "new")])
def test_with_a_session_a_report_judges_what_was_made_before_the_session_began(
    drawn: Drawn, began: object, said_of: str
) -> None:
    # `new` is made at noon of day 28 and the pulse comes two days later: twelve hours alone would pick `new`.
    made = (*MADE, {"commitment_id": "new", "person_id": "p", "made_at": at(28)})
    drawn.put("current_sessions", {"session_id": "s", "started_at": began})
    linked(drawn, report(30, session_id="s"), made=made)
    assert drawn.row("core_outcome_reports", "commitment_id") == (said_of,)


def test_a_session_planned_but_not_begun_counts_from_its_planned_time(drawn: Drawn) -> None:
    made = (*MADE, {"commitment_id": "new", "person_id": "p", "made_at": at(28)})
    drawn.put("current_sessions", {"session_id": "s", "scheduled_at": at(28, 10)})
    linked(drawn, report(30, session_id="s"), made=made)
    assert drawn.row("core_outcome_reports", "commitment_id") == ("c",)


@pytest.mark.parametrize("began", [None, at(31)])
def test_a_session_without_a_time_or_later_than_the_report_is_no_help(drawn: Drawn, began: object) -> None:
    drawn.put("current_sessions", {"session_id": "s", "started_at": began})
    made = (*MADE, {"commitment_id": "new", "person_id": "p", "made_at": at(30, 1)})
    linked(drawn, report(30, session_id="s"), made=made)
    assert drawn.row("core_outcome_reports", "commitment_id") == ("c",)


@pytest.mark.parametrize(("hours_before", "link"), [(23, "ambiguous"), (24, "previous_session")])
def test_two_commitments_of_one_check_out_leave_a_report_unresolved(
    drawn: Drawn, hours_before: int, link: str
) -> None:
    made = (*MADE, {"commitment_id": "other", "person_id": "p", "made_at": at(0, 12 - hours_before)})
    linked(drawn, report(30), made=made)
    commitment = None if link == "ambiguous" else "c"
    assert drawn.row("core_outcome_reports", "commitment_id", "link") == (commitment, link)


def test_an_unresolved_report_leaves_its_commitments_unknown(drawn: Drawn) -> None:
    made = (*MADE, {"commitment_id": "other", "person_id": "p", "made_at": at(0, 11)})
    linked(drawn, report(30), made=made)
    assert drawn.by("core_commitments", "commitment_id", "state") == {"c": "unknown", "other": "unknown"}


def test_without_a_commitment_a_report_waits(drawn: Drawn) -> None:
    linked(drawn, report(30), made=())
    assert drawn.row("core_outcome_reports", "commitment_id", "link") == (None, "waiting")


@pytest.mark.parametrize(("us", "link"), [(0, "previous_session"), (1, "waiting")])
def test_a_commitment_made_as_the_session_began_is_of_the_check_out_before(
    drawn: Drawn, us: int, link: str
) -> None:
    drawn.put("current_sessions", {"session_id": "s", "started_at": at(28)})
    made = ({"commitment_id": "c", "person_id": "p", "made_at": at(28, us=us)},)
    linked(drawn, report(30, session_id="s"), made=made)
    assert drawn.row("core_outcome_reports", "link") == (link,)


def test_with_a_session_two_commitments_of_the_check_out_before_it_leave_a_report_unresolved(
    drawn: Drawn,
) -> None:
    made = (
        *MADE,
        {"commitment_id": "other", "person_id": "p", "made_at": at(0, 11)},
        {"commitment_id": "new", "person_id": "p", "made_at": at(28, 14)},
    )
    drawn.put("current_sessions", {"session_id": "s", "started_at": at(28)})
    linked(drawn, report(30, session_id="s"), made=made)
    assert drawn.row("core_outcome_reports", "commitment_id", "link") == (None, "ambiguous")


def test_nobody_elses_report_says_anything_about_it(drawn: Drawn) -> None:
    linked(drawn, report(30, person_id="q"))
    assert drawn.row("core_commitments", "state") == ("unknown",)


def test_reports_of_one_commitment_are_numbered_in_the_order_they_were_made(drawn: Drawn) -> None:
    linked(drawn, report(40), report(30, "not_done"), report(35, "withdrawn", commitment_id="c"))
    assert drawn.rows("core_outcome_reports", "report_number", "state") == [
        (1, "not_done"),
        (2, "withdrawn"),
        (3, "done"),
    ]


def test_a_later_report_corrects_an_earlier_one(drawn: Drawn) -> None:
    linked(drawn, report(30), report(40, "not_done", confirmed_by="partner"))
    columns = ("state", "confirmed_by", "reported_day", "done_on")
    assert drawn.row("core_commitments", *columns) == ("not_done", "partner", 40, None)


def test_said_again_the_state_counts_as_reported_when_it_was_first_said(drawn: Drawn) -> None:
    linked(drawn, report(30), report(40, "not_done"), report(50))
    columns = ("state", "reported_day", "reported_on", "reported_at")
    assert drawn.row("core_commitments", *columns) == ("done", 30, on(30), at(30))


def test_the_day_it_was_done_is_the_one_said_last(drawn: Drawn) -> None:
    linked(drawn, report(30, done_on=on(20)), report(40, done_on=on(25)), report(50))
    assert drawn.row("core_commitments", "done_day", "done_on") == (25, on(25))


def test_a_commitment_without_a_report_is_unknown(drawn: Drawn) -> None:
    linked(drawn)
    assert drawn.row("core_commitments", "state", "reported_day", "done_day") == ("unknown", None, None)


def test_a_report_naming_the_commitment_and_one_linked_to_it_both_stand(drawn: Drawn) -> None:
    linked(drawn, report(30, commitment_id="c"), report(31, "not_done"))
    assert drawn.rows("core_outcome_reports", "link", "report_number") == [
        ("named", 1),
        ("previous_session", 2),
    ]


def test_a_day_of_doing_before_the_check_out_is_no_day(drawn: Drawn) -> None:
    linked(drawn, report(60, done_on=on(-1)))
    assert drawn.row("core_commitments", "state", "done_on", "done_day") == ("done", None, None)


def test_the_same_report_once_named_and_once_not_is_one_report(drawn: Drawn) -> None:
    linked(drawn, report(30), report(30, commitment_id="c"))
    assert drawn.rows("core_outcome_reports", "commitment_id", "link") == [("c", "named")]
