"""Each rule across tables at its edge: what breaks it, and what just does not."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from drawn import Drawn, at, on

from models.cross_rules import CROSS_RULES, LIMITS, CrossRule
from models.derived import tables_read

Row = dict[str, object]
RULES = {rule.stem: rule for rule in CROSS_RULES}
HISTORY_RULES = {"one_arm"}


def broken_by(stem: str, **tables: list[Row]) -> list[tuple[object, ...]]:
    """What a rule's select gives, run as it is on these tables."""
    drawn, rule = Drawn(), RULES[stem]
    for name, rows in tables.items():
        drawn.put(f"core_{name}", *rows)
    limits = ", ".join(f"{value} as {name}" for name, value in asdict(LIMITS).items())
    drawn._connection.execute(f"create table rule_limits as select {limits}")
    for name in tables_read(rule.sql):
        if name.startswith("core_") and name.removeprefix("core_") not in tables:
            drawn.put(name)
    drawn._connection.execute(f"create table found as {rule.sql}")
    return drawn.rows("found", *rule.identified_by)


def member(person: str, first: int = 0, last: int | None = None, group: str = "g") -> Row:
    return {
        "group_id": group,
        "person_id": person,
        "from_on": on(first),
        "to_on": None if last is None else on(last),
    }


def session(day: int = 10, status: str = "held", **columns: object) -> Row:
    return {"session_id": "s", "group_id": "g", "status": status, "started_at": at(day), **columns}


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.stem)
def test_a_rule_gives_the_columns_that_identify_a_row_of_its_table(rule: CrossRule) -> None:
    assert set(rule.identified_by) <= set(rule.table.column_names)
    assert rule.meaning.endswith(".")
    assert rule.remedy.endswith(".")


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.stem)
def test_without_any_row_no_rule_is_broken(rule: CrossRule) -> None:
    if rule.stem not in HISTORY_RULES:
        assert broken_by(rule.stem) == []


def test_the_names_of_rules_are_unique() -> None:
    assert len(RULES) == len(CROSS_RULES)


@pytest.mark.parametrize(("n_members", "n_broken"), [(2, 0), (4, 0), (5, 5)])
def test_a_group_has_at_most_four_members_at_once(n_members: int, n_broken: int) -> None:
    members = [member(f"p{number}", first=number) for number in range(n_members)]
    assert len(broken_by("group_size", memberships=members)) == n_broken


@pytest.mark.parametrize(("last_day", "n_broken"), [(3, 0), (4, 5)])
def test_a_member_who_left_the_day_before_makes_room(last_day: int, n_broken: int) -> None:
    members = [member("old", 0, last_day), *(member(f"p{number}", 4) for number in range(4))]
    assert len(broken_by("group_size", memberships=members)) == n_broken


@pytest.mark.parametrize(("n_members", "n_broken"), [(1, 1), (2, 0)])
def test_a_group_does_not_meet_with_one_member(n_members: int, n_broken: int) -> None:
    members = [member(f"p{number}") for number in range(n_members)]
    assert len(broken_by("group_size", memberships=members, sessions=[session()])) == n_broken


def test_a_group_may_begin_with_one_member_while_it_does_not_meet() -> None:
    assert broken_by("group_size", memberships=[member("p")], sessions=[session(status="cancelled")]) == []


@pytest.mark.parametrize(("second_from", "n_broken"), [(10, 2), (11, 0)])
def test_a_person_is_in_one_group_on_a_day(second_from: int, n_broken: int) -> None:
    members = [member("p", 0, 10), member("p", second_from, group="h")]
    assert len(broken_by("one_group_at_a_time", memberships=members)) == n_broken


def test_two_open_memberships_are_in_two_groups_and_two_spells_in_one_are_not() -> None:
    assert len(broken_by("one_group_at_a_time", memberships=[member("p"), member("p", 90, group="h")])) == 2
    assert broken_by("one_group_at_a_time", memberships=[member("p"), member("p", 90)]) == []


