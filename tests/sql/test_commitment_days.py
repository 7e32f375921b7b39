"""What happens first to a commitment, on which day, and how far it is watched.

Check-out is day 0; horizon 28, lag 21. Where a test says nothing the cut is day 1000.
"""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at

LAG = 21
COMMITMENT: Row = {
    "person_id": "p",
    "group_id": "g",
    "cluster_id": 1,
    "session_id": "s0",
    "arm": 1,
    "made_day": 0,
    "state": "not_done",
}


def days(drawn: Drawn, *commitments: Row, held: tuple[int, ...] = (0,)) -> Drawn:
    """Counts of these commitments of one person, whose group met on the days said."""
    drawn.put("commitment_outcomes", *({**COMMITMENT, **commitment} for commitment in commitments))
    sessions = (
        {"session_id": f"s{day}", "group_id": "g", "status": "held", "started_at": at(day)} for day in held
    )
    return drawn.put("core_sessions", *sessions).build("commitment_days")


def happened(
    drawn: Drawn, cut: int = 1000, held: tuple[int, ...] = (0,), **commitment: object
) -> tuple[object, ...]:
    return days(drawn.settings(cut=cut), commitment, held=held).row("commitment_days", "day", "event")


def n_entered(drawn: Drawn, cut: int, held: tuple[int, ...] = (0,), **commitment: object) -> int:
    return len(days(drawn.settings(cut=cut), commitment, held=held).rows("commitment_days", "day"))


def test_a_done_one_counts_on_the_day_it_was_done_whenever_it_was_reported(drawn: Drawn) -> None:
    assert happened(drawn, state="done", done_day=9, reported_day=200) == (9, "done")


@pytest.mark.parametrize(("reported", "day"), [(49, 49 - LAG), (30, 30 - LAG), (10, 0)])
def test_done_without_a_day_is_placed_the_lag_before_the_report(drawn: Drawn, reported: int, day: int) -> None:
    assert happened(drawn, state="done", reported_day=reported) == (day, "done_no_day")


def test_a_withdrawn_one_counts_on_the_day_somebody_said_so(drawn: Drawn) -> None:
    assert happened(drawn, state="withdrawn", reported_day=17) == (17, "withdrawn")


def test_one_not_done_is_open_to_day_42(drawn: Drawn) -> None:
    assert happened(drawn, state="not_done", reported_day=17) == (42, "open")


@pytest.mark.parametrize(("done", "found"), [(42, (42, "done")), (43, (42, "open"))])
def test_after_day_42_nothing_is_looked_at(drawn: Drawn, done: int, found: tuple[int, str]) -> None:
    assert happened(drawn, state="done", done_day=done) == found


def test_a_longer_horizon_is_looked_at_to_its_end(drawn: Drawn) -> None:
    days(drawn.settings(horizon=56), {"state": "done", "done_day": 50}, {"state": "done", "done_day": 57})
    assert drawn.rows("commitment_days", "day", "event") == [(50, "done"), (56, "open")]


@pytest.mark.parametrize(("done", "found"), [(30, (30, "done")), (31, (30, "open"))])
def test_a_day_counts_once_its_reports_have_had_the_lag_to_come_in(
    drawn: Drawn, done: int, found: tuple[int, str]
) -> None:
    # Cut on day 51: watched to 51 - 21 = 30. What is said to have been done after that is not counted yet.
    assert happened(drawn, cut=30 + LAG, state="done", done_day=done, reported_day=done) == found


@pytest.mark.parametrize(("cut", "n"), [(28 + LAG, 1), (27 + LAG, 0)])
def test_without_a_next_session_a_commitment_enters_when_it_is_mature(drawn: Drawn, cut: int, n: int) -> None:
    assert n_entered(drawn, cut, state="done", done_day=3) == n


@pytest.mark.parametrize(("cut", "n"), [(14 + LAG, 1), (13 + LAG, 0)])
def test_an_immature_one_enters_when_its_groups_next_session_has_been_watched(
    drawn: Drawn, cut: int, n: int
) -> None:
    assert n_entered(drawn, cut, held=(0, 14, 28), state="done", done_day=3) == n


@pytest.mark.parametrize("state", ["done", "withdrawn", "not_done"])
def test_whether_one_has_entered_does_not_depend_on_what_became_of_it(drawn: Drawn, state: str) -> None:
    commitment = {"state": state, "done_day": 3 if state == "done" else None, "reported_day": 3}
    entered = [n_entered(drawn, cut, held=(0, 14), **commitment) for cut in (13 + LAG, 14 + LAG)]
    assert entered == [0, 1]


