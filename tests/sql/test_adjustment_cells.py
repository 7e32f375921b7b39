"""What was known at each check-out: bands, earlier results without a look ahead, and what is counted at all."""

from __future__ import annotations

import pytest
from drawn import Drawn, Row, on

# Horizon 28 and lag 21: a commitment of day 0 is mature on day 49.
MADE: Row = {
    "person_id": "p",
    "group_id": "g",
    "cluster_id": 1,
    "session_number": 1,
    "arm": 1,
    "state": "done",
    "kept": 1,
    "is_mature": True,
}


def cells(drawn: Drawn, *rows: Row) -> Drawn:
    named = [
        {**MADE, "commitment_id": f"c{place}", "made_day": 0, "made_on": on(0), "reported_day": 0, **row}
        for place, row in enumerate(rows)
    ]
    return drawn.put("commitment_outcomes", *map(numbered, named)).build("adjustment_cells")


def numbered(row: Row) -> Row:
    """A row with the numbers of its person and group, made of the letters of their ids."""
    names = {"person_number": row["person_id"], "group_number": row["group_id"] or row["person_id"]}
    return {**row, **{column: int.from_bytes(str(name).encode()[-7:]) for column, name in names.items()}}


def later(day: int, **more: object) -> Row:
    """A commitment of this day, reported four weeks later."""
    return {"made_day": day, "made_on": on(day), "reported_day": day + 28, **more}


def test_commitments_of_one_pattern_are_one_row_with_their_sums(drawn: Drawn) -> None:
    cells(drawn, {}, {}, {"kept": 0, "state": "not_done"})
    assert drawn.row("adjustment_cells", "person_id", "arm", "n", "n_kept") == ("p", 1, 3, 2)


def test_each_person_and_group_has_rows_of_its_own_with_their_ids(drawn: Drawn) -> None:
    cells(drawn, {}, {}, {"group_id": "h"}, {"person_id": "q", "group_id": None})
    assert drawn.rows("adjustment_cells", "person_id", "person_number", "group_id", "group_number", "n") == [
        ("p", ord("p"), "g", ord("g"), 2),
        ("p", ord("p"), "h", ord("h"), 1),
        ("q", ord("q"), "q", ord("q"), 1),
    ]


@pytest.mark.parametrize("row", [{"is_mature": False}, {"arm": None}, {"state": "unknown", "kept": 0}])
def test_only_mature_commitments_of_known_arm_and_outcome_are_counted(drawn: Drawn, row: Row) -> None:
    cells(drawn, {}, row)
    assert drawn.row("adjustment_cells", "n") == (1,)


def test_without_any_commitment_there_is_no_row(drawn: Drawn) -> None:
    assert cells(drawn).rows("adjustment_cells", "n") == []


def test_what_was_said_keeps_its_level_and_what_was_not_said_is_zero(drawn: Drawn) -> None:
    cells(drawn, {"difficulty_1_5": 4, "importance_1_5": 5, "confidence_1_5": 2}, {"arm": 0})
    assert drawn.rows("adjustment_cells", "difficulty", "importance", "confidence") == [(0, 0, 0), (4, 5, 2)]


@pytest.mark.parametrize(("due_day", "band"), [(None, 0), (7, 1), (8, 2), (14, 2), (15, 3), (28, 3), (29, 4)])
def test_days_to_due_fall_into_bands_of_one_two_and_four_weeks(
    drawn: Drawn, due_day: int | None, band: int
) -> None:
    assert cells(drawn, {"due_day": due_day}).row("adjustment_cells", "due_band") == (band,)


@pytest.mark.parametrize(
    ("number", "band"), [(None, 0), (1, 1), (2, 2), (3, 3), (4, 4), (6, 4), (7, 5), (30, 5)]
)
def test_session_numbers_from_four_on_are_banded(drawn: Drawn, number: int | None, band: int) -> None:
    assert cells(drawn, {"session_number": number}).row("adjustment_cells", "session_band") == (band,)


