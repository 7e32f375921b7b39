"""The packaged source files read the demo's exports back into the programme they were written from."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from models.catalogue import questions
from models.contracts import core_table
from models.simulate import Programme, Scenario, simulate
from pipelines.demo import write_exports, write_sources
from pipelines.identity import load_identity_key
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import read_export
from pipelines.readers.recognise import recognise
from pipelines.source_file import choose_source, load_source_file

ZONE = "Europe/Berlin"
KEY = load_identity_key(None, {"PEERLIFT_IDENTITY_KEY": "5a" * 32})

Staged = dict[str, StagedFile]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return simulate(Scenario())


@pytest.fixture(scope="module")
def staged(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    root = tmp_path_factory.mktemp("programme")
    write_exports(programme, root / "inbox", time_zone=ZONE)
    sources = [load_source_file(root / "sources" / name) for name in write_sources(root / "sources")]
    return {path.name: stage(path, sources) for path in sorted((root / "inbox").iterdir())}


def stage(path: Path, sources: list) -> StagedFile:
    source = choose_source(path.name, recognise(path).format, sources)
    return map_rows(read_export(path), source, file=path.name, key=KEY, questions=questions(), time_zone=ZONE)


def rows(staged: Staged, table: str, *files: str) -> pl.DataFrame:
    frames = [staged[name].tables[table] for name in (files or staged) if table in staged[name].tables]
    return pl.concat(frames)


def readable(staged: Staged, table: str, *files: str) -> pl.DataFrame:
    """The rows as the contract wants them: nothing unreadable, nothing required missing, ranges kept."""
    frame = rows(staged, table, *files).filter(pl.col("unreadable") == "")
    for column in core_table(table).columns:
        if column.is_required:
            frame = frame.filter(pl.col(column.name).is_not_null())
        if column.maximum is not None:
            frame = frame.filter(pl.col(column.name).is_null() | (pl.col(column.name) <= column.maximum))
        if column.not_before:
            frame = frame.filter((pl.col(column.name) >= pl.col(column.not_before)).fill_null(value=True))
    return frame


def test_there_is_one_source_file_per_export(staged, tmp_path):
    # What is drawn for check-outs comes from the command `assign`, and the demo draws nothing. Its baseline is a
    # survey of its own, so it has no check-in form.
    named = {Path(name).stem for name in write_sources(tmp_path)} - {"assignments", "checkin"}
    assert {Path(name).stem for name in staged} == named


def test_the_packaged_source_files_say_what_they_are_for(tmp_path):
    for name in write_sources(tmp_path):
        assert (tmp_path / name).read_text().startswith("# "), name


@pytest.mark.parametrize(
    ("table", "files", "extra"),
    [
        ("people", (), 0),
        ("memberships", (), 0),
        ("invitations", (), 0),
        ("appointments", (), 0),
        ("sessions", ("session_log.csv",), 0),
        ("sessions", ("calendar.ics",), 0),
        ("attendance", (), 2),  # two rows appear twice
        ("commitments", (), 1),  # one row was sent twice
        ("outcome_reports", (), 1),  # so was one pulse with an outcome
    ],
)
def test_each_table_comes_back_with_its_rows(staged, programme, table, files, extra):
    assert readable(staged, table, *files).height == getattr(programme, table).height + extra


def test_the_answers_come_back_but_for_the_two_spoilt_and_those_said_again(staged, programme):
    usefulness = questions()["usefulness"]
    found = readable(staged, "answers").filter(
        (pl.col("question_id") != "usefulness") | (pl.col("score") <= usefulness.maximum_score)
    )
    key = ["person_id", "wave", "question_id"]
    assert found.unique(key).height == programme.answers.height - 2


def test_the_later_of_two_answers_is_the_true_one(staged, programme):
    key = ["person_id", "wave", "question_id"]
    usefulness = readable(staged, "answers", "pulse.csv").filter(
        (pl.col("question_id") == "usefulness") & (pl.col("score") <= 5)
    )
    last = usefulness.sort("answered_at").unique(key, keep="last")
    truth = programme.answers.filter(pl.col("question_id") == "usefulness")
    said, true = Counter(last["score"].to_list()), Counter(truth["score"].to_list())
    assert sum((true - said).values()) == 1  # the answer that reads 9
    assert not said - true


def test_every_named_commitment_is_one_that_was_made(staged):
    made = readable(staged, "commitments").select("commitment_id")
    for table in ("outcome_reports", "appointments"):
        named = readable(staged, table).filter(pl.col("commitment_id").is_not_null())
        assert named.height > 0
        assert named.join(made, on="commitment_id", how="anti").is_empty()


def test_sessions_have_one_id_in_the_log_the_calendar_and_the_forms(staged):
    log = readable(staged, "sessions", "session_log.csv").select("session_id").unique()
    assert log.join(readable(staged, "sessions", "calendar.ics"), on="session_id", how="anti").is_empty()
    for table in ("commitments", "attendance"):
        assert readable(staged, table).join(log, on="session_id", how="anti").is_empty(), table
    pulses = readable(staged, "answers", "pulse.csv")
    assert pulses.join(log, on="session_id", how="anti").is_empty()


def test_people_have_one_id_in_every_export(staged):
    people = readable(staged, "people").select("person_id")
    for table in ("memberships", "attendance", "commitments", "outcome_reports", "invitations", "answers"):
        assert readable(staged, table).join(people, on="person_id", how="anti").is_empty(), table


def test_times_come_back_as_they_were_drawn(staged, programme):
    for table, column, files in (
        ("sessions", "started_at", ("session_log.csv",)),
        ("commitments", "made_at", ()),
        ("outcome_reports", "reported_at", ()),
        ("appointments", "booked_at", ()),
        ("appointments", "scheduled_at", ()),
        ("invitations", "invited_at", ()),
    ):
        found = set(readable(staged, table, *files)[column].drop_nulls())
        assert found == set(getattr(programme, table)[column].drop_nulls()), (table, column)


def test_days_come_back_as_they_were_drawn(staged, programme):
    for table, column in (
        ("outcome_reports", "done_on"),
        ("commitments", "due_on"),
        ("people", "valid_from"),
        ("people", "trained_on"),
        ("memberships", "from_on"),
    ):
        found = set(readable(staged, table)[column].drop_nulls())
        assert found == set(getattr(programme, table)[column].drop_nulls()), (table, column)


def test_six_rows_cannot_stand(staged):
    bad = {
        "attendance": rows(staged, "attendance").height - readable(staged, "attendance").height,
        "commitments": rows(staged, "commitments").height - readable(staged, "commitments").height,
        "sessions": rows(staged, "sessions").height - readable(staged, "sessions").height,
        "answers": rows(staged, "answers").height
        - readable(staged, "answers")
        .filter((pl.col("question_id") != "usefulness") | (pl.col("score") <= 5))
        .height,
    }
    assert bad == {"attendance": 1, "commitments": 2, "sessions": 1, "answers": 2}


def test_only_the_test_row_is_dropped(staged):
    dropped = {name: file.dropped["rule"].to_list() for name, file in staged.items() if file.dropped.height}
    assert dropped == {"checkout.xlsx": ["test_row"]}


def test_the_words_of_a_commitment_are_never_staged(staged):
    for file in staged.values():
        for frame in file.tables.values():
            texts = frame.select(pl.selectors.string()).unpivot()["value"].drop_nulls()
            assert not texts.str.contains("Call the supplier|@example.org").any()
