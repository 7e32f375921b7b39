"""The inbox, wherever it is: a folder of this machine or of any storage fsspec reaches.

What belongs here: listing the files that wait, telling those still being written, copying one to a draft, putting
one in, taking one out.
What does not: what becomes of a file (`stages/landing.py`), archives (`archives.py`).

Whatever a storage's library raises becomes an `InboxError` in words of our own: its messages may hold addresses
signed with a secret.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from pipelines.inbox_settings import InboxSettings
from pipelines.notices import Notice
from pipelines.private_files import make_file_private, make_private_folder, replace_file
from pipelines.setting_values import SettingsError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
# A folder of these exists only while something is in it.
OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss")
# What storages call the things that change when a file is written anew.
VERSION_KEYS = (
    "ETag",
    "etag",
    "md5Hash",
    "mtime",
    "LastModified",
    "last_modified",
    "modified",
    "updated",
    "ino",
)
MODIFIED_KEYS = ("mtime", "LastModified", "last_modified", "modified", "updated")
EXTRAS = {"s3": "s3", "s3a": "s3"}
BLOCK = 1 << 20


STILL_WRITTEN = Notice(
    "still_being_written", "it was being written or changed", "Let the copying end, then run again"
)
NOT_READABLE = Notice(
    "not_readable", "whoever runs Peerlift may not read it", "Give the right to read it, then run again"
)


class InboxError(Exception):
    """The inbox can't be reached, or doesn't do what it is asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file in the inbox, as one look at the listing saw it.

    Attributes:
        name: Its name, without the folder.
        path: Where the storage has it.
        size_bytes: How long it was.
        version: What changes when it is written anew: times, tags.
        modified_at: When it was last written, UTC; None where the storage doesn't say.
    """

    name: str
    path: str
    size_bytes: int
    version: str
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """An opened inbox."""

    settings: InboxSettings
    storage: AbstractFileSystem
    root: str


def open_inbox(settings: InboxSettings) -> Inbox:
    """Open the inbox; nothing is looked at yet.

    Raises:
        SettingsError: the kind of storage is unknown, its package is not installed, or it takes other options.
    """
    protocol = settings.url.partition("://")[0]
    if settings.is_local:
        return Inbox(settings, fsspec.filesystem("file"), settings.url)
    try:
        # Not shared with other users of fsspec in this process: they may have listings and options of their own.
        storage, root = fsspec.url_to_fs(settings.url, **settings.options, skip_instance_cache=True)
    except ImportError:
        package = f"'peerlift[{EXTRAS[protocol]}]'" if protocol in EXTRAS else "the fsspec package for it"
        raise SettingsError(
            f"[inbox] url begins with {protocol}://, and what reads it is not installed: pip install {package}."
        ) from None
    except (ValueError, TypeError):
        raise SettingsError(
            f"[inbox] url or options can't be used: {protocol}:// is not a storage fsspec knows, or it takes other "
            "options. Mend the section [inbox] of peerlift.toml."
        ) from None
    return Inbox(settings, storage, root.rstrip("/"))


def list_waiting(inbox: Inbox) -> list[WaitingFile]:
    """Files in the inbox, by name; hidden, unfinished and Office lock files, links and folders are left alone.

    Raises:
        InboxError: the inbox is not there, or can't be reached.
    """
    with _told(inbox, "can't be listed"):
        inbox.storage.invalidate_cache()
        try:
            found = inbox.storage.ls(inbox.root, detail=True)
        except FileNotFoundError:
            if _may_be_missing(inbox):
                return []
            raise
    waiting = [_waiting(info) for info in found if _is_file(info)]
    return sorted((file for file in waiting if _is_delivered(file.name)), key=lambda file: file.name)


def settled_files(inbox: Inbox, moment: datetime) -> tuple[list[WaitingFile], list[WaitingFile]]:
    """The files that lie still, and those still being written.

    A file written within the last `settle_seconds` is looked at again once they have passed: what was just dropped
    is taken in by the run that follows, after a short wait.

    Args:
        inbox: The inbox.
        moment: Now, UTC.

    Raises:
        InboxError: the inbox can't be reached.
    """
    first = list_waiting(inbox)
    settle = timedelta(seconds=inbox.settings.settle_seconds)
    wait = max((_still_to_wait(file, moment, settle) for file in first), default=timedelta(0))
    if not wait:
        return first, []
    time.sleep(wait.total_seconds())
    before = {file.name: file.version for file in first}
    found = list_waiting(inbox)
    settled = [file for file in found if before.get(file.name) == file.version]
    return settled, [file for file in found if file not in settled]


def fetch(inbox: Inbox, file: WaitingFile, draft: Path) -> str | Notice:
    """Copy a file to a draft; SHA-256 of its bytes, or why it is left where it is.

    Raises:
        InboxError: the inbox can't be reached.
    """
    with _told(inbox, f"has a file, {file.name}, that can't be read"):
        try:
            inbox.storage.get_file(file.path, str(draft))
        except Exception as error:
            draft.unlink(missing_ok=True)
            # Storages tell of a file that changes under the reader each in their own way.
            if not is_unchanged(inbox, file):
                return STILL_WRITTEN
            if isinstance(error, PermissionError):
                return NOT_READABLE
            raise
        if draft.stat().st_size != file.size_bytes or not is_unchanged(inbox, file):
            draft.unlink()
            return STILL_WRITTEN
    make_file_private(draft)
    return file_sha256(draft)


def is_unchanged(inbox: Inbox, file: WaitingFile) -> bool:
    """Whether a file is still there as it was listed."""
    if not inbox.settings.is_local:
        # By the listing again: what a storage says of a single file may be put otherwise.
        return any(other == file for other in list_waiting(inbox))
    try:
        return _waiting(inbox.storage.info(file.path)) == file
    except FileNotFoundError:
        return False


def remove(inbox: Inbox, file: WaitingFile) -> None:
    """Take a file out of the inbox, unless it has changed since it was listed.

    Raises:
        InboxError: it can't be removed.
    """
    if is_unchanged(inbox, file):
        with _told(inbox, f"has a file, {file.name}, that was read and can't be removed"):
            inbox.storage.rm_file(file.path)


def put(inbox: Inbox, name: str, content: bytes) -> str:
    """Put a file into the inbox, whole or not at all; returns where it is.

    Raises:
        InboxError: it can't be written.
    """
    if inbox.settings.is_local:
        folder = Path(inbox.root)
        if not inbox.settings.is_named:
            make_private_folder(folder)
        replace_file(folder / name, content)
        return str(folder / name)
    with _told(inbox, "can't be written to"):
        inbox.storage.pipe_file(f"{inbox.root}/{name}", content)
    return f"{inbox.settings.url}/{name}"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _may_be_missing(inbox: Inbox) -> bool:
    """Whether a missing folder is an empty inbox: the programme's own, or a prefix in a bucket that exists."""
    if inbox.settings.is_local:
        return not inbox.settings.is_named
    bucket = inbox.root.partition("/")[0]
    is_store = inbox.settings.url.partition("://")[0] in OBJECT_STORES
    return is_store and bucket != inbox.root and bool(inbox.storage.exists(bucket))


