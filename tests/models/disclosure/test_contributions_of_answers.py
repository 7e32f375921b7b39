"""What the numbers about answers tell, person by person."""

from __future__ import annotations

from told_sums import SCORES, answers, of, told

from models.disclosure.contributions import USEFUL


def test_behind_a_mean_are_half_steps_above_the_lowest_answer() -> None:
    # Scores 2 and 5, each one of 1 to 5: eight half steps each; (1 + 4) * 2 = 10 of 16.
    found = told(answer_cells=[answers("trust", "p1", 2, 5)])
    assert of(found, "question:trust") == [("p1", 16, 10)]


def test_amounts_are_counted_in_half_hours() -> None:
    # An hour and a half, of 0 to 80 hours.
    found = told(answer_cells=[answers("hours_regained", "p1", total=1.5)])
    assert of(found, "question:hours_regained") == [("p1", 160, 3)]


def test_usefulness_tells_its_mean_its_top_two_and_every_range_of_scores() -> None:
    found = told(answer_cells=[answers("usefulness", "p1", 1, 4, 5)])
    assert of(found.filter(measure=USEFUL), "question:usefulness") == [("p1", 3, 2)]
    assert of(found, "question:usefulness", "band:1-4") == [("p1", 3, 2)]
    assert of(found, "question:usefulness", "band:2-3") == [("p1", 3, 0)]
    ranges = found.filter(measure="usefulness_bands")
    assert ranges["row"].n_unique() == 15
    assert set(ranges["outcome"]) == {"range of scores"}  # one is subtracted from another


def test_the_items_of_a_scale_are_no_unit_of_their_own() -> None:
    assert told(answer_cells=[answers("ucla_isolated", "p1", 2)]).is_empty()


def test_experience_minus_expectation_is_a_gap_of_eight_steps() -> None:
    pair = {"person_id": "p1", "is_before_start": 1}
    found = told(
        expectation_pairs=[
            {**pair, "expected_score": 5, "experienced_score": 1},
            {**pair, "expected_score": 3, "experienced_score": 4},
            {**pair, "expected_score": 1, "experienced_score": 5, "is_before_start": 0},
        ]
    )
    # Gaps -4 and 1, counted from -4: 0 and 5 of 8 each; what was said afterwards counts nowhere.
    assert of(found.filter(measure="expectation_gap"), "question:expected_usefulness") == [("p1", 16, 5)]


def test_each_wave_tells_its_change_and_the_latest_also_its_baseline() -> None:
    found = told(
        loneliness_changes=[
            {"person_id": "p1", "wave": "latest", "baseline_score": 7, "change_score": -2},
            {"person_id": "p1", "wave": "session-03", "baseline_score": 7, "change_score": 1},
        ]
    )
    # A baseline of 7 is 4 of the 6 steps from 3; a change of -2 is 4 of the 12 from -6.
    assert of(found, "loneliness:latest") == [("p1", 6, 4), ("p1", 12, 4)]
    assert of(found, "loneliness:session-03") == [("p1", 12, 7)]


def test_each_session_tells_its_own_top_two() -> None:
    given = {"person_id": "p1", **dict.fromkeys(SCORES, 0)}
    found = told(
        usefulness_by_session=[
            {**given, "session_number": 1, "n_score_3": 1},
            {**given, "session_number": 2, "n_score_5": 1, "n_score_4": 1},
        ]
    )
    assert of(found, "usefulness:session-1") == [("p1", 1, 0)]
    assert of(found, "usefulness:session-2") == [("p1", 2, 2)]
    assert set(found["measure"]) == {USEFUL}


def asked(wave: str, person: str, **columns: object) -> dict[str, object]:
    return {"wave": wave, "person_id": person, "is_answered": 1, **columns}


def test_each_wave_tells_the_top_two_of_those_who_answered() -> None:
    found = told(
        response_people=[
            asked("session-03", "p1", useful_score=4),
            asked("session-03", "p2", useful_score=3),
            asked("session-03", "p3", is_answered=0),
        ]
    )
    assert of(found, "response:session-03") == [("p1", 1, 1), ("p2", 1, 0)]


def test_what_was_known_of_those_asked_is_told_of_both_who_answered_and_who_did_not() -> None:
    found = told(
        response_people=[
            asked("session-01", "p1", prior_useful_score=5, baseline_loneliness_score=9),
            asked("session-02", "p1", prior_useful_score=4, baseline_loneliness_score=9),
            asked("session-01", "p2", is_answered=0, prior_useful_score=1, baseline_loneliness_score=4),
            asked("baseline", "p2", baseline_loneliness_score=4),
        ]
    )
    # Usefulness 5 and 4 are 4 + 3 of 8 steps; loneliness 9 twice is 6 + 6 of 12. The baseline asks nothing twice.
    assert of(found, "missing:prior_usefulness", "1") == [("p1", 8, 7)]
    assert of(found, "missing:prior_usefulness", "0") == [("p2", 4, 0)]
    assert of(found, "missing:baseline_loneliness", "1") == [("p1", 12, 12)]
    assert of(found, "missing:baseline_loneliness", "0") == [("p2", 6, 1)]


def test_who_answered_on_loneliness_once_is_in_what_the_models_tell() -> None:
    found = told(
        loneliness_points=[{"person_id": "p1", "occasion": "baseline", "loneliness_score": 7}],
        loneliness_scores=[
            {"person_id": "p1", "wave": "baseline", "loneliness_score": 7},
            {"person_id": "p1", "wave": "session-01", "loneliness_score": 4},
        ],
    )
    models = found.filter(unit="loneliness:models")
    assert of(models.filter(measure="loneliness_points"), "loneliness:models") == [("p1", 6, 4)]
    assert of(models.filter(measure="loneliness_scores"), "loneliness:models") == [("p1", 12, 5)]
