"""Survey tools whose exports are recognised, so that they can be refused by name.

What belongs here: the marks of each tool this version does not read.
What does not: reading them. Each needs more than a table with one heading row (second header rows, codes for
"not shown", partial answers), and taken for a plain table it would be misread without an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from pipelines.readers.raw import Cells, normalised_name

_QUALTRICS_HEADINGS = frozenset(
    (
        "startdate",
        "enddate",
        "status",
        "ipaddress",
        "progress",
        "duration (in seconds)",
        "finished",
        "recordeddate",
        "responseid",
        "distributionchannel",
        "userlanguage",
    )
)
_LEGACY_HEADINGS = frozenset(
    ("responseid", "responseset", "externaldatareference", "emailaddress", "ipaddress")
)
_LIME_IDS = frozenset(
    (
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
    )
)
_LIME_HEADINGS = frozenset(
    (
        "submitdate",
        "lastpage",
        "startlanguage",
        "seed",
        "date submitted",
        "last page",
        "start language",
        "datum abgeschickt",
        "letzte seite",
        "start-sprache",
        "date de soumission",
        "dernière page",
        "langue de départ",
        "fecha de envío",
        "última página",
        "lenguaje inicial",
    )
)


def _names(cells: Cells) -> list[str]:
    return [normalised_name(heading) for heading in cells.headings]


def _row(cells: Cells, number: int) -> list[str]:
    """Texts of the row `number` (1 is the headings); none where the file is shorter."""
    return [str(cell or "") for cell in cells.frame.row(number - 1)] if cells.frame.height >= number else []


def qualtrics_marks(cells: Cells) -> tuple[str, ...]:
    """The row of `{"ImportId": ...}`, or most of Qualtrics' own column ids."""
    for number in (2, 3):
        if any(re.match(r'\{"+ImportId"+:', cell) for cell in _row(cells, number)):
            return (f"row {number} holds `ImportId`",)
    known = _QUALTRICS_HEADINGS.intersection(_names(cells))
    return (f"{len(known)} of Qualtrics' own column ids",) if len(known) >= 6 else ()


def qualtrics_legacy_marks(cells: Cells) -> tuple[str, ...]:
    """`ResponseID` and `ResponseSet` in the first or second row and no row of `ImportId`."""
    if qualtrics_marks(cells):
        return ()
    for number in (1, 2):
        names = {normalised_name(cell) for cell in _row(cells, number)}
        if {"responseid", "responseset"} <= names or len(_LEGACY_HEADINGS & names) >= 4:
            return (f"row {number} holds `ResponseID` and `ResponseSet`",)
    return ()


def surveymonkey_marks(cells: Cells) -> tuple[str, ...]:
    """Respondent and collector ids, a second row of `Response`, or its coded names `q0001_0002`."""
    names = _names(cells)
    joined = {name.replace(" ", "").replace("_", "") for name in names}
    if {"respondentid", "collectorid"} <= joined:
        return ("headings `Respondent ID` and `Collector ID`",)
    second = {normalised_name(cell) for cell in _row(cells, 2)}
    if "respondentid" in joined and second & {"response", "open-ended response"}:
        return ("heading `RespondentID`", "second row holds `Response`")
    coded = sum(bool(re.fullmatch(r"q\d{4}(_\d{4})*", name)) for name in names)
    if coded >= 3 and "startdate" in joined:
        return (f"{coded} coded headings as `q0001_0002`", "heading `StartDate`")
    return ()


def typeform_marks(cells: Cells) -> tuple[str, ...]:
    """`#` first and Typeform's own columns of times or network."""
    names = _names(cells)
    known = [name for name in ("submit date (utc)", "start date (utc)", "network id") if name in names]
    if names and names[0] == "#" and known:
        return ("first heading is `#`", *(f"heading `{name}`" for name in known))
    return ()


def limesurvey_marks(cells: Cells) -> tuple[str, ...]:
    """Its id column first, then its own columns or questions as `text [subquestion]`.

    Headings may be codes, texts, or both joined by a point. A column called just `id` is common everywhere,
    so there two of LimeSurvey's own columns are required.
    """
    names = _names(cells)
    if not names:
        return ()
    parts = {part.strip() for name in names for part in (name, *name.split(". ", 1))}
    own = sorted(_LIME_HEADINGS & parts)
    first = names[0].split(". ", 1)[-1]
    if len(own) >= 2 and (first in _LIME_IDS or first == "id"):
        return (f"first heading is `{names[0]}`", *(f"heading `{name}`" for name in own))
    stems = Counter(name.split(" [", 1)[0].strip() for name in names if name.endswith("]") and " [" in name)
    if first in _LIME_IDS and (stems and max(stems.values()) >= 2):
        return (f"first heading is `{names[0]}`", "questions repeated as `text [subquestion]`")
    return ()


OTHER_TOOLS: Mapping[str, Callable[[Cells], tuple[str, ...]]] = {
    "qualtrics": qualtrics_marks,
    "qualtrics_legacy": qualtrics_legacy_marks,
    "surveymonkey": surveymonkey_marks,
    "typeform": typeform_marks,
    "limesurvey": limesurvey_marks,
}

TOOL_NAMES: Mapping[str, str] = {
    "qualtrics": "Qualtrics",
    "qualtrics_legacy": "Qualtrics (legacy export)",
    "surveymonkey": "SurveyMonkey",
    "typeform": "Typeform",
    "limesurvey": "LimeSurvey",
}
