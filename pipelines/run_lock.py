"""One run of a programme at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.private_files import make_private_folder
from pipelines.settings import Folders


class RunInProgressError(Exception):
    """Another run of the programme is going on."""


@contextmanager
def run_lock(folders: Folders) -> Iterator[None]:
    """Hold the programme; the system lets go when the process ends, however it ends.

    The same process may hold it again inside, so that a run holds it whole and each step holds it too.

    Raises:
        RunInProgressError: another process holds it.
    """
    # Whatever a run writes is its owner's alone: a site is opened to others on purpose, not by accident.
    os.umask(0o077)
    make_private_folder(folders.warehouse)
    lock = FileLock(folders.warehouse / "run.lock", timeout=0, is_singleton=True, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise RunInProgressError("Another run of this programme is going on. Wait for it to end.") from None
    try:
        yield
    finally:
        lock.release()
