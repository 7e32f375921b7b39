"""What is worth saying about a delivered file that was read: one sentence, one remedy.

What belongs here: the value. Readers of files, the mapping and the comparison with earlier deliveries make
notices; the store keeps them; `peerlift check` and `peerlift status` print them.
What does not: refusals of a file (`pipelines.readers.refusal`) and rows set aside (`models.rules`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a file that the programme lead should know.

    Neither text may hold a cell of the file: both are stored and shown. Headings may be named.

    Attributes:
        rule: Which rule noticed it, in snake case.
        detail: What was seen.
        remedy: What to do about it, if it is not meant.
        rows: Row numbers it is about, at most twenty; empty where it is about the whole file.
    """

    rule: str
    detail: str
    remedy: str
    rows: tuple[int, ...] = ()
