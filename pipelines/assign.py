"""What `peerlift assign` does: draw at which coming check-outs the prompt to book a date is shown.

What belongs here: who is drawn for, the draw's log, the file that stores it, and what is said about it.
What does not: the draw itself (`models.effects.randomised`) and reading the file back (`sources/assignments.toml`).

A draw is made once: its seed and what it was made for are logged before anything else, the same seed makes the same
file again, and no check-out is drawn twice.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from models.contracts import ASSIGNMENTS, MEMBERSHIPS
from models.effects.randomised import permuted_blocks
from pipelines.cell_values import Export, open_export
from pipelines.identity import IdentityKey, normalised_part, pseudonym
from pipelines.inbox import open_inbox, put
from pipelines.private_files import PRIVATE_FILE, replace_file, sync_folder
from pipelines.run_lock import run_lock
from pipelines.settings import Programme, SettingsError
from pipelines.source_spec import SourceFile, ValueSpec
from pipelines.stages.reading import Readers, load_readers, read_file
from pipelines.times import Clock

Within = Literal["person", "group"]

LOG_FILE = "draws.jsonl"
HEADING = ("group", "session", "e-mail", "prompt", "drawn at", "block")
LARGEST_SEED = 2**31


class AssignError(SettingsError):
    """A draw can't be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What is to be drawn.

    Attributes:
        within: Blocks are drawn within a person (over their sessions) or within a group (session by session).
        from_session: Number of the first session drawn for.
        to_session: Number of the last one.
        block_size: Check-outs in a block, an even number; half of them are shown the prompt.
        seed: Seed of the draw, 0 to 2**31 - 1.

    Raises:
        AssignError: A value is out of its range.
    """

    within: Within
    from_session: int
    to_session: int
    block_size: int
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.from_session <= self.to_session:
            raise AssignError("--from-session has to be 1 or more, and --to-session not below it.")
        if self.block_size < 2 or self.block_size % 2:
            raise AssignError("--block-size has to be an even number: half of a block is shown the prompt.")
        if not 0 <= self.seed < LARGEST_SEED:
            raise AssignError(f"--seed has to lie in 0 to {LARGEST_SEED - 1}.")

    @property
    def sessions(self) -> range:
        """Numbers of the sessions drawn for."""
        return range(self.from_session, self.to_session + 1)


@dataclass(frozen=True, slots=True, order=True)
class CheckOut:
    """One person at the check-out of one session, as the exports name them."""

    group: str
    person: str
    session: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a draw: numbers of the whole, and where the file is."""

    path: str
    draw: Draw
    assigned_at: str
    n_check_outs: int
    n_shown: int
    n_people: int
    n_groups: int
    is_repeated: bool


def fresh_seed() -> int:
    """A seed nobody chose."""
    return secrets.randbelow(LARGEST_SEED)


def draw_assignments(
    programme: Programme, groups_file: Path, draw: Draw, moment: datetime, into: Path | None = None
) -> Drawn:
    """Draw for everybody who is in a group now, log the draw, and write the file that stores it.

    Args:
        programme: The programme.
        groups_file: The export of who is in which group, as a source file reads it.
        draw: What is to be drawn.
        moment: Now, UTC; a repeated draw keeps the moment of the first.
        into: Where the file goes; the inbox where None.

    Raises:
        AssignError: nobody to draw for, check-outs drawn before, or a seed that made another draw.
        FileRefused: the export can't be read.
        InboxError: the inbox can't be written to; the same seed draws the same again.
    """
    with run_lock(programme.folders):
        readers = load_readers(programme)
        local_day = moment.astimezone(programme.zone).date()
        check_outs = _check_outs(groups_file, readers, draw, local_day)
        entry = _entry(draw, check_outs, readers.key, moment)
        log = programme.folders.root / LOG_FILE
        earlier = _logged_alike(log, entry)
        assigned_at = str((earlier or entry)["assigned_at"])
        content, n_shown = _content(check_outs, draw, assigned_at)
        name = f"assignments-{draw.seed}.csv"
        _check_it_reads_back(name, content, len(check_outs), readers)
        if earlier is None:
            _append(log, entry)
        if into:
            replace_file(into, content)
        path = into or put(open_inbox(programme.inbox), name, content)
    return Drawn(
        str(path),
        draw,
        assigned_at,
        len(check_outs),
        n_shown,
        n_people=len({item.person for item in check_outs}),
        n_groups=len({item.group for item in check_outs}),
        is_repeated=earlier is not None,
    )


def said_of(drawn: Drawn) -> str:
    """What the command says about a draw, and what to do next; no person is named."""
    draw = drawn.draw
    again = "Made again, as it was first drawn" if drawn.is_repeated else "Drawn"
    return "\n".join(
        (
            f"{again}: {drawn.n_check_outs} check-outs of {drawn.n_people} people in {drawn.n_groups} groups, "
            f"sessions {draw.from_session} to {draw.to_session}; {drawn.n_shown} with the prompt.",
            f"Seed {draw.seed}, blocks of {draw.block_size} within each {draw.within}, stored as drawn at "
            f"{drawn.assigned_at}; logged in {LOG_FILE}.",
            f"Written to {drawn.path}.",
            "",
            'Next: 1. Copy the file for whoever leads the check-outs: ask "Book a date with a partner now?" where it '
            "says yes, and nobody else.",
            "      2. Run `peerlift run` before the first of these check-outs: it stores the draw. A file that is not "
            "in the inbox has to be put there.",
            f"      3. Call it again with --seed {draw.seed} for the same file; for later sessions with another seed.",
        )
    )


