"""The list of names that mean the same person: several addresses, staff numbers or codes of one.

What belongs here: reading and checking the file. What does not: what an alias does to an id (`identity`).

The file is as secret as the identity key and refused where others can read it. What stands in it goes into the
reading of exports and nowhere else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.identity import PersonRules
from pipelines.private_files import NotPrivateError, read_private
from pipelines.setting_values import SettingsError

HEADER = ("alias", "person")


def load_person_rules(aliases_file: Path, plus_addressing: str) -> PersonRules:
    """Which names mean the same person; no aliases where there is no such file.

    Args:
        aliases_file: CSV file with the columns `alias` and `person`, separated by commas or semicolons.
        plus_addressing: `keep` or `ignore`.

    Raises:
        SettingsError: The file can be read by others, is no such CSV file, gives an alias to two people, or leads
            from a name back to itself. The message names the row, never a name.
    """
    rules = PersonRules(plus_addressing=plus_addressing)
    if not aliases_file.exists():
        return rules
    try:
        text = read_private(aliases_file, "list of aliases").decode("utf-8-sig")
    except NotPrivateError as error:
        raise SettingsError(str(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{aliases_file} is not UTF-8. Save it as CSV UTF-8.") from None
    meanings: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row, alias, person in _rows(aliases_file, text):
        written, meant = rules.written(alias), rules.written(person)
        if meanings.setdefault(written, meant) != meant:
            raise SettingsError(
                f"{aliases_file}, row {row}: this alias stands for another person in row {rows[written]}. Remove one."
            )
        rows.setdefault(written, row)
    stands_for = {alias: person for alias, person in meanings.items() if alias != person}
    return PersonRules(
        {alias: _end(aliases_file, stands_for, alias, rows) for alias in stands_for}, plus_addressing
    )


def _rows(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    """Row number (the header is row 1), alias and person of each row that is not blank."""
    separator = ";" if ";" in text.partition("\n")[0] else ","
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text), delimiter=separator, strict=True), start=1):
            named = [cell.strip() for cell in cells]
            if row == 1 and tuple(cell.casefold() for cell in named) != HEADER:
                raise SettingsError(f"{path}, row 1: the columns have to be named {' and '.join(HEADER)}.")
            if row == 1 or not any(named):
                continue
            if len(named) != len(HEADER) or not all(named):
                raise SettingsError(
                    f"{path}, row {row}: an alias and a person have to stand there, nothing else."
                )
            yield row, named[0], named[1]
    except csv.Error:
        raise SettingsError(f"{path}: a quotation mark is not closed. Save it as CSV again.") from None


def _end(path: Path, stands_for: Mapping[str, str], alias: str, rows: Mapping[str, int]) -> str:
    """The name at the end of a chain: where one alias stands for another, both mean its person."""
    passed, name = {alias}, stands_for[alias]
    while name in stands_for:
        if name in passed:
            raise SettingsError(
                f"{path}, row {rows[name]}: following this alias leads back to it. Remove one of the rows."
            )
        passed.add(name)
        name = stands_for[name]
    return name
