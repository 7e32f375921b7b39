"""An inbox in a bucket, archives in it, and landed copies that expire or are damaged, through the whole pipeline."""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from buckets import CREDENTIALS, Bucket, bucket_server
from click.testing import CliRunner
from programmes import run

from models.contracts import CORE_TABLES
from pipelines.cli import main
from pipelines.publish import current_release
from pipelines.settings import Folders, load_programme
from pipelines.stages.landed_copies import expire_copies, landed_path
from pipelines.stages.reading import stage_new_files
from pipelines.stages.rereading import not_read_anew
from pipelines.store.deliveries import list_files, row_accounts
from pipelines.store.warehouse import fetch, open_warehouse

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with bucket_server() as made:
        yield made


def point_at(folder: Path, bucket: Bucket) -> None:
    """Set the programme's inbox to the bucket; its server answers at an address of this machine."""
    path = folder / "peerlift.toml"
    named = f'[inbox]\nurl = "{bucket.url}"\noptions = {{ endpoint_url = "{bucket.endpoint}" }}\n'
    path.write_text(path.read_text("utf-8").replace("[inbox]\n", named), "utf-8")


def core(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The core tables; which file said it aside."""
    with open_warehouse(Folders(folder).database) as connection:
        return {
            table.name: fetch(connection, f"select * from core_{table.name} order by all")
            .drop("file_id", strict=False)
            .rows()
            for table in CORE_TABLES
        }


def files(folder: Path) -> pl.DataFrame:
    with open_warehouse(Folders(folder).database) as connection:
        return list_files(connection)


def zipped(paths: list[Path]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, f"exports/{path.name}")
    return packed.getvalue()


def test_exports_in_a_bucket_some_of_them_packed_say_what_they_say_in_a_folder(
    new_small: Callable[[str], Path], bucket: Bucket
) -> None:
    near, far = new_small("near"), new_small("far")
    waiting = sorted((far / "inbox").iterdir())
    run(near)
    packed = [path for path in waiting if path.suffix == ".csv" and path.name != "pulse.csv"]
    bucket.put("sheets.zip", zipped(packed))
    bucket.put("pulse.csv.gz", gzip.compress((far / "inbox" / "pulse.csv").read_bytes()))
    for path in waiting:
        if path.suffix != ".csv":
            bucket.put(path.name, path.read_bytes())
        path.unlink()
    point_at(far, bucket)
    before = sum(1 for _ in files(near).iter_rows())
    done = CliRunner().invoke(main, ["--programme", str(far), "run"])
    assert done.exit_code == 3, done.output  # its exports hold a few bad rows on purpose
    assert core(far) == core(near)
    assert bucket.names() == []
    assert files(far).height == before
    assert {"pulse.csv.gz/pulse.csv", "sheets.zip/exports/groups.csv"} <= set(files(far)["name"])
    with open_warehouse(Folders(far).database) as connection:
        accounts = row_accounts(connection)
    parts = ("n_rows_stored", "n_rows_superseded", "n_rows_dropped", "n_rows_quarantined")
    assert accounts["n_rows_in"].to_list() == accounts.select(pl.sum_horizontal(parts)).to_series().to_list()
    kept = [path for path in (far / "warehouse").rglob("*") if path.is_file()]
    assert not any(CREDENTIALS["AWS_SECRET_ACCESS_KEY"].encode() in path.read_bytes() for path in kept)
    shown = CliRunner().invoke(main, ["--programme", str(far), "where", "inbox"])
    assert shown.output.strip() == bucket.url


def test_the_sensor_looks_into_the_bucket(small_copy: Path, bucket: Bucket) -> None:
    from pipelines.assets.programme import ProgrammeFolder
    from pipelines.assets.triggers import inbox_sensor

    point_at(small_copy, bucket)
    resource = ProgrammeFolder(folder=str(small_copy))

    def look(cursor: str | None) -> dg.SensorResult:
        result = inbox_sensor(dg.build_sensor_context(cursor=cursor), programme=resource)
        assert isinstance(result, dg.SensorResult)
        return result

    assert look(None).skip_reason is not None
    bucket.put("pulse.csv", b"a,b\n1,2\n")
    asked = look(None)
    assert len(asked.run_requests or []) == 1
    assert look(asked.cursor).skip_reason is not None


def test_a_bucket_that_does_not_answer_ends_the_run_and_the_last_release_stands(
    small_copy: Path, bucket: Bucket
) -> None:
    before = current_release(Folders(small_copy))
    bucket.clear()
    bucket.client.delete_bucket(Bucket=bucket.name)
    point_at(small_copy, bucket)
    done = CliRunner().invoke(main, ["--programme", str(small_copy), "run"])
    assert done.exit_code == 1
    assert f"The inbox {bucket.url} can't be listed" in done.output
    assert "Traceback" not in done.output
    assert current_release(Folders(small_copy)) == before
    status = CliRunner().invoke(main, ["--programme", str(small_copy), "status"])
    assert status.exit_code == 3
    assert f"The inbox {bucket.url} can't be listed" in " ".join(status.output.split())
    assert "pulse.csv" in status.output


def test_a_refused_archive_is_named_by_run_and_status_and_holds_nothing_up(small_copy: Path) -> None:
    (small_copy / "inbox" / "exports.zip").write_bytes(zipped([])[:-2])
    before = core(small_copy)
    assert run(small_copy)[1]
    assert core(small_copy) == before
    status = CliRunner().invoke(main, ["--programme", str(small_copy), "status"])
    assert "Refused: exports.zip (archive_damaged)" in status.output
    assert run(small_copy)[0].startswith("Nothing new")


def touch_source(folder: Path, name: str) -> None:
    """A change after which the source's files are to be read anew, though they say the same."""
    path = folder / "sources" / f"{name}.toml"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", "utf-8")


def test_rows_stay_when_their_landed_copy_has_expired_and_the_same_export_is_read_anew(
    small_copy: Path, tmp_path: Path
) -> None:
    programme, before = load_programme(small_copy), core(small_copy)
    (row,) = files(small_copy).filter(name="pulse.csv").iter_rows(named=True)
    export = tmp_path / "pulse.csv"
    shutil.copyfile(landed_path(programme.folders, row["file_id"]), export)
    later = datetime.now(UTC) + timedelta(days=programme.landed_days + 1)
    assert expire_copies(programme, later) == files(small_copy).height
    assert list(programme.folders.landed.iterdir()) == []
    touch_source(small_copy, "pulse")
    said, _ = run(small_copy)
    assert "Not read anew: 1 files under the settings or version of now" in said
    assert core(small_copy) == before
    shutil.copyfile(export, small_copy / "inbox" / "pulse.csv")
    said, _ = run(small_copy)
    assert "Not read anew" not in said
    assert core(small_copy) == before
    assert files(small_copy).filter(name="pulse.csv")["reading_hash"][0] != row["reading_hash"]


def test_a_damaged_landed_copy_is_never_read_and_its_rows_stay(small_copy: Path) -> None:
    programme, before = load_programme(small_copy), core(small_copy)
    (row,) = files(small_copy).filter(name="pulse.csv").iter_rows(named=True)
    copy = landed_path(programme.folders, row["file_id"])
    whole = copy.read_bytes()
    copy.unlink()
    copy.write_bytes(whole[: len(whole) // 2])
    touch_source(small_copy, "pulse")
    said, is_amiss = run(small_copy)
    assert "Not read anew: pulse.csv (landed_copy_damaged): its landed copy is damaged; its rows stay." in said
    assert is_amiss
    assert core(small_copy) == before
    (small_copy / "inbox" / "pulse.csv").write_bytes(whole)
    said, _ = run(small_copy)
    assert "Not read anew" not in said
    assert not_read_anew(programme) == []
    assert core(small_copy) == before


def test_a_damaged_copy_that_was_never_read_is_refused_by_name(small_copy: Path) -> None:
    folders = Folders(small_copy)
    (row,) = files(small_copy).filter(name="groups.csv").iter_rows(named=True)
    landed_path(folders, row["file_id"]).chmod(0o600)
    landed_path(folders, row["file_id"]).write_bytes(b"group,e-mail\n")
    with open_warehouse(folders.database) as connection:
        connection.execute("update files set status = 'landed', reading_hash = null where name = 'groups.csv'")
    readings = stage_new_files(load_programme(small_copy))
    assert [(reading.file_id, reading.status, reading.rule) for reading in readings] == [
        (row["file_id"], "refused", "landed_copy_damaged")
    ]
