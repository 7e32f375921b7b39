"""Source files: what they may say, how a mistake is named, and which of them describes a file."""

from pathlib import Path

import pytest

from pipelines.column_names import NamedColumn
from pipelines.readers import FileRefused
from pipelines.source_file import SourceFile, SourceFileError, choose_source, load_source_file, read_source_file
from pipelines.source_spec import Condition, Part, ValueSpec

HEAD = 'format = "csv"\nfiles = ["log*.csv"]\n'
ATTENDANCE = """
[[rows]]
table = "attendance"
[rows.columns]
session_id = { columns = ["Group", { column = "Session", pattern = "([0-9]+)" }] }
person_id = { column = "E-mail" }
attended = { column = "There?", choices = { "Was  There" = true, "Absent" = false } }
"""
ANSWERS = """
[[rows]]
table = "answers"
when = { column = "Session", filled = true }
[rows.columns]
person_id = { column = "E-mail" }
wave = { column = "Session", prefix = "session-", width = 2 }
answered_at = { column = "Timestamp" }
[rows.questions]
usefulness = { column = "Useful?", scores = { "Low" = 1, "High" = 5 } }
"""


def parsed(text: str) -> SourceFile:
    return read_source_file(text, "log")


def error_of(text: str) -> str:
    with pytest.raises(SourceFileError) as error:
        parsed(text)
    return str(error.value)


def test_what_is_not_said_has_its_default() -> None:
    source = parsed(HEAD + ATTENDANCE)
    assert (source.name, source.format, source.files) == ("log", "csv", ("log*.csv",))
    assert (source.authority, source.time_zone, source.day_order, source.drop) == (10, None, None, ())


def test_a_calendar_has_the_lowest_authority() -> None:
    assert parsed('format = "ics"\nfiles = ["*.ics"]\n' + ATTENDANCE).authority == 0


def test_values_are_read_as_they_are_written() -> None:
    (block,) = parsed(HEAD + ATTENDANCE).rows
    assert block.columns["session_id"] == ValueSpec((Part("Group"), Part("Session", "([0-9]+)")))
    assert block.columns["attended"].choices == {"was there": "true", "absent": "false"}


def test_questions_and_conditions_are_read() -> None:
    (block,) = parsed(HEAD + ANSWERS).rows
    assert block.when == (Condition("Session", "filled"),)
    assert block.columns["wave"] == ValueSpec((Part("Session"),), prefix="session-", width=2)
    assert block.questions == {"usefulness": ValueSpec((Part("Useful?"),), scores={"low": 1.0, "high": 5.0})}


def test_a_column_is_named_in_one_wording_or_several() -> None:
    several = ANSWERS.replace('"Useful?"', '["Useful?", "Nützlich?"]').replace(
        '"Session", filled', '["Session", "Treffen"], filled'
    )
    (block,) = parsed(HEAD + several).rows
    assert block.questions["usefulness"].parts == (Part("Useful?", None, ("Nützlich?",)),)
    assert block.when == (Condition("Session", "filled", other_names=("Treffen",)),)
    assert NamedColumn(("Useful?", "Nützlich?")) in parsed(HEAD + several).columns


def test_a_part_of_an_id_is_named_in_several_wordings_too() -> None:
    (block,) = parsed(HEAD + ATTENDANCE.replace('"Group"', '["Group", "Gruppe"]')).rows
    assert block.columns["session_id"].parts[0] == Part("Group", None, ("Gruppe",))


def test_a_condition_compares_with_one_text_or_several() -> None:
    (block,) = parsed(HEAD + ANSWERS.replace("filled = true", 'is = ["Yes", "Ja"]')).rows
    assert block.when == (Condition("Session", "is", "Yes", other_texts=("Ja",)),)


def test_questions_conditions_and_columns_may_be_optional() -> None:
    text = ANSWERS.replace('"High" = 5 }', '"High" = 5 }, optional = true').replace(
        "filled = true", "filled = true, optional = true"
    )
    source = parsed(
        HEAD
        + text.replace(
            "[rows.questions]", 'session_id = { columns = ["Group", "No"], optional = true }\n[rows.questions]'
        )
    )
    optional = {column.names[0] for column in source.columns if column.is_optional}
    assert optional == {"Useful?", "Group", "No", "Session"}


