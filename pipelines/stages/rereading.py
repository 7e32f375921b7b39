"""Files whose rows stand as they were read under earlier settings, as their landed copies can't be read anew."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.notices import Notice
from pipelines.settings import Programme
from pipelines.stages.landed_copies import DAMAGED_RULE, is_intact, landed_path
from pipelines.stages.reading import is_stale, load_readers
from pipelines.store.deliveries import list_files
from pipelines.store.warehouse import open_warehouse

EXPIRED_RULE = "landed_copy_expired"
REMEDY = "Put the export into the inbox again, and it is read anew"


def not_read_anew(programme: Programme) -> list[tuple[str, Notice]]:
    """Files to be read anew whose landed copy has expired or is damaged: name and why, by name.

    Raises:
        SourceFileError: a source file is wrong.
        IdentityKeyError: the key is missing, short, or readable by others.
    """
    with open_warehouse(programme.folders.database) as connection:
        files = list_files(connection).filter(status="loaded").sort("name", "file_id")
    readers, folders = load_readers(programme), programme.folders
    found = []
    for row in files.iter_rows(named=True):
        if not is_stale(row, readers):
            continue
        if not landed_path(folders, row["file_id"]).exists():
            reason = f"its landed copy has expired (kept {programme.landed_days} days)"
            found.append((row["name"], Notice(EXPIRED_RULE, reason, REMEDY)))
        elif not is_intact(folders, row):
            found.append((row["name"], Notice(DAMAGED_RULE, "its landed copy is damaged", REMEDY)))
    return found


def is_any_damaged(found: Sequence[tuple[str, Notice]]) -> bool:
    """Whether a copy is damaged; that copies expire is as it should be."""
    return any(notice.rule != EXPIRED_RULE for _, notice in found)


def not_read_anew_lines(found: Sequence[tuple[str, Notice]]) -> list[str]:
    """What is said of them: damaged copies one by one, expired ones counted, as that is their usual end."""
    lines = [
        f"Not read anew: {name} ({notice.rule}): {notice.detail}; its rows stay. {notice.remedy}."
        for name, notice in found
        if notice.rule != EXPIRED_RULE
    ]
    expired = [notice for _, notice in found if notice.rule == EXPIRED_RULE]
    if expired:
        lines.append(
            f"Not read anew: {len(expired)} files under the settings or version of now: the landed copy of each has "
            f"expired; their rows stay as they were read. {REMEDY}."
        )
    return lines
