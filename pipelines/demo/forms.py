"""The demo's forms: the pulse as Google's download, check-out and baseline as Microsoft Forms workbooks.

What belongs here: the columns, texts and quirks of these exports, and the blemishes put into them.
What does not: plain tables (`sheets`) and the calendar (`events`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import xlsxwriter

from models.simulate import Programme
from pipelines.demo.local import answer_text, display_name, google_time, local, with_session_parts, wording
from pipelines.demo.sheets import in_sheet

_UCLA = ("ucla_companionship", "ucla_left_out", "ucla_isolated")
_AGREEMENT = ("meaningful_talk", "trust", "perceived_pressure")
_OUTCOMES = {"done": "Done", "not_done": "Not done yet", "withdrawn": "Dropped"}
_ANOTHER_SCALE = 4.0  # a fourth step, which the three-item scale does not have
_PLANS = (
    "Call the supplier",
    "Write the outline",
    "Ask for feedback",
    "Clear the backlog",
    "Book the training",
)


def pulse(programme: Programme, time_zone: str) -> pl.DataFrame:
    """One row per submission: a pulse after a session, or only what became of a commitment."""
    at = {"answered_at": "submitted_at", "reported_at": "submitted_at"}
    reports = programme.outcome_reports.filter(~in_sheet(programme))
    rows = _wide_answers(programme).rename(at, strict=False)
    rows = rows.join(
        reports.rename(at, strict=False), on=["person_id", "submitted_at"], how="full", coalesce=True
    ).sort("submitted_at", "person_id")
    return _pulse_columns(_blemished_pulse(rows), time_zone)


def write_checkout(programme: Programme, path: Path, time_zone: str) -> int:
    """Writes the check-out form's workbook.

    Returns:
        Number of rows below the heading.
    """
    frame = _blemished_checkout(_checkout_rows(programme, time_zone))
    _write_workbook(
        frame.rename(
            {
                "session": "Which session\nwas it?",
                "difficulty_1_5": wording("difficulty").replace(" (", "\u00a0("),
                "importance_1_5": wording("importance").replace(" (", "\u00a0("),
                "confidence_1_5": wording("confidence").replace(" (", "\u00a0("),
            }
        ),
        path,
    )
    return frame.height


def write_baseline(programme: Programme, path: Path, time_zone: str) -> int:
    """Writes the baseline form's workbook.

    Returns:
        Number of rows below the heading.
    """
    answers = programme.answers.filter(pl.col("wave") == "baseline")
    wide = answers.pivot(on="question_id", index=["person_id", "answered_at"], values="score").sort(
        "answered_at", "person_id"
    )
    rows = _microsoft(wide, "answered_at", time_zone, minutes=6).with_columns(
        *(answer_text(question).alias(wording(question)) for question in _UCLA),
        answer_text("expected_usefulness").alias("How useful do you expect\nthe session to be\u00a0for you?"),
    )
    frame = rows.drop(*answers["question_id"].unique(), "person_id", "answered_at")
    _write_workbook(frame, path)
    return frame.height


def _wide_answers(programme: Programme) -> pl.DataFrame:
    pulses = programme.answers.filter(pl.col("wave") != "baseline")
    return with_session_parts(
        pulses.pivot(
            on="question_id",
            index=["person_id", "session_id", "answered_at"],
            values="score",
            maintain_order=True,
        )
    )


def _pulse_columns(rows: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    code = pl.col("commitment_id")
    parts = code.str.extract_groups(r"^(?<group>G\d+)-(?<session>\d+)\|").struct
    return rows.select(
        google_time("submitted_at", time_zone).alias("Timestamp"),
        _typed_email().alias(wording("email")),
        pl.coalesce("group", parts.field("group")).alias(wording("group")),
        pl.when(pl.col("session").is_null())
        .then(pl.lit("Only what became of a commitment"))
        .otherwise(pl.lit("A session I took part in"))
        .alias(wording("about")),
        pl.col("session").alias(wording("session")),
        _usefulness_text().alias(wording("usefulness")),
        *(_ucla_text(question).alias(wording(question)) for question in _UCLA),
        *(answer_text(question).alias(wording(question)) for question in _AGREEMENT),
        pl.col("hours_regained").alias(wording("hours_regained")),
        pl.col("state")
        .replace_strict(_OUTCOMES, default=None, return_dtype=pl.String)
        .alias(wording("commitment_outcome")),
        pl.col("done_on").dt.to_string("%Y-%m-%d").alias(wording("done_on")),
        pl.col("confirmed_by")
        .replace_strict({"self": "I say so myself", "partner": "My partner confirmed it"}, default=None)
        .alias(wording("confirmed_by")),
        parts.field("session").alias(wording("commitment_session")),
        pl.when(code.str.starts_with("C-")).then(code).alias(wording("commitment_code")),
    )


def _typed_email() -> pl.Expr:
    """The address as people type it: now and then in capitals or with a blank behind it."""
    place = pl.int_range(pl.len()) % 60
    email = pl.col("person_id")
    return (
        pl.when(place == 7).then(email.str.to_uppercase()).when(place == 31).then(email + " ").otherwise(email)
    )


def _usefulness_text() -> pl.Expr:
    """The answer's text, and the bare number where the demo put one that the scale does not have."""
    number = pl.col("usefulness").cast(pl.Int64).cast(pl.String)
    return pl.coalesce(answer_text("usefulness"), number)