def _check_outs(path: Path, readers: Readers, draw: Draw, day: date) -> list[CheckOut]:
    """Every member of today at every session drawn for, in an order that does not depend on the file's."""
    raw, staged = read_file(path, path.name, readers)
    source = readers.sources[staged.source]
    clock = Clock(source.time_zone or readers.time_zone, source.day_order)
    export = open_export(raw, path.name, clock, readers.key, source.columns)
    members = staged.tables.get(MEMBERSHIPS.name)
    if members is None:
        raise AssignError(
            f"{path.name}: sources/{source.name}.toml reads no memberships from it. Name the export of who is in "
            "which group."
        )
    current = members.filter(
        (pl.col("unreadable") == "")
        & pl.col("person_id").is_not_null()
        & pl.col("group_id").is_not_null()
        & (pl.col("to_on").is_null() | (pl.col("to_on") >= day))
    )
    named = _named(export, source).join(current.select("row_number").unique(), on="row_number", how="semi")
    pairs = {
        (normalised_part(group, "group"), normalised_part(person, "person")): (group, person)
        for group, person in named.select("group", "person").iter_rows()
    }
    if not pairs:
        raise AssignError(f"{path.name}: nobody is in a group on {day}. Deliver a current export.")
    return [CheckOut(*pairs[pair], session) for pair in sorted(pairs) for session in draw.sessions]


def _named(export: Export, source: SourceFile) -> pl.DataFrame:
    """Group and person as the file writes them, with the row they stand in."""
    block = next(block for block in source.rows if block.table == MEMBERSHIPS.name)
    columns = {
        name: export.part(_only_part(block.columns[column], source, column).parts[0])
        for name, column in (("group", "group_id"), ("person", "person_id"))
    }
    return pl.DataFrame(
        [export.rows.alias("row_number"), *(text.alias(name) for name, text in columns.items())]
    )


def _only_part(spec: ValueSpec, source: SourceFile, column: str) -> ValueSpec:
    if len(spec.parts) != 1 or spec.prefix or spec.width:
        raise AssignError(
            f"sources/{source.name}.toml: {column} is composed of several parts, and a draw names each group and "
            "person by one column. Deliver an export with such a column."
        )
    return spec


def _content(check_outs: Sequence[CheckOut], draw: Draw, assigned_at: str) -> tuple[bytes, int]:
    """The file, and how many are shown the prompt; the same for the same seed, check-outs and moment."""
    ordered = sorted(
        check_outs, key=lambda item: (_stratum(item, draw.within), item.session, item.group, item.person)
    )
    sizes = list(Counter(_stratum(item, draw.within) for item in ordered).values())
    rng = np.random.Generator(np.random.PCG64(draw.seed))
    block, shown = permuted_blocks(sizes, draw.block_size, draw.block_size // 2, rng)
    # The seed itself stays out of the data: with it anybody could tell what is drawn next.
    name = hashlib.sha256(f"{draw.seed} {assigned_at}".encode()).hexdigest()[:8]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    for item, number, prompt in zip(ordered, block.tolist(), shown.tolist(), strict=True):
        words = "yes" if prompt else "no"
        writer.writerow((item.group, item.session, item.person, words, assigned_at, f"{name}-{number + 1:05d}"))
    return text.getvalue().encode("utf-8"), int(shown.sum())


def _stratum(item: CheckOut, within: Within) -> str:
    return item.person if within == "person" else item.group


def _entry(draw: Draw, check_outs: Iterable[CheckOut], key: IdentityKey, moment: datetime) -> dict[str, Any]:
    """What the log keeps of a draw; people stand in it only as one hash of all of them under the key."""
    listed = list(check_outs)
    roster = "\n".join(f"{item.group}\x1f{item.person}" for item in listed)
    sessions = {pseudonym((item.group, str(item.session)), "session", key) for item in listed}
    return {
        **asdict(draw),
        "assigned_at": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "roster": hmac.digest(key.secret, roster.encode("utf-8"), "sha256").hex(),
        "sessions": sorted(session for session in sessions if session),
    }


def _logged_alike(log: Path, entry: dict[str, Any]) -> dict[str, Any] | None:
    """The logged draw this one repeats; None where it is new.

    Raises:
        AssignError: its seed made another draw, or some of its check-outs were drawn before.
    """
    earlier = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    for known in earlier:
        if known["seed"] == entry["seed"]:
            if {**known, "assigned_at": None} == {**entry, "assigned_at": None}:
                return dict(known)
            raise AssignError(
                f"Seed {entry['seed']} was used on {known['assigned_at'][:10]} for another draw (other sessions, "
                "blocks or members). Name another seed, or none."
            )
        n_twice = len(set(known["sessions"]) & set(entry["sessions"]))
        if n_twice:
            raise AssignError(
                f"{n_twice} of these check-outs were drawn on {known['assigned_at'][:10]} with seed {known['seed']}, "
                "and a draw is made once. Begin after them with --from-session, or call it with that seed again."
            )
    return None


def _append(log: Path, entry: dict[str, Any]) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(log.parent)


def _check_it_reads_back(name: str, content: bytes, n_check_outs: int, readers: Readers) -> None:
    """Refuse a draw whose file the programme's source files would not read as drawn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        _, staged = read_file(path, name, readers)
    rows = staged.tables.get(ASSIGNMENTS.name, pl.DataFrame(schema={"unreadable": pl.String}))
    if rows.height != n_check_outs or (rows["unreadable"] != "").any():
        raise AssignError(
            f"sources/{staged.source}.toml would not read the draw back. Take the columns of the source file "
            "assignments.toml that `peerlift init` writes."
        )
