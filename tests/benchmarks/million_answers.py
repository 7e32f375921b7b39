"""What it costs to read, map, validate and store a million answers, beside DuckDB merely loading the same file.

Run by `make bench`, which puts what is printed here into `docs/benchmarks.md`; by hand:
`python tests/benchmarks/million_answers.py`. It works in a temporary folder and leaves nothing behind.

A million answers come in two shapes of about 300 MB: 125,000 responses to eight questions, and a million responses to
one, both with comments, as exports have them; the comments are in German and English, with quotes, commas and line
breaks. They are drawn from a fixed seed and written row by row.

DuckDB's `create table as from read_csv` into a new file is the bare load. Each side is a process of its own, measured
from when it has imported everything and, on our side, has taken a small file the same way. The steps are those a run
takes from the landed copy to the history; landing itself (a copy and three hashes) stands beside them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TextIO

from demo_run import CLEAR_PEAK, MEGABYTE, STATUS

N_ANSWERS = 1_000_000
N_BYTES = 300_000_000
MOST_TIMES = 4
MOST_BYTES = 1_500_000_000
SEED = 1
WAVES = 10
PEOPLE_PER_GROUP = 4
FIRST_SESSION = datetime(2025, 1, 13, 15, 30, tzinfo=UTC)
SECONDS_TO_ANSWER = 432_000
HEADINGS = ("Timestamp", "Your work e-mail", "Your group", "Which session was it?")
COMMENTS = ("What helped you most?", "What would you change?", "Anything else?")
QUESTIONS = (
    "usefulness",
    "ucla_companionship",
    "ucla_left_out",
    "ucla_isolated",
    "meaningful_talk",
    "trust",
    "perceived_pressure",
    "skill_listening",
)
SENTENCES = (
    "The group took its time, and nobody hurried me.",
    "Ich fand es gut, dass alle zugehört haben – auch als es länger wurde.",
    'Someone asked "what would you do if it were easy?", which helped.',
    "Die Zeit für den Check-out war knapp.",
    "We could begin on time; two of us came late.",
    "Für mich wäre ein kürzeres Treffen besser, vielleicht neunzig Minuten.",
    "I left with one thing to do, and I know by when.",
    "Es war schön, einmal über etwas Schwieriges zu sprechen.\nDas möchte ich öfter.",
)
SOURCE = """
format = "google_forms"
files = ["answers*.csv"]
day_order = "month_first"
ignore = [{comments}]

[[drop]]
rule = "test_row"
when = {{ column = "Your work e-mail", matches = "(?i)^test@" }}

[[rows]]
table = "answers"
[rows.columns]
person_id = {{ column = "Your work e-mail" }}
wave = {{ column = "Which session was it?", prefix = "session-", width = 2 }}
session_id = {{ columns = ["Your group", "Which session was it?"] }}
answered_at = {{ column = "Timestamp" }}
[rows.questions]
{questions}
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the answers stand in the file: questions and comments of each response."""

    title: str
    questions: tuple[str, ...]
    comments: tuple[str, ...]

    def n_responses(self, n_answers: int) -> int:
        return n_answers // len(self.questions)


SHAPES: Mapping[str, Shape] = {
    "wide": Shape("125,000 responses to eight questions, long comments", QUESTIONS, COMMENTS),
    "tall": Shape("1,000,000 responses to one question, short comments", QUESTIONS[:1], COMMENTS[:1]),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: seconds of CPU (all threads) and of the clock, and the largest resident set in bytes."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


# What is made: the file and the programme that reads it.


def write_answers(path: Path, shape: Shape, n_responses: int, n_bytes: int, name: str = "p") -> None:
    """Write the export: `n_responses` responses in about `n_bytes`, one row after the other."""
    from models.catalogue import questions

    draw = random.Random(SEED)  # noqa: S311 - a made-up file, nothing secret
    choices = [tuple(questions()[question].choices) for question in shape.questions]
    headings = [*HEADINGS, *(questions()[question].text for question in shape.questions), *shape.comments]
    n_people = -(-n_responses // WAVES)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, (wave, person) in enumerate(product(range(WAVES), range(n_people))):
            if number == n_responses:
                break
            moment = FIRST_SESSION + timedelta(weeks=4 * wave, seconds=draw.randrange(SECONDS_TO_ANSWER))
            row = [
                f"{moment:%m/%d/%Y %H:%M:%S}",
                f"{name}{person}@example.org",
                f"G{person // PEOPLE_PER_GROUP}",
                wave + 1,
                *(draw.choice(texts) for texts in choices),
            ]
            each = (n_bytes / n_responses - sum(len(str(cell)) + 1 for cell in row)) / len(shape.comments)
            writer.writerow([*row, *(_comment(draw, each) for _ in shape.comments)])


def _comment(draw: random.Random, n_bytes: float) -> str:
    """Sentences of about so many bytes in the file, which doubles quotes."""
    sentences: list[str] = []
    while n_bytes > 30:
        sentences.append(draw.choice(SENTENCES))
        n_bytes -= len(sentences[-1].encode()) + 1 + sentences[-1].count('"')
    return " ".join(sentences)


def make_answers_programme(folder: Path, shape: Shape) -> None:
    """A programme whose only source describes the export."""
    from models.catalogue import questions
    from pipelines.new_programme import make_programme

    make_programme(folder)
    for template in (folder / "sources").glob("*.toml"):
        template.unlink()
    asked = "\n".join(
        f"{name} = {{ column = {json.dumps(questions()[name].text)} }}" for name in shape.questions
    )
    comments = ", ".join(json.dumps(text) for text in shape.comments)
    (folder / "sources" / "answers.toml").write_text(SOURCE.format(comments=comments, questions=asked), "utf-8")


# What is measured, each in a process of its own.


def load_bare(path: Path, folder: Path) -> dict[str, Cost]:
    """DuckDB alone: the file into a table of a new database."""
    import duckdb

    costs: dict[str, Cost] = {}
    with duckdb.connect(str(folder / "warm.duckdb")) as connection:
        connection.execute(f"create table t as from read_csv('{_small(path)}')")
    with measured("bare load", costs), duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute(f"create table t as from read_csv('{path}')")
    return costs


def load_ours(path: Path, folder: Path, shape: Shape) -> dict[str, Cost]:
    """The steps of a run from the inbox to the history."""
    from models.contracts import ANSWERS
    from pipelines.settings import load_programme, now
    from pipelines.stages import landing, loading, reading
    from pipelines.store.warehouse import one_row, open_warehouse

    def steps_of(programme_folder: Path, export: Path) -> Mapping[str, Callable[[], object]]:
        make_answers_programme(programme_folder, shape)
        # With its time: a run waits for a file that was written just now.
        shutil.copy2(export, programme_folder / "inbox" / "answers.csv")
        programme = load_programme(programme_folder)
        return {
            "land": lambda: landing.land_inbox(programme, now()),
            "read and map": lambda: reading.stage_new_files(programme),
            "validate": lambda: loading.check_staged(programme),
            "store": lambda: loading.load_history(programme),
        }

    for step in steps_of(folder / "warm", _small(path)).values():
        step()
    costs: dict[str, Cost] = {}
    for name, step in steps_of(folder / "ours", path).items():
        with measured(name, costs):
            step()
    with open_warehouse(load_programme(folder / "ours").folders.database) as connection:
        n_stored = one_row(connection, f"select count(*) from {ANSWERS.name}_versions")[0]
        n_aside = one_row(connection, "select count(*) from set_aside")[0]
    if (n_stored, n_aside) != (N_ANSWERS, 0):
        raise RuntimeError(f"{n_stored:,} answers were stored and {n_aside:,} rows set aside")
    return costs


def _small(path: Path) -> Path:
    return path.with_name("small-" + path.name)


@contextmanager
def measured(name: str, costs: dict[str, Cost]) -> Iterator[None]:
    """Note what the block took; the peak is this block's own where the system can say so."""
    if CLEAR_PEAK.exists():
        CLEAR_PEAK.write_text("5")
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    lines = STATUS.read_text().splitlines()
    peak = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
    costs[name] = Cost(time.process_time() - cpu, time.perf_counter() - wall, peak)


