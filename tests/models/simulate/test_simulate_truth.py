"""The truth behind the made-up programme, and that its measurement does not differ by arm.

The tests draw 2,000 groups, about 50,000 commitments: the Monte Carlo standard error of a difference of
shares is about .0045, so .015 is more than three of them.
"""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import polars as pl
import pytest

from models.simulate import HORIZON_DAYS, Programme, Scenario, cut_at, simulate

LAG_DAYS = 21
TOLERANCE = 0.015
LARGE = Scenario(n_groups=2000, n_people=6000, calendar_group_share=0.0)
AT_RANDOM = replace(LARGE, selection_by_difficulty=0.0, selection_by_conscientiousness=0.0)
NO_EFFECT = replace(AT_RANDOM, effect=0.0)


@cache
def drawn(scenario: Scenario) -> Programme:
    return simulate(scenario)


def outcomes(programme: Programme) -> pl.DataFrame:
    """Mature commitments with the state last reported and `kept` by the plan's rule."""
    reports = programme.truth.reports.sort("commitment_id", "reported_at")
    last = reports.group_by("commitment_id").agg(pl.col("state").last())
    said = reports.join(last, on=["commitment_id", "state"]).group_by("commitment_id")
    days = said.agg(pl.col("reported_at").min(), pl.col("done_on").drop_nulls().last().alias("said_done_on"))
    kept_by = pl.coalesce("said_done_on", pl.col("reported_at").dt.date() - timedelta(days=LAG_DAYS))
    mature = cut_at(programme.scenario) - timedelta(days=HORIZON_DAYS + LAG_DAYS)
    return (
        programme.truth.commitments.filter(pl.col("made_at") <= mature)
        .join(last, on="commitment_id", how="left")
        .join(days, on="commitment_id", how="left")
        .with_columns(pl.col("state").fill_null("unknown"))
        .with_columns(
            kept=(pl.col("state") == "done") & (kept_by <= pl.col("made_on") + timedelta(days=HORIZON_DAYS))
        )
    )


def difference(frame: pl.DataFrame, column: str) -> float:
    """Mean with an appointment minus mean without."""
    means = dict(frame.group_by("has_appointment").agg(pl.col(column).cast(pl.Float64).mean()).iter_rows())
    return means[True] - means[False]


def known(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("state") != "unknown")


def test_the_average_effect_of_the_commitments_drawn_is_the_scenarios():
    assert drawn(LARGE).truth.average_effect == pytest.approx(0.14, abs=0.002)


@pytest.mark.parametrize("effect", [-0.2, 0.05, 0.3])
def test_any_effect_is_hit_on_the_probability_scale(effect):
    truth = drawn(replace(LARGE, effect=effect)).truth
    assert truth.average_effect == pytest.approx(effect, abs=0.004)
    assert truth.commitments["p1"].is_between(0, 1).all()


def test_without_an_effect_both_potential_outcomes_are_the_same():
    commitments = drawn(NO_EFFECT).truth.commitments
    assert (commitments["p0"] == commitments["p1"]).all()


def test_base_completion_is_the_scenarios():
    assert drawn(LARGE).truth.commitments["p0"].mean() == pytest.approx(0.65, abs=0.01)


@pytest.mark.parametrize("scenario", [LARGE, AT_RANDOM], ids=["selected", "at random"])
def test_appointments_are_as_frequent_as_the_scenario_says(scenario):
    assert drawn(scenario).truth.commitments["has_appointment"].mean() == pytest.approx(0.45, abs=0.01)


def test_a_commitment_is_done_within_28_days_with_its_own_probability():
    truth = drawn(LARGE).truth.commitments
    p = pl.when("has_appointment").then("p1").otherwise("p0")
    tenths = (
        truth.with_columns(p=p, tenth=(p * 10).floor())
        .group_by("tenth")
        .agg(pl.len(), (pl.col("is_kept").cast(pl.Float64).mean() - pl.col("p").mean()).abs().alias("gap"))
    )
    # Each tenth's share differs from its mean probability by less than four standard errors of n draws.
    assert tenths.filter(pl.col("gap") > 4 * (0.25 / pl.col("len")).sqrt()).is_empty()


def test_bias_is_the_crude_contrast_less_the_effect_and_is_selection_plus_heterogeneity():
    truth = drawn(LARGE).truth
    rows = truth.commitments
    booked, others = rows.filter("has_appointment"), rows.filter(~pl.col("has_appointment"))
    crude = booked["p1"].mean() - others["p0"].mean()
    effect = (rows["p1"] - rows["p0"]).mean()
    assert truth.bias == pytest.approx(crude - effect, abs=1e-12)
    assert truth.bias == pytest.approx(truth.selection + truth.heterogeneity, abs=1e-12)
    assert truth.bias > 0.03


def test_booked_at_random_there_is_no_bias():
    assert drawn(AT_RANDOM).truth.bias == pytest.approx(0.0, abs=0.005)


def test_the_crude_contrast_of_what_is_recorded_recovers_effect_plus_bias():
    truth = drawn(replace(LARGE, done_on_missing_share=0.0)).truth
    seen = difference(known(outcomes(drawn(replace(LARGE, done_on_missing_share=0.0)))), "kept")
    assert seen == pytest.approx(truth.average_effect + truth.bias, abs=TOLERANCE)


def test_booked_at_random_the_crude_contrast_recovers_the_effect():
    seen = difference(known(outcomes(drawn(AT_RANDOM))), "kept")
    assert seen == pytest.approx(0.14, abs=TOLERANCE)


