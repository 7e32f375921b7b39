"""Taking files in: from the inbox to landed copies named by their hash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.private_files import (
    make_file_private,
    make_private_folder,
    replace_file,
    sync_file,
    sync_folder,
)
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

    A file that is known already adds nothing and leaves the inbox, unless its source has delivered something else
    since: then it is delivered anew. Refused files stay in the inbox, and are tried again when settings change or
    their bytes do. Landed copies the warehouse does not know (it was begun again) are remembered anew. Also fixes
    the cut of the run that begins here.
    """
    folders, cut = programme.folders, data_cut(programme, moment)
    make_private_folder(folders.landed)
    inbox = list_inbox(folders)
    with open_warehouse(folders.database) as connection:
        for file in _unknown_copies(folders, set(list_files(connection)["file_id"])):
            register_file(connection, file)
        held = [path.stem for path in folders.landed.iterdir()]
        forget_refused(connection, [*(file.file_id for file in inbox), *held])
        put_run_settings(connection, cut, programme.plan, programme.plan.lag_days)
        known = list_files(connection)
    landed = [_land(folders, file, known, cut.known_at) for file in inbox]
    with open_warehouse(folders.database) as connection:
        for delivery in landed:
            if delivery is not None:
                register_file(connection, delivery)
        return list_files(connection)


def _land(folders: Folders, file: InboxFile, known: pl.DataFrame, landed_at: datetime) -> LandedFile | None:
    """Copy one file in; None where it adds nothing."""
    alike = known.filter(sha256=file.sha256)
    file_id = file.file_id
    if not alike.is_empty() and alike["status"].eq("loaded").all():
        if not _is_followed(alike, known):
            remove_from_inbox(file)
            return None
        file_id = f"{file.file_id}-{alike.height + 1}"
    delivery = LandedFile(file_id, file.sha256, file.path.name, file.path.stat().st_size, landed_at)
    _copy(file, landed_path(folders, file_id))
    replace_file(_note_path(folders, file_id), json.dumps(_note(delivery)).encode())
    return delivery


def _is_followed(alike: pl.DataFrame, known: pl.DataFrame) -> bool:
    """Whether the source of these equal files has delivered another one since."""
    last = alike.sort("landed_at").row(-1, named=True)
    later = known.filter((pl.col("source") == last["source"]) & (pl.col("landed_at") > last["landed_at"]))
    return not later.is_empty()


def _note_path(folders: Folders, file_id: str) -> Path:
    """A landed copy's note: what the warehouse knows of it before it is read."""
    return folders.landed / f"{file_id}.json"


def _note(file: LandedFile) -> dict[str, str]:
    return {"sha256": file.sha256, "name": file.name, "landed_at": file.landed_at.isoformat()}


def _unknown_copies(folders: Folders, known: set[str]) -> list[LandedFile]:
    """Landed copies with a note that the warehouse does not know."""
    found = []
    for path in sorted(folders.landed.glob("*.json")):
        copy = landed_path(folders, path.stem)
        if path.stem in known or not copy.exists():
            continue
        note = json.loads(path.read_text("utf-8"))
        landed_at = datetime.fromisoformat(note["landed_at"])
        found.append(LandedFile(path.stem, note["sha256"], note["name"], copy.stat().st_size, landed_at))
    return found


def remove_copy(folders: Folders, file_id: str) -> None:
    """Remove a landed copy and its note."""
    landed_path(folders, file_id).unlink(missing_ok=True)
    _note_path(folders, file_id).unlink(missing_ok=True)


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
