"""UTC times as the local clock readings that exports write, and scores as answer texts.

What belongs here: expressions shared by the demo's files.
What does not: any file's layout.
"""

from __future__ import annotations

import polars as pl

from models.catalogue import questions


def local(column: str, time_zone: str) -> pl.Expr:
    """The column's UTC times as naive local times of `time_zone`."""
    zoned = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    return zoned.dt.replace_time_zone(None)


def answer_text(question_id: str) -> pl.Expr:
    """The question's scores as answer texts: of several texts with one score, the catalogue's first."""
    texts: dict[float, str] = {}
    for text, score in questions()[question_id].choices.items():
        texts.setdefault(score, text)
    return pl.col(question_id).replace_strict(texts, default=None, return_dtype=pl.String)


def display_name(column: str) -> pl.Expr:
    """A name from an e-mail like `ada.ahorn001@example.org`: `Ada Ahorn`."""
    parts = pl.col(column).str.extract_groups(r"^(?<first>[a-z]+)\.(?<last>[a-z]+)").struct
    return pl.concat_str(parts.field("first"), parts.field("last"), separator=" ").str.to_titlecase()


def with_session_parts(frame: pl.DataFrame, column: str = "session_id") -> pl.DataFrame:
    """Adds `group` and `session` (its number, as text) from codes like `G012-3`, with or without an e-mail."""
    parts = pl.col(column).str.extract_groups(r"^(?<group>G\d+)-(?<session>\d+)").struct
    return frame.with_columns(parts.field("group"), parts.field("session"))
