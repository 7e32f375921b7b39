"""From the rows of an export to staged rows, rule by rule."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest

from models.catalogue import Question
from models.contracts import core_table
from pipelines.identity import IdentityKey, pseudonym
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import FileRefused, RawTable
from pipelines.source_file import SourceFileError, read_source_file

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")

PULSE = """
format = "google_forms"
files = ["pulse*.csv"]
time_zone = "Europe/Berlin"
day_order = "month_first"
[[drop]]
rule = "test_row"
when = { column = "Name", matches = "^TEST" }
[[rows]]
table = "answers"
when = { column = "Session", filled = true }
[rows.columns]
person_id = { column = "E-mail" }
wave = { column = "Session", prefix = "session-", width = 2, pattern = "([0-9]+)" }
session_id = { columns = ["Group", { column = "Session", pattern = "([0-9]+)" }] }
answered_at = { column = "Timestamp" }
[rows.questions]
usefulness = { column = "Useful?" }
trust = { column = "Trust?", scores = { "Low" = 1, "High" = 5 } }
[[rows]]
table = "outcome_reports"
when = [{ column = "Outcome", is_not = "Nothing to report" }, { column = "Outcome", filled = true }]
[rows.columns]
person_id = { column = "E-mail" }
reported_at = { column = "Timestamp" }
state = { column = "Outcome", choices = { "I did it" = "done", "Not yet" = "not_done" } }
done_on = { column = "Done on" }
confirmed_by = { value = "self" }
"""
COLUMNS = ("Timestamp", "E-mail", "Name", "Group", "Session", "Useful?", "Trust?", "Outcome", "Done on")
FULL = ("9/25/2026 1:17:26", "a@example.org", "A", "G1", "3", "Very useful", "High", "I did it", "9/24/2026")


def question(name: str, **choices: float) -> Question:
    return Question(
        question_id=name,
        text=name,
        construct=name,
        kind="score",
        choices={text.replace("_", " "): score for text, score in choices.items()},
        minimum_score=1,
        maximum_score=5,
        moment=("after_session",),
        source="test",
        minimum_people=5,
    )


QUESTIONS = {"usefulness": question("usefulness", Very_useful=4, Slightly_useful=2), "trust": question("trust")}


def raw_table(columns: Sequence[str], rows: Sequence[Sequence[str | None]], file_format: str) -> RawTable:
    schema = dict.fromkeys(columns, pl.String())
    numbers = pl.Series("row_number", range(2, 2 + len(rows)), dtype=pl.Int64)
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(numbers)
    return RawTable(file_format, frame, len(rows), recorded_column=columns[0])


def staged(*rows: Sequence[str | None], source: str = PULSE, columns: Sequence[str] = COLUMNS) -> StagedFile:
    return map_rows(
        raw_table(columns, rows, "google_forms"),
        read_source_file(source, "pulse"),
        file="pulse.csv",
        key=KEY,
        questions=QUESTIONS,
        time_zone="UTC",
    )


def changed(**cells: str | None) -> tuple[str | None, ...]:
    """The full row with some cells replaced, by column name (`E_mail` for `E-mail`, `Done_on`, ...)."""
    replaced = {name.replace("_", " ").casefold(): cell for name, cell in cells.items()}
    keys = [column.replace("-", " ").replace("?", "").casefold() for column in COLUMNS]
    return tuple(replaced.get(key, cell) for key, cell in zip(keys, FULL, strict=True))


def test_a_full_row_becomes_one_answer_per_question_and_a_report() -> None:
    result = staged(FULL)
    answered_at = dt.datetime(2026, 9, 24, 23, 17, 26)  # noqa: DTZ001 - 1:17 in Berlin's summer, as naive UTC
    person, session = pseudonym(["a@example.org"], "person", KEY), pseudonym(["G1", "3"], "session", KEY)
    assert result.tables["answers"].rows() == [
        (person, "session-03", "usefulness", session, 4.0, answered_at, answered_at, "", 2),
        (person, "session-03", "trust", session, 5.0, answered_at, answered_at, "", 2),
    ]
    assert result.tables["outcome_reports"].rows() == [
        (person, None, None, answered_at, "done", dt.date(2026, 9, 24), "self", answered_at, "", 2)
    ]
    assert (result.source, result.n_rows, result.dropped.height) == ("pulse", 1, 0)


@pytest.mark.parametrize("rows", [[], [FULL], [changed(Trust=None, Outcome=None)]])
def test_staged_columns_are_those_of_the_contract_in_their_order_and_types(
    rows: list[Sequence[str | None]],
) -> None:
    types = {
        "time": pl.Datetime("us"),
        "date": pl.Date(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
    }
    for name, frame in staged(*rows).tables.items():
        expected = {column.name: types.get(column.kind, pl.String()) for column in core_table(name).columns}
        expected |= {"recorded_at": pl.Datetime("us"), "unreadable": pl.String(), "row_number": pl.Int64()}
        assert list(frame.schema.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((None,) * 9, "empty_row"),
        ((" ", "\u00a0", *(None,) * 7), "empty_row"),
        (changed(Name="TEST row"), "test_row"),
        (changed(Session=None, Outcome="nothing  to REPORT"), "no_block_applies"),
        (changed(Useful=None, Trust=" ", Outcome=None), "nothing_answered"),
    ],
)
def test_a_row_that_lands_nowhere_is_dropped_under_one_rule(row: Sequence[str | None], rule: str) -> None:
    result = staged(FULL, row)
    assert result.dropped.rows() == [(3, rule)]
    assert all(3 not in frame["row_number"] for frame in result.tables.values())


def test_a_row_with_a_report_and_no_answer_is_not_dropped() -> None:
    result = staged(changed(Useful=None, Trust=None))
    assert result.dropped.height == 0
    assert result.tables["answers"].height == 0
    assert result.tables["outcome_reports"].height == 1


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("Very useful", 4.0),
        (" very\u00a0 USEFUL\u200b", 4.0),
        ("4 - Very useful", 4.0),
        ("4 = very useful", 4.0),
        ("4: Very useful", 4.0),
        ("4. Very useful", 4.0),
        ("(4) Very useful", 4.0),
        ("4) Very useful", 4.0),
        ("Very useful (4)", 4.0),
        ("Very useful – 4", 4.0),
        ("3", 3.0),
        ("2.5", 2.5),
        ("9", 9.0),
    ],
)
def test_an_answer_is_scored_by_the_catalogue_or_as_a_plain_number(cell: str, score: float) -> None:
    answers = staged(changed(Useful=cell)).tables["answers"]
    assert answers.filter(pl.col("question_id") == "usefulness").select("score", "unreadable").row(0) == (
        score,
        "",
    )


@pytest.mark.parametrize(
    "cell",
    [
        *("Quite useful", "3 of 5", "nan", "inf", "9" * 400, "1,5", "5-2"),
        *(
            "5 - Very useful",
            "1. Very useful",
            "Very useful (5)",
            "4 - Quite useful",
            "Very useful, Slightly useful",
        ),
    ],
)
def test_an_unknown_answer_is_unreadable_and_not_guessed(cell: str) -> None:
    answers = staged(changed(Useful=cell)).tables["answers"]
    row = answers.filter(pl.col("question_id") == "usefulness").select("score", "unreadable").row(0)
    assert row == (None, ",score,")


@pytest.mark.parametrize("cell", ["05-Jan", "Jun-25", "25. Jun", "2025-06-25T00:00:00"])
@pytest.mark.parametrize("column", ["Useful", "Trust", "Outcome"])
def test_a_month_in_a_choice_column_refuses_the_file_naming_column_and_first_row(
    column: str, cell: str
) -> None:
    refusal = refusal_of(COLUMNS, FULL, FULL, changed(**{column: cell}), changed(**{column: cell}))
    assert refusal.rule == "month_in_choices"
    assert f"column `{column}" in refusal.reason
    assert "row 4:" in refusal.reason
    assert cell not in str(refusal)


def test_a_month_the_codebook_lists_is_an_answer() -> None:
    source = PULSE.replace('"Low" = 1', '"Low" = 1, "Jun-25" = 3')
    answers = staged(changed(Trust="Jun-25"), source=source).tables["answers"]
    assert answers.filter(pl.col("question_id") == "trust")["score"].to_list() == [3.0]


def test_a_question_that_is_optional_and_not_asked_is_not_read() -> None:
    source = PULSE.replace('"High" = 5 } }', '"High" = 5 }, optional = true }')
    columns = [column for column in COLUMNS if column != "Trust?"]
    row = [cell for column, cell in zip(COLUMNS, FULL, strict=True) if column != "Trust?"]
    assert staged(row, source=source, columns=columns).tables["answers"]["question_id"].to_list() == [
        "usefulness"
    ]
    assert staged(FULL, source=source).tables["answers"].height == 2


def test_a_column_that_is_optional_and_not_there_is_empty() -> None:
    source = PULSE.replace('{ column = "Done on" }', '{ column = "Done on", optional = true }')
    reports = staged(FULL[:-1], source=source, columns=COLUMNS[:-1]).tables["outcome_reports"]
    assert reports.select("done_on", "unreadable").row(0) == (None, "")


@pytest.mark.parametrize(
    ("condition", "n_reports"),
    [("filled = true", 0), ("filled = false", 1), ('is = "x"', 0), ('is_not = "x"', 1), ('matches = "x"', 0)],
)
def test_a_condition_on_an_optional_column_that_is_not_there_holds_as_for_empty_cells(
    condition: str, n_reports: int
) -> None:
    when = f'{{ column = "Kind", {condition}, optional = true }}'
    source = PULSE.replace('{ column = "Outcome", filled = true }]', f"{when}]")
    assert staged(FULL, source=source).tables["outcome_reports"].height == n_reports


def test_a_condition_holds_for_any_of_its_texts() -> None:
    source = PULSE.replace('is_not = "Nothing to report"', 'is = ["I did it", "Weiß nicht"]')
    rows = [FULL, changed(Outcome="weiss NICHT"), changed(Outcome="Not yet")]
    assert staged(*rows, source=source).tables["outcome_reports"]["row_number"].to_list() == [2, 3]


def test_an_answer_with_a_sharp_s_is_the_codebook_s() -> None:
    source = PULSE.replace('"Low" = 1', '"Mäßig" = 3')
    answers = staged(changed(Trust="Mäßig"), source=source).tables["answers"]
    assert answers.filter(pl.col("question_id") == "trust")["score"].to_list() == [3.0]


@pytest.mark.parametrize("heading", ["Useful?", "3) Useful? *", "Nützlich?"])
def test_a_column_is_found_under_any_of_its_wordings(heading: str) -> None:
    source = PULSE.replace('{ column = "Useful?" }', '{ column = ["Useful?", "Nützlich?"] }')
    columns = [heading if column == "Useful?" else column for column in COLUMNS]
    result = staged(FULL, source=source, columns=columns)
    assert result.tables["answers"]["score"].to_list() == [4.0, 5.0]
    drifted = [notice.detail for notice in result.notices if notice.rule == "heading_drifted"]
    assert drifted == (
        ["headings differ from the source file: `Useful?` was found as `3) Useful? *`"]
        if "3)" in heading
        else []
    )


def test_a_number_outside_the_source_s_own_scores_is_unreadable() -> None:
    answers = staged(changed(Trust="5")).tables["answers"]
    assert answers.filter(pl.col("question_id") == "trust").select("score", "unreadable").row(0) == (
        None,
        ",score,",
    )


def test_unreadable_cells_are_null_and_named_in_the_contract_s_order() -> None:
    row = changed(Outcome="Perhaps", Done_on="soon", Timestamp="once upon a time")
    reports = staged(row).tables["outcome_reports"]
    assert reports.select("reported_at", "state", "done_on", "recorded_at", "unreadable").row(0) == (
        None,
        None,
        None,
        None,
        ",reported_at,state,done_on,recorded_at,",
    )


def test_an_empty_cell_is_not_unreadable() -> None:
    reports = staged(changed(Done_on=None, E_mail=None)).tables["outcome_reports"]
    assert reports.select("person_id", "done_on", "unreadable").row(0) == (None, None, "")


def test_a_pattern_that_does_not_match_leaves_the_value_empty() -> None:
    answers = staged(changed(Session="the third")).tables["answers"]
    assert answers.select("wave", "session_id", "unreadable").row(0) == (None, None, "")


def test_a_width_without_a_number_is_unreadable() -> None:
    source = PULSE.replace(', pattern = "([0-9]+)" }\nsession_id', " }\nsession_id")
    answers = staged(changed(Session="third"), changed(Session="7.0"), source=source).tables["answers"]
    assert answers.filter(pl.col("question_id") == "trust").select("wave", "unreadable").rows() == [
        (None, ",wave,"),
        ("session-07", ""),
    ]


LOG = """
format = "csv"
files = ["log.csv"]
[[rows]]
table = "sessions"
[rows.columns]
session_id = { columns = ["Group", "No"] }
group_id = { column = "Group" }
session_number = { column = "No" }
status = { column = "Status" }
facilitator_present = { column = "Facilitator" }
check_in_minutes = { value = 15 }
recorded_at = { column = "Written" }
"""
LOG_COLUMNS = ("Group", "No", "Status", "Facilitator", "Written")


def session_of(*cells: str | None) -> dict[str, object]:
    return staged(cells, source=LOG, columns=LOG_COLUMNS).tables["sessions"].row(0, named=True)


@pytest.mark.parametrize(
    ("cell", "value"), [("Yes", True), ("NEIN", False), ("ja", True), ("0", False), ("TRUE", True)]
)
def test_booleans_are_read_in_their_usual_words(cell: str, *, value: bool) -> None:
    assert session_of("G1", "1", "held", cell, None)["facilitator_present"] is value


@pytest.mark.parametrize(("cell", "value"), [("3", 3), ("03", 3), ("3.0", 3), ("-2", -2)])
def test_whole_numbers_are_read(cell: str, value: int) -> None:
    assert session_of("G1", cell, "held", None, None)["session_number"] == value


@pytest.mark.parametrize("cell", ["3.5", "three", "9" * 25, "٣", "1e3", "3rd"])
def test_what_is_no_whole_number_is_unreadable(cell: str) -> None:
    row = session_of("G1", cell, "held", None, None)
    assert (row["session_number"], row["unreadable"]) == (None, ",session_number,")


def test_a_choice_may_be_the_contract_s_own_word() -> None:
    assert session_of("G1", "1", " HELD ", None, None)["status"] == "held"
    assert session_of("G1", "1", "took place", None, None)["unreadable"] == ",status,"


def test_recorded_at_is_read_where_the_source_maps_it_and_else_empty() -> None:
    row = session_of("G1", "1", "held", None, "2026-01-05T09:12:00Z")
    assert row["recorded_at"] == dt.datetime(2026, 1, 5, 9, 12)  # noqa: DTZ001 - naive UTC
    table = raw_table(LOG_COLUMNS, [("G1", "1", "held", None, None)], "csv")
    source = read_source_file(LOG.replace('recorded_at = { column = "Written" }', ""), "log")
    result = map_rows(table, source, file="log.csv", key=KEY, questions=QUESTIONS, time_zone="UTC")
    assert result.tables["sessions"]["recorded_at"].to_list() == [None]


def test_a_constant_stands_in_every_row() -> None:
    assert session_of("G1", "1", "held", None, None)["check_in_minutes"] == 15


def test_columns_are_found_however_their_names_are_spaced() -> None:
    columns = (
        "Timestamp",
        "e-mail ",
        "NAME",
        "Group",
        "Session",
        "Useful?\n",
        "Trust?",
        "Outcome",
        "Done\u00a0on",
    )
    assert staged(FULL, columns=columns).tables["answers"].height == 2


def refusal_of(columns: Sequence[str], *rows: Sequence[str | None], source: str = PULSE) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        staged(*rows, source=source, columns=columns)
    return refusal.value


def test_missing_columns_are_named_with_the_nearest_there_are() -> None:
    columns = [*COLUMNS[:5], "Usefull?", "Trust?", "Outcomes", "Done on"]
    refusal = refusal_of(columns, FULL)
    assert refusal.rule == "missing_column"
    assert "it lacks what its source file names: `Outcome`, `Useful?`" in refusal.reason
    assert "`Outcomes`, `Usefull?`" in refusal.reason


def test_a_file_without_headings_does_not_show_its_first_row() -> None:
    refusal = refusal_of([f"MARKER {place}" for place in range(9)], FULL)
    assert refusal.rule == "missing_column"
    assert "MARKER" not in str(refusal)


def test_two_columns_of_one_name_are_refused_only_where_the_source_needs_them() -> None:
    columns = (*COLUMNS, "outcome", "Remark [1]", "Remark [2]")
    refusal = refusal_of(columns, (*FULL, "x", "y", "z"))
    assert refusal.rule == "ambiguous_column"
    assert "`Outcome`" in refusal.reason
    columns = (*COLUMNS, "Remark [1]", "Remark [2]")
    assert staged((*FULL, "x", "y"), columns=columns).n_rows == 1


def test_a_repeated_question_can_be_named_by_its_order() -> None:
    columns = (*COLUMNS[:5], "Useful? [1]", "Useful? [2]", *COLUMNS[6:])
    row = (*FULL[:5], "3", "2", *FULL[6:])
    assert refusal_of(columns, row).rule == "ambiguous_column"
    answers = staged(row, source=PULSE.replace('"Useful?"', '"Useful? [2]"'), columns=columns).tables["answers"]
    assert answers.filter(pl.col("question_id") == "usefulness")["score"].to_list() == [2.0]


def test_day_orders_are_checked_for_the_columns_the_source_names() -> None:
    assert (
        refusal_of(COLUMNS, FULL, source=PULSE.replace("month_first", "day_first")).rule
        == "day_order_contradicted"
    )
    assert (
        refusal_of(COLUMNS, FULL, source=PULSE.replace('day_order = "month_first"', "")).rule
        == "day_order_missing"
    )


@pytest.mark.parametrize("unknown", ["usefullness", "commitment_outcome"])
def test_a_question_the_catalogue_does_not_score_is_an_error_of_the_source(unknown: str) -> None:
    outcome = Question("commitment_outcome", "?", "o", "outcome", {}, 0, 1, ("after_session",), "test", 5)
    with pytest.raises(SourceFileError, match=rf"sources/pulse.toml: `rows.questions.{unknown}`"):
        map_rows(
            raw_table(COLUMNS, [FULL], "google_forms"),
            read_source_file(PULSE.replace("usefulness =", f"{unknown} ="), "pulse"),
            file="pulse.csv",
            key=KEY,
            questions={**QUESTIONS, "commitment_outcome": outcome},
            time_zone="UTC",
        )


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        ({"Timestamp": "25/9/2026 MARKER"}, PULSE),
        ({"Timestamp": "25/9/2026", "Useful": "MARKER"}, PULSE),
        ({"Timestamp": "9/9/2026", "E_mail": "MARKER"}, PULSE.replace('day_order = "month_first"', "")),
        ({"Name": "MARKER"}, PULSE.replace('"Useful?"', '"MARK"')),
    ],
)
def test_no_refusal_shows_a_cell_of_a_person(cells: dict[str, str], source: str) -> None:
    try:
        staged(changed(**cells), source=source)
    except FileRefused as refusal:
        assert "MARKER" not in str(refusal)  # noqa: PT017 - a file that is read shows nothing either
        assert "25/9" not in str(refusal)  # noqa: PT017


def test_rows_the_tool_marks_are_left_out_by_the_marks_name_unless_the_source_keeps_them() -> None:
    raw = raw_table(COLUMNS, [FULL, FULL, FULL], "google_forms")
    marks = pl.DataFrame({"row_number": [3, 4], "rule": ["preview", "unfinished"]})
    left_out = {}
    for keep in ("", 'keep = ["unfinished"]\n'):
        mapped = map_rows(
            dataclasses.replace(raw, marked=marks),
            read_source_file(keep + PULSE, "pulse"),
            file="pulse.csv",
            key=KEY,
            questions=QUESTIONS,
            time_zone="UTC",
        )
        left_out[keep] = mapped.dropped.filter(pl.col("rule").is_in(["preview", "unfinished"])).rows()
    assert left_out == {
        "": [(3, "preview"), (4, "unfinished")],
        'keep = ["unfinished"]\n': [(3, "preview")],
    }


def test_a_wave_is_one_of_a_closed_form_so_that_no_name_becomes_one() -> None:
    invitations = read_source_file(
        """
format = "csv"
files = ["*.csv"]
[[rows]]
table = "invitations"
[rows.columns]
person_id = { column = "E-mail" }
wave = { column = "Wave" }
invited_at = { column = "At" }
""",
        "invitations",
    )
    waves = ("baseline", "session-03", "not_taking_part", "ada@example.org", "session-3 ada", "Session-03")
    rows = [("2026-01-05 09:00", "a@example.org", wave) for wave in waves]
    mapped = map_rows(
        raw_table(("At", "E-mail", "Wave"), rows, "csv"),
        invitations,
        file="invitations.csv",
        key=KEY,
        questions=QUESTIONS,
        time_zone="UTC",
    )
    found = mapped.tables["invitations"].select("wave", "unreadable").rows()
    assert found == [
        ("baseline", ""),
        ("session-03", ""),
        ("not_taking_part", ""),
        (None, ",wave,"),
        (None, ",wave,"),
        (None, ",wave,"),
    ]
