"""Estimates through the one disclosure gate, held against everything released before."""

from __future__ import annotations

from models.catalogue import metrics, questions
from models.contracts import PROTECTED_TABLES, estimate_table
from models.disclosure import Floors, Fresh, Past, contributions, protect, slice_cells
from models.estimates import Inputs
from models.estimates.kept_by_day import followed_commitments
from pipelines.publish import ReleaseError, current_release, data_hash, read_release, release_folders
from pipelines.settings import Folders, Programme
from pipelines.stages.estimating import described_tables, estimation_inputs
from pipelines.store.deliveries import key_fingerprint
from pipelines.store.ledger import (
    LOST,
    OTHER,
    OTHER_KEY,
    LedgerError,
    is_empty,
    knows,
    last_key,
    open_ledger,
    pending_release,
    put_pending,
    read_past,
    settle,
)
from pipelines.store.warehouse import Connection, fetch, open_warehouse, put_table


def protect_all(programme: Programme) -> dict[str, int]:
    """Pass the estimates through the disclosure gate, and describe the data beside them; rows per protected table.

    Raises:
        LedgerError: the ledger is lost while releases stand, is another one's, or can't be used.
    """
    with open_warehouse(programme.folders.database) as connection:
        key = key_fingerprint(connection) or ""
    past = _past(programme, key)
    with open_warehouse(programme.folders.database) as connection:
        inputs = estimation_inputs(connection, programme)
        floors = Floors(programme.minimum_people, programme.minimum_people_loneliness)
        protected = protect(_fresh(connection, inputs, programme), past, floors, metrics())
        for name, frame in {**protected.tables, **described_tables(connection)}.items():
            put_table(connection, name, frame)
    with open_ledger(programme.folders.ledger) as ledger:
        put_pending(
            ledger,
            protected,
            data_hash=data_hash(protected.tables),
            plan_hash=programme.plan.sha256,
            key_fingerprint=key,
        )
    return {name: len(frame) for name, frame in protected.tables.items()}


def settle_ledger(programme: Programme) -> None:
    """Count what the last run was about to release, if it was; a run that was killed may have left that open."""
    folders = programme.folders
    with open_ledger(folders.ledger) as ledger:
        pending = pending_release(ledger)
        if pending is not None:
            settle(ledger, was_released=_was_released(folders, pending))


def _past(programme: Programme, key: str) -> Past:
    folders = programme.folders
    settle_ledger(programme)
    with open_ledger(folders.ledger) as ledger:
        if is_empty(ledger) and release_folders(folders):
            raise LedgerError(LOST.format(name=folders.ledger.name))
        if last_key(ledger) not in {None, key}:
            raise LedgerError(OTHER_KEY.format(name=folders.ledger.name))
        shown = _shown(folders)
        if shown is not None and not knows(ledger, shown):
            raise LedgerError(OTHER.format(name=folders.ledger.name))
        return read_past(ledger)


def _shown(folders: Folders) -> str | None:
    """Hash of the protected tables shown now; None where nothing is, or nobody can say what."""
    try:
        current = current_release(folders)
    except ReleaseError:
        return None
    return current.data_hash if current else None


def _was_released(folders: Folders, hashed: str) -> bool:
    """Whether anybody can have seen it: a release whose manifest can't be read may be the one."""
    try:
        return any(read_release(folder).data_hash == hashed for folder in release_folders(folders))
    except ReleaseError:
        return True


def _fresh(connection: Connection, inputs: Inputs, programme: Programme) -> Fresh:
    names = [estimate_table(table).name for table in PROTECTED_TABLES]
    setting = inputs.setting
    tables = {**inputs.tables, "commitment_days": followed_commitments(inputs)}
    return Fresh(
        {name: fetch(connection, f"select * from {name}") for name in names},  # noqa: S608
        contributions(tables, questions(), setting.week, setting.plan.horizon_days),
        slice_cells(inputs["slice_commitments"], inputs["slice_answers"]),
        setting.data_as_of,
        setting.week,
        programme.plan.sha256,
    )
