"""What several tests share: made-up programmes, run whole once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from programmes import Ran, make_small, run

from pipelines.settings import load_programme

# How long one example takes says something about the machine, not about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run sets where Dagster lives and which programme it works on; tests must not see each other's."""
    for name in ("DAGSTER_HOME", "PEERLIFT_PROGRAMME", "PEERLIFT_IDENTITY_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def ran_small(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A small programme, run once; treat as read-only."""
    folder = tmp_path_factory.mktemp("small") / "programme"
    exports = make_small(folder)
    said, is_amiss = run(folder)
    os.environ.pop("DAGSTER_HOME", None)
    os.environ.pop("PEERLIFT_PROGRAMME", None)
    return Ran(load_programme(folder), exports, said, is_amiss)


@pytest.fixture
def small_copy(ran_small: Ran, tmp_path: Path) -> Path:
    """A copy of the small programme after its run, to be changed."""
    folder = tmp_path / "programme"
    shutil.copytree(ran_small.folder, folder, symlinks=True)
    return folder


@pytest.fixture
def new_small(tmp_path: Path) -> Callable[[str], Path]:
    """Makes small programmes that have not run yet, all with the same identity key."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        (folder / "secrets").mkdir(parents=True, mode=0o700)
        key = folder / "secrets" / "identity.key"
        key.write_text("ab" * 32 + "\n", "ascii")
        key.chmod(0o600)
        make_small(folder)
        return folder

    return make
