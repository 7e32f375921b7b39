"""Fixtures of the browser tests: a headless Chromium, and the site as files on disk."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from dashboards.report import build_report
from dashboards.site import build_site

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium, from PEERLIFT_CHROMIUM or the system; tests are skipped where there is none."""
    path = os.environ.get("PEERLIFT_CHROMIUM") or shutil.which("chromium")
    if not path or not Path(path).exists():
        pytest.skip("no Chromium: install one or set PEERLIFT_CHROMIUM to its path")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core, from the folder PEERLIFT_AXE that npm installed it into."""
    folder = os.environ.get("PEERLIFT_AXE")
    path = Path(folder or ".") / "node_modules" / "axe-core" / "axe.min.js"
    if not folder or not path.exists():
        pytest.skip("no axe-core: `npm install axe-core` in a folder and set PEERLIFT_AXE to it")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site and report of each drawn release, by its state."""
    path = Path(__file__).parents[1] / "dashboards" / "release_tables.py"
    spec = importlib.util.spec_from_file_location("release_tables", path)
    assert spec is not None
    assert spec.loader is not None
    releases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(releases)
    folder = tmp_path_factory.mktemp("sites")
    for state, make in releases.RELEASES.items():
        build_site(make(), folder / state, report_link="report.html")
        build_report(make(), folder / state)
    return folder