@pytest.mark.parametrize(
    ("status", "attended", "n_broken"),
    [
        ("cancelled", True, 1),
        ("moved", True, 1),
        ("held", True, 0),
        ("unknown", True, 0),
        ("cancelled", False, 0),
    ],
)
def test_nobody_attends_a_session_that_was_not_held(status: str, attended: bool, n_broken: int) -> None:
    there = [{"session_id": "s", "person_id": "p", "attended": attended}]
    found = broken_by("attended_held_session", attendance=there, sessions=[session(status=status)])
    assert len(found) == n_broken


@pytest.mark.parametrize(
    ("who", "attended", "n_broken"), [("p", True, 0), ("p", False, 1), ("somebody else", True, 1)]
)
def test_who_commits_at_a_session_was_there(who: str, attended: bool, n_broken: int) -> None:
    made = [{"commitment_id": "c", "person_id": "p", "session_id": "s", "made_at": at(10)}]
    there = [{"session_id": "s", "person_id": who, "attended": attended}]
    assert len(broken_by("owner_present", commitments=made, attendance=there)) == n_broken


def test_where_attendance_is_not_known_nobody_is_said_to_have_been_away() -> None:
    made = [{"commitment_id": "c", "person_id": "p", "session_id": "s", "made_at": at(10)}]
    there = [{"session_id": "another", "person_id": "p", "attended": False}]
    assert broken_by("owner_present", commitments=made, attendance=there) == []


@pytest.mark.parametrize(("due", "n_broken"), [(9, 1), (10, 0), (11, 0), (None, 0)])
def test_a_commitment_is_due_on_the_day_it_was_made_at_the_earliest(due: int | None, n_broken: int) -> None:
    made = {"commitment_id": "c", "made_at": at(10), "due_on": None if due is None else on(due)}
    assert len(broken_by("due_not_before_made", commitments=[made])) == n_broken


@pytest.mark.parametrize(("done", "n_broken"), [(9, 1), (10, 0), (11, 0), (None, 0)])
def test_a_commitment_is_done_on_the_day_it_was_made_at_the_earliest(done: int | None, n_broken: int) -> None:
    report = {
        "person_id": "p",
        "commitment_id": "c",
        "reported_at": at(20),
        "done_on": None if done is None else on(done),
    }
    made = {"commitment_id": "c", "person_id": "p", "made_at": at(10)}
    found = broken_by("done_not_before_made", outcome_reports=[report], commitments=[made])
    assert len(found) == n_broken


@pytest.mark.parametrize(
    ("partner", "n_broken"), [("on roster", 0), ("in group", 0), ("stranger", 1), (None, 0)]
)
def test_an_appointments_partner_is_in_the_programme(partner: str | None, n_broken: int) -> None:
    found = broken_by(
        "partner_in_programme",
        appointments=[{"appointment_id": "a", "owner_person_id": "p", "partner_person_id": partner}],
        people=[{"person_id": "on roster", "valid_from": on(0)}],
        memberships=[member("in group")],
    )
    assert len(found) == n_broken


def test_without_roster_and_groups_no_partner_is_a_stranger() -> None:
    booked = {"appointment_id": "a", "owner_person_id": "p", "partner_person_id": "q"}
    assert broken_by("partner_in_programme", appointments=[booked]) == []


@pytest.mark.parametrize(("days", "n_broken"), [(-15, 1), (-14, 0), (0, 0), (14, 0), (15, 1)])
def test_an_answer_comes_within_fourteen_days_of_its_session(days: int, n_broken: int) -> None:
    answer = {
        "person_id": "p",
        "wave": "w",
        "question_id": "q",
        "session_id": "s",
        "answered_at": at(100 + days),
    }
    assert LIMITS.answer_days == 14
    assert len(broken_by("answer_near_session", answers=[answer], sessions=[session(100)])) == n_broken


