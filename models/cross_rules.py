"""The rules that hold between tables: what one export says must agree with what another does.

What belongs here: which rules there are, how bad a broken one is, what it means, what to do, and the limits in them.
Each rule's select is `models/across/<rule>.sql`: it gives the keys of the rows of one core table that break it.
What does not: rules of a single row (`models.rules`), running the selects (`pipelines.validate` and the store).

A warning leaves everything as it is: which of two records is wrong cannot be told from here. A blocking rule is
for rows that cannot both be true and that would change the result: they are set aside until a delivery settles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from models.contracts import (
    ANSWERS,
    APPOINTMENTS,
    ASSIGNMENTS,
    ATTENDANCE,
    COMMITMENTS,
    MEMBERSHIPS,
    OUTCOME_REPORTS,
    SESSIONS,
    Table,
)

Severity = Literal["warning", "blocking"]
ACROSS = "across:"
"""How the names of these rules begin in lists of all rules."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers in the rules.

    Attributes:
        least_members: Fewest members a group may meet with.
        most_members: Most members a group may have at once.
        answer_days: Most days between a session and an answer about it.
    """

    least_members: int = 2
    most_members: int = 4
    answer_days: int = 14


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class CrossRule:
    """One rule across tables.

    Attributes:
        stem: Name of its select.
        table: The core table whose rows break it.
        meaning: What is wrong with a row that breaks it.
        remedy: What to do about it.
        severity: Whether such rows are set aside or only named.
        columns: What its select gives: the columns that identify a row.
    """

    stem: str
    table: Table
    meaning: str
    remedy: str
    severity: Severity = "warning"
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name among all rules."""
        return ACROSS + self.stem

    @property
    def is_blocking(self) -> bool:
        """Whether rows that break it are set aside."""
        return self.severity == "blocking"

    @property
    def identified_by(self) -> tuple[str, ...]:
        """The columns that its select gives: the table's key where it names no others."""
        return self.columns or self.table.key

    @property
    def sql(self) -> str:
        """Its select."""
        return _select(self.stem)


CROSS_RULES = (
    CrossRule(
        "group_size",
        MEMBERSHIPS,
        f"The group has more than {LIMITS.most_members} members at once, "
        f"or met with fewer than {LIMITS.least_members}.",
        "Give members who left their last day, or split the group; add members that are missing.",
    ),
    CrossRule(
        "one_group_at_a_time",
        MEMBERSHIPS,
        "The person is in two groups on the same day.",
        "Give the earlier membership its last day, or remove the wrong one.",
    ),
    CrossRule(
        "attended_held_session",
        ATTENDANCE,
        "Somebody was there, at a session that was cancelled or moved.",
        "Correct the attendance, or the session's status in the log.",
    ),
    CrossRule(
        "owner_present",
        COMMITMENTS,
        "It was made at a session at which its owner was not.",
        "Correct the attendance, or the session named in the check-out form.",
    ),
    CrossRule(
        "due_not_before_made",
        COMMITMENTS,
        "It was due before the day it was made.",
        "Correct the due date; day and month may be the wrong way round.",
    ),
    CrossRule(
        "done_not_before_made",
        OUTCOME_REPORTS,
        "It was done before the day it was made; that day is not counted.",
        "Correct the day it was done, or the commitment the report names.",
        columns=("person_id", "reported_at", "done_on"),
    ),
    CrossRule(
        "partner_in_programme",
        APPOINTMENTS,
        "Its partner is neither on the roster nor in any group.",
        "Correct the partner's address, or add the person to the roster.",
    ),
    CrossRule(
        "answer_near_session",
        ANSWERS,
        f"It was given more than {LIMITS.answer_days} days before or after the session it is about.",
        "Correct the session named in the answer, or the date in the session log.",
    ),
    CrossRule(
        "ucla_whole",
        ANSWERS,
        "Some of the three loneliness questions were answered and others not, so there is no score.",
        "Make the three questions required in the form.",
    ),
    CrossRule(
        "invited_before_answer",
        ANSWERS,
        "The person had not been invited to the wave when answering.",
        "Add the invitation, or correct its date: response is counted among those invited.",
    ),
    CrossRule(
        "agenda_within_session",
        SESSIONS,
        "Check-in, problem solving and check-out took longer than the session.",
        "Correct the minutes, or the session's start and end.",
    ),
    CrossRule(
        "not_with_own_manager",
        MEMBERSHIPS,
        "The person is coached in the same group as their own manager: they cannot speak in confidence.",
        "Move one of the two to another group, or correct the manager on the roster.",
    ),
    CrossRule(
        "one_arm",
        ASSIGNMENTS,
        "The person is in both arms: shown the prompt at this check-out, and not shown it.",
        "Correct the file that is wrong so that all say the same, and deliver it again.",
        severity="blocking",
    ),
)


@cache
def _select(stem: str) -> str:
    return (resources.files("models") / "across" / f"{stem}.sql").read_text("utf-8")
