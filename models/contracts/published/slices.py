"""The published table of slices: rates of parts of the programme, coarse on purpose.

What belongs here: what is shown of a cohort, department, level or quarter.
What does not: which slices come out and how their numbers are made coarse (`models/disclosure/`).
"""

from __future__ import annotations

from models.contracts.columns import Column, Table
from models.contracts.published.parts import ENDING, choice, share

DIMENSIONS = ("department", "cohort", "level", "quarter")
"""What the programme is divided by, in the order in which the gate tries them."""

SLICES = Table(
    "protected_slices",
    "dimension x category x measure",
    (
        choice("dimension", "What the programme is divided by.", DIMENSIONS),
        Column("category", "text", "The part; `Other` joins the small ones; empty where none is shown."),
        Column("joined", "text", "The categories `Other` stands for, joined by `; `."),
        choice(
            "measure",
            "What is measured.",
            ("kept_with_appointment", "kept_without_appointment", "useful_top_two"),
        ),
        Column("people", "text", "How many people stand behind it, as a band: `10-19`."),
        share("rate", "Rate, rounded to 5 points."),
        Column(
            "rate_is",
            "choice",
            "Whether the rate is about that, or at least or at most that much.",
            choices=("about", "at_least", "at_most"),
        ),
        share("low", "Lower end of the 95 % interval, from the rounded rate and a fixed design effect."),
        share("high", "Upper end of the 95 % interval, from the rounded rate and a fixed design effect."),
        *ENDING,
    ),
)
