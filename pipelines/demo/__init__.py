"""A made-up programme as the files a real one would drop into its inbox.

What belongs here: writing `models.simulate`'s frames in the exports' own formats, with a few of the blemishes
real exports have, and the source files that say how they are read.
What does not: drawing the programme (`models.simulate`), reading anything back.

Names and addresses are made up (`example.org`). The truth is written beside the inbox, never into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from math import isfinite
from pathlib import Path
from types import MappingProxyType

from models.simulate import HORIZON_DAYS, Programme, cut_on
from pipelines.demo import sheets
from pipelines.demo.events import calendar
from pipelines.demo.forms import pulse, write_baseline, write_checkout

__all__ = ["TRUTH_FILE", "DemoExports", "write_exports", "write_sources"]

TRUTH_FILE = "truth.json"


@dataclass(frozen=True, slots=True)
class DemoExports:
    """What was written.

    Attributes:
        rows: Rows below the heading (events, for the calendar) by file name.
        n_bad_rows: Rows with a value that cannot stand; each has to end in quarantine.
        n_repeated_rows: Rows that say again what another row of their file says.
        n_corrected_rows: Rows a later row of the same person and question replaces.
        n_test_rows: Rows of a test, which their source file drops by a named rule.
    """

    rows: Mapping[str, int]
    n_bad_rows: int
    n_repeated_rows: int
    n_corrected_rows: int
    n_test_rows: int


def write_exports(programme: Programme, folder: Path, *, time_zone: str) -> DemoExports:
    """Writes the programme's exports into an inbox, and the truth beside it.

    The bad rows: in the pulse an answer of another scale and a rating of 9, in the check-out form a row
    without an e-mail, in the session log an end before its start, in the attendance list a "maybe", in the
    commitments sheet a difficulty of 7.

    Args:
        programme: The programme; without groups that keep a sheet, or without others, it has fewer blemishes.
        folder: The inbox; made where it is missing. `truth.json` goes into the folder above.
        time_zone: Zone of the local times the forms and sheets write.

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "pulse.csv": pulse(programme, time_zone),
        "session_log.csv": sheets.session_log(programme, time_zone),
        "attendance.csv": sheets.attendance(programme),
        "groups.csv": sheets.groups(programme),
        "invitations.csv": sheets.invitations(programme),
        "commitments.csv": sheets.commitments(programme, time_zone),
    }
    for name, frame in tables.items():
        frame.write_csv(folder / name, line_terminator="\r\n" if name == "pulse.csv" else "\n")
    roster = sheets.roster(programme)
    roster.write_csv(folder / "roster.csv", separator=";", include_bom=True)
    events = calendar(programme)
    (folder / "calendar.ics").write_text(events, encoding="utf-8", newline="")
    rows = {
        **{name: frame.height for name, frame in tables.items()},
        "roster.csv": roster.height,
        "calendar.ics": events.count("BEGIN:VEVENT"),
        "checkout.xlsx": write_checkout(programme, folder / "checkout.xlsx", time_zone),
        "baseline.xlsx": write_baseline(programme, folder / "baseline.xlsx", time_zone),
    }
    _write_truth(programme, folder.parent / TRUTH_FILE)
    return _counted(programme, rows)


def write_sources(folder: Path) -> tuple[str, ...]:
    """Copies the packaged source files, one per input, into a programme's `sources` folder.

    Returns:
        The file names, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    templates = files("pipelines").joinpath("templates").joinpath("sources")
    names = tuple(sorted(item.name for item in templates.iterdir() if item.name.endswith(".toml")))
    for name in names:
        (folder / name).write_text(templates.joinpath(name).read_text(encoding="utf-8"), encoding="utf-8")
    return names


def _counted(programme: Programme, rows: Mapping[str, int]) -> DemoExports:
    """How many blemishes found a row: two files are empty where no group, or every group, keeps a sheet."""
    has_sheet = rows["commitments.csv"] > 0
    has_form = rows["checkout.xlsx"] > 0
    n_checkout = programme.commitments["commitment_id"].str.contains("|", literal=True).sum()
    n_added = rows["checkout.xlsx"] - int(n_checkout)
    return DemoExports(
        rows=MappingProxyType(dict(rows)),
        n_bad_rows=4 + has_sheet + (n_added > 1),
        n_repeated_rows=4 + has_form,
        n_corrected_rows=1,
        n_test_rows=int(n_added > 1),
    )


def _write_truth(programme: Programme, path: Path) -> None:
    """The true effect and what the crude contrast adds to it; numbers of the whole, none of a person."""
    truth = programme.truth
    names = (
        "average_effect",
        "crude_difference",
        "selection",
        "heterogeneity",
        "bias",
        "completion_with",
        "completion_without",
    )
    content = {
        "what": f"Made-up data. Probabilities of being done within {HORIZON_DAYS} days of check-out.",
        "last_day": cut_on(programme.scenario),
        "n_commitments": truth.commitments.height,
        **{name: value if isfinite(value := getattr(truth, name)) else None for name in names},
        "scenario": asdict(programme.scenario),
    }
    path.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
