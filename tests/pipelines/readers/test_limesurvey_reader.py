"""LimeSurvey exports with each kind of headings, in several languages, whole and partial."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipelines.readers import FileRefused, RawTable, read_export, recognise
from pipelines.readers.delimited import read_cells
from pipelines.readers.limesurvey import read

Written = Callable[..., Path]

OWN = (
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "token",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
)
CODES = (*OWN, "G01Q01", "G01Q02[SQ001]", "G01Q02[SQ002]")
ENGLISH = ("Response ID", "Date submitted", "Last page", "Start language", "Seed", "Token", "Date started")
ENGLISH += ("Date last action", "IP address", "Referrer URL")
GERMAN = ("Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Zufallsstartwert", "Zugangscode")
GERMAN += ("Datum gestartet", "Datum letzte Aktivität", "IP-Adresse", "Weiterleitungs-URL")
FINNISH = ("Vastauksen tunniste", "Lähetyspäivä", "Viimeinen sivu", "Kieli", "Siemen", "Avain", "Aloitettu")
FINNISH += ("Viimeisin toiminto", "Verkko-osoite", "Viittaaja")
TEXTS = ("How useful was it? 1. to 5.", "What did you do? [Listen]", "What did you do? [Ask, and wait]")


def response(number: int, *answers: str, submitted: str = "2026-01-05 09:12:00") -> tuple[str, ...]:
    """One response as LimeSurvey writes it."""
    started = "2026-01-05 09:02:00"
    return (
        str(number),
        submitted,
        "3",
        "de",
        "123456789",
        f"tok{number}",
        started,
        started,
        "192.0.2.7",
        "",
        *answers,
    )


def text_of(rows: Sequence[Sequence[str]], separator: str = ",", line_end: str = "\r\n") -> str:
    """Rows as LimeSurvey quotes them: every cell."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def both(codes: Sequence[str], texts: Sequence[str], separator: str = ". ") -> tuple[str, ...]:
    """Headings of code and text."""
    return tuple(f"{code}{separator}{text}" for code, text in zip(codes, texts, strict=True))


HEADINGS = {
    "codes": CODES,
    "texts in English": (*ENGLISH, *TEXTS),
    "texts in German": (*GERMAN, *TEXTS),
    "texts in a language nobody listed": (*FINNISH, *TEXTS),
    "texts with underscores": tuple(text.replace(" ", "_") for text in (*ENGLISH, *TEXTS)),
    "codes and texts": both(CODES, (*ENGLISH, *TEXTS)),
    "codes and German texts": both(CODES, (*GERMAN, *TEXTS)),
    "codes and texts joined otherwise": both(CODES, (*GERMAN, *TEXTS), " - "),
}
ROWS = (
    response(1, "4", "Yes", "No"),
    response(2, "5", "N/A", "N/A"),
    response(3, "", "Yes", "", submitted=""),
    response(4, "N/A", "N/A", "N/A"),
    response(5, "", "", ""),
)


def marks_of(raw: RawTable) -> dict[str, list[int]]:
    """Row numbers by rule."""
    rules = raw.marked["rule"].unique(maintain_order=True)
    return {rule: raw.marked.filter(rule=rule)["row_number"].to_list() for rule in rules}


def test_the_real_sample_has_all_its_columns_rows_and_one_row_nobody_was_asked_in(
    sample: Callable[[str], Path],
) -> None:
    raw = read_export(sample("limesurvey_semicolon_bom_digitaltwins_en_head30.csv"))
    assert (raw.format, raw.n_rows, raw.frame.width) == ("limesurvey", 30, 317 + 1)
    assert marks_of(raw) == {"not_asked": [26]}
    column = (
        "Which of the following aspects of vehicle development are modeled in your department? [ Aerodynamics]"
    )
    assert raw.frame[column][:5].to_list() == ["No", "No", "No", None, "No"]


