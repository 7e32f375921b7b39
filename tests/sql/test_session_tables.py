"""How long sessions took, how their time was split, who was there, and when the next one was booked."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on, schemas


def held(name: str, day: int, **columns: object) -> Row:
    return {"session_id": name, "group_id": "g", "status": "held", "started_at": at(day), **columns}


def there(session: str, *minutes: int | None, came: bool = True) -> list[Row]:
    return [
        {"session_id": session, "person_id": f"p{n}", "attended": came, "focus_minutes": spent}
        for n, spent in enumerate(minutes)
    ]


def built(drawn: Drawn) -> Drawn:
    return drawn.build("session_attendees", "session_facts", "session_facts_people", "first_sessions")


def spell(person: str, **columns: object) -> Row:
    return {"person_id": person, "valid_from": on(0), **columns}


def test_only_people_who_came_to_a_held_session_attended_it(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 1), held("off", 2, status="cancelled"))
    absent = {"session_id": "s", "person_id": "absent", "attended": False}
    drawn.put("core_attendance", *there("s", 20), absent, *there("off", 20))
    assert built(drawn).rows("session_attendees", "session_id", "person_id") == [("s", "p0")]


def test_where_a_person_was_is_what_the_roster_said_on_that_day(drawn: Drawn) -> None:
    drawn.put("core_sessions", *(held(f"s{day}", day) for day in (4, 5, 9, 10)))
    drawn.put("core_attendance", *(row for day in (4, 5, 9, 10) for row in there(f"s{day}", None)))
    drawn.put(
        "core_people", spell("p0", valid_from=on(5), valid_to=on(10), department="Sales", level="manager")
    )
    assert built(drawn).rows("session_attendees", "session_id", "department", "level") == [
        ("s10", None, None),
        ("s4", None, None),
        ("s5", "Sales", "manager"),
        ("s9", "Sales", "manager"),
    ]


def test_of_two_spells_that_overlap_the_later_one_says_where_a_person_was(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 7))
    drawn.put("core_attendance", *there("s", None))
    drawn.put("core_people", spell("p0", department="Sales"), spell("p0", valid_from=on(5), department="Legal"))
    assert built(drawn).row("session_attendees", "department") == ("Legal",)


def test_a_sessions_length_is_from_start_to_end_and_its_parts_are_as_noted(drawn: Drawn) -> None:
    parts = {"check_in_minutes": 12, "problem_solving_minutes": 90, "check_out_minutes": 13}
    drawn.put("core_sessions", held("s", 1, ended_at=at(1, 13.75), **parts), held("t", 2))
    assert built(drawn).rows("session_facts", "session_id", "session_minutes", *parts) == [
        ("s", 105.0, 12, 90, 13),
        ("t", None, None, None, None),
    ]


def test_what_was_not_held_has_no_facts(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 1, status="moved"), held("t", 1, status="unknown"))
    assert built(drawn).rows("session_facts", "session_id") == []


@pytest.mark.parametrize(("present", "self_run"), [(True, 0), (False, 1), (None, None)])
def test_a_session_without_a_facilitator_is_self_run_and_one_of_which_nobody_says_is_neither(
    drawn: Drawn, present: bool | None, self_run: int | None
) -> None:
    drawn.put("core_sessions", held("s", 1, facilitator_present=present))
    assert built(drawn).row("session_facts", "is_self_run") == (self_run,)


@pytest.mark.parametrize(
    ("minutes", "each", "evenness"),
    [
        ((30, 30, 30), 30.0, 1.0),
        ((10, 30, 50), 30.0, 10 / 30),  # an even part is 30
        ((0, 60), 30.0, 0.0),
        ((30, None), None, None),  # not known of all who were there
        ((30,), 30.0, None),  # alone
        ((0, 0), 0.0, None),  # nobody got anything
    ],
)
def test_evenness_is_what_the_least_served_got_of_an_even_part(
    drawn: Drawn, minutes: tuple[int | None, ...], each: float | None, evenness: float | None
) -> None:
    drawn.put("core_sessions", held("s", 1))
    drawn.put("core_attendance", *there("s", *minutes))
    found = built(drawn).row("session_facts", "focus_minutes_each", "focus_evenness", "n_attended")
    assert found == (each, pytest.approx(evenness), len(minutes))


@pytest.mark.parametrize(
    ("departments", "is_cross"),
    [
        (("Sales", "Legal"), 1),
        (("Sales", "Legal", None), 1),
        (("Sales", "Sales"), 0),
        (("Sales", "Sales", None), None),  # the third may be of another
        (("Sales",), None),
        ((None, None), None),
    ],
)
def test_a_session_is_across_departments_when_two_are_known_to_be_there(
    drawn: Drawn, departments: tuple[str | None, ...], is_cross: int | None
) -> None:
    drawn.put("core_sessions", held("s", 1))
    drawn.put("core_attendance", *there("s", *(None for _ in departments)))
    drawn.put("core_people", *(spell(f"p{n}", department=name) for n, name in enumerate(departments)))
    assert built(drawn).row("session_facts", "is_cross_department") == (is_cross,)


def test_the_gap_is_the_days_since_the_groups_last_held_session(drawn: Drawn) -> None:
    other = held("o", 20, group_id="other")
    drawn.put("core_sessions", held("s", 1), held("off", 15, status="cancelled"), held("t", 29), other)
    assert built(drawn).by("session_facts", "session_id", "days_since_last") == {"s": None, "t": 28, "o": None}


@pytest.mark.parametrize(
    ("booked", "is_booked"),
    [
        (at(-30), 1),  # long before
        (at(8, 14), 1),  # a week after the end, to the moment
        (at(8, 14, us=1), 0),
        (None, None),
    ],
)
def test_the_next_session_counts_as_booked_when_it_was_created_by_a_week_after_the_end(
    drawn: Drawn, booked: object, is_booked: int | None
) -> None:
    after = {
        "session_id": "t",
        "group_id": "g",
        "status": "unknown",
        "scheduled_at": at(40),
        "booked_at": booked,
    }
    drawn.put("core_sessions", held("s", 1, ended_at=at(1, 14), booked_at=at(0)), after)
    assert built(drawn).row("session_facts", "is_next_booked") == (is_booked,)


def test_without_a_next_session_on_record_nobody_knows_whether_one_was_booked(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 1), held("o", 5, group_id="other", booked_at=at(0)))
    assert built(drawn).by("session_facts", "session_id", "is_next_booked") == {"s": None, "o": None}


def test_people_behind_a_fact_are_those_in_sessions_of_which_it_is_known(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 1, ended_at=at(1, 14)), held("t", 2, facilitator_present=True))
    drawn.put("core_attendance", *there("s", 10, 20), *there("t", None, None, None))
    columns = ("session_minutes", "is_self_run", "focus_minutes_each", "days_since_last", "is_next_booked")
    assert built(drawn).row("session_facts_people", *columns) == (2, 3, 2, 3, 0)


def test_every_fact_has_a_count_of_people() -> None:
    facts = set(schemas()["session_facts"])
    people = set(schemas()["session_facts_people"])
    assert people == facts - {"session_id", "group_id", "cluster_id", "n_attended"}


def test_a_group_has_the_cluster_of_its_members(drawn: Drawn) -> None:
    drawn.put("core_sessions", held("s", 1), held("o", 1, group_id="other"))
    drawn.put("core_memberships", {"person_id": "p0", "group_id": "g", "from_on": on(0)})
    drawn.put("person_clusters", {"person_id": "p0", "cluster_id": 4})
    assert built(drawn).by("session_facts", "session_id", "cluster_id") == {"s": 4, "o": None}


FIRST = ("first_session_day", "days_after_training", "is_reached")


@pytest.mark.parametrize(
    ("trained", "sessions", "left", "found"),
    [
        (on(10), (24, 52), None, (24, 14, 1)),
        (on(10), (10,), None, (10, 0, 1)),  # on the day itself
        (on(10), (), None, (None, 90, 0)),  # waiting at the cut
        (on(10), (), on(40), (None, 30, 0)),  # left without one
        (on(10), (5,), None, (5, None, 1)),  # been in one before
        (None, (5,), None, (5, None, 1)),
    ],
)
def test_days_run_from_training_to_the_first_session_or_to_the_end_of_the_record(
    drawn: Drawn, trained: object, sessions: tuple[int, ...], left: object, found: tuple[object, ...]
) -> None:
    drawn.settings(cut=100)
    drawn.put("core_people", spell("p0", trained_on=trained, left_on=left, level="manager"))
    drawn.put("core_sessions", *(held(f"s{day}", day) for day in sessions))
    drawn.put("core_attendance", *(row for day in sessions for row in there(f"s{day}", None)))
    assert built(drawn).row("first_sessions", *FIRST) == found


def test_the_level_is_that_on_the_day_of_the_first_session(drawn: Drawn) -> None:
    drawn.put(
        "core_people",
        spell("p0", valid_to=on(20), level="manager"),
        spell("p0", valid_from=on(20), level="executive"),
    )
    drawn.put("core_sessions", held("s", 19), held("t", 20))
    drawn.put("core_attendance", *there("s", None), *there("t", None))
    assert built(drawn).row("first_sessions", "level") == ("manager",)
