"""What the difference and its adjusted forms cost on ten million commitments, beside a bare query and other tools.

Run by `make bench`, which puts what is printed here into `docs/benchmarks.md`; by hand:
`python tests/benchmarks/estimators.py`. It works in a temporary folder and leaves nothing behind.

Every measurement is a process of its own that opens the same DuckDB file. CPU seconds are of all threads, user and
system, the start of Python and all imports included; memory is the largest resident set.

statsmodels and pyfixest are no part of the project. `PEERLIFT_PEERS` names the Python of an environment that has
both, and pandas with pyarrow; without it their rows are left out, with a word.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from estimator_parts import EACH, PEOPLE_PER_CLUSTER, SEED, UNKNOWN_SHARE

MEGABYTE = 1 << 20
PARTS, PEERS = (str(Path(__file__).with_name(name)) for name in ("estimator_parts.py", "peers.py"))
N_COMMITMENTS = 10_000_000
N_PEER_COMMITMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A process that was measured: what it cost, its own steps in CPU seconds, and what it found."""

    cpu_seconds: float
    peak_bytes: int
    steps: Mapping[str, float]
    found: Mapping[str, tuple[float, float]]


def measure(python: str, *arguments: str) -> Measured:
    """Run one part in a process of its own.

    Raises:
        RuntimeError: it failed.
    """
    process = subprocess.Popen([python, *arguments], stdout=subprocess.PIPE)
    said = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured program ended with {process.returncode}; its own words stand above")
    told = json.loads(said)
    found = {name: (numbers[0], numbers[1]) for name, numbers in told["found"].items()}
    return Measured(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, told["steps"], found)


TEN_MILLION = {
    "group_by": "bare DuckDB: one `group by cluster, arm`",
    "crude_by_person": "headline and interval as the pipeline makes them, counts per person",
    "crude_from_ids": "the same, persons and groups by their ids",
    "crude": "headline and interval from counts per cluster",
    "adjusted": "four adjusted differences and intervals",
    "adjusted_from_ids": "the same, persons and groups by their ids",
}
"""What is measured at the full size, and what it is called."""


def peer_rows(database: str, folder: Path, python: str | None) -> list[str]:
    """Ours, statsmodels and pyfixest on the same commitments."""
    rows = [
        _row("Peerlift: difference, CR2", own := measure(sys.executable, PARTS, "crude", database)),
        _row(
            "Peerlift: difference within persons",
            measure(sys.executable, PARTS, "within", database),
        ),
    ]
    if python is None:
        return [
            *rows,
            "",
            "statsmodels and pyfixest: not measured, as `PEERLIFT_PEERS` names no Python that has them.",
        ]
    parquet = str(folder / "commitments.parquet")
    measure(sys.executable, PARTS, "parquet", database)
    names = {
        "statsmodels": "statsmodels: OLS, clustered",
        "pyfixest": "pyfixest: feols, CRV1",
        "pyfixest_within": "pyfixest: feols, an intercept per person, CRV1",
    }
    found = {part: measure(python, PEERS, part, parquet) for part in names}
    rows += [_row(name, found[part]) for part, name in names.items()]
    ratios = [
        f"{found[part].cpu_seconds / own.cpu_seconds:.1f} times the CPU and "
        f"{found[part].peak_bytes / own.peak_bytes:.1f} times the memory in {part}"
        for part in ("statsmodels", "pyfixest")
    ]
    return [*rows, "", f"The crude difference takes {', '.join(ratios)}."]


def _row(name: str, measured: Measured) -> str:
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in measured.steps.items())
    found = "; ".join(f"{value:.5f} ({se:.5f})" for value, se in measured.found.values())
    cost = f"{measured.cpu_seconds:.1f} | {measured.peak_bytes / MEGABYTE:.0f}"
    return f"| {name} | {cost} | {steps} | {found} |"


HEAD = ("| | CPU s | peak MB | of which CPU s | estimate (standard error) |", "| --- | --: | --: | --- | --- |")


def verdicts(found: Mapping[str, Measured]) -> list[str]:
    """Whether the bounds set for ten million commitments are kept."""
    bare, crude, whole = found["group_by"], found["crude_by_person"], found["adjusted"]
    bound = 2 * bare.cpu_seconds + 2
    ratio = crude.cpu_seconds / bare.cpu_seconds
    lines = [
        f"- Headline: {crude.cpu_seconds:.1f} s of CPU where at most 2 x {bare.cpu_seconds:.1f} + 2 = {bound:.1f} "
        f"are wanted ({ratio:.1f} times the bare query), "
        f"{crude.peak_bytes / MEGABYTE:.0f} MB where at most 1,000: "
        f"{_kept(crude.cpu_seconds <= bound and crude.peak_bytes <= 1e9)}.",
        f"- Adjusted: {whole.cpu_seconds:.1f} s of CPU where at most 30 are wanted, "
        f"{whole.peak_bytes / MEGABYTE:.0f} MB where at most 4,000: "
        f"{_kept(whole.cpu_seconds <= 30 and whole.peak_bytes <= 4e9)}.",
    ]
    crude_text, whole_text = found["crude_from_ids"], found["adjusted_from_ids"]
    return [
        *lines,
        "- The tables these are made from carry a number for each person and group. Those that carry ids alone (single "
        f"weeks, days since check-out) cost more: headline {crude_text.cpu_seconds:.1f} s, adjusted "
        f"{whole_text.cpu_seconds:.1f} s.",
    ]


def _kept(is_kept: bool) -> str:
    return "kept" if is_kept else "**missed**"


def report(n_commitments: int, n_peers: int, python: str | None) -> Sequence[str]:
    """Everything measured, as Markdown."""
    with tempfile.TemporaryDirectory(prefix="peerlift-benchmark-") as name:
        large, small = (Path(name) / size / "commitments.duckdb" for size in ("large", "small"))
        for path, n in ((large, n_commitments), (small, n_peers)):
            path.parent.mkdir()
            measure(sys.executable, PARTS, f"make_{n}", str(path))
        found = {part: measure(sys.executable, PARTS, part, str(large)) for part in TEN_MILLION}
        side_by_side = peer_rows(str(small), small.parent, python)
    n_clusters = n_commitments // EACH // PEOPLE_PER_CLUSTER
    return [
        f"{n_commitments:,} commitments of {n_commitments // EACH:,} people in {n_clusters:,} clusters, 500 patterns "
        f"of what was known before, the outcome of {UNKNOWN_SHARE:.0%} unknown; seed {SEED}.",
        "",
        *HEAD,
        *(_row(name, found[part]) for part, name in TEN_MILLION.items()),
        "",
        *verdicts(found),
        "",
        "### Beside statsmodels and pyfixest",
        "",
        f"{n_peers:,} commitments, those of known outcome the same for all. Standard errors differ in the corrections "
        "for few clusters.",
        "",
        *HEAD,
        *side_by_side,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commitments", type=int, default=N_COMMITMENTS)
    parser.add_argument("--peer-commitments", type=int, default=N_PEER_COMMITMENTS)
    arguments = parser.parse_args()
    python = os.environ.get("PEERLIFT_PEERS")
    print("\n".join(report(arguments.commitments, arguments.peer_commitments, python)))


if __name__ == "__main__":
    main()
