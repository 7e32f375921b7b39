"""Published tables about commitments and appointments.

What belongs here: whether more is kept with an appointment, and how sure that is.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published.parts import ENDING, choice, count, difference, share

COMPLETION = Table(
    "protected_completion",
    "arm (with or without an accountability appointment)",
    (
        Column("arm", "choice", "Arm.", is_required=True, choices=("with_appointment", "without_appointment")),
        Column("n_people", "integer", "People with a counted commitment in the arm.", minimum=0),
        Column("n_commitments", "integer", "Mature commitments whose outcome is known.", minimum=0),
        share("rate", "Share kept."),
        share("low", "Lower end of the always-valid 95 % interval."),
        share("high", "Upper end of the always-valid 95 % interval."),
        share("unknown_share", "Share of mature commitments whose outcome nobody recorded."),
        share("bound_low", "Share kept if every unknown were not kept."),
        share("bound_high", "Share kept if every unknown were kept."),
        Column("median_report_day", "number", "Median days from check-out to the report.", minimum=0),
        *ENDING,
    ),
)

EFFECT = Table(
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
                "intention_to_treat",
                "withdrawn_left_out",
                "horizon_14",
                "horizon_42",
                "own_due_date",
                "completed_six",
                "partnerships_joined",
                "late_bookings_left_out",
            ),
        ),
        Column("estimate", "number", "Share kept with minus share kept without.", minimum=-1, maximum=1),
        Column("low", "number", "Lower end of the always-valid 95 % interval.", minimum=-1, maximum=1),
        Column("high", "number", "Upper end of the always-valid 95 % interval.", minimum=-1, maximum=1),
        Column("bound_low", "number", "Lowest difference the unknown outcomes allow.", minimum=-1, maximum=1),
        Column("bound_high", "number", "Highest difference the unknown outcomes allow.", minimum=-1, maximum=1),
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
        *ENDING,
    ),
)

EFFECT_BY_WEEK = Table(
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
        *ENDING,
    ),
)

CLAIMS = Table(
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
        *ENDING,
    ),
)

CROSSCHECKS = Table(
    "protected_crosschecks",
    "other way of forming the interval of the primary difference",
    (
        choice(
            "method",
            "How the interval was formed.",
            ("cluster_robust", "jackknife", "wild_bootstrap", "hybrid_score"),
        ),
        Column("agrees", "boolean", "Whether both ends lie within 5 points of the cluster-robust ones."),
        *ENDING,
    ),
)

ADJUSTED = Table(
    "protected_adjusted",
    "way of adjusting the primary difference for what was known before check-out",
    (
        choice("method", "Way of adjusting.", ("g_computation", "aipw", "within_person", "overlap_weights")),
        difference("estimate", "Adjusted difference."),
        difference("low", "Lower end of the always-valid 95 % interval."),
        difference("high", "Upper end of the always-valid 95 % interval."),
        count("n_people", "People with a counted commitment."),
        count("n_commitments", "Counted commitments."),
        count("n_switchers", "People with counted commitments in both arms."),
        share("truncated_share", "Share of commitments whose propensity was cut to the allowed range."),
        share("effective_share", "Effective sample size after weighting, as a share of the commitments."),
        *ENDING,
    ),
)

BALANCE = Table(
    "protected_balance",
    "characteristic known before check-out",
    (
        Column("characteristic", "text", "What is compared between the arms.", is_required=True),
        Column("smd_before", "number", "Standardised mean difference, with minus without."),
        Column("smd_after", "number", "The same after weighting."),
        Column("variance_ratio_before", "number", "Variance with over variance without.", minimum=0),
        Column("variance_ratio_after", "number", "The same after weighting.", minimum=0),
        *ENDING,
    ),
)

PROPENSITY = Table(
    "protected_propensity",
    "arm x tenth of the estimated chance of an appointment",
    (
        choice("arm", "Arm.", ("with_appointment", "without_appointment")),
        share("chance_from", "Lower end of the band of chances."),
        share("share", "Share of the arm's commitments in the band."),
        *ENDING,
    ),
)

SENSITIVITY = Table(
    "protected_sensitivity",
    "measure of how much something unseen would have to matter",
    (
        choice(
            "measure",
            "What is measured.",
            (
                "e_value",
                "e_value_of_the_limit",
                "tipping_point",
                "robustness_value",
                "robustness_value_of_the_limit",
                "benchmark_prior_completion",
                "benchmark_difficulty",
                "negative_control_previous_commitment",
                "negative_control_attendance",
            ),
        ),
        Column("value", "number", "Value in the measure's unit."),
        Column("low", "number", "Lower end of its always-valid interval, where it has one."),
        Column("high", "number", "Upper end of its always-valid interval, where it has one."),
        Column("is_red_flag", "boolean", "Whether a negative control differs from zero."),
        *ENDING,
    ),
)

POWER = Table(
    "protected_power",
    "question put to the amount of data",
    (
        choice(
            "question",
            "What one would like to see.",
            ("claims_apart", "twelve_points", "five_points", "detectable_now", "detectable_always_valid"),
        ),
        difference(
            "difference",
            "The difference in question; of `detectable_now` the smallest a single look would show, of "
            "`detectable_always_valid` the smallest the always-valid interval would.",
        ),
        count("n_needed", "Commitments needed in all to see it in four of five programmes."),
        count("n_more_needed", "Of these, how many are still missing."),
        *ENDING,
    ),
)

KEPT_BY_DAY = Table(
    "protected_kept_by_day",
    "arm x day since check-out",
    (
        choice("arm", "Arm.", ("with_appointment", "without_appointment")),
        Column("day", "integer", "Days since check-out, in whole weeks.", is_required=True, minimum=0),
        share("share_done", "Share done by then (Aalen-Johansen, withdrawal as competing event)."),
        share("low", "Lower end of the always-valid 95 % interval."),
        share("high", "Upper end of the always-valid 95 % interval."),
        share("share_withdrawn", "Share withdrawn by then."),
        count("n_people", "People with a commitment in the arm."),
        *ENDING,
    ),
)

SECONDARIES = Table(
    "protected_secondaries",
    "secondary outcome",
    (
        choice("outcome", "What is tested.", ("usefulness_trend", "loneliness_change", "days_open")),
        share("p_value", "P-value of no change or difference, by itself."),
        share("p_value_holm", "The same, allowing for all secondary outcomes (Holm)."),
        choice("word", "What follows at 5 %.", ("differs", "cannot_tell_yet")),
        *ENDING,
    ),
)