def test_a_next_session_of_another_group_or_one_not_held_is_none(drawn: Drawn) -> None:
    days(drawn.settings(cut=14 + LAG), {"state": "done", "done_day": 3})
    drawn.put(
        "core_sessions",
        {"session_id": "s0", "group_id": "g", "status": "held", "started_at": at(0)},
        {"session_id": "s14", "group_id": "h", "status": "held", "started_at": at(14)},
        {"session_id": "s15", "group_id": "g", "status": "cancelled", "started_at": at(14)},
    )
    assert drawn.build("commitment_days").rows("commitment_days", "day") == []


def test_an_immature_one_is_marked(drawn: Drawn) -> None:
    made = ({"made_day": 0}, {"made_day": 10, "session_id": "s10"})
    days(drawn.settings(cut=30 + LAG), *made, held=(0, 10, 24))
    assert drawn.rows("commitment_days", "day", "is_mature") == [(30 - 10, False), (30, True)]


@pytest.mark.parametrize("missing", [{"state": "unknown"}, {"arm": None}])
def test_an_unknown_outcome_or_arm_is_left_out_from_the_first_day(drawn: Drawn, missing: Row) -> None:
    days(drawn, {"state": "done", "done_day": 3}, missing)
    assert drawn.rows("commitment_days", "day", "event", "n_commitments") == [(3, "done", 1)]


def test_commitments_of_a_cell_are_counted_together(drawn: Drawn) -> None:
    done: Row = {"state": "done", "done_day": 3}
    days(drawn, done, done, {**done, "arm": 0}, {**done, "group_id": None})
    columns = ("group_id", "arm", "day", "n_commitments")
    assert drawn.rows("commitment_days", *columns) == [("g", 0, 3, 1), ("g", 1, 3, 2), ("p", 1, 3, 1)]


def test_the_mature_ones_done_by_the_horizon_are_the_kept_ones_of_the_headline(drawn: Drawn) -> None:
    drawn.settings(cut=49)
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 1, "partner_cluster_id": 1})
    outcomes: list[Row] = [
        {"state": "done", "done_on": at(28).date(), "reported_at": at(49)},
        {"state": "done", "done_on": at(29).date(), "reported_at": at(49)},
        {"state": "done", "reported_at": at(49)},
        {"state": "done", "reported_at": at(12)},
        {"state": "withdrawn", "reported_at": at(12)},
        {"state": "not_done", "reported_at": at(12)},
        {"state": "unknown"},
    ]
    ids = [f"c{number}" for number in range(len(outcomes))]
    made = [
        {"commitment_id": i, "person_id": "p", "made_at": at(0), **o}
        for i, o in zip(ids, outcomes, strict=True)
    ]
    drawn.put("core_commitments", *made)
    drawn.put(
        "commitment_exposure",
        *({"commitment_id": i, "is_booked": True, "is_exposure_unknown": False} for i in ids),
    )
    drawn.build("commitment_outcomes", "effect_cells", "commitment_days")
    kept = [row[1:] for row in drawn.rows("effect_cells", "line", "n_kept") if row[0] == "primary"]
    assert kept == [(3,)]
    assert drawn.rows("commitment_days", "day", "event", "n_commitments") == [
        (0, "done_no_day", 1),
        (12, "withdrawn", 1),
        (28, "done", 1),
        (28, "done_no_day", 1),
        (28, "open", 2),
    ]


def test_two_sessions_on_one_day_are_followed_by_the_one_after(drawn: Drawn) -> None:
    # Watched to day 0 only: a session on the day of check-out asks about nothing.
    found = [n_entered(drawn, cut, held=(0,), state="done", done_day=0) for cut in (LAG, 14 + LAG)]
    twice = ("a", "b")
    drawn.settings(cut=LAG).put(
        "core_sessions",
        *({"session_id": f"s{name}", "group_id": "g", "status": "held", "started_at": at(0)} for name in twice),
    )
    drawn.put("commitment_outcomes", {**COMMITMENT, "session_id": "sa", "state": "done", "done_day": 0})
    assert found == [0, 0]
    assert drawn.build("commitment_days").rows("commitment_days", "day") == []
