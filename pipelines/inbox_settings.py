"""Where the inbox is: the `[inbox]` section of `peerlift.toml`.

What belongs here: the place, how long a file has to lie still, options of the storage; secrets are refused.
What does not: looking into the inbox (`inbox.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pipelines.setting_values import SettingsError, number_within, refuse_unknown, section_of, value_of

KEYS = ("url", "settle_seconds", "options")
SETTLE_SECONDS = 2
LONGEST_SETTLE = 600
# Words in the name of an option that tell of a secret. `key` only at the end: `key_filename` names a file.
SECRET_WORDS = ("secret", "token", "passw", "passphrase", "credential", "connection_string")


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """Where exports are dropped.

    Attributes:
        url: An absolute path, or the URL of a folder in a storage, as `s3://bucket/exports`. Holds no secret.
        is_named: Whether the settings name it; the programme's own folder may be missing, a named one may not.
        settle_seconds: How long a file has to be unchanged before it is taken in.
        options: What the storage is opened with, as `endpoint_url`. Holds no secret.
    """

    url: str
    is_named: bool = False
    settle_seconds: float = SETTLE_SECONDS
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return "://" not in self.url


def inbox_settings(path: Path, content: Mapping[str, object]) -> InboxSettings:
    """The inbox of the programme whose settings file is `path`; left out, it is the folder `inbox` beside it.

    Raises:
        SettingsError: an unknown key, a wrong value, or a secret.
    """
    section = section_of(path, content, "inbox")
    refuse_unknown(path, "[inbox] ", section, KEYS)
    options = value_of(path, section, "options", dict, {})
    _refuse_secrets(path, options)
    url = value_of(path, section, "url", str, "inbox").strip()
    return InboxSettings(
        _placed(path, url),
        "url" in section,
        number_within(path, section, "settle_seconds", SETTLE_SECONDS, (0, LONGEST_SETTLE)),
        MappingProxyType(options),
    )


def _placed(path: Path, url: str) -> str:
    """An absolute path or a URL; a relative path counts from the programme's folder."""
    if "://" not in url:
        if not url:
            raise SettingsError(f"{path}: [inbox] url is empty. Leave it out for the folder `inbox`.")
        return str((path.parent / Path(url).expanduser()).absolute())
    if "::" in url:
        raise SettingsError(f"{path}: [inbox] url must name one storage; chains of them (`::`) are not read.")
    if _has_password(url):
        raise SettingsError(f"{path}: [inbox] url holds a password. {_ELSEWHERE}")
    return _local_path(url) if url.startswith(("file://", "local://")) else url.rstrip("/")


def _local_path(url: str) -> str:
    return str(Path("/" + url.partition("://")[2].lstrip("/")))


_ELSEWHERE = (
    "Secrets come from the environment or the storage's own configuration, such as AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or the profile of an AWS configuration file."
)


def _refuse_secrets(path: Path, options: Mapping[str, Any]) -> None:
    for name, value in _flat(options):
        last = name.rpartition(".")[2].lower()
        is_secret = last.endswith("key") or last == "auth" or any(word in last for word in SECRET_WORDS)
        if is_secret or (isinstance(value, str) and _has_password(value)):
            raise SettingsError(f"{path}: [inbox.options] {name} is a secret or holds one. {_ELSEWHERE}")


def _flat(options: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, object]]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def _has_password(text: str) -> bool:
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False
