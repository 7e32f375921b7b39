"""The examples for analysts run, and print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "estimators.md"
FAMILIES = (
    "Rates",
    "Difference",
    "Ratio",
    "Cross-checks",
    "Power",
    "Sensitivity",
    "Looking every week",
    "Loneliness",
    "Usefulness",
    "Survival",
    "Adjusted",
    "Balance",
    "Robustness",
    "Negative controls",
    "Time until done",
    "Reliable change",
    "Alpha",
    "Mixed model",
    "Staggered",
    "Trend",
    "Expectation gap",
    "Who answers",
    "Randomised prompt",
    "Several questions",
    "Verdict",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code, the heading it stands under, and what it is said to print."""

    heading: str
    code: str
    printed: str | None


def examples_of(text: str) -> list[Example]:
    """Every python block of a page in order, with the text block that follows it."""
    found = re.compile(
        r"^#+ (?P<heading>[^\n]+)$|^```python\n(?P<code>.*?)^```$(?:\n+^```text\n(?P<printed>.*?)^```$)?",
        re.MULTILINE | re.DOTALL,
    )
    heading, examples = "", []
    for match in found.finditer(text):
        if match["heading"] is not None:
            heading = match["heading"]
        else:
            examples.append(Example(heading, match["code"], match["printed"]))
    return examples


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return examples_of(PAGE.read_text("utf-8"))


def printed_by(code: str, name: str, session: dict[str, object]) -> str:
    """What a block prints, run in a session that the blocks share."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, name, "exec"), session)  # noqa: S102 - the project's own page
    return out.getvalue()


def test_every_example_prints_what_the_page_says(examples: list[Example]) -> None:
    session: dict[str, object] = {"__name__": "examples"}
    for example in examples:
        printed = printed_by(example.code, example.heading, session)
        assert printed == example.printed, f"under {example.heading!r}; the block printed\n{printed}"


def test_every_example_is_followed_by_what_it_prints(examples: list[Example]) -> None:
    assert [example.heading for example in examples if not example.printed] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_an_example(family: str, examples: list[Example]) -> None:
    assert any(example.heading.startswith(family) for example in examples)


def test_a_block_without_its_text_is_noticed() -> None:
    page = "## One\n\n```python\nprint(1)\n```\n\n## Two\n\n```python\nprint(2)\n```\n\n```text\n2\n```\n"
    assert examples_of(page) == [Example("One", "print(1)\n", None), Example("Two", "print(2)\n", "2\n")]
