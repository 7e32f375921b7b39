"""What the last run saw in the inbox: which file became which landed files, and what it left there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.notices import Notice
from pipelines.store.warehouse import Connection, fetch, put_table, table_exists

ID_LENGTH = 16
TABLE = "inbox_look"
COLUMNS = ("name", "version", "came_as", "sha256", "rule", "detail", "remedy")


@dataclass(frozen=True, slots=True)
class CameIn:
    """A file that was taken in: its name, or archive and member, and the hash of its bytes."""

    name: str
    sha256: str

    @property
    def file_id(self) -> str:
        """Start of the hash: the file's name in the warehouse."""
        return self.sha256[:ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of the inbox as a run saw it.

    Attributes:
        name: Its name in the inbox.
        version: What changes when it is written anew.
        files: What was taken in from it; of an archive that is read, its members. Empty where it was left.
        left: Why it was left in the inbox, or could not be removed; None where nothing was amiss.
    """

    name: str
    version: str
    files: tuple[CameIn, ...] = ()
    left: Notice | None = None


def put_look(connection: Connection, seen: Sequence[Seen]) -> None:
    """Remember what is in the inbox, in place of what was."""
    rows = [
        (item.name, item.version, file and file.name, file and file.sha256, *_words(item.left))
        for item in seen
        for file in item.files or (None,)
    ]
    put_table(connection, TABLE, pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row"))


def last_look(connection: Connection) -> list[Seen]:
    """What the last run saw, by name; nothing before the first."""
    if not table_exists(connection, TABLE):
        return []
    rows = fetch(connection, f"select * from {TABLE} order by name, came_as, sha256")
    seen: list[Seen] = []
    for (name, version), part in rows.group_by("name", "version", maintain_order=True):
        rule, detail, remedy = part.row(0)[4:]
        left = Notice(rule, detail, remedy) if rule else None
        files = part.filter(part["sha256"].is_not_null()).select("came_as", "sha256")
        seen.append(Seen(str(name), str(version), tuple(CameIn(*row) for row in files.iter_rows()), left))
    return seen


def taken_in(connection: Connection) -> list[CameIn]:
    """Every file the last run took in from the inbox, known before or not."""
    return [file for seen in last_look(connection) for file in seen.files]


def _words(notice: Notice | None) -> tuple[str | None, str | None, str | None]:
    return (notice.rule, notice.detail, notice.remedy) if notice else (None, None, None)
