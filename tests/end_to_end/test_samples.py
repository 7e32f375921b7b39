"""Real exports, all dropped into one inbox: each is read by its source file, and every row is accounted for."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest
from programmes import run

from pipelines.new_programme import make_programme
from pipelines.settings import Folders
from pipelines.store.deliveries import list_files, row_accounts
from pipelines.store.warehouse import fetch, open_warehouse

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

# A survey of players of a game, read as if it were a pulse; the rank's words are scores to nobody.
GAME = """
format = "google_forms"
files = ["googleforms*.csv"]
day_order = "month_first"

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "Who is your most played hero?" }
wave = { value = "baseline" }
answered_at = { column = "Timestamp" }
[rows.questions]
usefulness = { column = "How do you rate Ashe in terms of balance?" }
trust = { column = "What is your average rank?" }
"""
EVENTS = """
format = "ics"
files = ["ics_*.ics"]

[[rows]]
table = "sessions"
[rows.columns]
session_id = { column = "uid" }
group_id = { column = "summary" }
scheduled_at = { column = "start" }
status = { value = "unknown" }
"""
# One response, exported by numbers; its question is found by its wording.
CHOICES = """
format = "qualtrics"
files = ["qualtrics*.csv"]
time_zone = "Europe/Zurich"

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "ResponseId" }
wave = { value = "baseline" }
answered_at = { column = "RecordedDate" }
[rows.questions]
usefulness = { column = "This is a multiple choice question." }
"""
# Full answers of a survey without dates; the questions were not shown to everybody.
TWINS = """
format = "limesurvey"
files = ["limesurvey*.csv"]

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "id" }
wave = { value = "baseline" }
answered_at = { value = "2022-03-01" }
[rows.questions.usefulness]
column = "How relevant are Source code in the following development phases?  \
[Concept: Profile and requirements analysis]"
scores = { "Not important" = 1, "Rather unimportant" = 2, "Rather important" = 4, "Very important" = 5 }
"""
# A survey about films: a matrix of opinions, its choices in the second heading row.
FILMS = """
format = "surveymonkey"
files = ["surveymonkey_starwars*.csv"]

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "RespondentID" }
wave = { value = "baseline" }
answered_at = { value = "2014-06-03" }
[rows.questions.usefulness]
column = "Please state whether you view the following characters favorably, unfavorably, or are unfamiliar with \
him/her. [Yoda]"
scores = { "Very favorably" = 5, "Somewhat favorably" = 4, "Neither favorably nor unfavorably (neutral)" = 3, \
"Somewhat unfavorably" = 2, "Very unfavorably" = 1, "Unfamiliar (N/A)" = 3 }
"""
# A survey whose headings are codes.
CODED = """
format = "surveymonkey"
files = ["surveymonkey_masculinity*.csv"]

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "column 1" }
wave = { value = "baseline" }
answered_at = { value = "2018-05-10" }
[rows.questions.usefulness]
column = "q0001"
scores = { "Very masculine" = 4, "Somewhat masculine" = 3, "Not very masculine" = 2, "Not at all masculine" = 1 }
"""
# A survey of people who learn to code; the hours they spend are taken for a score, and most are none.
CODERS = """
format = "typeform"
files = ["typeform*.csv"]

