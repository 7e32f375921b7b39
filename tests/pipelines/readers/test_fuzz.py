"""Damaged files of every format: each is read or refused, never misread without a word, and nobody is named.

A run is the same every time: the damage is drawn from the number of the trial. `python -m pytest -m thorough` on
this file tries many more; PEERLIFT_FUZZ_TRIALS says how many for each export.
"""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_exports import BUILDERS, MARKER, SmallExport

from models.catalogue import questions
from pipelines.identity import IdentityKey
from pipelines.mapping import map_rows
from pipelines.readers import READ_FORMATS, FileRefused, RawTable, read_export
from pipelines.source_file import SourceFile, read_source_file

KEY = IdentityKey(b"k" * 32)
TRIALS, THOROUGH_TRIALS = 100, int(os.environ.get("PEERLIFT_FUZZ_TRIALS", "4000"))
QUESTIONS = questions()
LARGEST = 200_000

Damage = Callable[[random.Random, bytes], bytes]


def flip(draw: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def cut_short(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content))]


def leave_out(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.choice((1, 3, 40)) :]


def repeat(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start : start + draw.choice((1, 3, 40, 400))] * 2 + content[start:]


def insert(draw: random.Random, content: bytes) -> bytes:
    odd = draw.choice(
        (
            b"\x00",
            b'"',
            b'""',
            b"'",
            b",",
            b";",
            b"\t",
            b"|",
            b"\r",
            b"\n",
            b"\r\n",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\x1a",
            b"\x85",
            "\u2028".encode(),
            "\U0001f600".encode(),
            "e\u0301\u200f\u00a0".encode(),
            b"[" * 2000,
            b'{"a":' * 2000,
            b"x" * 140_000,
            b"1e999",
            b"9" * 500,
            b"=cmd|'/c calc'!A1",
        )
    )
    start = draw.randrange(len(content) + 1)
    return content[:start] + odd + content[start:]


def shuffle_lines(draw: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    place, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    change = draw.choice(("drop", "double", "swap", "first"))
    if change == "drop":
        del lines[place]
    elif change == "double":
        lines.insert(other, lines[place])
    elif change == "swap":
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines = lines[place:]
    return b"".join(lines)


def exchange(draw: random.Random, content: bytes) -> bytes:
    """One character for another throughout: separators, quotes, line ends, digits."""
    characters = (b",", b";", b"\t", b'"', b"\n", b"\r\n", b"1", b"5", b"-", b"/", b":", b" ", b"{", b"}")
    return content.replace(draw.choice(characters), draw.choice((*characters, b"")), draw.choice((-1, 1, 3)))


def encode_anew(draw: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    page = draw.choice(("cp1252", "utf-16", "utf-16-le", "utf-8-sig", "cp932", "mac_roman", "utf-32", "cp037"))
    return text.encode(page, errors="replace")


TO_BYTES: tuple[Damage, ...] = (flip, cut_short, leave_out, repeat, insert)
TO_TEXT: tuple[Damage, ...] = (*TO_BYTES, shuffle_lines, exchange, encode_anew)


def damaged(content: bytes, trial: int) -> bytes:
    """The content with one to three damages, drawn from the number of the trial."""
    draw = random.Random(trial)  # noqa: S311 - no secret
    if zipfile.is_zipfile(io.BytesIO(content)) and draw.random() < 0.8:
        return _damaged_package(content, draw)
    is_text = not content.startswith((b"PK", b"PAR1"))
    for _ in range(draw.choice((1, 1, 2, 3))):
        content = draw.choice(TO_TEXT if is_text else TO_BYTES)(draw, content) or b"x"
    return content[:LARGEST]


def _damaged_package(content: bytes, draw: random.Random) -> bytes:
    """The package with damage in one of its parts, packed anew, so that its sums are right."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    telling = [name for name in parts if "sheet" in name or "haredStrings" in name or "styles" in name]
    name = draw.choice(telling)
    parts[name] = draw.choice((*TO_BYTES, exchange))(draw, parts[name])
    if draw.random() < 0.1:
        del parts[draw.choice(list(parts))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for part, inside in parts.items():
            package.writestr(part, inside)
    return packed.getvalue()


def check(path: Path, source: SourceFile) -> bool:
    """Whether the file was read; every row of it is accounted for, and a refusal says nothing of a cell."""
    try:
        raw = read_export(path)
        if raw.format == source.format:
            _check_rows_add_up(raw, source)
    except FileRefused as refused:
        _check_silence(refused)
        return False
    return True


def _check_silence(refused: FileRefused) -> None:
    assert MARKER not in str(refused)
    assert refused.__cause__ is None


def _check_rows_add_up(raw: RawTable, source: SourceFile) -> None:
    assert raw.n_rows == raw.frame.height
    staged = map_rows(raw, source, file="f", key=KEY, questions=QUESTIONS, time_zone="Europe/Berlin")
    landed = {number for frame in staged.tables.values() for number in frame["row_number"]}
    dropped = set(staged.dropped["row_number"])
    assert landed | dropped == set(raw.frame["row_number"])
    if raw.format != "ics":  # an event that repeats is one row of its file, and may take place and be left out
        assert landed.isdisjoint(dropped)
        assert staged.dropped.height == len(dropped)


def fuzz(name: str, trials: range, folder: Path, logged: pytest.LogCaptureFixture) -> None:
    export = BUILDERS[name]()
    source = read_source_file(export.source, "fuzzed")
    path = folder / "export.dat"
    n_read = 0
    for trial in trials:
        path.write_bytes(damaged(export.content, trial))
        try:
            n_read += check(path, source)
        except FileRefused:
            raise
        except BaseException as failure:
            failure.add_note(f"{name}, trial {trial}")
            raise
        assert not logged.records, f"trial {trial} is logged by {logged.records[0].name}"
    # Were all refused, nothing but the refusal would be tried.
    assert 0 < n_read < len(trials)


def test_every_format_is_among_the_fuzzed() -> None:
    assert {build().format for build in BUILDERS.values()} == set(READ_FORMATS)


@pytest.mark.parametrize("name", BUILDERS)
def test_an_undamaged_export_is_read_and_its_rows_add_up(name: str, tmp_path: Path) -> None:
    export: SmallExport = BUILDERS[name]()
    (tmp_path / "export.dat").write_bytes(export.content)
    raw = read_export(tmp_path / "export.dat")
    assert raw.format == export.format
    assert raw.frame["row_number"].n_unique() == 3
    assert {export.person, export.time} <= set(raw.frame.columns)
    assert check(tmp_path / "export.dat", read_source_file(export.source, "whole"))


@pytest.mark.parametrize("name", BUILDERS)
def test_a_damaged_file_is_read_or_refused_and_names_nobody(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fuzz(name, range(TRIALS), tmp_path, caplog)


@pytest.mark.thorough
@pytest.mark.parametrize("name", BUILDERS)
def test_many_damaged_files_are_read_or_refused_and_name_nobody(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fuzz(name, range(TRIALS, TRIALS + THOROUGH_TRIALS), tmp_path, caplog)