@pytest.mark.parametrize(("n_items", "n_broken"), [(0, 0), (1, 1), (2, 2), (3, 0)])
def test_all_loneliness_items_are_answered_or_none(n_items: int, n_broken: int) -> None:
    items = ["ucla_companionship", "ucla_left_out", "ucla_isolated"][:n_items]
    answers = [
        {"person_id": "p", "wave": "w", "question_id": item, "answered_at": at(1)} for item in [*items, "trust"]
    ]
    assert len(broken_by("ucla_whole", answers=answers)) == n_broken


def test_items_of_another_wave_do_not_make_a_scale_whole() -> None:
    answers = [
        {"person_id": "p", "wave": wave, "question_id": item, "answered_at": at(1)}
        for wave, item in (("v", "ucla_companionship"), ("w", "ucla_left_out"), ("w", "ucla_isolated"))
    ]
    assert len(broken_by("ucla_whole", answers=answers)) == 3


@pytest.mark.parametrize(("invited_us", "n_broken"), [(-1, 0), (0, 0), (1, 1)])
def test_an_answer_comes_after_its_invitation(invited_us: int, n_broken: int) -> None:
    answer = {"person_id": "p", "wave": "w", "question_id": "q", "answered_at": at(5)}
    asked = {"person_id": "p", "wave": "w", "invited_at": at(5, us=invited_us)}
    assert len(broken_by("invited_before_answer", answers=[answer], invitations=[asked])) == n_broken


@pytest.mark.parametrize(("wave", "n_broken"), [("w", 1), ("v", 0)])
def test_who_was_never_invited_is_named_where_the_waves_invitations_are_known(wave: str, n_broken: int) -> None:
    answer = {"person_id": "p", "wave": "w", "question_id": "q", "answered_at": at(5)}
    asked = {"person_id": "another", "wave": wave, "invited_at": at(1)}
    assert len(broken_by("invited_before_answer", answers=[answer], invitations=[asked])) == n_broken


@pytest.mark.parametrize(("minutes", "n_broken"), [(99, 0), (100, 0), (101, 1)])
def test_the_parts_of_a_session_fit_into_it(minutes: int, n_broken: int) -> None:
    lasted = session(10, ended_at=at(10, 12 + 2), check_in_minutes=10, problem_solving_minutes=minutes)
    parts = {**lasted, "check_out_minutes": 10}
    assert len(broken_by("agenda_within_session", sessions=[parts])) == n_broken


def test_a_session_without_an_end_or_without_parts_breaks_nothing() -> None:
    without_end = session(10, check_in_minutes=500)
    without_parts = {**session(10, ended_at=at(10, 12.5)), "session_id": "t"}
    assert broken_by("agenda_within_session", sessions=[without_end, without_parts]) == []


def spell(first: int = 0, last: int | None = None) -> Row:
    """Somebody whose manager is `boss` from a day to the day before another."""
    return {
        "person_id": "p",
        "manager_person_id": "boss",
        "valid_from": on(first),
        "valid_to": None if last is None else on(last),
    }


@pytest.mark.parametrize(("group", "n_broken"), [("g", 1), ("h", 0)])
def test_nobody_is_coached_in_their_managers_group(group: str, n_broken: int) -> None:
    found = broken_by(
        "not_with_own_manager", memberships=[member("p"), member("boss", group=group)], people=[spell()]
    )
    assert found == [("g", "p", on(0))][:n_broken]


@pytest.mark.parametrize(("manager_from", "n_broken"), [(10, 1), (11, 0)])
def test_a_manager_who_joins_after_one_has_left_hears_nothing(manager_from: int, n_broken: int) -> None:
    members = [member("p", 0, 10), member("boss", manager_from)]
    assert len(broken_by("not_with_own_manager", memberships=members, people=[spell()])) == n_broken


@pytest.mark.parametrize(("spell_ends", "n_broken"), [(20, 0), (21, 1)])
def test_a_manager_of_an_earlier_spell_is_no_manager(spell_ends: int, n_broken: int) -> None:
    # The spell's end is the first day after it: a manager who joins on day 20 is one until day 20 where it ends on 21.
    members = [member("p"), member("boss", 20)]
    found = broken_by("not_with_own_manager", memberships=members, people=[spell(0, spell_ends)])
    assert len(found) == n_broken
