"""Refusals of the catalogue's reader: each names file, line, entry and remedy."""

import re
from collections.abc import Callable

import pytest

from models.catalogue import CatalogueError, read_claims, read_metrics, read_questions

QUESTION = """\
# a comment
[mood]
text = "How was it?"
construct = "mood"
kind = "score"
moment = ["after_session"]
minimum_score = 1
maximum_score = 3
source = "Own item."
minimum_people = 5
[mood.choices]
"Bad" = 1
"Good" = 3
"""
METRIC = """\
[mood_mean_score]
label = "Mean mood"
definition = "Mean of the answers."
unit = "score"
construct = "mood"
estimand = "Mean score."
assumption = "None."
better = "higher"
minimum_people = 5
drawn_from = "question:mood"
"""
CLAIM = """\
[mood_two]
label = "Mood is two"
value = 2
metric = "mood_mean_score"
source_found = true
seen_in = "primary"
source = "Somebody 2020."
"""


def refused(text: str) -> CatalogueError:
    with pytest.raises(CatalogueError) as refusal:
        read_questions(text, "questions.toml")
    return refusal.value


def test_a_good_question_is_read_with_its_choices_as_numbers():
    question = read_questions(QUESTION)["mood"]
    assert (question.question_id, question.moment, dict(question.choices)) == (
        "mood",
        ("after_session",),
        {"Bad": 1.0, "Good": 3.0},
    )


def test_answers_are_scored_in_either_language_and_each_form_offers_its_own():
    text = QUESTION + '"Very bad" = 1\n[mood.choices_de]\n"Schlecht" = 1\n"Gut" = 3\n'
    question = read_questions(text.replace("[mood]\n", '[mood]\ntext_de = "Wie war es?"\n'))["mood"]
    assert dict(question.choices) == {"Bad": 1, "Good": 3, "Very bad": 1, "Schlecht": 1, "Gut": 3}
    assert dict(question.answers) == {"en": ("Bad", "Good"), "de": ("Schlecht", "Gut")}
    assert dict(question.asked) == {"en": "How was it?", "de": "Wie war es?"}
    assert question.translation == "Own translation, not validated."


def test_one_text_with_two_scores_in_two_languages_is_refused():
    error = refused(QUESTION + '[mood.choices_de]\n"Bad" = 3\n')
    assert (error.line, error.reason[:35]) == (14, "the choice 'Bad' has two scores; wo")


OPTION = """\
[way_bus]
text = "How did you come?"
option = "By bus"
construct = "way"
kind = "score"
moment = ["after_session"]
minimum_score = 0
maximum_score = 1
source = "Own item."
minimum_people = 5
"""


def test_an_option_is_named_behind_the_question():
    question = read_questions(OPTION)["way_bus"]
    assert (question.text, dict(question.asked), dict(question.option)) == (
        "How did you come? By bus",
        {"en": "How did you come?"},
        {"en": "By bus"},
    )


@pytest.mark.parametrize("option", ["By bus, train", "By bus; train"])
def test_an_option_that_an_export_would_cut_in_two_is_refused(option):
    error = refused(OPTION.replace("By bus", option))
    assert (error.line, "holds no comma or semicolon" in error.reason) == (3, True)


def test_an_option_is_scored_as_chosen_or_not():
    assert "scored 0 or 1" in refused(OPTION.replace("maximum_score = 1", "maximum_score = 2")).reason


def test_what_is_read_cannot_be_changed():
    entries = read_questions(QUESTION)
    with pytest.raises(TypeError):
        entries["other"] = entries["mood"]  # type: ignore[index]
    with pytest.raises(TypeError):
        entries["mood"].choices["Worse"] = 0.0  # type: ignore[index]


def test_an_unknown_key_is_refused_on_its_line_with_the_nearest_name():
    error = refused(QUESTION.replace("maximum_score", "maximum_scor"))
    assert str(error) == (
        "questions.toml, line 8, [mood]: unknown key 'maximum_scor'; did you mean 'maximum_score'?"
    )


def test_a_missing_key_is_refused_on_the_line_of_its_entry():
    error = refused(QUESTION.replace('source = "Own item."\n', ""))
    assert (error.line, error.entry, error.reason) == (2, "mood", "the key 'source' is missing; add it")


def test_a_repeated_id_is_refused_with_both_lines():
    error = refused(QUESTION + QUESTION)
    assert (error.line, error.entry) == (15, "mood")
    assert "first on line 2" in error.reason


def test_text_that_is_not_toml_is_refused_with_its_line():
    error = refused(QUESTION.replace("minimum_score = 1", "minimum_score = "))
    assert (error.line, error.entry) == (7, "mood")


