"""A release appears at one stroke, is what its manifest says, and never takes the place of one that may be open."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from pipelines.publish import (
    Release,
    ReleaseError,
    analyst_file,
    current_folder,
    current_release,
    draft_folder,
    draft_restricted,
    file_hashes,
    finish,
    free_release_id,
    freeze_report,
    publish,
)
from pipelines.settings import Folders

PARTS = ("site/index.html", "report/report.html", "published.duckdb")
WEEK = "2026-W40"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def release_named(name: str, data_hash: str = "d" * 64) -> Release:
    return Release(name, WEEK, f"inputs of {name}", data_hash, "plan", "0.1.0", "2026-10-04")


def draft(folders: Folders, content: str) -> None:
    for part in PARTS:
        path = draft_folder(folders) / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    draft_restricted(folders).mkdir(parents=True, exist_ok=True)
    (draft_restricted(folders) / "analyst.duckdb").write_text(content, "utf-8")


def publish_one(folders: Folders, name: str, *, age: float | None = None) -> Path:
    draft(folders, name)
    folder = publish(folders, release_named(name))
    if age is not None:
        os.utime(folder, (age, age))
    return folder


def test_what_is_published_is_current_with_its_analyst_file_beside_it(folders: Folders) -> None:
    folder = publish_one(folders, "one")
    assert current_folder(folders) == folder
    assert current_release(folders) == release_named("one")
    analyst = analyst_file(folders)
    assert analyst is not None
    assert analyst.read_text("utf-8") == "one"
    assert analyst.stat().st_mode & 0o777 == 0o600
    assert not draft_folder(folders).exists()


def test_before_the_first_release_there_is_none(folders: Folders) -> None:
    assert (current_release(folders), current_folder(folders), analyst_file(folders)) == (None, None, None)


@pytest.mark.parametrize("part", PARTS)
def test_a_draft_that_lacks_a_part_is_not_published(folders: Folders, part: str) -> None:
    publish_one(folders, "one")
    draft(folders, "two")
    (draft_folder(folders) / part).unlink()
    with pytest.raises(ReleaseError, match=f"has no {Path(part).name}"):
        publish(folders, release_named("two"))
    assert current_release(folders) == release_named("one")


def test_a_reader_sees_one_release_whole_while_others_are_swapped_in(folders: Folders) -> None:
    publish_one(folders, "release-0")
    seen: set[tuple[str, ...]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            folder = (folders.published / "current").resolve(strict=True)
            seen.add((folder.name, *((folder / part).read_text("utf-8") for part in PARTS)))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 25):
            publish_one(folders, f"release-{number}")
    finally:
        stop.set()
        reader.join()
    assert len(seen) > 1
    assert all(len(set(sight)) == 1 for sight in seen)


def test_a_draft_link_of_a_killed_run_is_in_nobodys_way(folders: Folders) -> None:
    publish_one(folders, "one")
    (folders.published / ".current.draft").symlink_to("nowhere")
    second = publish_one(folders, "two")
    assert current_folder(folders) == second


def test_what_a_killed_run_left_under_the_name_goes_first(folders: Folders) -> None:
    left = folders.published / "releases" / "one"
    left.mkdir(parents=True)
    (left / "half.html").write_text("half", "utf-8")
    assert not (publish_one(folders, "one") / "half.html").exists()


def test_the_current_releases_name_is_never_used_again(folders: Folders) -> None:
    assert free_release_id(folders, WEEK, "a" * 64) == f"{WEEK}-{'a' * 12}"
    publish_one(folders, f"{WEEK}-{'a' * 12}")
    assert free_release_id(folders, WEEK, "a" * 64) == f"{WEEK}-{'a' * 12}-2"
    assert free_release_id(folders, WEEK, "b" * 64) == f"{WEEK}-{'b' * 12}"


def test_the_manifest_has_the_hash_of_every_file(folders: Folders) -> None:
    folder = publish_one(folders, "one")
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    assert set(listed) == set(PARTS)
    assert listed == file_hashes(folder)
    (folder / PARTS[0]).write_text("touched", "utf-8")
    assert {path for path in listed if listed[path] != file_hashes(folder)[path]} == {PARTS[0]}


@pytest.mark.parametrize("content", ["", "{", "{}", '{"release": {"week": "2026-W40"}}', '{"release": 3}'])
def test_a_damaged_manifest_is_named_with_a_remedy(folders: Folders, content: str) -> None:
    (publish_one(folders, "one") / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(ReleaseError, match="damaged: `peerlift run` publishes anew"):
        current_release(folders)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_the_last_releases_are_kept_and_older_ones_go_with_their_analyst_files(folders: Folders) -> None:
    for number in range(4):
        publish_one(folders, f"r{number}", age=1000 + number)
    finish(folders, keep=2)
    assert names(folders.published / "releases") == {"r2", "r3"}
    assert names(folders.restricted) == {"r2", "r3"}


def test_the_current_release_stays_however_old_it_is(folders: Folders) -> None:
    for number in range(4):
        publish_one(folders, f"r{number}", age=1000 - number)
    finish(folders, keep=2)
    assert names(folders.published / "releases") == {"r0", "r1", "r3"}
    assert current_release(folders) == release_named("r3")


def test_a_weeks_report_is_frozen_once_and_not_written_again(folders: Folders) -> None:
    folder = publish_one(folders, "one")
    kept = freeze_report(folders, release_named("one"), folder)
    assert kept == folders.reports / WEEK / f"peerlift-{WEEK}-{'d' * 12}.html"
    (folder / "report" / "report.html").write_text("changed later", "utf-8")
    assert freeze_report(folders, release_named("one"), folder).read_text("utf-8") == "one"


def test_other_data_of_the_week_is_another_report(folders: Folders) -> None:
    folder = publish_one(folders, "one")
    freeze_report(folders, release_named("one"), folder)
    freeze_report(folders, release_named("one", "e" * 64), folder)
    assert len(list((folders.reports / WEEK).iterdir())) == 2


def test_finishing_before_the_first_release_does_nothing(folders: Folders) -> None:
    finish(folders, keep=1)
    assert list(folders.root.iterdir()) == []
