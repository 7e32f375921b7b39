"""Which of the further lines and weeks of the difference a second release shows anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from gated import AS_OF, EVERYBODY, WEEK, Parts, fresh, full_row, named, people, released, with_parts
from second_releases import LATER, NEXT_WEEK, ONE_NEW, SIX_NEW, next_release, rows

from models.disclosure import Protected
from models.disclosure.contributions import PRIMARY

LINES = {"effect": [full_row(named("effect"), line=line, estimate=0.7) for line in ("primary", "horizon_14")]}
LATER_LINES = {"effect": [{**row, "estimate": -0.1} for row in LINES["effect"]]}
OTHER_LINE = "line:horizon_14"


def lines(release: Protected) -> list[tuple[object, ...]]:
    return release.tables["protected_effect"].select("line", "estimate", "as_of").rows()


def lines_after(days: int, parts: dict[str, Parts]) -> Protected:
    """What a release shows so many days after a first one with two lines, all of it changed."""
    past = released(fresh(LINES))[1]
    week = f"2026-W{40 + days // 7}"
    return released(fresh(LATER_LINES, parts, as_of=AS_OF + timedelta(days=days), week=week), past)[0]


def test_a_line_held_for_its_own_people_does_not_hold_the_headline() -> None:
    second = lines_after(28, {PRIMARY: SIX_NEW, OTHER_LINE: with_parts({"p20": (2, 1)})})
    assert second.held == (OTHER_LINE,)
    assert lines(second) == [
        ("primary", -0.1, AS_OF + timedelta(days=28)),
        ("horizon_14", 0.7, AS_OF),
    ]


def test_a_held_headline_holds_the_further_lines() -> None:
    second = lines_after(28, {PRIMARY: ONE_NEW, OTHER_LINE: SIX_NEW})
    assert second.held == (OTHER_LINE, PRIMARY)
    assert lines(second) == [("primary", 0.7, AS_OF), ("horizon_14", 0.7, AS_OF)]


@pytest.mark.parametrize(("days", "is_new"), [(7, False), (27, False), (28, True), (35, True)])
def test_further_lines_are_computed_anew_after_four_weeks_and_the_headline_each_time(
    days: int, is_new: bool
) -> None:
    now = AS_OF + timedelta(days=days)
    assert lines(lines_after(days, {PRIMARY: SIX_NEW, OTHER_LINE: SIX_NEW})) == [
        ("primary", -0.1, now),
        ("horizon_14", -0.1 if is_new else 0.7, now if is_new else AS_OF),
    ]


def test_a_line_that_is_not_due_tells_nothing_new() -> None:
    assert "line:horizon_14:1" in set(lines_after(28, {OTHER_LINE: SIX_NEW}).sums["row"])
    assert "line:horizon_14:1" not in set(lines_after(27, {OTHER_LINE: SIX_NEW}).sums["row"])


def test_a_line_never_shown_needs_no_four_weeks() -> None:
    past = released(fresh(rows("effect", line="primary")))[1]
    second = next_release({PRIMARY: SIX_NEW, OTHER_LINE: SIX_NEW}, LATER_LINES, past=past)
    assert lines(second)[1] == ("horizon_14", -0.1, LATER)


def weekly(*listed: tuple[str, float]) -> dict[str, list[dict[str, object]]]:
    ends = {"2026-W39": date(2026, 9, 27), WEEK: AS_OF, NEXT_WEEK: LATER}
    return {
        "effect_by_week": [
            full_row(named("effect_by_week"), week=week, week_ends_on=ends[week], estimate=estimate)
            for week, estimate in listed
        ]
    }


def by_week(release: Protected) -> dict[str, tuple[object, object, object]]:
    found = release.tables["protected_effect_by_week"]
    return {row["week"]: (row["estimate"], row["status"], row["as_of"]) for row in found.iter_rows(named=True)}


def test_a_week_once_shown_is_never_changed() -> None:
    first = released(fresh(weekly(("2026-W39", 0.1), (WEEK, 0.2)), {"week:2026-W39": EVERYBODY}))[1]
    units = {"week:2026-W39": SIX_NEW, f"week:{WEEK}": SIX_NEW, PRIMARY: SIX_NEW}
    second = next_release(units, weekly(("2026-W39", 0.5), (WEEK, 0.6), (NEXT_WEEK, 0.7)), past=first)
    assert by_week(second) == {
        "2026-W39": (0.1, "ok", AS_OF),
        WEEK: (0.2, "ok", AS_OF),
        NEXT_WEEK: (0.7, "ok", LATER),
    }


def test_a_week_that_stays_as_it_was_tells_nothing_new() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    units = {PRIMARY: SIX_NEW, f"week:{WEEK}": with_parts(people(range(30, 40), (2, 1)))}
    second = next_release(units, weekly((WEEK, 0.6), (NEXT_WEEK, 0.7)), past=first)
    assert f"week:{WEEK}:1" not in set(second.sums["row"])


def test_a_held_headline_leaves_its_week_without_a_number() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    second = next_release({PRIMARY: ONE_NEW}, weekly((WEEK, 0.2), (NEXT_WEEK, 0.7)), past=first)
    assert by_week(second) == {WEEK: (0.2, "ok", AS_OF), NEXT_WEEK: (None, "withheld", None)}


def test_of_two_weeks_that_differ_in_one_person_the_later_is_shown() -> None:
    listed = weekly(("2026-W39", 0.1), (WEEK, 0.2), (NEXT_WEEK, 0.3))
    units = {"week:2026-W39": SIX_NEW, f"week:{WEEK}": with_parts({"p26": (2, 1)}, SIX_NEW)}
    found = by_week(released(fresh(listed, units, week=NEXT_WEEK, as_of=LATER))[0])
    assert [found[week][1] for week in ("2026-W39", WEEK, NEXT_WEEK)] == ["withheld", "ok", "ok"]


def test_another_plan_starts_its_weeks_anew_and_keeps_what_was_told() -> None:
    first = released(fresh(weekly((WEEK, 0.2))))[1]
    units = {PRIMARY: SIX_NEW, f"week:{WEEK}": EVERYBODY}
    new = fresh(weekly((WEEK, 0.5), (NEXT_WEEK, 0.7)), units, week=NEXT_WEEK, as_of=LATER, plan_hash="other")
    assert by_week(released(new, first)[0])[WEEK] == (0.5, "ok", LATER)
    nearly = {PRIMARY: SIX_NEW, f"week:{WEEK}": ONE_NEW}
    new = fresh(weekly((WEEK, 0.5), (NEXT_WEEK, 0.7)), nearly, week=NEXT_WEEK, as_of=LATER, plan_hash="other")
    assert by_week(released(new, first)[0])[WEEK] == (None, "withheld", None)
