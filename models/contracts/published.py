"""The tables that leave: protected, about the data, and the estimates behind them.

What belongs here: what pages and the DuckDB files show, and what only analysts see beside it.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table

STATUS = Column(
    "status",
    "choice",
    "`ok`, or why there is no number: refused, early, withheld.",
    is_required=True,
    choices=("ok", "early", "refused", "withheld"),
)
REASONS = Column("reasons", "text", "Why the status is not ok; codes of the word catalogue joined by `;`.")


def _share(name: str, description: str) -> Column:
    """A proportion from 0 to 1."""
    return Column(name, "number", description, minimum=0, maximum=1)


PROTECTED_TABLES: tuple[Table, ...] = (
    Table(
        "protected_programme",
        "the programme (one row)",
        (
            Column("programme", "text", "Name of the programme.", is_required=True),
            Column("is_synthetic", "boolean", "Whether the data are made up.", is_required=True),
            Column("week", "text", "ISO week of the data cut, as 2026-W40.", is_required=True),
            Column("data_as_of", "date", "Last day whose records count.", is_required=True),
            Column("next_refresh_on", "date", "Day of the next scheduled refresh.", is_required=True),
            Column(
                "horizon_days",
                "integer",
                "Days after check-out by which a commitment must be kept.",
                is_required=True,
            ),
            Column("lag_days", "integer", "Further days allowed for the report to arrive.", is_required=True),
            Column(
                "verdict",
                "choice",
                "The programme's verdict.",
                is_required=True,
                choices=(
                    "too_early",
                    "kept_more_often",
                    "kept_less_often",
                    "no_difference_that_matters",
                    "cannot_tell_yet",
                ),
            ),
            Column("design", "choice", "How exposure came about.", choices=("observational", "randomised")),
            REASONS,
            Column("n_people", "integer", "People who ever were members of a group.", minimum=0),
            Column("n_groups_started", "integer", "Groups with at least one session held.", minimum=0),
            Column("n_groups_six", "integer", "Groups that have held a sixth session.", minimum=0),
        ),
    ),
    Table(
        "protected_completion",
        "arm (with or without an accountability appointment)",
        (
            Column(
                "arm", "choice", "Arm.", is_required=True, choices=("with_appointment", "without_appointment")
            ),
            Column("n_people", "integer", "People with a counted commitment in the arm.", minimum=0),
            Column("n_commitments", "integer", "Mature commitments whose outcome is known.", minimum=0),
            _share("rate", "Share kept."),
            _share("low", "Lower end of the always-valid 95 % interval."),
            _share("high", "Upper end of the always-valid 95 % interval."),
            _share("unknown_share", "Share of mature commitments whose outcome nobody recorded."),
            _share("bound_low", "Share kept if every unknown were not kept."),
            _share("bound_high", "Share kept if every unknown were kept."),
            Column("median_report_day", "number", "Median days from check-out to the report.", minimum=0),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_effect",
        "line (the primary difference, then its sensitivity lines)",
        (
            Column(
                "line",
                "choice",
                "Which difference.",
                is_required=True,
                choices=(
                    "primary",
                    "withdrawn_left_out",
                    "horizon_14",
                    "horizon_42",
                    "own_due_date",
                    "completed_six",
                    "partnerships_joined",
                ),
            ),
            Column("estimate", "number", "Share kept with minus share kept without.", minimum=-1, maximum=1),
            Column("low", "number", "Lower end of the always-valid 95 % interval.", minimum=-1, maximum=1),
            Column("high", "number", "Upper end of the always-valid 95 % interval.", minimum=-1, maximum=1),
            Column(
                "bound_low", "number", "Lowest difference the unknown outcomes allow.", minimum=-1, maximum=1
            ),
            Column(
                "bound_high", "number", "Highest difference the unknown outcomes allow.", minimum=-1, maximum=1
            ),
            Column("n_people", "integer", "People with a counted commitment.", minimum=0),
            Column("n_commitments", "integer", "Counted commitments.", minimum=0),
            Column("n_clusters", "integer", "Clusters of people who share groups.", minimum=0),
            Column(
                "n_exposure_unknown",
                "integer",
                "Mature commitments left out as their exposure is unknown.",
                minimum=0,
            ),
            Column("variance", "choice", "How the variance was formed.", choices=("cluster", "two_way")),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_effect_by_week",
        "ISO week (the primary difference as known at its end)",
        (
            Column("week", "text", "ISO week, as 2026-W40.", is_required=True),
            Column("week_ends_on", "date", "Last day of the week.", is_required=True),
            Column("basis", "choice", "Whether the week was frozen live.", choices=("live", "reconstructed")),
            Column("estimate", "number", "Share kept with minus share kept without.", minimum=-1, maximum=1),
            Column("low", "number", "Lower end of the always-valid 95 % interval.", minimum=-1, maximum=1),
            Column("high", "number", "Upper end of the always-valid 95 % interval.", minimum=-1, maximum=1),
            Column("n_commitments", "integer", "Counted commitments.", minimum=0),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_usefulness",
        "band of scores (neighbouring scores are joined until each band has enough people)",
        (
            Column("score_from", "integer", "Lowest score of the band.", minimum=1, maximum=5),
            Column("score_to", "integer", "Highest score of the band.", minimum=1, maximum=5),
            Column("n_people", "integer", "People who gave such a score at least once.", minimum=0),
            Column("n_answers", "integer", "Answers.", minimum=0),
            _share("share", "Share of all answers."),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_loneliness",
        "wave compared with the baseline",
        (
            Column(
                "wave", "text", "Wave compared with the baseline: `latest` or `session-03`.", is_required=True
            ),
            Column("n_people", "integer", "People with all three items at both times.", minimum=0),
            Column(
                "baseline_mean_score", "number", "Their mean at the baseline, 3 to 9.", minimum=3, maximum=9
            ),
            Column(
                "mean_change_score", "number", "Mean change; below zero is less lonely.", minimum=-6, maximum=6
            ),
            Column("low", "number", "Lower end of the 95 % interval.", minimum=-6, maximum=6),
            Column("high", "number", "Upper end of the 95 % interval.", minimum=-6, maximum=6),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_funnel",
        "session number",
        (
            Column("session_number", "integer", "1 to 6.", is_required=True, minimum=1),
            Column("n_groups_reached", "integer", "Groups that have held this session.", minimum=0),
            _share("share_reached", "Share of started groups that reach it within 26 weeks (Kaplan-Meier)."),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_metrics",
        "metric of the catalogue",
        (
            Column("metric", "text", "Metric id of the catalogue.", is_required=True),
            Column("value", "number", "Value in the metric's unit."),
            Column("low", "number", "Lower end of its 95 % interval, where it has one."),
            Column("high", "number", "Upper end of its 95 % interval, where it has one."),
            Column("n_people", "integer", "People behind it.", minimum=0),
            Column("n_rows", "integer", "Rows behind it.", minimum=0),
            STATUS,
            REASONS,
        ),
    ),
    Table(
        "protected_claims",
        "claim of the literature",
        (
            Column("claim", "text", "Claim id of the catalogue.", is_required=True),
            Column("claimed_value", "number", "What the claim says."),
            Column("estimate", "number", "What the programme's own data say."),
            Column("low", "number", "Lower end of the always-valid 95 % interval."),
            Column("high", "number", "Upper end of the always-valid 95 % interval."),
            Column(
                "word",
                "choice",
                "How the two fit.",
                choices=("compatible", "not_compatible", "cannot_tell_yet"),
            ),
            Column(
                "source_found",
                "boolean",
                "Whether anybody has found the study behind the claim.",
                is_required=True,
            ),
            STATUS,
            REASONS,
        ),
    ),
)

# What analysts see beside the published columns of an estimate; never on a page.
ANALYST_COLUMNS: tuple[Column, ...] = (
    Column("se", "number", "Standard error of the estimate (CR2)."),
    Column("df", "number", "Bell-McCaffrey degrees of freedom."),
    Column("ci_low", "number", "Lower end of the 95 % interval for a single look."),
    Column("ci_high", "number", "Upper end of the 95 % interval for a single look."),
    Column(
        "smallest_people",
        "integer",
        "People the number stands for: in the smaller arm, or apart from a neighbouring number.",
        minimum=0,
    ),
)


def protected_table(name: str) -> Table:
    """The protected table of this name; `KeyError` where there is none."""
    for table in PROTECTED_TABLES:
        if table.name == name:
            return table
    raise KeyError(f"no protected table {name!r}")


def estimate_table(protected: Table) -> Table:
    """The table of estimates behind a protected table: what it will show, and what only analysts see."""
    name = "estimate_" + protected.name.removeprefix("protected_")
    return Table(name, protected.grain, protected.columns + ANALYST_COLUMNS)


META_TABLES: tuple[Table, ...] = (
    Table(
        "meta_sources",
        "source",
        (
            Column("source", "text", "Source file of the programme.", is_required=True),
            Column("n_files", "integer", "Files read.", minimum=0),
            Column("last_landed_on", "date", "Day the latest file came in."),
            Column("n_rows_in", "integer", "Rows in those files.", minimum=0),
            Column("n_rows_stored", "integer", "Rows that stand.", minimum=0),
            Column("n_rows_superseded", "integer", "Rows a later version replaced.", minimum=0),
            Column(
                "n_rows_dropped", "integer", "Rows a named rule leaves out (repeats, empty rows).", minimum=0
            ),
            Column("n_rows_quarantined", "integer", "Rows held back for mending.", minimum=0),
        ),
    ),
    Table(
        "meta_quarantine",
        "source x table x rule",
        (
            Column("source", "text", "Source file of the programme.", is_required=True),
            Column("table_name", "text", "Table the rows were meant for.", is_required=True),
            Column("rule", "text", "Rule they broke.", is_required=True),
            Column("n_rows", "integer", "Rows held back.", minimum=0),
        ),
    ),
    Table(
        "meta_checks",
        "check of a table",
        (
            Column("stage", "choice", "Where it ran.", choices=("staged", "core")),
            Column("table_name", "text", "Table checked.", is_required=True),
            Column("rule", "text", "Rule checked.", is_required=True),
            Column("n_rows", "integer", "Rows it covers: stored, and held back.", minimum=0),
            Column("n_unexpected", "integer", "Rows that broke the rule.", minimum=0),
            Column("passed", "boolean", "Whether none did.", is_required=True),
        ),
    ),
    Table(
        "meta_questions",
        "survey question",
        (
            Column("question_id", "text", "Question id.", is_required=True),
            Column("text", "text", "Wording.", is_required=True),
            Column("scale", "text", "Scale it is scored on.", is_required=True),
            Column("minimum_score", "number", "Lowest score."),
            Column("maximum_score", "number", "Highest score."),
            Column("construct", "text", "What it measures."),
        ),
    ),
    Table(
        "meta_metrics",
        "metric",
        (
            Column("metric", "text", "Metric id.", is_required=True),
            Column("label", "text", "Name shown.", is_required=True),
            Column("definition", "text", "What it is, in one sentence.", is_required=True),
            Column("unit", "text", "Unit.", is_required=True),
            Column("minimum_people", "integer", "Fewest people it may be shown for.", minimum=5),
        ),
    ),
    Table(
        "meta_claims",
        "claim",
        (
            Column("claim", "text", "Claim id.", is_required=True),
            Column("label", "text", "The claim in words.", is_required=True),
            Column("value", "number", "Value claimed."),
            Column("metric", "text", "Metric it is held against."),
            Column("source_found", "boolean", "Whether the study behind it was found.", is_required=True),
            Column(
                "seen_in", "choice", "Where its numbers were read.", choices=("primary", "secondary", "none")
            ),
            Column("source", "text", "Reference."),
        ),
    ),
    Table(
        "meta_runs",
        "release",
        (
            Column("release_id", "text", "Release.", is_required=True),
            Column("version", "text", "Version of Peerlift.", is_required=True),
            Column(
                "inputs_hash",
                "text",
                "Hash of the landed files, settings and plan it was made from.",
                is_required=True,
            ),
            Column("data_hash", "text", "Hash of its protected tables.", is_required=True),
            Column("plan_hash", "text", "Hash of plan.toml.", is_required=True),
        ),
    ),
    Table(
        "meta_lineage",
        "table x table it is made from",
        (
            Column("table_name", "text", "Table.", is_required=True),
            Column("made_from", "text", "Table it reads.", is_required=True),
        ),
    ),
)
