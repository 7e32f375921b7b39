"""Where the inbox is, as the settings say it; a secret among them is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.inbox_settings import InboxSettings, inbox_settings
from pipelines.setting_values import SettingsError


def read(folder: Path, **section: Any) -> InboxSettings:
    return inbox_settings(folder / "peerlift.toml", {"inbox": section} if section else {})


def test_left_out_it_is_the_programmes_own_folder(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.url, found.is_named, found.is_local, found.settle_seconds) == (
        str(tmp_path / "inbox"),
        False,
        True,
        2,
    )
    assert dict(found.options) == {}


@pytest.mark.parametrize(
    ("url", "placed"),
    [
        ("drop", "{folder}/drop"),
        ("/srv/drop", "/srv/drop"),
        ("file:///srv/drop/", "/srv/drop"),
        ("s3://bucket/exports/", "s3://bucket/exports"),
        ("sftp://user@host/exports", "sftp://user@host/exports"),
    ],
)
def test_it_is_a_folder_from_here_an_absolute_one_or_a_url(tmp_path: Path, url: str, placed: str) -> None:
    found = read(tmp_path, url=url)
    assert found.url == placed.format(folder=tmp_path)
    assert found.is_named
    assert found.is_local == ("://" not in placed)


def test_options_of_the_storage_are_kept(tmp_path: Path) -> None:
    options = {
        "endpoint_url": "https://example.org",
        "anon": False,
        "client_kwargs": {"region_name": "eu-central-1"},
    }
    assert dict(read(tmp_path, url="s3://bucket", options=options).options) == options


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"key": "AKIA"}, "key"),
        ({"secret": "hidden"}, "secret"),
        ({"account_key": "hidden"}, "account_key"),
        ({"SAS_token": "hidden"}, "SAS_token"),
        ({"password": "hidden"}, "password"),
        ({"client_kwargs": {"aws_secret_access_key": "hidden"}}, "client_kwargs.aws_secret_access_key"),
        ({"endpoint_url": "https://me:hidden@example.org"}, "endpoint_url"),
    ],
)
def test_a_secret_among_the_options_is_refused_by_name_and_never_repeated(
    tmp_path: Path, options: dict[str, Any], name: str
) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, url="s3://bucket", options=options)
    assert f"[inbox.options] {name} is a secret or holds one" in str(error.value)
    assert "AWS_SECRET_ACCESS_KEY" in str(error.value)
    assert "hidden" not in str(error.value)
    assert "AKIA" not in str(error.value)


def test_the_name_of_a_file_with_a_key_is_no_secret(tmp_path: Path) -> None:
    options = {"key_filename": "/home/me/.ssh/id"}
    assert dict(read(tmp_path, url="sftp://host/exports", options=options).options) == options


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"uri": "s3://bucket"}, "[inbox] unknown key 'uri'. Did you mean 'url'"),
        ({"url": 3}, "url must be a str"),
        ({"url": " "}, "[inbox] url is empty"),
        ({"url": "sftp://me:hidden@host/exports"}, "[inbox] url holds a password"),
        ({"url": "zip://a::s3://bucket"}, "chains of them"),
        ({"settle_seconds": -1}, "settle_seconds is -1; it has to lie in 0 to 600"),
        ({"settle_seconds": 601}, "settle_seconds is 601; it has to lie in 0 to 600"),
        ({"settle_seconds": True}, "settle_seconds must be a number"),
        ({"options": 3}, "options must be a dict"),
    ],
)
def test_a_wrong_value_is_refused_by_file_and_key(tmp_path: Path, section: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, **section)
    assert str(tmp_path / "peerlift.toml") in str(error.value)
    assert told in str(error.value)
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("seconds", [0, 0.5, 600])
def test_how_long_a_file_has_to_lie_still_can_be_set(tmp_path: Path, seconds: float) -> None:
    assert read(tmp_path, settle_seconds=seconds).settle_seconds == seconds
