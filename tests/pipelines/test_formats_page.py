"""The committed page of formats is the one the readers give, and no format is missing from it."""

from __future__ import annotations

from pathlib import Path

from pipelines.formats_page import PAGE, formats_page, main
from pipelines.readers import READ_FORMATS
from pipelines.readers.format_notes import OTHER_FORMATS
from pipelines.readers.recognise import TOOLS


def test_the_committed_page_is_what_the_readers_give() -> None:
    assert PAGE.read_text("utf-8") == formats_page(), "run `make dictionary`"


def test_every_format_that_is_read_is_described_once() -> None:
    described = [known.name for known in (*TOOLS, *OTHER_FORMATS)]
    assert sorted(described) == sorted(READ_FORMATS)


def test_a_section_says_all_five_things_of_its_format() -> None:
    section = formats_page().partition("## LimeSurvey\n")[2].partition("\n## ")[0]
    assert "| named in the source file | `limesurvey` |" in section
    assert "`submitdate`" in section
    assert "| dropped as personal data | `ipaddr`" in section
    assert "| left out | `unfinished`" in section
    assert "| refused | `anonymised_dates`" in section


def test_every_line_of_the_overview_leads_to_a_section() -> None:
    lines = formats_page().splitlines()
    addresses = [line.partition("](#")[2].partition(")")[0] for line in lines if line.startswith("| [")]
    titles = [line.removeprefix("## ").lower() for line in lines if line.startswith("## ")]
    headings = ["".join(sign for sign in title if sign not in ",()").replace(" ", "-") for title in titles]
    assert addresses == headings


def test_a_separator_of_the_page_s_own_tables_is_escaped() -> None:
    assert "tab or `\\|`" in formats_page()


def test_the_same_text_is_written_to_the_file_named(tmp_path: Path) -> None:
    main(tmp_path / "formats.md")
    assert (tmp_path / "formats.md").read_text("utf-8") == formats_page()
