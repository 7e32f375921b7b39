"""`peerlift assign`: the draw, its log, and the file that stores it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from programmes import make_small

from models.simulate import Scenario
from pipelines.cli import main
from pipelines.new_programme import make_programme
from pipelines.settings import Folders
from pipelines.store.warehouse import fetch, open_warehouse

GROUPS = "group,e-mail,from,to\n" + "".join(
    f"G{group},p{group}{place}@example.org,2026-01-05,\n" for group in (1, 2) for place in (1, 2, 3)
)
LEFT = GROUPS + "G2,gone@example.org,2026-01-05,2026-02-01\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_programme(tmp_path / "programme")
    return tmp_path / "programme"


def assign(folder: Path, *words: str, groups: str = GROUPS) -> Result:
    path = folder.parent / "groups.csv"
    path.write_text(groups, "utf-8")
    return CliRunner().invoke(main, ["--programme", str(folder), "assign", str(path), *words])


def rows(folder: Path, seed: int) -> list[dict[str, str]]:
    text = (folder / "inbox" / f"assignments-{seed}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def shown_by_block(listed: list[dict[str, str]]) -> dict[str, list[int]]:
    """Prompts and check-outs of each block."""
    blocks: dict[str, list[int]] = {}
    for row in listed:
        found = blocks.setdefault(row["block"], [0, 0])
        found[0] += row["prompt"] == "yes"
        found[1] += 1
    return blocks


def test_every_member_is_drawn_for_every_session_in_blocks_within_the_person(folder: Path) -> None:
    result = assign(folder, "--seed", "7", "--to-session", "4")
    assert result.exit_code == 0, result.output
    listed = rows(folder, 7)
    assert Counter(row["e-mail"] for row in listed) == {
        f"p{g}{p}@example.org": 4 for g in (1, 2) for p in (1, 2, 3)
    }
    assert list(shown_by_block(listed).values()) == [[2, 4]] * 6
    assert len({(row["e-mail"], row["block"]) for row in listed}) == 6


def test_within_groups_a_block_is_of_one_group_and_goes_session_by_session(folder: Path) -> None:
    assign(folder, "--seed", "7", "--within", "group", "--block-size", "6", "--to-session", "2")
    listed = rows(folder, 7)
    assert list(shown_by_block(listed).values()) == [[3, 6], [3, 6]]
    assert len({(row["group"], row["block"]) for row in listed}) == 2
    assert [row["session"] for row in listed[:6]] == ["1"] * 3 + ["2"] * 3


def test_the_same_seed_makes_the_same_file_whatever_the_order_of_the_export(folder: Path) -> None:
    assert assign(folder, "--seed", "7").exit_code == 0
    first = (folder / "inbox" / "assignments-7.csv").read_bytes()
    head, *members = GROUPS.splitlines(keepends=True)
    again = assign(folder, "--seed", "7", groups=head + "".join(reversed(members)))
    assert again.exit_code == 0
    assert "Made again, as it was first drawn" in again.output
    assert (folder / "inbox" / "assignments-7.csv").read_bytes() == first
    assert len((folder / "draws.jsonl").read_text("utf-8").splitlines()) == 1


def test_another_seed_draws_another_order(tmp_path: Path) -> None:
    drawn = []
    for seed in (7, 8):
        make_programme(tmp_path / str(seed))
        assign(tmp_path / str(seed), "--seed", str(seed))
        drawn.append([row["prompt"] for row in rows(tmp_path / str(seed), seed)])
    assert drawn[0] != drawn[1]


def test_without_a_seed_one_is_chosen_said_and_logged(folder: Path) -> None:
    result = assign(folder)
    entry = json.loads((folder / "draws.jsonl").read_text("utf-8"))
    assert f"Seed {entry['seed']}, blocks of 4 within each person" in result.output
    assert len(rows(folder, entry["seed"])) == 6 * 6


def test_check_outs_are_not_drawn_twice(folder: Path) -> None:
    assign(folder, "--seed", "7", "--to-session", "3")
    twice = assign(folder, "--seed", "8", "--from-session", "3", "--to-session", "6")
    assert twice.exit_code == 2
    assert "2 of these check-outs were drawn on" in twice.output
    assert "with seed 7" in twice.output
    assert not (folder / "inbox" / "assignments-8.csv").exists()
    assert assign(folder, "--seed", "8", "--from-session", "4").exit_code == 0


@pytest.mark.parametrize("words", [("--to-session", "5"), ("--block-size", "2"), ("--within", "group")])
def test_a_seed_that_made_another_draw_is_refused(folder: Path, words: tuple[str, str]) -> None:
    assign(folder, "--seed", "7")
    result = assign(folder, "--seed", "7", *words)
    assert result.exit_code == 2
    assert "Seed 7 was used on" in result.output


def test_with_other_members_the_same_seed_is_refused(folder: Path) -> None:
    assign(folder, "--seed", "7")
    result = assign(folder, "--seed", "7", groups=GROUPS + "G2,new@example.org,2026-01-05,\n")
    assert result.exit_code == 2
    assert "another draw (other sessions, blocks or members)" in result.output


def test_who_has_left_is_not_drawn_for(folder: Path) -> None:
    assign(folder, "--seed", "7", groups=LEFT)
    assert "gone@example.org" not in {row["e-mail"] for row in rows(folder, 7)}


def test_nobody_is_named_on_the_terminal_in_the_log_or_by_a_block(folder: Path) -> None:
    result = assign(folder, "--seed", "7")
    log = (folder / "draws.jsonl").read_text("utf-8")
    assert "example.org" not in result.output + log
    assert not any("example" in row["block"] or row["group"] in row["block"] for row in rows(folder, 7))
    for path in (folder / "draws.jsonl", folder / "inbox" / "assignments-7.csv"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--block-size", "3"), "--block-size has to be an even number"),
        (("--from-session", "0"), "--from-session has to be 1 or more"),
        (("--from-session", "7"), "--to-session not below it"),
        (("--seed", "-1"), "--seed has to lie in 0 to 2147483647"),
    ],
)
def test_a_draw_that_cannot_be_made_is_wrong_use(folder: Path, words: tuple[str, ...], told: str) -> None:
    result = assign(folder, *words)
    assert result.exit_code == 2
    assert told in result.output
    assert not (folder / "draws.jsonl").exists()


def test_an_export_without_current_members_is_refused(folder: Path) -> None:
    result = assign(folder, groups="group,e-mail,from,to\nG1,a@example.org,2026-01-05,2026-01-06\n")
    assert result.exit_code == 2
    assert "nobody is in a group on" in result.output


def test_without_the_source_file_nothing_is_drawn_that_could_not_be_read(folder: Path) -> None:
    (folder / "sources" / "assignments.toml").unlink()
    result = assign(folder, "--seed", "7")
    assert result.exit_code == 2
    assert "no source file names it" in result.output
    assert not (folder / "draws.jsonl").exists()


def test_a_source_file_that_would_read_the_draw_otherwise_is_refused_before_anything_is_logged(
    folder: Path,
) -> None:
    path = folder / "sources" / "assignments.toml"
    path.write_text(path.read_text("utf-8").replace('column = "prompt"', 'column = "block"'), "utf-8")
    result = assign(folder, "--seed", "7")
    assert result.exit_code == 2
    assert "sources/assignments.toml would not read the draw back" in result.output
    assert not (folder / "draws.jsonl").exists()


def test_the_file_goes_where_it_is_told(folder: Path) -> None:
    result = assign(folder, "--seed", "7", "--into", str(folder.parent / "list.csv"))
    assert result.exit_code == 0
    assert (folder.parent / "list.csv").exists()
    assert not list((folder / "inbox").iterdir())


@pytest.mark.slow
def test_a_run_counts_by_what_was_drawn_under_the_pseudonyms_of_the_other_exports(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    make_small(folder, Scenario(n_people=45, n_groups=15, n_weeks=34, start_weeks=8, seed=5))
    groups = (folder / "inbox" / "groups.csv").read_text("utf-8")
    drawn = assign(folder, "--seed", "7", "--to-session", "12", groups=groups)
    assert drawn.exit_code == 0, drawn.output
    listed, path = rows(folder, 7), folder / "inbox" / "assignments-7.csv"
    # The made-up programme is over, so the draw is put to the time before its first check-out.
    path.write_text(path.read_text("utf-8").replace(listed[0]["drawn at"], "2025-10-01T06:00:00Z"), "utf-8")
    ran = CliRunner().invoke(main, ["--programme", str(folder), "run"])
    assert ran.exit_code in {0, 3}, ran.output
    with open_warehouse(Folders(folder).database) as connection:
        stored = fetch(connection, "select * from core_assignments")
        held = fetch(connection, "select session_id, person_id from core_attendance")
        mature = fetch(connection, "select * from prompted_check_outs")
        line = fetch(connection, "select * from estimate_effect where line = 'intention_to_treat'")
        design = fetch(connection, "select design from estimate_programme")["design"].item()
    assert (stored.height, stored["block"].n_unique()) == (len(listed), len(shown_by_block(listed)))
    assert stored["prompt_shown"].sum() == sum(row["prompt"] == "yes" for row in listed)
    assert held.height > 300
    assert held.join(stored, on=["session_id", "person_id"], how="anti").is_empty()
    assert set(mature["arm"]) == {0, 1}
    known = mature.select(pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn").sum()).item()
    assert (line["n_commitments"].item(), design) == (known, "randomised")
