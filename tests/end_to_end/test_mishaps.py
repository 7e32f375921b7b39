"""What goes wrong in a programme's life: slips in exports, lost files, changed keys; each is said or mended."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from programmes import run
from rich.console import Console

from pipelines.cli import main
from pipelines.errors import RunFailedError
from pipelines.identity import IdentityKeyError
from pipelines.publish import current_release
from pipelines.settings import Folders, load_programme
from pipelines.stages.reading import stage_new_files
from pipelines.status import print_status
from pipelines.store.deliveries import list_files, quarantined_rows
from pipelines.store.warehouse import fetch, open_warehouse

pytestmark = pytest.mark.slow


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with open_warehouse(Folders(folder).database) as connection:
        return fetch(connection, sql).rows()


def set_last_day(folder: Path, day: str) -> None:
    path = folder / "peerlift.toml"
    lines = [
        f"ends_on = {day}" if line.startswith("ends_on") else line
        for line in path.read_text("utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def add_remark(folder: Path) -> None:
    """A change that makes the next run release anew, and changes no number."""
    path = folder / "plan.toml"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", "utf-8")


def test_a_session_held_in_the_future_is_set_aside_by_name(new_small: Callable[[str], Path]) -> None:
    folder = new_small("future")
    log = folder / "inbox" / "session_log.csv"
    lines = log.read_text("utf-8").splitlines()
    year = lines[3].split("-")[0][-4:]
    lines[3] = lines[3].replace(f"{year}-", "2093-")
    log.write_text("\n".join(lines) + "\n", "utf-8")
    run(folder)
    with open_warehouse(Folders(folder).database) as connection:
        aside = quarantined_rows(connection)
    assert aside.filter(table_name="sessions", row_number=4)["rule"].str.contains("not_future").any()
    assert current_release(Folders(folder)) is not None


def test_nothing_after_the_cut_counts(small_copy: Path) -> None:
    last = query(small_copy, "select max(started_on) from core_sessions")[0][0]
    set_last_day(small_copy, "2026-02-15")
    run(small_copy)
    assert str(last) > "2026-02-15"
    assert str(query(small_copy, "select max(started_on) from core_sessions")[0][0]) <= "2026-02-15"
    assert query(small_copy, "select count(*) from group_reach where days < 0") == [(0,)]
    shares = [
        row[0] for row in query(small_copy, "select share_reached from estimate_funnel order by session_number")
    ]
    known = [share for share in shares if share is not None]
    assert known == sorted(known, reverse=True)


def test_a_lost_warehouse_is_made_anew_from_the_landed_copies(small_copy: Path) -> None:
    before = current_release(Folders(small_copy))
    Folders(small_copy).database.unlink()
    Folders(small_copy).database.with_name("peerlift.duckdb.wal").unlink(missing_ok=True)
    run(small_copy)
    after = current_release(Folders(small_copy))
    assert before is not None
    assert after is not None
    assert after.data_hash == before.data_hash


def lose_the_ledger(folders: Folders) -> None:
    folders.ledger.unlink()


def lose_the_warehouse(folders: Folders) -> None:
    shutil.rmtree(folders.warehouse)


@pytest.mark.parametrize("lose", [lose_the_ledger, lose_the_warehouse])
def test_a_lost_ledger_stops_the_run_with_a_remedy_that_works(
    small_copy: Path, tmp_path: Path, lose: Callable[[Folders], None]
) -> None:
    folders = Folders(small_copy)
    before, backup = current_release(folders), tmp_path / "backup"
    shutil.copytree(folders.warehouse, backup)
    lose(folders)
    add_remark(small_copy)
    for _ in range(2):  # an empty ledger that the first one left is no ledger
        refused = CliRunner().invoke(main, ["--programme", str(small_copy), "run"])
        assert refused.exit_code == 1
        assert "no ledger of them (ledger.duckdb)" in refused.output
        assert "Restore the file from a backup" in refused.output
        assert current_release(folders) == before
    shutil.rmtree(folders.warehouse)
    shutil.copytree(backup, folders.warehouse)
    assert run(small_copy)[0].startswith("Released")
    after = current_release(folders)
    assert before is not None
    assert after is not None
    assert after.data_hash == before.data_hash


def test_a_release_moved_away_needs_no_ledger(small_copy: Path) -> None:
    folders = Folders(small_copy)
    folders.ledger.unlink()
    folders.published.rename(small_copy / "published_before")
    assert run(small_copy)[0].startswith("Released")


def test_a_ledger_restored_from_before_the_release_that_is_shown_is_refused(
    small_copy: Path, tmp_path: Path
) -> None:
    folders = Folders(small_copy)
    shutil.copyfile(folders.ledger, tmp_path / "ledger.duckdb")
    first = current_release(folders)
    set_last_day(small_copy, "2026-02-15")
    run(small_copy)
    second = current_release(folders)
    shutil.copyfile(tmp_path / "ledger.duckdb", folders.ledger)
    add_remark(small_copy)
    with pytest.raises(RunFailedError, match=r"ledger\.duckdb does not know the release that is shown"):
        run(small_copy)
    assert first is not None
    assert second is not None
    assert first.data_hash != second.data_hash
    assert current_release(folders) == second


def test_a_calendar_cut_short_is_refused_by_name(small_copy: Path, new_small: Callable[[str], Path]) -> None:
    whole = (new_small("whole") / "inbox" / "calendar.ics").read_bytes()
    (small_copy / "inbox" / "calendar_copy.ics").write_bytes(whole[: len(whole) // 2])
    run(small_copy)
    with open_warehouse(Folders(small_copy).database) as connection:
        refused = list_files(connection).filter(status="refused")
    assert refused["name"].to_list() == ["calendar_copy.ics"]
    assert refused["rule"].to_list() == ["unreadable_file"]


def test_an_earlier_roster_dropped_again_counts_again(small_copy: Path) -> None:
    (landed,) = query(small_copy, "select file_id from files where source = 'roster'")
    first = (small_copy / "warehouse" / "landed" / str(landed[0])).read_text("utf-8-sig")
    department = first.splitlines()[1].split(";")[2]
    (small_copy / "inbox" / "roster_new.csv").write_text(first.replace(department, "Elsewhere"), "utf-8")
    run(small_copy)
    departments = "select count(*) from core_people where department = 'Elsewhere'"
    assert query(small_copy, departments)[0][0] > 0  # type: ignore[operator]
    shutil.copyfile(small_copy / "warehouse" / "landed" / str(landed[0]), small_copy / "inbox" / "roster.csv")
    run(small_copy)
    assert query(small_copy, departments) == [(0,)]


def test_another_identity_key_is_refused(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERLIFT_IDENTITY_KEY", "cd" * 32)
    with pytest.raises(IdentityKeyError, match="another one"):
        stage_new_files(load_programme(small_copy))


def test_a_damaged_release_is_published_anew(small_copy: Path) -> None:
    before = current_release(Folders(small_copy))
    (small_copy / "published" / "current" / "site" / "index.html").write_bytes(b"")
    said, _ = run(small_copy)
    after = current_release(Folders(small_copy))
    assert said.startswith("Released")
    assert before is not None
    assert after is not None
    assert (after.data_hash, after.release_id != before.release_id) == (before.data_hash, True)
    assert (small_copy / "published" / "current" / "site" / "index.html").stat().st_size > 10_000


def test_a_name_that_looks_like_markup_is_printed_as_it_is(small_copy: Path) -> None:
    path = small_copy / "peerlift.toml"
    path.write_text(
        path.read_text("utf-8").replace('name = "Peer coaching"', 'name = "Pilot [/x] [bold]"'), "utf-8"
    )
    said = io.StringIO()
    print_status(load_programme(small_copy), Console(file=said, width=120))
    assert "Pilot [/x] [bold]" in said.getvalue()


def test_what_the_page_says_of_checks_does_not_depend_on_how_files_were_batched(small_copy: Path) -> None:
    checks = "select * from meta_checks order by all"
    before = query(small_copy, checks)
    add_remark(small_copy)
    run(small_copy)
    assert query(small_copy, checks) == before
