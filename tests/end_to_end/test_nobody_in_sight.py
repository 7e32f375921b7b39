"""No value of a person in any result, log or metadata: planted markers are looked for in every byte.

DuckDB compresses text, so what its files say is also read from their tables.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import openpyxl
import pytest
from programmes import run
from rich.console import Console

from pipelines.check_file import check_file
from pipelines.identity import PREFIXES
from pipelines.publish import MANIFEST
from pipelines.settings import Folders, load_programme
from pipelines.status import print_status

pytestmark = pytest.mark.slow

PAGES = {"index.html", "commitments.html", "pulse.html", "methods.html"}
PSEUDONYM = re.compile(rf"\b(?:{'|'.join(PREFIXES.values())})_[0-9a-f]{{32}}".encode())
MARKERS = ("zzmarkerperson", "zzmarkeranswer", "ZZMARKERNAME")


def plant(folder: Path) -> None:
    """Put markers where people write: an address, a name, an answer nobody can score."""
    pulse = folder / "inbox" / "pulse.csv"
    with pulse.open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    usefulness = next(place for place, name in enumerate(heading) if name.startswith("How useful"))
    answered = [row for row in rows if row[usefulness]]
    answered[3][1] = "zzmarkerperson@example.org"
    answered[4][usefulness] = "zzmarkeranswer"
    with pulse.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    form = folder / "inbox" / "checkout.xlsx"
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[0]
    headings = [str(cell.value) for cell in sheet[1]]
    sheet.cell(3, headings.index("Name") + 1).value = "ZZMARKERNAME"
    for heading in ("Email", "Your work e-mail"):
        sheet.cell(3, headings.index(heading) + 1).value = "zzmarkerperson@example.org"
    book.save(form)


def files_with(folder: Path, marker: str) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and marker.lower().encode() in path.read_bytes().lower():
            yield "/".join(path.relative_to(folder).parts[:2])


def texts_by_column(path: Path) -> dict[str, bytes]:
    """All that stands in the text columns of a DuckDB file, by table and column."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            """
            select schema_name, table_name, column_name from duckdb_columns()
            where not internal and data_type like 'VARCHAR%'
            """
        ).fetchall()
        return {
            f"{table}.{column}": "\n".join(
                str(value)
                for (value,) in connection.execute(
                    f'select distinct "{column}" from "{schema}"."{table}"'
                ).fetchall()
            ).encode()
            for schema, table, column in columns
        }


def seen_by_anybody(folder: Path) -> dict[str, bytes]:
    """Everything below `published` and the reports, by path or by table and column."""
    folders = Folders(folder)
    seen: dict[str, bytes] = {}
    for path in sorted([*folders.published.rglob("*"), *folders.reports.rglob("*")]):
        if path.is_file() and not path.is_symlink():
            seen[path.relative_to(folder).as_posix()] = path.read_bytes()
            if path.suffix == ".duckdb":
                seen |= texts_by_column(path)
    return seen


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from programmes import make_small

    folder = tmp_path_factory.mktemp("planted") / "programme"
    make_small(folder)
    plant(folder)
    run(folder)
    return folder


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_is_found_in_no_file_but_the_landed_copy(planted: Path, marker: str) -> None:
    assert set(files_with(planted, marker)) <= {"warehouse/landed"}


def test_the_markers_were_there_to_be_found(planted: Path) -> None:
    raw = b"".join(path.read_bytes() for path in (planted / "warehouse" / "landed").iterdir())
    assert b"zzmarkerperson" in raw
    assert b"zzmarkeranswer" in raw
    quarantine = (planted / "warehouse" / "quarantine.csv").read_text("utf-8")
    assert "readable:score" in quarantine


def test_status_and_check_say_no_value(planted: Path, new_small: Callable[[str], Path]) -> None:
    said = io.StringIO()
    print_status(load_programme(planted), Console(file=said, width=200))
    fresh = new_small("fresh")
    plant(fresh)
    for name in ("pulse.csv", "checkout.xlsx"):
        check_file(load_programme(fresh), fresh / "inbox" / name, Console(file=said, width=200))
    assert "readable:score" in said.getvalue()
    assert "example.org" not in said.getvalue()
    assert not [marker for marker in MARKERS if marker.lower() in said.getvalue().lower()]


def test_no_address_at_all_leaves_the_landed_copies(planted: Path) -> None:
    assert set(files_with(planted, "@example.org")) <= {"warehouse/landed"}


def test_the_walk_over_what_anybody_sees_meets_every_page_file_and_table(planted: Path) -> None:
    seen = seen_by_anybody(planted)
    names = {Path(name).name for name in seen}
    assert names >= {*PAGES, "report.html", "published.duckdb", "protected_slices.csv", MANIFEST}
    assert any(name.startswith("reports/") for name in seen)
    assert b"with_appointment" in seen["completion.arm"]


def test_nobody_stands_in_anything_anybody_sees_not_even_by_pseudonym(planted: Path) -> None:
    markers = [marker.lower().encode() for marker in (*MARKERS, "@example.org")]
    for name, content in seen_by_anybody(planted).items():
        assert PSEUDONYM.search(content) is None, name
        assert not [marker for marker in markers if marker in content.lower()], name


def test_people_are_in_the_ledger_by_pseudonym_alone_and_only_beside_what_they_add_to(planted: Path) -> None:
    texts = texts_by_column(Folders(planted).ledger)
    assert {name for name, content in texts.items() if PSEUDONYM.search(content)} == {"sums.person_id"}
    markers = [marker.lower().encode() for marker in (*MARKERS, "@example.org")]
    assert [
        name for name, content in texts.items() if any(marker in content.lower() for marker in markers)
    ] == []
