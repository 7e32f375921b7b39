"""The catalogue: every survey question, form, metric and claim as one named, reviewed entry.

What belongs here: the packaged entries (`questions.toml`, `fields.toml`, `forms.toml`, `metrics.toml`,
`claims.toml`) and their one reader.
What does not: how an export's columns map to questions (source files), how metrics are estimated (`effects`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from models.catalogue.entries import LANGUAGES, Claim, Language, Metric, Question
from models.catalogue.forms import Form, FormName, Item, Section, read_forms
from models.catalogue.reader import read_claims, read_metrics, read_questions
from models.catalogue.toml_entries import CatalogueError

__all__ = [
    "LANGUAGES",
    "CatalogueError",
    "Claim",
    "Form",
    "FormName",
    "Item",
    "Language",
    "Metric",
    "Question",
    "Section",
    "claims",
    "forms",
    "metrics",
    "questions",
    "read_claims",
    "read_forms",
    "read_metrics",
    "read_questions",
]


@cache
def questions() -> Mapping[str, Question]:
    """The packaged questions by id, read once; the mapping is read-only."""
    return read_questions(_packaged("questions.toml"))


@cache
def forms() -> Mapping[FormName, Form]:
    """The packaged questionnaires by name, read once; the mapping is read-only."""
    return read_forms(_packaged("fields.toml"), _packaged("forms.toml"), questions())


@cache
def metrics() -> Mapping[str, Metric]:
    """The packaged metrics by id, read once; the mapping is read-only."""
    return read_metrics(_packaged("metrics.toml"))


@cache
def claims() -> Mapping[str, Claim]:
    """The packaged claims by id, read once; the mapping is read-only."""
    return read_claims(_packaged("claims.toml"), metrics=metrics().keys())


def _packaged(name: str) -> str:
    return files("models.catalogue").joinpath(name).read_text(encoding="utf-8")
