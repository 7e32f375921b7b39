"""Protected tables of made-up releases, with every number in sight.

What belongs here: drawn tables for the tests of pages and charts. What does not: expectations (the tests have those).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from contract_tables import AS_OF, SPECS, table
from detail_tables import commitment_details, detail_tables, hidden_slices, survey_details, without_numbers
from meta_tables import meta_tables

HELD = dt.date(2026, 9, 6)

__all__ = ["RELEASES", "SPECS", "hostile_release", "ok_release", "table"]


def ok_release() -> dict[str, pl.DataFrame]:
    """A synthetic programme in its 40th week with a verdict, everything shown."""
    return {
        "protected_programme": table(
            "protected_programme",
            (
                "Northwind peer coaching",
                True,
                "2026-W40",
                AS_OF,
                dt.date(2026, 10, 12),
                28,
                21,
                "kept_more_often",
                "observational",
                None,
                "lower_end_reaches_zero",
                0.047,
                None,
                None,
                None,
                None,
                231,
                74,
                41,
            ),
        ),
        "protected_completion": table(
            "protected_completion",
            ("with_appointment", 148, 612, 0.764, 0.702, 0.818, 0.041, 0.733, 0.774, 26.0, "ok", None),
            ("without_appointment", 187, 1043, 0.623, 0.561, 0.681, 0.067, 0.581, 0.648, 28.5, "ok", None),
        ),
        "protected_effect": table(
            "protected_effect",
            ("primary", 0.141, 0.047, 0.235, 0.085, 0.193, 203, 1655, 62, 38, "cluster", "ok", None),
            ("withdrawn_left_out", 0.136, 0.041, 0.231, 0.081, 0.188, 203, 1590, 62, 38, "cluster", "ok", None),
            ("horizon_14", 0.118, 0.019, 0.217, 0.06, 0.171, 203, 1655, 62, 38, "cluster", "ok", None),
            ("horizon_42", 0.129, 0.036, 0.222, 0.072, 0.18, 201, 1502, 62, 38, "cluster", "ok", None),
            ("own_due_date", 0.152, 0.05, 0.254, 0.09, 0.21, 166, 988, 58, 38, "cluster", "ok", None),
            ("completed_six", 0.127, 0.012, 0.242, 0.07, 0.18, 119, 1104, 37, 20, "cluster", "ok", None),
            (
                "partnerships_joined",
                0.141,
                0.039,
                0.243,
                0.085,
                0.193,
                203,
                1655,
                49,
                38,
                "two_way",
                "ok",
                None,
            ),
        ),
        "protected_effect_by_week": _effect_by_week(),
        "protected_usefulness": table(
            "protected_usefulness",
            (1, 2, 31, 74, 0.058, "ok", None),
            (3, 3, 66, 192, 0.151, "ok", None),
            (4, 4, 158, 612, 0.482, "ok", None),
            (5, 5, 131, 393, 0.309, "ok", None),
        ),
        "protected_loneliness": table(
            "protected_loneliness",
            ("latest", 143, 4.92, -0.31, -0.52, -0.1, "ok", None),
            ("session-03", 151, 4.9, -0.12, -0.29, 0.05, "ok", None),
            ("session-06", 88, 4.95, -0.37, -0.64, -0.1, "ok", None),
        ),
        "protected_funnel": table(
            "protected_funnel",
            (1, 74, 1.0, "ok", None),
            (2, 71, 0.973, "ok", None),
            (3, 66, 0.921, "ok", None),
            (4, 59, 0.859, "ok", None),
            (5, 50, 0.781, "ok", None),
            (6, 41, 0.704, "ok", None),
        ),
        "protected_metrics": table(
            "protected_metrics",
            ("completion_with_appointment", 0.764, 0.702, 0.818, 148, 612, "ok", None),
            ("completion_without_appointment", 0.623, 0.561, 0.681, 187, 1043, "ok", None),
            ("appointment_effect", 0.141, 0.047, 0.235, 203, 1655, "ok", None),
            ("people_invited", 260.0, None, None, 260, 260, "ok", None),
            ("roster_match_share", 0.968, None, None, 251, 251, "ok", None),
            ("people_trained", 240.0, None, None, 240, 240, "ok", None),
            ("people_one_session", 231.0, None, None, 231, 231, "ok", None),
            ("people_six_sessions", 126.0, None, None, 126, 126, "ok", None),
            ("groups_six_sessions_share", 0.704, 0.59, 0.797, 231, 74, "ok", None),
            ("appointment_share", 0.37, 0.331, 0.411, 203, 1655, "ok", None),
            ("attendance_share", 0.884, 0.861, 0.904, 231, 1402, "ok", None),
            ("pulse_response_share", 0.712, 0.676, 0.746, 231, 1402, "ok", None),
            ("usefulness_top_two_share", 0.791, 0.752, 0.826, 214, 1271, "ok", None),
            ("usefulness_mean_score", 4.04, 3.95, 4.13, 214, 1271, "ok", None),
            ("usefulness_trend_per_session", 0.018, 0.002, 0.034, 214, 1271, "ok", None),
            ("expectation_gap_mean_score", 0.31, 0.12, 0.5, 143, 702, "ok", None),
            ("expectation_exceeded_share", 0.38, 0.31, 0.45, 143, 702, "ok", None),
            ("expectation_fell_short_share", 0.17, 0.12, 0.23, 143, 702, "ok", None),
            ("appointment_risk_ratio", 1.226, 1.07, 1.405, 203, 1655, "ok", None),
            ("days_open_difference", -3.4, -6.1, -0.7, 203, 1655, "ok", None),
            ("loneliness_change_score", -0.31, -0.52, -0.1, 143, 143, "ok", None),
            ("session_hours", 1.9, None, None, 231, 361, "ok", None),
            ("session_minutes_median", 116.0, None, None, 231, 361, "ok", None),
            ("focus_minutes_mean", 28.9, 28.1, 29.7, 231, 361, "ok", None),
            ("first_session_days_median", 16.0, None, None, 240, 240, "ok", None),
            ("hours_regained", 1.4, 0.9, 1.9, 47, 203, "ok", None),
            ("trust_mean_score", 4.2, 4.1, 4.3, 190, 1010, "ok", None),
            ("perceived_pressure_mean_score", None, None, None, None, None, "withheld", None),
        ),
        "protected_claims": table(
            "protected_claims",
            ("kept_without_65", 0.65, 0.623, 0.561, 0.681, "compatible", False, "ok", None),
            ("kept_with_95", 0.95, 0.764, 0.702, 0.818, "not_compatible", False, "ok", None),
            ("difference_30", 0.3, 0.141, 0.047, 0.235, "not_compatible", False, "ok", None),
        ),
        **detail_tables(),
        **meta_tables(),
    }


def real_release() -> dict[str, pl.DataFrame]:
    """The same release of a programme whose data are not made up, with unequal measurement of the arms."""
    tables = ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(is_synthetic=pl.lit(False))
    tables["protected_completion"] = tables["protected_completion"].with_columns(
        median_report_day=pl.Series([21.0, 29.0]), unknown_share=pl.Series([0.02, 0.08])
    )
    tables["protected_effect"] = tables["protected_effect"].with_columns(variance=pl.lit("two_way"))
    not_robust = without_numbers(
        {"protected_adjusted": tables["protected_adjusted"]}, "not_robust", "adjusted_estimates_disagree"
    )
    flagged = pl.col("measure") == "negative_control_previous_commitment"
    sensitivity = tables["protected_sensitivity"].with_columns(
        is_red_flag=pl.when(flagged).then(statement=True).otherwise(pl.col("is_red_flag")),
        low=pl.when(flagged).then(0.005).otherwise(pl.col("low")),
    )
    held = {
        name: tables[name].with_columns(as_of=pl.lit(HELD))
        for name in ("protected_loneliness", "protected_kept_by_day")
    }
    some = pl.when(pl.col("metric") == "usefulness_top_two_share").then(pl.lit(HELD)).otherwise(pl.col("as_of"))
    metrics = tables["protected_metrics"].with_columns(some.alias("as_of"))
    return {
        **tables,
        **not_robust,
        **held,
        "protected_sensitivity": sensitivity,
        "protected_metrics": metrics,
    }


def randomised_release() -> dict[str, pl.DataFrame]:
    """The same programme where a prompt to book was drawn by chance."""
    tables = ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(
        verdict=pl.lit("helps"),
        design=pl.lit("randomised"),
        randomisation_p=pl.lit(0.012),
        change_end=pl.lit(0.012),
    )
    drawn = table(
        "protected_effect",
        ("intention_to_treat", 0.071, 0.012, 0.13, 0.02, 0.11, 214, 1702, 62, 0, "cluster", "ok", None),
    )
    tables["protected_effect"] = pl.concat([tables["protected_effect"], drawn])
    return tables


def too_early_release() -> dict[str, pl.DataFrame]:
    """A programme in its 10th week: rates, usefulness and participation shown, the difference too early."""
    tables = ok_release()
    tables["protected_programme"] = table(
        "protected_programme",
        (
            "Northwind peer coaching",
            True,
            "2026-W10",
            dt.date(2026, 3, 8),
            dt.date(2026, 3, 16),
            28,
            21,
            "too_early",
            "observational",
            "too_few_groups_held_six;too_few_older_groups_held_six",
            "needs_groups_six",
            None,
            0,
            10,
            0.5,
            None,
            63,
            21,
            0,
        ),
    )
    tables["protected_completion"] = table(
        "protected_completion",
        ("with_appointment", 19, 24, 0.792, 0.49, 0.93, 0.04, 0.76, 0.8, 25.0, "ok", None),
        ("without_appointment", 31, 44, 0.614, 0.41, 0.78, 0.06, 0.58, 0.64, 26.0, "ok", None),
    )
    early = "early", "planned_width_too_wide;too_few_degrees_of_freedom"
    of_two_arms = pl.col("metric").is_in(
        ["appointment_effect", "appointment_risk_ratio", "days_open_difference"]
    )
    metrics = {"protected_metrics": tables["protected_metrics"].filter(of_two_arms)}
    tables["protected_metrics"] = pl.concat(
        [
            tables["protected_metrics"].filter(~of_two_arms),
            without_numbers(metrics, *early)["protected_metrics"],
        ]
    )
    tables |= without_numbers(commitment_details(), *early)
    tables |= without_numbers(survey_details(), "refused", "too_few_persons")
    tables["protected_slices"] = hidden_slices()
    columns = "line n_people n_commitments n_clusters status reasons"
    tables["protected_effect"] = table("protected_effect", ("primary", 44, 68, 11, *early), columns=columns)
    tables["protected_effect_by_week"] = table(
        "protected_effect_by_week",
        ("2026-W09", dt.date(2026, 3, 1), "reconstructed", 52, *early),
        ("2026-W10", dt.date(2026, 3, 8), "live", 68, *early),
        columns="week week_ends_on basis n_commitments status reasons",
    )
    tables["protected_loneliness"] = table(
        "protected_loneliness", ("latest", "refused", "too_few_persons"), columns="wave status reasons"
    )
    tables["protected_funnel"] = table(
        "protected_funnel",
        *(
            (n, reached, share, "ok", None)
            for n, reached, share in ((1, 21, 1.0), (2, 14, 0.9), (3, 6, 0.7), (4, 0, 0.5))
        ),
    )
    tables["protected_claims"] = table(
        "protected_claims",
        ("kept_without_65", 0.65, 0.614, 0.41, 0.78, "cannot_tell_yet", False, "ok", None),
        ("kept_with_95", 0.95, 0.792, 0.49, 0.93, "cannot_tell_yet", False, "ok", None),
        ("difference_30", 0.3, None, None, None, None, False, "early", "planned_width_too_wide"),
    )
    return tables


def refused_release() -> dict[str, pl.DataFrame]:
    """A programme with next to nothing: every number refused, early or withheld, and no file read yet."""
    tables = {name: table(name) for name in SPECS}
    refused, withheld = ("refused", "too_few_commitments_in_an_arm"), ("withheld", None)
    tables |= {
        "protected_programme": table(
            "protected_programme",
            (
                "Northwind peer coaching",
                False,
                "2026-W02",
                dt.date(2026, 1, 11),
                dt.date(2026, 1, 19),
                28,
                21,
                "too_early",
            ),
            columns="programme is_synthetic week data_as_of next_refresh_on horizon_days lag_days verdict",
        ),
        "protected_completion": table(
            "protected_completion",
            ("with_appointment", *refused),
            ("without_appointment", *refused),
            columns="arm status reasons",
        ),
        "protected_effect": table("protected_effect", ("primary", *refused), columns="line status reasons"),
        "protected_usefulness": table("protected_usefulness", withheld, columns="status reasons"),
        "protected_loneliness": table(
            "protected_loneliness", ("latest", *withheld), columns="wave status reasons"
        ),
        "protected_funnel": table("protected_funnel", (1, *withheld), columns="session_number status reasons"),
        "protected_metrics": table(
            "protected_metrics", ("people_invited", *withheld), columns="metric status reasons"
        ),
        "protected_claims": table(
            "protected_claims", ("kept_with_95", False, *refused), columns="claim source_found status reasons"
        ),
        "meta_metrics": meta_tables()["meta_metrics"],
        "meta_claims": meta_tables()["meta_claims"],
    }
    return tables


def hostile_release() -> dict[str, pl.DataFrame]:
    """A release whose texts try to be markup, script and spreadsheet formulas."""
    tables = ok_release()
    attack = "</script><script>alert('x')</script><b onclick=\"y\">"
    tables["protected_programme"] = tables["protected_programme"].with_columns(programme=pl.lit(attack))
    tables["meta_metrics"] = tables["meta_metrics"].with_columns(
        label=pl.lit(attack), definition=pl.lit(attack)
    )
    tables["meta_claims"] = tables["meta_claims"].with_columns(label=pl.lit(attack), source=pl.lit(attack))
    tables["meta_questions"] = tables["meta_questions"].with_columns(text=pl.lit(attack))
    tables["meta_sources"] = tables["meta_sources"].with_columns(source=pl.lit(attack))
    formula = (
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("=cmd()")).otherwise(pl.col("metric")).alias("metric")
    )
    tables["protected_metrics"] = tables["protected_metrics"].with_columns(formula)
    return tables


RELEASES = {
    "ok": ok_release,
    "real": real_release,
    "too_early": too_early_release,
    "refused": refused_release,
    "randomised": randomised_release,
}


def _effect_by_week() -> pl.DataFrame:
    """Weeks 16 to 40 of 2026: two without a number, then a band that narrows and leaves zero; live from week 30."""
    rows: list[tuple[object, ...]] = []
    for week in range(16, 41):
        ends_on = dt.date.fromisocalendar(2026, week, 7)
        basis = "live" if week >= 30 else "reconstructed"
        if week < 18:
            rows.append(
                (f"2026-W{week}", ends_on, basis, None, None, None, 60, "early", "planned_width_too_wide")
            )
            continue
        estimate = 0.141 + 0.06 / (week - 16) - 0.004 * (week % 3)
        half = 0.094 * (24 / (week - 16)) ** 0.5
        low, high, n = round(estimate - half, 4), round(estimate + half, 4), 90 + 68 * (week - 17)
        rows.append((f"2026-W{week}", ends_on, basis, round(estimate, 4), low, high, n, "ok", None))
    return table("protected_effect_by_week", *rows)
