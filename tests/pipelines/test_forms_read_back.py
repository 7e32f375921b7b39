"""A filled export of each form, in each language and tool, is read by the packaged source files as they are."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from filled_forms import TOOLS, without_optional_blocks, write_export

from models.catalogue import LANGUAGES, FormName, Language, forms, questions
from pipelines.demo import write_sources
from pipelines.identity import load_identity_key, pseudonym
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import FileRefused, read_export
from pipelines.readers.recognise import recognise
from pipelines.source_file import SourceFile, choose_source, load_source_file

KEY = load_identity_key(None, {"PEERLIFT_IDENTITY_KEY": "5a" * 32})
SENT_AT = dt.datetime(2026, 3, 2, 15, 53, 36)  # noqa: DTZ001 (UTC, as core tables have it)
ADA, BEN = "ada@example.org", "ben@example.org"

CHECK_OUT = [
    {
        "email": ADA,
        "group": "G1",
        "session": "3",
        "commitment": "Call the supplier",
        "due_on": dt.date(2026, 3, 20),
        "difficulty": 4,
        "importance": 5,
        "confidence": 3,
        "has_appointment": 0,
        "partner": BEN,
        "meets_on": dt.date(2026, 3, 9),
    },
    {
        "email": BEN,
        "group": "G1",
        "session": "3",
        "commitment": "Write the outline",
        "due_on": dt.date(2026, 4, 3),
        "difficulty": 1,
        "importance": 2,
        "confidence": 5,
        "has_appointment": 1,
    },
]
CHECK_IN = [
    {
        "email": ADA,
        "group": "G1",
        "coming_session": "1",
        "expected_usefulness": 4,
        "is_first_session": 0,
        "ucla_companionship": 1,
        "ucla_left_out": 2,
        "ucla_isolated": 3,
        "skill_systems_thinking": 1,
        "skill_trust": 2,
        "skill_listening": 3,
        "skill_openness": 4,
        "skill_difficult_requests": 5,
        "went_to_manager_first": 0,
    },
    {
        "email": BEN,
        "group": "G1",
        "coming_session": "3",
        "expected_usefulness": 2,
        "commitment_outcome": 0,
        "done_on": dt.date(2026, 2, 20),
        "is_first_session": 1,
    },
    {
        "email": "cy@example.org",
        "group": "G1",
        "coming_session": "3",
        "expected_usefulness": 5,
        "commitment_outcome": 2,
        "commitment_session": "1",
        "is_first_session": 1,
    },
]
PULSE = [
    {
        "email": ADA,
        "group": "G1",
        "about": 0,
        "session": "3",
        "usefulness": 5,
        "ucla_companionship": 3,
        "ucla_left_out": 2,
        "ucla_isolated": 1,
        "meaningful_talk": 4,
        "trust": 5,
        "perceived_pressure": 1,
        "skill_systems_thinking": 5,
        "skill_trust": 4,
        "skill_listening": 3,
        "skill_openness": 2,
        "skill_difficult_requests": 1,
        "stage_sensing": True,
        "stage_solving": True,
        "hours_regained": 6,
        "went_to_manager_first": 1,
        "commitment_outcome": 1,
        "confirmed_by": 0,
    },
    {
        "email": BEN,
        "group": "G1",
        "about": 1,
        "commitment_outcome": 0,
        "done_on": dt.date(2026, 3, 1),
        "confirmed_by": 1,
        "commitment_session": "2",
    },
    {"email": "cy@example.org", "group": "G1", "about": 1, "commitment_outcome": 2, "commitment_code": "C-7"},
    {
        "email": "di@example.org",
        "group": "none",
        "about": 2,
        "obstacle_too_busy": True,
        "obstacle_calendar": True,
    },
]
FILLED: dict[FormName, list] = {"check_in": CHECK_IN, "check_out": CHECK_OUT, "pulse": PULSE}

every_export = pytest.mark.parametrize(
    ("language", "tool"), [(language, tool) for language in LANGUAGES for tool in TOOLS]
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[SourceFile]:
    folder = tmp_path_factory.mktemp("sources")
    return [load_source_file(folder / name) for name in write_sources(folder)]


def read(path: Path, sources: list[SourceFile]) -> StagedFile:
    source = choose_source(path.name, recognise(path).format, sources)
    raw = read_export(path)
    return map_rows(raw, source, file=path.name, key=KEY, questions=questions(), time_zone="Europe/Berlin")


def staged(
    name: FormName, language: Language, tool: str, folder: Path, sources: list[SourceFile]
) -> StagedFile:
    found = read(write_export(folder, tool, forms()[name], language, FILLED[name]), sources)
    assert found.dropped.is_empty()
    assert all(frame.filter(pl.col("unreadable") != "").is_empty() for frame in found.tables.values())
    return found


def person(email: str) -> str | None:
    return pseudonym([email], "person", KEY)


def session(number: str) -> str | None:
    return pseudonym(["G1", number], "session", KEY)


def commitment(number: str, email: str) -> str | None:
    return pseudonym(["G1", number, email], "commitment", KEY)


def rows(found: StagedFile, table: str, *columns: str) -> list[tuple]:
    return found.tables[table].select(columns).rows()


def scores(found: StagedFile, wave: str) -> dict[str, dict[str, float]]:
    """Scores by person and question in one wave."""
    answers = found.tables["answers"].filter(wave=wave)
    by_person: dict[str, dict[str, float]] = {}
    for who, question, score in answers.select("person_id", "question_id", "score").iter_rows():
        by_person.setdefault(who, {})[question] = score
    return by_person


@every_export
def test_a_check_out_becomes_a_commitment_and_where_there_is_a_date_an_appointment(
    language, tool, tmp_path, sources
):
    found = staged("check_out", language, tool, tmp_path, sources)
    columns = ("commitment_id", "person_id", "session_id", "made_at", "due_on")
    assert rows(found, "commitments", *columns) == [
        (commitment("3", ADA), person(ADA), session("3"), SENT_AT, dt.date(2026, 3, 20)),
        (commitment("3", BEN), person(BEN), session("3"), SENT_AT, dt.date(2026, 4, 3)),
    ]
    said = rows(found, "commitments", "difficulty_1_5", "importance_1_5", "confidence_1_5")
    assert said == [(4, 5, 3), (1, 2, 5)]
    columns = ("commitment_id", "owner_person_id", "partner_person_id", "booked_at", "scheduled_at", "origin")
    midnight = dt.datetime(2026, 3, 8, 23)  # noqa: DTZ001 (in Berlin it is the ninth)
    assert rows(found, "appointments", *columns) == [
        (commitment("3", ADA), person(ADA), person(BEN), SENT_AT, midnight, "check_out")
    ]


@every_export
def test_a_check_in_becomes_an_expectation_and_once_a_baseline(language, tool, tmp_path, sources):
    found = staged("check_in", language, tool, tmp_path, sources)
    assert scores(found, "session-01") == {person(ADA): {"expected_usefulness": 4}}
    assert scores(found, "session-03")[person(BEN)] == {"expected_usefulness": 2}
    first = {name: score for name, score in CHECK_IN[0].items() if name.startswith(("ucla", "skill", "went"))}
    assert scores(found, "baseline") == {person(ADA): first}
    assert len(first) == 9


@every_export
def test_a_check_in_says_what_became_of_the_last_commitment_or_of_one_it_names(
    language, tool, tmp_path, sources
):
    found = staged("check_in", language, tool, tmp_path, sources)
    columns = ("commitment_id", "session_id", "reported_at", "state", "done_on", "confirmed_by")
    assert rows(found, "outcome_reports", *columns) == [
        (None, session("3"), SENT_AT, "done", dt.date(2026, 2, 20), "self"),
        (commitment("1", "cy@example.org"), None, SENT_AT, "withdrawn", None, "self"),
    ]


@every_export
def test_a_pulse_becomes_scores_of_its_session(language, tool, tmp_path, sources):
    found = staged("pulse", language, tool, tmp_path, sources)
    asked = {
        name: score
        for name, score in PULSE[0].items()
        if name in questions() and questions()[name].kind == "score" and not name.startswith("stage")
    }
    stages = {"stage_sensing": 1, "stage_seeking": 0, "stage_solving": 1, "stage_starting": 0}
    assert scores(found, "session-03") == {person(ADA): asked | stages}
    assert len(asked) == 14
    about = found.tables["answers"].filter(wave="session-03")
    assert about["session_id"].unique().to_list() == [session("3")]


@every_export
def test_a_pulse_says_what_became_of_a_commitment_however_it_is_named(language, tool, tmp_path, sources):
    found = staged("pulse", language, tool, tmp_path, sources)
    columns = ("person_id", "commitment_id", "state", "done_on", "confirmed_by")
    code = pseudonym(["C-7"], "commitment", KEY)
    assert rows(found, "outcome_reports", *columns) == [
        (person(ADA), None, "not_done", None, "self"),
        (person(BEN), commitment("2", BEN), "done", dt.date(2026, 3, 1), "partner"),
        (person("cy@example.org"), code, "withdrawn", None, "self"),
    ]


@every_export
def test_whoever_declined_says_what_got_in_the_way(language, tool, tmp_path, sources):
    found = staged("pulse", language, tool, tmp_path, sources)
    assert scores(found, "not_taking_part") == {
        person("di@example.org"): {
            "obstacle_too_busy": 1,
            "obstacle_know_how": 0,
            "obstacle_uneasy": 0,
            "obstacle_calendar": 1,
        }
    }


@every_export
@pytest.mark.parametrize("name", ["check_in", "pulse"])
def test_a_form_without_its_optional_blocks_is_read_too(name, language, tool, tmp_path, sources):
    short = without_optional_blocks(forms()[name])
    found = read(write_export(tmp_path, tool, short, language, FILLED[name][:2]), sources)
    optional = {
        question
        for section in forms()[name].sections
        if section.is_optional
        for i in section.items
        for question in i.ids
    }
    answered = set(found.tables["answers"]["question_id"])
    assert answered
    assert not answered & optional
    assert found.dropped.is_empty()


@every_export
@pytest.mark.parametrize("name", list(FILLED))
def test_every_other_question_has_to_be_in_the_export(name, language, tool, tmp_path, sources):
    asked = [item for section in forms()[name].sections if not section.is_optional for item in section.items]
    for item in asked:
        left = tuple(
            replace(section, items=tuple(each for each in section.items if each != item))
            for section in forms()[name].sections
        )
        path = write_export(tmp_path, tool, replace(forms()[name], sections=left), language, FILLED[name])
        if item.is_read:
            with pytest.raises(FileRefused, match="missing_column"):
                read(path, sources)
        else:
            assert read(path, sources).n_rows == len(FILLED[name])


@pytest.mark.parametrize(
    ("source", "name"), [("checkin", "check_in"), ("checkout", "check_out"), ("pulse", "pulse")]
)
def test_a_source_file_names_columns_and_answers_in_the_words_of_its_form(source, name, sources):
    described = next(each for each in sources if each.name == source)
    worded = {text for item in forms()[name].items for text in item.text.values()}
    assert set(described.column_names) - worded == {
        "Timestamp",
        "Zeitstempel",
        "Completion time",
        "Fertigstellungszeit",
        "Abschlusszeit",
    }
    offered = {
        text.casefold() for item in forms()[name].items for texts in item.choices.values() for text in texts
    }
    offered |= {text.casefold() for text in questions()["commitment_outcome"].states}
    specs = [spec for block in described.rows for spec in (*block.columns.values(), *block.questions.values())]
    assert {text.casefold() for spec in specs for text in (*(spec.choices or {}), *spec.options)} <= offered
    assert set(described.ignore) == {
        text for item in forms()[name].items if not item.is_read for text in item.text.values()
    }


def test_an_answer_to_several_that_names_no_option_of_the_form_is_set_aside(tmp_path, sources):
    path = write_export(tmp_path, "google_download", forms()["pulse"], "en", PULSE)
    text = path.read_text("utf-8").replace("Sensing;Solving;", "Dreaming;")
    path.write_text(text, "utf-8")
    stages = read(path, sources).tables["answers"].filter(pl.col("question_id").str.starts_with("stage"))
    assert stages["unreadable"].unique().to_list() == [",score,"]
