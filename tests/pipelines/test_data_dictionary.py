"""The committed data dictionary is the one the contracts give."""

from __future__ import annotations

from pathlib import Path

from models.contracts import CORE_TABLES, META_TABLES, PROTECTED_TABLES
from models.derived import derived_tables
from pipelines.data_dictionary import DICTIONARY, data_dictionary, main


def test_the_committed_dictionary_is_what_the_contracts_give() -> None:
    assert DICTIONARY.read_text("utf-8") == data_dictionary(), "run `make dictionary`"


def test_every_table_has_its_section() -> None:
    names = [f"core_{table.name}" for table in CORE_TABLES]
    names += [table.name for table in (*PROTECTED_TABLES, *META_TABLES)]
    headings = data_dictionary().splitlines()
    assert [name for name in names if f"### {name}" not in headings] == []


def test_every_derived_table_is_listed_with_its_grain() -> None:
    rows = data_dictionary().splitlines()
    missing = [
        table.name
        for table in derived_tables()
        if not any(row.startswith(f"| `{table.name}` | {table.grain} |") for row in rows)
    ]
    assert missing == []


def test_a_row_gives_type_need_range_with_unit_and_meaning() -> None:
    rows = data_dictionary().splitlines()
    assert "| `check_in_minutes` | bigint |  | 0 to 600 minutes | Length of the check-in. |" in rows
    assert "| `ended_at` | timestamp, UTC |  | not before `started_at` | When it ended. |" in rows
    assert "| `state` | varchar | required | `done`, `not_done`, `withdrawn` | What was said. |" in rows
    assert "| `commitment_id` | varchar, commitment id | key |  | Pseudonym of the commitment. |" in rows


def test_the_same_text_is_written_to_the_file_named(tmp_path: Path) -> None:
    main(tmp_path / "dictionary.md")
    assert (tmp_path / "dictionary.md").read_text("utf-8") == data_dictionary()
