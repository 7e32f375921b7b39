"""Files that came in before under another name, and what changed since the last delivery, from inbox to notices."""

from __future__ import annotations

from pathlib import Path

import pytest
from taken_in import accounts, commitments_source, csv, programme_of, statuses, take_in

from pipelines.settings import Programme
from pipelines.stages.reading import stage_new_files
from pipelines.store.deliveries import list_files
from pipelines.store.file_notices import list_notices
from pipelines.store.warehouse import open_warehouse

ROW = "a,ada@example.org,2026-09-01 12:00,1"
SECOND = "b,ben@example.org,2026-09-01 12:00,1"


def noticed(programme: Programme) -> list[tuple[str, str]]:
    with open_warehouse(programme.folders.database) as connection:
        return list_notices(connection).select("file", "rule").rows()


def waiting(programme: Programme) -> list[str]:
    return sorted(path.name for path in programme.folders.inbox.iterdir())


@pytest.fixture
def one_source(tmp_path: Path) -> Programme:
    return programme_of(tmp_path / "programme", sheet=commitments_source("*.csv"))


@pytest.fixture
def two_arms(tmp_path: Path) -> Programme:
    sources = {f"arm_{arm}": commitments_source(f"arm_{arm}*.csv") for arm in "ab"}
    return programme_of(tmp_path / "programme", **sources)


def test_one_file_saved_under_both_arms_names_is_refused_for_the_second(two_arms: Programme) -> None:
    take_in(two_arms, 0, arm_a__csv=csv(ROW), arm_b__csv=csv(ROW))
    assert statuses(two_arms) == {
        "arm_a.csv": ("loaded", None),
        "arm_b.csv": ("refused", "same_bytes_two_sources"),
    }
    assert accounts(two_arms) == [("arm_a.csv", 1, (1, 0, 0, 0))]
    assert waiting(two_arms) == ["arm_b.csv"]


def test_staging_again_refuses_the_same_file_once(two_arms: Programme) -> None:
    take_in(two_arms, 0, arm_a__csv=csv(ROW), arm_b__csv=csv(ROW))
    stage_new_files(two_arms)
    with open_warehouse(two_arms.folders.database) as connection:
        assert list_files(connection)["name"].to_list() == ["arm_a.csv", "arm_b.csv"]


def test_the_other_arms_name_weeks_later_is_refused_too_also_when_tried_again(two_arms: Programme) -> None:
    take_in(two_arms, 0, arm_a__csv=csv(ROW))
    take_in(two_arms, 7, arm_a_2__csv=csv(ROW, SECOND))
    for run in (14, 21):
        take_in(two_arms, run, arm_b__csv=csv(ROW))
        assert statuses(two_arms)["arm_b.csv"] == ("refused", "same_bytes_two_sources")
        assert len(statuses(two_arms)) == 3
        assert waiting(two_arms) == ["arm_b.csv"]


def test_the_second_arm_is_read_once_it_is_the_right_file(two_arms: Programme) -> None:
    take_in(two_arms, 0, arm_a__csv=csv(ROW), arm_b__csv=csv(ROW))
    take_in(two_arms, 7, arm_b__csv=csv(SECOND))
    assert statuses(two_arms) == {"arm_a.csv": ("loaded", None), "arm_b.csv": ("loaded", None)}
    assert waiting(two_arms) == []


def test_one_file_under_two_names_of_one_source_counts_once_and_is_noticed(one_source: Programme) -> None:
    take_in(one_source, 0, group_1__csv=csv(ROW), group_2__csv=csv(ROW))
    assert accounts(one_source) == [("group_1.csv", 1, (1, 0, 0, 0))]
    assert noticed(one_source) == [("group_1.csv", "same_bytes_two_names")]
    assert waiting(one_source) == []


