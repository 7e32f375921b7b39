"""Reading landed files: each by its format's reader and its source file, into staged rows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from models.catalogue import questions
from pipelines.aliases import load_person_rules
from pipelines.identity import IdentityKey, IdentityKeyError, PersonRules, load_identity_key
from pipelines.mapping import StagedFile, check_questions, map_rows
from pipelines.notices import Notice
from pipelines.readers import FileRefused, RawTable, read_export
from pipelines.readers.raw import ROW_NUMBER
from pipelines.settings import Folders, Programme, package_version
from pipelines.source_file import load_source_file
from pipelines.source_spec import SourceFile, choose_source
from pipelines.stages.comparing import note_other_names, same_bytes_refusal, take_new_names
from pipelines.stages.landed_copies import DAMAGED_RULE, is_intact, landed_path, refuse_damaged
from pipelines.store.deliveries import Reading, key_fingerprint, list_files, put_readings, remember_key
from pipelines.store.file_notices import put_seen
from pipelines.store.history import put_staged
from pipelines.store.inbox_look import taken_in
from pipelines.store.near_misses import put_marks
from pipelines.store.warehouse import one_row, open_warehouse


@dataclass(frozen=True, slots=True)
class Readers:
    """Everything needed to read a file: the programme's source files, its key, its zone, its people's aliases."""

    sources: Mapping[str, SourceFile]
    source_hashes: Mapping[str, str]
    key: IdentityKey
    time_zone: str
    people: PersonRules


def load_readers(programme: Programme) -> Readers:
    """Load the source files and the identity key.

    Raises:
        SourceFileError: a source file is wrong.
        IdentityKeyError: the key is missing, short, or readable by others.
        SettingsError: the list of aliases is wrong, or readable by others.
    """
    paths = sorted(programme.folders.sources.glob("*.toml"))
    sources = load_sources(programme)
    for source in sources.values():
        check_questions(source, questions())
    key = load_identity_key(programme.key_file, os.environ)
    people = load_person_rules(programme.aliases_file, programme.plus_addressing)
    hashes = {path.stem: _reading_hash(path, programme, people.fingerprint(key)) for path in paths}
    return Readers(sources, hashes, key, programme.time_zone, people)


def load_sources(programme: Programme) -> dict[str, SourceFile]:
    """The programme's source files by name.

    Raises:
        SourceFileError: a source file is wrong.
    """
    return {path.stem: load_source_file(path) for path in sorted(programme.folders.sources.glob("*.toml"))}


def read_file(path: Path, name: str, readers: Readers) -> tuple[RawTable, StagedFile]:
    """Read one export and map its rows; `name` is the name it was delivered under.

    Raises:
        FileRefused: the file can't be read safely; the message says why and what to do.
    """
    try:
        raw = read_export(path)
    except FileRefused as refused:
        raise FileRefused(name, refused.rule, refused.reason.replace(path.name, name), refused.remedy) from None
    source = choose_source(name, raw.format, readers.sources.values())
    staged = map_rows(
        raw,
        source,
        file=name,
        key=readers.key,
        questions=questions(),
        time_zone=readers.time_zone,
        people=readers.people,
    )
    return raw, staged


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading one landed file; nothing but the reading where it was refused."""

    reading: Reading
    frames: Mapping[str, list[pl.DataFrame]] = field(default_factory=dict)
    dropped: tuple[pl.DataFrame, ...] = ()
    notices: tuple[Notice, ...] = ()
    headings: tuple[str, ...] = ()
    marks: pl.DataFrame | None = None


