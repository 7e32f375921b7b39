"""Landed copies: the bytes of every file that came in, named by their hash, never changed, kept for a while.

What belongs here: where a copy and its note lie, putting one there, telling a damaged one, removing those that
have expired.
What does not: what comes in from the inbox (`landing.py`), what a copy says (`reading.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.inbox import file_sha256
from pipelines.private_files import replace_file, sync_file, sync_folder
from pipelines.readers import FileRefused
from pipelines.settings import Folders, Programme
from pipelines.store.deliveries import LandedFile, list_files
from pipelines.store.warehouse import open_warehouse

READ_ONLY = 0o400
DAMAGED_RULE = "landed_copy_damaged"


def landed_path(folders: Folders, file_id: str) -> Path:
    """Where the landed copy of a file lies."""
    return folders.landed / file_id


def put_copy(folders: Folders, draft: Path, file: LandedFile) -> None:
    """Make a draft the landed copy of a file, and write its note: what the warehouse knows of it before it is read.

    The draft has to lie below the landed folder: it is moved, whole, and can't be written to any more.
    """
    draft.chmod(READ_ONLY)
    sync_file(draft)
    draft.replace(landed_path(folders, file.file_id))
    sync_folder(folders.landed)
    note = {"sha256": file.sha256, "name": file.name, "landed_at": file.landed_at.isoformat()}
    replace_file(_note_path(folders, file.file_id), json.dumps(note).encode())


def remove_copy(folders: Folders, file_id: str) -> None:
    """Remove a landed copy and its note."""
    landed_path(folders, file_id).unlink(missing_ok=True)
    _note_path(folders, file_id).unlink(missing_ok=True)


def is_intact(folders: Folders, row: Mapping[str, Any]) -> bool:
    """Whether the landed copy of a file (`file_id`, `sha256`) is there and has the bytes that came in."""
    path = landed_path(folders, row["file_id"])
    return path.is_file() and file_sha256(path) == row["sha256"]


def refuse_damaged(folders: Folders, row: Mapping[str, Any]) -> None:
    """Refuse a landed copy that is not what came in.

    Raises:
        FileRefused: `landed_copy_damaged`.
    """
    if not is_intact(folders, row):
        raise FileRefused(
            row["name"],
            DAMAGED_RULE,
            "its landed copy was cut short or changed after it came in",
            "See that the disk is sound and nothing else writes there; put the export into the inbox again",
        )


def held_ids(folders: Folders) -> list[str]:
    """The files of which there is a landed copy, or its note."""
    return [path.stem for path in folders.landed.iterdir()]


def unknown_copies(folders: Folders, known: set[str]) -> list[LandedFile]:
    """Landed copies with a note that the warehouse does not know: it was begun again."""
    found = []
    for path in sorted(folders.landed.glob("*.json")):
        copy = landed_path(folders, path.stem)
        if path.stem in known or not copy.exists():
            continue
        note = json.loads(path.read_text("utf-8"))
        landed_at = datetime.fromisoformat(note["landed_at"])
        found.append(LandedFile(path.stem, note["sha256"], note["name"], copy.stat().st_size, landed_at))
    return found


def expire_copies(programme: Programme, moment: datetime) -> int:
    """Remove the landed copies that came in more than `landed_days` ago; returns how many.

    The warehouse keeps that the file was there, and its rows.
    """
    oldest = moment.astimezone(UTC).replace(tzinfo=None) - timedelta(days=programme.landed_days)
    with open_warehouse(programme.folders.database) as connection:
        expired = list_files(connection).filter(pl.col("landed_at") < oldest)["file_id"].to_list()
    held = [file_id for file_id in expired if landed_path(programme.folders, file_id).exists()]
    for file_id in held:
        remove_copy(programme.folders, file_id)
    return len(held)


def _note_path(folders: Folders, file_id: str) -> Path:
    return folders.landed / f"{file_id}.json"
