"""Values of a settings file, each checked as it is taken out.

What belongs here: reading TOML, and errors that name file, key and remedy.
What does not: which keys there are (`settings.py`, `inbox_settings.py`).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")


class SettingsError(Exception):
    """A settings file is missing or wrong; the message names file, key and remedy."""


def read_toml(path: Path) -> dict[str, object]:
    """The content of a TOML file.

    Raises:
        SettingsError: it is missing, or no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing. `peerlift init` writes one to start from.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None


def refuse_unknown(path: Path, where: str, content: Mapping[str, object], known: tuple[str, ...]) -> None:
    """Refuse a key that means nothing; `where` stands before it, as `[privacy] `.

    Raises:
        SettingsError: there is one.
    """
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."
            raise SettingsError(f"{path}: {where}unknown key {key!r}. {hint}")


def section_of(path: Path, content: Mapping[str, object], name: str) -> dict[str, object]:
    """A section; empty where it is left out.

    Raises:
        SettingsError: it is a value.
    """
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{path}: {name} must be a section, written [{name}].")
    return section


def value_of(path: Path, section: Mapping[str, object], key: str, kind: type[_T], default: _T | None) -> _T:
    """A value of this kind; `default` where it is left out.

    Raises:
        SettingsError: it is missing and has no default, or is of another kind.
    """
    value = section.get(key, default)
    if value is None:
        raise SettingsError(f"{path}: {key} is missing.")
    if type(value) is not kind:
        raise SettingsError(f"{path}: {key} must be a {kind.__name__}.")
    return value


def floored(path: Path, section: Mapping[str, object], key: str, floor: int) -> int:
    """A number that may be raised above its floor, which is also its default.

    Raises:
        SettingsError: it lies below.
    """
    value = value_of(path, section, key, int, floor)
    if value < floor:
        raise SettingsError(
            f"{path}: {key} is {value}; it can be raised above {floor}, never lowered below it."
        )
    return value


def at_least_one(path: Path, section: Mapping[str, object], key: str, default: int) -> int:
    """A number of 1 or more.

    Raises:
        SettingsError: it is less.
    """
    value = value_of(path, section, key, int, default)
    if value < 1:
        raise SettingsError(f"{path}: {key} must be 1 or more.")
    return value


def one_of(path: Path, section: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    """One of a few words, the first of them where it is left out.

    Raises:
        SettingsError: it is another.
    """
    word = value_of(path, section, key, str, choices[0])
    if word not in choices:
        raise SettingsError(f"{path}: {key} must be {' or '.join(map(repr, choices))}.")
    return word


def number_within(
    path: Path, section: Mapping[str, object], key: str, default: float, limits: tuple[float, float]
) -> float:
    """A number within its limits, whole or not.

    Raises:
        SettingsError: it is no number, or lies outside.
    """
    value = section.get(key, default)
    least, largest = limits
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{path}: {key} must be a number.")
    if not least <= value <= largest:
        raise SettingsError(f"{path}: {key} is {value:g}; it has to lie in {least:g} to {largest:g}.")
    return value
