"""Landed copies are kept for the time set, and a damaged one is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.new_programme import make_programme
from pipelines.readers import FileRefused
from pipelines.settings import Programme, load_programme
from pipelines.stages.landed_copies import expire_copies, is_intact, landed_path, refuse_damaged
from pipelines.stages.landing import land_inbox
from pipelines.store.deliveries import list_files
from pipelines.store.warehouse import open_warehouse

MOMENT = datetime(2026, 10, 4, 12, tzinfo=UTC)
TABLE = b"a,b\n1,2\n"


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    make_programme(tmp_path / "programme")
    made = load_programme(tmp_path / "programme")
    (made.folders.inbox / "pulse.csv").write_bytes(TABLE)
    quick = replace(made, inbox=replace(made.inbox, settle_seconds=0))
    land_inbox(quick, MOMENT)
    return quick


def row_of(programme: Programme) -> dict[str, object]:
    with open_warehouse(programme.folders.database) as connection:
        return list_files(connection).row(0, named=True)


@pytest.mark.parametrize(
    ("landed_days", "seconds", "n_expired"), [(90, 0, 0), (90, 1, 1), (1, 0, 0), (1, 1, 1)]
)
def test_a_copy_expires_once_it_is_older_than_the_days_set_and_the_file_stays_known(
    programme: Programme, landed_days: int, seconds: int, n_expired: int
) -> None:
    later = MOMENT + timedelta(days=landed_days, seconds=seconds)
    assert expire_copies(replace(programme, landed_days=landed_days), later) == n_expired
    assert len(list(programme.folders.landed.iterdir())) == (0 if n_expired else 2)
    assert row_of(programme)["name"] == "pulse.csv"


def test_an_expired_copy_is_counted_once(programme: Programme) -> None:
    later = MOMENT + timedelta(days=91)
    assert expire_copies(programme, later) == 1
    assert expire_copies(programme, later) == 0


@pytest.mark.parametrize("content", [TABLE[:5], TABLE[:-2] + b"3\n", b"", None])
def test_a_copy_cut_short_altered_emptied_or_gone_is_not_intact(
    programme: Programme, content: bytes | None
) -> None:
    row = row_of(programme)
    refuse_damaged(programme.folders, row)
    copy = landed_path(programme.folders, str(row["file_id"]))
    copy.unlink()
    if content is not None:
        copy.write_bytes(content)
    assert not is_intact(programme.folders, row)
    with pytest.raises(FileRefused, match=r"pulse\.csv is refused \(landed_copy_damaged\)") as refused:
        refuse_damaged(programme.folders, row)
    assert "put the export into the inbox again" in refused.value.remedy
