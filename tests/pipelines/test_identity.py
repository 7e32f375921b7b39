"""Pseudonyms and the key they depend on."""

import hashlib
import hmac
import os
import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity import (
    IdentityKey,
    IdentityKeyError,
    create_identity_key,
    load_identity_key,
    normalised_part,
    pseudonym,
    pseudonyms,
)

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")


def test_an_id_is_the_documented_hash() -> None:
    digest = hmac.new(KEY.secret, b"session\x1fteam a\x1f3", hashlib.sha256).hexdigest()
    assert pseudonym(["Team  A", "03"], "session", KEY) == "s_" + digest[:32]


@pytest.mark.parametrize(
    ("kind", "letter"),
    [("person", "p"), ("group", "g"), ("session", "s"), ("commitment", "c"), ("appointment", "a")],
)
def test_the_kind_is_in_the_prefix(kind: str, letter: str) -> None:
    assert (pseudonym(["x"], kind, KEY) or "").startswith(f"{letter}_")


def test_things_of_two_kinds_with_one_name_have_different_hashes() -> None:
    person, group = pseudonym(["x"], "person", KEY) or "", pseudonym(["x"], "group", KEY) or ""
    assert person[2:] != group[2:]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna@Example.org", " anna@example.org\n"),
        ("Anna\u00a0Groß", "anna gross"),
        ("ｅｍａｉｌ", "EMAIL"),
        ("Café", "Cafe\u0301"),
    ],
)
def test_the_same_person_written_in_two_ways_has_one_id(one: str, other: str) -> None:
    assert pseudonym([one], "person", KEY) == pseudonym([other], "person", KEY)


def test_numbers_lose_zeros_except_for_people() -> None:
    assert [normalised_part(text, "session") for text in ("03", "3.0", "3", "000", "3.5")] == [
        "3",
        "3",
        "3",
        "0",
        "3.5",
    ]
    assert pseudonym(["007"], "person", KEY) != pseudonym(["7"], "person", KEY)


@pytest.mark.parametrize("parts", [[None], [""], ["  "], ["Team A", None], ["", "3"]])
def test_an_empty_part_gives_no_id(parts: list[str | None]) -> None:
    assert pseudonym(parts, "session", KEY) is None


def test_parts_are_not_confused_with_their_concatenation() -> None:
    assert pseudonym(["a", "bc"], "session", KEY) != pseudonym(["ab", "c"], "session", KEY)
    assert pseudonym(["a b"], "session", KEY) != pseudonym(["a", "b"], "session", KEY)
    assert pseudonym(["a\x1fb"], "session", KEY) != pseudonym(["a", "b"], "session", KEY)


def test_another_key_gives_other_ids() -> None:
    assert pseudonym(["x"], "person", KEY) != pseudonym(["x"], "person", IdentityKey(b"z" * 32))


texts = st.one_of(
    st.none(), st.text(max_size=6), st.sampled_from(["3", "03", "3.0", " A", "a", "ａ", "ß", "ss"])
)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(texts, texts), max_size=12))
def test_a_column_of_ids_is_the_ids_of_its_rows(rows: list[tuple[str | None, str | None]]) -> None:
    columns = [pl.Series([row[place] for row in rows], dtype=pl.String) for place in (0, 1)]
    made = pseudonyms(columns, "session", KEY)
    assert made.to_list() == [pseudonym(row, "session", KEY) for row in rows]


@settings(deadline=None)
@given(one=st.text(max_size=8), other=st.text(max_size=8), kind=st.sampled_from(["person", "group"]))
def test_ids_are_equal_exactly_where_normalised_texts_are(one: str, other: str, kind: str) -> None:
    same = normalised_part(one, kind) == normalised_part(other, kind)
    first, second = pseudonym([one], kind, KEY), pseudonym([other], kind, KEY)
    assert (first == second) == same


def test_a_key_is_never_shown() -> None:
    shown = f"{KEY!r} {KEY} {[KEY]}"
    assert "0123456789abcdef" not in shown
    assert KEY.secret.hex() not in shown


def test_a_created_key_is_private_and_loads_again(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "identity.key"
    made = create_identity_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(made.secret) == 32
    assert load_identity_key(path, {}) == made


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    made = create_identity_key(path)
    with pytest.raises(IdentityKeyError, match="already"):
        create_identity_key(path)
    assert load_identity_key(path, {}) == made


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    create_identity_key(path)
    assert load_identity_key(path, {"PEERLIFT_IDENTITY_KEY": "ab" * 32}).secret == b"\xab" * 32


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentityKeyError, match="no identity key"):
        load_identity_key(tmp_path / "identity.key", {})
    with pytest.raises(IdentityKeyError, match="PEERLIFT_IDENTITY_KEY is not set"):
        load_identity_key(None, {})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_others_can_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "identity.key"
    create_identity_key(path)
    path.chmod(mode)
    with pytest.raises(IdentityKeyError, match=f"chmod 600 {path}"):
        load_identity_key(path, {})


@pytest.mark.parametrize("text", ["", "ab" * 31, "MARKER" * 20])
def test_a_short_or_mistyped_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(IdentityKeyError) as error:
        load_identity_key(None, {"PEERLIFT_IDENTITY_KEY": text})
    assert "MARKER" not in str(error.value)
    assert "abab" not in str(error.value)


def test_a_key_is_written_for_nobody_else_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_identity_key(tmp_path / "identity.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "identity.key").stat().st_mode) == 0o600