@pytest.mark.parametrize("style", HEADINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_kind_of_headings_is_recognised_and_gives_the_same_rows(
    style: str, separator: str, mark: str, written: Written
) -> None:
    raw = read_export(written(mark + text_of([HEADINGS[style], *ROWS], separator)))
    assert raw.format == "limesurvey"
    answers = raw.frame.select(raw.frame.columns[-4:])
    assert answers.rows() == [
        ("4", "Yes", "No", 2),
        ("5", None, None, 3),
        (None, "Yes", None, 4),
        (None, None, None, 5),
        (None, None, None, 6),
    ]
    assert marks_of(raw)["unfinished"] == [4]
    if style != "texts in a language nobody listed":
        assert marks_of(raw)["not_asked"] == [5]


def test_not_shown_and_not_answered_stay_apart(written: Written) -> None:
    """Row 5 was shown nothing; row 6 was shown everything and said nothing."""
    raw = read_export(written(text_of([CODES, *ROWS])))
    assert marks_of(raw)["not_asked"] == [5]


@pytest.mark.parametrize("style", ["codes and texts", "codes and texts joined otherwise"])
def test_codes_name_the_columns_and_the_wording_is_another_name(style: str, written: Written) -> None:
    raw = read_export(written(text_of([HEADINGS[style], *ROWS])))
    assert raw.frame.columns[-4:] == ["G01Q01", "G01Q02[SQ001]", "G01Q02[SQ002]", "row_number"]
    assert raw.also_called["G01Q01"] == (TEXTS[0], HEADINGS[style][-3])


@pytest.mark.parametrize(
    "style", ["texts in English", "texts in German", "texts in a language nobody listed", "codes and texts"]
)
def test_the_submit_date_is_found_by_its_code_in_every_language(style: str, written: Written) -> None:
    raw = read_export(written(text_of([HEADINGS[style], *ROWS])))
    recorded = raw.recorded_column
    assert recorded is not None
    assert "submitdate" in (recorded, *raw.also_called[recorded])
    assert raw.frame[recorded][0] == "2026-01-05 09:12:00"


@pytest.mark.parametrize("style", HEADINGS)
def test_addresses_are_dropped_in_every_language_and_the_token_stays(style: str, written: Written) -> None:
    raw = read_export(written(text_of([HEADINGS[style], *ROWS])))
    assert "192.0.2.7" not in [cell for row in raw.frame.rows() for cell in row]
    assert HEADINGS[style][8].split(". ")[0].split(" - ")[0] in raw.personal
    assert "tok1" in raw.frame.row(0)


@pytest.mark.parametrize("address", ["2001:db8::7", "::1", "192.0.2.7"])
def test_any_column_of_network_addresses_is_dropped(address: str, written: Written) -> None:
    rows = [(*CODES, "G09Q01"), (*response(1, "4", "Yes", "No"), address)]
    assert read_export(written(text_of(rows))).personal == ("ipaddr", "refurl", "G09Q01")


def test_a_column_of_times_of_day_is_no_column_of_addresses(written: Written) -> None:
    rows = [(*CODES, "G09Q01"), (*response(1, "4", "Yes", "No"), "09:12:00")]
    assert "G09Q01" in read_export(written(text_of(rows))).frame.columns


def test_names_from_the_list_of_participants_are_dropped_and_address_and_attributes_stay(
    written: Written,
) -> None:
    head = (*CODES, "firstname", "lastname", "email", "attribute_1")
    row = (*response(1, "4", "Yes", "No"), "Ada", "Lovelace", "ada@example.org", "Sales")
    raw = read_export(written(text_of([head, row])))
    assert raw.personal == ("ipaddr", "refurl", "firstname", "lastname")
    assert raw.frame.columns[-3:] == ["email", "attribute_1", "row_number"]


def test_without_the_column_of_submit_dates_nobody_is_called_partial(written: Written) -> None:
    head = ("id", "G01Q01", "G01Q02[SQ001]", "G01Q02[SQ002]")
    raw = read_export(written(text_of([head, ("1", "4", "Y", "")])))
    assert (raw.format, raw.recorded_column, raw.marked.height) == ("limesurvey", None, 0)


@pytest.mark.parametrize("day", ["1980-01-01 00:00:00", "01-01-1980 00:00", "1/1/1980 0:00", "01.01.1980"])
def test_a_survey_that_dates_everybody_1980_is_refused(day: str, written: Written) -> None:
    rows = [response(1, "4", "Yes", "No", submitted=day), response(2, "", "", "", submitted="")]
    with pytest.raises(FileRefused) as refusal:
        read_export(written(text_of([CODES, *rows])))
    assert refusal.value.rule == "anonymised_dates"
    assert "date stamp" in refusal.value.remedy


def test_one_date_of_1980_among_others_is_not_refused(written: Written) -> None:
    rows = [response(1, "4", "Y", "N", submitted="1980-01-01 00:00:00"), response(2, "5", "Y", "N")]
    assert read_export(written(text_of([CODES, *rows]))).n_rows == 2


def test_a_workbook_is_read_like_the_text_typed_dates_as_iso(tmp_path: Path) -> None:
    path = tmp_path / "results.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd-mm-yyyy hh:mm"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS["texts in German"], *ROWS]):
            sheet.write_row(number, 0, row)
        for number in (1, 2, 4, 5):
            sheet.write_datetime(number, 1, dt.datetime(2026, 1, 5, 9, 12))  # noqa: DTZ001 - Excel knows no zones
    raw = read_export(path)
    assert (raw.format, raw.frame["Datum Abgeschickt"][0]) == ("limesurvey", "2026-01-05T09:12:00")
    assert marks_of(raw) == {"unfinished": [4], "not_asked": [5]}


