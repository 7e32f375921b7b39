"""Marks by which nearly equal names are noticed, and which tell nothing without the key."""

import polars as pl
import pytest

from pipelines import near_names
from pipelines.identity import AS_WRITTEN, IdentityKey, PersonRules, pseudonym
from pipelines.near_names import near_forms, near_marks

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")


def are_near(one: str, other: str) -> bool:
    return bool(near_forms(one) & near_forms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB12XY", "AB13XY"),  # one changed
        ("AB12XY", "AB2XY"),  # one left out
        ("AB12XY", "BA12XY"),  # two in the other order
        ("00042", "42"),  # zeros a spreadsheet cut off
        ("4711", "4711.0"),
        ("7", "007.0"),
        ("O1I", "01l"),  # look-alikes
        ("anna@x.org", "ana@x.org"),
        ("Anna@X.org", "anan@x.org"),
    ],
)
def test_names_that_a_slip_tells_apart_are_near(one: str, other: str) -> None:
    assert are_near(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB12XY", "AB34XY"),
        ("AB1", "AB2"),  # too short: every code would be near
        ("anna@x.org", "anna@y.org"),
        ("anna@x.org", "anna"),
        ("4711", "4811.5"),
    ],
)
def test_names_further_apart_are_not(one: str, other: str) -> None:
    assert not are_near(one, other)


def marks(*names: str | None, people: PersonRules = AS_WRITTEN, key: IdentityKey = KEY) -> pl.DataFrame:
    return near_marks(pl.Series(names, dtype=pl.String), people, key)


def test_marks_belong_to_pseudonyms_and_hold_no_part_of_a_name() -> None:
    made = marks("MARKER", None, "marker", " ")
    assert set(made["person_id"]) == {pseudonym(["marker"], "person", KEY)}
    assert made.height == len(near_forms("marker")) == 7  # itself, and without each of its letters
    assert "mark" not in "".join(made["mark"])
    assert set(made["mark"]).isdisjoint(marks("marker", key=IdentityKey(b"z" * 32))["mark"])


def test_an_alias_is_marked_as_its_person() -> None:
    made = marks("old12", people=PersonRules({"old12": "new77"}))
    assert set(made["person_id"]) == {pseudonym(["new77"], "person", KEY)}
    assert set(made["mark"]) == set(marks("old12")["mark"])


def test_a_file_that_names_too_many_people_gets_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_names, "MOST_NAMES", 2)
    assert marks("AB12", "AB13").height > 0
    assert marks("AB12", "AB13", "AB14").height == 0
