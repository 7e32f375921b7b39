"""A changed rule about people's names makes every file be read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.new_programme import make_programme
from pipelines.settings import SettingsError, load_programme
from pipelines.stages.reading import Readers, load_readers


def readers(folder: Path) -> Readers:
    return load_readers(load_programme(folder))


def test_a_list_of_aliases_and_the_rule_of_addresses_are_part_of_how_a_file_is_read(tmp_path: Path) -> None:
    make_programme(tmp_path)
    before = readers(tmp_path)
    aliases = tmp_path / "people" / "aliases.csv"
    aliases.parent.mkdir()
    aliases.write_text("alias,person\nold@x.org,new@x.org\n", "utf-8")
    aliases.chmod(0o600)
    listed = readers(tmp_path)
    settings = tmp_path / "peerlift.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('plus_addressing = "keep"', 'plus_addressing = "ignore"'), "utf-8"
    )
    hashes = [tuple(each.source_hashes.values()) for each in (before, listed, readers(tmp_path))]
    assert len(set(hashes)) == 3
    assert listed.people.name("old@x.org") == "new@x.org"


def test_a_list_of_aliases_that_others_can_read_stops_the_reading(tmp_path: Path) -> None:
    make_programme(tmp_path)
    aliases = tmp_path / "aliases.csv"
    aliases.write_text("alias,person\n", "utf-8")
    aliases.chmod(0o644)
    settings = tmp_path / "peerlift.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("[identity]", '[identity]\naliases_file = "aliases.csv"'), "utf-8"
    )
    with pytest.raises(SettingsError, match="chmod 600"):
        readers(tmp_path)