[[rows]]
table = "answers"
[rows.columns]
person_id = { column = "#" }
wave = { value = "baseline" }
answered_at = { column = "Submit Date (UTC)" }
[rows.questions]
usefulness = { column = "About how many hours do you spend learning each week?" }
"""
LOADED = ("googleforms", "ics_", "qualtrics", "limesurvey", "surveymonkey", "typeform")


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the sample exports are not beside this checkout")
    folder = tmp_path_factory.mktemp("sampled") / "programme"
    make_programme(folder)
    for template in (folder / "sources").iterdir():
        template.unlink()
    (folder / "sources" / "game.toml").write_text(GAME, "utf-8")
    (folder / "sources" / "events.toml").write_text(EVENTS, "utf-8")
    (folder / "sources" / "choices.toml").write_text(CHOICES, "utf-8")
    (folder / "sources" / "twins.toml").write_text(TWINS, "utf-8")
    (folder / "sources" / "films.toml").write_text(FILMS, "utf-8")
    (folder / "sources" / "coded.toml").write_text(CODED, "utf-8")
    (folder / "sources" / "coders.toml").write_text(CODERS, "utf-8")
    for sample in SAMPLES.iterdir():
        shutil.copyfile(sample, folder / "inbox" / sample.name)
    run(folder)
    return folder


def test_every_sample_is_loaded_or_refused(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        files = list_files(connection)
    status = dict(files.select("name", "status").rows())
    assert set(status) == {sample.name for sample in SAMPLES.iterdir()}
    for name, became in status.items():
        assert became == ("loaded" if name.startswith(LOADED) else "refused"), name


def test_a_sample_no_source_file_names_is_refused(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        refused = list_files(connection).filter(status="refused")
    assert set(refused["rule"]) <= {"no_source_fits"}


def test_the_answers_of_survey_tools_are_scored_and_their_other_rows_left_out_by_rule(sampled: Path) -> None:
    """Eight of the thirty answered the question of LimeSurvey that is read; the one of Qualtrics answered his."""
    with open_warehouse(Folders(sampled).database) as connection:
        accounts = row_accounts(connection).filter(pl.col("name").str.contains("qualtrics|limesurvey"))
        dropped = fetch(connection, "select distinct rule from set_aside where disposition = 'dropped'")["rule"]
    assert accounts.sort("name").select("n_rows_in", "n_rows_stored", "n_rows_quarantined").rows() == [
        (30, 8, 0),
        (1, 1, 0),
    ]
    assert {"not_asked", "nothing_answered"} <= set(dropped)


def test_every_answer_of_two_heading_rows_and_of_codes_is_scored(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        accounts = row_accounts(connection).filter(pl.col("name").str.starts_with("surveymonkey"))
    rows = {
        name.split("_")[1]: row for name, *row in accounts.select("name", "n_rows_in", "n_rows_stored").rows()
    }
    answers = csv_column("surveymonkey_starwars_2row_header_head200.csv", 28)[2:]
    assert rows["starwars"] == [200, sum(bool(answer) for answer in answers)]
    masculine = csv_column("surveymonkey_masculinity_coded_head60.csv", 3)[1:]
    assert rows["masculinity"] == [60, sum("masculine" in answer for answer in masculine)]


def test_times_of_typeform_are_stored_as_the_utc_they_are(sampled: Path) -> None:
    hours = csv_column("typeform_freecodecamp_2016_part1_head120.csv", 37)[1:]
    submitted = csv_column("typeform_freecodecamp_2016_part1_head120.csv", 49)[1:]
    scored = {time for time, hour in zip(submitted, hours, strict=True) if hour in ("1", "2", "3", "4", "5")}
    with open_warehouse(Folders(sampled).database) as connection:
        stored = fetch(
            connection,
            "select cast(answered_at as varchar) as at from core_answers where year(answered_at) = 2016",
        )
    assert set(stored["at"]) == scored != set()


def csv_column(name: str, place: int) -> list[str]:
    with (SAMPLES / name).open(encoding="latin-1", newline="") as file:
        return [row[place] for row in csv.reader(file)]


def test_rows_of_the_samples_add_up(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        accounts = row_accounts(connection)
    parts = ("n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")
    assert accounts["n_rows_in"].to_list() == accounts.select(pl.sum_horizontal(parts)).to_series().to_list()
    assert (accounts["n_rows_in"] > 0).all()


def test_nothing_is_guessed_about_answers_nobody_mapped(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        scores = fetch(connection, "select score from core_answers")["score"]
        broken = fetch(connection, "select distinct rule from set_aside where disposition = 'quarantined'")[
            "rule"
        ]
    assert scores.is_between(1, 5).all()
    assert "readable:score" in broken.to_list()


def test_a_programme_without_people_still_gets_a_page_that_says_so(sampled: Path) -> None:
    page = (sampled / "published" / "current" / "site" / "index.html").read_text("utf-8")
    assert "too early" in page.lower()
