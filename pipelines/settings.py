"""Where a programme lives and how it is set up: the one place that reads settings, environment and clock.

What belongs here: `peerlift.toml`, `plan.toml`, the layout of a programme's folder, the present moment.
What does not: source files (`source_file.py`) and the identity key (`identity.py`).
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.plan import LIMITS, PRIMARIES, Plan
from pipelines.inbox_settings import KEYS as INBOX_KEYS
from pipelines.inbox_settings import InboxSettings, inbox_settings
from pipelines.setting_values import (
    SettingsError,
    at_least_one,
    floored,
    number_within,
    one_of,
    read_toml,
    refuse_unknown,
    section_of,
    value_of,
)
from pipelines.zones import meant_zone, zone_names

__all__ = [
    "Cut",
    "Folders",
    "Programme",
    "SettingsError",
    "data_cut",
    "find_programme_folder",
    "iso_week",
    "load_plan",
    "load_programme",
    "now",
    "package_version",
]

FLOOR_PEOPLE = 5
FLOOR_PEOPLE_LONELINESS = 10
LANDED_DAYS = 90
LONGEST_LANDED_DAYS = 3650

SETTINGS_FILE = "peerlift.toml"
ALIASES_FILE = "people/aliases.csv"
PLUS_ADDRESSING = ("keep", "ignore")
PLAN_FILE = "plan.toml"
FOLDER_VARIABLE = "PEERLIFT_PROGRAMME"
HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where each kind of file of a programme lies, below its folder."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where exports are dropped, unless the settings name another place."""
        return self.root / "inbox"

    @property
    def sources(self) -> Path:
        """The source files that say how exports are read."""
        return self.root / "sources"

    @property
    def warehouse(self) -> Path:
        """Everything the pipeline keeps for itself; restricted."""
        return self.root / "warehouse"

    @property
    def database(self) -> Path:
        """The run's own DuckDB file."""
        return self.warehouse / "peerlift.duckdb"

    @property
    def ledger(self) -> Path:
        """What was released, by person; can't be made anew."""
        return self.warehouse / "ledger.duckdb"

    @property
    def landed(self) -> Path:
        """Copies of the files that came in, named by their hash."""
        return self.warehouse / "landed"

    @property
    def dagster(self) -> Path:
        """Home of the Dagster instance that records the runs."""
        return self.warehouse / "dagster"

    @property
    def restricted(self) -> Path:
        """One folder per release with the analyst file."""
        return self.warehouse / "restricted"

    @property
    def quarantine(self) -> Path:
        """List of the rows that were set aside: file, row, rule, remedy."""
        return self.warehouse / "quarantine.csv"

    @property
    def published(self) -> Path:
        """Releases and the pointer to the current one."""
        return self.root / "published"

    @property
    def reports(self) -> Path:
        """Frozen weekly reports."""
        return self.root / "reports"


@dataclass(frozen=True, slots=True)
class Programme:
    """The settings of one programme, checked.

    Raises nothing itself; `load_programme` does. `settings_hash` covers peerlift.toml, plan.toml, all
    source files and the list of aliases, byte by byte.
    """

    folders: Folders
    name: str
    time_zone: str
    is_synthetic: bool
    ends_on: date | None
    minimum_people: int
    minimum_people_loneliness: int
    key_file: Path
    keep_releases: int
    inbox: InboxSettings
    landed_days: int
    plan: Plan
    settings_hash: str
    aliases_file: Path
    plus_addressing: str

    @property
    def zone(self) -> ZoneInfo:
        """The programme's time zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Cut:
    """Up to when records count: the end of `day` in the programme's zone."""

    day: date
    known_at: datetime

    @property
    def week(self) -> str:
        """ISO week of the day, as 2026-W40."""
        return iso_week(self.day)

    @property
    def next_refresh_on(self) -> date:
        """The Monday after the day: the next scheduled run."""
        return self.day + timedelta(days=7 - self.day.weekday())


