"""Estimates through the gate, held against everything that can have been seen before."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from gated import fresh, released
from programmes import make_small

from models.contracts import PROTECTED_TABLES
from models.disclosure import Past, Protected
from pipelines.new_programme import make_programme
from pipelines.publish import MANIFEST, Release, data_hash, draft_folder, draft_restricted, publish
from pipelines.run_lock import run_lock
from pipelines.settings import Folders, Programme, load_programme, now
from pipelines.stages.estimating import estimate_all, protected_tables
from pipelines.stages.landing import land_inbox
from pipelines.stages.loading import check_core, check_staged, load_history
from pipelines.stages.protecting import protect_all, settle_ledger
from pipelines.stages.reading import stage_new_files
from pipelines.stages.tables import (
    build_clusters,
    build_core_tables,
    build_derived_table,
    build_weeks,
    derived_names,
)
from pipelines.store.ledger import LedgerError, is_empty, open_ledger, pending_release, put_pending, read_past
from pipelines.store.warehouse import open_warehouse

FIRST, SECOND = "1" * 64, "2" * 64


@pytest.fixture
def empty(tmp_path: Path) -> Programme:
    """A programme that has not run yet."""
    make_programme(tmp_path / "programme")
    return load_programme(tmp_path / "programme")


@pytest.fixture(scope="module")
def estimated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small programme up to its estimates; treat as read-only."""
    folder = tmp_path_factory.mktemp("estimated") / "programme"
    make_small(folder)
    programme = load_programme(folder)
    with run_lock(programme.folders):
        land_inbox(programme, now())
        stage_new_files(programme)
        check_staged(programme)
        load_history(programme)
        build_core_tables(programme)
        check_core(programme)
        build_clusters(programme)
        build_weeks(programme)
        for name in derived_names():
            build_derived_table(programme, name)
        estimate_all(programme, FIRST)
    return folder


@pytest.fixture
def programme(estimated: Path, tmp_path: Path) -> Programme:
    shutil.copytree(estimated, tmp_path / "programme")
    return load_programme(tmp_path / "programme")


def announce(folders: Folders, hashed: str, key: str = "") -> Protected:
    """Write into the ledger that a release of these tables is about to appear."""
    protected = released(fresh())[0]
    with open_ledger(folders.ledger) as ledger:
        put_pending(ledger, protected, data_hash=hashed, plan_hash="plan", key_fingerprint=key)
    return protected


def appear(folders: Folders, hashed: str) -> Path:
    """A release of these tables, there to be seen."""
    for part in ("site/index.html", "report/report.html", "published.duckdb"):
        path = draft_folder(folders) / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("seen", "utf-8")
    draft_restricted(folders).mkdir(parents=True, exist_ok=True)
    (draft_restricted(folders) / "analyst.duckdb").write_text("seen", "utf-8")
    name = f"2026-W40-{hashed[:12]}"
    return publish(folders, Release(name, "2026-W40", "i" * 64, hashed, "plan", "0.1.0", "2026-10-04"))


def shown_tables(programme: Programme) -> dict[str, pl.DataFrame]:
    with open_warehouse(programme.folders.database) as connection:
        return protected_tables(connection)


def past(folders: Folders) -> Past:
    with open_ledger(folders.ledger) as ledger:
        return read_past(ledger)


def waiting(folders: Folders) -> str | None:
    with open_ledger(folders.ledger) as ledger:
        return pending_release(ledger)


def is_anything_known(folders: Folders) -> bool:
    with open_ledger(folders.ledger) as ledger:
        return not is_empty(ledger)


def test_a_release_that_appeared_counts(empty: Programme) -> None:
    protected = announce(empty.folders, FIRST)
    appear(empty.folders, FIRST)
    settle_ledger(empty)
    assert past(empty.folders).sums.equals(protected.sums)
    assert waiting(empty.folders) is None