def stage_new_files(programme: Programme) -> list[Reading]:
    """Read every landed file not yet read the way it would be now, and replace the staged tables with its rows.

    A file that is refused stages nothing; the others go on. Files are read in the order of their hash, so the
    order they were dropped in makes no difference.
    """
    readers = load_readers(programme)
    all_sources = refusal_hash(readers)
    with open_warehouse(programme.folders.database) as connection:
        take_new_names(connection, taken_in(connection), readers.sources.values())
        files = list_files(connection)
        before = key_fingerprint(connection)
    if before not in (None, readers.key.fingerprint):
        raise IdentityKeyError(
            "The identity key is another one than the stored rows were made with: every person would get a second "
            "pseudonym. Put the old key back."
        )
    waiting = [
        row
        for row in files.iter_rows(named=True)
        if is_stale(row, readers)
        and landed_path(programme.folders, row["file_id"]).exists()
        # What was read before stays as it is; `rereading.not_read_anew` tells of it.
        and (row["status"] != "loaded" or is_intact(programme.folders, row))
    ]
    reread = {row["file_id"] for row in waiting}
    read_as = {
        row["sha256"]: (row["name"], row["source"])
        for row in files.filter(status="loaded").iter_rows(named=True)
        if row["file_id"] not in reread
    }
    results: list[_Read] = []
    for row in waiting:
        result = _read_landed(programme.folders, row, readers, read_as)
        if result.reading.source is not None:
            read_as.setdefault(row["sha256"], (row["name"], result.reading.source))
        results.append(result)
    frames: dict[str, list[pl.DataFrame]] = {}
    for result in results:
        for table, parts in result.frames.items():
            frames.setdefault(table, []).extend(parts)
    with open_warehouse(programme.folders.database) as connection:
        remember_key(connection, readers.key.fingerprint)
        put_staged(connection, frames)
        moment = one_row(connection, "select max(landed_at) from files")[0]
        inbox = taken_in(connection)
        misnamed = note_other_names(connection, inbox, readers.sources.values(), moment, all_sources)
        readings = [*(result.reading for result in results), *misnamed]
        put_readings(connection, readings, [frame for result in results for frame in result.dropped])
        for result in results:
            if result.marks is not None:
                put_marks(connection, result.marks)
        put_seen(
            connection,
            {result.reading.file_id: result.notices for result in results},
            {result.reading.file_id: result.headings for result in results},
        )
    return readings


def _read_landed(
    folders: Folders, row: Mapping[str, Any], readers: Readers, read_as: Mapping[str, tuple[str, str]]
) -> _Read:
    """Read one landed file; `read_as` has the name and source of bytes that were read already, by their hash."""
    file_id = row["file_id"]
    try:
        refuse_damaged(folders, row)
        raw, staged = read_file(landed_path(folders, file_id), row["name"], readers)
        other_name, other_source = read_as.get(row["sha256"], (row["name"], staged.source))
        if other_source != staged.source:
            raise same_bytes_refusal(row["name"], other_name)
    except FileRefused as refused:
        # A damaged copy is tried again whenever there is another one.
        reading_hash = "" if refused.rule == DAMAGED_RULE else refusal_hash(readers)
        return _Read(
            Reading(
                file_id,
                "refused",
                reading_hash,
                rule=refused.rule,
                reason=refused.reason,
                remedy=refused.remedy,
            )
        )
    # A repeating calendar event is one row of its file, however often it takes place.
    n_rows = raw.frame[ROW_NUMBER].n_unique()
    return _Read(
        Reading(file_id, "loaded", readers.source_hashes[staged.source], staged.source, raw.format, n_rows),
        staged_frames(staged, file_id),
        (staged.dropped.with_columns(pl.lit(file_id).alias("file_id")),),
        staged.notices,
        tuple(name for name in raw.frame.columns if name != ROW_NUMBER),
        staged.marks,
    )


def is_stale(row: Mapping[str, Any], readers: Readers) -> bool:
    """Whether a landed file (a row of `files`) has not been read the way it would be now."""
    wanted = readers.source_hashes.get(row["source"] or "", refusal_hash(readers))
    return bool(row["reading_hash"] != wanted)


def staged_frames(staged: StagedFile, file_id: str) -> dict[str, list[pl.DataFrame]]:
    """The rows of a mapped file by table, with the source and file they came from."""
    origin = (pl.lit(staged.source).alias("source"), pl.lit(file_id).alias("file_id"))
    return {table: [frame.with_columns(*origin)] for table, frame in staged.tables.items()}


def refusal_hash(readers: Readers) -> str:
    """Hash of everything a refusal depends on: while it stays, a refused file is not tried again."""
    return hashlib.sha256("".join(sorted(readers.source_hashes.values())).encode()).hexdigest()


def _reading_hash(path: Path, programme: Programme, people: bytes) -> str:
    parts: Sequence[bytes] = (
        path.read_bytes(),
        programme.time_zone.encode(),
        package_version().encode(),
        people,
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
