"""How a file that cannot be read safely is refused.

What belongs here: the one exception every reader, the choice of a source and the mapping raise.
What does not: errors in a source file of the programme (`pipelines.source_file`) or in single rows, which are
marked `unreadable` and held back later.
"""

from __future__ import annotations


class FileRefused(Exception):  # noqa: N818 - named as the programme lead reads it: the file is refused
    """A whole file is refused: nothing of it is stored, and the lead is told what to do.

    None of the four fields may hold a cell of the file: they are shown and logged.

    Args:
        file: Name of the file, without its folder.
        rule: Which rule it broke, in snake case, e.g. `missing_column`.
        reason: What was required and what was found.
        remedy: What to do about it.
    """

    def __init__(self, file: str, rule: str, reason: str, remedy: str) -> None:
        # All four stay in `args`, so the exception survives pickling between processes.
        super().__init__(file, rule, reason, remedy)
        self._fields = (file, rule, reason, remedy)

    @property
    def file(self) -> str:
        """Name of the file, without its folder."""
        return self._fields[0]

    @property
    def rule(self) -> str:
        """Rule the file broke, in snake case."""
        return self._fields[1]

    @property
    def reason(self) -> str:
        """What was required and what was found."""
        return self._fields[2]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self._fields[3]

    def __str__(self) -> str:
        return f"{self.file} is refused ({self.rule}): {self.reason}. {self.remedy}."
