"""What the intervals and estimators claim, tried on many programmes whose truth is known.

What belongs here: the studies, their settings, and how far off a simulated figure may be. Each study returns figures;
bounded runs of them are tests (`tests/simulation/test_validation_*.py`), long ones `make validation`.
What does not: how programmes are drawn (`drawn_counts`, `many_programmes`).

**Monte Carlo error** is one standard error: sqrt(c (1 - c) / R) of a share c of R programmes, sd / sqrt(R) of a mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from drawn_counts import CONSTANT_EFFECT, Commitments, Confounding, Floats, Mechanism, confounded, draw
from many_programmes import cells_by_programme, judged, many, primary_cells
from patterned import crude
from scipy import stats

from models.effects.adjusted_result import METHODS, adjust
from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.result import Result, Thresholds
from models.simulate import Scenario, simulate

SEED = 1
N_COVERAGE = 4_000
COVERAGE_GROUPS = (6, 12, 40)
N_THROUGH_SQL = MappingProxyType({6: 2_000, 12: 2_000, 40: 1_000})
N_ALARMS = 2_000
ALARM_GROUPS = (8, 12, 20, 40)
LOOKS = 26
N_ADJUSTED = 1_000
ADJUSTED_GROUPS = (12, 40)

AS_PLANNED = "65 % without, 79 % with an appointment"
MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(
    {
        AS_PLANNED: Mechanism(),
        "no effect": Mechanism(effect=0.0),
        "the claim: 65 % without, 95 % with": Mechanism(effect=0.30),
        "one commitment in six booked": Mechanism(booked=1 / 6),
        "groups of 2 to 4 with 1 to 6 sessions, people who seldom or often book, effects that differ": Mechanism(
            n_people=(2, 4), n_sessions=(1, 6), booking_spread=0.3, effect_sd=0.6
        ),
    }
)
NO_EFFECT_OVER_TIME = Mechanism(effect=0.0, n_sessions=(7, 7))
BOOKED_AT_RANDOM = Scenario(
    n_weeks=40, start_weeks=12, selection_by_difficulty=0.0, selection_by_conscientiousness=0.0
)
BY_DIFFICULTY = "difficulty, which is recorded, moves both"
OUTCOME_BENDS = "the same, but the easiest alone are kept less often: the outcome model is wrong"
BOOKING_BENDS = "the same, but the hardest alone are booked less often: the booking model is wrong"
NOT_RECORDED = "an inclination of people moves both, which nobody records"
CONFOUNDINGS: Mapping[str, Confounding] = MappingProxyType(
    {
        BY_DIFFICULTY: Confounding(),
        OUTCOME_BENDS: Confounding((-0.24, 0.06, 0.06, 0.06, 0.06), (1.2, 0.1, -1.0, -2.1, -3.2)),
        BOOKING_BENDS: Confounding(booked_by_difficulty=(0.7, 0.7, 0.7, 0.7, -2.5)),
        NOT_RECORDED: Confounding((0.0,) * 5, (0.0,) * 5, kept_by_person=0.2, booked_by_person=1.5),
    }
)
UNGATED, GATED = Thresholds.none(), Thresholds()
_GROUPS_AT_ONCE = 3_000


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often single-look intervals hold the truth, over programmes of so many groups.

    Attributes:
        n_groups: Groups, and so clusters, of each programme.
        n_programmes: Programmes drawn.
        covered: Share of all intervals that hold the truth.
        n_shown: Programmes whose interval leaders would see.
        covered_shown: The same share among these; None when there is none.
        bias: Mean estimate less the truth.
        bias_error: Monte Carlo error of it.
        width: Mean width of the intervals.
    """

    n_groups: int
    n_programmes: int
    covered: float
    n_shown: int
    covered_shown: float | None
    bias: float
    bias_error: float
    width: float

    @property
    def error(self) -> float:
        """Monte Carlo error of the coverage, where it is 95 %."""
        return share_error(0.95, self.n_programmes)


@dataclass(frozen=True, slots=True)
class Alarms:
    """In how many programmes without an effect some weekly look said otherwise.

    Attributes:
        n_groups: Groups of each programme.
        n_programmes: Programmes drawn.
        shown_ever: Programmes with a look that leaders see.
        by_sequence_shown: False alarms of the always-valid interval at such looks.
        by_sequence: The same at all looks that have one, early ones included.
        by_interval: False alarms of the single-look interval at these.
    """

    n_groups: int
    n_programmes: int
    shown_ever: int
    by_sequence_shown: int
    by_sequence: int
    by_interval: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """How far one way of comparing is off where something moves both arm and outcome.

    Attributes:
        n_programmes: Programmes with a value.
        bias: Mean estimate less the truth.
        bias_error: Monte Carlo error of it.
        covered: Share of its intervals that hold the truth; None for the crude difference, which is not judged by it.
    """

    n_programmes: int
    bias: float
    bias_error: float
    covered: float | None


def share_error(share: float, n: int) -> float:
    """Monte Carlo error of a share."""
    return math.sqrt(share * (1 - share) / n)


def upper_limit(count: int, n: int) -> float:
    """Upper end of Clopper and Pearson's 95 % interval of a share."""
    return 1.0 if count == n else float(stats.beta.ppf(0.975, count + 1, n - count))


def is_shown(cells: CommitmentCells) -> bool:
    """Whether leaders would see it under the plan's limits, which ask for more people than the gate's floor does."""
    return risk_difference(cells, GATED).status == "ok"