def test_a_value_outside_any_entry_is_refused():
    assert (refused("mood = 1\n").line, refused("mood = 1\n").entry) == (1, "mood")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("minimum_score = 1", 'minimum_score = "1"', 7, "minimum_score has to be a number"),
        ("minimum_score = 1", "minimum_score = true", 7, "minimum_score has to be a number"),
        ("minimum_score = 1", "minimum_score = 3", 7, "minimum_score has to be below maximum_score"),
        ('kind = "score"', 'kind = "scale"', 5, "kind has to be one of score, outcome"),
        ('text = "How was it?"', 'text = " "', 3, "text has to be a text that is not empty"),
        ("minimum_people = 5", "minimum_people = 5.0", 10, "minimum_people has to be a whole number"),
        ('["after_session"]', '["later"]', 6, "moment has to be a list of"),
        ('"Good" = 3', '"Good" = "3"', 11, "choices has to be a table of answer text = score"),
        ('"Good" = 3', '"Good" = 4', 11, "the choice 'Good' scores 4, outside 1 to 3"),
        ('"Bad" = 1', '"Bad" = 0', 11, "the choice 'Bad' scores 0, outside 1 to 3"),
        ("[mood", "[Mood", 2, "an id has lower-case letters"),
        ('kind = "score"', 'kind = "outcome"', 5, 'states belong to kind "outcome" and only to it'),
    ],
)
def test_a_value_of_the_wrong_type_or_range_is_refused_on_its_line(old, new, line, reason):
    error = refused(QUESTION.replace(old, new))
    assert error.line == line
    assert reason in error.reason


def test_states_outside_the_contract_are_refused():
    text = QUESTION.replace('"score"', '"outcome"') + '[mood.states]\n"Bad" = "lost"\n"Good" = "done"\n'
    assert "done | not_done | withdrawn" in refused(text).reason


def test_states_that_miss_an_answer_are_refused():
    text = QUESTION.replace('"score"', '"outcome"') + '[mood.states]\n"Good" = "done"\n'
    assert "choices and states have to name the same answer texts" in refused(text).reason


@pytest.mark.parametrize(
    ("construct", "minimum", "floor"), [("mood", 4, 5), ("loneliness", 9, 10), ("loneliness", 5, 10)]
)
def test_minimum_people_below_the_floor_is_refused(construct, minimum, floor):
    text = QUESTION.replace('construct = "mood"', f'construct = "{construct}"')
    error = refused(text.replace("minimum_people = 5", f"minimum_people = {minimum}"))
    assert (error.line, f"below the floor of {floor}" in error.reason) == (10, True)


@pytest.mark.parametrize(("construct", "minimum"), [("mood", 5), ("mood", 8), ("loneliness", 10)])
def test_minimum_people_at_or_above_the_floor_is_read(construct, minimum):
    text = QUESTION.replace('construct = "mood"', f'construct = "{construct}"')
    text = text.replace("minimum_people = 5", f"minimum_people = {minimum}")
    assert read_questions(text)["mood"].minimum_people == minimum


def test_a_loneliness_metric_below_ten_people_is_refused():
    with pytest.raises(CatalogueError, match="below the floor of 10"):
        read_metrics(METRIC.replace('"mood"', '"loneliness"'))


def test_a_metric_has_to_say_whose_answers_it_is_drawn_from():
    with pytest.raises(CatalogueError, match="drawn_from is one of by_day, loneliness:latest, open, primary"):
        read_metrics(METRIC.replace('"question:mood"', '"somebody"'))


def test_a_metric_of_an_unknown_unit_is_refused():
    with pytest.raises(CatalogueError, match=re.escape("unit has to be one of share, points, score")):
        read_metrics(METRIC.replace('unit = "score"', 'unit = "euro"'))


def claims_of(change: Callable[[str], str]) -> None:
    read_claims(change(CLAIM), metrics=read_metrics(METRIC).keys())


def test_a_claim_against_a_metric_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(CatalogueError) as refusal:
        claims_of(lambda text: text.replace("mood_mean_score", "mood_mean"))
    assert str(refusal.value) == (
        "claims.toml, line 4, [mood_two]: there is no metric 'mood_mean'; did you mean 'mood_mean_score'?"
    )


def test_a_claim_without_a_source_cannot_have_been_seen_in_one():
    with pytest.raises(CatalogueError, match="seen_in is"):
        claims_of(lambda text: text.replace("source_found = true", "source_found = false"))


def test_a_claim_outside_its_own_range_is_refused():
    with pytest.raises(CatalogueError, match="value has to lie between low and high"):
        claims_of(lambda text: text + "low = 3\n")
