"""Which rules a table has, and that each says what to do."""

from __future__ import annotations

import pytest

from models.catalogue import questions
from models.contracts import (
    ANSWERS,
    CORE_TABLES,
    MEMBERSHIPS,
    OUTCOME_REPORTS,
    SESSIONS,
    Column,
    Table,
    core_table,
)
from models.rules import core_rules, staged_rules

TABLE = Table(
    "things",
    "thing",
    (
        Column("thing_id", "text", "Id.", is_key=True, is_required=True),
        Column("n", "integer", "Number.", minimum=0, maximum=9),
        Column("kind", "choice", "Kind.", choices=("a", "b")),
        Column("from_on", "date", "Start."),
        Column("to_on", "date", "End.", not_before="from_on"),
    ),
)


def test_a_staged_table_has_a_rule_for_everything_its_contract_says() -> None:
    readable = [f"readable:{name}" for name in ("thing_id", "n", "kind", "from_on", "to_on")]
    others = ["filled:thing_id", "range:n", "choice:kind", "not_before:to_on"]
    assert [rule.name for rule in staged_rules(TABLE)] == readable + others


def test_a_core_table_has_a_unique_key_and_the_same_rules_about_values() -> None:
    names = ["unique:thing_id", "required:thing_id", "range:n", "choice:kind", "not_before:to_on"]
    assert [rule.name for rule in core_rules(TABLE)] == names


def test_a_rule_carries_the_limits_of_its_column() -> None:
    rules = {rule.name: rule for rule in staged_rules(TABLE)}
    assert (rules["range:n"].minimum, rules["range:n"].maximum) == (0, 9)
    assert rules["choice:kind"].choices == ("a", "b")
    assert rules["not_before:to_on"].other == "from_on"


@pytest.mark.parametrize(
    ("rule", "remedy"),
    [
        ("range:n", "n must be a whole number from 0 to 9."),
        ("choice:kind", "kind must be one of a, b."),
        ("not_before:to_on", "to_on must not lie before from_on."),
        ("filled:thing_id", "Fill in thing_id."),
        ("readable:to_on", "Write to_on as a date, or add the value to the source file's codebook."),
    ],
)
def test_a_remedy_says_what_to_write(rule: str, remedy: str) -> None:
    assert {found.name: found.remedy for found in staged_rules(TABLE)}[rule] == remedy


@pytest.mark.parametrize("table", CORE_TABLES, ids=lambda table: table.name)
def test_names_are_unique_within_a_table_and_every_rule_has_a_remedy(table: Table) -> None:
    for rules in (staged_rules(table, tuple(questions())), core_rules(table)):
        names = [rule.name for rule in rules]
        assert len(set(names)) == len(names)
        assert all(rule.remedy.endswith(".") for rule in rules)


def test_the_key_of_several_columns_is_one_rule() -> None:
    (unique,) = [rule for rule in core_rules(MEMBERSHIPS) if rule.kind == "unique"]
    assert unique.columns == ("group_id", "person_id", "from_on")


def test_answers_must_be_to_a_question_of_the_catalogue_and_on_its_scale() -> None:
    rules = {rule.kind: rule for rule in staged_rules(ANSWERS, ("usefulness", "trust"))}
    assert rules["known_question"].choices == ("usefulness", "trust")
    assert rules["score_range"].column == "score"


def test_only_reports_ask_for_a_single_candidate() -> None:
    has = [table.name for table in CORE_TABLES if any(r.column == "n_candidates" for r in staged_rules(table))]
    assert has == [OUTCOME_REPORTS.name]


def test_staged_and_core_differ_in_what_an_empty_cell_is_called() -> None:
    # A cell that is filled but unreadable breaks `readable`, not also `filled`.
    assert {rule.kind for rule in staged_rules(SESSIONS)} & {"filled", "required"} == {"filled"}
    assert {rule.kind for rule in core_rules(SESSIONS)} & {"filled", "required"} == {"required"}


def test_the_remedy_of_a_wave_names_its_forms() -> None:
    (rule,) = (rule for rule in staged_rules(core_table("invitations")) if rule.name == "readable:wave")
    assert rule.remedy.startswith("Write wave as `baseline`, `session-03` or `not_taking_part`, or add")
