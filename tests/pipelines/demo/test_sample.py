"""The sample kept with the project is what the generator writes."""

from __future__ import annotations

from pathlib import Path

from models.simulate import simulate
from pipelines.demo import write_exports
from pipelines.demo.__main__ import SAMPLE

KEPT = Path(__file__).parents[3] / "data" / "sample"


def test_the_kept_sample_is_written_anew_byte_for_byte(tmp_path: Path) -> None:
    write_exports(simulate(SAMPLE), tmp_path / "exports", time_zone=SAMPLE.time_zone)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(KEPT): path.read_bytes() for path in KEPT.rglob("*") if path.is_file()}
    assert written == kept
