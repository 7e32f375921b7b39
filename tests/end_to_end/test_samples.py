"""Real exports, all dropped into one inbox: read where this version reads the format, else refused by name."""

from __future__ import annotations

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
REFUSED = {
    "limesurvey": "limesurvey",
    "qualtrics": "qualtrics",
    "surveymonkey": "surveymonkey",
    "typeform": "typeform",
}


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
        assert became == ("loaded" if name.startswith(("googleforms", "ics_")) else "refused"), name


def test_formats_this_version_does_not_read_are_refused_by_the_tools_name(sampled: Path) -> None:
    with open_warehouse(Folders(sampled).database) as connection:
        refused = list_files(connection).filter(status="refused")
    for row in refused.iter_rows(named=True):
        tool = REFUSED[row["name"].split("_")[0]]
        assert row["rule"] == "format_not_read"
        assert tool in row["reason"].lower()


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
