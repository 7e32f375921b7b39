"""What holds for every file that is mapped: no row goes missing, no order matters."""

import random
from collections.abc import Sequence

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import Question
from pipelines.identity import IdentityKey, normalised_part
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import RawTable
from pipelines.source_file import read_source_file

COLUMNS = ("When", "Who", "Session", "Useful", "Outcome")
SOURCE = read_source_file(
    """
format = "csv"
files = ["*"]
[[drop]]
rule = "test_row"
when = { column = "Who", matches = "(?i)test" }
[[rows]]
table = "answers"
when = { column = "Session", filled = true }
[rows.columns]
person_id = { column = "Who" }
wave = { column = "Session", prefix = "session-", width = 2 }
session_id = { column = "Session" }
answered_at = { column = "When" }
[rows.questions]
usefulness = { column = "Useful" }
[[rows]]
table = "outcome_reports"
when = { column = "Outcome", filled = true }
[rows.columns]
person_id = { column = "Who" }
reported_at = { column = "When" }
state = { column = "Outcome", choices = { "did it" = "done" } }
confirmed_by = { value = "self" }
""",
    "any",
)
QUESTION = Question(
    "usefulness", "?", "usefulness", "score", {"Very": 4.0}, 1, 5, ("after_session",), "test", 5
)
KEY = IdentityKey(b"k" * 32)

blank = st.sampled_from([None, "", " ", "\u00a0"])
row_strategy = st.tuples(
    st.one_of(blank, st.sampled_from(["2026-01-05", "2026-01-05T09:00:00Z", "never"])),
    st.one_of(blank, st.text(max_size=5), st.sampled_from(["a@x", " A@X", "Test person"])),
    st.one_of(blank, st.sampled_from(["1", "01", "2.0", "second"])),
    st.one_of(blank, st.sampled_from(["Very", " very ", "3", "Quite"]), st.text(max_size=4)),
    st.one_of(blank, st.sampled_from(["did it", "DID  IT", "perhaps"])),
)
Rows = Sequence[tuple[str | None, ...]]


def mapped(rows: Rows, columns: Sequence[str] = COLUMNS, numbers: Sequence[int] | None = None) -> StagedFile:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")
    counted = pl.Series("row_number", numbers or list(range(2, 2 + len(rows))), dtype=pl.Int64)
    raw = RawTable("csv", frame.with_columns(counted), len(rows))
    questions = {"usefulness": QUESTION}
    return map_rows(raw, SOURCE, file="any.csv", key=KEY, questions=questions, time_zone="Europe/Berlin")


@settings(deadline=None, max_examples=80)
@given(rows=st.lists(row_strategy, max_size=10))
def test_every_row_lands_in_a_table_or_is_dropped_once(rows: Rows) -> None:
    result = mapped(rows)
    landed = {number for frame in result.tables.values() for number in frame["row_number"]}
    dropped = result.dropped["row_number"].to_list()
    assert len(dropped) == len(set(dropped))
    assert landed.isdisjoint(dropped)
    assert landed | set(dropped) == set(range(2, 2 + len(rows)))
    assert result.n_rows == len(rows)


@settings(deadline=None, max_examples=80)
@given(rows=st.lists(row_strategy, max_size=8), seed=st.integers(0, 1000))
def test_the_order_of_rows_and_columns_is_irrelevant(rows: Rows, seed: int) -> None:
    shuffled = random.Random(seed)  # noqa: S311 - an order, not a secret
    places = shuffled.sample(range(len(COLUMNS)), len(COLUMNS))
    order = shuffled.sample(range(len(rows)), len(rows))
    moved = mapped(
        [tuple(rows[number][place] for place in places) for number in order],
        [COLUMNS[place] for place in places],
        [number + 2 for number in order],
    )
    plain = mapped(rows)
    assert moved.dropped.sort("row_number").rows() == plain.dropped.rows()
    for name, frame in plain.tables.items():
        assert moved.tables[name].sort("row_number").rows() == frame.sort("row_number").rows()


@settings(deadline=None, max_examples=80)
@given(rows=st.lists(row_strategy, max_size=8))
def test_a_cell_is_null_and_unreadable_only_where_it_was_filled(rows: Rows) -> None:
    for row in mapped(rows).tables["outcome_reports"].iter_rows(named=True):
        when, who, _, _, outcome = rows[row["row_number"] - 2]
        named = row["unreadable"].strip(",").split(",") if row["unreadable"] else []
        assert ("reported_at" in named) == (row["reported_at"] is None and bool((when or "").strip()))
        assert ("state" in named) == (row["state"] is None and bool((outcome or "").strip()))
        assert (row["person_id"] is None) == (not normalised_part(who or "", "person"))