@pytest.mark.parametrize("rhythm_days", [14, 28, 35])
def test_with_the_day_given_the_rule_records_exactly_what_happened_in_both_arms(rhythm_days):
    scenario = replace(NO_EFFECT, done_on_missing_share=0.0, rhythm_days=rhythm_days)
    rows = known(outcomes(drawn(scenario)))
    assert rows.filter(pl.col("kept") != pl.col("is_kept")).is_empty()


@pytest.mark.parametrize("rhythm_days", [28, 35])
def test_without_an_effect_partners_who_ask_earlier_make_no_difference(rhythm_days):
    rows = known(outcomes(drawn(replace(NO_EFFECT, done_on_missing_share=0.0, rhythm_days=rhythm_days))))
    assert difference(rows, "kept") == pytest.approx(0.0, abs=TOLERANCE)


def test_without_an_effect_missing_days_make_no_difference_either():
    rows = known(outcomes(drawn(replace(NO_EFFECT, done_on_missing_share=0.5))))
    assert difference(rows, "kept") == pytest.approx(0.0, abs=TOLERANCE)


def test_counting_by_the_day_of_report_would_have_shown_an_effect_that_is_not_there():
    rows = known(outcomes(drawn(replace(NO_EFFECT, done_on_missing_share=0.0, rhythm_days=35))))
    deadline = (pl.col("made_on") + timedelta(days=HORIZON_DAYS)).cast(pl.Datetime("us"))
    by_report = rows.with_columns(naive=(pl.col("state") == "done") & (pl.col("reported_at") <= deadline))
    assert difference(by_report, "naive") > 0.05


def test_what_nobody_reports_does_not_differ_by_arm():
    rows = outcomes(drawn(NO_EFFECT)).with_columns(unknown=pl.col("state") == "unknown")
    assert rows["unknown"].mean() == pytest.approx(0.06, abs=0.01)
    assert difference(rows, "unknown") == pytest.approx(0.0, abs=0.008)


def test_partners_ask_the_appointed_earlier():
    reports = drawn(AT_RANDOM).truth.reports.join(drawn(AT_RANDOM).truth.commitments, on="commitment_id")
    early = reports.filter(pl.col("reported_at") - pl.col("made_at") < timedelta(days=15))
    assert early.height > 0
    assert set(early["confirmed_by"]) == {"partner"}
    assert early["has_appointment"].all()


def test_partners_write_down_only_what_is_final():
    early = (
        drawn(AT_RANDOM)
        .truth.reports.join(drawn(AT_RANDOM).truth.commitments, on="commitment_id")
        .filter(pl.col("reported_at") - pl.col("made_at") < timedelta(days=15))
    )
    assert set(early["state"]) == {"done", "withdrawn"}


def test_no_mature_outcome_is_known_from_the_partner_alone():
    reports = drawn(AT_RANDOM).truth.reports.join(outcomes(drawn(AT_RANDOM)), on="commitment_id")
    day = (pl.col("reported_at") - pl.col("made_at")).dt.total_days()
    counted = reports.group_by("commitment_id").agg(
        (day < 15).sum().alias("early"), (day >= 15).sum().alias("later")
    )
    assert counted.filter(pl.col("early") > 0).height > 1000
    assert counted.filter((pl.col("early") > 0) & (pl.col("later") == 0)).is_empty()


def test_with_partners_who_do_not_ask_nobody_is_asked_in_the_first_two_weeks():
    programme = drawn(replace(Scenario(), partner_asks_earlier=False))
    reports = programme.truth.reports.join(programme.truth.commitments, on="commitment_id")
    assert reports.filter(pl.col("reported_at") - pl.col("made_at") < timedelta(days=15)).is_empty()


def test_late_bookings_are_in_the_calendar_and_come_after_24_hours():
    programme = drawn(Scenario())
    unbooked = programme.truth.commitments.filter(~pl.col("has_appointment"))
    pairs = programme.appointments.join(
        unbooked, left_on="owner_person_id", right_on="person_id", suffix="_made"
    ).with_columns(days=(pl.col("booked_at") - pl.col("made_at")).dt.total_hours() / 24)
    assert pairs.filter(pl.col("days").is_between(0, 1)).is_empty()
    own = pairs.filter((pl.col("days") >= 2) & (pl.col("days") <= 10))
    assert own.height > 0
    assert set(own["origin"]) == {"calendar"}


def test_loneliness_falls_by_about_three_tenths_by_the_sixth_session():
    answers = drawn(LARGE).answers.filter(pl.col("question_id").str.starts_with("ucla_"))
    sums = answers.group_by("person_id", "wave").agg(pl.len(), pl.col("score").sum()).filter(pl.col("len") == 3)
    at = {wave: sums.filter(pl.col("wave") == wave) for wave in ("baseline", "session-06")}
    paired = at["baseline"].join(at["session-06"], on="person_id", suffix="_later")
    # About 3,000 pairs with an SD of change of about 1.7: the standard error is about .03.
    assert (paired["score_later"] - paired["score"]).mean() == pytest.approx(-0.3, abs=0.08)


def test_lonelier_people_answer_the_pulse_less():
    programme = drawn(LARGE)
    baseline = programme.answers.filter(
        (pl.col("wave") == "baseline") & pl.col("question_id").str.starts_with("ucla_")
    )
    score = baseline.group_by("person_id").agg(pl.col("score").mean().alias("baseline"))
    answered = programme.answers.filter(pl.col("question_id") == "usefulness").group_by("person_id").len("n")
    asked = programme.commitments.group_by("person_id").len("asked")
    rates = asked.join(answered, on="person_id", how="left").join(score, on="person_id")
    rates = rates.with_columns(rate=pl.col("n").fill_null(0) / pl.col("asked"))
    lonely, others = rates.filter(pl.col("baseline") >= 2), rates.filter(pl.col("baseline") < 4 / 3)
    assert others["rate"].mean() - lonely["rate"].mean() > 0.03
