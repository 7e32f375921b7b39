"""Protected tables of made-up releases, with every number in sight.

What belongs here: drawn tables for the tests of pages and charts. What does not: expectations (the tests have those).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from models.contracts import META_TABLES, PROTECTED_TABLES, Table

POLARS_TYPES = {
    "date": pl.Date,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "text": pl.String,
    "choice": pl.String,
}
SPECS: dict[str, Table] = {table.name: table for table in (*PROTECTED_TABLES, *META_TABLES)}


def table(name: str, *rows: tuple[object, ...], columns: str = "") -> pl.DataFrame:
    """A table of the contract from rows; `columns` names those given, all in order by default, others are empty."""
    spec = SPECS[name]
    given = columns.split() or list(spec.column_names)
    cells = {
        column: [row[given.index(column)] if column in given else None for row in rows]
        for column in spec.column_names
    }
    schema = {column.name: POLARS_TYPES[column.kind] for column in spec.columns}
    return pl.DataFrame(cells, schema=schema, strict=True)


def ok_release() -> dict[str, pl.DataFrame]:
    """A synthetic programme in its 40th week with a verdict, everything shown."""
    return {
        "protected_programme": table(
            "protected_programme",
            (
                "Northwind peer coaching",
                True,
                "2026-W40",
                dt.date(2026, 10, 4),
                dt.date(2026, 10, 12),
                28,
                21,
                "kept_more_often",
                "observational",
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
            ("people_trained", 240.0, None, None, 240, 240, "ok", None),
            ("people_one_session", 231.0, None, None, 231, 231, "ok", None),
            ("people_six_sessions", 126.0, None, None, 126, 126, "ok", None),
            ("groups_six_sessions_share", 0.704, 0.59, 0.797, 231, 74, "ok", None),
            ("appointment_share", 0.37, 0.331, 0.411, 203, 1655, "ok", None),
            ("attendance_share", 0.884, 0.861, 0.904, 231, 1402, "ok", None),
            ("pulse_response_share", 0.712, 0.676, 0.746, 231, 1402, "ok", None),
            ("usefulness_top_two_share", 0.791, 0.752, 0.826, 214, 1271, "ok", None),
            ("usefulness_mean_score", 4.04, 3.95, 4.13, 214, 1271, "ok", None),
            ("loneliness_change_score", -0.31, -0.52, -0.1, 143, 143, "ok", None),
            ("session_hours", 1.9, None, None, 231, 361, "ok", None),
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
        **_meta_tables(),
    }


def real_release() -> dict[str, pl.DataFrame]:
    """The same release of a programme whose data are not made up, with unequal measurement of the arms."""
    tables = ok_release()
    tables["protected_programme"] = tables["protected_programme"].with_columns(is_synthetic=pl.lit(False))
    tables["protected_completion"] = tables["protected_completion"].with_columns(
        median_report_day=pl.Series([21.0, 29.0]), unknown_share=pl.Series([0.02, 0.08])
    )
    tables["protected_effect"] = tables["protected_effect"].with_columns(variance=pl.lit("two_way"))
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
        "meta_metrics": _meta_tables()["meta_metrics"],
        "meta_claims": _meta_tables()["meta_claims"],
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


def _meta_tables() -> dict[str, pl.DataFrame]:
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
            ("hours_regained", "Hours regained by managers", hours, "hours", 5),
            ("trust_mean_score", "Trust in the group", score, "score", 5),
            ("perceived_pressure_mean_score", "Felt pressed to take part", score, "score", 5),
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
