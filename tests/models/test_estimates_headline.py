"""Which difference is the headline, how a drawn prompt comes out beside it, and the versions of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count

import polars as pl
import pytest
from drawn import numbered, on, schemas

from models.contracts import protected_table
from models.effects.change import Change
from models.estimates.effect import estimate_effect, headline_difference, prompt_test
from models.estimates.inputs import Inputs, Setting
from models.estimates.programme import estimate_programme, headline_verdict, plan_version_rows
from models.plan import Plan, next_version

Row = Mapping[str, object]
CUT = 300
SETTING = Setting("P", True, on(CUT), "1970-W44", date(1970, 11, 2), Plan(), 21)
TABLES = ("effect_cells", "prompted_check_outs", "arm_summary", "group_progress", "person_progress")
SIX = [{"group_id": f"g{n}", "n_sessions_held": 6, "first_held_day": 0} for n in range(12)]


def inputs(**tables: Sequence[Row]) -> Inputs:
    """Inputs in which a table nobody drew is empty."""
    frames = {
        name: numbered(
            pl.DataFrame(
                {column: [row.get(column) for row in tables.get(name, [])] for column in schemas()[name]},
                schema=dict(schemas()[name]),
            )
        )
        for name in TABLES
    }
    return Inputs(frames, SETTING)


def many_cells(line: str, kept_with: int, kept_without: int, n_groups: int = 120) -> list[Row]:
    """Groups of one person with ten commitments in each arm."""
    return [
        {
            "line": line,
            "cluster_id": group,
            "group_id": f"g{group}",
            "person_id": f"p{group}",
            "arm": arm,
            "n_done": kept,
            "n_kept": kept,
            "n_not_done": 10 - kept,
            "n_withdrawn": 0,
            "n_unknown": 0,
        }
        for group in range(n_groups)
        for arm, kept in ((1, kept_with), (0, kept_without))
    ]


def check_outs(n_blocks: int, kept_with: int, kept_without: int, block: str | None = "b") -> list[Row]:
    """Blocks of two check-outs, one of them shown the prompt, each with so many of ten commitments kept."""
    number = count()
    return [
        {
            "cluster_id": pair,
            "group_id": f"g{pair}",
            "person_id": f"p{pair}",
            "session_id": f"s{next(number)}",
            "block": f"{block}{pair}" if block else None,
            "arm": arm,
            "n_done": kept,
            "n_not_done": 10 - kept,
            "n_withdrawn": 0,
            "n_unknown": 0,
            "n_kept": kept,
        }
        for pair in range(n_blocks)
        for arm, kept in ((1, kept_with), (0, kept_without))
    ]


PRIMARY = many_cells("primary", 5, 8)
DRAWN = many_cells("intention_to_treat", 8, 5)
PROMPTED = check_outs(20, 8, 5)


def test_without_a_drawn_prompt_the_headline_is_the_crude_difference() -> None:
    drawn = inputs(effect_cells=PRIMARY, group_progress=SIX)
    assert headline_difference(drawn).estimate == pytest.approx(5 / 10 - 8 / 10)
    row = estimate_programme(drawn).row(0, named=True)
    assert (row["verdict"], row["design"]) == ("kept_less_often", "observational")


def test_a_drawn_prompt_is_the_headline_and_its_words_are_causal() -> None:
    drawn = inputs(effect_cells=[*PRIMARY, *DRAWN], prompted_check_outs=PROMPTED, group_progress=SIX)
    assert headline_difference(drawn).estimate == pytest.approx(8 / 10 - 5 / 10)
    row = estimate_programme(drawn).row(0, named=True)
    assert (row["verdict"], row["design"], row["reasons"]) == ("helps", "randomised", "")


def test_the_crude_difference_stays_beside_a_drawn_prompt() -> None:
    frame = estimate_effect(inputs(effect_cells=[*PRIMARY, *DRAWN]))
    values = dict(frame.select("line", "estimate").iter_rows())
    assert (values["primary"], values["intention_to_treat"]) == (pytest.approx(-0.3), pytest.approx(0.3))


def test_a_drawn_prompt_that_can_say_nothing_yet_still_is_the_headline() -> None:
    few = many_cells("intention_to_treat", 8, 5, n_groups=3)
    row = estimate_programme(inputs(effect_cells=[*PRIMARY, *few], group_progress=SIX)).row(0, named=True)
    assert (row["verdict"], row["design"]) == ("cannot_tell_yet", "randomised")
    assert row["reasons"] == "too_few_clusters"


def test_without_a_draw_the_line_says_that_nothing_was_randomised() -> None:
    frame = estimate_effect(inputs(effect_cells=PRIMARY)).filter(line="intention_to_treat")
    assert frame.select("status", "reasons").row(0) == ("refused", "nothing_randomised")


def test_the_lines_stay_in_the_contracts_order() -> None:
    column = protected_table("protected_effect").column("line")
    assert tuple(estimate_effect(inputs())["line"]) == column.choices


def test_commitments_of_unknown_exposure_are_no_loss_to_a_drawn_prompt() -> None:
    summary: list[Row] = [{"arm": None, "n_mature": 7}]
    frame = estimate_effect(inputs(effect_cells=[*PRIMARY, *DRAWN], arm_summary=summary))
    left_out = dict(frame.select("line", "n_exposure_unknown").iter_rows())
    assert (left_out["primary"], left_out["intention_to_treat"]) == (7, 0)


def test_a_line_that_leaves_out_late_bookings_is_made_from_its_own_cells() -> None:
    own = many_cells("late_bookings_left_out", 9, 8)
    frame = estimate_effect(inputs(effect_cells=[*PRIMARY, *own])).filter(line="late_bookings_left_out")
    assert frame["estimate"].item() == pytest.approx(1 / 10)


def test_the_drawn_prompt_is_held_against_all_other_draws_within_its_blocks() -> None:
    test = prompt_test(inputs(prompted_check_outs=check_outs(5, 8, 5)))
    # Of 2^5 orders only the one drawn, and its mirror image, are as far from 0.
    assert test.p_value == pytest.approx(2 / 32)


def test_a_draw_whose_chance_test_finds_nothing_takes_the_direction_away() -> None:
    few_blocks = check_outs(5, 8, 5)
    drawn = inputs(effect_cells=DRAWN, prompted_check_outs=few_blocks, group_progress=SIX)
    row = estimate_programme(drawn).row(0, named=True)
    assert (row["verdict"], row["reasons"]) == ("cannot_tell_yet", "randomisation_test_disagrees")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([], "nothing_randomised"), (check_outs(5, 8, 5, block=None), "blocks_not_recorded")],
)
def test_without_recorded_blocks_there_is_no_chance_test(rows: list[Row], reason: str) -> None:
    test = prompt_test(inputs(prompted_check_outs=rows))
    assert (test.p_value, test.reasons) == (None, (reason,))


def test_adjusted_differences_of_the_other_sign_take_the_direction_away() -> None:
    drawn = inputs(effect_cells=PRIMARY, group_progress=SIX)
    row = estimate_programme(drawn, (-0.2, 0.1)).row(0, named=True)
    assert (row["verdict"], row["reasons"]) == ("cannot_tell_yet", "adjusted_estimates_disagree")
    verdict = headline_verdict(drawn, (-0.2, 0.1))
    assert (verdict.change.code, verdict.change.n_have, verdict.change.n_needed) == ("adjusted_signs", 1, 2)


def test_an_adjusted_difference_of_doubtful_sign_takes_the_direction_away() -> None:
    drawn = inputs(effect_cells=PRIMARY, group_progress=SIX)
    row = estimate_programme(drawn, (-0.2, -0.1, None)).row(0, named=True)
    assert (row["verdict"], row["reasons"]) == ("cannot_tell_yet", "adjusted_estimates_disagree")
    assert (row["change_have"], row["change_needed"]) == (2, 3)


def test_what_would_change_the_verdict_names_the_groups_it_waits_for() -> None:
    assert headline_verdict(inputs(group_progress=SIX[:4])).change == Change(
        "needs_groups_six", None, 4, 10, 0.5
    )


def test_every_version_of_the_plan_has_a_row() -> None:
    first = next_version(None, Plan(), date(2026, 10, 4))
    second = next_version(first, Plan(margin=0.05), date(2026, 11, 1))
    assert first is not None
    assert second is not None
    rows = plan_version_rows((first, second)).select("version", "effective_from", "changes").rows()
    assert rows == [(1, date(2026, 10, 4), ""), (2, date(2026, 11, 1), "margin 0.1 -> 0.05")]
