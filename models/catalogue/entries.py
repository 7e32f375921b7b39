"""The entries of the catalogue: questions, metrics and claims as values.

What belongs here: the frozen values other parts use.
What does not: reading and checking the TOML files (`reader`), scoring, estimating.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
QuestionKind = Literal["score", "outcome"]
Moment = Literal["baseline", "before_session", "after_session"]
Unit = Literal[
    "share", "points", "score", "ratio", "days", "elapsed_days", "people", "hours", "minutes", "count"
]
Better = Literal["higher", "lower", "neither"]
SeenIn = Literal["primary", "secondary", "none"]

_NO_STATES: Mapping[str, str] = MappingProxyType({})
_NO_TEXTS: Mapping[Language, str] = MappingProxyType({})
_NO_ANSWERS: Mapping[Language, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """One survey question: its wording, and how an answer becomes a score.

    `text` is the English wording; of an option of a multiple choice, with the option behind it.
    `choices` maps the answer's text, in any language, to its score and is empty where a plain number is asked.
    `states` is filled only for kind `outcome` and maps the answer's text to a commitment's state.
    `scale` names the scale the item belongs to; a scale is scored only when all its items are answered.
    `asked` and `answers` are what a form shows in each language, in its order.
    `option` is the option of a multiple choice this question stands for: 1 where it was chosen, else 0.
    `translation` says where the wordings other than English come from.
    """

    question_id: str
    text: str
    construct: str
    kind: QuestionKind
    choices: Mapping[str, float]
    minimum_score: float
    maximum_score: float
    moment: tuple[Moment, ...]
    source: str
    minimum_people: int
    states: Mapping[str, str] = field(default_factory=lambda: _NO_STATES)
    scale: str | None = None
    is_optional: bool = False
    scoring_note: str = ""
    asked: Mapping[Language, str] = field(default_factory=lambda: _NO_TEXTS)
    answers: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: _NO_ANSWERS)
    option: Mapping[Language, str] = field(default_factory=lambda: _NO_TEXTS)
    translation: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number Peerlift shows, what it stands for, and what has to be true for it.

    `drawn_from` names the answers or outcomes it tells of, so that it is released together with all else that does:
    `primary`, `by_day`, `question:<id>`, `loneliness:latest`, or `open` where it tells of nobody's.
    """

    metric: str
    label: str
    definition: str
    unit: Unit
    minimum_people: int
    construct: str
    estimand: str
    assumption: str
    better: Better
    drawn_from: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the literature, in the unit of the metric it is held against; never a target."""

    claim: str
    label: str
    value: float
    metric: str
    source_found: bool
    seen_in: SeenIn
    source: str
    low: float | None = None
    high: float | None = None
    caution: str = ""
