"""Finding the columns of an export by the names a source file gives them.

What belongs here: which heading a name means, how much a heading may drift, and what is refused as ambiguous.
What does not: reading the cells below it (`cell_values`), or what the column means (`mapping`).

A name finds its column exactly first: white space, no-break spaces and case do not count. Else a heading that
drifted is found: by HTML, by a leading number (`3) `, `Q3: `), by a trailing `*` or `:`, or by the number a tool
puts behind a repeated question (`2`, ` [1]`, ` (2)`). Where more than one heading could be meant, none is taken.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain

from pipelines.readers.raw import ROW_NUMBER, RawTable, base_name, normalised_name
from pipelines.readers.refusal import FileRefused

LONGEST_HEADING = 80

# Tags that end a line stand for a blank; within a line, as in <b>, for nothing.
_LINE_TAG = re.compile(r"<(?:br|hr|/?(?:p|div|li|ul|ol|h[1-6]|tr|td|table))\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_NUMBERED = re.compile(
    r"[(\[]?(?P<number>(?:(?:question|frage|q|f)\s?)?\d{1,3}(?:\.\d{1,3})*[a-z]?|g\d{1,3}q\d{1,3})"
    r"(?:[)\]][.:]?\s*|\.(?:\s+|(?=[^\W\d]))|:(?:\s+|(?=[^\W\d]))|\s[-–]\s)(?=\S)"
)
_REQUIRED = re.compile(r"(?:\s*(?:[*✱:]|\((?:required|mandatory|erforderlich|pflichtfeld)\)))+$")
_IN_BRACKETS = re.compile(r"\s(?:\[(\d{1,3})\]|\((\d{1,3})\))$")
# Microsoft's bare number, from 2 on: only behind a phrase, or `Q2` would be a repeated `Q`.
_BARE = re.compile(r"(?:(?<=[?!.)])|(?<=\s\w)|(?<=\w\w))(?<!\d)([2-9]|[1-9]\d)$")


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column as a source file names it.

    Attributes:
        names: Its wordings, in one language or several; exactly one column of the export has one of them.
        is_optional: Whether an export may lack it; it is then read as empty or not at all.
    """

    names: tuple[str, ...]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class HeadingKey:
    """A heading without what drifts.

    Attributes:
        core: The words, NFKC, in lower case, without HTML and required mark.
        number: The leading number as written; empty where there is none.
        repeat: The number behind a repeated question; empty where there is none.
    """

    core: str
    number: str = ""
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """Which column of the export each name of a source file means.

    Attributes:
        by_names: Wordings to the column; `None` for an optional one that is not there.
        drifted: Name and heading, where the two differ by more than white space and case.
    """

    by_names: Mapping[tuple[str, ...], str | None]
    drifted: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """Every column of the export that some name means."""
        return frozenset(column for column in self.by_names.values() if column is not None)


def heading_key(heading: str) -> HeadingKey:
    """What of a heading stays the same when a tool or a person drifts from its wording."""
    text = html.unescape(_TAG.sub("", _LINE_TAG.sub(" ", heading)))
    plain = normalised_name(_without_format_characters(text))
    numbered = _NUMBERED.match(plain)
    number = numbered["number"] if numbered else ""
    words = _REQUIRED.sub("", plain[numbered.end() :] if numbered else plain)
    repeat = _IN_BRACKETS.search(words) or (_BARE.search(words) if " " in words or "?" in words else None)
    if repeat:
        words = _REQUIRED.sub("", words[: repeat.start()]).rstrip()
    if not words:
        return HeadingKey(plain)
    return HeadingKey(words, number, next(filter(None, repeat.groups())) if repeat else "")


def cut_heading(heading: str) -> str:
    """A heading for a message: in one line, long ones cut."""
    line = " ".join(heading.split())
    return line if len(line) <= LONGEST_HEADING else f"{line[:LONGEST_HEADING].rstrip()}…"


def find_columns(raw: RawTable, file: str, wanted: Iterable[NamedColumn]) -> FoundColumns:
    """The column of a file that each of the wanted ones means.

    Args:
        raw: The file as read; a column is found by its heading or by any name in `also_called`.
        file: Name of the file, for refusals.
        wanted: The columns a source file names.

    Raises:
        FileRefused: `missing_column` or `ambiguous_column`.
    """
    headings = _Headings.of(raw)
    columns = _once_each(wanted)
    exact = {column.names: {name: headings.exact(name) for name in column.names} for column in columns}
    _check_told_apart(file, exact)
    claims = _Claims.of(exact)
    hits = {
        names: {name: found or claims.left_to(name, headings.drifted(name)) for name, found in by_name.items()}
        for names, by_name in exact.items()
    }
    missing = [column for column in columns if not any(hits[column.names].values()) and not column.is_optional]
    if missing:
        is_headed = any(any(by_name.values()) for by_name in hits.values())
        raise _missing(file, missing, headings.columns, is_headed=is_headed)
    _check_one_each(file, hits)
    _check_not_shared(file, exact, hits)
    drifted = {
        (name, found[0]): None
        for names, by_name in hits.items()
        for name, found in by_name.items()
        if found and not any(exact[names].values())
    }
    by_names = {names: next(chain(*by_name.values()), None) for names, by_name in hits.items()}
    return FoundColumns(by_names, tuple(drifted))


