"""An attacker on what Peerlift publishes: a colleague with a solver, all releases and the staff directory.

What belongs here: what such a person knows, how published numbers become statements about secret outcomes, and
what these statements leave open about a few people. It imports nothing of the disclosure gate: whatever the gate
believes about itself is worth nothing here.
What does not: claims about the gate (the tests), and made-up programmes (`odd_programmes`).

The secret is the state of each commitment and the score of each answer. Everything else is known to the attacker:
who works where and when, who has how many commitments with a known outcome, and when each of them counts where.
"""

from __future__ import annotations

from attacker.attack import Violation, feasible_range, feasible_values, told_by, violations
from attacker.listing import ContradictionError
from attacker.public import DIMENSIONS, KEPT, USEFUL, Public
from attacker.published import ends_that_tell_more, people_weeks, read_release
from attacker.statements import Release

__all__ = [
    "DIMENSIONS",
    "KEPT",
    "USEFUL",
    "ContradictionError",
    "Public",
    "Release",
    "Violation",
    "ends_that_tell_more",
    "feasible_range",
    "feasible_values",
    "people_weeks",
    "read_release",
    "told_by",
    "violations",
]
