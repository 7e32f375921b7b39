"""UTC times as the local clock readings that exports write, and scores as answer texts.

What belongs here: expressions shared by the demo's files.
What does not: any file's layout.
"""

from __future__ import annotations

import polars as pl

from models.catalogue import forms, questions


def local(column: str, time_zone: str) -> pl.Expr:
    """The column's UTC times as naive local times of `time_zone`."""
    zoned = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    return zoned.dt.replace_time_zone(None)


def google_time(column: str, time_zone: str) -> pl.Expr:
    """The column's UTC times as Google's download writes them: `2025/06/25 4:53:36 PM GMT+2`."""
    zoned = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    offset = zoned.dt.to_string("%z").str.replace(r"^([+-])0?(\d+)00$", "${1}${2}")
    return zoned.dt.to_string("%Y/%m/%d %-I:%M:%S %p GMT") + offset


def wording(item_id: str) -> str:
    """The English wording in which the forms ask a field or question."""
    return next(item.text["en"] for form in forms().values() for item in form.items if item_id in item.ids)


def answer_text(question_id: str) -> pl.Expr:
    """The question's scores as answer texts: of several texts with one score, the catalogue's first."""
    texts: dict[float, str] = {}
    question = questions()[question_id]
    for text in question.answers["en"]:
        texts.setdefault(question.choices[text], text)
    return pl.col(question_id).replace_strict(texts, default=None, return_dtype=pl.String)


def display_name(column: str) -> pl.Expr:
    """A name from an e-mail like `ada.ahorn001@example.org`: `Ada Ahorn`."""
    parts = pl.col(column).str.extract_groups(r"^(?<first>[a-z]+)\.(?<last>[a-z]+)").struct
    return pl.concat_str(parts.field("first"), parts.field("last"), separator=" ").str.to_titlecase()


def with_session_parts(frame: pl.DataFrame, column: str = "session_id") -> pl.DataFrame:
    """Adds `group` and `session` (its number, as text) from codes like `G012-3`, with or without an e-mail."""
    parts = pl.col(column).str.extract_groups(r"^(?<group>G\d+)-(?<session>\d+)").struct
    return frame.with_columns(parts.field("group"), parts.field("session"))
