"""`peerlift map`: a draft that reads the export where it can, and never a file written over."""

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filled_forms import TOOLS, write_export
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import LANGUAGES, FormName, Language, forms
from pipelines.cli import main
from pipelines.map_file import glob_of
from pipelines.new_programme import make_programme
from pipelines.settings import load_programme
from pipelines.source_file import load_source_file
from pipelines.source_spec import SourceFile
from pipelines.store.warehouse import one_row, open_warehouse

FEEDBACK = (
    "Timestamp,Work e-mail,Team,Session number,1) I can speak openly in my group. *,"
    "What became of your last commitment?",
    "2/25/2026 10:00:00,ada@example.org,G1,1,Agree,",
    "2/25/2026 10:01:00,ben@example.org,G1,1,Strongly agree,Done",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_programme(tmp_path / "programme")
    return tmp_path / "programme"


def peerlift(folder: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(main, ["--programme", str(folder), *(str(word) for word in words)])


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def emptied(folder: Path) -> Path:
    """The programme without source files."""
    for path in (folder / "sources").iterdir():
        path.unlink()
    return folder


def test_a_survey_in_words_of_the_catalogue_needs_no_completion(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "Team feedback 2026-03 (Responses).csv", *FEEDBACK)
    result = peerlift(folder, "map", export)
    assert result.exit_code == 0, result.output
    assert "Nothing is left to fill in." in result.output
    assert load_source_file(folder / "sources" / "team_feedback_responses.toml").day_order == "month_first"
    assert peerlift(folder, "check", export).exit_code == 0


def test_a_file_that_is_there_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "feedback.csv", *FEEDBACK)
    before = (folder / "sources" / "pulse.toml").read_bytes()
    result = peerlift(folder, "map", export, "--source", "pulse")
    assert result.exit_code == 2
    assert "is there already and was kept" in result.output
    assert (folder / "sources" / "pulse.toml").read_bytes() == before


def test_a_second_source_of_one_name_gets_a_number(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "roster.csv", "Mail,Dept,Since", "a@example.org,Sales,2026-01-01")
    result = peerlift(folder, "map", export)
    assert (folder / "sources" / "roster_2.toml.draft").exists()
    assert result.exit_code == 3
    assert "sources/roster.toml names this file too" in result.output
    assert "Then rename it to roster_2.toml: until then it is not read." in result.output
    assert peerlift(folder, "check", export).exit_code in (0, 3)


def test_an_export_that_is_read_already_gets_no_draft(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "groups.csv", "group,e-mail,from,to", "G1,a@example.org,2026-01-05,")
    before = sorted((folder / "sources").iterdir())
    result = peerlift(folder, "map", export)
    assert (result.exit_code, sorted((folder / "sources").iterdir())) == (0, before)
    assert "is read by sources/groups.toml already; nothing was written" in result.output


def test_a_packaged_source_is_the_draft_of_an_export_of_its_shape(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "who is where.csv", "group,e-mail,from,to", "G1,a@example.org,25.01.2026,")
    assert peerlift(folder, "map", export).exit_code == 0
    text = (folder / "sources" / "who_is_where.toml").read_text("utf-8")
    assert 'files = ["who is where*.csv"]' in text
    assert 'day_order = "day_first"' in text
    assert peerlift(folder, "check", export).exit_code == 0


def test_the_draft_goes_where_it_is_told_to(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "feedback.csv", *FEEDBACK)
    result = peerlift(folder, "map", export, "--source", "mine", "--into", tmp_path / "drafts")
    assert result.exit_code == 0
    assert (tmp_path / "drafts" / "mine.toml").exists()


def test_what_is_left_to_fill_in_is_said_by_key(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "meetings.csv", "Group,Session,Planned", "G1,1,03.04.2026")
    result = peerlift(folder, "map", export)
    assert result.exit_code == 3
    assert "Fill in status" in result.output
    assert "Set day_order to day_first or month_first" in result.output


def test_a_file_without_headings_is_refused_and_nobody_is_named(folder: Path, tmp_path: Path) -> None:
    export = written(tmp_path / "bare.csv", "G1,a@example.org", "G1,b@example.org")
    result = peerlift(folder, "map", export)
    assert result.exit_code == 2
    assert "no_headings" in result.output
    assert "example.org" not in result.output
    assert not (folder / "sources" / "bare.toml").exists()


CALENDAR = (
    *("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:{number}@example.org", "SUMMARY:{title}"),
    *("DTSTART:20260225T090000Z", "DTEND:20260225T110000Z", "CREATED:20260101T090000Z", "END:VEVENT"),
    "END:VCALENDAR",
)


def calendar(path: Path, *titles: str) -> Path:
    events = [
        line.format(number=number, title=title)
        for number, title in enumerate(titles, start=1)
        for line in CALENDAR[2:-1]
    ]
    return written(path, *CALENDAR[:2], *events, CALENDAR[-1])


def test_a_calendar_with_other_titles_shows_their_shapes_and_never_one_person_s(
    folder: Path, tmp_path: Path
) -> None:
    export = calendar(tmp_path / "team.ics", "Kreis 1 Treffen 2", "Kreis 12 Treffen 3", "Lunch with Ada")
    result = peerlift(emptied(folder), "map", export)
    assert result.exit_code == 3
    assert "numbers as #: `Kreis # Treffen #`." in result.output
    assert "Ada" not in result.output
    text = (folder / "sources" / "team.toml").read_text("utf-8")
    assert 'files = ["team*.ics"]' in text
    assert "Kreis" not in text


@pytest.mark.slow
def test_a_new_programme_s_survey_and_calendar_are_mapped_and_run(folder: Path, tmp_path: Path) -> None:
    settings_file = folder / "peerlift.toml"
    text = settings_file.read_text("utf-8").replace("# ends_on = 2026-09-27", "ends_on = 2026-03-31")
    settings_file.write_text(text.replace("# settle_seconds = 2", "settle_seconds = 0"), "utf-8")
    survey = written(folder / "inbox" / "Team feedback 2026-03.csv", *FEEDBACK)
    events = calendar(folder / "inbox" / "team.ics", "Peer coaching G1, session 1", "Lunch")
    assert [peerlift(folder, "map", export).exit_code for export in (survey, events)] == [0, 0]
    result = peerlift(folder, "run")
    assert result.exit_code == 0, result.output
    assert not survey.exists()
    assert not events.exists()
    with open_warehouse(load_programme(folder).folders.database) as connection:
        counts = [
            one_row(connection, f"select count(*) from core_{name}")[0] for name in ("answers", "sessions")
        ]
    assert counts == [2, 1]


PERSON = {
    "email": "ada@example.org",
    "group": "G1",
    "session": "3",
    "coming_session": "1",
    "is_first_session": 0,
    "commitment": "Call",
    "due_on": dt.date(2026, 3, 20),
    "difficulty": 4,
    "importance": 5,
    "confidence": 3,
    "has_appointment": 0,
    "partner": "ben@example.org",
    "meets_on": dt.date(2026, 3, 19),
    "usefulness": 4,
    "expected_usefulness": 4,
    "ucla_companionship": 1,
    "ucla_left_out": 2,
    "ucla_isolated": 3,
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(forms()))
def test_the_draft_of_a_packaged_form_needs_no_completion(
    folder: Path, tmp_path: Path, name: FormName, language: Language, tool: str
) -> None:
    export = write_export(tmp_path, tool, forms()[name], language, [PERSON])
    result = peerlift(emptied(folder), "map", export, "--source", "form")
    assert result.exit_code == 0, result.output
    assert "Nothing is left to fill in." in result.output


@pytest.mark.parametrize(
    ("name", "glob"),
    [
        ("pulse.csv", "pulse*.csv"),
        ("pulse_2026-03-01.csv", "pulse*.csv"),
        ("pulse (2).csv", "pulse*.csv"),
        ("Check-in(1-27).xlsx", "Check-in*.xlsx"),
        ("12 people.csv", "*people*.csv"),
        ("2026-03-01.csv", "2026-03-01.csv"),
        ("pulse [de].csv", "pulse [[]de]*.csv"),
    ],
)
def test_the_glob_leaves_numbers_and_dates_of_the_name_open(name: str, glob: str) -> None:
    assert glob_of(name) == glob


@settings(deadline=None)
@given(
    stem=st.text(
        st.characters(blacklist_characters="/\x00", blacklist_categories=("Cs",)), min_size=1, max_size=30
    )
)
def test_the_glob_names_the_file_it_was_made_from(stem: str) -> None:
    name = f"{stem}.csv"
    assert SourceFile("any", "csv", (glob_of(name),), ()).fits(name)
