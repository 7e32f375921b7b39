"""Pseudonyms: from the names in an export to ids nobody can turn back without the key.

What belongs here: the key (made, kept, refused), which names mean one person, and the one rule by which an id is
computed.
What does not: which columns make up an id (a source file says that), reading the list of aliases (`aliases`), or
erasing a person (the store does).

An id is a prefix letter, "_" and the first 32 hex digits of HMAC-SHA256(key, kind and parts joined by U+001F),
the parts normalised so that the same person, group or session written in two ways gets one id.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.private_files import NotPrivateError, read_private
from pipelines.settings import PLUS_ADDRESSING

ENVIRONMENT_NAME = "PEERLIFT_IDENTITY_KEY"
KEY_BYTES = 32
UNIT_SEPARATOR = "\x1f"
PREFIXES: Mapping[str, str] = {
    "person": "p",
    "group": "g",
    "session": "s",
    "commitment": "c",
    "appointment": "a",
}

KEEP, IGNORE = PLUS_ADDRESSING  # whether a+peer@x.org is a name of its own, or a@x.org

_TAG = re.compile(r"^([^@+]+)\+[^@]*@")
_INTEGER_LIKE = re.compile(r"0*([0-9]+)(?:\.0+)?")


class IdentityKeyError(Exception):
    """The identity key is missing, too short or readable by others; the message says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class IdentityKey:
    """The secret all pseudonyms depend on; never shown, not even by `repr`.

    Attributes:
        secret: At least 32 bytes.
    """

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_BYTES:
            raise IdentityKeyError(
                f"the identity key has {len(self.secret)} bytes and needs at least {KEY_BYTES}:"
                " make one with `peerlift init`, which never overwrites an existing key"
            )

    def __repr__(self) -> str:
        return "IdentityKey(hidden)"

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, and nothing about it."""
        return hmac.digest(self.secret, b"fingerprint", "sha256").hex()[:16]


@dataclass(frozen=True, slots=True, repr=False)
class PersonRules:
    """Which names mean the same person; never shown, as aliases are names of people.

    Attributes:
        aliases: Name to the name it stands for, both normalised; no name that is stood for is an alias itself.
        plus_addressing: One of `PLUS_ADDRESSING`.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    plus_addressing: str = KEEP

    def __repr__(self) -> str:
        return f"PersonRules({len(self.aliases)} aliases, plus_addressing={self.plus_addressing!r})"

    def written(self, text: str) -> str:
        """A name as it is looked up: normalised, without the tag of an address where tags are ignored."""
        plain = normalised_part(text, "person")
        return _TAG.sub(r"\1@", plain) if self.plus_addressing == IGNORE else plain

    def name(self, text: str) -> str:
        """The one name of the person this name means."""
        plain = self.written(text)
        return self.aliases.get(plain, plain)

    def resolved(self, text: pl.Series) -> pl.Series:
        """The one name of each person in a column (n Strings), worked out once per distinct text."""
        if not self.aliases and self.plus_addressing == KEEP:
            return text
        distinct = text.drop_nulls().unique()
        names = pl.Series([self.name(cell) for cell in distinct], dtype=pl.String)
        return text.replace_strict(distinct, names, default=None, return_dtype=pl.String)

    def fingerprint(self, key: IdentityKey) -> bytes:
        """Tells one set of rules from another, and under the key, so that nobody can try names on it."""
        listed = [
            self.plus_addressing,
            *(f"{name}{UNIT_SEPARATOR}{of}" for name, of in sorted(self.aliases.items())),
        ]
        return hmac.digest(key.secret, "\n".join(["person rules", *listed]).encode("utf-8"), "sha256")


AS_WRITTEN = PersonRules()
"""No aliases; every address is a name of its own."""


