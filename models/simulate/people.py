"""People and the groups they are in.

What belongs here: who takes part, what they are like, and which group they belong to when.
What does not: meetings, commitments, answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.simulate.columns import NEVER, Bools, Floats, Ints, dates, texts
from models.simulate.scenario import FIRST_SESSION_DAY, Scenario

LEVELS = np.array(["executive", "manager", "individual"], dtype=object)
MANAGER = 1
DEPARTMENTS = np.array(["Finance", "Operations", "People", "Product", "Sales", "Service"], dtype=object)
_FIRST = ("ada", "bela", "cleo", "dara", "edda", "fynn", "gala", "hugo", "ines", "jona", "kaya", "lino")
_LAST = ("ahorn", "birke", "cedar", "distel", "eiche", "fichte", "ginster", "hasel", "iris", "kiefer", "linde")


@dataclass(frozen=True, slots=True)
class People:
    """The people; every array has shape (n_people,).

    `transfer_day` is NEVER for those who stay in their department; `manager` is -1 for who has none.
    """

    email: NDArray[np.object_]
    level: Ints
    department: Ints
    next_department: Ints
    transfer_day: Ints
    manager: Ints
    joined_day: Ints
    is_trained: Bools
    conscientiousness: Floats
    effect: Floats
    loneliness: Floats


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of all rounds and their members, sorted by group.

    `code`, `effect`, `first_day`, `end_day`, `size`, `keeps_sheet` have one element per group;
    `member` holds person indices, those of group g from `offset[g]` on.
    """

    code: NDArray[np.object_]
    effect: Floats
    first_day: Ints
    from_day: Ints
    end_day: Ints
    size: Ints
    offset: Ints
    member: Ints
    keeps_sheet: Bools


