"""The items one by one, when people start, and the two occasions the mixed model compares."""

from __future__ import annotations

import pytest
from drawn import HOUR_US, Drawn, Row, at, on

ITEMS = ("ucla_companionship", "ucla_left_out", "ucla_isolated")
DAY_US = 24 * HOUR_US


def ucla(wave: str, day: int, *scores: float, person: str = "p") -> list[Row]:
    return [
        {"person_id": person, "wave": wave, "question_id": item, "score": score, "answered_at": at(day)}
        for item, score in zip(ITEMS, scores, strict=False)
    ]


def answered(drawn: Drawn, *answers: Row) -> Drawn:
    clusters = [{"person_id": name, "cluster_id": 1, "last_group_id": "g"} for name in "pq"]
    return drawn.put("person_clusters", *clusters).put("core_answers", *answers)


def member(person: str = "p", group: str = "g", first: int = 0, last: int | None = None) -> Row:
    to_on = {} if last is None else {"to_on": on(last)}
    return {"group_id": group, "person_id": person, "from_on": on(first), **to_on}


def session(day: int, *, name: str = "s", group: str = "g", status: str = "held") -> Row:
    return {"session_id": name, "group_id": group, "started_at": at(day), "status": status}


def test_the_items_stand_side_by_side(drawn: Drawn) -> None:
    answered(drawn, *ucla("baseline", 4, 1, 2, 3)).build("loneliness_items")
    columns = ("person_id", "cluster_id", "group_id", "wave", "answered_day", "answered_us")
    assert drawn.row("loneliness_items", *columns) == ("p", 1, "g", "baseline", 4, 4 * DAY_US + 12 * HOUR_US)
    scores = ("companionship_score", "left_out_score", "isolated_score")
    assert drawn.row("loneliness_items", *scores) == (1, 2, 3)


def test_two_of_three_items_are_no_row(drawn: Drawn) -> None:
    answered(drawn, *ucla("baseline", 4, 1, 2)).build("loneliness_items")
    assert drawn.rows("loneliness_items", "wave") == []


def test_items_and_scores_are_of_the_same_people_and_waves(drawn: Drawn) -> None:
    answers = [*ucla("baseline", 0, 1, 1, 3), *ucla("session-02", 9, 2, 2), *ucla("session-03", 12, 2, 2, 2)]
    answered(drawn, *answers, *ucla("baseline", 0, 3, 3, 3, person="q"))
    drawn.build("loneliness_items", "loneliness_scores")
    sums = ("person_id", "wave", "companionship_score + left_out_score + isolated_score")
    assert drawn.rows("loneliness_items", *sums) == drawn.rows(
        "loneliness_scores", "person_id", "wave", "loneliness_score"
    )


def starts(drawn: Drawn, members: list[Row], sessions: list[Row], attendance: list[Row] | None = None) -> Drawn:
    drawn.put("core_memberships", *members).put("core_sessions", *sessions)
    return drawn.put("core_attendance", *(attendance or [])).build("loneliness_starts")


def test_a_person_starts_with_the_first_session_the_own_group_held(drawn: Drawn) -> None:
    sessions = [session(30, name="b"), session(20, name="a"), session(5, name="c", group="other")]
    starts(drawn, [member()], sessions)
    assert drawn.row("loneliness_starts", "person_id", "start_day", "start_us") == (
        "p",
        20,
        20 * DAY_US + 12 * HOUR_US,
    )


@pytest.mark.parametrize("status", ["cancelled", "moved", "unknown"])
def test_a_session_that_was_not_held_starts_nobody(drawn: Drawn, status: str) -> None:
    starts(drawn, [member()], [session(20, status=status)])
    assert drawn.row("loneliness_starts", "person_id", "start_day") == ("p", None)


def test_who_stayed_away_has_started_all_the_same(drawn: Drawn) -> None:
    attendance: list[Row] = [{"session_id": "s", "person_id": "p", "attended": False}]
    starts(drawn, [member()], [session(20)], attendance)
    assert drawn.row("loneliness_starts", "start_day") == (20,)


@pytest.mark.parametrize(
    ("first", "last", "day"), [(20, 20, 20), (21, None, 50), (51, None, None), (0, 19, None)]
)
def test_only_sessions_while_a_member_count(
    drawn: Drawn, first: int, last: int | None, day: int | None
) -> None:
    starts(drawn, [member(first=first, last=last)], [session(20, name="a"), session(50, name="b")])
    assert drawn.row("loneliness_starts", "start_day") == (day,)


def test_who_came_without_being_a_member_has_started(drawn: Drawn) -> None:
    there: list[Row] = [{"session_id": "s", "person_id": name, "attended": name == "p"} for name in "pq"]
    starts(drawn, [], [session(20)], there)
    assert drawn.rows("loneliness_starts", "person_id", "start_day") == [("p", 20)]


def points(drawn: Drawn, *answers: Row, start: int | None = None) -> Drawn:
    answered(drawn, *answers)
    starts(drawn, [member()], [] if start is None else [session(start)])
    return drawn.build("loneliness_scores", "loneliness_points")


def occasions(drawn: Drawn) -> list[tuple[object, ...]]:
    return drawn.rows("loneliness_points", "person_id", "occasion", "loneliness_score")


@pytest.mark.parametrize(("day", "later"), [(55, []), (56, [("p", "latest", 4)])])
def test_the_later_occasion_lies_eight_weeks_after_the_baseline(
    drawn: Drawn, day: int, later: list[tuple[object, ...]]
) -> None:
    points(drawn, *ucla("baseline", 0, 2, 2, 2), *ucla("session-02", day, 1, 1, 2), start=50)
    assert occasions(drawn) == [("p", "baseline", 6), *later]


@pytest.mark.parametrize(("day", "later"), [(65, []), (66, [("p", "latest", 4)])])
def test_without_a_baseline_it_lies_eight_weeks_after_the_start(
    drawn: Drawn, day: int, later: list[tuple[object, ...]]
) -> None:
    points(drawn, *ucla("session-02", day, 1, 1, 2), start=10)
    assert occasions(drawn) == later


def test_without_a_baseline_and_a_start_there_is_no_later_occasion(drawn: Drawn) -> None:
    points(drawn, *ucla("session-02", 500, 1, 1, 2))
    assert occasions(drawn) == []


def test_the_later_occasion_is_the_last_wave(drawn: Drawn) -> None:
    points(drawn, *ucla("session-03", 80, 1, 1, 1), *ucla("session-04", 110, 3, 3, 3), start=10)
    assert occasions(drawn) == [("p", "latest", 9)]


def test_people_with_both_occasions_are_those_whose_change_is_counted(drawn: Drawn) -> None:
    later = [*ucla("session-02", 70, 1, 1, 2), *ucla("session-02", 70, 3, 1, 2, person="q")]
    points(drawn, *ucla("baseline", 0, 2, 2, 2), *later, start=3).build("loneliness_changes")
    assert occasions(drawn) == [("p", "baseline", 6), ("p", "latest", 4)]
    assert drawn.rows("loneliness_changes", "person_id", "wave", "change_score") == [
        ("p", "latest", 4 - 6),
        ("p", "session-02", 4 - 6),
    ]
