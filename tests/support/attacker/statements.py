"""What each published number says about the secret, as statements in whole numbers.

What belongs here: one reader per published table. Rates of the whole programme are read as rounded to so many
decimals, rates of slices as rounded to steps of .05.
What does not: interval ends of the whole programme, adjusted differences, curves and test results. They depend on
the secret other than linearly; what they tell is not used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from attacker.listing import (
    ANSWER_STATES,
    DROPPED,
    KEPT_14,
    KEPT_28,
    KEPT_42,
    KEPT_DUE,
    TOP_TWO,
    ContradictionError,
    Listing,
    States,
    Term,
)
from attacker.pairs import EPSILON, Difference, state_pairs
from attacker.public import KEPT, USEFUL, Bools, Public, Spells, spells_of

Row = Mapping[str, Any]
Release = Mapping[str, pl.DataFrame]

ARM = {"with_appointment": 1, "without_appointment": 0}
SLICED = {
    "kept_with_appointment": (KEPT, 1),
    "kept_without_appointment": (KEPT, 0),
    "useful_top_two": (USEFUL, None),
}
COMPLETION_METRIC = {"completion_with_appointment": 1, "completion_without_appointment": 0}
COARSE_HALF = 0.0255  # a rate of three decimals, rounded once more to twentieths
EXACT_LINES = ("primary", "intention_to_treat")
# Lines of the effect table: whose commitments, and which of their states are "kept".
LINES: Mapping[str, tuple[str, States]] = {
    "primary": ("primary", KEPT_28),
    "partnerships_joined": ("primary", KEPT_28),
    "horizon_14": ("horizon_14", KEPT_14),
    "horizon_42": ("horizon_42", KEPT_42),
    "own_due_date": ("own_due_date", KEPT_DUE),
    "completed_six": ("completed_six", KEPT_28),
    "intention_to_treat": ("intention_to_treat", KEPT_28),
    "late_bookings_left_out": ("late_bookings_left_out", KEPT_28),
}


def listing_of(releases: Sequence[Release], public: Public, measure: str, *, decimals: int = 3) -> Listing:
    """Everything the releases say about one measure.

    Raises:
        ContradictionError: published counts are not those that colleagues know.
    """
    spells = spells_of(public, measure)
    reading = _Reading(measure, spells, public, Listing(spells.n), 0.5 * 10.0**-decimals)
    for table, measures, read in READERS:
        if measure in measures:
            for row in _distinct_rows(releases, table):
                read(reading, row)
    for noted in reading.differences.values():
        state_pairs(reading.listing, list(noted.values()), reading.half_step)
    return reading.listing


@dataclass(frozen=True, slots=True)
class _Reading:
    measure: str
    spells: Spells
    public: Public
    listing: Listing
    half_step: float
    certain: dict[tuple[int, States], Bools] = field(default_factory=dict)
    differences: dict[str, dict[tuple[int, float], Difference]] = field(default_factory=dict)

    def pick(self, line: str, week: int, **which: Any) -> int:
        return self.listing.selection(self.spells.blocks_of(self.spells.rows(line, week, **which)))

    def week(self, row: Row, column: str = "as_of") -> int:
        return self.public.weeks[row[column]]

    def counts(self, rate: float, n: int) -> tuple[int, int]:
        """The whole numbers that n times the rate may be."""
        return _whole_between((rate - self.half_step) * n, (rate + self.half_step) * n)


def _distinct_rows(releases: Sequence[Release], table: str) -> list[Row]:
    seen: dict[tuple[Any, ...], Row] = {}
    for release in releases:
        frame = release.get(table)
        if frame is not None:
            for row in frame.iter_rows(named=True):
                seen.setdefault(tuple(row.values()), row)
    return list(seen.values())


def _whole_between(low: float, high: float) -> tuple[int, int]:
    return math.ceil(low - EPSILON), math.floor(high + EPSILON)


def _share(reading: _Reading, selection: int, states: States, rate: float, source: str) -> None:
    low, high = reading.counts(rate, reading.listing.size(selection))
    reading.listing.add_count(selection, states, low, high, source)


def _require(published: int | None, known: int, source: str) -> None:
    if published is not None and published != known:
        raise ContradictionError(f"{source}: {published} are published, colleagues count {known}")


def _completion(reading: _Reading, row: Row) -> None:
    if row["rate"] is not None:
        source = f"completion {row['arm']} {row['as_of']}"
        selection = reading.pick("primary", reading.week(row), arm=ARM[row["arm"]])
        _require(row["n_commitments"], reading.listing.size(selection), source)
        _share(reading, selection, KEPT_28, row["rate"], source)


def _metric(reading: _Reading, row: Row) -> None:
    value, metric = row["value"], row["metric"]
    if value is None:
        return
    source = f"metric {metric} {row['as_of']}"
    if reading.measure == KEPT and metric in COMPLETION_METRIC:
        arm = COMPLETION_METRIC[metric]
        _share(reading, reading.pick("primary", reading.week(row), arm=arm), KEPT_28, value, source)
    elif reading.measure == KEPT and metric == "appointment_effect":
        _difference(reading, "primary", reading.week(row), value, source=source)
    elif reading.measure == USEFUL and metric == "usefulness_top_two_share":
        _share(reading, reading.pick("usefulness", reading.week(row)), TOP_TWO, value, source)
    elif reading.measure == USEFUL and metric == "usefulness_mean_score":
        _mean_score(reading, reading.pick("usefulness", reading.week(row)), value, source)


def _mean_score(reading: _Reading, selection: int, value: float, source: str) -> None:
    terms = tuple(Term(selection, frozenset({score}), int(score)) for score in ANSWER_STATES)
    reading.listing.add(terms, *reading.counts(value, reading.listing.size(selection)), source)


def _effect(reading: _Reading, row: Row) -> None:
    if row["estimate"] is None:
        return
    source, week = f"effect {row['line']} {row['as_of']}", reading.week(row)
    if row["line"] == "withdrawn_left_out":
        _withdrawn_left_out(reading, row, week, source)
    elif row["line"] in LINES and bool((reading.spells.line == LINES[row["line"]][0]).any()):
        half_step = None if row["line"] in EXACT_LINES else COARSE_HALF
        given, n_published = row["estimate"], row["n_commitments"]
        _difference(
            reading, row["line"], week, given, source=source, n_published=n_published, half_step=half_step
        )


def _effect_by_week(reading: _Reading, row: Row) -> None:
    if row["estimate"] is not None:
        week = reading.week(row, "week_ends_on")
        source = f"week {row['week']}"
        _difference(reading, "primary", week, row["estimate"], source=source, n_published=row["n_commitments"])


def _difference(
    reading: _Reading,
    line: str,
    week: int,
    value: float,
    *,
    source: str,
    n_published: int | None = None,
    half_step: float | None = None,
) -> None:
    """Noted only: a line's weeks are read together, when all else is (`pairs`)."""
    name, states = LINES[line]
    with_, without = (reading.pick(name, week, arm=arm) for arm in (1, 0))
    _require(n_published, reading.listing.size(with_) + reading.listing.size(without), source)
    reading.differences.setdefault(name, {})[week, value] = Difference(
        week, with_, without, states, value, source, half_step
    )


