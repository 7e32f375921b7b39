"""How people head the columns of rosters, logs and forms: headings that mean a column of the contracts.

What belongs here: the words, in English and German, and the guess of a column by them.
What does not: writing a source file from the guesses (`draft_source`). A guess is only ever written into a draft,
which a person reads; a file is read by its source file alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from models.catalogue import forms
from pipelines.column_names import heading_key

GROUP, SESSION = "group", "session"

# What of a draft each heading means: a contract's column, or GROUP and SESSION, of which ids are composed.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "person_id": (
        *(
            "work e-mail",
            "work email",
            "e-mail",
            "email",
            "mail",
            "e-mail address",
            "email address",
            "username",
        ),
        *("dienstliche e-mail", "e-mail-adresse", "mailadresse", "nutzername", "recipientemail"),
        *("participant", "participant code", "person", "person id", "employee id", "staff number", "code"),
        *("teilnehmer", "teilnehmerin", "teilnehmercode", "personalnummer", "kürzel", "externalreference"),
    ),
    GROUP: (
        *("group", "group id", "group name", "coaching group", "team", "circle"),
        *("gruppe", "gruppenname", "coachinggruppe", "kreis"),
    ),
    SESSION: (
        *(
            "session",
            "session number",
            "session no",
            "session no.",
            "session nr",
            "number of the session",
            "meeting",
        ),
        *("treffen", "nummer des treffens", "sitzung", "sitzungsnummer", "termin nr", "no", "no.", "nr", "nr."),
    ),
    "wave": ("wave", "survey", "survey wave", "welle", "befragung"),
    "cohort": ("cohort", "intake", "batch", "kohorte", "jahrgang"),
    "department": ("department", "dept", "dept.", "unit", "business unit", "abteilung", "bereich"),
    "level": ("level", "job level", "grade", "role", "ebene", "stufe", "funktion"),
    "manager_person_id": (
        *("manager", "manager e-mail", "manager email", "line manager", "supervisor", "reports to"),
        *("führungskraft", "vorgesetzte", "vorgesetzter", "e-mail der führungskraft"),
    ),
    "joined_on": (
        "joined on",
        "joined",
        "date joined",
        "entry date",
        "beigetreten am",
        "eintritt",
        "eintrittsdatum",
    ),
    "trained_on": ("trained on", "trained", "training date", "geschult am", "schulung"),
    "left_on": ("left on", "left", "exit date", "ausgetreten am", "austritt", "austrittsdatum"),
    "valid_from": ("valid from", "effective from", "as of", "gültig ab", "gültig von", "stand"),
    "valid_to": ("valid to", "valid until", "effective to", "gültig bis"),
    "from_on": ("from", "since", "member since", "joined group on", "von", "seit", "start", "mitglied seit"),
    "to_on": ("to", "until", "till", "member until", "left group on", "bis", "ende", "end", "mitglied bis"),
    "scheduled_at": (
        *("planned", "scheduled", "scheduled at", "planned start", "date", "date and time", "day"),
        *("geplant", "geplanter beginn", "termin", "datum", "tag"),
    ),
    "started_at": ("started at", "started", "start", "start time", "began", "beginn", "begonnen", "startzeit"),
    "ended_at": ("ended at", "ended", "end", "end time", "finished", "ende", "beendet", "endzeit"),
    "status": ("status", "state", "outcome", "held", "stattgefunden", "ergebnis"),
    "facilitator_present": ("facilitator", "facilitator present", "moderation", "moderation anwesend"),
    "check_in_minutes": ("check-in (min)", "check-in minutes", "check-in (minuten)"),
    "problem_solving_minutes": (
        *("problem solving (min)", "problem solving minutes", "problemlösung (min)", "problemlösung (minuten)"),
    ),
    "check_out_minutes": ("check-out (min)", "check-out minutes", "check-out (minuten)"),
    "attended": (
        *("attended", "came", "present", "was there", "attendance", "took part"),
        *("anwesend", "anwesenheit", "teilgenommen", "war da"),
    ),
    "focus_minutes": ("focus (min)", "focus minutes", "fokus (min)", "fokus (minuten)"),
    "made_at": ("check-out", "made at", "made on", "committed on", "vorgenommen am"),
    "due_on": ("due", "due on", "due date", "by when", "fällig", "fällig am", "bis wann"),
    "difficulty_1_5": ("difficulty", "schwierigkeit"),
    "importance_1_5": ("importance", "wichtigkeit"),
    "confidence_1_5": ("confidence", "zuversicht"),
    "invited_at": ("invited at", "invited", "invited on", "sent at", "eingeladen am", "versandt am"),
    "channel": ("channel", "sent by", "kanal"),
    "done_on": ("done on", "completed on", "erledigt am"),
    "partner_person_id": ("partner", "partner e-mail", "partner email"),
    "appointment_at": ("appointment", "appointment date", "meets on", "termin am"),
}
# What the packaged forms ask, by the id of `fields.toml`, in the exact words of every language.
_FIELDS: Mapping[str, str] = {
    "email": "person_id",
    "group": GROUP,
    "session": SESSION,
    "coming_session": SESSION,
    "due_on": "due_on",
    "difficulty": "difficulty_1_5",
    "importance": "importance_1_5",
    "confidence": "confidence_1_5",
    "done_on": "done_on",
    "partner": "partner_person_id",
    "meets_on": "appointment_at",
}
# Other words for the choices of a contract's column.
CHOICE_WORDS: Mapping[str, Mapping[str, str]] = {
    "level": {
        **dict.fromkeys(("executive", "director", "c-level", "vorstand", "geschäftsführung"), "executive"),
        **dict.fromkeys(("manager", "team lead", "lead", "head", "führungskraft", "teamleitung"), "manager"),
        **dict.fromkeys(("employee", "individual", "individual contributor", "staff"), "individual"),
        **dict.fromkeys(("mitarbeiter", "mitarbeiterin", "mitarbeitende", "fachkraft"), "individual"),
    },
    "status": {
        **dict.fromkeys(("held", "took place", "done", "completed", "yes", "ja", "stattgefunden"), "held"),
        **dict.fromkeys(("cancelled", "canceled", "no", "nein", "abgesagt", "ausgefallen"), "cancelled"),
        **dict.fromkeys(("moved", "postponed", "rescheduled", "verschoben", "verlegt"), "moved"),
        **dict.fromkeys(("unknown", "unbekannt", "?"), "unknown"),
    },
}

_ADDRESS = r"^\S+@\S+\.\S+$"
_MOST_ARE = 0.8


def meanings(frame: pl.DataFrame, headings: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the columns of an export could mean, by their headings and, for the person, by their cells.

    Args:
        frame: The export's columns as text.
        headings: Column to all its names.

    Returns:
        Meaning (a contract's column, `group` or `session`) to the columns of that meaning, the likeliest first.
    """
    words = _words()
    found: dict[str, list[tuple[int, str]]] = {}
    for column, names in headings.items():
        cores = {heading_key(name).core for name in names}
        for meaning, known in words.items():
            ranks = [known.index(core) for core in cores if core in known]
            if ranks:
                found.setdefault(meaning, []).append((min(ranks), column))
    sure = {meaning: [column for _, column in sorted(ranked)] for meaning, ranked in found.items()}
    others = {column for meaning, columns in sure.items() if meaning != "person_id" for column in columns}
    by_cells = [
        column for column in headings if column not in others and _are_addresses(frame.get_column(column))
    ]
    people = [column for column in sure.get("person_id", []) if _is_filled(frame.get_column(column))]
    # An address column beats a code; of several, the one whose heading says so.
    people.sort(key=lambda column: column not in by_cells)
    sure["person_id"] = list(dict.fromkeys([*people, *by_cells]))
    return {meaning: columns for meaning, columns in sure.items() if columns}


def _words() -> dict[str, tuple[str, ...]]:
    """The headings of each meaning without what drifts, the forms' own first."""
    asked: dict[str, list[str]] = {}
    for form in forms().values():
        for item in form.items:
            if item.ids[0] in _FIELDS:
                asked.setdefault(_FIELDS[item.ids[0]], []).extend(item.text.values())
    return {
        meaning: tuple(dict.fromkeys(heading_key(name).core for name in (*asked.get(meaning, ()), *known)))
        for meaning, known in _HEADINGS.items()
    }


def _is_filled(text: pl.Series) -> bool:
    """Whether a column tells people apart: it has cells, and not the same one for everybody (`anonymous`)."""
    filled = text.drop_nulls()
    return len(filled) > 0 and (len(filled) == 1 or filled.n_unique() > 1)


def _are_addresses(text: pl.Series) -> bool:
    filled = text.drop_nulls().str.strip_chars()
    return len(filled) > 0 and float(filled.str.contains(_ADDRESS).sum()) >= _MOST_ARE * len(filled)
