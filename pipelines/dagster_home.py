"""Where Dagster keeps the runs of a programme."""

from __future__ import annotations

from pathlib import Path

from pipelines.private_files import make_private_folder
from pipelines.settings import Folders

SETTINGS = """\
# Made by Peerlift. Runs of `peerlift run` and of Dagster's web interface are kept here.
telemetry:
  enabled: false
"""


def prepare_dagster_home(folders: Folders) -> Path:
    """Make Dagster's home of a programme on first use; returns its path."""
    make_private_folder(folders.warehouse)
    make_private_folder(folders.dagster)
    settings = folders.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS, "utf-8")
    return folders.dagster.resolve()
