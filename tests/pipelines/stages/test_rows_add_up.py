"""Whatever is delivered, in whatever order: every row of a file that was read is counted exactly once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taken_in import accounts, aside, commitments_source, csv, programme_of, take_in

from pipelines.store.warehouse import fetch, open_warehouse

DROP = """
    [[drop]]
    rule = "test_row"
    when = { column = "who", matches = "^test@" }
"""
# Good rows, repeats, corrections, bad rows, rows without a key, tests, partials and empty rows.
ROWS = st.builds(
    ",".join,
    st.tuples(
        st.sampled_from(("a", "b", "c", "")),
        st.sampled_from(("ada@example.org", "ben@example.org", "test@example.org", "")),
        st.sampled_from(("2026-09-01 12:00", "2026-09-02 12:00", "soon", "2093-01-01 12:00", "")),
        st.sampled_from(("1", "5", "6", "hard", "")),
    ),
)
NAMES = st.sampled_from(("sheet__csv", "sheet_sales__csv", "sheet_2__csv", "log__csv"))
DELIVERIES = st.lists(
    st.dictionaries(NAMES, st.lists(ROWS, min_size=1, max_size=6), max_size=2), min_size=1, max_size=3
)


@pytest.mark.slow
@settings(max_examples=5)
@given(DELIVERIES)
def test_rows_in_are_rows_stored_superseded_dropped_and_quarantined(
    deliveries: list[dict[str, list[str]]],
) -> None:
    check_that_rows_add_up(deliveries)


@pytest.mark.thorough
@settings(max_examples=200)
@given(DELIVERIES)
def test_rows_add_up_over_many_deliveries(deliveries: list[dict[str, list[str]]]) -> None:
    check_that_rows_add_up(deliveries)


def check_that_rows_add_up(deliveries: list[dict[str, list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        programme = programme_of(
            Path(folder) / "programme",
            sheet=commitments_source("sheet*.csv", drop=DROP),
            log=commitments_source("log*.csv"),
        )
        n_read = 0
        for run, files in enumerate(deliveries):
            take_in(programme, run, **{name: csv(*rows) for name, rows in files.items()})
            for _, n_rows, parts in accounts(programme):
                assert n_rows == sum(parts)
            n_read = len(accounts(programme))
        with open_warehouse(programme.folders.database) as connection:
            refused = fetch(connection, "select count(*) as n from files where status = 'refused'")["n"][0]
            known = fetch(connection, "select count(*) as n from files")["n"][0]
        assert known == n_read + refused
        assert len(set(aside(programme))) == len(aside(programme))