def draw_people(scenario: Scenario, rng: np.random.Generator) -> People:
    """Draws who the people are; departments are drawn apart from everything that matters for outcomes."""
    n = scenario.n_people
    conscientiousness = rng.standard_normal(n)
    weight = scenario.conscientiousness_weight
    person = weight * conscientiousness + np.sqrt(1 - weight**2) * rng.standard_normal(n)
    department = rng.integers(0, len(DEPARTMENTS), n)
    level = np.searchsorted([0.04, 0.25], rng.random(n), side="right")
    moves = rng.random(n) < scenario.transfer_share
    return People(
        email=_emails(n),
        level=level,
        department=department,
        next_department=(department + rng.integers(1, len(DEPARTMENTS), n)) % len(DEPARTMENTS),
        transfer_day=np.where(moves, rng.integers(scenario.n_days // 4, 3 * scenario.n_days // 4, n), NEVER),
        manager=_managers(level, rng),
        joined_day=-rng.integers(5, 60, n),
        is_trained=rng.random(n) < 0.97,
        conscientiousness=conscientiousness,
        effect=scenario.person_sd * person,
        loneliness=rng.standard_normal(n),
    )


def draw_groups(scenario: Scenario, rng: np.random.Generator) -> Groups:
    """Draws groups of two to four; with `reshuffle` everybody changes to a new group at each round."""
    n, n_rounds = scenario.n_groups, scenario.reshuffle + 1
    size = _sizes(scenario, rng)
    round_days = scenario.n_days // n_rounds
    from_day = np.repeat(round_days * np.arange(n_rounds), n)
    spread = np.where(from_day == 0, min(7 * scenario.start_weeks, round_days // 2), 28)
    sizes = np.tile(size, n_rounds)
    return Groups(
        code=np.array([f"G{number:03d}" for number in range(1, n * n_rounds + 1)], dtype=object),
        effect=scenario.group_sd * rng.standard_normal(n * n_rounds),
        first_day=from_day + FIRST_SESSION_DAY + rng.integers(0, np.maximum(1, spread - FIRST_SESSION_DAY)),
        from_day=from_day,
        end_day=np.where(from_day == from_day[-1], scenario.n_days, from_day + round_days),
        size=sizes,
        offset=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        member=np.concatenate([rng.permutation(scenario.n_people) for _ in range(n_rounds)]),
        keeps_sheet=_chosen(n * n_rounds, scenario.calendar_group_share, rng),
    )


def people_frame(scenario: Scenario, people: People, groups: Groups) -> pl.DataFrame:
    """The people as spells: a person who changes department has two."""
    start = first_session_day(people, groups)
    cohort = np.array(["cohort 1", "cohort 2", "cohort 3"], dtype=object)[
        np.minimum(2, 3 * start // max(1, int(start.max()) + 1))
    ]
    who = np.arange(scenario.n_people)
    moved = np.flatnonzero(people.transfer_day < scenario.n_days)
    row = np.concatenate([who, moved])
    is_later = np.arange(len(row)) >= len(who)
    valid_to = np.where(is_later, NEVER, people.transfer_day[row])
    department = np.where(is_later, people.next_department[row], people.department[row])
    return pl.DataFrame(
        {
            "person_id": people.email[row].tolist(),
            "cohort": cohort[row].tolist(),
            "department": DEPARTMENTS[department].tolist(),
            "level": LEVELS[people.level[row]].tolist(),
            "manager_person_id": texts(people.email[people.manager[row]], people.manager[row] >= 0),
            "joined_on": dates(people.joined_day[row], scenario),
            "trained_on": dates(start[row] - 7, scenario, people.is_trained[row]),
            "left_on": pl.Series([None] * len(row), dtype=pl.Date),
            "valid_from": dates(np.where(is_later, people.transfer_day[row], people.joined_day[row]), scenario),
            "valid_to": dates(valid_to, scenario, valid_to < scenario.n_days),
        }
    )


def memberships_frame(scenario: Scenario, people: People, groups: Groups) -> pl.DataFrame:
    """Who is in which group from when to when; the last round's spells stay open."""
    group = np.repeat(np.arange(len(groups.size)), groups.size)
    end = groups.end_day[group]
    return pl.DataFrame(
        {
            "group_id": groups.code[group].tolist(),
            "person_id": people.email[groups.member].tolist(),
            "from_on": dates(np.maximum(groups.from_day[group], groups.first_day[group] - 7), scenario),
            "to_on": dates(end - 1, scenario, end < scenario.n_days),
        }
    )


def first_session_day(people: People, groups: Groups) -> Ints:
    """Day of the first session planned for each person's first group, shape (n_people,)."""
    day = np.empty(len(people.email), dtype=np.int64)
    group = np.repeat(np.arange(len(groups.size)), groups.size)[: len(day)]
    day[groups.member[: len(day)]] = groups.first_day[group]
    return day


def _sizes(scenario: Scenario, rng: np.random.Generator) -> Ints:
    """Group sizes of 2 to 4 with the right sum, some groups one larger at another's cost."""
    size = np.full(scenario.n_groups, scenario.n_people // scenario.n_groups, dtype=np.int64)
    size[: scenario.n_people % scenario.n_groups] += 1
    size = rng.permutation(size)
    half = len(size) // 2
    trade = (rng.random(half) < 0.5) & (size[:half] < 4) & (size[half : 2 * half] > 2)
    size[:half] += trade
    size[half : 2 * half] -= trade
    return size


def _managers(level: Ints, rng: np.random.Generator) -> Ints:
    """Managers report to executives, the others to managers; -1 where there is nobody above."""
    manager = np.full(len(level), -1, dtype=np.int64)
    for below in (1, 2):
        above = np.flatnonzero(level == below - 1)
        who = np.flatnonzero(level == below)
        if len(above):
            manager[who] = rng.choice(above, len(who))
    return manager


def _chosen(n: int, share: float, rng: np.random.Generator) -> Bools:
    """Exactly round(share n) of n, drawn at random."""
    return rng.permutation(n) < round(share * n)


def _emails(n: int) -> NDArray[np.object_]:
    return np.array(
        [
            f"{_FIRST[i % len(_FIRST)]}.{_LAST[i // len(_FIRST) % len(_LAST)]}{i + 1:03d}@example.org"
            for i in range(n)
        ],
        dtype=object,
    )