def _withdrawn_left_out(reading: _Reading, row: Row, week: int, source: str) -> None:
    """The difference tells, within its rounding, how many may have been withdrawn in each arm."""
    listing = reading.listing
    with_, without = (reading.pick("primary", week, arm=arm) for arm in (1, 0))
    n1, n0 = listing.size(with_), listing.size(without)
    dropped = frozenset({DROPPED})
    if row["n_commitments"] is not None:
        n_withdrawn = n1 + n0 - row["n_commitments"]
        listing.add((Term(with_, dropped), Term(without, dropped)), n_withdrawn, n_withdrawn, source)
    (low1, high1), (low0, high0) = (listing.range_of(arm, KEPT_28) for arm in (with_, without))
    if low1 == high1 and low0 == high0:
        w1, w0 = np.meshgrid(np.arange(n1 - low1 + 1), np.arange(n0 - low0 + 1), indexing="ij")
        is_possible = (n1 - w1 > 0) & (n0 - w0 > 0)
        if row["n_commitments"] is not None:
            is_possible &= w1 + w0 == n1 + n0 - row["n_commitments"]
        given = low1 / np.maximum(n1 - w1, 1) - low0 / np.maximum(n0 - w0, 1)
        fits = is_possible & (np.abs(given - row["estimate"]) <= COARSE_HALF + EPSILON)
        if not fits.any():
            raise ContradictionError(f"{source}: no number of withdrawn fits")
        for arm, counts in ((with_, w1[fits]), (without, w0[fits])):
            listing.add_count(arm, dropped, int(counts.min()), int(counts.max()), source)


