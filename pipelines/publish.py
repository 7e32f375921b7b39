"""Releases: built beside the current one, checked, then swapped in at one stroke.

What belongs here: the folder of a release, its manifest, the swap, and which old releases go.
What does not: what is in a release (dashboards, the store).

`published/current` is a link to the release shown. It is replaced by a rename, so a reader sees the old
release or the new one, never a mixture, and a run killed at any instant leaves the last release whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.private_files import make_file_private, make_private_folder, replace_file, sync_file, sync_folder
from pipelines.settings import Folders

MANIFEST = "manifest.json"
DRAFT = ".draft"
PUBLISHED_FILE = "published.duckdb"
ANALYST_FILE = "analyst.duckdb"


class ReleaseError(Exception):
    """A release is not what its manifest says; the last one stays current."""


@dataclass(frozen=True, slots=True)
class Release:
    """What identifies a release: its id, the hashes of inputs, data and plan, and the week it is about."""

    release_id: str
    week: str
    inputs_hash: str
    data_hash: str
    plan_hash: str
    version: str
    data_as_of: str


def free_release_id(folders: Folders, week: str, inputs_hash: str) -> str:
    """Name for a release of this week made from these inputs; never the current one's, which may be open."""
    name, current = f"{week}-{inputs_hash[:12]}", current_folder(folders)
    attempt = 2
    while current is not None and current.name == name:
        name = f"{week}-{inputs_hash[:12]}-{attempt}"
        attempt += 1
    return name


def draft_folder(folders: Folders) -> Path:
    """Where a release is built before it is one."""
    return folders.published / DRAFT


def draft_restricted(folders: Folders) -> Path:
    """Where the analyst file is built before it is released."""
    return folders.restricted / DRAFT


def current_release(folders: Folders) -> Release | None:
    """The release shown now; None before the first.

    Raises:
        ReleaseError: its manifest can't be read.
    """
    folder = folders.published / "current"
    return read_release(folder) if (folder / MANIFEST).exists() else None


def read_release(folder: Path) -> Release:
    """What identifies the release in a folder.

    Raises:
        ReleaseError: its manifest can't be read.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text("utf-8"))
        return Release(**content["release"])
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path} is damaged: `peerlift run` publishes anew.") from error


def current_folder(folders: Folders) -> Path | None:
    """Folder of the release shown now, by its own name; None before the first."""
    link = folders.published / "current"
    return link.resolve() if link.exists() else None


def data_hash(tables: Mapping[str, pl.DataFrame]) -> str:
    """Hash of the protected tables' content."""
    digest = hashlib.sha256()
    for name, frame in sorted(tables.items()):
        digest.update(name.encode() + b"\0" + frame.write_csv().encode())
    return digest.hexdigest()


def release_folders(folders: Folders) -> list[Path]:
    """Folders of the releases that are kept."""
    releases = folders.published / "releases"
    return sorted(path for path in releases.iterdir() if path.is_dir()) if releases.is_dir() else []


def analyst_file(folders: Folders) -> Path | None:
    """The analyst file that belongs to the release shown now; None before the first."""
    release = current_release(folders)
    return folders.restricted / release.release_id / ANALYST_FILE if release else None


def publish(folders: Folders, release: Release) -> Path:
    """Turn the draft into the current release; returns its folder.

    Every file is on the disk before the swap, and the swap is one rename.

    Raises:
        ReleaseError: the draft lacks a part, or a file differs from its manifest.
    """
    draft, restricted = draft_folder(folders), draft_restricted(folders)
    for part in (draft / "site" / "index.html", draft / "report" / "report.html", draft / PUBLISHED_FILE):
        if not part.is_file():
            raise ReleaseError(f"the release has no {part.name}: materialise the site, report and files first")
    make_file_private(restricted / ANALYST_FILE)
    _write_manifest(draft, release)
    _sync_tree(draft)
    _sync_tree(restricted)
    _move(restricted, folders.restricted / release.release_id)
    folder = folders.published / "releases" / release.release_id
    make_private_folder(folder.parent)
    _move(draft, folder)
    _check_manifest(folder)
    _swap(folders.published / "current", Path("releases") / release.release_id)
    return folder


def finish(folders: Folders, *, keep: int) -> None:
    """What follows a swap and may be done again at any time: freeze the report, remove old releases."""
    release, folder = current_release(folders), current_folder(folders)
    if release is not None and folder is not None:
        freeze_report(folders, release, folder)
        _prune(folders, keep)


def freeze_report(folders: Folders, release: Release, folder: Path) -> Path:
    """Keep the weekly report of a release for good, under its week and the hash of its data."""
    target = folders.reports / release.week / f"peerlift-{release.week}-{release.data_hash[:12]}.html"
    if not target.exists():
        make_private_folder(folders.reports)
        make_private_folder(target.parent)
        replace_file(target, (folder / "report" / "report.html").read_bytes())
    return target


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a release but its manifest and what a killed write left of one, by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".")
    }


def _write_manifest(folder: Path, release: Release) -> None:
    fields = {name: getattr(release, name) for name in Release.__dataclass_fields__}
    content: Mapping[str, object] = {"release": fields, "files": file_hashes(folder)}
    replace_file(folder / MANIFEST, json.dumps(content, indent=1, sort_keys=True).encode())


def is_whole(folder: Path) -> bool:
    """Whether every file of a release is there and is what its manifest says."""
    written: dict[str, str] = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    return written == file_hashes(folder)


def _check_manifest(folder: Path) -> None:
    if not is_whole(folder):
        raise ReleaseError(f"{folder.name}: a file differs from the manifest")


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)
    sync_folder(folder)


def _move(draft: Path, target: Path) -> None:
    """Rename a draft to its final name; what an earlier, killed run left under that name goes first."""
    if target.exists():
        shutil.rmtree(target)
    draft.replace(target)
    sync_folder(target.parent)


def _swap(link: Path, target: Path) -> None:
    draft = link.with_name(".current.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target, target_is_directory=True)
    os.replace(draft, link)  # noqa: PTH105 - Path.replace follows no link either, but says so less plainly
    sync_folder(link.parent)


def _prune(folders: Folders, keep: int) -> None:
    """Remove the oldest releases beyond `keep`, never the current one."""
    releases = folders.published / "releases"
    current = current_folder(folders)
    by_age = sorted(
        (path for path in releases.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
    )
    for old in by_age[:-keep]:
        if old != current:
            shutil.rmtree(old)
            shutil.rmtree(folders.restricted / old.name, ignore_errors=True)
