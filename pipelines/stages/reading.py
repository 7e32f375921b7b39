"""Reading landed files: each by its format's reader and its source file, into staged rows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.catalogue import questions
from pipelines.identity import IdentityKey, IdentityKeyError, load_identity_key
from pipelines.mapping import StagedFile, check_questions, map_rows
from pipelines.readers import FileRefused, RawTable, read_export
from pipelines.settings import Programme, package_version
from pipelines.source_file import load_source_file
from pipelines.source_spec import SourceFile, choose_source
from pipelines.stages.landing import landed_path
from pipelines.store.deliveries import Reading, key_fingerprint, list_files, put_readings, remember_key
from pipelines.store.history import put_staged
from pipelines.store.warehouse import open_warehouse


@dataclass(frozen=True, slots=True)
class Readers:
    """Everything needed to read a file: the programme's source files, its key, its zone."""

    sources: Mapping[str, SourceFile]
    source_hashes: Mapping[str, str]
    key: IdentityKey
    time_zone: str


def load_readers(programme: Programme) -> Readers:
    """Load the source files and the identity key.

    Raises:
        SourceFileError: a source file is wrong.
        IdentityKeyError: the key is missing, short, or readable by others.
    """
    paths = sorted(programme.folders.sources.glob("*.toml"))
    sources = {path.stem: load_source_file(path) for path in paths}
    for source in sources.values():
        check_questions(source, questions())
    key = load_identity_key(programme.key_file, os.environ)
    return Readers(
        sources, {path.stem: _reading_hash(path, programme) for path in paths}, key, programme.time_zone
    )


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
        raw, source, file=name, key=readers.key, questions=questions(), time_zone=readers.time_zone
    )
    return raw, staged


def stage_new_files(programme: Programme) -> list[Reading]:
    """Read every landed file not yet read the way it would be now, and replace the staged tables with its rows.

    A file that is refused stages nothing; the others go on. Files are read in the order of their hash, so the
    order they were dropped in makes no difference.
    """
    readers = load_readers(programme)
    all_sources = refusal_hash(readers)
    with open_warehouse(programme.folders.database) as connection:
        waiting = [
            row
            for row in list_files(connection).iter_rows(named=True)
            if row["reading_hash"] != readers.source_hashes.get(row["source"] or "", all_sources)
            and landed_path(programme.folders, row["file_id"]).exists()
        ]
        before = key_fingerprint(connection)
    if before not in (None, readers.key.fingerprint):
        raise IdentityKeyError(
            "The identity key is another one than the stored rows were made with: every person would get a second "
            "pseudonym. Put the old key back."
        )
    frames: dict[str, list[pl.DataFrame]] = {}
    readings: list[Reading] = []
    dropped: list[pl.DataFrame] = []
    for row in waiting:
        file_id = row["file_id"]
        try:
            raw, staged = read_file(landed_path(programme.folders, file_id), row["name"], readers)
        except FileRefused as refused:
            readings.append(
                Reading(
                    file_id,
                    "refused",
                    all_sources,
                    rule=refused.rule,
                    reason=refused.reason,
                    remedy=refused.remedy,
                )
            )
            continue
        for table, parts in staged_frames(staged, file_id).items():
            frames.setdefault(table, []).extend(parts)
        dropped.append(staged.dropped.with_columns(pl.lit(file_id).alias("file_id")))
        reading_hash = readers.source_hashes[staged.source]
        # A repeating calendar event is one row of its file, however often it takes place.
        n_rows = raw.frame["row_number"].n_unique()
        readings.append(Reading(file_id, "loaded", reading_hash, staged.source, raw.format, n_rows))
    with open_warehouse(programme.folders.database) as connection:
        remember_key(connection, readers.key.fingerprint)
        put_staged(connection, frames)
        put_readings(connection, readings, dropped)
    return readings


def staged_frames(staged: StagedFile, file_id: str) -> dict[str, list[pl.DataFrame]]:
    """The rows of a mapped file by table, with the source and file they came from."""
    origin = (pl.lit(staged.source).alias("source"), pl.lit(file_id).alias("file_id"))
    return {table: [frame.with_columns(*origin)] for table, frame in staged.tables.items()}


def refusal_hash(readers: Readers) -> str:
    """Hash of everything a refusal depends on: while it stays, a refused file is not tried again."""
    return hashlib.sha256("".join(sorted(readers.source_hashes.values())).encode()).hexdigest()


def _reading_hash(path: Path, programme: Programme) -> str:
    parts: Sequence[bytes] = (path.read_bytes(), programme.time_zone.encode(), package_version().encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
