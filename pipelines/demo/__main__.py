"""Writes the small sample of made-up exports that is kept with the project: `python -m pipelines.demo FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from models.simulate import Scenario, simulate
from pipelines.demo import write_exports

SAMPLE = Scenario(n_people=36, n_groups=12, n_weeks=12, start_weeks=4, seed=12)

if __name__ == "__main__":
    write_exports(simulate(SAMPLE), Path(sys.argv[1]) / "exports", time_zone=SAMPLE.time_zone)
