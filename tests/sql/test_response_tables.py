"""Who was asked and who answered, with what was known of them at the time."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at, on


def invited(wave: str, day: float, person: str = "p") -> Row:
    return {"person_id": person, "wave": wave, "invited_at": at(day)}


def answer(question: str, score: float, *, wave: str, day: float, person: str = "p") -> Row:
    return {
        "person_id": person,
        "wave": wave,
        "question_id": question,
        "score": score,
        "answered_at": at(day),
    }


def people(drawn: Drawn, *columns: str) -> list[tuple[object, ...]]:
    drawn.build("loneliness_scores", "response_people")
    return drawn.rows("response_people", "wave", "person_id", *columns)


def test_everybody_asked_is_there_and_says_whether_an_answer_came(drawn: Drawn) -> None:
    drawn.put("core_invitations", invited("a", 1), invited("a", 1, "q"), invited("b", 9))
    drawn.put(
        "core_answers",
        answer("usefulness", 4, wave="a", day=2),
        answer("trust", 3, wave="b", day=9),
        answer("usefulness", 5, wave="a", day=2, person="never asked"),
    )
    assert people(drawn, "is_answered", "useful_score") == [
        ("a", "p", 1, 4),
        ("a", "q", 0, None),
        ("b", "p", 1, None),
    ]


@pytest.mark.parametrize(("wave", "is_answered"), [("session-01", 0), ("baseline", 1)])
def test_an_expectation_before_a_session_is_no_answer_to_the_pulse_after_it(
    drawn: Drawn, wave: str, is_answered: int
) -> None:
    drawn.put("core_invitations", invited(wave, 3))
    drawn.put("core_answers", answer("expected_usefulness", 4, wave=wave, day=2))
    assert people(drawn, "is_answered") == [(wave, "p", is_answered)]


def test_a_person_is_where_the_spell_of_the_invitation_says(drawn: Drawn) -> None:
    drawn.put("core_invitations", invited("a", 5), invited("b", 10), invited("c", 0))
    drawn.put(
        "core_people",
        *(
            {
                "person_id": "p",
                "cohort": "2026",
                "department": department,
                "level": "manager",
                "valid_from": on(day),
            }
            for department, day in (("Sales", 1), ("Finance", 10))
        ),
    )
    assert people(drawn, "department", "level", "cohort") == [
        ("a", "p", "Sales", "manager", "2026"),
        ("b", "p", "Finance", "manager", "2026"),
        ("c", "p", None, None, None),
    ]


def test_the_group_is_the_one_of_that_day_or_else_the_last(drawn: Drawn) -> None:
    drawn.put("core_invitations", invited("a", 5), invited("b", 25), invited("a", 5, "alone"))
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 7, "last_group_id": "last"})
    drawn.put("core_memberships", {"person_id": "p", "group_id": "g", "from_on": on(1), "to_on": on(20)})
    assert people(drawn, "cluster_id", "group_id") == [
        ("a", "alone", None, "alone"),
        ("a", "p", 7, "g"),
        ("b", "p", 7, "last"),
    ]


def test_only_held_sessions_attended_up_to_the_invitation_count(drawn: Drawn) -> None:
    drawn.put("core_invitations", invited("a", 15))
    sessions = [("one", 5, "held"), ("two", 10, "held"), ("off", 12, "cancelled"), ("later", 20, "held")]
    drawn.put(
        "core_sessions",
        *({"session_id": name, "started_at": at(day), "status": status} for name, day, status in sessions),
    )
    drawn.put(
        "core_attendance",
        *(
            {"session_id": name, "person_id": "p", "attended": name != "two"}
            for name in ("one", "two", "off", "later")
        ),
    )
    assert people(drawn, "n_attended_before") == [("a", "p", 1)]


def test_the_earlier_answer_is_the_last_one_before_the_invitation(drawn: Drawn) -> None:
    drawn.put("core_invitations", invited("c", 30))
    drawn.put(
        "core_answers",
        answer("usefulness", 2, wave="a", day=10),
        answer("usefulness", 5, wave="b", day=20),
        answer("usefulness", 1, wave="c", day=31),
        answer("usefulness", 3, wave="d", day=40),
    )
    assert people(drawn, "prior_useful_score", "useful_score") == [("c", "p", 5, 1)]


def test_the_baseline_loneliness_comes_along(drawn: Drawn) -> None:
    drawn.put("person_clusters", {"person_id": "p", "cluster_id": 1, "last_group_id": "g"})
    drawn.put("core_invitations", invited("a", 15))
    items = ("ucla_companionship", "ucla_left_out", "ucla_isolated")
    drawn.put("core_answers", *(answer(item, 2, wave="baseline", day=1) for item in items))
    assert people(drawn, "baseline_loneliness_score") == [("a", "p", 6)]


def test_patterns_count_people_and_their_answers(drawn: Drawn) -> None:
    drawn.put("core_invitations", *(invited("a", 15, name) for name in "pqrs"))
    drawn.put(
        "core_answers",
        answer("usefulness", 4, wave="a", day=16),
        answer("usefulness", 3, wave="a", day=16, person="q"),
        answer("trust", 3, wave="a", day=16, person="r"),
    )
    drawn.put("person_clusters", *({"person_id": n, "cluster_id": 1, "last_group_id": "g"} for n in "pqrs"))
    drawn.build("loneliness_scores", "response_people", "response_patterns")
    columns = ("wave", "cluster_id", "group_id", "is_answered", "n_people", "n_useful", "n_top_two")
    assert drawn.rows("response_patterns", *columns) == [("a", 1, "g", 0, 1, 0, 0), ("a", 1, "g", 1, 3, 2, 1)]


@pytest.mark.parametrize(
    ("n_attended", "prior", "bands"),
    [
        (0, None, ("none", "none")),
        (1, 3, ("one_or_two", "low")),
        (2, 4, ("one_or_two", "high")),
        (3, 5, ("three_or_more", "high")),
    ],
)
def test_sessions_and_earlier_answers_are_put_into_bands(
    drawn: Drawn, n_attended: int, prior: float | None, bands: tuple[str, str]
) -> None:
    drawn.put(
        "response_people",
        {
            "wave": "a",
            "person_id": "p",
            "n_attended_before": n_attended,
            "prior_useful_score": prior,
            "is_answered": 0,
        },
    )
    drawn.build("response_patterns")
    assert drawn.row("response_patterns", "attended_before", "prior_useful") == bands