def _band(reading: _Reading, row: Row) -> None:
    if row["n_answers"] is None:
        return
    source = f"scores {row['score_from']} to {row['score_to']} {row['as_of']}"
    week = reading.week(row)
    states = frozenset(str(score) for score in range(row["score_from"], row["score_to"] + 1))
    blocks = reading.spells.blocks_of(reading.spells.rows("usefulness", week))
    reading.listing.add_count(
        reading.listing.selection(blocks), states, row["n_answers"], row["n_answers"], source
    )
    if row["n_people"] == reading.spells.n_people(blocks):
        _everybody(reading, blocks, states, source)


def _everybody(reading: _Reading, blocks: Bools, states: States, source: str) -> None:
    """Everybody gave such an answer at least once; said once of the first answers, it is no news of more of them."""
    for person in np.unique(reading.spells.person[blocks]):
        own = blocks & (reading.spells.person == person)
        said = reading.certain.get((int(person), states))
        if said is None or bool((said & ~own).any()):
            reading.certain[int(person), states] = own
            selection = reading.listing.selection(own)
            reading.listing.add_count(selection, states, 1, reading.listing.size(selection), source)


def _trend(reading: _Reading, row: Row) -> None:
    if row["share"] is not None and row["basis"] == "observed":
        _after_session(reading, row, row["session_number"], row["share"], row["n_people"])


def _response(reading: _Reading, row: Row) -> None:
    if row["top_two_share"] is not None and row["wave"].startswith("session-"):
        number = int(row["wave"].removeprefix("session-"))
        _after_session(reading, row, number, row["top_two_share"], row["n_answered"])


def _after_session(reading: _Reading, row: Row, number: int, share: float, n_people: int | None) -> None:
    rows = reading.spells.rows("usefulness", reading.week(row), session=number)
    if rows.any():
        source, blocks = f"session {number} {row['as_of']}", reading.spells.blocks_of(rows)
        _require(n_people, reading.spells.n_people(blocks), source)
        _share(reading, reading.listing.selection(blocks), TOP_TWO, share, source)


def _slice(reading: _Reading, row: Row) -> None:
    """A slice's rate in twentieths r says (2 r - 1) / 40 <= share < (2 r + 1) / 40, or one side of it."""
    measure, arm = SLICED[row["measure"]]
    if row["rate"] is None or measure != reading.measure:
        return
    line = "usefulness" if measure == USEFUL else "primary"
    categories = row["joined"].split("; ") if row["joined"] else [row["category"]]
    selection = reading.pick(
        line, reading.week(row), arm=arm, dimension=row["dimension"], categories=tuple(categories)
    )
    n, twentieths = reading.listing.size(selection), round(row["rate"] * 20)
    low, high = 0, n
    if row["rate_is"] in ("about", "at_least"):
        low = -(-((2 * twentieths - 1) * n) // 40)
    if row["rate_is"] == "about":
        high = -(-((2 * twentieths + 1) * n) // 40) - 1
    elif row["rate_is"] == "at_most":
        high = ((2 * twentieths + 1) * n) // 40
    states = TOP_TWO if measure == USEFUL else KEPT_28
    source = f"slice {row['dimension']} {row['category']} {row['measure']} {row['as_of']}"
    reading.listing.add_count(selection, states, low, high, source)


Reader = Callable[[_Reading, Row], None]
# Read in this order: exact totals first, so that differences are read knowing them.
READERS: tuple[tuple[str, tuple[str, ...], Reader], ...] = (
    ("protected_completion", (KEPT,), _completion),
    ("protected_metrics", (KEPT, USEFUL), _metric),
    ("protected_effect", (KEPT,), _effect),
    ("protected_effect_by_week", (KEPT,), _effect_by_week),
    ("protected_usefulness", (USEFUL,), _band),
    ("protected_usefulness_trend", (USEFUL,), _trend),
    ("protected_response", (USEFUL,), _response),
    ("protected_slices", (KEPT, USEFUL), _slice),
)
