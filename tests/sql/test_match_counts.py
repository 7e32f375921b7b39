"""How many of the people named in one place are named in another."""

from __future__ import annotations

from drawn import Drawn, Row, at, on


def answered(person: str, wave: str, question: str = "usefulness") -> Row:
    return {"person_id": person, "wave": wave, "question_id": question, "score": 4, "answered_at": at(2)}


def counted(drawn: Drawn) -> dict[tuple[str, str], tuple[int, int]]:
    drawn.build("match_counts")
    rows = drawn.rows("match_counts", "place", "found_in", "n_people", "n_matched")
    return {(str(place), str(found_in)): (int(str(n)), int(str(m))) for place, found_in, n, m in rows}


def test_people_of_each_place_are_looked_up_in_every_other(drawn: Drawn) -> None:
    spell = {"valid_from": on(0)}
    drawn.put(
        "core_people", {"person_id": "a", **spell}, {"person_id": "b", **spell}, {"person_id": "c", **spell}
    )
    drawn.put(
        "core_answers",
        answered("a", "baseline"),
        answered("a", "baseline", "trust"),
        answered("x", "baseline"),
        answered("a", "session-01"),
        answered("b", "session-01"),
        answered("x", "session-01"),
    )
    found = counted(drawn)
    assert found["baseline", "roster"] == (2, 1)
    assert found["roster", "baseline"] == (3, 1)
    assert found["session-01", "baseline"] == (3, 2)
    assert found["anywhere", "roster"] == (3, 2)  # a, b and x, each once


def test_places_without_anybody_in_common_are_there_with_none(drawn: Drawn) -> None:
    drawn.put("core_people", {"person_id": "a", "valid_from": on(0)})
    drawn.put("core_memberships", {"group_id": "g", "person_id": "4711", "from_on": on(0)})
    assert counted(drawn)["groups", "roster"] == (1, 0)


def test_every_kind_of_export_is_a_place_and_an_expectation_is_no_pulse(drawn: Drawn) -> None:
    drawn.put("core_memberships", {"group_id": "g", "person_id": "a", "from_on": on(0)})
    drawn.put("core_attendance", {"session_id": "s", "person_id": "a", "attended": True})
    drawn.put("core_commitments", {"commitment_id": "c", "person_id": "a", "session_id": "s", "made_at": at(1)})
    drawn.put(
        "core_appointments",
        {"appointment_id": "1", "owner_person_id": "a", "partner_person_id": "b"},
        {"appointment_id": "2", "owner_person_id": "a", "partner_person_id": None},
    )
    drawn.put("core_invitations", {"person_id": "a", "wave": "session-01", "invited_at": at(1)})
    drawn.put(
        "core_answers",
        answered("a", "session-02", "expected_usefulness"),
        answered("a", "baseline", "expected_usefulness"),
    )
    found = counted(drawn)
    assert {place for place, _ in found} == {
        "anywhere",
        "groups",
        "attendance",
        "check_outs",
        "partners",
        "invitations",
        "baseline",
    }
    assert found["partners", "groups"] == (1, 0)
