"""Which parts of the programme come out, joined how, and how coarsely."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest
from gated import FLOORS, NO_SLICES
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import DIMENSIONS
from models.disclosure import Floors
from models.disclosure.contributions import KEPT
from models.disclosure.slices import (
    FEWEST_ANSWERS,
    FEWEST_PEOPLE,
    NOT_STATED,
    OTHER,
    Dimension,
    coarse_rate,
    released_dimensions,
    slice_cells,
)
from models.disclosure.sums import PastSums, Sum

WITH, WITHOUT = "kept_with_appointment", "kept_without_appointment"
Sizes = Mapping[str, int]


def parts(
    sizes: Sizes,
    dimension: str = "department",
    *,
    n: int = 4,
    value: int = 2,
    measures: Sequence[str] = (WITH,),
) -> pl.DataFrame:
    """So many people in each category of one dimension; all are alike in the others."""
    rows = [
        {
            **dict.fromkeys(DIMENSIONS, "all"),
            "measure": measure,
            "person_id": f"{category}-{number:02}",
            "group_id": f"{category}-{number // 3}",
            dimension: category,
            "n": n,
            "value": value,
        }
        for measure, (category, n_people) in itertools.product(measures, sizes.items())
        for number in range(n_people)
    ]
    return pl.DataFrame(rows, schema=NO_SLICES.schema)


def come_out(cells: pl.DataFrame, past: Sequence[Sum] = (), floors: Floors = FLOORS) -> dict[str, Dimension]:
    people = cells["person_id"].unique().sort().to_list()
    found = released_dimensions(cells, people, PastSums.of(past, len(people)), floors)
    return {one.name: one for one in found}


def joined(sizes: Sizes) -> Mapping[str, str] | None:
    found = come_out(parts(sizes)).get("department")
    return None if found is None else found.joined


def total(cells: pl.DataFrame, measure: str = WITH) -> Sum:
    by_person = (
        cells.filter(measure=measure).group_by("person_id").agg(pl.col("n", "value").sum()).sort("person_id")
    )
    return Sum("total", KEPT, by_person["n"].to_numpy(), by_person["value"].to_numpy())


def test_parts_of_twenty_and_more_come_out_under_their_own_names() -> None:
    assert FEWEST_PEOPLE == 20
    assert joined({"Sales": 28, "Legal": 20, "Finance": 32}) == {
        "Sales": "Sales",
        "Legal": "Legal",
        "Finance": "Finance",
    }


def test_a_part_of_nineteen_is_joined_with_the_smallest_of_the_others() -> None:
    # Alone it would be one part under another name.
    assert joined({"Sales": 28, "Legal": 19, "Finance": 32}) == {
        "Sales": OTHER,
        "Legal": OTHER,
        "Finance": "Finance",
    }


def test_small_parts_that_are_enough_together_are_joined_and_no_others() -> None:
    found = joined({"Legal": 13, "Press": 7, "Sales": 28, "Finance": 32})
    assert found == {"Legal": OTHER, "Press": OTHER, "Sales": "Sales", "Finance": "Finance"}


def test_of_equal_parts_the_first_by_name_is_joined_first() -> None:
    assert joined({"C": 28, "B": 28, "A": 28, "D": 12}) == {"D": OTHER, "A": OTHER, "B": "B", "C": "C"}


def test_where_all_would_be_joined_nothing_is_shown() -> None:
    assert joined({"Legal": 14, "Press": 13}) is None
    assert joined({"Sales": 60, "Legal": 19}) is None
    assert joined({"Sales": 60}) is None


@pytest.mark.parametrize(
    ("n_legal", "shown"), [(29, {"Legal": OTHER, "Sales": OTHER}), (30, {"Legal": "Legal", "Sales": "Sales"})]
)
def test_few_commitments_are_joined_as_few_people_are(n_legal: int, shown: Mapping[str, str]) -> None:
    # Two commitments each: 58 or 60.
    assert FEWEST_ANSWERS == 60
    few = pl.concat([parts({"Legal": n_legal}, n=2, value=1), parts({"Sales": 31, "Finance": 32})])
    assert come_out(few)["department"].joined == {**shown, "Finance": "Finance"}


def test_a_raised_floor_asks_for_more_people_and_a_lower_one_for_twenty_all_the_same() -> None:
    def shown_with(floor: int) -> bool:
        return "department" in come_out(parts({"Sales": 24, "Legal": 24}), floors=Floors(people=floor))

    assert [shown_with(floor) for floor in (5, 24, 25)] == [True, True, False]


def test_a_part_that_has_only_one_arm_is_joined() -> None:
    both = parts({"Sales": 28, "Finance": 32}, measures=(WITH, WITHOUT))
    found = come_out(pl.concat([both, parts({"Legal": 29})]))["department"]
    assert found.joined == {"Legal": OTHER, "Sales": OTHER, "Finance": "Finance"}


def test_a_part_needs_enough_people_in_each_arm() -> None:
    with_one = parts({"Legal": 24, "Sales": 28, "Finance": 32})
    without = parts({"Legal": 19, "Sales": 28, "Finance": 32}, measures=(WITHOUT,))
    found = come_out(pl.concat([with_one, without]))["department"]
    assert found.joined == {"Legal": OTHER, "Sales": OTHER, "Finance": "Finance"}


def test_the_joining_does_not_follow_what_was_kept() -> None:
    sizes = {"Legal": 13, "Press": 7, "Sales": 28, "Finance": 32}
    few, many = come_out(parts(sizes, value=1)), come_out(parts(sizes, value=3))
    assert few["department"].joined == many["department"].joined


def test_other_says_what_it_stands_for() -> None:
    rows = come_out(parts({"Legal": 13, "Press": 7, "Sales": 28, "Finance": 32}))["department"].rows
    assert {row["category"]: row["joined"] for row in rows} == {
        OTHER: "Legal; Press",
        "Sales": None,
        "Finance": None,
    }


def test_a_row_says_people_in_bands_and_nothing_exact() -> None:
    (row,) = [
        row
        for row in come_out(parts({"Sales": 28, "Finance": 52}))["department"].rows
        if row["category"] == "Sales"
    ]
    # 56 of 112 kept.
    assert (row["people"], row["rate"], row["rate_is"]) == ("20-49", 0.5, "about")
    assert set(row) == {
        "dimension", "category", "joined", "measure", "people", "rate", "rate_is", "low", "high", "status", "reasons",
    }  # fmt: skip


def test_every_part_comes_out_once_per_arm() -> None:
    found = come_out(parts({"Sales": 28, "Finance": 32}, measures=(WITH, WITHOUT)))["department"]
    assert [(row["category"], row["measure"]) for row in found.rows] == [
        ("Finance", WITH),
        ("Finance", WITHOUT),
        ("Sales", WITH),
        ("Sales", WITHOUT),
    ]
    assert len(found.sums) == 4


def test_a_part_in_which_few_differ_from_what_was_told_is_joined_until_none_does() -> None:
    cells = parts({"Legal": 26, "Sales": 28, "Finance": 32})
    told = total(cells)
    legal = np.array([person.startswith("Legal") for person in sorted(set(cells["person_id"]))])
    # Legal was told before, when one of its 26 had one commitment fewer.
    one_less = (np.cumsum(legal) == 1) & legal
    before = Sum("legal", KEPT, told.n * legal - one_less, told.value * legal)
    assert come_out(cells, [told, before])["department"].joined == {
        "Legal": OTHER,
        "Sales": OTHER,
        "Finance": "Finance",
    }


def test_a_dimension_comes_out_whole_or_not_at_all() -> None:
    cells = parts({"Legal": 26, "Sales": 28})
    told = total(cells)
    legal = np.array([person.startswith("Legal") for person in sorted(set(cells["person_id"]))])
    one_less = (np.cumsum(legal) == 1) & legal
    before = Sum("legal", KEPT, told.n * legal - one_less, told.value * legal)
    assert come_out(cells, [told]) != {}
    assert come_out(cells, [told, before]) == {}


def test_what_a_part_leaves_of_a_total_told_before_must_be_enough_people() -> None:
    # All of Legal but one made no commitment of known outcome until now: the total told before is Sales and one more.
    cells = parts({"Legal": 26, "Sales": 28})
    in_sales = np.array([person.startswith("Sales") for person in sorted(set(cells["person_id"]))])
    first = np.arange(in_sales.size) == 0
    before = Sum("total", KEPT, total(cells).n * (in_sales | first), total(cells).value * (in_sales | first))
    assert come_out(cells) != {}
    assert come_out(cells, [before]) == {}


def test_what_the_other_parts_add_up_to_must_differ_from_what_was_told_in_enough_people() -> None:
    # Told before: Legal and Press together, but for one of Press.
    cells = parts({"Finance": 32, "Legal": 28, "Press": 26})
    everybody = sorted(set(cells["person_id"]))
    before = np.array([not person.startswith("Finance") and person != "Press-00" for person in everybody])
    told = total(cells)
    assert come_out(cells, [told]) != {}
    assert come_out(cells, [told, Sum("line", KEPT, told.n * before, told.value * before)]) == {}


def crossed(cells: Mapping[tuple[str, str], int], n: int = 4) -> pl.DataFrame:
    """So many people of each department and cohort."""
    frames = [
        parts({f"{department}{cohort}": n_people}, n=n).with_columns(
            pl.lit(department).alias("department"), pl.lit(cohort).alias("cohort")
        )
        for (department, cohort), n_people in cells.items()
    ]
    return pl.concat(frames)


def test_a_second_dimension_that_crosses_the_first_in_large_cells_comes_out_beside_it() -> None:
    found = come_out(crossed({("A", "1"): 18, ("A", "2"): 18, ("B", "1"): 18, ("B", "2"): 18}))
    assert list(found) == ["department", "cohort"]


def test_a_second_dimension_that_is_the_first_but_for_two_people_is_kept_back() -> None:
    found = come_out(crossed({("A", "1"): 38, ("A", "2"): 2, ("B", "2"): 40}))
    assert list(found) == ["department"]


def test_a_second_dimension_that_is_two_parts_of_the_first_but_for_three_people_is_kept_back() -> None:
    # No single department is near cohort 1 or what it leaves; A and B together are, but for three.
    large = {("A", "1"): 22, ("B", "1"): 22, **dict.fromkeys(itertools.product("CD", "23"), 20)}
    back, free = (come_out(crossed({**large, ("A", "2"): a, ("B", "2"): b})) for a, b in ((1, 2), (3, 3)))
    assert list(back) == ["department"]
    assert list(free) == ["department", "cohort"]


def test_a_second_dimension_is_joined_where_that_keeps_it_apart() -> None:
    # Cohort 1 is department A but for two; joined with cohort 3 it crosses the departments in large cells.
    cells = crossed({("A", "1"): 32, ("A", "2"): 2, ("B", "2"): 40, ("B", "3"): 30})
    assert come_out(cells)["cohort"].joined == {"1": OTHER, "2": "2", "3": OTHER}


def test_a_second_dimension_is_kept_apart_from_the_first_as_it_is_shown() -> None:
    # Departments B and C are shown as Other only, so the four of B in cohort 1 can't be told.
    found = come_out(crossed({("A", "1"): 28, ("A", "2"): 28, ("B", "1"): 4, ("C", "2"): 16}))
    assert found["department"].joined == {"A": "A", "B": OTHER, "C": OTHER}
    assert found["cohort"].joined == {"1": "1", "2": "2"}


def test_a_rate_says_how_many_were_kept_to_a_twentieth() -> None:
    row = coarse_rate(33, 60, np.array([6.0] * 10))
    # 33 of 60 are 55 %. Groups of six: design effect 1 + 5 * 0.2 = 2, thirty commitments' worth.
    # Wilson at .55 and 30: centre .5443, half-width .1693.
    assert row == {"rate": 0.55, "rate_is": "about", "low": 0.35, "high": 0.75}


@pytest.mark.parametrize(
    ("value", "rate_is", "rate"),
    [
        (0, "at_most", 0.05),
        (4, "at_most", 0.05),
        (5, "about", 0.1),
        (55, "about", 0.9),
        (56, "at_least", 0.95),
        (60, "at_least", 0.95),
    ],
)
def test_near_none_and_all_a_rate_is_a_limit(value: int, rate_is: str, rate: float) -> None:
    # Of sixty, three are 5 %; four are nearer to 5 % than to 10 %.
    row = coarse_rate(value, 60, np.array([5.0] * 12))
    assert (row["rate_is"], row["rate"]) == (rate_is, rate)


def test_a_limit_has_an_open_end() -> None:
    assert coarse_rate(0, 60, np.array([5.0] * 12))["low"] == 0
    assert coarse_rate(60, 60, np.array([5.0] * 12))["high"] == 1


@settings(deadline=None)
@given(st.integers(FEWEST_ANSWERS, 400))
def test_behind_each_end_lie_at_least_three_numbers_kept(n: int) -> None:
    shown = [coarse_rate(value, n, np.array([float(n)])) for value in range(n + 1)]
    behind = {end: sum(row["rate_is"] == end for row in shown) for end in ("at_most", "at_least")}
    assert min(behind.values()) >= 3
    assert (shown[0]["rate_is"], shown[-1]["rate_is"]) == ("at_most", "at_least")


@settings(deadline=None)
@given(st.integers(FEWEST_ANSWERS, 400), st.integers(1, 12))
def test_the_same_rate_of_as_many_has_the_same_interval(n: int, n_groups: int) -> None:
    by_group = np.full(n_groups, n / n_groups)
    ends: dict[object, object] = {}
    for value in range(n + 1):
        row = coarse_rate(value, n, by_group)
        assert ends.setdefault((row["rate"], row["rate_is"]), (row["low"], row["high"])) == (
            row["low"],
            row["high"],
        )


@given(st.integers(FEWEST_ANSWERS, 400), st.floats(0, 1))
def test_what_is_shown_lies_on_twentieths_and_holds_the_rate(n: int, share: float) -> None:
    value = round(share * n)
    row = coarse_rate(value, n, np.array([float(n)]))
    rate, low, high = (float(str(row[name])) for name in ("rate", "low", "high"))
    assert all(math.isclose(end * 20, round(end * 20), abs_tol=1e-9) for end in (rate, low, high))
    assert low <= rate <= high
    assert low <= value / n <= high


def raw(**columns: object) -> dict[str, object]:
    return {
        "person_id": "p1",
        "group_id": "g1",
        "department": "Sales",
        "cohort": "1",
        "level": "L2",
        "quarter": 20263,
        "n_known": 3,
        **columns,
    }


def test_cells_name_the_arm_the_quarter_and_what_is_not_stated() -> None:
    commitments = pl.DataFrame([raw(arm=1, n_kept=2, level=None), raw(arm=0, n_kept=1)])
    answers = pl.DataFrame([raw(n_top_two=3)])
    cells = slice_cells(commitments, answers)
    assert cells.select("measure", "level", "quarter", "n", "value").rows() == [
        (WITH, NOT_STATED, "2026-Q3", 3, 2),
        (WITHOUT, "L2", "2026-Q3", 3, 1),
        ("useful_top_two", "L2", "2026-Q3", 3, 3),
    ]


def test_a_part_that_is_not_stated_comes_out_as_any_other() -> None:
    found = come_out(parts({NOT_STATED: 28, "Sales": 29}))["department"]
    assert {row["category"] for row in found.rows} == {NOT_STATED, "Sales"}
