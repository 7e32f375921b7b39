"""A limit of a plan moved around what drawn data have: inside it, on it, past it.

What belongs here: the three sides of a limit as cases of a test. What does not: the estimators and their data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from _pytest.mark import ParameterSet

from models.effects.result import Result, Status, Thresholds

FREE = Thresholds.none()
SLIGHTLY = 1e-9
Estimate = Callable[[Thresholds], Result]


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule of an estimator.

    Attributes:
        field: The limit, a field of `Thresholds`.
        found: What the drawn data have of it.
        reason: The only reason given when they have too little, or of a `ceiling` too much.
        step: How far past the limit is enough to notice; 1 for counts.
        status: What the result is then.
        is_ceiling: Whether more than the limit is too much.
    """

    field: str
    found: float
    reason: str
    step: float = 1
    status: Status = "refused"
    is_ceiling: bool = False

    def on_side(self, side: str) -> Thresholds:
        """Limits that refuse nothing else, with this one so that the data lie inside it, on it or past it."""
        past = {"inside": -self.step, "on": 0, "past": self.step}[side] * (-1 if self.is_ceiling else 1)
        return replace(FREE, **{self.field: self.found + past})


def sides(estimates: Mapping[str, Estimate], limits: Mapping[str, Sequence[Limit]]) -> list[ParameterSet]:
    """Every limit of every estimator from three sides: the estimate, the limit, the side."""
    return [
        pytest.param(estimates[name], limit, side, id=f"{name}-{limit.field}-{limit.reason}-{side}")
        for name, listed in limits.items()
        for limit in listed
        for side in ("inside", "on", "past")
    ]


def holds(estimate: Estimate, limit: Limit, side: str) -> None:
    """Past its limit the result has the reason and the status, and nothing else; inside it and on it, neither."""
    result = estimate(limit.on_side(side))
    expected = (limit.status, (limit.reason,)) if side == "past" else ("ok", ())
    assert (result.status, result.reasons) == expected
