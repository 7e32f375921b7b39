"""The documents say what there is: commands, options, make targets and paths."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from pipelines import cli

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "data" / "README.md"])
# Words in capitals inside a path stand for a name to choose.
PLACEHOLDER = re.compile(r"(^|/)[A-Z]+(\.[a-z0-9.]+)?($|/)")
ROOMS = ("models", "pipelines", "dashboards", "tests", "docs", "data", "requirements")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands() -> list[str]:
    return sorted(cli.main.commands)


def options() -> list[tuple[str, str]]:
    """Every long option but help, with the command it belongs to."""
    every = {"peerlift": cli.main, **cli.main.commands}
    return [
        (name, option)
        for name, command in every.items()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    ]


def paths_in_backticks(text: str) -> list[str]:
    """Texts in backticks that name a file or folder of the project."""
    quoted = re.findall(r"`([^`\s]+)`", text)
    return [
        name
        for name in quoted
        if (name.split("/")[0] in ROOMS and "/" in name)
        or re.fullmatch(r"[A-Z]+\.md|LICENSE|\.importlinter|\.pre-commit-config\.yaml", name)
    ]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`peerlift {command}" in text_of("README.md")


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_is_in_the_readme(command: str, option: str) -> None:
    assert option in text_of("README.md"), f"{command} {option}"


def test_every_place_that_where_knows_is_in_the_readme() -> None:
    kind = cli.main.commands["where"].params[0].type
    assert isinstance(kind, click.Choice)
    assert [place for place in kind.choices if f"`{place}`" not in text_of("README.md")] == []


def test_every_exit_code_is_in_the_readme() -> None:
    listed = dict(re.findall(r"^ +(\d)  (.+)$", cli.EXIT_CODES, flags=re.MULTILINE))
    in_readme = dict(re.findall(r"^\| (\d) \| (.+) \|$", text_of("README.md"), flags=re.MULTILINE))
    assert in_readme == listed


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_named_is_in_the_makefile(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE))
    text = text_of(document)
    named = set(re.findall(r"(?:^|`)make(?: PYTHON=\S+)? ([a-z]+)", text, flags=re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_in_backticks_is_there(document: Path) -> None:
    named = [name for name in paths_in_backticks(document.read_text("utf-8")) if not PLACEHOLDER.search(name)]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_names_a_machine_s_path_or_a_registry(document: Path) -> None:
    text = document.read_text("utf-8")
    assert (
        re.findall(
            r"(?:^|[\s`(\"'])(?:/(?:work|home|tmp|root|usr|Users|opt)\b\S*|[A-Z]:\\\S*|\.\./shared\S*)", text
        )
        == []
    )
    assert "index-url" not in text


def test_decisions_are_numbered_without_a_gap_and_at_most_forty_lines() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    assert [record.name for record in records if len(record.read_text("utf-8").splitlines()) > 40] == []


@pytest.mark.parametrize("part", ["Context", "Decision", "Consequences"])
def test_every_decision_has_its_parts(part: str) -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [record.name for record in records if f"\n## {part}\n" not in record.read_text("utf-8")] == []


def test_the_newest_version_of_the_changelog_is_the_package_s() -> None:
    declared = re.search(r'^version = "(.+)"$', text_of("pyproject.toml"), flags=re.MULTILINE)
    newest = re.search(r"^## (\d+\.\d+\.\d+)", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert declared is not None
    assert newest is not None
    assert newest[1] == declared[1]
