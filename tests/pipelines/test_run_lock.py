"""One process at a time runs a programme, and a killed one lets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.run_lock import RunInProgressError, run_lock
from pipelines.settings import Folders

HOLD = """
import sys
from pathlib import Path
from pipelines.run_lock import run_lock
from pipelines.settings import Folders
with run_lock(Folders(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the programme until its input ends."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other
        other.communicate("")


def test_a_second_process_is_refused_while_the_first_holds_it(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    with (
        another_process(tmp_path),
        pytest.raises(RunInProgressError, match="Wait for it to end"),
        run_lock(folders),
    ):
        pass
    with run_lock(folders):
        pass


def test_the_same_process_may_hold_it_again_inside(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    with run_lock(folders), run_lock(folders):
        pass


def test_letting_go_inside_does_not_let_go_outside(tmp_path: Path) -> None:
    with run_lock(Folders(tmp_path)):
        with run_lock(Folders(tmp_path)):
            pass
        refused = subprocess.run(
            [sys.executable, "-c", HOLD, str(tmp_path)], input="", capture_output=True, text=True, check=False
        )
    assert "RunInProgressError" in refused.stderr


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    with another_process(tmp_path) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        with run_lock(Folders(tmp_path)):
            pass


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError), run_lock(Folders(tmp_path)):
        raise KeyError("inside")
    with another_process(tmp_path):
        pass


def test_other_programmes_are_not_held(tmp_path: Path) -> None:
    with another_process(tmp_path / "one"), run_lock(Folders(tmp_path / "two")):
        pass


def test_the_lock_is_its_owners_only(tmp_path: Path) -> None:
    with run_lock(Folders(tmp_path)):
        assert (tmp_path / "warehouse" / "run.lock").stat().st_mode & 0o777 == 0o600