def test_a_copy_saved_by_excel_is_read_and_its_dates_are_handed_on_as_they_stand(written: Written) -> None:
    rows = [HEADINGS["texts in German"], response(1, "nützlich", "Ja", "Nein", submitted="05.01.2026 09:12")]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    raw = read_export(written(out.getvalue().encode("cp1252")))
    assert (raw.format, raw.frame["Datum Abgeschickt"].to_list()) == ("limesurvey", ["05.01.2026 09:12"])


def test_the_blank_line_at_the_end_is_no_response(written: Written) -> None:
    raw = read_export(written(text_of([CODES, *ROWS]) + "\r\n"))
    filled = [row for row in raw.frame.drop("row_number").rows() if any(row)]
    assert len(filled) == len(ROWS)


def test_commas_inside_questions_never_become_columns(written: Written) -> None:
    """Under the comma the file splits into fewer columns without an error."""
    questions = tuple(f"Rate a, b and c, please [one, or {number}]" for number in range(6))
    rows = [("Antwort ID", *questions), *((str(number), *("1, 2" for _ in questions)) for number in range(4))]
    raw = read_export(written(text_of(rows, ";")))
    assert (raw.format, raw.frame.width) == ("limesurvey", 1 + 6 + 1)


@pytest.mark.parametrize(
    "rows",
    [
        [("id", "minutes [check-in]", "minutes [check-out]"), ("1", "10", "12")],
        [("id", "begun", "number", "department"), ("1", "2026-01-05 09:12", "3", "Sales")],
        [("id", "email", "first name", "last name"), ("1", "a@example.org", "Ada", "Lovelace")],
        [("id (person)", "cohort", "level"), ("1", "A", "executive")],
        [("group", "Date submitted", "Last page"), ("G1", "2026-01-05 09:12:00", "2")],
    ],
)
def test_rosters_and_logs_with_an_id_are_plain_tables(rows: list[tuple[str, ...]], written: Written) -> None:
    assert recognise(written(text_of(rows))).format == "csv"


def test_a_question_worded_like_an_own_column_is_a_question_where_there_are_codes(written: Written) -> None:
    codes, texts = (*OWN, "G01Q01", "nom", "nome"), (*ENGLISH, "Surname", "Seed", "First name")
    raw = read_export(written(text_of([both(codes, texts), *ROWS])))
    assert raw.frame.columns[-4:] == ["G01Q01", "nom", "nome", "row_number"]


def test_a_heading_that_is_a_pattern_means_itself_alone(written: Written) -> None:
    rows = [(*CODES, "^.*$"), (*response(1, "4", "Yes", "No"), "N/A")]
    assert read_export(written(text_of(rows))).frame.get_column("^.*$").to_list() == [None]


def test_a_response_is_never_taken_for_headings(written: Written) -> None:
    assert recognise(written(text_of([ROWS[0], ROWS[0], ROWS[0]]))).format == "csv"


cell = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=8)


@given(wordings=st.lists(cell, min_size=1, max_size=5), data=st.data())
def test_whatever_the_wordings_every_answer_stands_under_its_own_code(
    wordings: list[str], data: st.DataObject
) -> None:
    n = len(wordings)
    answer = st.builds("said {}".format, cell)
    answers = data.draw(st.lists(st.lists(answer, min_size=n, max_size=n), min_size=1, max_size=4))
    codes = [f"G01Q{place:02}" for place in range(n)]
    head = both((*OWN, *codes), (*ENGLISH, *wordings))
    rows = [head, *(response(number, *row) for number, row in enumerate(answers))]
    raw = read(read_cells(text_of(rows).encode(), "drawn.csv"), "drawn.csv")
    assert raw.frame.select(codes).rows() == [tuple(row) for row in answers]
    assert raw.frame["row_number"].to_list() == list(range(2, 2 + len(answers)))
    assert set(raw.also_called) <= set(raw.frame.columns)
