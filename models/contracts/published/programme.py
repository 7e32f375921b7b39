"""Published tables about the programme as a whole.

What belongs here: the verdict, participation, every metric of the catalogue, and the versions of the plan.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published.parts import AS_OF, ENDING, REASONS, choice, count, share

PROGRAMME = Table(
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
                "helps",
                "harms",
                "no_difference_that_matters",
                "cannot_tell_yet",
            ),
        ),
        Column("design", "choice", "How exposure came about.", choices=("observational", "randomised")),
        REASONS,
        AS_OF,
        Column(
            "would_change",
            "choice",
            "What would change the verdict.",
            choices=(
                "needs_groups_six",
                "needs_a_usable_difference",
                "lower_end_reaches_zero",
                "upper_end_reaches_zero",
                "an_end_leaves_the_margin",
                "adjusted_signs",
                "randomisation_test",
                "needs_more_commitments",
            ),
        ),
        Column("change_end", "number", "End of the interval that decides.", minimum=-1, maximum=1),
        count("change_have", "What there is of what it would take: groups, commitments or estimates."),
        count("change_needed", "What it would take."),
        share("change_share", "Share of the older groups that must have held six sessions."),
        share("randomisation_p", "P-value of the randomisation test, where a prompt was drawn."),
        Column("n_people", "integer", "People who ever were members of a group.", minimum=0),
        Column("n_groups_started", "integer", "Groups with at least one session held.", minimum=0),
        Column("n_groups_six", "integer", "Groups that have held a sixth session.", minimum=0),
    ),
)

FUNNEL = Table(
    "protected_funnel",
    "session number",
    (
        Column("session_number", "integer", "1 to 6.", is_required=True, minimum=1),
        Column("n_groups_reached", "integer", "Groups that have held this session.", minimum=0),
        share("share_reached", "Share of started groups that reach it within 26 weeks (Kaplan-Meier)."),
        *ENDING,
    ),
)

SESSION_FACTS = Table(
    "protected_session_facts",
    "fact about sessions",
    (
        Column(
            "fact", "text", "What is told, as `session_two_hours_share`; its unit ends it.", is_required=True
        ),
        choice("unit", "Unit of the value.", ("share", "minutes", "elapsed_days")),
        Column("value", "number", "Share, mean or median, in its unit.", minimum=0),
        Column("low", "number", "Lower end of its 95 % interval, where it has one.", minimum=0),
        Column("high", "number", "Upper end of its 95 % interval, where it has one.", minimum=0),
        count("n_with", "Sessions it holds for, where it is a share of sessions."),
        count("n_sessions", "Held sessions of which it is known, where it is about sessions."),
        count("n_unknown", "Held sessions of which it is not known."),
        count("n_groups", "Groups whose sessions these are."),
        count("n_people", "People who were there; of a fact about people, the people."),
        *ENDING,
    ),
)

METRICS = Table(
    "protected_metrics",
    "metric of the catalogue",
    (
        Column("metric", "text", "Metric id of the catalogue.", is_required=True),
        Column("value", "number", "Value in the metric's unit."),
        Column("low", "number", "Lower end of its 95 % interval, where it has one."),
        Column("high", "number", "Upper end of its 95 % interval, where it has one."),
        Column("n_people", "integer", "People behind it.", minimum=0),
        Column("n_rows", "integer", "Rows behind it.", minimum=0),
        *ENDING,
    ),
)

PLAN_VERSIONS = Table(
    "protected_plan_versions",
    "version of the plan",
    (
        Column("version", "integer", "1 for the plan of the first run.", is_required=True, minimum=1),
        Column("effective_from", "date", "First day it was used.", is_required=True),
        Column("plan_hash", "text", "Hash of its values.", is_required=True),
        Column("changes", "text", "What differs from the version before, as `horizon_days 28 -> 21`."),
    ),
)
