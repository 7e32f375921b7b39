"""The draft of a source file: what headings and dates tell, and what is left to a person."""

import polars as pl
import pytest

from models.catalogue import questions
from pipelines.draft_source import Draft, draft_source
from pipelines.readers import RawTable
from pipelines.source_file import SourceFile, read_source_file
from pipelines.source_spec import ValueSpec

TIME = "2026-01-05T10:00:00Z"


def raw_of(
    columns: dict[str, list[str | None]], file_format: str = "csv", recorded: str | None = None
) -> RawTable:
    n_rows = len(next(iter(columns.values())))
    numbers = pl.int_range(2, 2 + n_rows, dtype=pl.Int64, eager=True).alias("row_number")
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String())).with_columns(numbers)
    return RawTable(file_format, frame, n_rows, recorded_column=recorded)


def drafted(columns: dict[str, list[str | None]], **more: str) -> Draft:
    return draft_source(raw_of(columns, **more), "some*.csv", questions())


def parsed(draft: Draft) -> SourceFile:
    return read_source_file(draft.text, "drafted")


def column_of(spec: ValueSpec) -> str:
    return spec.parts[0].column


SURVEY: dict[str, list[str | None]] = {
    "Timestamp": [TIME, TIME],
    "Work e-mail": ["a@example.org", "b@example.org"],
    "Team": ["G1", "G1"],
    "Session number": ["1", "1"],
    "1) I can speak openly in my group. *": ["Agree", "Disagree"],
    "Wie nützlich war dieses Treffen für Sie?": ["Sehr nützlich", "Wenig nützlich"],
    "What became of your last commitment?": ["Done", "Dropped"],
    "When was it done?": [TIME, None],
    "What will you do?": ["x", "y"],
    "Anything else?": ["x", "y"],
}


def survey(**changed: list[str | None]) -> Draft:
    return drafted({**SURVEY, **changed}, file_format="google_forms", recorded="Timestamp")


def test_questions_are_found_by_their_wording_in_english_and_german() -> None:
    block = parsed(survey()).rows[0]
    assert block.table == "answers"
    assert {name: column_of(spec) for name, spec in block.questions.items()} == {
        "trust": "1) I can speak openly in my group. *",
        "usefulness": "Wie nützlich war dieses Treffen für Sie?",
    }


def test_person_session_wave_and_time_are_found() -> None:
    columns = parsed(survey()).rows[0].columns
    assert column_of(columns["person_id"]) == "Work e-mail"
    assert [part.column for part in columns["session_id"].parts] == ["Team", "Session number"]
    assert (columns["wave"].prefix, column_of(columns["answered_at"])) == ("session-", "Timestamp")


def test_what_became_of_a_commitment_is_read_as_reports() -> None:
    block = parsed(survey()).rows[1]
    assert (block.table, column_of(block.columns["done_on"])) == ("outcome_reports", "When was it done?")
    choices = block.columns["state"].choices or {}
    assert (choices["done"], choices["aufgegeben"]) == ("done", "withdrawn")


def test_what_a_form_asks_for_people_s_own_sake_is_ignored_and_the_rest_is_a_comment() -> None:
    draft = survey()
    assert parsed(draft).ignore == ("What will you do?",)
    assert '#   QUESTION = { column = "Anything else?" }' in draft.text
    assert draft.open_points == ()


def test_a_survey_without_a_session_leaves_the_wave_open() -> None:
    columns = {name: cells for name, cells in SURVEY.items() if name != "Session number"}
    draft = drafted(columns, file_format="google_forms", recorded="Timestamp")
    assert draft.open_points == ("Fill in wave: no column says which session or survey the answers belong to.",)
    assert '# wave = { value = "baseline" }' in draft.text


def test_a_person_is_found_by_addresses_under_any_heading_but_not_where_all_are_anonymous() -> None:
    columns = {
        "Email": ["anonymous", "anonymous"],
        "Who are you, please?": ["a@example.org", "b@example.org"],
        "I can speak openly in my group.": ["Agree", "Agree"],
        "Session": ["1", "1"],
    }
    draft = drafted(columns, file_format="microsoft_forms", recorded=None)
    assert 'person_id = { column = "Who are you, please?" }' in draft.text


def test_a_code_is_the_person_where_there_are_no_addresses() -> None:
    columns = {"Kürzel": ["a1", "b2"], "I can speak openly in my group.": ["Agree", "Agree"]}
    assert 'person_id = { column = "Kürzel" }' in drafted(columns).text