def test_a_release_that_never_appeared_is_forgotten(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    settle_ledger(empty)
    assert not is_anything_known(empty.folders)
    assert waiting(empty.folders) is None


def test_a_draft_is_no_release(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    (draft_folder(empty.folders) / "site").mkdir(parents=True)
    settle_ledger(empty)
    assert not is_anything_known(empty.folders)


def test_another_release_does_not_make_this_one_count(empty: Programme) -> None:
    appear(empty.folders, SECOND)
    announce(empty.folders, FIRST)
    settle_ledger(empty)
    assert not is_anything_known(empty.folders)


def test_a_release_that_is_there_but_not_current_counts(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    appear(empty.folders, FIRST)
    appear(empty.folders, SECOND)
    settle_ledger(empty)
    assert is_anything_known(empty.folders)


def test_where_the_manifest_cannot_be_read_it_may_have_been_seen(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    (appear(empty.folders, SECOND) / MANIFEST).write_text("{", "utf-8")
    settle_ledger(empty)
    assert is_anything_known(empty.folders)


def test_settling_again_changes_nothing(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    appear(empty.folders, FIRST)
    settle_ledger(empty)
    once = past(empty.folders)
    settle_ledger(empty)
    assert past(empty.folders).sums.equals(once.sums)


def test_releases_without_a_ledger_stop_the_run_with_a_remedy(empty: Programme) -> None:
    appear(empty.folders, FIRST)
    with pytest.raises(
        LedgerError, match=r"no ledger of them \(ledger\.duckdb\).*Restore the file from a backup"
    ):
        protect_all(empty)


def test_a_ledger_that_is_lost_stops_the_run_though_a_later_one_was_begun(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    appear(empty.folders, FIRST)
    settle_ledger(empty)
    empty.folders.ledger.unlink()
    for _ in range(2):
        with pytest.raises(LedgerError, match="no ledger"):
            protect_all(empty)


def test_a_ledger_that_does_not_know_the_release_shown_stops_the_run_with_a_remedy(empty: Programme) -> None:
    announce(empty.folders, FIRST)
    appear(empty.folders, FIRST)
    settle_ledger(empty)
    appear(empty.folders, SECOND)
    with pytest.raises(
        LedgerError, match=r"ledger\.duckdb does not know the release that is shown.*Restore the ledger"
    ):
        protect_all(empty)


def test_a_ledger_of_another_key_stops_the_run_with_a_remedy(empty: Programme) -> None:
    announce(empty.folders, FIRST, key="another")
    appear(empty.folders, FIRST)
    settle_ledger(empty)
    with pytest.raises(LedgerError, match=r"another identity key.*Bring the key back"):
        protect_all(empty)


@pytest.mark.slow
def test_every_protected_table_is_written_and_waits_in_the_ledger(programme: Programme) -> None:
    n_rows = protect_all(programme)
    assert list(n_rows) == [table.name for table in PROTECTED_TABLES]
    written = shown_tables(programme)
    assert {name: len(frame) for name, frame in written.items()} == n_rows
    assert waiting(programme.folders) == data_hash(written)
    assert not is_anything_known(programme.folders)


@pytest.mark.slow
def test_a_run_again_after_its_release_shows_the_same(programme: Programme) -> None:
    protect_all(programme)
    before = shown_tables(programme)
    appear(programme.folders, data_hash(shown_tables(programme)))
    protect_all(programme)
    after = shown_tables(programme)
    assert all(after[name].equals(frame) for name, frame in before.items())


@pytest.mark.slow
def test_one_persons_corrected_outcome_holds_the_headline(programme: Programme) -> None:
    protect_all(programme)
    appear(programme.folders, data_hash(shown_tables(programme)))
    with open_warehouse(programme.folders.database) as connection:
        before = protected_tables(connection)
        connection.execute(
            """
            update effect_cells set n_kept = n_kept - 1
            where line = 'primary' and arm = 1 and n_kept > 0 and person_id = (
                select min(person_id) from effect_cells where line = 'primary' and arm = 1 and n_kept > 0
            )
            """
        )
        connection.execute("update estimate_effect set estimate = estimate / 2 where line = 'primary'")
    protect_all(programme)
    after = shown_tables(programme)
    headline = pl.col("line") == "primary"
    assert after["protected_effect"].filter(headline).equals(before["protected_effect"].filter(headline))


@pytest.mark.slow
def test_what_was_protected_but_never_released_holds_nothing(programme: Programme) -> None:
    protect_all(programme)
    protect_all(programme)
    assert waiting(programme.folders) == data_hash(shown_tables(programme))
    assert not is_anything_known(programme.folders)
