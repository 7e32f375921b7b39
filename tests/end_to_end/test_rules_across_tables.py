"""Rules across tables on a whole run: the made-up programme keeps them, but for what it draws on purpose."""

from __future__ import annotations

import polars as pl
import pytest
from programmes import Ran

from models.cross_rules import CROSS_RULES
from pipelines.store.across import broken_across
from pipelines.store.deliveries import quarantined_rows
from pipelines.store.file_notices import list_notices
from pipelines.store.warehouse import fetch, open_warehouse

pytestmark = pytest.mark.slow
# People leave single items out, and groups are drawn without a look at who manages whom.
DRAWN_ON_PURPOSE = {"across:ucla_whole", "across:not_with_own_manager"}


def table(ran: Ran, sql: str) -> pl.DataFrame:
    with open_warehouse(ran.programme.folders.database) as connection:
        return fetch(connection, sql)


def test_every_rule_is_checked_and_shown_with_the_release(ran_small: Ran) -> None:
    checks = table(ran_small, "select * from meta_checks where stage = 'across'")
    assert set(checks["rule"]) == {rule.name for rule in CROSS_RULES}
    assert set(checks.filter(~pl.col("passed"))["rule"]) <= DRAWN_ON_PURPOSE
    assert checks.filter(rule="across:answer_near_session")["n_rows"].sum() > 100


def test_people_who_left_out_an_item_are_those_named(ran_small: Ran) -> None:
    answers = table(ran_small, "select person_id, wave, question_id from core_answers")
    n_items = (
        answers.filter(pl.col("question_id").str.starts_with("ucla_"))
        .group_by("person_id", "wave")
        .agg(pl.len())
    )
    partial = n_items.filter(pl.col("len") < 3)
    found = table(ran_small, "select n_unexpected from checks where rule = 'across:ucla_whole'")
    assert found["n_unexpected"].to_list() == [partial["len"].sum()]
    with open_warehouse(ran_small.programme.folders.database) as connection:
        named = broken_across(connection).filter(rule="across:ucla_whole")
    assert named.height == partial.height  # one row of an export for each person and wave
    assert partial.height > 0


def test_a_warning_sets_no_row_aside(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        aside = quarantined_rows(connection)
    assert aside.filter(pl.col("rule").str.starts_with("across:")).is_empty()


def test_first_deliveries_are_compared_with_nothing(ran_small: Ran) -> None:
    with open_warehouse(ran_small.programme.folders.database) as connection:
        rules = set(list_notices(connection)["rule"])
    assert rules.isdisjoint({"file_shrank", "column_vanished", "column_new", "same_bytes_two_names"})