@pytest.mark.parametrize(("n_earlier", "band"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3)])
def test_earlier_commitments_are_counted_in_bands(drawn: Drawn, n_earlier: int, band: int) -> None:
    earlier = [later(day, is_mature=False) for day in range(n_earlier)]
    cells(drawn, *earlier, later(100))
    assert drawn.row("adjustment_cells", "earlier_band") == (band,)


def prior_kept(drawn: Drawn, *rows: Row) -> dict[object, object]:
    """Tenths of earlier kept ones by group, which names the check-out."""
    cells(drawn, *rows)
    return drawn.by("adjustment_cells", "group_id", "prior_kept_tenths")


def test_an_earlier_result_counts_from_the_day_it_is_mature(drawn: Drawn) -> None:
    failed = later(0, group_id="first", kept=0, state="not_done")
    found = prior_kept(drawn, failed, later(48, group_id="day 48"), later(49, group_id="day 49"))
    # Of three commitments two are kept, p = 2/3: nothing known gives 2p/2 = .67, one broken one 2p/3 = .44.
    assert found == {"first": 7, "day 48": 7, "day 49": 4}


def test_an_earlier_result_that_nobody_had_reported_yet_does_not_count(drawn: Drawn) -> None:
    failed = {**later(0, group_id="first", kept=0, state="not_done"), "reported_day": 60}
    found = prior_kept(drawn, failed, later(59, group_id="day 59"), later(60, group_id="day 60"))
    assert found == {"first": 7, "day 59": 7, "day 60": 4}


def test_results_of_the_same_check_out_or_of_later_ones_or_of_others_never_count(drawn: Drawn) -> None:
    same, after = later(60, group_id="same"), later(200, group_id="after", kept=0, state="not_done")
    other = later(0, group_id="other", person_id="q", kept=0, state="not_done")
    found = prior_kept(drawn, later(60, group_id="own"), same, after, other)
    # p = 2/4; nothing was known on day 60, two kept ones on day 200: (2 + 2/2) / (2 + 2) = .75.
    assert found == {"own": 5, "same": 5, "after": 8, "other": 5}


def test_earlier_appointments_count_at_once_whatever_became_of_them(drawn: Drawn) -> None:
    rows = [later(0, arm=1, is_mature=False), later(1, arm=None), later(2, arm=0, group_id="third")]
    cells(drawn, *rows, later(3, arm=0, group_id="fourth"))
    # Two counted ones, none booked: p = 0. On day 2 one of one, 1 / (1 + 2) = 1.7 fifths; then one of two, 1.25.
    assert drawn.by("adjustment_cells", "group_id", "prior_booked_fifths") == {"third": 2, "fourth": 1}


@pytest.mark.parametrize(("n_members", "size"), [(0, 2), (2, 2), (3, 3), (4, 4), (6, 4)])
def test_the_size_of_a_group_is_that_of_the_day(drawn: Drawn, n_members: int, size: int) -> None:
    there = [
        {"group_id": "g", "person_id": f"m{n}", "from_on": on(-9), "to_on": on(0)} for n in range(n_members)
    ]
    gone = {"group_id": "g", "person_id": "gone", "from_on": on(-9), "to_on": on(-1)}
    drawn.put("core_memberships", *there, gone, {**gone, "from_on": on(1), "to_on": None})
    assert cells(drawn, {}).row("adjustment_cells", "group_size") == (size,)


@pytest.mark.parametrize(("day", "quarter"), [(0, 1), (89, 1), (90, 2), (181, 3), (273, 4)])
def test_the_quarter_is_the_calendars(drawn: Drawn, day: int, quarter: int) -> None:
    assert cells(drawn, later(day)).row("adjustment_cells", "quarter") == (quarter,)


def test_a_person_without_a_group_is_a_group_of_one(drawn: Drawn) -> None:
    assert cells(drawn, {"group_id": None}).row("adjustment_cells", "group_id") == ("p",)
