"""Usefulness counted by session, and set against what people expected before the session began."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at


def answer(score: float, *, wave: str = "session-01", day: float = 10.1, person: str = "p") -> Row:
    """An answer on usefulness; its session is that of the wave in group g, as `g-1`."""
    session = f"g-{int(wave[-2:])}"
    return {
        "person_id": person,
        "wave": wave,
        "question_id": "usefulness",
        "session_id": session,
        "score": score,
        "answered_at": at(day),
    }


def expectation(score: float, *, wave: str, day: float, hour: float = 12, person: str = "p") -> Row:
    return {
        "person_id": person,
        "wave": wave,
        "question_id": "expected_usefulness",
        "score": score,
        "answered_at": at(day, hour),
    }


def session(number: int | None, day: int, *, name: str | None = None, group: str = "g", status: str = "held"):
    return {
        "session_id": name or f"{group}-{number}",
        "group_id": group,
        "session_number": number,
        "started_at": at(day),
        "status": status,
    }


SESSIONS = tuple(session(number, 10 * number) for number in (1, 2, 3))


@pytest.fixture
def group(drawn: Drawn) -> Drawn:
    """People p and q of group g, which met on days 10, 20 and 30 at noon."""
    drawn.put(
        "person_clusters", *({"person_id": n, "cluster_id": 1, "last_group_id": "last"} for n in ("p", "q"))
    )
    drawn.put("core_memberships", *({"person_id": n, "group_id": "g"} for n in ("p", "q")))
    return drawn.put("core_sessions", *SESSIONS)


def test_scores_are_counted_by_session_and_person(group: Drawn) -> None:
    group.put(
        "core_answers",
        answer(5),
        answer(2, person="q"),
        answer(4, wave="session-02"),
        {**answer(1, wave="session-02"), "question_id": "trust"},
    )
    group.build("usefulness_answers", "usefulness_by_session")
    scores = tuple(f"n_score_{score}" for score in range(1, 6))
    columns = ("session_number", "person_id", "cluster_id", "group_id", *scores)
    assert group.rows("usefulness_by_session", *columns) == [
        (1, "p", 1, "g", 0, 0, 0, 0, 1),
        (1, "q", 1, "g", 0, 1, 0, 0, 0),
        (2, "p", 1, "g", 0, 0, 0, 1, 0),
    ]


def test_an_answer_about_no_known_session_or_person_is_not_counted(group: Drawn) -> None:
    group.put("core_answers", {**answer(5), "session_id": None}, answer(5, person="nobody knows"))
    group.build("usefulness_answers")
    assert group.rows("usefulness_answers", "person_id") == []


def test_a_session_without_a_number_takes_its_place_among_those_held(group: Drawn) -> None:
    unnumbered = [session(None, day, name=f"g-{k}") for k, day in ((1, 10), (2, 25))]
    group.put("core_sessions", *unnumbered, session(None, 15, name="g-3", status="cancelled"))
    group.put("core_answers", answer(5), answer(4, wave="session-02"), answer(3, wave="session-03"))
    group.build("usefulness_answers")
    assert group.rows("usefulness_answers", "session_id", "session_number") == [
        ("g-1", 1),
        ("g-2", 2),
        ("g-3", None),
    ]


def test_a_session_of_a_group_in_another_cluster_leaves_the_person_in_the_last_group(group: Drawn) -> None:
    group.put(
        "person_clusters",
        {"person_id": "p", "cluster_id": 1, "last_group_id": "last"},
        {"person_id": "q", "cluster_id": 2, "last_group_id": "g"},
    )
    group.put("core_memberships", {"person_id": "q", "group_id": "g"})
    group.put("core_answers", answer(5), answer(4, person="q"))
    group.build("usefulness_answers")
    assert group.rows("usefulness_answers", "person_id", "cluster_id", "group_id") == [
        ("p", 1, "last"),
        ("q", 2, "g"),
    ]


PAIR = ("session_id", "moment", "expected_score", "experienced_score", "is_before_start")


def pairs(group: Drawn, *answers: Row) -> list[tuple[object, ...]]:
    group.put("core_answers", *answers)
    group.build("usefulness_answers", "expectation_pairs")
    return group.rows("expectation_pairs", *PAIR)


def test_an_expectation_and_an_experience_of_the_same_session_are_a_pair(group: Drawn) -> None:
    found = pairs(
        group,
        expectation(3, wave="session-02", day=19),
        answer(5, wave="session-02"),
        expectation(4, wave="session-03", day=29),
        answer(2),
    )
    assert found == [("g-2", "before_session", 3, 5, 1)]


@pytest.mark.parametrize(("hour", "is_before"), [(11.99, 1), (12, 0), (14, 0)])
def test_an_expectation_counts_only_when_said_before_the_session_began(
    group: Drawn, hour: float, is_before: int
) -> None:
    said = expectation(3, wave="session-01", day=10, hour=hour)
    assert pairs(group, said, answer(4)) == [("g-1", "before_session", 3, 4, is_before)]


def test_without_a_known_beginning_nothing_was_said_before_it(group: Drawn) -> None:
    group.put("core_sessions", {**session(1, 10), "started_at": None})
    found = pairs(group, expectation(3, wave="session-01", day=9), answer(4))
    assert found == [("g-1", "before_session", 3, 4, 0)]


def test_the_baseline_is_about_the_first_session_only(group: Drawn) -> None:
    found = pairs(
        group, expectation(2, wave="baseline", day=5), answer(4), answer(5, wave="session-02", day=20.1)
    )
    assert found == [("g-1", "baseline", 2, 4, 1)]


def test_who_was_at_a_session_without_answering_has_no_pair_from_the_baseline(group: Drawn) -> None:
    group.put("core_attendance", {"session_id": "g-1", "person_id": "p", "attended": True})
    assert pairs(group, expectation(2, wave="baseline", day=5), answer(5, wave="session-02", day=20.1)) == []


def test_who_missed_the_groups_first_session_is_paired_at_the_first_one_attended(group: Drawn) -> None:
    group.put("core_attendance", {"session_id": "g-1", "person_id": "p", "attended": False})
    found = pairs(group, expectation(2, wave="baseline", day=5), answer(5, wave="session-02", day=20.1))
    assert found == [("g-2", "baseline", 2, 5, 1)]


@pytest.mark.parametrize(
    ("day", "expected"), [(9, ("before_session", 4, 1)), (11, ("baseline", 2, 1))], ids=["before", "after"]
)
def test_what_was_expected_just_before_the_first_session_goes_before_the_baseline(
    group: Drawn, day: int, expected: tuple[str, int, int]
) -> None:
    found = pairs(
        group,
        expectation(2, wave="baseline", day=5),
        expectation(4, wave="session-01", day=day),
        answer(5),
    )
    moment, score, is_before = expected
    assert found == [("g-1", moment, score, 5, is_before)]


def test_a_baseline_filled_in_after_the_first_session_counts_for_nothing(group: Drawn) -> None:
    assert pairs(group, expectation(2, wave="baseline", day=12), answer(4)) == [("g-1", "baseline", 2, 4, 0)]
