"""A prompt drawn for check-outs, groups drawn anew, and partners from other groups."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from models.contracts import CORE_TABLES
from models.simulate import Programme, Scenario, simulate

ROUNDS = Scenario(n_people=36, n_groups=12, n_weeks=60, start_weeks=8, reshuffle=1)
AT_RANDOM = Scenario(
    n_groups=1500, n_people=4500, selection_by_difficulty=0.0, selection_by_conscientiousness=0.0
)
PROMPTED = replace(AT_RANDOM, prompt_share=0.5, prompt_lift=0.4)


@cache
def drawn(scenario: Scenario) -> Programme:
    return simulate(scenario)


def sessions_of_people(programme: Programme) -> pl.DataFrame:
    """Held sessions by person and time, with their numbers."""
    held = programme.sessions.filter(status="held")
    return programme.attendance.join(held, on="session_id").sort("person_id", "started_at")


def test_drawn_anew_a_person_never_has_two_sessions_of_one_number() -> None:
    both = sessions_of_people(drawn(ROUNDS))
    assert both.select("person_id", "session_number").is_duplicated().sum() == 0
    assert both.group_by("person_id").agg(pl.col("group_id").n_unique())["group_id"].max() == 2


def test_drawn_anew_sessions_go_on_counting_in_time() -> None:
    both = sessions_of_people(drawn(ROUNDS))
    steps = both.select(pl.col("session_number").diff().over("person_id")).to_series().drop_nulls()
    assert (steps >= 1).all()


def test_the_first_round_still_counts_from_one() -> None:
    first = drawn(ROUNDS).sessions.group_by("group_id").agg(pl.col("session_number").min())
    in_round_one = pl.col("group_id").str.slice(1).cast(pl.Int64) <= 12
    assert set(first.filter(in_round_one)["session_number"]) == {1}
    assert first.filter(~in_round_one)["session_number"].min() > 1


def test_drawn_anew_no_invitation_and_no_answer_takes_the_place_of_an_earlier_one() -> None:
    programme = drawn(ROUNDS)
    asked = programme.invitations.filter(pl.col("wave") != "baseline")
    assert asked.height == programme.commitments.height
    answered = programme.answers.filter(question_id="usefulness").group_by("session_id").len()
    first = answered.filter(pl.col("session_id").str.slice(1, 3).cast(pl.Int64) <= 12)
    # Four of five are answered in either round; the second would have taken the place of the first.
    made = programme.commitments.filter(pl.col("session_id").str.slice(1, 3).cast(pl.Int64) <= 12)
    assert first["len"].sum() / made.height > 0.7


def outside_share(programme: Programme) -> float:
    """Share of appointments at check-out whose partner is in no group of the owner's."""
    pairs = programme.memberships.join(programme.memberships, on="group_id", suffix="_other")
    booked = programme.appointments
    keys = {"left_on": ["owner_person_id", "partner_person_id"], "right_on": ["person_id", "person_id_other"]}
    return booked.join(pairs, how="anti", **keys).height / booked.height


def test_the_share_of_partners_from_other_groups_is_the_scenarios() -> None:
    outside = simulate(Scenario(outside_partner_share=0.3))
    # About 1,000 appointments: the standard error is sqrt(.3 * .7 / 1000) = .015.
    assert outside_share(outside) == pytest.approx(0.3, abs=4 * 0.015)
    assert outside_share(drawn(Scenario())) == 0.0


def test_partners_from_other_groups_change_nothing_else() -> None:
    plain, outside = drawn(Scenario()), simulate(Scenario(outside_partner_share=0.3))
    for table in CORE_TABLES:
        kept = [column for column in table.column_names if column != "partner_person_id"]
        assert getattr(plain, table.name).select(kept).equals(getattr(outside, table.name).select(kept))


def test_without_a_prompt_nothing_is_assigned() -> None:
    assert drawn(Scenario()).assignments.is_empty()
    assert drawn(Scenario()).truth.intention_to_treat == 0.0


def test_everybody_expected_at_a_check_out_is_assigned_once_before_it() -> None:
    programme = drawn(PROMPTED)
    keys = ["session_id", "person_id"]
    expected = programme.attendance.select(keys).sort(keys)
    assert programme.assignments.select(keys).sort(keys).equals(expected)
    made = programme.commitments.join(programme.assignments, on=keys)
    assert made.height == programme.commitments.height
    assert (made["assigned_at"] < made["made_at"]).all()


def test_a_whole_block_is_four_check_outs_of_one_person_with_two_prompts() -> None:
    blocks = (
        drawn(PROMPTED)
        .assignments.group_by("block")
        .agg(pl.len(), pl.col("person_id").n_unique().alias("people"), pl.col("prompt_shown").sum())
    )
    assert set(blocks["people"]) == {1}
    assert blocks["len"].max() == 4
    whole = blocks.filter(pl.col("len") == 4)
    assert whole.height > 1000
    assert set(whole["prompt_shown"]) == {2}


def test_a_prompt_raises_the_share_that_books_by_the_lift() -> None:
    programme = drawn(PROMPTED)
    made = programme.truth.commitments.join(
        programme.commitments.select("commitment_id", "session_id"), on="commitment_id"
    ).join(programme.assignments, on=["session_id", "person_id"])
    booked = dict(made.group_by("prompt_shown").agg(pl.col("has_appointment").mean()).iter_rows())
    # About 36,000 commitments: the standard error of the difference is about .005.
    assert booked[False] == pytest.approx(0.45, abs=0.015)
    assert booked[True] - booked[False] == pytest.approx(0.4, abs=0.02)


def test_the_effect_of_being_prompted_is_the_effect_times_the_lift() -> None:
    assert drawn(PROMPTED).truth.intention_to_treat == pytest.approx(0.14 * 0.4, abs=0.002)


def test_with_selection_it_is_the_average_of_gain_times_lift_over_the_commitments() -> None:
    truth = simulate(Scenario(prompt_share=0.5)).truth
    assert 0.0 < truth.intention_to_treat < truth.average_effect * 0.3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt_share": 0.3}, "prompt_share has to be 0, 0.25, 0.5 or 0.75"),
        ({"prompt_share": 1.0}, "prompt_share has to be 0, 0.25, 0.5 or 0.75"),
        ({"prompt_share": 0.5, "prompt_lift": 0.6}, "appointment_share and prompt_lift together"),
        ({"outside_partner_share": 1.1}, "outside_partner_share has to lie in 0 to 1"),
    ],
)
def test_a_prompt_that_cannot_be_drawn_is_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(Scenario(), **change)  # type: ignore[arg-type]


def test_the_scenarios_new_mechanisms_are_off_in_the_kept_sample() -> None:
    kept = (Path(__file__).parents[3] / "data" / "sample" / "truth.json").read_text("utf-8")
    assert '"prompt_share": 0.0' in kept
    assert '"outside_partner_share": 0.0' in kept
