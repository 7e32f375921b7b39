"""The same assets in Dagster: definitions, schedule, sensor, checks that stop a run, runs that show up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from programmes import Ran, run

from models.contracts import CORE_TABLES, PROTECTED_TABLES
from models.cross_rules import CROSS_RULES
from pipelines.dagster_home import prepare_dagster_home
from pipelines.errors import RunFailedError
from pipelines.publish import current_release
from pipelines.settings import Folders
from pipelines.store.warehouse import open_warehouse

pytestmark = pytest.mark.slow


def test_every_table_is_an_asset_and_every_core_table_has_a_blocking_check() -> None:
    from pipelines.definitions import defs

    graph = defs.resolve_asset_graph()
    names = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {"landed", "released", "site", "report", "published_duckdb", "analyst_duckdb"} <= names
    assert {table.name for table in PROTECTED_TABLES} <= names
    for table in CORE_TABLES:
        assert {f"staged_{table.name}", f"core_{table.name}_history", f"core_{table.name}"} <= names
    blocking = {key.asset_key.to_user_string() for key in graph.asset_check_keys if graph.get(key).blocking}
    assert blocking == {f"core_{table.name}" for table in CORE_TABLES}


def test_the_schedule_is_monday_at_six_in_the_programmes_zone(
    ran_small: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    from pipelines.assets import triggers

    monkeypatch.setenv("PEERLIFT_PROGRAMME", str(ran_small.folder))
    fresh = importlib.reload(triggers)
    assert fresh.weekly_refresh.cron_schedule == "0 6 * * 1"
    assert fresh.weekly_refresh.execution_timezone == ran_small.programme.time_zone == "Europe/Berlin"


def test_the_sensor_asks_once_for_the_same_inbox(new_small: Callable[[str], Path]) -> None:
    from pipelines.assets.programme import ProgrammeFolder
    from pipelines.assets.triggers import inbox_sensor

    folder = new_small("waiting")
    resource = ProgrammeFolder(folder=str(folder))

    def look(cursor: str | None) -> dg.SensorResult:
        result = inbox_sensor(dg.build_sensor_context(cursor=cursor), programme=resource)
        assert isinstance(result, dg.SensorResult)
        return result

    first = look(None)
    assert len(first.run_requests or []) == 1
    assert look(first.cursor).skip_reason is not None
    whole = {path: path.read_bytes() for path in (folder / "inbox").iterdir()}
    for path in whole:
        path.unlink()
    emptied = look(first.cursor)
    assert emptied.skip_reason is not None
    for path, content in whole.items():
        path.write_bytes(content)
    assert len(look(emptied.cursor).run_requests or []) == 1


def test_runs_of_the_command_appear_in_the_programmes_instance(
    ran_small: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(prepare_dagster_home(ran_small.programme.folders)))
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs()
        checks = instance.get_records_for_run(
            runs[-1].run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
    assert [record.status for record in runs] == [dg.DagsterRunStatus.SUCCESS]
    across = {rule.table.name for rule in CROSS_RULES}
    assert len(checks) == 2 * len(CORE_TABLES) + len(across)


def test_materialising_in_dagster_does_what_the_command_does(
    new_small: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_command, by_dagster = new_small("command"), new_small("dagster")
    run(by_command)
    from pipelines.definitions import defs

    monkeypatch.setenv("PEERLIFT_PROGRAMME", str(by_dagster))
    monkeypatch.setenv("DAGSTER_HOME", str(prepare_dagster_home(Folders(by_dagster))))
    with dg.DagsterInstance.get() as instance:
        assert defs.resolve_job_def("refresh").execute_in_process(instance=instance).success
    first, second = current_release(Folders(by_command)), current_release(Folders(by_dagster))
    assert first == second


def test_a_broken_core_table_stops_the_run_and_the_last_release_stands(small_copy: Path) -> None:
    before = current_release(Folders(small_copy))
    with open_warehouse(Folders(small_copy).database) as connection:
        # What no reader lets through: a session with a status that is none.
        connection.execute("update sessions_versions set status = 'lost', content = 'x' || content")
    path = small_copy / "plan.toml"
    path.write_text(path.read_text("utf-8").replace("margin = 0.10", "margin = 0.11"), "utf-8")
    with pytest.raises(RunFailedError, match="core_sessions"):
        run(small_copy)
    assert current_release(Folders(small_copy)) == before
    assert os.path.realpath(small_copy / "published" / "current").endswith(before.release_id if before else "")