def _waiting(info: dict[str, Any]) -> WaitingFile:
    parts = [str(info[key]) for key in VERSION_KEYS if info.get(key) is not None]
    size = int(info.get("size") or 0)
    name = str(info["name"]).rpartition("/")[2]
    return WaitingFile(name, str(info["name"]), size, "|".join([str(size), *parts]), _modified_at(info))


def _modified_at(info: dict[str, Any]) -> datetime | None:
    for key in MODIFIED_KEYS:
        value = info.get(key)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


def _still_to_wait(file: WaitingFile, moment: datetime, settle: timedelta) -> timedelta:
    """How long until a file has lain still for `settle`; the whole of it where its age can't be told."""
    if file.modified_at is None or file.modified_at > moment:
        return settle
    return max(settle - (moment - file.modified_at), timedelta(0))


def _is_file(info: dict[str, Any]) -> bool:
    return info["type"] == "file" and not info.get("islink")


def _is_delivered(name: str) -> bool:
    return bool(name) and not name.startswith((".", "~$")) and not name.lower().endswith(UNFINISHED)


@contextmanager
def _told(inbox: Inbox, what: str) -> Iterator[None]:
    """Say in words of our own what a storage's library raises: every library has its own errors."""
    try:
        yield
    except InboxError:
        raise
    except Exception as error:
        raise InboxError(
            f"The inbox {inbox.settings.url} {what} ({type(error).__name__}): {_remedy(inbox, error)} "
            "Nothing was lost; then run again."
        ) from None


def _remedy(inbox: Inbox, error: Exception) -> str:
    where = "[inbox] url in peerlift.toml"
    if isinstance(error, FileNotFoundError):
        return f"see that it exists and that {where} names it rightly."
    if isinstance(error, PermissionError) or "Credential" in type(error).__name__:
        return "see that whoever runs Peerlift may list, read, and remove its files, and how secrets are given."
    if inbox.settings.is_local:
        return f"see that the disk or share is there, and {where}."
    return f"see that the network and the storage answer, and {where} and [inbox.options]."