@dataclass(frozen=True, slots=True)
class _Headings:
    """The columns of an export by the names they can be found under."""

    columns: tuple[str, ...]
    own: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]
    keys: tuple[tuple[HeadingKey, str], ...]

    @classmethod
    def of(cls, raw: RawTable) -> _Headings:
        columns = tuple(name for name in raw.frame.columns if name != ROW_NUMBER)
        names = {column: (column, base_name(column), *raw.also_called.get(column, ())) for column in columns}
        shared: dict[str, tuple[str, ...]] = {}
        for column, called in names.items():
            for name in {normalised_name(each) for each in called}:
                shared[name] = (*shared.get(name, ()), column)
        keys = [(heading_key(name), column) for column, called in names.items() for name in called]
        return cls(columns, _own_names(columns, shared), shared, tuple(dict.fromkeys(keys)))

    def exact(self, name: str) -> tuple[str, ...]:
        """The columns of exactly this name; the one whose own name it is stands for itself."""
        plain = normalised_name(name)
        return (self.own[plain],) if plain in self.own else self.shared.get(plain, ())

    def drifted(self, name: str) -> tuple[str, ...]:
        """The columns whose heading drifted from the name; a repeat that is named has to be that one."""
        wanted = heading_key(name)
        found = [
            column for key, column in self.keys if key.core == wanted.core and wanted.repeat in ("", key.repeat)
        ]
        return tuple(dict.fromkeys(found))


def _own_names(columns: Sequence[str], shared: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Names that mean one column whatever else is called so: all but the base of numbered ones."""
    own = {column: normalised_name(column) for column in columns}
    bases = {normalised_name(base_name(column)) for column in columns if base_name(column) != column}
    alike = Counter(own.values())
    return {
        name: column
        for column, name in own.items()
        if alike[name] == 1 and (name not in bases or len(shared[name]) == 1)
    }


@dataclass(frozen=True, slots=True)
class _Claims:
    """Columns that names of the source file mean exactly: they are not left to another name's drift."""

    by_column: Mapping[str, frozenset[HeadingKey]]

    @classmethod
    def of(cls, exact: Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]]) -> _Claims:
        claims: dict[str, frozenset[HeadingKey]] = {}
        for names, by_name in exact.items():
            for column in chain(*by_name.values()):
                claims[column] = claims.get(column, frozenset()) | {heading_key(name) for name in names}
        return cls(claims)

    def left_to(self, name: str, columns: Sequence[str]) -> tuple[str, ...]:
        """Those of the columns that are not claimed, or claimed by a name that is the same but for marks."""
        key = heading_key(name)
        return tuple(
            column for column in columns if column not in self.by_column or key in self.by_column[column]
        )


def _once_each(wanted: Iterable[NamedColumn]) -> list[NamedColumn]:
    """Each column once; it may be absent only where every place that names it says so."""
    found: dict[tuple[str, ...], NamedColumn] = {}
    for column in wanted:
        before = found.get(column.names, column)
        found[column.names] = NamedColumn(column.names, before.is_optional and column.is_optional)
    return list(found.values())


def _check_told_apart(file: str, exact: Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]]) -> None:
    doubled = {name: found for by_name in exact.values() for name, found in by_name.items() if len(found) > 1}
    if doubled:
        first = next(iter(doubled.values()))[0]
        raise FileRefused(
            file,
            "ambiguous_column",
            f"several of its columns are called {_quoted(doubled)}",
            f"Name one of them by its order in the file, as `{cut_heading(first)}`, or rename the question",
        )


def _check_one_each(file: str, hits: Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]]) -> None:
    for names, by_name in hits.items():
        found = list(dict.fromkeys(chain(*by_name.values())))
        if len(found) > 1:
            raise FileRefused(
                file,
                "ambiguous_column",
                f"{_either(names)} of the source file could be any of its columns {_quoted(found)}",
                "Write the whole heading of the one that is meant into the source file",
            )


def _check_not_shared(
    file: str,
    exact: Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]],
    hits: Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]],
) -> None:
    """Refuse where two names that differ, as `1. partner` and `2. partner`, drifted onto one column."""
    drifts: dict[str, list[tuple[str, ...]]] = {}
    for names, by_name in hits.items():
        if not any(exact[names].values()):
            for column in dict.fromkeys(chain(*by_name.values())):
                drifts.setdefault(column, []).append(names)
    for column, several in drifts.items():
        keys = [frozenset(heading_key(name) for name in names) for names in several]
        if any(keys[0].isdisjoint(key) for key in keys):
            raise FileRefused(
                file,
                "ambiguous_column",
                f"its column `{cut_heading(column)}` could be any of {_quoted(chain(*several))} of the source file",
                "Write the whole heading into the source file where it is meant",
            )


def _missing(
    file: str, missing: Sequence[NamedColumn], columns: Sequence[str], *, is_headed: bool
) -> FileRefused:
    near = {column for each in missing for name in each.names for column in _nearest(name, columns)}
    if not is_headed:
        # Without a single column found the first row may hold answers: none of it is shown.
        shown = f"; none of its {len(columns)} was found, so see that its first row holds the headings"
    elif near:
        shown = f"; the nearest it has: {_quoted(sorted(near))}"
    else:
        shown = f"; none of its {len(columns)} is like them"
    return FileRefused(
        file,
        "missing_column",
        f"it lacks what its source file names: {', '.join(_either(each.names) for each in missing)}{shown}",
        "Correct the names in the source file, or export the file again with all questions",
    )


def _nearest(name: str, columns: Sequence[str]) -> list[str]:
    by_name = {normalised_name(column): column for column in columns}
    near = get_close_matches(normalised_name(name), sorted(by_name), n=2, cutoff=0.7)
    return [by_name[each] for each in near]


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"`{cut_heading(name)}`" for name in names)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{cut_heading(name)}`" for name in names)


def _without_format_characters(text: str) -> str:
    """Without zero-width characters and soft hyphens, which nobody sees."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
