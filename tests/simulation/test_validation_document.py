"""`docs/validation.md` is what the studies, with their present settings, have written."""

from __future__ import annotations

from pathlib import Path

import pytest
import studies

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return DOCUMENT.read_text("utf-8").splitlines()


def rows(lines: list[str], *cells: str) -> int:
    """Rows of any table that begin with these cells."""
    return sum(line.startswith(f"| {' | '.join(cells)} |") for line in lines)


def test_the_document_has_the_settings_of_the_studies(lines: list[str]) -> None:
    begin = lines.index("## Settings") + 2
    assert lines[begin : begin + len(studies.settings_lines())] == studies.settings_lines()


@pytest.mark.parametrize("name", studies.MECHANISMS)
def test_every_mechanism_stands_in_the_document_with_its_runs(lines: list[str], name: str) -> None:
    for n_groups in studies.COVERAGE_GROUPS:
        assert rows(lines, name, str(n_groups), f"{studies.N_COVERAGE:,}") == 1


@pytest.mark.parametrize("name", studies.CONFOUNDINGS)
def test_everything_that_confounds_stands_in_the_document_with_every_method(
    lines: list[str], name: str
) -> None:
    for n_groups in studies.ADJUSTED_GROUPS:
        assert rows(lines, name, str(n_groups)) == 5  # crude, and four that allow for what was known


def test_weekly_looks_stand_in_the_document_with_their_runs(lines: list[str]) -> None:
    for n_groups in studies.ALARM_GROUPS:
        assert rows(lines, str(n_groups), f"{studies.N_ALARMS:,}") == 1


def test_every_claim_of_the_document_holds(lines: list[str]) -> None:
    begin = lines.index("| claim | holds |") + 2
    claims = lines[begin : lines.index("", begin)]
    assert len(claims) > 20
    assert [claim for claim in claims if not claim.endswith("| yes |")] == []
