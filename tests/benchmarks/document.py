"""Writes `docs/benchmarks.md`: what the estimators, a million answers and a demo run cost.

Run by `make bench`; some minutes. The benchmarks print while they run by hand; here their words become the document.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Made by `make bench`; nothing in it is written by hand. CPU seconds are of all threads, user and system, with the start
of Python and imports; memory is the largest resident set of the process. Numbers of one run on a busy machine vary by
a tenth and more: compare within a run, not between machines.

Python {python}, {n_cores} cores; {versions}.
"""
PACKAGES = ("duckdb", "numpy", "polars")
PEER_PACKAGES = ("statsmodels", "pyfixest")
PEERS_NOTE = """To have statsmodels and pyfixest measured as well, which the project does not need otherwise:

```
python3 -m venv peers
peers/bin/python -m pip install statsmodels pyfixest pandas pyarrow
PEERLIFT_PEERS=peers/bin/python make bench
```
"""


def said_by(script: str) -> str:
    """What one of the benchmarks prints.

    Raises:
        subprocess.CalledProcessError: it failed; its own words stand above.
    """
    command = [sys.executable, str(HERE / script)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.rstrip()


def versions(python: str, packages: tuple[str, ...]) -> str:
    """The packages an environment has, with their versions."""
    code = f"from importlib.metadata import version\nprint(', '.join(f'{{p}} {{version(p)}}' for p in {packages!r}))"
    return subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def head() -> str:
    """The title, what is measured, and where."""
    found = versions(sys.executable, PACKAGES)
    if "PEERLIFT_PEERS" in os.environ:
        found += f"; {versions(os.environ['PEERLIFT_PEERS'], PEER_PACKAGES)}"
    python = ".".join(map(str, sys.version_info[:3]))
    return HEAD.format(python=python, n_cores=os.cpu_count(), versions=found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=DOCUMENT, help="where to write")
    into = parser.parse_args().into
    parts = (
        head(),
        f"## Estimators\n\n{said_by('estimators.py')}\n\n{PEERS_NOTE}",
        f"## A million answers\n\n{said_by('million_answers.py')}\n",
        f"## A demo run, step by step\n\n```\n{said_by('demo_run.py')}\n```\n",
    )
    into.write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