def test_without_a_person_the_draft_says_so() -> None:
    draft = drafted({"I can speak openly in my group.": ["Agree", "Agree"]})
    assert any(point.startswith("Fill in person_id") for point in draft.open_points)


ROSTER: dict[str, list[str | None]] = {
    "E-Mail": ["a@example.org", "b@example.org"],
    "Abteilung": ["Sales", "Sales"],
    "Ebene": ["Teamleitung", "Mitarbeiter"],
    "Führungskraft": ["b@example.org", None],
    "Eintritt": ["2024-01-01", "2024-02-01"],
}


@pytest.mark.parametrize(
    ("columns", "table", "names"),
    [
        (
            ROSTER,
            "people",
            {"person_id", "department", "level", "manager_person_id", "joined_on", "valid_from"},
        ),
        (
            {"Group": ["G1"], "Participant": ["a@x.org"], "Since": [TIME], "Until": [None]},
            "memberships",
            {"group_id", "person_id", "from_on", "to_on"},
        ),
        (
            {
                "Gruppe": ["G1"],
                "Treffen": ["1"],
                "Datum": [TIME],
                "Beginn": [TIME],
                "Ende": [TIME],
                "Status": ["held"],
            },
            "sessions",
            {"session_id", "group_id", "session_number", "scheduled_at", "started_at", "ended_at", "status"},
        ),
        (
            {"Team": ["G1"], "Session": ["1"], "Mail": ["a@x.org"], "Present": ["yes"]},
            "attendance",
            {"session_id", "person_id", "attended"},
        ),
        (
            {"E-mail": ["a@x.org"], "Wave": ["baseline"], "Sent at": [TIME], "Channel": ["mail"]},
            "invitations",
            {"person_id", "wave", "invited_at", "channel"},
        ),
        (
            {
                "Group": ["G1"],
                "Session": ["1"],
                "E-mail": ["a@x.org"],
                "Check-out": [TIME],
                "Due": ["2026-02-01"],
            },
            "commitments",
            {"commitment_id", "person_id", "session_id", "made_at", "due_on"},
        ),
    ],
)
def test_a_plain_table_is_told_by_its_headings(
    columns: dict[str, list[str | None]], table: str, names: set[str]
) -> None:
    draft = drafted(columns)
    (block,) = parsed(draft).rows
    assert (block.table, set(block.columns), draft.open_points) == (table, names, ())


def test_words_for_choices_are_mapped_and_other_texts_are_not_written_down() -> None:
    draft = drafted({**ROSTER, "Ebene": ["Teamleitung", "MARKER"]})
    assert parsed(draft).rows[0].columns["level"].choices == {"teamleitung": "manager"}
    assert "MARKER" not in draft.text


def test_a_required_column_no_heading_speaks_of_is_a_comment_to_complete() -> None:
    draft = drafted({"Group": ["G1"], "Session": ["1"], "Planned": [TIME]})
    assert draft.open_points == (
        "Fill in status: What became of it; a calendar alone never says held; no heading speaks of it.",
    )
    assert '# status = { column = "" }' in draft.text


def test_headings_that_say_nothing_leave_the_table_open() -> None:
    draft = drafted({"a": ["1"], "b": ["2"]})
    assert draft.open_points == (
        "No table of the core could be told from the headings: add [[rows]] with a table and its columns.",
    )


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["01.02.2024", "25.02.2024"], "day_first"),
        (["1/2/2024", "2/25/2024 10:00"], "month_first"),
        (["2024-02-25"], None),
    ],
)
def test_the_data_tell_the_order_of_day_and_month(dates: list[str | None], order: str | None) -> None:
    columns = {name: cells[:1] * len(dates) for name, cells in ROSTER.items()}
    draft = drafted({**columns, "Eintritt": dates})
    assert (parsed(draft).day_order, draft.open_points) == (order, ())


@pytest.mark.parametrize("dates", [["01.02.2024", "03.04.2024"], ["25.02.2024", "2/25/2024"]])
def test_an_order_the_data_do_not_tell_is_left_open(dates: list[str | None]) -> None:
    draft = drafted({**ROSTER, "Eintritt": dates})
    assert parsed(draft).day_order is None
    assert '# day_order = "day_first"' in draft.text
    assert draft.open_points[0].startswith("Set day_order to day_first or month_first")
