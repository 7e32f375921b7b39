"""Drawn tables about the data and the run: sources, checks, questions, metrics, claims, the release.

What belongs here: what is known about the tables of a made-up release. What does not: its numbers.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from contract_tables import table


def meta_tables() -> dict[str, pl.DataFrame]:
    """All of them."""
    hours, score = "Hours a manager says the practice gave back.", "Mean of answers from 1 to 5."
    return {
        "meta_sources": table(
            "meta_sources",
            ("pulse", 3, dt.date(2026, 10, 4), 1475, 1466, 6, 3, 0),
            ("checkout", 1, dt.date(2026, 10, 2), 1702, 1698, 0, 2, 2),
            ("calendar", 1, dt.date(2026, 10, 4), 902, 901, 0, 0, 1),
        ),
        "meta_quarantine": table(
            "meta_quarantine",
            ("checkout", "commitments", "person_missing", 2),
            ("calendar", "sessions", "ends_before_start", 1),
        ),
        "meta_checks": table(
            "meta_checks",
            ("staged", "commitments", "person_missing", 1702, 2, False),
            ("staged", "sessions", "ends_before_start", 902, 1, False),
            ("core", "commitments", "key_unique", 1698, 0, True),
            ("across", "core_answers", "across:ucla_whole", 1200, 4, False),
        ),
        "meta_questions": table(
            "meta_questions",
            (
                "usefulness",
                "How useful was this session for you?",
                "1 (not at all) to 5 (extremely)",
                1.0,
                5.0,
                "usefulness",
            ),
            (
                "ucla_left_out",
                "How often do you feel left out?",
                "1 (hardly ever or never) to 3 (often)",
                1.0,
                3.0,
                "loneliness",
            ),
        ),
        "meta_metrics": table(
            "meta_metrics",
            (
                "completion_with_appointment",
                "Kept with an appointment",
                "Share kept within 28 days.",
                "share",
                5,
            ),
            (
                "completion_without_appointment",
                "Kept without an appointment",
                "Share kept within 28 days.",
                "share",
                5,
            ),
            (
                "appointment_effect",
                "Difference with an appointment",
                "Share kept with minus without.",
                "points",
                5,
            ),
            (
                "appointment_share",
                "Commitments with an appointment",
                "Share booked within 24 hours.",
                "share",
                5,
            ),
            ("people_invited", "People invited", "People asked to take part.", "people", 5),
            ("people_trained", "People trained", "People trained in the method.", "people", 5),
            ("people_one_session", "People with a session", "People who attended at least one.", "people", 5),
            (
                "people_six_sessions",
                "People with six sessions",
                "People who attended six or more.",
                "people",
                5,
            ),
            (
                "groups_six_sessions_share",
                "Groups expected to reach six sessions",
                "Kaplan-Meier share.",
                "share",
                5,
            ),
            ("attendance_share", "Attendance", "Share of those expected who came.", "share", 5),
            (
                "pulse_response_share",
                "Answered the survey after a session",
                "Share of those asked.",
                "share",
                5,
            ),
            (
                "usefulness_top_two_share",
                "Found the session very or extremely useful",
                "Share of 4 or 5.",
                "share",
                5,
            ),
            ("usefulness_mean_score", "Mean usefulness", score, "score", 5),
            ("loneliness_change_score", "Change in loneliness", "Mean change on 3 to 9.", "score", 10),
            ("session_hours", "Length of a session", "Mean hours from start to end.", "hours", 5),
            ("session_minutes_median", "Middle length", "Median minutes.", "minutes", 5),
            ("focus_minutes_mean", "Focus time", "Mean minutes.", "minutes", 5),
            ("first_session_days_median", "Days until a session", "Median days.", "elapsed_days", 5),
            ("hours_regained", "Hours regained by managers", hours, "hours", 5),
            ("trust_mean_score", "Trust in the group", score, "score", 5),
            ("perceived_pressure_mean_score", "Felt pressed to take part", score, "score", 5),
            (
                "appointment_risk_ratio",
                "Ratio with an appointment",
                "Share kept with over without.",
                "ratio",
                5,
            ),
            ("days_open_difference", "Days a commitment stays open", "With minus without.", "days", 5),
            ("usefulness_trend_per_session", "Usefulness from session to session", "Slope.", "points", 5),
            ("expectation_gap_mean_score", "Experience against expectation", "Mean gap.", "score", 5),
            ("expectation_exceeded_share", "Sessions more useful than expected", "Share.", "share", 5),
            (
                "roster_match_share",
                "People found in the roster",
                "Share of people named elsewhere.",
                "share",
                5,
            ),
            ("expectation_fell_short_share", "Sessions less useful than expected", "Share.", "share", 5),
        ),
        "meta_claims": table(
            "meta_claims",
            (
                "kept_without_65",
                "65 % keep what they commit to in front of somebody",
                0.65,
                "completion_without_appointment",
                False,
                "none",
                "No study found.",
            ),
            (
                "kept_with_95",
                "Up to 95 % keep it with an accountability appointment",
                0.95,
                "completion_with_appointment",
                False,
                "none",
                "No study found.",
            ),
            (
                "difference_30",
                "30 points more with an appointment (95 % against 65 %)",
                0.3,
                "appointment_effect",
                False,
                "none",
                "The difference of the two.",
            ),
            (
                "matthews_2015",
                "12 points more with weekly progress reports to a friend (76 against 64)",
                0.12,
                "appointment_effect",
                True,
                "secondary",
                "Matthews, Dominican University of California.",
            ),
            (
                "harkin_2016",
                "Monitoring progress helps reaching goals, d = .40 (.32 to .48)",
                0.143,
                "appointment_effect",
                True,
                "primary",
                "Harkin et al. 2016, Psychological Bulletin 142:198.",
            ),
        ),
        "meta_runs": table("meta_runs", ("2026-W40-a1b2c3", "0.1.0", "1f" * 32, "2e" * 32, "3d" * 32)),
        "meta_lineage": table("meta_lineage", ("protected_completion", "commitment_cells")),
    }
