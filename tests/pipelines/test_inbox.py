"""The inbox, in a folder and in a bucket: what waits, what is still being written, what is said when it fails."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from buckets import CREDENTIALS, Bucket, bucket_server

from pipelines.inbox import (
    NOT_READABLE,
    STILL_WRITTEN,
    Inbox,
    InboxError,
    fetch,
    list_waiting,
    open_inbox,
    put,
    remove,
    settled_files,
)
from pipelines.inbox_settings import InboxSettings
from pipelines.setting_values import SettingsError

TABLE = b"a,b\n1,2\n"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with bucket_server() as bucket:
        yield bucket


@pytest.fixture
def bucket(server: Bucket) -> Bucket:
    server.clear()
    return server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    return path


def local(folder: Path, settle_seconds: float = 0) -> Inbox:
    return open_inbox(InboxSettings(str(folder), is_named=True, settle_seconds=settle_seconds))


def remote(bucket: Bucket, url: str | None = None) -> Inbox:
    settings = InboxSettings(url or bucket.url, True, 0, {"endpoint_url": bucket.endpoint})
    return open_inbox(settings)


def names(inbox: Inbox) -> list[str]:
    return [file.name for file in list_waiting(inbox)]


def test_files_wait_by_name_and_folders_hidden_unfinished_and_lock_files_are_left_alone(folder: Path) -> None:
    for name in (
        "b.csv",
        "a.csv",
        ".hidden.csv",
        "~$pulse.xlsx",
        "pulse.csv.part",
        "pulse.TMP",
        "a.crdownload",
    ):
        (folder / name).write_bytes(TABLE)
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(folder / "a.csv")
    os.mkfifo(folder / "pipe.csv")
    assert names(local(folder)) == ["a.csv", "b.csv"]


def test_objects_below_the_prefix_wait_by_name_and_those_deeper_are_left_alone(bucket: Bucket) -> None:
    for name in ("b.csv", "a.csv", ".hidden.csv", "deeper/c.csv", "x.part"):
        bucket.put(name, TABLE)
    assert names(remote(bucket)) == ["a.csv", "b.csv"]


def test_a_prefix_without_objects_is_an_empty_inbox(bucket: Bucket) -> None:
    assert names(remote(bucket)) == []


def test_a_new_object_is_seen_by_an_inbox_that_has_been_listed(bucket: Bucket) -> None:
    inbox = remote(bucket)
    for count, name in enumerate(("a.csv", "b.csv"), start=1):
        bucket.put(name, TABLE)
        assert len(names(inbox)) == count


def test_a_bucket_that_is_not_there_is_named_and_never_an_empty_inbox(bucket: Bucket) -> None:
    with pytest.raises(InboxError, match=r"s3://no-such-bucket/inbox can't be listed .* see that it exists"):
        list_waiting(remote(bucket, "s3://no-such-bucket/inbox"))


def test_a_named_folder_that_is_not_there_is_an_error_and_the_programmes_own_is_empty(tmp_path: Path) -> None:
    gone = InboxSettings(str(tmp_path / "gone"))
    assert names(open_inbox(gone)) == []
    with pytest.raises(InboxError, match=r"gone can't be listed \(FileNotFoundError\): see that it exists"):
        list_waiting(open_inbox(replace(gone, is_named=True)))


def test_a_storage_that_does_not_answer_is_said_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    options = {"endpoint_url": "http://127.0.0.1:9", "config_kwargs": {"retries": {"max_attempts": 0}}}
    inbox = open_inbox(InboxSettings("s3://bucket/inbox", True, 0, options))
    inbox.storage.retries = 1
    with pytest.raises(InboxError) as error:
        list_waiting(inbox)
    assert "The inbox s3://bucket/inbox can't be listed" in str(error.value)
    assert "see that the network and the storage answer" in str(error.value)
    assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in str(error.value)
    assert error.value.__suppress_context__
    assert error.value.__cause__ is None


def test_secrets_that_are_missing_are_told_as_such(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with pytest.raises(InboxError, match=r"NoCredentialsError.*may list, read, and remove"):
        list_waiting(remote(bucket))


def test_an_unknown_storage_is_wrong_settings() -> None:
    with pytest.raises(SettingsError, match=r"Mend the section \[inbox\] of peerlift.toml"):
        open_inbox(InboxSettings("nosuch://bucket/inbox", True))


def test_an_option_the_storage_does_not_take_is_told_with_the_section_to_mend() -> None:
    with pytest.raises(InboxError, match=r"see that the network .* and \[inbox\.options\]"):
        list_waiting(open_inbox(InboxSettings("s3://bucket/inbox", True, 0, {"client_kwargs": {"nothing": 3}})))


def test_a_storage_whose_package_is_missing_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # As a name of the package `fsspec`, `registry` is a mapping and not this module.
    monkeypatch.delitem(importlib.import_module("fsspec.registry")._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(SettingsError, match=r"pip install 'peerlift\[s3\]'"):
        open_inbox(InboxSettings("s3://bucket/inbox", True))


def test_a_fetched_file_has_its_bytes_and_is_private(folder: Path, tmp_path: Path) -> None:
    (folder / "a.csv").write_bytes(TABLE)
    (file,) = list_waiting(local(folder))
    assert fetch(local(folder), file, tmp_path / "draft") == hashlib.sha256(TABLE).hexdigest()
    assert (tmp_path / "draft").read_bytes() == TABLE
    assert (tmp_path / "draft").stat().st_mode & 0o777 == 0o600


def test_a_fetched_object_has_its_bytes(bucket: Bucket, tmp_path: Path) -> None:
    content = TABLE * 100_000
    bucket.put("a.csv", content)
    (file,) = list_waiting(remote(bucket))
    assert fetch(remote(bucket), file, tmp_path / "draft") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("changed", [b"a,b\n3,4\n", b"a,b\n", None])
def test_a_file_that_changed_or_went_since_it_was_listed_is_left(
    folder: Path, tmp_path: Path, changed: bytes | None
) -> None:
    path = folder / "a.csv"
    path.write_bytes(TABLE)
    (file,) = list_waiting(local(folder))
    path.unlink()
    if changed is not None:
        path.write_bytes(changed)
    assert fetch(local(folder), file, tmp_path / "draft") == STILL_WRITTEN
    assert not (tmp_path / "draft").exists()


@pytest.mark.parametrize("changed", [b"a,b\n3,4\n", b"a,b\n", None])
def test_an_object_that_changed_or_went_since_it_was_listed_is_left(
    bucket: Bucket, tmp_path: Path, changed: bytes | None
) -> None:
    bucket.put("a.csv", TABLE)
    (file,) = list_waiting(remote(bucket))
    bucket.clear()
    if changed is not None:
        bucket.put("a.csv", changed)
    assert fetch(remote(bucket), file, tmp_path / "draft") == STILL_WRITTEN
    assert not (tmp_path / "draft").exists()


def test_a_file_nobody_may_read_is_left_and_the_others_are_not_held_up(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_bytes(TABLE)
    inbox = local(folder)

    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(inbox.storage, "get_file", forbidden)
    (file,) = list_waiting(inbox)
    assert fetch(inbox, file, tmp_path / "draft") == NOT_READABLE


def test_a_file_is_removed_unless_it_has_changed(folder: Path) -> None:
    inbox = local(folder)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_bytes(TABLE)
    first, second = list_waiting(inbox)
    (folder / "b.csv").write_bytes(b"newer\n")
    remove(inbox, first)
    remove(inbox, second)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"b.csv": b"newer\n"}


def test_an_object_is_removed_unless_it_has_changed(bucket: Bucket) -> None:
    inbox = remote(bucket)
    for name in ("a.csv", "b.csv"):
        bucket.put(name, TABLE)
    first, second = list_waiting(inbox)
    bucket.put("b.csv", b"newer\n")
    remove(inbox, first)
    remove(inbox, second)
    assert bucket.names() == ["b.csv"]


def test_a_file_that_is_put_waits(folder: Path, bucket: Bucket) -> None:
    assert put(local(folder), "a.csv", TABLE) == str(folder / "a.csv")
    assert put(remote(bucket), "a.csv", TABLE) == f"{bucket.url}/a.csv"
    assert names(local(folder)) == names(remote(bucket)) == ["a.csv"]


def aged(path: Path, age: timedelta, moment: datetime) -> None:
    path.write_bytes(TABLE)
    written = (moment - age).timestamp()
    os.utime(path, (written, written))


@pytest.mark.parametrize(
    ("age_seconds", "waited"), [(60, []), (5, []), (4.9, [0.1]), (1, [4]), (0, [5]), (-60, [5])]
)
def test_a_run_waits_until_the_youngest_file_has_lain_still_for_the_time_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, age_seconds: float, waited: list[float]
) -> None:
    moment = datetime(2026, 10, 4, 12, tzinfo=UTC)
    aged(folder / "old.csv", DAY, moment)
    aged(folder / "new.csv", timedelta(seconds=age_seconds), moment)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    settled, unsettled = settled_files(local(folder, settle_seconds=5), moment)
    assert slept == pytest.approx(waited)
    assert [file.name for file in settled] == ["new.csv", "old.csv"]
    assert unsettled == []


def test_a_file_that_grows_while_a_run_waits_is_left_and_the_others_are_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 10, 4, 12, tzinfo=UTC)
    for name in ("grows.csv", "lies.csv", "goes.csv"):
        aged(folder / name, timedelta(0), moment)

    def meanwhile(_: float) -> None:
        (folder / "grows.csv").write_bytes(TABLE * 2)
        (folder / "comes.csv").write_bytes(TABLE)
        (folder / "goes.csv").unlink()

    monkeypatch.setattr(time, "sleep", meanwhile)
    settled, unsettled = settled_files(local(folder, settle_seconds=5), moment)
    assert [file.name for file in settled] == ["lies.csv"]
    assert [file.name for file in unsettled] == ["comes.csv", "grows.csv"]


def test_a_file_another_thread_keeps_appending_to_is_left_until_it_ends(folder: Path) -> None:
    path, is_over = folder / "grows.csv", threading.Event()
    (folder / "whole.csv").write_bytes(TABLE)

    def append() -> None:
        with path.open("ab", buffering=0) as file:
            while not is_over.is_set():
                file.write(TABLE)
                is_over.wait(0.01)

    writer = threading.Thread(target=append)
    writer.start()
    inbox = local(folder, settle_seconds=0.5)
    try:
        while not path.exists():
            time.sleep(0.01)
        settled, unsettled = settled_files(inbox, datetime.now(UTC))
    finally:
        is_over.set()
        writer.join()
    assert [file.name for file in settled] == ["whole.csv"]
    assert [file.name for file in unsettled] == ["grows.csv"]
    settled, unsettled = settled_files(inbox, datetime.now(UTC))
    assert [file.name for file in settled] == ["grows.csv", "whole.csv"]
    assert unsettled == []
