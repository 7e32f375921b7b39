"""The derived tables are found, parsed and put in an order in which they can be built."""

from __future__ import annotations

from importlib import resources

from models.contracts import CORE_TABLES
from models.derived import derived_tables, tables_read

# What SQL does not make: the store writes these from the history, and two in Python.
GIVEN = {f"{layer}_{table.name}" for layer in ("current", "core") for table in CORE_TABLES} | {
    "run_settings",
    "weeks",
    "person_clusters",
}


def test_every_file_is_a_table_of_its_name() -> None:
    files = {path.name for path in (resources.files("models") / "sql").iterdir() if path.name.endswith(".sql")}
    assert {f"{table.name}.sql" for table in derived_tables()} == files


def test_a_table_comes_after_all_it_reads() -> None:
    made: set[str] = set()
    own = {table.name for table in derived_tables()}
    for table in derived_tables():
        assert set(table.reads) & own <= made
        made.add(table.name)


def test_every_table_read_is_one_that_is_made() -> None:
    own = {table.name for table in derived_tables()}
    unknown = {read for table in derived_tables() for read in table.reads} - own - GIVEN
    assert unknown == set()


def test_own_steps_are_not_tables_read() -> None:
    sql = "with a as (select x from t), b as (select x from a) select x from b inner join s on b.x = s.x"
    assert tables_read(sql) == ("s", "t")


def test_a_table_read_twice_is_named_once() -> None:
    assert tables_read("select a.x from t as a inner join t as b on a.x = b.x") == ("t",)


def test_the_grain_is_the_files_opening_comment() -> None:
    grains = {table.name: table.grain for table in derived_tables()}
    assert grains["group_progress"].startswith("One row per coaching group that has held a session")
    assert all(grain.startswith("One row") and grain.endswith(".") for grain in grains.values())
