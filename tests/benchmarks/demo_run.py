"""What a run of the made-up programme costs: CPU, wall time and peak memory, step by step and as a whole.

Run it by hand: `python tests/benchmarks/demo_run.py`. It works in a temporary folder and leaves nothing behind.

1. `peerlift demo` as a person starts it, twice: the first run, and a second with nothing new.
2. Beside it a bare peer in the same minutes: DuckDB alone reading the same CSV files into tables, once
   as it is and once started by a Python that does nothing else, so that the start-up is not charged to either.
3. Every step of the way in one process, without Dagster between them; then each derived table.

CPU seconds are of all threads, user and system; memory is the largest resident set. Numbers of one run on a busy
machine vary by a tenth and more: compare within a run, not between machines.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20
CLEAR_PEAK = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")

DEMO = "import sys; sys.argv = ['peerlift', 'demo', '--into', {folder!r}]; from pipelines.cli import entry; entry()"
PEER = """
import duckdb
from pathlib import Path
connection = duckdb.connect({database!r})
for number, path in enumerate(sorted(Path({folder!r}).glob("*.csv"))):
    connection.execute(f"create table t{{number}} as from read_csv('{{path}}')")
connection.close()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took: seconds of CPU and of the clock, and the largest resident set in bytes."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int

    def row(self, name: str) -> str:
        return f"{name:34s} {self.cpu_seconds:8.2f} {self.wall_seconds:8.2f} {self.peak_bytes / MEGABYTE:8.0f}"


def cost_of_command(code: str) -> Cost:
    """Cost of a Python program in a process of its own, with the processes it starts.

    Raises:
        RuntimeError: the program failed.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured program ended with {process.returncode}; run it by hand to see why")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


@contextmanager
def measured(name: str) -> Iterator[None]:
    """Print what the block took; the peak is this block's own where the system can say so."""
    if CLEAR_PEAK.exists():
        CLEAR_PEAK.write_text("5")
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cost = Cost(time.process_time() - cpu, time.perf_counter() - wall, _peak_bytes())
    print(cost.row(name), flush=True)


def _peak_bytes() -> int:
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def print_wholes(folder: Path) -> None:
    """Costs of `peerlift demo`, first and again, beside the bare peer."""
    demo, exports = folder / "demo", folder / "exports"
    print(cost_of_command("pass").row("python that does nothing"))
    first = cost_of_command(DEMO.format(folder=str(demo)))
    print(first.row("peerlift demo, first run"))
    print(cost_of_command(DEMO.format(folder=str(demo))).row("peerlift demo, nothing new"))
    make = f"from pipelines.new_programme import make_demo; from pathlib import Path; make_demo(Path({str(exports)!r}))"
    print(cost_of_command(make).row("making the exports alone"))
    print(cost_of_command("import duckdb").row("import duckdb"))
    code = PEER.format(database=str(folder / "peer.duckdb"), folder=str(exports / "inbox"))
    peer = cost_of_command(code)
    print(peer.row("bare peer: read_csv into tables"))
    ratio = first.cpu_seconds / peer.cpu_seconds
    print(f"the first run takes {ratio:.1f} times the bare peer's CPU; it does far more than read")
    for kind in sorted({path.suffix for path in (exports / "inbox").iterdir()}):
        files = [path for path in (exports / "inbox").iterdir() if path.suffix == kind]
        print(f"  {len(files)} {kind} files, {sum(path.stat().st_size for path in files) / MEGABYTE:.2f} MB")


def print_peer_in_process(folder: Path) -> None:
    """Cost of DuckDB alone reading the CSV files, with everything imported: nothing but the reading."""
    import duckdb

    with measured("bare peer in this process"), duckdb.connect(str(folder / "peer.duckdb")) as connection:
        for number, path in enumerate(sorted((folder / "inbox").glob("*.csv"))):
            connection.execute(f"create table t{number} as from read_csv('{path}')")


def print_steps(folder: Path) -> None:
    """Cost of every step of the way, in this process."""
    with measured("import simulate and demo"):
        from pipelines.new_programme import make_demo
    with measured("make exports"):
        make_demo(folder)
    with measured("import the stages"):
        from pipelines.settings import load_programme, now
        from pipelines.stages import estimating, landing, loading, protecting, reading, releasing, tables
    with measured("import dagster"):
        import dagster  # noqa: F401
    with measured("import the definitions"):
        import pipelines.definitions  # noqa: F401
    with measured("import great_expectations"):
        import great_expectations  # noqa: F401
    print_peer_in_process(folder)
    programme = load_programme(folder)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("land", lambda: landing.land_inbox(programme, now())),
        ("read", lambda: reading.stage_new_files(programme)),
        ("check staged", lambda: loading.check_staged(programme)),
        ("history", lambda: loading.load_history(programme)),
        ("core", lambda: tables.build_core_tables(programme)),
        ("check core", lambda: loading.check_core(programme)),
        ("clusters", lambda: tables.build_clusters(programme)),
        ("weeks", lambda: tables.build_weeks(programme)),
        *(
            (f"derived {name}", lambda name=name: tables.build_derived_table(programme, name))
            for name in tables.derived_names()
        ),
        ("estimates", lambda: estimating.estimate_all(programme, releasing.run_inputs_hash(programme))),
        ("protect", lambda: protecting.protect_all(programme)),
        ("site", lambda: releasing.write_site(programme)),
        ("report", lambda: releasing.write_report(programme)),
        ("published file", lambda: releasing.write_published_file(programme)),
        ("analyst file", lambda: releasing.write_analyst_file(programme)),
        ("release", lambda: releasing.release_draft(programme)),
    )
    began = (time.process_time(), time.perf_counter())
    for name, step in steps:
        with measured(name):
            step()
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    print(f"{'land to release together':34s} {cpu:8.2f} {wall:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("wholes", "steps"), help="one of the two parts")
    only = parser.parse_args().only
    print(f"{'':34s} {'CPU s':>8s} {'wall s':>8s} {'peak MB':>8s}")
    with tempfile.TemporaryDirectory(prefix="peerlift-benchmark-") as folder:
        if only != "steps":
            print_wholes(Path(folder))
        if only != "wholes":
            print_steps(Path(folder) / "steps")
    sys.stdout.flush()
    os._exit(
        0
    )  # DuckDB's binding prints pages at a plain exit after Great Expectations; `peerlift` does the same


if __name__ == "__main__":
    main()
