"""The rules a row must obey, derived from the contracts.

What belongs here: which rules a table has, their names, and what to do about a broken one.
How a rule is checked (Great Expectations) and how broken rows are set aside (SQL) is `pipelines/validate.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.contracts import ANSWERS, OUTCOME_REPORTS, Column, Table

RuleKind = Literal[
    "readable",
    "filled",
    "required",
    "not_future",
    "range",
    "choice",
    "not_before",
    "unique",
    "known_question",
    "score_range",
]


_MEANINGS: Mapping[RuleKind, str] = {
    "readable": "{column} is filled, but can't be read as what it should be.",
    "filled": "{column} is empty, and no such row can do without it.",
    "required": "{column} is empty, and no such row can do without it.",
    "not_future": "{column} lies after the run, and tells of something that has been.",
    "range": "{column} lies outside its range.",
    "choice": "{column} is none of the words it may be.",
    "not_before": "{column} lies before {other}.",
    "unique": "Another row has the same key.",
    "known_question": "The catalogue does not have the question.",
    "score_range": "{column} lies outside the scale of its question.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one table.

    `name` is stable and unique in its table, e.g. `required:made_at`. `other` is the second column of a
    comparison. `columns` is the key a uniqueness rule speaks of.
    """

    name: str
    kind: RuleKind
    column: str
    remedy: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    other: str | None = None
    columns: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What is wrong with a row that breaks it."""
        return _MEANINGS[self.kind].format(column=self.column, other=self.other)


def staged_rules(table: Table, question_ids: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """Rules of a staged table: every row that breaks one is set aside, the others go on."""
    rules = [_readable(column) for column in table.columns]
    rules += [_required(column, "filled") for column in table.columns if column.is_required]
    rules += [_not_future(column) for column in table.columns if column.is_past]
    rules += _value_rules(table)
    if table.name == OUTCOME_REPORTS.name:
        rules.append(
            Rule(
                "one_candidate:commitment_id",
                "range",
                "n_candidates",
                "Name the commitment in the report: the person made several at the previous session.",
                maximum=1,
            )
        )
    if table.name == ANSWERS.name:
        rules += _answer_rules(question_ids)
    return tuple(rules)


def core_rules(table: Table) -> tuple[Rule, ...]:
    """Rules of a core table: a single broken row stops the run."""
    unique = Rule(
        "unique:" + ",".join(table.key),
        "unique",
        table.key[0],
        "Report this: core tables are made unique by construction.",
        columns=table.key,
    )
    required = [_required(column, "required") for column in table.columns if column.is_required]
    return (unique, *required, *_value_rules(table))


def _readable(column: Column) -> Rule:
    return Rule(
        f"readable:{column.name}",
        "readable",
        column.name,
        f"Write {column.name} as {_wanted(column)}, or add the value to the source file's codebook.",
    )


def _required(column: Column, kind: RuleKind) -> Rule:
    """A staged cell that is filled but unreadable breaks `readable`, not also `filled`."""
    return Rule(f"{kind}:{column.name}", kind, column.name, f"Fill in {column.name}.")


def _not_future(column: Column) -> Rule:
    return Rule(
        f"not_future:{column.name}",
        "not_future",
        column.name,
        f"{column.name} lies in the future: correct the date.",
    )


def _value_rules(table: Table) -> list[Rule]:
    rules: list[Rule] = []
    for column in table.columns:
        if column.minimum is not None or column.maximum is not None:
            rules.append(
                Rule(
                    f"range:{column.name}",
                    "range",
                    column.name,
                    f"{column.name} must be {_wanted(column)}.",
                    minimum=column.minimum,
                    maximum=column.maximum,
                )
            )
        if column.choices:
            rules.append(
                Rule(
                    f"choice:{column.name}",
                    "choice",
                    column.name,
                    f"{column.name} must be {_wanted(column)}.",
                    choices=column.choices,
                )
            )
        if column.not_before:
            rules.append(
                Rule(
                    f"not_before:{column.name}",
                    "not_before",
                    column.name,
                    f"{column.name} must not lie before {column.not_before}.",
                    other=column.not_before,
                )
            )
    return rules


def _answer_rules(question_ids: tuple[str, ...]) -> list[Rule]:
    return [
        Rule(
            "known_question:question_id",
            "known_question",
            "question_id",
            "Add the question to the catalogue (models/catalogue/questions.toml).",
            choices=question_ids,
        ),
        Rule(
            "score_range:score",
            "score_range",
            "score",
            "The answer lies outside the question's scale: correct it, or the scores in the source file.",
        ),
    ]


def _wanted(column: Column) -> str:
    if column.pattern:
        # What a form written as a pattern means stands in the column's description.
        return column.description.partition(": ")[2].rstrip(".")
    if column.choices:
        return "one of " + ", ".join(column.choices)
    if column.minimum is not None and column.maximum is not None:
        return f"a whole number from {column.minimum:g} to {column.maximum:g}"
    return {
        "time": "a date and time",
        "date": "a date",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "yes or no",
    }.get(column.kind, "a filled cell")
