"""Several names of one person: the list of aliases, and what it does to ids."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.aliases import load_person_rules
from pipelines.identity import IdentityKey, PersonRules, pseudonyms
from pipelines.setting_values import SettingsError

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")


def rules(folder: Path, text: str, plus_addressing: str = "keep", mode: int = 0o600) -> PersonRules:
    path = folder / "aliases.csv"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return load_person_rules(path, plus_addressing)


def ids(people: PersonRules, *names: str | None) -> list[str | None]:
    return pseudonyms([people.resolved(pl.Series(names, dtype=pl.String))], "person", KEY).to_list()


def test_several_names_of_a_person_give_one_id(tmp_path: Path) -> None:
    people = rules(tmp_path, "alias,person\nANNA@old.example,anna@new.example\n4711,Anna@New.example\n")
    first, second, third, other, nobody = ids(
        people, "anna@old.example", "4711", "anna@new.example", "ben@new.example", None
    )
    assert first == second == third
    assert other not in (first, None)
    assert nobody is None


def test_a_chain_of_aliases_ends_at_one_person(tmp_path: Path) -> None:
    people = rules(tmp_path, "alias,person\na,b\nb,c\n")
    assert [people.name(name) for name in "abc"] == ["c", "c", "c"]


def test_a_list_saved_by_a_german_spreadsheet_is_read(tmp_path: Path) -> None:
    assert rules(tmp_path, "\ufeffAlias;Person\r\na;b\r\n;\r\n").name("a") == "b"


def test_without_a_list_every_name_is_its_own(tmp_path: Path) -> None:
    people = load_person_rules(tmp_path / "aliases.csv", "keep")
    assert ids(people, "a+peer@x.org")[0] != ids(people, "a@x.org")[0]


def test_the_tag_of_an_address_is_left_out_where_the_settings_say_so(tmp_path: Path) -> None:
    people = rules(tmp_path, "alias,person\nold+1@x.org,a+me@x.org\n", "ignore")
    assert [people.name(name) for name in ("A+peer@x.org", "old@x.org", "c+d", "+x@x.org")] == [
        "a@x.org",
        "a@x.org",
        "c+d",
        "+x@x.org",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,person\nMARKER,b\n", "row 1: the columns have to be named alias and person"),
        ("alias,person\na,b\nMARKER\n", "row 3: an alias and a person"),
        ("alias,person\nMARKER,\n", "row 2: an alias and a person"),
        ("alias,person\nMARKER,b,c\n", "row 2: an alias and a person"),
        ("alias,person\nMARKER,b\n\nmarker,c\n", "row 4: this alias stands for another person in row 2"),
        ("alias,person\nMARKER,b\nb,marker\n", "leads back"),
        ("alias,person\na,b\nb,c\nc,MARKER\nmarker,b\n", "leads back"),
        ('alias,person\n"MARKER,b\n', "quotation mark"),
    ],
)
def test_a_list_that_says_no_one_thing_is_refused_by_row_and_without_a_name(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        rules(tmp_path, text)
    assert "marker" not in str(error.value).casefold()


def test_a_list_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_bytes("alias,person\nJürgen,b\n".encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_person_rules(path, "keep")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_list_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match=r"list of aliases .* run chmod 600"):
        rules(tmp_path, "alias,person\na,b\n", mode=mode)


def test_aliases_are_never_shown(tmp_path: Path) -> None:
    assert "anna" not in repr(rules(tmp_path, "alias,person\nanna,ben\n"))


def test_other_rules_have_another_fingerprint_and_so_has_another_key(tmp_path: Path) -> None:
    made = [
        rules(tmp_path, "alias,person\na,b\n").fingerprint(KEY),
        rules(tmp_path, "alias,person\na,c\n").fingerprint(KEY),
        rules(tmp_path, "alias,person\na,b\n", "ignore").fingerprint(KEY),
        rules(tmp_path, "alias,person\na,b\n").fingerprint(IdentityKey(b"z" * 32)),
    ]
    assert len(set(made)) == 4
    assert rules(tmp_path, "alias,person\nA,b\nb,b\n").fingerprint(KEY) == made[0]
