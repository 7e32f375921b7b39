"""What a format is to the rest of the readers: its marks, its reader, and what the documents say of it.

What belongs here: the one value every format's module makes of itself.
What does not: the list of formats and the choice among them (`recognise`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.readers.raw import Cells, RawTable


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One export format.

    Attributes:
        name: What a source file's `format` calls it, in snake case.
        title: What people call it.
        marks: What in the cells speaks for it, in words without a cell's value; empty where it does not fit.
        read: The table of a file's cells; the second argument is the file's name, for refusals.
        recognised_by: For the documents: the marks, in words.
        personal: For the documents: columns that are dropped as personal data.
        left_out: For the documents: rows the tool marks itself, which are left out.
        refused: For the documents: what of this format is refused.
        to_know: For the documents: what whoever writes a source file for it has to know.
    """

    name: str
    title: str
    marks: Callable[[Cells], tuple[str, ...]]
    read: Callable[[Cells, str], RawTable]
    recognised_by: str
    personal: str = "none"
    left_out: str = "none"
    refused: str = "none"
    to_know: str = ""
