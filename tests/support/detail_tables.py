"""Drawn rows of the tables behind the headline: adjusted, sensitivity, power, slices, surveys in detail.

What belongs here: rows of one made-up programme in its 40th week, every number in sight, for the tests of pages.
What does not: the release they belong to (`tests/dashboards/release_tables.py`), expectations.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from contract_tables import table

OK = ("ok", None)


def commitment_details() -> dict[str, pl.DataFrame]:
    """Everything behind the difference with an appointment."""
    return {
        "protected_crosschecks": table(
            "protected_crosschecks",
            ("cluster_robust", True, *OK),
            ("jackknife", True, *OK),
            ("wild_bootstrap", True, *OK),
            ("hybrid_score", False, *OK),
        ),
        "protected_adjusted": table(
            "protected_adjusted",
            ("g_computation", 0.122, 0.03, 0.214, 203, 1655, 118, 0.0, None, *OK),
            ("aipw", 0.117, 0.022, 0.212, 203, 1655, 118, 0.012, 0.71, *OK),
            ("within_person", 0.098, -0.014, 0.21, 203, 1655, 118, None, None, *OK),
            ("overlap_weights", 0.119, 0.026, 0.212, 203, 1655, 118, None, 0.83, *OK),
        ),
        "protected_balance": table(
            "protected_balance",
            ("prior_completion", 0.31, 0.04, 1.12, 1.02, *OK),
            ("difficulty", -0.27, -0.06, 0.94, 0.99, *OK),
            ("difficulty_not_said", -0.05, 0.01, 0.9, 1.01, *OK),
            ("importance", 0.12, 0.02, 1.05, 1.0, *OK),
            ("prior_appointments", 0.42, 0.08, 1.31, 1.06, *OK),
            ("session_number", 0.18, -0.01, 1.1, 1.0, *OK),
            ("quarter_2", -0.09, 0.11, 0.97, 1.04, *OK),
            ("group_size", None, None, None, None, "withheld", None),
        ),
        "protected_propensity": table(
            "protected_propensity",
            *(
                ("with_appointment", start, share, *OK)
                for start, share in ((0.0, 0.06), (0.2, 0.2), (0.3, 0.24), (0.4, 0.26), (0.5, 0.24))
            ),
            *(
                ("without_appointment", start, share, *OK)
                for start, share in (
                    (0.0, 0.09),
                    (0.1, 0.2),
                    (0.2, 0.28),
                    (0.3, 0.23),
                    (0.4, 0.13),
                    (0.5, 0.07),
                )
            ),
        ),
        "protected_sensitivity": table(
            "protected_sensitivity",
            ("e_value", 1.76, None, None, None, *OK),
            ("e_value_of_the_limit", 1.36, None, None, None, *OK),
            ("tipping_point", 0.62, 0.21, None, None, *OK),
            ("robustness_value", 0.132, None, None, None, *OK),
            ("robustness_value_of_the_limit", 0.087, None, None, None, *OK),
            ("benchmark_prior_completion", 0.104, None, None, None, *OK),
            ("benchmark_difficulty", 0.109, None, None, None, *OK),
            ("negative_control_previous_commitment", 0.021, -0.05, 0.092, False, *OK),
            ("negative_control_attendance", 0.008, -0.02, 0.036, False, *OK),
        ),
        "protected_power": table(
            "protected_power",
            ("claims_apart", 0.3, 82, 0, *OK),
            ("twelve_points", 0.12, 713, 0, *OK),
            ("five_points", 0.05, 4398, 2743, *OK),
            ("detectable_now", 0.081, 1655, 0, *OK),
            ("detectable_always_valid", 0.109, 1655, 0, *OK),
        ),
        "protected_kept_by_day": table(
            "protected_kept_by_day",
            ("with_appointment", 7, 0.22, 0.16, 0.29, 0.01, 148, *OK),
            ("with_appointment", 14, 0.51, 0.43, 0.59, 0.02, 148, *OK),
            ("with_appointment", 21, 0.68, 0.6, 0.75, 0.04, 148, *OK),
            ("with_appointment", 28, 0.76, 0.69, 0.83, 0.05, 148, *OK),
            ("without_appointment", 7, 0.14, 0.09, 0.2, 0.02, 187, *OK),
            ("without_appointment", 14, 0.33, 0.27, 0.4, 0.04, 187, *OK),
            ("without_appointment", 21, 0.5, 0.43, 0.57, 0.06, 187, *OK),
            ("without_appointment", 28, 0.62, 0.55, 0.69, 0.08, 187, *OK),
        ),
        "protected_secondaries": table(
            "protected_secondaries",
            ("usefulness_trend", 0.03, 0.06, "cannot_tell_yet", *OK),
            ("loneliness_change", 0.004, 0.012, "differs", *OK),
            ("days_open", 0.21, 0.21, "cannot_tell_yet", *OK),
        ),
    }


def slice_rows(as_of: dt.date = dt.date(2026, 9, 27)) -> pl.DataFrame:
    """Rates of parts of the programme; levels are not shown."""
    rates = (
        ("department", "Engineering", None, ("50-99", 0.75), ("50-99", 0.6), ("50-99", 0.8)),
        ("department", "Operations and customer care", None, ("20-49", 0.7), ("20-49", 0.55), ("50-99", 0.75)),
        ("department", "Other", "Finance; Legal", ("10-19", 0.85), ("10-19", 0.65), ("20-49", 0.8)),
        ("cohort", "2026 spring", None, ("50-99", 0.75), ("100-199", 0.6), ("100-199", 0.75)),
        ("cohort", "2026 summer", None, ("20-49", 0.8), ("50-99", 0.65), ("50-99", 0.8)),
        ("quarter", "2026-Q2", None, ("50-99", 0.7), ("50-99", 0.6), ("100-199", 0.8)),
        ("quarter", "2026-Q3", None, ("50-99", 0.8), ("100-199", 0.65), ("100-199", 0.8)),
    )
    rows = [
        (dimension, category, joined, measure, people, rate, *_coarse(rate), *OK)
        for dimension, category, joined, *measured in rates
        for measure, (people, rate) in zip(MEASURES, measured, strict=True)
    ]
    hidden = [("level", None, None, measure, *(None,) * 5, "withheld", None) for measure in MEASURES]
    return table("protected_slices", *rows, *hidden, as_of=as_of)


MEASURES = ("kept_with_appointment", "kept_without_appointment", "useful_top_two")


def _coarse(rate: float) -> tuple[str, float, float]:
    """How a drawn rate is meant, and its ends; one that reaches .85 stands for 'at least'."""
    if rate >= 0.85:
        return "at_least", round(rate - 0.25, 2), 1.0
    return "about", round(rate - 0.15, 2), round(rate + 0.15, 2)


def session_details() -> dict[str, pl.DataFrame]:
    """What is recorded of sessions; of too few people is the department known."""
    shares = (
        ("session_two_hours_share", 0.81, 0.76, 0.85, 292),
        ("session_shorter_share", 0.12, 0.09, 0.16, 43),
        ("session_longer_share", 0.07, 0.05, 0.1, 26),
        ("gap_under_3_weeks_share", 0.06, 0.04, 0.09, 16),
        ("gap_3_weeks_share", 0.33, 0.28, 0.38, 95),
        ("gap_4_weeks_share", 0.42, 0.36, 0.48, 121),
        ("gap_5_to_6_weeks_share", 0.14, 0.1, 0.19, 40),
        ("gap_7_weeks_share", 0.05, 0.03, 0.08, 15),
        ("next_session_booked_share", 0.58, 0.5, 0.65, 209),
        ("self_run_share", 0.68, 0.61, 0.74, 245),
    )
    minutes = (
        ("check_in_minutes_mean", 12.6, 12.4, 12.8),
        ("problem_solving_minutes_mean", 90.4, 89.7, 91.1),
        ("check_out_minutes_mean", 12.4, 12.2, 12.6),
        ("focus_minutes_mean", 28.9, 28.1, 29.7),
        ("session_minutes_median", 116.0, None, None),
    )
    return {
        "protected_session_facts": table(
            "protected_session_facts",
            *(
                (fact, "share", value, low, high, n, 361, 12, 74, 231, *OK)
                for fact, value, low, high, n in shares
            ),
            *(
                (fact, "minutes", value, low, high, None, 361, 12, 74, 231, *OK)
                for fact, value, low, high in minutes
            ),
            ("session_gap_days_median", "elapsed_days", 30.0, None, None, None, 287, 74, 66, 219, *OK),
            ("focus_evenness_share", "share", 0.89, 0.87, 0.91, None, 340, 33, 74, 231, *OK),
            ("cross_department_share", "share", *[None] * 8, "withheld", None),
            ("first_session_days_median", "elapsed_days", 16.0, None, None, None, None, None, None, 240, *OK),
            ("executives_first_share", "share", 0.61, None, None, None, None, None, None, 231, *OK),
        )
    }


def survey_details() -> dict[str, pl.DataFrame]:
    """Everything behind usefulness and loneliness."""
    observed = ((1, 0.74, 210), (2, 0.77, 198), (3, 0.79, 183), (4, 0.8, 160), (5, 0.82, 133), (6, 0.83, 112))
    trend = [
        (session, "observed", share, round(share - 0.06, 2), round(share + 0.06, 2), people, *OK)
        for session, share, people in observed
    ]
    return {
        "protected_usefulness_trend": table(
            "protected_usefulness_trend",
            *trend,
            (1, "predicted", 0.745, 0.7, 0.79, 231, *OK),
            (6, "predicted", 0.828, 0.77, 0.88, 231, *OK),
        ),
        "protected_loneliness_measures": table(
            "protected_loneliness_measures",
            ("share_reliably_less_lonely", 0.2, 0.14, 0.27, 143, *OK),
            ("share_without_reliable_change", 0.71, 0.63, 0.78, 143, *OK),
            ("share_reliably_lonelier", 0.09, 0.05, 0.15, 143, *OK),
            ("share_lonely_baseline", 0.36, 0.28, 0.45, 143, *OK),
            ("share_lonely_latest", 0.27, 0.2, 0.35, 143, *OK),
            ("mixed_model_change", -0.28, -0.47, -0.09, 189, *OK),
            ("staggered_difference", None, None, None, None, "refused", "too_few_not_yet_started"),
            ("alpha", 0.74, 0.67, 0.8, 189, *OK),
            ("omega", 0.75, 0.68, 0.81, 189, *OK),
        ),
        "protected_response": table(
            "protected_response",
            ("baseline", 260, 208, 0.8, "ok", None, None, None, None, *OK),
            ("session-01", 231, 176, 0.762, "ok", 0.76, 0.755, 0.58, 0.82, *OK),
            ("session-03", 214, 118, 0.551, "weighted", 0.81, 0.79, 0.45, 0.9, *OK),
            ("session-06", 126, 35, 0.278, "refused", None, None, None, None, *OK),
        ),
        "protected_missing": table(
            "protected_missing",
            ("attended_before", 0.34, 61, *OK),
            ("prior_usefulness", 0.12, 61, *OK),
            ("baseline_loneliness", -0.08, 61, *OK),
            ("level", None, None, "withheld", None),
        ),
        "protected_match_rates": table(
            "protected_match_rates",
            ("anywhere", "roster", 251, 0.968, *OK),
            ("anywhere", "groups", 251, 0.92, *OK),
            ("groups", "roster", 231, 0.991, *OK),
            ("attendance", "roster", 228, 0.987, *OK),
            ("check_outs", "roster", 203, 0.975, *OK),
            ("partners", "roster", 88, 0.909, *OK),
            ("invitations", "roster", 249, 1.0, *OK),
            ("roster", "groups", 260, 0.885, *OK),
            ("baseline", "roster", 198, 0.99, *OK),
            ("session-03", "baseline", 118, 0.771, *OK),
            ("session-06", "wave_before", None, None, "withheld", "too_few_people"),
        ),
    }


def detail_tables() -> dict[str, pl.DataFrame]:
    """All of them, and the plan of the first run."""
    return {
        **commitment_details(),
        "protected_slices": slice_rows(),
        **survey_details(),
        **session_details(),
        "protected_plan_versions": table("protected_plan_versions", (1, dt.date(2026, 1, 12), "3d" * 32, None)),
    }


def without_numbers(
    tables: dict[str, pl.DataFrame], status: str, reasons: str | None
) -> dict[str, pl.DataFrame]:
    """The same rows with a status that shows no number: what they are about stays, all else is empty."""
    kept = {
        "arm",
        "day",
        "line",
        "method",
        "measure",
        "question",
        "outcome",
        "characteristic",
        "wave",
        "basis",
        "metric",
        "fact",
        "unit",
        "named_in",
        "found_in",
    }
    kept |= {"session_number", "chance_from", "dimension", "as_of"}
    given = {"status": status, "reasons": reasons}
    return {
        name: frame.with_columns(
            pl.lit(given.get(column), dtype=frame.schema[column]).alias(column)
            for column in frame.columns
            if column not in kept
        )
        for name, frame in tables.items()
    }


def hidden_slices() -> pl.DataFrame:
    """No part of the programme may be shown."""
    rows = ((name, measure) for name in ("department", "cohort", "level", "quarter") for measure in MEASURES)
    return table(
        "protected_slices",
        *((*row, "withheld") for row in rows),
        columns="dimension measure status",
    )
