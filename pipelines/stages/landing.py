"""Taking files in: from the inbox to landed copies, archives opened, and out of the inbox once they are read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.archives import is_archive, unpack
from pipelines.inbox import (
    STILL_WRITTEN,
    Inbox,
    InboxError,
    WaitingFile,
    fetch,
    file_sha256,
    list_waiting,
    open_inbox,
    remove,
    settled_files,
)
from pipelines.notices import Notice
from pipelines.private_files import make_private_folder
from pipelines.readers import FileRefused
from pipelines.settings import Folders, Programme, data_cut, now, package_version
from pipelines.stages.landed_copies import held_ids, is_intact, put_copy, remove_copy, unknown_copies
from pipelines.store.deliveries import (
    LandedFile,
    Reading,
    forget_refused,
    list_files,
    record_reading,
    register_file,
)
from pipelines.store.derive import put_run_settings
from pipelines.store.inbox_look import ID_LENGTH, CameIn, Seen, last_look, put_look
from pipelines.store.warehouse import Connection, open_warehouse

INCOMING = ".incoming"
NOT_REMOVED = Notice(
    "not_removed",
    "it was read and counts, and can't be removed",
    "Remove it, and give whoever runs Peerlift the right to",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that came in, not yet in its place: one of the inbox, or a member of an archive."""

    name: str
    path: Path
    sha256: str

    @property
    def file_id(self) -> str:
        """Start of the hash: the file's name in the warehouse."""
        return self.sha256[:ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of the inbox: the files it holds, or an archive and why it is refused, or why a file is left there."""

    file: WaitingFile
    drafts: tuple[Draft, ...] = ()
    refused: FileRefused | None = None
    left: Notice | None = None

    @property
    def seen(self) -> Seen:
        """What is remembered of it."""
        files = tuple(CameIn(draft.name, draft.sha256) for draft in self.drafts)
        return Seen(self.file.name, self.file.version, files, self.left)


def waiting_files(programme: Programme) -> list[WaitingFile]:
    """The files that wait in the inbox, by name.

    Raises:
        SettingsError: the inbox can't be opened as the settings say.
        InboxError: it can't be reached.
    """
    return list_waiting(open_inbox(programme.inbox))


def land_inbox(programme: Programme, moment: datetime) -> pl.DataFrame:
    """Copy new files from the inbox to the landed folder and remember them; returns all files known.

    A file that is known already adds nothing, unless its source has delivered something else since: then it is
    delivered anew. Files still being written are left. Refused files are tried again when settings change or their
    bytes do. Landed copies the warehouse does not know (it was begun again) are remembered anew. Also fixes the cut
    of the run that begins here.

    Raises:
        SettingsError: the inbox can't be opened as the settings say.
        InboxError: it can't be reached.
    """
    folders, cut = programme.folders, data_cut(programme, moment)
    make_private_folder(folders.landed)
    with _incoming(folders) as place:
        arrivals = _arrivals(open_inbox(programme.inbox), place)
        with open_warehouse(folders.database) as connection:
            for file in unknown_copies(folders, set(list_files(connection)["file_id"])):
                register_file(connection, file)
            here = [draft.file_id for arrival in arrivals for draft in arrival.drafts]
            forget_refused(connection, [*here, *held_ids(folders)])
            put_run_settings(connection, cut, programme.plan, programme.plan.lag_days)
            before = {(seen.name, seen.version): seen.files for seen in last_look(connection)}
            known = list_files(connection)
            for arrival in arrivals:
                files_before = before.get((arrival.file.name, arrival.file.version), ())
                _land(connection, folders, arrival, known, files_before=files_before, landed_at=cut.known_at)
            put_look(connection, [arrival.seen for arrival in arrivals])
            return list_files(connection)


def clear_inbox(programme: Programme) -> None:
    """Take the files out of the inbox whose rows are in the history; drop the landed copies of refused ones.

    An archive leaves when all its files are read. A file that can't be removed is left and named: its rows count.
    """
    with open_warehouse(programme.folders.database) as connection:
        look, known = last_look(connection), list_files(connection)
    refused, here = known.filter(status="refused"), {file.sha256 for seen in look for file in seen.files}
    for file_id, sha256 in refused.select("file_id", "sha256").iter_rows():
        if sha256 in here:
            remove_copy(programme.folders, file_id)
    read = [seen for seen in look if seen.files and not _unread(seen, known)]
    kept = dict(_removed(open_inbox(programme.inbox), read)) if read else {}
    if kept:
        with open_warehouse(programme.folders.database) as connection:
            put_look(connection, [replace(seen, left=kept.get(seen.name, seen.left)) for seen in look])


def is_tried(
    waiting: Sequence[WaitingFile], look: Sequence[Seen], known: pl.DataFrame, reading_hash: str
) -> bool:
    """Whether every file that waits was refused when it was tried last, and nothing has changed since.

    Args:
        waiting: The files in the inbox now.
        look: What the last run saw there.
        known: All files known.
        reading_hash: Hash of everything the refusal of an export depends on.
    """
    is_alike = pl.col("reading_hash").is_in([reading_hash, archive_hash()])
    tried = set(known.filter(is_alike, status="refused")["sha256"])
    seen = {(item.name, item.version): item for item in look}
    now_there = [seen.get((file.name, file.version)) for file in waiting]
    unread = [_unread(item, known) if item else [] for item in now_there]
    return all(files and tried.issuperset(file.sha256 for file in files) for files in unread)


def left_in_inbox(programme: Programme, waiting: Sequence[WaitingFile]) -> list[Seen]:
    """The waiting files that the last run left where they were, and why."""
    names = {file.name for file in waiting}
    with open_warehouse(programme.folders.database) as connection:
        return [seen for seen in last_look(connection) if seen.left and seen.name in names]


def left_lines(left: Sequence[Seen]) -> list[str]:
    """What is said of the files that were left: one line each."""
    return [
        f"Left in the inbox: {seen.name} ({seen.left.rule}): {seen.left.detail}. {seen.left.remedy}."
        for seen in left
        if seen.left
    ]


def archive_hash() -> str:
    """What the refusal of an archive depends on: the bounds of this version, and no setting."""
    return f"archive {package_version()}"


@contextmanager
def _incoming(folders: Folders) -> Iterator[Path]:
    """An empty folder for drafts on the disk of the landed copies; what a killed run left there goes first."""
    place = folders.landed / INCOMING
    shutil.rmtree(place, ignore_errors=True)
    make_private_folder(place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _arrivals(inbox: Inbox, place: Path) -> list[Arrival]:
    settled, unsettled = settled_files(inbox, now())
    arrivals = [Arrival(file, left=STILL_WRITTEN) for file in unsettled]
    for number, file in enumerate(settled):
        draft = place / str(number)
        fetched = fetch(inbox, file, draft)
        if isinstance(fetched, Notice):
            arrivals.append(Arrival(file, left=fetched))
        else:
            arrivals.append(_opened(file, Draft(file.name, draft, fetched), place / f"{number}-members"))
    return arrivals


def _opened(file: WaitingFile, draft: Draft, folder: Path) -> Arrival:
    if not is_archive(draft.path):
        return Arrival(file, (draft,))
    make_private_folder(folder)
    try:
        members = unpack(draft.path, file.name, folder)
    except FileRefused as refused:
        shutil.rmtree(folder)
        return Arrival(file, (draft,), refused)
    drafts = tuple(Draft(member.label, member.path, file_sha256(member.path)) for member in members)
    return Arrival(file, drafts)


def _land(
    connection: Connection,
    folders: Folders,
    arrival: Arrival,
    known: pl.DataFrame,
    *,
    files_before: Sequence[CameIn],
    landed_at: datetime,
) -> None:
    """Put what came in into its place; a refused archive is remembered as such."""
    hashes_before = {file.sha256 for file in files_before}
    for draft in arrival.drafts:
        if arrival.refused:
            register_file(connection, _landed_file(draft, draft.file_id, landed_at))
            record_reading(connection, _refusal(draft.file_id, arrival.refused))
        else:
            was_here = draft.sha256 in hashes_before
            _deliver(connection, folders, draft, known, was_here=was_here, landed_at=landed_at)


def _deliver(
    connection: Connection,
    folders: Folders,
    draft: Draft,
    known: pl.DataFrame,
    *,
    was_here: bool,
    landed_at: datetime,
) -> None:
    """Put one file into its place, unless it is known and adds nothing."""
    alike, file_id = known.filter(sha256=draft.sha256), draft.file_id
    if (unrefused := alike.filter(pl.col("status") != "refused")).height and (
        unrefused["status"].eq("loaded").all()
    ):
        last = unrefused.sort("landed_at").row(-1, named=True)
        # A file that still lies where it was read from is no new delivery, whatever came in since.
        if was_here or not _is_followed(last, known):
            if not is_intact(folders, last):
                put_copy(folders, draft.path, _landed_file(draft, last["file_id"], last["landed_at"]))
            return
        file_id = f"{draft.file_id}-{alike.height + 1}"
    delivery = _landed_file(draft, file_id, landed_at)
    put_copy(folders, draft.path, delivery)
    register_file(connection, delivery)


def _landed_file(draft: Draft, file_id: str, landed_at: datetime) -> LandedFile:
    return LandedFile(file_id, draft.sha256, draft.name, draft.path.stat().st_size, landed_at)


def _refusal(file_id: str, refused: FileRefused) -> Reading:
    return Reading(
        file_id,
        "refused",
        archive_hash(),
        rule=refused.rule,
        reason=refused.reason,
        remedy=refused.remedy,
    )


def _is_followed(last: dict[str, Any], known: pl.DataFrame) -> bool:
    """Whether the source of a file has delivered another one since."""
    later = known.filter((pl.col("source") == last["source"]) & (pl.col("landed_at") > last["landed_at"]))
    return not later.is_empty()


def _unread(seen: Seen, known: pl.DataFrame) -> list[CameIn]:
    """The files of it that are not read: refused under this name, or never loaded under any."""
    loaded = set(known.filter(status="loaded")["sha256"])
    refused = set(known.filter(status="refused").select("sha256", "name").iter_rows())
    return [file for file in seen.files if file.sha256 not in loaded or (file.sha256, file.name) in refused]


def _removed(inbox: Inbox, read: Sequence[Seen]) -> Iterator[tuple[str, Notice]]:
    """Remove files that were read; yields those that can't be, and why."""
    waiting = {(file.name, file.version): file for file in list_waiting(inbox)} if read else {}
    for seen in read:
        file = waiting.get((seen.name, seen.version))
        try:
            if file:
                remove(inbox, file)
        except InboxError:
            yield seen.name, NOT_REMOVED