def measure(part: str, shape: str, folder: Path) -> dict[str, Cost]:
    """Run one part in a process of its own.

    Raises:
        subprocess.CalledProcessError: it failed; its own words stand above.
    """
    command = [sys.executable, __file__, "--part", part, "--shape", shape, "--folder", str(folder)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: Cost(*cost) for name, cost in json.loads(said).items()}


def run_part(part: str, name: str, folder: Path) -> None:
    """Do one part here and print its costs."""
    shape, path = SHAPES[name], folder / f"{name}.csv"
    if part == "make":
        write_answers(path, shape, shape.n_responses(N_ANSWERS), N_BYTES)
        write_answers(_small(path), shape, 200, 200 * 1000, name="q")
        costs: dict[str, Cost] = {}
    else:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            costs = load_bare(path, Path(place)) if part == "bare" else load_ours(path, Path(place), shape)
    print(json.dumps({step: [c.cpu_seconds, c.wall_seconds, c.peak_bytes] for step, c in costs.items()}))
    sys.stdout.flush()
    os._exit(0)  # as `peerlift` ends: Great Expectations leaves DuckDB's binding to print at a plain exit


# What is said.


def report(name: str, folder: Path, out: TextIO) -> None:
    """Everything measured of one shape, as Markdown."""
    measure("make", name, folder)
    bare = measure("bare", name, folder)["bare load"]
    ours = measure("ours", name, folder)
    size = (folder / f"{name}.csv").stat().st_size
    steps = [cost for step, cost in ours.items() if step != "land"]
    whole = Cost(
        sum(cost.cpu_seconds for cost in steps),
        sum(cost.wall_seconds for cost in steps),
        max(cost.peak_bytes for cost in steps),
    )
    cpu, wall = whole.cpu_seconds / bare.cpu_seconds, whole.wall_seconds / bare.wall_seconds
    is_kept = cpu <= MOST_TIMES and whole.peak_bytes <= MOST_BYTES
    rows = {"bare DuckDB: `read_csv` into a table": bare, **ours, "read to store together": whole}
    lines = [
        f"{SHAPES[name].title}: {size / 1e6:.0f} MB.",
        "",
        "| | CPU s | wall s | peak MB |",
        "| --- | --: | --: | --: |",
        *(
            f"| {step} | {cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f} | {cost.peak_bytes / MEGABYTE:.0f} |"
            for step, cost in rows.items()
        ),
        "",
        f"{cpu:.1f} times the CPU and {wall:.1f} times the time of the bare load where at most {MOST_TIMES} are "
        f"wanted, {whole.peak_bytes / 1e6:.0f} MB where at most {MOST_BYTES / 1e6:,.0f}: "
        f"{'kept' if is_kept else '**missed**'}.",
        "",
    ]
    print("\n".join(lines), file=out, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=tuple(SHAPES), help="one of the two shapes")
    parser.add_argument("--part", choices=("make", "bare", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        run_part(arguments.part, arguments.shape, arguments.folder)
    with tempfile.TemporaryDirectory(prefix="peerlift-benchmark-") as folder:
        for name in [arguments.shape] if arguments.shape else SHAPES:
            report(name, Path(folder), sys.stdout)


if __name__ == "__main__":
    main()
