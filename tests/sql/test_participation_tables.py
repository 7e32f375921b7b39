"""How far groups come, who takes part, how long sessions last, and where people were."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on


def held(group: str, number: int | None, day: int | None, **columns: object) -> Row:
    started = at(day) if day is not None else None
    return {
        "session_id": f"{group}{number}-{day}",
        "group_id": group,
        "session_number": number,
        "status": "held",
        "started_at": started,
        **columns,
    }


PROGRESS = ("group_id", "first_held_day", "last_held_day", "n_sessions_held", "sixth_held_day")


def test_a_groups_progress_runs_from_its_first_held_session_to_its_last(drawn: Drawn) -> None:
    drawn.put("core_sessions", *(held("g", number, 28 * number) for number in range(1, 8)))
    drawn.build("group_progress")
    assert drawn.rows("group_progress", *PROGRESS) == [("g", 28, 7 * 28, 7, 6 * 28)]


@pytest.mark.parametrize("status", ["cancelled", "moved", "unknown"])
def test_only_held_sessions_count_and_a_group_without_one_has_not_started(drawn: Drawn, status: str) -> None:
    drawn.put(
        "core_sessions",
        held("g", 1, 0),
        held("g", 2, 28, status=status),
        held("planned", 1, 0, status=status),
    )
    drawn.build("group_progress")
    assert drawn.rows("group_progress", *PROGRESS) == [("g", 0, 0, 1, None)]


def test_sessions_are_counted_by_their_days_whatever_their_numbers(drawn: Drawn) -> None:
    # A session left out of the log: numbers 1, 2, 4, 5, 6, 7 are still six held sessions.
    drawn.put("core_sessions", *(held("g", number, 10 * number) for number in (7, 6, 5, 4, 2, 1)))
    drawn.build("group_progress")
    assert drawn.row("group_progress", "n_sessions_held", "sixth_held_day") == (6, 70)


def test_a_session_without_a_start_was_held_on_the_day_it_was_planned(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("g", 1, None, scheduled_at=at(5)))
    assert drawn.build("group_progress").row("group_progress", "first_held_day") == (5,)


def test_a_session_of_which_no_day_is_known_comes_last(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("g", 1, None), *(held("g", n, n) for n in range(2, 7)))
    drawn.build("group_progress")
    assert drawn.row("group_progress", "n_sessions_held", "sixth_held_day") == (6, None)


def test_reach_is_the_days_to_a_session_or_to_the_cut_where_it_was_not_held(drawn: Drawn) -> None:
    drawn.settings(cut=100)
    drawn.put("core_sessions", held("far", 1, 10), held("far", 2, 40), held("far", 3, 71), held("new", 1, 60))
    drawn.build("group_progress", "group_reach")
    assert drawn.rows("group_reach", "group_id", "session_number", "days", "is_reached") == [
        ("far", 2, 40 - 10, 1),
        ("far", 3, 71 - 10, 1),
        ("new", 2, 100 - 60, 0),
        ("new", 3, 100 - 60, 0),
    ]


def test_reach_ends_with_the_sixth_session(drawn: Drawn) -> None:
    drawn.put("core_sessions", *(held("g", number, number) for number in range(1, 9)))
    drawn.build("group_progress", "group_reach")
    assert [row[0] for row in drawn.rows("group_reach", "session_number")] == [2, 3, 4, 5, 6]


def test_session_time_is_from_start_to_end_in_minutes_with_the_people_there(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("g", 1, 0, session_id="s", ended_at=at(0, 13.5)))
    drawn.put(
        "core_attendance",
        {"session_id": "s", "person_id": "p", "attended": True},
        {"session_id": "s", "person_id": "q", "attended": True},
        {"session_id": "s", "person_id": "r", "attended": False},
    )
    drawn.build("session_time")
    columns = ("session_minutes", "n_attended", "n_expected", "held_day")
    assert drawn.row("session_time", *columns) == (90.0, 2, 3, 0)


@pytest.mark.parametrize("known", [{"ended_at": at(0)}, {"started_at": at(0)}])
def test_without_start_or_end_a_session_has_no_length(drawn: Drawn, known: Row) -> None:
    drawn.put("core_sessions", {"session_id": "s", "status": "held", **known})
    assert drawn.build("session_time").row("session_time", "session_minutes", "n_attended") == (None, 0)


def test_sessions_not_held_took_no_time(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("g", 1, 0, status="cancelled"))
    assert drawn.build("session_time").rows("session_time", "session_id") == []


def test_a_persons_progress_counts_held_sessions_expected_and_attended(drawn: Drawn) -> None:
    drawn.put("core_sessions", *(held("g", n, n, session_id=f"s{n}") for n in (1, 2)))
    drawn.put("core_sessions", *(held("g", n, n, session_id=f"s{n}") for n in (1, 2)), {"session_id": "off"})
    came = (("s1", True), ("s2", False), ("off", True))
    drawn.put(
        "core_attendance", *({"session_id": s, "person_id": "p", "attended": attended} for s, attended in came)
    )
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 4})
    drawn.build("person_progress")
    columns = ("cluster_id", "n_sessions_expected", "n_sessions_attended", "is_trained", "is_member")
    assert drawn.row("person_progress", *columns) == (4, 2, 1, 0, 0)


def test_trained_and_left_hold_from_any_spell_and_members_need_no_roster(drawn: Drawn) -> None:
    drawn.put(
        "core_people",
        {"person_id": "p", "valid_from": on(0), "trained_on": on(3)},
        {"person_id": "p", "valid_from": on(9), "left_on": on(20)},
    )
    drawn.put("core_memberships", {"person_id": "q", "group_id": "g", "from_on": on(0)})
    drawn.build("person_progress")
    columns = ("person_id", "is_trained", "is_left", "is_member", "n_sessions_expected")
    assert drawn.rows("person_progress", *columns) == [("p", 1, 1, 0, 0), ("q", 0, 0, 1, 0)]


def test_a_spell_without_an_end_lasts_until_the_persons_next_one(drawn: Drawn) -> None:
    drawn.put(
        "current_people",
        {"person_id": "p", "valid_from": on(0)},
        {"person_id": "p", "valid_from": on(10), "valid_to": on(15)},
        {"person_id": "p", "valid_from": on(20)},
        {"person_id": "q", "valid_from": on(12)},
    )
    drawn.build("core_people")
    assert drawn.rows("core_people", "person_id", "valid_from_day", "valid_to_day", "valid_to") == [
        ("p", 0, 10, on(10)),
        ("p", 10, 15, on(15)),
        ("p", 20, None, None),
        ("q", 12, None, None),
    ]
