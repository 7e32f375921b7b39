"""Which errors are whose: those a user mends, those that ask to wait, those that end a run."""

from __future__ import annotations

from pipelines.identity import IdentityKeyError
from pipelines.inbox import InboxError
from pipelines.publish import ReleaseError
from pipelines.readers.refusal import FileRefused
from pipelines.run_lock import RunInProgressError
from pipelines.settings import SettingsError
from pipelines.source_file import SourceFileError
from pipelines.store.warehouse import WarehouseBusyError, WarehouseError
from pipelines.validate import ValidationError


class RunFailedError(Exception):
    """A run ended early; the last release stands."""


class NothingYetError(Exception):
    """What was asked for does not exist before the first run."""


USER_ERRORS = (SettingsError, SourceFileError, IdentityKeyError, FileRefused, NothingYetError, FileExistsError)
BUSY_ERRORS = (RunInProgressError, WarehouseBusyError)
FAILURES = (RunFailedError, InboxError, WarehouseError, ReleaseError, ValidationError, OSError)
