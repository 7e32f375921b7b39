"""One run from the command line: through the same Dagster assets as in its web interface, in this process."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, TextIO

from pipelines.dagster_home import prepare_dagster_home
from pipelines.errors import RunFailedError
from pipelines.progress import Progress, show_progress
from pipelines.publish import current_release, finish
from pipelines.run_lock import run_lock
from pipelines.settings import FOLDER_VARIABLE, Programme, now
from pipelines.stages.landed_copies import expire_copies
from pipelines.stages.landing import is_tried, left_in_inbox, left_lines, waiting_files
from pipelines.stages.protecting import settle_ledger
from pipelines.stages.reading import load_readers, refusal_hash
from pipelines.stages.releasing import is_up_to_date
from pipelines.stages.rereading import is_any_damaged, not_read_anew, not_read_anew_lines
from pipelines.store.deliveries import list_files, quarantined_rows
from pipelines.store.inbox_look import last_look
from pipelines.store.warehouse import open_warehouse

if TYPE_CHECKING:
    from dagster import EventLogEntry

JOB = "refresh"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_programme(programme: Programme, terminal: TextIO) -> bool:
    """Run everything that is new, or say that nothing is; returns whether anything was refused or set aside.

    Raises:
        RunInProgressError: another run is going on.
        RunFailedError: a step failed; the last release stands.
    """
    with run_lock(programme.folders):
        if is_nothing_new(programme):
            settle_ledger(programme)
            finish(programme.folders, keep=programme.keep_releases)
            expire_copies(programme, now())
            said = "Nothing new"
        else:
            with show_progress(terminal) as progress:
                _materialise(programme, progress)
            said = "Released"
        release = current_release(programme.folders)
        print(f"{said}: {release.release_id if release else 'no release'} is current.", file=terminal)
        left, unread = left_in_inbox(programme, waiting_files(programme)), not_read_anew(programme)
        for line in [*left_lines(left), *not_read_anew_lines(unread)]:
            print(line, file=terminal)
        return _is_anything_amiss(programme) or bool(left) or is_any_damaged(unread)


def is_nothing_new(programme: Programme) -> bool:
    """Whether a run would change nothing: no new file, no changed setting, and a release of this week."""
    waiting = waiting_files(programme)
    if not is_up_to_date(programme, now()):
        return False
    with open_warehouse(programme.folders.database) as connection:
        known, look = list_files(connection), last_look(connection)
    return is_tried(waiting, look, known, refusal_hash(load_readers(programme)))


def _materialise(programme: Programme, progress: Progress) -> None:
    os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(programme.folders))
    os.environ[FOLDER_VARIABLE] = str(programme.folders.root)
    import dagster as dg

    from pipelines.definitions import defs

    failures: list[str] = []

    def listen(entry: EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        if event.is_step_start:
            progress.step(str(event.step_key))
        elif event.is_step_success:
            progress.done()
        elif event.is_step_failure:
            failures.append(_failure(event))

    job, run_id = defs.resolve_job_def(JOB), str(uuid.uuid4())
    progress.begin(len(job.nodes))
    with dg.DagsterInstance.get() as instance:
        instance.add_event_listener(run_id, listen)
        result = job.execute_in_process(
            instance=instance, run_id=run_id, raise_on_error=False, run_config=QUIET
        )
    if not result.success:
        raise RunFailedError("The run failed; the last release stands.\n" + "\n".join(failures))


def _failure(event: object) -> str:
    """Step and message of a failure: the innermost error, which names file, rule and remedy."""
    error = event.step_failure_data.error  # type: ignore[attr-defined]
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key}: {error.message.strip() if error else 'failed'}"  # type: ignore[attr-defined]


def _is_anything_amiss(programme: Programme) -> bool:
    with open_warehouse(programme.folders.database) as connection:
        return bool(
            list_files(connection).filter(status="refused").height or quarantined_rows(connection).height
        )
