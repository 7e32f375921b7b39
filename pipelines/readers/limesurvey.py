"""LimeSurvey: its CSV or workbook, with any of its three kinds of headings.

What belongs here: the marks, the three kinds of headings, rows without a submit date, `N/A`.
What does not: the separator and byte-order mark (`delimited`), or what an answer scores (the source file).

Headings are codes (`G01Q01`, `Q2[SQ001]`), full texts in the language of the survey, or both (`G01Q01. Wording`).
Where codes are there they name the columns and the wording is their other name; LimeSurvey's own columns are always
called by their code too, so that `submitdate` finds "Datum Abgeschickt".

Traps, and what is done about them:

- `N/A` is written where a question was not shown. It is no answer: such a cell is empty. A row in which `N/A` stands
  and no question is answered is left out as `not_asked`, apart from people who were asked and did not answer
  (`nothing_answered`). LimeSurvey writes `N/A` only with full answers, and for some kinds of question only; codes
  leave both cases empty, and then nobody can tell them apart. Under full headings in a language that is not listed
  below, a start time counts as an answer, so such a row is left out as `nothing_answered` too.
- A row without a submit date is partial: `unfinished`. Where the column is not exported, partial rows cannot be told.
- An anonymised survey without date stamps says 1980-01-01 for everybody: it is refused, for nobody can say in which
  week it was answered.
- Read with the wrong separator a file does not fail, it has fewer columns: the marks ask for LimeSurvey's own.
- A token may be the only thing that says who answered, and attributes may hold a department: they are handed on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import polars as pl
from polars.selectors import by_name

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.headings import Columns, columns_below
from pipelines.readers.raw import NOT_ASKED, UNFINISHED, Cells, RawTable, no_marks, normalised_name
from pipelines.readers.refusal import FileRefused

FORMAT = "limesurvey"

# LimeSurvey's own columns by their code, and what full headings call them; compared as names are.
_OWN: dict[str, tuple[str, ...]] = {
    "id": (
        "response id",
        "answer id",
        "antwort id",
        "antwort-id",
        "id de réponse",
        "id de la réponse",
        "id de respuesta",
        "id respuesta",
        "id da resposta",
        "id risposta",
        "antwoord id",
        "respons-id",
    ),
    "submitdate": (
        "date submitted",
        "datum abgeschickt",
        "date de soumission",
        "fecha de envío",
        "data de envio",
        "data di invio",
        "data invio",
        "datum ingestuurd",
        "datum verzonden",
    ),
    "lastpage": (
        "last page",
        "letzte seite",
        "dernière page",
        "última página",
        "ultima pagina",
        "laatste pagina",
    ),
    "startlanguage": (
        "start language",
        "start-sprache",
        "langue de départ",
        "lenguaje inicial",
        "idioma inicial",
        "lingua iniziale",
        "starttaal",
        "start-taal",
    ),
    "seed": ("zufallsstartwert", "tête de série", "semilla"),
    "token": ("access code", "zugangsschlüssel", "zugangscode", "code d'accès", "código de acceso", "codice"),
    "startdate": ("date started", "datum gestartet", "date de lancement", "fecha de inicio"),
    "datestamp": (
        "date last action",
        "datum letzte aktivität",
        "date de la dernière action",
        "fecha de la última acción",
    ),
    "ipaddr": (
        "ip address",
        "ip-adresse",
        "adresse ip",
        "dirección ip",
        "endereço ip",
        "indirizzo ip",
        "ip-adres",
    ),
    "refurl": ("referrer url", "referring url", "weiterleitungs-url", "url de référence", "url de referencia"),
    "firstname": ("first name", "vorname", "prénom", "nombre", "nome", "voornaam"),
    "lastname": (
        "last name",
        "surname",
        "nachname",
        "nom",
        "nom de famille",
        "apellido",
        "cognome",
        "achternaam",
    ),
    "email": ("email address", "e-mail-adresse", "adresse de courriel"),
}
_CODE_OF = {name: code for code, names in _OWN.items() for name in (code, *names)}
# Own columns that speak for LimeSurvey; the others are common in any table.
_TELLING = ("submitdate", "lastpage", "startlanguage", "seed")
_PERSONAL = ("ipaddr", "refurl", "firstname", "lastname")

_FULL_QUESTION = re.compile(r"^(.*\S)\s*\[.*\]$", re.DOTALL)
_CODED_QUESTION = re.compile(r"^[a-z]\w*\[[\w-]+\](?:\[[\w-]+\])*$|^g\d+q\d+", re.IGNORECASE)
_CODE_AND_TEXT = re.compile(r"^id(\s*[^\w\s\[\]]{1,3}\s*)\w")
_TIME = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}"
_ANONYMISED = r"^(?:1980[-/.]0?1[-/.]0?1|0?1[-/.]0?1[-/.](?:19)?80)(?:\D|$)"
_NOT_SHOWN = r"(?i)^(?:n/a|\{question_not_shown\})$"


@dataclass(frozen=True, slots=True)
class _Head:
    """The headings, by position.

    Attributes:
        names: Code of each column where there is one, else the whole heading.
        others: Other names of each column.
        own: LimeSurvey's own columns: code to position.
    """

    names: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    own: dict[str, int]


def marks(cells: Cells) -> tuple[str, ...]:
    """Its id column first, then two of its own columns, or questions with subquestions.

    A column called just `id` is common everywhere, so there `text [subquestion]` does not speak for LimeSurvey. In a
    language whose headings nobody listed the cells tell: submit dates, last pages and languages side by side.
    """
    if not cells.headings:
        return ()
    head = _head(cells)
    first = normalised_name(head.names[0])
    own = [code for code in _TELLING if code in head.own]
    if head.own.get("id") == 0 and len(own) >= 2:
        return ("first the response id", *(f"its own column `{code}`" for code in own))
    if first == "id":
        n_coded = sum(bool(_CODED_QUESTION.match(name)) for name in head.names)
        return ("first heading is `id`", f"{n_coded} codes as `Q1[SQ001]`") if n_coded >= 2 else ()
    stems = Counter(found[1] for name in head.names if (found := _FULL_QUESTION.match(name)))
    if head.own.get("id") == 0 and stems and max(stems.values()) >= 2:
        return ("first the response id", "questions repeated as `text [subquestion]`")
    return ()


def read(cells: Cells, file: str) -> RawTable:
    """The responses, one row each.

    Raises:
        FileRefused: `anonymised_dates` where every submit date is 1980-01-01.
    """
    head = _head(cells)
    columns = columns_below(cells, head.names)
    submitted = columns.cells(head.own.get("submitdate"))
    _check_dates(submitted, file)
    hidden = sorted({place for code, place in head.own.items() if code in _PERSONAL} | set(_addresses(columns)))
    questions = [place for place in columns.names if place not in head.own.values()]
    answers = [columns.names[place] for place in questions if place not in hidden]
    frame = columns.frame(hidden)
    recorded = head.own.get("submitdate", head.own.get("datestamp"))
    partial = columns.marked(submitted.is_null(), UNFINISHED) if "submitdate" in head.own else no_marks()
    return RawTable(
        FORMAT,
        frame.with_columns(_shown(by_name(*answers))) if answers else frame,
        frame.height,
        recorded_column=None if recorded is None else columns.names.get(recorded),
        also_called={
            name: head.others[place]
            for place, name in columns.names.items()
            if head.others[place] and place not in hidden
        },
        marked=pl.concat([partial, columns.marked(_not_asked(columns, questions), NOT_ASKED)]),
        personal=tuple(columns.names[place] for place in hidden if place in columns.names),
    )


def _check_dates(submitted: pl.Series, file: str) -> None:
    filled = submitted.drop_nulls()
    if len(filled) and filled.str.contains(_ANONYMISED).all():
        raise FileRefused(
            file,
            "anonymised_dates",
            "every submit date in it is 1980-01-01, which LimeSurvey writes where answers are anonymous and not"
            " date-stamped: nobody can say in which week they were given",
            "Switch the date stamp on in the survey's settings before the next wave; bring answers already given"
            " as a plain table with the day in a column of its own",
        )


def _shown(cells: pl.Expr) -> pl.Expr:
    """Cells without the word for a question that was not shown."""
    return pl.when(~cells.str.strip_chars().str.contains(_NOT_SHOWN)).then(cells).name.keep()


def _not_asked(columns: Columns, questions: Sequence[int]) -> pl.Series:
    """For each row, whether a question was not shown and none was answered."""
    if not questions:
        return pl.repeat(value=False, n=columns.rows.height, dtype=pl.Boolean(), eager=True)
    cells = pl.DataFrame([columns.cells(place).alias(str(place)) for place in questions])
    not_shown = pl.all().str.contains(_NOT_SHOWN)
    return cells.select(
        pl.any_horizontal(not_shown) & pl.all_horizontal(not_shown.fill_null(value=True))
    ).to_series()


def _addresses(columns: Columns) -> list[int]:
    """Positions of columns that hold network addresses, whatever the language calls them."""
    found = []
    for place in columns.names:
        filled = columns.cells(place).drop_nulls().unique()
        if len(filled) and all(_is_address(text) for text in filled):
            found.append(place)
    return found


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _head(cells: Cells) -> _Head:
    headings = cells.headings
    separator = found[1] if (found := _CODE_AND_TEXT.match(headings[0])) else None
    split = [heading.partition(separator) if separator else (heading, "", "") for heading in headings]
    if separator and 2 * sum(bool(middle) for _, middle, _ in split) < len(split):
        split = [(heading, "", "") for heading in headings]
    own: dict[str, int] = {}
    # Where there are codes they alone tell: a question may be worded as one of the tool's own columns.
    code_of = {code: code for code in _OWN} if split[0][0] == "id" else _CODE_OF
    for place, (name, _, _) in enumerate(split):
        code = code_of.get(_plain(name))
        if code is not None:
            own.setdefault(code, place)
    own = _by_content(cells) | own
    codes = {place: code for code, place in own.items()}
    others = tuple(
        tuple(other for other in (text, heading, codes.get(place, "")) if other.strip() and other != name)
        for place, (heading, (name, _, text)) in enumerate(zip(headings, split, strict=True))
    )
    return _Head(tuple(name for name, _, _ in split), others, own)


def _plain(name: str) -> str:
    """A heading as own columns are compared: LimeSurvey can write its spaces as underscores."""
    return normalised_name(name.replace("_", " ")) if " " not in name else normalised_name(name)


def _by_content(cells: Cells) -> dict[str, int]:
    """Own columns told by their cells: whole numbers first; then times, whole numbers and languages side by side."""
    if cells.frame.width < 4 or not _all_match(cells, 0, r"^\d+$"):
        return {}
    for place in range(1, min(4, cells.frame.width - 2)):
        shapes = (_TIME, r"^-?\d{1,3}$", r"^[a-z]{2,3}(?:-[A-Za-z-]+)?$")
        if all(_all_match(cells, place + step, shape) for step, shape in enumerate(shapes)):
            return {"id": 0, "submitdate": place, "lastpage": place + 1, "startlanguage": place + 2}
    return {}


def _all_match(cells: Cells, place: int, pattern: str) -> bool:
    filled = cells.below(place).str.strip_chars()
    # A first row that looks like the cells below it is no heading: the export has lost its own.
    return (
        len(filled) > 0
        and bool(filled.str.contains(pattern).all())
        and not re.match(pattern, cells.headings[place])
    )


EXPORT = ExportFormat(
    FORMAT,
    "LimeSurvey",
    marks,
    read,
    recognised_by="the response id first, then two of `submitdate`, `lastpage`, `startlanguage`, `seed` by code, in"
    " a language that is listed or by their cells; or, with the id, questions as `Q1[SQ001]` or `text [subquestion]`",
    personal="`ipaddr`, `refurl`, `firstname`, `lastname`, and any column that holds network addresses only",
    left_out="`unfinished`: no submit date; `not_asked`: `N/A` (not shown) and not one answer",
    refused="`anonymised_dates`: every submit date is 1980-01-01",
    to_know="Codes name the columns where there are any, and the wording finds them too; LimeSurvey's own columns are"
    " also found by their code (`submitdate`) under full headings. `N/A` (a question that was not shown) is an empty"
    " answer; a row that was shown and not answered is left out as `nothing_answered`. Where the column of submit"
    " dates is not exported, partial rows cannot be told from whole ones.",
)
