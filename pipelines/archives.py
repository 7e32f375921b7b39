"""Archives in the inbox: a ZIP of exports, or one export packed with gzip, opened within bounds.

What belongs here: telling an archive from a workbook, its members as files of their own, and what is refused.
What does not: what becomes of a member (`stages/landing.py`).

A member's name is a label and never a path: nothing is written where an archive says.
"""

from __future__ import annotations

import errno
import gzip
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pipelines.readers.refusal import FileRefused

MOST_MEMBERS = 1000
MOST_BYTES = 2 * 10**9
MOST_RATIO = 200
# Below this a high ratio does no harm: a short table that repeats itself packs very well.
HARMLESS_BYTES = 10**7
# Of the directory at a ZIP's end, which is read whole: enough for the most members with long names.
MOST_DIRECTORY_BYTES = 1 << 21
LONGEST_LABEL = 200
BLOCK = 1 << 20

_ZIP, _GZIP, _TAR = b"PK\x03\x04", b"\x1f\x8b", b"ustar"
_EMPTY_ZIP = b"PK\x05\x06"
_OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")
# Documents that are ZIPs by construction: workbooks and their like say so in one of these members.
_DOCUMENT_MEMBERS = ("[Content_Types].xml", "mimetype")
_END_OF_DIRECTORY, _LONGEST_COMMENT = struct.Struct("<4s4H2LH"), 0xFFFF
_BIG_DIRECTORY, _BIG_LOCATOR = struct.Struct("<40xQ8x"), b"PK\x06\x07"
_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, struct.error, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file that came in an archive.

    Attributes:
        label: Archive and member, as `exports.zip/pulse.csv`: what the file is called from now on.
        path: The draft its bytes lie in.
    """

    label: str
    path: Path


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP that is no workbook or other document, or is packed with gzip; by its content."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_GZIP):
        return True
    return start in (_ZIP, _EMPTY_ZIP) and not _is_document(path)


def unpack(path: Path, name: str, folder: Path) -> list[Member]:
    """The files in an archive, as drafts in a folder; all of them or none.

    Folders, links, hidden files and what a Mac adds are left out.

    Args:
        path: The archive.
        name: The name it was delivered under.
        folder: Where the drafts go; they are named by number.

    Raises:
        FileRefused: `archive_too_large`, `archive_encrypted`, `archive_nested`, `archive_empty`,
            `archive_damaged`.
    """
    budget = _Budget(name, path.stat().st_size)
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == _GZIP
        members = _from_gzip(path, name, folder, budget) if is_gzip else _from_zip(path, name, folder, budget)
    except NotImplementedError:
        raise _refused(name, "archive_damaged", "it is packed in a way that is not read") from None
    except _BROKEN:
        raise _refused(name, "archive_damaged", "it is damaged or cut short") from None
    except OSError as error:
        _raise_unless_astray(error)
        raise _refused(name, "archive_damaged", "it is damaged or cut short") from None
    for member in members:
        _refuse_nested(name, member)
    if not members:
        raise _refused(name, "archive_empty", "it holds no file to read")
    return members


class _Budget:
    """How many bytes an archive may still unpack to, counted as they come: what its headers say can be a lie."""

    def __init__(self, name: str, packed_bytes: int) -> None:
        self._name = name
        self._left = min(MOST_BYTES, max(MOST_RATIO * packed_bytes, HARMLESS_BYTES))

    def take(self, n_bytes: int) -> None:
        self._left -= n_bytes
        if self._left < 0:
            raise _refused(
                self._name,
                "archive_too_large",
                f"it unpacks to more than {MOST_BYTES // 10**9} GB, or to more than {MOST_RATIO} times its size",
            )


def _from_zip(path: Path, name: str, folder: Path, budget: _Budget) -> list[Member]:
    if _directory_bytes(path) > MOST_DIRECTORY_BYTES:
        raise _too_many(name)
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_MEMBERS:
            raise _too_many(name)
        wanted = [entry for entry in entries if _is_delivered(entry)]
        if any(entry.flag_bits & _ENCRYPTED for entry in wanted):
            raise _refused(name, "archive_encrypted", "it is locked by a password")
        if any(entry.compress_type not in _METHODS for entry in wanted):
            raise _refused(name, "archive_damaged", "it is packed in a way that is not read")
        members = [
            Member(label(name, entry.filename), folder / str(number)) for number, entry in enumerate(wanted)
        ]
        for entry, member in zip(wanted, members, strict=True):
            with archive.open(entry) as packed:
                _write(packed, member.path, budget)
    return members


def _from_gzip(path: Path, name: str, folder: Path, budget: _Budget) -> list[Member]:
    inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    member = Member(label(name, inner), folder / "0")
    with gzip.open(path) as packed:
        _write(packed, member.path, budget)
    return [member]


def _write(packed: IO[bytes] | gzip.GzipFile, draft: Path, budget: _Budget) -> None:
    with draft.open("wb") as target:
        while block := packed.read(BLOCK):
            budget.take(len(block))
            target.write(block)


def label(archive: str, member: str) -> str:
    """What a member is called: archive and member, without steps upwards, drives or characters that don't print."""
    parts = [part for part in member.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    cleaned = ["".join(letter if letter.isprintable() else "?" for letter in part) for part in parts]
    inner = "/".join(cleaned).replace(":", "_")[-LONGEST_LABEL:].lstrip("/")
    return f"{archive}/{inner or 'unnamed'}"


def _is_delivered(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    is_hidden = any(part.startswith((".", "~$")) and part != ".." for part in parts)
    return bool(parts) and not (entry.is_dir() or is_link or is_hidden or "__MACOSX" in parts)


def _directory_bytes(path: Path) -> int:
    """Length of the directory at the end of a ZIP, as the last record tells: it is asked before all is read."""
    reach = _END_OF_DIRECTORY.size + _LONGEST_COMMENT + _LOCATOR_BYTES + _BIG_DIRECTORY.size
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - reach))
        tail = file.read()
    place = tail.rfind(_EMPTY_ZIP)
    if place < 0:
        raise zipfile.BadZipFile
    locator = place - _LOCATOR_BYTES
    if locator >= _BIG_DIRECTORY.size and tail.startswith(_BIG_LOCATOR, locator):
        return int(_BIG_DIRECTORY.unpack_from(tail, locator - _BIG_DIRECTORY.size)[0])
    return int(_END_OF_DIRECTORY.unpack_from(tail, place)[5])


def _is_document(path: Path) -> bool:
    try:
        if _directory_bytes(path) > MOST_DIRECTORY_BYTES:
            return False
        with zipfile.ZipFile(path) as package:
            return any(member in package.NameToInfo for member in _DOCUMENT_MEMBERS)
    except (*_BROKEN, NotImplementedError):
        return False
    except OSError as error:
        _raise_unless_astray(error)
        return False


def _raise_unless_astray(error: OSError) -> None:
    """Let through what the disk says; a place before the file's start is the archive's own lie."""
    if error.errno != errno.EINVAL:
        raise error


def _refuse_nested(name: str, member: Member) -> None:
    with member.path.open("rb") as file:
        start = file.read(512)
    is_tar = start[257:262] == _TAR
    if is_tar or start.startswith(_OTHER_ARCHIVES) or is_archive(member.path):
        raise _refused(name, "archive_nested", f"it holds another archive: {member.label}")


def _too_many(name: str) -> FileRefused:
    return _refused(name, "archive_too_large", f"it holds more than {MOST_MEMBERS} files")


def _refused(name: str, rule: str, reason: str) -> FileRefused:
    return FileRefused(name, rule, reason, "Unpack it yourself and put the exports into the inbox one by one")
