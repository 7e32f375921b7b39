"""What `peerlift map FILE` does: draft the source file of an export, and say what is left to do.

What belongs here: finding out whether the export is read already, choosing a draft, writing it, saying what came
of it. No file that is there is ever written over.
What does not: the drafts themselves (`draft_template`, `draft_source`).
"""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import polars as pl

from models.catalogue import questions
from pipelines.check_file import lines_to_paste
from pipelines.draft_source import Draft, draft_source
from pipelines.draft_template import Template, draft_from_template, draft_from_titles, fitting_templates
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import FileRefused, RawTable, read_export
from pipelines.readers.raw import ROW_NUMBER
from pipelines.settings import Programme
from pipelines.source_file import SourceFileError, read_source_file
from pipelines.source_spec import SourceFile
from pipelines.stages.reading import Readers, load_readers

_ADDRESS = re.compile(r"^\S+@\S+\.\S+$")
_COUNTER = re.compile(r"[-_. (\[]*\d[-_. \d)\]]*")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What came of drafting.

    Attributes:
        said: What to say, line by line.
        is_complete: Whether the export would be read now.
        path: The file written; `None` where the export is read already.
    """

    said: tuple[str, ...]
    is_complete: bool
    path: Path | None = None


def map_file(programme: Programme, path: Path, name: str | None, into: Path | None) -> Mapped:
    """Draft the source file of an export.

    Args:
        programme: The programme it is for.
        path: The export.
        name: Name of the source; from the export's where `None`.
        into: Folder to write to; the programme's own where `None`.

    Raises:
        FileRefused: The export cannot be read, or has no headings.
        FileExistsError: There is a source file of that name already.
    """
    readers = load_readers(programme)
    raw = read_export(path)
    _check_headings(raw, path.name)
    named = [
        source for source in readers.sources.values() if source.fits(path.name) and raw.format in source.formats
    ]
    if (
        into is None
        and name is None
        and len(named) == 1
        and (staged := _read(raw, path.name, named[0], readers))
    ):
        said = (
            f"{path.name} ({raw.format}) is read by sources/{named[0].name}.toml already; nothing was written."
        )
        return Mapped((said, *lines_to_paste(raw, staged, named[0], path.name)), is_complete=True)
    folder = into or programme.folders.sources
    target = folder / f"{name or _free_name(path, folder)}.toml"
    if taken := next(
        (path for path in (target, target.with_name(f"{target.name}.draft")) if path.exists()), None
    ):
        raise FileExistsError(f"{taken} is there already and was kept; choose another name with --source.")
    stem = target.stem
    draft = _draft(raw, path.name, stem, readers)
    is_whole = isinstance(_parsed(draft.text, stem), SourceFile)
    if not is_whole:
        # One file that cannot be loaded would stop every run.
        target = target.with_name(f"{target.name}.draft")
    folder.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8") as file:
        file.write(draft.text)
    refused, lines = _what_is_left(draft, raw, path.name, stem, readers)
    doubled = [
        f"  - sources/{source.name}.toml names this file too: narrow its `files`, or delete it if it is not needed."
        for source in named
        if into is None
    ]
    head = f"Drafted {target} from {path.name} ({raw.format})."
    left = [*(f"  - {point}" for point in (*draft.open_points, *refused)), *doubled]
    if not is_whole:
        left.append(f"  - Then rename it to {stem}.toml: until then it is not read.")
    rest = ["Left to do:", *left] if left else ["Nothing is left to fill in."]
    last = f'Next: read it, then `peerlift check "{path}"` says what would be read.'
    return Mapped((head, *rest, *lines, last), not left, target)


def glob_of(file_name: str) -> str:
    """A glob for this delivery and the next: numbers and dates of the name left open.

    A name without letters stays as it is, or the glob would name every file.
    """
    stem, dot, ending = file_name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (file_name, "")
    parts = _COUNTER.split(stem)
    if not any(re.search(r"[^\W\d_]{3}", part) for part in parts):
        return glob.escape(file_name)
    open_name = "*".join(glob.escape(part) for part in parts)
    return (open_name if open_name.endswith("*") else f"{open_name}*") + glob.escape(ending)


def packaged_templates() -> tuple[Template, ...]:
    """The source files a new programme gets."""
    folder = files("pipelines") / "templates" / "sources"
    paths = sorted(
        (path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name
    )
    texts = {path.name.removesuffix(".toml"): path.read_text(encoding="utf-8") for path in paths}
    return tuple(Template(read_source_file(text, name), text) for name, text in texts.items())


def _check_headings(raw: RawTable, file: str) -> None:
    names = [name for name in raw.frame.columns if name != ROW_NUMBER]
    if any(_ADDRESS.match(name) for name in names):
        raise FileRefused(
            file,
            "no_headings",
            "its first row holds an e-mail address where a heading should stand",
            "Put a row of headings above the first row",
        )


def _free_name(path: Path, folder: Path) -> str:
    """A name for the source from the export's: its words in lower case, numbers left out."""
    words = re.findall(r"[a-z]+", _COUNTER.sub(" ", path.stem).casefold())
    stem = "_".join(words)[:40].strip("_") or "source"
    names = (stem, *(f"{stem}_{number}" for number in range(2, 1000)))
    return next(
        name
        for name in names
        if not any((folder / f"{name}{end}").exists() for end in (".toml", ".toml.draft"))
    )


def _draft(raw: RawTable, file: str, name: str, readers: Readers) -> Draft:
    """The packaged source file that reads rows of the export; else a draft from its headings."""
    open_name = glob_of(file)
    templates = fitting_templates(raw, file, packaged_templates())
    for template in templates:
        draft = draft_from_template(raw, open_name, template)
        source = _parsed(draft.text, name)
        if isinstance(source, SourceFile) and (draft.open_points or _read(raw, file, source, readers)):
            return draft
    if raw.format == "ics" and templates:
        return draft_from_titles(raw, open_name, templates[0])
    return draft_source(raw, open_name, questions())


def _read(raw: RawTable, file: str, source: SourceFile, readers: Readers) -> StagedFile | None:
    """The export as a source reads it; `None` where it is refused or no row lands anywhere."""
    try:
        staged = _mapped(raw, file, source, readers)
    except FileRefused:
        return None
    landed = {row for frame in staged.tables.values() for row in frame.get_column(ROW_NUMBER)}
    return staged if landed or raw.n_rows == 0 else None


def _mapped(raw: RawTable, file: str, source: SourceFile, readers: Readers) -> StagedFile:
    return map_rows(
        raw,
        source,
        file=file,
        key=readers.key,
        questions=questions(),
        time_zone=readers.time_zone,
        people=readers.people,
    )


def _parsed(text: str, name: str) -> SourceFile | str:
    """The source file, or what is wrong with it."""
    try:
        return read_source_file(text, name)
    except SourceFileError as error:
        return str(error)


def _what_is_left(
    draft: Draft, raw: RawTable, file: str, name: str, readers: Readers
) -> tuple[list[str], list[str]]:
    """What keeps the draft from reading the file, and the lines that would fill gaps of its codebook."""
    source = _parsed(draft.text, name)
    if isinstance(source, str):
        return [source], []
    try:
        staged = _mapped(raw, file, source, readers)
    except FileRefused as refused:
        # That the order of day and month is open has been said.
        return [str(refused)] if refused.rule != "day_order_missing" else [], []
    landed = pl.concat([frame.get_column(ROW_NUMBER) for frame in staged.tables.values()]).n_unique()
    if not landed and raw.n_rows:
        return ["No row of the file becomes anything: change the conditions (`when`)."], []
    return [], list(lines_to_paste(raw, staged, source, file))
