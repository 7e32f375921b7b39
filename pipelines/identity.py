"""Pseudonyms: from the names in an export to ids nobody can turn back without the key.

What belongs here: the key (made, kept, refused) and the one rule by which an id is computed.
What does not: which columns make up an id (a source file says that) or erasing a person (the store does).

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
from dataclasses import dataclass
from pathlib import Path

import polars as pl

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
    return _from_hex(_read_private(path), f"file {path}")


def _read_private(path: Path) -> str:
    # The permissions are those of the file that was opened, not of whatever stands at the path a moment later.
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & 0o077:
            raise IdentityKeyError(
                f"the identity key file {path} can be read by others (mode {mode & 0o777:04o}):"
                f" run chmod 600 {path}"
            )
        return file.read().decode("ascii", errors="replace")


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
    message = UNIT_SEPARATOR.join((kind, *named)).encode("utf-8")
    return f"{PREFIXES[kind]}_{hmac.digest(key.secret, message, 'sha256').hex()[:32]}"


def pseudonyms(parts: Sequence[pl.Series], kind: str, key: IdentityKey) -> pl.Series:
    """The ids of a column, computed once per distinct value.

    Args:
        parts: One or more String columns of equal length n that together name the thing.
        kind: An identifier kind of the contracts.
        key: The identity key.

    Returns:
        n ids (String), null where any part is empty.
    """
    names = [f"part_{place}" for place in range(len(parts))]
    frame = pl.DataFrame([part.alias(name) for part, name in zip(parts, names, strict=True)])
    distinct = frame.unique(maintain_order=True)
    ids = pl.Series("id", [pseudonym(row, kind, key) for row in distinct.iter_rows()], dtype=pl.String)
    joined = frame.join(distinct.with_columns(ids), on=names, how="left", maintain_order="left")
    return joined.get_column("id")
