"""The questionnaires: what the packaged ones ask, and what the reader refuses."""

import pytest

from models.catalogue import CatalogueError, forms, questions, read_forms
from models.catalogue.toml_entries import entries

FIELDS = """\
[name]
text = "Who are you?"
text_de = "Wer sind Sie?"
answer = "short_text"

[came]
text = "Did you come?"
text_de = "Waren Sie da?"
answer = "one_of"
choices = ["Yes", "No"]
choices_de = ["Ja", "Nein"]
"""
SECTIONS = """\
[pulse]
form = "pulse"
title = "Pulse"
title_de = "Puls"
asks = ["name", "came", "usefulness", "stage_sensing", "stage_starting"]
may_be_empty = ["came", "stage_sensing", "stage_starting"]
"""


def refused(fields: str, sections: str = SECTIONS) -> CatalogueError:
    with pytest.raises(CatalogueError) as refusal:
        read_forms(fields, sections, questions())
    return refusal.value


def ids(name: str) -> list[str]:
    return [each for item in forms()[name].items for each in item.ids]


def test_a_form_joins_fields_and_questions_in_the_order_asked():
    form = read_forms(FIELDS, SECTIONS, questions())["pulse"]
    assert form.title == {"en": "Pulse", "de": "Puls"}
    assert [(item.ids, item.answer, item.is_required) for item in form.items] == [
        (("name",), "short_text", True),
        (("came",), "one_of", False),
        (("usefulness",), "one_of", True),
        (("stage_sensing", "stage_starting"), "several_of", False),
    ]
    assert form.items[3].choices["en"] == ("Sensing", "Starting")


def test_what_is_asked_and_not_there_is_refused_with_the_nearest():
    error = refused(FIELDS, SECTIONS.replace('"came", "use', '"cane", "use'))
    assert str(error) == "forms.toml, line 5, [pulse]: asks names 'cane'; did you mean 'came'?"


def test_only_what_is_asked_may_be_empty():
    error = refused(FIELDS, SECTIONS.replace('may_be_empty = ["came"', 'may_be_empty = ["trust"'))
    assert (error.line, error.reason.startswith("may_be_empty names 'trust'")) == (6, True)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('choices_de = ["Ja", "Nein"]', 'choices_de = ["Ja"]', "the same answers in both languages"),
        ('answer = "one_of"', 'answer = "short_text"', "choices belong to the answer one_of"),
        ('answer = "short_text"', 'answer = "scale"', "ends belong to the answer scale"),
        ('answer = "short_text"', 'answer = "essay"', "answer has to be one of short_text"),
        ('choices = ["Yes", "No"]', 'choices = "Yes"', "choices has to be a list of texts"),
        ('text_de = "Wer sind Sie?"\n', "", "the key 'text_de' is missing"),
    ],
)
def test_a_field_that_could_not_be_asked_is_refused(old, new, reason):
    assert reason in refused(FIELDS.replace(old, new)).reason


def test_a_section_of_an_unknown_form_is_refused():
    error = refused(FIELDS, SECTIONS.replace('form = "pulse"', 'form = "check_up"'))
    assert error.reason == "form has to be one of check_in, check_out, pulse"


def test_the_check_out_asks_for_the_commitment_before_the_appointment():
    assert ids("check_out") == [
        "email",
        "group",
        "session",
        "commitment",
        "due_on",
        "difficulty",
        "importance",
        "confidence",
        "has_appointment",
        "partner",
        "meets_on",
    ]


def test_the_check_in_asks_for_expectation_outcome_and_baseline():
    always = [
        name for s in forms()["check_in"].sections if not s.is_optional for i in s.items for name in i.ids
    ]
    assert always[3:] == [
        "expected_usefulness",
        "commitment_outcome",
        "done_on",
        "commitment_session",
        "is_first_session",
        "ucla_companionship",
        "ucla_left_out",
        "ucla_isolated",
    ]


def test_the_pulse_leaves_every_question_of_a_claim_optional():
    optional = {name for s in forms()["pulse"].sections if s.is_optional for i in s.items for name in i.ids}
    assert optional - {"commitment_code"} == {
        name for name, question in questions().items() if question.is_optional
    }


def test_every_question_and_every_field_is_asked_somewhere():
    from importlib.resources import files

    text = files("models.catalogue").joinpath("fields.toml").read_text("utf-8")
    fields = {raw.name for raw in entries(text, "fields.toml")}
    assert {name for form in forms() for name in ids(form)} == fields | set(questions())


def test_nothing_is_asked_twice_in_a_form_and_no_two_questions_share_their_words():
    for form in forms().values():
        for language in ("en", "de"):
            asked = [item.text[language] for item in form.items]
            assert len(set(asked)) == len(asked)


def test_only_the_words_of_a_commitment_and_the_way_through_the_form_are_not_read():
    unread = {item.ids[0] for form in forms().values() for item in form.items if not item.is_read}
    assert unread == {"commitment", "about"}


def test_what_leads_to_a_section_of_the_pulse_names_an_answer_of_the_form():
    about = next(item for item in forms()["pulse"].items if item.ids == ("about",))
    for language in ("en", "de"):
        told = " ".join(s.set_up[language] for s in forms()["pulse"].sections if s.set_up)
        assert all(f": {choice}." in told for choice in about.choices[language])
