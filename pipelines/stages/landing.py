"""Taking files in: from the inbox to landed copies named by their hash."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.private_files import make_file_private, make_private_folder, sync_file, sync_folder
from pipelines.settings import Folders, Programme, data_cut
from pipelines.store.deliveries import LandedFile, forget_refused, list_files, register_file
from pipelines.store.derive import put_run_settings
from pipelines.store.warehouse import open_warehouse

ID_LENGTH = 16
BLOCK = 1 << 20
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox and the hash of its bytes."""

    path: Path
    sha256: str

    @property
    def file_id(self) -> str:
        """Start of the hash: the file's name in the warehouse."""
        return self.sha256[:ID_LENGTH]


def list_inbox(folders: Folders) -> list[InboxFile]:
    """Files in the inbox, by name; hidden, unfinished and Office lock files, links and folders are left alone."""
    if not folders.inbox.is_dir():
        return []
    found = [path for path in sorted(folders.inbox.iterdir()) if _is_delivered(path)]
    return [InboxFile(path, file_sha256(path)) for path in found]


def land_inbox(programme: Programme, moment: datetime) -> pl.DataFrame:
    """Copy new files from the inbox to the landed folder and remember them; returns all files known.

    A file whose bytes are known already adds nothing and leaves the inbox. Refused files stay in the inbox, and
    are tried again when settings change or their bytes do. Also fixes the cut of the run that begins here.
    """
    folders = programme.folders
    make_private_folder(folders.landed)
    inbox = list_inbox(folders)
    with open_warehouse(folders.database) as connection:
        held = [path.name for path in folders.landed.iterdir()]
        forget_refused(connection, [*(file.file_id for file in inbox), *held])
        put_run_settings(connection, data_cut(programme, moment), programme.plan, programme.plan.lag_days)
        known = {row["file_id"]: row["status"] for row in list_files(connection).iter_rows(named=True)}
    for file in inbox:
        if known.get(file.file_id) == "loaded":
            remove_from_inbox(file)
            continue
        _copy(file, landed_path(folders, file.file_id))
    with open_warehouse(folders.database) as connection:
        for file in inbox:
            size = landed_path(folders, file.file_id).stat().st_size if file.file_id not in known else 0
            landed_at = data_cut(programme, moment).known_at
            register_file(connection, LandedFile(file.file_id, file.sha256, file.path.name, size, landed_at))
        return list_files(connection)


def landed_path(folders: Folders, file_id: str) -> Path:
    """Where the landed copy of a file lies."""
    return folders.landed / file_id


def remove_from_inbox(file: InboxFile) -> None:
    """Take a file that has been read out of the inbox, unless it has changed since."""
    if file.path.exists() and file_sha256(file.path) == file.sha256:
        file.path.unlink()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _copy(file: InboxFile, target: Path) -> None:
    draft = target.with_name(f".{target.name}.draft")
    shutil.copyfile(file.path, draft)
    make_file_private(draft)
    if file_sha256(draft) != file.sha256:
        draft.unlink()  # it changed while it was copied; the next run takes it
        raise OSError(f"{file.path.name} changed while it was read: let the copying end, then run again")
    sync_file(draft)
    draft.replace(target)
    sync_folder(target.parent)


def _is_delivered(path: Path) -> bool:
    if path.name.startswith((".", "~$")) or path.suffix.lower() in UNFINISHED:
        return False
    return path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)
