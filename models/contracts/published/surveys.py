"""Published tables about the surveys.

What belongs here: usefulness, loneliness, and who answered.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published.parts import ENDING, choice, count, share

USEFULNESS = Table(
    "protected_usefulness",
    "band of scores (neighbouring scores are joined until each band has enough people)",
    (
        Column("score_from", "integer", "Lowest score of the band.", minimum=1, maximum=5),
        Column("score_to", "integer", "Highest score of the band.", minimum=1, maximum=5),
        Column("n_people", "integer", "People who gave such a score at least once.", minimum=0),
        Column("n_answers", "integer", "Answers.", minimum=0),
        share("share", "Share of all answers."),
        *ENDING,
    ),
)

LONELINESS = Table(
    "protected_loneliness",
    "wave compared with the baseline",
    (
        Column("wave", "text", "Wave compared with the baseline: `latest` or `session-03`.", is_required=True),
        Column("n_people", "integer", "People with all three items at both times.", minimum=0),
        Column(
            "baseline_mean_score",
            "number",
            "Their mean at the baseline, 3 to 9; for `latest` only.",
            minimum=3,
            maximum=9,
        ),
        Column("mean_change_score", "number", "Mean change; below zero is less lonely.", minimum=-6, maximum=6),
        Column("low", "number", "Lower end of the 95 % interval.", minimum=-6, maximum=6),
        Column("high", "number", "Upper end of the 95 % interval.", minimum=-6, maximum=6),
        *ENDING,
    ),
)

USEFULNESS_TREND = Table(
    "protected_usefulness_trend",
    "session number x how the share was formed",
    (
        Column("session_number", "integer", "1 to 6.", is_required=True, minimum=1),
        choice(
            "basis", "Seen in the answers, or predicted by the model of the trend.", ("observed", "predicted")
        ),
        share("share", "Share of answers in the two highest of five steps."),
        share("low", "Lower end of the 95 % interval."),
        share("high", "Upper end of the 95 % interval."),
        count("n_people", "People who answered."),
        *ENDING,
    ),
)

LONELINESS_MEASURES = Table(
    "protected_loneliness_measures",
    "measure of loneliness beside the mean change",
    (
        choice(
            "measure",
            "What is measured.",
            (
                "share_reliably_less_lonely",
                "share_without_reliable_change",
                "share_reliably_lonelier",
                "share_lonely_baseline",
                "share_lonely_latest",
                "mixed_model_change",
                "staggered_difference",
                "alpha",
                "omega",
            ),
        ),
        Column("value", "number", "Value in the measure's unit."),
        Column("low", "number", "Lower end of its 95 % interval, where it has one."),
        Column("high", "number", "Upper end of its 95 % interval, where it has one."),
        count("n_people", "People behind it."),
        *ENDING,
    ),
)

RESPONSE = Table(
    "protected_response",
    "survey wave",
    (
        Column("wave", "text", "Survey wave: `baseline` or `session-03`.", is_required=True),
        count("n_invited", "People asked."),
        count("n_answered", "Of these, people who answered."),
        share("rate", "Share of those asked who answered."),
        Column(
            "means_status",
            "choice",
            "What the rate allows: means as they are, weighted means, or none.",
            choices=("ok", "weighted", "refused"),
        ),
        share("top_two_share", "Usefulness, share in the two highest steps, among those who answered."),
        share("top_two_weighted", "The same, weighted for who did not answer."),
        share("bound_low", "The same if everybody who did not answer had found it of little use."),
        share("bound_high", "The same if everybody who did not answer had found it very useful."),
        *ENDING,
    ),
)

MISSING = Table(
    "protected_missing",
    "characteristic of the people asked",
    (
        Column("characteristic", "text", "What is compared.", is_required=True),
        Column("smd", "number", "Standardised mean difference, those who answered minus those who did not."),
        count("n_people", "People in the smaller of the two."),
        *ENDING,
    ),
)
