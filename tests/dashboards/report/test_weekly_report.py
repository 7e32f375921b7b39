"""The weekly report is one self-contained page that says what the site says."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from dashboards.phrases import Phrases
from dashboards.report import build_report, render_report
from dashboards.static_chart import draw
from dashboards.story import tell

STATES = ["ok", "real", "too_early", "refused"]


@pytest.mark.parametrize("state", STATES)
def test_the_report_loads_and_runs_nothing(releases: ModuleType, say: Phrases, state: str) -> None:
    html = render_report(releases.RELEASES[state](), say)
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import", html)


@pytest.mark.parametrize("state", STATES)
def test_the_report_says_verdict_and_caveat(releases: ModuleType, say: Phrases, state: str) -> None:
    tables = releases.RELEASES[state]()
    verdict = tell(tables, say).verdict
    html = render_report(tables, say)
    assert f"<h1>{verdict.sentence}</h1>" in html
    assert verdict.caveat in html


@pytest.mark.parametrize("state", STATES)
def test_the_report_holds_no_number_that_is_none(releases: ModuleType, say: Phrases, state: str) -> None:
    html = render_report(releases.RELEASES[state](), say)
    assert not re.search(r">[^<]*\b(None|NaN|nan|null)\b[^<]*<", html)


def test_the_report_draws_the_same_values_as_the_site(releases: ModuleType, say: Phrases) -> None:
    tables = releases.ok_release()
    assert draw(tell(tables, say).charts.completion, 400) in render_report(tables, say)


def test_of_loneliness_only_the_latest_wave_is_drawn(releases: ModuleType, say: Phrases) -> None:
    html = render_report(releases.ok_release(), say)
    assert ">Latest answers</text>" in html
    assert ">After session 3</text>" not in html


def test_hostile_texts_stay_texts_in_the_report(releases: ModuleType, say: Phrases) -> None:
    html = render_report(releases.hostile_release(), say)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_same_tables_give_the_same_report(releases: ModuleType, tmp_path: Path) -> None:
    paths = [build_report(releases.ok_release(), tmp_path / name) for name in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].name == "report.html"
