"""New files beside what came before: the same bytes under two names, and what changed since the last delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import polars as pl

from pipelines.deliveries_compared import Delivery, compare_deliveries
from pipelines.notices import Notice
from pipelines.readers import FileRefused
from pipelines.source_spec import SourceFile
from pipelines.store.deliveries import LandedFile, Reading, list_files, register_file, rename_refused
from pipelines.store.earlier_deliveries import earlier_deliveries, record_replaced, rows_held
from pipelines.store.file_notices import file_headings, register_name
from pipelines.store.inbox_look import CameIn
from pipelines.store.warehouse import Connection, fetch

SAME_BYTES_RULE = "same_bytes_two_sources"


def take_new_names(connection: Connection, inbox: Sequence[CameIn], sources: Iterable[SourceFile]) -> None:
    """Let refused files go by a name that serves: one a source file describes, or the one they were renamed to.

    Bytes that were refused under every name so far hold nothing back under another.
    """
    sources, here = tuple(sources), {file.name for file in inbox}
    for file in inbox:
        known = list_files(connection).filter(sha256=file.sha256).sort("landed_at", "file_id")
        if known.is_empty() or not known["status"].eq("refused").all() or file.name in set(known["name"]):
            continue
        first = known.row(0, named=True)
        serves = bool(_fitting(file.name, sources)) and not _fitting(first["name"], sources)
        if serves or first["name"] not in here:
            rename_refused(connection, first["file_id"], file.name)


def note_other_names(
    connection: Connection,
    inbox: Sequence[CameIn],
    sources: Iterable[SourceFile],
    moment: datetime,
    reading_hash: str,
) -> list[Reading]:
    """Remember the second names of bytes that came in already; refuse those that fit another source.

    Two exports that are alike byte for byte are one export saved twice: read as two arms or waves, they would show
    that nothing differs.

    Returns:
        The refusals.
    """
    sources, refused = tuple(sources), []
    for file in inbox:
        known = list_files(connection).filter(sha256=file.sha256).sort("landed_at", "file_id")
        first = known.row(0, named=True)
        name = file.name
        this_source, that_source = _fitting(name, sources), _fitting(first["name"], sources)
        if name in set(known.filter(pl.col("status") != "refused")["name"]):
            continue
        if this_source and that_source and this_source.isdisjoint(that_source):
            again = known.filter(name=name)["file_id"].to_list()
            file_id = again[0] if again else f"{file.file_id}-{known.height + 1}"
            register_file(connection, LandedFile(file_id, file.sha256, name, first["size_bytes"], moment))
            refused.append(_refusal(file_id, reading_hash, same_bytes_refusal(name, first["name"])))
        else:
            register_name(connection, first["file_id"], name, moment)
    return refused


def same_bytes_refusal(name: str, other_name: str) -> FileRefused:
    """The refusal of a file whose bytes came in before as a file of another source."""
    return FileRefused(
        name,
        SAME_BYTES_RULE,
        f"it is byte for byte the file {other_name}, which another source file describes",
        "One of the two was saved under the wrong name: export this one again from its own form, or remove it",
    )


def compare_with_earlier(connection: Connection, file_id: str) -> tuple[Notice, ...]:
    """What a staged file says beside the last delivery of its source; also remembers which files it replaces."""
    earlier = earlier_deliveries(connection, file_id)
    record_replaced(connection, file_id, earlier)
    if earlier.is_empty():
        return ()
    now, last = _delivery(connection, file_id), _delivery(connection, earlier["file_id"][0])
    n_still = n_gone = 0
    if now.n_rows < last.n_rows:
        held = rows_held(connection, file_id, earlier["file_id"].to_list())
        n_still, n_gone = int(held["n_still"].sum()), int(held["n_gone"].sum())
    return compare_deliveries(now, last, n_still, n_gone)


def _delivery(connection: Connection, file_id: str) -> Delivery:
    row = fetch(connection, "select name, landed_at, n_rows from files where file_id = ?", [file_id]).row(0)
    return Delivery(row[0], row[1].date(), row[2], file_headings(connection, file_id))


def _fitting(name: str, sources: Sequence[SourceFile]) -> frozenset[str]:
    return frozenset(source.name for source in sources if source.fits(name))


def _refusal(file_id: str, reading_hash: str, refused: FileRefused) -> Reading:
    return Reading(
        file_id,
        "refused",
        reading_hash,
        rule=refused.rule,
        reason=refused.reason,
        remedy=refused.remedy,
    )
