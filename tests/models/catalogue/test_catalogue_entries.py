"""The packaged entries: wording, scoring and what the claims may say."""

import pytest

from models.catalogue import LANGUAGES, claims, metrics, questions

SKILLS = (
    "skill_systems_thinking",
    "skill_trust",
    "skill_listening",
    "skill_openness",
    "skill_difficult_requests",
)
STAGES = ("stage_sensing", "stage_seeking", "stage_solving", "stage_starting")
OBSTACLES = ("obstacle_too_busy", "obstacle_know_how", "obstacle_uneasy", "obstacle_calendar")
UCLA3 = ("ucla_companionship", "ucla_left_out", "ucla_isolated")


def test_the_catalogue_has_the_questions_metrics_and_claims_agreed_on():
    assert set(questions()) == {
        *UCLA3,
        "usefulness",
        "expected_usefulness",
        "meaningful_talk",
        "trust",
        "perceived_pressure",
        "hours_regained",
        "went_to_manager_first",
        *SKILLS,
        *STAGES,
        *OBSTACLES,
        "commitment_outcome",
    }
    assert set(metrics()) == {
        "completion_with_appointment",
        "completion_without_appointment",
        "appointment_effect",
        "appointment_risk_ratio",
        "days_open_difference",
        "usefulness_trend_per_session",
        "expectation_gap_mean_score",
        "expectation_exceeded_share",
        "expectation_fell_short_share",
        "appointment_share",
        "usefulness_top_two_share",
        "usefulness_mean_score",
        "loneliness_change_score",
        "pulse_response_share",
        "roster_match_share",
        "attendance_share",
        "people_invited",
        "people_trained",
        "people_one_session",
        "people_six_sessions",
        "groups_six_sessions_share",
        "session_hours",
        "session_minutes_median",
        "session_two_hours_share",
        "check_in_in_time_share",
        "problem_solving_in_time_share",
        "check_out_in_time_share",
        "focus_minutes_mean",
        "focus_evenness_share",
        "session_gap_days_median",
        "self_run_share",
        "cross_department_share",
        "next_session_booked_share",
        "first_session_days_median",
        "executives_first_share",
        "hours_regained",
        "perceived_pressure_mean_score",
        "meaningful_talk_mean_score",
        "trust_mean_score",
    }
    assert set(claims()) == {
        "kept_without_65",
        "kept_with_95",
        "difference_30",
        "matthews_2015",
        "harkin_2016",
    }


@pytest.mark.parametrize(
    ("question_id", "text"),
    [
        ("ucla_companionship", "How often do you feel that you lack companionship?"),
        ("ucla_left_out", "How often do you feel left out?"),
        ("ucla_isolated", "How often do you feel isolated from others?"),
    ],
)
def test_the_loneliness_items_are_worded_and_scored_as_published(question_id, text):
    question = questions()[question_id]
    assert question.text == text
    assert dict(question.choices) == {
        "Hardly ever": 1.0,
        "Hardly ever or never": 1.0,
        "Some of the time": 2.0,
        "Often": 3.0,
        "Fast nie": 1.0,
        "Fast nie oder nie": 1.0,
        "Manchmal": 2.0,
        "Oft": 3.0,
    }
    assert question.answers["en"] == ("Hardly ever", "Some of the time", "Often")
    assert question.translation.startswith("Own translation, not validated.")


def test_the_loneliness_items_are_one_scale_of_three_to_nine_shown_for_ten_people_or_more():
    items = [question for question in questions().values() if question.scale == "ucla3"]
    assert {item.question_id for item in items} == set(UCLA3)
    assert (sum(i.minimum_score for i in items), sum(i.maximum_score for i in items)) == (3.0, 9.0)
    assert {(i.minimum_people, i.is_optional) for i in items} == {(10, False)}
    assert all("convention" in i.scoring_note and "all three" in i.scoring_note for i in items)


def test_expected_and_experienced_usefulness_share_their_steps():
    before, after = questions()["expected_usefulness"], questions()["usefulness"]
    assert dict(before.choices) == dict(after.choices)
    for language in LANGUAGES:
        assert [after.choices[text] for text in after.answers[language]] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_commitment_outcome_is_read_into_states_and_is_no_answer():
    question = questions()["commitment_outcome"]
    assert question.kind == "outcome"
    assert set(question.states.values()) == {"done", "not_done", "withdrawn"}


def test_every_question_is_worded_in_both_languages_with_the_same_steps():
    for question in questions().values():
        assert set(question.asked) == set(LANGUAGES), question.question_id
        assert set(question.option) in (set(), set(LANGUAGES)), question.question_id
        scores = [[question.choices[text] for text in texts] for texts in question.answers.values()]
        assert len(scores) in (0, 2), question.question_id
        assert scores[:1] == scores[1:], question.question_id
        assert question.translation, question.question_id


def test_an_outcome_form_offers_each_state_once():
    question = questions()["commitment_outcome"]
    for language in LANGUAGES:
        states = [question.states[text] for text in question.answers[language]]
        assert states == ["done", "not_done", "withdrawn"]


@pytest.mark.parametrize("options", [STAGES, OBSTACLES])
def test_the_options_of_a_question_share_its_words_and_are_told_apart_behind_them(options):
    asked = [questions()[name] for name in options]
    assert (
        len({question.asked["en"] for question in asked})
        == len({question.asked["de"] for question in asked})
        == 1
    )
    assert [question.text for question in asked] == [f"{q.asked['en']} {q.option['en']}" for q in asked]
    assert len({question.text for question in asked}) == 4


def test_every_other_question_is_a_score():
    kinds = {question.kind for name, question in questions().items() if name != "commitment_outcome"}
    assert kinds == {"score"}


@pytest.mark.parametrize(
    ("claim", "value"), [("kept_without_65", 0.65), ("kept_with_95", 0.95), ("difference_30", 0.30)]
)
def test_the_sixty_five_ninety_five_claim_is_marked_as_without_a_source(claim, value):
    entry = claims()[claim]
    assert (entry.value, entry.source_found, entry.seen_in) == (value, False, "none")


def test_the_sourced_benchmarks_say_where_their_numbers_were_seen():
    assert claims()["matthews_2015"].value == pytest.approx(0.76 - 0.64)
    assert claims()["matthews_2015"].seen_in == "secondary"
    harkin = claims()["harkin_2016"]
    assert (harkin.low, harkin.high, harkin.seen_in) == (0.12, 0.17, "primary")


def test_the_loneliness_metric_waits_for_ten_people_and_every_other_for_five():
    minimum = {name: metric.minimum_people for name, metric in metrics().items()}
    assert minimum == dict.fromkeys(metrics(), 5) | {"loneliness_change_score": 10}


def test_the_catalogue_is_read_once():
    assert questions() is questions()
