"""What a source file says: how the rows of one input become rows of the core tables.

What belongs here: the values a `sources/<name>.toml` holds, and which source file describes a landed file.
What does not: parsing (`source_file`) or applying it to a table (`mapping`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from pipelines.column_names import NamedColumn
from pipelines.readers import READ_FORMATS, FileRefused

DayOrder = Literal["day_first", "month_first", "year_first"]
Test = Literal["filled", "empty", "is", "is_not", "matches"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one column of a row.

    Attributes:
        column: Name of the column in the export.
        test: `filled`, `empty`, `is`, `is_not` (texts compared tolerantly) or `matches` (a regular expression).
        text: What the last three compare with; `is` and `is_not` with any of these and `other_texts`.
        other_names: Other wordings of the column's name, as in another language.
        is_optional: Whether the export may lack the column, whose cells then count as empty.
        other_texts: Other wordings of `text`.
    """

    column: str
    test: Test
    text: str = ""
    other_names: tuple[str, ...] = ()
    is_optional: bool = False
    other_texts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every wording of the column's name; exactly one column of the export has one of them."""
        return (self.column, *self.other_names)


@dataclass(frozen=True, slots=True)
class Part:
    """A column of the export, or the first group of a pattern in it.

    Attributes:
        column: Name of the column.
        pattern: Regular expression with a group; `None` for the whole cell.
        other_names: Other wordings of the column's name, as in another language.
    """

    column: str
    pattern: str | None = None
    other_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every wording of the column's name; exactly one column of the export has one of them."""
        return (self.column, *self.other_names)


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """Where one value comes from.

    Attributes:
        parts: The column; several for a composite id; none for a constant.
        constant: The same text for every row.
        prefix: Text put before a filled value.
        width: Digits a number is filled up to with zeros.
        choices: Text in the export (normalised) to the contract's choice.
        scores: Text in the export (normalised) to a score; only for questions.
        options: Wordings of one option of a multiple choice; scored 1 where it was chosen, else 0; only for questions.
        among: Wordings of all options of that multiple choice the source knows.
        if_empty: The contract's choice where the cell is empty.
        is_optional: Whether an export may lack the column; nothing is read from it then.
    """

    parts: tuple[Part, ...] = ()
    constant: str | None = None
    prefix: str = ""
    width: int | None = None
    choices: Mapping[str, str] | None = None
    scores: Mapping[str, float] | None = None
    is_optional: bool = False
    options: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    if_empty: str | None = None


@dataclass(frozen=True, slots=True)
class DropRule:
    """Rows left out under a name, where all conditions hold."""

    rule: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class RowBlock:
    """What one row of the export becomes in one core table, where all conditions hold."""

    table: str
    columns: Mapping[str, ValueSpec]
    when: tuple[Condition, ...] = ()
    questions: Mapping[str, ValueSpec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source: the files it describes and what their rows become.

    Attributes:
        name: Stem of the source file.
        format: Format its files must be recognised as.
        files: Globs on a file's name; case does not matter.
        rows: What a row becomes, block by block.
        drop: Rows left out by named rules, the first that holds.
        time_zone: Zone of times that name none; `None` for the programme's.
        day_order: Order of day and month in dates that are neither ISO nor typed.
        keep: Marks of the tool (`preview`, `unfinished`) whose rows are read all the same.
        several_answers: Which of a person's several answers in a wave stands: the `last`, or the `first_complete`
            one, which is the first of those in which most questions were answered.
        ignore: Columns of the export that are not read on purpose, so that nobody is told of them.
        other_formats: Other formats its files may have, as where two tools ask the same form.
        authority: Where two sources describe the same row, filled columns of the higher one win.
    """

    name: str
    format: str
    files: tuple[str, ...]
    rows: tuple[RowBlock, ...]
    drop: tuple[DropRule, ...] = ()
    time_zone: str | None = None
    day_order: DayOrder | None = None
    authority: int = 10
    keep: tuple[str, ...] = ()
    several_answers: str = "last"
    ignore: tuple[str, ...] = ()
    other_formats: tuple[str, ...] = ()

    @property
    def formats(self) -> tuple[str, ...]:
        """Every format its files may have."""
        return (self.format, *self.other_formats)

    def fits(self, file_name: str) -> bool:
        """Whether one of the globs matches the name of a file; of one that came in an archive, the part after it."""
        name = file_name.rpartition("/")[2].casefold()
        return any(fnmatchcase(name, glob.casefold()) for glob in self.files)

    @property
    def columns(self) -> tuple[NamedColumn, ...]:
        """Every column of the export that the source names, in order of appearance."""
        conditions = [c for rule in self.drop for c in rule.when] + [
            c for block in self.rows for c in block.when
        ]
        specs = [s for block in self.rows for s in (*block.columns.values(), *block.questions.values())]
        named = [NamedColumn(c.names, c.is_optional) for c in conditions]
        named += [NamedColumn(part.names, spec.is_optional) for spec in specs for part in spec.parts]
        return tuple(dict.fromkeys(named))

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every name of a column that the source knows, each once, in order of appearance."""
        return tuple(dict.fromkeys(name for column in self.columns for name in column.names))


def choose_source(file_name: str, recognised_format: str, sources: Iterable[SourceFile]) -> SourceFile:
    """The one source that describes a file: its glob matches the name and its format is the recognised one.

    Args:
        file_name: Name of the file, without its folder.
        recognised_format: What the file was recognised as by its marks.
        sources: All sources of the programme.

    Raises:
        FileRefused: `format_not_read`, `no_source_fits`, `format_differs` or `two_sources_fit`.
    """
    if recognised_format not in READ_FORMATS:
        raise FileRefused(
            file_name,
            "format_not_read",
            f"it was recognised as {recognised_format}, which this version does not read",
            f"Bring it as one of {', '.join(READ_FORMATS)}",
        )
    named = [source for source in sources if source.fits(file_name)]
    fitting = [source for source in named if recognised_format in source.formats]
    if len(fitting) == 1:
        return fitting[0]
    raise _none_or_several(file_name, recognised_format, named, fitting)


def _none_or_several(
    file_name: str, found: str, named: list[SourceFile], fitting: list[SourceFile]
) -> FileRefused:
    if fitting:
        names = ", ".join(f"sources/{source.name}.toml" for source in fitting)
        return FileRefused(
            file_name,
            "two_sources_fit",
            f"its name and format fit {len(fitting)} source files: {names}",
            "Narrow `files` in all but one of them",
        )
    if named:
        declared = ", ".join(
            f"sources/{source.name}.toml says {' or '.join(source.formats)}" for source in named
        )
        return FileRefused(
            file_name,
            "format_differs",
            f"by its content it is {found}, but {declared}",
            f'Set format = "{found}" in the source file if that is right; else export the file again'
            " without opening it in a spreadsheet first",
        )
    return FileRefused(
        file_name,
        "no_source_fits",
        f"no source file names it in `files`; it was recognised as {found}",
        "Add its name to `files` of a source file, or rename the file",
    )
