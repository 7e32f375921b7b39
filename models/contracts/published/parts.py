"""Columns that several published tables share.

What belongs here: the status, the day a row is as of, and shorthands for shares and differences.
"""

from __future__ import annotations

from models.contracts.columns import Column

STATUS = Column(
    "status",
    "choice",
    "`ok`, or why there is no number: refused, early, not_robust, withheld.",
    is_required=True,
    choices=("ok", "early", "refused", "not_robust", "withheld"),
)
REASONS = Column("reasons", "text", "Why the status is not ok; codes of the word catalogue joined by `;`.")
AS_OF = Column("as_of", "date", "Last day whose records the row counts; a table that stays keeps its day.")
ENDING: tuple[Column, ...] = (STATUS, REASONS, AS_OF)
"""The columns every published row ends with."""


def share(name: str, description: str) -> Column:
    """A proportion from 0 to 1."""
    return Column(name, "number", description, minimum=0, maximum=1)


def difference(name: str, description: str) -> Column:
    """A difference of two proportions, -1 to 1."""
    return Column(name, "number", description, minimum=-1, maximum=1)


def count(name: str, description: str) -> Column:
    """A number of things, from 0."""
    return Column(name, "integer", description, minimum=0)


def choice(name: str, description: str, choices: tuple[str, ...]) -> Column:
    """One of a few codes, in every row."""
    return Column(name, "choice", description, is_required=True, choices=choices)