def iso_week(day: date) -> str:
    """ISO week of a day, as 2026-W40."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def data_cut(programme: Programme, moment: datetime) -> Cut:
    """The cut of a run at this moment: the last day that counts, or the programme's last day where that is past.

    A day counts from its noon on, in the programme's zone. So Monday's run at 06:00 is about the week that ended
    on Sunday, and a run in the afternoon about everything up to now.
    """
    local = moment.astimezone(programme.zone).replace(tzinfo=None)
    today = (local - HALF_A_DAY).date()
    day = min(today, programme.ends_on) if programme.ends_on else today
    return Cut(day, moment.astimezone(UTC).replace(tzinfo=None))


def package_version() -> str:
    """Version of the installed package."""
    return version("peerlift")


def find_programme_folder(
    explicit: Path | None, environment: Mapping[str, str] = os.environ, start: Path | None = None
) -> Path:
    """The programme's folder: the one named, else PEERLIFT_PROGRAMME, else this folder, else ./data.

    Raises:
        SettingsError: none of them holds a peerlift.toml.
    """
    here = start or Path.cwd()
    named = explicit or (Path(environment[FOLDER_VARIABLE]) if environment.get(FOLDER_VARIABLE) else None)
    candidates = [named] if named else [here, here / "data"]
    for folder in candidates:
        if (folder / SETTINGS_FILE).is_file():
            return folder.resolve()
    looked = " or ".join(str(folder) for folder in candidates)
    raise SettingsError(
        f"No {SETTINGS_FILE} in {looked}. Make a programme with `peerlift init FOLDER`, "
        f"or name its folder with --programme or {FOLDER_VARIABLE}."
    )


def load_programme(folder: Path) -> Programme:
    """Read and check the settings of the programme in this folder.

    Raises:
        SettingsError: a file is missing, is not TOML, or holds an unknown or wrong value.
    """
    path = folder / SETTINGS_FILE
    content = read_toml(path)
    known = {
        "programme": ("name", "time_zone", "is_synthetic", "ends_on"),
        "privacy": ("minimum_people", "minimum_people_loneliness"),
        "identity": ("key_file", "aliases_file", "plus_addressing"),
        "publishing": ("keep_releases",),
        "inbox": INBOX_KEYS,
        "retention": ("landed_days",),
    }
    refuse_unknown(path, "", content, tuple(known))
    for section, keys in known.items():
        refuse_unknown(path, f"[{section}] ", section_of(path, content, section), keys)
    head = section_of(path, content, "programme")
    privacy = section_of(path, content, "privacy")
    identity = section_of(path, content, "identity")
    aliases_file = folder / value_of(path, identity, "aliases_file", str, ALIASES_FILE)
    name = value_of(path, head, "name", str, None)
    if not name.strip():
        raise SettingsError(f"{path}: name is empty. Give the programme a name.")
    return Programme(
        folders=Folders(folder),
        name=name.strip(),
        time_zone=_time_zone(path, value_of(path, head, "time_zone", str, None)),
        is_synthetic=value_of(path, head, "is_synthetic", bool, False),
        ends_on=value_of(path, head, "ends_on", date, None) if "ends_on" in head else None,
        minimum_people=floored(path, privacy, "minimum_people", FLOOR_PEOPLE),
        minimum_people_loneliness=floored(path, privacy, "minimum_people_loneliness", FLOOR_PEOPLE_LONELINESS),
        key_file=folder / value_of(path, identity, "key_file", str, "secrets/identity.key"),
        keep_releases=at_least_one(path, section_of(path, content, "publishing"), "keep_releases", 12),
        inbox=inbox_settings(path, content),
        landed_days=_landed_days(path, section_of(path, content, "retention")),
        plan=load_plan(folder / PLAN_FILE),
        settings_hash=_settings_hash(folder, aliases_file),
        aliases_file=aliases_file,
        plus_addressing=one_of(path, identity, "plus_addressing", PLUS_ADDRESSING),
    )


def load_plan(path: Path) -> Plan:
    """Read `plan.toml`; what it leaves out has the default.

    Raises:
        SettingsError: the file is missing, is not TOML, or holds an unknown or wrong value, or one out of its range.
    """
    content = read_toml(path)
    kinds = {field.name: type(getattr(Plan(), field.name)) for field in fields(Plan)}
    refuse_unknown(path, "", content, tuple(kinds))
    values: dict[str, Any] = {}
    for key, value in content.items():
        number = float(value) if kinds[key] is float and isinstance(value, int) else value
        if type(number) is not kinds[key] or (isinstance(number, int | float) and number <= 0):
            raise SettingsError(f"{path}: {key} must be a {kinds[key].__name__} above zero.")
        values[key] = number
    plan = Plan(**values)
    _refuse_beyond_limits(path, plan)
    return plan


def _refuse_beyond_limits(path: Path, plan: Plan) -> None:
    if plan.primary not in PRIMARIES:
        near = difflib.get_close_matches(plan.primary, PRIMARIES, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(PRIMARIES)}."
        raise SettingsError(f"{path}: primary {plan.primary!r} is no analysis there is. {hint}")
    for key, (least, largest) in LIMITS.items():
        value = getattr(plan, key)
        if not least <= value <= largest:
            raise SettingsError(f"{path}: {key} is {value:g}; it has to lie in {least:g} to {largest:g}.")


def _settings_hash(folder: Path, aliases_file: Path) -> str:
    digest = hashlib.sha256()
    files = [folder / SETTINGS_FILE, folder / PLAN_FILE, *sorted((folder / "sources").glob("*.toml"))]
    if aliases_file.is_file():
        files.append(aliases_file)
    for path in files:
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _landed_days(path: Path, section: Mapping[str, object]) -> int:
    value_of(path, section, "landed_days", int, LANDED_DAYS)
    return int(number_within(path, section, "landed_days", LANDED_DAYS, (1, LONGEST_LANDED_DAYS)))


def _time_zone(path: Path, name: str) -> str:
    if name not in zone_names():
        raise SettingsError(
            f"{path}: time_zone {name!r} is not a zone such as {meant_zone(name) or 'Europe/Berlin'}."
        )
    return name