def load_identity_key(path: Path | None, environment: Mapping[str, str]) -> IdentityKey:
    """The key from the environment variable `PEERLIFT_IDENTITY_KEY` or, where that is not set, from a file.

    Args:
        path: File with the key as hexadecimal text; `None` where the programme has none.
        environment: The process's environment.

    Raises:
        IdentityKeyError: There is no key, it is not hexadecimal or has fewer than 32 bytes, or its file can be
            read by others.
    """
    if ENVIRONMENT_NAME in environment:
        return _from_hex(environment[ENVIRONMENT_NAME], f"environment variable {ENVIRONMENT_NAME}")
    if path is None or not path.exists():
        where = f" and there is no file {path}" if path else ""
        raise IdentityKeyError(
            f"no identity key: {ENVIRONMENT_NAME} is not set{where}."
            " Without the key that made the stored ids, every person would get a second one;"
            " restore it, or make a first one with `peerlift init`"
        )
    try:
        content = read_private(path, "identity key file")
    except NotPrivateError as error:
        raise IdentityKeyError(str(error)) from None
    return _from_hex(content.decode("ascii", errors="replace"), f"file {path}")


def _from_hex(text: str, where: str) -> IdentityKey:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        raise IdentityKeyError(
            f"the identity key in {where} is not hexadecimal: it needs {2 * KEY_BYTES} or more of 0-9 and a-f"
        ) from None
    return IdentityKey(secret)


def create_identity_key(path: Path) -> IdentityKey:
    """A new random key, written to a file only its owner can read.

    The folder is made with mode 0700, the file with 0600; an existing file is never overwritten, because with
    the key all links between stored and new rows would be lost.

    Raises:
        IdentityKeyError: There is a file at `path` already.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise IdentityKeyError(f"there is an identity key at {path} already; it is kept as it is") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return IdentityKey(secret)


def normalised_part(text: str, kind: str) -> str:
    """A part of an id as it counts: NFKC, white space collapsed, case folded.

    Numbers lose leading zeros and a trailing `.0` (`03` and `3.0` are session 3), except for people, whose
    staff numbers may differ by a zero.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    number = _INTEGER_LIKE.fullmatch(plain) if kind != "person" else None
    return number[1] if number else plain


def pseudonym(parts: Sequence[str | None], kind: str, key: IdentityKey) -> str | None:
    """The id of one thing; `None` where a part of its name is empty."""
    named = [normalised_part(part or "", kind) for part in parts]
    if not all(named):
        return None
    return _id_of(UNIT_SEPARATOR.join((kind, *named)), kind, key)


def pseudonyms(parts: Sequence[pl.Series], kind: str, key: IdentityKey) -> pl.Series:
    """The ids of a column, computed once per distinct value.

    Args:
        parts: One or more String columns of equal length n that together name the thing.
        kind: An identifier kind of the contracts.
        key: The identity key.

    Returns:
        n ids (String), null where any part is empty.
    """
    named = [_normalised(part, kind).alias(f"part_{place}") for place, part in enumerate(parts)]
    told = (
        pl.DataFrame(named).select(pl.concat_str(pl.lit(kind), pl.all(), separator=UNIT_SEPARATOR)).to_series()
    )
    distinct = told.drop_nulls().unique()
    ids = pl.Series([_id_of(message, kind, key) for message in distinct], dtype=pl.String)
    return told.replace_strict(distinct, ids, default=None, return_dtype=pl.String).alias("id")


def _normalised(part: pl.Series, kind: str) -> pl.Series:
    """A part of each id as it counts, null where it is empty; worked out once per distinct text."""
    distinct = part.drop_nulls().unique()
    plain = pl.Series([normalised_part(text, kind) or None for text in distinct], dtype=pl.String)
    return part.replace_strict(distinct, plain, default=None, return_dtype=pl.String)


def _id_of(message: str, kind: str, key: IdentityKey) -> str:
    return f"{PREFIXES[kind]}_{hmac.digest(key.secret, message.encode('utf-8'), 'sha256').hex()[:32]}"
