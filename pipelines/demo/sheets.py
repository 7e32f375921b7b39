"""The demo's plain tables: session log, attendance, groups, roster, invitations, commitments sheet.

What belongs here: their columns and quirks, and the blemishes put into them.
What does not: survey forms (`forms`) and the calendar (`events`).
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from models.simulate import Programme
from pipelines.demo.local import local, with_session_parts

_MINUTES = "%Y-%m-%d %H:%M"
_HR_DAY = "%d.%m.%Y"
_HR_LEVELS = {"executive": "Executive", "manager": "Manager", "individual": "Employee"}
_OUTCOMES = {"done": "done", "not_done": "open", "withdrawn": "dropped"}


def in_sheet(programme: Programme) -> pl.Series:
    """For each outcome report, whether it stands in the commitments sheet and not in the pulse.

    These are the last reports on every second commitment of the groups that keep a sheet.
    """
    code = pl.col("commitment_id")
    is_even = code.str.extract(r"^C-\d*(\d)$").cast(pl.Int64, strict=False) % 2 == 0
    is_last = pl.col("reported_at") == pl.col("reported_at").max().over("commitment_id")
    return programme.outcome_reports.select((is_even & is_last).fill_null(value=False)).to_series()


def session_log(programme: Programme, time_zone: str) -> pl.DataFrame:
    """The log facilitators keep; one session was first written with its end before its start."""
    rows = with_session_parts(programme.sessions)
    wrong = rows.filter(pl.col("status") == "held")[rows.height // 2].with_columns(
        (pl.col("started_at") - timedelta(hours=2)).alias("ended_at")
    )
    rows = pl.concat([wrong, rows]).sort("scheduled_at", "group", maintain_order=True)
    return rows.select(
        "group",
        "session",
        *(
            local(column, time_zone).dt.to_string(_MINUTES).alias(name)
            for column, name in (("scheduled_at", "planned"), ("started_at", "start"), ("ended_at", "end"))
        ),
        "status",
        _yes_no("facilitator_present").alias("facilitator"),
        pl.col("check_in_minutes").alias("check-in (min)"),
        pl.col("problem_solving_minutes").alias("problem solving (min)"),
        pl.col("check_out_minutes").alias("check-out (min)"),
    )


def attendance(programme: Programme) -> pl.DataFrame:
    """Who was expected and who came; two rows appear twice, and one was first written as "maybe"."""
    rows = with_session_parts(programme.attendance).select(
        "group",
        "session",
        pl.col("person_id").alias("e-mail"),
        _yes_no("attended").alias("came"),
        pl.col("focus_minutes").alias("focus (min)"),
    )
    maybe = rows[rows.height // 4].with_columns(pl.lit("maybe").alias("came"))
    return pl.concat([rows, rows[10], rows[20], maybe])


def groups(programme: Programme) -> pl.DataFrame:
    """Who is in which group."""
    return programme.memberships.select(
        pl.col("group_id").alias("group"),
        pl.col("person_id").alias("e-mail"),
        pl.col("from_on").alias("from"),
        pl.col("to_on").alias("to"),
    )


def roster(programme: Programme) -> pl.DataFrame:
    """The roster as an HR system writes it: days as 31.12.2025, one row per spell."""
    days = ("joined_on", "trained_on", "left_on", "valid_from", "valid_to")
    return programme.people.select(
        pl.col("person_id").alias("E-mail"),
        pl.col("cohort").alias("Cohort"),
        pl.col("department").alias("Department"),
        pl.col("level").replace_strict(_HR_LEVELS).alias("Level"),
        pl.col("manager_person_id").alias("Manager"),
        *(pl.col(day).dt.to_string(_HR_DAY).alias(day.replace("_", " ").capitalize()) for day in days),
    )


def invitations(programme: Programme) -> pl.DataFrame:
    """Who was asked in which wave, with times in UTC."""
    return programme.invitations.select(
        pl.col("person_id").alias("email"),
        "wave",
        pl.col("invited_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
        "channel",
    )


def commitments(programme: Programme, time_zone: str) -> pl.DataFrame:
    """The sheet some groups keep instead of the check-out form; one row has a difficulty of 7."""
    reports = programme.outcome_reports.filter(in_sheet(programme)).drop("person_id")
    rows = with_session_parts(programme.commitments.filter(pl.col("commitment_id").str.starts_with("C-")))
    rows = rows.join(reports, on="commitment_id", how="left").sort("made_at", "person_id")
    wrong = rows.head(1).with_columns(
        pl.lit("C-99999").alias("commitment_id"),
        pl.lit(7, dtype=pl.Int64).alias("difficulty_1_5"),
        *(
            pl.lit(None, dtype=rows.schema[name]).alias(name)
            for name in reports.columns
            if name != "commitment_id"
        ),
    )
    return pl.concat([rows, wrong]).select(
        pl.col("commitment_id").alias("code"),
        pl.col("person_id").alias("e-mail"),
        "group",
        "session",
        local("made_at", time_zone).dt.to_string(_MINUTES).alias("check-out"),
        pl.col("due_on").alias("due"),
        pl.col("difficulty_1_5").alias("difficulty"),
        pl.col("importance_1_5").alias("importance"),
        pl.col("confidence_1_5").alias("confidence"),
        pl.col("state").replace_strict(_OUTCOMES, default=None, return_dtype=pl.String).alias("outcome"),
        pl.col("done_on").alias("done on"),
        local("reported_at", time_zone).dt.to_string(_MINUTES).alias("noted at"),
        pl.col("confirmed_by").alias("noted by"),
    )


def _yes_no(column: str) -> pl.Expr:
    flag = pl.col(column)
    return pl.when(flag).then(pl.lit("yes")).when(~flag).then(pl.lit("no"))
