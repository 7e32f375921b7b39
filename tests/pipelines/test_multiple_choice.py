"""What the packaged forms need: several formats, options of a multiple choice, a choice where a cell is empty."""

import pytest

from pipelines.answer_texts import score_of_option
from pipelines.readers import FileRefused
from pipelines.source_file import SourceFile, SourceFileError, choose_source, read_source_file

PULSE = """\
format = ["google_forms", "microsoft_forms"]
files = ["puls*"]
[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "Who?" }
wave = { value = "baseline" }
answered_at = { column = ["Timestamp", "Completion time"] }
[rows.questions]
stage_sensing = { column = ["Stages?", "Schritte?"], contains = ["Sensing", "Wahrnehmen"] }
stage_starting = { column = ["Stages?", "Schritte?"], contains = "Starting" }
trust = { column = "Trust?" }
[[rows]]
table = "outcome_reports"
[rows.columns]
person_id = { column = "Who?" }
reported_at = { column = ["Timestamp", "Completion time"] }
state = { column = "What?" }
confirmed_by = { column = "By whom?", choices = { "Me" = "self" }, if_empty = "self" }
"""
KNOWN = ("Sensing", "Wahrnehmen", "Seeking", "Starting")


def pulse(old: str = "", new: str = "") -> SourceFile:
    return read_source_file(PULSE.replace(old, new) if old else PULSE, "pulse")


@pytest.mark.parametrize("found", ["google_forms", "microsoft_forms"])
def test_one_source_file_describes_the_exports_of_two_tools(found):
    assert choose_source("Pulse.csv", found, [pulse()]).name == "pulse"


def test_a_third_tool_is_refused_and_both_formats_are_named():
    with pytest.raises(FileRefused, match="says google_forms or microsoft_forms"):
        choose_source("Pulse.csv", "csv", [pulse()])


def test_an_unknown_format_in_a_list_is_refused_with_the_nearest():
    with pytest.raises(SourceFileError, match=r"line 1: `format` is not known; did you mean `google_forms`"):
        pulse('"google_forms"', '"google_form"')


def test_an_option_knows_the_other_options_of_its_question_and_of_no_other():
    asked = pulse().rows[0].questions
    assert asked["stage_sensing"].options == ("Sensing", "Wahrnehmen")
    assert (
        asked["stage_sensing"].among == asked["stage_starting"].among == ("Sensing", "Wahrnehmen", "Starting")
    )
    assert asked["trust"].among == ()


def test_an_option_has_no_scores():
    with pytest.raises(SourceFileError, match=r"stage_starting.contains` asks whether an option was chosen"):
        pulse('contains = "Starting"', 'contains = "Starting", scores = { "a" = 1 }')


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("Sensing", 1),
        ("Sensing;Seeking;", 1),
        ("Seeking, Sensing", 1),
        ("starting;\u00a0WAHRNEHMEN", 1),
        ("Seeking", 0),
        ("Seeking;Something else", 0),
        ("Sensing what is the matter;Seeking", 0),
        ("Something else", None),
    ],
)
def test_an_option_is_one_where_it_is_among_those_chosen(cell, score):
    assert score_of_option(cell, ("Sensing", "Wahrnehmen"), KNOWN) == score


def test_a_choice_where_the_cell_is_empty_has_to_be_one_of_the_contract():
    with pytest.raises(SourceFileError, match=r"if_empty` is no choice of confirmed_by; did you mean `self`"):
        pulse('if_empty = "self"', 'if_empty = "sel"')
