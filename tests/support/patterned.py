"""Made-up commitments with characteristics, for the tests of adjusted estimates.

One difficulty (1 to 5) moves both who books and what is kept, so the crude difference is wrong by construction and
the adjusted ones are right. What belongs here: drawing; what does not: claims about what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.effects.clusters import Membership
from models.effects.covariates import CommitmentPatterns, Covariate

DIFFICULTY = Covariate("difficulty", may_be_unsaid=True, in_within=True)
SEASON = Covariate("season", is_category=True, in_within=True)


@dataclass(frozen=True, slots=True)
class Made:
    """Patterns, and the average effect over the very commitments drawn."""

    patterns: CommitmentPatterns
    effect: float


def patterns(
    person: NDArray[np.int64],
    arm: NDArray[np.int64],
    kept: NDArray[np.int64],
    difficulty: NDArray[np.int64],
    *,
    n: NDArray[np.int64] | None = None,
    people_per_group: int = 3,
) -> CommitmentPatterns:
    """Patterns of rows in groups of consecutive people."""
    group = person // people_per_group
    counts = np.ones_like(arm) if n is None else n
    return CommitmentPatterns.of_columns(
        Membership(group, group, person), arm, counts, kept, {DIFFICULTY: difficulty}
    )


def made(
    rng: np.random.Generator,
    n_groups: int,
    *,
    each: int = 6,
    shift: float = 0.8,
    selection: float = 0.8,
    person_sd: float = 0.6,
    booking_by_person: float = 0.0,
) -> Made:
    """Groups of three people with `each` commitments; `shift` is what an appointment adds to the logit.

    Easier commitments are booked (`selection` per step) and kept more often; with `booking_by_person` people who
    keep more also book more, which no column says.
    """
    person = np.repeat(np.arange(3 * n_groups), each)
    own = person_sd * rng.standard_normal(3 * n_groups)[person]
    difficulty = rng.integers(1, 6, person.size)
    arm = (rng.random(person.size) < expit(-selection * (difficulty - 3) + booking_by_person * own)).astype(int)
    eta = 0.4 + own - 0.5 * (difficulty - 3)
    kept = (rng.random(person.size) < expit(eta + shift * arm)).astype(int)
    return Made(patterns(person, arm, kept, difficulty), float((expit(eta + shift) - expit(eta)).mean()))


def crude(found: CommitmentPatterns) -> float:
    """Share kept with minus share kept without."""
    shares = [found.kept[found.arm == a].sum() / found.n[found.arm == a].sum() for a in (1, 0)]
    return float(shares[0] - shares[1])