def test_columns_that_are_not_to_be_read_are_named() -> None:
    assert parsed('ignore = ["What will you do?", "Was?"]\n' + HEAD + ATTENDANCE).ignore == (
        "What will you do?",
        "Was?",
    )


def test_every_column_the_source_names_is_known() -> None:
    when = '[{ column = "Name", matches = "^TEST" }, { column = "Kind", is = "x" }]'
    drop = f'[[drop]]\nrule = "test_row"\nwhen = {when}\n'
    source = parsed(HEAD + drop + ATTENDANCE + ANSWERS)
    assert source.column_names == (
        "Name",
        "Kind",
        "Session",
        "Group",
        "E-mail",
        "There?",
        "Timestamp",
        "Useful?",
    )


def test_the_stem_of_the_file_is_the_source_s_name(tmp_path: Path) -> None:
    path = tmp_path / "session_log.toml"
    path.write_text(HEAD + ATTENDANCE, encoding="utf-8")
    assert load_source_file(path).name == "session_log"


def test_a_source_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"gone\.toml"):
        load_source_file(tmp_path / "gone.toml")


PERSON = '{ column = "E-mail" }'
NO_ROWS = "[rows.questions]"


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('format = "csv"', "format = ", "is not TOML"),
        ("format", "fromat", "line 1: `fromat` is not a key of this place; did you mean `format`?"),
        ('"csv"', '"google_form"', "line 1: `format` is not known; did you mean `google_forms`?"),
        ('format = "csv"\n', "", "needs the key `format`"),
        ('["log*.csv"]', '"log.csv"', "line 2: `files` must list at least one name"),
        ("[[rows]]", 'time_zone = "Europe/Berln"\n[[rows]]', "did you mean `Europe/Berlin`?"),
        ("[[rows]]", 'time_zone = "Tokyo Standard Time"\n[[rows]]', "did you mean `Asia/Tokyo`?"),
        ("[[rows]]", 'day_order = "us"\n[[rows]]', "known are day_first, month_first, year_first"),
        ("[[rows]]", 'authority = "high"\n[[rows]]', "`authority` must be a whole number"),
        ("[[rows]]", '[[drop]]\nrule = "tests"\n[[rows]]', "`drop[1]` needs the key `when`"),
        ("[[rows]]", '[[drop]]\nrule = "empty_row"\n[[rows]]', "must be a name in snake case other than"),
        ("[[rows]]", "[rows]", "`rows` must be written as [[rows]]"),
        ('"attendance"', '"atendance"', "line 5: `rows[1].table` is not known; did you mean `attendance`?"),
        (
            "attended =",
            "atended =",
            "`rows[1].columns.atended` is not a key of this place; did you mean `attended`?",
        ),
        (
            f"person_id = {PERSON}",
            "",
            "sources/log.toml: `rows[1].columns` leaves out what table attendance requires: person_id",
        ),
        ("= true", '= "present"', "is mapped to no choice of attended"),
        ("([0-9]+)", "[0-9]+", "needs a group in parentheses"),
        ("([0-9]+)", "(?=x)(y)", "is not a regular expression Peerlift can run"),
        (PERSON, '{ columns = ["a"], prefix = "x" }', "`rows[1].columns.person_id.prefix` is not a key"),
        (PERSON, '{ column = "a", value = "x" }', "needs exactly one of column, columns, value"),
        (PERSON, '"E-mail"', "must be a table"),
        (
            PERSON,
            '{ column = "a", choices = { a = "b" } }',
            "cannot be used for person_id, which is of kind person",
        ),
        (PERSON, f"{PERSON}\n{NO_ROWS}\nusefulness = {PERSON}", "belongs to table answers"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(written: str, instead: str, said: str) -> None:
    error = error_of((HEAD + ATTENDANCE).replace(written, instead))
    assert error.startswith("sources/log.toml")
    assert said in error


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("width = 2", "width = 0", "must be a whole number from 1 to 20"),
        ("width = 2", "score = 2", "`rows[1].columns.wave.score` is not a key"),
        ("wave =", "score =", "`rows[1].columns.score` is not a key"),
        ('"Low" = 1', '"Low" = "one"', "`rows[1].questions.usefulness.scores.Low` must be a number"),
        (NO_ROWS, "# ", "table answers needs at least one question"),
        ("filled = true", "filled = 1", "`rows[1].when.filled` must be true or false"),
        ("filled = true", 'is = "a", is_not = "b"', "needs exactly one of filled, is, is_not, matches"),
        ("filled = true", 'matches = "("', "is not a regular expression Peerlift can run"),
        (
            '"Low" = 1',
            '"Low" = 1, " LOW" = 2',
            "`rows[1].questions.usefulness.scores. LOW` is the same answer as `Low`",
        ),
        (
            '"Useful?"',
            '["Useful?", " useful?"]',
            "`rows[1].questions.usefulness.column` lists one wording twice",
        ),
        ('"Useful?"', "[]", "must be a text, or a list of its wordings"),
        ('"Useful?"', "[1]", "must be a text, or a list of its wordings"),
        (
            '"High" = 5 }',
            '"High" = 5 }, optional = "yes"',
            "`rows[1].questions.usefulness.optional` must be true or false",
        ),
        ('"E-mail"', '"E-mail", optional = true', "cannot be true: every row needs person_id"),
    ],
)
def test_a_mistake_about_answers_is_named_too(written: str, instead: str, said: str) -> None:
    text = HEAD + ANSWERS
    if written == NO_ROWS:
        text = text[: text.index(NO_ROWS)]
    assert said in error_of(text.replace(written, instead))


