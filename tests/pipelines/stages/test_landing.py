"""Which files are taken in from the inbox, and that none is taken in half."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.new_programme import make_programme
from pipelines.settings import Folders, Programme, load_programme
from pipelines.stages import landing
from pipelines.stages.landing import (
    InboxFile,
    land_inbox,
    list_inbox,
    remove_copy,
    remove_from_inbox,
)
from pipelines.store.deliveries import Reading, list_files, record_reading
from pipelines.store.warehouse import open_warehouse

MOMENT = datetime(2026, 10, 4, 12, tzinfo=UTC)


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    make_programme(tmp_path / "programme")
    return load_programme(tmp_path / "programme")


def drop(programme: Programme, name: str, content: bytes = b"a,b\n1,2\n") -> Path:
    path = programme.folders.inbox / name
    path.write_bytes(content)
    return path


def listed(programme: Programme) -> list[str]:
    return [file.path.name for file in list_inbox(programme.folders)]


@pytest.mark.parametrize(
    "name", [".hidden.csv", "~$pulse.xlsx", "pulse.csv.part", "pulse.TMP", "a.crdownload", "a.partial"]
)
def test_hidden_unfinished_and_lock_files_are_left_alone(programme: Programme, name: str) -> None:
    drop(programme, name)
    drop(programme, "pulse.csv")
    land_inbox(programme, MOMENT)
    assert listed(programme) == ["pulse.csv"]
    assert (programme.folders.inbox / name).exists()


def test_links_and_folders_are_left_alone(programme: Programme, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"a\n")
    (programme.folders.inbox / "link.csv").symlink_to(secret)
    (programme.folders.inbox / "folder.csv").mkdir()
    assert listed(programme) == []
    assert land_inbox(programme, MOMENT).height == 0
    assert secret.exists()


def test_a_programme_without_an_inbox_has_no_files(tmp_path: Path) -> None:
    assert list_inbox(Folders(tmp_path)) == []


def test_a_landed_copy_is_named_by_its_hash_and_private(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    (file,) = list_inbox(programme.folders)
    land_inbox(programme, MOMENT)
    copy = programme.folders.landed / file.sha256[:16]
    assert copy.read_bytes() == b"a,b\n1,2\n"
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_landed_file_is_remembered_with_name_size_and_time(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    (row,) = land_inbox(programme, MOMENT).iter_rows(named=True)
    found = (row["name"], row["size_bytes"], row["landed_at"], row["status"])
    assert found == ("pulse.csv", 8, MOMENT.replace(tzinfo=None), "landed")


def test_two_files_of_the_same_bytes_are_one(programme: Programme) -> None:
    drop(programme, "a.csv")
    drop(programme, "b.csv")
    assert land_inbox(programme, MOMENT)["name"].to_list() == ["a.csv"]


def test_a_file_stays_in_the_inbox_until_it_has_been_read(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    land_inbox(programme, MOMENT)
    assert listed(programme) == ["pulse.csv"]


def test_a_file_whose_bytes_were_read_before_leaves_the_inbox(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    (file_id,) = land_inbox(programme, MOMENT)["file_id"]
    with open_warehouse(programme.folders.database) as connection:
        record_reading(connection, Reading(file_id, "loaded", "hash", "pulse", "csv", 1))
    drop(programme, "again.csv")
    assert land_inbox(programme, MOMENT).height == 1
    assert listed(programme) == []


def test_a_file_that_changes_while_it_is_copied_is_not_taken_in(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(programme, "pulse.csv")

    def list_then_change(folders: Folders) -> list[InboxFile]:
        found = list_inbox(folders)
        path.write_bytes(b"a,b\n1,2\n3,")
        return found

    monkeypatch.setattr(landing, "list_inbox", list_then_change)
    with pytest.raises(OSError, match=r"pulse\.csv changed while it was read: let the copying end"):
        land_inbox(programme, MOMENT)
    assert list(programme.folders.landed.iterdir()) == []
    with open_warehouse(programme.folders.database) as connection:
        assert list_files(connection).height == 0
    assert path.exists()


def test_a_file_replaced_since_it_was_read_stays_in_the_inbox(programme: Programme) -> None:
    path = drop(programme, "pulse.csv")
    (file,) = list_inbox(programme.folders)
    path.write_bytes(b"newer\n")
    remove_from_inbox(file)
    assert path.read_bytes() == b"newer\n"


def test_a_refused_file_taken_out_of_the_inbox_is_forgotten(programme: Programme) -> None:
    path = drop(programme, "pulse.csv")
    (file_id,) = land_inbox(programme, MOMENT)["file_id"]
    with open_warehouse(programme.folders.database) as connection:
        record_reading(connection, Reading(file_id, "refused", "hash", rule="no_source_fits"))
    remove_copy(programme.folders, file_id)  # as a run does
    assert land_inbox(programme, MOMENT).height == 1
    remove_copy(programme.folders, file_id)
    path.unlink()
    assert land_inbox(programme, MOMENT).height == 0
