"""Made-up programmes for tests, and running them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from models.simulate import Scenario, cut_on, simulate
from pipelines.demo import DemoExports, write_exports
from pipelines.new_programme import make_programme
from pipelines.running import run_programme
from pipelines.settings import Programme, load_programme

SMALL = Scenario(n_people=45, n_groups=15, n_weeks=34, start_weeks=8, seed=5)


@dataclass(frozen=True, slots=True)
class Ran:
    """A made-up programme after its first run."""

    programme: Programme
    exports: DemoExports
    said: str
    is_anything_amiss: bool

    @property
    def folder(self) -> Path:
        return self.programme.folders.root


def settle(folder: Path, scenario: Scenario) -> None:
    """Set the programme's last day to the scenario's, so that the clock makes no difference; don't wait for files."""
    path = folder / "peerlift.toml"
    text = path.read_text("utf-8").replace("# ends_on = 2026-09-27", f"ends_on = {cut_on(scenario)}")
    text = text.replace("# settle_seconds = 2", "settle_seconds = 0")
    path.write_text(text.replace("is_synthetic = false", "is_synthetic = true"), "utf-8")


def make_small(folder: Path, scenario: Scenario = SMALL) -> DemoExports:
    """Make a small programme whose exports wait in the inbox."""
    (folder / "inbox").mkdir(parents=True)
    exports = write_exports(simulate(scenario), folder / "inbox", time_zone=scenario.time_zone)
    make_programme(folder)
    settle(folder, scenario)
    return exports


def run(folder: Path) -> tuple[str, bool]:
    """Run a programme in this process; returns what was said and whether anything is amiss."""
    terminal = io.StringIO()
    is_amiss = run_programme(load_programme(folder), terminal)
    return terminal.getvalue(), is_amiss
