"""A name of a source file finds its column whatever drifted, and never one of several."""

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.column_names import FoundColumns, HeadingKey, NamedColumn, find_columns, heading_key
from pipelines.readers import FileRefused, RawTable
from pipelines.readers.raw import normalised_name

WORDINGS = (
    "How useful was this session for you?",
    "Wie nützlich war dieses Treffen für Sie?",
    "I can speak openly in my group.",
    "Hours of your own time spared since the last session",
    "Weiß nicht, was ich sagen soll",
)
LEADING = ("", "3) ", "3. ", "12. ", "Q3: ", "(3) ", "3 - ", "Frage 3: ", "[3] ", "G01Q03. ", "1a) ")
TRAILING = ("", " *", "*", ":", " :", " (required)", " * ")
REPEATED = ("", "2", "3", " [1]", " [2]", " (2)")
INSIDE = (" ", "\u00a0", "  ", "\n", "\u200b ", " \u00ad", "<br>", "&nbsp;")
AROUND = ("{}", "<b>{}</b>", '<p class="q">{}</p>', " {} ", "\ufeff{}")


def found_in(headings: list[str], *wanted: NamedColumn, **called: tuple[str, ...]) -> FoundColumns:
    frame = pl.DataFrame({"row_number": [2], **{heading: ["x"] for heading in headings}})
    return find_columns(RawTable("csv", frame, 1, also_called=called), "log.csv", wanted)


def column_of(headings: list[str], *names: str) -> str | None:
    return found_in(headings, NamedColumn(names)).by_names[names]


def refusal_of(headings: list[str], *wanted: NamedColumn, **called: tuple[str, ...]) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        found_in(headings, *wanted, **called)
    return refusal.value


@st.composite
def drifted(draw: st.DrawFn, wording: str, leading: tuple[str, ...] = LEADING) -> str:
    cased = draw(st.sampled_from([wording, wording.upper(), wording.lower()]))
    words = draw(st.sampled_from(INSIDE)).join(cased.split(" "))
    ends = draw(st.sampled_from(REPEATED)) + draw(st.sampled_from(TRAILING))
    return draw(st.sampled_from(AROUND)).format(draw(st.sampled_from(leading)) + words + ends)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), wording=st.sampled_from(WORDINGS))
def test_any_drift_of_a_heading_is_found(data: st.DataObject, wording: str) -> None:
    heading = data.draw(drifted(wording))
    others = [other for other in WORDINGS if other != wording]
    assert column_of([*others, heading], wording) == heading


@settings(deadline=None, max_examples=200)
@given(data=st.data(), wording=st.sampled_from(WORDINGS))
def test_two_headings_that_drifted_from_one_name_are_refused(data: st.DataObject, wording: str) -> None:
    # Numbered, so that neither is the name itself.
    headings = [data.draw(drifted(wording, LEADING[1:])) for _ in range(2)]
    assume(normalised_name(headings[0]) != normalised_name(headings[1]))
    refusal = refusal_of(headings, NamedColumn((wording,)))
    assert refusal.rule == "ambiguous_column"
    assert wording in refusal.reason


@settings(deadline=None, max_examples=200)
@given(data=st.data(), pair=st.permutations(WORDINGS))
def test_no_drift_makes_one_question_another(data: st.DataObject, pair: list[str]) -> None:
    heading = data.draw(drifted(pair[0]))
    assert refusal_of([heading], NamedColumn((pair[1],))).rule == "missing_column"


@settings(deadline=None, max_examples=200)
@given(heading=st.text(max_size=30))
def test_the_key_of_any_heading_is_the_key_of_its_words(heading: str) -> None:
    key = heading_key(heading)
    assert bool(key.core) == bool(heading_key(key.core).core)


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("3) How?", HeadingKey("how?", "3")),
        ("Q3: How?", HeadingKey("how?", "q3")),
        ("How?2", HeadingKey("how?", "", "2")),
        ("Your group3", HeadingKey("your group", "", "3")),
        ("How? [2]", HeadingKey("how?", "", "2")),
        ("How? (2) *", HeadingKey("how?", "", "2")),
        # Codes, units and times of day keep their numbers.
        ("Q2", HeadingKey("q2")),
        ("CO2", HeadingKey("co2")),
        ("2", HeadingKey("2")),
        ("3.5 hours", HeadingKey("3.5 hours")),
        ("10:15 start", HeadingKey("10:15 start")),
        ("Choice 2", HeadingKey("choice 2")),
        ("How difficult? (1 to 5)", HeadingKey("how difficult? (1 to 5)")),
        ("*", HeadingKey("*")),
    ],
)
def test_what_drifts_is_told_from_what_belongs_to_the_words(heading: str, key: HeadingKey) -> None:
    assert heading_key(heading) == key


