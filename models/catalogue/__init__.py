"""The catalogue: every survey question, metric and claim as one named, reviewed entry.

What belongs here: the packaged entries (`questions.toml`, `metrics.toml`, `claims.toml`) and their one reader.
What does not: how an export's columns map to questions (source files), how metrics are estimated (`effects`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from models.catalogue.entries import Claim, Metric, Question
from models.catalogue.reader import CatalogueError, read_claims, read_metrics, read_questions

__all__ = [
    "CatalogueError",
    "Claim",
    "Metric",
    "Question",
    "claims",
    "metrics",
    "questions",
    "read_claims",
    "read_metrics",
    "read_questions",
]


@cache
def questions() -> Mapping[str, Question]:
    """The packaged questions by id, read once; the mapping is read-only."""
    return read_questions(_packaged("questions.toml"))


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
