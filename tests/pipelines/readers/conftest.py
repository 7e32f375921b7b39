"""Fixtures of the readers' tests: the samples of real exports, where they are, and small files."""

from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """Path of a real export by name; the test is skipped where the samples are not beside the project."""

    def find(name: str) -> Path:
        path = SAMPLES / name
        if not path.exists():
            pytest.skip(f"sample {name} is not beside this checkout")
        return path

    return find


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes, str], Path]:
    """Writes a small file and returns its path."""

    def write(content: str | bytes, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write