def test_a_source_without_rows_is_refused() -> None:
    assert "add [[rows]]" in error_of(HEAD)


def test_no_line_is_named_where_it_could_be_another_block_s() -> None:
    text = HEAD + ATTENDANCE + ATTENDANCE.replace("attended =", "atended =")
    assert "line 16: `rows[2].columns.atended`" in error_of(text)
    assert error_of(text.replace("attended =", "atended =")).startswith("sources/log.toml: `rows[1]")


def test_two_texts_that_are_the_same_and_mean_different_choices_are_refused() -> None:
    wrong = ATTENDANCE.replace('"Absent" = false', '"was\u00a0there" = false')
    assert "is the same text as `Was  There` and means something else" in error_of(HEAD + wrong)


def test_composite_values_are_for_ids_only() -> None:
    wrong = ATTENDANCE.replace("attended = {", 'attended = { columns = ["a", "b"] } #')
    assert "only ids can be composed of several" in error_of(HEAD + wrong)


def test_a_constant_outside_the_choices_is_refused() -> None:
    text = """
[[rows]]
table = "appointments"
[rows.columns]
appointment_id = { column = "uid" }
owner_person_id = { column = "organizer" }
origin = { value = "checkout" }
"""
    assert "did you mean `check_out`?" in error_of(HEAD + text)


def source(name: str, file_format: str, *globs: str) -> SourceFile:
    return SourceFile(name, file_format, globs, ())


PULSE = source("pulse", "google_forms", "pulse*.csv")
LOG = source("log", "csv", "*log*.csv")


def rule_of(file: str, found: str, *sources: SourceFile) -> tuple[str, str]:
    with pytest.raises(FileRefused) as refusal:
        choose_source(file, found, sources)
    return refusal.value.rule, str(refusal.value)


def test_the_name_and_the_format_choose_the_source() -> None:
    assert choose_source("PULSE 2026-02.CSV", "google_forms", [PULSE, LOG]) is PULSE


def test_of_two_names_that_fit_the_format_decides() -> None:
    assert choose_source("pulse log.csv", "csv", [PULSE, LOG]) is LOG


def test_a_file_no_source_names_is_refused() -> None:
    assert rule_of("roster.csv", "csv", PULSE, LOG)[0] == "no_source_fits"
    assert rule_of("roster.csv", "csv")[0] == "no_source_fits"


def test_a_file_two_sources_describe_is_refused_naming_both() -> None:
    rule, said = rule_of("log.csv", "csv", LOG, source("other", "csv", "l*.csv"))
    assert rule == "two_sources_fit"
    assert "sources/log.toml, sources/other.toml" in said


def test_a_survey_export_is_not_read_by_a_source_for_plain_tables() -> None:
    rule, said = rule_of("log.csv", "google_forms", LOG)
    assert rule == "format_differs"
    assert 'sources/log.toml says csv. Set format = "google_forms"' in said


def test_a_format_that_is_not_read_is_refused_before_any_name() -> None:
    assert rule_of("log.csv", "unknown", LOG)[0] == "format_not_read"
