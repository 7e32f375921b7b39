"""The engine that lets Great Expectations read DuckDB through SQLAlchemy.

Kept apart from `validate.py` because importing Great Expectations takes seconds: import this where it is used.
"""

from __future__ import annotations

from typing import Any, Literal

from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine


class BufferedEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """Reads each result whole before its connection goes back, as DuckDB's results end with it."""

    def execute_query(self, query: Any) -> Any:
        """Run a query and keep its rows."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


class BufferedDuckDBSource(SQLDatasource):  # type: ignore[misc]
    """A SQL data source whose engine is the buffered one."""

    type: Literal["buffered_duckdb"] = "buffered_duckdb"

    @property
    def execution_engine_type(self) -> Any:
        """The engine class Great Expectations makes for this source."""
        return BufferedEngine