def test_the_exact_heading_wins_over_one_that_drifted_and_is_no_drift() -> None:
    found = found_in(["3) Useful?", "useful? "], NamedColumn(("Useful?",)))
    assert found == FoundColumns({("Useful?",): "useful? "})


def test_a_drifted_heading_is_said() -> None:
    found = found_in(["3) Useful?"], NamedColumn(("Useful?",)))
    assert found.drifted == (("Useful?", "3) Useful?"),)


def test_a_repeated_question_that_is_named_is_not_another_repeat_nor_the_first() -> None:
    assert refusal_of(["Useful at all?3"], NamedColumn(("Useful at all?2",))).rule == "missing_column"
    assert refusal_of(["Useful at all?"], NamedColumn(("Useful at all?2",))).rule == "missing_column"
    assert column_of(["Useful at all? [2]"], "Useful at all?2") == "Useful at all? [2]"


def test_a_heading_another_name_means_is_not_left_to_a_drift() -> None:
    wanted = NamedColumn(("1. Partner",)), NamedColumn(("2. Partner",))
    assert refusal_of(["1. Partner"], *wanted).rule == "missing_column"
    optional = NamedColumn(("2. Partner",), is_optional=True)
    assert found_in(["1. Partner"], wanted[0], optional).by_names[("2. Partner",)] is None


def test_two_names_that_drift_onto_one_column_are_refused() -> None:
    refusal = refusal_of(["Partner"], NamedColumn(("1. Partner",)), NamedColumn(("2. Partner",)))
    assert refusal.rule == "ambiguous_column"
    assert "`1. Partner`, `2. Partner`" in refusal.reason


def test_the_same_name_with_and_without_its_mark_is_one_column() -> None:
    wanted = NamedColumn(("E-mail",)), NamedColumn(("E-mail*",))
    assert set(found_in(["E-mail"], *wanted).by_names.values()) == {"E-mail"}


@pytest.mark.parametrize("heading", ["Useful?", "Nützlich?", "2) Nützlich? *"])
def test_one_of_several_wordings_is_found(heading: str) -> None:
    assert column_of(["Other", heading], "Useful?", "Nützlich?") == heading


def test_two_wordings_that_are_both_there_are_refused_unless_they_are_one_column() -> None:
    wanted = NamedColumn(("Useful?", "Nützlich?"))
    refusal = refusal_of(["Useful?", "Nützlich?"], wanted)
    assert (refusal.rule, "`Useful?` or `Nützlich?`" in refusal.reason) == ("ambiguous_column", True)
    assert column_of(["Useful?"], "Useful?", "3) Useful?") == "Useful?"


def test_none_of_several_wordings_is_named_as_missing_with_all_of_them() -> None:
    refusal = refusal_of(["Usful?", "Trust?"], NamedColumn(("Useful?", "Nützlich?")), NamedColumn(("Trust?",)))
    assert refusal.rule == "missing_column"
    assert "`Useful?` or `Nützlich?`; the nearest it has: `Usful?`" in refusal.reason


def test_no_cell_of_the_first_row_is_shown_where_no_column_was_found() -> None:
    refusal = refusal_of(["fromm"], NamedColumn(("from",)))
    assert "fromm" not in str(refusal)
    assert "none of its 1 was found, so see that its first row holds the headings" in refusal.reason


def test_an_optional_column_may_be_absent_and_is_found_where_it_is_there() -> None:
    wanted = NamedColumn(("Trust?",), is_optional=True)
    assert found_in(["Other"], wanted).by_names == {("Trust?",): None}
    assert found_in(["Trust?"], wanted).by_names == {("Trust?",): "Trust?"}


def test_a_column_that_one_place_requires_is_required() -> None:
    wanted = NamedColumn(("Trust?",), is_optional=True), NamedColumn(("Trust?",))
    assert refusal_of(["Other"], *wanted).rule == "missing_column"


def test_a_question_is_found_by_its_code_and_by_its_text() -> None:
    called = {"Q1": ("How <b>useful</b>?",), "Q2": ("Trust?",)}
    for name in ("Q1", "How useful?"):
        assert found_in(["Q1", "Q2"], NamedColumn((name,)), **called).by_names[(name,)] == "Q1"


def test_a_heading_itself_wins_over_another_column_that_is_called_so_too() -> None:
    assert found_in(["Useful?", "Q1"], NamedColumn(("Useful?",)), Q1=("Useful?",)).columns == {"Useful?"}


def test_a_text_two_codes_share_is_refused_and_a_code_is_named_in_the_remedy() -> None:
    refusal = refusal_of(["Q1", "Q2"], NamedColumn(("Why?",)), Q1=("Why?",), Q2=("Why?",))
    assert (refusal.rule, "as `Q1`" in refusal.remedy) == ("ambiguous_column", True)


def test_long_headings_are_cut_in_a_refusal() -> None:
    long = "Why " * 100 + "?"
    assert len(refusal_of(["a"], NamedColumn((long,))).reason) < 300
