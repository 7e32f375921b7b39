"""Where the things a user asks for are."""

from __future__ import annotations

from pathlib import Path

from pipelines.dagster_home import prepare_dagster_home
from pipelines.errors import NothingYetError
from pipelines.publish import PUBLISHED_FILE, analyst_file, current_folder
from pipelines.settings import Programme


def place(programme: Programme, what: str) -> Path | str:
    """Path of the site, report, published or analyst file, quarantine list or Dagster's home; path or URL of the inbox.

    Raises:
        NothingYetError: there is no release yet.
    """
    folders = programme.folders
    fixed: dict[str, Path | str] = {
        "inbox": programme.inbox.url,
        "quarantine": folders.quarantine,
        "dagster": prepare_dagster_home(folders),
    }
    if what in fixed:
        return fixed[what]
    release, analyst = current_folder(folders), analyst_file(folders)
    if release is None or analyst is None:
        raise NothingYetError(
            f"There is no {what} yet: drop exports in {programme.inbox.url} and run `peerlift run`."
        )
    current = folders.published / "current"
    return {
        "site": current / "site" / "index.html",
        "report": current / "report" / "report.html",
        # A DuckDB file is opened by its release, so that a reader keeps the one it opened.
        "published": release / PUBLISHED_FILE,
        "analyst": analyst,
    }[what]
