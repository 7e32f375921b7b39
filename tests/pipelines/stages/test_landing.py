"""Which files are taken in from the inbox, that none is taken in half, and which leave it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.inbox import STILL_WRITTEN, Inbox, InboxError, WaitingFile, settled_files
from pipelines.inbox_settings import InboxSettings
from pipelines.new_programme import make_programme
from pipelines.settings import Programme, load_programme
from pipelines.stages import landing
from pipelines.stages.landed_copies import landed_path
from pipelines.stages.landing import (
    clear_inbox,
    is_tried,
    land_inbox,
    left_in_inbox,
    left_lines,
    waiting_files,
)
from pipelines.store.deliveries import Reading, list_files, record_reading
from pipelines.store.inbox_look import last_look, taken_in
from pipelines.store.warehouse import open_warehouse

MOMENT = datetime(2026, 10, 4, 12, tzinfo=UTC)
TABLE = b"a,b\n1,2\n"
HASH = "hash of the sources"


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    make_programme(tmp_path / "programme")
    made = load_programme(tmp_path / "programme")
    return replace(made, inbox=replace(made.inbox, settle_seconds=0))


def drop(programme: Programme, name: str, content: bytes = TABLE) -> Path:
    path = programme.folders.inbox / name
    path.write_bytes(content)
    return path


def drop_zip(programme: Programme, name: str, members: Mapping[str, bytes]) -> Path:
    path = programme.folders.inbox / name
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def listed(programme: Programme) -> list[str]:
    return [file.name for file in waiting_files(programme)]


def known(programme: Programme) -> pl.DataFrame:
    with open_warehouse(programme.folders.database) as connection:
        return list_files(connection).sort("landed_at", "name")


def land(programme: Programme, days: int = 0) -> pl.DataFrame:
    return land_inbox(programme, MOMENT + timedelta(days=days)).sort("landed_at", "name")


def read(programme: Programme, *refused: str, names: Sequence[str] = (), source: str = "pulse") -> None:
    """Stand in for the reading of landed files: those named in `refused` are, the others (or `names`) are loaded."""
    with open_warehouse(programme.folders.database) as connection:
        for file_id, name in (
            list_files(connection).filter(status="landed").select("file_id", "name").iter_rows()
        ):
            if name in refused:
                record_reading(connection, Reading(file_id, "refused", HASH, rule="no_source_fits"))
            elif not names or name in names:
                record_reading(connection, Reading(file_id, "loaded", HASH, source, "csv", 1))
    clear_inbox(programme)


def tried(programme: Programme, reading_hash: str = HASH) -> bool:
    with open_warehouse(programme.folders.database) as connection:
        look = last_look(connection)
    return is_tried(waiting_files(programme), look, known(programme), reading_hash)


def test_a_landed_copy_is_named_by_its_hash_and_can_only_be_read_by_its_owner(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    (row,) = land(programme).iter_rows(named=True)
    copy = programme.folders.landed / row["sha256"][:16]
    assert copy.read_bytes() == TABLE
    assert copy.stat().st_mode & 0o777 == 0o400


def test_a_landed_file_is_remembered_with_name_size_and_time(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    (row,) = land(programme).iter_rows(named=True)
    found = (row["name"], row["size_bytes"], row["landed_at"], row["status"])
    assert found == ("pulse.csv", 8, MOMENT.replace(tzinfo=None), "landed")


def test_two_files_of_the_same_bytes_are_one_with_two_names(programme: Programme) -> None:
    drop(programme, "a.csv")
    drop(programme, "b.csv")
    assert land(programme)["name"].to_list() == ["a.csv"]
    with open_warehouse(programme.folders.database) as connection:
        assert [file.name for file in taken_in(connection)] == ["a.csv", "b.csv"]
    read(programme)
    assert listed(programme) == []


def test_links_and_folders_are_left_alone(programme: Programme, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"a\n")
    (programme.folders.inbox / "link.csv").symlink_to(secret)
    (programme.folders.inbox / "folder.csv").mkdir()
    assert land(programme).height == 0
    assert secret.exists()


def test_a_file_stays_in_the_inbox_until_it_has_been_read(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    land(programme)
    clear_inbox(programme)
    assert listed(programme) == ["pulse.csv"]
    read(programme)
    assert listed(programme) == []
    assert landed_path(programme.folders, known(programme)["file_id"][0]).exists()


def test_a_file_replaced_while_it_was_read_stays_in_the_inbox(programme: Programme) -> None:
    path = drop(programme, "pulse.csv")
    land(programme)
    path.write_bytes(b"newer\n")
    read(programme)
    assert path.read_bytes() == b"newer\n"


def test_a_file_whose_bytes_were_read_before_adds_nothing_and_leaves(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    land(programme)
    read(programme)
    drop(programme, "again.csv")
    assert land(programme, 1).height == 1
    clear_inbox(programme)
    assert listed(programme) == []


def test_bytes_delivered_again_after_others_of_their_source_are_a_delivery_of_their_own(
    programme: Programme,
) -> None:
    for day, content in enumerate((TABLE, b"other\n", TABLE)):
        drop(programme, "pulse.csv", content)
        land(programme, day)
        read(programme)
    ids = known(programme)["file_id"].to_list()
    assert ids == [ids[0], ids[1], f"{ids[0]}-2"]


def test_a_file_being_written_is_left_and_named_and_the_others_are_taken_in(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(programme, "pulse.csv")
    drop(programme, "groups.csv", b"g\n")

    def then_it_grows(inbox: Inbox, moment: datetime) -> tuple[list[WaitingFile], list[WaitingFile]]:
        found = settled_files(inbox, moment)
        path.write_bytes(TABLE + b"3,")
        return found

    monkeypatch.setattr(landing, "settled_files", then_it_grows)
    assert land(programme)["name"].to_list() == ["groups.csv"]
    read(programme)
    assert listed(programme) == ["pulse.csv"]
    assert not (programme.folders.landed / ".incoming").exists()
    (left,) = left_in_inbox(programme, waiting_files(programme))
    assert (left.name, left.left) == ("pulse.csv", STILL_WRITTEN)
    assert left_lines([left])[0].startswith("Left in the inbox: pulse.csv (still_being_written): it was being")
    assert not tried(programme)
    monkeypatch.undo()
    assert land(programme, 1)["name"].to_list() == ["groups.csv", "pulse.csv"]
    assert left_in_inbox(programme, waiting_files(programme)) == []


def test_a_file_that_has_not_lain_still_is_left_and_named(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(programme, "pulse.csv")
    monkeypatch.setattr(landing, "settled_files", lambda inbox, _: ([], landing.list_waiting(inbox)))
    assert land(programme).height == 0
    (left,) = left_in_inbox(programme, waiting_files(programme))
    assert (left.name, left.left) == ("pulse.csv", STILL_WRITTEN)


def test_a_file_that_is_gone_is_not_said_to_be_left(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(programme, "pulse.csv")
    monkeypatch.setattr(landing, "fetch", lambda *_: STILL_WRITTEN)
    land(programme)
    path.unlink()
    assert left_in_inbox(programme, waiting_files(programme)) == []


def test_a_file_that_cannot_be_removed_counts_and_is_named(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(programme, "pulse.csv")
    land(programme)

    def refuse(*_: object) -> None:
        raise InboxError("no")

    monkeypatch.setattr(landing, "remove", refuse)
    read(programme)
    (left,) = left_in_inbox(programme, waiting_files(programme))
    assert left.left is not None
    assert left.left.rule == "not_removed"
    monkeypatch.undo()
    assert land(programme, 1)["status"].to_list() == ["loaded"]
    clear_inbox(programme)
    assert listed(programme) == []


def test_a_refused_file_stays_and_its_copy_goes_and_it_is_tried_again_when_something_changes(
    programme: Programme,
) -> None:
    path = drop(programme, "pulse.csv")
    land(programme)
    read(programme, "pulse.csv")
    assert listed(programme) == ["pulse.csv"]
    assert list(programme.folders.landed.iterdir()) == []
    assert tried(programme)
    assert not tried(programme, "hash of other sources")
    path.write_bytes(b"mended\n")
    assert not tried(programme)


def test_a_refused_file_taken_out_of_the_inbox_is_forgotten(programme: Programme) -> None:
    path = drop(programme, "pulse.csv")
    land(programme)
    read(programme, "pulse.csv")
    assert land(programme).height == 1
    clear_inbox(programme)
    path.unlink()
    assert land(programme).height == 0


def test_each_file_of_an_archive_is_landed_as_a_file_of_its_own(programme: Programme) -> None:
    drop_zip(programme, "exports.zip", {"pulse.csv": TABLE, "a/groups.csv": b"g\n", "__MACOSX/x": b"x"})
    found = land(programme)
    assert found["name"].to_list() == ["exports.zip/a/groups.csv", "exports.zip/pulse.csv"]
    contents = {landed_path(programme.folders, file_id).read_bytes() for file_id in found["file_id"]}
    assert contents == {TABLE, b"g\n"}
    read(programme)
    assert listed(programme) == []


def test_an_archive_stays_until_all_its_files_are_read_and_those_read_are_not_delivered_again(
    programme: Programme,
) -> None:
    drop_zip(programme, "exports.zip", {"pulse.csv": TABLE, "odd.csv": b"odd\n"})
    land(programme)
    read(programme, "exports.zip/odd.csv")
    assert listed(programme) == ["exports.zip"]
    assert tried(programme)
    # The same source delivers something newer: what still lies in the archive must not come after it.
    drop(programme, "pulse.csv", b"newer\n")
    land(programme, 1)
    read(programme, "exports.zip/odd.csv")
    newer = known(programme)
    land(programme, 2)
    assert known(programme)["file_id"].to_list() == newer["file_id"].to_list()
    assert listed(programme) == ["exports.zip"]


def test_a_refused_archive_stays_is_named_with_its_rule_and_not_tried_again(programme: Programme) -> None:
    inner = drop_zip(programme, "inner.zip", {"pulse.csv": TABLE})
    path = drop_zip(programme, "exports.zip", {"inner.zip": inner.read_bytes(), "groups.csv": b"g\n"})
    inner.unlink()
    (row,) = land(programme).iter_rows(named=True)
    assert (row["name"], row["status"], row["rule"]) == ("exports.zip", "refused", "archive_nested")
    assert row["remedy"].startswith("Unpack it yourself")
    assert list(programme.folders.landed.iterdir()) == []
    clear_inbox(programme)
    assert listed(programme) == ["exports.zip"]
    assert tried(programme)
    path.unlink()
    assert land(programme, 1).height == 0


def test_a_copy_that_was_damaged_is_put_anew_by_the_same_file(programme: Programme) -> None:
    drop(programme, "pulse.csv")
    copy = landed_path(programme.folders, land(programme)["file_id"][0])
    read(programme)
    copy.unlink()
    copy.write_bytes(TABLE[:4])
    drop(programme, "pulse.csv")
    (row,) = land(programme, 1).iter_rows(named=True)
    assert copy.read_bytes() == TABLE
    assert copy.stat().st_mode & 0o777 == 0o400
    assert row["landed_at"] == MOMENT.replace(tzinfo=None)


def test_landed_copies_are_remembered_when_the_warehouse_is_lost(programme: Programme) -> None:
    drop_zip(programme, "exports.zip", {"pulse.csv": TABLE})
    first = land(programme).drop("status", "source", "format", "reading_hash", "n_rows")
    read(programme)
    programme.folders.database.unlink()
    again = land(programme, 5)
    assert again["status"].to_list() == ["landed"]
    assert again.select(first.columns).rows() == first.rows()


def test_what_a_killed_run_left_half_copied_goes(programme: Programme) -> None:
    half = programme.folders.landed / ".incoming" / "0"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    land(programme)
    assert list(programme.folders.landed.iterdir()) == []


@pytest.fixture
def named(programme: Programme, tmp_path: Path) -> Programme:
    return replace(programme, inbox=InboxSettings(str(tmp_path / "share"), True, 0))


def test_the_inbox_can_be_another_folder(named: Programme) -> None:
    share = Path(named.inbox.url)
    share.mkdir()
    (share / "pulse.csv").write_bytes(TABLE)
    drop(named, "elsewhere.csv", b"not looked at\n")
    assert land(named)["name"].to_list() == ["pulse.csv"]
    read(named)
    assert list(share.iterdir()) == []
    assert [path.name for path in named.folders.inbox.iterdir()] == ["elsewhere.csv"]


def test_an_inbox_that_is_not_there_ends_the_run_and_changes_nothing(named: Programme) -> None:
    with pytest.raises(InboxError, match=r"share can't be listed"):
        land(named)
    assert not named.folders.database.exists()
