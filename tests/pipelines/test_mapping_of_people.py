"""People in an export: aliases reach every id they are part of, and tagged addresses are said."""

import polars as pl

from models.catalogue import questions
from pipelines.identity import IdentityKey, PersonRules, pseudonym
from pipelines.mapping import StagedFile, map_rows
from pipelines.near_names import near_marks
from pipelines.readers import RawTable
from pipelines.source_file import read_source_file

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")
SOURCE = """
files = ["check_out*.csv"]
format = "csv"

[[rows]]
table = "commitments"
[rows.columns]
person_id = { column = "Who" }
session_id = { columns = ["Group", "Session"] }
commitment_id = { columns = ["Group", "Session", "Who"] }
made_at = { column = "When" }
"""
ALIASES = PersonRules({"anna@old.example": "anna@new.example", "g1": "somebody"})


def staged(*names: str | None, people: PersonRules = ALIASES) -> StagedFile:
    cells = [["G1", "3", name, "2026-01-05"] for name in names]
    frame = pl.DataFrame(
        cells, schema=dict.fromkeys(("Group", "Session", "Who", "When"), pl.String()), orient="row"
    )
    numbers = pl.Series("row_number", range(2, 2 + len(names)), dtype=pl.Int64)
    return map_rows(
        RawTable("csv", frame.with_columns(numbers), len(names)),
        read_source_file(SOURCE, "check_out"),
        file="check_out.csv",
        key=KEY,
        questions=questions(),
        time_zone="UTC",
        people=people,
    )


def test_an_alias_gives_its_person_s_id_alone_and_as_part_of_another_id() -> None:
    rows = staged("Anna@old.example", "anna@new.example").tables["commitments"]
    assert rows["person_id"].to_list() == [pseudonym(["anna@new.example"], "person", KEY)] * 2
    assert (
        rows["commitment_id"].to_list() == [pseudonym(["G1", "3", "anna@new.example"], "commitment", KEY)] * 2
    )


def test_a_group_that_is_called_like_an_alias_stays_the_group() -> None:
    assert staged("ben@x.org").tables["commitments"]["session_id"].to_list() == [
        pseudonym(["G1", "3"], "session", KEY)
    ]


def test_addresses_with_a_plus_are_said_by_row_where_they_count_as_people_of_their_own() -> None:
    (notice,) = staged("anna@x.org", "anna+peer@x.org", None, "c+d").notices
    assert (notice.rule, notice.rows) == ("plus_addresses", (3,))
    assert "anna" not in notice.detail + notice.remedy
    assert staged("anna+peer@x.org", people=PersonRules(plus_addressing="ignore")).notices == ()


def test_the_people_of_a_file_are_marked_and_their_names_stay_behind() -> None:
    result = staged("anna@old.example", None)
    names = pl.Series(["anna@old.example"])
    assert result.marks.equals(near_marks(names, ALIASES, KEY))
    assert "anna" not in repr((result.tables, result.marks, result.notices))
