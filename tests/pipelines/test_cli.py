"""The `peerlift` command: what it makes, says and changes, and its exit codes."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from programmes import Ran

import pipelines.running
from pipelines.cli import EXIT_CODES, main
from pipelines.new_programme import make_programme
from pipelines.progress import Silent, show_progress
from pipelines.settings import Folders

PLACES = ("site", "report", "published", "analyst")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_programme(tmp_path / "programme")
    return tmp_path / "programme"


def peerlift(*words: str | Path, programme: Path | None = None) -> Result:
    named = [] if programme is None else ["--programme", str(programme)]
    return CliRunner().invoke(main, [*named, *(str(word) for word in words)])


def everything(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, and its folders and links, by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def test_init_makes_inbox_settings_key_and_a_source_file_per_input(tmp_path: Path) -> None:
    result = peerlift("init", tmp_path / "new")
    made = everything(tmp_path / "new")
    assert result.exit_code == 0
    assert {"inbox", "peerlift.toml", "plan.toml", "secrets/identity.key"} <= set(made)
    templates = Path(pipelines.running.__file__).parent / "templates" / "sources"
    assert {f"sources/{path.name}" for path in templates.glob("*.toml")} <= set(made)
    assert (tmp_path / "new" / "secrets" / "identity.key").stat().st_mode & 0o777 == 0o600
    assert "Next: set name and time_zone" in result.output


def test_init_does_not_touch_a_programme_that_is_there(folder: Path) -> None:
    before = everything(folder)
    result = peerlift("init", folder)
    assert result.exit_code == 2
    assert "holds a programme already; nothing was changed" in result.output
    assert everything(folder) == before


def test_without_a_programme_every_command_says_how_to_make_one(tmp_path: Path) -> None:
    for words in (("run",), ("status",), ("where", "site")):
        result = peerlift(*words, programme=tmp_path)
        assert result.exit_code == 2
        assert "Make a programme with `peerlift init FOLDER`" in result.output


def test_wrong_settings_are_wrong_use(folder: Path) -> None:
    (folder / "plan.toml").write_text("horizn_days = 28\n", "utf-8")
    result = peerlift("status", programme=folder)
    assert result.exit_code == 2
    assert "Did you mean 'horizon_days'" in result.output


@pytest.mark.parametrize("what", PLACES)
def test_before_the_first_run_there_is_nothing_to_point_at(folder: Path, what: str) -> None:
    result = peerlift("where", what, programme=folder)
    assert result.exit_code == 2
    assert f"There is no {what} yet: drop exports in" in result.output


@pytest.mark.parametrize("what", ["inbox", "quarantine", "dagster"])
def test_some_places_are_known_from_the_start(folder: Path, what: str) -> None:
    result = peerlift("where", what, programme=folder)
    assert (result.exit_code, Path(result.output.strip()).name.split(".")[0]) == (0, what)


@pytest.mark.slow
@pytest.mark.parametrize("what", [*PLACES, "quarantine", "inbox", "dagster"])
def test_after_a_run_every_place_is_one_that_exists(ran_small: Ran, what: str) -> None:
    result = peerlift("where", what, programme=ran_small.folder)
    assert result.exit_code == 0
    assert Path(result.output.strip()).exists()


@pytest.mark.slow
def test_the_published_file_is_named_by_its_release_and_the_site_by_the_pointer(ran_small: Ran) -> None:
    assert "/releases/" in peerlift("where", "published", programme=ran_small.folder).output
    assert "/current/site/" in peerlift("where", "site", programme=ran_small.folder).output


def test_status_before_the_first_run_counts_what_waits_and_makes_nothing(folder: Path) -> None:
    (folder / "inbox" / "pulse.csv").write_text("a\n", "utf-8")
    before = everything(folder)
    result = peerlift("status", programme=folder)
    assert result.exit_code == 0
    assert "No release yet." in result.output
    assert "1 files wait in" in result.output
    assert everything(folder) == before


@pytest.mark.slow
def test_status_after_a_run_says_release_files_and_what_was_set_aside(ran_small: Ran) -> None:
    result = peerlift("status", programme=ran_small.folder)
    assert result.exit_code == 3
    release = (ran_small.folder / "published" / "current").resolve().name
    assert f"Release {release}" in result.output
    assert "pulse.csv" in result.output
    assert "Set aside: " in result.output
    assert "example.org" not in result.output


@pytest.mark.slow
def test_check_says_how_a_file_would_be_read_and_changes_nothing(small_copy: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "groups.csv"
    sheet.write_text("group,e-mail,from,to\nG1,a@example.org,2026-01-05,\n", "utf-8")
    before = everything(small_copy)
    result = peerlift("check", sheet, programme=small_copy)
    assert result.exit_code == 0, result.output
    assert "groups.csv: csv, read by sources/groups.toml, 1 rows" in result.output
    assert everything(small_copy) == before


def test_check_of_a_file_no_source_fits_says_so_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    unknown = tmp_path / "unheard_of.csv"
    unknown.write_text("a,b\n1,2\n", "utf-8")
    before = everything(folder)
    result = peerlift("check", unknown, programme=folder)
    assert result.exit_code == 3
    assert "unheard_of.csv is refused (no_source_fits)" in result.output
    assert everything(folder) == before


def test_check_names_the_rows_that_would_be_set_aside(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "attendance.csv"
    rows = ("group,session,e-mail,came,focus (min)", "G1,1,a@example.org,yes,20", "G1,1,b@example.org,maybe,20")
    sheet.write_text("\n".join(rows), "utf-8")
    result = peerlift("check", sheet, programme=folder)
    assert result.exit_code == 3, result.output
    assert "Would be set aside: attendance, readable:attended: rows 3." in result.output
    assert "maybe" not in result.output


def test_check_of_a_file_that_is_not_there_is_wrong_use(folder: Path) -> None:
    assert peerlift("check", folder / "nothing.csv", programme=folder).exit_code == 2


@pytest.mark.slow
def test_a_run_ends_with_the_code_of_what_happened(folder: Path) -> None:
    assert peerlift("run", programme=folder).exit_code == 0
    (folder / "inbox" / "unheard_of.csv").write_bytes(b"a,b\n1,2\n")
    assert peerlift("run", programme=folder).exit_code == 3


def test_a_damaged_warehouse_is_one_sentence_and_no_traceback(folder: Path) -> None:
    database = Folders(folder).database
    database.parent.mkdir()
    database.write_bytes(b"no database" * 1000)
    result = peerlift("run", programme=folder)
    assert result.exit_code == 1
    assert "made anew from the landed copies" in result.output
    assert "Traceback" not in result.output


def test_a_run_while_another_goes_on_waits_for_nobody(folder: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from pipelines.run_lock import run_lock; "
        "from pipelines.settings import Folders\n"
        "with run_lock(Folders(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        result = peerlift("run", programme=folder)
        other.communicate("")
    assert result.exit_code == 4
    assert "Another run of this programme is going on" in result.output


def test_help_lists_the_exit_codes_and_every_command() -> None:
    result = peerlift("--help")
    assert result.exit_code == 0
    assert all(line.strip() in result.output for line in EXIT_CODES.splitlines()[2:])
    commands = {"init", "run", "demo", "status", "where", "check", "map", "assign", "quarantine"}
    assert set(main.list_commands(click.Context(main))) == commands


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_silent_where_nobody_watches() -> None:
    stream = io.StringIO()
    with show_progress(stream) as progress:
        progress.begin(3)
        progress.step("core_history")
        progress.done()
    assert isinstance(progress, Silent)
    assert stream.getvalue() == ""


def test_progress_on_a_terminal_names_the_step_under_way() -> None:
    stream = Terminal()
    with show_progress(stream) as progress:
        progress.begin(3)
        progress.step("core_history")
        progress.done()
    assert "core history" in stream.getvalue()


def test_the_folders_of_a_programme_lie_below_it(tmp_path: Path) -> None:
    assert Folders(tmp_path).database == tmp_path / "warehouse" / "peerlift.duckdb"