def test_the_notice_names_every_other_name_once(one_source: Programme) -> None:
    take_in(one_source, 0, group_1__csv=csv(ROW))
    for run, name in ((1, "group_2__csv"), (2, "group_3__csv"), (3, "group_2__csv")):
        take_in(one_source, run, **{name: csv(ROW)})
    with open_warehouse(one_source.folders.database) as connection:
        (detail,) = list_notices(connection)["detail"]
    assert "as group_2.csv, group_3.csv; it counts once" in detail


@pytest.mark.parametrize("again", ["sheet.csv", "sheet (1).csv", "sheet - Copy.csv"])
def test_the_same_file_dropped_again_is_worth_no_word(one_source: Programme, again: str) -> None:
    take_in(one_source, 0, sheet__csv=csv(ROW))
    (one_source.folders.inbox / again).write_text(csv(ROW), "utf-8")
    take_in(one_source, 7)
    assert noticed(one_source) == []
    assert waiting(one_source) == []


def test_a_file_that_shrank_and_lost_a_column_is_noticed_and_its_rows_stay(one_source: Programme) -> None:
    take_in(
        one_source,
        0,
        sheet__csv=csv(ROW, SECOND).replace("\n", ",x\n").replace("difficulty,x", "difficulty,note"),
    )
    take_in(one_source, 7, sheet__csv=csv(ROW))
    assert noticed(one_source) == [("sheet.csv", "column_vanished"), ("sheet.csv", "file_shrank")]
    assert accounts(one_source) == [("sheet.csv", 2, (2, 0, 0, 0)), ("sheet.csv", 1, (0, 0, 1, 0))]


def test_a_file_with_more_rows_and_a_new_column_says_so(one_source: Programme) -> None:
    take_in(one_source, 0, sheet__csv=csv(ROW))
    take_in(
        one_source,
        7,
        sheet__csv=csv(ROW, SECOND).replace("\n", ",x\n").replace("difficulty,x", "difficulty,note"),
    )
    assert noticed(one_source) == [("sheet.csv", "column_new")]


def test_files_delivered_in_parts_are_no_loss(one_source: Programme) -> None:
    take_in(one_source, 0, sheet_1__csv=csv(ROW, SECOND))
    take_in(one_source, 7, sheet_2__csv=csv("c,ada@example.org,2026-09-08 12:00,1"))
    assert noticed(one_source) == []


def test_read_anew_a_file_is_compared_with_what_came_before_it_again(one_source: Programme) -> None:
    take_in(one_source, 0, sheet__csv=csv(ROW, SECOND))
    take_in(one_source, 7, sheet__csv=csv(ROW))
    source = one_source.folders.sources / "sheet.toml"
    source.write_text(source.read_text("utf-8") + "\n# a remark\n", "utf-8")
    take_in(one_source, 14)
    assert noticed(one_source) == [("sheet.csv", "file_shrank")]


@pytest.mark.parametrize("both", [False, True], ids=["renamed", "beside the other name"])
def test_bytes_refused_under_a_name_no_source_fits_are_read_under_one_that_fits(
    two_arms: Programme, both: bool
) -> None:
    take_in(two_arms, 0, my_members__csv=csv(ROW))
    assert statuses(two_arms) == {"my_members.csv": ("refused", "no_source_fits")}
    if not both:
        (two_arms.folders.inbox / "my_members.csv").unlink()
    take_in(two_arms, 1, arm_b__csv=csv(ROW))
    assert statuses(two_arms)["arm_b.csv"] == ("loaded", None)
    assert accounts(two_arms) == [("arm_b.csv", 1, (1, 0, 0, 0))]


def test_a_refused_file_goes_by_the_name_it_was_renamed_to(two_arms: Programme) -> None:
    take_in(two_arms, 0, my_members__csv=csv(ROW))
    (two_arms.folders.inbox / "my_members.csv").unlink()
    take_in(two_arms, 1, our_members__csv=csv(ROW))
    assert statuses(two_arms) == {"our_members.csv": ("refused", "no_source_fits")}
