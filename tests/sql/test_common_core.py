"""The SQL files keep to the part of SQL that DuckDB and Spark run word for word with the same result."""

from __future__ import annotations

import re

import pytest
from sqlglot import exp, parse
from sqlglot.errors import ParseError

from models.derived import derived_tables

FILES = {table.name: table.sql for table in derived_tables()}
GRAIN = re.compile(r"-- One row[ :]")
NULLS = re.compile(r"\bnulls (?:first|last)\b")
WORDS = {
    "qualify": r"\bqualify\b",
    "as-of join": r"\basof\b",
    "integer division": r"//",
    "quantile_cont": r"\bquantile_cont\b",
    "star with exclude": r"\*\s*(exclude|except)\b",
    "ignore nulls": r"\bignore\s+nulls\b",
    "named parameter": r"(?<!:):[a-z]|\$\w+|\?",
    "double colon cast": r"::",
}


def breaches(sql: str) -> list[str]:
    """What in a file is outside the common core."""
    if not GRAIN.match(sql):
        return ["no grain in the first line"]
    code = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    found = [name for name, pattern in WORDS.items() if re.search(pattern, _unquoted(code), re.IGNORECASE)]
    if _unquoted(code) != _unquoted(code).lower():
        found.append("upper case")
    try:
        trees = parse(code, dialect="duckdb")
    except ParseError:
        return [*found, "does not parse"]
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return [*found, "not one select"]
    # The parser fills in where nulls go, so whether the file says it is counted in its text.
    if len(list(trees[0].find_all(exp.Ordered))) != len(NULLS.findall(code)):
        found.append("nulls first or last not said")
    return found + _tree_breaches(trees[0])


def _tree_breaches(tree: exp.Expr) -> list[str]:
    found = []
    if any(item.is_star for select in tree.find_all(exp.Select) for item in select.expressions):
        found.append("select *")
    if any(cast.to.is_type(*exp.DataType.TEXT_TYPES) for cast in tree.find_all(exp.Cast)):
        found.append("cast to text")
    aggregates = (exp.ArrayAgg, exp.List, exp.GroupConcat)
    if any(node.find(exp.Order) for kind in aggregates for node in tree.find_all(kind)):
        found.append("ordered list")
    return found


def _unquoted(code: str) -> str:
    return re.sub(r"'[^']*'", "''", code)


@pytest.mark.parametrize("name", FILES)
def test_every_file_keeps_to_the_common_core(name: str) -> None:
    assert breaches(FILES[name]) == []


BAD = {
    "select a from t": "no grain in the first line",
    "-- One row per a.\nselect (a from t": "does not parse",
    "-- One row per a.\nselect a from t; select b from t": "not one select",
    "-- One row per a.\ncreate table x as select a from t": "not one select",
    "-- One row per a.\nSELECT a from t": "upper case",
    "-- One row per a.\nwith b as (select * from t) select a from b": "select *",
    "-- One row per a.\nselect t.* from t": "select *",
    "-- One row per a.\nselect * exclude (b) from t": "star with exclude",
    "-- One row per a.\nselect a from t qualify row_number() over (order by a asc nulls last) = 1": "qualify",
    "-- One row per a.\nselect a from t asof join s on t.a >= s.a": "as-of join",
    "-- One row per a.\nselect a // 2 as b from t": "integer division",
    "-- One row per a.\nselect cast(a as varchar) as b from t": "cast to text",
    "-- One row per a.\nselect try_cast(a as text) as b from t": "cast to text",
    "-- One row per a.\nselect a::date as b from t": "double colon cast",
    "-- One row per a.\nselect quantile_cont(a, 0.5) as b from t": "quantile_cont",
    "-- One row per a.\nselect list(a order by b asc nulls last) as c from t": "ordered list",
    "-- One row per a.\nselect array_agg(a order by b asc nulls last) as c from t": "ordered list",
    "-- One row per a.\nselect last_value(a ignore nulls) over (order by b asc nulls last) as c from t": (
        "ignore nulls"
    ),
    "-- One row per a.\nselect a from t order by a asc": "nulls first or last not said",
    "-- One row per a.\nselect a from t where a = $day": "named parameter",
    "-- One row per a.\nselect a from t where a = :day": "named parameter",
    "-- One row per a.\nselect a from t where a = ?": "named parameter",
}


@pytest.mark.parametrize(("sql", "breach"), BAD.items())
def test_each_breach_is_found(sql: str, breach: str) -> None:
    assert breach in breaches(sql)


def test_words_inside_text_are_no_breach() -> None:
    assert breaches("-- One row per a.\nselect 'SELECT * :x // qualify?' as a from t") == []


def test_counting_rows_is_no_select_star() -> None:
    assert breaches("-- One row per a.\nselect a, count(*) as n from t group by a") == []


def test_there_are_files_to_check() -> None:
    assert {"core_commitments", "commitment_outcomes", "effect_cells"} <= set(FILES)
