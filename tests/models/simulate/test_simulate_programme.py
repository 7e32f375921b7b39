"""The made-up programme's frames: determinism, shape, and agreement with the contract."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from models.catalogue import questions
from models.contracts import CORE_TABLES, Table
from models.simulate import Programme, Scenario, cut_at, simulate

ROOT = Path(__file__).parents[3]
POLARS = {
    "varchar": pl.String(),
    "timestamp": pl.Datetime("us"),
    "date": pl.Date(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "boolean": pl.Boolean(),
}
SMALL = Scenario(n_people=36, n_groups=12)


@cache
def drawn(scenario: Scenario = Scenario()) -> Programme:  # noqa: B008 (frozen)
    return simulate(scenario)


def frame_of(table: Table, programme: Programme) -> pl.DataFrame:
    return getattr(programme, table.name)


@pytest.mark.parametrize("table", CORE_TABLES, ids=lambda table: table.name)
def test_each_frame_has_the_contracts_columns_and_types(table):
    frame = frame_of(table, drawn())
    assert list(frame.columns) == list(table.column_names)
    assert frame.dtypes == [POLARS[column.sql_type] for column in table.columns]


@pytest.mark.parametrize("table", CORE_TABLES, ids=lambda table: table.name)
def test_each_frame_keeps_the_contracts_keys_ranges_and_choices(table):
    frame = frame_of(table, drawn())
    assert frame.select(table.key).is_duplicated().sum() == 0
    for column in table.columns:
        values = frame[column.name].drop_nulls()
        assert not (column.is_required and len(values) < frame.height), column.name
        if column.choices:
            assert set(values.unique()) <= set(column.choices), column.name
        if column.minimum is not None:
            assert values.is_empty() or values.min() >= column.minimum, column.name
        if column.maximum is not None:
            assert values.is_empty() or values.max() <= column.maximum, column.name
        if column.not_before:
            assert not (frame[column.name] < frame[column.not_before]).any(), column.name


def test_every_commitment_belongs_to_a_session_its_maker_attended():
    attended = drawn().attendance.filter("attended").select("session_id", "person_id")
    assert drawn().commitments.join(attended, on=["session_id", "person_id"], how="anti").is_empty()


def test_partners_are_other_members_of_the_group():
    booked = drawn().appointments
    pairs = drawn().memberships.join(drawn().memberships, on="group_id", suffix="_other")
    assert (booked["owner_person_id"] != booked["partner_person_id"]).all()
    assert booked.join(
        pairs,
        left_on=["owner_person_id", "partner_person_id"],
        right_on=["person_id", "person_id_other"],
        how="anti",
    ).is_empty()


def test_answers_are_of_catalogue_scores():
    known = {name for name, question in questions().items() if question.kind == "score"}
    assert set(drawn().answers["question_id"].unique()) <= known


def test_answers_lie_in_their_questions_range():
    for (question_id,), answers in drawn().answers.group_by("question_id"):
        question = questions()[question_id]
        assert answers["score"].is_between(question.minimum_score, question.maximum_score).all(), question_id


def test_nothing_is_recorded_after_the_cut():
    programme = drawn(Scenario(n_groups=400, n_people=1200))
    cut = cut_at(programme.scenario)
    for table, column in (
        ("sessions", "started_at"),
        ("commitments", "made_at"),
        ("outcome_reports", "reported_at"),
        ("answers", "answered_at"),
        ("appointments", "booked_at"),
    ):
        assert getattr(programme, table)[column].max() < cut, table


def test_sessions_held_are_numbered_one_after_the_other_in_time():
    held = drawn().sessions.filter(pl.col("status") == "held").sort("group_id", "started_at")
    number = pl.int_range(1, pl.len() + 1).over("group_id")
    assert held.select((pl.col("session_number") == number).all()).item()


def test_a_group_that_stops_cancels_its_next_session_and_never_meets_again():
    last = (
        drawn()
        .sessions.group_by("group_id")
        .agg(
            pl.col("status").sort_by("session_number").last().alias("last"),
            (pl.col("status") == "cancelled").sum().alias("n_cancelled"),
        )
    )
    stopped = last.filter(pl.col("n_cancelled") > 0)
    assert stopped.height > 0
    assert stopped.filter((pl.col("n_cancelled") != 1) | (pl.col("last") != "cancelled")).is_empty()


def test_the_same_scenario_gives_the_same_frames():
    again = simulate(Scenario())
    for table in CORE_TABLES:
        assert frame_of(table, drawn()).equals(frame_of(table, again)), table.name


def test_another_seed_gives_another_programme():
    assert not simulate(replace(SMALL, seed=2)).commitments.equals(drawn(SMALL).commitments)


def test_the_programme_does_not_depend_on_the_hash_seed():
    code = (
        "import hashlib; from models.simulate import Scenario, simulate;"
        "p = simulate(Scenario(n_people=36, n_groups=12));"
        "print(hashlib.sha256((p.commitments.write_csv() + p.answers.write_csv()).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_a_change_of_department_opens_a_second_spell():
    moved = drawn().people.filter(pl.len().over("person_id") == 2).sort("person_id", "valid_from")
    spells = moved.group_by("person_id", maintain_order=True).agg(
        pl.col("valid_to").first().alias("ends"),
        pl.col("valid_from").last().alias("begins"),
        pl.col("department").n_unique().alias("n_departments"),
    )
    assert spells.height > 0
    assert spells.filter((pl.col("ends") != pl.col("begins")) | (pl.col("n_departments") != 2)).is_empty()


def test_a_reshuffle_puts_everybody_into_a_second_group_after_the_first():
    programme = drawn(replace(SMALL, reshuffle=1))
    spells = programme.memberships.sort("person_id", "from_on").group_by("person_id", maintain_order=True)
    both = spells.agg(pl.len(), pl.col("to_on").first().alias("ends"), pl.col("from_on").last().alias("begins"))
    assert both.filter((pl.col("len") != 2) | (pl.col("ends") >= pl.col("begins"))).is_empty()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_people": 500}, "n_people has to give 2 to 4 people per group, so 160 to 320"),
        ({"effect": 0.4}, "base_completion and effect together"),
        ({"unknown_share": 1.5}, "unknown_share has to lie in 0 to 1"),
        ({"first_monday": date(2026, 1, 6)}, "first_monday has to be a Monday"),
        ({"rhythm_days": 10}, "at least 7"),
        ({"group_sd": -1.0}, "group_sd has to be at least 0"),
        ({"reshuffle": 7}, "n_weeks has to give 8 weeks or more"),
    ],
)
def test_a_scenario_that_cannot_be_drawn_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(Scenario(), **change)


def test_group_sizes_are_two_to_four_and_everybody_has_a_group():
    sizes = drawn().memberships.group_by("group_id").len()["len"]
    assert (sizes.min(), sizes.max(), sizes.sum()) == (2, 4, 240)


def test_the_last_weeks_commitments_are_immature_by_design():
    made = drawn().commitments["made_at"]
    assert (made > cut_at(drawn().scenario) - timedelta(days=49)).any()


def test_a_report_that_names_no_commitment_is_about_the_latest_check_out_half_a_day_before_it():
    reports = drawn().outcome_reports.with_columns(drawn().truth.reports["commitment_id"].alias("meant"))
    unnamed = reports.filter(pl.col("commitment_id").is_null()).drop("commitment_id")
    made = drawn().commitments.select("person_id", "commitment_id", "made_at")
    before = unnamed.join(made, on="person_id").filter(
        pl.col("made_at") <= pl.col("reported_at") - timedelta(hours=12)
    )
    latest = before.sort("made_at").group_by("person_id", "reported_at").last()
    assert 0.3 < unnamed.height / reports.height < 0.8
    assert latest.height == unnamed.height
    assert latest.filter(pl.col("commitment_id") != pl.col("meant")).is_empty()


def test_groups_that_keep_a_sheet_always_name_the_commitment_by_its_code():
    meant = drawn().truth.reports["commitment_id"]
    of_sheet = drawn().outcome_reports.filter(meant.str.starts_with("C-"))
    assert of_sheet.height > 100
    assert of_sheet["commitment_id"].str.starts_with("C-").fill_null(value=False).all()


def test_a_calendar_appointment_with_a_booking_time_follows_one_commitment_that_has_an_appointment():
    booked = drawn().appointments.filter(pl.col("commitment_id").is_null() & pl.col("booked_at").is_not_null())
    near = booked.join(
        drawn().truth.commitments, left_on="owner_person_id", right_on="person_id", suffix="_made"
    ).filter((pl.col("booked_at") - pl.col("made_at")).is_between(timedelta(0), timedelta(hours=24)))
    assert near["has_appointment"].all()
    assert near["appointment_id"].is_unique().all()
    late = booked.height - near.height
    assert 0 < late < near.height


def test_every_appointment_that_counts_is_in_a_form_or_in_the_calendar():
    truth, booked = drawn().truth.commitments, drawn().appointments
    named = booked["commitment_id"].drop_nulls()
    in_sheet = truth["commitment_id"].str.starts_with("C-")
    assert set(named) == set(truth.filter(~in_sheet & pl.col("has_appointment"))["commitment_id"])
    owners = set(truth.filter(in_sheet & pl.col("has_appointment"))["person_id"])
    assert owners <= set(booked.filter(pl.col("origin") == "calendar")["owner_person_id"])


def test_a_small_programme_is_drawn_fast_enough_for_thousands_of_draws():
    simulate(SMALL)
    spent = []
    for seed in range(5):
        start = time.process_time()
        simulate(replace(SMALL, seed=seed))
        spent.append(time.process_time() - start)
    assert min(spent) < 0.1  # about 0.02 s on a free core
