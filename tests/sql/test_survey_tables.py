"""Answers counted, loneliness scored and compared with the baseline, and who answered at all."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, at

ITEMS = ("ucla_companionship", "ucla_left_out", "ucla_isolated")
CLUSTERS = tuple({"person_id": name, "cluster_id": 1, "last_group_id": "g"} for name in "pq")


def answer(question: str, score: float, *, wave: str = "baseline", day: int = 0, person: str = "p") -> Row:
    return {
        "person_id": person,
        "wave": wave,
        "question_id": question,
        "score": score,
        "answered_at": at(day),
    }


def ucla(wave: str, day: int, *scores: float) -> list[Row]:
    return [answer(item, score, wave=wave, day=day) for item, score in zip(ITEMS, scores, strict=False)]


def changes(drawn: Drawn, *answers: Row) -> Drawn:
    drawn.put("person_clusters", *CLUSTERS).put("core_answers", *answers)
    return drawn.build("loneliness_scores", "loneliness_changes")


def test_the_loneliness_score_is_the_sum_of_the_three_items(drawn: Drawn) -> None:
    changes(drawn, *ucla("baseline", 4, 1, 2, 3))
    columns = ("person_id", "wave", "group_id", "answered_day", "loneliness_score")
    assert drawn.rows("loneliness_scores", *columns) == [("p", "baseline", "g", 4, 1 + 2 + 3)]


def test_two_of_three_items_are_no_score(drawn: Drawn) -> None:
    changes(drawn, *ucla("baseline", 0, 1, 2), answer("usefulness", 5))
    assert drawn.rows("loneliness_scores", "wave") == []


@pytest.mark.parametrize(("day", "waves"), [(55, ["session-02"]), (56, ["latest", "session-02"])])
def test_the_latest_wave_lies_at_least_eight_weeks_after_the_baseline(
    drawn: Drawn, day: int, waves: list[str]
) -> None:
    changes(drawn, *ucla("baseline", 0, 2, 2, 2), *ucla("session-02", day, 1, 1, 2))
    assert drawn.rows(
        "loneliness_changes", "wave", "days_since_baseline", "baseline_score", "change_score"
    ) == [(wave, day, 6, 4 - 6) for wave in waves]


def test_the_latest_wave_is_the_persons_last_one(drawn: Drawn) -> None:
    later = [*ucla("session-03", 60, 1, 1, 1), *ucla("session-04", 90, 3, 3, 3)]
    changes(drawn, *ucla("baseline", 0, 2, 2, 2), *later)
    assert ("latest", 90, 9 - 6) in drawn.rows(
        "loneliness_changes", "wave", "days_since_baseline", "change_score"
    )
    assert len(drawn.rows("loneliness_changes", "wave")) == 3


def test_without_a_baseline_before_it_there_is_no_change(drawn: Drawn) -> None:
    changes(drawn, *ucla("baseline", 30, 2, 2, 2), *ucla("session-01", 30, 1, 1, 1))
    assert drawn.rows("loneliness_changes", "wave") == []


def test_answers_are_counted_by_person_and_score(drawn: Drawn) -> None:
    drawn.put("person_clusters", *CLUSTERS)
    drawn.put(
        "core_answers",
        answer("usefulness", 5, wave="session-01"),
        answer("usefulness", 5, wave="session-02"),
        answer("usefulness", 2, wave="session-03"),
        answer("usefulness", 1, person="q"),
        answer("trust", 3),
        answer("usefulness", 4, person="nobody knows"),
    )
    drawn.build("answer_cells")
    scores = tuple(f"n_score_{score}" for score in range(1, 6))
    columns = ("question_id", "person_id", "n_answers", "score_sum", "score_square_sum", *scores)
    assert drawn.rows("answer_cells", *columns) == [
        ("trust", "p", 1, 3, 9, 0, 0, 1, 0, 0),
        ("usefulness", "p", 3, 5 + 5 + 2, 25 + 25 + 4, 0, 1, 0, 0, 2),
        ("usefulness", "q", 1, 1, 1, 1, 0, 0, 0, 0),
    ]


def test_a_waves_response_is_who_of_the_invited_answered_anything(drawn: Drawn) -> None:
    drawn.put(
        "core_invitations",
        *({"wave": wave, "person_id": person} for wave, person in (("a", "p"), ("a", "q"), ("b", "p"))),
    )
    drawn.put(
        "core_answers",
        answer("usefulness", 4, wave="a"),
        answer("trust", 4, wave="a"),
        answer("trust", 4, wave="a", person="never invited"),
    )
    drawn.build("wave_response", "invited_people")
    assert drawn.rows("wave_response", "wave", "n_invited", "n_answered") == [("a", 2, 1), ("b", 1, 0)]
    assert drawn.row("invited_people", "n_people") == (2,)
