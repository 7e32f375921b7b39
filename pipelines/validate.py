"""Great Expectations inside DuckDB: every rule of the contracts, checked as SQL, without a row leaving the file.

What belongs here: turning rules into expectations and into the condition that picks the rows breaking them,
and reading back counts - never values.
What does not: which rules there are (`models/rules.py`), moving rows (the store).

Great Expectations has no DuckDB engine of its own, and reads results after it has released the connection; the
engine below buffers each result while the connection is open, so that it works through SQLAlchemy.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.catalogue import Question
from models.rules import Rule

# Rules no standard expectation covers on DuckDB: the condition becomes a column, and the column must be 0.
FLAGGED = ("readable", "filled", "not_future", "score_range")


class ValidationError(Exception):
    """Great Expectations could not run a check, or disagrees with the rows set aside."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How many of a table's rows a rule looked at, and how many broke it."""

    table_name: str
    rule: str
    n_rows: int
    n_unexpected: int

    @property
    def passed(self) -> bool:
        """Whether no row broke the rule."""
        return self.n_unexpected == 0


def broken(rule: Rule, questions: Mapping[str, Question]) -> str:
    """SQL condition, never null, that holds for the rows breaking a rule.

    Raises:
        ValueError: the rule is about several rows together (uniqueness), so no row by itself breaks it.
    """
    column = f'"{rule.column}"'
    if rule.kind == "readable":
        return f"contains(unreadable, ',{rule.column},')"
    if rule.kind == "filled":
        return f"{column} is null and not contains(unreadable, ',{rule.column},')"
    if rule.kind == "required":
        return f"{column} is null"
    if rule.kind == "not_future":
        return _never_null(f"{column} > (select known_at from run_settings) + interval 1 day")
    if rule.kind == "range":
        limits = [f"{column} < {rule.minimum:g}" if rule.minimum is not None else ""]
        limits.append(f"{column} > {rule.maximum:g}" if rule.maximum is not None else "")
        return _never_null(" or ".join(limit for limit in limits if limit))
    if rule.kind in ("choice", "known_question"):
        return _never_null(f"{column} not in ({_listed(rule.choices)})")
    if rule.kind == "not_before":
        return _never_null(f'{column} < "{rule.other}"')
    if rule.kind == "score_range":
        return _never_null(_score_outside(questions))
    raise ValueError(f"rule {rule.name} is about several rows")


def check_table(
    database: Path,
    table_name: str,
    rules: Sequence[Rule],
    questions: Mapping[str, Question],
) -> tuple[CheckResult, ...]:
    """Check a table of the warehouse against its rules, as SQL inside DuckDB.

    Raises:
        ValidationError: an expectation could not be evaluated.
    """
    import great_expectations as gx  # takes seconds: only where it is used

    with _data_source(database) as source:
        batch = (
            source.add_query_asset(table_name, query=_query(table_name, rules, questions))
            .add_batch_definition_whole_table("all")
            .get_batch()
        )
        suite = gx.ExpectationSuite(name=table_name, expectations=[_expectation(rule) for rule in rules])
        outcome = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
        items = {item.expectation_config.meta["rule"]: item for item in outcome.results}
    return tuple(_check_result(table_name, rule, items[rule.name]) for rule in rules)


def count_broken(database: Path, queries: Mapping[str, str]) -> dict[str, int]:
    """How many rows each select over the warehouse's tables gives, by name: rows that should not be.

    Raises:
        ValidationError: a select could not be run.
    """
    import great_expectations as gx
    import great_expectations.expectations as gxe

    expectations = [
        # The batch is the one row of the run's settings: the selects name the tables they read themselves.
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query=f"select broken.* from ({query}) as broken cross join {{batch}} as run",
            meta={"rule": name},
        )
        for name, query in queries.items()
    ]
    with _data_source(database) as source:
        batch = (
            source.add_query_asset("across", query="select 1 as one from main.run_settings")
            .add_batch_definition_whole_table("all")
            .get_batch()
        )
        suite = gx.ExpectationSuite(name="across", expectations=expectations)
        outcome = batch.validate(suite, result_format={"result_format": "BASIC"})
        found = {
            item.expectation_config.meta["rule"]: item.result.get("observed_value") for item in outcome.results
        }
    for name in queries:
        if found.get(name) is None:
            # The exception's text can quote a value, so it is not passed on.
            raise ValidationError(f"the check {name} could not be evaluated.")
    return {name: int(found[name]) for name in queries}


def _check_result(table_name: str, rule: Rule, item: Any) -> CheckResult:
    n_rows = item.result.get("element_count")
    if n_rows is None:
        # The exception's text can quote a value, so it is not passed on.
        raise ValidationError(f"{table_name}: the check {rule.name} could not be evaluated.")
    return CheckResult(table_name, rule.name, int(n_rows), int(item.result.get("unexpected_count") or 0))


def _expectation(rule: Rule) -> Any:
    import great_expectations.expectations as gxe

    meta = {"rule": rule.name}
    if rule.kind in FLAGGED:
        return gxe.ExpectColumnValuesToBeInSet(column=_flag(rule), value_set=[0], meta=meta)
    if rule.kind == "required":
        return gxe.ExpectColumnValuesToNotBeNull(column=rule.column, meta=meta)
    if rule.kind == "range":
        return gxe.ExpectColumnValuesToBeBetween(
            column=rule.column, min_value=rule.minimum, max_value=rule.maximum, meta=meta
        )
    if rule.kind in ("choice", "known_question"):
        return gxe.ExpectColumnValuesToBeInSet(column=rule.column, value_set=list(rule.choices), meta=meta)
    if rule.kind == "not_before":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=rule.column,
            column_B=rule.other,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            meta=meta,
        )
    if len(rule.columns) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=rule.column, meta=meta)
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(rule.columns), meta=meta)


def _query(table_name: str, rules: Sequence[Rule], questions: Mapping[str, Question]) -> str:
    """The table with one flag column per rule that no standard expectation covers."""
    flags = "".join(
        f', cast({broken(rule, questions)} as integer) as "{_flag(rule)}"'
        for rule in rules
        if rule.kind in FLAGGED
    )
    return f"select *{flags} from main.{table_name}"


def _flag(rule: Rule) -> str:
    return f"breaks_{rule.kind}_{rule.column}"


def _score_outside(questions: Mapping[str, Question]) -> str:
    cases = " ".join(
        f"when '{question.question_id}' then score < {question.minimum_score!r} or score > {question.maximum_score!r}"
        for question in questions.values()
        if question.kind == "score"
    )
    return f'case "question_id" {cases} end'


def _never_null(condition: str) -> str:
    return f"coalesce({condition}, false)"


def _listed(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


@contextmanager
def _data_source(database: Path) -> Iterator[Any]:
    import great_expectations as gx

    from pipelines.duckdb_expectations import BufferedDuckDBSource

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = BufferedDuckDBSource(name="warehouse", connection_string=f"duckdb:///{database}")
    source._data_context = context  # noqa: SLF001 - what add_sql would do, for an engine it does not know
    try:
        yield source
    finally:
        # DuckDB lets one process hold the file with one configuration only: give it back at once.
        source.get_engine().dispose()
        source.get_execution_engine().close()
