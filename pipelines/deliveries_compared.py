"""What a file says beside the last delivery of its source: columns that went or came, rows that are gone.

What belongs here: telling two deliveries apart by their names, headings and row counts, and the notices of it.
What does not: which deliveries there are and which rows they share (the store), refusing a file (the stages).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from pipelines.notices import Notice
from pipelines.readers.raw import normalised_name

HEADINGS_NAMED = 10
HEADING_LENGTH = 60
SAME_BYTES = "same_bytes_two_names"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file as it came in.

    Attributes:
        name: Name it was delivered under.
        landed_on: Day it came in.
        n_rows: Rows it has.
        headings: Its columns.
    """

    name: str
    landed_on: date
    n_rows: int
    headings: tuple[str, ...]


def series(name: str) -> str:
    """What the names of one export's deliveries share: digits, punctuation and marks of copies left out.

    `pulse.csv`, `pulse (2).csv` and `pulse_2026-01-05.csv` are one series, `pulse_sales.csv` is another.
    """
    return "".join(letter for letter in without_copy_mark(name) if letter.isalpha())


def without_copy_mark(name: str) -> str:
    """The name in lower case without the ` (1)` or ` - Copy` that browsers and file managers add."""
    path = PurePath(name.casefold())
    stem = re.sub(r"(?:[ _-]*\(\d+\)|[ _-]+copy(?:[ _-]*\(?\d+\)?)?)+$", "", path.stem)
    return f"{stem}{path.suffix}"


def compare_deliveries(now: Delivery, last: Delivery, n_still: int, n_gone: int) -> tuple[Notice, ...]:
    """What the lead should know of a file beside the last delivery of its source.

    Args:
        now: The file.
        last: The delivery before it.
        n_still: Rows known from earlier deliveries of the source that are in the file too.
        n_gone: Rows known from them that are not.
    """
    found = [
        *_headings("column_vanished", now, last, last.headings, now.headings),
        *_headings("column_new", now, last, now.headings, last.headings),
    ]
    # A part of a year or of a department shares no row with the last delivery: that is no loss.
    if now.n_rows < last.n_rows and n_gone and (n_still or not now.n_rows):
        found.append(
            Notice(
                "file_shrank",
                f"It has {now.n_rows} rows, {_said(last)} had {last.n_rows}; {n_gone} rows known from earlier files "
                "are not in it",
                "If it should hold everything up to now, export it again whole. Rows that are not in it stay as they "
                "were",
            )
        )
    return tuple(found)


def same_bytes(names: Sequence[str]) -> Notice:
    """The notice of a file that was delivered under other names too."""
    return Notice(
        SAME_BYTES,
        f"Delivered again, byte for byte, as {', '.join(names)}; it counts once",
        "If the other name stands for another arm, group or wave, export that one again from its own form",
    )


def _headings(
    rule: str, now: Delivery, last: Delivery, these: Sequence[str], those: Sequence[str]
) -> list[Notice]:
    known = {normalised_name(heading) for heading in those}
    listed = [heading for heading in these if normalised_name(heading) not in known]
    if not listed:
        return []
    named = ", ".join(f"`{_short(heading)}`" for heading in listed[:HEADINGS_NAMED])
    more = f" and {len(listed) - HEADINGS_NAMED} more" if len(listed) > HEADINGS_NAMED else ""
    if rule == "column_vanished":
        return [
            Notice(
                rule,
                f"{_said(last).capitalize()} had columns that are not in it: {named}{more}",
                "If one of them is a question that is still asked, export it again with all columns",
            )
        ]
    return [
        Notice(
            rule,
            f"It has columns that {_said(last)} did not have: {named}{more}",
            "If one of them is a question to be counted, name it in the source file",
        )
    ]


def _said(last: Delivery) -> str:
    return f"the last delivery ({last.name}, {last.landed_on.isoformat()})"


def _short(heading: str) -> str:
    text = " ".join(heading.split())
    return text if len(text) <= HEADING_LENGTH else f"{text[: HEADING_LENGTH - 1]}…"
