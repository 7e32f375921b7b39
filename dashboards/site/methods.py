"""The entries of the Methods page: what each number and each method answers, and what could be false.

What belongs here: entries from the metric catalogue and the words. What does not: numbers of a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.phrases import Phrases
from dashboards.rows import Row
from dashboards.site.tables import metric_anchor
from models.catalogue import metrics

# In the order of the page; each has `name`, `answers`, `assumption` and `reference` in the words.
METHODS = (
    "kept",
    "exposure",
    "always_valid",
    "cr2",
    "two_way",
    "bounds",
    "jackknife",
    "wild_bootstrap",
    "hybrid_score",
    "g_computation",
    "aipw",
    "within_person",
    "overlap_weights",
    "balance",
    "aalen_johansen",
    "days_open",
    "risk_ratio",
    "e_value",
    "tipping_point",
    "robustness_value",
    "negative_control",
    "power",
    "holm",
    "randomised_prompt",
    "six_sessions",
    "session_facts",
    "ucla3",
    "reliable_change",
    "mixed_model",
    "staggered",
    "reliability",
    "proportional_odds",
    "within_person_trend",
    "expectation_gap",
    "response_weights",
    "slices",
    "floors",
    "released_whole",
    "matching",
    "rounding",
)


@dataclass(frozen=True, slots=True)
class MethodEntry:
    """A method in plain words."""

    anchor: str
    name: str
    answers: str
    assumption: str
    reference: str


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """A metric of the catalogue in plain words."""

    anchor: str
    name: str
    definition: str
    estimand: str
    assumption: str
    floor: str


def anchor(key: str) -> str:
    """The id of an entry: its key with dashes."""
    return key.replace("_", "-")


def method_entries(say: Phrases) -> tuple[MethodEntry, ...]:
    """Every method, in the order of the page."""
    parts = ("name", "answers", "assumption", "reference")
    return tuple(
        MethodEntry(anchor(key), *(say.words(f"method.{key}.{part}") for part in parts)) for key in METHODS
    )


def metric_entries(named: Sequence[Row], say: Phrases) -> tuple[MetricEntry, ...]:
    """Every metric of a release, as `meta_metrics` names it, with what the catalogue says of it."""
    known = metrics()
    entries = []
    for row in named:
        metric = known.get(row.text("metric"))
        people = row.count("minimum_people")
        entries.append(
            MetricEntry(
                metric_anchor(row.text("metric")),
                row.text("label"),
                row.text("definition"),
                metric.estimand if metric else "",
                metric.assumption if metric else "",
                say.words(
                    "methods.floor", people=say.words("state.no_count") if people is None else say.count(people)
                ),
            )
        )
    return tuple(entries)
