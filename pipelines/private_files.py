"""Files and folders that only their owner may read, and writes that survive a crash."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OTHERS = 0o077


class NotPrivateError(Exception):
    """A file that holds a secret can be read by others; the message says how to mend that."""


def make_private_folder(folder: Path) -> None:
    """Make a folder (and its parents) that only the owner may enter."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)


def make_file_private(path: Path) -> None:
    """Let only the owner read and write a file."""
    path.chmod(PRIVATE_FILE)


def read_private(path: Path, what: str) -> bytes:
    """The bytes of a file that nobody but its owner can read; `what` names it in the error.

    Raises:
        NotPrivateError: others can read it.
    """
    # The permissions are those of the file that was opened, not of whatever stands at the path a moment later.
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & OTHERS:
            raise NotPrivateError(
                f"the {what} {path} can be read by others (mode {mode & 0o777:04o}): run chmod 600 {path}"
            )
        return file.read()


def sync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk; systems that can't open folders are left alone."""
    if os.name == "posix":
        sync_file(folder)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves either the old one or the new one, whole."""
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