def coverage(mechanism: Mechanism, n_groups: int, n_programmes: int, seed: int = SEED) -> Coverage:
    """Coverage of programmes drawn straight as counts."""
    drawn = draw(_source(seed, n_groups), mechanism, n_programmes, n_groups)
    return _coverage(drawn.cells(), mechanism.effect, n_groups)


def coverage_through_sql(n_groups: int, n_programmes: int, seed: int = SEED) -> Coverage:
    """Coverage of programmes drawn as records and counted by the shipped SQL."""
    return _coverage(_through_sql(n_groups, n_programmes, seed), BOOKED_AT_RANDOM.effect, n_groups)


def alarms(n_groups: int, n_programmes: int, seed: int = SEED) -> Alarms:
    """Look every week at programmes without an effect, whose groups start over 13 weeks and meet every fourth."""
    rng = _source(seed, n_groups)
    drawn = draw(rng, NO_EFFECT_OVER_TIME, n_programmes, n_groups)
    starts = rng.integers(1, 14, (n_programmes, n_groups))
    said = np.zeros((4, n_programmes), dtype=bool)
    for week in range(1, LOOKS + 1):
        for number, result in enumerate(_looks(drawn, np.maximum(0, (week - starts) // 4 + 1))):
            said[:, number] |= _alarm(result)
    return Alarms(n_groups, n_programmes, *(int(n) for n in said.sum(axis=1)))


def recovery(
    confounding: Confounding, n_groups: int, n_programmes: int, seed: int = SEED
) -> dict[str, Recovery]:
    """How far the crude and each adjusted difference is off, by method."""
    rng = _source(seed, n_groups)
    found: dict[str, list[float]] = {method: [] for method in ("crude", *METHODS)}
    hits: dict[str, list[bool]] = {method: [] for method in METHODS}
    for _ in range(n_programmes):
        patterns = confounded(rng, confounding, n_groups)
        found["crude"].append(crude(patterns))
        for one in adjust(patterns, UNGATED).results:
            if one.result.estimate is not None and one.result.ci is not None:
                found[one.method].append(one.result.estimate)
                hits[one.method].append(one.result.ci.contains(CONSTANT_EFFECT))
    return {method: _recovery(values, hits.get(method)) for method, values in found.items()}


def settings_lines() -> list[str]:
    """The settings of the long runs, as they stand in the document."""
    sizes = ", ".join(f"{n:,} of {groups} groups" for groups, n in N_THROUGH_SQL.items())
    return [
        f"- Seed {SEED} throughout.",
        f"- Coverage, drawn as counts: {N_COVERAGE:,} programmes of {_listed(COVERAGE_GROUPS)} groups each.",
        f"- Coverage, through the shipped SQL: {sizes}.",
        f"- Weekly looks: {N_ALARMS:,} programmes of {_listed(ALARM_GROUPS)} groups each, {LOOKS} looks.",
        f"- Allowing for what was known: {N_ADJUSTED:,} programmes of {_listed(ADJUSTED_GROUPS)} groups each.",
    ]


def _listed(numbers: Iterable[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}"


def _source(seed: int, n_groups: int) -> np.random.Generator:
    return np.random.default_rng([seed, n_groups])


def _through_sql(n_groups: int, n_programmes: int, seed: int) -> Iterator[CommitmentCells]:
    at_once = _GROUPS_AT_ONCE // n_groups
    one = replace(BOOKED_AT_RANDOM, n_groups=n_groups, n_people=3 * n_groups)
    for batch in range(-(-n_programmes // at_once)):
        n = min(at_once, n_programmes - batch * at_once)
        with judged(simulate(many(one, n, seed=1000 * seed + batch))) as connection:
            yield from cells_by_programme(primary_cells(connection), n)


def _coverage(programmes: Iterable[CommitmentCells], truth: float, n_groups: int) -> Coverage:
    estimates, widths, hits, shown = [], [], [], []
    for cells in programmes:
        result = risk_difference(cells, UNGATED)
        if result.estimate is None or result.ci is None:
            raise ValueError("a programme without a value; draw larger ones")
        estimates.append(result.estimate)
        widths.append(result.ci.width)
        hits.append(result.ci.contains(truth))
        shown.append(is_shown(cells))
    seen = [hit for hit, is_shown in zip(hits, shown, strict=True) if is_shown]
    bias, error = _mean(np.array(estimates) - truth)
    return Coverage(
        n_groups,
        len(hits),
        float(np.mean(hits)),
        len(seen),
        float(np.mean(seen)) if seen else None,
        bias,
        error,
        float(np.mean(widths)),
    )


def _looks(drawn: Commitments, sessions_by_group: np.typing.NDArray[np.int64]) -> Iterator[Result]:
    for cells in drawn.cells(sessions_by_group):
        yield risk_difference(cells, GATED)


def _alarm(result: Result) -> tuple[bool, bool, bool, bool]:
    if result.cs is None or result.ci is None:
        return False, False, False, False
    is_shown, is_excluded = result.status == "ok", not result.cs.contains(0.0)
    return is_shown, is_shown and is_excluded, is_excluded, not result.ci.contains(0.0)


def _recovery(values: list[float], hits: list[bool] | None) -> Recovery:
    bias, error = _mean(np.array(values) - CONSTANT_EFFECT)
    return Recovery(len(values), bias, error, None if hits is None else float(np.mean(hits)))


def _mean(values: Floats) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size)
