"""Settings are read whole or refused by file and key, and the cut is a day in the programme's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from models.plan import Plan
from pipelines.new_programme import make_programme
from pipelines.settings import (
    Programme,
    SettingsError,
    data_cut,
    find_programme_folder,
    iso_week,
    load_plan,
    load_programme,
)

MINIMAL = '[programme]\nname = "P"\ntime_zone = "Europe/Berlin"\n'
Load = Callable[..., Programme]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def written(settings: str = MINIMAL, plan: str = "") -> Programme:
        (tmp_path / "peerlift.toml").write_text(settings, "utf-8")
        (tmp_path / "plan.toml").write_text(plan, "utf-8")
        return load_programme(tmp_path)

    return written


def test_name_and_zone_are_enough_and_the_rest_has_defaults(load: Load, tmp_path: Path) -> None:
    programme = load()
    assert (programme.name, programme.time_zone, programme.is_synthetic) == ("P", "Europe/Berlin", False)
    assert (programme.minimum_people, programme.minimum_people_loneliness) == (5, 10)
    assert (programme.ends_on, programme.keep_releases, programme.plan) == (None, 12, Plan())
    assert programme.key_file == tmp_path / "secrets" / "identity.key"
    assert (programme.aliases_file, programme.plus_addressing) == (tmp_path / "people" / "aliases.csv", "keep")
    assert (programme.inbox.url, programme.landed_days) == (str(tmp_path / "inbox"), 90)


@pytest.mark.parametrize("days", [1, 3650])
def test_landed_copies_can_be_kept_for_a_day_or_ten_years(load: Load, days: int) -> None:
    assert load(MINIMAL + f"[retention]\nlanded_days = {days}\n").landed_days == days


def test_the_templates_are_settings_that_load(tmp_path: Path) -> None:
    make_programme(tmp_path / "new")
    assert load_programme(tmp_path / "new").plan == Plan()


WRONG = {
    MINIMAL + "time_zon = 1\n": "unknown key 'time_zon'. Did you mean 'time_zone'",
    MINIMAL + "[privcy]\n": "unknown key 'privcy'. Did you mean 'privacy'",
    MINIMAL
    + "[privacy]\nminimum_peopel = 6\n": "[privacy] unknown key 'minimum_peopel'. Did you mean 'minimum_people'",
    MINIMAL + "xyzzy = 1\n": "unknown key 'xyzzy'. Known are name, time_zone, is_synthetic, ends_on.",
    MINIMAL + "[privacy]\nminimum_people = 4\n": "minimum_people is 4; it can be raised above 5, never lowered",
    MINIMAL
    + "[privacy]\nminimum_people_loneliness = 9\n": "minimum_people_loneliness is 9; it can be raised above 10",
    MINIMAL + "[privacy]\nminimum_people = 5.5\n": "minimum_people must be a int",
    MINIMAL + "[privacy]\nminimum_people = true\n": "minimum_people must be a int",
    MINIMAL.replace("Europe/Berlin", "Mars/Olympus"): "time_zone 'Mars/Olympus' is not a zone such as",
    MINIMAL.replace(
        "Europe/Berlin", "W. Europe Standard Time"
    ): "Standard Time' is not a zone such as Europe/Berlin",
    MINIMAL.replace("Europe/Berlin", "localtime"): "time_zone 'localtime' is not a zone",
    MINIMAL + '[identity]\nplus_addressing = "drop"\n': "plus_addressing must be 'keep' or 'ignore'",
    MINIMAL.replace("Europe/Berlin", "../etc"): "is not a zone such as Europe/Berlin",
    MINIMAL.replace('name = "P"', 'name = " "'): "name is empty",
    '[programme]\nname = "P"\n': "time_zone is missing",
    MINIMAL + "ends_on = 2026-01-01T00:00:00Z\n": "ends_on must be a date",
    MINIMAL + "[publishing]\nkeep_releases = 0\n": "keep_releases must be 1 or more",
    MINIMAL + "[retention]\nlanded_days = 0\n": "landed_days is 0; it has to lie in 1 to 3650",
    MINIMAL + "[retention]\nlanded_days = 3651\n": "landed_days is 3651; it has to lie in 1 to 3650",
    MINIMAL + "[retention]\nlanded_days = 1.5\n": "landed_days must be a int",
    MINIMAL + "[retention]\ndays = 90\n": "[retention] unknown key 'days'",
    MINIMAL + '[inbox]\nuri = "x"\n': "[inbox] unknown key 'uri'. Did you mean 'url'",
    MINIMAL + '[inbox.options]\npassword = "x"\n': "[inbox.options] password is a secret",
    "programme = 3\n": "programme must be a section, written [programme]",
    "[programme\n": "is not valid TOML",
}


@pytest.mark.parametrize(("settings", "told"), WRONG.items())
def test_a_wrong_setting_is_refused_by_file_and_key(load: Load, settings: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(settings)
    assert "peerlift.toml" in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ("horizn_days = 28\n", "unknown key 'horizn_days'. Did you mean 'horizon_days'"),
        ("horizon_days = 0\n", "horizon_days must be a int above zero"),
        ("horizon_days = 28.5\n", "horizon_days must be a int"),
        ("horizon_days = true\n", "horizon_days must be a int"),
        ('margin = "wide"\n', "margin must be a float"),
        ("margin = -0.1\n", "margin must be a float above zero"),
        ("margin = 0.26\n", "margin is 0.26; it has to lie in 0.01 to 0.25"),
        ("horizon_days = 6\n", "horizon_days is 6; it has to lie in 7 to 182"),
        ("prior_sd = 5.0\n", "prior_sd is 5; it has to lie in 0.01 to 0.5"),
        ("minimum_groups_six = 9\n", "minimum_groups_six is 9; it has to lie in 10 to 10000"),
        ("minimum_share_six = 0.49\n", "minimum_share_six is 0.49; it has to lie in 0.5 to 1"),
        ('primary = "crude_risk_diference_of_kept"\n', "Did you mean 'crude_risk_difference_of_kept'"),
        ('primary = "whatever"\n', "no analysis there is. Known are crude_risk_difference_of_kept."),
    ],
)
def test_a_wrong_plan_is_refused_by_file_and_key(load: Load, plan: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(MINIMAL, plan)
    assert "plan.toml" in str(error.value)
    assert told in str(error.value)


def test_a_plan_keeps_what_it_says_and_defaults_the_rest(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("horizon_days = 35\nminimum_share_six = 1\n", "utf-8")
    assert load_plan(tmp_path / "plan.toml") == Plan(horizon_days=35, minimum_share_six=1.0)


@pytest.mark.parametrize("name", ["peerlift.toml", "plan.toml"])
def test_a_missing_file_is_named_with_what_writes_one(load: Load, tmp_path: Path, name: str) -> None:
    load()
    (tmp_path / name).unlink()
    with pytest.raises(SettingsError, match=rf"{name} is missing\. `peerlift init` writes one"):
        load_programme(tmp_path)


def test_a_changed_byte_of_settings_plan_aliases_or_a_source_is_another_hash(
    load: Load, tmp_path: Path
) -> None:
    hashes = {
        load().settings_hash,
        load(MINIMAL + "# note\n").settings_hash,
        load(MINIMAL, "# note\n").settings_hash,
    }
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "aliases.csv").write_text("alias,person\n", "utf-8")
    hashes.add(load().settings_hash)
    (tmp_path / "people" / "aliases.csv").unlink()
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "pulse.toml").write_text("# note\n", "utf-8")
    assert len(hashes | {load().settings_hash}) == 5


@pytest.mark.parametrize(("hour", "day"), [((9, 59), date(2026, 10, 3)), ((10, 0), date(2026, 10, 4))])
def test_a_day_counts_from_its_noon_on_in_the_programmes_zone(
    load: Load, hour: tuple[int, int], day: date
) -> None:
    # Berlin is two hours ahead of UTC at the beginning of October.
    cut = data_cut(load(), datetime(2026, 10, 4, *hour, tzinfo=UTC))
    assert cut.day == day
    assert cut.known_at == datetime(2026, 10, 4, *hour)  # noqa: DTZ001


def test_the_run_on_monday_at_six_is_about_the_week_that_ended_on_sunday(load: Load) -> None:
    cut = data_cut(load(), datetime(2026, 10, 5, 4, tzinfo=UTC))
    assert cut.day == date(2026, 10, 4)
    assert cut.week == "2026-W40"
    assert cut.next_refresh_on == date(2026, 10, 5)


@pytest.mark.parametrize(
    ("ends_on", "day"), [("2026-09-27", date(2026, 9, 27)), ("2026-12-31", date(2026, 10, 4))]
)
def test_a_programme_that_is_over_is_cut_on_its_last_day(load: Load, ends_on: str, day: date) -> None:
    programme = load(MINIMAL + f"ends_on = {ends_on}\n")
    assert data_cut(programme, datetime(2026, 10, 4, 12, tzinfo=UTC)).day == day


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 10, 4), "2026-W40"),
        (date(2026, 10, 5), "2026-W41"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_weeks_are_those_of_the_iso_calendar(day: date, week: str) -> None:
    assert iso_week(day) == week


@pytest.mark.parametrize("day", [28, 30])
def test_the_next_refresh_is_the_monday_after_the_cut(load: Load, day: int) -> None:
    cut = data_cut(load(), datetime(2026, 9, day, 12, tzinfo=UTC))
    assert cut.next_refresh_on == date(2026, 10, 5)


def test_a_programme_is_found_by_name_then_environment_then_here_then_in_data(tmp_path: Path) -> None:
    for name in ("named", "variable", "here", "here/data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "peerlift.toml").write_text("", "utf-8")
    environment, here = {"PEERLIFT_PROGRAMME": str(tmp_path / "variable")}, tmp_path / "here"
    assert find_programme_folder(tmp_path / "named", environment, here) == tmp_path / "named"
    assert find_programme_folder(None, environment, here) == tmp_path / "variable"
    assert find_programme_folder(None, {}, here) == here
    (here / "peerlift.toml").unlink()
    assert find_programme_folder(None, {}, here) == here / "data"


def test_a_named_folder_without_a_programme_is_not_replaced_by_another(load: Load, tmp_path: Path) -> None:
    load()
    with pytest.raises(SettingsError, match="Make a programme with `peerlift init FOLDER`"):
        find_programme_folder(tmp_path / "elsewhere", {}, tmp_path)
