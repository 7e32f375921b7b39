"""The two DuckDB files, opened as an analyst would: read-only, and by an older client too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from programmes import Ran

from models.contracts import META_TABLES, PROTECTED_TABLES
from pipelines.places import place

pytestmark = pytest.mark.slow

OLD_CLIENT = Path(sys.prefix) / "duckdb15"
DESCRIBE = """
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
tables = con.execute(
    "select schema_name, table_name, comment, estimated_size from duckdb_tables() where not internal"
).fetchall()
columns = con.execute(
    "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
).fetchall()
rate = con.execute("select rate from protected.completion where arm = 'with_appointment'").fetchall()
print(json.dumps({"version": duckdb.__version__, "tables": tables, "columns": columns, "rate": rate}))
"""


def described(path: Path, *, old: bool) -> dict[str, list[list[str]]]:
    if old and not OLD_CLIENT.is_dir():
        pytest.skip("the DuckDB 1.5 client is not installed: `make test` installs it")
    environment = {"PYTHONPATH": str(OLD_CLIENT)} if old else {}
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, list[list[str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("which", ["published", "analyst"])
@pytest.mark.parametrize("old", [False, True], ids=["duckdb2", "duckdb15"])
def test_both_files_open_in_both_clients(ran_small: Ran, which: str, old: bool) -> None:
    found = described(place(ran_small.programme, which), old=old)
    assert str(found["version"]).startswith("1.5." if old else "2.")
    names = {f"{schema}_{table}" for schema, table, *_ in found["tables"]}
    assert {table.name for table in (*PROTECTED_TABLES, *META_TABLES)} <= names
    assert found["rate"][0][0] is not None


@pytest.mark.parametrize("which", ["published", "analyst"])
def test_every_table_and_column_has_a_comment(ran_small: Ran, which: str) -> None:
    found = described(place(ran_small.programme, which), old=False)
    assert [table for _, table, comment, _ in found["tables"] if not comment] == []
    assert [(table, column) for _, table, column, comment in found["columns"] if not comment] == []


def test_only_the_analyst_file_holds_rows_of_people_and_says_it_is_restricted(ran_small: Ran) -> None:
    published = described(place(ran_small.programme, "published"), old=False)
    analyst = described(place(ran_small.programme, "analyst"), old=False)
    assert {schema for schema, *_ in published["tables"]} == {"protected", "meta"}
    assert {schema for schema, *_ in analyst["tables"]} == {"protected", "meta", "analysis"}
    assert all(comment.startswith("Restricted") for _, _, comment, _ in analyst["tables"])
    assert not any(
        "_id" in column and "question" not in column and "release" not in column
        for _, _, column, _ in published["columns"]
    )


def test_times_leave_for_analysts_only_by_week(ran_small: Ran) -> None:
    columns = [
        column
        for schema, table, column, _ in described(place(ran_small.programme, "analyst"), old=False)["columns"]
        if schema == "analysis" and not table.startswith("estimate_")
    ]
    assert not [column for column in columns if column.endswith(("_at", "_us", "_on"))]
    assert "made_week" in columns