def _ucla_text(question_id: str) -> pl.Expr:
    """The answer's text, and one that the scale does not have where the demo put one."""
    is_other = pl.col(question_id) == _ANOTHER_SCALE
    return pl.when(is_other).then(pl.lit("Always")).otherwise(answer_text(question_id))


def _blemished_pulse(rows: pl.DataFrame) -> pl.DataFrame:
    """Two rows sent twice, one answer corrected minutes later, an answer of another scale, a rating of 9."""
    answered = rows.with_row_index().filter(pl.col("usefulness").is_not_null())["index"]
    twice, corrected, always, nine = (int(answered[len(answered) * k // 10]) for k in (2, 4, 6, 8))
    first_try = rows[corrected].with_columns(
        (pl.col("submitted_at") - timedelta(minutes=8)),
        (6 - pl.col("usefulness")).alias("usefulness"),
        pl.lit(None, dtype=pl.String).alias("state"),
        pl.lit(None, dtype=pl.Date).alias("done_on"),
        pl.lit(None, dtype=pl.String).alias("confirmed_by"),
        pl.lit(None, dtype=pl.String).alias("commitment_id"),
    )
    place = pl.int_range(pl.len())
    rows = rows.with_columns(
        pl.when(place == nine).then(9.0).otherwise("usefulness").alias("usefulness"),
        pl.when(place == always).then(_ANOTHER_SCALE).otherwise("ucla_left_out").alias("ucla_left_out"),
    )
    return pl.concat([rows, first_try, rows[twice], rows[twice + 1]]).sort("submitted_at", "person_id")


def _checkout_rows(programme: Programme, time_zone: str) -> pl.DataFrame:
    booked = programme.appointments.filter(pl.col("origin") == "check_out")
    rows = with_session_parts(programme.commitments.filter(~pl.col("commitment_id").str.starts_with("C-")))
    rows = rows.join(booked.drop("state", "booked_at"), on="commitment_id", how="left").sort(
        "made_at", "person_id"
    )
    has_partner = pl.col("partner_person_id").is_not_null()
    plan = pl.int_range(pl.len()) % len(_PLANS)
    return _microsoft(rows, "made_at", time_zone, minutes=4).select(
        *_MICROSOFT,
        pl.col("person_id").alias(wording("email")),
        pl.col("group").alias(wording("group")),
        pl.col("session").cast(pl.Int64),
        plan.replace_strict(dict(enumerate(_PLANS))).alias(wording("commitment")),
        pl.col("due_on").alias(wording("due_on")),
        "difficulty_1_5",
        "importance_1_5",
        "confidence_1_5",
        pl.when(has_partner).then(pl.lit("Yes")).otherwise(pl.lit("No")).alias(wording("has_appointment")),
        pl.col("partner_person_id").alias(wording("partner")),
        local("scheduled_at", time_zone).dt.date().alias(wording("meets_on")),
    )


def _blemished_checkout(rows: pl.DataFrame) -> pl.DataFrame:
    """One row sent twice, one sent without an address, and the row of a test; numbered anew."""
    unbooked = rows.filter(pl.col(wording("has_appointment")) == "No")
    twice = rows.slice(rows.height // 3, 1)
    signed_out = unbooked.slice(unbooked.height // 2, 1).with_columns(
        pl.lit(None, dtype=pl.String).alias("Email"), pl.lit(None, dtype=pl.String).alias(wording("email"))
    )
    test = unbooked.head(1).with_columns(
        pl.lit("test@example.org").alias("Email"),
        pl.lit("test@example.org").alias(wording("email")),
        pl.lit("TEST please ignore").alias("Name"),
    )
    rows = pl.concat([rows, twice, signed_out, test]).sort("Completion time", maintain_order=True)
    return rows.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("ID"))


_MICROSOFT = ("ID", "Start time", "Completion time", "Email", "Name", "Last modified time")


def _microsoft(rows: pl.DataFrame, completed: str, time_zone: str, *, minutes: int) -> pl.DataFrame:
    """Puts the six columns every Microsoft Forms workbook begins with in front."""
    return rows.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("ID"),
        (local(completed, time_zone) - timedelta(minutes=minutes)).alias("Start time"),
        local(completed, time_zone).alias("Completion time"),
        pl.col("person_id").alias("Email"),
        display_name("person_id").alias("Name"),
        pl.lit(None, dtype=pl.Datetime("us")).alias("Last modified time"),
        *rows.columns,
    )


def _write_workbook(frame: pl.DataFrame, path: Path) -> None:
    """One sheet with a table, as the form's own download; the same frame gives the same bytes."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        frame.write_excel(
            book,
            "Sheet1",
            table_style="Table Style Medium 2",
            dtype_formats={pl.Datetime: "m/d/yy h:mm:ss", pl.Date: "m/d/yyyy"},
            autofit=False,
        )
