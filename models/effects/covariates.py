"""What was known before each check-out: patterns of characteristics, and the columns a model makes of them.

What belongs here: counts per person, arm and pattern; design columns; the person mean of the arm (Mundlak).
What does not: which characteristics a programme records (`models/estimates`) and what is fitted to the columns.

A characteristic enters as a score (linear on the model's scale; that could be false) or as categories. Where a
score was not said, an indicator takes its place, so that nobody is left out and nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.effects.arrays import FloatArray, IntArray, whole_numbers
from models.effects.clusters import Membership
from models.effects.dense import distinct_codes
from models.effects.gram import independent_columns, weighted_gram
from models.effects.unit_variance import PatternRows

MOST_PATTERNS = 1 << 18
"""Distinct patterns above which scores are made coarser, so that time and memory stay within bounds."""
MOST_ORDERED = 1_000_000
"""Rows beyond which they stay as they come: putting them in order would only fix the last bits of sums."""
MEAN_STEPS = 20
"""The person mean of the arm is rounded to twentieths, so that patterns stay few."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A characteristic known before check-out, with whole-number levels.

    Attributes:
        name: What it is called in tables.
        is_category: Whether each level gets an indicator of its own; else the level is a score.
        may_be_unsaid: Whether level 0 means that nothing was said; then that gets an indicator.
        in_within: Whether it belongs in the model within persons: it changes from one commitment to the next and
            is not made of the person's earlier outcomes or appointments (with a person's own intercept such
            columns are correlated with the error; Nickell 1981, doi:10.2307/1911408).
    """

    name: str
    is_category: bool = False
    may_be_unsaid: bool = False
    in_within: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Characteristic:
    """One design column: its name, its value per pattern, and the patterns it says something about.

    Attributes:
        name: The covariate's name, with `_not_said` or the level of a category.
        covariate: Name of the covariate it is made of.
        values: Shape (K,).
        is_counted: False where a score was not said, shape (K,).
        is_binary: Whether it is an indicator.
    """

    name: str
    covariate: str
    values: FloatArray
    is_counted: NDArray[np.bool_]
    is_binary: bool


@dataclass(frozen=True, slots=True, eq=False)
class CommitmentPatterns:
    """Mature commitments of known outcome counted by person, arm and pattern; rows of shape (n,).

    Attributes:
        membership: Cluster, group spell and person of each row.
        arm: 1 with an appointment, 0 without.
        n: Commitments.
        kept: Of these, the ones kept.
        pattern: Position of the row's pattern among `levels`.
        levels: Level of each covariate per pattern, shape (K, q).
        covariates: The characteristics, in the order of the columns of `levels`.
    """

    membership: Membership
    arm: IntArray
    n: IntArray
    kept: IntArray
    pattern: IntArray
    levels: IntArray
    covariates: tuple[Covariate, ...]

    @classmethod
    def of_columns(
        cls,
        membership: Membership,
        arm: IntArray,
        n: IntArray,
        kept: IntArray,
        levels: Mapping[Covariate, IntArray],
    ) -> CommitmentPatterns:
        """Build from one array of whole-number levels per covariate, each of shape (n,).

        With more than `MOST_PATTERNS` distinct patterns (hundreds of thousands of commitments) neighbouring levels
        of scores are joined, always of the score with the most levels, until there are fewer; no outcome is
        looked at.

        Raises:
            ValueError: When lengths differ, an arm is neither 0 nor 1, a row is empty or more are kept than made.
        """
        arm, n, kept = (whole_numbers(*pair) for pair in (("arm", arm), ("n", n), ("kept", kept)))
        columns = [_levels(covariate.name, values) for covariate, values in levels.items()]
        if {column.size for column in (arm, n, kept, *columns)} != {membership.person.size}:
            raise ValueError("patterns: every column needs the same length")
        if arm.max(initial=0) > 1 or np.any(kept > n) or np.any(n < 1):
            raise ValueError("patterns: arm is 0 or 1, n at least 1, and at most n are kept")
        pattern, distinct = _coarsened(*_distinct(columns, membership.person.size), tuple(levels))
        found = cls(membership, arm, n, kept, pattern, distinct, tuple(levels))
        return found if arm.size > MOST_ORDERED else found._in_order()

    def _in_order(self) -> CommitmentPatterns:
        """Rows ordered by content, not by who it is, so that sums run alike whatever the people are called."""
        order = np.argsort(_code([self.pattern, self.arm, self.n, self.kept]), kind="stable")
        codes = (self.membership.cluster, self.membership.group, self.membership.person)
        return replace(
            self,
            membership=Membership(*(code[order] for code in codes)),
            arm=self.arm[order],
            n=self.n[order],
            kept=self.kept[order],
            pattern=self.pattern[order],
        )

    @property
    def weights(self) -> FloatArray:
        """Commitments per pattern, shape (K,)."""
        totals = np.bincount(self.pattern, weights=self.n, minlength=self.levels.shape[0])
        return totals.astype(np.float64)

    def characteristics(self, *, within: bool = False) -> tuple[Characteristic, ...]:
        """Return the design columns that vary, without an intercept; `within` leaves to those of that model."""
        chosen = (item for item in enumerate(self.covariates) if item[1].in_within or not within)
        found = (c for place, covariate in chosen for c in _columns(covariate, self.levels[:, place]))
        return tuple(c for c in found if c.values.size and np.ptp(c.values) > 0)

    def person_means(self) -> IntArray:
        """Return each row's share of its person's commitments with an appointment, in twentieths, shape (n,)."""
        _, person = distinct_codes(self.membership.person)
        total = np.bincount(person, weights=self.n)
        booked = np.bincount(person, weights=self.n * self.arm)
        return np.rint(MEAN_STEPS * booked / np.maximum(total, 1)).astype(np.int64)[person]


@dataclass(frozen=True, slots=True, eq=False)
class DesignCells:
    """Commitments by distinct pattern and arm (and person mean): what a model is fitted to.

    Attributes:
        rows: Counts per row, each with the cell it is of.
        arm: 1 or 0 per cell, shape (C,).
        observed: Intercept and independent columns, then the arm, shape (C, p + 1).
        names: Name of each column but the arm's, length p.
        n: Commitments per cell, shape (C,).
        kept: Of these, the ones kept, shape (C,).
        pattern: Pattern of each cell, shape (C,).
    """

    rows: PatternRows
    arm: FloatArray
    observed: FloatArray
    names: tuple[str, ...]
    n: FloatArray
    kept: FloatArray
    pattern: IntArray

    @property
    def x(self) -> FloatArray:
        """Intercept and columns without the arm, shape (C, p)."""
        return self.observed[:, :-1]

    @property
    def size(self) -> int:
        """Number of cells, C."""
        return int(self.arm.size)


def design_cells(patterns: CommitmentPatterns, *, person_mean: bool = False) -> DesignCells:
    """Return the cells of a model of the arm or of the outcome; columns that add nothing are left out.

    Args:
        patterns: Counts per person, arm and pattern.
        person_mean: Whether the person mean of the arm is a column (Mundlak 1978, doi:10.2307/1913646): then the
            effect is, as with an intercept per person, one of a person's own switching.
    """
    means = patterns.person_means() if person_mean else np.zeros_like(patterns.arm)
    cell, distinct = _distinct([patterns.pattern, means, patterns.arm], patterns.arm.size)
    rows = PatternRows(
        cell, patterns.n.astype(np.float64), patterns.kept.astype(np.float64), patterns.membership
    )
    n, kept = rows.totals(distinct.shape[0])
    of_pattern, arm = distinct[:, 0], distinct[:, 2].astype(np.float64)
    found = patterns.characteristics()
    columns = [np.ones(arm.size), arm, *(c.values[of_pattern] for c in found)]
    names = ["intercept", "arm", *(c.name for c in found)]
    if person_mean:
        columns.append(distinct[:, 1] / MEAN_STEPS)
        names.append("person_mean")
    x = np.column_stack(columns)
    free = [int(c) for c in independent_columns(weighted_gram(x, n[None])[0]) if c != 1]
    observed = x[:, [*free, 1]]
    return DesignCells(rows, arm, observed, tuple(names[c] for c in free), n, kept, of_pattern)


def _columns(covariate: Covariate, levels: IntArray) -> Iterable[Characteristic]:
    """Design columns of one covariate: indicators of all levels but the lowest, or a score and `not_said`."""
    everywhere = np.ones(levels.size, dtype=bool)
    if covariate.is_category:
        for level in np.unique(levels)[1:].tolist():
            indicator = (levels == level).astype(np.float64)
            yield Characteristic(f"{covariate.name}_{level}", covariate.name, indicator, everywhere, True)
        return
    is_said = levels > 0 if covariate.may_be_unsaid else everywhere
    yield Characteristic(covariate.name, covariate.name, levels.astype(np.float64), is_said, False)
    if covariate.may_be_unsaid:
        unsaid = (~is_said).astype(np.float64)
        yield Characteristic(f"{covariate.name}_not_said", covariate.name, unsaid, everywhere, True)


def _levels(name: str, values: IntArray) -> IntArray:
    """The values, checked but not copied: there may be many columns of many rows."""
    if not np.issubdtype(values.dtype, np.integer) or values.min(initial=0) < 0:
        raise ValueError(f"{name}: needs whole-number levels of at least 0; recode them")
    return values


def _coarsened(
    pattern: IntArray, levels: IntArray, covariates: tuple[Covariate, ...]
) -> tuple[IntArray, IntArray]:
    """Patterns and levels with neighbouring levels joined two by two (0 stays alone) until there are few enough."""
    scores = [place for place, one in enumerate(covariates) if not one.is_category]
    place_of = np.arange(levels.shape[0])
    while levels.shape[0] > MOST_PATTERNS and scores:
        largest = levels.max(axis=0)
        widest = max(scores, key=lambda place: (largest[place], place))
        if largest[widest] <= 2:
            break
        joined = levels.copy()
        joined[:, widest] = (joined[:, widest] + 1) // 2
        position, levels = _distinct(list(joined.T), joined.shape[0])
        place_of = position[place_of]
    return place_of[pattern], levels


def _distinct(columns: list[IntArray], size: int) -> tuple[IntArray, IntArray]:
    """Position of each row among the distinct rows, shape (size,), and these in order, shape (d, k)."""
    code = _code(columns) if columns else np.zeros(size, dtype=np.int64)
    spans = [int(column.max(initial=0)) + 1 for column in columns]
    distinct, position = distinct_codes(code)
    levels = np.empty((distinct.size, len(columns)), dtype=np.int64)
    for place in range(len(columns) - 1, -1, -1):
        distinct, levels[:, place] = np.divmod(distinct, spans[place])
    return position, levels


def _code(columns: list[IntArray]) -> IntArray:
    """One whole number per row that orders rows as their columns do."""
    code, n_possible = np.zeros(columns[0].size, dtype=np.int64), 1
    for column in columns:
        span = int(column.max(initial=0)) + 1
        n_possible *= span
        code *= span
        code += column
    if n_possible >= 1 << 62:
        raise ValueError("patterns: too many possible levels; use coarser ones")
    return code
